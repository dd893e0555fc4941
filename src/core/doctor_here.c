/* SPDX-License-Identifier: MIT */
/*
 * What of this machine keeps others away: no network, or a port that somebody
 * else has.
 */
#include "base/mem.h"
#include "core/doctor_state.h"

static bool
is_used(const struct doctor_iface *n)
{
	for (unsigned i = 0; i < n->addr_count; i++)
		if (n->addrs[i].use == IFACE_USED)
			return n->link != LINK_LOOPBACK;
	return false;
}

static bool
is_connected(const struct doctor_facts *f)
{
	for (size_t i = 0; i < f->iface_count; i++)
		if (is_used(&f->ifaces[i]))
			return true;
	return false;
}

void
doctor_here(struct diagnosis *d)
{
	if (!is_connected(d->f))
		diagnosis_add(d, DOCTOR_BAD, FAULT_NO_IFACE,
		    xstrdup(say(d->l, "this machine has no network: connect a "
				      "cable or join a wireless network")),
		    NULL);
}
