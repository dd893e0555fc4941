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

#endif
