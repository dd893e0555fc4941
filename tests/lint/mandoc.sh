#!/bin/sh
# SPDX-License-Identifier: MIT
#
# mandoc finds nothing to complain about in the man page.
root=${1:-${srcdir:-$(dirname "$0")/../..}}
cd "$root" || exit 99

if ! command -v mandoc >/dev/null; then
	echo "SKIPPED: no mandoc here, so nobody read the man page"
	exit 77
fi
mandoc -T lint -W warning doc/earshot.1
