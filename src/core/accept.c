/* SPDX-License-Identifier: MIT */
/*
 * Who may connect to us: the limits that keep strangers from using up what
 * connections cost.
 */
#include "core/trace.h"

#include "base/err.h"

/* Over UDP proto/gate.h counts. */
static bool
is_half_open(const struct conn *c)
{
	return c->state == CONN_HANDSHAKE &&
	       c->carrier.transport == CARRIER_TCP;
}

static unsigned
half_open_of_host(const struct engine *e, const struct addr *host)
{
	unsigned count = 0;

	for (size_t i = 0; i < CONNS_MAX; i++) {
		const struct conn *c = e->conns[i];
		if (c != NULL && is_half_open(c) &&
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
		if (c == NULL || !is_half_open(c) || !c->accepted)
			continue;
		if (oldest == NULL || carrier_deadline(&c->carrier) <
					  carrier_deadline(&oldest->carrier))
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
	effects_begin(e, now);
	struct conn *c = may_accept(e, now, from) && make_room(e, now)
			     ? conn_new(e, from, CARRIER_TCP)
			     : NULL;
	trace_accepted(e, c == NULL ? 0 : c->id, 0, from);
	if (c == NULL) {
		e->model->sessions_refused++;
		return 0;
	}
	c->accepted = true;
	conn_start(e, now, c, NOISE_RESPONDER);
	conn_greet(e, c);
	return c->id;
}
