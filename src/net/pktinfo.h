/* SPDX-License-Identifier: MIT */
/*
 * Which interface a datagram came in through, and through which one it goes
 * out.
 */
#ifndef NET_PKTINFO_H
#define NET_PKTINFO_H

#include "base/addr.h"
#include "base/iface.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

struct arrival {
	struct addr from;
	struct addr to; /* ADDR_NONE where the system does not say */
	unsigned index; /* of the interface; 0: it does not say */
	bool to_all;    /* to is a broadcast address, or a group */
};

/* The socket tells of each datagram how it arrived. */
void pktinfo_ask(int fd, enum addr_family family);
/* Its size; -1 when there is none, -2 when one was thrown away and there may
 * be more. */
ssize_t pktinfo_receive(
    int fd, void *bytes, size_t cap, struct arrival *ret_arrival);
/* Through that interface and from its address. 0 or an errno. */
int pktinfo_send(int fd, const struct addr *to, const struct iface *f,
    const void *bytes, size_t n);
/* The used interface that this address is a neighbour on, or NULL. */
const struct iface *pktinfo_neighbour(
    const struct iface *ifaces, size_t count, const struct addr *to);
/* Through the interface it is a neighbour on, else as the system likes. What
 * cannot be sent is lost, as on the way. 0 or an errno. */
int pktinfo_send_to(int fd, const struct iface *ifaces, size_t count,
    const struct addr *to, const void *bytes, size_t n);

#endif
