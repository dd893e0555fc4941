/* SPDX-License-Identifier: MIT */
/*
 * Both ends name the transfer by the id of the post that offered it. Who names
 * one that is not between the two who proved themselves here hears the same as
 * of one that is over: there is none.
 */
#include "core/file_conns.h"

#include "base/err.h"
#include "base/mem.h"
#include "core/earshot_transfer.h"
#include "core/transfers.h"

#include <stdlib.h>
#include <string.h>

enum { ATTACH_SIZE_MAX = 256 };

struct planned {
	struct planned *next;
	struct move_plan plan;
	struct transfer *transfer; /* as it was; its strings are the plan's */
	uint8_t *rest;
};

void
file_conns_wipe(struct engine *e)
{
	while (e->planned != NULL) {
		struct planned *p = e->planned;
		e->planned = p->next;
		mem_wipe(&p->plan.keys, sizeof(p->plan.keys));
		transfer_free(p->transfer);
		free(p->rest);
		free(p);
	}
}

/* Nobody who resembles a contact gets or gives anything before the user said
 * that it may. */
static bool
is_welcome(const struct engine *e, const struct contact *k)
{
	const struct peer *p = model_peer(e->model, &k->fp);

	return p != NULL && p->trust != TRUST_BLOCKED &&
	       (p->trust != TRUST_CHANGED || k->accepted);
}

static bool
has_business(const struct engine *e, const struct fp *peer)
{
	for (size_t i = 0; i < e->model->transfer_count; i++) {
		const struct transfer *t = e->model->transfers[i];
		if (t->dialect == DIALECT_EARSHOT && fp_equal(&t->peer, peer))
			return true;
	}
	return false;
}

/* Of those that others made and that name nothing, the oldest goes: who keeps
 * many of them keeps nobody out. */
static void
make_room(
    struct engine *e, struct now now, const struct conn *keep, unsigned max)
{
	struct conn *oldest = NULL;

	if (e->file_conns <= max)
		return;
	for (size_t i = 0; i < e->conn_end; i++) {
		struct conn *c = e->conns[i];
		if (c == NULL || c == keep || !c->file || !c->accepted)
			continue;
		if (oldest == NULL || c->deadline_ms < oldest->deadline_ms)
			oldest = c;
	}
	if (oldest == NULL)
		return;
	e->model->sessions_refused++;
	conn_drop(e, now, oldest, 0);
}

int
file_conn_judge(struct engine *e, struct now now, struct conn *c,
    const struct session_event *ev)
{
	struct contact *k = contact_find(e, &ev->fp);

	if (k == NULL || !is_welcome(e, k) || !has_business(e, &ev->fp)) {
		e->model->sessions_refused++;
		return ERR_PERMISSION;
	}
	make_room(e, now, c, FILE_CONNS_MAX);
	if (e->file_conns > FILE_CONNS_MAX)
		return ERR_LIMIT;
	c->contact = k;
	c->fp = ev->fp;
	c->deadline_ms = now.mono_ms + FILE_ATTACH_MS;
	model_peer_edit(e->model, &ev->fp)->last_seen_ms = now.wall_ms;
	return carrier_accept(&c->carrier, now);
}

static struct planned *
plan_new(struct engine *e, const struct transfer *t)
{
	struct planned *p = xcalloc(1, sizeof(*p));

	p->next = e->planned;
	e->planned = p;
	p->transfer = transfer_copy(t);
	p->plan.sends = t->mine;
	p->plan.path = p->transfer->path == NULL ? "" : p->transfer->path;
	p->plan.name = p->transfer->name;
	p->plan.folder = t->folder;
	p->plan.size = t->size;
	p->plan.files = t->files;
	p->plan.mtime = t->mtime;
	p->plan.part = p->transfer->part;
	return p;
}

void
file_conn_look(struct engine *e, struct now now, struct transfer *t)
{
	if (t->mine || t->part == NULL)
		return;
	effect_add(e, (struct effect){ .kind = EFFECT_MOVE,
			  .token = t->id,
			  .move = &plan_new(e, t)->plan });
	t->moving = t->looks = true;
	t->stream_at = 0;
	t->moved_ms = now.mono_ms;
}

/* The keys, and what came already, to whoever moves it. */
static bool
hand_over(struct engine *e, struct now now, struct conn *c, struct transfer *t)
{
	struct contact *k = c->contact;
	struct session_keys keys;
	const uint8_t *rest;
	size_t n;

	if (session_release(c->carrier.session, &keys, &rest, &n) < 0) {
		conn_drop(e, now, c, CLOSE_PROTOCOL);
		return false;
	}
	struct planned *p = plan_new(e, t);
	p->plan.keys = keys;
	mem_wipe(&keys, sizeof(keys));
	p->rest = n == 0 ? NULL : xmemdup(rest, n);
	p->plan.rest = p->rest;
	p->plan.rest_size = n;
	p->plan.entries_max = earshot_transfer_entries(k, t);
	effect_add(e, (struct effect){ .kind = EFFECT_MOVE,
			  .conn = c->id,
			  .token = t->id,
			  .move = &p->plan });
	conn_hand_over(e, c);
	contact_release(e, k);
	return true;
}

static void
begin(struct engine *e, struct now now, struct conn *c, struct transfer *t)
{
	earshot_offer_answered(e, now, t);
	/* The newer one counts: the other end knows of the older one's end. */
	earshot_moves_stop(e, t, FLOW_STOP_LATER);
	file_conn_drop(e, now, t);
	if (!hand_over(e, now, c, t)) {
		earshot_moves_wait(e, now, t, FILE_ATTACH_MS);
		return;
	}
	t->moving = true;
	t->stream_ended = t->looks = false;
	t->stream_at = 0;
	/* It rested here since it could not be read. */
	t->paused_here = false;
	/* Who comes has ended his pause; who is asked may not have. */
	if (t->mine)
		t->paused_there = false;
	t->try_ms = NEVER_MS;
	t->moved_ms = now.mono_ms;
	if (t->state != TRANSFER_ACCEPTED)
		transfer_set_state(e, now, t, TRANSFER_ACCEPTED, NULL);
	model_touch(e->model);
}

/* It is said on the connection, as by one who moves it, since the other end has
 * given its keys away with the name of the transfer. */
static void
turn_down(struct engine *e, struct now now, struct conn *c, enum flow_stop why)
{
	struct session_keys keys;
	const uint8_t *rest;
	size_t n;

	if (session_release(c->carrier.session, &keys, &rest, &n) < 0) {
		conn_drop(e, now, c, 0);
		return;
	}
	struct flow_cfg cfg = { .sends = true, .keys = &keys };
	struct flow *f = flow_new(&cfg);
	mem_wipe(&keys, sizeof(keys));
	if (flow_stop(f, why) == 0) {
		const uint8_t *p = flow_output(f, &n);
		effect_add(e, (struct effect){ .kind = EFFECT_SEND,
				  .conn = c->id,
				  .bytes = p,
				  .size = n });
	}
	flow_free(f);
	conn_end(e, now, c, 0, NULL);
}

/* 0, or how the other end is turned down that came for t. */
static int
why_not(const struct engine *e, const struct transfer *t)
{
	if (t == NULL)
		return FLOW_STOP_CANCELLED;
	if (t->state == TRANSFER_DONE)
		return FLOW_STOP_DONE;
	/* The connection may have ended before they heard of it. */
	if (t->mine && t->gone)
		return FLOW_STOP_CHANGED;
	if (transfer_state_is_last(t->state))
		return FLOW_STOP_CANCELLED;
	/* Nobody brings what we did not ask for; or we did, and died before it
	 * was stored. */
	if (!t->mine && t->state == TRANSFER_OFFERED)
		return FLOW_STOP_LATER;
	/* What only cannot be read here is tried once more. */
	if (t->paused_here && (!t->mine || t->reason == NULL))
		return FLOW_STOP_PAUSED;
	if (!t->moving && t->conn == 0 && !earshot_moves_has_place(e))
		return FLOW_STOP_LATER;
	return e->model->leaving ? FLOW_STOP_LATER : 0;
}

/* We dial for it: to move it, or to say that it is here. */
static bool
is_wanted(const struct engine *e, const struct transfer *t)
{
	return why_not(e, t) == 0 || (!t->mine && t->state == TRANSFER_DONE);
}

static void
attach(struct engine *e, struct now now, struct conn *c)
{
	struct transfer *t = transfer_get(e, c->transfer);
	struct msg m = { .type = MSG_FILE_ATTACH };
	uint8_t bytes[ATTACH_SIZE_MAX];
	size_t n;

	if (t == NULL || t->conn != c->id || !is_wanted(e, t)) {
		conn_drop(e, now, c, CLOSE_IDLE);
		return;
	}
	m.ref.target = t->message;
	if (msg_encode(&m, bytes, sizeof(bytes), &n) < 0 ||
	    session_send(c->carrier.session, now, bytes, n) < 0) {
		conn_drop(e, now, c, 0);
		return;
	}
	conn_flush(e, now, c);
	c->transfer = t->conn = 0;
	if (t->state == TRANSFER_DONE)
		turn_down(e, now, c, FLOW_STOP_DONE);
	else
		begin(e, now, c, t);
}

void
file_conn_up(struct engine *e, struct now now, struct conn *c)
{
	conn_greeted(e, c);
	c->state = CONN_ATTACH;
	c->deadline_ms = now.mono_ms + FILE_ATTACH_MS;
	if (c->transfer != 0)
		attach(e, now, c);
}

void
file_conn_message(struct engine *e, struct now now, struct conn *c,
    const uint8_t *p, size_t n)
{
	struct msg m;

	if (!c->accepted || msg_decode(p, n, &m) < 0 ||
	    m.type != MSG_FILE_ATTACH) {
		e->model->sessions_refused++;
		conn_drop(e, now, c, CLOSE_PROTOCOL);
		return;
	}
	struct transfer *t = transfer_find(e, &c->fp, &m.ref.target);
	int why = why_not(e, t);
	conn_flush(e, now, c);
	if (why == 0) {
		begin(e, now, c, t);
		return;
	}
	e->model->sessions_refused++;
	if (why == FLOW_STOP_PAUSED)
		earshot_moves_wanted(e, now, t);
	turn_down(e, now, c, (enum flow_stop)why);
}

bool
file_conn_dial(struct engine *e, struct now now, struct transfer *t)
{
	const struct peer *p = model_peer(e->model, &t->peer);
	struct contact *k = contact_find(e, &t->peer);

	if (p == NULL || k == NULL || !is_welcome(e, k))
		return false;
	make_room(e, now, NULL, FILE_CONNS_MAX - 1);
	if (e->file_conns >= FILE_CONNS_MAX)
		return false;
	while (t->dial < p->addr_count) {
		struct addr addr = p->addrs[t->dial++];
		struct conn *c = conn_dial_file(e, now, &addr, k, t->id);
		if (c == NULL)
			return false;
		t->conn = c->id;
		return true;
	}
	return false;
}

void
file_conn_failed(
    struct engine *e, struct now now, uint32_t transfer, uint32_t conn)
{
	struct transfer *t = transfer_get(e, transfer);

	if (t == NULL || t->conn != conn)
		return;
	t->conn = 0;
	if (e->model->leaving || !is_wanted(e, t))
		return;
	if (!file_conn_dial(e, now, t))
		earshot_moves_unreached(e, now, t);
}

void
file_conn_drop(struct engine *e, struct now now, struct transfer *t)
{
	struct conn *c = conn_get(e, t->conn);

	t->conn = 0;
	if (c == NULL || c->transfer != t->id)
		return;
	c->transfer = 0;
	conn_drop(e, now, c, 0);
}
