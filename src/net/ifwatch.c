/* SPDX-License-Identifier: MIT */
/*
 * The kernel tells much about interfaces that is of no interest here: signal
 * strength of a wireless link, counters, lifetimes of IPv6 addresses renewed
 * with every advertisement of a router. Each would cost a burst on the network
 * if it were taken for a change.
 */
#include "net/ifaces.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __linux__

/* The kernel's own header of interface flags clashes with net/if.h. */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

enum { WATCH_READS = 64 };

int
ifaces_watch_open(void)
{
	struct sockaddr_nl local = {
		.nl_family = AF_NETLINK,
		.nl_groups =
		    RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};
	int fd = socket(
	    AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&local, sizeof(local)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool
link_is_relevant(struct nlmsghdr *h)
{
	unsigned matters = IFF_UP | IFF_RUNNING;
	struct ifinfomsg info;

	if (h->nlmsg_type == RTM_DELLINK)
		return true;
	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(info)))
		return false;
	memcpy(&info, NLMSG_DATA(h), sizeof(info));
	return (info.ifi_change & matters) != 0;
}

static bool
addr_is_relevant(struct nlmsghdr *h)
{
	struct ifaddrmsg info;

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(info)))
		return false;
	memcpy(&info, NLMSG_DATA(h), sizeof(info));
	if (info.ifa_family == AF_INET)
		return true;
	/* A tentative address cannot be sent from; the message is repeated
	 * when it can. */
	return info.ifa_scope == RT_SCOPE_LINK &&
	       (info.ifa_flags & IFA_F_TENTATIVE) == 0;
}

static bool
is_relevant(struct nlmsghdr *h)
{
	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return link_is_relevant(h);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return addr_is_relevant(h);
	default:
		return false;
	}
}

static bool
any_relevant(char *p, size_t left)
{
	struct nlmsghdr h;

	while (left >= sizeof(h)) {
		memcpy(&h, p, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > left)
			return false;
		if (is_relevant((struct nlmsghdr *)(void *)p))
			return true;
		size_t step = NLMSG_ALIGN(h.nlmsg_len);
		if (step >= left)
			return false;
		p += step;
		left -= step;
	}
	return false;
}

bool
ifaces_watch_read(int fd)
{
	_Alignas(struct nlmsghdr) char bytes[16384];
	bool relevant = false;

	for (int i = 0; i < WATCH_READS; i++) {
		struct sockaddr_nl from = { .nl_pid = 1 };
		socklen_t size = sizeof(from);
		ssize_t got = recvfrom(fd, bytes, sizeof(bytes), 0,
		    (struct sockaddr *)&from, &size);
		if (got < 0 && errno == ENOBUFS)
			relevant = true; /* some were lost */
		else if (got <= 0)
			break;
		/* Another process can send here too; only the kernel counts. */
		else if (from.nl_pid == 0 && any_relevant(bytes, (size_t)got))
			relevant = true;
	}
	return relevant;
}

#else

int
ifaces_watch_open(void)
{
	return -1;
}

bool
ifaces_watch_read(int fd)
{
	(void)fd;
	return false;
}

#endif
