/* SPDX-License-Identifier: MIT */
/*
 * From a proven hello to an open session, and which of two sessions with one
 * peer stays. Identity is decided here and on one ground only: the keys that
 * the handshake proved.
 */
#include "core/engine_state.h"

#include "base/err.h"
#include "base/peer_text.h"

#include <stdlib.h>
#include <string.h>

/* Somebody else answers where we dialled: what is meant for the one stays
 * here, and message 3 with our identity is never sent. */
static void
tell_impostor(struct engine *e, struct now now, const struct conn *c)
{
	struct peer *p = model_peer_edit(e->model, &c->fp);
	char addr[ADDR_TEXT_MAX];

	peer_remove_addr(e->model, p, &c->addr);
	if (p->conv != 0)
		engine_error(e, now, p->conv,
		    "at %s somebody answers who is not %s; nothing was sent",
		    addr_text(&c->addr, addr), p->name);
}

static int
judge_identity(struct engine *e, struct now now, struct conn *c,
    const struct session_event *ev)
{
	if (fp_equal(&ev->fp, &e->identity->fp)) {
		if (c->connect != NULL)
			connect_is_self(e, now, c);
		return ERR_IDENTITY;
	}
	if (!c->expects || fp_equal(&ev->fp, &c->fp))
		return 0;
	tell_impostor(e, now, c);
	return ERR_IDENTITY;
}

static int
judge_version(const struct contact *k, const struct hello *h)
{
	uint16_t floor = k == NULL ? 0 : k->pin.version_floor;

	if (h->version_min > MESSAGE_VERSION ||
	    h->version_max < MESSAGE_VERSION)
		return ERR_VERSION;
	/* Once a version was proven, an older one is an attack or a mistake. */
	return h->version_max < floor ? ERR_VERSION : 0;
}

static int
judge_stranger(
    const struct engine *e, const struct conn *c, const struct contact *k)
{
	if (k != NULL && k->pin.trust == TRUST_BLOCKED)
		return ERR_PERMISSION;
	bool known = k != NULL && k->pinned;
	bool dialled_by_us = session_role(c->session) == NOISE_INITIATOR;
	return e->quiet && !known && !dialled_by_us ? ERR_PERMISSION : 0;
}

static void
learn_name(struct engine *e, struct peer *p, struct untrusted name)
{
	char *text = peer_text(name, PEER_TEXT_NAME, NULL);

	peer_set_name(e->model, p, text);
	free(text);
}

/* Theirs minus ours, whatever they claim; its negative exists too. */
static int64_t
clock_skew_ms(int64_t theirs, int64_t ours)
{
	if (ours >= 0)
		return theirs < ours - INT64_MAX ? -INT64_MAX : theirs - ours;
	return theirs > INT64_MAX + ours ? INT64_MAX : theirs - ours;
}

int
session_judge(struct engine *e, struct now now, struct conn *c,
    const struct session_event *ev)
{
	struct contact *k = contact_find(e, &ev->fp);
	int err;

	if ((err = judge_identity(e, now, c, ev)) < 0 ||
	    (err = judge_version(k, &ev->hello)) < 0 ||
	    (err = judge_stranger(e, c, k)) < 0)
		return err;
	k = contact_get(e, now, &ev->fp);
	if (k == NULL)
		return ERR_LIMIT;
	c->contact = k;
	c->fp = ev->fp;
	memcpy(c->instance, ev->hello.instance, INSTANCE_SIZE);
	c->epoch = ev->hello.epoch;
	c->tcp_port = ev->hello.tcp_port;
	struct peer *p = model_peer_add(e->model, &ev->fp);
	learn_name(e, p, ev->hello.name);
	p->clock_skew_ms = clock_skew_ms(ev->hello.wall_ms, now.wall_ms);
	return session_accept(c->session, now);
}

static const struct fp *
initiator_of(const struct engine *e, const struct conn *c)
{
	return session_role(c->session) == NOISE_INITIATOR ? &e->identity->fp
							   : &c->fp;
}

/* Both ends come to the same answer: everything compared here is known to
 * both. A restarted peer has a higher epoch, and its old session is dead. */
static bool
goes_before(const struct engine *e, const struct conn *a, const struct conn *b)
{
	if (memcmp(a->instance, b->instance, INSTANCE_SIZE) != 0)
		return a->epoch > b->epoch;
	int order = fp_compare(initiator_of(e, a), initiator_of(e, b));
	if (order != 0)
		return order < 0;
	return memcmp(session_hash(a->session), session_hash(b->session),
		   HASH_SIZE) < 0;
}

static void
make_loser(struct engine *e, struct now now, struct conn *c)
{
	c->state = CONN_LOSING;
	e->sessions--;
	c->deadline_ms = now.mono_ms + LOSER_MS;
	session_close(c->session, now, CLOSE_DUPLICATE);
	conn_flush(e, c);
}

/* An attempt that has not even connected is of no use any more. One in its
 * handshake may already have won at the other end: the ranking decides it. */
static void
drop_dials(struct engine *e, struct now now, const struct contact *k)
{
	for (size_t i = 0; i < CONNS_MAX; i++) {
		struct conn *c = e->conns[i];
		if (c != NULL && c->contact == k && c->state == CONN_DIALING &&
		    c->connect == NULL)
			conn_drop(e, now, c, 0);
	}
}

/* Where the peer can be dialled: the other end of a dial, or its host with the
 * port that it says it listens on. */
static struct addr
listening_addr(const struct conn *c)
{
	struct addr a = c->addr;

	if (session_role(c->session) == NOISE_RESPONDER)
		a.port = c->tcp_port;
	return a;
}

static void
show_up(struct engine *e, struct now now, struct conn *c)
{
	struct peer *p = model_peer_add(e->model, &c->fp);
	struct addr addr = listening_addr(c);

	p->link = PEER_LINK_UP;
	p->link_addr = c->addr;
	p->last_seen_ms = now.wall_ms;
	if (p->first_seen_ms == 0)
		p->first_seen_ms = now.wall_ms;
	if (p->presence != PRESENCE_AWAY)
		p->presence = PRESENCE_ONLINE;
	if (addr.port != 0) {
		peer_add_addr(e->model, p, &addr);
		c->contact->pin.addr = addr;
	}
	model_touch(e->model);
	effect_peer(e, &c->fp);
}

/* Whom broadcast does not reach is only seen while a session is up. */
static bool
is_kept(const struct engine *e, const struct contact *k)
{
	uint32_t epoch, seq;
	bool announced =
	    discover_counters_of(e->discover, &k->fp, &epoch, &seq) && seq != 0;

	return !announced || model_peer(e->model, &k->fp)->by_hand;
}

/* Another session with the same peer stays. */
static void
lose_to(struct engine *e, struct now now, struct conn *c, struct conn *winner)
{
	if (c->connect != NULL)
		connect_done(e, now, c);
	make_loser(e, now, c);
	session_keep(winner->session, is_kept(e, c->contact));
	/* Or the other end dials since it lost the winner, which we did not
	 * notice. */
	session_probe(winner->session, now);
	conn_flush(e, winner);
}

static void
win(struct engine *e, struct now now, struct conn *c)
{
	struct contact *k = c->contact;

	k->conn = c->id;
	discover_session(e->discover, now, &k->fp, true);
	discover_epoch_proven(e->discover, &k->fp, c->epoch);
	if (k->pin.version_floor < MESSAGE_VERSION)
		k->pin.version_floor = MESSAGE_VERSION;
	show_up(e, now, c);
	if (session_role(c->session) == NOISE_INITIATOR || k->answered)
		contact_pin(e, now, k);
	if (c->connect != NULL)
		connect_done(e, now, c);
	session_keep(c->session, is_kept(e, k));
	drop_dials(e, now, k);
	if (k->chat == NULL)
		k->chat = chat_new(&e->rng, e->epoch);
	chat_session_up(k->chat);
	chat_status(k->chat, e->model->away, e->model->status);
	talk_flush(e, now, k);
}

void
session_up(struct engine *e, struct now now, struct conn *c)
{
	struct contact *k = c->contact;
	struct conn *other = conn_get(e, k->conn);

	e->half_open--;
	e->sessions++;
	c->state = CONN_OPEN;
	if (c->expects)
		dial_ended(&k->dial, now);
	dial_done(&k->dial);
	if (other != NULL && goes_before(e, other, c)) {
		lose_to(e, now, c, other);
		return;
	}
	if (other != NULL)
		make_loser(e, now, other);
	win(e, now, c);
}

void
session_down(struct engine *e, struct now now, struct conn *c, uint8_t reason)
{
	struct contact *k = c->contact;
	struct peer *p = model_peer_edit(e->model, &k->fp);

	if (k->conn != c->id)
		return;
	k->conn = 0;
	k->pin.last_ms = now.wall_ms;
	discover_session(e->discover, now, &k->fp, false);
	chat_session_down(k->chat);
	talk_interrupted(e, k);
	p->link = PEER_LINK_NONE;
	peer_set_typing(e, p, 0);
	p->last_seen_ms = now.wall_ms;
	/* When we leave, they stay. */
	if (e->model->leaving)
		return;
	if (reason == CLOSE_LEAVING)
		p->presence = PRESENCE_OFFLINE;
	else if (reason == 0 && p->presence != PRESENCE_OFFLINE)
		p->presence = PRESENCE_STALE;
	model_touch(e->model);
	effect_peer(e, &k->fp);
	if (chat_waiting(k->chat) == 0)
		return;
	/* The winner of two sessions is about to come up by itself. */
	enum { WINNER_MS = 1000 };
	dial_want(&k->dial, now, reason == CLOSE_DUPLICATE ? WINNER_MS : 0);
}
