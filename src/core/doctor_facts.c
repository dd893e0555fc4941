/* SPDX-License-Identifier: MIT */
/*
 * The facts that the model has. Others are added by whoever can look.
 */
#include "core/doctor.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	struct doctor_iface *n = iface_of(f, from);
	struct doctor_addr *a = n == NULL ? NULL : addr_of(n, &from->addr);

	if (a == NULL)
		return;
	a->addr = from->addr;
	a->broadcast = from->broadcast;
	a->prefix_bits = from->prefix_bits;
	a->use = from->use;
	if (from->last_error != 0)
		n->last_error = from->last_error;
}

static void
add_peer(struct doctor_facts *f, const struct peer *p, struct now now)
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
		.broadcast_ago_ms = -1,
		.heard_ago_ms = -1,
		.hears_ago_ms = -1,
		.has_skew = p->link == PEER_LINK_UP,
		.skew_ms = p->clock_skew_ms,
	};
	peer_label(p, true, to->name);
	if (host != NULL)
		to->addr = *host;
	if (p->last_seen_ms != 0)
		to->heard_ago_ms = now.wall_ms - p->last_seen_ms;
	snprintf(to->version_text, sizeof(to->version_text), "%s", p->version);
}

void
doctor_facts_model(
    struct doctor_facts *f, const struct model *m, struct now now)
{
	f->now = now;
	f->self = m->self;
	snprintf(f->name, sizeof(f->name), "%s", m->name);
	f->listened_ms = now.mono_ms - m->started_ms;
	f->quiet = m->settings.quiet;
	f->leaving = m->leaving;
	f->discovery_port = m->discovery_port;
	f->counters = m->discovery;
	for (size_t i = 0; i < m->iface_count; i++)
		add_iface(f, &m->ifaces[i]);
	free(f->peers);
	f->peer_count = 0;
	f->peers = xcalloc(m->peer_count + 1, sizeof(*f->peers));
	for (size_t i = 0; i < m->peer_count; i++)
		if (!m->peers[i]->is_self)
			add_peer(f, m->peers[i], now);
}
