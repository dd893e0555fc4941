/* SPDX-License-Identifier: MIT */
/*
 * Which way this machine sends what is not for a link of its own (netlink on
 * Linux; not known elsewhere).
 */
#ifndef NET_ROUTES_H
#define NET_ROUTES_H

#include "base/addr.h"
#include "base/iface.h"

#include <stdbool.h>
#include <stddef.h>

enum { ROUTES_MAX = 8 };

struct route {
	struct addr gateway; /* ADDR_NONE: the link itself */
	unsigned index;      /* of the interface */
	char iface[IFACE_NAME_MAX];
	unsigned metric;
	unsigned prefix_bits;
};

/* The default routes, also those in two halves as VPNs set them; the one that
 * is taken first comes first, IPv4 before IPv6. */
size_t routes_default(struct route out[static ROUTES_MAX]);
/* How a host is reached, by all rules there are. Nothing is sent. False: it is
 * not, or nobody knows. */
bool routes_to(const struct addr *host, struct route *ret_route);

#endif
