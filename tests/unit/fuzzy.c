/* SPDX-License-Identifier: MIT */
#include "ui/fuzzy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
what_fits(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool fits;
	} rows[] = {
		{ "", "", true }, { "", "anything", true },
		{ "  ", "anything", true }, { "bu", "burak", true },
		{ "BU", "burak", true }, { "bu", "BURAK", true },
		{ "bk", "burak", true }, { "kb", "burak", false },
		{ "burakk", "burak", false }, { "am", "ana maria", true },
		{ "ana mar", "ana maria", true }, { "an ma", "anamaria", true },
		{ "x", "", false }, { "\xc3\xa4", "\xc3\x84rger", true },
		{ "\xd0\xb1", "\xd0\x91\xd0\xbe\xd0\xb1", true },
		{ "\xe5\xb1\xb1", "\xe5\xb1\xb1\xe7\x94\xb0", true },
		{ "\xff", "\xfe", true }, /* both are U+FFFD */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int score;
		assert_int_equal(
		    fuzzy_match(rows[i].pattern, rows[i].text, &score),
		    rows[i].fits);
	}
}

static void
what_is_better(void **state)
{
	static const struct {
		const char *pattern, *better, *worse;
	} rows[] = {
		{ "bu", "burak", "zebulon" },        /* start of the text */
		{ "ma", "ana maria", "thomas" },     /* start of a word */
		{ "am", "ana maria", "adam smith" }, /* two starts, nearer */
		{ "am", "ana maria", "graham" },
		{ "ab", "cab", "cxaxb" }, /* together */
		{ "ab", "ab", "abc" },    /* the shorter */
		{ "fb", "fooBar", "foobar" },
		{ "se", "search", "reset" },
		{ "net", "net", "nothing else there" },
		{ "aab", "aaab", "axxaxxb" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int better, worse;
		assert_true(
		    fuzzy_match(rows[i].pattern, rows[i].better, &better));
		assert_true(
		    fuzzy_match(rows[i].pattern, rows[i].worse, &worse));
		if (better <= worse)
			fail_msg("%s: %s %d, %s %d", rows[i].pattern,
			    rows[i].better, better, rows[i].worse, worse);
	}
}

/* All subsequences tried one after the other, for short texts. */
static bool
is_subsequence(const char *pattern, const char *text)
{
	for (; *text != '\0'; text++)
		pattern += *pattern == *text;
	return *pattern == '\0';
}

static void
it_fits_when_the_letters_are_there(void **state)
{
	static const char letters[] = "ab-";
	char pattern[5] = "", text[7] = "";
	unsigned count = 0;

	(void)state;
	for (unsigned p = 0; p < 81; p++)
		for (unsigned t = 0; t < 729; t++) {
			unsigned a = p, b = t;
			int score;
			for (unsigned i = 0; i < 4; i++, a /= 3)
				pattern[i] = letters[a % 3];
			for (unsigned i = 0; i < 6; i++, b /= 3)
				text[i] = letters[b % 3];
			bool fits = fuzzy_match(pattern, text, &score);
			assert_int_equal(fits, is_subsequence(pattern, text));
			assert_true(!fits || score > 0);
			count += fits;
		}
	assert_true(count > 5000);
}

static void
long_texts_are_cut(void **state)
{
	char text[1000], pattern[200];
	int score;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(pattern, 'a', sizeof(pattern) - 1);
	pattern[sizeof(pattern) - 1] = '\0';
	assert_true(fuzzy_match(pattern, text, &score));
	assert_true(score > 0);
	pattern[0] = 'b';
	assert_false(fuzzy_match(pattern, text, &score));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits),
		cmocka_unit_test(what_is_better),
		cmocka_unit_test(it_fits_when_the_letters_are_there),
		cmocka_unit_test(long_texts_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
