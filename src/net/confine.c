/* SPDX-License-Identifier: MIT */
/*
 * The routing table knows nothing of our choice: with a cable and a wireless
 * card in one network it takes the cable, whichever was named. So a connection
 * to a neighbour is tied to the interface, where the kernel lets us; for all
 * others it is asked which address it would use before anything is sent.
 */
#include "net/confine.h"

#include "net/sockaddr.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

static bool
is_named(const struct iface_choice *choice, const char *name)
{
	size_t size = strcspn(name, ":"); /* "eth0:1" is eth0 */

	for (size_t i = 0; i < choice->count; i++)
		if (strncmp(choice->names[i], name, size) == 0 &&
		    choice->names[i][size] == '\0')
			return true;
	return false;
}

static struct addr
addr_of(const struct ifaddrs *a)
{
	struct addr none = { .family = ADDR_NONE };

	return a->ifa_addr == NULL ? none : sockaddr_addr(a->ifa_addr);
}

/* Whether an address of this host belongs to a named interface. */
static bool
carries(const struct iface_choice *choice, const struct ifaddrs *all,
    const struct addr *local)
{
	for (const struct ifaddrs *a = all; a != NULL; a = a->ifa_next) {
		struct addr own = addr_of(a);
		if (!is_named(choice, a->ifa_name))
			continue;
		/* All of 127/8 is on loopback, listed or not. */
		if (addr_same_host(&own, local) ||
		    (addr_is_loopback(&own) && addr_is_loopback(local)))
			return true;
	}
	return false;
}

static bool
is_own(const struct ifaddrs *all, const struct addr *to)
{
	for (const struct ifaddrs *a = all; a != NULL; a = a->ifa_next) {
		struct addr own = addr_of(a);
		if (addr_same_host(&own, to))
			return true;
	}
	return addr_is_loopback(to);
}

static unsigned
prefix_of(const struct ifaddrs *a, const struct addr *own)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	unsigned bits = 0;

	if (a->ifa_netmask == NULL)
		return 128;
	/* BSD leaves the family of masks unset. */
	memcpy(&ss, a->ifa_netmask,
	    own->family == ADDR_IPV4 ? sizeof(struct sockaddr_in)
				     : sizeof(struct sockaddr_in6));
	ss.ss_family = own->family == ADDR_IPV4 ? AF_INET : AF_INET6;
	struct addr mask = sockaddr_addr((const struct sockaddr *)&ss);
	while (bits < sizeof(mask.ip) * 8 &&
	       (mask.ip[bits / 8] & (0x80u >> (bits % 8))) != 0)
		bits++;
	return bits;
}

/* The named interface that this address is a neighbour on, or NULL. */
static const char *
neighbour_on(const struct iface_choice *choice, const struct ifaddrs *all,
    const struct addr *to)
{
	for (const struct ifaddrs *a = all; a != NULL; a = a->ifa_next) {
		struct addr own = addr_of(a);
		if (own.family != ADDR_NONE && is_named(choice, a->ifa_name) &&
		    addr_same_prefix(&own, to, prefix_of(a, &own)))
			return a->ifa_name;
	}
	return NULL;
}

static bool
tie(int fd, const char *name)
{
#ifdef SO_BINDTODEVICE
	size_t size = strcspn(name, ":");
	/* Older kernels let only root do it. */
	return setsockopt(
		   fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)size) == 0;
#else
	(void)fd;
	(void)name;
	return false;
#endif
}

/* The address that the system would send from. Connecting a datagram socket
 * sends nothing. */
static bool
source_for(const struct addr *to, struct addr *ret_source)
{
	struct sockaddr_storage ss;
	socklen_t size = sockaddr_of(to, &ss);
	int fd = socket_new((enum addr_family)to->family, SOCK_DGRAM);
	bool known = fd >= 0 && connect(fd, (struct sockaddr *)&ss, size) == 0;

	size = sizeof(ss);
	known = known && getsockname(fd, (struct sockaddr *)&ss, &size) == 0;
	if (known)
		*ret_source = sockaddr_addr((struct sockaddr *)&ss);
	socket_close(fd);
	return known;
}

static bool
may_dial(const struct iface_choice *choice, const struct ifaddrs *all, int fd,
    const struct addr *to)
{
	struct addr source;

	/* To ourselves all goes through loopback, wherever the address is. */
	if (is_own(all, to))
		return carries(choice, all, to);
	const char *name = neighbour_on(choice, all, to);
	if (name != NULL && tie(fd, name))
		return true;
	return source_for(to, &source) && carries(choice, all, &source);
}

int
confine_dial(const struct iface_choice *choice, int fd, const struct addr *to)
{
	struct ifaddrs *all = NULL;

	if (choice->count == 0)
		return 0;
	if (getifaddrs(&all) != 0)
		return errno;
	bool may = may_dial(choice, all, fd, to);
	freeifaddrs(all);
	return may ? 0 : ENETUNREACH;
}

bool
confine_sends(const struct iface_choice *choice, const struct addr *to)
{
	struct ifaddrs *all = NULL;
	struct addr source;

	if (choice->count == 0)
		return true;
	if (getifaddrs(&all) != 0)
		return false;
	bool may = is_own(all, to) ? carries(choice, all, to)
				   : neighbour_on(choice, all, to) != NULL ||
					 (source_for(to, &source) &&
					     carries(choice, all, &source));
	freeifaddrs(all);
	return may;
}

bool
confine_accepts(const struct iface_choice *choice, int fd)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t size = sizeof(ss);
	struct ifaddrs *all = NULL;

	if (choice->count == 0)
		return true;
	if (getsockname(fd, (struct sockaddr *)&ss, &size) != 0 ||
	    getifaddrs(&all) != 0)
		return false;
	struct addr local = sockaddr_addr((struct sockaddr *)&ss);
	bool accepts = carries(choice, all, &local);
	freeifaddrs(all);
	return accepts;
}
