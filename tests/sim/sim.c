/* SPDX-License-Identifier: MIT */
#include "sim.h"

#include "agenda.h"
#include "base/mem.h"
#include "base/now.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	HOST_BASE = 1,
	SEGMENT_MAX = 4096,
};

/* side 0 dialled, side 1 listens. */
struct stream {
	bool used;
	uint64_t serial;
	unsigned node[2];
	uint32_t conn[2];   /* 0: closed or refused on that side */
	int64_t busy_ms[2]; /* arrival of the last segment towards a side */
};

struct sim {
	struct sim_net net;
	struct rng_seed seed;
	struct rng rng;
	int64_t now_ms;
	uint64_t serial, traffic, broken;
	struct sim_node nodes[SIM_NODES_MAX];
	struct addr addrs[SIM_NODES_MAX];
	unsigned count, next_host;
	unsigned places[SIM_NODES_MAX]; /* where each was, counted */
	bool cut[SIM_NODES_MAX][SIM_NODES_MAX];
	bool filtered[SIM_NODES_MAX][SIM_NODES_MAX];
	struct stream streams[SIM_STREAMS_MAX];
	struct agenda agenda;
	struct sim_tap tap;
};

static bool
chance(struct sim *s, unsigned of, unsigned in)
{
	return of > 0 && rng_below(&s->rng, in) < of;
}

static int64_t
arrival_ms(struct sim *s)
{
	return s->now_ms + rng_below(&s->rng, 2 * s->net.delay_ms + 1);
}

static struct now
node_now(const struct sim *s, unsigned node)
{
	return (struct now){
		.mono_ms = s->now_ms,
		.wall_ms =
		    1700000000000 + s->now_ms + s->nodes[node].wall_offset_ms,
	};
}

static void
give_address(struct sim *s, unsigned node)
{
	unsigned host = HOST_BASE + s->next_host++;

	s->places[node]++;
	s->addrs[node] = (struct addr){
		.family = ADDR_IPV4,
		.ip = { 10, 77, (uint8_t)(host >> 8), (uint8_t)host },
		.port = 50000,
	};
}

static void drain(struct sim *s, unsigned node);

static void
datagram_to(
    struct sim *s, unsigned from, unsigned to, const struct effect *effect)
{
	int copies = chance(s, s->net.duplicate, 100) ? 2 : 1;

	if (s->cut[from][to] || !s->nodes[to].alive)
		return;
	while (copies-- > 0) {
		if (chance(s, s->net.loss, 100))
			continue;
		agenda_push(&s->agenda,
		    (struct event){
			.kind = EVENT_DATAGRAM,
			.at_ms = arrival_ms(s),
			.node = to,
			.from = s->addrs[from],
			.place = s->places[to],
			.bytes = xmemdup(effect->bytes, effect->size),
			.size = effect->size,
		    });
	}
}

static void
do_datagram(struct sim *s, unsigned from, const struct effect *effect)
{
	s->traffic += effect->size;
	for (unsigned to = 0; to < s->count; to++) {
		bool meant = effect->kind == EFFECT_BROADCAST ||
			     addr_equal(&s->addrs[to], &effect->addr);
		if (meant)
			datagram_to(s, from, to, effect);
	}
}

static struct stream *
find_stream(struct sim *s, unsigned node, uint32_t conn, int *ret_side)
{
	for (unsigned i = 0; i < SIM_STREAMS_MAX; i++) {
		struct stream *t = &s->streams[i];
		for (int side = 0; t->used && side < 2; side++) {
			if (t->node[side] == node && t->conn[side] == conn) {
				*ret_side = side;
				return t;
			}
		}
	}
	return NULL;
}

/* Something travels to one side of a stream, behind all before it. */
static void
push_stream(struct sim *s, struct stream *t, int side, enum event_kind kind,
    const uint8_t *p, size_t n)
{
	int64_t at = arrival_ms(s);

	/* A lost segment is sent again: streams only get slower. */
	while (chance(s, s->net.loss, 100))
		at += 200;
	if (at < t->busy_ms[side])
		at = t->busy_ms[side];
	t->busy_ms[side] = at;
	agenda_push(&s->agenda, (struct event){
				    .kind = kind,
				    .at_ms = at,
				    .node = t->node[side],
				    .stream = (unsigned)(t - s->streams),
				    .stream_serial = t->serial,
				    .side = side,
				    .bytes = n > 0 ? xmemdup(p, n) : NULL,
				    .size = n,
				});
}

static void
do_dial(struct sim *s, unsigned node, const struct effect *effect)
{
	unsigned to = 0, slot = 0;

	while (
	    to < s->count && (!addr_same_host(&s->addrs[to], &effect->addr) ||
				 !s->nodes[to].alive || s->cut[node][to]))
		to++;
	while (slot < SIM_STREAMS_MAX && s->streams[slot].used)
		slot++;
	assert(slot < SIM_STREAMS_MAX);
	struct stream *t = &s->streams[slot];
	*t = (struct stream){
		.used = true,
		.serial = ++s->serial,
		.node = { node, to == s->count ? node : to },
		.conn = { effect->conn, 0 },
	};
	/* A filter says nothing: the dial waits in vain. */
	if (to < s->count && s->filtered[node][to])
		return;
	bool fails = to == s->count || chance(s, s->net.refuse, 100);
	push_stream(
	    s, t, fails ? 0 : 1, fails ? EVENT_END : EVENT_OPEN, NULL, 0);
}

/* Both sides learn that it broke. */
static void
break_stream(struct sim *s, struct stream *t)
{
	s->broken++;
	for (int side = 0; side < 2; side++) {
		if (t->conn[side] != 0)
			push_stream(s, t, side, EVENT_END, NULL, 0);
	}
}

static void
do_send(struct sim *s, unsigned node, const struct effect *effect)
{
	int side;
	struct stream *t = find_stream(s, node, effect->conn, &side);

	if (t == NULL)
		return;
	const uint8_t *p = effect->bytes;
	size_t left = effect->size;
	s->traffic += left;
	while (left > 0) {
		size_t n = 1 + rng_below(&s->rng, SEGMENT_MAX);
		n = n < left ? n : left;
		if (chance(s, s->net.reset, 1000)) {
			break_stream(s, t);
			return;
		}
		push_stream(s, t, !side, EVENT_SEGMENT, p, n);
		p += n;
		left -= n;
	}
}

static void
do_close(struct sim *s, unsigned node, const struct effect *effect)
{
	int side;
	struct stream *t = find_stream(s, node, effect->conn, &side);

	if (t == NULL)
		return;
	t->conn[side] = 0;
	push_stream(s, t, !side, EVENT_END, NULL, 0);
}

static void
count_message(struct sim_node *n, const struct effect *effect)
{
	const struct conv *c =
	    model_conv(engine_model(n->engine), effect->conv);
	const struct message *m = conv_message(c, effect->serial);

	n->messages += m->kind == MESSAGE_TEXT && !m->mine;
	n->shouts += m->kind == MESSAGE_SHOUT && !m->mine;
	n->errors += m->kind == MESSAGE_ERROR;
}

static void
run_effect(struct sim *s, unsigned node, const struct effect *effect)
{
	struct sim_node *n = &s->nodes[node];

	if (s->tap.see != NULL && effect->size > 0)
		s->tap.see(s->tap.ctx, node, effect);
	switch (effect->kind) {
	case EFFECT_BROADCAST:
		n->broadcasts++;
		do_datagram(s, node, effect);
		break;
	case EFFECT_DATAGRAM:
		do_datagram(s, node, effect);
		break;
	case EFFECT_DIAL:
		do_dial(s, node, effect);
		break;
	case EFFECT_SEND:
		do_send(s, node, effect);
		break;
	case EFFECT_CLOSE:
		do_close(s, node, effect);
		break;
	case EFFECT_STORE:
		memstore_apply(&n->store, effect->change);
		break;
	case EFFECT_MESSAGE:
		count_message(n, effect);
		break;
	case EFFECT_LEFT:
		n->left = true;
		break;
	case EFFECT_SAVE_PINS:
		break;
	case EFFECT_LOAD:
		n->load = *effect;
		n->loading = true;
		break;
	case EFFECT_RESOLVE:
	case EFFECT_QUERY:
	case EFFECT_PEER:
	case EFFECT_TYPING:
	case EFFECT_DELIVERY:
	case EFFECT_REVISED:
		break;
	}
}

static void
drain(struct sim *s, unsigned node)
{
	struct effect effect;

	while (engine_next(s->nodes[node].engine, &effect))
		run_effect(s, node, &effect);
}

static void
answer_load(struct sim *s, unsigned node)
{
	struct sim_node *n = &s->nodes[node];
	struct saved_page page;

	n->loading = false;
	memstore_page(
	    &n->store, &n->load.fp, n->load.row, n->load.count, &page);
	engine_history(n->engine, node_now(s, node), &n->load.fp, &page);
	saved_page_clear(&page);
	drain(s, node);
}

/* What a loop does before it waits: the store is asked, and written. */
static void
end_turn(struct sim *s, unsigned node)
{
	struct sim_node *n = &s->nodes[node];

	while (n->alive && (n->loading || memstore_is_dirty(&n->store))) {
		if (n->loading) {
			answer_load(s, node);
			continue;
		}
		bool ok = !chance(s, n->full, 100);
		if (ok)
			memstore_commit(&n->store);
		else
			memstore_rollback(&n->store);
		engine_committed(n->engine, node_now(s, node), ok,
		    ok ? NULL : "the disk is full");
		drain(s, node);
	}
}

static void
end_turns(struct sim *s)
{
	for (unsigned i = 0; i < s->count; i++)
		end_turn(s, i);
}

static void
start(struct sim *s, unsigned node)
{
	struct sim_node *n = &s->nodes[node];
	struct saved saved;
	struct engine_cfg cfg = {
		.identity = &n->identity,
		.rng = rng_seeded(&n->seed, rng_u32(&s->rng)),
		.epoch = ++n->epoch,
		.name = n->name,
		.tcp_port = DISCOVERY_PORT,
		.udp_port = 50000,
		.discovery_port = DISCOVERY_PORT,
		.saved = &saved,
	};

	memstore_rollback(&n->store);
	memstore_load(&n->store, &saved);
	n->engine = engine_new(&cfg, node_now(s, node));
	saved_clear(&saved);
	n->alive = true;
	n->left = false;
	engine_start(n->engine, node_now(s, node));
	drain(s, node);
}

struct sim *
sim_new(uint64_t seed, const struct sim_net *net)
{
	struct sim *s = xcalloc(1, sizeof(*s));

	s->net = *net;
	s->rng = rng_seeded(&s->seed, seed);
	return s;
}

void
sim_free(struct sim *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		engine_free(s->nodes[i].engine);
		memstore_clear(&s->nodes[i].store);
	}
	agenda_clear(&s->agenda);
	free(s);
}

struct sim_net *
sim_net(struct sim *s)
{
	return &s->net;
}

struct rng *
sim_rng(struct sim *s)
{
	return &s->rng;
}

int64_t
sim_now_ms(const struct sim *s)
{
	return s->now_ms;
}

uint64_t
sim_traffic(const struct sim *s)
{
	return s->traffic;
}

uint64_t
sim_broken(const struct sim *s)
{
	return s->broken;
}

unsigned
sim_add(struct sim *s, const char *name)
{
	assert(s->count < SIM_NODES_MAX);
	unsigned node = s->count++;
	struct sim_node *n = &s->nodes[node];
	uint8_t seed[SEED_SIZE];
	rng_fill(&s->rng, seed, sizeof(seed));
	identity_from_seed(&n->identity, seed);
	snprintf(n->name, sizeof(n->name), "%s", name);
	give_address(s, node);
	start(s, node);
	return node;
}

unsigned
sim_count(const struct sim *s)
{
	return s->count;
}

struct sim_node *
sim_node(struct sim *s, unsigned node)
{
	return &s->nodes[node];
}

static void
break_streams_of(struct sim *s, unsigned node)
{
	for (unsigned i = 0; i < SIM_STREAMS_MAX; i++) {
		struct stream *t = &s->streams[i];
		if (t->used && (t->node[0] == node || t->node[1] == node))
			break_stream(s, t);
	}
}

void
sim_kill(struct sim *s, unsigned node)
{
	struct sim_node *n = &s->nodes[node];

	for (unsigned i = 0; i < SIM_STREAMS_MAX; i++) {
		struct stream *t = &s->streams[i];
		for (int side = 0; t->used && side < 2; side++) {
			if (t->node[side] != node || t->conn[side] == 0)
				continue;
			t->conn[side] = 0;
			push_stream(s, t, !side, EVENT_END, NULL, 0);
		}
	}
	engine_free(n->engine);
	n->engine = NULL;
	n->alive = n->loading = false;
}

void
sim_restart(struct sim *s, unsigned node)
{
	assert(!s->nodes[node].alive);
	start(s, node);
}

void
sim_steal_identity(struct sim *s, unsigned node, unsigned other)
{
	sim_kill(s, node);
	s->nodes[node].identity = s->nodes[other].identity;
	sim_restart(s, node);
}

static void
break_streams_between(struct sim *s, unsigned a, unsigned b)
{
	for (unsigned i = 0; i < SIM_STREAMS_MAX; i++) {
		struct stream *t = &s->streams[i];
		if (t->used && ((t->node[0] == a && t->node[1] == b) ||
				   (t->node[0] == b && t->node[1] == a)))
			break_stream(s, t);
	}
}

void
sim_cut(struct sim *s, unsigned a, unsigned b, bool cut)
{
	s->cut[a][b] = s->cut[b][a] = cut;
	if (cut)
		break_streams_between(s, a, b);
}

void
sim_filter(struct sim *s, unsigned a, unsigned b, bool filtered)
{
	s->filtered[a][b] = s->filtered[b][a] = filtered;
	if (filtered)
		break_streams_between(s, a, b);
}

void
sim_move(struct sim *s, unsigned node)
{
	struct sim_node *n = &s->nodes[node];

	break_streams_of(s, node);
	give_address(s, node);
	engine_network(n->engine, node_now(s, node), NULL, 0, true);
	drain(s, node);
}

void
sim_take_address(struct sim *s, unsigned node, unsigned other)
{
	struct sim_node *n = &s->nodes[node];

	break_streams_of(s, node);
	s->places[node]++;
	s->addrs[node] = s->addrs[other];
	engine_network(n->engine, node_now(s, node), NULL, 0, true);
	drain(s, node);
}

void
sim_tap(struct sim *s, const struct sim_tap *tap)
{
	s->tap = *tap;
}

const struct addr *
sim_addr(const struct sim *s, unsigned node)
{
	return &s->addrs[node];
}

void
sim_inject(struct sim *s, unsigned node, const struct addr *from,
    const uint8_t *p, size_t n)
{
	engine_datagram(
	    s->nodes[node].engine, node_now(s, node), from, true, p, n);
	drain(s, node);
}

void
sim_lose_half(struct sim *s, unsigned node, unsigned other)
{
	for (unsigned i = 0; i < SIM_STREAMS_MAX; i++) {
		struct stream *t = &s->streams[i];
		int side = t->node[0] == node ? 0 : 1;
		if (t->used && t->node[side] == node &&
		    t->node[!side] == other && t->conn[side] != 0)
			push_stream(s, t, side, EVENT_END, NULL, 0);
	}
}

void
sim_command(struct sim *s, unsigned node, enum command_kind kind, unsigned peer,
    const char *text)
{
	struct command cmd = {
		.kind = kind,
		.conv = CONV_NEARBY,
		.peer = s->nodes[peer].identity.fp,
		.text = text == NULL ? NULL : xstrdup(text),
	};

	engine_command(s->nodes[node].engine, node_now(s, node), &cmd);
	drain(s, node);
}

void
sim_transport(
    struct sim *s, unsigned node, unsigned peer, enum transport_choice choice)
{
	struct command cmd = {
		.kind = COMMAND_TRANSPORT,
		.conv = CONV_NEARBY,
		.peer = s->nodes[peer].identity.fp,
		.number = choice,
	};

	engine_command(s->nodes[node].engine, node_now(s, node), &cmd);
	drain(s, node);
}

static void
open_stream(struct sim *s, struct stream *t)
{
	unsigned to = t->node[1];

	if (!s->nodes[to].alive || t->conn[0] == 0) {
		break_stream(s, t);
		return;
	}
	t->conn[1] = engine_accepted(
	    s->nodes[to].engine, node_now(s, to), &s->addrs[t->node[0]]);
	drain(s, to);
	if (t->conn[1] == 0) {
		push_stream(s, t, 0, EVENT_END, NULL, 0);
		return;
	}
	engine_opened(
	    s->nodes[t->node[0]].engine, node_now(s, t->node[0]), t->conn[0]);
	drain(s, t->node[0]);
}

static void
end_stream(struct sim *s, struct stream *t, int side)
{
	unsigned node = t->node[side];
	uint32_t conn = t->conn[side];

	t->conn[side] = 0;
	if (conn != 0 && s->nodes[node].alive) {
		engine_closed(
		    s->nodes[node].engine, node_now(s, node), conn, 0);
		drain(s, node);
	}
	if (t->conn[0] == 0 && t->conn[1] == 0)
		t->used = false;
}

static void
deliver_segment(struct sim *s, struct stream *t, const struct event *ev)
{
	unsigned node = ev->node;
	uint32_t conn = t->conn[ev->side];

	if (conn == 0 || !s->nodes[node].alive)
		return;
	/* Back-pressure: it stays in the socket. */
	if (!engine_reading(s->nodes[node].engine, conn)) {
		enum { LATER_MS = 10 };
		t->busy_ms[ev->side] = s->now_ms + LATER_MS;
		push_stream(s, t, ev->side, EVENT_SEGMENT, ev->bytes, ev->size);
		return;
	}
	engine_bytes(s->nodes[node].engine, node_now(s, node), conn, ev->bytes,
	    ev->size);
	drain(s, node);
}

static void
deliver(struct sim *s, const struct event *ev)
{
	struct stream *t = &s->streams[ev->stream];

	if (ev->kind == EVENT_DATAGRAM) {
		if (!s->nodes[ev->node].alive ||
		    s->places[ev->node] != ev->place)
			return;
		engine_datagram(s->nodes[ev->node].engine,
		    node_now(s, ev->node), &ev->from, true, ev->bytes,
		    ev->size);
		drain(s, ev->node);
		return;
	}
	if (!t->used || t->serial != ev->stream_serial)
		return;
	if (ev->kind == EVENT_OPEN)
		open_stream(s, t);
	else if (ev->kind == EVENT_SEGMENT)
		deliver_segment(s, t, ev);
	else
		end_stream(s, t, ev->side);
}

static int64_t
next_ms(const struct sim *s)
{
	int64_t at = agenda_next_ms(&s->agenda);

	for (unsigned i = 0; i < s->count; i++) {
		if (s->nodes[i].alive)
			at =
			    earlier_ms(at, engine_deadline(s->nodes[i].engine));
	}
	return at;
}

static void
tick_all(struct sim *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		struct sim_node *n = &s->nodes[i];
		if (!n->alive || engine_deadline(n->engine) > s->now_ms)
			continue;
		engine_tick(n->engine, node_now(s, i));
		drain(s, i);
		/* A machine that is due again at once would spin. */
		assert(engine_deadline(n->engine) > s->now_ms);
	}
}

void
sim_run(struct sim *s, int64_t ms)
{
	int64_t end = s->now_ms + ms;

	end_turns(s);
	for (;;) {
		int64_t at = next_ms(s);
		if (at > end)
			break;
		if (at > s->now_ms)
			s->now_ms = at;
		while (agenda_next_ms(&s->agenda) <= s->now_ms) {
			struct event ev = agenda_pop(&s->agenda);
			deliver(s, &ev);
			free(ev.bytes);
		}
		tick_all(s);
		end_turns(s);
	}
	s->now_ms = end;
}
