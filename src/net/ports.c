/* SPDX-License-Identifier: MIT */
/*
 * Whoever sends datagrams to such a port expects the answer from it, so what
 * is sent for it leaves by the same socket, not by our own.
 *
 * A listener that vanishes while connections wait in it would reset them; the
 * kernel does that for us, and the other end sees it.
 */
#include "net/ports.h"

#include "base/mem.h"
#include "base/now.h"
#include "net/confine.h"
#include "net/listener.h"
#include "net/pktinfo.h"
#include "net/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	DROPS_PER_CALL = 16,
	ANY_PORT_TRIES = 16,
	/* A few of the largest datagrams. */
	BUFFER_BYTES = 512 * 1024,
};

struct port {
	uint32_t number;
	bool tcp;
	int fds[2];               /* IPv4 and IPv6; -1 where there is none */
	struct listener listener; /* of a tcp one */
};

struct ports {
	struct port ports[PORTS_MAX];
	size_t count;
	bool alone;
	struct iface_choice choice;
	struct iface ifaces[IFACES_MAX];
	size_t iface_count;
	uint8_t bytes[PORTS_DATAGRAM_MAX];
};

struct ports *
ports_new(void)
{
	return xcalloc(1, sizeof(struct ports));
}

static void
port_clear(struct port *s)
{
	if (s->tcp)
		listener_close(&s->listener);
	socket_close(s->fds[0]);
	socket_close(s->fds[1]);
}

void
ports_free(struct ports *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->count; i++)
		port_clear(&p->ports[i]);
	free(p);
}

void
ports_confine(struct ports *p, const struct iface_choice *choice)
{
	p->choice = *choice;
}

void
ports_alone(struct ports *p)
{
	p->alone = true;
}

void
ports_interfaces(struct ports *p, const struct iface *ifaces, size_t count)
{
	p->iface_count = count < IFACES_MAX ? count : IFACES_MAX;
	if (p->iface_count > 0)
		memcpy(p->ifaces, ifaces, p->iface_count * sizeof(*ifaces));
}

static struct port *
port_find(struct ports *p, uint32_t number)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->ports[i].number == number)
			return &p->ports[i];
	return NULL;
}

static struct port *
port_find_fd(struct ports *p, int fd, bool tcp)
{
	for (size_t i = 0; i < p->count; i++) {
		struct port *s = &p->ports[i];
		if (s->tcp != tcp)
			continue;
		if (tcp ? listener_has(&s->listener, fd)
			: fd == s->fds[0] || fd == s->fds[1])
			return s;
	}
	return NULL;
}

/* -1 with errno. */
static int
bind_datagrams(enum addr_family family, bool alone, uint16_t port)
{
	struct addr any = sockaddr_local(family, false, port);
	struct sockaddr_storage ss;
	socklen_t size = sockaddr_of(&any, &ss);
	int fd = socket_new(family, SOCK_DGRAM);

	if (fd < 0)
		return -1;
	/* Several programs hear one broadcast. A port that the kernel picks is
	 * nobody else's. */
	if (port != 0 && !alone)
		socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	socket_set(fd, SOL_SOCKET, SO_RCVBUF, BUFFER_BYTES);
	if (family == ADDR_IPV4)
		socket_set(fd, SOL_SOCKET, SO_BROADCAST, 1);
	pktinfo_ask(fd, family);
	if (bind(fd, (struct sockaddr *)&ss, size) == 0)
		return fd;
	socket_close(fd);
	return -1;
}

static int
open_datagrams(struct port *s, bool alone, uint16_t port, uint16_t *ret_port)
{
	s->fds[0] = bind_datagrams(ADDR_IPV4, alone, port);
	if (s->fds[0] < 0 && errno != EAFNOSUPPORT)
		return errno;
	if (s->fds[0] >= 0)
		port = sockaddr_port(s->fds[0]);
	s->fds[1] = bind_datagrams(ADDR_IPV6, alone, port);
	if (s->fds[1] < 0 && (s->fds[0] < 0 || (alone && errno == EADDRINUSE)))
		return errno;
	*ret_port = s->fds[0] >= 0 ? port : sockaddr_port(s->fds[1]);
	return 0;
}

static int
open_listener(struct port *s, uint16_t port, uint16_t *ret_port)
{
	int err = listener_open_at(&s->listener, port);

	if (err == 0)
		*ret_port = s->listener.port;
	return err;
}

int
ports_open(struct ports *p, uint32_t number, bool tcp, uint16_t port,
    uint16_t *ret_port)
{
	struct port s = { .number = number, .tcp = tcp, .fds = { -1, -1 } };

	if (p->count == PORTS_MAX)
		return EMFILE;
	int err = tcp ? open_listener(&s, port, ret_port)
		      : open_datagrams(&s, p->alone, port, ret_port);
	if (err != 0) {
		if (!tcp)
			port_clear(&s);
		return err;
	}
	p->ports[p->count++] = s;
	return 0;
}

void
ports_close(struct ports *p, uint32_t number)
{
	struct port *s = port_find(p, number);

	if (s == NULL)
		return;
	port_clear(s);
	*s = p->ports[--p->count];
}

void
ports_watch(struct ports *p, struct loop *l, int64_t mono_ms, uint64_t udp_tag,
    uint64_t tcp_tag)
{
	for (size_t i = 0; i < p->count; i++) {
		struct port *s = &p->ports[i];
		if (s->tcp)
			listener_watch(&s->listener, l, mono_ms, tcp_tag);
		for (size_t j = 0; j < 2; j++)
			if (s->fds[j] >= 0)
				loop_watch(l, s->fds[j], true, false, udp_tag);
	}
}

int64_t
ports_deadline(const struct ports *p)
{
	int64_t at = NEVER_MS;

	for (size_t i = 0; i < p->count; i++)
		if (p->ports[i].tcp && p->ports[i].listener.pause_ms != 0)
			at = earlier_ms(at, p->ports[i].listener.pause_ms);
	return at;
}

static bool
is_own(const struct ports *p, const struct addr *from)
{
	for (size_t i = 0; i < p->iface_count; i++)
		if (p->ifaces[i].use == IFACE_USED &&
		    addr_same_host(&p->ifaces[i].addr, from))
			return true;
	return false;
}

static bool
may_come_in(const struct ports *p, const struct arrival *a)
{
	if (p->choice.count == 0)
		return true;
	for (size_t i = 0; i < p->iface_count; i++)
		if (p->ifaces[i].index == a->index &&
		    p->ifaces[i].use == IFACE_USED)
			return true;
	/* What this host sends to its own address comes through loopback. */
	return is_own(p, &a->from);
}

static bool
is_to_all(const struct ports *p, const struct addr *to)
{
	static const uint8_t limited[4] = { 255, 255, 255, 255 };

	if (to->family == ADDR_IPV6)
		return to->ip[0] == 0xff;
	if (to->family != ADDR_IPV4)
		return false;
	if (memcmp(to->ip, limited, 4) == 0 || to->ip[0] >> 4 == 0xe)
		return true;
	for (size_t i = 0; i < p->iface_count; i++)
		if (p->ifaces[i].broadcast.family == ADDR_IPV4 &&
		    addr_same_host(&p->ifaces[i].broadcast, to))
			return true;
	return false;
}

bool
ports_receive(struct ports *p, int fd, struct port_datagram *ret_datagram)
{
	const struct port *s = port_find_fd(p, fd, false);

	for (int i = 0; s != NULL && i < DROPS_PER_CALL; i++) {
		struct arrival a;
		ssize_t got =
		    pktinfo_receive(fd, p->bytes, sizeof(p->bytes), &a);
		if (got == -1)
			return false;
		if (got < 0 || !may_come_in(p, &a))
			continue;
		*ret_datagram = (struct port_datagram){
			.number = s->number,
			.from = a.from,
			.to_all = is_to_all(p, &a.to),
			.bytes = p->bytes,
			.size = (size_t)got,
		};
		return true;
	}
	return false;
}

bool
ports_accept(struct ports *p, int fd, struct port_stream *ret_stream)
{
	struct port *s = port_find_fd(p, fd, true);

	for (int i = 0; s != NULL && i < DROPS_PER_CALL; i++) {
		struct addr from;
		int got = listener_accept(&s->listener, fd, &from);
		if (got == -1)
			return false;
		if (got >= 0 && !confine_accepts(&p->choice, got))
			close(got);
		else if (got >= 0) {
			*ret_stream = (struct port_stream){
				.number = s->number,
				.from = from,
				.fd = got,
			};
			return true;
		}
	}
	return false;
}

void
ports_send(struct ports *p, uint32_t number, const struct addr *to,
    const uint8_t *bytes, size_t n)
{
	const struct port *s = port_find(p, number);

	if (s == NULL || s->tcp)
		return;
	int fd = s->fds[to->family == ADDR_IPV4 ? 0 : 1];
	if (fd >= 0 && confine_sends(&p->choice, to))
		pktinfo_send_to(fd, p->ifaces, p->iface_count, to, bytes, n);
}

/* A second address in the same network reaches the same people. */
static bool
is_repeat(const struct ports *p, size_t at)
{
	const struct iface *f = &p->ifaces[at];

	for (size_t i = 0; i < at; i++)
		if (p->ifaces[i].use == IFACE_USED &&
		    p->ifaces[i].index == f->index &&
		    addr_same_host(&p->ifaces[i].broadcast, &f->broadcast))
			return true;
	return false;
}

void
ports_broadcast(struct ports *p, uint32_t number, uint16_t port,
    const uint8_t *bytes, size_t n)
{
	const struct port *s = port_find(p, number);

	if (s == NULL || s->tcp || s->fds[0] < 0)
		return;
	for (size_t i = 0; i < p->iface_count; i++) {
		const struct iface *f = &p->ifaces[i];
		if (f->use != IFACE_USED || f->broadcast.family != ADDR_IPV4 ||
		    is_repeat(p, i))
			continue;
		struct addr to = f->broadcast;
		to.port = port;
		pktinfo_send(s->fds[0], &to, f, bytes, n);
	}
}
