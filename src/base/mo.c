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

struct table {
	const struct mo *m;
	size_t at, rows;
	bool little;
};

static uint32_t
get_u32(const struct mo *m, bool little, size_t at)
{
	const uint8_t *p = m->p + at;

	if (little)
		return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
		       (uint32_t)p[3] << 24;
	return p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[0] << 24;
}

static bool
is_good(const struct mo *m)
{
	static const uint8_t little[] = { 0xde, 0x12, 0x04, 0x95 };
	static const uint8_t big[] = { 0x95, 0x04, 0x12, 0xde };

	return m->size >= MO_HEADER_SIZE &&
	       (memcmp(m->p, little, sizeof(little)) == 0 ||
		   memcmp(m->p, big, sizeof(big)) == 0);
}

/* The table that a field of the header names, as far as it is there. */
static struct table
table_of(const struct mo *m, size_t field)
{
	bool little = m->p[0] == 0xde;
	size_t at = get_u32(m, little, field);
	size_t rows = get_u32(m, little, MO_COUNT);
	size_t room = at > m->size ? 0 : (m->size - at) / MO_ROW_SIZE;

	return (struct table){ m, at, rows < room ? rows : room, little };
}

/* NULL where it does not lie inside and end there. */
static const char *
table_text(const struct table *t, size_t i, size_t *ret_size)
{
	size_t at = t->at + i * MO_ROW_SIZE;
	size_t size = get_u32(t->m, t->little, at);
	size_t start = get_u32(t->m, t->little, at + 4);

	if (start >= t->m->size || size >= t->m->size - start ||
	    t->m->p[start + size] != '\0')
		return NULL;
	*ret_size = size;
	return (const char *)t->m->p + start;
}

const char *
mo_find(const struct mo *m, const char *key, size_t *ret_size)
{
	size_t low = 0, size;

	if (!is_good(m))
		return NULL;
	struct table keys = table_of(m, MO_KEYS);
	for (size_t high = keys.rows; low < high;) {
		size_t i = low + (high - low) / 2;
		const char *text = table_text(&keys, i, &size);
		if (text == NULL)
			return NULL;
		/* The key of a plural holds both forms, parted by NUL; the
		 * first one finds it. */
		int order = strcmp(key, text);
		if (order == 0) {
			struct table texts = table_of(m, MO_TEXTS);
			return i < texts.rows ? table_text(&texts, i, ret_size)
					      : NULL;
		}
		if (order < 0)
			high = i;
		else
			low = i + 1;
	}
	return NULL;
}
