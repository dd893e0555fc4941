/* SPDX-License-Identifier: MIT */
/*
 * How a contact is reached: which of its addresses, over which transport, and
 * when to try a better transport than the one that carries its session.
 */
#include "core/engine_state.h"

#include "core/legacy.h"

static const char *const names[] = {
	[CARRIER_TCP] = "TCP",
	[CARRIER_UDP] = "UDP",
};

void
dialling_want(struct contact *k, struct now now, int64_t delay_ms)
{
	if (k->pin.trust != TRUST_BLOCKED && !contact_is_legacy(k))
		dial_want(&k->dial, now, delay_ms);
}

bool
dialling_udp_addr(const struct peer *p, unsigned index, struct addr *ret_addr)
{
	for (unsigned i = 0; p->udp_port != 0 && i < p->addr_count; i++) {
		unsigned before = 0;
		/* Several TCP ports of one host are one place here. */
		while (before < i &&
		       !addr_same_host(&p->addrs[before], &p->addrs[i]))
			before++;
		if (before < i || index-- > 0)
			continue;
		*ret_addr = p->addrs[i];
		ret_addr->port = p->udp_port;
		return true;
	}
	return false;
}

/* A port remembered of somebody who is not heard may be that of an earlier
 * run; over TCP he tells the new one. */
static bool
is_udp_doubtful(const struct contact *k, const struct peer *p)
{
	return k->dial.failed_rounds > 0 && p->presence < PRESENCE_AWAY;
}

/* What may be tried for k, by the wish of the user; beside a session, over the
 * other transport alone. */
static struct dial_addrs
addrs_of(const struct engine *e, const struct contact *k)
{
	const struct peer *p = model_peer(e->model, &k->fp);
	const struct conn *c = conn_find(e, k->conn);
	struct dial_addrs a = { .tcp = p->addr_count };
	struct addr addr;

	while (k->pin.transport != TRANSPORT_TCP &&
	       dialling_udp_addr(p, a.udp, &addr))
		a.udp++;
	if (c == NULL && k->pin.transport == TRANSPORT_UDP && a.udp > 0 &&
	    !is_udp_doubtful(k, p))
		a.tcp = 0;
	if (c != NULL && c->carrier.transport == CARRIER_TCP)
		a.tcp = 0;
	if (c != NULL && c->carrier.transport == CARRIER_UDP)
		a.udp = 0;
	return a;
}

/* Whether a session over the other transport would stay, and may be tried. */
static bool
can_switch(const struct engine *e, const struct contact *k)
{
	const struct conn *c = conn_find(e, k->conn);

	if (c == NULL)
		return false;
	struct conn other = { .wish = k->wish };
	other.carrier.transport =
	    c->carrier.transport == CARRIER_TCP ? CARRIER_UDP : CARRIER_TCP;
	other.chosen = wish_is_for(k, other.carrier.transport);
	bool ours = carrier_role(&c->carrier) == NOISE_INITIATOR;
	struct dial_addrs a = addrs_of(e, k);
	return !wish_is_for(k, c->carrier.transport) && a.tcp + a.udp > 0 &&
	       (other.chosen || other.carrier.transport == CARRIER_TCP) &&
	       wish_compare(&other, c, ours) > 0;
}

void
dialling_settle(struct engine *e, struct now now, struct contact *k)
{
	const struct conn *c = conn_find(e, k->conn);
	const struct peer *p = model_peer(e->model, &k->fp);

	k->switch_ms = NEVER_MS;
	if (c == NULL)
		return;
	bool more = can_switch(e, k);
	if (k->switch_asked && !more) {
		k->switch_asked = false;
		engine_info(e, now, p->conv, "%s is reached over %s now",
		    p->name, names[p->transport]);
	}
	if (!more)
		return;
	k->switch_ms = k->pin.transport == TRANSPORT_AUTO
			   ? now.mono_ms + SWITCH_FIRST_MS
			   : now.mono_ms;
	/* What was asked for broke a moment ago. */
	if (k->switch_ms < k->switch_from_ms)
		k->switch_ms = k->switch_from_ms;
}

void
dialling_network(struct engine *e, struct now now)
{
	for (size_t i = 0; i < e->contact_count; i++) {
		struct contact *k = e->contacts[i];
		if (can_switch(e, k))
			k->switch_ms = earlier_ms(
			    k->switch_ms, now.mono_ms + SWITCH_SETTLE_MS);
	}
}

static void
switch_failed(struct engine *e, struct now now, struct contact *k)
{
	const struct peer *p = model_peer(e->model, &k->fp);

	dial_done(&k->dial);
	/* Meanwhile something changed: once more, at once. */
	if (k->switch_ms != NEVER_MS)
		return;
	k->switch_ms = now.mono_ms + SWITCH_AGAIN_MS;
	if (!k->switch_asked)
		return;
	k->switch_asked = false;
	const char *other =
	    names[p->transport == CARRIER_TCP ? CARRIER_UDP : CARRIER_TCP];
	engine_info(e, now, p->conv,
	    "%s does not answer over %s; %s goes on, and %s is tried again "
	    "every 10 minutes",
	    p->name, other, names[p->transport], other);
}

/* Attempts that are not sessions yet. */
static void
drop_attempts(struct engine *e, struct now now, const struct contact *k)
{
	for (size_t i = 0; i < CONNS_MAX; i++) {
		struct conn *c = e->conns[i];
		if (c != NULL && c->expects && conn_is_chat(c) &&
		    c->contact == k &&
		    (c->state == CONN_DIALING || c->state == CONN_HANDSHAKE))
			conn_drop(e, now, c, 0);
	}
}

void
dialling_renew(struct engine *e, struct now now, struct contact *k)
{
	const struct peer *p = model_peer(e->model, &k->fp);
	bool waits = k->dial.wanted && k->conn == 0;

	if (k->wish < UINT16_MAX)
		k->wish++;
	if (k->pin.transport == TRANSPORT_UDP && p->udp_port == 0)
		engine_info(e, now, p->conv,
		    "%s has told no UDP port yet; until then TCP is used",
		    p->name);
	drop_attempts(e, now, k);
	dial_done(&k->dial);
	if (waits)
		dialling_want(k, now, 0);
	k->switch_from_ms = 0;
	k->switch_asked = can_switch(e, k);
	dialling_settle(e, now, k);
	if (k->switch_ms != NEVER_MS)
		k->switch_ms = now.mono_ms;
}

void
dialling_return(
    struct engine *e, struct now now, struct contact *k, int64_t delay_ms)
{
	/* What began while nobody was there may wait for seconds more, for an
	 * answer from ports of an earlier run. */
	if (k->dial.wanted && k->dial.open == 0) {
		drop_attempts(e, now, k);
		dial_done(&k->dial);
	}
	dialling_want(k, now, delay_ms);
}

static void
dial_contact(struct engine *e, struct now now, struct contact *k,
    const struct dial_attempt *attempt)
{
	struct peer *p = model_peer_edit(e->model, &k->fp);
	struct addr addr = p->addrs[attempt->index % PEER_ADDRS_MAX];

	if (attempt->udp)
		dialling_udp_addr(p, attempt->index, &addr);
	struct conn *c = conn_dial(
	    e, now, &addr, attempt->udp ? CARRIER_UDP : CARRIER_TCP, k);
	if (c == NULL) {
		dial_ended(&k->dial, now, attempt);
		return;
	}
	c->attempt = *attempt;
	if (k->conn != 0)
		return;
	p->link = PEER_LINK_DIALING;
	p->link_addr = addr;
	model_touch(e->model);
}

/* Said once for each time somebody begins to wait. */
static void
tell_unreachable(struct engine *e, struct now now, struct contact *k)
{
	struct peer *p = model_peer_edit(e->model, &k->fp);
	char label[PEER_LABEL_SIZE];
	size_t waiting = k->chat == NULL ? 0 : chat_waiting(k->chat);

	p->link = PEER_LINK_NONE;
	model_touch(e->model);
	if (k->dial.failed_rounds != 1 || waiting == 0 || p->conv == 0)
		return;
	engine_info(e, now, p->conv,
	    say_n(e->model->lang,
		"%s does not answer; %zu message waits here until %s is back. /info %s",
		"%s does not answer; %zu messages wait here until %s is back. /info %s",
		waiting),
	    peer_label(p, false, label), waiting, p->name, p->name);
}

static void
contact_tick(struct engine *e, struct now now, struct contact *k)
{
	struct dial_addrs addrs = addrs_of(e, k);
	struct dial_attempt attempt;
	unsigned rounds = k->dial.failed_rounds;

	while (dial_next(&k->dial, now, addrs, &e->rng, &attempt))
		dial_contact(e, now, k, &attempt);
	if (k->dial.failed_rounds == rounds)
		return;
	if (k->conn != 0) {
		switch_failed(e, now, k);
		return;
	}
	tell_unreachable(e, now, k);
	/* Only what waits is worth another round. */
	if (k->chat == NULL || chat_waiting(k->chat) == 0)
		dial_done(&k->dial);
}

void
dialling_tick(struct engine *e, struct now now)
{
	/* A session that came up now would only break again. */
	if (e->model->leaving)
		return;
	for (size_t i = 0; i < e->contact_count; i++) {
		struct contact *k = e->contacts[i];
		if (k->dial.wanted)
			contact_tick(e, now, k);
		if (k->conn == 0 || k->dial.wanted ||
		    now.mono_ms < k->switch_ms)
			continue;
		k->switch_ms = NEVER_MS;
		dialling_want(k, now, 0);
		contact_tick(e, now, k);
	}
}

int64_t
dialling_deadline(const struct engine *e)
{
	int64_t at = NEVER_MS;

	for (size_t i = 0; i < e->contact_count && !e->model->leaving; i++) {
		const struct contact *k = e->contacts[i];
		if (k->conn != 0 && !k->dial.wanted)
			at = earlier_ms(at, k->switch_ms);
		if (k->dial.wanted)
			at = earlier_ms(
			    at, dial_deadline(&k->dial, addrs_of(e, k)));
	}
	return at;
}
