/* SPDX-License-Identifier: MIT */
/*
 * Each datagram names the interface it leaves through, and its source address:
 * the routing table alone would send a broadcast of the second interface from
 * the address of the first where two share a network.
 */
#include "net/pktinfo.h"

#include "net/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

void
pktinfo_ask(int fd, enum addr_family family)
{
	if (family == ADDR_IPV6) {
		socket_set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
		return;
	}
#if defined(IP_RECVPKTINFO) && !defined(__linux__)
	socket_set(fd, IPPROTO_IP, IP_RECVPKTINFO, 1);
#elif defined(IP_PKTINFO)
	socket_set(fd, IPPROTO_IP, IP_PKTINFO, 1);
#endif
}

static void
read_control(struct msghdr *m, struct arrival *a)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL;
	     c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			a->index = info.ipi6_ifindex;
			a->to.family = ADDR_IPV6;
			memcpy(a->to.ip, &info.ipi6_addr, 16);
			a->to_all = a->to.ip[0] == 0xff;
		}
#ifdef IP_PKTINFO
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			a->index = (unsigned)info.ipi_ifindex;
			a->to.family = ADDR_IPV4;
			memcpy(a->to.ip, &info.ipi_addr, 4);
			/* What is for us alone, we answer from there. */
			a->to_all =
			    info.ipi_addr.s_addr != info.ipi_spec_dst.s_addr;
		}
#endif
	}
}

ssize_t
pktinfo_receive(int fd, void *bytes, size_t cap, struct arrival *ret_arrival)
{
	union {
		char bytes[256];
		struct cmsghdr align;
	} control;
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	struct iovec iov = { .iov_base = bytes, .iov_len = cap };
	struct msghdr m = {
		.msg_name = &ss,
		.msg_namelen = sizeof(ss),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t got = recvmsg(fd, &m, 0);

	if (got < 0 && (errno == EAGAIN || errno == EBADF))
		return -1;
	if (got < 0 || (m.msg_flags & MSG_TRUNC) != 0)
		return -2;
	*ret_arrival =
	    (struct arrival){ .from = sockaddr_addr((struct sockaddr *)&ss) };
	read_control(&m, ret_arrival);
	return got;
}

/* Makes info the only control message of m, which has the room. */
static void
set_control(
    struct msghdr *m, int level, int type, const void *info, size_t size)
{
	struct cmsghdr *c = m->msg_control;

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(c), info, size);
	m->msg_controllen = CMSG_SPACE(size);
}

int
pktinfo_send(int fd, const struct addr *to, const struct iface *f,
    const void *bytes, size_t n)
{
	/* sendmsg only reads it. */
	struct iovec iov = {
		.iov_base = (void *)(uintptr_t)bytes,
		.iov_len = n,
	};
	struct sockaddr_storage ss;

	union {
		char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
		struct cmsghdr align;
	} control;
	struct msghdr m = {
		.msg_name = &ss,
		.msg_namelen = sockaddr_of(to, &ss),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
	};
	memset(&control, 0, sizeof(control));
	if (to->family == ADDR_IPV6) {
		struct in6_pktinfo info = { .ipi6_ifindex = f->index };
		memcpy(&info.ipi6_addr, f->addr.ip, 16);
		set_control(
		    &m, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	} else {
#ifdef IP_PKTINFO
		struct in_pktinfo info = { .ipi_ifindex = (int)f->index };
		memcpy(&info.ipi_spec_dst, f->addr.ip, 4);
		set_control(&m, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
#endif
	}
	return sendmsg(fd, &m, 0) < 0 ? errno : 0;
}

const struct iface *
pktinfo_neighbour(
    const struct iface *ifaces, size_t count, const struct addr *to)
{
	for (size_t i = 0; i < count; i++)
		if (ifaces[i].use == IFACE_USED &&
		    addr_same_prefix(
			&ifaces[i].addr, to, ifaces[i].prefix_bits))
			return &ifaces[i];
	return NULL;
}

int
pktinfo_send_to(int fd, const struct iface *ifaces, size_t count,
    const struct addr *to, const void *bytes, size_t n)
{
	const struct iface *f = pktinfo_neighbour(ifaces, count, to);
	struct sockaddr_storage ss;
	socklen_t size = sockaddr_of(to, &ss);

	if (size == 0)
		return EAFNOSUPPORT;
	/* The routing table would take another card in the same network. */
	if (f != NULL && pktinfo_send(fd, to, f, bytes, n) == 0)
		return 0;
	if (sendto(fd, bytes, n, 0, (struct sockaddr *)&ss, size) < 0)
		return errno;
	return 0;
}
