/* SPDX-License-Identifier: MIT */
#include "net/sockaddr.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

socklen_t
sockaddr_of(const struct addr *a, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof(*out));
	if (a->family == ADDR_IPV4) {
		struct sockaddr_in in = {
			.sin_family = AF_INET,
			.sin_port = htons(a->port),
		};
		memcpy(&in.sin_addr, a->ip, 4);
		memcpy(out, &in, sizeof(in));
		return sizeof(in);
	}
	if (a->family == ADDR_IPV6) {
		struct sockaddr_in6 in6 = {
			.sin6_family = AF_INET6,
			.sin6_port = htons(a->port),
			.sin6_scope_id = a->scope,
		};
		memcpy(&in6.sin6_addr, a->ip, 16);
		memcpy(out, &in6, sizeof(in6));
		return sizeof(in6);
	}
	return 0;
}

struct addr
sockaddr_addr(const struct sockaddr *sa)
{
	struct addr a = { .family = ADDR_NONE };

	if (sa->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, sa, sizeof(in));
		a.family = ADDR_IPV4;
		a.port = ntohs(in.sin_port);
		memcpy(a.ip, &in.sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, sa, sizeof(in6));
		a.family = ADDR_IPV6;
		a.port = ntohs(in6.sin6_port);
		memcpy(a.ip, &in6.sin6_addr, 16);
		/* Only there does a scope mean anything; elsewhere it would
		 * make equal addresses differ. */
		if (addr_is_link_local(&a))
			a.scope = in6.sin6_scope_id;
		addr_unmap(&a);
	}
	return a;
}

struct addr
sockaddr_local(enum addr_family family, bool loopback, uint16_t port)
{
	struct addr a = { .family = (uint8_t)family, .port = port };

	if (loopback && family == ADDR_IPV4) {
		a.ip[0] = 127;
		a.ip[3] = 1;
	} else if (loopback) {
		a.ip[15] = 1;
	}
	return a;
}

uint16_t
sockaddr_port(int fd)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t size = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &size) != 0)
		return 0;
	return sockaddr_addr((const struct sockaddr *)&ss).port;
}

static int
socket_prepare(int fd)
{
#ifndef SOCK_CLOEXEC
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return -1;
	if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return -1;
#endif
	(void)fd;
	return 0;
}

int
socket_new(enum addr_family family, int type)
{
#ifdef SOCK_CLOEXEC
	type |= SOCK_CLOEXEC | SOCK_NONBLOCK;
#endif
	int fd = socket(family == ADDR_IPV4 ? AF_INET : AF_INET6, type, 0);
	if (fd < 0)
		return -1;
	if (socket_prepare(fd) != 0 ||
	    (family == ADDR_IPV6 &&
		socket_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) != 0)) {
		socket_close(fd);
		return -1;
	}
	return fd;
}

void
socket_close(int fd)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
}

int
socket_set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

char *
net_error(const char *what, int sys_errno, const char *then)
{
	return xasprintf("%s: %s; %s", what, strerror(sys_errno), then);
}
