/* SPDX-License-Identifier: MIT */
/*
 * What is made is read again by other means: the format and its check, the
 * words in their order, the correction by its syndromes, the text.
 */
#include "base/qr.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS = 70, CHECKS = 26 };

static uint8_t exps[255], logs[256];

static void
make_tables(void)
{
	unsigned x = 1;

	for (unsigned i = 0; i < 255; i++) {
		exps[i] = (uint8_t)x;
		logs[x] = (uint8_t)i;
		x = x << 1 ^ (x >> 7 != 0 ? 0x11d : 0);
	}
}

/* A polynomial at 2^power is zero where nothing is wrong. */
static uint8_t
value_at(const uint8_t *words, unsigned power)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < WORDS; i++) {
		if (sum != 0)
			sum = exps[(logs[sum] + power) % 255];
		sum ^= words[i];
	}
	return sum;
}

static unsigned
read_format(const struct qr *qr)
{
	unsigned a = 0, b = 0;

	for (int i = 0; i < 15; i++) {
		int row = i < 6 ? i : i == 6 ? 7 : 8;
		int col = i < 8 ? 8 : i == 8 ? 7 : 14 - i;
		a |= (unsigned)qr->dark[row][col] << i;
		row = i < 8 ? 8 : 14 + i;
		col = i < 8 ? 28 - i : 8;
		b |= (unsigned)qr->dark[row][col] << i;
	}
	assert_int_equal(a, b);
	return a ^ 0x5412;
}

static bool
holds_data(int row, int col)
{
	bool corner =
	    (row < 9 && (col < 9 || col > 20)) || (row > 20 && col < 9);
	bool aligned = row >= 20 && row <= 24 && col >= 20 && col <= 24;

	return !corner && !aligned && row != 6 && col != 6;
}

static size_t
read_words(const struct qr *qr, uint8_t words[static WORDS])
{
	size_t bit = 0;

	memset(words, 0, WORDS);
	for (int pair = 0; pair < 14; pair++) {
		int right = pair < 11 ? 28 - 2 * pair : 27 - 2 * pair;
		for (int i = 0; i < 58; i++) {
			int row = pair % 2 == 0 ? 28 - i / 2 : i / 2;
			int col = right - i % 2;
			if (!holds_data(row, col))
				continue;
			bool one = qr->dark[row][col] != ((row + col) % 2 == 0);
			if (bit < 8 * WORDS && one)
				words[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
			bit++;
		}
	}
	return bit;
}

static unsigned
take(const uint8_t *words, size_t *at, unsigned n)
{
	unsigned value = 0;

	for (; n > 0; n--, (*at)++)
		value = value << 1 | (words[*at / 8] >> (7 - *at % 8) & 1);
	return value;
}

static void
read_text(const uint8_t *words, char *out)
{
	static const char set[] =
	    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
	size_t at = 0;

	assert_int_equal(take(words, &at, 4), 2);
	unsigned n = take(words, &at, 9), i = 0;
	for (; i + 1 < n; i += 2) {
		unsigned two = take(words, &at, 11);
		out[i] = set[two / 45];
		out[i + 1] = set[two % 45];
	}
	if (i < n)
		out[i++] = set[take(words, &at, 6)];
	out[i] = '\0';
}

static void
texts_come_back(void **state)
{
	static const char all[] =
	    "EARSHOT:6IRQUT2RWTLUNTJIW24MUG2YRM2OJSJF3G3UBSCCXEBPJFKIUZYQ/";
	struct qr qr;

	(void)state;
	make_tables();
	for (size_t n = 0; n < sizeof(all); n++) {
		char text[QR_TEXT_MAX + 1], got[QR_TEXT_MAX + 2];
		uint8_t words[WORDS];
		snprintf(text, sizeof(text), "%.*s", (int)n, all);
		assert_int_equal(qr_make(text, &qr), 0);
		/* Level M, mask 0; the rest is their check. */
		assert_int_equal(read_format(&qr), 0);
		assert_int_equal(read_words(&qr, words), 8 * WORDS + 7);
		for (unsigned i = 0; i < CHECKS; i++)
			assert_int_equal(value_at(words, i), 0);
		read_text(words, got);
		assert_string_equal(got, text);
	}
}

static void
it_can_be_found(void **state)
{
	static const char finder[7][8] = { "#######", "#     #", "# ### #",
		"# ### #", "# ### #", "#     #", "#######" };
	static const int corners[3][2] = { { 0, 0 }, { 0, 22 }, { 22, 0 } };
	struct qr qr;

	(void)state;
	assert_int_equal(qr_make("X", &qr), 0);
	for (int c = 0; c < 3; c++)
		for (int i = 0; i < 49; i++)
			assert_int_equal(qr.dark[corners[c][0] + i / 7]
						[corners[c][1] + i % 7],
			    finder[i / 7][i % 7] == '#');
	for (int i = 8; i <= 20; i++) {
		assert_int_equal(qr.dark[6][i], i % 2 == 0);
		assert_int_equal(qr.dark[i][6], i % 2 == 0);
	}
	for (int i = 0; i < 8; i++)
		assert_false(qr.dark[7][i] || qr.dark[i][7] || qr.dark[21][i] ||
			     qr.dark[7][28 - i]);
	assert_true(qr.dark[22][22] && qr.dark[20][20] && !qr.dark[21][21]);
	assert_true(qr.dark[21][8]);
}

static void
others_are_refused(void **state)
{
	char text[QR_TEXT_MAX + 2];
	struct qr qr;

	(void)state;
	memset(text, 'A', sizeof(text));
	text[QR_TEXT_MAX + 1] = '\0';
	assert_int_equal(qr_make(text, &qr), ERR_LIMIT);
	assert_int_equal(qr_make("a", &qr), ERR_FORMAT);
	assert_int_equal(qr_make("\n", &qr), ERR_FORMAT);
	assert_int_equal(qr_make("\xc3\x84", &qr), ERR_FORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_come_back),
		cmocka_unit_test(it_can_be_found),
		cmocka_unit_test(others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
