/* SPDX-License-Identifier: MIT */
#include "base/width.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
cells_of_single_code_points(void **state)
{
	static const struct {
		uint32_t first, last;
		int cells;
	} rows[] = {
		{ 0x00, 0x1f, -1 },
		{ 0x20, 0x7e, 1 },
		{ 0x7f, 0x9f, -1 },
		{ 0xa0, 0x2ff, 1 },
		{ 0x300, 0x36f, 0 },   /* combining marks */
		{ 0x3b1, 0x3c9, 1 },   /* Greek: ambiguous */
		{ 0x600, 0x605, 1 },   /* Arabic number signs */
		{ 0x1100, 0x115f, 2 }, /* Hangul initials */
		{ 0x1160, 0x11ff, 0 }, /* medials and finals */
		{ 0x200b, 0x200f, 0 }, /* zero width */
		{ 0x2500, 0x257f, 1 }, /* boxes: ambiguous */
		{ 0x2764, 0x2764, 1 }, /* heart without style */
		{ 0x231a, 0x231b, 2 }, /* watch */
		{ 0x3000, 0x3000, 2 }, /* ideographic space */
		{ 0x3041, 0x3096, 2 }, /* Hiragana */
		{ 0x4e00, 0x9fff, 2 }, /* Han */
		{ 0xac00, 0xd7a3, 2 }, /* Hangul */
		{ 0xfe00, 0xfe0f, 0 }, /* variation selectors */
		{ 0xfffd, 0xfffd, 1 },
		{ 0xff01, 0xff60, 2 },   /* full width */
		{ 0xff61, 0xff9f, 1 },   /* half width */
		{ 0x1f1e6, 0x1f1ff, 1 }, /* halves of flags */
		{ 0x1f3fb, 0x1f3ff, 2 }, /* skin tones */
		{ 0x1f600, 0x1f64f, 2 }, /* emoji */
		{ 0x1fae8, 0x1fae8, 2 }, /* Unicode 15 */
		{ 0x1fae9, 0x1faef, 2 }, /* not yet assigned */
		{ 0x20000, 0x2fffd, 2 },
		{ 0x30000, 0x3fffd, 2 },
		{ 0x50000, 0x50010, 1 }, /* unassigned elsewhere */
		{ 0xe0100, 0xe01ef, 0 },
		{ 0x110000, 0x110001, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (uint32_t cp = rows[i].first; cp <= rows[i].last; cp++) {
			if (width_cp(cp) != rows[i].cells)
				fail_msg("U+%04X is %d", cp, width_cp(cp));
		}
	}
}

static void
only_controls_are_negative_and_nothing_is_wider_than_two(void **state)
{
	size_t zero = 0, two = 0;

	(void)state;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		int cells = width_cp(cp);
		assert_int_equal(
		    cells < 0, cp < 0x20 || (cp >= 0x7f && cp < 0xa0));
		assert_true(cells <= 2);
		zero += cells == 0;
		two += cells == 2;
	}
	assert_in_range(zero, 2000, 4000);
	assert_in_range(two, 160000, 200000);
}

/* How many clusters, and how many cells they take together. */
static const struct {
	const char *text;
	size_t clusters;
	int cells;
} texts[] = {
	{ "", 0, 0 }, { "ana", 3, 3 }, { "a\xcc\x81n", 2, 2 },
	{ "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d"
	  "\xf0\x9f\x91\xa7\xe2\x80\x8d\xf0\x9f\x91\xa6",
	    1, 8 }, /* family */
	{ "\xf0\x9f\x87\xab\xf0\x9f\x87\xb7\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", 2,
	    4 },                                          /* two flags */
	{ "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 1, 4 },     /* skin tone */
	{ "\xe2\x9d\xa4\xef\xb8\x8f", 1, 1 },             /* heart */
	{ "1\xef\xb8\x8f\xe2\x83\xa3", 1, 1 },            /* keycap */
	{ "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", 1, 2 }, /* jamo */
	{ "\xe4\xbd\xa0\xe5\xa5\xbd", 2, 4 },             /* Chinese */
	{ "\xe0\xb8\x99\xe0\xb9\x89\xe0\xb8\xb3", 1, 2 }, /* Thai */
	{ "\r\n", 1, 0 }, { "a\nb", 3, 2 }, { "\x1b[m", 3, 2 },
	{ "\xcc\x81", 1, 0 },                       /* a mark alone */
	{ "\xff\xfe", 2, 2 }, { "\xe2\x82", 1, 1 }, /* cut */
};

static void
clusters_and_their_cells(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *s = texts[i].text;
		size_t n = strlen(s), clusters = 0;
		int cells = 0, width;
		for (size_t at = 0; at < n; clusters++) {
			size_t size = cluster_next(s + at, n - at, &width);
			assert_true(size > 0 && width >= 0);
			assert_int_equal(cluster_prev(s, at + size), at);
			at += size;
			cells += width;
		}
		assert_int_equal(clusters, texts[i].clusters);
		assert_int_equal(cells, texts[i].cells);
		assert_int_equal(width_text(s, n), texts[i].cells);
	}
}

static void
ends_of_text(void **state)
{
	int width = 7;

	(void)state;
	assert_int_equal(cluster_next("", 0, &width), 0);
	assert_int_equal(width, 0);
	assert_int_equal(cluster_prev("abc", 0), 0);
}

static void
going_back_is_going_forth(void **state)
{
	static const char *const parts[] = { "a", " ", "\n", "\r", "\xcc\x81",
		"\xe2\x80\x8d", "\xf0\x9f\x87\xab", "\xf0\x9f\x91\xa8",
		"\xf0\x9f\x8f\xbd", "\xef\xb8\x8f", "\xe1\x84\x80",
		"\xe1\x85\xa1", "\xe1\x86\xa8", "\xe4\xbd\xa0", "\xd8\x80",
		"\xe0\xa4\x95", "\xe0\xa5\x8d", "\xff", "\xe2\x82" };
	const size_t count = sizeof(parts) / sizeof(parts[0]);
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		char s[128] = "";
		size_t n = 0;
		for (int i = 0; i < 20; i++) {
			seed = seed * 1664525 + 1013904223;
			const char *part = parts[(seed >> 16) % count];
			memcpy(s + n, part, strlen(part));
			n += strlen(part);
		}
		for (size_t at = 0; at < n;) {
			int width;
			size_t next = at + cluster_next(s + at, n - at, &width);
			assert_int_equal(cluster_prev(s, next), at);
			at = next;
		}
	}
}

static void
cut_keeps_whole_clusters(void **state)
{
	static const char text[] = "a\xe4\xbd\xa0"
				   "e\xcc\x81z";
	static const size_t bytes[] = { 0, 1, 1, 4, 7, 8, 8 };
	static const int cells[] = { 0, 1, 1, 3, 4, 5, 5 };
	int width;

	(void)state;
	for (int max = 0; max < 7; max++) {
		assert_int_equal(width_cut(text, 8, max, &width), bytes[max]);
		assert_int_equal(width, cells[max]);
	}
	assert_int_equal(width_cut(text, 8, -1, NULL), 0);
	/* Marks that follow a full row belong to it. */
	assert_int_equal(width_cut("ab\xcc\x81", 4, 2, NULL), 4);
}

/* A cluster may be as long as the text. */
static void
t47_a_cluster_of_100k_marks_is_one(void **state)
{
	enum { MARKS = 100000 };
	char *s = malloc(1 + 2 * MARKS);
	int width;

	(void)state;
	s[0] = 'a';
	for (size_t i = 0; i < MARKS; i++)
		memcpy(s + 1 + 2 * i, "\xcc\x81", 2);
	assert_int_equal(cluster_next(s, 1 + 2 * MARKS, &width), 1 + 2 * MARKS);
	assert_int_equal(width, 1);
	assert_int_equal(cluster_prev(s, 1 + 2 * MARKS), 0);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_of_single_code_points),
		cmocka_unit_test(
		    only_controls_are_negative_and_nothing_is_wider_than_two),
		cmocka_unit_test(clusters_and_their_cells),
		cmocka_unit_test(ends_of_text),
		cmocka_unit_test(going_back_is_going_forth),
		cmocka_unit_test(cut_keeps_whole_clusters),
		cmocka_unit_test(t47_a_cluster_of_100k_marks_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
