/* SPDX-License-Identifier: MIT */
#include "base/iface.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct addr
host(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, 0, &a), 0);
	return a;
}

static struct iface
card(const char *text, unsigned bits, unsigned index)
{
	return (struct iface){ .name = "card",
		.index = index,
		.addr = host(text),
		.prefix_bits = bits };
}

static void
masks_and_subnets(void **state)
{
	static const struct {
		const char *addr, *mask, *subnet;
		unsigned bits;
	} rows[] = {
		{ "10.77.3.9", "255.255.255.0", "10.77.3.0", 24 },
		{ "10.77.3.9", "255.255.255.255", "10.77.3.9", 32 },
		{ "10.77.3.9", "0.0.0.0", "0.0.0.0", 0 },
		{ "192.168.201.77", "255.255.240.0", "192.168.192.0", 20 },
		{ "172.16.5.130", "255.255.255.128", "172.16.5.128", 25 },
		{ "10.1.2.3", "254.0.0.0", "10.0.0.0", 7 },
	};
	char at[ADDR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iface f = card(rows[i].addr, rows[i].bits, 1);
		struct addr mask = iface_netmask(&f), subnet = iface_subnet(&f);
		assert_string_equal(addr_host_text(&mask, at), rows[i].mask);
		assert_string_equal(
		    addr_host_text(&subnet, at), rows[i].subnet);
	}
	struct iface six = card("fe80::1:2", 64, 1);
	struct addr subnet = iface_subnet(&six);
	assert_string_equal(addr_host_text(&subnet, at), "fe80::");
	assert_int_equal(iface_netmask(&six).family, ADDR_NONE);
	struct iface none = { .prefix_bits = 24 };
	assert_int_equal(iface_subnet(&none).family, ADDR_NONE);
}

static void
reaches(void **state)
{
	struct iface list[] = { card("10.77.0.1", 24, 1),
		card("10.0.0.1", 8, 2), card("192.168.1.1", 24, 3),
		card("fe80::1", 64, 4) };
	static const struct {
		const char *host;
		enum iface_reach reach;
		unsigned index;
	} rows[] = {
		{ "10.77.0.2", IFACE_REACH_SUBNET, 1 },
		{ "10.78.0.2", IFACE_REACH_SUBNET, 2 },
		{ "10.77.0.1", IFACE_REACH_HERE, 0 },
		{ "127.0.0.5", IFACE_REACH_HERE, 0 },
		{ "::1", IFACE_REACH_HERE, 0 },
		{ "192.168.1.9", IFACE_REACH_ROUTED, 0 }, /* it is down */
		{ "8.8.8.8", IFACE_REACH_ROUTED, 0 },
		{ "fe80::9%4", IFACE_REACH_SUBNET, 4 },
		{ "fe80::9%5", IFACE_REACH_UNKNOWN, 0 },
		{ "2001:db8::1", IFACE_REACH_UNKNOWN, 0 },
	};

	(void)state;
	list[2].use = IFACE_DOWN;
	list[3].addr.scope = 4;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a = host(rows[i].host);
		const struct iface *by = NULL;
		assert_int_equal(iface_reach(list, 4, &a, &by), rows[i].reach);
		assert_int_equal(by == NULL ? 0 : by->index, rows[i].index);
	}
	struct addr any = host("10.77.0.2");
	const struct iface *by = NULL;
	assert_int_equal(iface_reach(NULL, 0, &any, &by), IFACE_REACH_ROUTED);
	assert_string_equal(iface_reach_text(IFACE_REACH_SUBNET), "subnet");
	assert_string_equal(iface_reach_text(IFACE_REACH_UNKNOWN), "unknown");
}

static void
hardware_addresses(void **state)
{
	static const uint8_t mac[MAC_SIZE] = { 2, 0, 0xa, 0x4d, 0, 0xff };
	char text[MAC_TEXT_SIZE];

	(void)state;
	assert_string_equal(mac_text(mac, text), "02:00:0a:4d:00:ff");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masks_and_subnets),
		cmocka_unit_test(reaches),
		cmocka_unit_test(hardware_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
