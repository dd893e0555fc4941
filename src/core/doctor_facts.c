/* SPDX-License-Identifier: MIT */
/*
 * The facts that the model has. Others are added by whoever can look.
 */
#include "core/doctor.h"

#include "base/mem.h"
#include "base/peer_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* What was dropped before that may have been mended since. */
	STRAY_MS = 10 * 60 * 1000,
};

struct doctor_facts *
doctor_facts_new(void)
{
	return xcalloc(1, sizeof(struct doctor_facts));
}

void
doctor_facts_free(struct doctor_facts *f)
{
	if (f != NULL)
		free(f->peers);
	free(f);
}

static struct doctor_iface *
iface_of(struct doctor_facts *f, const struct iface *from)
{
	for (size_t i = 0; i < f->iface_count; i++)
		if (strcmp(f->ifaces[i].name, from->name) == 0)
			return &f->ifaces[i];
	if (f->iface_count == DOCTOR_IFACES_MAX)
		return NULL;
	struct doctor_iface *n = &f->ifaces[f->iface_count++];
	snprintf(n->name, sizeof(n->name), "%s", from->name);
	n->index = from->index;
	n->link = from->loopback ? LINK_LOOPBACK : LINK_UNKNOWN;
	n->up = from->use != IFACE_DOWN;
	n->has_mac = from->has_mac;
	memcpy(n->mac, from->mac, MAC_SIZE);
	return n;
}

static struct doctor_addr *
addr_of(struct doctor_iface *n, const struct addr *addr)
{
	for (unsigned i = 0; i < n->addr_count; i++)
		if (addr_same_host(&n->addrs[i].addr, addr))
			return &n->addrs[i];
	return n->addr_count == DOCTOR_ADDRS_MAX ? NULL
						 : &n->addrs[n->addr_count++];
}

static void
add_iface(struct doctor_facts *f, const struct iface *from)
{
	bool bare = from->addr.family == ADDR_NONE;
	struct doctor_iface *n = iface_of(f, from);
	struct doctor_addr *a =
	    n == NULL || bare ? NULL : addr_of(n, &from->addr);

	if (a == NULL)
		return;
	a->addr = from->addr;
	a->broadcast = from->broadcast;
	a->prefix_bits = from->prefix_bits;
	a->use = from->use;
	if (from->last_error != 0)
		n->last_error = from->last_error;
}

/* Of both families, where the interface is one of ours. */
static void
add_traffic(struct doctor_facts *f, const struct iface_traffic *t)
{
	for (size_t i = 0; i < f->iface_count; i++) {
		struct doctor_iface *n = &f->ifaces[i];
		if (n->index == t->index && t->family != ADDR_NONE)
			n->traffic[t->family == ADDR_IPV6] = *t;
	}
}

static void
count_heard(struct doctor_facts *f, const struct model *m, const struct peer *p,
    struct doctor_peer *to)
{
	for (size_t i = 0; i < f->iface_count; i++) {
		struct doctor_iface *n = &f->ifaces[i];
		bool heard = false;
		for (size_t t = 0; t < m->traffic_count; t++)
			heard |= m->traffic[t].index == n->index &&
				 (p->heard_on >> t & 1) != 0;
		if (!heard)
			continue;
		n->peer_count++;
		snprintf(to->iface, sizeof(to->iface), "%s", n->name);
	}
}

/* Silence means something only when it is longer than somebody who is there can
 * keep it. */
static enum known
broadcast_heard(
    const struct doctor_facts *f, const struct model *m, const struct peer *p)
{
	int64_t interval_ms = DISCOVER_INTERVAL_MIN_S * INT64_C(1000);
	int64_t by_count_ms =
	    (int64_t)m->peer_count * 1000 / DISCOVER_PEERS_PER_S;

	if (by_count_ms > interval_ms)
		interval_ms = by_count_ms;
	if (p->heard_ms != 0)
		return KNOWN_YES;
	if (f->listened_ms < interval_ms * DISCOVER_STALE_TENTHS / 10)
		return KNOWN_NOTHING;
	return p->answered_ms != 0 || p->link == PEER_LINK_UP ? KNOWN_NO
							      : KNOWN_NOTHING;
}

static int64_t
ago_ms(int64_t then_ms, int64_t now_ms)
{
	return then_ms == 0 || then_ms > now_ms ? -1 : now_ms - then_ms;
}

static void
add_peer(struct doctor_facts *f, const struct model *m, const struct peer *p)
{
	struct doctor_peer *to = &f->peers[f->peer_count++];
	const struct addr *host = peer_host(p);

	*to = (struct doctor_peer){
		.fp = p->fp,
		.dialect = p->dialect,
		.presence = p->presence,
		.trust = p->trust,
		.udp_port = p->udp_port,
		.by_hand = p->by_hand,
		.session = p->link == PEER_LINK_UP,
		.look_alike = p->look_alike,
		.broadcast_heard = broadcast_heard(f, m, p),
		.broadcast_ago_ms = ago_ms(p->heard_ms, f->now.mono_ms),
		.heard_ago_ms = ago_ms(p->last_seen_ms, f->now.wall_ms),
		.hears_us = p->hears_us,
		.announced = p->heard_ms != 0 || p->answered_ms != 0,
		.has_skew = p->link == PEER_LINK_UP,
		.skew_ms = p->clock_skew_ms,
	};
	peer_label(p, true, to->name);
	if (host != NULL)
		to->addr = *host;
	snprintf(to->version_text, sizeof(to->version_text), "%s", p->version);
	count_heard(f, m, p, to);
}

static void
add_strays(struct doctor_facts *f, const struct model *m)
{
	for (size_t i = 0; i < m->stray_count; i++) {
		const struct stray_beacon *s = &m->strays[i];
		struct doctor_stray *to = &f->strays[f->stray_count];
		/* One alone may be a recording of ours. */
		if (f->stray_count == DOCTOR_STRAYS_MAX ||
		    (s->why == DROP_OWN && s->count < 2) ||
		    f->now.mono_ms - s->last_ms > STRAY_MS)
			continue;
		*to = (struct doctor_stray){
			.from = s->from,
			.why = s->why,
			.version = s->version,
			.count = s->count,
		};
		for (size_t j = 0; j < m->traffic_count; j++)
			if (s->index != 0 && m->traffic[j].index == s->index)
				snprintf(to->iface, sizeof(to->iface), "%s",
				    m->traffic[j].name);
		f->stray_count++;
	}
}

static void
add_name(struct doctor_facts *f, const struct model *m)
{
	char *own = name_skeleton(m->name);

	snprintf(f->name, sizeof(f->name), "%s", m->name);
	for (size_t i = 0, at = 0; i < m->peer_count; i++)
		if (!m->peers[i]->is_self &&
		    strcmp(m->peers[i]->skeleton, own) == 0)
			f->peers[at++].look_alike = true;
		else
			at += !m->peers[i]->is_self;
	free(own);
}

void
doctor_facts_model(
    struct doctor_facts *f, const struct model *m, struct now now)
{
	f->now = now;
	f->self = m->self;
	f->listened_ms = now.mono_ms - m->started_ms;
	f->quiet = m->settings.quiet;
	f->leaving = m->leaving;
	f->discovery_port = m->discovery_port;
	f->counters = m->discovery;
	for (size_t i = 0; i < m->iface_count; i++)
		add_iface(f, &m->ifaces[i]);
	for (size_t i = 0; i < f->iface_count; i++)
		f->ifaces[i].peer_count = 0;
	for (size_t i = 0; i < m->traffic_count; i++)
		add_traffic(f, &m->traffic[i]);
	free(f->peers);
	f->peer_count = 0;
	f->peers = xcalloc(m->peer_count + 1, sizeof(*f->peers));
	for (size_t i = 0; i < m->peer_count; i++)
		if (!m->peers[i]->is_self)
			add_peer(f, m, m->peers[i]);
	add_name(f, m);
	add_strays(f, m);
}
