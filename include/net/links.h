/* SPDX-License-Identifier: MIT */
/*
 * The network interfaces as the kernel describes them, whether we use them or
 * not (netlink on Linux; none elsewhere).
 */
#ifndef NET_LINKS_H
#define NET_LINKS_H

#include "base/iface.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LINKS_MAX = 64,
	LINK_KIND_SIZE = 16,
};

struct link_info {
	char name[IFACE_NAME_MAX];
	unsigned index;
	bool up, carrier;
	bool loopback, broadcasts, multicasts, point_to_point;
	bool wireless;
	/* Nothing but an address of a link is on it: a tunnel of IP. */
	bool bare;
	unsigned mtu;
	/* "veth", "bridge", "wireguard", "tun", …; "": a card, or whatever its
	 * driver does not tell. */
	char kind[LINK_KIND_SIZE];
	unsigned master; /* of what it is a part; 0 */
	bool isolated;   /* a bridge keeps it apart from others like it */
	bool has_mac;
	uint8_t mac[MAC_SIZE];
};

size_t links_list(struct link_info out[static LINKS_MAX]);

#endif
