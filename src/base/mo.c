/* SPDX-License-Identifier: MIT */
/*
 * The header names two tables of (size, offset), one for the keys in the order
 * of their bytes and one for the translations. The hash table that may follow
 * is left alone: a dozen comparisons find a key among thousands, and less can
 * be wrong with them.
 */
#include "base/mo.h"

#include <stdbool.h>
#include <string.h>

enum {
	MO_HEADER_SIZE = 20,
	MO_COUNT = 8, /* offsets of the fields */
	MO_KEYS = 12,
	MO_TEXTS = 16,
	MO_ROW_SIZE = 8,
};

struct text {
	const char *p;
	size_t size;
};

static uint32_t
mo_u32(const struct mo *m, size_t at)
{
	const uint8_t *p = m->p + at;
	bool little = m->p[0] == 0xde;

	if (little)
		return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
		       (uint32_t)p[3] << 24;
	return p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[0] << 24;
}

static bool
mo_is_good(const struct mo *m)
{
	static const uint8_t little[] = { 0xde, 0x12, 0x04, 0x95 };
	static const uint8_t big[] = { 0x95, 0x04, 0x12, 0xde };

	return m->size >= MO_HEADER_SIZE &&
	       (memcmp(m->p, little, sizeof(little)) == 0 ||
		   memcmp(m->p, big, sizeof(big)) == 0);
}

/* Row i of the table that a field of the header names. */
static bool
mo_text(const struct mo *m, size_t field, size_t i, struct text *ret_text)
{
	size_t at = mo_u32(m, field);

	if (at > m->size || i >= (m->size - at) / MO_ROW_SIZE)
		return false;
	at += i * MO_ROW_SIZE;
	size_t size = mo_u32(m, at);
	size_t start = mo_u32(m, at + 4);
	if (start >= m->size || size >= m->size - start ||
	    m->p[start + size] != '\0')
		return false;
	*ret_text = (struct text){ (const char *)m->p + start, size };
	return true;
}

const char *
mo_find(const struct mo *m, const char *key, size_t *ret_size)
{
	struct text text;

	if (!mo_is_good(m))
		return NULL;
	for (size_t low = 0, high = mo_u32(m, MO_COUNT); low < high;) {
		size_t i = low + (high - low) / 2;
		if (!mo_text(m, MO_KEYS, i, &text))
			return NULL;
		/* The key of a plural holds both forms, parted by NUL; the
		 * first one finds it. */
		int order = strcmp(key, text.p);
		if (order == 0) {
			if (!mo_text(m, MO_TEXTS, i, &text))
				return NULL;
			*ret_size = text.size;
			return text.p;
		}
		if (order < 0)
			high = i;
		else
			low = i + 1;
	}
	return NULL;
}
