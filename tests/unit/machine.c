/* SPDX-License-Identifier: MIT */
/*
 * What a machine tells of its own network: links, routes, ports, neighbours;
 * in a namespace of the test's.
 */
#include "net/links.h"
#include "net/port_owner.h"
#include "net/reach.h"
#include "net/routes.h"

#include "netns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { PORT = 41827 };

static struct addr
host(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, 0, &a), 0);
	return a;
}

static struct link_info
link_named(const char *name)
{
	struct link_info list[LINKS_MAX];
	size_t n = links_list(list);

	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0)
			return list[i];
	return (struct link_info){ .index = 0 };
}

/* The test is skipped where there are none. */
static int
card(const char *name, const char *address)
{
	int tap = netns_tap(name);

	if (tap < 0) {
		print_message("SKIPPED: no TAP interface can be had here\n");
		skip();
	}
	assert_true(netns_address(name, SIOCSIFADDR, address));
	assert_true(netns_address(name, SIOCSIFNETMASK, "255.255.255.0"));
	assert_true(netns_flags(name, IFF_UP, 0));
	return tap;
}

static void
links_are_described(void **state)
{
	struct link_info lo = link_named("lo");
	int tap = card("lan0", "10.77.0.1");
	struct link_info l = link_named("lan0");

	(void)state;
	assert_true(lo.loopback && lo.up && !lo.has_mac);
	assert_true(l.up && l.broadcasts && l.multicasts && l.has_mac);
	assert_false(l.loopback || l.point_to_point || l.bare || l.wireless);
	assert_int_equal(l.mtu, 1500);
	assert_string_equal(l.kind, "tun");
	assert_true(netns_flags("lan0", 0, IFF_UP | IFF_MULTICAST));
	l = link_named("lan0");
	assert_false(l.up || l.multicasts);
	close(tap);
}

static void
default_routes(void **state)
{
	struct route list[ROUTES_MAX], r;
	struct addr far = host("192.0.2.1"), near = host("10.77.0.9");
	struct addr here = host("127.0.0.1");

	(void)state;
	assert_int_equal(routes_default(list), 0);
	assert_false(routes_to(&far, &r));
	int tap = card("lan0", "10.77.0.1");
	assert_true(routes_to(&near, &r));
	assert_string_equal(r.iface, "lan0");
	assert_int_equal(r.gateway.family, ADDR_NONE);
	assert_true(routes_to(&here, &r));
	assert_string_equal(r.iface, "lo");
	assert_true(netns_route("lan0"));
	assert_int_equal(routes_default(list), 1);
	assert_string_equal(list[0].iface, "lan0");
	assert_int_equal(list[0].prefix_bits, 0);
	assert_true(routes_to(&far, &r));
	close(tap);
}

static int
taken(int type, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void
owners_of_ports(void **state)
{
	struct port_owner o = port_owner_find(false, PORT);

	(void)state;
	assert_int_equal(o.held, PORT_HELD_NOT);
	int fd = taken(SOCK_DGRAM, PORT);
	o = port_owner_find(false, PORT);
	assert_int_equal(o.held, PORT_HELD);
	assert_true(o.self);
	assert_int_equal(o.pid, getpid());
	assert_string_equal(o.command, "machine");
	assert_int_equal(port_owner_find(true, PORT).held, PORT_HELD_NOT);
	assert_int_equal(port_owner_find(false, PORT + 1).held, PORT_HELD_NOT);
	close(fd);
	fd = taken(SOCK_STREAM, PORT);
	assert_int_equal(port_owner_find(true, PORT).held, PORT_HELD);
	close(fd);
	assert_int_equal(port_owner_find(true, PORT).held, PORT_HELD_NOT);
}

/* Loopback answers that nobody has the port; a link without anybody does not
 * answer at all. */
static void
who_is_there(void **state)
{
	struct addr here = host("127.0.0.1"), absent = host("10.77.0.9");
	uint8_t macs[CALLERS_MAX][MAC_SIZE];
	static const uint8_t ip[4] = { 10, 77, 0, 9 };
	struct reach *r = reach_new(&here, 1000);

	(void)state;
	assert_true(reach_look(r, 1005).answered);
	assert_int_equal(reach_look(r, 1100).ms, 5);
	reach_free(r);
	int tap = card("lan0", "10.77.0.1");
	r = reach_new(&absent, 1000);
	struct reach_state s = reach_look(r, 1100);
	assert_false(s.answered);
	assert_int_equal(s.entry.state, ENTRY_ASKED);
	reach_free(r);
	/* And who else has it, is asked on the link. */
	assert_true(netns_asks_for(tap, ip));
	struct callers *c = callers_new(link_named("lan0").index, &absent);
	if (c != NULL) {
		assert_true(netns_asks_for(tap, ip));
		assert_int_equal(callers_look(c, macs), 0);
		callers_ask(c);
		assert_true(netns_asks_for(tap, ip));
	}
	callers_free(c);
	assert_null(callers_new(link_named("lo").index, &here));
	close(tap);
}

/* Two machines answer for one address; others are not heard. */
static void
two_answer(void **state)
{
	uint8_t answer[42] = { [12] = 8,
		[13] = 6,
		[15] = 1,
		[16] = 8,
		[18] = 6,
		[19] = 4,
		[21] = 2,
		[28] = 10,
		[29] = 77,
		[31] = 9 };
	struct addr absent = host("10.77.0.9");
	uint8_t macs[CALLERS_MAX][MAC_SIZE];
	int tap = card("lan0", "10.77.0.1");
	struct link_info l = link_named("lan0");
	struct callers *c = callers_new(l.index, &absent);

	(void)state;
	if (c == NULL) {
		close(tap);
		skip();
	}
	memcpy(answer, l.mac, MAC_SIZE);
	for (int i = 0; i < 4; i++) {
		answer[22] = 2;
		answer[27] = (uint8_t)(i / 2);
		answer[31] = 9;
		assert_int_equal(
		    write(tap, answer, sizeof(answer)), sizeof(answer));
		/* Of another address, and cut. */
		answer[31] = 8;
		answer[27] = 7;
		assert_int_equal(
		    write(tap, answer, sizeof(answer)), sizeof(answer));
		assert_int_equal(write(tap, answer, 30), 30);
	}
	assert_int_equal(callers_look(c, macs), 2);
	assert_int_equal(macs[0][5], 0);
	assert_int_equal(macs[1][5], 1);
	callers_free(c);
	close(tap);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_are_described),
		cmocka_unit_test(default_routes),
		cmocka_unit_test(owners_of_ports),
		cmocka_unit_test(who_is_there),
		cmocka_unit_test(two_answer),
	};

	netns_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
