/* SPDX-License-Identifier: MIT */
/*
 * Each set is tried on the bytes, and pays for each character by how rare it is
 * in text of its language, about two to the minus bits. The sets share most of
 * their codes, so that a text without errors says little: in another set it is
 * a row of rare characters.
 */
#include "base/charset.h"
#include "base/charset_step.h"
#include "base/utf8.h"

#include <stdbool.h>

enum {
	GUESS_SIZE_MAX = 2048, /* what comes behind changes nothing */

	BITS_ASCII = 6,
	BITS_ASCII_WESTERN = 5, /* most of it is */
	BITS_FREQUENT = 9,
	BITS_COMMON = 14,
	BITS_RARE = 21,
	BITS_PRIVATE = 26,
	BITS_BAD = 40,
	BITS_KANA = 8,
	BITS_HALF_KANA = 14,
	BITS_MARK = 10, /* punctuation and letters of full width */
	BITS_LETTER = 6,
	BITS_LETTER_RARE = 9,
	BITS_SYMBOL = 11,
	BITS_BESIDE = 5, /* a letter beyond ASCII beside another */
	/* Who was known to use this set goes on doing so. */
	BITS_FALLBACK = 8,
};

static const enum charset candidates[] = {
	CHARSET_GB18030,
	CHARSET_CP932,
	CHARSET_CP949,
	CHARSET_BIG5,
	CHARSET_CP1252,
};

static bool
is_frequent(const struct charset_set *set, uint32_t cp)
{
	size_t low = 0;
	size_t high = set->frequent_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (set->frequent[mid] == cp)
			return true;
		if (set->frequent[mid] < cp)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static bool
is_between(uint32_t value, uint32_t low, uint32_t high)
{
	return value >= low && value <= high;
}

/* The part of a set that its makers filled with what is in daily use. */
static bool
is_common(enum charset cs, uint32_t code)
{
	uint32_t trail = code & 0xFF;

	switch (cs) {
	case CHARSET_GB18030:
		return is_between(code, 0xB0A1, 0xD7F9) && trail >= 0xA1;
	case CHARSET_CP932:
		return is_between(code, 0x889F, 0x9872);
	case CHARSET_CP949:
		return is_between(code, 0xB0A1, 0xC8FE) && trail >= 0xA1;
	case CHARSET_BIG5:
		return is_between(code, 0xA440, 0xC67E);
	case CHARSET_AUTO:
	case CHARSET_UTF8:
	case CHARSET_CP1252:
		break;
	}
	return false;
}

/* What the typists of all these languages use between words. */
static bool
is_mark(uint32_t cp)
{
	return is_between(cp, 0x3000, 0x3011) ||
	       is_between(cp, 0xFF01, 0xFF5E) ||
	       is_between(cp, 0x2010, 0x2026) || cp == 0x00B7;
}

static int
cost_of_pair(enum charset cs, uint32_t code, uint32_t cp)
{
	if (is_frequent(charset_set(cs), cp))
		return BITS_FREQUENT;
	if (is_common(cs, code))
		return BITS_COMMON;
	if (is_mark(cp))
		return BITS_MARK;
	if (is_between(cp, 0x3041, 0x30FE))
		return cs == CHARSET_CP932 ? BITS_KANA : BITS_RARE;
	return is_between(cp, 0xE000, 0xF8FF) ? BITS_PRIVATE : BITS_RARE;
}

/* Letters of French, German, Spanish, Portuguese and the north. */
static int
cost_of_western(uint32_t cp)
{
	static const uint8_t letters[] = { 0xC4, 0xD6, 0xDC, 0xDF, 0xE0, 0xE1,
		0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xED,
		0xF1, 0xF3, 0xF4, 0xF5, 0xF6, 0xF8, 0xFA, 0xFB, 0xFC };

	for (size_t i = 0; i < sizeof(letters); i++) {
		if (letters[i] == cp)
			return BITS_LETTER;
	}
	if (is_between(cp, 0xC0, 0xFF) && cp != 0xD7 && cp != 0xF7)
		return BITS_LETTER_RARE;
	return is_between(cp, 0x2013, 0x2026) ? BITS_LETTER_RARE : BITS_SYMBOL;
}

static int
cost_of_single(enum charset cs, uint32_t cp, bool is_beside)
{
	if (cp < 0x80)
		return cs == CHARSET_CP1252 ? BITS_ASCII_WESTERN : BITS_ASCII;
	if (cs == CHARSET_CP1252)
		return cost_of_western(cp) + (is_beside ? BITS_BESIDE : 0);
	return BITS_HALF_KANA;
}

static int
cost(enum charset cs, const uint8_t *p, size_t n)
{
	const struct charset_set *set = charset_set(cs);
	int bits = 0;
	bool is_beside = false;

	for (size_t at = 0; at < n;) {
		uint32_t cp;
		size_t used = charset_step(set, p + at, n - at, &cp);
		if (cp == CHARSET_NONE)
			bits += BITS_BAD;
		else if (used == 1)
			bits += cost_of_single(cs, cp, is_beside);
		else if (used == 2)
			bits += cost_of_pair(
			    cs, (uint32_t)p[at] << 8 | p[at + 1], cp);
		else
			bits += BITS_RARE;
		is_beside = p[at] >= 0x80;
		at += used;
	}
	return bits;
}

enum validity { UTF8_NOT, UTF8_PERHAPS, UTF8_SURELY };

/*
 * A sequence that the end cuts off does not count. Sequences of two bytes alone
 * may be something else: the commonest thanks in Chinese, twice D0 BB in GBK,
 * are two Cyrillic letters.
 */
static enum validity
utf8_validity(const uint8_t *p, size_t n)
{
	enum validity found = UTF8_NOT;

	for (size_t at = 0; at < n;) {
		uint32_t cp;
		bool is_bad = false;
		size_t used =
		    utf8_decode((const char *)p + at, n - at, &cp, &is_bad);
		bool is_cut = is_bad && at + used == n && n - at < UTF8_MAX &&
			      p[at] >= 0xC2;
		if (is_bad)
			return is_cut ? found : UTF8_NOT;
		if (used > 2)
			found = UTF8_SURELY;
		else if (used == 2 && found == UTF8_NOT)
			found = UTF8_PERHAPS;
		at += used;
	}
	return found;
}

static int
cost_of_utf8(const uint8_t *p, size_t n)
{
	int bits = 0;

	for (size_t at = 0; at < n;) {
		uint32_t cp;
		at += utf8_decode((const char *)p + at, n - at, &cp, NULL);
		if (cp < 0x80)
			bits += BITS_ASCII_WESTERN;
		else if (cp < 0x100)
			bits += cost_of_western(cp);
		else
			bits += BITS_MARK;
	}
	return bits;
}

static bool
is_ascii(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] >= 0x80)
			return false;
	}
	return true;
}

static int
cost_with(enum charset cs, const uint8_t *p, size_t n, enum charset fallback)
{
	int bits = cs == CHARSET_UTF8 ? cost_of_utf8(p, n) : cost(cs, p, n);

	return cs == fallback ? bits - BITS_FALLBACK : bits;
}

enum charset
charset_guess(const uint8_t *p, size_t n, enum charset fallback)
{
	if (is_ascii(p, n))
		return fallback == CHARSET_AUTO ? CHARSET_UTF8 : fallback;
	enum validity validity = utf8_validity(p, n);
	if (validity == UTF8_SURELY)
		return CHARSET_UTF8;
	if (n > GUESS_SIZE_MAX)
		n = GUESS_SIZE_MAX;
	bool is_utf8 = validity == UTF8_PERHAPS;
	enum charset best = is_utf8 ? CHARSET_UTF8 : candidates[0];
	int best_bits = cost_with(best, p, n, fallback);
	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]);
	     i++) {
		int bits = cost_with(candidates[i], p, n, fallback);
		if (bits < best_bits) {
			best = candidates[i];
			best_bits = bits;
		}
	}
	return best;
}
