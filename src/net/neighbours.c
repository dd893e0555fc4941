/* SPDX-License-Identifier: MIT */
/*
 * A dump of the table, made by the kernel while it is read: nothing is waited
 * for.
 */
#include "net/neighbours.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __linux__

#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

enum { READS_MAX = 1024, READ_SIZE = 16384 };

/* What is looked for, and what was found. */
struct search {
	const struct addr *host;
	uint8_t mac[MAC_SIZE];
	bool found, ended;
};

static int
ask(const struct addr *host)
{
	struct {
		struct nlmsghdr h;
		struct ndmsg n;
	} request = {
		.h = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ndmsg)),
		    .nlmsg_type = RTM_GETNEIGH,
		    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.n = { .ndm_family =
			   host->family == ADDR_IPV4 ? AF_INET : AF_INET6 },
	};
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(
	    AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0)
		return -1;
	if (sendto(fd, &request, request.h.nlmsg_len, 0,
		(struct sockaddr *)&kernel, sizeof(kernel)) >= 0)
		return fd;
	close(fd);
	return -1;
}

/* The attributes of one entry, if they are all there. */
static void
take_attributes(struct search *s, const char *p, size_t left)
{
	size_t ip_size = s->host->family == ADDR_IPV4 ? 4 : 16;
	uint8_t mac[MAC_SIZE];
	bool is_host = false, has_mac = false;

	while (left >= sizeof(struct rtattr)) {
		struct rtattr a;
		memcpy(&a, p, sizeof(a));
		if (a.rta_len < sizeof(a) || a.rta_len > left)
			break;
		size_t size = a.rta_len - RTA_LENGTH(0);
		const char *value = p + RTA_LENGTH(0);
		if (a.rta_type == NDA_DST && size == ip_size)
			is_host = memcmp(value, s->host->ip, size) == 0;
		if (a.rta_type == NDA_LLADDR && size == sizeof(mac)) {
			memcpy(mac, value, sizeof(mac));
			has_mac = true;
		}
		size_t step = RTA_ALIGN(a.rta_len);
		if (step >= left)
			break;
		p += step;
		left -= step;
	}
	if (!is_host || !has_mac)
		return;
	memcpy(s->mac, mac, sizeof(mac));
	s->found = true;
}

static void
take_entry(struct search *s, const char *p, size_t size)
{
	unsigned known =
	    NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT;
	struct ndmsg n;

	if (size < NLMSG_ALIGN(sizeof(n)))
		return;
	memcpy(&n, p, sizeof(n));
	if ((n.ndm_state & known) == 0 ||
	    (s->host->scope != 0 && n.ndm_ifindex != (int)s->host->scope))
		return;
	take_attributes(
	    s, p + NLMSG_ALIGN(sizeof(n)), size - NLMSG_ALIGN(sizeof(n)));
}

static void
take_messages(struct search *s, const char *p, size_t left)
{
	struct nlmsghdr h;

	while (!s->found && left >= sizeof(h)) {
		memcpy(&h, p, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > left)
			return;
		if (h.nlmsg_type == NLMSG_DONE || h.nlmsg_type == NLMSG_ERROR)
			s->ended = true;
		else if (h.nlmsg_type == RTM_NEWNEIGH)
			take_entry(
			    s, p + NLMSG_HDRLEN, h.nlmsg_len - NLMSG_HDRLEN);
		size_t step = NLMSG_ALIGN(h.nlmsg_len);
		if (step >= left)
			return;
		p += step;
		left -= step;
	}
}

bool
neighbours_find(const struct addr *host, uint8_t ret_mac[MAC_SIZE])
{
	_Alignas(struct nlmsghdr) char bytes[READ_SIZE];
	struct search s = { .host = host };
	int fd = host->family == ADDR_NONE ? -1 : ask(host);

	for (int i = 0; fd >= 0 && i < READS_MAX && !s.found && !s.ended; i++) {
		struct sockaddr_nl from = { .nl_pid = 1 };
		socklen_t size = sizeof(from);
		ssize_t got = recvfrom(fd, bytes, sizeof(bytes), 0,
		    (struct sockaddr *)&from, &size);
		if (got <= 0)
			break;
		/* Another process can send here too. */
		if (from.nl_pid == 0)
			take_messages(&s, bytes, (size_t)got);
	}
	if (fd >= 0)
		close(fd);
	if (s.found)
		memcpy(ret_mac, s.mac, MAC_SIZE);
	return s.found;
}

#else

bool
neighbours_find(const struct addr *host, uint8_t ret_mac[MAC_SIZE])
{
	(void)host;
	(void)ret_mac;
	return false;
}

#endif
