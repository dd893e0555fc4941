#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The diagram of the layers, executable: which layer may include which, and
# only through include/LAYER/.
root=${1:-${srcdir:-$(dirname "$0")/../..}}
cd "$root" || exit 99

find src include -name '*.[ch]' -exec awk '
BEGIN {
	may["base"] = " base "
	may["crypto"] = " crypto base "
	may["wire"] = " wire base crypto "
	may["proto"] = " proto base crypto wire "
	may["core"] = " core base crypto wire proto "
	may["store"] = " store base core "
	may["net"] = " net base "
	may["ui"] = " ui base core "
	may["tty"] = " tty base ui "
	may["app"] = " app base crypto wire proto core store net ui tty "
}
FNR == 1 {
	files++
	split(FILENAME, part, "/")
	from = part[2]
	if (!(from in may))
		fail("is in no known layer")
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, quoted, "\"")
	name = quoted[2]
	if (split(name, part, "/") != 2) {
		fail("include \"" name "\" names no layer")
		next
	}
	to = part[1]
	if (index(may[from], " " to " ") == 0)
		fail(from " must not include \"" name "\"")
	else if (from != to && !exists("include/" name))
		fail("include \"" name "\" is not an interface of " to)
}
function exists(path,    line) {
	if ((getline line < path) < 0)
		return 0
	close(path)
	return 1
}
function fail(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what
	bad++
}
END {
	printf "layers: %d files, %d violations\n", files, bad
	exit bad > 0
}' {} +
