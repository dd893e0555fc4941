/* SPDX-License-Identifier: MIT */
#include "ui/reply.h"

#include <string.h>

enum { NUMBERS = 3, NUMBER_MAX = 1000000, COMPONENTS = 3, HEX_DIGITS_MAX = 4 };

/* Numbers parted by ";"; a missing one is 0. Returns how many, or 0. */
static size_t
numbers(const uint8_t *p, size_t n, uint32_t v[static NUMBERS])
{
	size_t count = 0;

	memset(v, 0, NUMBERS * sizeof(*v));
	for (size_t i = 0; i < n; i++) {
		if (p[i] == ';') {
			count++;
			continue;
		}
		if (p[i] < '0' || p[i] > '9')
			return 0;
		if (count < NUMBERS && v[count] < NUMBER_MAX)
			v[count] = v[count] * 10 + p[i] - '0';
	}
	return count + 1;
}

bool
reply_csi(const uint8_t *p, size_t n, uint8_t final, struct reply *ret_reply)
{
	uint32_t v[NUMBERS];
	size_t skip = n > 0 && p[0] == '?';

	/* With one number it is a key: F3 of some terminals. */
	if (final == 'R' && numbers(p + skip, n - skip, v) == 2) {
		*ret_reply = (struct reply){ REPLY_POSITION, v[0], v[1] };
		return true;
	}
	if (skip == 0)
		return false;
	if (final == 'c' && numbers(p + 1, n - 1, v) > 0) {
		*ret_reply = (struct reply){ REPLY_DEVICE, v[0], v[1] };
		return true;
	}
	if (final != 'y' || n < 2 || p[n - 1] != '$' ||
	    numbers(p + 1, n - 2, v) != 2)
		return false;
	*ret_reply = (struct reply){ REPLY_MODE, v[0], v[1] };
	return true;
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One to four digits are a fraction of what so many can say. Returns the
 * digits read. */
static size_t
component(const uint8_t *p, size_t n, uint32_t *ret_byte)
{
	uint32_t value = 0, most = 0;
	size_t i = 0;

	for (; i < n && i < HEX_DIGITS_MAX && hex_digit(p[i]) >= 0; i++) {
		value = value * 16 + (uint32_t)hex_digit(p[i]);
		most = most * 16 + 15;
	}
	if (i > 0)
		*ret_byte = value * 255 / most;
	return i;
}

/* "rgb:RRRR/GGGG/BBBB", or "rgba:" with a fourth that does not matter. */
static bool
colour(const uint8_t *p, size_t n, uint32_t *ret_rgb)
{
	uint32_t rgb = 0;
	size_t at = 4;

	if (n < 5 || memcmp(p, "rgb", 3) != 0)
		return false;
	if (p[3] == 'a')
		at++;
	if (p[at - 1] != ':')
		return false;
	for (int i = 0; i < COMPONENTS; i++) {
		uint32_t byte = 0;
		size_t digits = component(p + at, n - at, &byte);
		at += digits;
		bool more = i + 1 < COMPONENTS;
		if (digits == 0 || (more && (at == n || p[at] != '/')))
			return false;
		at += more;
		rgb = rgb << 8 | byte;
	}
	*ret_rgb = rgb;
	return true;
}

bool
reply_osc(const uint8_t *text, size_t n, struct reply *ret_reply)
{
	uint32_t rgb;

	if (n < 3 || text[0] != '1' || (text[1] != '0' && text[1] != '1') ||
	    text[2] != ';' || !colour(text + 3, n - 3, &rgb))
		return false;
	*ret_reply =
	    (struct reply){ REPLY_COLOUR, text[1] == '0' ? 10 : 11, rgb };
	return true;
}
