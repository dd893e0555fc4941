/* SPDX-License-Identifier: MIT */
#include "ui/motion.h"

#include "base/utf8.h"
#include "base/width.h"

#include <string.h>

/* Blanks and punctuation outside ASCII: everything else there is taken for a
 * letter. */
static const struct {
	uint32_t first, last;
} separators[] = {
	{ 0x00A0, 0x00A9 },
	{ 0x00AB, 0x00B4 },
	{ 0x00B6, 0x00B9 },
	{ 0x00BB, 0x00BF },
	{ 0x00D7, 0x00D7 },
	{ 0x00F7, 0x00F7 },
	{ 0x2000, 0x206F },
	{ 0x20A0, 0x20CF },
	{ 0x2190, 0x2BFF },
	{ 0x2E00, 0x2E7F },
	{ 0x3000, 0x3004 },
	{ 0x3008, 0x3020 },
	{ 0x3030, 0x3030 },
	{ 0x30FB, 0x30FB },
	{ 0xFE30, 0xFE6F },
	{ 0xFF01, 0xFF0F },
	{ 0xFF1A, 0xFF20 },
	{ 0xFF3B, 0xFF40 },
	{ 0xFF5B, 0xFF65 },
};

bool
motion_is_word(uint32_t cp)
{
	if (cp < 0x80)
		return (cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') ||
		       (cp >= 'a' && cp <= 'z');
	for (size_t i = 0; i < sizeof(separators) / sizeof(separators[0]); i++)
		if (cp >= separators[i].first && cp <= separators[i].last)
			return false;
	return true;
}

static bool
is_blank(uint32_t cp)
{
	return cp == ' ' || cp == '\n' || cp == 0x3000;
}

static uint32_t
cp_at(const char *s, size_t n, size_t at)
{
	uint32_t cp;

	utf8_decode(s + at, n - at, &cp, NULL);
	return cp;
}

size_t
motion_left(const char *s, size_t n, size_t at)
{
	(void)n;
	return at == 0 ? 0 : cluster_prev(s, at);
}

size_t
motion_right(const char *s, size_t n, size_t at)
{
	int unused;

	return at == n ? n : at + cluster_next(s + at, n - at, &unused);
}

size_t
motion_word_left(const char *s, size_t n, size_t at)
{
	bool seen = false;

	while (at > 0) {
		size_t left = cluster_prev(s, at);
		bool is_word = motion_is_word(cp_at(s, n, left));
		if (seen && !is_word)
			break;
		seen = is_word;
		at = left;
	}
	return at;
}

size_t
motion_word_right(const char *s, size_t n, size_t at)
{
	bool seen = false;

	while (at < n) {
		bool is_word = motion_is_word(cp_at(s, n, at));
		if (seen && !is_word)
			break;
		seen = is_word;
		at = motion_right(s, n, at);
	}
	return at;
}

size_t
motion_blank_left(const char *s, size_t n, size_t at)
{
	bool seen = false;

	while (at > 0) {
		size_t left = cluster_prev(s, at);
		bool blank = is_blank(cp_at(s, n, left));
		if (seen && blank)
			break;
		seen = !blank;
		at = left;
	}
	return at;
}

size_t
motion_line_start(const char *s, size_t n, size_t at)
{
	(void)n;
	while (at > 0 && s[at - 1] != '\n')
		at--;
	return at;
}

size_t
motion_line_end(const char *s, size_t n, size_t at)
{
	const char *end = at < n ? memchr(s + at, '\n', n - at) : NULL;

	return end ? (size_t)(end - s) : n;
}

/*
 * First out of a sequence that was cut. Then, the last cluster of what is
 * before at begins where one of the whole text begins, since no rule looks
 * further ahead than one code point.
 */
size_t
motion_snap_start(const char *s, size_t n, size_t at)
{
	if (at >= n)
		return n;
	while (at > 0 && ((uint8_t)s[at] & 0xC0) == 0x80)
		at--;
	if (at == 0)
		return 0;
	size_t left = cluster_prev(s, at);
	return motion_right(s, n, left) > at ? left : at;
}

size_t
motion_snap_end(const char *s, size_t n, size_t at)
{
	size_t start = motion_snap_start(s, n, at);

	return start == at || at >= n ? start : motion_right(s, n, start);
}
