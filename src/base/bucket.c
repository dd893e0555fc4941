/* SPDX-License-Identifier: MIT */
/*
 * at_ms moves only when tokens are taken, so that a caller who asks every
 * millisecond does not round each gain down to nothing. Time that was too short
 * for a thousandth of a token is left in at_ms. All sums fit: a bucket holds at
 * most 2^32 * 1000 thousandths, and elapsed time is cut to what fills it before
 * it is multiplied.
 */
#include "base/bucket.h"

#include "base/now.h"

enum { MILLI = 1000 };

/* Whole milliseconds that yield at least so many thousandths of a token. */
static int64_t
ms_for(const struct bucket *b, int64_t milli)
{
	return (milli * MILLI + b->per_1000s - 1) / b->per_1000s;
}

/* A clock that went back counts as no time; unsigned, as the difference of two
 * int64_t may not fit in one. */
static uint64_t
elapsed_ms(const struct bucket *b, int64_t now_ms)
{
	if (now_ms <= b->at_ms)
		return 0;
	return (uint64_t)now_ms - (uint64_t)b->at_ms;
}

void
bucket_init(
    struct bucket *b, uint32_t per_1000s, uint32_t burst, int64_t now_ms)
{
	*b = (struct bucket){
		.milli_tokens = (int64_t)burst * MILLI,
		.at_ms = now_ms,
		.per_1000s = per_1000s,
		.burst = burst,
	};
}

/* What the bucket holds now; *ret_rest_ms is time not yet turned into it. */
static int64_t
bucket_level(const struct bucket *b, int64_t now_ms, int64_t *ret_rest_ms)
{
	int64_t missing = (int64_t)b->burst * MILLI - b->milli_tokens;
	uint64_t elapsed = elapsed_ms(b, now_ms);

	*ret_rest_ms = 0;
	if (b->per_1000s == 0 || elapsed == 0)
		return b->milli_tokens;
	if (elapsed >= (uint64_t)ms_for(b, missing))
		return b->milli_tokens + missing;
	int64_t micro = (int64_t)elapsed * b->per_1000s;
	*ret_rest_ms = micro % MILLI / b->per_1000s;
	return b->milli_tokens + micro / MILLI;
}

bool
bucket_take_n(struct bucket *b, uint32_t n, int64_t now_ms)
{
	int64_t rest_ms;
	int64_t level = bucket_level(b, now_ms, &rest_ms);

	/* Else a clock set back would stop the refill until it caught up. */
	if (now_ms < b->at_ms)
		b->at_ms = now_ms;
	if (level < (int64_t)n * MILLI)
		return false;
	b->milli_tokens = level - (int64_t)n * MILLI;
	b->at_ms = now_ms - rest_ms;
	return true;
}

bool
bucket_take(struct bucket *b, int64_t now_ms)
{
	return bucket_take_n(b, 1, now_ms);
}

int64_t
bucket_ready_ms(const struct bucket *b, int64_t now_ms)
{
	int64_t from_ms = earlier_ms(b->at_ms, now_ms);

	if (b->milli_tokens >= MILLI)
		return now_ms;
	if (b->per_1000s == 0 || b->burst == 0)
		return NEVER_MS;
	int64_t wait_ms = ms_for(b, MILLI - b->milli_tokens);
	if (from_ms > NEVER_MS - wait_ms)
		return NEVER_MS;
	return from_ms + wait_ms > now_ms ? from_ms + wait_ms : now_ms;
}
