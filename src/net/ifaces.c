/* SPDX-License-Identifier: MIT */
/*
 * Which interfaces lead to people. Containers, bridges of virtual machines and
 * VPNs mostly do not, and speaking there by default tells strangers who we
 * are; the kernel has no flag for that, so it is told by name and by the
 * driver behind it. A bridge over a real network card is a LAN like any other.
 */
#include "net/ifaces.h"

#include "base/mem.h"
#include "net/sockaddr.h"

#include <dirent.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <netpacket/packet.h>
#endif

static const char *const virtual_names[] = { "docker", "veth", "br-", "virbr",
	"vnet", "tun", "tap", "wg", "tailscale", "zt", "vmnet", "vboxnet",
	"lxc", "lxd", "incus", "podman", "cni", "cali", "flannel", "cilium",
	"kube", "ipvs", "utun", "nebula", "ham", "ppp", "ip6tnl", "sit", "gre",
	"gpd", "nordlynx", "proton", "mullvad", "anpi", "awdl", "llw",
	"bridge1" };

enum { VIRTUAL_COUNT = sizeof(virtual_names) / sizeof(virtual_names[0]) };

static bool
name_is_virtual(const char *name)
{
	for (size_t i = 0; i < VIRTUAL_COUNT; i++)
		if (strncmp(name, virtual_names[i], strlen(virtual_names[i])) ==
		    0)
			return true;
	return false;
}

#ifdef __linux__

/* Asked by ioctl: sysfs shows the interfaces of whatever network namespace it
 * was mounted in. */
static bool
driver_is(const char *name, const char *driver)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq request = { .ifr_data = (char *)&info };
	int fd = socket_new(ADDR_IPV4, SOCK_DGRAM);
	bool is = false;

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (fd >= 0 && ioctl(fd, SIOCETHTOOL, &request) == 0)
		is = strncmp(info.driver, driver, sizeof(info.driver)) == 0;
	socket_close(fd);
	return is;
}

static bool
is_real_card(const char *name)
{
	char path[320]; /* a name of readdir fits */

	snprintf(path, sizeof(path), "/sys/class/net/%s/device", name);
	return access(path, F_OK) == 0;
}

static bool
bridges_a_card(const char *name)
{
	char path[320];
	bool real = false;

	snprintf(path, sizeof(path), "/sys/class/net/%s/brif", name);
	DIR *dir = opendir(path);
	if (dir == NULL)
		return false;
	for (struct dirent *e; !real && (e = readdir(dir)) != NULL;)
		real = e->d_name[0] != '.' && is_real_card(e->d_name);
	closedir(dir);
	return real;
}

static bool
is_virtual(const char *name)
{
	if (name_is_virtual(name) || driver_is(name, "tun"))
		return true;
	return driver_is(name, "bridge") && !bridges_a_card(name);
}

/*
 * For its first second or two an IPv6 address is tested for a double, and
 * nothing can be sent from it. Listed too early, it would cost the one burst
 * that a change of the network is worth.
 */
static bool
is_tentative(const struct iface *f)
{
	enum { TENTATIVE = 0x40, DAD_FAILED = 0x08 };
	FILE *file = fopen("/proc/self/net/if_inet6", "re");
	char line[128], name[IFACE_NAME_MAX], hex[33], want[33];
	unsigned flags;
	bool tentative = false;

	for (size_t i = 0; i < sizeof(f->addr.ip); i++)
		snprintf(want + 2 * i, 3, "%02x", f->addr.ip[i]);
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "%32s %*x %*x %*x %x %15s", hex, &flags,
			name) == 3 &&
		    strcmp(hex, want) == 0 && strcmp(name, f->name) == 0)
			tentative = (flags & (TENTATIVE | DAD_FAILED)) != 0;
	if (file != NULL)
		fclose(file);
	return tentative;
}

#else

static bool
is_virtual(const char *name)
{
	return name_is_virtual(name);
}

static bool
is_tentative(const struct iface *f)
{
	(void)f;
	return false;
}

#endif

static bool
is_chosen(const struct iface_choice *choice, const char *name)
{
	for (size_t i = 0; i < choice->count; i++)
		if (strncmp(choice->names[i], name, IFACE_NAME_MAX) == 0)
			return true;
	return false;
}

static unsigned
prefix_of(const struct sockaddr *mask, enum addr_family family)
{
	struct sockaddr_storage ss;
	unsigned bits = 0;

	if (mask == NULL)
		return family == ADDR_IPV4 ? 32 : 128;
	/* BSD leaves the family of masks unset. */
	memset(&ss, 0, sizeof(ss));
	memcpy(&ss, mask,
	    family == ADDR_IPV4 ? sizeof(struct sockaddr_in)
				: sizeof(struct sockaddr_in6));
	ss.ss_family = family == ADDR_IPV4 ? AF_INET : AF_INET6;
	struct addr a = sockaddr_addr((const struct sockaddr *)&ss);
	while (bits < sizeof(a.ip) * 8 &&
	       (a.ip[bits / 8] & (0x80u >> (bits % 8))) != 0)
		bits++;
	return bits;
}

/*
 * Computed from the prefix where none is set: addresses added by hand have
 * none, and the kernel takes the computed one as broadcast all the same.
 */
static struct addr
broadcast_of(const struct ifaddrs *ifa, const struct iface *f)
{
	struct addr b = { .family = ADDR_NONE };
	bool loopback = f->loopback && addr_is_loopback(&f->addr);

	if (f->addr.family != ADDR_IPV4 || f->prefix_bits > 30)
		return b;
	if ((ifa->ifa_flags & IFF_BROADCAST) == 0 && !loopback)
		return b;
	if (!loopback && ifa->ifa_broadaddr != NULL)
		b = sockaddr_addr(ifa->ifa_broadaddr);
	b.port = 0;
	if (b.family == ADDR_IPV4 && memcmp(b.ip, "\0\0\0", 4) != 0 &&
	    !addr_same_host(&b, &f->addr))
		return b;
	b = f->addr;
	for (unsigned bit = f->prefix_bits; bit < 32; bit++)
		b.ip[bit / 8] |= (uint8_t)(0x80u >> (bit % 8));
	return b;
}

static enum iface_use
use_of(const struct iface_choice *choice, const struct ifaddrs *ifa,
    const struct iface *f)
{
	bool chosen = is_chosen(choice, f->name);
	unsigned up = IFF_UP | IFF_RUNNING;

	if (choice->count > 0 && !chosen)
		return IFACE_NOT_CHOSEN;
	if (!chosen && !f->loopback && is_virtual(f->name))
		return IFACE_VIRTUAL;
	if ((ifa->ifa_flags & up) != up)
		return IFACE_DOWN;
	if (!chosen && (ifa->ifa_flags & IFF_POINTOPOINT) != 0)
		return IFACE_NO_BROADCAST;
	if (f->addr.family == ADDR_IPV4)
		return f->broadcast.family == ADDR_NONE ? IFACE_NO_BROADCAST
							: IFACE_USED;
	if (f->addr.family == ADDR_IPV6 &&
	    (ifa->ifa_flags & IFF_MULTICAST) != 0)
		return IFACE_USED;
	return IFACE_NO_BROADCAST;
}

/*
 * Every IPv4 address counts, but of the IPv6 ones only the link-local: all we
 * send over IPv6 on a link comes from it, and the others change by the hour
 * for privacy.
 */
static bool
is_listed(const struct iface *f)
{
	return f->addr.family == ADDR_IPV4 ||
	       (f->addr.family == ADDR_IPV6 && addr_is_link_local(&f->addr));
}

static void
describe(const struct iface_choice *choice, const struct ifaddrs *ifa,
    struct iface *f)
{
	*f = (struct iface){ .addr = { .family = ADDR_NONE } };
	/* An alias "eth0:1" is an address of eth0. */
	snprintf(f->name, sizeof(f->name), "%.*s",
	    (int)strcspn(ifa->ifa_name, ":"), ifa->ifa_name);
	f->index = if_nametoindex(f->name);
	f->loopback = (ifa->ifa_flags & IFF_LOOPBACK) != 0;
	if (ifa->ifa_addr != NULL)
		f->addr = sockaddr_addr(ifa->ifa_addr);
	f->addr.port = 0;
	if (f->addr.family != ADDR_NONE)
		f->prefix_bits = prefix_of(
		    ifa->ifa_netmask, (enum addr_family)f->addr.family);
	if (f->addr.family == ADDR_IPV6 && addr_is_link_local(&f->addr))
		f->addr.scope = f->index;
	f->broadcast = broadcast_of(ifa, f);
	f->use = use_of(choice, ifa, f);
}

static bool
is_known(const struct iface *out, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(out[i].name, name, IFACE_NAME_MAX) == 0)
			return true;
	return false;
}

/* The used ones come first, so that a host with a hundred containers does not
 * crowd them out; interfaces without any address come last. */
enum pass { PASS_USED, PASS_UNUSED, PASS_BARE, PASS_COUNT };

static bool
belongs(enum pass pass, const struct iface *f, const struct iface *out,
    size_t count)
{
	switch (pass) {
	case PASS_USED:
		return is_listed(f) && f->use == IFACE_USED &&
		       (f->addr.family != ADDR_IPV6 || !is_tentative(f));
	case PASS_UNUSED:
		return is_listed(f) && f->use != IFACE_USED;
	case PASS_BARE:
		return f->addr.family == ADDR_NONE && !f->loopback &&
		       !is_known(out, count, f->name);
	case PASS_COUNT:
		break;
	}
	return false;
}

bool
ifaces_equal(const struct iface *a, size_t an, const struct iface *b, size_t bn)
{
	if (an != bn)
		return false;
	for (size_t i = 0; i < an; i++) {
		if (strcmp(a[i].name, b[i].name) != 0 ||
		    a[i].index != b[i].index || a[i].use != b[i].use ||
		    a[i].prefix_bits != b[i].prefix_bits ||
		    !addr_equal(&a[i].addr, &b[i].addr) ||
		    !addr_equal(&a[i].broadcast, &b[i].broadcast))
			return false;
	}
	return true;
}

#ifdef __linux__
static void
add_mac(const struct sockaddr *sa, const char *name, struct iface *out,
    size_t count)
{
	struct sockaddr_ll card;

	memcpy(&card, sa, sizeof(card));
	for (size_t i = 0; i < count && card.sll_halen == MAC_SIZE; i++) {
		if (out[i].loopback || strcmp(out[i].name, name) != 0)
			continue;
		memcpy(out[i].mac, card.sll_addr, MAC_SIZE);
		out[i].has_mac = true;
	}
}

static void
add_macs(const struct ifaddrs *all, struct iface *out, size_t count)
{
	for (const struct ifaddrs *a = all; a != NULL; a = a->ifa_next)
		if (a->ifa_addr != NULL && a->ifa_addr->sa_family == AF_PACKET)
			add_mac(a->ifa_addr, a->ifa_name, out, count);
}
#else
static void
add_macs(const struct ifaddrs *all, struct iface *out, size_t count)
{
	(void)all;
	(void)out;
	(void)count;
}
#endif

size_t
ifaces_list(
    const struct iface_choice *choice, struct iface out[static IFACES_MAX])
{
	struct ifaddrs *all = NULL;
	size_t count = 0, found = 0;

	if (getifaddrs(&all) != 0)
		return 0;
	for (struct ifaddrs *a = all; a != NULL; a = a->ifa_next)
		found++;
	struct iface *list = xcalloc(found, sizeof(*list)), *f = list;
	for (struct ifaddrs *a = all; a != NULL; a = a->ifa_next)
		describe(choice, a, f++);
	for (int pass = PASS_USED; pass < PASS_COUNT; pass++)
		for (f = list; f < list + found && count < IFACES_MAX; f++)
			if (belongs((enum pass)pass, f, out, count))
				out[count++] = *f;
	add_macs(all, out, count);
	free(list);
	freeifaddrs(all);
	return count;
}
