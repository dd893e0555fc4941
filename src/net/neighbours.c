/* SPDX-License-Identifier: MIT */
#include "net/neighbours.h"

#include <string.h>

#ifdef __linux__

#include "net/netlink.h"

#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

/* What is looked for, and the best that was found. */
struct search {
	const struct addr *host;
	struct entry best;
};

static enum entry_state
state_of(unsigned nud)
{
	if ((nud & (NUD_REACHABLE | NUD_PERMANENT)) != 0)
		return ENTRY_REACHABLE;
	if ((nud & (NUD_STALE | NUD_DELAY | NUD_PROBE)) != 0)
		return ENTRY_STALE;
	if ((nud & NUD_FAILED) != 0)
		return ENTRY_FAILED;
	return (nud & NUD_INCOMPLETE) != 0 ? ENTRY_ASKED : ENTRY_NONE;
}

/* Whether the attributes are those of the host, and its hardware address. */
static bool
take_attributes(
    const struct addr *host, const char *p, size_t left, struct entry *e)
{
	size_t ip_size = host->family == ADDR_IPV4 ? 4 : 16;
	struct netlink_attr a;
	bool is_host = false;

	while (netlink_next(&p, &left, &a)) {
		if (a.type == NDA_DST && a.size == ip_size)
			is_host = memcmp(a.value, host->ip, ip_size) == 0;
		if (a.type == NDA_LLADDR && a.size == MAC_SIZE) {
			memcpy(e->mac, a.value, MAC_SIZE);
			e->has_mac = true;
		}
	}
	return is_host;
}

static bool
take_entry(void *self, uint16_t type, const char *p, size_t n)
{
	struct search *s = self;
	struct ndmsg m;
	struct entry e;

	if (type != RTM_NEWNEIGH || n < NLMSG_ALIGN(sizeof(m)))
		return true;
	memcpy(&m, p, sizeof(m));
	if (s->host->scope != 0 && m.ndm_ifindex != (int)s->host->scope)
		return true;
	e = (struct entry){
		.state = state_of(m.ndm_state),
		.index = (unsigned)m.ndm_ifindex,
	};
	if (take_attributes(s->host, p + NLMSG_ALIGN(sizeof(m)),
		n - NLMSG_ALIGN(sizeof(m)), &e) &&
	    e.state > s->best.state)
		s->best = e;
	return s->best.state != ENTRY_REACHABLE;
}

struct entry
neighbours_entry(const struct addr *host)
{
	struct {
		struct nlmsghdr h;
		struct ndmsg n;
	} request = {
		.h = { .nlmsg_type = RTM_GETNEIGH,
		    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.n = { .ndm_family =
			   host->family == ADDR_IPV4 ? AF_INET : AF_INET6 },
	};
	struct search s = { .host = host, .best = { .state = ENTRY_NONE } };

	if (host->family == ADDR_NONE ||
	    netlink_ask(&request, sizeof(request),
		&(struct netlink_taker){ take_entry, &s }) != 0)
		s.best = (struct entry){ .state = ENTRY_UNKNOWN };
	return s.best;
}

#else

struct entry
neighbours_entry(const struct addr *host)
{
	(void)host;
	return (struct entry){ .state = ENTRY_UNKNOWN };
}

#endif

bool
neighbours_find(const struct addr *host, uint8_t ret_mac[MAC_SIZE])
{
	struct entry e = neighbours_entry(host);

	if (e.state < ENTRY_STALE || !e.has_mac)
		return false;
	memcpy(ret_mac, e.mac, MAC_SIZE);
	return true;
}
