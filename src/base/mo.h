/* SPDX-License-Identifier: MIT */
/*
 * A compiled catalogue (GNU .mo, either byte order). Any bytes may be looked
 * in: what does not lie inside them is not found.
 */
#ifndef BASE_MO_H
#define BASE_MO_H

#include <stddef.h>
#include <stdint.h>

struct mo {
	const uint8_t *p;
	size_t size;
};

/* The first form of the translation of a key, "msgid" or "context\4msgid", in
 * m's bytes, NUL-terminated; NULL when it is not there. *ret_size is that of
 * all its forms, without the last NUL. */
const char *mo_find(const struct mo *m, const char *key, size_t *ret_size);

#endif
