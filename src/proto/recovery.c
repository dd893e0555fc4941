/* SPDX-License-Identifier: MIT */
/*
 * The section numbers are those of RFC 9002. Simpler than there: windows count
 * packets, since ours are of one size or small and few; there is one packet
 * number space; and two timeouts in a row (three times the period of the
 * first) stand for persistent congestion (§7.6). Two departures: lone losses do
 * not shut the window (is_congestion), and where no queue stands it opens
 * again faster (grow).
 */
#include "proto/recovery.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	ACK_REACH = 64,
	PTO_DOUBLINGS_MAX = 10,
	PTO_PERSISTENT = 2,
	/* A round trip that is that much and a quarter longer than the shortest
	 * has a queue in it. Both ends sync to a disk at times. */
	QUEUE_US = 10000,
	/* A path may become longer: the shortest is forgotten (§5.2). */
	SHORTEST_MS = 10000,
	/* One more for each window, or a part of it while no queue stands. */
	GROWTH_PART = 16,
	OPENING_PART = 4, /* the other way round, before the first congestion */
	/* So many packets that arrived excuse one that did not. */
	EXCUSE = 32,
	/* §7.7: twice as fast as the window, and so much at once. Over a few
	 * milliseconds there is nothing to spread, with timers of one. */
	PACE_FACTOR = 2,
	PACE_PART = 4,
	PACED_US = 8000,
	CREDIT = 1000, /* for one packet */
};

static uint64_t
draw_skip(uint64_t from, const struct rng *rng)
{
	return from + RECOVERY_SKIP_MIN + rng_below(rng, RECOVERY_SKIP_SPREAD);
}

static void
forget_network(struct recovery *r)
{
	r->cwnd = DGRAM_CWND_FIRST;
	r->ssthresh = DGRAM_CWND_MAX;
	r->grown = 0;
	r->excuse = DGRAM_LONE_LOSSES * EXCUSE;
	r->measured = false;
	r->trip_us = r->trip_before_us = 0;
	r->trip_end = r->next;
}

void
recovery_init(struct recovery *r, const struct rng *rng)
{
	memset(r, 0, sizeof(*r));
	r->loss_ms = NEVER_MS;
	r->skip_at = draw_skip(0, rng);
	forget_network(r);
}

void
recovery_clear(struct recovery *r)
{
	free(r->sent);
	r->sent = NULL;
	r->head = r->count = r->cap = 0;
	r->flying = 0;
	r->loss_ms = NEVER_MS;
	r->probes = 0;
}

/* A number that is left out now and then catches who acknowledges what it did
 * not get, to make us send faster (RFC 9000 §21.4). */
uint64_t
recovery_number(struct recovery *r, const struct rng *rng)
{
	if (r->next == r->skip_at) {
		r->has_skipped = true;
		r->skipped = r->next++;
		r->skip_at = draw_skip(r->next, rng);
	}
	return r->next++;
}

bool
recovery_may_ping(const struct recovery *r)
{
	return r->count < RECOVERY_SENT_MAX;
}

static bool
is_paced(const struct recovery *r)
{
	return r->measured && r->srtt_us >= PACED_US;
}

static int64_t
credit_a_ms(const struct recovery *r)
{
	int64_t credit =
	    PACE_FACTOR * (int64_t)r->cwnd * CREDIT * 1000 / r->srtt_us;

	return credit > 0 ? credit : 1;
}

static int64_t
credit_at(const struct recovery *r, int64_t now_ms)
{
	unsigned part = r->cwnd / PACE_PART;
	int64_t most =
	    CREDIT * (part > DGRAM_CWND_FIRST ? part : DGRAM_CWND_FIRST);
	int64_t ms = now_ms - r->credit_ms;

	if (!is_paced(r) || ms > most / credit_a_ms(r))
		return most;
	return earlier_ms(r->credit + ms * credit_a_ms(r), most);
}

bool
recovery_may_send(const struct recovery *r, int64_t now_ms)
{
	if (!recovery_may_ping(r))
		return false;
	return r->probes > 0 ||
	       (r->flying < r->cwnd && credit_at(r, now_ms) >= CREDIT);
}

int64_t
recovery_turn_ms(const struct recovery *r)
{
	if (!recovery_may_ping(r) || r->flying >= r->cwnd || !is_paced(r) ||
	    r->credit >= CREDIT)
		return NEVER_MS;
	int64_t a_ms = credit_a_ms(r);
	return r->credit_ms + (CREDIT - r->credit + a_ms - 1) / a_ms;
}

void
recovery_add(
    struct recovery *r, int64_t now_ms, const struct recovery_sent *sent)
{
	assert(r->count < RECOVERY_SENT_MAX);
	/* Losses are only ever found by an acknowledgement: when nothing is
	 * under way, there was progress a moment ago. */
	if (r->count == 0)
		r->progress_ms = now_ms;
	if (r->head > r->count) {
		memmove(
		    r->sent, r->sent + r->head, r->count * sizeof(*r->sent));
		r->head = 0;
	}
	r->sent = xgrow(r->sent, r->head + r->count, &r->cap, sizeof(*r->sent));
	struct recovery_sent *s = &r->sent[r->head + r->count++];
	*s = *sent;
	s->sent_ms = now_ms;
	s->fate = RECOVERY_FLIGHT;
	r->flying++;
	r->credit = credit_at(r, now_ms) - CREDIT;
	if (r->credit < 0)
		r->credit = 0;
	r->credit_ms = now_ms;
	r->pto_from_ms = now_ms;
	if (r->probes > 0)
		r->probes--;
}

static bool
is_named(const struct frame *ack, uint64_t number)
{
	if (number >= ack->largest)
		return number == ack->largest;
	uint64_t back = ack->largest - 1 - number;
	return back < ACK_REACH && (ack->bits >> back & 1) != 0;
}

static bool
is_possible(const struct recovery *r, const struct frame *ack)
{
	if (ack->largest >= r->next)
		return false;
	if (ack->largest < ACK_REACH && ack->bits >> ack->largest != 0)
		return false;
	return !r->has_skipped || !is_named(ack, r->skipped);
}

/* §5.3. */
static void
add_sample(struct recovery *r, int64_t us, int64_t delay_us)
{
	r->latest_us = us;
	if (!r->measured) {
		r->measured = true;
		r->min_us = r->recent_us = r->srtt_us = us;
		r->rttvar_us = us / 2;
		return;
	}
	r->min_us = us < r->min_us ? us : r->min_us;
	if (us >= r->min_us + delay_us)
		us -= delay_us;
	int64_t off = r->srtt_us > us ? r->srtt_us - us : us - r->srtt_us;
	r->rttvar_us = (3 * r->rttvar_us + off) / 4;
	r->srtt_us = (7 * r->srtt_us + us) / 8;
}

void
recovery_sample(struct recovery *r, int64_t rtt_ms)
{
	add_sample(r, rtt_ms * 1000, 0);
}

void
recovery_moved(struct recovery *r)
{
	forget_network(r);
	r->answered = r->next;
}

static void
forget_shortest(struct recovery *r, int64_t now_ms)
{
	if (r->latest_us < r->recent_us)
		r->recent_us = r->latest_us;
	if (now_ms - r->recent_ms < SHORTEST_MS)
		return;
	r->min_us = r->recent_us;
	r->recent_us = r->latest_us;
	r->recent_ms = now_ms;
}

static void
note_trip(struct recovery *r, uint64_t number, int64_t us)
{
	if (number >= r->trip_end) {
		r->trip_end = r->next;
		r->trip_before_us = r->trip_us;
		r->trip_us = us;
	}
	if (us < r->trip_us)
		r->trip_us = us;
}

/* Only the newest packet of an acknowledgement tells the time: the others may
 * have waited for it. */
static void
sample_newest(struct recovery *r, int64_t now_ms, const struct frame *ack)
{
	int64_t delay_ms = ack->delay_ms;

	if (delay_ms > DGRAM_ACK_DELAY_MS)
		delay_ms = DGRAM_ACK_DELAY_MS;
	for (size_t i = 0; i < r->count; i++) {
		const struct recovery_sent *s = &r->sent[r->head + i];
		if (s->number != ack->largest || s->fate != RECOVERY_FLIGHT)
			continue;
		int64_t us = (now_ms - s->sent_ms) * 1000;
		add_sample(r, us, delay_ms * 1000);
		forget_shortest(r, now_ms);
		note_trip(r, s->number, us - delay_ms * 1000);
	}
}

/* A queue stays for longer than a round trip; what is late once was held up by
 * a busy machine or disk. */
static bool
is_queueing(const struct recovery *r)
{
	int64_t us = earlier_ms(r->trip_us, r->trip_before_us);

	return us > r->min_us + r->min_us / 4 + QUEUE_US;
}

static unsigned
growth(const struct recovery *r)
{
	bool opens = r->cwnd < r->ssthresh;

	if (is_queueing(r))
		return opens ? r->cwnd / OPENING_PART : 1;
	return opens ? r->cwnd : r->cwnd / GROWTH_PART;
}

/* §7.3: no growth for what was sent before the last loss was answered. Without
 * a queue it is quicker than there: a few lost in a bad moment at the beginning
 * would cost seconds. */
static void
grow(struct recovery *r, uint64_t number)
{
	if (number < r->answered || r->cwnd >= DGRAM_CWND_MAX)
		return;
	unsigned part = growth(r);
	r->grown += part > 1 ? part : 1;
	if (r->grown < r->cwnd)
		return;
	r->grown -= r->cwnd;
	r->cwnd++;
}

/* A full queue on the way makes the round trip longer before it drops, or
 * drops many. Halving for every lone loss as well would leave a thousandth of
 * what a path with 1 % of them carries. */
static bool
is_congestion(struct recovery *r)
{
	if (is_queueing(r) || r->excuse < EXCUSE)
		return true;
	r->excuse -= EXCUSE;
	return false;
}

static void
earn_excuse(struct recovery *r)
{
	unsigned rare = r->cwnd / EXCUSE;
	unsigned most =
	    rare > DGRAM_LONE_LOSSES_MAX ? rare : DGRAM_LONE_LOSSES_MAX;

	if (r->excuse < most * EXCUSE)
		r->excuse++;
}

static void
shrink(struct recovery *r, uint64_t number)
{
	if (number < r->answered || !is_congestion(r))
		return;
	r->answered = r->next;
	r->cwnd /= 2;
	if (r->cwnd < DGRAM_CWND_MIN)
		r->cwnd = DGRAM_CWND_MIN;
	r->ssthresh = r->cwnd;
	r->grown = 0;
	r->excuse = DGRAM_LONE_LOSSES * EXCUSE;
}

/* §6.1.2: 9/8 of the round trip. */
static int64_t
loss_delay_ms(const struct recovery *r)
{
	int64_t us = r->srtt_us > r->latest_us ? r->srtt_us : r->latest_us;
	int64_t ms = (us * 9 / 8 + 999) / 1000;

	return ms > RECOVERY_GRAIN_MS ? ms : RECOVERY_GRAIN_MS;
}

static void
detect_lost(struct recovery *r, int64_t now_ms)
{
	int64_t delay_ms = loss_delay_ms(r);

	r->loss_ms = NEVER_MS;
	for (size_t i = 0; r->has_acked && i < r->count; i++) {
		struct recovery_sent *s = &r->sent[r->head + i];
		if (s->number > r->largest_acked)
			break;
		if (s->fate != RECOVERY_FLIGHT)
			continue;
		if (r->largest_acked - s->number >= DGRAM_LOSS_PACKETS ||
		    s->sent_ms + delay_ms <= now_ms) {
			s->fate = RECOVERY_LOST;
			r->flying--;
			shrink(r, s->number);
		} else {
			r->loss_ms =
			    earlier_ms(r->loss_ms, s->sent_ms + delay_ms);
		}
	}
}

/* The number of packets that this acknowledgement is the first to name. */
static unsigned
settle_acked(struct recovery *r, const struct frame *ack)
{
	/* §7.8: a window that was not used does not grow. */
	bool used = 2 * r->flying >= r->cwnd;
	unsigned n = 0;

	for (size_t i = 0; i < r->count; i++) {
		struct recovery_sent *s = &r->sent[r->head + i];
		if (s->fate != RECOVERY_FLIGHT || !is_named(ack, s->number))
			continue;
		s->fate = RECOVERY_ACKED;
		r->flying--;
		n++;
		earn_excuse(r);
		if (used)
			grow(r, s->number);
	}
	return n;
}

int
recovery_ack(struct recovery *r, int64_t now_ms, const struct frame *ack)
{
	if (!is_possible(r, ack))
		return ERR_FORMAT;
	sample_newest(r, now_ms, ack);
	if (!r->has_acked || ack->largest > r->largest_acked)
		r->largest_acked = ack->largest;
	r->has_acked = true;
	if (settle_acked(r, ack) > 0) {
		r->pto_count = r->probes = 0;
		r->pto_from_ms = r->progress_ms = now_ms;
	}
	detect_lost(r, now_ms);
	return 0;
}

bool
recovery_take(struct recovery *r, struct recovery_sent *ret_sent)
{
	if (r->count == 0)
		return false;
	struct recovery_sent *first = r->sent + r->head;
	size_t i = 0;
	while (i < r->count && first[i].fate == RECOVERY_FLIGHT)
		i++;
	if (i == r->count)
		return false;
	*ret_sent = first[i];
	memmove(first + 1, first, i * sizeof(*first));
	r->head++;
	r->count--;
	if (r->count == 0)
		recovery_clear(r);
	return true;
}

const struct recovery_sent *
recovery_flight(const struct recovery *r, size_t i)
{
	return i < r->count ? &r->sent[r->head + i] : NULL;
}

int64_t
recovery_pto_ms(const struct recovery *r)
{
	int64_t ms = DGRAM_PTO_FIRST_MS;
	unsigned doublings = r->pto_count;

	if (r->measured) {
		int64_t spread_ms = (4 * r->rttvar_us + 999) / 1000;
		if (spread_ms < RECOVERY_GRAIN_MS)
			spread_ms = RECOVERY_GRAIN_MS;
		ms = (r->srtt_us + 999) / 1000 + spread_ms + DGRAM_ACK_DELAY_MS;
	}
	if (doublings > PTO_DOUBLINGS_MAX)
		doublings = PTO_DOUBLINGS_MAX;
	return earlier_ms(ms << doublings, DGRAM_PTO_MAX_MS);
}

/* §6.2: nothing is given up for lost, two packets ask again. */
static void
time_out(struct recovery *r, int64_t now_ms)
{
	r->pto_from_ms = now_ms;
	r->pto_count++;
	r->probes = RECOVERY_PROBES;
	if (r->pto_count != PTO_PERSISTENT)
		return;
	r->answered = r->next;
	r->cwnd = DGRAM_CWND_MIN;
	r->grown = 0;
}

int
recovery_tick(struct recovery *r, int64_t now_ms)
{
	if (r->count == 0)
		return 0;
	if (now_ms >= r->progress_ms + DGRAM_STUCK_MS)
		return ERR_TIMEOUT;
	if (now_ms >= r->loss_ms)
		detect_lost(r, now_ms);
	else if (r->loss_ms == NEVER_MS &&
		 now_ms >= r->pto_from_ms + recovery_pto_ms(r))
		time_out(r, now_ms);
	return 0;
}

int64_t
recovery_deadline(const struct recovery *r)
{
	if (r->count == 0)
		return NEVER_MS;
	int64_t ms = r->progress_ms + DGRAM_STUCK_MS;
	if (r->loss_ms != NEVER_MS)
		return earlier_ms(ms, r->loss_ms);
	return earlier_ms(ms, r->pto_from_ms + recovery_pto_ms(r));
}
