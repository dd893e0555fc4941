/* SPDX-License-Identifier: MIT */
#include "ui/wrap.h"
#include "base/peer_text.h"
#include "base/width.h"
#include "ui_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_MAX = 1024 };

/* The rows of a text, with / between them. */
static void
check_text(const char *text, int first, int rest, const char *expected)
{
	char out[TEXT_MAX];
	size_t n = 0;
	struct wrap w;
	struct wrap_row row;

	wrap_init(&w, text, strlen(text), first, rest);
	while (wrap_next(&w, &row)) {
		assert_int_equal(
		    row.cells, width_text(text + row.offset, row.size));
		memcpy(out + n, text + row.offset, row.size);
		n += row.size;
		out[n++] = '/';
	}
	out[n - 1] = '\0';
	assert_string_equal(out, expected);
	assert_false(wrap_next(&w, &row));
}

static void
words_are_kept_whole(void **state)
{
	(void)state;
	check_text("", 10, 10, "");
	check_text("hello", 5, 5, "hello");
	check_text("hello world", 11, 11, "hello world");
	check_text("hello world", 10, 10, "hello/world");
	check_text("hello world", 5, 5, "hello/world");
	check_text("the quick brown fox", 10, 10, "the quick/brown fox");
	check_text("a bb ccc dddd", 4, 4, "a bb/ccc/dddd");
}

static void
long_words_are_cut(void **state)
{
	(void)state;
	check_text("abcdefghij", 4, 4, "abcd/efgh/ij");
	check_text("ab cdefghij", 4, 4, "ab/cdef/ghij");
	check_text("abcd", 1, 1, "a/b/c/d");
	check_text("abcd", 0, -3, "a/b/c/d");
}

static void
blanks_at_a_break_vanish(void **state)
{
	(void)state;
	check_text("ab   cd", 3, 3, "ab/cd");
	check_text("ab          cd", 3, 3, "ab/cd");
	check_text("ab cd   ", 5, 5, "ab cd");
	check_text("ab      \ncd", 3, 3, "ab/cd");
	/* But not where they are an indentation, or all there is. */
	check_text("  ab cd", 4, 4, "  ab/cd");
	check_text("x\n  y", 4, 4, "x/  y");
	check_text("      ", 4, 4, "    /  ");
	check_text("ab  ", 4, 4, "ab  ");
}

static void
newlines_start_rows(void **state)
{
	(void)state;
	check_text("a\nb", 9, 9, "a/b");
	check_text("a\n\nb\n", 9, 9, "a//b/");
	check_text("\n", 9, 9, "/");
}

static void
the_first_row_may_be_shorter(void **state)
{
	(void)state;
	check_text("aa bb cc dd", 5, 8, "aa bb/cc dd");
	check_text("aa bb cc dd", 2, 11, "aa/bb cc dd");
	check_text("aaaa\nbb bb", 9, 2, "aaaa/bb/bb");
}

static void
wide_clusters_are_not_split(void **state)
{
	(void)state;
	check_text("漢字漢字", 4, 4, "漢字/漢字");
	check_text("漢字漢字", 5, 5, "漢字/漢字");
	check_text("漢字", 1, 1, "漢/字");
	check_text("e\xCC\x81"
		   "e\xCC\x81",
	    1, 1,
	    "e\xCC\x81/"
	    "e\xCC\x81");
	/* A family is one cluster, eight cells where nothing joins them. */
	check_text("ab👨‍👩‍👧‍👦c", 9, 9,
	    "ab/👨‍👩‍👧‍👦c");
	check_text("👨‍👩‍👧‍👦👍", 4, 4,
	    "👨‍👩‍👧‍👦/👍");
}

static void
ideographs_break_between(void **state)
{
	(void)state;
	check_text("abc漢字def", 7, 7, "abc漢字/def");
	check_text("abc漢字def", 6, 6, "abc漢/字def");
	check_text("ab漢字 漢字", 6, 6, "ab漢字/漢字");
	/* The ideographic blank is a blank. */
	check_text("漢字　漢字", 4, 4, "漢字/漢字");
	/* Korean has blanks of its own. */
	check_text("한국 한국어", 9, 9, "한국/한국어");
}

static void
no_closing_mark_starts_a_row(void **state)
{
	(void)state;
	check_text("漢字漢。漢", 6, 6, "漢字/漢。漢");
	check_text("漢字漢」。漢", 6, 6, "漢字/漢」。/漢");
	check_text("漢字「漢字」", 6, 6, "漢字/「漢/字」");
	check_text("漢字ー漢", 4, 4, "漢/字ー/漢");
	check_text("abcdef, x", 6, 6, "abcde/f, x");
	/* Where nothing helps, it does. */
	check_text("。。。。", 4, 4, "。。/。。");
	check_text("ab,,,,,,,,", 4, 4, "a/b,,,/,,,,/,");
}

static void
a_cursor_is_located(void **state)
{
	static const struct {
		const char *text;
		size_t at, row;
		int col;
	} rows[] = {
		{ "", 0, 0, 0 },
		{ "abc", 3, 0, 3 },
		{ "abcd", 4, 0, 4 }, /* the caller adds a row */
		{ "abcde", 4, 1, 0 },
		{ "ab cd", 2, 0, 2 },
		{ "ab cd", 3, 1, 0 },
		{ "ab     cd", 6, 0, 4 },
		{ "ab      ", 8, 0, 4 },
		{ "ab\ncd", 2, 0, 2 },
		{ "ab\ncd", 3, 1, 0 },
		{ "ab\n", 3, 1, 0 },
		{ "漢字漢", 6, 1, 0 },
		{ "漢字漢", 9, 1, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wrap w;
		size_t row;
		int col;
		wrap_init(&w, rows[i].text, strlen(rows[i].text), 4, 4);
		wrap_locate(&w, rows[i].at, &row, &col);
		assert_int_equal(row, rows[i].row);
		assert_int_equal(col, rows[i].col);
	}
}

/* Each row starts behind the one before it and most are full, so what is laid
 * out and what is looked at both stay within a factor of the text. */
static void
t47_long_lines_make_few_rows(void **state)
{
	static const char *const units[] = { "a", " ", ",", "a ", "漢", "。",
		"aaaaaaa,", "a,,,,,,,,,,,,,,,,,,,,", "e\xCC\x81",
		"👨‍👩‍👧" };
	static const int widths[] = { 12, 40, 200 };
	int count = 0;

	(void)state;
	for (size_t i = 0; i < 30; i++) {
		const char *unit = units[i % 10];
		int width = widths[i / 10];
		size_t size = strlen(unit), n = 0;
		char *text = test_malloc(BODY_BYTES_MAX);
		for (; n + size <= BODY_BYTES_MAX; n += size)
			memcpy(text + n, unit, size);
		size_t rows = wrap_count(text, n, width, width);
		int full = width_text(text, n) / width;
		assert_true(rows >= 1 && rows <= 2 * (size_t)full + 2);
		test_free(text);
		count++;
	}
	assert_int_equal(count, 30);
}

static void
any_text_is_covered(void **state)
{
	static const char *const parts[] = { "a", "b", " ", " ", "\n", "漢",
		"字", "。", "「", "　", "👍🏽", "👨‍👩‍👧",
		"e\xCC\x81", "한", ",", "(", "word", "🇫🇷", "ー", "नि" };
	uint32_t seed = 7;

	(void)state;
	for (int run = 0; run < 1000; run++) {
		uint8_t text[TEXT_MAX];
		size_t n = 2;
		text[0] = (uint8_t)(seed >> 24);
		text[1] = (uint8_t)(seed >> 16);
		for (int i = 0; i < 60; i++) {
			seed = seed * 1664525 + 1013904223;
			const char *part =
			    parts[(seed >> 16) %
				  (sizeof(parts) / sizeof(parts[0]))];
			memcpy(text + n, part, strlen(part));
			n += strlen(part);
		}
		ui_check_wrap(text, n);
	}
}

/* Rows that fit by the number of their bytes are not looked at; where emoji
 * are names, each is. */
static void
short_cuts_end_where_the_way_does(void **state)
{
	static const char *const parts[] = { "a", " ", "  ", "\n", "word", "漢",
		"。", "\r", "\r\n", "\t", "e\xCC\x81", "\xFF", "नि", "(", ",",
		"\xE1\x84\x92\xE1\x85\xA1" };
	uint32_t seed = 5;

	(void)state;
	for (int run = 0; run < 3000; run++) {
		char text[TEXT_MAX];
		size_t n = 0;
		struct wrap short_way, long_way;
		struct wrap_row a, b;
		for (int i = 0; i < run % 40; i++) {
			seed = seed * 1664525 + 1013904223;
			const char *part =
			    parts[(seed >> 16) %
				  (sizeof(parts) / sizeof(parts[0]))];
			memcpy(text + n, part, strlen(part));
			n += strlen(part);
		}
		wrap_init(&short_way, text, n, 1 + run % 37, 1 + run % 23);
		long_way = short_way;
		long_way.names = true;
		while (wrap_next(&short_way, &a)) {
			assert_true(wrap_next(&long_way, &b));
			assert_int_equal(a.offset, b.offset);
			assert_int_equal(a.size, b.size);
			assert_int_equal(a.cells, b.cells);
		}
		assert_false(wrap_next(&long_way, &b));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_kept_whole),
		cmocka_unit_test(long_words_are_cut),
		cmocka_unit_test(blanks_at_a_break_vanish),
		cmocka_unit_test(newlines_start_rows),
		cmocka_unit_test(the_first_row_may_be_shorter),
		cmocka_unit_test(wide_clusters_are_not_split),
		cmocka_unit_test(ideographs_break_between),
		cmocka_unit_test(no_closing_mark_starts_a_row),
		cmocka_unit_test(a_cursor_is_located),
		cmocka_unit_test(t47_long_lines_make_few_rows),
		cmocka_unit_test(any_text_is_covered),
		cmocka_unit_test(short_cuts_end_where_the_way_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
