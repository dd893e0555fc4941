/* SPDX-License-Identifier: MIT */
#include "base/id.h"

#include "base/err.h"

#include <assert.h>
#include <string.h>

/* RFC 4648 §6, lower case: five bits to a character. */
static const char base32_digits[] = "abcdefghijklmnopqrstuvwxyz234567";

static void
base32_encode(const uint8_t *p, size_t n, char *out)
{
	unsigned bits = 0, count = 0;

	for (size_t i = 0; i < n; i++) {
		bits = (bits << 8 | p[i]) & 0xfff;
		for (count += 8; count >= 5; count -= 5)
			*out++ = base32_digits[bits >> (count - 5) & 31];
	}
	if (count > 0)
		*out++ = base32_digits[bits << (5 - count) & 31];
	*out = '\0';
}

static int
base32_value(char c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return -1;
}

/*
 * Exactly the text of n bytes and a NUL. The bits behind the last byte must be
 * zero, so that each value has one spelling.
 */
static int
base32_decode(const char *text, uint8_t *out, size_t n)
{
	unsigned bits = 0, count = 0;
	size_t done = 0;

	for (size_t i = 0; i < (n * 8 + 4) / 5; i++) {
		int v = base32_value(text[i]);
		if (v < 0)
			return ERR_FORMAT;
		bits = (bits << 5 | (unsigned)v) & 0xfff;
		count += 5;
		if (count >= 8) {
			count -= 8;
			out[done++] = (uint8_t)(bits >> count & 0xff);
		}
	}
	if (text[(n * 8 + 4) / 5] != '\0' || (bits & ((1u << count) - 1)) != 0)
		return ERR_FORMAT;
	return 0;
}

bool
fp_equal(const struct fp *a, const struct fp *b)
{
	return memcmp(a->b, b->b, FP_SIZE) == 0;
}

int
fp_compare(const struct fp *a, const struct fp *b)
{
	return memcmp(a->b, b->b, FP_SIZE);
}

bool
fp_is_zero(const struct fp *fp)
{
	static const struct fp zero;

	return fp_equal(fp, &zero);
}

const char *
fp_text(const struct fp *fp, char out[static FP_TEXT_SIZE])
{
	base32_encode(fp->b, FP_SIZE, out);
	return out;
}

const char *
fp_tag(const struct fp *fp, size_t n, char *out)
{
	char text[FP_TEXT_SIZE];

	assert(n < FP_TEXT_SIZE);
	fp_text(fp, text);
	memcpy(out, text, n);
	out[n] = '\0';
	return out;
}

int
fp_parse(const char *text, struct fp *ret_fp)
{
	struct fp fp;
	int err = base32_decode(text, fp.b, FP_SIZE);

	if (err == 0)
		*ret_fp = fp;
	return err;
}

bool
msg_id_equal(const struct msg_id *a, const struct msg_id *b)
{
	return memcmp(a->b, b->b, MSG_ID_SIZE) == 0;
}

const char *
msg_id_text(const struct msg_id *id, char out[static MSG_ID_TEXT_SIZE])
{
	base32_encode(id->b, MSG_ID_SIZE, out);
	return out;
}

int
msg_id_parse(const char *text, struct msg_id *ret_id)
{
	struct msg_id id;
	int err = base32_decode(text, id.b, MSG_ID_SIZE);

	if (err == 0)
		*ret_id = id;
	return err;
}
