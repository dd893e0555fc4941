/* SPDX-License-Identifier: MIT */
/*
 * Whom the kernel knows on the links of this machine: what ARP and neighbour
 * discovery told it lately (netlink on Linux; nobody elsewhere).
 */
#ifndef NET_NEIGHBOURS_H
#define NET_NEIGHBOURS_H

#include "base/addr.h"
#include "base/iface.h"

#include <stdbool.h>
#include <stdint.h>

/* The hardware address of a host on a link. Nothing is sent to find out. */
bool neighbours_find(const struct addr *host, uint8_t ret_mac[MAC_SIZE]);

enum entry_state {
	ENTRY_UNKNOWN, /* the table cannot be read here */
	ENTRY_NONE,
	ENTRY_ASKED, /* nobody answered yet */
	ENTRY_FAILED,
	ENTRY_STALE,     /* known, and not heard of lately */
	ENTRY_REACHABLE, /* it answered just now */
};
struct entry {
	enum entry_state state;
	bool has_mac;
	uint8_t mac[MAC_SIZE];
	unsigned index; /* of the interface */
};
/* The best there is of a host. */
struct entry neighbours_entry(const struct addr *host);

#endif
