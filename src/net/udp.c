/* SPDX-License-Identifier: MIT */
/*
 * Four sockets. The two on the discovery port are shared with every instance
 * of the host, which works for broadcast and multicast only: a datagram to one
 * address would reach whichever instance the kernel likes. So all is sent from
 * the other two, and answers come back there.
 */
#include "net/udp.h"

#include "base/err.h"
#include "base/mem.h"
#include "net/pktinfo.h"
#include "net/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* macOS has two names for what Linux has one. */
#ifndef IPV6_JOIN_GROUP
#define IPV6_JOIN_GROUP IPV6_ADD_MEMBERSHIP
#define IPV6_LEAVE_GROUP IPV6_DROP_MEMBERSHIP
#endif

enum {
	OWN_PORT_TRIES = 16,
	DROPS_PER_CALL = 16,
	UNICAST_TTL = 64,
	/* What a window of datagrams takes in the kernel, which counts two KiB
	 * and more for each. It gives less where the system says so. */
	BUFFER_BYTES = 1024 * 1024,
};

enum role { DISCOVERY_4, DISCOVERY_6, OWN_4, OWN_6, ROLE_COUNT };

struct udp {
	int fds[ROLE_COUNT]; /* -1 where there is none */
	uint16_t discovery_port, own_port;
	struct iface ifaces[IFACES_MAX];
	size_t iface_count;
};

/* ff12::4541:5253: transient, link-local, "EARS". */
static const uint8_t group[16] = { 0xff, 0x12, [12] = 0x45, 0x41, 0x52, 0x53 };

/* -1 with errno. */
static int
udp_bind(enum addr_family family, uint16_t port, bool shared)
{
	struct addr any = sockaddr_local(family, false, port);
	struct sockaddr_storage ss;
	socklen_t size = sockaddr_of(&any, &ss);
	int fd = socket_new(family, SOCK_DGRAM);

	if (fd < 0)
		return -1;
	if (shared) {
		socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
#ifndef __linux__
		/* There only this one shares; on Linux it would deal the
		 * datagrams out instead of copying them. */
		socket_set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
#endif
	}
	pktinfo_ask(fd, family);
	if (bind(fd, (struct sockaddr *)&ss, size) == 0)
		return fd;
	socket_close(fd);
	return -1;
}

/* -1 with errno: no family works, or IPv4 is there but the port is not. */
static int
open_discovery(struct udp *u)
{
	u->fds[DISCOVERY_4] = udp_bind(ADDR_IPV4, u->discovery_port, true);
	if (u->fds[DISCOVERY_4] < 0 && errno != EAFNOSUPPORT)
		return -1;
	u->fds[DISCOVERY_6] = udp_bind(ADDR_IPV6, u->discovery_port, true);
	return u->fds[DISCOVERY_4] < 0 && u->fds[DISCOVERY_6] < 0 ? -1 : 0;
}

static int
open_own_once(struct udp *u)
{
	u->fds[OWN_4] = udp_bind(ADDR_IPV4, 0, false);
	if (u->fds[OWN_4] >= 0)
		u->own_port = sockaddr_port(u->fds[OWN_4]);
	u->fds[OWN_6] = udp_bind(ADDR_IPV6, u->own_port, false);
	if (u->fds[OWN_4] < 0 && u->fds[OWN_6] >= 0)
		u->own_port = sockaddr_port(u->fds[OWN_6]);
	if (u->fds[OWN_6] < 0 && errno == EADDRINUSE) {
		socket_close(u->fds[OWN_4]);
		u->fds[OWN_4] = -1;
		u->own_port = 0;
		return -1;
	}
	return u->fds[OWN_4] < 0 && u->fds[OWN_6] < 0 ? -1 : 0;
}

static void
ask_for_buffers(int fd)
{
	if (fd < 0)
		return;
	socket_set(fd, SOL_SOCKET, SO_RCVBUF, BUFFER_BYTES);
	socket_set(fd, SOL_SOCKET, SO_SNDBUF, BUFFER_BYTES);
}

static int
open_own(struct udp *u)
{
	int err = -1;

	/* The port the kernel picks is free in IPv4; in IPv6 perhaps not. */
	for (int i = 0; err != 0 && i < OWN_PORT_TRIES; i++)
		err = open_own_once(u);
	if (err != 0)
		return -1;
	ask_for_buffers(u->fds[OWN_4]);
	ask_for_buffers(u->fds[OWN_6]);
	if (u->fds[OWN_4] >= 0)
		socket_set(u->fds[OWN_4], SOL_SOCKET, SO_BROADCAST, 1);
	if (u->fds[OWN_6] >= 0) {
		int fd = u->fds[OWN_6];
		socket_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1);
		socket_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1);
	}
	return 0;
}

int
udp_open(uint16_t discovery_port, const struct lang *lang, struct udp **ret_udp,
    char **ret_error)
{
	struct udp *u = xcalloc(1, sizeof(*u));

	u->discovery_port = discovery_port;
	for (size_t i = 0; i < ROLE_COUNT; i++)
		u->fds[i] = -1;
	if (open_discovery(u) != 0) {
		int sys_errno = errno;
		char what[128];
		snprintf(what, sizeof(what),
		    say(lang, "cannot open the discovery port, %u (UDP)"),
		    (unsigned)discovery_port);
		*ret_error = net_error(what, sys_errno,
		    say(lang,
			"another program may hold it alone: end that, or choose "
			"one port for everybody with --port"));
		udp_close(u);
		return ERR_SYS;
	}
	if (open_own(u) != 0) {
		*ret_error = net_error(say(lang, "cannot open a UDP port"),
		    errno,
		    say(lang, "see whether this user may open sockets here"));
		udp_close(u);
		return ERR_SYS;
	}
	*ret_udp = u;
	return 0;
}

void
udp_close(struct udp *u)
{
	if (u == NULL)
		return;
	for (size_t i = 0; i < ROLE_COUNT; i++)
		socket_close(u->fds[i]);
	free(u);
}

uint16_t
udp_own_port(const struct udp *u)
{
	return u->own_port;
}

static bool
speaks_ipv6(const struct iface *f)
{
	return f->use == IFACE_USED && f->addr.family == ADDR_IPV6;
}

static bool
group_is_on(const struct iface *ifaces, size_t count, unsigned index)
{
	for (size_t i = 0; i < count; i++)
		if (speaks_ipv6(&ifaces[i]) && ifaces[i].index == index)
			return true;
	return false;
}

static void
group_change(const struct udp *u, int option, unsigned index)
{
	struct ipv6_mreq request = { .ipv6mr_interface = index };

	memcpy(&request.ipv6mr_multiaddr, group, sizeof(group));
	/* Joining twice and leaving what is gone are refused: all the same. */
	if (setsockopt(u->fds[DISCOVERY_6], IPPROTO_IPV6, option, &request,
		sizeof(request)) != 0)
		errno = 0;
}

void
udp_interfaces(struct udp *u, const struct iface *ifaces, size_t count)
{
	if (count > IFACES_MAX)
		count = IFACES_MAX;
	if (u->fds[DISCOVERY_6] >= 0) {
		for (size_t i = 0; i < u->iface_count; i++)
			if (speaks_ipv6(&u->ifaces[i]) &&
			    !group_is_on(ifaces, count, u->ifaces[i].index))
				group_change(
				    u, IPV6_LEAVE_GROUP, u->ifaces[i].index);
		for (size_t i = 0; i < count; i++)
			if (speaks_ipv6(&ifaces[i]))
				group_change(
				    u, IPV6_JOIN_GROUP, ifaces[i].index);
	}
	if (count > 0)
		memmove(u->ifaces, ifaces, count * sizeof(*ifaces));
	u->iface_count = count;
}

void
udp_watch(const struct udp *u, struct loop *l, uint64_t tag)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (u->fds[i] >= 0)
			loop_watch_lasting(l, u->fds[i], tag);
}

/*
 * What this host sends to its own address of another interface arrives through
 * loopback, and is as near as it can be; but where loopback is not used, only
 * when it comes from an address of a used interface.
 */
static bool
matches(const struct iface *f, const struct addr *from, unsigned index,
    bool via_loopback)
{
	if (f->use != IFACE_USED)
		return false;
	if (via_loopback)
		return f->loopback || addr_same_host(&f->addr, from);
	if (index != 0 && f->index != index)
		return false;
	if (addr_is_link_local(from))
		return true;
	return f->addr.family == from->family &&
	       addr_same_prefix(&f->addr, from, f->prefix_bits);
}

/* A forged source, so that the answer goes to everybody. */
static bool
is_broadcast(const struct udp *u, const struct addr *from)
{
	for (size_t i = 0; i < u->iface_count; i++)
		if (u->ifaces[i].broadcast.family != ADDR_NONE &&
		    addr_same_host(&u->ifaces[i].broadcast, from))
			return true;
	return false;
}

static bool
is_on_link(const struct udp *u, const struct addr *from, unsigned index)
{
	bool via_loopback = false;

	if (is_broadcast(u, from))
		return false;
	for (size_t i = 0; i < u->iface_count; i++)
		if (u->ifaces[i].loopback && u->ifaces[i].index == index)
			via_loopback = true;
	for (size_t i = 0; i < u->iface_count; i++)
		if (matches(&u->ifaces[i], from, index, via_loopback))
			return true;
	return false;
}

bool
udp_receive(struct udp *u, int fd, struct datagram *ret_datagram)
{
	for (int i = 0; i < DROPS_PER_CALL; i++) {
		struct arrival a;
		ssize_t got = pktinfo_receive(
		    fd, ret_datagram->bytes, sizeof(ret_datagram->bytes), &a);
		if (got == -1)
			return false;
		if (got < 0)
			continue;
		ret_datagram->from = a.from;
		ret_datagram->index = a.index;
		ret_datagram->to_all = a.to_all;
		ret_datagram->size = (size_t)got;
		ret_datagram->on_link = is_on_link(u, &a.from, a.index);
		return true;
	}
	return false;
}

static struct addr
target_of(const struct udp *u, const struct iface *f)
{
	struct addr to = f->broadcast;

	if (f->addr.family == ADDR_IPV6) {
		to = (struct addr){ .family = ADDR_IPV6, .scope = f->index };
		memcpy(to.ip, group, sizeof(group));
	}
	to.port = u->discovery_port;
	return to;
}

/* Whether an entry before this one reaches the same people: a second address
 * in the same network, or a second IPv6 address. */
static bool
is_repeat(const struct udp *u, const struct iface *ifaces, size_t at)
{
	struct addr to = target_of(u, &ifaces[at]);

	for (size_t i = 0; i < at; i++) {
		struct addr other = target_of(u, &ifaces[i]);
		if (ifaces[i].use == IFACE_USED &&
		    ifaces[i].index == ifaces[at].index &&
		    addr_equal(&other, &to))
			return true;
	}
	return false;
}

void
udp_broadcast(struct udp *u, struct iface *ifaces, size_t count,
    const uint8_t *p, size_t n)
{
	/* A broadcast must not be carried off the link by a router; what is
	 * sent to one address may be. */
	if (u->fds[OWN_4] >= 0)
		socket_set(u->fds[OWN_4], IPPROTO_IP, IP_TTL, 1);
	for (size_t i = 0; i < count; i++) {
		struct iface *f = &ifaces[i];
		if (f->use != IFACE_USED || is_repeat(u, ifaces, i))
			continue;
		struct addr to = target_of(u, f);
		int fd = u->fds[to.family == ADDR_IPV4 ? OWN_4 : OWN_6];
		f->last_error =
		    fd < 0 ? EAFNOSUPPORT : pktinfo_send(fd, &to, f, p, n);
	}
	if (u->fds[OWN_4] >= 0)
		socket_set(u->fds[OWN_4], IPPROTO_IP, IP_TTL, UNICAST_TTL);
}

void
udp_send(struct udp *u, const struct addr *to, const uint8_t *p, size_t n)
{
	int fd = u->fds[to->family == ADDR_IPV4 ? OWN_4 : OWN_6];

	/* A lost datagram is nothing new to the caller, nor is a refused one.
	 */
	if (fd >= 0)
		pktinfo_send_to(fd, u->ifaces, u->iface_count, to, p, n);
}
