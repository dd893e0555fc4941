/* SPDX-License-Identifier: MIT */
#include "ui/decode.h"
#include "ui/keymap.h"
#include "ui_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_MAX = 4096, LATER_MS = 10000 };

#define ESC "\033"

/* Adds the keys that come out, as words. */
static void
drain(struct decode *d, int64_t mono_ms, char *out)
{
	struct key key;

	while (decode_next(d, mono_ms, &key)) {
		char text[KEY_TEXT_MAX];
		size_t at = strlen(out), n;
		const char *paste = decode_paste(d, &n);
		key_text(key, text);
		if (key.code == KEY_PASTE)
			snprintf(out + at, TEXT_MAX - at, "<%s> ", paste);
		else if (key.code == KEY_FOCUS_IN)
			snprintf(out + at, TEXT_MAX - at, "in ");
		else if (key.code == KEY_FOCUS_OUT)
			snprintf(out + at, TEXT_MAX - at, "out ");
		else if (key.code == KEY_MOUSE)
			snprintf(out + at, TEXT_MAX - at, "mouse ");
		else if (key.code == KEY_REPLY)
			snprintf(out + at, TEXT_MAX - at, "reply ");
		else
			snprintf(out + at, TEXT_MAX - at, "%s ", text);
	}
}

static void
feed(struct decode *d, int64_t mono_ms, const char *s)
{
	decode_input(d, mono_ms, (const uint8_t *)s, strlen(s));
}

struct row {
	const char *bytes;
	const char *keys;
	unsigned dropped;
};

static void
check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char out[TEXT_MAX] = "";
		struct decode *d = decode_new(DECODE_ESC_MS);
		feed(d, 0, rows[i].bytes);
		drain(d, 0, out);
		drain(d, LATER_MS, out);
		size_t n = strlen(out);
		if (n > 0)
			out[n - 1] = '\0';
		assert_string_equal(out, rows[i].keys);
		assert_int_equal(decode_dropped(d), rows[i].dropped);
		decode_free(d);
	}
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void
plain_keys(void **state)
{
	static const struct row rows[] = {
		{ "aB 1", "a B Space 1", 0 },
		{ "\r\n\t", "Enter Ctrl-J Tab", 0 },
		{ "\b\177", "Backspace Backspace", 0 },
		{ "\001\003\026\032", "Ctrl-A Ctrl-C Ctrl-V Ctrl-Z", 0 },
		{ "\034\035\036\037", "Ctrl-\\ Ctrl-] Ctrl-^ Ctrl-_", 0 },
		{ "\xC3\xA9\xE6\xBC\xA2\xF0\x9F\x98\x80",
		    "\xC3\xA9 \xE6\xBC\xA2 \xF0\x9F\x98\x80", 0 },
	};

	(void)state;
	CHECK_ROWS(rows);
	struct decode *d = decode_new(DECODE_ESC_MS);
	char out[TEXT_MAX] = "";
	decode_input(d, 0, (const uint8_t *)"\0", 1);
	drain(d, 0, out);
	assert_string_equal(out, "Ctrl-Space ");
	decode_free(d);
}

static void
bad_utf8_is_seen_and_harmless(void **state)
{
	static const struct row rows[] = {
		{ "\xFFz", "\xEF\xBF\xBD z", 0 },
		{ "\xC3(", "\xEF\xBF\xBD (", 0 },
		{ "\xC3\r", "\xEF\xBF\xBD Enter", 0 },
		{ "\xC3\033[A", "\xEF\xBF\xBD Up", 0 },
		{ "\xC3", "\xEF\xBF\xBD", 0 },
		{ "\x9B"
		  "A",
		    "\xEF\xBF\xBD A", 0 },
		/* C1 CSI in UTF-8 is neither text nor a sequence. */
		{ "\xC2\x9B"
		  "A",
		    "A", 1 },
		{ "\xF5\x80", "\xEF\xBF\xBD \xEF\xBF\xBD", 0 },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void
function_keys_of_all_terminals(void **state)
{
	static const struct row rows[] = {
		{ ESC "[A" ESC "[B" ESC "[C" ESC "[D", "Up Down Right Left",
		    0 },
		{ ESC "OA" ESC "OB" ESC "OC" ESC "OD", "Up Down Right Left",
		    0 },
		{ ESC "[H" ESC "[F" ESC "OH" ESC "OF", "Home End Home End", 0 },
		{ ESC "[1~" ESC "[4~" ESC "[7~" ESC "[8~", "Home End Home End",
		    0 },
		{ ESC "[2~" ESC "[3~" ESC "[5~" ESC "[6~",
		    "Insert Delete PgUp PgDn", 0 },
		{ ESC "OP" ESC "OQ" ESC "[11~" ESC "[[A" ESC "[[E",
		    "F1 F2 F1 F1 F5", 0 },
		{ ESC "[15~" ESC "[17~" ESC "[21~" ESC "[24~", "F5 F6 F10 F12",
		    0 },
		{ ESC "[Z", "Shift-Tab", 0 },
		/* xterm's modifiers. */
		{ ESC "[1;5C" ESC "[1;3D" ESC "[1;2A",
		    "Ctrl-Right Alt-Left "
		    "Shift-Up",
		    0 },
		{ ESC "[5;3~" ESC "[3;5~" ESC "[1;7H",
		    "Alt-PgUp Ctrl-Delete "
		    "Ctrl-Alt-Home",
		    0 },
		{ ESC "[1;2P" ESC "[1;5S", "Shift-F1 Ctrl-F4", 0 },
		{ ESC "O5P" ESC "O1;2Q", "Ctrl-F1 Shift-F2", 0 },
		/* rxvt's. */
		{ ESC "[7$" ESC "[7^" ESC "[7@",
		    "Shift-Home Ctrl-Home "
		    "Ctrl-Shift-Home",
		    0 },
		{ ESC "[a" ESC "Oa" ESC ESC "[A", "Shift-Up Ctrl-Up Alt-Up",
		    0 },
		/* The keypad in application mode. */
		{ ESC "Op" ESC "Oy" ESC "OM" ESC "Ok", "0 9 Enter +", 0 },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void
alt_is_escape_in_front(void **state)
{
	static const struct row rows[] = {
		{ ESC "a" ESC "A" ESC "1", "Alt-A Alt-Shift-A Alt-1", 0 },
		{ ESC "\r" ESC "\n", "Alt-Enter Ctrl-Alt-J", 0 },
		{ ESC "\177" ESC "\b", "Alt-Backspace Alt-Backspace", 0 },
		{ ESC "\xC3\xA9", "Alt-\xC3\xA9", 0 },
		{ ESC "<" ESC ">" ESC "/", "Alt-< Alt-> Alt-/", 0 },
		{ ESC "\xFF", "Alt-\xEF\xBF\xBD", 0 },
		/* These begin sequences; alone they are keys. */
		{ ESC "[", "Alt-[", 0 },
		{ ESC "O", "Alt-Shift-O", 0 },
		{ ESC "_", "Alt-_", 0 },
		{ ESC "_" ESC "_", "Alt-_ Alt-_", 0 },
		{ ESC "[\r", "Alt-[ Enter", 0 },
		{ ESC "]\r", "Alt-] Enter", 0 },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void
escape_by_itself(void **state)
{
	static const struct row rows[] = {
		{ ESC, "Esc", 0 },
		{ ESC ESC, "Esc Esc", 0 },
		{ ESC ESC ESC, "Esc Esc Esc", 0 },
		{ ESC ESC "x", "Esc Alt-X", 0 },
		{ ESC ESC "OP", "Alt-F1", 0 },
		{ ESC ESC "[", "Esc Alt-[", 0 },
		{ ESC ESC "[I", "Esc in", 0 },
		{ ESC ESC "[200~x" ESC "[201~", "Esc <x>", 0 },
		{ ESC ESC "[99;99X", "Esc", 1 },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void
csi_u_and_modify_other_keys(void **state)
{
	static const struct row rows[] = {
		{ ESC "[13;2u" ESC "[27;2;13~", "Shift-Enter Shift-Enter", 0 },
		{ ESC "[13;3u" ESC "[27;3;13~", "Alt-Enter Alt-Enter", 0 },
		{ ESC "[97;5u" ESC "[65;5u", "Ctrl-A Ctrl-A", 0 },
		{ ESC "[99;6u", "Ctrl-Shift-C", 0 },
		{ ESC "[27;5;106~", "Ctrl-J", 0 },
		{ ESC "[105;5u" ESC "[109;5u", "Ctrl-I Ctrl-M", 0 },
		{ ESC "[97;2u" ESC "[49:33;2u" ESC "[27;2;33~", "A ! !", 0 },
		{ ESC "[45:95;4u", "Alt-_", 0 },
		{ ESC "[32;2u" ESC "[32;5u", "Space Ctrl-Space", 0 },
		{ ESC "[9u" ESC "[9;2u" ESC "[27u", "Tab Shift-Tab Esc", 0 },
		{ ESC "[127u" ESC "[8;5u", "Backspace Ctrl-Backspace", 0 },
		{ ESC "[233u" ESC "[128512;3u",
		    "\xC3\xA9 "
		    "Alt-\xF0\x9F\x98\x80",
		    0 },
		{ ESC "[97;65u", "a", 0 }, /* caps lock is no modifier */
		{ ESC "[57399u" ESC "[57414u" ESC "[57419;5u",
		    "0 Enter Ctrl-Up", 0 },
		/* Let go: nothing. Repeated: again. */
		{ ESC "[97;1:3u" ESC "[97;1:2u" ESC "[1;1:3A", "a", 0 },
		/* A modifier by itself, a surrogate, no code point. */
		{ ESC "[57441;2u" ESC "[55296u" ESC "[1114112u" ESC
		      "[99999999999999999999u",
		    "", 4 },
		{ ESC "[155u" ESC "[27;1;155~", "", 2 },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void
what_is_no_key_is_swallowed(void **state)
{
	static const struct row rows[] = {
		{ ESC "[99;99X" ESC "[?1;2n" ESC "[24;80;1R", "", 3 },
		{ ESC "[<0;10M" ESC "[<0;10;5;1m" ESC "[<0;;5M" ESC "[35;10;5M",
		    "", 4 },
		{ ESC "[I" ESC "[O", "in out", 0 },
		{ ESC "]11;rgb:0000/0000\007x", "x", 1 },
		{ ESC "]52;c;aGk=" ESC "\\x", "x", 1 },
		{ ESC "P1+r544e=78" ESC "\\x", "x", 1 },
		{ ESC "_Gi=1;OK" ESC "\\x", "x", 1 },
		{ ESC "]0;cut" ESC "[A", "Up", 1 },
		{ ESC "]0;never ends", "", 1 },
		{ ESC "[1;2", "", 1 },
		{ ESC "[1;2\r", "Enter", 1 },
		{ ESC "[1;2" ESC "[A", "Up", 1 },
		{ ESC "[1;2\xC3\xA9", "\xC3\xA9", 1 },
		{ ESC "[?2026;2$z" ESC "[4;1$y", "", 2 },
		{ ESC "[201~", "", 1 },
		{ ESC "[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1"
		      ";1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1Ax",
		    "x", 1 },
		{ ESC "[[Zx", "x", 1 },
		{ ESC "[M\033[A", "Up", 1 },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void
reports_are_apart_from_keys(void **state)
{
	static const struct row rows[] = {
		{ ESC "[?1;2c" ESC "[24;80R" ESC "[?2026;2$y",
		    "reply reply reply", 0 },
		{ ESC "]11;rgb:0000/0000/0000\007x", "reply x", 0 },
		{ ESC "]11;rgb:0000/0000/0000" ESC "\\x", "reply x", 0 },
		{ ESC "[<0;10;5M" ESC "[<0;10;5m", "mouse mouse", 0 },
		{ ESC "[M !!x" ESC "[M\x60\xFF\xFFy", "mouse x mouse y", 0 },
		{ ESC ESC "[<0;10;5M", "Esc mouse", 0 },
		/* F3, and not a position. */
		{ ESC "[R" ESC "[13~", "F3 F3", 0 },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void
a_lone_escape_is_decided_by_time(void **state)
{
	char out[TEXT_MAX] = "";
	struct decode *d = decode_new(DECODE_ESC_MS);

	(void)state;
	assert_true(decode_deadline(d) == NEVER_MS);
	feed(d, 1000, ESC);
	assert_int_equal(decode_deadline(d), 1000 + DECODE_ESC_MS);
	drain(d, 1000 + DECODE_ESC_MS - 1, out);
	assert_string_equal(out, "");
	drain(d, 1000 + DECODE_ESC_MS, out);
	assert_string_equal(out, "Esc ");
	assert_true(decode_deadline(d) == NEVER_MS);

	/* The rest comes in time. */
	out[0] = '\0';
	feed(d, 2000, ESC);
	feed(d, 2020, "[");
	assert_int_equal(decode_deadline(d), 2020 + DECODE_ESC_MS);
	feed(d, 2040, "A");
	assert_int_equal(decode_deadline(d), 2040);
	drain(d, 2040, out);
	assert_string_equal(out, "Up ");

	/* We were late, not the terminal. */
	out[0] = '\0';
	feed(d, 3000, ESC);
	feed(d, 3900, "[A");
	drain(d, 3900, out);
	assert_string_equal(out, "Up ");
	decode_free(d);
}

static void
a_remote_terminal_is_given_more_time(void **state)
{
	char out[TEXT_MAX] = "";
	struct decode *d = decode_new(DECODE_ESC_REMOTE_MS);

	(void)state;
	feed(d, 0, ESC);
	drain(d, DECODE_ESC_MS, out);
	feed(d, 100, "[");
	drain(d, 200, out);
	feed(d, 210, "1;5");
	drain(d, 400, out);
	feed(d, 410, "C");
	drain(d, 410, out);
	assert_string_equal(out, "Ctrl-Right ");
	decode_free(d);
}

static void
pastes_are_one_key(void **state)
{
	static const struct row rows[] = {
		{ "a" ESC "[200~b\rc" ESC "[201~d", "a <b\nc> d", 0 },
		{ ESC "[200~1\r\n2\n3\r4" ESC "[201~", "<1\n2\n3\n4>", 0 },
		/* An Enter right behind is a real one. */
		{ ESC "[200~x\r" ESC "[201~\r", "<x\n> Enter", 0 },
		{ ESC "[200~" ESC "[201~", "<>", 0 },
		/* What only looks like the end is text. */
		{ ESC "[200~" ESC "[20" ESC "[201" ESC ESC "[201~z",
		    "<" ESC "[20" ESC "[201" ESC "> z", 0 },
		{ ESC "[200~\xC3\xA9" ESC "[A\003" ESC "[201~",
		    "<\xC3\xA9" ESC "[A\003>", 0 },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void
a_paste_without_end_ends_by_time(void **state)
{
	char out[TEXT_MAX] = "";
	struct decode *d = decode_new(DECODE_ESC_MS);

	(void)state;
	feed(d, 0, ESC "[200~one\rtw");
	feed(d, 150, "o");
	assert_int_equal(decode_deadline(d), 150 + DECODE_PASTE_END_MS);
	drain(d, 150 + DECODE_PASTE_END_MS - 1, out);
	assert_string_equal(out, "");
	drain(d, 150 + DECODE_PASTE_END_MS, out);
	assert_string_equal(out, "<one\ntwo> ");
	decode_free(d);
}

static void
a_paste_is_capped(void **state)
{
	struct decode *d = decode_new(DECODE_ESC_MS);
	struct key key;
	size_t n;

	(void)state;
	feed(d, 0, ESC "[200~x");
	/* A cap in the middle of a sequence cuts no sequence. */
	for (int i = 0; i < PASTE_MAX; i++)
		feed(d, 0, "\xC3\xA9");
	feed(d, 0, ESC "[201~");
	assert_true(decode_next(d, 0, &key));
	assert_int_equal(key.code, KEY_PASTE);
	const char *paste = decode_paste(d, &n);
	assert_true(n <= PASTE_MAX && n > PASTE_MAX - 4);
	assert_int_equal((uint8_t)paste[n - 1], 0xA9);
	assert_false(decode_next(d, 0, &key));
	decode_paste(d, &n);
	assert_int_equal(n, 0);
	decode_free(d);
}

/* A slow link brings two lines at once: they were typed. */
static void
lines_at_once_are_keys_where_pastes_are_bracketed(void **state)
{
	char out[TEXT_MAX] = "";
	struct decode *d = decode_new(DECODE_ESC_MS);

	(void)state;
	decode_brackets(d);
	feed(d, 0, "one one one\ntwo two two\r");
	drain(d, 0, out);
	assert_string_equal(out,
	    "o n e Space o n e Space o n e Ctrl-J t w o Space t w o Space t w "
	    "o Enter ");
	decode_free(d);
}

static void
a_burst_of_lines_is_a_paste(void **state)
{
	static const struct row rows[] = {
		{ "first line\rsecond line\rthird",
		    "<first line\nsecond line\n"
		    "third>",
		    0 },
		/* Too short, too few lines, or keys in between. */
		{ "ab\rcd\r", "a b Enter c d Enter", 0 },
		{ "abcdefghijklmnopqrst\r",
		    "a b c d e f g h i j k l m n o p q r s t Enter", 0 },
		{ "aaaaaaaaaa\raaaaaaaa\r\033[A",
		    "a a a a a a a a a a Enter a a a a a a a a Enter Up", 0 },
	};

	(void)state;
	CHECK_ROWS(rows);
	char out[TEXT_MAX] = "";
	struct decode *d = decode_new(DECODE_ESC_MS);
	feed(d, 0, "one one one\rtwo two two\r\xC3");
	feed(d, 5, "\xA9");
	feed(d, 10, "rest\r");
	feed(d, 500, "\r");
	drain(d, 500, out);
	assert_string_equal(
	    out, "<one one one\ntwo two two\n> \xC3\xA9 <rest\n> Enter ");
	/* A terminal that brackets needs no guess. */
	out[0] = '\0';
	feed(d, 600, ESC "[200~" ESC "[201~");
	feed(d, 600, "hello world\rhello world\r");
	drain(d, 600, out);
	assert_string_equal(out, "<> h e l l o Space w o r l d Enter "
				 "h e l l o Space w o r l d Enter ");
	decode_free(d);
}

static void
waiting_keys_are_bounded(void **state)
{
	enum { KEYS = 100000, PASTES = 100 };
	struct decode *d = decode_new(DECODE_ESC_MS);
	struct key key;
	size_t keys = 0;

	(void)state;
	for (int i = 0; i < KEYS; i++)
		feed(d, 0, "a");
	while (decode_next(d, 0, &key))
		keys++;
	assert_int_equal(keys, 32768);
	assert_int_equal(decode_dropped(d), KEYS - keys);
	char *big = test_malloc(PASTE_MAX + 1);
	memset(big, 'x', PASTE_MAX);
	big[PASTE_MAX] = '\0';
	for (int i = 0; i < PASTES; i++) {
		feed(d, 0, ESC "[200~");
		feed(d, 0, big);
		feed(d, 0, ESC "[201~");
	}
	test_free(big);
	for (keys = 0; decode_next(d, 0, &key); keys++)
		assert_int_equal(key.code, KEY_PASTE);
	assert_int_equal(keys, 2);
	decode_free(d);
}

/* Bytes that mean something, in any order. */
static void
reads_may_be_cut_anywhere(void **state)
{
	static const char *const parts[] = { ESC, "[", "O", "A", "200~", "201~",
		";", ":", "5", "27", "u", "~", "M", "<", "$", "]", "P", "_",
		"\\", "\007", "\r", "\n", "x", "\xC3", "\xA9", "\xF0\x9F",
		"\x98\x80", "\177", "I", "\x9B", ESC "[200~", ESC "[201~" };
	uint32_t seed = 1;

	(void)state;
	for (int run = 0; run < 2000; run++) {
		char bytes[256] = "";
		size_t n = 0;
		for (int i = 0; i < 24; i++) {
			seed = seed * 1664525 + 1013904223;
			const char *part =
			    parts[(seed >> 16) %
				  (sizeof(parts) / sizeof(parts[0]))];
			memcpy(bytes + n, part, strlen(part));
			n += strlen(part);
		}
		ui_check_decode((const uint8_t *)bytes, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_keys),
		cmocka_unit_test(bad_utf8_is_seen_and_harmless),
		cmocka_unit_test(function_keys_of_all_terminals),
		cmocka_unit_test(alt_is_escape_in_front),
		cmocka_unit_test(escape_by_itself),
		cmocka_unit_test(csi_u_and_modify_other_keys),
		cmocka_unit_test(what_is_no_key_is_swallowed),
		cmocka_unit_test(reports_are_apart_from_keys),
		cmocka_unit_test(a_lone_escape_is_decided_by_time),
		cmocka_unit_test(a_remote_terminal_is_given_more_time),
		cmocka_unit_test(pastes_are_one_key),
		cmocka_unit_test(a_paste_without_end_ends_by_time),
		cmocka_unit_test(a_paste_is_capped),
		cmocka_unit_test(
		    lines_at_once_are_keys_where_pastes_are_bracketed),
		cmocka_unit_test(a_burst_of_lines_is_a_paste),
		cmocka_unit_test(waiting_keys_are_bounded),
		cmocka_unit_test(reads_may_be_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
