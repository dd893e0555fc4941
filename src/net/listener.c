/* SPDX-License-Identifier: MIT */
/*
 * A process out of descriptors cannot even accept in order to refuse: poll()
 * says "readable" for ever and the loop spins. So one descriptor is kept in
 * reserve. It is given up for a moment to accept the connection and close it,
 * and taken back; where that fails, nothing is accepted for a while.
 */
#include "net/listener.h"

#include "base/err.h"
#include "net/sockaddr.h"
#include "net/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANY_PORT_TRIES = 16 };

static int
listen_at(enum addr_family family, bool loopback_only, uint16_t port)
{
	struct addr local = sockaddr_local(family, loopback_only, port);
	struct sockaddr_storage ss;
	socklen_t size = sockaddr_of(&local, &ss);
	int fd = socket_new(family, SOCK_STREAM);

	if (fd < 0)
		return -1;
	socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(fd, (struct sockaddr *)&ss, size) == 0 &&
	    listen(fd, TCP_BACKLOG) == 0)
		return fd;
	socket_close(fd);
	return -1;
}

static bool
is_taken(int sys_errno)
{
	return sys_errno == EADDRINUSE || sys_errno == EACCES;
}

/* Both families at one port. -1 with errno when the port is taken for either,
 * or when there is neither. */
static int
listen_pair(struct listener *l, bool loopback_only, uint16_t port)
{
	l->fds[0] = listen_at(ADDR_IPV4, loopback_only, port);
	if (l->fds[0] < 0 && is_taken(errno))
		return -1;
	l->port = l->fds[0] >= 0 ? sockaddr_port(l->fds[0]) : port;
	l->fds[1] = listen_at(ADDR_IPV6, loopback_only, l->port);
	if (l->fds[1] < 0 && (is_taken(errno) || l->fds[0] < 0)) {
		socket_close(l->fds[0]);
		l->fds[0] = -1;
		return -1;
	}
	if (l->fds[0] < 0)
		l->port = sockaddr_port(l->fds[1]);
	return 0;
}

static int
open_reserve(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int
listener_open_at(struct listener *l, uint16_t port)
{
	*l = (struct listener){ .fds = { -1, -1 }, .reserve_fd = -1 };
	if (listen_pair(l, false, port) != 0)
		return errno;
	l->reserve_fd = open_reserve();
	return 0;
}

int
listener_open(struct listener *l, uint16_t port, bool loopback_only,
    const struct lang *lang, char **ret_error)
{
	int err = -1;

	*l = (struct listener){ .fds = { -1, -1 }, .reserve_fd = -1 };
	if (port != 0)
		err = listen_pair(l, loopback_only, port);
	/* The kernel picks a port by what is free in IPv4 alone. */
	for (int i = 0; err != 0 && i < ANY_PORT_TRIES; i++)
		err = listen_pair(l, loopback_only, 0);
	if (err != 0) {
		*ret_error = net_error(
		    say(lang, "cannot listen for connections"), errno,
		    say(lang,
			"without them nobody can talk to you: see whether this "
			"user may open sockets here"));
		return ERR_SYS;
	}
	l->reserve_fd = open_reserve();
	return 0;
}

void
listener_close(struct listener *l)
{
	socket_close(l->fds[0]);
	socket_close(l->fds[1]);
	socket_close(l->reserve_fd);
	l->fds[0] = l->fds[1] = l->reserve_fd = -1;
}

bool
listener_has(const struct listener *l, int fd)
{
	return fd == l->fds[0] || fd == l->fds[1];
}

void
listener_watch(
    struct listener *l, struct loop *loop, int64_t mono_ms, uint64_t tag)
{
	if (l->exhausted) {
		l->exhausted = false;
		l->pause_ms = mono_ms + LISTENER_PAUSE_MS;
	}
	if (mono_ms < l->pause_ms)
		return;
	l->pause_ms = 0;
	if (l->reserve_fd < 0)
		l->reserve_fd = open_reserve();
	for (size_t i = 0; i < 2; i++) {
		if (l->fds[i] < 0)
			continue;
		if (l->lasts)
			loop_watch_lasting(loop, l->fds[i], tag);
		else
			loop_watch(loop, l->fds[i], true, false, tag);
	}
}

static int
accept_from(int fd, struct addr *ret_from)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t size = sizeof(ss);
#ifdef SOCK_CLOEXEC
	int got = accept4(
	    fd, (struct sockaddr *)&ss, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
#else
	int got = accept(fd, (struct sockaddr *)&ss, &size);
	if (got >= 0) {
		fcntl(got, F_SETFD, FD_CLOEXEC);
		fcntl(got, F_SETFL, O_NONBLOCK);
	}
#endif
	if (got >= 0)
		*ret_from = sockaddr_addr((const struct sockaddr *)&ss);
	return got;
}

static int
accept_to_refuse(struct listener *l, int fd)
{
	struct addr from;

	if (l->reserve_fd < 0) {
		l->exhausted = true;
		return -1;
	}
	close(l->reserve_fd);
	int got = accept_from(fd, &from);
	socket_close(got);
	l->reserve_fd = open_reserve();
	return got < 0 ? -1 : -2;
}

int
listener_accept(struct listener *l, int fd, struct addr *ret_from)
{
	int got = accept_from(fd, ret_from);

	if (got >= 0)
		return got;
	switch (errno) {
	case EMFILE:
	case ENFILE:
		return accept_to_refuse(l, fd);
	case EINTR:
	case ECONNABORTED:
	case EPROTO:
		return -2;
	case ENOBUFS:
	case ENOMEM:
		l->exhausted = true;
		return -1;
	default:
		return -1;
	}
}
