/* SPDX-License-Identifier: MIT */
/*
 * From a proven hello to an open session, and which of two sessions with one
 * peer stays. Identity is decided here and on one ground only: the keys that
 * the handshake proved.
 */
#include "core/engine_state.h"

#include "base/err.h"
#include "base/peer_text.h"
#include "core/earshot_transfer.h"
#include "core/file_conns.h"
#include "core/paths.h"
#include "core/probes.h"
#include "core/runs.h"

#include <stdlib.h>
#include <string.h>

/* Somebody else answers where we dialled: what is meant for the one stays
 * here, and message 3 with our identity is never sent. */
static void
tell_impostor(struct engine *e, struct now now, const struct conn *c)
{
	struct peer *p = model_peer_edit(e->model, &c->fp);
	char addr[ADDR_TEXT_MAX];

	if (c->carrier.transport == CARRIER_UDP)
		p->udp_port = 0;
	else
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
	if (!c->probe)
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
	bool dialled_by_us = carrier_role(&c->carrier) == NOISE_INITIATOR;
	return e->quiet && !known && !dialled_by_us ? ERR_PERMISSION : 0;
}

static void
learn_name(struct engine *e, struct peer *p, struct untrusted name)
{
	char *text = peer_text(name, PEER_TEXT_NAME, NULL);

	peer_set_name(e->model, p, text);
	free(text);
}

int64_t
clock_skew_ms(int64_t theirs, int64_t ours)
{
	if (ours >= 0)
		return theirs < ours - INT64_MAX ? -INT64_MAX : theirs - ours;
	return theirs > INT64_MAX + ours ? INT64_MAX : theirs - ours;
}

static void
take_purpose(struct engine *e, struct conn *c)
{
	enum session_purpose purpose = carrier_purpose(&c->carrier);

	if (purpose == SESSION_FILE && !c->file)
		conn_set_file(e, c);
	if (purpose != SESSION_PROBE || c->probe)
		return;
	c->probe = true;
	e->probe_conns++;
}

static int
judge(struct engine *e, struct now now, struct conn *c,
    const struct session_event *ev)
{
	struct contact *k = contact_find(e, &ev->fp);
	int err;

	take_purpose(e, c);
	if ((err = judge_identity(e, now, c, ev)) < 0 ||
	    (err = judge_version(k, &ev->hello)) < 0)
		return err;
	if ((err = judge_stranger(e, c, k)) < 0) {
		if (c->connect != NULL)
			hosts_refused(e, c->connect->listed, &ev->fp);
		return err;
	}
	if (c->file)
		return file_conn_judge(e, now, c, ev);
	if (c->probe)
		return probe_conn_judge(e, now, c, ev);
	k = contact_get(e, now, &ev->fp);
	if (k == NULL)
		return ERR_LIMIT;
	c->contact = k;
	c->fp = ev->fp;
	memcpy(c->instance, ev->hello.instance, INSTANCE_SIZE);
	c->epoch = ev->hello.epoch;
	c->tcp_port = ev->hello.tcp_port;
	c->udp_port = ev->hello.udp_port;
	if (carrier_role(&c->carrier) == NOISE_RESPONDER)
		wish_decode(c, ev->hello.capabilities);
	struct peer *p = model_peer_add(e->model, &ev->fp);
	learn_name(e, p, ev->hello.name);
	p->clock_skew_ms = clock_skew_ms(ev->hello.wall_ms, now.wall_ms);
	return carrier_accept(&c->carrier, now);
}

int
session_judge(struct engine *e, struct now now, struct conn *c,
    const struct session_event *ev)
{
	int err = judge(e, now, c, ev);

	if (c->path != 0)
		path_judged(e, now, c, ev, err);
	return err;
}

static const struct fp *
initiator_of(const struct engine *e, const struct conn *c)
{
	return carrier_role(&c->carrier) == NOISE_INITIATOR ? &e->identity->fp
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
	int wish = wish_compare(a, b, order == 0);
	if (wish != 0 || order != 0)
		return wish != 0 ? wish > 0 : order < 0;
	return memcmp(carrier_hash(&a->carrier), carrier_hash(&b->carrier),
		   HASH_SIZE) < 0;
}

static void
make_loser(struct engine *e, struct now now, struct conn *c)
{
	c->state = CONN_LOSING;
	e->sessions--;
	c->deadline_ms = now.mono_ms + LOSER_MS;
	carrier_close(&c->carrier, now, CLOSE_DUPLICATE);
	conn_flush(e, now, c);
}

/* An attempt that nobody has answered is of no use any more, unless it is the
 * better one. One in its handshake may already have won at the other end: the
 * ranking decides it. */
static void
drop_dials(struct engine *e, struct now now, const struct conn *winner)
{
	bool ours = carrier_role(&winner->carrier) == NOISE_INITIATOR;

	for (size_t i = 0; i < CONNS_MAX; i++) {
		struct conn *c = e->conns[i];
		if (c != NULL && conn_is_chat(c) &&
		    c->contact == winner->contact && c->state == CONN_DIALING &&
		    c->connect == NULL && wish_compare(c, winner, ours) <= 0)
			conn_drop(e, now, c, 0);
	}
}

/* Where the peer can be dialled: the other end of a dial, or its host with the
 * port that it says it listens on. */
static struct addr
listening_addr(const struct conn *c)
{
	struct addr a = c->addr;

	if (carrier_role(&c->carrier) == NOISE_RESPONDER ||
	    c->carrier.transport == CARRIER_UDP)
		a.port = c->tcp_port;
	return a;
}

static void
show_up(struct engine *e, struct now now, struct conn *c)
{
	struct peer *p = model_peer_add(e->model, &c->fp);
	struct addr addr = listening_addr(c);

	p->link = PEER_LINK_UP;
	p->transport = c->carrier.transport;
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
	if (c->udp_port != 0)
		c->contact->pin.udp_port = p->udp_port = c->udp_port;
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
	carrier_keep(&winner->carrier, is_kept(e, c->contact));
	/* Or the other end dials since it lost the winner, which we did not
	 * notice. */
	carrier_probe(&winner->carrier, now);
	conn_flush(e, now, winner);
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
	if (carrier_role(&c->carrier) == NOISE_INITIATOR || k->answered)
		contact_pin(e, now, k);
	if (c->connect != NULL)
		connect_done(e, now, c);
	carrier_keep(&c->carrier, is_kept(e, k));
	drop_dials(e, now, c);
	dialling_settle(e, now, k);
	chat_peer_epoch(contact_chat(e, k), c->epoch);
	chat_session_up(k->chat);
	chat_status(k->chat, e->model->away, e->model->status);
	earshot_transfer_session(e, now, k);
	runs_session_up(e, now, k);
	talk_flush(e, now, k);
}

void
session_up(struct engine *e, struct now now, struct conn *c)
{
	struct contact *k = c->contact;
	struct conn *other = conn_get(e, k->conn);

	conn_greeted(e, c);
	e->sessions++;
	c->state = CONN_OPEN;
	if (c->expects)
		dial_ended(&k->dial, now, &c->attempt);
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
	if (reason == 0 && wish_is_for(k, c->carrier.transport))
		k->switch_from_ms = now.mono_ms + SWITCH_FIRST_MS;
	k->pin.last_ms = now.wall_ms;
	k->changed = true;
	discover_session(e->discover, now, &k->fp, false);
	chat_session_down(k->chat);
	runs_session_down(e, now, k);
	talk_interrupted(e, k);
	p->link = PEER_LINK_NONE;
	peer_set_typing(e, p, 0);
	p->last_seen_ms = now.wall_ms;
	hosts_lost(e, now, &k->fp);
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
	dialling_want(k, now, reason == CLOSE_DUPLICATE ? WINNER_MS : 0);
}
