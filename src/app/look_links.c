/* SPDX-License-Identifier: MIT */
/*
 * Interfaces and the default routes. What the model has of an interface is
 * what we use of it; the kernel tells what it is.
 */
#include "app/look_state.h"

#include "net/ifaces.h"
#include "net/links.h"
#include "net/routes.h"

#include <stdio.h>
#include <string.h>

struct doctor_iface *
look_iface(const struct look *k, unsigned index)
{
	for (size_t i = 0; i < k->f->iface_count; i++)
		if (k->f->ifaces[i].index == index)
			return &k->f->ifaces[i];
	return NULL;
}

bool
look_is_used(const struct doctor_iface *n, const struct doctor_addr *a)
{
	return n->link != LINK_LOOPBACK && a->use == IFACE_USED;
}

static bool
begins(const char *name, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strncmp(name, *list, strlen(*list)) == 0)
			return true;
	return false;
}

static enum doctor_link
link_of(const struct link_info *l)
{
	static const char *const containers[] = { "docker", "br-", "virbr",
		"podman", "cni", "lxc", "lxd", "incus", "cali", "flannel",
		"cilium", "kube", "vmnet", "vboxnet", NULL };
	static const char *const tunnels[] = { "tun", "wireguard", "ipip",
		"gre", "sit", "ppp", "vti", "xfrm", NULL };
	static const char *const tunnel_names[] = { "tun", "tap", "wg", "ppp",
		"tailscale", "zt", "nordlynx", "proton", "mullvad", "gpd",
		NULL };

	if (l->loopback)
		return LINK_LOOPBACK;
	if (strcmp(l->kind, "bridge") == 0)
		return begins(l->name, containers) ? LINK_CONTAINER
						   : LINK_BRIDGE;
	if (begins(l->kind, tunnels) || begins(l->name, tunnel_names) ||
	    l->point_to_point)
		return LINK_TUNNEL;
	if (begins(l->name, containers))
		return LINK_CONTAINER;
	if (strcmp(l->kind, "veth") == 0)
		return LINK_VETH;
	if (l->wireless)
		return LINK_WIRELESS;
	return l->bare || l->kind[0] != '\0' ? LINK_OTHER : LINK_ETHERNET;
}

static void
take_link(struct look *k, const struct link_info *l)
{
	struct doctor_facts *f = k->f;
	struct doctor_iface *n = look_iface(k, l->index);

	if (n == NULL && f->iface_count == DOCTOR_IFACES_MAX)
		return;
	if (n == NULL) {
		n = &f->ifaces[f->iface_count++];
		*n = (struct doctor_iface){ .index = l->index };
		memcpy(n->name, l->name, sizeof(n->name));
	}
	n->link = link_of(l);
	n->up = l->up;
	n->carrier = known_of(l->carrier);
	n->broadcasts = known_of(l->broadcasts);
	n->multicasts = known_of(l->multicasts);
	n->mtu = l->mtu;
	n->isolated = l->master == 0 ? KNOWN_NOTHING : known_of(l->isolated);
	n->has_mac = l->has_mac;
	memcpy(n->mac, l->mac, MAC_SIZE);
}

static const char group_hex[] = "ff120000000000000000000045415253";

/* What the kernel lists of each interface that takes part in a group. */
static void
take_groups(struct look *k)
{
	FILE *file = fopen("/proc/self/net/igmp6", "re");
	char line[256], group[33];
	unsigned index;

	if (file == NULL)
		return;
	for (size_t i = 0; i < k->f->iface_count; i++)
		k->f->ifaces[i].joined = KNOWN_NO;
	while (fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "%u %*s %32s", &index, group) != 2 ||
		    strcmp(group, group_hex) != 0)
			continue;
		struct doctor_iface *n = look_iface(k, index);
		if (n != NULL)
			n->joined = KNOWN_YES;
	}
	fclose(file);
}

/* IPv6 addresses that the kernel found to be taken already. */
static void
take_refused(struct look *k)
{
	enum { DAD_FAILED = 0x08 };
	FILE *file = fopen("/proc/self/net/if_inet6", "re");
	char line[256], hex[33], have[33];
	unsigned index, flags;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "%32s %x %*x %*x %x", hex, &index, &flags) !=
			3 ||
		    (flags & DAD_FAILED) == 0)
			continue;
		struct doctor_iface *n = look_iface(k, index);
		for (unsigned i = 0; n != NULL && i < n->addr_count; i++) {
			struct doctor_addr *a = &n->addrs[i];
			for (size_t j = 0; j < sizeof(a->addr.ip); j++)
				snprintf(
				    have + 2 * j, 3, "%02x", a->addr.ip[j]);
			a->refused |= strcmp(have, hex) == 0;
		}
	}
	if (file != NULL)
		fclose(file);
}

/* What we use, or would use. */
static void
take_addresses(struct look *k)
{
	struct iface list[IFACES_MAX];
	const struct settings *s = k->cfg.settings;
	struct iface_choice choice = {
		.names = s->interfaces.items,
		.count = s->interfaces.count,
	};
	size_t count = ifaces_list(&choice, list);

	for (size_t i = 0; i < count; i++) {
		struct doctor_iface *n = look_iface(k, list[i].index);
		if (n == NULL || n->addr_count == DOCTOR_ADDRS_MAX ||
		    list[i].addr.family == ADDR_NONE)
			continue;
		n->addrs[n->addr_count++] = (struct doctor_addr){
			.addr = list[i].addr,
			.broadcast = list[i].broadcast,
			.prefix_bits = list[i].prefix_bits,
			.use = list[i].use,
		};
	}
}

/* A more exact route may lead elsewhere. */
static void
take_routed(struct look *k, const struct doctor_iface *n, struct doctor_addr *a)
{
	struct addr somebody = a->addr;
	struct route r;

	if (!look_is_used(n, a) || a->addr.family != ADDR_IPV4)
		return;
	somebody.ip[3] ^= 1;
	if (!routes_to(&somebody, &r) || r.index == n->index ||
	    look_iface(k, r.index) == NULL)
		return;
	snprintf(a->routed, sizeof(a->routed), "%s", r.iface);
}

static void
take_routes(struct look *k)
{
	for (size_t i = 0; i < k->f->iface_count; i++) {
		struct doctor_iface *n = &k->f->ifaces[i];
		for (unsigned j = 0; j < n->addr_count; j++)
			take_routed(k, n, &n->addrs[j]);
	}
}

static void
take_gateways(struct look *k)
{
	struct route routes[ROUTES_MAX];
	size_t count = routes_default(routes);
	struct doctor_facts *f = k->f;

	for (size_t i = 0; i < count && i < DOCTOR_GATEWAYS_MAX; i++) {
		struct doctor_gateway *g = &f->gateways[f->gateway_count++];
		const struct doctor_iface *n = look_iface(k, routes[i].index);
		*g = (struct doctor_gateway){
			.addr = routes[i].gateway,
			.link = n == NULL ? LINK_UNKNOWN : n->link,
			.metric = routes[i].metric,
		};
		snprintf(g->iface, sizeof(g->iface), "%s", routes[i].iface);
	}
}

void
look_links(struct look *k)
{
	struct link_info links[LINKS_MAX];
	size_t count = links_list(links);

	for (size_t i = 0; i < count; i++)
		take_link(k, &links[i]);
	take_addresses(k);
	take_groups(k);
	take_refused(k);
	take_routes(k);
	take_gateways(k);
}
