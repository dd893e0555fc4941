/* SPDX-License-Identifier: MIT */
/*
 * What moves a connection on: input that waits, and time that passes. A
 * stranger's messages are taken at a bounded rate; over TCP the rest stays in
 * his socket, over UDP in his queue, since the window we tell him closes.
 */
#include "core/engine_state.h"

#include "base/err.h"
#include "core/file_conns.h"
#include "core/probes.h"
#include "core/trace.h"

#include <errno.h>

static bool
is_throttled(const struct conn *c, struct now now)
{
	const struct contact *k = c->contact;

	return k != NULL && !k->answered &&
	       (c->state == CONN_OPEN || c->state == CONN_LOSING) &&
	       bucket_ready_ms(&k->inbound, now.mono_ms) > now.mono_ms;
}

/* More messages would be more to store while nothing is. */
static bool
is_held_up(const struct engine *e, const struct conn *c)
{
	return commit_is_full(e) &&
	       (c->state == CONN_OPEN || c->state == CONN_LOSING);
}

/* False when c is gone. */
static bool
handle_event(struct engine *e, struct now now, struct conn *c,
    const struct session_event *ev)
{
	uint32_t id = c->id;

	switch (ev->kind) {
	case SESSION_HELLO:
		if (c->state == CONN_DIALING)
			conn_greet(e, c);
		if (session_judge(e, now, c, ev) < 0)
			conn_drop(e, now, c, 0);
		break;
	case SESSION_READY:
		if (c->file)
			file_conn_up(e, now, c);
		else if (c->probe)
			probe_conn_up(e, now, c);
		else
			session_up(e, now, c);
		break;
	case SESSION_MESSAGE:
		if (c->file) {
			file_conn_message(e, now, c, ev->bytes, ev->size);
			break;
		}
		if (c->probe) {
			probe_conn_message(e, now, c, ev->bytes, ev->size);
			break;
		}
		if (!c->contact->answered)
			bucket_take(&c->contact->inbound, now.mono_ms);
		if (!probes_input(e, now, c, ev->bytes, ev->size))
			talk_input(e, now, c, ev->bytes, ev->size);
		break;
	case SESSION_CLOSED:
		conn_end(e, now, c, ev->reason,
		    N_("the other end refused the session"));
		break;
	}
	return conn_get(e, id) != NULL;
}

void
conn_pump(struct engine *e, struct now now, struct conn *c)
{
	struct session_event ev;

	c->pump_again = false;
	for (int i = 0;; i++) {
		if (i == PUMP_MAX || is_throttled(c, now) || is_held_up(e, c)) {
			c->pump_again = true;
			break;
		}
		int got = carrier_next(&c->carrier, now, &ev);
		if (got == 0)
			break;
		if (got < 0) {
			e->model->records_bad++;
			conn_drop(e, now, c, 0);
			return;
		}
		if (!handle_event(e, now, c, &ev))
			return;
		if (conn_is_chat(c) && c->contact != NULL &&
		    c->contact->chat != NULL && chat_is_full(c->contact->chat))
			talk_flush(e, now, c->contact);
	}
	if (conn_is_chat(c) && c->contact != NULL && c->contact->chat != NULL)
		talk_flush(e, now, c->contact);
	conn_flush(e, now, c);
}

void
engine_bytes(
    struct engine *e, struct now now, uint32_t conn, const uint8_t *p, size_t n)
{
	effects_begin(e, now);
	trace_bytes(e, conn, p, n);
	struct conn *c = conn_get(e, conn);
	if (c != NULL && c->state == CONN_STREAM) {
		stream_bytes(e, now, c, p, n);
		return;
	}
	if (c == NULL || c->carrier.session == NULL)
		return;
	if (session_input(c->carrier.session, now, p, n) < 0) {
		conn_drop(e, now, c, CLOSE_PROTOCOL);
		return;
	}
	conn_pump(e, now, c);
}

bool
engine_reading(const struct engine *e, uint32_t conn)
{
	const struct conn *c = conn_find(e, conn);

	if (c != NULL && c->state == CONN_STREAM)
		return !c->held;
	/* One that is gone holds up nobody, and nothing comes to say that it
	 * wants bytes again. */
	return c == NULL || c->carrier.session == NULL ||
	       !(c->pump_again || session_has_input(c->carrier.session) ||
		   is_held_up(e, c));
}

/* When a paused connection may go on. */
static int64_t
pump_deadline(const struct engine *e, const struct conn *c)
{
	if (!c->pump_again || is_held_up(e, c))
		return NEVER_MS;
	if (c->contact == NULL || c->contact->answered)
		return 0;
	return bucket_ready_ms(&c->contact->inbound, c->contact->inbound.at_ms);
}

/* False when c is gone. */
static bool
tick_session(struct engine *e, struct now now, struct conn *c)
{
	int err = carrier_tick(&c->carrier, now);

	conn_flush(e, now, c);
	if (err < 0)
		conn_drop(e, now, c, err == ERR_CLOSED ? CLOSE_IDLE : 0);
	return err == 0;
}

static void
conn_tick(struct engine *e, struct now now, struct conn *c)
{
	bool late = now.mono_ms >= c->deadline_ms;

	if (c->use != CONN_EARSHOT)
		stream_late(e, now, c);
	else if (c->state == CONN_DIALING && late)
		conn_end(e, now, c, 0, conn_why(ETIMEDOUT));
	else if (late)
		conn_drop(e, now, c, 0);
	else if (tick_session(e, now, c) && pump_deadline(e, c) <= now.mono_ms)
		conn_pump(e, now, c);
}

static int64_t
conn_deadline(const struct engine *e, const struct conn *c)
{
	int64_t at = earlier_ms(c->deadline_ms, pump_deadline(e, c));

	if (carrier_exists(&c->carrier))
		at = earlier_ms(at, carrier_deadline(&c->carrier));
	return at;
}

void
conns_tick(struct engine *e, struct now now)
{
	for (size_t i = 0; i < e->conn_end; i++) {
		struct conn *c = e->conns[i];
		if (c != NULL && conn_deadline(e, c) <= now.mono_ms)
			conn_tick(e, now, c);
	}
}

int64_t
conns_deadline(const struct engine *e)
{
	int64_t at = NEVER_MS;

	for (size_t i = 0; i < e->conn_end; i++) {
		if (e->conns[i] != NULL)
			at = earlier_ms(at, conn_deadline(e, e->conns[i]));
	}
	return at;
}
