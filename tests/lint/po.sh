#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every string that is shown can be said in another language, and is: none is
# unmarked, the catalogues have each one, translated, and none that is gone.
root=${1:-${srcdir:-$(dirname "$0")/../..}}
cd "$root" || exit 99
bad=0

python=${PYTHON3:-python3}
if command -v "$python" >/dev/null; then
	# A program of the build speaks to who builds.
	find src -name '*.c' ! -name '*_make.c' | sort |
	    xargs "$python" tests/lint/po_marks.py || bad=1
else
	echo "no python3 here: unmarked strings were not looked for"
fi

for tool in xgettext msgmerge msgattrib msgfmt; do
	if ! command -v $tool >/dev/null; then
		echo "SKIPPED: no $tool (GNU gettext) here, so no catalogue was read"
		[ "$bad" = 0 ] && exit 77
		exit 1
	fi
done

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
sh assets/po/update.sh -n >"$work/pot" || exit 99
# The strings of a catalogue, each with its context and its plural.
strings()
{
	msgattrib --no-obsolete --no-wrap --sort-output "$1" 2>/dev/null | awk '
	    /^msg(ctxt|id|id_plural) / { inside = 1 }
	    /^(msgstr|#|$)/ { inside = 0 }
	    inside'
}
strings "$work/pot" >"$work/want"
count=0
for po in assets/po/*.po; do
	count=$((count + 1))
	msgfmt --check -o /dev/null "$po" || bad=1
	if msgattrib --only-fuzzy "$po" | grep -q msgid; then
		echo "$po: fuzzy:"
		msgattrib --only-fuzzy --no-wrap "$po" | grep '^msgid "..*"'
		bad=1
	fi
	if msgattrib --untranslated "$po" | grep -q msgid; then
		echo "$po: not translated:"
		msgattrib --untranslated --no-wrap "$po" | grep '^msgid '
		bad=1
	fi
	strings "$po" >"$work/have"
	if ! diff "$work/want" "$work/have" >"$work/diff"; then
		echo "$po is not in step with the sources; run assets/po/update.sh:"
		sed -n 's/^< /lacks /p; s/^> /has no use for /p' "$work/diff"
		bad=1
	fi
done
echo "po: $(grep -c '^msgid' "$work/want") strings, $count languages"
[ "$count" -gt 0 ] && [ "$bad" = 0 ]
