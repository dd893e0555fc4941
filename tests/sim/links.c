/* SPDX-License-Identifier: MIT */
/*
 * What is between the nodes: datagrams, which get lost, doubled and late, and
 * streams, which stall and break.
 */
#include "sim_state.h"

#include "base/mem.h"

#include <assert.h>

enum {
	HOST_BASE = 1,
	SEGMENT_MAX = 4096,
	HELD_MAX = 64 * 1024 * 1024,
	POKE_MS = 10,
};

void
links_clear(struct sim *s)
{
	for (unsigned i = 0; i < SIM_STREAMS_MAX; i++) {
		buf_clear(&s->streams[i].held[0]);
		buf_clear(&s->streams[i].held[1]);
	}
}

bool
links_chance(struct sim *s, unsigned of, unsigned in)
{
	return of > 0 && rng_below(&s->rng, in) < of;
}

static int64_t
arrival_ms(struct sim *s)
{
	return s->now_ms + rng_below(&s->rng, 2 * s->net.delay_ms + 1);
}

void
links_place(struct sim *s, unsigned node)
{
	unsigned host = HOST_BASE + s->next_host++;

	s->places[node]++;
	s->addrs[node] = (struct addr){
		.family = ADDR_IPV4,
		.ip = { 10, 77, (uint8_t)(host >> 8), (uint8_t)host },
		.port = 50000,
	};
}

static void
datagram_to(
    struct sim *s, unsigned from, unsigned to, const struct effect *effect)
{
	int copies = links_chance(s, s->net.duplicate, 100) ? 2 : 1;

	if (s->cut[from][to] || s->deaf[to] || !s->nodes[to].alive)
		return;
	while (copies-- > 0) {
		if (links_chance(s, s->net.loss, 100))
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
		/* Where all listen who are on the host, too. */
		bool shared = effect->addr.port == DISCOVERY_PORT &&
			      addr_same_host(&s->addrs[to], &effect->addr);
		bool meant = effect->kind == EFFECT_BROADCAST || shared ||
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
	while (links_chance(s, s->net.loss, 100))
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
	buf_init(&t->held[0], HELD_MAX);
	buf_init(&t->held[1], HELD_MAX);
	/* A filter says nothing: the dial waits in vain. */
	if (to < s->count && s->filtered[node][to])
		return;
	bool fails = to == s->count || links_chance(s, s->net.refuse, 100);
	push_stream(
	    s, t, fails ? 0 : 1, fails ? EVENT_END : EVENT_OPEN, NULL, 0);
}

/* Both sides learn that it broke. */
static void
break_stream(struct sim *s, struct stream *t)
{
	s->broken++;
	t->torn = links_chance(s, 50, 100);
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
		if (links_chance(s, s->net.reset, 1000)) {
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

uint32_t
sim_take(struct sim *s, unsigned node, uint32_t conn)
{
	int side;
	struct stream *t = find_stream(s, node, conn, &side);

	if (t == NULL)
		return 0;
	t->taken[side] = true;
	/* One that no engine will choose. */
	t->conn[side] =
	    UINT32_C(1) << 31 | (uint32_t)(t->serial << 1) | (uint32_t)side;
	if (buf_size(&t->held[side]) > 0)
		push_stream(s, t, side, EVENT_SEGMENT, NULL, 0);
	return t->conn[side];
}

void
sim_send(
    struct sim *s, unsigned node, uint32_t conn, const uint8_t *p, size_t n)
{
	struct effect effect = { .conn = conn, .bytes = p, .size = n };

	do_send(s, node, &effect);
}

void
sim_close(struct sim *s, unsigned node, uint32_t conn)
{
	struct effect effect = { .conn = conn };

	do_close(s, node, &effect);
}

void
sim_wake(struct sim *s, unsigned node, int64_t after_ms, unsigned number)
{
	agenda_push(&s->agenda, (struct event){
				    .kind = EVENT_WAKE,
				    .at_ms = s->now_ms + after_ms,
				    .node = node,
				    .place = s->nodes[node].epoch,
				    .stream = number,
				});
}

void
links_execute(struct sim *s, unsigned node, const struct effect *effect)
{
	if (effect->kind == EFFECT_DIAL)
		do_dial(s, node, effect);
	else if (effect->kind == EFFECT_SEND)
		do_send(s, node, effect);
	else if (effect->kind == EFFECT_CLOSE)
		do_close(s, node, effect);
	else
		do_datagram(s, node, effect);
}

void
links_break_of(struct sim *s, unsigned node)
{
	for (unsigned i = 0; i < SIM_STREAMS_MAX; i++) {
		struct stream *t = &s->streams[i];
		if (t->used && (t->node[0] == node || t->node[1] == node))
			break_stream(s, t);
	}
}

void
links_break_between(struct sim *s, unsigned a, unsigned b)
{
	for (unsigned i = 0; i < SIM_STREAMS_MAX; i++) {
		struct stream *t = &s->streams[i];
		if (t->used && ((t->node[0] == a && t->node[1] == b) ||
				   (t->node[0] == b && t->node[1] == a)))
			break_stream(s, t);
	}
}

void
links_end_of(struct sim *s, unsigned node)
{
	for (unsigned i = 0; i < SIM_STREAMS_MAX; i++) {
		struct stream *t = &s->streams[i];
		for (int side = 0; t->used && side < 2; side++) {
			if (t->node[side] != node || t->conn[side] == 0)
				continue;
			t->conn[side] = 0;
			push_stream(s, t, !side, EVENT_END, NULL, 0);
		}
	}
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

static void
open_stream(struct sim *s, struct stream *t)
{
	unsigned to = t->node[1];

	if (!s->nodes[to].alive || t->conn[0] == 0) {
		break_stream(s, t);
		return;
	}
	t->conn[1] = engine_accepted(
	    sim_enter(s, to), sim_now(s, to), &s->addrs[t->node[0]]);
	sim_drain(s, to);
	if (t->conn[1] == 0) {
		push_stream(s, t, 0, EVENT_END, NULL, 0);
		return;
	}
	engine_opened(
	    sim_enter(s, t->node[0]), sim_now(s, t->node[0]), t->conn[0]);
	sim_drain(s, t->node[0]);
}

static void
poke(struct sim *s, struct stream *t, int side, enum event_kind kind)
{
	agenda_push(&s->agenda, (struct event){
				    .kind = kind,
				    .at_ms = s->now_ms + POKE_MS,
				    .node = t->node[side],
				    .stream = (unsigned)(t - s->streams),
				    .stream_serial = t->serial,
				    .side = side,
				});
}

static void
end_stream(struct sim *s, struct stream *t, int side)
{
	unsigned node = t->node[side];
	uint32_t conn = t->conn[side];

	/* The end is behind what is left to read. */
	if (conn != 0 && !t->torn && buf_size(&t->held[side]) > 0) {
		poke(s, t, side, EVENT_END);
		return;
	}
	t->conn[side] = 0;
	if (conn != 0 && t->taken[side]) {
		s->mover.closed(s->mover.ctx, node, conn);
	} else if (conn != 0 && s->nodes[node].alive) {
		engine_closed(sim_enter(s, node), sim_now(s, node), conn, 0);
		sim_drain(s, node);
	}
	if (t->conn[0] != 0 || t->conn[1] != 0)
		return;
	t->used = false;
	buf_clear(&t->held[0]);
	buf_clear(&t->held[1]);
}

static void
feed(struct sim *s, struct stream *t, int side)
{
	unsigned node = t->node[side];
	uint32_t conn = t->conn[side];
	struct buf *held = &t->held[side];
	const uint8_t *p = buf_data(held);
	size_t n = buf_size(held);

	n = n < ENGINE_READ_MAX ? n : ENGINE_READ_MAX;
	buf_consume(held, n);
	if (t->taken[side]) {
		s->mover.bytes(s->mover.ctx, node, conn, p, n);
		return;
	}
	engine_bytes(sim_enter(s, node), sim_now(s, node), conn, p, n);
	sim_drain(s, node);
}

/* What is not wanted yet stays in the socket. */
static void
deliver_segment(struct sim *s, struct stream *t, const struct event *ev)
{
	int side = ev->side, err = 0;
	const struct sim_node *n = &s->nodes[ev->node];
	struct buf *held = &t->held[side];

	if (ev->size > 0)
		err = buf_append(held, ev->bytes, ev->size);
	assert(err == 0);
	(void)err;
	t->poked[side] &= ev->size > 0;
	while (t->conn[side] != 0 && !t->torn && buf_size(held) > 0 &&
	       (t->taken[side] || engine_reading(n->engine, t->conn[side])))
		feed(s, t, side);
	if (t->conn[side] == 0 || t->torn || buf_size(held) == 0 ||
	    t->poked[side])
		return;
	t->poked[side] = true;
	poke(s, t, side, EVENT_SEGMENT);
}

void
links_deliver(struct sim *s, const struct event *ev)
{
	struct stream *t = &s->streams[ev->stream % SIM_STREAMS_MAX];

	if (ev->kind == EVENT_DATAGRAM) {
		if (!s->nodes[ev->node].alive ||
		    s->places[ev->node] != ev->place)
			return;
		engine_datagram(sim_enter(s, ev->node), sim_now(s, ev->node),
		    &ev->from, true, ev->bytes, ev->size);
		sim_drain(s, ev->node);
		return;
	}
	if (ev->kind == EVENT_WAKE) {
		const struct sim_node *n = &s->nodes[ev->node];
		if (n->alive && n->epoch == ev->place)
			s->mover.wake(s->mover.ctx, ev->node, ev->stream);
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
