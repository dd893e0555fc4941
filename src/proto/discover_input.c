/* SPDX-License-Identifier: MIT */
/*
 * Judges a datagram. Anybody on the segment can send anything from any
 * address, so each step costs little more than the one before, and the
 * signature, which costs forty thousand times the first, comes last. Nothing
 * is remembered of a datagram whose signature was not good: no forged one
 * moves a counter, fills a list or uses up what the true peer is due.
 */
#include "proto/discover_state.h"

#include "base/err.h"

#include <string.h>

/* Instead of an enum discover_drop. */
enum { PASS = -1 };

struct arrival {
	const struct addr *from;
	const uint8_t *p;
	size_t n;
	struct beacon beacon;
	struct fp fp;
	struct discover_source *source;
	struct discover_peer *peer; /* NULL when not known */
	struct sighting *sighting;
};

/* Such a source does not exist, but an answer to it would reach many. */
static bool
is_group(const struct addr *a)
{
	return a->ip[0] >= (a->family == ADDR_IPV4 ? 224 : 255);
}

/* One that another process signed with our keys: a home was copied, and whom
 * the others talk to is a matter of luck. */
static void
look_for_twin(struct discover *d, const struct arrival *a)
{
	const struct beacon *b = &a->beacon;

	if (memcmp(b->instance, d->cfg.instance, INSTANCE_SIZE) == 0 ||
	    !bucket_take(&d->verify_unknown, d->now_ms) ||
	    !beacon_verify(a->p, a->n, b))
		return;
	d->last_is_twin = true;
	d->twin_seq = b->seq;
	memcpy(d->twin_instance, b->instance, INSTANCE_SIZE);
}

/* All that can be said without looking at the peer. */
static int
screen(struct discover *d, struct arrival *a, bool on_link)
{
	if (!bucket_take(&d->total, d->now_ms))
		return DROP_RATE_TOTAL;
	int err = beacon_decode(a->p, a->n, &a->beacon);
	if (err < 0)
		return err == ERR_VERSION ? DROP_VERSION : DROP_FORMAT;
	if (!on_link || a->from->family == ADDR_NONE || is_group(a->from))
		return DROP_OFF_LINK;
	a->source = discover_source_get(&d->sources, a->from, d->now_ms);
	if (!bucket_take(&a->source->datagrams, d->now_ms))
		return DROP_RATE_SOURCE;
	beacon_fp(&a->beacon, &a->fp);
	/* Also that of a copy of our identity: there is nobody to talk to. */
	if (fp_equal(&a->fp, &d->cfg.identity->fp)) {
		look_for_twin(d, a);
		return DROP_OWN;
	}
	a->peer = discover_table_find(&d->table, &a->fp);
	return PASS;
}

static int
verify(struct discover *d, const struct arrival *a)
{
	bool pinned = a->peer != NULL && a->peer->pinned;
	struct bucket *budget = pinned ? &d->verify_pinned : &d->verify_unknown;

	if (!bucket_take(budget, d->now_ms))
		return DROP_BUDGET;
	d->counters.verified++;
	if (!beacon_verify(a->p, a->n, &a->beacon))
		return DROP_SIGNATURE;
	return PASS;
}

enum age { AGE_NEWER, AGE_SAME, AGE_OLDER, AGE_ROLLED_BACK };

/* Two processes that share an epoch: a home was copied or restored. Only of
 * a pinned peer is it worth telling them apart. */
static bool
is_other_process(const struct discover_peer *p, const struct beacon *b)
{
	return p->pinned && p->has_instance &&
	       memcmp(p->instance, b->instance, INSTANCE_SIZE) != 0;
}

static enum age
age_of(const struct discover_peer *p, const struct beacon *b)
{
	if (p == NULL || b->epoch > p->epoch)
		return AGE_NEWER;
	if (b->epoch < p->epoch || is_other_process(p, b))
		return AGE_ROLLED_BACK;
	if (b->seq > p->seq)
		return AGE_NEWER;
	return b->seq == p->seq ? AGE_SAME : AGE_OLDER;
}

static void
take_counters(
    struct discover *d, struct discover_peer *p, const struct beacon *b)
{
	bool began = b->epoch != p->epoch || !p->has_instance;

	if (began || d->now_ms - p->window_ms > SHOUT_LATE_MS) {
		/* What came before a process was first heard stays unheard:
		 * its age is not known. */
		p->floor_seq = began ? b->seq : p->seq;
		p->window_ms = d->now_ms;
	}
	p->epoch = b->epoch;
	p->seq = b->seq;
	p->has_instance = true;
	memcpy(p->instance, b->instance, INSTANCE_SIZE);
	p->path_count = 0;
}

static void
add_path(struct discover *d, struct discover_peer *p, const struct addr *from)
{
	p->paths[p->path_count++] = discover_hash_addr(&d->table.salt, from);
}

/* Remembers a datagram whose signature is good and that is not old. */
static int
accept(struct discover *d, struct arrival *a, enum sighting_kind kind)
{
	struct sighting *s = a->sighting;

	if (a->peer == NULL) {
		a->peer = discover_table_add(
		    &d->table, &a->fp, &s->has_evicted, &s->evicted);
		if (a->peer == NULL)
			return DROP_BUDGET;
	}
	if (age_of(a->peer, &a->beacon) == AGE_NEWER) {
		take_counters(d, a->peer, &a->beacon);
		add_path(d, a->peer, a->from);
	}
	discover_peer_heard(d, a->peer, a->beacon.interval_s);
	s->kind = kind;
	return PASS;
}

static bool
may_answer(struct discover *d, const struct arrival *a, bool crowded)
{
	const struct discover_peer *p = a->peer;
	bool young = d->now_ms - d->schedule.network_ms < ANSWER_YOUNG_MS;

	/* An answer is never answered, whatever else it claims to be. */
	if (!discover_is_sending(d) || a->beacon.flags & BEACON_REPLY ||
	    a->from->port == 0)
		return false;
	if (p->answer_epoch == a->beacon.epoch &&
	    d->now_ms - p->answer_ms < DISCOVER_REPLY_AGAIN_MS)
		return false;
	if (crowded && (young || d->now_ms - d->schedule.broadcast_ms <
				     ANSWER_BROADCAST_MS))
		return false;
	if (young && !bucket_take(&d->answers.young, d->now_ms))
		return false;
	return bucket_take(&a->source->answers, d->now_ms);
}

static void
consider_answer(struct discover *d, const struct arrival *a)
{
	/* Those heard before a long sleep count, too: they wake with us. */
	uint32_t peers = discover_table_live(&d->table, INT64_MIN);
	bool crowded = peers > ANSWER_QUIET_PEERS;
	uint32_t delay_ms = peers * ANSWER_DELAY_PER_PEER_MS;

	if (!may_answer(d, a, crowded))
		return;
	if (delay_ms > ANSWER_DELAY_MAX_MS)
		delay_ms = ANSWER_DELAY_MAX_MS;
	delay_ms = crowded ? rng_below(&d->cfg.rng, delay_ms + 1) : 0;
	struct discover_answer answer = {
		.to = *a->from,
		.asked_size = a->n,
		.crowded = crowded,
		.asked_ms = d->now_ms,
		.due_ms = d->now_ms + delay_ms,
	};
	if (!discover_answers_add(&d->answers, &answer))
		return;
	a->peer->answer_epoch = a->beacon.epoch;
	a->peer->answer_ms = d->now_ms;
}

/* The announcement we took last, again: over another interface, or repeated
 * by somebody elsewhere. No more than a hint either way. */
static int
on_same(struct discover *d, struct arrival *a)
{
	struct discover_peer *p = a->peer;
	uint32_t path = discover_hash_addr(&d->table.salt, a->from);

	if (p->path_count == 0 || p->path_count == PEER_PATHS_MAX ||
	    d->now_ms - p->heard_ms > PATH_LATE_MS)
		return DROP_REPLAY;
	for (unsigned i = 0; i < p->path_count; i++) {
		if (p->paths[i] == path)
			return DROP_REPLAY;
	}
	int drop = verify(d, a);
	if (drop != PASS)
		return drop;
	add_path(d, p, a->from);
	a->sighting->kind = SIGHT_ADDRESS;
	return PASS;
}

static int
on_rolled_back(struct discover *d, struct arrival *a)
{
	struct discover_peer *p = a->peer;

	if (!p->pinned || p->session ||
	    d->now_ms - p->probe_ms < PROBE_AGAIN_MS)
		return DROP_REPLAY;
	int drop = verify(d, a);
	if (drop != PASS)
		return drop;
	p->has_probe = true;
	p->probe_ms = d->now_ms;
	p->probe_epoch = a->beacon.epoch;
	p->probe_seq = a->beacon.seq;
	memcpy(p->probe_instance, a->beacon.instance, INSTANCE_SIZE);
	a->sighting->kind = SIGHT_PROBE;
	return PASS;
}

static int
on_announce(struct discover *d, struct arrival *a)
{
	switch (age_of(a->peer, &a->beacon)) {
	case AGE_SAME:
		return on_same(d, a);
	case AGE_ROLLED_BACK:
		return on_rolled_back(d, a);
	case AGE_OLDER:
		return DROP_REPLAY;
	case AGE_NEWER:
		break;
	}
	int drop = verify(d, a);
	if (drop == PASS)
		drop = accept(d, a, SIGHT_SEEN);
	if (drop == PASS && a->beacon.type == BEACON_SOLICIT)
		consider_answer(d, a);
	return drop;
}

static int
on_goodbye(struct discover *d, struct arrival *a)
{
	/* From nobody we list there is nothing to take back. While a session
	 * is up it knows better, and its end leaves the second copy to be
	 * believed. */
	if (a->peer == NULL || a->peer->session ||
	    age_of(a->peer, &a->beacon) != AGE_NEWER)
		return DROP_REPLAY;
	int drop = verify(d, a);
	if (drop != PASS)
		return drop;
	take_counters(d, a->peer, &a->beacon);
	/* Nor may a shout that it overtook bring the peer back. */
	a->peer->floor_seq = a->beacon.seq;
	discover_peer_left(d, a->peer);
	a->sighting->kind = SIGHT_GOODBYE;
	return PASS;
}

/* A copy of a shout may be overtaken by the announcements that follow it, but
 * not by much: a recording of one that was missed is not heard later. */
static bool
is_late(const struct discover *d, const struct discover_peer *p,
    const struct beacon *b)
{
	return age_of(p, b) == AGE_OLDER && b->seq > p->floor_seq &&
	       d->now_ms - p->window_ms <= SHOUT_LATE_MS;
}

static int
on_shout(struct discover *d, struct arrival *a)
{
	/* The other copies of a shout are nothing new, and no attack. */
	if (shouts_heard_has(&d->shouts_heard, &a->fp, &a->beacon.shout_id))
		return PASS;
	if (age_of(a->peer, &a->beacon) != AGE_NEWER &&
	    !is_late(d, a->peer, &a->beacon))
		return DROP_REPLAY;
	if (!bucket_take(&a->source->shouts, d->now_ms))
		return DROP_SHOUT_RATE;
	int drop = verify(d, a);
	if (drop != PASS)
		return drop;
	if (a->peer != NULL && !bucket_take(&a->peer->shouts, d->now_ms))
		return DROP_SHOUT_RATE;
	if (!bucket_take(&d->shouts_heard.total, d->now_ms))
		return DROP_SHOUT_RATE;
	bool was_known = a->peer != NULL;
	drop = accept(d, a, SIGHT_SHOUT);
	if (drop != PASS)
		return drop;
	if (!was_known)
		bucket_take(&a->peer->shouts, d->now_ms);
	shouts_heard_add(&d->shouts_heard, &a->fp, &a->beacon.shout_id);
	return PASS;
}

static int
judge(struct discover *d, struct arrival *a)
{
	switch ((enum beacon_type)a->beacon.type) {
	case BEACON_ANNOUNCE:
	case BEACON_SOLICIT:
		return on_announce(d, a);
	case BEACON_GOODBYE:
		return on_goodbye(d, a);
	case BEACON_SHOUT:
		return on_shout(d, a);
	}
	return DROP_FORMAT;
}

int
discover_input(struct discover *d, struct now now, const struct addr *from,
    bool on_link, const uint8_t *p, size_t n, struct sighting *ret_sighting)
{
	struct sighting s = { .kind = SIGHT_NONE };
	struct arrival a = { .from = from, .p = p, .n = n, .sighting = &s };

	d->now_ms = now.mono_ms;
	d->last_is_twin = false;
	d->counters.received++;
	int drop = screen(d, &a, on_link);
	if (drop == PASS)
		drop = judge(d, &a);
	d->last_drop = drop == PASS ? DROP_KINDS : (enum discover_drop)drop;
	if (drop != PASS) {
		d->counters.dropped[drop]++;
		return 0;
	}
	d->counters.accepted++;
	if (s.kind == SIGHT_NONE)
		return 0;
	s.fp = a.fp;
	s.from = *from;
	s.beacon = a.beacon;
	*ret_sighting = s;
	return 1;
}

enum discover_drop
discover_last_drop(const struct discover *d)
{
	return d->last_drop;
}

bool
discover_last_is_twin(const struct discover *d,
    uint8_t ret_instance[static INSTANCE_SIZE], uint32_t *ret_seq)
{
	if (!d->last_is_twin)
		return false;
	memcpy(ret_instance, d->twin_instance, INSTANCE_SIZE);
	*ret_seq = d->twin_seq;
	return true;
}
