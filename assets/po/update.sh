#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Brings the catalogues in step with the sources: new strings come in without
# a translation, changed ones with the old one marked fuzzy, and those that are
# gone go. Needs GNU gettext.
#
#   update.sh [-n]     -n: writes the template to standard output instead
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
pot=$(mktemp)
trap 'rm -f "$pot" "$pot.po"' EXIT

# engine_info() and engine_error(), and fail() of the store, say their format.
find src include -name '*.[ch]' ! -name catalogue.h | LC_ALL=C sort |
    xgettext --files-from=- --from-code=UTF-8 --language=C --no-wrap \
	--package-name=earshot --add-comments=TRANSLATORS: \
	--keyword --keyword=say:2 --keyword=say_n:2,3 --keyword=say_in:2c,3 \
	--keyword=N_ --keyword=engine_info:4 --keyword=engine_error:4 \
	--keyword=fail:3 --flag=say:2:pass-c-format \
	--flag=say_n:2:pass-c-format --flag=say_n:3:pass-c-format \
	--flag=xasprintf:1:c-format --flag=str_addf:2:c-format \
	--flag=engine_info:4:c-format --flag=engine_error:4:c-format \
	--flag=fail:3:c-format --sort-by-file --add-location=file -o "$pot"
sed -i.bak "/^\"POT-Creation-Date/d; s/charset=CHARSET/charset=UTF-8/" "$pot"
rm -f "$pot.bak"
if [ "${1:-}" = -n ]; then
	cat "$pot"
	exit
fi
for po in assets/po/*.po; do
	msgmerge --quiet --no-wrap --sort-by-file --add-location=file \
	    -o "$pot.po" "$po" "$pot"
	msgattrib --no-obsolete --no-wrap --sort-by-file --add-location=file \
	    -o "$po" "$pot.po"
	msgfmt --check --statistics -o /dev/null "$po"
done
