/* SPDX-License-Identifier: MIT */
#include "net/links.h"

#ifdef __linux__

#include "net/netlink.h"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct links {
	struct link_info *list;
	size_t count;
};

static void
copy_text(char *to, size_t size, const struct netlink_attr *a)
{
	snprintf(to, size, "%.*s", (int)a->size, a->value);
}

/* What the bridge says of a part of it. */
static void
take_port(const struct netlink_attr *port, struct link_info *l)
{
	const char *p = port->value;
	size_t left = port->size;
	struct netlink_attr a;

	while (netlink_next(&p, &left, &a))
		if (a.type == IFLA_BRPORT_ISOLATED && a.size >= 1)
			l->isolated = a.value[0] != 0;
}

static void
take_kind(const struct netlink_attr *info, struct link_info *l)
{
	const char *p = info->value;
	size_t left = info->size;
	struct netlink_attr a;
	bool of_bridge = false;

	while (netlink_next(&p, &left, &a)) {
		if (a.type == IFLA_INFO_KIND)
			copy_text(l->kind, sizeof(l->kind), &a);
		if (a.type == IFLA_INFO_SLAVE_KIND)
			of_bridge = strncmp(a.value, "bridge", a.size) == 0;
		if (a.type == IFLA_INFO_SLAVE_DATA && of_bridge)
			take_port(&a, l);
	}
}

static void
take_attribute(const struct netlink_attr *a, struct link_info *l)
{
	switch (a->type) {
	case IFLA_IFNAME:
		copy_text(l->name, sizeof(l->name), a);
		break;
	case IFLA_MTU:
		l->mtu = netlink_u32(a);
		break;
	case IFLA_MASTER:
		l->master = netlink_u32(a);
		break;
	case IFLA_LINKINFO:
		take_kind(a, l);
		break;
	case IFLA_WIRELESS:
		l->wireless = true;
		break;
	case IFLA_ADDRESS:
		if (a->size == MAC_SIZE && !l->loopback) {
			memcpy(l->mac, a->value, MAC_SIZE);
			l->has_mac = true;
		}
		break;
	default:
		break;
	}
}

static bool
take_link(void *self, uint16_t type, const char *p, size_t n)
{
	struct links *links = self;
	struct ifinfomsg m;
	struct netlink_attr a;

	if (type != RTM_NEWLINK || n < NLMSG_ALIGN(sizeof(m)))
		return true;
	memcpy(&m, p, sizeof(m));
	struct link_info *l = &links->list[links->count++];
	*l = (struct link_info){
		.index = (unsigned)m.ifi_index,
		.up = (m.ifi_flags & IFF_UP) != 0,
		.carrier = (m.ifi_flags & IFF_LOWER_UP) != 0,
		.loopback = (m.ifi_flags & IFF_LOOPBACK) != 0,
		.broadcasts = (m.ifi_flags & IFF_BROADCAST) != 0,
		.multicasts = (m.ifi_flags & IFF_MULTICAST) != 0,
		.point_to_point = (m.ifi_flags & IFF_POINTOPOINT) != 0,
		.bare =
		    m.ifi_type != ARPHRD_ETHER && m.ifi_type != ARPHRD_LOOPBACK,
	};
	p += NLMSG_ALIGN(sizeof(m));
	n -= NLMSG_ALIGN(sizeof(m));
	while (netlink_next(&p, &n, &a))
		take_attribute(&a, l);
	return links->count < LINKS_MAX;
}

/* Not sysfs, which shows the interfaces of whatever network namespace it was
 * mounted in. */
static void
add_wireless(struct link_info *list, size_t count)
{
	FILE *f = fopen("/proc/self/net/wireless", "re");
	char line[256], name[IFACE_NAME_MAX];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, " %15[^: ]:", name) != 1)
			continue;
		for (size_t i = 0; i < count; i++)
			if (strcmp(list[i].name, name) == 0)
				list[i].wireless = true;
	}
	if (f != NULL)
		fclose(f);
}

size_t
links_list(struct link_info out[static LINKS_MAX])
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg m;
	} request = {
		.h = { .nlmsg_type = RTM_GETLINK,
		    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.m = { .ifi_family = AF_UNSPEC },
	};
	struct links links = { .list = out };

	netlink_ask(&request, sizeof(request),
	    &(struct netlink_taker){ take_link, &links });
	add_wireless(out, links.count);
	return links.count;
}

#else

size_t
links_list(struct link_info out[static LINKS_MAX])
{
	(void)out;
	return 0;
}

#endif
