/* SPDX-License-Identifier: MIT */
/*
 * The lead byte decides the length and the range of the second byte (RFC 3629
 * §4); with that range checked, overlong forms, surrogates and values above
 * U+10FFFF cannot arise, and a bad sequence ends exactly at its maximal
 * subpart.
 */
#include "base/utf8.h"

#include <string.h>

struct utf8_lead {
	uint8_t first, last; /* lead bytes of this row */
	uint8_t size;
	uint8_t mask;         /* payload bits of the lead byte */
	uint8_t second_first; /* range of the second byte */
	uint8_t second_last;
};

static const struct utf8_lead leads[] = {
	{ 0xc2, 0xdf, 2, 0x1f, 0x80, 0xbf },
	{ 0xe0, 0xe0, 3, 0x0f, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x0f, 0x80, 0xbf },
	{ 0xed, 0xed, 3, 0x0f, 0x80, 0x9f },
	{ 0xee, 0xef, 3, 0x0f, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x07, 0x90, 0xbf },
	{ 0xf1, 0xf3, 4, 0x07, 0x80, 0xbf },
	{ 0xf4, 0xf4, 4, 0x07, 0x80, 0x8f },
};

static const struct utf8_lead *
lead_find(uint8_t byte)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		if (byte >= leads[i].first && byte <= leads[i].last)
			return &leads[i];
	}
	return NULL;
}

static size_t
decode_bad(size_t used, uint32_t *ret_cp, bool *ret_bad)
{
	*ret_cp = UTF8_REPLACEMENT;
	if (ret_bad != NULL)
		*ret_bad = true;
	return used;
}

size_t
utf8_decode(const char *s, size_t n, uint32_t *ret_cp, bool *ret_bad)
{
	const uint8_t *p = (const uint8_t *)s;

	if (ret_bad != NULL)
		*ret_bad = false;
	if (p[0] < 0x80) {
		*ret_cp = p[0];
		return 1;
	}
	const struct utf8_lead *lead = lead_find(p[0]);
	if (lead == NULL)
		return decode_bad(1, ret_cp, ret_bad);
	uint32_t cp = p[0] & lead->mask;
	uint8_t first = lead->second_first, last = lead->second_last;
	for (size_t i = 1; i < lead->size; i++) {
		if (i == n || p[i] < first || p[i] > last)
			return decode_bad(i, ret_cp, ret_bad);
		cp = cp << 6 | (p[i] & 0x3fu);
		first = 0x80;
		last = 0xbf;
	}
	*ret_cp = cp;
	return lead->size;
}

size_t
utf8_encode(uint32_t cp, char out[static UTF8_MAX])
{
	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		cp = UTF8_REPLACEMENT;
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	size_t size = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	static const uint8_t marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = size - 1; i > 0; i--, cp >>= 6)
		out[i] = (char)(0x80 | (cp & 0x3f));
	out[0] = (char)(marks[size] | cp);
	return size;
}

bool
utf8_is_valid(const char *s, size_t n)
{
	uint32_t cp;
	bool bad = false;

	for (size_t at = 0; at < n && !bad;)
		at += utf8_decode(s + at, n - at, &cp, &bad);
	return !bad;
}

size_t
utf8_cut(const char *s, size_t n, size_t max)
{
	if (n <= max)
		return n;
	size_t at = max > UTF8_MAX ? max - UTF8_MAX : 0;
	uint32_t cp;
	/* Start at a boundary: step back over continuation bytes, of which
	 * valid text has at most three in a row. */
	for (size_t back = 0; back < UTF8_MAX - 1 && at > 0; back++, at--) {
		if (((uint8_t)s[at] & 0xc0) != 0x80)
			break;
	}
	for (;;) {
		size_t used = utf8_decode(s + at, n - at, &cp, NULL);
		if (at + used > max)
			return at;
		at += used;
	}
}
