/* SPDX-License-Identifier: MIT */
/*
 * What a peer may call a file (T37, T41), and what it is called here. size 0:
 * up to the NUL.
 */
#ifndef BAD_NAMES_H
#define BAD_NAMES_H

#include <stddef.h>

struct bad_name {
	const char *name, *safe;
	size_t size;
};

static const struct bad_name bad_names[] = {
	/* Paths. */
	{ "..", "__", 0 },
	{ ".", "_", 0 },
	{ "", "_", 0 },
	{ "...", "___", 0 },
	{ "/etc/passwd", "_etc_passwd", 0 },
	{ "a/b", "a_b", 0 },
	{ "../x", "___x", 0 },
	{ "../../../../etc/shadow", "___.._.._.._etc_shadow", 0 },
	{ "a/../../b", "a_.._.._b", 0 },
	{ "/", "_", 0 },
	{ "//", "__", 0 },
	{ "./", "__", 0 },
	{ "a/", "a_", 0 },
	{ "..\\x", "___x", 0 },
	{ "..\\..\\boot.ini", "___.._boot.ini", 0 },
	{ "C:\\x", "C__x", 0 },
	{ "C:", "C_", 0 },
	{ "\\\\host\\share\\x", "__host_share_x", 0 },
	{ "file:///etc/passwd", "file____etc_passwd", 0 },
	{ "a:stream", "a_stream", 0 },
	{ "a.txt::$DATA", "a.txt__$DATA", 0 },
	{ "%2e%2e%2f", "%2e%2e%2f", 0 },
	{ "..%00/x", "__%00_x", 0 },
	/* Homes, options, what a shell or a system reads. */
	{ "~", "_", 0 },
	{ "~root", "_root", 0 },
	{ "~/.profile", "__.profile", 0 },
	{ "-rf", "_rf", 0 },
	{ "--help", "_-help", 0 },
	{ "-", "_", 0 },
	{ ".bashrc", "_bashrc", 0 },
	{ ".ssh", "_ssh", 0 },
	{ ".config", "_config", 0 },
	{ "authorized_keys", "authorized_keys", 0 },
	{ "$(reboot)", "$(reboot)", 0 },
	{ "`reboot`", "`reboot`", 0 },
	{ "a;b|c", "a;b_c", 0 },
	{ "a*b?", "a_b_", 0 },
	{ "<a>\"b\"", "_a__b_", 0 },
	/* Ends. */
	{ " x", "x", 0 },
	{ "  x  ", "x", 0 },
	{ "x.", "x", 0 },
	{ "x. . ", "x", 0 },
	{ " .x", "_x", 0 },
	{ ". x", "_ x", 0 },
	{ " ", "_", 0 },
	{ ". .", "_", 0 },
	{ "x.exe.", "x.exe", 0 },
	/* Bytes that are no text. */
	{ "a\0b", "a_b", 3 },
	{ "\0", "_", 1 },
	{ "a\nb", "a_b", 0 },
	{ "a\r\nb", "a_b", 0 },
	{ "a\tb", "a b", 0 },
	{ "\x1b[2Jx", "_[2Jx", 0 },
	{ "\x1b]0;title\x07", "_]0;title_", 0 },
	{ "a\x7f", "a_", 0 },
	{ "\xff\xfe", "__", 0 },
	{ "a\xc0\xaf", "a__", 0 },
	{ "\xed\xa0\x80", "___", 0 },
	{ "a\xe2\x82", "a_", 0 },
	{ "\xf4\x90\x80\x80", "____", 0 },
	/* Two ways to write the same. */
	{ "caf\xc3\xa9", "caf\xc3\xa9", 0 },
	{ "cafe\xcc\x81", "caf\xc3\xa9", 0 },
	/* Directions, and what cannot be seen. */
	{ "photo\xe2\x80\xaegpj.exe", "photo_gpj.exe", 0 },
	{ "a\xe2\x80\x8f.txt", "a_.txt", 0 },
	{ "a\xe2\x81\xa6.txt", "a_.txt", 0 },
	{ "a\xe2\x80\x8b.txt", "a_.txt", 0 },
	{ "a\xc2\xad.txt", "a_.txt", 0 },
	{ "\xef\xbb\xbf"
	  "a",
	    "_a", 0 },
	{ "a\xe2\x80\xa8"
	  "b",
	    "a_b", 0 },
	{ "photo.jpg                              .exe", "photo.jpg .exe", 0 },
	{ "photo.jpg\xe3\x80\x80\xe3\x80\x80.exe", "photo.jpg .exe", 0 },
	{ "a\xe2\xa0\x80\xe2\xa0\x80.sh", "a .sh", 0 },
	/* What passes for a dot or a slash. */
	{ "\xef\xbc\x8e\xef\xbc\x8e\xef\xbc\x8fx", "___x", 0 },
	{ "a\xe2\x88\x95"
	  "b",
	    "a_b", 0 },
	{ "a\xe2\x81\x84"
	  "b",
	    "a_b", 0 },
	{ "\xe2\x80\xa4\xe2\x80\xa4", "__", 0 },
	{ "\xe2\x80\xa5", "_", 0 },
	{ "a\xef\xbc\xbc"
	  "b",
	    "a_b", 0 },
	{ "a\xe2\xa7\xb8"
	  "b",
	    "a_b", 0 },
	/* Devices of Windows. */
	{ "CON", "_CON", 0 },
	{ "con.txt", "_con.txt", 0 },
	{ "aux.txt", "_aux.txt", 0 },
	{ "NUL", "_NUL", 0 },
	{ "nul .tar.gz", "_nul .tar.gz", 0 },
	{ "COM1", "_COM1", 0 },
	{ "lpt9.x", "_lpt9.x", 0 },
	{ "COM\xc2\xb9", "_COM\xc2\xb9", 0 },
	{ "CONIN$", "_CONIN$", 0 },
	{ "COM", "COM", 0 },
	{ "console", "console", 0 },
	/* Ours. */
	{ ".earshot-0123456789abcdef.part", "_earshot-0123456789abcdef.part",
	    0 },
	{ "earshot.db", "earshot.db", 0 },
	/* What is fine stays. */
	{ "report 2026 (final).pdf", "report 2026 (final).pdf", 0 },
	{ "\xe6\x8a\xa5\xe5\x91\x8a.docx", "\xe6\x8a\xa5\xe5\x91\x8a.docx", 0 },
	{ "README", "README", 0 },
	{ "readme", "readme", 0 },
	{ "archive.tar.gz", "archive.tar.gz", 0 },
};

enum { BAD_NAME_COUNT = sizeof(bad_names) / sizeof(bad_names[0]) };

#endif
