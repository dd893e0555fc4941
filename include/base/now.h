/* SPDX-License-Identifier: MIT */
/*
 * The clock, as a value. It is read once for each turn of the loop and handed
 * down; nothing in the pure layers can read it by itself.
 */
#ifndef BASE_NOW_H
#define BASE_NOW_H

#include <stdint.h>

struct now {
	int64_t mono_ms; /* monotonic: all deadlines and intervals */
	int64_t wall_ms; /* Unix time: display and sent stamps only */
};

/* The deadline of something that waits for nothing. */
#define NEVER_MS INT64_MAX

static inline int64_t
earlier_ms(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

#endif
