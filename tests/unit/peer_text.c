/* SPDX-License-Identifier: MIT */
#include "base/peer_text.h"
#include "base/utf8.h"
#include "base/width.h"
#include "clean_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GONE "\xef\xbf\xbd" /* U+FFFD */
#define ZWJ "\xe2\x80\x8d"
#define ZWNJ "\xe2\x80\x8c"
#define VS16 "\xef\xb8\x8f"
#define ACUTE "\xcc\x81"
#define BELOW "\xcc\xa3"
#define CIRCLE "\xe2\x97\x8c"
#define MAN "\xf0\x9f\x91\xa8"
#define WOMAN "\xf0\x9f\x91\xa9"
#define TONE "\xf0\x9f\x8f\xbd"

enum {
	KINDS = PEER_TEXT_LINE + 1,
	MIB = 1024 * 1024,
};

static void
assert_clean(const void *in, size_t n, enum peer_text_kind kind)
{
	size_t size;
	char *text = peer_text(untrusted_of(in, n), kind, &size);
	const char *fault = clean_fault(text, size, kind);

	if (fault != NULL)
		fail_msg("kind %d: %s: from \"%.*s\" came \"%s\"", kind, fault,
		    (int)n, (const char *)in, text);
	if (memchr(in, '\t', n) == NULL && size > PEER_TEXT_GROWTH * n + 4)
		fail_msg("%zu bytes became %zu", n, size);
	free(text);
}

static void
assert_clean_as_all(const void *in, size_t n)
{
	for (int kind = 0; kind < KINDS; kind++)
		assert_clean(in, n, (enum peer_text_kind)kind);
}

static const struct {
	enum peer_text_kind kind;
	const char *in, *out;
} cases[] = {
	/* Plain text is left alone. */
	{ PEER_TEXT_NAME, "Ana", "Ana" },
	{ PEER_TEXT_NAME, "Jos\xc3\xa9", "Jos\xc3\xa9" },
	{ PEER_TEXT_NAME, "\xe5\xb0\x8f\xe6\x98\x8e",
	    "\xe5\xb0\x8f\xe6\x98\x8e" },
	{ PEER_TEXT_BODY, "a\nb\n", "a\nb\n" },
	{ PEER_TEXT_BODY, "  two  blanks  ", "  two  blanks  " },
	{ PEER_TEXT_STATUS, "", "" },
	{ PEER_TEXT_BODY, "", "" },
	/* Names: trimmed, one line, never empty. */
	{ PEER_TEXT_NAME, "", "?" },
	{ PEER_TEXT_NAME, "   ", "?" },
	{ PEER_TEXT_NAME, "\xc2\xa0\xe3\x80\x80\xe2\xa0\x80", "?" },
	{ PEER_TEXT_NAME, "  a   b  ", "a b" },
	{ PEER_TEXT_NAME,
	    "a\xe2\x80\x83 \xc2\xa0"
	    "b",
	    "a b" },
	{ PEER_TEXT_NAME, "a\nb\tc",
	    "a\xe2\x90\x8a"
	    "b\xe2\x90\x89"
	    "c" },
	{ PEER_TEXT_NAME, " " ACUTE "a", CIRCLE ACUTE "a" },
	{ PEER_TEXT_NAME, "a " ACUTE, "a " ACUTE },
	{ PEER_TEXT_NAME, "a " ZWJ "b", "a " GONE "b" },
	/* Lines and tabs. */
	{ PEER_TEXT_BODY, "a\r\nb\rc\n\rd", "a\nb\nc\n\nd" },
	{ PEER_TEXT_BODY,
	    "a\xc2\x85"
	    "b\xe2\x80\xa8"
	    "c\xe2\x80\xa9"
	    "d",
	    "a\nb\nc\nd" },
	{ PEER_TEXT_LINE, "a\r\nb\nc",
	    "a\xe2\x8f\x8e"
	    "b\xe2\x8f\x8e"
	    "c" },
	{ PEER_TEXT_STATUS, "a\r\nb\xc2\x85\xe2\x80\xa8",
	    "a\xe2\x90\x8d\xe2\x90\x8a"
	    "b" GONE GONE },
	{ PEER_TEXT_BODY, "\tx", "        x" },
	{ PEER_TEXT_BODY, "abc\tx", "abc     x" },
	{ PEER_TEXT_BODY, "12345678\tx", "12345678        x" },
	{ PEER_TEXT_BODY, "a\nab\tx", "a\nab      x" },
	{ PEER_TEXT_BODY, "\xe4\xbd\xa0\tx", "\xe4\xbd\xa0      x" },
	{ PEER_TEXT_LINE, "a\tb", "a       b" },
	/* Controls are seen. */
	{ PEER_TEXT_BODY, "\x1b[31m", "\xe2\x90\x9b[31m" },
	{ PEER_TEXT_NAME, "\x7f\x07", "\xe2\x90\xa1\xe2\x90\x87" },
	{ PEER_TEXT_BODY,
	    "\xc2\x9b"
	    "2J",
	    GONE "2J" },
	{ PEER_TEXT_BODY,
	    "\x9b"
	    "2J",
	    GONE "2J" },
	/* A maximal bad part is one placeholder. */
	{ PEER_TEXT_BODY,
	    "\xf0\x9f\x98"
	    "A\xc0\xaf",
	    GONE "A" GONE GONE },
	{ PEER_TEXT_BODY, "\xed\xa0\x80", GONE GONE GONE },
	/* Composed. */
	{ PEER_TEXT_BODY, "e" ACUTE, "\xc3\xa9" },
	{ PEER_TEXT_BODY, "a" ACUTE BELOW, "\xe1\xba\xa1" ACUTE },
	{ PEER_TEXT_BODY, "\xe2\x84\xab\xe2\x84\xaa", "\xc3\x85K" },
	{ PEER_TEXT_BODY, "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8",
	    "\xea\xb0\x81" },
	/* Marks. */
	{ PEER_TEXT_BODY, "x" ACUTE ACUTE ACUTE ACUTE ACUTE ACUTE "y",
	    "x" ACUTE ACUTE ACUTE ACUTE "y" },
	{ PEER_TEXT_BODY, ACUTE "a\n" ACUTE "b",
	    CIRCLE ACUTE "a\n" CIRCLE ACUTE "b" },
	/* U+1EAF counts two already, U+0344 two as well. */
	{ PEER_TEXT_BODY, "\xe1\xba\xaf" BELOW BELOW BELOW,
	    "\xe1\xba\xb7" BELOW ACUTE },
	{ PEER_TEXT_BODY, "x\xcd\x84\xcd\x84\xcd\x84",
	    "\xe1\xba\x8d" ACUTE "\xcc\x88" ACUTE },
	/* Joiners. */
	{ PEER_TEXT_BODY, "a" ZWJ "b" ZWNJ "c", "a" GONE "b" GONE "c" },
	{ PEER_TEXT_BODY, ZWJ "a" ZWJ, GONE "a" GONE },
	{ PEER_TEXT_BODY, MAN ZWJ WOMAN, MAN ZWJ WOMAN },
	{ PEER_TEXT_BODY, MAN TONE ZWJ WOMAN TONE, MAN TONE ZWJ WOMAN TONE },
	{ PEER_TEXT_BODY, MAN ZWNJ WOMAN, MAN GONE WOMAN },
	{ PEER_TEXT_BODY, MAN ZWJ "a", MAN GONE "a" },
	{ PEER_TEXT_BODY, MAN ZWJ ZWJ WOMAN, MAN GONE GONE WOMAN },
	{ PEER_TEXT_BODY, MAN ZWJ MAN ZWJ MAN ZWJ MAN ZWJ MAN ZWJ MAN ZWJ MAN,
	    MAN ZWJ MAN ZWJ MAN ZWJ MAN ZWJ MAN GONE MAN ZWJ MAN },
	{ PEER_TEXT_BODY, "\xd9\x85\xdb\x8c" ZWNJ "\xd8\xae",
	    "\xd9\x85\xdb\x8c" ZWNJ "\xd8\xae" }, /* Persian */
	{ PEER_TEXT_BODY, "\xe0\xa4\x95\xe0\xa5\x8d" ZWNJ "\xe0\xa4\xb7",
	    "\xe0\xa4\x95\xe0\xa5\x8d" ZWNJ "\xe0\xa4\xb7" }, /* Hindi */
	{ PEER_TEXT_BODY, "\xe0\xa6\xb0" ZWJ "\xe0\xa7\x8d\xe0\xa6\xaf",
	    "\xe0\xa6\xb0" ZWJ "\xe0\xa7\x8d\xe0\xa6\xaf" }, /* Bengali */
	{ PEER_TEXT_BODY, "\xd9\x85" ZWNJ "x", "\xd9\x85" GONE "x" },
	/* Styles. */
	{ PEER_TEXT_BODY, "\xe2\x9d\xa4" VS16, "\xe2\x9d\xa4" VS16 },
	{ PEER_TEXT_BODY, "\xe2\x9d\xa4" VS16 VS16, "\xe2\x9d\xa4" VS16 },
	{ PEER_TEXT_BODY, "1" VS16 "\xe2\x83\xa3", "1" VS16 "\xe2\x83\xa3" },
	{ PEER_TEXT_BODY, "1" VS16 "2", "12" },
	{ PEER_TEXT_BODY, "bob" VS16, "bob" },
	{ PEER_TEXT_BODY, VS16, "" },
	{ PEER_TEXT_BODY, "\xe2\x9d\xa4" ACUTE VS16, "\xe2\x9d\xa4" ACUTE },
	/* Hangul parts out of place. */
	{ PEER_TEXT_BODY, "a\xe1\x85\xa1", "a" GONE },
	{ PEER_TEXT_BODY, "\xe1\x84\x80\xe1\x84\x80", "\xe1\x84\x80" GONE },
};

static void
texts_become_what_they_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *in = cases[i].in;
		size_t size;
		char *text = peer_text(
		    untrusted_of(in, strlen(in)), cases[i].kind, &size);
		if (strcmp(text, cases[i].out) != 0)
			fail_msg("case %zu: \"%s\" not \"%s\"", i, text,
			    cases[i].out);
		assert_int_equal(size, strlen(text));
		free(text);
		assert_clean_as_all(in, strlen(in));
	}
}

static void
nul_is_a_control_like_others(void **state)
{
	size_t size;
	char *text = peer_text(untrusted_of("a\0b", 3), PEER_TEXT_BODY, &size);

	(void)state;
	assert_string_equal(text, "a\xe2\x90\x80"
				  "b");
	assert_int_equal(size, 5);
	free(text);
	text = peer_text(untrusted_of(NULL, 0), PEER_TEXT_NAME, NULL);
	assert_string_equal(text, "?");
	free(text);
}

/* Escape sequences without their introducer. */
static const char *const csi_tails[] = { "31m", "2J", "H", "1;1H", "?1049h",
	"?25l", "?1000h", "?2004h", "6n", "c", ">c", "=c", "5n", "21t",
	"8;1;1t", "3J", "1000000A", "4h", "!p", "0 q", "1;2;3;4;5;6;7;8;9m",
	"?6n", "200~", "201~", "38;2;1;2;3m" };
static const char *const string_tails[] = { "0;owned\a", "2;owned\x1b\\",
	"52;c;b3duZWQ=\a", "8;;http://e\x1b\\x\x1b]8;;\x1b\\", "9;hi\a",
	"777;notify;a;b\a", "1337;File=:AA==\a", "q\x9c", "4;1;?\a", "10;?\a",
	"50;x\a", "112\a", "$q\"p\x1b\\", "+q544e\x1b\\", "unfinished" };
/* DCS, SOS, CSI, OSC, PM, APC behind ESC; their C1 forms are 0x40 higher. */
static const char introducers[] = "PX[]^_";

static size_t corpus_count;

/* Each hostile piece alone, at either end, in between, and many of it. */
static void
try_piece(const void *piece, size_t n)
{
	enum { PLACES = 5, REPEATS = 7 };
	static const char *const before[PLACES] = { "", "ana ", "", "x\n", "" };
	static const char *const after[PLACES] = { "", "", " bob", "y", "" };
	char text[1024];

	for (int i = 0; i < PLACES; i++) {
		int repeats = i == PLACES - 1 ? REPEATS : 1;
		size_t size = strlen(before[i]);
		memcpy(text, before[i], size);
		for (int r = 0; r < repeats; r++, size += n)
			memcpy(text + size, piece, n);
		memcpy(text + size, after[i], strlen(after[i]));
		assert_clean_as_all(text, size + strlen(after[i]));
		corpus_count++;
	}
}

static void
try_cp(uint32_t cp)
{
	char bytes[UTF8_MAX];

	try_piece(bytes, utf8_encode(cp, bytes));
}

static void
try_sequence(char introducer, const char *tail)
{
	char text[128];

	for (int form = 0; form < 3; form++) {
		size_t n = 0;
		if (form == 0)
			text[n++] = 0x1b;
		if (form == 2)
			text[n++] = (char)0xc2;
		text[n++] = (char)(introducer + (form > 0 ? 0x40 : 0));
		memcpy(text + n, tail, strlen(tail));
		try_piece(text, n + strlen(tail));
	}
}

static void
try_raw(uint8_t first, uint8_t last)
{
	for (unsigned b = first; b <= last; b++) {
		uint8_t byte = (uint8_t)b;
		try_piece(&byte, 1);
	}
}

static void
t44_no_sequence_gets_through(void **state)
{
	(void)state;
	corpus_count = 0;
	for (size_t i = 0; i < sizeof(csi_tails) / sizeof(csi_tails[0]); i++)
		try_sequence('[', csi_tails[i]);
	for (size_t i = 0; i < sizeof(string_tails) / sizeof(string_tails[0]);
	     i++) {
		for (size_t k = 0; introducers[k] != '\0'; k++)
			try_sequence(introducers[k], string_tails[i]);
	}
	try_raw(0x00, 0x1f);
	try_raw(0x7f, 0xff);
	assert_int_equal(corpus_count, 5 * (3 * (25 + 15 * 6) + 32 + 129));
}

static void
t44_no_hidden_character_gets_through(void **state)
{
	static const uint32_t ranges[][2] = {
		{ 0x80, 0xad },
		{ 0x34f, 0x34f },
		{ 0x61c, 0x61c },
		{ 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f },
		{ 0x2000, 0x200f },
		{ 0x2028, 0x202f },
		{ 0x205f, 0x206f },
		{ 0x3164, 0x3164 },
		{ 0xd7fc, 0xd7ff },
		{ 0xe000, 0xe004 },
		{ 0xfdd0, 0xfdef },
		{ 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 },
		{ 0xfff0, 0xffff },
		{ 0x1bca0, 0x1bca3 },
		{ 0x1d173, 0x1d17a },
		{ 0x1fffe, 0x1ffff },
		{ 0xe0000, 0xe007f },
		{ 0xe0100, 0xe0105 },
		{ 0xf0000, 0xf0002 },
		{ 0x10fffe, 0x10ffff },
	};
	size_t code_points = 0;

	(void)state;
	corpus_count = 0;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		for (uint32_t cp = ranges[i][0]; cp <= ranges[i][1]; cp++) {
			try_cp(cp);
			code_points++;
		}
	}
	assert_in_range(code_points, 320, 360);
	assert_int_equal(corpus_count, 5 * code_points);
}

static void
t44_no_bad_utf8_gets_through(void **state)
{
	static const char *const bad[] = { "\xc0\x9b", "\xc1\x9b", "\xc0\x8a",
		"\xe0\x80\x9b", "\xe0\x82\x9b", "\xf0\x80\x80\x9b",
		"\xf0\x80\x82\x9b", "\xf8\x80\x80\x80\x9b", "\xed\xa0\x80",
		"\xed\xbf\xbf", "\xed\xa0\xbd\xed\xb8\x80", "\xf4\x90\x80\x80",
		"\xf7\xbf\xbf\xbf", "\xfc\x80\x80\x80\x80\x9b", "\xfe", "\xff",
		"\xc2", "\xe2\x80", "\xf0\x9f\x98", "\xc2\x1b[m", "\xe2\x80\n",
		"\xf0\x9f\x98\x1b]0;x\a", "\x80\xbf", "\xef\xbf\xbe",
		"\xef\xb7\x90" };

	(void)state;
	corpus_count = 0;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		try_piece(bad[i], strlen(bad[i]));
	assert_int_equal(corpus_count, 5 * 25);
}

/* Every code point there is, with neighbours and marks, in lines of 64. */
static void
every_code_point_is_clean_afterwards(void **state)
{
	enum { IN_ONE = 64 };
	size_t seen = 0;

	(void)state;
	for (uint32_t cp = 0; cp < 0x110000;) {
		char text[IN_ONE * 16];
		size_t n = 0;
		for (int i = 0; i < IN_ONE; i++, cp++, seen++) {
			n += utf8_encode(cp, text + n);
			if (cp % 3 == 0)
				n += utf8_encode(0x301, text + n);
			if (cp % 7 == 0)
				n += utf8_encode(cp, text + n);
			text[n++] = i % 8 == 7 ? '\n' : 'x';
		}
		assert_clean(text, n, PEER_TEXT_BODY);
	}
	assert_int_equal(seen, 0x110000);
}

/* What interacts: marks of all classes, joiners, styles, letters that join,
 * parts of syllables, blanks, line ends, and bytes that are no text. */
static const char *const interacting[] = { "a", "e", "1", "#", " ", "\n", "\r",
	"\t", "\x1b", "\x85", "\xc2\xa0", "\xcc\x81", "\xcc\xa3", "\xcc\xb8",
	"\xcc\x95", "\xcd\x84", "\xcd\x85", "\xcd\x8f", "\xe2\x83\xa3", ZWJ,
	ZWNJ, VS16, "\xef\xb8\x8e", "\xef\xb8\x80", MAN, TONE, "\xe2\x9d\xa4",
	"\xf0\x9f\x87\xab", "\xd9\x85", "\xd9\x8b", "\xd8\x80", "\xe0\xa4\x95",
	"\xe0\xa5\x8d", "\xe0\xa4\xbc", "\xe0\xa5\x91", "\xe0\xa5\x98",
	"\xe0\xa7\x87", "\xe0\xa6\xbe", "\xe0\xb8\xb3", "\xe0\xbd\xb3",
	"\xe1\x84\x80", "\xe1\x85\xa1", "\xe1\x86\xa8", "\xea\xb0\x80",
	"\xea\xb0\x81", "\xe1\xba\xaf", "\xe1\xbe\x82", "\xe2\x80\x80",
	"\xe2\x80\xae", "\xef\xbe\x9e", "\xe4\xbd\xa0", "\xef\xad\x8c",
	"\xf0\x9d\x85\xa0", "\xf0\x91\x82\xbd", "\xe0\xb5\x8e",
	"\xf0\xaf\xa0\x80", "\xf3\xa0\x81\x81", "\xff", "\xe2\x80", GONE };

static void
any_mixture_is_clean_afterwards(void **state)
{
	enum { ROUNDS = 20000, PARTS = 40 };
	const size_t count = sizeof(interacting) / sizeof(interacting[0]);
	uint64_t seed = 88172645463325252;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		char text[PARTS * UTF8_MAX];
		size_t n = 0;
		for (int i = 0; i < round % PARTS; i++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			const char *part = interacting[(seed >> 11) % count];
			memcpy(text + n, part, strlen(part));
			n += strlen(part);
		}
		assert_clean(text, n, (enum peer_text_kind)(round % KINDS));
	}
}

static char *
repeated(const char *unit, size_t total, size_t *ret_size)
{
	size_t unit_size = strlen(unit), n = total / unit_size * unit_size;
	char *text = malloc(n + 1);

	for (size_t at = 0; at < n; at += unit_size)
		memcpy(text + at, unit, unit_size);
	*ret_size = n;
	return text;
}

/*
 * Long enough that anything quadratic would never end; what comes out keeps
 * every bound, and no cluster of it is longer than a bounded run.
 */
static void
t47_long_hostile_lines(void **state)
{
	enum { CLUSTER_BYTES_MAX = 128 };
	static const char *const units[] = { "x", " ", ACUTE, BELOW ACUTE,
		"a" ACUTE ACUTE ACUTE ACUTE ACUTE ACUTE ACUTE ACUTE, MAN,
		MAN ZWJ, ZWJ, ZWNJ, VS16, TONE, MAN TONE ZWJ, "\xcd\x84",
		"\xf0\x9f\x87\xab", "\xe1\x84\x80", "\xe1\x85\xa1",
		"\xea\xb0\x81\xe1\x86\xa8", "\xd9\x85" ZWNJ,
		"\xe0\xa6\xb0" ZWJ "\xe0\xa7\x8d", "\xd8\x80", "\xef\xbe\x9e",
		"\xff", "\xf0\x9f\x98", "\x1b[", "\t", "\r\n", "\n" ACUTE,
		"\xe4\xbd\xa0", "\xf3\xa0\x81\x81", "1" VS16 };
	size_t tried = 0;

	(void)state;
	for (; tried < sizeof(units) / sizeof(units[0]); tried++) {
		size_t n, size;
		char *in = repeated(units[tried], 4 * MIB, &n);
		char *text =
		    peer_text(untrusted_of(in, n), PEER_TEXT_BODY, &size);
		assert_null(clean_fault(text, size, PEER_TEXT_BODY));
		for (size_t at = 0; at < size;) {
			int width;
			size_t step =
			    cluster_next(text + at, size - at, &width);
			assert_true(step <= CLUSTER_BYTES_MAX);
			at += step;
		}
		free(text);
		free(in);
	}
	assert_int_equal(tried, 30);
}

static void
t47_zalgo_keeps_four_marks(void **state)
{
	size_t n, size;
	char *in = repeated("\xcc\xa1\xcd\x9d\xcc\x8e", 60000, &n);
	char *text;

	(void)state;
	in[0] = 'Z';
	in[1] = 'a';
	text = peer_text(untrusted_of(in, n), PEER_TEXT_LINE, &size);
	assert_int_equal(size, 2 + 2 * COMBINING_MAX);
	assert_int_equal(width_text(text, size), 2);
	free(text);
	free(in);
}

/* 100 000 emoji are 400 000 bytes; a body holds the first 16 384. */
static void
t47_emoji_are_cut_at_the_bound(void **state)
{
	size_t n, size;
	char *in = repeated(MAN, 400000, &n);
	char *text = peer_text(untrusted_of(in, n), PEER_TEXT_BODY, &size);

	(void)state;
	assert_int_equal(size, BODY_BYTES_MAX);
	free(text);
	text = peer_text(untrusted_of(in, n), PEER_TEXT_NAME, &size);
	assert_int_equal(size, NAME_BYTES_MAX);
	assert_int_equal(width_text(text, size), NAME_CELLS_MAX);
	free(text);
	free(in);
}

static void
bounds_are_exact_and_cut_no_cluster(void **state)
{
	static const struct {
		enum peer_text_kind kind;
		const char *unit;
		size_t bytes;
	} rows[] = {
		{ PEER_TEXT_NAME, "x", 32 },
		{ PEER_TEXT_NAME, "\xe4\xbd\xa0", 48 },
		{ PEER_TEXT_NAME, "x" ACUTE, 63 },
		{ PEER_TEXT_NAME, "x" ACUTE ACUTE ACUTE ACUTE, 63 },
		{ PEER_TEXT_NAME, MAN ZWJ WOMAN " ", 59 },
		{ PEER_TEXT_STATUS, "x", 64 },
		{ PEER_TEXT_STATUS, "\xe4\xbd\xa0", 96 },
		{ PEER_TEXT_STATUS, "\xc3\xa9", 128 },
		{ PEER_TEXT_BODY, "x", BODY_BYTES_MAX },
		{ PEER_TEXT_BODY, "\xe4\xbd\xa0", BODY_BYTES_MAX - 1 },
		{ PEER_TEXT_BODY, "\x01", BODY_BYTES_MAX - 1 },
		{ PEER_TEXT_BODY, "\t", BODY_BYTES_MAX },
		{ PEER_TEXT_LINE, "\n", BODY_BYTES_MAX - 1 },
		/* Decomposed it is three times as long. */
		{ PEER_TEXT_BODY, "\xea\xb0\x81", BODY_BYTES_MAX - 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n, size;
		char *in = repeated(rows[i].unit, 3 * BODY_BYTES_MAX, &n);
		char *text =
		    peer_text(untrusted_of(in, n), rows[i].kind, &size);
		if (size != rows[i].bytes)
			fail_msg("row %zu: %zu bytes", i, size);
		assert_null(clean_fault(text, size, rows[i].kind));
		free(text);
		free(in);
	}
}

static void
full_body_of_plain_text_is_kept(void **state)
{
	size_t n, size;
	char *in = repeated("hello \xc3\xa9\n", BODY_BYTES_MAX, &n);
	char *text = peer_text(untrusted_of(in, n), PEER_TEXT_BODY, &size);

	(void)state;
	assert_int_equal(size, n);
	assert_memory_equal(text, in, n);
	free(text);
	free(in);
}

static void
a_name_holds_no_tag(void **state)
{
	static const char *const names[] = {
		"ana\xc2\xb7k3fq",
		"ana\xce\x87k3fq", /* U+0387, which NFC makes U+00B7 */
		"\xc2\xb7\xc2\xb7",
	};
	static const char *const clean[] = { "ana-k3fq", "ana-k3fq", "--" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t size;
		char *text = peer_text(untrusted_of(names[i], strlen(names[i])),
		    PEER_TEXT_NAME, &size);
		assert_string_equal(text, clean[i]);
		assert_int_equal(size, strlen(clean[i]));
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_holds_no_tag),
		cmocka_unit_test(texts_become_what_they_should),
		cmocka_unit_test(nul_is_a_control_like_others),
		cmocka_unit_test(t44_no_sequence_gets_through),
		cmocka_unit_test(t44_no_hidden_character_gets_through),
		cmocka_unit_test(t44_no_bad_utf8_gets_through),
		cmocka_unit_test(every_code_point_is_clean_afterwards),
		cmocka_unit_test(any_mixture_is_clean_afterwards),
		cmocka_unit_test(t47_long_hostile_lines),
		cmocka_unit_test(t47_zalgo_keeps_four_marks),
		cmocka_unit_test(t47_emoji_are_cut_at_the_bound),
		cmocka_unit_test(bounds_are_exact_and_cut_no_cluster),
		cmocka_unit_test(full_body_of_plain_text_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
