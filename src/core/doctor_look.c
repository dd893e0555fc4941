/* SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "core/doctor_state.h"

#include <errno.h>

const char *
diagnosis_sudo(const struct diagnosis *d)
{
	return d->f->root ? "" : "sudo ";
}

char *
diagnosis_new_identity(void)
{
	return xstrdup("mv \"${XDG_DATA_HOME:-$HOME/.local/share}/earshot/"
		       "identity\" ~/earshot-identity.old");
}

char *
diagnosis_errno(const struct diagnosis *d, int sys_errno)
{
	static const struct {
		int number;
		const char *text;
	} texts[] = {
		{ EADDRINUSE, N_("it is taken") },
		{ EACCES, N_("not allowed") },
		{ EPERM, N_("not allowed") },
		{ ENETUNREACH, N_("no route to that network") },
		{ EHOSTUNREACH, N_("no route to that host") },
		{ ENETDOWN, N_("the network is down") },
		{ ENOBUFS, N_("the queue is full") },
		{ EADDRNOTAVAIL, N_("its address is gone") },
		{ EMSGSIZE, N_("too large for the link") },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].number == sys_errno)
			return xstrdup(say(d->l, texts[i].text));
	return xasprintf(say(d->l, "error %d"), sys_errno);
}

bool
doctor_is_used(const struct doctor_iface *n)
{
	if (n->link == LINK_LOOPBACK)
		return false;
	for (unsigned i = 0; i < n->addr_count; i++)
		if (n->addrs[i].use == IFACE_USED)
			return true;
	return false;
}

const struct doctor_iface *
doctor_link_of(const struct doctor_facts *f, const struct addr *host, bool used,
    const struct doctor_addr **ret_addr)
{
	const struct doctor_iface *found = NULL;
	const struct doctor_addr *best = NULL;

	for (size_t i = 0; i < f->iface_count; i++) {
		const struct doctor_iface *n = &f->ifaces[i];
		for (unsigned k = 0; k < n->addr_count; k++) {
			const struct doctor_addr *a = &n->addrs[k];
			if ((a->use == IFACE_USED) != used ||
			    n->link == LINK_LOOPBACK ||
			    !addr_same_prefix(&a->addr, host, a->prefix_bits) ||
			    (host->scope != 0 && host->scope != n->index) ||
			    (best != NULL &&
				best->prefix_bits >= a->prefix_bits))
				continue;
			best = a;
			found = n;
		}
	}
	if (ret_addr != NULL && found != NULL)
		*ret_addr = best;
	return found;
}

bool
doctor_is_ours(const struct doctor_facts *f, const struct addr *host)
{
	for (size_t i = 0; i < f->iface_count; i++)
		for (unsigned k = 0; k < f->ifaces[i].addr_count; k++)
			if (addr_same_host(&f->ifaces[i].addrs[k].addr, host))
				return true;
	return addr_is_loopback(host);
}

bool
doctor_is_here(const struct doctor_facts *f, const struct doctor_peer *p)
{
	return p->presence != PRESENCE_OFFLINE &&
	       p->dialect == DIALECT_EARSHOT && p->addr.family != ADDR_NONE &&
	       !doctor_is_ours(f, &p->addr);
}

size_t
doctor_here_count(const struct doctor_facts *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->peer_count; i++)
		n += doctor_is_here(f, &f->peers[i]);
	return n;
}

const struct doctor_gateway *
doctor_gateway_answering(const struct doctor_facts *f)
{
	for (size_t i = 0; i < f->gateway_count; i++) {
		const struct doctor_gateway *g = &f->gateways[i];
		if (g->addr.family != ADDR_NONE &&
		    (g->answers == KNOWN_YES ||
			g->neighbour == NEIGHBOUR_REACHABLE))
			return g;
	}
	return NULL;
}

const struct doctor_peer *
doctor_asked(const struct doctor_facts *f)
{
	return f->asked && f->asked_known ? &f->peers[f->asked_peer] : NULL;
}
