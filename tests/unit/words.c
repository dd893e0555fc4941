/* SPDX-License-Identifier: MIT */
#include "base/words.h"

#include "base/err.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The words, each in brackets. */
static void
assert_words(const char *text, const char *expected)
{
	struct words w;
	char got[256] = "";

	assert_int_equal(words_split(text, &w), 0);
	for (size_t i = 0; i < w.count; i++) {
		strncat(got, "[", 2);
		strncat(got, w.items[i], 64);
		strncat(got, "]", 2);
	}
	assert_null(w.items[w.count]);
	assert_string_equal(got, expected);
	words_clear(&w);
	assert_int_equal(w.count, 0);
}

static void
splits(void **state)
{
	(void)state;
	assert_words("", "");
	assert_words(" \t\n ", "");
	assert_words("tr a-z A-Z", "[tr][a-z][A-Z]");
	assert_words("  a\t b\n", "[a][b]");
	assert_words("'a b'\"c d\"e", "[a bc de]");
	assert_words("'' \"\" x", "[][][x]");
	assert_words("\"a\\\"b\\\\c\\d\"", "[a\"b\\c\\d]");
	assert_words("'a\\'", "[a\\]");
	assert_words("a\\ b \\' \\\\", "[a b]['][\\]");
}

static void
a_shell_it_is_not(void **state)
{
	(void)state;
	assert_words("echo $HOME | cat > x; `id` *",
	    "[echo][$HOME][|][cat][>][x;][`id`][*]");
	assert_words("sh -c 'sort | head'", "[sh][-c][sort | head]");
}

static void
refuses(void **state)
{
	static const char *const open[] = { "a'b", "'", "\"a", "\"a\\\"", "a\\",
		"x 'y \"z\"" };
	struct words w;

	(void)state;
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		assert_int_equal(words_split(open[i], &w), ERR_SHORT);
	assert_int_equal(
	    words_split("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", &w),
	    ERR_LIMIT);
	assert_int_equal(
	    words_split("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 ", &w), 0);
	assert_int_equal(w.count, WORDS_MAX);
	assert_null(w.items[WORDS_MAX]);
	words_clear(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits),
		cmocka_unit_test(a_shell_it_is_not),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
