/* SPDX-License-Identifier: MIT */
/*
 * A token bucket over a clock that is handed in: so many tokens a second, at
 * most a burst of them saved up. Counts in thousandths, so that slow rates
 * lose nothing to rounding.
 */
#ifndef BASE_BUCKET_H
#define BASE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
	int64_t milli_tokens;
	int64_t at_ms;
	uint32_t per_1000s; /* tokens in a thousand seconds */
	uint32_t burst;
};

/* Starts full. "One each 5 s, burst 3" is per_1000s 200, burst 3. */
void bucket_init(
    struct bucket *b, uint32_t per_1000s, uint32_t burst, int64_t now_ms);
/* Takes one token if there is one. */
bool bucket_take(struct bucket *b, int64_t now_ms);
/* Takes n at once, or none. */
bool bucket_take_n(struct bucket *b, uint32_t n, int64_t now_ms);
/* When the next single token will be there; now_ms when one is. */
int64_t bucket_ready_ms(const struct bucket *b, int64_t now_ms);

#endif
