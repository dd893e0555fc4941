/* SPDX-License-Identifier: MIT */
/*
 * Terminals that cluster and terminals that do not disagree about the cells of
 * a joined emoji; the sum over its code points is what the second kind prints,
 * and no kind prints more. Layout that counts the sum never runs over.
 */
#include "base/width.h"

#include "base/utf8.h"
#include "base/width_table.h"

#include <stdbool.h>
#include <utf8proc.h>

static bool
range_has(const struct width_range *ranges, size_t count, uint32_t cp)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (cp > ranges[mid].last)
			low = mid + 1;
		else if (cp < ranges[mid].first)
			high = mid;
		else
			return true;
	}
	return false;
}

int
width_cp(uint32_t cp)
{
	if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
		return -1;
	if (cp < width_zero[0].first)
		return 1;
	if (range_has(
		width_zero, sizeof(width_zero) / sizeof(width_zero[0]), cp))
		return 0;
	if (range_has(width_two, sizeof(width_two) / sizeof(width_two[0]), cp))
		return 2;
	return 1;
}

static int
cells_of(uint32_t cp)
{
	int cells = width_cp(cp);

	return cells > 0 ? cells : 0;
}

static bool
is_printable_ascii(char c)
{
	return c >= 0x20 && c < 0x7f;
}

size_t
cluster_next(const char *s, size_t n, int *ret_width)
{
	*ret_width = 0;
	if (n == 0)
		return 0;
	if (is_printable_ascii(s[0]) && (n == 1 || is_printable_ascii(s[1]))) {
		*ret_width = 1;
		return 1;
	}
	uint32_t cp, next;
	size_t at = utf8_decode(s, n, &cp, NULL);
	utf8proc_int32_t state = 0;
	*ret_width = cells_of(cp);
	while (at < n) {
		size_t used = utf8_decode(s + at, n - at, &next, NULL);
		if (utf8proc_grapheme_break_stateful(
			(utf8proc_int32_t)cp, (utf8proc_int32_t)next, &state))
			break;
		*ret_width += cells_of(next);
		at += used;
		cp = next;
	}
	return at;
}

/* The start of the code point, or the bad bytes, that end at s + at. */
static size_t
cp_prev(const char *s, size_t at, uint32_t *ret_cp)
{
	for (size_t k = 1; k <= UTF8_MAX && k <= at; k++) {
		if (((uint8_t)s[at - k] & 0xc0) == 0x80)
			continue;
		if (utf8_decode(s + at - k, k, ret_cp, NULL) == k)
			return at - k;
		break;
	}
	*ret_cp = UTF8_REPLACEMENT;
	return at - 1;
}

/*
 * True where a cluster ends between the two whatever stands before them. The
 * rules of UAX #29 that look further back join emoji over U+200D, pair regional
 * indicators (which never break here) and, in newer versions of Unicode, join
 * Indic consonants over a virama.
 */
static bool
is_sure_break(uint32_t cp, uint32_t next)
{
	utf8proc_int32_t a = (utf8proc_int32_t)cp, b = (utf8proc_int32_t)next;

	if (cp == 0x200d)
		return false;
	if (utf8proc_get_property(a)->boundclass ==
		UTF8PROC_BOUNDCLASS_EXTEND &&
	    utf8proc_category(b) == UTF8PROC_CATEGORY_LO)
		return false;
	return utf8proc_grapheme_break(a, b);
}

size_t
cluster_prev(const char *s, size_t at)
{
	if (at == 0)
		return 0;
	uint32_t cp, before;
	size_t start = cp_prev(s, at, &cp);
	while (start > 0) {
		size_t prev = cp_prev(s, start, &before);
		if (is_sure_break(before, cp))
			break;
		start = prev;
		cp = before;
	}
	for (;;) {
		int width;
		size_t size = cluster_next(s + start, at - start, &width);
		if (start + size >= at)
			return start;
		start += size;
	}
}

int
width_text(const char *s, size_t n)
{
	size_t at = 0;
	int width, cells;

	while (at < n && is_printable_ascii(s[at]))
		at++;
	/* A mark may stand on the last of them. */
	if (at > 0 && at < n)
		at--;
	cells = (int)at;
	while (at < n) {
		at += cluster_next(s + at, n - at, &width);
		cells += width;
	}
	return cells;
}

size_t
width_cut(const char *s, size_t n, int cells, int *ret_width)
{
	size_t at = 0;
	int used = 0;

	while (at < n) {
		int width;
		size_t size = cluster_next(s + at, n - at, &width);
		if (width > cells - used)
			break;
		at += size;
		used += width;
	}
	if (ret_width != NULL)
		*ret_width = used;
	return at;
}
