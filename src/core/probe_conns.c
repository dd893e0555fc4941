/* SPDX-License-Identifier: MIT */
/*
 * Connections that are for a test of the way, and pings. Both ends have
 * something of the test, so what others may ask for is little: few connections
 * at a time, one of each contact, so long and so much; and of pings, which
 * anybody on the link may send, no byte more than came.
 */
#include "core/probes.h"

#include "base/err.h"
#include "core/paths.h"
#include "wire/ping.h"

/* Ports of others, who would answer the answer. */
enum { PING_PORT_MIN = 1024 };

/* The newer one counts: the other end knows of the older one's end. */
static void
drop_older(struct engine *e, struct now now, const struct conn *keep)
{
	for (size_t i = 0; i < e->conn_end; i++) {
		struct conn *c = e->conns[i];
		if (c != NULL && c != keep && c->probe && c->accepted &&
		    c->contact == keep->contact)
			conn_drop(e, now, c, 0);
	}
}

static int
judge_guest(struct engine *e, struct now now, struct conn *c,
    const struct session_event *ev)
{
	struct contact *k = contact_find(e, &ev->fp);

	if (!probes_may_ask(e, k)) {
		e->model->asks_refused++;
		return ERR_PERMISSION;
	}
	c->contact = k;
	c->fp = ev->fp;
	drop_older(e, now, c);
	if (e->probe_conns <= PROBE_CONNS_MAX)
		return 0;
	e->model->asks_refused++;
	return ERR_LIMIT;
}

int
probe_conn_judge(struct engine *e, struct now now, struct conn *c,
    const struct session_event *ev)
{
	int err = 0;

	if (c->accepted) {
		err = judge_guest(e, now, c, ev);
	} else {
		struct contact *k = contact_find(e, &ev->fp);
		/* Who is no contact does not learn who tried. */
		if (!probes_may_ask(e, k))
			return ERR_PERMISSION;
		c->contact = k;
		c->fp = ev->fp;
	}
	if (err < 0)
		return err;
	c->deadline_ms = now.mono_ms + PROBE_LIFE_MS;
	return carrier_accept(&c->carrier, now);
}

void
probe_conn_up(struct engine *e, struct now now, struct conn *c)
{
	conn_greeted(e, c);
	c->state = CONN_PROBE;
	c->deadline_ms = now.mono_ms + PROBE_LIFE_MS;
	if (c->path != 0)
		path_ready(e, now, c);
}

void
probe_conn_message(struct engine *e, struct now now, struct conn *c,
    const uint8_t *p, size_t n)
{
	if (c->probe_bytes > PROBE_BYTES_MAX ||
	    !probes_input(e, now, c, p, n)) {
		e->model->asks_refused++;
		conn_drop(e, now, c, CLOSE_PROTOCOL);
	}
}

void
ping_arrived(struct engine *e, struct now now, const struct arrived *a)
{
	struct ping k;

	if (ping_decode(a->bytes, a->size, &k) < 0 || !a->on_link)
		return;
	if (k.type == PING_ANSWER) {
		path_ping_back(e, now, k.nonce);
		return;
	}
	/* One to everybody would bring all their answers to whoever it says. */
	if (a->to_all || e->quiet || e->model->leaving ||
	    a->from.port < PING_PORT_MIN ||
	    a->from.port == e->model->discovery_port ||
	    !bucket_take(&e->pings, now.mono_ms))
		return;
	uint8_t out[PING_SIZE_MAX];
	k.type = PING_ANSWER;
	ping_encode(&k, out);
	effect_add(e, (struct effect){ .kind = EFFECT_DATAGRAM,
			  .addr = a->from,
			  .bytes = out,
			  .size = k.size });
}
