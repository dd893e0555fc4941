/* SPDX-License-Identifier: MIT */
#include "ui/emoji.h"

#include "base/utf8.h"
#include "base/width.h"
#include "ui/emoji_table.h"
#include "ui/str.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { COUNT = sizeof(emojis) / sizeof(emojis[0]) };

/* The first that does not come before the name. */
static size_t
lower_bound(const char *name, size_t n)
{
	size_t low = 0, high = COUNT;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strncasecmp(emojis[middle].name, name, n) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct emoji *
emoji_find(const char *name, size_t n)
{
	size_t i = n == 0 ? COUNT : lower_bound(name, n);

	/* The shortest of those that begin so comes first. */
	if (i < COUNT && strncasecmp(emojis[i].name, name, n) == 0 &&
	    emojis[i].name[n] == '\0')
		return &emojis[i];
	return NULL;
}

const struct emoji *
emoji_starting(const char *start, size_t n, size_t *ret_count)
{
	size_t i = lower_bound(start, n), count = 0;

	while (i + count < COUNT &&
	       strncasecmp(emojis[i + count].name, start, n) == 0)
		count++;
	*ret_count = count;
	return &emojis[i < COUNT ? i : 0];
}

const struct emoji *
emoji_at(const char *text, size_t n)
{
	const struct emoji *found = NULL;

	for (size_t i = 0; i < COUNT; i++) {
		size_t size = strlen(emojis[i].text);
		if (size <= n && memcmp(emojis[i].text, text, size) == 0)
			found = &emojis[i];
	}
	return found;
}

static bool
is_flag(uint32_t cp)
{
	return cp >= 0x1F1E6 && cp <= 0x1F1FF;
}

bool
emoji_is(const char *cluster, size_t n)
{
	enum { VARIATION_16 = 0xFE0F, KEYCAP = 0x20E3 };
	uint32_t cp, base = 0;

	for (size_t at = 0; at < n;) {
		at += utf8_decode(cluster + at, n - at, &cp, NULL);
		if (cp == VARIATION_16 || cp == KEYCAP)
			return true;
		base = base == 0 ? cp : base;
	}
	if (base >= 0x1F000 && base <= 0x1FAFF)
		return true;
	/* Those of the older blocks that are shown as pictures. */
	return base >= 0x2300 && base <= 0x2BFF && width_cp(base) == 2;
}

static void
flag_letters(
    const char *cluster, size_t n, uint32_t *ret_cp, uint32_t *ret_next)
{
	size_t first = utf8_decode(cluster, n, ret_cp, NULL);

	*ret_next = 0;
	if (first < n)
		utf8_decode(cluster + first, n - first, ret_next, NULL);
}

bool
emoji_is_flag(const char *cluster, size_t n)
{
	uint32_t cp, next;

	flag_letters(cluster, n, &cp, &next);
	return is_flag(cp) && is_flag(next);
}

size_t
emoji_shown(const char *cluster, size_t n, char out[static EMOJI_SHOWN_SIZE])
{
	const struct emoji *e;
	uint32_t cp, next;
	int size;

	if (!emoji_is(cluster, n))
		return 0;
	e = emoji_at(cluster, n);
	flag_letters(cluster, n, &cp, &next);
	if (emoji_is_flag(cluster, n))
		size = snprintf(out, EMOJI_SHOWN_SIZE, "[%c%c]",
		    (char)('A' + (cp - 0x1F1E6)),
		    (char)('A' + (next - 0x1F1E6)));
	else if (e != NULL)
		size = snprintf(out, EMOJI_SHOWN_SIZE, ":%s:", e->name);
	else
		size =
		    snprintf(out, EMOJI_SHOWN_SIZE, "[U+%04X]", (unsigned)cp);
	return (size_t)size;
}

int
emoji_width(bool names, const char *text, size_t n)
{
	char shown[EMOJI_SHOWN_SIZE];
	int cells = 0;

	if (!names)
		return width_text(text, n);
	for (size_t at = 0; at < n;) {
		int width;
		size_t size = cluster_next(text + at, n - at, &width);
		size_t name = emoji_shown(text + at, size, shown);
		cells += name > 0 ? (int)name : width;
		at += size;
	}
	return cells;
}

static bool
is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
}

/* In "10:30:00" and "std::key::x" no colon begins a name. */
static bool
may_start(const char *text, size_t at)
{
	return at == 0 || strchr(" \t\n([{\"'*~>", text[at - 1]) != NULL ||
	       (unsigned char)text[at - 1] >= 0x80;
}

static const struct emoji *
name_at(const char *text, size_t at)
{
	size_t n = 0;

	while (n <= EMOJI_NAME_MAX && is_name_byte(text[at + 1 + n]))
		n++;
	if (text[at + 1 + n] != ':' || is_name_byte(text[at + n + 2]))
		return NULL;
	return emoji_find(text + at + 1, n);
}

char *
emoji_replaced(const char *text)
{
	struct str s = { 0 };
	size_t copied = 0;
	bool code = false;

	for (size_t at = 0; text[at] != '\0'; at++) {
		if (text[at] == '`')
			code = !code;
		if (code || text[at] != ':' ||
		    (at != copied && !may_start(text, at)))
			continue;
		const struct emoji *e = name_at(text, at);
		if (e == NULL)
			continue;
		str_addf(
		    &s, "%.*s%s", (int)(at - copied), text + copied, e->text);
		at += strlen(e->name) + 1;
		copied = at + 1;
	}
	if (copied == 0)
		return NULL;
	str_add(&s, text + copied);
	return str_take(&s);
}

size_t
emoji_typed(const char *text, size_t n)
{
	size_t from = n;

	while (from > 0 && n - from <= EMOJI_NAME_MAX &&
	       is_name_byte(text[from - 1]))
		from--;
	if (from == 0 || text[from - 1] != ':' || !may_start(text, from - 1))
		return SIZE_MAX;
	return from;
}
