/* SPDX-License-Identifier: MIT */
/*
 * Further ports that others are heard on, by a number of the caller: sockets
 * for datagrams, which may share their port with other programs, and listeners
 * for connections. Each for IPv4 and, where the machine has it, IPv6.
 */
#ifndef NET_PORTS_H
#define NET_PORTS_H

#include "base/addr.h"
#include "base/iface.h"
#include "net/ifaces.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PORTS_MAX = 32,
	PORTS_DATAGRAM_MAX = 65535,
};

struct ports;

struct ports *ports_new(void);
/* Closes all. NULL is fine. */
void ports_free(struct ports *p);
/* Nothing comes in or goes out through an interface that is not named; the
 * names are borrowed for the whole life. */
void ports_confine(struct ports *p, const struct iface_choice *choice);
/* From now on ports for datagrams are not shared. */
void ports_alone(struct ports *p);
void ports_interfaces(
    struct ports *p, const struct iface *ifaces, size_t count);

/* Opens a port, 0 for any that is free. 0 and the port, or an errno. */
int ports_open(struct ports *p, uint32_t number, bool tcp, uint16_t port,
    uint16_t *ret_port);
void ports_close(struct ports *p, uint32_t number);

/* Watches those for datagrams with one tag, those for connections with the
 * other. */
void ports_watch(struct ports *p, struct loop *l, int64_t mono_ms,
    uint64_t udp_tag, uint64_t tcp_tag);
/* When listeners that ran out of descriptors go on; NEVER_MS. */
int64_t ports_deadline(const struct ports *p);

struct port_datagram {
	uint32_t number;
	struct addr from;
	bool to_all;          /* it was sent to a broadcast address */
	const uint8_t *bytes; /* until the next call */
	size_t size;
};
/* One datagram of the fd that is readable; false when there is none. */
bool ports_receive(struct ports *p, int fd, struct port_datagram *ret_datagram);

struct port_stream {
	uint32_t number;
	struct addr from;
	int fd; /* the caller's: tcp_adopt or tcp_refuse */
};
/* One connection of the fd that is readable; false when there is none. */
bool ports_accept(struct ports *p, int fd, struct port_stream *ret_stream);

/* From that port. What cannot be sent is lost, as on the way. */
void ports_send(struct ports *p, uint32_t number, const struct addr *to,
    const uint8_t *bytes, size_t n);
/* To the broadcast address of every used interface, at that port. */
void ports_broadcast(struct ports *p, uint32_t number, uint16_t port,
    const uint8_t *bytes, size_t n);

#endif
