/* SPDX-License-Identifier: MIT */
/*
 * /connect: reach somebody whom broadcast does not. The identity is not known
 * before the handshake tells it; from then on the address is a hint like any
 * other, remembered with the contact.
 */
#include "core/engine_state.h"

#include "base/err.h"
#include "base/mem.h"
#include "core/ipmsg_line.h"
#include "core/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const self_text = N_("that is this earshot itself");

static struct connect *
connect_new(struct engine *e, size_t from, size_t end)
{
	for (size_t i = from; i < end; i++) {
		if (!e->connects[i].used)
			return &e->connects[i];
	}
	return NULL;
}

static void
connect_free(struct connect *n)
{
	free(n->host);
	*n = (struct connect){ .used = false };
}

void
connects_free(struct engine *e)
{
	for (size_t i = 0; i < CONNECTS_ALL; i++)
		connect_free(&e->connects[i]);
}

static bool
is_at(const struct peer *p, const struct addr *addr)
{
	for (unsigned i = 0; i < p->addr_count; i++)
		if (addr_equal(&p->addrs[i], addr))
			return true;
	return false;
}

/* Who is known to be at an address, and may be reached over UDP there. */
static const struct peer *
udp_peer_at(struct engine *e, const struct addr *addr)
{
	for (size_t i = 0; i < e->model->peer_count; i++) {
		const struct peer *p = e->model->peers[i];
		if (p->udp_port == 0 || !is_at(p, addr))
			continue;
		const struct contact *k = contact_find(e, &p->fp);
		if (k == NULL || k->pin.transport != TRANSPORT_TCP)
			return p;
	}
	return NULL;
}

static struct conn *
dial_udp(struct engine *e, struct now now, struct connect *n)
{
	while (n->next_udp < n->count) {
		struct addr addr = n->addrs[n->next_udp++];
		const struct peer *p = udp_peer_at(e, &addr);
		if (p == NULL)
			continue;
		addr.port = n->udp_port = p->udp_port;
		return conn_dial(e, now, &addr, CARRIER_UDP, NULL);
	}
	return NULL;
}

/* Dials the next address, over UDP when TCP got through to none; false when
 * there is none. */
static bool
dial_one(struct engine *e, struct now now, struct connect *n)
{
	struct conn *c =
	    n->next < n->count
		? conn_dial(e, now, &n->addrs[n->next++], CARRIER_TCP, NULL)
		: dial_udp(e, now, n);

	if (c == NULL)
		return false;
	c->connect = n;
	return true;
}

static void
give_up(struct engine *e, struct now now, struct connect *n, const char *why)
{
	if (n->tcp_why != NULL && n->udp_port != 0)
		why = n->tcp_why;
	if (n->listed != 0) {
		uint32_t id = n->listed;
		connect_free(n);
		/* One list for all machines has ours, too. */
		if (why == self_text)
			hosts_met(e, now, id, &e->identity->fp);
		else
			hosts_failed(e, now, id, say(e->model->lang, why));
		return;
	}
	/* Without an address nobody was asked; and we know whether we run. */
	const struct lang *l = e->model->lang;
	const char *advice =
	    n->count == 0
		? say(l, ". Is the name right? An address does as well")
	    : why == self_text
		? ""
		: say(l, ". Is earshot running there? Another port: "
			 "/connect HOST:PORT");
	if (n->udp_port != 0)
		engine_error(e, now, n->conv,
		    "could not reach %s, port %u: %s; no answer over UDP, port %u, either%s",
		    n->host, n->port, say(l, why), n->udp_port, advice);
	else
		engine_error(e, now, n->conv,
		    "could not reach %s, port %u: %s%s", n->host, n->port,
		    say(l, why), advice);
	connect_free(n);
}

void
connect_failed(
    struct engine *e, struct now now, struct conn *c, const char *why)
{
	struct connect *n = c->connect;

	c->connect = NULL;
	if (c->carrier.transport == CARRIER_TCP)
		n->tcp_why = why;
	if (e->model->leaving)
		connect_free(n);
	else if (!dial_one(e, now, n))
		give_up(e, now, n, why);
}

void
connect_is_self(struct engine *e, struct now now, struct conn *c)
{
	connect_failed(e, now, c, self_text);
}

void
connect_done(struct engine *e, struct now now, struct conn *c)
{
	struct connect *n = c->connect;
	struct peer *p = model_peer_edit(e->model, &c->fp);
	char label[PEER_LABEL_SIZE], addr[ADDR_TEXT_MAX];

	c->connect = NULL;
	p->by_hand = true;
	model_touch(e->model);
	peer_label(p, true, label);
	addr_text(&c->addr, addr);
	if (n->listed != 0)
		hosts_met(e, now, n->listed, &c->fp);
	else if (c->carrier.transport == CARRIER_UDP)
		engine_info(e, now, n->conv,
		    "connected: %s at %s over UDP. /query %s", label, addr,
		    p->name);
	else
		engine_info(e, now, n->conv, "connected: %s at %s. /query %s",
		    label, addr, p->name);
	connect_free(n);
}

static int
parse_target(struct connect *n, const char *text)
{
	unsigned count;
	int err = host_parse(text, &n->host, &n->port, &n->addrs[0], &count);

	if (err == 0)
		n->count = count;
	return err;
}

/* Dials, or has the name looked up. */
static void
begin(struct engine *e, struct now now, struct connect *n)
{
	n->used = true;
	n->token = ++e->next_token;
	if (n->count > 0 && !dial_one(e, now, n))
		give_up(e, now, n, N_("too many connections"));
	else if (n->count == 0)
		effect_add(e, (struct effect){ .kind = EFFECT_RESOLVE,
				  .token = n->token,
				  .text = n->host,
				  .port = n->port });
}

bool
connect_host(struct engine *e, struct now now, const struct host *h)
{
	struct connect *n = connect_new(e, CONNECTS_MAX, CONNECTS_ALL);

	if (n == NULL)
		return false;
	*n = (struct connect){ .listed = h->id };
	if (parse_target(n, h->text) < 0)
		return false;
	begin(e, now, n);
	return true;
}

void
connect_start(struct engine *e, struct now now, const struct command *cmd)
{
	if (plain_connect(e, now, cmd) || ipmsg_line_connect(e, now, cmd))
		return;
	struct connect *n = connect_new(e, 0, CONNECTS_MAX);
	if (n == NULL) {
		engine_error(e, now, cmd->conv,
		    "%d /connect are under way already; wait for one to end",
		    CONNECTS_MAX);
		return;
	}
	*n = (struct connect){ .conv = cmd->conv };
	if (parse_target(n, cmd->text) < 0) {
		engine_error(e, now, cmd->conv,
		    "no such address: %s. Write /connect 192.168.1.23, "
		    "/connect HOST:PORT or /connect [fe80::1%%2]:41827",
		    cmd->text);
		return;
	}
	engine_info(
	    e, now, cmd->conv, "connecting to %s, port %u", n->host, n->port);
	begin(e, now, n);
}

void
engine_resolved(struct engine *e, struct now now, uint32_t token,
    const struct addr *addrs, size_t count, const char *error)
{
	effects_begin(e, now);
	if (plain_resolved(e, now, token, addrs, count, error))
		return;
	for (size_t i = 0; i < CONNECTS_ALL; i++) {
		struct connect *n = &e->connects[i];
		if (!n->used || n->token != token || n->count > 0)
			continue;
		n->count = count < PEER_ADDRS_MAX ? count : PEER_ADDRS_MAX;
		if (n->count > 0)
			memcpy(n->addrs, addrs, n->count * sizeof(*addrs));
		if (!dial_one(e, now, n))
			give_up(e, now, n,
			    error != NULL ? error : N_("it has no address"));
		return;
	}
}
