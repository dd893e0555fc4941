/* SPDX-License-Identifier: MIT */
#include "proto/dial.h"

void
dial_init(struct dial *d)
{
	*d = (struct dial){ .next_ms = NEVER_MS,
		.backoff_ms = DIAL_BACKOFF_MIN_MS };
}

void
dial_want(struct dial *d, struct now now, int64_t delay_ms)
{
	int64_t at = now.mono_ms + delay_ms;
	bool between_rounds = d->next_addr == 0 && d->active == 0;

	if (!d->wanted) {
		d->wanted = true;
		d->failed_rounds = 0;
		d->backoff_ms = DIAL_BACKOFF_MIN_MS;
		d->next_addr = 0;
		d->next_ms = at;
	} else if (between_rounds) {
		d->next_ms = earlier_ms(d->next_ms, at);
	}
}

void
dial_done(struct dial *d)
{
	unsigned active = d->active;

	dial_init(d);
	d->active = active;
}

static void
end_round(struct dial *d, struct now now, const struct rng *rng)
{
	int64_t spread = d->backoff_ms / 5;

	d->next_ms = now.mono_ms + d->backoff_ms - spread +
		     rng_below(rng, (uint32_t)(2 * spread + 1));
	d->next_addr = 0;
	d->failed_rounds++;
	d->backoff_ms *= 2;
	if (d->backoff_ms > DIAL_BACKOFF_MAX_MS)
		d->backoff_ms = DIAL_BACKOFF_MAX_MS;
}

bool
dial_next(struct dial *d, struct now now, unsigned addr_count,
    const struct rng *rng, unsigned *ret_index)
{
	if (!d->wanted || now.mono_ms < d->next_ms)
		return false;
	if (d->next_addr >= addr_count) {
		if (d->active == 0)
			end_round(d, now, rng);
		return false;
	}
	if (d->active >= DIAL_PARALLEL_MAX)
		return false;
	*ret_index = d->next_addr++;
	d->active++;
	d->next_ms = now.mono_ms + DIAL_APART_MS;
	return true;
}

void
dial_ended(struct dial *d, struct now now)
{
	if (d->active > 0)
		d->active--;
	if (d->wanted)
		d->next_ms = earlier_ms(d->next_ms, now.mono_ms);
}

int64_t
dial_deadline(const struct dial *d, unsigned addr_count)
{
	if (!d->wanted)
		return NEVER_MS;
	/* With all places taken, or nothing left to start, the end of an
	 * attempt is what moves it on. */
	if (d->active >= DIAL_PARALLEL_MAX ||
	    (d->next_addr >= addr_count && d->active > 0))
		return NEVER_MS;
	return d->next_ms;
}
