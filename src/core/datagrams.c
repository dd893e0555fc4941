/* SPDX-License-Identifier: MIT */
/*
 * Datagrams of sessions: to the session whose id they carry, or, from somebody
 * who has none yet, past the gate. Anybody can send anything here; what belongs
 * to no session costs a look at its header.
 */
#include "core/engine_state.h"

#include "base/err.h"

/* A datagram that proved itself came from elsewhere: the peer moved. */
static void
follow(struct engine *e, struct conn *c)
{
	const struct addr *at = dgram_peer(c->carrier.dgram);

	if (addr_equal(at, &c->addr))
		return;
	c->addr = *at;
	if (c->contact == NULL || c->contact->conn != c->id)
		return;
	struct peer *p = model_peer_edit(e->model, &c->fp);
	struct addr listens = *at;
	listens.port = c->tcp_port;
	if (listens.port != 0)
		peer_hint_addr(e->model, p, &listens);
	p->link_addr = *at;
	model_touch(e->model);
	effect_peer(e, &c->fp);
}

static void
give(struct engine *e, struct now now, struct conn *c, const struct addr *from,
    const uint8_t *p, size_t n)
{
	if (dgram_input(c->carrier.dgram, now, from, p, n) < 0) {
		e->model->records_bad++;
		conn_drop(e, now, c, CLOSE_PROTOCOL);
		return;
	}
	follow(e, c);
	conn_pump(e, now, c);
}

static void
send_retry(struct engine *e, const struct addr *to, const uint8_t *p, size_t n)
{
	effect_add(e,
	    (struct effect){
		.kind = EFFECT_DATAGRAM, .addr = *to, .bytes = p, .size = n });
}

/* The one a HELLO belongs to; NULL when it is turned away. */
static struct conn *
admit(struct engine *e, struct now now, const struct addr *from,
    const struct packet *hello)
{
	uint8_t retry[PACKET_MAX];
	size_t n;

	if (e->sessions >= SESSIONS_MAX)
		return NULL;
	switch (gate_judge(e->gate, now, from, hello, retry, &n)) {
	case GATE_DROP:
		return NULL;
	case GATE_RETRY:
		send_retry(e, from, retry, n);
		return NULL;
	case GATE_PASS:
		break;
	}
	struct conn *c = conn_new(e, from, CARRIER_UDP);
	if (c == NULL)
		return NULL;
	c->accepted = true;
	gate_pass(e->gate, now, from, hello->sender, c->dgram_id);
	conn_start(e, now, c, NOISE_RESPONDER);
	conn_greet(e, c);
	return c;
}

static struct conn *
conn_for(struct engine *e, struct now now, const struct addr *from,
    const struct packet *packet)
{
	if (packet->kind != PACKET_HELLO)
		return conn_of_dgram(e, packet->receiver);
	/* The same again, since our answer was lost. */
	struct conn *c =
	    conn_of_dgram(e, gate_find(e->gate, from, packet->sender));
	if (c != NULL || e->model->leaving)
		return c;
	c = admit(e, now, from, packet);
	if (c == NULL)
		e->model->sessions_refused++;
	return c;
}

void
datagram_input(struct engine *e, struct now now, const struct addr *from,
    const uint8_t *p, size_t n)
{
	struct packet packet;

	if (packet_decode(p, n, &packet) < 0) {
		e->model->records_bad++;
		return;
	}
	struct conn *c = conn_for(e, now, from, &packet);
	if (c != NULL)
		give(e, now, c, from, p, n);
}
