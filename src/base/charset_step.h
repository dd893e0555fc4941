/* SPDX-License-Identifier: MIT */
/*
 * A legacy character set as tables, which make writes from iconv(3), and one
 * character decoded by them.
 */
#ifndef BASE_CHARSET_STEP_H
#define BASE_CHARSET_STEP_H

#include "base/charset.h"

#include <stddef.h>
#include <stdint.h>

/* Encoded as code where the other tables say nothing, or something else; also
 * decoded where table has none. */
struct charset_extra {
	uint32_t cp;
	uint32_t code;
};

/* Codes of four bytes, counted from 81 30 81 30. */
struct charset_range {
	uint32_t linear;
	uint32_t cp;
	uint32_t count;
};

struct charset_set {
	/* Of the bytes 80..FF; 0: not a character alone. */
	const uint16_t *single;
	/* Code points by (lead - 81) * trails + trail - 40; 0: none, or an
	 * extra. Leads go from 81 to FE, or there are none. */
	const uint16_t *pairs;
	/* Indexes into pairs, by ascending code point: what is encoded so. */
	const uint16_t *order;
	size_t order_count;
	const struct charset_extra *extras; /* by ascending code point */
	size_t extra_count;
	const struct charset_range *ranges; /* by ascending linear */
	size_t range_count;
	/* What half of a text is made of, ascending. */
	const uint16_t *frequent;
	size_t frequent_count;
};

enum {
	CHARSET_LEAD_MIN = 0x81,
	CHARSET_LEAD_MAX = 0xFE,
	CHARSET_TRAIL_MIN = 0x40,
	CHARSET_TRAIL_MAX = 0xFE,
	CHARSET_TRAILS = CHARSET_TRAIL_MAX - CHARSET_TRAIL_MIN + 1,
	CHARSET_MULTI_SIZE = 4,
};

/* NULL for UTF-8 and CHARSET_AUTO. */
const struct charset_set *charset_set(enum charset cs);
/* One character of n > 0 bytes; returns the bytes used. *ret_cp is 0xFFFFFFFF
 * for what is none. */
size_t charset_step(const struct charset_set *set, const uint8_t *p, size_t n,
    uint32_t *ret_cp);

#define CHARSET_NONE UINT32_MAX

#endif
