/* SPDX-License-Identifier: MIT */
/*
 * Addresses that two machines have, netmasks that do not agree, and networks
 * that are in the way.
 */
#include "base/mem.h"
#include "core/doctor_state.h"

#include <stdio.h>
#include <string.h>

static void
set_iface(struct doctor_finding *f, const char *name)
{
	snprintf(f->iface, sizeof(f->iface), "%s", name);
}

/* One of them that is not our own. */
static const uint8_t *
foreign_mac(const struct doctor_facts *f, const struct doctor_clash *c)
{
	for (size_t i = 0; i < f->iface_count; i++)
		if (strcmp(f->ifaces[i].name, c->iface) == 0 &&
		    memcmp(f->ifaces[i].mac, c->macs[0], MAC_SIZE) == 0 &&
		    c->mac_count > 1)
			return c->macs[1];
	return c->macs[0];
}

static void
add_clash(struct diagnosis *d, const struct doctor_clash *c)
{
	char addr[ADDR_TEXT_MAX], macs[2][MAC_TEXT_SIZE];

	addr_host_text(&c->addr, addr);
	mac_text(c->ours ? foreign_mac(d->f, c) : c->macs[0], macs[0]);
	mac_text(c->macs[c->mac_count > 1 ? 1 : 0], macs[1]);
	char *text =
	    c->ours
		? xasprintf(say(d->l, "your address %s is that of another "
				      "machine, too (%s): what is for you goes "
				      "to either"),
		      addr, macs[0])
		: xasprintf(say(d->l, "two machines have the address %s (%s "
				      "and %s): what is for one goes to "
				      "either"),
		      addr, macs[0], macs[1]);
	char *mend =
	    c->ours
		? xasprintf("%sip addr flush dev %s\n%sdhclient -v %s",
		      diagnosis_sudo(d), c->iface, diagnosis_sudo(d), c->iface)
		: xasprintf("ip neigh show to %s", addr);
	set_iface(diagnosis_add(d, c->ours ? DOCTOR_BAD : DOCTOR_PARTLY,
		      FAULT_ADDRESS_TWICE, text, mend),
	    c->iface);
}

static void
look_refused(struct diagnosis *d, const struct doctor_iface *n)
{
	char addr[ADDR_TEXT_MAX];

	for (unsigned k = 0; k < n->addr_count; k++) {
		if (!n->addrs[k].refused)
			continue;
		addr_host_text(&n->addrs[k].addr, addr);
		set_iface(
		    diagnosis_add(d, DOCTOR_PARTLY, FAULT_ADDRESS_TWICE,
			xasprintf(
			    say(d->l, "another machine had the address %s "
				      "before this one (%s), so the kernel "
				      "does not use it"),
			    addr, n->name),
			xasprintf("%sip addr del %s/%u dev %s",
			    diagnosis_sudo(d), addr, n->addrs[k].prefix_bits,
			    n->name)),
		    n->name);
	}
}

static struct addr
broadcast_of(const struct doctor_addr *a)
{
	struct addr b = a->addr;

	for (unsigned bit = a->prefix_bits; bit < 32; bit++)
		b.ip[bit / 8] |= (uint8_t)(0x80u >> (bit % 8));
	return b;
}

static void
look_broadcast(struct diagnosis *d, const struct doctor_iface *n,
    const struct doctor_addr *a)
{
	char text[3][ADDR_TEXT_MAX];
	struct addr right = broadcast_of(a);
	const char *sudo = diagnosis_sudo(d);

	if (a->use != IFACE_USED || n->link == LINK_LOOPBACK ||
	    a->addr.family != ADDR_IPV4 || a->prefix_bits > 30 ||
	    a->broadcast.family != ADDR_IPV4 ||
	    addr_same_host(&a->broadcast, &right))
		return;
	addr_host_text(&a->broadcast, text[0]);
	addr_host_text(&a->addr, text[1]);
	addr_host_text(&right, text[2]);
	set_iface(
	    diagnosis_add(d, DOCTOR_BAD, FAULT_BROADCAST_ADDRESS,
		xasprintf(
		    say(d->l, "%s has the broadcast address %s; that of %s/%u "
			      "is %s, where the others listen"),
		    n->name, text[0], text[1], a->prefix_bits, text[2]),
		xasprintf("%sip addr del %s/%u dev %s\n"
			  "%sip addr add %s/%u broadcast %s dev %s",
		    sudo, text[1], a->prefix_bits, n->name, sudo, text[1],
		    a->prefix_bits, text[2], n->name)),
	    n->name);
}

/* DHCP gave up, and the machine took an address of its own. */
static void
look_link_local(struct diagnosis *d, const struct doctor_iface *n)
{
	const struct doctor_addr *own = NULL;
	char text[ADDR_TEXT_MAX];

	for (unsigned k = 0; k < n->addr_count; k++) {
		const struct doctor_addr *a = &n->addrs[k];
		if (a->addr.family != ADDR_IPV4)
			continue;
		if (!addr_is_link_local(&a->addr))
			return;
		own = a;
	}
	if (own == NULL || own->use != IFACE_USED)
		return;
	set_iface(
	    diagnosis_add(d, DOCTOR_MINOR, FAULT_NO_ADDRESS,
		xasprintf(
		    say(d->l,
			"%s gave itself the address %s, for DHCP gave it "
			"none: it reaches only machines that did so, too"),
		    n->name, addr_host_text(&own->addr, text)),
		xasprintf("%sdhclient -v %s", diagnosis_sudo(d), n->name)),
	    n->name);
}

static unsigned
common_bits(const struct addr *a, const struct addr *b)
{
	unsigned bits = 0;

	while (bits < 32 && addr_same_prefix(a, b, bits + 1))
		bits++;
	return bits;
}

/* The address of ours that is nearest to one beyond all our subnets. */
static const struct doctor_addr *
nearest(const struct doctor_facts *f, const struct addr *host,
    const struct doctor_iface **ret_iface)
{
	const struct doctor_addr *best = NULL;
	unsigned bits = 15; /* any two may have fewer in common */

	for (size_t i = 0; i < f->iface_count; i++)
		for (unsigned k = 0; k < f->ifaces[i].addr_count; k++) {
			const struct doctor_addr *a = &f->ifaces[i].addrs[k];
			if (a->use != IFACE_USED ||
			    a->addr.family != ADDR_IPV4 ||
			    common_bits(&a->addr, host) <= bits)
				continue;
			bits = common_bits(&a->addr, host);
			best = a;
			*ret_iface = &f->ifaces[i];
		}
	return best;
}

/* Netmasks end at a whole byte more often than anywhere else. */
static unsigned
usual_prefix(const struct doctor_addr *a, const struct addr *host)
{
	unsigned bits = common_bits(&a->addr, host);

	return bits >= 24 ? 24 : 16;
}

static char *
netmask_mend(const struct diagnosis *d, const struct doctor_iface *n,
    const struct doctor_addr *a, unsigned prefix)
{
	char text[ADDR_TEXT_MAX];
	const char *sudo = diagnosis_sudo(d);

	addr_host_text(&a->addr, text);
	return xasprintf("%sip addr del %s/%u dev %s\n"
			 "%sip addr add %s/%u broadcast + dev %s",
	    sudo, text, a->prefix_bits, n->name, sudo, text, prefix, n->name);
}

/* On the link, by what we heard or by how near it is, and in no subnet. */
static void
add_netmask(struct diagnosis *d, const struct addr *host, bool heard)
{
	const struct doctor_iface *n = NULL;
	const struct doctor_addr *a = nearest(d->f, host, &n);
	char text[2][ADDR_TEXT_MAX];

	if (a == NULL || diagnosis_has(d, FAULT_NETMASK))
		return;
	addr_host_text(host, text[0]);
	addr_host_text(&a->addr, text[1]);
	set_iface(
	    diagnosis_add(d, DOCTOR_PARTLY, FAULT_NETMASK,
		xasprintf(
		    heard ? say(d->l,
				"%s announces itself on the link of %s, and is "
				"outside of %s/%u: your netmask is too narrow, "
				"or its one too wide")
			  : say(d->l,
				"%s is next to %s and yet outside of %s/%u: if "
				"both are in one network, the netmask here is "
				"too narrow"),
		    text[0], n->name, text[1], a->prefix_bits),
		netmask_mend(d, n, a, usual_prefix(a, host))),
	    n->name);
}

static void
add_version(struct diagnosis *d, const struct doctor_stray *s)
{
	char from[ADDR_TEXT_MAX];

	addr_host_text(&s->from, from);
	diagnosis_add(d, DOCTOR_PARTLY, FAULT_VERSION,
	    xasprintf(
		s->version > d->f->protocol
		    ? say(d->l, "%s speaks version %u of the protocol, and "
				"this earshot %u: it is too old to talk to it")
		    : say(d->l, "%s speaks version %u of the protocol, and "
				"this earshot %u: theirs is too old, or no "
				"earshot"),
		from, s->version, d->f->protocol),
	    xstrdup("earshot --version"));
}

static void
add_twin(struct diagnosis *d, const struct doctor_stray *s)
{
	char from[ADDR_TEXT_MAX];

	diagnosis_add(d, DOCTOR_PARTLY, FAULT_IDENTITY_TWICE,
	    xasprintf(
		say(d->l, "an earshot at %s has your identity: its home is a "
			  "copy of yours, and others reach one or the other. "
			  "Give one of both a new one"),
		addr_host_text(&s->from, from)),
	    diagnosis_new_identity());
}

static void
look_strays(struct diagnosis *d)
{
	for (size_t i = 0; i < d->f->stray_count; i++) {
		const struct doctor_stray *s = &d->f->strays[i];
		if (s->why == DROP_VERSION)
			add_version(d, s);
		else if (s->why == DROP_OWN)
			add_twin(d, s);
		else if (s->why == DROP_OFF_LINK && s->from.family == ADDR_IPV4)
			add_netmask(d, &s->from, true);
	}
}

/* /25 and the like cut a usual network in two; beyond a wider one there is a
 * router. */
static void
look_asked_netmask(struct diagnosis *d)
{
	const struct doctor_iface *n = NULL;
	const struct addr *host = &d->f->asked_addr;
	const struct doctor_addr *a;
	const struct path *p = &d->f->path;

	if (!d->f->asked || host->family != ADDR_IPV4 ||
	    doctor_link_of(d->f, host, true, NULL) != NULL ||
	    (d->f->has_path && p->steps[PATH_TCP].state == PATH_OK))
		return;
	a = nearest(d->f, host, &n);
	if (a != NULL && a->prefix_bits > 24 &&
	    common_bits(&a->addr, host) >= 24)
		add_netmask(d, host, false);
}

/* The narrower of two networks wins, so that a wider one takes nothing away. */
static bool
takes(const struct doctor_addr *a, const struct doctor_addr *from)
{
	return a->addr.family == ADDR_IPV4 &&
	       a->prefix_bits >= from->prefix_bits &&
	       addr_same_prefix(&a->addr, &from->addr, from->prefix_bits);
}

static void
add_container(struct diagnosis *d, const struct doctor_iface *n,
    const struct doctor_iface *other, const struct doctor_addr *a)
{
	char text[ADDR_TEXT_MAX];

	set_iface(
	    diagnosis_add(d, DOCTOR_PARTLY, FAULT_CONTAINER,
		xasprintf(
		    say(d->l, "%s, of containers or a VPN, has %s/%u, which is "
			      "the network of %s, too: what is for people "
			      "there goes astray"),
		    other->name, addr_host_text(&a->addr, text), a->prefix_bits,
		    n->name),
		xasprintf(
		    "%sip link set %s down", diagnosis_sudo(d), other->name)),
	    other->name);
}

/* a is used, and n has it. */
static void
look_overlap(struct diagnosis *d, const struct doctor_iface *n,
    const struct doctor_addr *a)
{
	for (size_t i = 0; i < d->f->iface_count; i++) {
		const struct doctor_iface *other = &d->f->ifaces[i];
		if (other == n || !other->up || other->carrier == KNOWN_NO)
			continue;
		for (unsigned k = 0; k < other->addr_count; k++)
			if (other->addrs[k].use == IFACE_VIRTUAL &&
			    takes(&other->addrs[k], a))
				add_container(d, n, other, &other->addrs[k]);
	}
}

/* Whoever was asked for is behind an interface that earshot leaves alone. */
static void
look_asked_unused(struct diagnosis *d)
{
	const struct doctor_iface *n;
	char text[ADDR_TEXT_MAX];

	if (!d->f->asked || d->f->asked_addr.family == ADDR_NONE ||
	    diagnosis_has(d, FAULT_CONTAINER) ||
	    doctor_link_of(d->f, &d->f->asked_addr, true, NULL) != NULL)
		return;
	n = doctor_link_of(d->f, &d->f->asked_addr, false, NULL);
	if (n != NULL)
		set_iface(
		    diagnosis_add(d, DOCTOR_PARTLY, FAULT_CONTAINER,
			xasprintf(
			    say(d->l, "the way to %s is over %s, which "
				      "earshot leaves alone unless it is told "
				      "to use it"),
			    addr_host_text(&d->f->asked_addr, text), n->name),
			xasprintf("earshot set interface %s", n->name)),
		    n->name);
}

static const struct doctor_gateway *
first_route(const struct doctor_facts *f)
{
	const struct doctor_gateway *best = NULL;

	for (size_t i = 0; i < f->gateway_count; i++)
		if (best == NULL || f->gateways[i].metric < best->metric)
			best = &f->gateways[i];
	return best;
}

static const struct doctor_iface *
iface_named(const struct doctor_facts *f, const char *name)
{
	for (size_t i = 0; i < f->iface_count; i++)
		if (strcmp(f->ifaces[i].name, name) == 0)
			return &f->ifaces[i];
	return NULL;
}

/* What is for one machine of the subnet goes elsewhere; what is for all of them
 * does not, so they are heard. */
static void
look_routed(struct diagnosis *d, const struct doctor_iface *n,
    const struct doctor_addr *a)
{
	const struct doctor_iface *to = iface_named(d->f, a->routed);
	char text[ADDR_TEXT_MAX];

	/* Two cards in one network take turns by right. */
	if (a->use != IFACE_USED || to == NULL || doctor_is_used(to) ||
	    diagnosis_has(d, FAULT_CONTAINER))
		return;
	addr_host_text(&a->addr, text);
	set_iface(
	    diagnosis_add(d, DOCTOR_PARTLY,
		to->link == LINK_CONTAINER ? FAULT_CONTAINER : FAULT_VPN_ROUTE,
		xasprintf(
		    say(d->l, "what is for machines of %s/%u, the network of "
			      "%s, is sent into %s, and does not reach them"),
		    text, a->prefix_bits, n->name, to->name),
		xasprintf(
		    "%sip link set %s down", diagnosis_sudo(d), to->name)),
	    to->name);
}

static void
look_routes(struct diagnosis *d)
{
	const struct doctor_gateway *g = first_route(d->f);
	bool alone = doctor_here_count(d->f) == 0;
	char text[ADDR_TEXT_MAX];

	if (g == NULL)
		return;
	addr_host_text(&g->addr, text);
	if (g->link == LINK_TUNNEL && !diagnosis_has(d, FAULT_VPN_ROUTE))
		set_iface(
		    diagnosis_add(d, alone ? DOCTOR_PARTLY : DOCTOR_HINT,
			FAULT_VPN_ROUTE,
			xasprintf(
			    say(d->l,
				"all traffic but that of your own subnets goes "
				"through %s, a VPN; many of them cut off the "
				"machines around you, too"),
			    g->iface),
			xasprintf("%sip link set %s down", diagnosis_sudo(d),
			    g->iface)),
		    g->iface);
	else if (alone && g->neighbour == NEIGHBOUR_FAILED &&
		 g->answers != KNOWN_YES)
		set_iface(
		    diagnosis_add(d, DOCTOR_PARTLY, FAULT_GATEWAY,
			xasprintf(
			    say(d->l, "not even the gateway %s answers on %s: "
				      "wrong cable, wrong wireless network or "
				      "wrong VLAN"),
			    text, g->iface),
			xasprintf("ping -c 3 %s", text)),
		    g->iface);
}

static void
add_no_multicast(struct diagnosis *d, const struct doctor_iface *n, bool only)
{
	set_iface(
	    diagnosis_add(d, only ? DOCTOR_BAD : DOCTOR_MINOR, FAULT_MULTICAST,
		xasprintf(
		    say(d->l, "%s does not take multicast: nobody is heard by "
			      "IPv6 there"),
		    n->name),
		xasprintf("%sip link set %s multicast on", diagnosis_sudo(d),
		    n->name)),
	    n->name);
}

/* Whether we have joined there may have been asked before the address was
 * there: what came in by multicast knows better. */
static bool
takes_no_multicast(const struct diagnosis *d, const struct doctor_iface *n)
{
	const struct iface_traffic *t = &n->traffic[1];

	if (n->multicasts == KNOWN_NO)
		return true;
	return n->joined == KNOWN_NO && t->own == 0 && t->heard == 0 &&
	       !diagnosis_has(d, FAULT_FIREWALL_IN);
}

static void
look_families(struct diagnosis *d)
{
	const struct doctor_iface *six = NULL;
	bool four = false;

	for (size_t i = 0; i < d->f->iface_count; i++) {
		const struct doctor_iface *n = &d->f->ifaces[i];
		for (unsigned k = 0; k < n->addr_count; k++) {
			if (n->addrs[k].use != IFACE_USED ||
			    n->link == LINK_LOOPBACK)
				continue;
			if (n->addrs[k].addr.family == ADDR_IPV4)
				four = true;
			else
				six = n;
		}
	}
	if (six == NULL)
		return;
	if (takes_no_multicast(d, six))
		add_no_multicast(d, six, !four);
	else if (!four)
		set_iface(
		    diagnosis_add(d,
			doctor_here_count(d->f) == 0 ? DOCTOR_PARTLY
						     : DOCTOR_HINT,
			FAULT_IPV6_ONLY,
			xasprintf(
			    say(d->l, "%s has IPv6 only: earshots hear each "
				      "other by multicast; who has IPv4 only, "
				      "IP Messenger and plain text do not "
				      "reach it"),
			    six->name),
			xasprintf("%sdhclient -4 -v %s", diagnosis_sudo(d),
			    six->name)),
		    six->name);
}

static void
look_iface(struct diagnosis *d, const struct doctor_iface *n)
{
	enum { MTU_LEAST = 1280 };

	look_refused(d, n);
	if (!doctor_is_used(n))
		return;
	look_link_local(d, n);
	for (unsigned k = 0; k < n->addr_count; k++) {
		look_broadcast(d, n, &n->addrs[k]);
		if (n->addrs[k].use == IFACE_USED)
			look_overlap(d, n, &n->addrs[k]);
	}
	if (n->mtu != 0 && n->mtu < MTU_LEAST)
		set_iface(
		    diagnosis_add(d, DOCTOR_PARTLY, FAULT_MTU,
			xasprintf(
			    say(d->l, "%s carries no packets beyond %u bytes, "
				      "so IPv6 and large datagrams do not "
				      "work"),
			    n->name, n->mtu),
			xasprintf("%sip link set %s mtu 1500",
			    diagnosis_sudo(d), n->name)),
		    n->name);
}

void
doctor_net(struct diagnosis *d)
{
	for (size_t i = 0; i < d->f->clash_count; i++)
		add_clash(d, &d->f->clashes[i]);
	for (size_t i = 0; i < d->f->iface_count; i++)
		look_iface(d, &d->f->ifaces[i]);
	look_strays(d);
	look_asked_netmask(d);
	look_asked_unused(d);
	for (size_t i = 0; i < d->f->iface_count; i++)
		for (unsigned k = 0; k < d->f->ifaces[i].addr_count; k++)
			look_routed(
			    d, &d->f->ifaces[i], &d->f->ifaces[i].addrs[k]);
	look_routes(d);
	look_families(d);
}
