/* SPDX-License-Identifier: MIT */
#include "net/ifaces.h"

#include "netns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>

static const struct iface_choice all = { .count = 0 };

static bool
has(const struct iface *list, size_t n, const char *name,
    enum addr_family family)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0 &&
		    list[i].addr.family == family)
			return true;
	return false;
}

static struct iface
get(const struct iface *list, size_t n, const char *name,
    enum addr_family family)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0 &&
		    list[i].addr.family == family)
			return list[i];
	fail_msg("no entry of %s", name);
	return (struct iface){ .index = 0 };
}

static void
loopback_is_used(void **state)
{
	struct iface list[IFACES_MAX];
	size_t n = ifaces_list(&all, list);
	struct iface lo = get(list, n, "lo", ADDR_IPV4);
	char text[ADDR_TEXT_MAX];

	(void)state;
	assert_true(lo.loopback);
	assert_int_equal(lo.use, IFACE_USED);
	assert_int_equal(lo.prefix_bits, 8);
	assert_string_equal(
	    addr_host_text(&lo.broadcast, text), "127.255.255.255");
	assert_false(has(list, n, "lo", ADDR_IPV6));
}

static void
only_what_is_named_is_used(void **state)
{
	static char named[] = "eth7";
	static char *const names[] = { named };
	struct iface_choice choice = { .names = names, .count = 1 };
	struct iface list[IFACES_MAX];
	size_t n = ifaces_list(&choice, list);
	struct iface lo = get(list, n, "lo", ADDR_IPV4);

	(void)state;
	assert_int_equal(lo.use, IFACE_NOT_CHOSEN);
}

static int
need_tap(const char *name)
{
	int fd = netns_tap(name);

	if (fd >= 0)
		return fd;
	print_message("SKIPPED: no TAP interface can be had here\n");
	skip();
	return -1;
}

/* Whether a change was told until the address was there. */
static bool
wait_for_ipv6(const char *name, struct pollfd *watch)
{
	bool told = false;

	while (!netns_has_ipv6(name)) {
		assert_int_equal(poll(watch, 1, 10000), 1);
		told |= ifaces_watch_read(watch->fd);
	}
	return told | ifaces_watch_read(watch->fd);
}

static void
a_vpn_is_off_unless_named(void **state)
{
	static char named[] = "lan0";
	static char *const names[] = { named };
	struct iface_choice choice = { .names = names, .count = 1 };
	struct iface list[IFACES_MAX];
	struct pollfd watch = { .fd = ifaces_watch_open(), .events = POLLIN };
	/* Not virtual by its name, but by what it is. */
	int fd = need_tap("lan0");
	size_t n = ifaces_list(&all, list);
	struct iface f = get(list, n, "lan0", ADDR_NONE);
	char text[ADDR_TEXT_MAX];

	(void)state;
	assert_int_equal(f.use, IFACE_VIRTUAL);
	n = ifaces_list(&choice, list);
	f = get(list, n, "lan0", ADDR_NONE);
	assert_int_equal(f.use, IFACE_DOWN);

	assert_true(netns_address("lan0", SIOCSIFADDR, "10.9.0.1"));
	assert_true(netns_address("lan0", SIOCSIFNETMASK, "255.255.254.0"));
	assert_true(netns_flags("lan0", IFF_UP, 0));
	assert_true(wait_for_ipv6("lan0", &watch));
	close(watch.fd);
	n = ifaces_list(&all, list);
	f = get(list, n, "lan0", ADDR_IPV4);
	assert_int_equal(f.use, IFACE_VIRTUAL);
	n = ifaces_list(&choice, list);
	f = get(list, n, "lan0", ADDR_IPV4);
	assert_int_equal(f.use, IFACE_USED);
	assert_int_equal(f.prefix_bits, 23);
	assert_string_equal(addr_host_text(&f.broadcast, text), "10.9.1.255");
	assert_false(has(list, n, "lan0", ADDR_NONE));
	f = get(list, n, "lan0", ADDR_IPV6);
	assert_true(addr_is_link_local(&f.addr));
	assert_int_equal(f.addr.scope, f.index);
	assert_int_equal(f.use, IFACE_USED);
	/* The used ones lead. */
	assert_int_equal(list[0].use, IFACE_USED);
	close(fd);
}

static void
an_ipv6_address_counts_once_it_can_be_used(void **state)
{
	static char named[] = "lan2";
	static char *const names[] = { named };
	struct iface_choice choice = { .names = names, .count = 1 };
	struct iface list[IFACES_MAX];
	struct pollfd watch = { .fd = ifaces_watch_open(), .events = POLLIN };
	const char *dad = "/proc/sys/net/ipv6/conf/default/accept_dad";
	int fd;
	size_t n;

	(void)state;
	netns_sysctl(dad, "1");
	/* A short test for a double, but one. */
	netns_sysctl(
	    "/proc/sys/net/ipv6/conf/default/router_solicitation_delay", "0");
	fd = need_tap("lan2");
	assert_true(netns_flags("lan2", IFF_UP, 0));
	n = ifaces_list(&choice, list);
	assert_false(has(list, n, "lan2", ADDR_IPV6));
	ifaces_watch_read(watch.fd);
	/* The change is told when it is one for us. */
	assert_true(wait_for_ipv6("lan2", &watch));
	n = ifaces_list(&choice, list);
	assert_true(has(list, n, "lan2", ADDR_IPV6));
	netns_sysctl(dad, "0");
	close(watch.fd);
	close(fd);
}

static void
single_host_prefixes_have_no_broadcast(void **state)
{
	static char named[] = "lan1";
	static char *const names[] = { named };
	struct iface_choice choice = { .names = names, .count = 1 };
	struct iface list[IFACES_MAX];
	int fd = need_tap("lan1");
	size_t n;
	struct iface f;

	(void)state;
	assert_true(netns_address("lan1", SIOCSIFADDR, "10.8.0.1"));
	assert_true(netns_address("lan1", SIOCSIFNETMASK, "255.255.255.255"));
	assert_true(netns_flags("lan1", IFF_UP, 0));
	n = ifaces_list(&choice, list);
	f = get(list, n, "lan1", ADDR_IPV4);
	assert_int_equal(f.prefix_bits, 32);
	assert_int_equal(f.use, IFACE_NO_BROADCAST);
	close(fd);
}

static void
set_mtu(const char *name, int mtu)
{
	struct ifreq r;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	memset(&r, 0, sizeof(r));
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	r.ifr_mtu = mtu;
	assert_int_equal(ioctl(fd, SIOCSIFMTU, &r), 0);
	close(fd);
}

static void
changes_are_told_and_noise_is_not(void **state)
{
	int fd = ifaces_watch_open();

	(void)state;
	assert_true(fd >= 0);
	assert_false(ifaces_watch_read(fd));
	/* A message comes, but nothing that matters changed. */
	set_mtu("lo", 32768);
	assert_false(ifaces_watch_read(fd));
	assert_true(netns_flags("lo", 0, IFF_UP));
	assert_true(ifaces_watch_read(fd));
	assert_false(ifaces_watch_read(fd));
	assert_true(netns_flags("lo", IFF_UP, 0));
	assert_true(ifaces_watch_read(fd));
	assert_true(netns_address("lo:1", SIOCSIFADDR, "127.9.0.1"));
	assert_true(ifaces_watch_read(fd));
	assert_false(ifaces_watch_read(fd));
	close(fd);
}

static void
lost_messages_count_as_a_change(void **state)
{
	int fd = ifaces_watch_open();

	(void)state;
	assert_true(fd >= 0);
	/* Each is noise, but more than the socket holds. */
	for (int i = 0; i < 2000; i++)
		set_mtu("lo", 20000 + i);
	assert_true(ifaces_watch_read(fd));
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loopback_is_used),
		cmocka_unit_test(only_what_is_named_is_used),
		cmocka_unit_test(a_vpn_is_off_unless_named),
		cmocka_unit_test(an_ipv6_address_counts_once_it_can_be_used),
		cmocka_unit_test(single_host_prefixes_have_no_broadcast),
		cmocka_unit_test(changes_are_told_and_noise_is_not),
		cmocka_unit_test(lost_messages_count_as_a_change),
	};

	netns_enter();
	return cmocka_run_group_tests_name("ifaces", tests, NULL, NULL);
}
