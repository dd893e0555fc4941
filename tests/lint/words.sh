#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Nothing in the tree speaks of the machine it was written on.
root=${1:-${srcdir:-$(dirname "$0")/../..}}
cd "$root" || exit 99

list()
{
	if [ -e .git ] && git ls-files 2>/dev/null; then
		return
	fi
	find README NEWS COPYING bootstrap configure.ac Makefile.am .ci src \
	    include tests doc assets -type f ! -path '*/.deps/*' \
	    ! -name '*.log' ! -name '*.trs' 2>/dev/null
}
# The brackets keep this file from finding itself.
pattern='(^|[^[:alnum:]_.-])/(wor[k]|roo[t])/|/tmp/(bas[h]|[b]-)|bash_job[s]'
count=$(list | grep -c .)
if list | xargs grep -InE "$pattern" -- /dev/null; then
	echo "words: the paths above mean nothing to others"
	exit 1
fi
echo "words: $count files"
[ "$count" -gt 0 ]
