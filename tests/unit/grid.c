/* SPDX-License-Identifier: MIT */
#include "ui/grid.h"
#include "base/utf8.h"
#include "base/width.h"
#include "ui_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int
put(struct grid *g, int row, int col, const char *text)
{
	return grid_put(g, row, col, g->cols, STYLE_NORMAL, text, strlen(text));
}

static void
assert_dump(const struct grid *g, const char *expected)
{
	char *dump = grid_dump(g, false);

	assert_string_equal(dump, expected);
	free(dump);
}

static void
sizes_are_clamped(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g, 0, -5);
	assert_int_equal(g.rows, 1);
	assert_int_equal(g.cols, 1);
	grid_resize(&g, 5000, 5000);
	assert_int_equal(g.rows, GRID_ROWS_MAX);
	assert_int_equal(g.cols, GRID_COLS_MAX);
	grid_resize(&g, 2, 3);
	put(&g, 1, 0, "abc");
	g.bell = true;
	g.cursor_row = 1;
	grid_resize(&g, 2, 4);
	assert_dump(&g, "\n\n");
	assert_false(g.bell);
	assert_int_equal(g.cursor_row, 0);
	grid_clear(&g);
	grid_clear(&g);
}

static void
text_fits_or_is_cut(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g, 2, 6);
	assert_int_equal(put(&g, 0, 0, "abc"), 3);
	assert_int_equal(put(&g, 0, 3, "defghi"), 6);
	assert_int_equal(grid_put(&g, 1, 1, 3, STYLE_NORMAL, "xyz", 3), 3);
	assert_dump(&g, "abcdef\n xy\n");
	/* A wide one that would be cut leaves blanks. */
	put(&g, 0, 0, "......");
	assert_int_equal(put(&g, 0, 0, "ab漢字漢"), 6);
	assert_dump(&g, "ab漢字\n xy\n");
	put(&g, 0, 0, "......");
	assert_int_equal(put(&g, 0, 0, "abc漢字"), 6);
	assert_dump(&g, "abc漢\n xy\n");
	assert_int_equal(grid_cell(&g, 0, 5)->cp[0], ' ');
	grid_clear(&g);
}

static void
outside_is_ignored(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g, 1, 4);
	put(&g, -1, 0, "x");
	put(&g, 1, 0, "x");
	put(&g, 0, 4, "x");
	assert_dump(&g, "\n");
	assert_int_equal(put(&g, 0, -2, "abcd"), 2);
	assert_dump(&g, "cd\n");
	put(&g, 0, -1, "漢x");
	assert_dump(&g, " x\n");
	grid_fill(&g, 0, -3, 9, STYLE_RULE, 0x2500);
	assert_dump(&g, "────\n");
	grid_fill(&g, 3, 0, 4, STYLE_RULE, 'x');
	assert_dump(&g, "────\n");
	grid_clear(&g);
}

static void
t44_controls_become_replacements(void **state)
{
	static const char *const hostile[] = { "\033[31m", "\r", "\b", "\n",
		"\t", "\007", "\177", "\xC2\x9B", "\xC2\x85", "\x9B", "\xFF",
		"\xED\xA0\x80" };
	size_t count = sizeof(hostile) / sizeof(hostile[0]);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct grid g;
		grid_init(&g, 1, 20);
		put(&g, 0, 0, hostile[i]);
		assert_int_equal(grid_cell(&g, 0, 0)->cp[0], UTF8_REPLACEMENT);
		for (int col = 0; col < g.cols; col++)
			assert_true(grid_cell(&g, 0, col)->cp[0] >= 0x20);
		grid_clear(&g);
	}
	assert_int_equal(count, 12);
	struct grid g;
	grid_init(&g, 1, 3);
	grid_fill(&g, 0, 0, 3, STYLE_NORMAL, '\033');
	assert_dump(&g, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\n");
	grid_fill(&g, 0, 0, 3, STYLE_NORMAL, 0x6F22);
	assert_dump(&g, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\n");
	grid_clear(&g);
}

static void
marks_share_the_cell_of_their_base(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g, 1, 10);
	assert_int_equal(put(&g, 0, 0, "e\xCC\x81x"), 2);
	assert_int_equal(grid_cell(&g, 0, 0)->count, 2);
	/* No more than a terminal cell holds. */
	assert_int_equal(
	    put(&g, 0, 0, "o\xCC\x80\xCC\x81\xCC\x82\xCC\x83\xCC\x84\xCC\x86x"),
	    2);
	assert_int_equal(grid_cell(&g, 0, 0)->count, CELL_CPS_MAX);
	assert_int_equal(grid_cell(&g, 0, 1)->cp[0], 'x');
	/* A mark without a base is nothing. */
	grid_erase(&g);
	put(&g, 0, 0, "z");
	assert_int_equal(put(&g, 0, 1, "\xCC\x81y"), 2);
	assert_dump(&g, "zy\n");
	grid_clear(&g);
}

static void
joined_people_are_drawn_apart(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g, 1, 20);
	assert_int_equal(put(&g, 0, 0, "👨‍👩‍👧‍👦|"), 9);
	assert_dump(&g, "👨👩👧👦|\n");
	grid_erase(&g);
	assert_int_equal(put(&g, 0, 0, "👍🏽|❤️|"),
	    width_text("👍🏽|❤️|", strlen("👍🏽|❤️|")));
	assert_dump(&g, "👍🏽|❤|\n");
	grid_erase(&g);
	/* Direction marks and joiners do not reach the terminal. */
	put(&g, 0, 0,
	    "a\xE2\x80\xAE"
	    "b\xE2\x80\x8D"
	    "c\xEF\xBB\xBF"
	    "d\xE2\x81\xA6");
	assert_dump(&g, "abcd\n");
	grid_clear(&g);
}

static void
half_of_a_wide_cell_is_blanked(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g, 1, 8);
	put(&g, 0, 0, "漢字漢字");
	put(&g, 0, 1, "x");
	assert_dump(&g, " x字漢字\n");
	put(&g, 0, 2, "y");
	assert_dump(&g, " xy 漢字\n");
	put(&g, 0, 5, "語");
	assert_dump(&g, " xy  語\n");
	grid_fill(&g, 0, 6, 7, STYLE_NORMAL, '-');
	assert_dump(&g, " xy   -\n");
	grid_clear(&g);
}

static void
styles_are_dumped(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g, 3, 8);
	grid_fill(&g, 0, 0, 8, STYLE_BAR, ' ');
	grid_put(&g, 0, 1, 8, STYLE_BOLD, "漢a", strlen("漢a"));
	put(&g, 1, 0, "plain");
	char *dump = grid_dump(&g, true);
	assert_string_equal(dump, " 漢a\nBbbbBBBB\nplain\n\n");
	free(dump);
	/* Each style has a letter of its own. */
	char seen[STYLE_COUNT + 1] = "";
	for (int i = STYLE_NORMAL + 1; i < STYLE_COUNT; i++) {
		grid_resize(&g, 1, 1);
		grid_fill(&g, 0, 0, 1, (enum style)i, 'x');
		dump = grid_dump(&g, true);
		assert_int_equal(strlen(dump), 4);
		assert_true(dump[2] > ' ');
		assert_null(strchr(seen, dump[2]));
		seen[i - 1] = dump[2];
		free(dump);
	}
	grid_clear(&g);
}

static void
any_text_takes_its_width(void **state)
{
	static const char *const parts[] = { "a", " ", "漢", "👍🏽",
		"👨‍👩‍👧", "e\xCC\x81", "한",
		"\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "नमस्ते", "ภาษาไทย", "ｱﾞ",
		"🇫🇷", "❤️", "1️⃣", "🏳️‍🌈", "\xCC\x81",
		"\033[", "\xE2\x80\x8D", "\xFF", "ﷺ" };
	uint32_t seed = 3;

	(void)state;
	for (int run = 0; run < 2000; run++) {
		uint8_t text[1024];
		size_t n = 0;
		for (int i = 0; i < 40; i++) {
			seed = seed * 1664525 + 1013904223;
			const char *part =
			    parts[(seed >> 16) %
				  (sizeof(parts) / sizeof(parts[0]))];
			memcpy(text + n, part, strlen(part));
			n += strlen(part);
		}
		ui_check_grid(text, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_clamped),
		cmocka_unit_test(text_fits_or_is_cut),
		cmocka_unit_test(outside_is_ignored),
		cmocka_unit_test(t44_controls_become_replacements),
		cmocka_unit_test(marks_share_the_cell_of_their_base),
		cmocka_unit_test(joined_people_are_drawn_apart),
		cmocka_unit_test(half_of_a_wide_cell_is_blanked),
		cmocka_unit_test(styles_are_dumped),
		cmocka_unit_test(any_text_takes_its_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
