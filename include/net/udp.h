/* SPDX-License-Identifier: MIT */
/*
 * The datagram sockets: one on the discovery port that all instances of a
 * host share and that hears broadcast and multicast, and one of our own that
 * everything is sent from and that hears what is sent to us alone; each for
 * IPv4 and IPv6.
 */
#ifndef NET_UDP_H
#define NET_UDP_H

#include "base/addr.h"
#include "base/iface.h"
#include "base/lang.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct udp;

/* 0, or an error and its sentence (caller frees). A machine without IPv6 is
 * no error. */
int udp_open(uint16_t discovery_port, const struct lang *lang,
    struct udp **ret_udp, char **ret_error);
/* NULL is fine. */
void udp_close(struct udp *u);
/* The port that our datagrams come from (the same for IPv4 and IPv6). */
uint16_t udp_own_port(const struct udp *u);
/* Takes the interfaces to use: joins and leaves the IPv6 group. */
void udp_interfaces(struct udp *u, const struct iface *ifaces, size_t count);
void udp_watch(const struct udp *u, struct loop *l, uint64_t tag);

struct datagram {
	struct addr from;
	bool on_link;   /* the source is inside a prefix of the interface, or
			   link-local, or on loopback */
	unsigned index; /* of the interface it came through; 0: not known */
	bool to_all;    /* sent by broadcast or multicast, as far as known */
	size_t size;
	uint8_t bytes[1500];
};
/* One datagram from the fd that is readable; false when there is none. */
bool udp_receive(struct udp *u, int fd, struct datagram *ret_datagram);
/* To the broadcast address of every used interface and to the IPv6 group on
 * it. Errors are kept in ifaces[i].last_error. */
void udp_broadcast(struct udp *u, struct iface *ifaces, size_t count,
    const uint8_t *p, size_t n);
/* From our own socket; what cannot be sent is lost, as on the way. */
void udp_send(struct udp *u, const struct addr *to, const uint8_t *p, size_t n);

#endif
