/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool
is_scalar(uint32_t cp)
{
	return cp < 0xd800 || (cp > 0xdfff && cp <= 0x10ffff);
}

static void
every_code_point_comes_back(void **state)
{
	size_t valid = 0;

	(void)state;
	for (uint32_t cp = 0; cp <= 0x110000; cp++) {
		char s[UTF8_MAX];
		size_t n = utf8_encode(cp, s);
		uint32_t back;
		bool bad = true;
		assert_int_equal(utf8_decode(s, n, &back, &bad), n);
		assert_false(bad);
		assert_int_equal(back, is_scalar(cp) ? cp : 0xfffd);
		valid += back == cp;
	}
	assert_int_equal(valid, 0x110000 - 0x800);
}

/* Valid for up to three bytes exactly where it is one of the encodings; the
 * second way to say it is the table of Unicode, 3-7. */
static bool
is_table_3_7(const uint8_t *p)
{
	if (p[0] < 0x80)
		return true;
	if (p[0] < 0xc2 || p[0] > 0xf4 || p[1] < 0x80 || p[1] > 0xbf)
		return false;
	if (p[0] < 0xe0)
		return true;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return false;
	if (p[2] < 0x80 || p[2] > 0xbf)
		return false;
	return p[0] < 0xf0 || (p[3] >= 0x80 && p[3] <= 0xbf);
}

static void
every_start_of_four_bytes_is_judged_right(void **state)
{
	static const uint8_t last[] = { 0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff };

	(void)state;
	for (uint32_t i = 0; i < 1u << 24; i += 1 + (i >> 8 & 3)) {
		uint8_t p[4] = { (uint8_t)(i >> 16), (uint8_t)(i >> 8 & 0xff),
			(uint8_t)(i & 0xff), last[i % sizeof(last)] };
		uint32_t cp;
		bool bad;
		size_t n = utf8_decode((const char *)p, 4, &cp, &bad);
		if (bad == is_table_3_7(p) || n < 1 || n > 4)
			fail_msg("%02x %02x %02x %02x", p[0], p[1], p[2], p[3]);
	}
}

/* Unicode 15, tables 3-8 to 3-11, and what people try. "!" is a bad part. */
static const struct {
	const char *bytes, *decoded;
} bad_cases[] = {
	{ "\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", "!!!!!!!!A" },
	{ "\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", "!!!!!!!!A" },
	{ "\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", "!!!!!A!!B" },
	{ "\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", "!!!!A" },
	{ "\xc1\xbf", "!!" },
	{ "\xe0\x9f\xbf", "!!!" },
	{ "\xf0\x8f\xbf\xbf", "!!!!" },
	{ "\xf8\x88\x80\x80\x80", "!!!!!" },
	{ "\xfc\x84\x80\x80\x80\x80", "!!!!!!" },
	{ "\xfe\xff", "!!" },
	{ "\xf0\x9f\x98", "!" },
	{ "\xf0\x9f\x98"
	  "A",
	    "!A" },
	{ "\xe2\x82", "!" },
	{ "\xc3", "!" },
	{ "A\xcc", "A!" },
	{ "\x80", "!" },
};

static void
bad_sequences_end_at_their_maximal_subpart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++) {
		const char *s = bad_cases[i].bytes;
		size_t n = strlen(s), at = 0, out = 0;
		assert_false(utf8_is_valid(s, n));
		for (; at < n; out++) {
			uint32_t cp;
			bool bad;
			at += utf8_decode(s + at, n - at, &cp, &bad);
			assert_int_equal(
			    bad ? '!' : (int)cp, bad_cases[i].decoded[out]);
			assert_true(!bad || cp == UTF8_REPLACEMENT);
		}
		assert_int_equal(at, n);
		assert_int_equal(out, strlen(bad_cases[i].decoded));
	}
}

static void
text_is_valid_whole(void **state)
{
	(void)state;
	assert_true(utf8_is_valid("", 0));
	assert_true(utf8_is_valid("a\0b", 3));
	assert_true(utf8_is_valid("\xef\xbf\xbd", 3));
	assert_false(utf8_is_valid("\xef\xbf\xbd", 2));
	assert_true(utf8_is_valid("\xf0\x9f\x98\x80z", 5));
	assert_false(utf8_is_valid("\xf0\x9f\x98\x80z", 3));
}

static void
cut_splits_no_sequence(void **state)
{
	static const char text[] = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z";
	static const size_t cuts[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11,
		11 };
	char row[64];

	(void)state;
	for (size_t max = 0; max < sizeof(cuts) / sizeof(cuts[0]); max++)
		assert_int_equal(utf8_cut(text, 11, max), cuts[max]);
	memset(row, 0x80, sizeof(row));
	assert_int_equal(utf8_cut(row, sizeof(row), 40), 40);
	for (size_t i = 0; i < sizeof(row); i += 4)
		memcpy(row + i, "\xf0\x9f\x98\x80", 4);
	for (size_t max = 0; max <= sizeof(row); max++)
		assert_int_equal(utf8_cut(row, sizeof(row), max), max / 4 * 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_comes_back),
		cmocka_unit_test(every_start_of_four_bytes_is_judged_right),
		cmocka_unit_test(bad_sequences_end_at_their_maximal_subpart),
		cmocka_unit_test(text_is_valid_whole),
		cmocka_unit_test(cut_splits_no_sequence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
