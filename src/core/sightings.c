/* SPDX-License-Identifier: MIT */
/*
 * What discovery saw, into the model. All of it is a hint: it may list
 * somebody, say where to dial and what to show; it never moves a message.
 */
#include "core/engine_state.h"

#include "base/mem.h"
#include "base/peer_text.h"
#include "core/earshot_transfer.h"
#include "core/ipmsg_line.h"
#include "core/probes.h"
#include "core/trace.h"
#include "wire/ping.h"

#include <stdlib.h>
#include <string.h>

/* After an absence, those with something to say do not all dial at once. */
enum { RETURN_PER_PEER_MS = 50, RETURN_MAX_MS = 10000 };

static struct addr
tcp_addr(const struct sighting *s)
{
	struct addr a = s->from;

	a.port = s->beacon.tcp_port;
	return a;
}

static bool
set_presence(struct engine *e, struct peer *p, enum presence presence)
{
	if (p->presence == presence)
		return false;
	p->presence = presence;
	model_touch(e->model);
	return true;
}

/* True when something that is shown differs. */
static bool
learn_texts(struct engine *e, struct peer *p, const struct beacon *b)
{
	char *name = peer_text(b->name, PEER_TEXT_NAME, NULL);
	char *status = peer_text(b->status, PEER_TEXT_STATUS, NULL);
	char *version = peer_text(b->version, PEER_TEXT_STATUS, NULL);
	bool changed = peer_set_name(e->model, p, name);

	changed |= model_set_text(e->model, &p->status, status);
	size_t n = strlen(version);
	if (n < sizeof(p->version))
		memcpy(p->version, version, n + 1);
	free(name);
	free(status);
	free(version);
	return changed;
}

static void
dial_returned(struct engine *e, struct now now, struct contact *k)
{
	uint32_t spread = RETURN_PER_PEER_MS * (uint32_t)e->model->peer_count;

	if (spread > RETURN_MAX_MS)
		spread = RETURN_MAX_MS;
	if (k->conn == 0 && k->chat != NULL && chat_waiting(k->chat) > 0)
		dialling_return(e, now, k, rng_below(&e->rng, spread + 1));
}

static void
forget_evicted(struct engine *e, const struct fp *fp)
{
	struct peer *p = model_peer_edit(e->model, fp);
	struct contact *k = contact_find(e, fp);

	if (p == NULL)
		return;
	p->presence = PRESENCE_OFFLINE;
	effect_peer(e, fp);
	if (p->conv == 0 && k == NULL)
		model_peer_remove(e->model, fp);
}

static struct peer *
seen(struct engine *e, struct now now, const struct sighting *s)
{
	bool is_new = model_peer(e->model, &s->fp) == NULL;
	struct peer *p = model_peer_add(e->model, &s->fp);
	bool was_absent = p->presence < PRESENCE_AWAY;
	bool changed = learn_texts(e, p, &s->beacon) | is_new;
	bool away = (s->beacon.flags & BEACON_AWAY) != 0;

	if (is_new)
		p->first_seen_ms = now.wall_ms;
	p->last_seen_ms = now.wall_ms;
	changed |= set_presence(e, p, away ? PRESENCE_AWAY : PRESENCE_ONLINE);
	struct addr addr = tcp_addr(s);
	bool elsewhere =
	    addr.port != 0 &&
	    (p->addr_count == 0 || !addr_equal(&p->addrs[0], &addr));
	if (elsewhere)
		peer_add_addr(e->model, p, &addr);
	bool moved = p->udp_port != s->beacon.udp_port;
	p->udp_port = s->beacon.udp_port;
	if (changed)
		effect_peer(e, &s->fp);
	struct contact *k = contact_find(e, &s->fp);
	if (was_absent && k != NULL)
		dial_returned(e, now, k);
	if ((was_absent || elsewhere) && k != NULL)
		earshot_transfer_seen(e, now, &s->fp, 0);
	struct conn *c = k == NULL ? NULL : conn_get(e, k->conn);
	if (c == NULL)
		return p;
	carrier_keep(&c->carrier, p->by_hand);
	if (moved)
		dialling_settle(e, now, k);
	/* Whoever asks who is there has started anew or changed networks; a
	 * session that died of it can no longer say so. */
	if (s->beacon.type == BEACON_SOLICIT) {
		carrier_probe(&c->carrier, now);
		conn_flush(e, now, c);
	}
	return p;
}

static void
shout_arrived(struct engine *e, struct now now, const struct sighting *s)
{
	struct message m = {
		.kind = MESSAGE_SHOUT,
		.id = s->beacon.shout_id,
		.from = s->fp,
		.sent_ms = s->beacon.shout_sent_ms,
		.arrived_ms = now.wall_ms,
	};

	seen(e, now, s);
	const struct peer *p = model_peer(e->model, &s->fp);
	if (p != NULL && p->trust == TRUST_BLOCKED)
		return;
	m.text = peer_text(s->beacon.shout_text, PEER_TEXT_BODY, &m.size);
	talk_shout(e, &m, true);
}

static void
gone(struct engine *e, const struct fp *fp, enum presence presence)
{
	struct peer *p = model_peer_edit(e->model, fp);

	if (p == NULL || !set_presence(e, p, presence))
		return;
	p->typing_until_ms = 0;
	effect_peer(e, fp);
}

static void
learn(struct engine *e, struct now now, const struct sighting *s)
{
	struct contact *k;
	struct addr addr;

	switch (s->kind) {
	case SIGHT_NONE:
		break;
	case SIGHT_SEEN:
		seen(e, now, s);
		break;
	case SIGHT_ADDRESS:
		addr = tcp_addr(s);
		if (addr.port != 0 && model_peer(e->model, &s->fp) != NULL)
			peer_hint_addr(
			    e->model, model_peer_edit(e->model, &s->fp), &addr);
		break;
	case SIGHT_STALE:
		gone(e, &s->fp, PRESENCE_STALE);
		break;
	case SIGHT_OFFLINE:
	case SIGHT_GOODBYE:
		gone(e, &s->fp, PRESENCE_OFFLINE);
		break;
	case SIGHT_SHOUT:
		shout_arrived(e, now, s);
		break;
	case SIGHT_PROBE:
		k = contact_find(e, &s->fp);
		if (k != NULL && k->conn == 0 && k->pin.trust != TRUST_BLOCKED)
			dialling_want(k, now, 0);
		break;
	}
	if (s->has_evicted)
		forget_evicted(e, &s->evicted);
}

static void
send_due(struct engine *e, struct now now)
{
	struct discover_packet packet;

	while (discover_next(e->discover, now, &packet)) {
		if (packet.everywhere)
			hearing_announced(e, now);
		effect_add(e, (struct effect){
				  .kind = packet.everywhere ? EFFECT_BROADCAST
							    : EFFECT_DATAGRAM,
				  .addr = packet.to,
				  .bytes = packet.bytes,
				  .size = packet.size,
			      });
	}
	/* Here, since any input can be what sends the last goodbye. */
	if (e->model->leaving && !e->left && discover_has_left(e->discover) &&
	    ipmsg_line_has_left(e)) {
		e->left = true;
		effect_add(e, (struct effect){ .kind = EFFECT_LEFT });
	}
}

void
sightings_tick(struct engine *e, struct now now)
{
	struct sighting s;

	while (discover_expire(e->discover, now, &s))
		learn(e, now, &s);
	send_due(e, now);
}

void
engine_arrived(struct engine *e, struct now now, const struct arrived *a)
{
	struct sighting s = { .kind = SIGHT_NONE };

	effects_begin(e, now);
	trace_datagram(e, a);
	if (packet_is_session(a->bytes, a->size)) {
		datagram_input(e, now, &a->from, a->bytes, a->size);
	} else if (ping_is(a->bytes, a->size)) {
		ping_arrived(e, now, a);
	} else {
		int got = discover_input(e->discover, now, &a->from, a->on_link,
		    a->bytes, a->size, &s);
		hearing_datagram(e, now, a);
		if (got == 1) {
			learn(e, now, &s);
			hearing_sighting(e, now, &s, a);
		}
	}
	send_due(e, now);
}

void
engine_datagram(struct engine *e, struct now now, const struct addr *from,
    bool on_link, const uint8_t *p, size_t n)
{
	struct arrived a = {
		.from = *from, .on_link = on_link, .bytes = p, .size = n
	};

	engine_arrived(e, now, &a);
}
