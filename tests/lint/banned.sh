#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Words and headers that must not appear, or not there.
root=${1:-${srcdir:-$(dirname "$0")/../..}}
cd "$root" || exit 99

bad=0
rules=0
# forbid WHY PATTERN FILE...: the pattern appears in none of the files.
forbid()
{
	why=$1
	pattern=$2
	shift 2
	rules=$((rules + 1))
	if [ $# -gt 0 ] && grep -nE "$pattern" "$@" /dev/null; then
		echo "  ^ $why"
		bad=$((bad + 1))
	fi
}

# files DIR DIR [EXCEPT]: the C files below both, but for those whose path
# matches the pattern.
files()
{
	find "$1" "$2" -name '*.[ch]' 2>/dev/null | grep -vE "${3:-^$}" | sort -u
}

b='(^|[^[:alnum:]_])'
# shellcheck disable=SC2046 # none of our files has a blank in its name
{
forbid "unbounded, or blind to errors" \
    "$b(strcpy|strcat|stpcpy|sprintf|vsprintf|gets|strtok|atoi|atol|atoll|atof|alloca)[[:space:]]*\\(" \
    $(files src include) $(files tests tests)
forbid "finish it or leave it out" "$b(TODO|FIXME|XXX)([^[:alnum:]]|\$)" \
    $(files src include) $(files tests tests)
forbid "tests do not wait" "$b(sleep|usleep|nanosleep|clock_nanosleep)[[:space:]]*\\(" \
    $(files tests/unit tests/sim) $(files tests/fuzz tests/support)
forbid "sodium is for crypto, and for app to start it" \
    '#[[:space:]]*include[[:space:]]*[<"]sodium' \
    $(files src include '^(src|include)/(crypto|app)/')
forbid "openssl is for crypto" '#[[:space:]]*include[[:space:]]*[<"]openssl/' \
    $(files src include '^src/crypto/')
forbid "curses is for tty" '#[[:space:]]*include[[:space:]]*[<"](n?curses|term[.]h|panel|ncursesw)' \
    $(files src include '^(src|include)/tty/')
forbid "sqlite is for store" '#[[:space:]]*include[[:space:]]*[<"]sqlite3' \
    $(files src include '^(src|include)/store/')
forbid "utf8proc is for base" '#[[:space:]]*include[[:space:]]*[<"]utf8proc' \
    $(files src include '^(src|include)/base/')
forbid "jansson is for app" '#[[:space:]]*include[[:space:]]*[<"]jansson' \
    $(files src include '^(src|include)/app/')
forbid "only peer_text looks inside the bytes of a peer" \
    'untrusted_(data|size)' \
    $(files src include '^(src/base/peer_text[.]c|include/base/peer_text[.]h|src/wire/)')
forbid "structs keep their tag" '^[[:space:]]*typedef[[:space:]]+struct' \
    $(files src include)
}

rules=$((rules + 1))
if find src include tests -name '*.[ch]' -exec awk '
    FNR == 1 && $0 != "/* SPDX-License-Identifier: MIT */" {
	print FILENAME ": its first line is not the licence"
    }' {} + | grep .; then
	bad=$((bad + 1))
fi
echo "banned: $rules rules, $bad broken"
[ "$bad" -eq 0 ]
