/* SPDX-License-Identifier: MIT */
/*
 * What there is to know about one address of one network interface, as a
 * value: net finds it out, the model shows it.
 */
#ifndef BASE_IFACE_H
#define BASE_IFACE_H

#include "base/addr.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	IFACE_NAME_MAX = 16, /* IFNAMSIZ of Linux */
	IFACES_MAX = 64,     /* addresses we look at; more are ignored */
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
	enum iface_use use;
	int last_error; /* errno of the last failed send, or 0 */
};

/* "used", "down", "virtual (choose it with --interface)", … static storage. */
const char *iface_use_text(enum iface_use use);

#endif
