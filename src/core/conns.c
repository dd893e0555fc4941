/* SPDX-License-Identifier: MIT */
/*
 * Connections by number, and the limits that keep strangers from using them
 * up. A number holds its place in the table in the low bits and a generation
 * above, so that a late event of a closed connection finds nothing.
 */
#include "core/engine_state.h"

#include "base/err.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SLOT_BITS = 9, SLOT_MASK = (1 << SLOT_BITS) - 1 };
_Static_assert(CONNS_MAX <= SLOT_MASK + 1, "a slot fits its bits");

struct conn *
conn_get(struct engine *e, uint32_t id)
{
	uint32_t slot = id & SLOT_MASK;

	if (id == 0 || slot >= CONNS_MAX)
		return NULL;
	struct conn *c = e->conns[slot];
	return c != NULL && c->id == id ? c : NULL;
}

static struct conn *
conn_new(struct engine *e, const struct addr *addr, enum conn_state state)
{
	uint32_t slot = 0;

	while (slot < CONNS_MAX && e->conns[slot] != NULL)
		slot++;
	if (slot == CONNS_MAX)
		return NULL;
	struct conn *c = xcalloc(1, sizeof(*c));
	if (++e->conn_generation >> (32 - SLOT_BITS) != 0)
		e->conn_generation = 1;
	c->id = e->conn_generation << SLOT_BITS | slot;
	c->addr = *addr;
	c->state = state;
	c->deadline_ms = NEVER_MS;
	e->conns[slot] = c;
	if (e->conn_end <= slot)
		e->conn_end = slot + 1;
	return c;
}

static void
conn_free(struct engine *e, struct conn *c)
{
	if (c->state == CONN_HANDSHAKE)
		e->half_open--;
	if (c->state == CONN_OPEN)
		e->sessions--;
	e->conns[c->id & SLOT_MASK] = NULL;
	while (e->conn_end > 0 && e->conns[e->conn_end - 1] == NULL)
		e->conn_end--;
	session_free(c->session);
	free(c);
}

void
conns_free(struct engine *e)
{
	for (size_t i = 0; i < CONNS_MAX; i++) {
		if (e->conns[i] != NULL)
			conn_free(e, e->conns[i]);
	}
}

static void
start_session(
    struct engine *e, struct now now, struct conn *c, enum noise_role role)
{
	struct session_cfg cfg = {
		.identity = e->identity,
		.rng = e->rng,
		.role = role,
		.hello = {
			.epoch = e->epoch,
			.version_min = MESSAGE_VERSION,
			.version_max = MESSAGE_VERSION,
			.name = untrusted_of(e->model->name,
			    strlen(e->model->name)),
			.tcp_port = e->model->tcp_port,
			.udp_port = 0,
			.wall_ms = now.wall_ms,
		},
	};

	memcpy(cfg.hello.ed_public, e->identity->ed_public, ED_PUBLIC_SIZE);
	memcpy(cfg.hello.instance, e->instance, INSTANCE_SIZE);
	c->session = session_new(&cfg, now);
	c->state = CONN_HANDSHAKE;
	c->deadline_ms = NEVER_MS;
	e->half_open++;
}

struct conn *
conn_dial(struct engine *e, struct now now, const struct addr *addr)
{
	struct conn *c = conn_new(e, addr, CONN_DIALING);

	if (c == NULL)
		return NULL;
	c->deadline_ms = now.mono_ms + DIAL_ATTEMPT_MS;
	effect_add(e, (struct effect){
			  .kind = EFFECT_DIAL, .conn = c->id, .addr = *addr });
	return c;
}

static unsigned
half_open_of_host(const struct engine *e, const struct addr *host)
{
	unsigned count = 0;

	for (size_t i = 0; i < CONNS_MAX; i++) {
		const struct conn *c = e->conns[i];
		if (c != NULL && c->state == CONN_HANDSHAKE &&
		    addr_same_host(&c->addr, host))
			count++;
	}
	return count;
}

/* The bucket of a host, in place of the one that was used longest ago when it
 * is new. */
static struct bucket *
accept_bucket(struct engine *e, struct now now, const struct addr *host)
{
	struct accept_host *oldest = &e->hosts[0];

	for (size_t i = 0; i < ACCEPT_HOSTS_MAX; i++) {
		struct accept_host *h = &e->hosts[i];
		if (h->host.family != ADDR_NONE &&
		    addr_same_host(&h->host, host)) {
			h->used_ms = now.mono_ms;
			return &h->bucket;
		}
		if (h->host.family == ADDR_NONE ||
		    (oldest->host.family != ADDR_NONE &&
			h->used_ms < oldest->used_ms))
			oldest = h;
	}
	unsigned factor = addr_is_loopback(host) ? ACCEPT_LOOPBACK_FACTOR : 1;
	oldest->host = *host;
	oldest->used_ms = now.mono_ms;
	bucket_init(&oldest->bucket, ACCEPT_PER_S * 1000 * factor,
	    ACCEPT_BURST * factor, now.mono_ms);
	return &oldest->bucket;
}

static bool
may_accept(struct engine *e, struct now now, const struct addr *from)
{
	if (e->model->leaving || e->sessions >= SESSIONS_MAX)
		return false;
	unsigned factor = addr_is_loopback(from) ? ACCEPT_LOOPBACK_FACTOR : 1;
	return half_open_of_host(e, from) < HALF_OPEN_PER_HOST * factor &&
	       bucket_take(accept_bucket(e, now, from), now.mono_ms);
}

/* A handshake takes milliseconds: of many the oldest is the least likely to be
 * an honest one, so a crowd of idle connections keeps nobody out. */
static bool
make_room(struct engine *e, struct now now)
{
	struct conn *oldest = NULL;

	if (e->half_open < HALF_OPEN_MAX)
		return true;
	for (size_t i = 0; i < e->conn_end; i++) {
		struct conn *c = e->conns[i];
		if (c == NULL || c->state != CONN_HANDSHAKE || !c->accepted)
			continue;
		if (oldest == NULL || session_deadline(c->session) <
					  session_deadline(oldest->session))
			oldest = c;
	}
	if (oldest == NULL)
		return false;
	e->model->sessions_refused++;
	conn_drop(e, now, oldest, 0);
	return true;
}

uint32_t
engine_accepted(struct engine *e, struct now now, const struct addr *from)
{
	effects_begin(e);
	struct conn *c = may_accept(e, now, from) && make_room(e, now)
			     ? conn_new(e, from, CONN_DIALING)
			     : NULL;
	if (c == NULL) {
		e->model->sessions_refused++;
		return 0;
	}
	c->accepted = true;
	start_session(e, now, c, NOISE_RESPONDER);
	return c->id;
}

void
engine_opened(struct engine *e, struct now now, uint32_t conn)
{
	effects_begin(e);
	struct conn *c = conn_get(e, conn);
	if (c == NULL || c->state != CONN_DIALING)
		return;
	start_session(e, now, c, NOISE_INITIATOR);
	conn_flush(e, c);
}

void
conn_flush(struct engine *e, struct conn *c)
{
	size_t n;
	const uint8_t *p = session_output(c->session, &n);

	if (n == 0)
		return;
	effect_add(
	    e, (struct effect){
		   .kind = EFFECT_SEND, .conn = c->id, .bytes = p, .size = n });
	session_consume(c->session, n);
}

/* The connection is gone on both sides of the boundary. */
static void
forget(struct engine *e, struct now now, struct conn *c, uint8_t reason,
    const char *why)
{
	struct contact *k = c->contact;
	enum conn_state state = c->state;

	if (state == CONN_HANDSHAKE)
		e->model->sessions_failed++;
	if (state == CONN_OPEN)
		session_down(e, now, c, reason);
	if (k != NULL && c->expects &&
	    (state == CONN_DIALING || state == CONN_HANDSHAKE))
		dial_ended(&k->dial, now);
	if (c->connect != NULL)
		connect_failed(e, now, c, why);
	conn_free(e, c);
	if (k != NULL)
		contact_release(e, k);
}

void
conn_drop(struct engine *e, struct now now, struct conn *c, uint8_t reason)
{
	if (c->session != NULL) {
		if (reason != 0)
			session_close(c->session, now, reason);
		conn_flush(e, c);
	}
	effect_add(e, (struct effect){ .kind = EFFECT_CLOSE, .conn = c->id });
	forget(e, now, c, reason, "the other end did not speak earshot");
}

static const char *
why_text(int sys_errno)
{
	static const struct {
		int number;
		const char *text;
	} texts[] = {
		{ ECONNREFUSED, "nothing listens there (connection refused)" },
		{ EHOSTUNREACH, "no route to that host" },
		{ ENETUNREACH, "no route to that network" },
		{ ETIMEDOUT, "no answer" },
		{ EACCES, "a firewall of this machine forbids it" },
		{ EPERM, "a firewall of this machine forbids it" },
		{ 0, "the other end closed the connection" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].number == sys_errno)
			return texts[i].text;
	}
	return "the connection broke";
}

void
engine_closed(struct engine *e, struct now now, uint32_t conn, int sys_errno)
{
	effects_begin(e);
	struct conn *c = conn_get(e, conn);
	if (c != NULL)
		forget(e, now, c, 0, why_text(sys_errno));
}

/* A stranger's messages come at a bounded rate; the rest waits unread. */
static bool
is_throttled(const struct conn *c, struct now now)
{
	const struct contact *k = c->contact;

	return k != NULL && !k->answered &&
	       (c->state == CONN_OPEN || c->state == CONN_LOSING) &&
	       bucket_ready_ms(&k->inbound, now.mono_ms) > now.mono_ms;
}

/* False when c is gone. */
static bool
handle_event(struct engine *e, struct now now, struct conn *c,
    const struct session_event *ev)
{
	uint32_t id = c->id;

	switch (ev->kind) {
	case SESSION_HELLO:
		if (session_judge(e, now, c, ev) < 0)
			conn_drop(e, now, c, 0);
		break;
	case SESSION_READY:
		session_up(e, now, c);
		break;
	case SESSION_MESSAGE:
		if (!c->contact->answered)
			bucket_take(&c->contact->inbound, now.mono_ms);
		talk_input(e, now, c, ev->bytes, ev->size);
		break;
	case SESSION_CLOSED:
		effect_add(
		    e, (struct effect){ .kind = EFFECT_CLOSE, .conn = c->id });
		forget(
		    e, now, c, ev->reason, "the other end refused the session");
		break;
	}
	return conn_get(e, id) != NULL;
}

/* Handles buffered input; c may be gone afterwards. */
static void
conn_pump(struct engine *e, struct now now, struct conn *c)
{
	struct session_event ev;

	c->pump_again = false;
	for (int i = 0;; i++) {
		if (i == PUMP_MAX || is_throttled(c, now)) {
			c->pump_again = true;
			break;
		}
		int got = session_next(c->session, now, &ev);
		if (got == 0)
			break;
		if (got < 0) {
			e->model->records_bad++;
			conn_drop(e, now, c, 0);
			return;
		}
		if (!handle_event(e, now, c, &ev))
			return;
		if (c->contact != NULL && c->contact->chat != NULL &&
		    chat_is_full(c->contact->chat))
			talk_flush(e, now, c->contact);
	}
	if (c->contact != NULL && c->contact->chat != NULL)
		talk_flush(e, now, c->contact);
	conn_flush(e, c);
}

void
engine_bytes(
    struct engine *e, struct now now, uint32_t conn, const uint8_t *p, size_t n)
{
	effects_begin(e);
	struct conn *c = conn_get(e, conn);
	if (c == NULL || c->session == NULL)
		return;
	if (session_input(c->session, now, p, n) < 0) {
		conn_drop(e, now, c, CLOSE_PROTOCOL);
		return;
	}
	conn_pump(e, now, c);
}

bool
engine_reading(const struct engine *e, uint32_t conn)
{
	uint32_t slot = conn & SLOT_MASK;

	if (slot >= CONNS_MAX || e->conns[slot] == NULL ||
	    e->conns[slot]->id != conn)
		return false;
	const struct conn *c = e->conns[slot];
	return c->session == NULL ||
	       !(c->pump_again || session_has_input(c->session));
}

/* When a paused connection may go on. */
static int64_t
pump_deadline(const struct conn *c)
{
	if (!c->pump_again)
		return NEVER_MS;
	if (c->contact == NULL || c->contact->answered)
		return 0;
	return bucket_ready_ms(&c->contact->inbound, c->contact->inbound.at_ms);
}

static void
conn_tick(struct engine *e, struct now now, struct conn *c)
{
	if (c->state == CONN_DIALING) {
		effect_add(
		    e, (struct effect){ .kind = EFFECT_CLOSE, .conn = c->id });
		forget(e, now, c, 0, why_text(ETIMEDOUT));
		return;
	}
	if (c->state == CONN_LOSING && now.mono_ms >= c->deadline_ms) {
		conn_drop(e, now, c, 0);
		return;
	}
	int err = session_tick(c->session, now);
	conn_flush(e, c);
	if (err == ERR_CLOSED)
		conn_drop(e, now, c, CLOSE_IDLE);
	else if (err < 0)
		conn_drop(e, now, c, 0);
	else if (pump_deadline(c) <= now.mono_ms)
		conn_pump(e, now, c);
}

static int64_t
conn_deadline(const struct conn *c)
{
	int64_t at = earlier_ms(c->deadline_ms, pump_deadline(c));

	if (c->session != NULL)
		at = earlier_ms(at, session_deadline(c->session));
	return at;
}

void
conns_tick(struct engine *e, struct now now)
{
	for (size_t i = 0; i < e->conn_end; i++) {
		struct conn *c = e->conns[i];
		if (c != NULL && conn_deadline(c) <= now.mono_ms)
			conn_tick(e, now, c);
	}
}

int64_t
conns_deadline(const struct engine *e)
{
	int64_t at = NEVER_MS;

	for (size_t i = 0; i < e->conn_end; i++) {
		if (e->conns[i] != NULL)
			at = earlier_ms(at, conn_deadline(e->conns[i]));
	}
	return at;
}
