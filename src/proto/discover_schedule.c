/* SPDX-License-Identifier: MIT */
/*
 * When we tell everybody that we are here. The interval grows with the number
 * of peers, as RTCP's does (RFC 3550 §6.2), so that all of us together stay at
 * about DISCOVER_PEERS_PER_S packets in a second. Each packet is timed from
 * when the one before it really went out: a clock that leaps ahead, as after
 * sleep, makes one packet due and not all that were missed.
 */
#include "proto/discover_state.h"

enum { MIN_GAP_MS = 250 };

void
discover_schedule_init(struct schedule *s)
{
	*s = (struct schedule){
		.step = STEP_SINGLE,
		.next_ms = NEVER_MS,
		.burst_ms = LONG_AGO_MS,
		.change_ms = LONG_AGO_MS,
		.network_ms = LONG_AGO_MS,
		.first_ms = LONG_AGO_MS,
		.broadcast_ms = LONG_AGO_MS,
	};
}

void
discover_burst(struct discover *d, enum burst_kind kind, uint32_t delay_ms)
{
	struct schedule *s = &d->schedule;

	s->step = STEP_FIRST;
	s->solicit = kind == BURST_NETWORK;
	if (s->solicit)
		s->network_ms = d->now_ms;
	s->again = BURST_NONE;
	s->burst_ms = d->now_ms;
	s->next_ms = d->now_ms + delay_ms;
}

/* The moment for the first packet of a burst on request. */
static uint32_t
first_delay_ms(struct discover *d, enum burst_kind kind)
{
	int64_t since_ms = d->now_ms - d->schedule.broadcast_ms;

	if (kind == BURST_NETWORK)
		return rng_below(&d->cfg.rng, BURST_FIRST_JITTER_MS + 1);
	if (since_ms >= PROFILE_AGAIN_MS)
		return 0;
	return (uint32_t)(PROFILE_AGAIN_MS - since_ms);
}

/* When a burst may begin. The first change of the network does not wait for
 * the burst of the start, or of a new name, to be over: what went out before
 * did not reach the new network. */
static int64_t
burst_free_ms(const struct schedule *s, enum burst_kind kind)
{
	int64_t last_ms = kind == BURST_NETWORK ? s->change_ms : s->burst_ms;

	return last_ms + BURST_AGAIN_MS;
}

void
discover_burst_request(struct discover *d, enum burst_kind kind)
{
	struct schedule *s = &d->schedule;

	if (d->now_ms >= burst_free_ms(s, kind)) {
		if (kind == BURST_NETWORK)
			s->change_ms = d->now_ms;
		discover_burst(d, kind, first_delay_ms(d, kind));
		return;
	}
	if (s->again < kind)
		s->again = kind;
	/* What we say of ourselves need not wait for the whole burst. */
	if (kind == BURST_PROFILE)
		s->next_ms =
		    earlier_ms(s->next_ms, d->now_ms + first_delay_ms(d, kind));
}

static int64_t
jittered_ms(struct discover *d, uint16_t gap_s)
{
	int64_t quarter_ms = gap_s * 1000 / 4;
	uint32_t span_ms = (uint32_t)quarter_ms * 2 + 1;

	return quarter_ms * 3 + rng_below(&d->cfg.rng, span_ms);
}

static void
plan_burst(struct discover *d, int64_t offset_ms, enum schedule_step step)
{
	struct schedule *s = &d->schedule;
	int64_t due_ms = s->first_ms + offset_ms +
			 rng_below(&d->cfg.rng, BURST_JITTER_MS + 1);
	int64_t soonest_ms = d->now_ms + MIN_GAP_MS;

	s->next_ms = due_ms > soonest_ms ? due_ms : soonest_ms;
	s->step = step;
	s->gap_s = 0;
}

static void
plan_single(struct discover *d)
{
	struct schedule *s = &d->schedule;
	uint16_t interval_s = discover_interval_s(d);
	unsigned gap_s = s->gap_s == 0 ? RAMP_FIRST_S : s->gap_s * 3U;

	s->gap_s = gap_s < interval_s ? (uint16_t)gap_s : interval_s;
	s->next_ms = d->now_ms + jittered_ms(d, s->gap_s);
	s->step = STEP_SINGLE;
}

static void
plan_next(struct discover *d)
{
	switch (d->schedule.step) {
	case STEP_FIRST:
		d->schedule.first_ms = d->now_ms;
		plan_burst(d, BURST_2_MS, STEP_SECOND);
		break;
	case STEP_SECOND:
		plan_burst(d, BURST_3_MS, STEP_THIRD);
		break;
	case STEP_THIRD:
	case STEP_SINGLE:
		plan_single(d);
		break;
	}
}

bool
discover_schedule_next(struct discover *d, enum beacon_type *ret_type)
{
	struct schedule *s = &d->schedule;

	if (s->again != BURST_NONE && d->now_ms >= burst_free_ms(s, s->again))
		discover_burst_request(d, s->again);
	if (s->next_ms > d->now_ms)
		return false;
	bool solicit = s->step == STEP_FIRST && s->solicit;
	*ret_type = solicit ? BEACON_SOLICIT : BEACON_ANNOUNCE;
	plan_next(d);
	s->broadcast_ms = d->now_ms;
	return true;
}

int64_t
discover_schedule_deadline(const struct discover *d)
{
	const struct schedule *s = &d->schedule;

	if (s->again == BURST_NONE)
		return s->next_ms;
	return earlier_ms(s->next_ms, burst_free_ms(s, s->again));
}

uint16_t
discover_interval_s(const struct discover *d)
{
	uint32_t peers =
	    discover_table_live(&d->table, d->now_ms - PEER_LIVE_MS);
	uint32_t interval_s = peers / DISCOVER_PEERS_PER_S;

	if (interval_s < DISCOVER_INTERVAL_MIN_S)
		return DISCOVER_INTERVAL_MIN_S;
	if (interval_s > DISCOVER_INTERVAL_MAX_S)
		return DISCOVER_INTERVAL_MAX_S;
	return (uint16_t)interval_s;
}
