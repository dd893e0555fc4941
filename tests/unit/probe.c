/* SPDX-License-Identifier: MIT */
#include "ui/probe.h"

#include "ui/decode.h"
#include "ui/mouse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
	ALL = PROBE_CHARSET | PROBE_WIDTHS | PROBE_COLOUR | PROBE_MODES,
	CAP_MS = PROBE_MS,
};

/* Through the decoder, as they come. */
static void
answer(struct probe *p, const char *bytes)
{
	struct decode *d = decode_new(DECODE_ESC_MS);
	struct key key;

	decode_input(d, 0, (const uint8_t *)bytes, strlen(bytes));
	while (decode_next(d, 0, &key)) {
		assert_int_equal(key.code, KEY_REPLY);
		struct reply reply = decode_reply(d);
		probe_reply(p, &reply);
	}
	assert_int_equal(decode_dropped(d), 0);
	decode_free(d);
}

static void
answer_cells(struct probe *p, const int *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char text[32];
		snprintf(text, sizeof(text), "\033[1;%dR", cells[i] + 1);
		answer(p, text);
	}
}

static const int classic[SAMPLE_COUNT] = { 1, 2, 1, 1, 1, 1, 4, 6, 2, 2 };

static size_t
count_of(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
		n++;
	return n;
}

static void
questions_end_in_one_all_answer(void **state)
{
	char out[PROBE_TEXT_MAX];
	struct probe p;

	(void)state;
	probe_start(&p, ALL, CAP_MS, out);
	assert_true(strlen(out) < PROBE_TEXT_MAX - 1);
	assert_int_equal(count_of(out, "\033[6n"), SAMPLE_COUNT);
	assert_int_equal(count_of(out, "\033[c"), 1);
	assert_string_equal(out + strlen(out) - 3, "\033[c");
	assert_int_equal(count_of(out, "\033]11;?\033\\"), 1);
	assert_int_equal(count_of(out, "\033[?2026$p"), 1);
	/* Nothing of it stays visible, and nothing stays invisible. */
	assert_true(strstr(out, "\033[8m") < strstr(out, "\033[0m"));
	probe_start(&p, PROBE_CHARSET, CAP_MS, out);
	assert_int_equal(count_of(out, "\033[6n"), 2);
	assert_int_equal(count_of(out, "\033]"), 0);
	for (const char *c = out; *c != '\0'; c++)
		assert_false(
		    (unsigned char)*c >= 0x80 && (unsigned char)*c < 0xa0);
	probe_start(&p, 0, CAP_MS, out);
	assert_string_equal(out, "");
	assert_int_equal(probe_deadline(&p), NEVER_MS);
	assert_false(probe_finish(&p, CAP_MS));
}

static void
a_modern_terminal_is_understood(void **state)
{
	char out[PROBE_TEXT_MAX];
	struct probe p;

	(void)state;
	probe_start(&p, ALL, CAP_MS, out);
	answer(&p, "\033]11;rgb:ffff/fafa/0000\033\\\033[?2026;2$y");
	answer_cells(&p, classic, SAMPLE_COUNT);
	assert_false(probe_finish(&p, 1));
	answer(&p, "\033[?62;22c");
	assert_true(probe_finish(&p, 1));
	assert_false(probe_finish(&p, 2));
	assert_true(p.facts.answered && p.facts.has_sync);
	assert_true(p.facts.has_background);
	assert_int_equal(p.facts.background, 0xfffa00);
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		assert_int_equal(p.facts.cells[i], classic[i]);
	assert_true(facts_utf8(&p.facts) && !facts_not_utf8(&p.facts));
	assert_false(facts_wide_glyphs(&p.facts));
	/* What comes later changes nothing. */
	answer(&p, "\033]11;rgb:0/0/0\007");
	assert_int_equal(p.facts.background, 0xfffa00);
}

static void
silence_is_over_in_time(void **state)
{
	char out[PROBE_TEXT_MAX];
	struct probe p;

	(void)state;
	probe_start(&p, ALL, CAP_MS, out);
	assert_int_equal(probe_deadline(&p), CAP_MS);
	assert_false(probe_finish(&p, CAP_MS - 1));
	assert_true(probe_finish(&p, CAP_MS));
	assert_int_equal(probe_deadline(&p), NEVER_MS);
	assert_false(p.facts.answered || p.facts.has_background);
	assert_false(facts_utf8(&p.facts) || facts_not_utf8(&p.facts));
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		assert_int_equal(p.facts.cells[i], -1);
}

static void
answers_that_do_not_add_up_are_none(void **state)
{
	char out[PROBE_TEXT_MAX];
	struct probe p;

	(void)state;
	/* One is missing, one is too many. */
	for (size_t n = SAMPLE_COUNT - 1; n <= SAMPLE_COUNT + 1; n += 2) {
		probe_start(&p, ALL, CAP_MS, out);
		for (size_t i = 0; i < n; i++)
			answer(&p, "\033[1;2R");
		answer(&p, "\033[?1;2c");
		assert_true(probe_finish(&p, 1));
		for (size_t i = 0; i < SAMPLE_COUNT; i++)
			assert_int_equal(p.facts.cells[i], -1);
	}
	/* In another row, and beyond all reason. */
	probe_start(&p, PROBE_CHARSET, CAP_MS, out);
	answer(&p, "\033[2;1R\033[1;900R\033[?1;2c");
	assert_true(probe_finish(&p, 1));
	assert_int_equal(p.facts.cells[SAMPLE_LETTER], -1);
	assert_int_equal(p.facts.cells[SAMPLE_IDEOGRAPH], -1);
}

static void
eight_bits_and_east_asia(void **state)
{
	static const int eight[2] = { 2, 3 };
	static const int east[SAMPLE_COUNT] = { 1, 2, 2, 1, 1, 1, 4, 6, 2, 2 };
	char out[PROBE_TEXT_MAX];
	struct probe p;

	(void)state;
	probe_start(&p, PROBE_CHARSET, CAP_MS, out);
	answer_cells(&p, eight, 2);
	answer(&p, "\033[?6c");
	assert_true(probe_finish(&p, 1));
	assert_true(facts_not_utf8(&p.facts) && !facts_utf8(&p.facts));
	probe_start(&p, ALL, CAP_MS, out);
	answer_cells(&p, east, SAMPLE_COUNT);
	answer(&p, "\033[?6c");
	assert_true(probe_finish(&p, 1));
	assert_true(facts_wide_glyphs(&p.facts) && facts_utf8(&p.facts));
}

static void
colours_in_all_spellings(void **state)
{
	static const struct {
		const char *text;
		bool fits;
		uint32_t rgb;
	} rows[] = {
		{ "11;rgb:ffff/8080/0000", true, 0xff8000 },
		{ "11;rgb:ff/80/00", true, 0xff8000 },
		{ "11;rgb:f/0/F", true, 0xff00ff },
		{ "11;rgba:0000/ffff/0000/ffff", true, 0x00ff00 },
		{ "10;rgb:1111/2222/3333", true, 0x112233 },
		{ "11;rgb:ffff/8080", false, 0 },
		{ "11;rgb:///", false, 0 },
		{ "11;rgb:", false, 0 },
		{ "11;rgb", false, 0 },
		{ "11;#ffffff", false, 0 },
		{ "12;rgb:ffff/8080/0000", false, 0 },
		{ "1", false, 0 },
		{ "", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reply r;
		assert_int_equal(reply_osc((const uint8_t *)rows[i].text,
				     strlen(rows[i].text), &r),
		    rows[i].fits);
		if (rows[i].fits)
			assert_int_equal(r.second, rows[i].rgb);
	}
}

static void
modes_that_are_never_there(void **state)
{
	static const bool has[] = { false, true, true, true, false, false };

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		char out[PROBE_TEXT_MAX], text[32];
		struct probe p;
		probe_start(&p, PROBE_MODES, CAP_MS, out);
		snprintf(text, sizeof(text), "\033[?2026;%u$y", i);
		answer(&p, text);
		answer(&p, "\033[?2027;2$y");
		assert_int_equal(p.facts.has_sync, has[i]);
	}
}

static void
what_the_mouse_did(void **state)
{
	static const struct {
		const char *bytes;
		enum mouse_kind kind;
		int row, col;
		uint8_t mods;
	} rows[] = {
		{ "\033[<0;10;5M", MOUSE_CLICK, 4, 9, 0 },
		{ "\033[<0;10;5m", MOUSE_OTHER, 4, 9, 0 },
		{ "\033[<64;1;1M", MOUSE_WHEEL_UP, 0, 0, 0 },
		{ "\033[<65;300;100M", MOUSE_WHEEL_DOWN, 99, 299, 0 },
		{ "\033[<2;10;5M", MOUSE_OTHER, 4, 9, 0 },
		{ "\033[<32;10;5M", MOUSE_OTHER, 4, 9, 0 },
		{ "\033[<28;1;1M", MOUSE_CLICK, 0, 0,
		    KEY_SHIFT | KEY_ALT | KEY_CTRL },
		{ "\033[M !!", MOUSE_CLICK, 0, 0, 0 },
		{ "\033[M`\xff\xff", MOUSE_WHEEL_UP, 222, 222, 0 },
		{ "\033[M#!!", MOUSE_OTHER, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decode *d = decode_new(DECODE_ESC_MS);
		struct key key;
		decode_input(d, 0, (const uint8_t *)rows[i].bytes,
		    strlen(rows[i].bytes));
		assert_true(decode_next(d, 0, &key));
		assert_int_equal(key.code, KEY_MOUSE);
		struct mouse m = decode_mouse(d);
		assert_int_equal(m.kind, rows[i].kind);
		assert_int_equal(m.row, rows[i].row);
		assert_int_equal(m.col, rows[i].col);
		assert_int_equal(m.mods, rows[i].mods);
		assert_false(decode_next(d, 0, &key));
		decode_free(d);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_end_in_one_all_answer),
		cmocka_unit_test(a_modern_terminal_is_understood),
		cmocka_unit_test(silence_is_over_in_time),
		cmocka_unit_test(answers_that_do_not_add_up_are_none),
		cmocka_unit_test(eight_bits_and_east_asia),
		cmocka_unit_test(colours_in_all_spellings),
		cmocka_unit_test(modes_that_are_never_there),
		cmocka_unit_test(what_the_mouse_did),
	};

	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
