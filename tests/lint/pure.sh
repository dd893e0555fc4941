#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The pure libraries import nothing that touches the world, and hold no
# variable that outlives a call. Whatever a pure library imports must be
# defined in one, or be listed here.
#
#   pure.sh [ROOT [BUILD]]
build=${2:-.}

if [ -n "${INSTRUMENT_FLAGS:-}" ]; then
	echo "SKIPPED: instrumented objects import and define more than ours"
	exit 77
fi
cd "$build" || exit 99
libs=
for layer in base crypto wire proto core ui; do
	[ -f "lib$layer.a" ] || { echo "lib$layer.a is not built"; exit 1; }
	libs="$libs lib$layer.a"
done

# shellcheck disable=SC2086 # a list of words
nm -A -f sysv $libs | awk -F'|' '
BEGIN {
	# Memory and strings; nothing that depends on the locale.
	allow("^mem(cpy|move|set|cmp|chr|rchr|mem)$")
	allow("^str(n?len|n?cmp|r?chr|n?casecmp|str|c?spn|pbrk)$")
	allow("^(__isoc[0-9]+_)?strtou?(l|ll|imax|max)$")
	allow("^(malloc|calloc|realloc|reallocarray|free)$")
	allow("^(qsort|bsearch|abort|__errno_location)$")
	allow("^v?snprintf$")
	allow("^gmtime_r$")
	# What the compiler and its hardening put in.
	allow("^__(mem|str|v?sn)[a-z]*_chk$")
	allow("^(__stack_chk_fail|__assert_fail|__assert|_GLOBAL_OFFSET_TABLE_)$")
	# Only where they belong.
	allow_in("^(crypto_|sodium_)", "^libcrypto")
	allow_in("^randombytes_", "^libcrypto.a:.*rng[.]o$")
	allow_in("^utf8proc_", "^libbase")
	allow_in("^(localtime_r|mktime)$", "^libui")
}
function allow(re) {
	allow_in(re, "")
}
function allow_in(re, where) {
	rule[++rules] = re
	place[rules] = where
}
function trim(s) {
	gsub(/^[ \t]+|[ \t]+$/, "", s)
	return s
}
function is_allowed(name, object,    i) {
	for (i = 1; i <= rules; i++)
		if (name ~ rule[i] && object ~ place[i])
			return 1
	return 0
}
NF >= 7 {
	# "libx.a:y.o:name" in the first column.
	at = match($1, /:[^:]*$/)
	object = trim(substr($1, 1, at - 1))
	name = trim(substr($1, at + 1))
	class = trim($3)
	section = trim($7)
	if (class == "U" || class == "w") {
		imports[name "|" object] = 1
	} else if (class ~ /^[BbDdCSsGgu]$/ && section !~ /^[.]data[.]rel[.]ro/) {
		printf "%s: %s is a variable (%s)\n", object, name, section
		bad++
	} else {
		defined[name] = 1
	}
	symbols++
}
END {
	for (pair in imports) {
		split(pair, part, "|")
		if (part[1] in defined || is_allowed(part[1], part[2]))
			continue
		printf "%s: imports %s\n", part[2], part[1]
		bad++
	}
	printf "pure: %d symbols, %d violations\n", symbols, bad
	exit bad > 0 || symbols == 0
}'
