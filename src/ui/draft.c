/* SPDX-License-Identifier: MIT */
#include "ui/draft.h"

#include "base/utf8.h"
#include "base/width.h"

#include <stdbool.h>

enum {
	TAB_STOP = 8,
	PICTURE_C0 = 0x2400, /* U+2400: the symbol for NUL, and so on */
	PICTURE_DEL = 0x2421,
};

/* Small letters, each or every second of a range, and how far down their
 * capitals are. */
static const struct {
	uint32_t first, last, step, down;
} small[] = {
	{ 'a', 'z', 1, 0x20 },
	{ 0xE0, 0xF6, 1, 0x20 },
	{ 0xF8, 0xFE, 1, 0x20 },
	{ 0x101, 0x12F, 2, 1 },
	{ 0x133, 0x137, 2, 1 },
	{ 0x13A, 0x148, 2, 1 },
	{ 0x14B, 0x177, 2, 1 },
	{ 0x17A, 0x17E, 2, 1 },
	{ 0x3AC, 0x3AC, 1, 0x26 },
	{ 0x3AD, 0x3AF, 1, 0x25 },
	{ 0x3B1, 0x3C1, 1, 0x20 },
	{ 0x3C3, 0x3CB, 1, 0x20 },
	{ 0x3CC, 0x3CC, 1, 0x40 },
	{ 0x3CD, 0x3CE, 1, 0x3F },
	{ 0x430, 0x44F, 1, 0x20 },
	{ 0x450, 0x45F, 1, 0x50 },
	{ 0x461, 0x481, 2, 1 },
	{ 0x48B, 0x4BF, 2, 1 },
	{ 0x4D1, 0x52F, 2, 1 },
	{ 0x1E01, 0x1E95, 2, 1 },
	{ 0x1EA1, 0x1EFF, 2, 1 },
};

static int
clean_tab(struct buf *out, int *col)
{
	static const char blanks[] = "        ";
	size_t n = TAB_STOP - (size_t)*col % TAB_STOP;

	*col += (int)n;
	return buf_append(out, blanks, n);
}

static int
clean_cp(struct buf *out, uint32_t cp, int *col)
{
	char s[UTF8_MAX];

	if (cp == '\t')
		return clean_tab(out, col);
	if (cp == '\n')
		*col = 0;
	else if (cp < 0x20)
		cp += PICTURE_C0;
	else if (cp == 0x7F)
		cp = PICTURE_DEL;
	else if (cp > 0x7F && cp < 0xA0)
		cp = UTF8_REPLACEMENT;
	int width = width_cp(cp);
	*col += width > 0 ? width : 0;
	return buf_append(out, s, utf8_encode(cp, s));
}

int
draft_clean(struct buf *out, int col, const char *text, size_t n)
{
	for (size_t at = 0; at < n;) {
		uint32_t cp;
		at += utf8_decode(text + at, n - at, &cp, NULL);
		if (cp == '\r') {
			cp = '\n';
			at += at < n && text[at] == '\n';
		}
		int err = clean_cp(out, cp, &col);
		if (err)
			return err;
	}
	return 0;
}

/* The row of small that has cp as its small letter; SIZE_MAX for none. */
static size_t
find_small(uint32_t cp)
{
	for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++)
		if (cp >= small[i].first && cp <= small[i].last &&
		    (cp - small[i].first) % small[i].step == 0)
			return i;
	return SIZE_MAX;
}

uint32_t
draft_upper(uint32_t cp)
{
	size_t i = find_small(cp);

	return i == SIZE_MAX ? cp : cp - small[i].down;
}

uint32_t
draft_lower(uint32_t cp)
{
	for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++)
		if (find_small(cp + small[i].down) == i)
			return cp + small[i].down;
	return cp;
}
