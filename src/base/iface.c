/* SPDX-License-Identifier: MIT */
#include "base/iface.h"

#include "base/lang.h"

#include <stdio.h>

const char *
iface_use_text(enum iface_use use)
{
	switch (use) {
	case IFACE_USED:
		return N_("used");
	case IFACE_DOWN:
		return N_("down");
	case IFACE_NO_BROADCAST:
		return N_("no broadcast or multicast");
	case IFACE_VIRTUAL:
		return N_("virtual (choose it with --interface)");
	case IFACE_NOT_CHOSEN:
		return N_("not chosen by --interface");
	}
	return N_("unknown");
}

static size_t
ip_size(const struct addr *a)
{
	return a->family == ADDR_IPV4 ? 4 : sizeof(a->ip);
}

static void
fill_bits(struct addr *a, unsigned bits)
{
	for (size_t i = 0; i < ip_size(a); i++) {
		unsigned here = bits > 8 ? 8 : bits;
		a->ip[i] = (uint8_t)(0xff00u >> here);
		bits -= here;
	}
}

struct addr
iface_netmask(const struct iface *f)
{
	struct addr mask = { .family = ADDR_NONE };

	if (f->addr.family != ADDR_IPV4)
		return mask;
	mask.family = ADDR_IPV4;
	fill_bits(&mask, f->prefix_bits);
	return mask;
}

struct addr
iface_subnet(const struct iface *f)
{
	struct addr subnet = f->addr, mask = f->addr;

	if (f->addr.family == ADDR_NONE)
		return subnet;
	fill_bits(&mask, f->prefix_bits);
	for (size_t i = 0; i < ip_size(&subnet); i++)
		subnet.ip[i] &= mask.ip[i];
	subnet.port = 0;
	return subnet;
}

static bool
is_on_link(const struct iface *f, const struct addr *host)
{
	if (f->addr.family != host->family || f->use == IFACE_DOWN)
		return false;
	if (host->family == ADDR_IPV6 && addr_is_link_local(host))
		return host->scope == f->index;
	return addr_same_prefix(&f->addr, host, f->prefix_bits);
}

enum iface_reach
iface_reach(const struct iface *list, size_t count, const struct addr *host,
    const struct iface **ret_iface)
{
	const struct iface *best = NULL;

	if (addr_is_loopback(host))
		return IFACE_REACH_HERE;
	for (size_t i = 0; i < count; i++) {
		const struct iface *f = &list[i];
		if (f->addr.family != ADDR_NONE &&
		    addr_same_host(&f->addr, host))
			return IFACE_REACH_HERE;
		if (is_on_link(f, host) &&
		    (best == NULL || f->prefix_bits > best->prefix_bits))
			best = f;
	}
	if (best != NULL) {
		*ret_iface = best;
		return IFACE_REACH_SUBNET;
	}
	/* Of IPv6 only the link-local addresses are in the list. */
	return host->family == ADDR_IPV4 ? IFACE_REACH_ROUTED
					 : IFACE_REACH_UNKNOWN;
}

const char *
iface_reach_text(enum iface_reach reach)
{
	switch (reach) {
	case IFACE_REACH_HERE:
		return "here";
	case IFACE_REACH_SUBNET:
		return "subnet";
	case IFACE_REACH_ROUTED:
		return "routed";
	case IFACE_REACH_UNKNOWN:
		break;
	}
	return "unknown";
}

const char *
mac_text(const uint8_t mac[MAC_SIZE], char out[static MAC_TEXT_SIZE])
{
	snprintf(out, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
	    mac[1], mac[2], mac[3], mac[4], mac[5]);
	return out;
}
