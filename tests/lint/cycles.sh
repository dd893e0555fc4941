#!/bin/sh
# SPDX-License-Identifier: MIT
#
# No header reaches itself: pairs of includes through tsort, which names the
# loop.
root=${1:-${srcdir:-$(dirname "$0")/../..}}
cd "$root" || exit 99

pairs=$(find src include -name '*.h' | while read -r file; do
	name=${file#*/}
	sed -n "s|^[ 	]*#[ 	]*include[ 	]*\"\\(.*\\)\".*|$name \\1|p" "$file"
done)
loop=$(printf '%s\n' "$pairs" | tsort 2>&1 >/dev/null)
echo "cycles: $(printf '%s\n' "$pairs" | grep -c .) pairs"
if [ -n "$loop" ]; then
	printf '%s\n' "$loop"
	exit 1
fi
