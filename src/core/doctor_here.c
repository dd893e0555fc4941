/* SPDX-License-Identifier: MIT */
/*
 * What of this machine keeps others away: no network, or a port that somebody
 * else has.
 */
#include "base/mem.h"
#include "core/doctor_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* It could lead to others. What is of no known kind and off, as dummy0 is where
 * the kernel makes one, is nobody's way to a network. */
static bool
is_candidate(const struct doctor_iface *n)
{
	if (n->link == LINK_OTHER && !n->up)
		return false;
	for (unsigned i = 0; i < n->addr_count; i++)
		if (n->addrs[i].use == IFACE_VIRTUAL)
			return false;
	return n->link != LINK_LOOPBACK && n->link != LINK_CONTAINER &&
	       n->link != LINK_TUNNEL &&
	       (n->link != LINK_VETH || strncmp(n->name, "veth", 4) != 0);
}

static bool
has_use(const struct doctor_iface *n, enum iface_use use)
{
	for (unsigned i = 0; i < n->addr_count; i++)
		if (n->addrs[i].use == use)
			return true;
	return false;
}

/* Left out by the setting, and nobody is found over the loopback anyhow. */
static bool
is_not_chosen(const struct doctor_iface *n)
{
	return n->link != LINK_LOOPBACK && has_use(n, IFACE_NOT_CHOSEN);
}

static void
add_off(struct diagnosis *d, const struct doctor_iface *n)
{
	char *text =
	    has_use(n, IFACE_NOT_CHOSEN)
		? xasprintf(
		      say(d->l, "%s leads to a network and is not used: the "
				"setting interface names others"),
		      n->name)
		: xasprintf(
		      say(d->l, "%s is all the network there is here, and is "
				"of containers or a VPN, which earshot leaves "
				"alone unless it is told to use it"),
		      n->name);
	struct doctor_finding *f = diagnosis_add(d, DOCTOR_BAD, FAULT_NOT_USED,
	    text, xasprintf("earshot set interface %s", n->name));

	memcpy(f->iface, n->name, sizeof(f->iface));
}

static char *
unplugged(const struct diagnosis *d, const struct doctor_iface *n)
{
	if (n->link == LINK_WIRELESS)
		return xasprintf(
		    say(d->l, "%s is in no wireless network: join one"),
		    n->name);
	return xasprintf(
	    say(d->l, "%s has no link: its cable is out, or the other "
		      "end of it is off"),
	    n->name);
}

static void
add_unconnected(struct diagnosis *d, const struct doctor_iface *n)
{
	const char *sudo = diagnosis_sudo(d);
	struct doctor_finding *f;

	if (!n->up)
		f = diagnosis_add(d, DOCTOR_BAD, FAULT_IFACE_DOWN,
		    xasprintf(say(d->l, "%s is switched off"), n->name),
		    xasprintf("%sip link set %s up", sudo, n->name));
	else if (n->carrier == KNOWN_NO)
		f = diagnosis_add(d, DOCTOR_BAD, FAULT_NO_CARRIER,
		    unplugged(d, n),
		    n->link == LINK_WIRELESS ? xstrdup("nmcli device wifi list")
					     : NULL);
	else if (n->broadcasts == KNOWN_NO || has_use(n, IFACE_NO_BROADCAST))
		f = diagnosis_add(d, DOCTOR_BAD, FAULT_NO_BROADCAST,
		    xasprintf(
			say(d->l,
			    "%s carries nothing that is for everybody, so "
			    "nobody is found over it: dial those whose "
			    "address you know"),
			n->name),
		    xstrdup("/connect HOST"));
	else if (n->addr_count == 0)
		f = diagnosis_add(d, DOCTOR_BAD, FAULT_NO_ADDRESS,
		    xasprintf(
			say(d->l,
			    "%s has no address: nobody gave it one by DHCP"),
			n->name),
		    xasprintf("%sdhclient -v %s", sudo, n->name));
	else
		return;
	memcpy(f->iface, n->name, sizeof(f->iface));
}

/* Only where none is used: a laptop on a wireless network has its socket for a
 * cable empty, and nothing is wrong with that. */
static void
look_unconnected(struct diagnosis *d)
{
	size_t candidates = 0;

	for (size_t i = 0; i < d->f->iface_count; i++) {
		const struct doctor_iface *n = &d->f->ifaces[i];
		if (is_not_chosen(n))
			add_off(d, n);
		else if (is_candidate(n))
			add_unconnected(d, n);
		candidates += is_not_chosen(n) || is_candidate(n);
	}
	for (size_t i = 0; i < d->f->iface_count && candidates == 0; i++)
		if (has_use(&d->f->ifaces[i], IFACE_VIRTUAL)) {
			add_off(d, &d->f->ifaces[i]);
			candidates++;
		}
	if (candidates == 0)
		diagnosis_add(d, DOCTOR_BAD, FAULT_NO_IFACE,
		    xstrdup(say(d->l, "this machine has no network: connect a "
				      "cable or join a wireless network")),
		    xstrdup("ip -br link"));
}

static const char *
port_protocol(const struct doctor_port *p)
{
	return p->kind == PORT_TCP || p->kind == PORT_IPMSG_TCP ||
		       p->kind == PORT_PLAIN_TCP
		   ? "TCP"
		   : "UDP";
}

/* "nc (process 12 of bob)" */
static char *
owner_text(const struct diagnosis *d, const struct doctor_owner *o)
{
	if (o->known != KNOWN_YES)
		return xstrdup(say(d->l, "another program"));
	if (o->user[0] == '\0')
		return xasprintf(say(d->l, "%s (process %lld)"), o->command,
		    (long long)o->pid);
	return xasprintf(say(d->l, "%s (process %lld of %s)"), o->command,
	    (long long)o->pid, o->user);
}

/* How to end it, or how root finds out who it is. */
static char *
owner_mend(const struct diagnosis *d, const struct doctor_port *p)
{
	bool tcp = port_protocol(p)[0] == 'T';

	if (p->owner.known == KNOWN_YES)
		return xasprintf("kill %lld", (long long)p->owner.pid);
	return xasprintf("%sss -%slnp 'sport = :%u'", diagnosis_sudo(d),
	    tcp ? "t" : "u", (unsigned)p->wanted);
}

static void
add_discovery_port(struct diagnosis *d, const struct doctor_port *p)
{
	char *owner = owner_text(d, &p->owner);
	char *why = diagnosis_errno(d, p->sys_errno);
	char *text =
	    p->sys_errno == EADDRINUSE
		? xasprintf(
		      say(d->l, "UDP port %u, where all earshots of a "
				"machine listen together, is taken by %s, "
				"which does not share it: nobody is heard"),
		      (unsigned)p->wanted, owner)
		: xasprintf(say(d->l, "UDP port %u cannot be listened at "
				      "(%s): nobody is heard"),
		      (unsigned)p->wanted, why);

	diagnosis_add(
	    d, DOCTOR_BAD, FAULT_PORT_DISCOVERY, text, owner_mend(d, p));
	free(owner);
	free(why);
}

/* Another earshot of this machine has it by right. */
static bool
is_earshot(const struct doctor_owner *o)
{
	return o->known == KNOWN_YES && strstr(o->command, "earshot") != NULL;
}

static void
add_tcp_port(struct diagnosis *d, const struct doctor_port *p)
{
	char *owner = owner_text(d, &p->owner);

	if (p->got == 0)
		diagnosis_add(d, DOCTOR_PARTLY, FAULT_PORT_TCP,
		    xasprintf(
			say(d->l, "earshot listens at no TCP port, %u is taken "
				  "by %s: others cannot dial you"),
			(unsigned)p->wanted, owner),
		    owner_mend(d, p));
	else if (p->owner.known != KNOWN_NOTHING && !is_earshot(&p->owner))
		diagnosis_add(d, DOCTOR_MINOR, FAULT_PORT_TCP,
		    xasprintf(
			say(d->l,
			    "TCP port %u is taken by %s; earshot listens "
			    "at %u and tells so, but a firewall that lets "
			    "%u through does not help it"),
			(unsigned)p->wanted, owner, (unsigned)p->got,
			(unsigned)p->wanted),
		    owner_mend(d, p));
	free(owner);
}

static void
add_dialect_port(struct diagnosis *d, const struct doctor_port *p)
{
	bool ipmsg = p->kind == PORT_IPMSG_UDP || p->kind == PORT_IPMSG_TCP;
	char *owner = owner_text(d, &p->owner);

	diagnosis_add(d, DOCTOR_PARTLY, FAULT_PORT_TAKEN,
	    xasprintf(
		say(d->l, "%s port %u of %s is taken by %s: nothing of that "
			  "dialect comes in"),
		port_protocol(p), (unsigned)p->wanted,
		dialect_text(ipmsg ? DIALECT_IPMSG : DIALECT_PLAIN), owner),
	    owner_mend(d, p));
	free(owner);
}

static void
look_ports(struct diagnosis *d)
{
	for (size_t i = 0; i < d->f->port_count; i++) {
		const struct doctor_port *p = &d->f->ports[i];
		if (p->kind == PORT_TCP && p->got != p->wanted)
			add_tcp_port(d, p);
		else if (p->kind == PORT_DISCOVERY && p->got == 0)
			add_discovery_port(d, p);
		else if (p->kind != PORT_OWN && p->kind != PORT_TCP &&
			 p->got == 0)
			add_dialect_port(d, p);
	}
}

void
doctor_here(struct diagnosis *d)
{
	bool connected = false;

	look_ports(d);
	for (size_t i = 0; i < d->f->iface_count; i++)
		connected |= doctor_is_used(&d->f->ifaces[i]);
	if (!connected)
		look_unconnected(d);
	if (d->f->start_error[0] != '\0' &&
	    !diagnosis_has(d, FAULT_PORT_DISCOVERY))
		diagnosis_add(d, DOCTOR_BAD, FAULT_START,
		    xasprintf(say(d->l, "earshot does not come up: %s"),
			d->f->start_error),
		    NULL);
	if (d->f->quiet)
		diagnosis_add(d, DOCTOR_HINT, FAULT_QUIET,
		    xstrdup(say(d->l,
			"you do not announce yourself (quiet): nobody sees "
			"you until you talk to them")),
		    xstrdup("earshot set quiet off"));
}
