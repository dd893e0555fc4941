/* SPDX-License-Identifier: MIT */
/*
 * Connections by number. A number holds its place in the table in the low bits
 * and a generation above, so that a late event of a closed connection finds
 * nothing. The id of a datagram session holds the place, too, below bits that
 * nobody can guess: what does not come from the other end is dropped before
 * any cryptography.
 */
#include "core/engine_state.h"

#include "base/err.h"
#include "base/mem.h"
#include "core/file_conns.h"
#include "core/ipmsg_transfer.h"
#include "core/paths.h"
#include "core/trace.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SLOT_BITS = 10, SLOT_MASK = (1 << SLOT_BITS) - 1 };
_Static_assert(CONNS_MAX <= SLOT_MASK + 1, "a slot fits its bits");

static struct conn *
in_slot(const struct engine *e, uint32_t slot)
{
	return slot < CONNS_MAX ? e->conns[slot] : NULL;
}

const struct conn *
conn_find(const struct engine *e, uint32_t id)
{
	const struct conn *c = in_slot(e, id & SLOT_MASK);

	return c != NULL && c->id == id ? c : NULL;
}

struct conn *
conn_get(struct engine *e, uint32_t id)
{
	struct conn *c = in_slot(e, id & SLOT_MASK);

	return c != NULL && c->id == id ? c : NULL;
}

struct conn *
conn_of_dgram(struct engine *e, uint32_t dgram_id)
{
	struct conn *c = in_slot(e, dgram_id & SLOT_MASK);

	return c != NULL && dgram_id != 0 && c->dgram_id == dgram_id ? c : NULL;
}

static uint32_t
new_dgram_id(const struct engine *e, uint32_t slot)
{
	uint32_t random;

	do
		random = rng_u32(&e->rng) << SLOT_BITS;
	while (random == 0);
	return random | slot;
}

/* NULL when all are taken. */
static struct conn *
conn_place(struct engine *e, const struct addr *addr)
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
	c->state = CONN_DIALING;
	c->deadline_ms = NEVER_MS;
	e->conns[slot] = c;
	if (e->conn_end <= slot)
		e->conn_end = slot + 1;
	return c;
}

struct conn *
conn_new(struct engine *e, const struct addr *addr, enum transport transport)
{
	bool udp = transport == CARRIER_UDP;
	struct conn *c =
	    udp || e->streams < STREAMS_MAX ? conn_place(e, addr) : NULL;

	if (c == NULL)
		return NULL;
	c->carrier.transport = transport;
	if (udp)
		c->dgram_id = new_dgram_id(e, c->id & SLOT_MASK);
	else
		e->streams++;
	return c;
}

struct conn *
conn_new_stream(struct engine *e, const struct addr *addr, enum conn_use use)
{
	bool plain = use == CONN_PLAIN;
	unsigned *count = plain ? &e->plain_conns : &e->ipmsg_conns;
	unsigned max = plain ? PLAIN_CONNS_MAX : IPMSG_CONNS_MAX;

	struct conn *c = *count < max ? conn_place(e, addr) : NULL;
	if (c == NULL)
		return NULL;
	c->use = use;
	c->carrier.transport = CARRIER_TCP;
	++*count;
	return c;
}

void
conn_greet(struct engine *e, struct conn *c)
{
	c->state = CONN_HANDSHAKE;
	c->deadline_ms = NEVER_MS;
	if (c->carrier.transport == CARRIER_TCP)
		e->half_open++;
}

void
conn_greeted(struct engine *e, struct conn *c)
{
	if (c->carrier.transport == CARRIER_TCP)
		e->half_open--;
	else if (c->accepted)
		gate_done(e->gate, c->dgram_id);
}

static void
conn_free(struct engine *e, struct conn *c)
{
	if (c->state == CONN_HANDSHAKE)
		conn_greeted(e, c);
	if (c->state == CONN_OPEN)
		e->sessions--;
	if (c->file)
		e->file_conns--;
	if (c->probe && c->accepted)
		e->probe_conns--;
	if (c->use == CONN_PLAIN)
		e->plain_conns--;
	else if (c->use == CONN_IPMSG_FILE)
		e->ipmsg_conns--;
	else if (c->carrier.transport == CARRIER_TCP)
		e->streams--;
	e->conns[c->id & SLOT_MASK] = NULL;
	while (e->conn_end > 0 && e->conns[e->conn_end - 1] == NULL)
		e->conn_end--;
	ipmsg_transfer_detach(c);
	carrier_free(&c->carrier);
	free(c);
}

void
conn_free_stream(struct engine *e, struct conn *c)
{
	assert(c->use != CONN_EARSHOT);
	conn_free(e, c);
}

void
conns_free(struct engine *e)
{
	for (size_t i = 0; i < CONNS_MAX; i++) {
		if (e->conns[i] != NULL)
			conn_free(e, e->conns[i]);
	}
}

static struct hello
own_hello(const struct engine *e, struct now now, const struct conn *c)
{
	struct hello h = {
		.epoch = e->epoch,
		.version_min = MESSAGE_VERSION,
		.version_max = MESSAGE_VERSION,
		.capabilities = wish_encode(c),
		.name = untrusted_of(e->model->name, strlen(e->model->name)),
		.tcp_port = e->model->tcp_port,
		.udp_port = e->model->udp_port,
		.wall_ms = now.wall_ms,
	};

	memcpy(h.ed_public, e->identity->ed_public, ED_PUBLIC_SIZE);
	memcpy(h.instance, e->instance, INSTANCE_SIZE);
	return h;
}

void
conn_start(
    struct engine *e, struct now now, struct conn *c, enum noise_role role)
{
	struct hello hello = own_hello(e, now, c);

	if (c->carrier.transport == CARRIER_TCP) {
		struct session_cfg cfg = {
			.identity = e->identity,
			.rng = e->rng,
			.role = role,
			.purpose = c->file    ? SESSION_FILE
				   : c->probe ? SESSION_PROBE
					      : SESSION_CHAT,
			.hello = hello,
		};
		c->carrier.session = session_new(&cfg, now);
	} else {
		struct dgram_cfg cfg = {
			.identity = e->identity,
			.rng = e->rng,
			.role = role,
			.hello = hello,
			.id = c->dgram_id,
			.peer = c->addr,
		};
		c->carrier.dgram = dgram_new(&cfg, now);
	}
}

struct conn *
conn_dial(struct engine *e, struct now now, const struct addr *addr,
    enum transport transport, struct contact *k)
{
	struct conn *c = conn_new(e, addr, transport);

	if (c == NULL)
		return NULL;
	c->deadline_ms = now.mono_ms + DIAL_ATTEMPT_MS;
	if (k != NULL) {
		c->expects = true;
		c->fp = k->fp;
		c->contact = k;
		c->chosen = wish_is_for(k, transport);
		c->wish = k->wish;
	}
	if (transport == CARRIER_TCP) {
		effect_add(
		    e, (struct effect){
			   .kind = EFFECT_DIAL, .conn = c->id, .addr = *addr });
		return c;
	}
	conn_start(e, now, c, NOISE_INITIATOR);
	conn_flush(e, now, c);
	return c;
}

void
conn_set_file(struct engine *e, struct conn *c)
{
	c->file = true;
	e->file_conns++;
}

struct conn *
conn_dial_file(struct engine *e, struct now now, const struct addr *addr,
    struct contact *k, uint32_t transfer)
{
	struct conn *c = conn_new(e, addr, CARRIER_TCP);

	if (c == NULL)
		return NULL;
	conn_set_file(e, c);
	c->transfer = transfer;
	c->deadline_ms = now.mono_ms + DIAL_ATTEMPT_MS;
	c->expects = true;
	c->fp = k->fp;
	c->contact = k;
	effect_add(e, (struct effect){
			  .kind = EFFECT_DIAL, .conn = c->id, .addr = *addr });
	return c;
}

struct conn *
conn_dial_probe(struct engine *e, struct now now, const struct addr *addr,
    const struct fp *fp, uint32_t path)
{
	struct conn *c = conn_new(e, addr, CARRIER_TCP);

	if (c == NULL)
		return NULL;
	c->probe = true;
	c->path = path;
	c->deadline_ms = now.mono_ms + DIAL_ATTEMPT_MS;
	c->expects = fp != NULL;
	if (fp != NULL)
		c->fp = *fp;
	effect_add(e, (struct effect){
			  .kind = EFFECT_DIAL, .conn = c->id, .addr = *addr });
	return c;
}

bool
conn_is_chat(const struct conn *c)
{
	return !c->file && !c->probe;
}

void
engine_opened(struct engine *e, struct now now, uint32_t conn)
{
	effects_begin(e, now);
	trace_conn(e, RECORD_OPENED, conn, 0);
	struct conn *c = conn_get(e, conn);
	if (c == NULL || c->state != CONN_DIALING ||
	    c->carrier.transport != CARRIER_TCP)
		return;
	if (c->use != CONN_EARSHOT) {
		stream_opened(e, now, c);
		return;
	}
	if (c->path != 0)
		path_opened(e, now, c);
	if (c->expects && conn_is_chat(c)) {
		c->attempt.open = true;
		dial_opened(&c->contact->dial);
	}
	conn_start(e, now, c, NOISE_INITIATOR);
	conn_greet(e, c);
	conn_flush(e, now, c);
}

static void
flush_stream(struct engine *e, struct conn *c)
{
	size_t n;
	const uint8_t *p = session_output(c->carrier.session, &n);

	if (n == 0)
		return;
	effect_add(
	    e, (struct effect){
		   .kind = EFFECT_SEND, .conn = c->id, .bytes = p, .size = n });
	session_consume(c->carrier.session, n);
}

void
conn_flush(struct engine *e, struct now now, struct conn *c)
{
	struct dgram_packet packet;

	if (c->carrier.transport == CARRIER_TCP) {
		flush_stream(e, c);
		return;
	}
	while (dgram_output(c->carrier.dgram, now, &packet))
		effect_add(e, (struct effect){ .kind = EFFECT_DATAGRAM,
				  .addr = packet.to,
				  .bytes = packet.bytes,
				  .size = packet.size });
}

/* The connection is gone on both sides of the boundary. */
static void
forget(struct engine *e, struct now now, struct conn *c, uint8_t reason,
    const char *why)
{
	struct contact *k = c->contact;
	enum conn_state state = c->state;
	uint32_t id = c->id, transfer = c->transfer, path = c->path;

	if (state == CONN_HANDSHAKE)
		e->model->sessions_failed++;
	if (state == CONN_OPEN)
		session_down(e, now, c, reason);
	if (k != NULL && c->expects && conn_is_chat(c) &&
	    (state == CONN_DIALING || state == CONN_HANDSHAKE))
		dial_ended(&k->dial, now, &c->attempt);
	if (c->connect != NULL)
		connect_failed(e, now, c, why);
	int sys_errno = c->sys_errno;
	conn_free(e, c);
	if (transfer != 0)
		file_conn_failed(e, now, transfer, id);
	if (path != 0)
		path_conn_gone(e, now, path, sys_errno);
	if (k != NULL)
		contact_release(e, k);
}

void
conn_hand_over(struct engine *e, struct conn *c)
{
	conn_free(e, c);
}

void
conn_end(struct engine *e, struct now now, struct conn *c, uint8_t reason,
    const char *why)
{
	if (c->carrier.transport == CARRIER_TCP)
		effect_add(
		    e, (struct effect){ .kind = EFFECT_CLOSE, .conn = c->id });
	forget(e, now, c, reason, why);
}

void
conn_drop(struct engine *e, struct now now, struct conn *c, uint8_t reason)
{
	if (carrier_exists(&c->carrier)) {
		/* A stream that ends is its own message. */
		bool lost = reason == 0 && c->carrier.transport == CARRIER_UDP;
		if (reason != 0 || lost)
			carrier_close(
			    &c->carrier, now, lost ? CLOSE_LOST : reason);
		conn_flush(e, now, c);
	}
	conn_end(e, now, c, reason, N_("the other end did not speak earshot"));
}

const char *
conn_why(int sys_errno)
{
	static const struct {
		int number;
		const char *text;
	} texts[] = {
		{ ECONNREFUSED,
		    N_("nothing listens there (connection refused)") },
		{ EHOSTUNREACH, N_("no route to that host") },
		{ ENETUNREACH, N_("no route to that network") },
		{ ETIMEDOUT, N_("no answer") },
		{ EACCES, N_("a firewall of this machine forbids it") },
		{ EPERM, N_("a firewall of this machine forbids it") },
		{ 0, N_("the other end closed the connection") },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].number == sys_errno)
			return texts[i].text;
	}
	return N_("the connection broke");
}

void
engine_closed(struct engine *e, struct now now, uint32_t conn, int sys_errno)
{
	effects_begin(e, now);
	trace_conn(e, RECORD_CLOSED, conn, sys_errno);
	struct conn *c = conn_get(e, conn);
	if (c != NULL && c->use != CONN_EARSHOT)
		stream_closed(e, now, c, sys_errno);
	else if (c != NULL && c->carrier.transport == CARRIER_TCP) {
		c->sys_errno = sys_errno;
		forget(e, now, c, 0, conn_why(sys_errno));
	}
}

void
conns_probe(struct engine *e, struct now now)
{
	for (size_t i = 0; i < e->conn_end; i++) {
		struct conn *c = e->conns[i];
		if (c == NULL || c->state != CONN_OPEN)
			continue;
		carrier_probe(&c->carrier, now);
		conn_flush(e, now, c);
	}
}
