/* SPDX-License-Identifier: MIT */
#include "net/routes.h"

#ifdef __linux__

#include "net/netlink.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

struct routes {
	struct route list[2 * ROUTES_MAX];
	size_t count, max;
	bool all; /* not only the default ones */
};

static void
take_gateway(
    const struct netlink_attr *a, unsigned char family, struct route *r)
{
	size_t size = family == AF_INET ? 4 : 16;

	if (a->size != size)
		return;
	r->gateway.family = family == AF_INET ? ADDR_IPV4 : ADDR_IPV6;
	memcpy(r->gateway.ip, a->value, size);
}

static void
take_attributes(
    unsigned char family, const char *p, size_t left, struct route *r)
{
	struct netlink_attr a;

	while (netlink_next(&p, &left, &a)) {
		if (a.type == RTA_GATEWAY)
			take_gateway(&a, family, r);
		if (a.type == RTA_OIF)
			r->index = netlink_u32(&a);
		if (a.type == RTA_PRIORITY)
			r->metric = netlink_u32(&a);
	}
	if (if_indextoname(r->index, r->iface) == NULL)
		r->iface[0] = '\0';
	if (addr_is_link_local(&r->gateway) && r->gateway.family == ADDR_IPV6)
		r->gateway.scope = r->index;
}

/* 0.0.0.0/1 and 128.0.0.0/1 together are everything, and win over it. */
static bool
is_default(const struct rtmsg *m)
{
	return m->rtm_type == RTN_UNICAST && m->rtm_dst_len <= 1 &&
	       m->rtm_table != RT_TABLE_LOCAL &&
	       (m->rtm_flags & RTM_F_CLONED) == 0;
}

static bool
take_route(void *self, uint16_t type, const char *p, size_t n)
{
	struct routes *routes = self;
	struct rtmsg m;

	if (type != RTM_NEWROUTE || n < NLMSG_ALIGN(sizeof(m)))
		return true;
	memcpy(&m, p, sizeof(m));
	if (!routes->all && !is_default(&m))
		return true;
	struct route *r = &routes->list[routes->count++];
	*r = (struct route){ .prefix_bits = m.rtm_dst_len };
	take_attributes(m.rtm_family, p + NLMSG_ALIGN(sizeof(m)),
	    n - NLMSG_ALIGN(sizeof(m)), r);
	return routes->count < routes->max;
}

static void
list_family(unsigned char family, struct routes *routes)
{
	struct {
		struct nlmsghdr h;
		struct rtmsg m;
	} request = {
		.h = { .nlmsg_type = RTM_GETROUTE,
		    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.m = { .rtm_family = family },
	};

	routes->max = routes->count + ROUTES_MAX;
	netlink_ask(&request, sizeof(request),
	    &(struct netlink_taker){ take_route, routes });
}

static bool
goes_before(const struct route *a, const struct route *b)
{
	if (a->prefix_bits != b->prefix_bits)
		return a->prefix_bits > b->prefix_bits;
	return a->metric < b->metric;
}

static void
sort(struct route *list, size_t from, size_t count)
{
	for (size_t i = from + 1; i < count; i++) {
		struct route r = list[i];
		size_t at = i;
		for (; at > from && goes_before(&r, &list[at - 1]); at--)
			list[at] = list[at - 1];
		list[at] = r;
	}
}

static bool
is_repeat(const struct route *out, size_t count, const struct route *r)
{
	for (size_t i = 0; i < count; i++)
		if (out[i].index == r->index &&
		    addr_equal(&out[i].gateway, &r->gateway))
			return true;
	return false;
}

size_t
routes_default(struct route out[static ROUTES_MAX])
{
	struct routes routes = { .count = 0 };
	size_t count = 0;

	list_family(AF_INET, &routes);
	sort(routes.list, 0, routes.count);
	size_t of_ipv4 = routes.count;
	list_family(AF_INET6, &routes);
	sort(routes.list, of_ipv4, routes.count);
	for (size_t i = 0; i < routes.count && count < ROUTES_MAX; i++)
		if (routes.list[i].index != 0 &&
		    !is_repeat(out, count, &routes.list[i]))
			out[count++] = routes.list[i];
	return count;
}

bool
routes_to(const struct addr *host, struct route *ret_route)
{
	size_t size = host->family == ADDR_IPV4 ? 4 : 16;
	struct {
		struct nlmsghdr h;
		struct rtmsg m;
		struct rtattr dst;
		uint8_t ip[16];
		struct rtattr oif;
		uint32_t index;
	} request = {
		.h = { .nlmsg_type = RTM_GETROUTE,
		    .nlmsg_flags = NLM_F_REQUEST },
		.m = { .rtm_family =
			   host->family == ADDR_IPV4 ? AF_INET : AF_INET6,
		    .rtm_dst_len = (unsigned char)(8 * size) },
		.dst = { .rta_type = RTA_DST,
		    .rta_len = (unsigned short)RTA_LENGTH(size) },
	};
	struct routes routes = { .all = true, .max = 1 };
	size_t used = offsetof(__typeof__(request), ip) + size;

	if (host->family == ADDR_NONE)
		return false;
	memcpy(request.ip, host->ip, size);
	if (host->scope != 0 && size == sizeof(request.ip)) {
		request.oif = (struct rtattr){ .rta_type = RTA_OIF,
			.rta_len = (unsigned short)RTA_LENGTH(4) };
		request.index = host->scope;
		used = sizeof(request);
	}
	if (netlink_ask(&request, used,
		&(struct netlink_taker){ take_route, &routes }) != 0 ||
	    routes.count == 0)
		return false;
	*ret_route = routes.list[0];
	return true;
}

#else

size_t
routes_default(struct route out[static ROUTES_MAX])
{
	(void)out;
	return 0;
}

bool
routes_to(const struct addr *host, struct route *ret_route)
{
	(void)host;
	(void)ret_route;
	return false;
}

#endif
