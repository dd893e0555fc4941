#!/bin/sh
# SPDX-License-Identifier: MIT
#
# doc/HACKING has a line for every source file, and for none that is gone.
root=${1:-${srcdir:-$(dirname "$0")/../..}}
cd "$root" || exit 99

bad=0
count=0
for file in $(find src -name '*.c' | sort); do
	count=$((count + 1))
	if ! grep -qE "^ +$file( |\$)" doc/HACKING; then
		echo "doc/HACKING: no line for $file"
		bad=$((bad + 1))
	fi
done
for file in $(sed -nE 's/^ +(src\/[a-z_]+\/[a-z0-9_]+\.c)( .*)?$/\1/p' \
    doc/HACKING); do
	if [ ! -f "$file" ]; then
		echo "doc/HACKING: $file is gone"
		bad=$((bad + 1))
	fi
done
echo "filemap: $count files, $bad violations"
[ "$count" -gt 0 ] && [ "$bad" -eq 0 ]
