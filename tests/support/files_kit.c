/* SPDX-License-Identifier: MIT */
#include "files_kit.h"

#include "base/mem.h"
#include "discover_kit.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_MAX = 65536, SPINS_MAX = 20000, HOST_FIRST = 10, UDP_PORT = 50000 };

enum event_kind {
	EVENT_DIAL,
	EVENT_BYTES,
	EVENT_CLOSED,
	EVENT_DATAGRAM,
	EVENT_STAT,
	EVENT_LOAD,
	EVENT_REPORT,
};

struct fkit_event {
	struct fkit_event *next;
	enum event_kind kind;
	unsigned node, pipe, side;
	uint32_t conn, token;
	struct addr addr;
	struct effect load;
	struct move_report report;
	char text[FKIT_TEXT];
	size_t size;
	uint8_t bytes[];
};

static struct fkit_event *
event_add(struct fkit *k, enum event_kind kind, const void *p, size_t n)
{
	struct fkit_event *ev = xcalloc(1, sizeof(*ev) + n);

	ev->kind = kind;
	ev->size = n;
	if (n > 0)
		memcpy(ev->bytes, p, n);
	if (k->last == NULL)
		k->first = ev;
	else
		k->last->next = ev;
	k->last = ev;
	return ev;
}

static struct addr
addr_of(const struct fkit_node *n, uint16_t port)
{
	return (struct addr){
		.family = ADDR_IPV4,
		.ip = { 10, 0, 0, n->host },
		.port = port,
	};
}

static struct fkit_pipe *
pipe_of(struct fkit *k, unsigned node, uint32_t conn, unsigned *ret_side)
{
	for (size_t i = k->pipe_count; conn != 0 && i-- > 0;)
		for (unsigned side = 0; side < 2; side++)
			if (k->pipes[i].node[side] == node &&
			    k->pipes[i].conn[side] == conn) {
				*ret_side = side;
				return &k->pipes[i];
			}
	return NULL;
}

static unsigned
number_of(const struct fkit *k, const struct fkit_pipe *p)
{
	return (unsigned)(p - k->pipes);
}

static void
say_bytes(struct fkit *k, unsigned pipe, unsigned side, const void *p, size_t n)
{
	struct fkit_event *ev = event_add(k, EVENT_BYTES, p, n);

	ev->pipe = pipe;
	ev->side = side;
}

static void
say_closed(struct fkit *k, unsigned pipe, unsigned side)
{
	struct fkit_event *ev = event_add(k, EVENT_CLOSED, NULL, 0);

	ev->pipe = pipe;
	ev->side = side;
}

/* Moves. */

struct fkit_move *
fkit_move_of(struct fkit *k, unsigned node, uint32_t token)
{
	for (size_t i = 0; i < FKIT_MOVES_MAX; i++)
		if (k->nodes[node].moves[i].token == token)
			return &k->nodes[node].moves[i];
	return NULL;
}

static struct fkit_move *
move_at(struct fkit *k, unsigned pipe, unsigned side)
{
	struct fkit_node *n = &k->nodes[k->pipes[pipe].node[side]];

	for (size_t i = 0; i < FKIT_MOVES_MAX; i++)
		if (n->moves[i].token != 0 && n->moves[i].pipe == pipe &&
		    n->moves[i].side == side)
			return &n->moves[i];
	return NULL;
}

static void
move_flush(struct fkit *k, struct fkit_move *m)
{
	size_t n;
	const uint8_t *p;

	while (p = flow_output(m->flow, &n), n > 0) {
		say_bytes(k, m->pipe, 1 - m->side, p, n);
		flow_sent(m->flow, n);
	}
}

static void
move_end(struct fkit *k, struct fkit_move *m)
{
	k->pipes[m->pipe].conn[m->side] = 0;
	say_closed(k, m->pipe, 1 - m->side);
	flow_free(m->flow);
	memset(m, 0, sizeof(*m));
}

static void
say_report(
    struct fkit *k, unsigned node, uint32_t token, const struct move_report *r)
{
	struct fkit_event *ev = event_add(k, EVENT_REPORT, NULL, 0);

	ev->node = node;
	ev->token = token;
	ev->report = *r;
}

static void
move_begun(struct fkit *k, struct fkit_move *m, uint64_t offset)
{
	struct move_report r = { .kind = MOVE_BEGUN, .offset = offset };

	m->begun = true;
	if (!m->sends) {
		if (m->part[0] == '\0')
			snprintf(m->part, sizeof(m->part), "/in/.earshot-%u",
			    (unsigned)m->token);
		r.part = "of the move";
	}
	say_report(k, k->pipes[m->pipe].node[m->side], m->token, &r);
}

static void
move_events(struct fkit *k, struct fkit_move *m)
{
	unsigned node = k->pipes[m->pipe].node[m->side];
	struct flow_event ev;
	int r = 0;

	while (m->token != 0 && (r = flow_next(m->flow, &ev)) == 1) {
		struct move_report stop = { .kind = MOVE_STOPPED };
		if (ev.kind == FLOW_WANTED && !k->hold_begin) {
			uint64_t offset = ev.count > 0 ? ev.marks[0].offset : 0;
			int err = flow_begin(m->flow, offset);
			assert(err == 0);
			(void)err;
			move_begun(k, m, offset);
		} else if (ev.kind == FLOW_BEGUN) {
			move_begun(k, m, ev.offset);
		} else if (ev.kind == FLOW_STOPPED) {
			stop.why = ev.why;
			say_report(k, node, m->token, &stop);
			move_end(k, m);
			return;
		}
	}
	if (m->token == 0)
		return;
	if (r < 0) {
		struct move_report bad = { .kind = MOVE_FAILED,
			.why = FLOW_STOP_PROTOCOL,
			.text = "not readable" };
		say_report(k, node, m->token, &bad);
		move_end(k, m);
		return;
	}
	move_flush(k, m);
}

static void
move_input(struct fkit *k, struct fkit_move *m, const uint8_t *p, size_t n)
{
	while (n > 0 && m->token != 0) {
		size_t cap;
		uint8_t *room = flow_room(m->flow, &cap);
		assert(cap > 0);
		cap = cap < n ? cap : n;
		memcpy(room, p, cap);
		flow_received(m->flow, cap);
		p += cap;
		n -= cap;
		move_events(k, m);
	}
}

static void
take_look(struct fkit *k, unsigned node, const struct effect *e)
{
	bool all = k->nodes[node].has_all;
	struct move_report r = { .kind = all ? MOVE_DONE : MOVE_LOST,
		.done = all ? e->move->size : 0,
		.path = all ? FKIT_PLACE : NULL };

	say_report(k, node, e->token, &r);
}

static void
take_move(struct fkit *k, unsigned node, const struct effect *e)
{
	struct fkit_node *n = &k->nodes[node];
	const struct move_plan *plan = e->move;
	unsigned side;
	struct fkit_pipe *p = pipe_of(k, node, e->conn, &side);
	struct fkit_move *m = fkit_move_of(k, node, 0);
	struct session_keys keys = plan->keys;
	struct flow_cfg cfg = { .sends = plan->sends,
		.keys = &keys,
		.rest = plan->rest,
		.rest_size = plan->rest_size };

	assert(p != NULL && m != NULL);
	assert(fkit_move_of(k, node, e->token) == NULL);
	*m = (struct fkit_move){ .token = e->token,
		.flow = flow_new(&cfg),
		.pipe = number_of(k, p),
		.side = side,
		.sends = plan->sends,
		.size = plan->size,
		.entries_max = plan->entries_max };
	snprintf(m->path, sizeof(m->path), "%s", plan->path);
	snprintf(m->name, sizeof(m->name), "%s", plan->name);
	snprintf(m->part, sizeof(m->part), "%s",
	    plan->part == NULL ? "" : plan->part);
	p->moved[side] = true;
	n->move_count++;
	if (!m->sends) {
		int err = flow_want(m->flow, NULL, 0);
		assert(err == 0);
		(void)err;
		move_flush(k, m);
	}
	move_events(k, m);
}

static void
take_stop(struct fkit *k, unsigned node, const struct effect *e)
{
	struct fkit_node *n = &k->nodes[node];
	struct fkit_move *m = fkit_move_of(k, node, e->token);

	n->stops++;
	n->drops += e->on;
	n->stopped = e->why;
	if (m == NULL)
		return;
	if (flow_stop(m->flow, e->why) == 0)
		move_flush(k, m);
	move_end(k, m);
	/* No report follows. */
	for (struct fkit_event *ev = k->first; ev != NULL; ev = ev->next)
		if (ev->kind == EVENT_REPORT && ev->node == node &&
		    ev->token == e->token)
			ev->token = 0;
}

/* Effects. */

static void
take_close(struct fkit *k, unsigned node, uint32_t conn)
{
	unsigned side;
	struct fkit_pipe *p = pipe_of(k, node, conn, &side);

	if (p != NULL) {
		p->conn[side] = 0;
		say_closed(k, number_of(k, p), 1 - side);
		return;
	}
	/* It was dialled and nobody answered yet. */
	for (struct fkit_event *ev = k->first; ev != NULL; ev = ev->next)
		if (ev->kind == EVENT_DIAL && ev->node == node &&
		    ev->conn == conn)
			ev->conn = 0;
}

static void
take_datagram(struct fkit *k, unsigned node, const struct effect *e)
{
	struct fkit_node *from = &k->nodes[node];

	for (unsigned i = 0; i < FKIT_NODES; i++) {
		const struct fkit_node *to = &k->nodes[i];
		if (i == node ||
		    (e->kind == EFFECT_DATAGRAM && e->addr.ip[3] != to->host))
			continue;
		struct fkit_event *ev =
		    event_add(k, EVENT_DATAGRAM, e->bytes, e->size);
		ev->node = i;
		ev->addr = addr_of(from, UDP_PORT);
	}
}

static void
run_effect(struct fkit *k, unsigned node, const struct effect *e)
{
	struct fkit_node *n = &k->nodes[node];
	struct fkit_event *ev;
	struct fkit_pipe *p;
	unsigned side;

	n->counts[e->kind]++;
	if (e->kind == EFFECT_DIAL || e->kind == EFFECT_FILE_STAT ||
	    e->kind == EFFECT_LOAD) {
		ev = event_add(k,
		    e->kind == EFFECT_DIAL   ? EVENT_DIAL
		    : e->kind == EFFECT_LOAD ? EVENT_LOAD
					     : EVENT_STAT,
		    NULL, 0);
		ev->node = node;
		ev->conn = e->conn;
		ev->token = e->token;
		ev->addr = e->addr;
		ev->load = *e;
		snprintf(ev->text, sizeof(ev->text), "%s",
		    e->text == NULL ? "" : e->text);
	}
	if (e->kind == EFFECT_SEND &&
	    (p = pipe_of(k, node, e->conn, &side)) != NULL)
		say_bytes(k, number_of(k, p), 1 - side, e->bytes, e->size);
	if (e->kind == EFFECT_CLOSE)
		take_close(k, node, e->conn);
	if (e->kind == EFFECT_BROADCAST || e->kind == EFFECT_DATAGRAM)
		take_datagram(k, node, e);
	if (e->kind == EFFECT_STORE)
		memstore_apply(&n->store, e->change);
	if (e->kind == EFFECT_MOVE && e->conn == 0)
		take_look(k, node, e);
	else if (e->kind == EFFECT_MOVE)
		take_move(k, node, e);
	if (e->kind == EFFECT_MOVE_STOP)
		take_stop(k, node, e);
	if (e->kind == EFFECT_PART_DROP) {
		n->parts_dropped++;
		snprintf(n->dropped, sizeof(n->dropped), "%s", e->text);
	}
}

static void
drain(struct fkit *k, unsigned node)
{
	struct effect e;

	while (engine_next(k->nodes[node].engine, &e))
		run_effect(k, node, &e);
}

static void
commit_all(struct fkit *k)
{
	for (unsigned i = 0; i < FKIT_NODES; i++) {
		struct fkit_node *n = &k->nodes[i];
		while (n->engine != NULL && memstore_is_dirty(&n->store)) {
			if (n->full)
				memstore_rollback(&n->store);
			else
				memstore_commit(&n->store);
			engine_committed(n->engine, k->now, !n->full,
			    n->full ? "the disk is full" : NULL);
			drain(k, i);
		}
	}
}

/* Events. */

static unsigned
node_at(const struct fkit *k, const struct addr *a)
{
	unsigned i = 0;

	while (i < FKIT_NODES && k->nodes[i].host != a->ip[3])
		i++;
	return i;
}

static void
do_dial(struct fkit *k, const struct fkit_event *ev)
{
	unsigned to = node_at(k, &ev->addr);
	struct fkit_node *from = &k->nodes[ev->node];
	uint32_t conn = 0;

	if (ev->conn == 0 || from->engine == NULL)
		return;
	if (to < FKIT_NODES && k->nodes[to].engine != NULL &&
	    !k->nodes[to].no_tcp) {
		struct addr own = addr_of(from, 40000);
		conn = engine_accepted(k->nodes[to].engine, k->now, &own);
		drain(k, to);
	}
	if (conn == 0) {
		engine_closed(from->engine, k->now, ev->conn, ECONNREFUSED);
		drain(k, ev->node);
		return;
	}
	assert(k->pipe_count < FKIT_PIPES_MAX);
	k->pipes[k->pipe_count++] =
	    (struct fkit_pipe){ .node = { ev->node, to },
		    .conn = { ev->conn, conn },
		    .used = true };
	engine_opened(from->engine, k->now, ev->conn);
	drain(k, ev->node);
}

static void
do_bytes(struct fkit *k, const struct fkit_event *ev)
{
	const uint8_t *p = ev->bytes;
	size_t n = ev->size;

	while (n > 0) {
		struct fkit_pipe *pipe = &k->pipes[ev->pipe];
		unsigned node = pipe->node[ev->side];
		uint32_t conn = pipe->conn[ev->side];
		size_t part = n < READ_MAX ? n : READ_MAX;
		if (conn == 0 || k->nodes[node].engine == NULL)
			return;
		if (pipe->moved[ev->side]) {
			struct fkit_move *m = move_at(k, ev->pipe, ev->side);
			if (m != NULL)
				move_input(k, m, p, n);
			return;
		}
		engine_bytes(k->nodes[node].engine, k->now, conn, p, part);
		drain(k, node);
		p += part;
		n -= part;
	}
}

static void
do_closed(struct fkit *k, const struct fkit_event *ev)
{
	struct fkit_pipe *pipe = &k->pipes[ev->pipe];
	unsigned node = pipe->node[ev->side];
	uint32_t conn = pipe->conn[ev->side];
	struct fkit_move *m = move_at(k, ev->pipe, ev->side);
	struct move_report lost = { .kind = MOVE_LOST };

	pipe->conn[ev->side] = 0;
	if (conn == 0 || k->nodes[node].engine == NULL)
		return;
	if (m != NULL) {
		say_report(k, node, m->token, &lost);
		move_end(k, m);
		return;
	}
	if (pipe->moved[ev->side])
		return;
	engine_closed(k->nodes[node].engine, k->now, conn, 0);
	drain(k, node);
}

static void
do_stat(struct fkit *k, const struct fkit_event *ev)
{
	const char *slash = strrchr(ev->text, '/');
	struct file_info info = {
		.name = slash == NULL ? ev->text : slash + 1,
		.folder = k->folder,
		.size = k->size,
		.files = k->folder ? 3 : 1,
		.mtime = 1000000,
	};

	engine_file_stat(
	    k->nodes[ev->node].engine, k->now, ev->token, &info, NULL);
	drain(k, ev->node);
}

static void
do_load(struct fkit *k, const struct fkit_event *ev)
{
	struct fkit_node *n = &k->nodes[ev->node];
	struct saved_page page;

	memstore_page(
	    &n->store, &ev->load.fp, ev->load.row, ev->load.count, &page);
	engine_history(n->engine, k->now, &ev->load.fp, &page);
	saved_page_clear(&page);
	drain(k, ev->node);
}

static void
do_report(struct fkit *k, const struct fkit_event *ev)
{
	struct move_report r = ev->report;
	struct fkit_move *m = fkit_move_of(k, ev->node, ev->token);

	if (ev->token == 0)
		return;
	if (r.kind == MOVE_BEGUN && m != NULL && m->part[0] != '\0')
		r.part = m->part;
	engine_move(k->nodes[ev->node].engine, k->now, ev->token, &r);
	drain(k, ev->node);
}

static void
run_event(struct fkit *k, const struct fkit_event *ev)
{
	struct fkit_node *n = &k->nodes[ev->node];

	if (ev->kind == EVENT_DIAL)
		do_dial(k, ev);
	else if (ev->kind == EVENT_BYTES)
		do_bytes(k, ev);
	else if (ev->kind == EVENT_CLOSED)
		do_closed(k, ev);
	if (n->engine == NULL)
		return;
	if (ev->kind == EVENT_STAT)
		do_stat(k, ev);
	else if (ev->kind == EVENT_LOAD)
		do_load(k, ev);
	else if (ev->kind == EVENT_REPORT)
		do_report(k, ev);
	else if (ev->kind == EVENT_DATAGRAM && !n->deaf) {
		engine_datagram(
		    n->engine, k->now, &ev->addr, true, ev->bytes, ev->size);
		drain(k, ev->node);
	}
}

void
fkit_run(struct fkit *k)
{
	unsigned spins = 0;

	for (unsigned i = 0; i < FKIT_NODES; i++)
		if (k->nodes[i].engine != NULL)
			drain(k, i);
	commit_all(k);
	while (k->first != NULL) {
		struct fkit_event *ev = k->first;
		k->first = ev->next;
		if (k->first == NULL)
			k->last = NULL;
		run_event(k, ev);
		free(ev);
		commit_all(k);
		assert(spins++ < 200000);
	}
}

void
fkit_pass(struct fkit *k, int64_t ms)
{
	int64_t end = k->now.mono_ms + ms, wall = k->now.wall_ms + ms;
	unsigned spins = 0;

	fkit_run(k);
	for (;;) {
		int64_t at = NEVER_MS;
		for (unsigned i = 0; i < FKIT_NODES; i++)
			if (k->nodes[i].engine != NULL)
				at = earlier_ms(
				    at, engine_deadline(k->nodes[i].engine));
		if (at > end)
			break;
		spins = at > k->now.mono_ms ? 0 : spins + 1;
		assert(spins < SPINS_MAX);
		if (at > k->now.mono_ms)
			k->now.mono_ms = at;
		for (unsigned i = 0; i < FKIT_NODES; i++) {
			if (k->nodes[i].engine == NULL)
				continue;
			engine_tick(k->nodes[i].engine, k->now);
			drain(k, i);
		}
		fkit_run(k);
	}
	k->now.mono_ms = end;
	k->now.wall_ms = wall;
	fkit_run(k);
}

void
fkit_start(struct fkit *k, unsigned node)
{
	struct fkit_node *n = &k->nodes[node];
	char name[16];
	struct saved saved;
	struct engine_cfg cfg = {
		.identity = &n->identity,
		.rng = rng_seeded(&n->seed, 1000 * ++n->epoch + node),
		.epoch = n->epoch,
		.name = name,
		.tcp_port = DISCOVERY_PORT,
		.udp_port = UDP_PORT,
		.discovery_port = DISCOVERY_PORT,
		.saved = &saved,
	};

	snprintf(name, sizeof(name), "node%u", node);
	memstore_load(&n->store, &saved);
	n->engine = engine_new(&cfg, k->now);
	saved_clear(&saved);
	engine_start(n->engine, k->now);
	fkit_run(k);
}

void
fkit_kill(struct fkit *k, unsigned node)
{
	struct fkit_node *n = &k->nodes[node];

	engine_free(n->engine);
	n->engine = NULL;
	memstore_rollback(&n->store);
	for (size_t i = 0; i < FKIT_MOVES_MAX; i++)
		if (n->moves[i].token != 0)
			move_end(k, &n->moves[i]);
	for (size_t i = 0; i < k->pipe_count; i++)
		for (unsigned side = 0; side < 2; side++)
			if (k->pipes[i].node[side] == node &&
			    k->pipes[i].conn[side] != 0) {
				k->pipes[i].conn[side] = 0;
				say_closed(k, (unsigned)i, 1 - side);
			}
	fkit_run(k);
}

void
fkit_cut(struct fkit *k)
{
	for (size_t i = 0; i < k->pipe_count; i++)
		for (unsigned side = 0; side < 2; side++)
			if (k->pipes[i].conn[side] != 0)
				say_closed(k, (unsigned)i, side);
	fkit_run(k);
}

void
fkit_init(struct fkit *k)
{
	memset(k, 0, sizeof(*k));
	k->size = 1000;
	k->now = (struct now){ .mono_ms = 1000000,
		.wall_ms = INT64_C(1795168920000) };
	for (unsigned i = 0; i < FKIT_NODES; i++) {
		kit_identity(&k->nodes[i].identity, 700 + i);
		k->nodes[i].host = (uint8_t)(HOST_FIRST + i);
	}
	for (unsigned i = 0; i < FKIT_NODES; i++)
		fkit_start(k, i);
	fkit_pass(k, 5000);
}

void
fkit_clear(struct fkit *k)
{
	for (unsigned i = 0; i < FKIT_NODES; i++) {
		if (k->nodes[i].engine != NULL)
			fkit_kill(k, i);
		memstore_clear(&k->nodes[i].store);
	}
}

void
fkit_report(struct fkit *k, unsigned node, uint32_t token,
    const struct move_report *report)
{
	struct fkit_move *m = fkit_move_of(k, node, token);

	engine_move(k->nodes[node].engine, k->now, token, report);
	if (report->kind > MOVE_PROGRESS && m != NULL)
		move_end(k, m);
	fkit_run(k);
}

void
fkit_finish(struct fkit *k, unsigned from, uint32_t at_from, unsigned to,
    uint32_t at_to)
{
	struct fkit_move *sends = fkit_move_of(k, from, at_from);
	struct fkit_move *gets = fkit_move_of(k, to, at_to);
	struct move_report r = { .kind = MOVE_DONE, .done = k->size };

	assert(sends != NULL && gets != NULL && sends->begun && gets->begun);
	assert(sends->pipe == gets->pipe);
	k->pipes[sends->pipe].conn[0] = k->pipes[sends->pipe].conn[1] = 0;
	fkit_report(k, from, at_from, &r);
	r.path = "/in/file";
	fkit_report(k, to, at_to, &r);
}
