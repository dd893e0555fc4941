/* SPDX-License-Identifier: MIT */
/*
 * Each step is one input of the engine, so that its effects can be pulled in
 * between. Whatever is not in a record stands as zeros: a datagram that was
 * refused then is refused now, and what needs a key is not tried.
 */
#include "core/replay.h"

#include "base/err.h"
#include "base/mem.h"
#include "wire/beacon.h"
#include "wire/packet.h"
#include "wire/ping.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* No moment is the first one: 0 stands for "never" in places. */
	BASE_MS = 1000000,
	/* A machine that stays due would hold up the record. */
	TICKS_AT_ONCE = 16,
	STREAM_FIRST = 1,
};

/* A connection that came in. */
struct pair {
	uint32_t theirs, ours; /* theirs 0: this place is free */
	bool begun;
};

struct replay {
	struct engine *engine;
	struct identity identity;
	struct rng_seed seed;
	struct rng rng; /* behind the instance id */
	uint8_t instance[INSTANCE_SIZE];
	bool instance_given;
	const struct lang *lang;
	struct now now;
	int64_t at_ms;
	bool networked, started, uncommitted;
	unsigned ticks;
	struct pair pairs[CONNS_MAX];
	enum replay_match match;
};

/* The first thing an engine draws is its instance id. */
static void
fill(void *ctx, void *out, size_t n)
{
	struct replay *r = ctx;

	if (!r->instance_given && n == INSTANCE_SIZE) {
		r->instance_given = true;
		memcpy(out, r->instance, INSTANCE_SIZE);
		return;
	}
	rng_fill(&r->rng, out, n);
}

static void
set_at(struct replay *r, int64_t at_ms)
{
	int64_t step = at_ms - r->at_ms;

	r->at_ms = at_ms;
	r->now.mono_ms += step;
	r->now.wall_ms += step;
	r->ticks = step > 0 ? 0 : r->ticks;
}

static int
start(struct replay *r, const struct record_entry *entry)
{
	static const uint8_t nobody[SEED_SIZE] = { 0 };
	const struct record_start *s = &entry->start;
	struct rng rng = { .fill = fill, .ctx = r };

	if (r->engine != NULL)
		return ERR_FORMAT;
	identity_from_seed(&r->identity, nobody);
	memcpy(r->identity.ed_public, s->ed_public, ED_PUBLIC_SIZE);
	memcpy(r->identity.x.public, s->x_public, NOISE_KEY_SIZE);
	fp_of_keys(s->ed_public, s->x_public, &r->identity.fp);
	memcpy(r->instance, s->instance, INSTANCE_SIZE);
	r->at_ms = entry->at_ms;
	r->now = (struct now){ BASE_MS, s->wall_ms };
	struct engine_cfg cfg = {
		.identity = &r->identity,
		.rng = rng,
		.epoch = s->epoch,
		.name = "?",
		.tcp_port = s->tcp_port,
		.udp_port = s->udp_port,
		.discovery_port = s->discovery_port,
		.quiet = s->quiet,
		.lang = r->lang,
	};
	r->engine = engine_new(&cfg, r->now);
	return 1;
}

static struct pair *
pair_of(struct replay *r, uint32_t theirs)
{
	for (size_t i = 0; theirs != 0 && i < CONNS_MAX; i++)
		if (r->pairs[i].theirs == theirs)
			return &r->pairs[i];
	return NULL;
}

static void
accept_one(struct replay *r, const struct record_entry *e)
{
	struct pair *p = r->pairs;

	if (e->via != 0)
		return;
	uint32_t ours = engine_accepted(r->engine, r->now, &e->addr);
	while (p < r->pairs + CONNS_MAX && p->theirs != 0)
		p++;
	if (ours != 0 && e->conn != 0 && p < r->pairs + CONNS_MAX &&
	    pair_of(r, e->conn) == NULL)
		*p = (struct pair){ .theirs = e->conn, .ours = ours };
}

/* The beginning goes in. Of somebody who did not begin as earshot does nothing
 * is in the record, and a zero is as wrong as what he said. */
static void
take_bytes(struct replay *r, const struct record_entry *e)
{
	static const uint8_t wrong[STREAM_FIRST];
	struct pair *p = pair_of(r, e->conn);

	if (p == NULL || p->begun || e->size == 0)
		return;
	p->begun = true;
	if (e->kept > 0)
		engine_bytes(r->engine, r->now, p->ours, e->bytes, e->kept);
	else
		engine_bytes(r->engine, r->now, p->ours, wrong, sizeof(wrong));
}

static void
closed(struct replay *r, const struct record_entry *e)
{
	struct pair *p = pair_of(r, e->conn);

	if (p == NULL)
		return;
	uint32_t ours = p->ours;
	*p = (struct pair){ .theirs = 0 };
	engine_closed(r->engine, r->now, ours, (int)e->code);
}

static bool
is_shout(const struct record_entry *e)
{
	enum { TYPE_AT = 5 };

	return e->kept == BEACON_HEADER_SIZE && e->size > e->kept &&
	       e->bytes[TYPE_AT] == BEACON_SHOUT;
}

/* Sealed packets, pings and shouts are not there to be judged. */
static bool
can_be_fed(const struct record_entry *e)
{
	if (e->via != 0 || e->size > RECORD_KEPT_MAX)
		return false;
	if (e->kept == e->size)
		return true;
	return !is_shout(e) && !packet_is_session(e->bytes, e->kept) &&
	       !ping_is(e->bytes, e->kept);
}

static void
take_datagram(struct replay *r, const struct record_entry *e)
{
	uint8_t bytes[RECORD_KEPT_MAX] = { 0 };
	struct arrived a = {
		.from = e->addr,
		.on_link = e->on_link,
		.index = e->index,
		.bytes = bytes,
		.size = e->size,
		.to_all = e->to_all,
	};

	if (!can_be_fed(e))
		return;
	if (e->kept > 0)
		memcpy(bytes, e->bytes, e->kept);
	engine_arrived(r->engine, r->now, &a);
}

/* With a session up, or a change of that, the state is one of the session;
 * else it follows from what was heard. */
static void
take_peer(struct replay *r, const struct record_entry *e)
{
	const struct peer *p = model_peer(replay_model(r), &e->fp);
	bool up = e->peer.link == PEER_LINK_UP;
	bool was_up = p != NULL && p->link == PEER_LINK_UP;
	enum presence had = p == NULL ? PRESENCE_OFFLINE : p->presence;

	if (e->peer.dialect != DIALECT_EARSHOT) {
		r->match = REPLAY_APART;
		return;
	}
	if (p == NULL || p->trust != e->trust)
		engine_told_contact(r->engine, r->now, e);
	if (up || was_up) {
		r->match = REPLAY_TOLD;
		engine_told_peer(r->engine, r->now, e);
		return;
	}
	r->match = had == e->peer.presence ? REPLAY_SAME : REPLAY_OTHER;
}

static void
network(struct replay *r, const struct record_entry *e)
{
	engine_network(
	    r->engine, r->now, e->ifaces, e->iface_count, e->on && r->started);
	r->networked = true;
}

static void
take(struct replay *r, const struct record_entry *e)
{
	switch (e->kind) {
	case RECORD_IFACES:
		network(r, e);
		break;
	case RECORD_SENT:
		engine_broadcast_sent(
		    r->engine, r->now, e->ifaces, e->iface_count);
		break;
	case RECORD_IN:
		take_datagram(r, e);
		break;
	case RECORD_ACCEPTED:
		accept_one(r, e);
		break;
	case RECORD_BYTES_IN:
		take_bytes(r, e);
		break;
	case RECORD_CLOSED:
	case RECORD_CLOSE:
		closed(r, e);
		break;
	case RECORD_CONTACT:
		engine_told_contact(r->engine, r->now, e);
		break;
	case RECORD_PEER:
		take_peer(r, e);
		break;
	case RECORD_START:
	case RECORD_END:
	case RECORD_OUT:
	case RECORD_ALL:
	case RECORD_DIAL:
	case RECORD_OPENED:
	case RECORD_BYTES_OUT:
	case RECORD_HANDED:
	case RECORD_LISTENING:
	case RECORD_KINDS:
		break;
	}
}

/* What comes before the entry; false: nothing. */
static bool
catch_up(struct replay *r, const struct record_entry *e)
{
	if (r->uncommitted) {
		r->uncommitted = false;
		engine_committed(r->engine, r->now, true, NULL);
		return true;
	}
	/* The interfaces are known before anything is sent. */
	if (!r->started) {
		if (!r->networked && e->kind == RECORD_IFACES)
			return false;
		r->started = true;
		engine_start(r->engine, r->now);
		return true;
	}
	int64_t due_ms = engine_deadline(r->engine);
	if (due_ms == NEVER_MS ||
	    due_ms - r->now.mono_ms > e->at_ms - r->at_ms ||
	    r->ticks >= TICKS_AT_ONCE)
		return false;
	if (due_ms > r->now.mono_ms)
		set_at(r, r->at_ms + due_ms - r->now.mono_ms);
	r->ticks++;
	engine_tick(r->engine, r->now);
	return true;
}

int
replay_step(struct replay *r, const struct record_entry *e)
{
	if (e->kind == RECORD_START)
		return start(r, e);
	if (r->engine == NULL || e->at_ms < r->at_ms)
		return ERR_FORMAT;
	if (catch_up(r, e))
		return 0;
	set_at(r, e->at_ms);
	take(r, e);
	return 1;
}

/* Nobody is there to execute anything. */
static bool
is_for_people(struct replay *r, const struct effect *effect)
{
	switch ((int)effect->kind) {
	case EFFECT_PEER:
	case EFFECT_MESSAGE:
		return true;
	case EFFECT_STORE:
		r->uncommitted = true;
		return false;
	case EFFECT_CLOSE:
		for (size_t i = 0; i < CONNS_MAX; i++)
			if (r->pairs[i].ours == effect->conn)
				r->pairs[i] = (struct pair){ .theirs = 0 };
		return false;
	default:
		return false;
	}
}

bool
replay_next(struct replay *r, struct effect *ret_effect)
{
	while (r->engine != NULL && engine_next(r->engine, ret_effect))
		if (is_for_people(r, ret_effect))
			return true;
	return false;
}

struct replay *
replay_new(const struct lang *lang)
{
	struct replay *r = xcalloc(1, sizeof(*r));

	r->lang = lang;
	r->rng = rng_seeded(&r->seed, 1);
	return r;
}

void
replay_free(struct replay *r)
{
	if (r == NULL)
		return;
	engine_free(r->engine);
	identity_clear(&r->identity);
	free(r);
}

int64_t
replay_at_ms(const struct replay *r)
{
	return r->at_ms;
}

const struct model *
replay_model(const struct replay *r)
{
	return r->engine == NULL ? NULL : engine_model(r->engine);
}

enum replay_match
replay_match(const struct replay *r)
{
	return r->match;
}

const char *
replay_iface(const struct replay *r, unsigned index)
{
	const struct model *m = replay_model(r);

	for (size_t i = 0; m != NULL && i < m->iface_count; i++)
		if (m->ifaces[i].index == index)
			return m->ifaces[i].name;
	return NULL;
}
