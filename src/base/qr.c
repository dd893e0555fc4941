/* SPDX-License-Identifier: MIT */
/*
 * The one size has one block of data, one alignment pattern and no version in
 * it, which leaves little to get wrong. Which mask is best does not matter for
 * who reads it, so there is one: every other module, as on a chessboard.
 */
#include "base/qr.h"

#include "base/err.h"

#include <stddef.h>
#include <string.h>

enum {
	DATA = 44,
	CORRECTION = 26,
	WORDS = DATA + CORRECTION,
	MODE_BITS = 4,
	MODE_ALPHANUMERIC = 2,
	COUNT_BITS = 9,
	TIMING = 6,
	ALIGNED = 22,   /* where the alignment pattern has its middle */
	FIELD = 0x11d,  /* x^8 + x^4 + x^3 + x^2 + 1 */
	FORMAT = 0x5412 /* of level M (00) and mask 0 (000), all its bits: 0 */
};

static const char set[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

struct bits {
	uint8_t bytes[WORDS];
	size_t count;
};

static void
put(struct bits *b, unsigned value, unsigned n)
{
	while (n-- > 0) {
		if ((value >> n & 1) != 0)
			b->bytes[b->count / 8] |=
			    (uint8_t)(0x80 >> b->count % 8);
		b->count++;
	}
}

static int
put_text(struct bits *b, const char *text, size_t n)
{
	unsigned value[2];

	put(b, MODE_ALPHANUMERIC, MODE_BITS);
	put(b, (unsigned)n, COUNT_BITS);
	for (size_t i = 0; i < n; i++) {
		const char *at = strchr(set, text[i]);
		if (at == NULL)
			return ERR_FORMAT;
		value[i % 2] = (unsigned)(at - set);
		if (i % 2 == 1)
			put(b, value[0] * 45 + value[1], 11);
	}
	if (n % 2 == 1)
		put(b, value[0], 6);
	return 0;
}

/* The end, and what fills the rest. */
static void
put_rest(struct bits *b)
{
	unsigned filler = 0xec;

	put(b, 0,
	    b->count + 4 > 8 * DATA ? (unsigned)(8 * DATA - b->count) : 4);
	while (b->count % 8 != 0)
		put(b, 0, 1);
	while (b->count < (size_t)8 * DATA) {
		put(b, filler, 8);
		filler ^= 0xec ^ 0x11;
	}
}

static uint8_t
multiply(uint8_t a, uint8_t b)
{
	unsigned product = 0;

	for (unsigned i = 0; i < 8; i++)
		if ((b >> i & 1) != 0)
			product ^= (unsigned)a << i;
	for (unsigned i = 14; i >= 8; i--)
		if ((product >> i & 1) != 0)
			product ^= (unsigned)FIELD << (i - 8);
	return (uint8_t)product;
}

/* The remainder of the data by (x - 1)(x - 2)(x - 4)... */
static void
put_correction(uint8_t words[static WORDS])
{
	uint8_t divisor[CORRECTION] = { [CORRECTION - 1] = 1 }, root = 1;
	uint8_t *rest = words + DATA;

	for (int i = 0; i < CORRECTION; i++) {
		for (int j = 0; j < CORRECTION; j++) {
			divisor[j] = multiply(divisor[j], root);
			if (j + 1 < CORRECTION)
				divisor[j] ^= divisor[j + 1];
		}
		root = multiply(root, 2);
	}
	memset(rest, 0, CORRECTION);
	for (int i = 0; i < DATA; i++) {
		uint8_t factor = words[i] ^ rest[0];
		memmove(rest, rest + 1, CORRECTION - 1);
		rest[CORRECTION - 1] = 0;
		for (int j = 0; j < CORRECTION; j++)
			rest[j] ^= multiply(divisor[j], factor);
	}
}

static int
distance(int a, int b)
{
	return a < b ? b - a : a - b;
}

/* How far a module is from the middle of a square around it. */
static int
ring(int row, int col, int middle_row, int middle_col)
{
	int r = distance(row, middle_row), c = distance(col, middle_col);

	return r > c ? r : c;
}

/* The patterns by which it is found; false where data goes. */
static bool
is_pattern(int row, int col, bool *ret_dark)
{
	enum { NEAR = 3, FAR = QR_SIZE - 4 };
	int middle_row = row < QR_SIZE / 2 ? NEAR : FAR;
	int middle_col = col < QR_SIZE / 2 ? NEAR : FAR;
	int r = ring(row, col, middle_row, middle_col);

	*ret_dark = r <= 1 || r == 3;
	if (r <= 4 && (middle_row == NEAR || middle_col == NEAR))
		return true;
	r = ring(row, col, ALIGNED, ALIGNED);
	*ret_dark = r == 0 || r == 2;
	if (r <= 2)
		return true;
	*ret_dark = (row + col) % 2 == 0;
	return row == TIMING || col == TIMING;
}

/* Where the format stands, twice; beside it one module that is always dark. */
static bool
is_format(int row, int col)
{
	return (row == 8 && (col <= 8 || col >= QR_SIZE - 8)) ||
	       (col == 8 && (row <= 8 || row >= QR_SIZE - 8));
}

static void
put_format(struct qr *qr)
{
	/* Of the first copy, from bit 0 on; the second goes along the edges. */
	static const struct {
		uint8_t row, col;
	} first[] = { { 0, 8 }, { 1, 8 }, { 2, 8 }, { 3, 8 }, { 4, 8 },
		{ 5, 8 }, { 7, 8 }, { 8, 8 }, { 8, 7 }, { 8, 5 }, { 8, 4 },
		{ 8, 3 }, { 8, 2 }, { 8, 1 }, { 8, 0 } };

	for (int i = 0; i < 15; i++) {
		bool dark = (FORMAT >> i & 1) != 0;
		qr->dark[first[i].row][first[i].col] = dark;
		if (i < 8)
			qr->dark[8][QR_SIZE - 1 - i] = dark;
		else
			qr->dark[QR_SIZE - 15 + i][8] = dark;
	}
	qr->dark[QR_SIZE - 8][8] = true;
}

/* Up and down in columns of two, from the right, without that of the timing. */
static void
put_words(struct qr *qr, const uint8_t words[static WORDS])
{
	size_t bit = 0;
	bool up = true;

	for (int right = QR_SIZE - 1; right > 0; right -= 2, up = !up) {
		if (right == TIMING)
			right--;
		for (int i = 0; i < 2 * QR_SIZE; i++) {
			int row = up ? QR_SIZE - 1 - i / 2 : i / 2;
			int col = right - i % 2;
			bool dark;
			if (is_pattern(row, col, &dark) || is_format(row, col))
				continue;
			dark = bit < (size_t)8 * WORDS &&
			       (words[bit / 8] >> (7 - bit % 8) & 1) != 0;
			qr->dark[row][col] = dark != ((row + col) % 2 == 0);
			bit++;
		}
	}
}

int
qr_make(const char *text, struct qr *ret_qr)
{
	struct bits b = { .count = 0 };
	size_t n = strlen(text);

	if (n > QR_TEXT_MAX)
		return ERR_LIMIT;
	int err = put_text(&b, text, n);
	if (err < 0)
		return err;
	put_rest(&b);
	put_correction(b.bytes);
	struct qr qr = { .dark = { { false } } };
	for (int row = 0; row < QR_SIZE; row++)
		for (int col = 0; col < QR_SIZE; col++) {
			bool dark;
			if (is_pattern(row, col, &dark))
				qr.dark[row][col] = dark;
		}
	put_format(&qr);
	put_words(&qr, b.bytes);
	*ret_qr = qr;
	return 0;
}
