#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Each header compiles alone, and twice.
#
#   headers.sh [ROOT [FILE]]
#   CC, LINT_CFLAGS   from make; clang is asked too where there is one
root=${1:-${srcdir:-$(dirname "$0")/../..}}
cd "$root" || exit 99
flags="-std=c11 -D_GNU_SOURCE -fsyntax-only -Wall -Wextra -Wpedantic -Werror
    -Iinclude -Isrc ${LINT_CFLAGS:-}"
compilers=${CC:-cc}
case $compilers in
*clang*) ;;
*) if command -v clang >/dev/null; then compilers="$compilers:clang"; fi ;;
esac

bad=0
count=0
for file in ${2:-$(find include src -name '*.h' | sort)}; do
	name=${file#*/}
	count=$((count + 1))
	guard=$(printf '%s' "$name" | tr 'a-z/.-' 'A-Z___')
	if ! grep -q "^#ifndef $guard\$" "$file"; then
		echo "$file: its guard is not $guard"
		bad=$((bad + 1))
	fi
	saved_IFS=$IFS
	IFS=:
	for compiler in $compilers; do
		IFS=$saved_IFS
		# shellcheck disable=SC2086 # lists of words
		if ! printf '#include "%s"\n#include "%s"\nextern int unit;\n' \
		    "$name" "$name" | $compiler $flags -x c -; then
			echo "$file: does not compile alone with $compiler"
			bad=$((bad + 1))
		fi
	done
	IFS=$saved_IFS
done
echo "headers: $count, by $compilers; $bad violations"
[ "$bad" -eq 0 ]
