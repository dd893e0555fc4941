#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every lint can fail: each violation is planted in a copy of the tree, and
# the lint must name it.
#
#   LIBS_DIR   where the libraries are built (.)
root=$(cd "${1:-${srcdir:-$(dirname "$0")/../..}}" && pwd) || exit 99
libs=$(cd "${LIBS_DIR:-.}" && pwd) || exit 99
work=$(mktemp -d) || exit 99
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
tree=$work/tree
planted=0
failed=0

mkdir -p "$tree/tests" "$tree/doc"
cp -R "$root/src" "$root/include" "$tree"
cp -R "$root/tests/lint" "$root/tests/unit" "$tree/tests"
cp -R "$root/assets" "$tree"
for file in doc/HACKING doc/earshot.1 README; do
	[ ! -f "$root/$file" ] || cp "$root/$file" "$tree/$file"
done
chmod -R u+w "$tree"
touched=

# plant FILE TEXT: adds the text at the end, with the licence before it where
# the file is new.
plant()
{
	touched="$touched $1"
	[ -f "$tree/$1" ] ||
	    echo '/* SPDX-License-Identifier: MIT */' >"$tree/$1"
	printf '%s\n' "$2" >>"$tree/$1"
}

# fails LINT WORD [MORE]: the lint fails on the tree and says the word.
fails()
{
	planted=$((planted + 1))
	if sh "$tree/tests/lint/$1.sh" "$tree" ${3:+"$3"} >"$work/out" 2>&1; then
		echo "$1 does not see: $2"
		failed=$((failed + 1))
	elif ! grep -qF -- "$2" "$work/out"; then
		echo "$1 does not name: $2; it says:"
		sed 's/^/    /' "$work/out"
		failed=$((failed + 1))
	fi
	restore
}

restore()
{
	for file in $touched; do
		rm -f "$tree/$file"
		[ ! -f "$root/$file" ] || cp "$root/$file" "$tree/$file"
		chmod -f u+w "$tree/$file"
	done
	touched=
}

# layers
plant src/base/planted.c '#include "net/tcp.h"'
fails layers 'base must not include "net/tcp.h"'
plant include/ui/planted.h '#include "wire/tlv.h"'
fails layers 'ui must not include "wire/tlv.h"'
plant src/core/planted.c '#include "planted.h"'
fails layers 'include "planted.h" names no layer'
plant src/base/planted.h 'extern int planted;'
plant src/net/planted.c '#include "base/planted.h"'
fails layers 'include "base/planted.h" is not an interface of base'
mkdir "$tree/src/util"
plant src/util/planted.c '#include "base/err.h"'
fails layers 'is in no known layer'
rmdir "$tree/src/util"

# cycles
plant include/base/planted_a.h '#include "base/planted_b.h"'
plant include/base/planted_b.h '#include "base/planted_a.h"'
fails cycles base/planted_a.h

# headers
plant include/base/planted.h '#ifndef BASE_PLANTED_H
#define BASE_PLANTED_H
size_t planted(void);
#endif'
fails headers 'include/base/planted.h: does not compile alone' \
    include/base/planted.h
plant include/base/planted.h '#ifndef PLANTED_H
#define PLANTED_H
#endif'
fails headers 'include/base/planted.h: its guard is not BASE_PLANTED_H' \
    include/base/planted.h

# length
if ctags --version 2>/dev/null | grep -q Universal; then
	plant src/base/planted.c "$(printf 'void\nplanted(void)\n{\n'
	    awk 'BEGIN { for (i = 0; i < 77; i++) print "\t;" }'; echo '}')"
	fails length 'planted has 81 lines'
	plant src/base/planted.c "$(yes '/* */' | sed 800q)"
	fails length 'planted.c: a file of 801 lines'
fi

# banned
for word in strcpy strcat sprintf gets atoi strtok; do
	plant src/app/planted.c "	$word(a, b);"
	fails banned "	$word(a, b);"
done
for word in TODO FIXME XXX; do
	plant src/app/planted.c "/* $word later */"
	fails banned "/* $word later */"
done
plant tests/unit/planted.c '	usleep(10);'
fails banned 'tests do not wait'
plant src/core/planted.c '#include <openssl/evp.h>'
fails banned 'openssl is for crypto'
plant src/core/planted.c '#include <sodium.h>'
fails banned 'sodium is for crypto'
plant include/ui/planted.h '#include <curses.h>'
fails banned 'curses is for tty'
plant src/app/planted.c '#include <sqlite3.h>'
fails banned 'sqlite is for store'
plant src/ui/planted.c '#include <utf8proc.h>'
fails banned 'utf8proc is for base'
plant src/store/planted.c '#include <jansson.h>'
fails banned 'jansson is for app'
plant src/ui/planted.c '	puts(in.untrusted_data);'
fails banned 'only peer_text looks'
plant src/ui/planted.c 'typedef struct planted planted;'
fails banned 'structs keep their tag'
plant src/ui/planted.c 'extern int planted;'
echo 'extern int planted;' >"$tree/src/ui/planted.c"
fails banned 'planted.c: its first line is not the licence'

# filemap
plant src/base/planted.c 'extern int planted;'
fails filemap 'no line for src/base/planted.c'
plant doc/HACKING '    src/base/planted.c  nothing'
fails filemap 'src/base/planted.c is gone'

# words
for word in '/wor''k/main' '/tmp/b''-x' '/tmp/bas''h_jobs.0' '/roo''t/x'; do
	plant README "see $word"
	fails words "see $word"
done

# po
if command -v xgettext >/dev/null && command -v python3 >/dev/null; then
	plant src/ui/planted.c '	x = say(l, "planted");'
	fails po 'lacks msgid "planted"'
	plant src/ui/planted.c '	x = xasprintf("planted for %s", y);'
	fails po 'not said: planted for %s'
	plant src/ui/planted.c '	draw_text(f, 1, 2, 3, STYLE_BAR, "planted");'
	fails po 'not said: planted'
	plant assets/po/zh_CN.po '
msgid "planted"
msgstr "x"'
	fails po 'has no use for msgid "planted"'
	plant assets/po/zh_CN.po '
msgid "planted"
msgstr ""'
	fails po 'not translated'
fi

# pure: the libraries as built, with one object more.
purely() # LIBRARY CODE WORD
{
	mkdir -p "$work/libs"
	for layer in base crypto wire proto core ui; do
		cp "$libs/lib$layer.a" "$work/libs" || exit 99
	done
	printf '%s\n' "$2" >"$work/libs/planted.c"
	(cd "$work/libs" && ${CC:-cc} -fPIE -c planted.c &&
	    ar r "lib$1.a" planted.o) 2>/dev/null || exit 99
	fails pure "$3" "$work/libs"
}

if [ -z "${INSTRUMENT_FLAGS:-}" ]; then
	for call in time read write open socket clock_gettime getenv printf \
	    puts exit rand random fprintf malloc_trim randombytes_buf; do
		purely core "int $call(); int planted(void);
		    int planted(void) { return $call(1); }" "imports $call"
	done
	purely core 'int localtime_r(); int planted(void);
	    int planted(void) { return localtime_r(1); }' 'imports localtime_r'
	purely ui 'int utf8proc_free(); int planted(void);
	    int planted(void) { return utf8proc_free(1); }' \
	    'imports utf8proc_free'
	purely wire 'int planted(void);
	    int planted(void) { static int n; return ++n; }' 'is a variable'
	purely base 'int planted_state = 3;' 'planted_state is a variable'
	# A table of pointers needs relocation and is still constant.
	planted=$((planted + 1))
	mkdir -p "$work/libs"
	cp "$libs"/lib*.a "$work/libs"
	echo 'extern const char *const planted_t[];
	    const char *const planted_t[] = { "a", "b" };' \
	    >"$work/libs/planted.c"
	(cd "$work/libs" && ${CC:-cc} -fPIE -c planted.c &&
	    ar r libbase.a planted.o) 2>/dev/null || exit 99
	if sh "$root/tests/lint/pure.sh" "$root" "$work/libs" |
	    grep -F planted_t; then
		echo "pure refuses a constant table"
		failed=$((failed + 1))
	fi
fi

# manpage: a program that knows more than the page, and one that knows less.
program() # TABLE HELP
{
	mkdir -p "$work/built/tests/lint"
	printf '#!/bin/sh\necho "%s"\n' "$1" >"$work/built/tests/lint/tables"
	printf '#!/bin/sh\necho "%s"\n' "$2" >"$work/built/earshot"
	chmod +x "$work/built/tests/lint/tables" "$work/built/earshot"
}
program 'command planted' '--help'
fails manpage 'lacks /planted' "$work/built"
program 'key planted' '--help'
fails manpage 'lacks .It Ic planted' "$work/built"
program 'press Ctrl-Planted' '--help'
fails manpage 'lacks Ctrl-Planted' "$work/built"
program 'command help' '--planted'
fails manpage 'lacks .It Fl \-planted' "$work/built"
program 'command help' '--planted'
fails manpage 'earshot.bash: lacks --planted' "$work/built"
program 'command help' '--help'
fails manpage '/quit is no command' "$work/built"
program 'command help' '--help'
fails manpage '--plain is no option' "$work/built"
plant src/app/planted.c 'x = json_pack("{s:s}", "event",
	"planted", "text");'
program 'command help' '--help'
fails manpage 'lacks the event planted' "$work/built"
plant src/app/options.h '	EXIT_PLANTED = 9, /* planted */'
program 'command help' '--help'
fails manpage 'lacks the exit status 9' "$work/built"
program 'command help' '  planted               a verb, with --help

Exit status: 0 done, 8 planted'
fails manpage 'lacks status 8 of planted' "$work/built"
plant src/app/planted.c 'x = getenv("EARSHOT_PLANTED");'
program 'command help' '--help'
fails manpage 'lacks the variable EARSHOT_PLANTED' "$work/built"
program 'command help' 'nothing'
fails manpage 'names no option' "$work/built"

# mandoc
if command -v mandoc >/dev/null; then
	plant doc/earshot.1 '.Planted macro'
	fails mandoc 'Planted'
fi

echo "selftest: $planted violations planted, $failed not found"
[ "$failed" -eq 0 ]
