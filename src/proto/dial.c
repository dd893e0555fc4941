/* SPDX-License-Identifier: MIT */
#include "proto/dial.h"

void
dial_init(struct dial *d)
{
	*d = (struct dial){ .next_ms = NEVER_MS,
		.backoff_ms = DIAL_BACKOFF_MIN_MS };
}

static bool
is_between_rounds(const struct dial *d)
{
	return d->tcp.next == 0 && d->tcp.active == 0 && d->udp.next == 0 &&
	       d->udp.active == 0;
}

void
dial_want(struct dial *d, struct now now, int64_t delay_ms)
{
	int64_t at = now.mono_ms + delay_ms;

	if (!d->wanted) {
		d->wanted = true;
		d->failed_rounds = 0;
		d->backoff_ms = DIAL_BACKOFF_MIN_MS;
		d->tcp.next = d->udp.next = 0;
		d->round_ms = d->next_ms = at;
	} else if (is_between_rounds(d)) {
		d->next_ms = earlier_ms(d->next_ms, at);
	}
}

void
dial_done(struct dial *d)
{
	struct dial left = *d;

	dial_init(d);
	d->tcp.active = left.tcp.active;
	d->udp.active = left.udp.active;
	d->open = left.open;
}

static void
end_round(struct dial *d, struct now now, const struct rng *rng)
{
	int64_t spread = d->backoff_ms / 5;

	d->next_ms = now.mono_ms + d->backoff_ms - spread +
		     rng_below(rng, (uint32_t)(2 * spread + 1));
	d->tcp.next = d->udp.next = 0;
	d->failed_rounds++;
	d->backoff_ms *= 2;
	if (d->backoff_ms > DIAL_BACKOFF_MAX_MS)
		d->backoff_ms = DIAL_BACKOFF_MAX_MS;
}

static bool
has_place(const struct dial_side *side, unsigned count)
{
	return side->next < count && side->active < DIAL_PARALLEL_MAX;
}

static bool
is_over(const struct dial_side *side, unsigned count)
{
	return side->next >= count && side->active == 0;
}

/* From when on UDP has its turn. What answers over TCP is given the time of a
 * handshake: the better way is about to be there. */
static int64_t
udp_from_ms(const struct dial *d, struct dial_addrs addrs)
{
	if (!has_place(&d->udp, addrs.udp) || d->open > 0)
		return NEVER_MS;
	if (is_over(&d->tcp, addrs.tcp))
		return d->next_ms;
	int64_t at = d->round_ms + DIAL_UDP_MS;
	return at > d->next_ms ? at : d->next_ms;
}

bool
dial_next(struct dial *d, struct now now, struct dial_addrs addrs,
    const struct rng *rng, struct dial_attempt *ret_attempt)
{
	if (!d->wanted || now.mono_ms < d->next_ms)
		return false;
	if (is_between_rounds(d))
		d->round_ms = now.mono_ms;
	bool udp = !has_place(&d->tcp, addrs.tcp);
	if (udp && udp_from_ms(d, addrs) > now.mono_ms) {
		if (is_over(&d->tcp, addrs.tcp) && is_over(&d->udp, addrs.udp))
			end_round(d, now, rng);
		return false;
	}
	struct dial_side *side = udp ? &d->udp : &d->tcp;
	*ret_attempt =
	    (struct dial_attempt){ .udp = udp, .index = side->next++ };
	side->active++;
	d->next_ms = now.mono_ms + DIAL_APART_MS;
	return true;
}

void
dial_opened(struct dial *d)
{
	if (d->open < d->tcp.active)
		d->open++;
}

void
dial_ended(struct dial *d, struct now now, const struct dial_attempt *attempt)
{
	struct dial_side *side = attempt->udp ? &d->udp : &d->tcp;

	if (side->active > 0)
		side->active--;
	if (attempt->open && d->open > 0)
		d->open--;
	if (d->wanted)
		d->next_ms = earlier_ms(d->next_ms, now.mono_ms);
}

int64_t
dial_deadline(const struct dial *d, struct dial_addrs addrs)
{
	if (!d->wanted)
		return NEVER_MS;
	bool over = is_over(&d->tcp, addrs.tcp) && is_over(&d->udp, addrs.udp);
	/* With all places taken, or nothing left to start, the end of an
	 * attempt is what moves it on. */
	if (over || has_place(&d->tcp, addrs.tcp))
		return d->next_ms;
	return udp_from_ms(d, addrs);
}
