/* SPDX-License-Identifier: MIT */
#include "net/reach.h"

#include "base/mem.h"
#include "net/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	NOBODYS_PORT = 9, /* discard, where it is served at all */
	ECHO_4 = 8,
	ECHO_6 = 128,
};

struct reach {
	struct addr host;
	int echo, datagram; /* -1: not permitted */
	int64_t begun_ms, answered_ms;
	bool answered;
};

static int
open_echo(const struct addr *host)
{
	bool four = host->family == ADDR_IPV4;
	uint8_t packet[16] = { four ? ECHO_4 : ECHO_6, [7] = 1 };
	struct sockaddr_storage ss;
	socklen_t size = sockaddr_of(host, &ss);
	int fd = socket(four ? AF_INET : AF_INET6,
	    SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    four ? (int)IPPROTO_ICMP : (int)IPPROTO_ICMPV6);

	/* The kernel fills in the checksum and which echo is ours. */
	if (fd >= 0 && sendto(fd, packet, sizeof(packet), 0,
			   (struct sockaddr *)&ss, size) < 0) {
		socket_close(fd);
		return -1;
	}
	return fd;
}

/* Connected, so that it hears that nobody is at home. */
static int
open_datagram(const struct addr *host)
{
	struct addr to = *host;
	struct sockaddr_storage ss;
	int fd = socket_new((enum addr_family)host->family, SOCK_DGRAM);

	to.port = NOBODYS_PORT;
	socklen_t size = sockaddr_of(&to, &ss);
	if (fd >= 0 && (connect(fd, (struct sockaddr *)&ss, size) != 0 ||
			   send(fd, "", 1, 0) < 0)) {
		socket_close(fd);
		return -1;
	}
	return fd;
}

struct reach *
reach_new(const struct addr *host, int64_t mono_ms)
{
	struct reach *r = xcalloc(1, sizeof(*r));

	r->host = *host;
	r->host.port = 0;
	r->begun_ms = mono_ms;
	r->echo = open_echo(&r->host);
	r->datagram = open_datagram(&r->host);
	return r;
}

void
reach_free(struct reach *r)
{
	if (r == NULL)
		return;
	socket_close(r->echo);
	socket_close(r->datagram);
	free(r);
}

static bool
has_answer(const struct reach *r)
{
	uint8_t bytes[256];

	if (r->echo >= 0 && recv(r->echo, bytes, sizeof(bytes), 0) >= 0)
		return true;
	if (r->datagram < 0)
		return false;
	if (recv(r->datagram, bytes, sizeof(bytes), 0) >= 0)
		return true;
	return errno == ECONNREFUSED;
}

struct reach_state
reach_look(struct reach *r, int64_t mono_ms)
{
	struct reach_state s = { .entry = neighbours_entry(&r->host) };

	if (!r->answered)
		r->answered = has_answer(r) ||
			      /* Who was not known answered a minute ago at the
			       * latest. */
			      s.entry.state == ENTRY_REACHABLE;
	if (r->answered && r->answered_ms == 0)
		r->answered_ms = mono_ms;
	s.answered = r->answered;
	s.ms = r->answered_ms - r->begun_ms;
	return s;
}

#ifdef __linux__

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <sys/ioctl.h>

/* A request or an answer about IPv4 over Ethernet. */
struct arp_packet {
	uint8_t head[6]; /* hardware, protocol, their sizes */
	uint8_t op[2];
	uint8_t from_mac[MAC_SIZE], from_ip[4];
	uint8_t to_mac[MAC_SIZE], to_ip[4];
};
static const uint8_t arp_head[6] = { 0, 1, 8, 0, MAC_SIZE, 4 };

struct callers {
	int fd;
	unsigned index;
	struct addr host;
	uint8_t mac[MAC_SIZE]; /* ours, there */
	uint8_t macs[CALLERS_MAX][MAC_SIZE];
	size_t count;
};

static bool
own_mac(unsigned index, uint8_t ret_mac[MAC_SIZE])
{
	struct ifreq r = { .ifr_ifindex = 0 };
	int fd = socket_new(ADDR_IPV4, SOCK_DGRAM);
	bool ok = fd >= 0 && if_indextoname(index, r.ifr_name) != NULL &&
		  ioctl(fd, SIOCGIFHWADDR, &r) == 0 &&
		  r.ifr_hwaddr.sa_family == ARPHRD_ETHER;

	if (ok)
		memcpy(ret_mac, r.ifr_hwaddr.sa_data, MAC_SIZE);
	socket_close(fd);
	return ok;
}

struct callers *
callers_new(unsigned index, const struct addr *host)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = (int)index,
	};
	uint8_t mac[MAC_SIZE];
	int fd = -1;

	if (host->family == ADDR_IPV4 && own_mac(index, mac))
		fd =
		    socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			htons(ETH_P_ARP));
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0) {
		socket_close(fd);
		return NULL;
	}
	struct callers *c = xcalloc(1, sizeof(*c));
	c->fd = fd;
	c->index = index;
	c->host = *host;
	memcpy(c->mac, mac, MAC_SIZE);
	callers_ask(c);
	return c;
}

void
callers_free(struct callers *c)
{
	if (c == NULL)
		return;
	socket_close(c->fd);
	free(c);
}

/* Without an address of its own the question changes nobody's table: RFC 5227,
 * 1.1. */
void
callers_ask(struct callers *c)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = (int)c->index,
		.sll_halen = MAC_SIZE,
	};
	struct arp_packet p = { .op = { 0, ARPOP_REQUEST } };

	memset(to.sll_addr, 0xff, MAC_SIZE);
	memcpy(p.head, arp_head, sizeof(p.head));
	memcpy(p.from_mac, c->mac, MAC_SIZE);
	memcpy(p.to_ip, c->host.ip, sizeof(p.to_ip));
	if (sendto(c->fd, &p, sizeof(p), 0, (struct sockaddr *)&to,
		sizeof(to)) < 0)
		errno = 0;
}

static void
take_caller(struct callers *c, const struct arp_packet *p)
{
	if (memcmp(p->head, arp_head, sizeof(p->head)) != 0 ||
	    memcmp(p->from_ip, c->host.ip, sizeof(p->from_ip)) != 0 ||
	    memcmp(p->from_mac, c->mac, MAC_SIZE) == 0 ||
	    c->count == CALLERS_MAX)
		return;
	for (size_t i = 0; i < c->count; i++)
		if (memcmp(c->macs[i], p->from_mac, MAC_SIZE) == 0)
			return;
	memcpy(c->macs[c->count++], p->from_mac, MAC_SIZE);
}

size_t
callers_look(struct callers *c, uint8_t ret_macs[static CALLERS_MAX][MAC_SIZE])
{
	enum { READS = 256 };
	uint8_t bytes[256];

	for (int i = 0; i < READS; i++) {
		struct arp_packet p;
		ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);
		if (n < 0)
			break;
		if ((size_t)n < sizeof(p))
			continue;
		memcpy(&p, bytes, sizeof(p));
		take_caller(c, &p);
	}
	memcpy(ret_macs, c->macs, sizeof(c->macs));
	return c->count;
}

#else

struct callers *
callers_new(unsigned index, const struct addr *host)
{
	(void)index;
	(void)host;
	errno = EPERM;
	return NULL;
}

void
callers_free(struct callers *c)
{
	(void)c;
}

void
callers_ask(struct callers *c)
{
	(void)c;
}

size_t
callers_look(struct callers *c, uint8_t ret_macs[static CALLERS_MAX][MAC_SIZE])
{
	(void)c;
	(void)ret_macs;
	return 0;
}

#endif
