/* SPDX-License-Identifier: MIT */
#include "core/path_steps.h"

#include "base/mem.h"
#include "wire/ping.h"

#include <stdlib.h>

enum {
	PING_AGAIN_MS = 350, /* another try */
	PING_MS = 1200,
	TCP_MS = 2500,
};

void
path_begin(
    struct path_test *t, struct now now, enum path_step which, int64_t ms)
{
	t->path.steps[which].state = PATH_RUNS;
	t->began_ms[which] = now.mono_ms;
	t->due_ms[which] = now.mono_ms + ms;
	t->changed = true;
}

static void
end(struct path_test *t, enum path_step which, struct path_outcome o)
{
	if (t->path.steps[which].state >= PATH_OK)
		return;
	t->path.steps[which] = o;
	t->changed = true;
}

void
path_succeed(struct path_test *t, struct now now, enum path_step which)
{
	end(t, which,
	    (struct path_outcome){
		.state = PATH_OK, .ms = now.mono_ms - t->began_ms[which] });
}

void
path_fail(struct path_test *t, struct now now, enum path_step which,
    enum path_why why, int sys_errno)
{
	end(t, which,
	    (struct path_outcome){ .state = PATH_FAILED,
		.why = why,
		.sys_errno = why == PATH_WHY_SYSTEM ? sys_errno : 0,
		.ms = now.mono_ms - t->began_ms[which] });
}

void
path_skip(struct path_test *t, enum path_step which, enum path_why why)
{
	end(t, which,
	    (struct path_outcome){ .state = PATH_SKIPPED, .why = why });
}

/* Where the peer listens: on the host of its session, else where it was
 * last. */
static void
find_addr(const struct engine *e, struct path *path)
{
	const struct peer *p = model_peer(e->model, &path->peer);

	if (p == NULL)
		return;
	path->udp_port = p->udp_port;
	if (path->addr.family != ADDR_NONE || p->addr_count == 0)
		return;
	path->addr = p->addrs[0];
	for (unsigned i = 0; i < p->addr_count; i++)
		if (p->link == PEER_LINK_UP &&
		    addr_same_host(&p->addrs[i], &p->link_addr))
			path->addr = p->addrs[i];
}

/* Why nothing can be tried, or PATH_WHY_NONE. */
static enum path_why
why_not(const struct engine *e, const struct path_test *t)
{
	const struct peer *p =
	    t->path.has_peer ? model_peer(e->model, &t->path.peer) : NULL;

	if (p != NULL && p->is_self)
		return PATH_WHY_SELF;
	if (p != NULL && peer_is_legacy(p))
		return PATH_WHY_LEGACY;
	return t->path.addr.family == ADDR_NONE ? PATH_WHY_ADDRESS
						: PATH_WHY_NONE;
}

static void
send_ping(struct engine *e, const struct path_test *t, enum path_step which)
{
	struct ping k = {
		.type = PING_ASK,
		.nonce = t->nonces[which],
		.size = which == PATH_PING_LARGE ? PATH_LARGE_SIZE
						 : PATH_SMALL_SIZE,
	};
	struct addr to = t->path.addr;
	uint8_t out[PING_SIZE_MAX];

	bool own = which == PATH_PING_OWN ||
		   (which == PATH_PING_LARGE &&
		       t->path.steps[PATH_PING_OWN].state == PATH_OK);
	to.port = own ? t->path.udp_port : e->model->discovery_port;
	ping_encode(&k, out);
	effect_add(e, (struct effect){ .kind = EFFECT_DATAGRAM,
			  .addr = to,
			  .bytes = out,
			  .size = k.size });
}

void
path_ping_begin(
    struct engine *e, struct now now, struct path_test *t, enum path_step which)
{
	path_begin(t, now, which, PING_MS);
	rng_fill(&e->rng, &t->nonces[which], sizeof(t->nonces[which]));
	t->again_ms[which] = now.mono_ms + PING_AGAIN_MS;
	send_ping(e, t, which);
}

static void
start_pings(struct engine *e, struct now now, struct path_test *t)
{
	path_ping_begin(e, now, t, PATH_PING);
	if (t->path.udp_port == 0)
		path_skip(t, PATH_PING_OWN, PATH_WHY_PORT);
	else
		path_ping_begin(e, now, t, PATH_PING_OWN);
}

static void
start_tcp(struct engine *e, struct now now, struct path_test *t)
{
	if (t->path.addr.port == 0)
		t->path.addr.port = DISCOVERY_PORT;
	struct conn *c = conn_dial_probe(e, now, &t->path.addr,
	    t->path.has_peer ? &t->path.peer : NULL, t->path.token);
	if (c == NULL) {
		path_skip(t, PATH_TCP, PATH_WHY_BUSY);
		return;
	}
	t->conn = c->id;
	path_begin(t, now, PATH_TCP, TCP_MS);
}

void
path_start(struct engine *e, struct now now, struct path_test *t)
{
	struct model *m = e->model;
	const struct iface *by = NULL;

	if (t->path.has_peer)
		find_addr(e, &t->path);
	enum path_why why = why_not(e, t);
	if (why != PATH_WHY_NONE) {
		/* A session over datagrams may be up all the same. */
		for (int i = 0; i < PATH_STEPS; i++)
			if (why != PATH_WHY_ADDRESS ||
			    (i != PATH_ECHO && i != PATH_HEARD))
				path_skip(t, (enum path_step)i, why);
		return;
	}
	if (!t->load)
		path_skip(t, PATH_LOAD, PATH_WHY_ASKED);
	enum iface_reach reach =
	    iface_reach(m->ifaces, m->iface_count, &t->path.addr, &by);
	if (reach == IFACE_REACH_HERE || addr_is_loopback(&t->path.addr))
		path_skip(t, PATH_NEIGHBOUR, PATH_WHY_HERE);
	if (reach == IFACE_REACH_ROUTED && !addr_is_loopback(&t->path.addr)) {
		/* What comes from elsewhere is not answered there. */
		path_skip(t, PATH_NEIGHBOUR, PATH_WHY_ROUTED);
		path_skip(t, PATH_PING, PATH_WHY_ROUTED);
		path_skip(t, PATH_PING_OWN, PATH_WHY_ROUTED);
	} else {
		start_pings(e, now, t);
	}
	start_tcp(e, now, t);
}

void
path_look(struct engine *e, struct now now, struct path_test *t)
{
	enum { LOOK_MS = 1000 };

	path_begin(t, now, PATH_NEIGHBOUR, LOOK_MS);
	effect_add(e, (struct effect){ .kind = EFFECT_LOOKUP,
			  .token = t->path.token,
			  .addr = t->path.addr,
			  .on = true });
}

void
path_load_more(struct engine *e, struct now now, struct path_test *t)
{
	struct conn *c = conn_get(e, t->conn);
	struct msg m = { .type = MSG_ECHO };
	size_t n;

	if (c == NULL)
		return;
	uint8_t *out = xmalloc(MSG_MAX);
	while (
	    t->load_sent < PATH_LOAD_BYTES &&
	    t->load_sent - t->path.load_bytes + ECHO_LOAD_MAX <= PROBE_WINDOW) {
		uint64_t left = PATH_LOAD_BYTES - t->load_sent;
		m.echo = (struct msg_echo){
			.nonce = ++t->load_nonce,
			.load_size =
			    left < ECHO_LOAD_MAX ? (size_t)left : ECHO_LOAD_MAX,
		};
		if (msg_encode(&m, out, MSG_MAX, &n) < 0 ||
		    carrier_send(&c->carrier, now, out, n) < 0)
			break;
		t->load_sent += m.echo.load_size;
	}
	free(out);
	conn_flush(e, now, c);
}

void
path_load_back(
    struct engine *e, struct now now, struct path_test *t, uint64_t size)
{
	/* More than was sent, or less than before, is no count of ours. */
	if (t->path.steps[PATH_LOAD].state != PATH_RUNS ||
	    size > t->load_sent || size < t->path.load_bytes)
		return;
	t->path.load_bytes = size;
	t->path.load_ms = now.mono_ms - t->began_ms[PATH_LOAD];
	if (size >= PATH_LOAD_BYTES)
		path_succeed(t, now, PATH_LOAD);
	else
		path_load_more(e, now, t);
}

static void
step_late(
    struct engine *e, struct now now, struct path_test *t, enum path_step which)
{
	/* What came through in its time tells how fast it is. */
	if (which == PATH_LOAD && t->path.load_bytes > 0)
		path_succeed(t, now, which);
	else
		path_fail(t, now, which, PATH_WHY_TIMEOUT, 0);
	if (which == PATH_TCP || which == PATH_HANDSHAKE)
		path_hang_up(e, now, t);
}

void
path_late(struct engine *e, struct now now, struct path_test *t)
{
	for (int i = 0; i < PATH_STEPS; i++) {
		enum path_step which = (enum path_step)i;
		if (t->path.steps[i].state != PATH_RUNS)
			continue;
		if (t->due_ms[i] <= now.mono_ms) {
			step_late(e, now, t, which);
			continue;
		}
		if (which < PATH_PING || which > PATH_PING_LARGE ||
		    t->again_ms[i] > now.mono_ms)
			continue;
		t->again_ms[i] = now.mono_ms + PING_AGAIN_MS;
		send_ping(e, t, which);
	}
}

void
path_hang_up(struct engine *e, struct now now, struct path_test *t)
{
	struct conn *c = conn_get(e, t->conn);

	t->conn = 0;
	t->ready = false;
	if (c == NULL)
		return;
	c->path = 0;
	conn_drop(e, now, c, c->state == CONN_PROBE ? CLOSE_IDLE : 0);
}
