/* SPDX-License-Identifier: MIT */
/*
 * What there is to know about one address of one network interface, as a
 * value: net finds it out, the model shows it.
 */
#ifndef BASE_IFACE_H
#define BASE_IFACE_H

#include "base/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IFACE_NAME_MAX = 16, /* IFNAMSIZ of Linux */
	IFACES_MAX = 64,     /* addresses we look at; more are ignored */
	MAC_SIZE = 6,
	MAC_TEXT_SIZE = 3 * MAC_SIZE,
};

enum iface_use {
	IFACE_USED,
	IFACE_DOWN,
	IFACE_NO_BROADCAST, /* point to point, or neither broadcast nor IPv6 */
	IFACE_VIRTUAL,      /* container, bridge, VPN: off unless asked */
	IFACE_NOT_CHOSEN,   /* --interface names others */
};

struct iface {
	char name[IFACE_NAME_MAX];
	unsigned index;
	struct addr addr;      /* port 0 */
	struct addr broadcast; /* IPv4 only; ADDR_NONE else */
	unsigned prefix_bits;
	bool loopback;
	bool has_mac;
	uint8_t mac[MAC_SIZE];
	enum iface_use use;
	int last_error; /* errno of the last failed send, or 0 */
};

/* "used", "down", "virtual (choose it with --interface)", … static storage. */
const char *iface_use_text(enum iface_use use);

/* Of an IPv4 address; ADDR_NONE else. */
struct addr iface_netmask(const struct iface *f);
/* The address AND the netmask, of either family. */
struct addr iface_subnet(const struct iface *f);

/* How a host is reached, as far as our own addresses tell. */
enum iface_reach {
	IFACE_REACH_UNKNOWN,
	IFACE_REACH_HERE,   /* it is this machine */
	IFACE_REACH_SUBNET, /* it is in a subnet of ours */
	IFACE_REACH_ROUTED, /* a router is in between */
};
/* *ret_iface: of IFACE_REACH_SUBNET, the one with the longest prefix. */
enum iface_reach iface_reach(const struct iface *list, size_t count,
    const struct addr *host, const struct iface **ret_iface);
/* "here", "subnet", "routed", "unknown"; static storage. */
const char *iface_reach_text(enum iface_reach reach);

/* "02:00:0a:4d:00:01"; returns out. */
const char *mac_text(
    const uint8_t mac[MAC_SIZE], char out[static MAC_TEXT_SIZE]);

#endif
