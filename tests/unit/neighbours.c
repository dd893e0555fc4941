/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own table, in a namespace of the test's.
 */
#include "net/neighbours.h"

#include "netns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <net/if_arp.h>

static const uint8_t mac[MAC_SIZE] = { 2, 1, 2, 3, 4, 5 };

static struct addr
host(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, 0, &a), 0);
	return a;
}

static bool
add_neighbour(const char *card, const struct addr *a)
{
	struct arpreq request = { .arp_flags = ATF_PERM | ATF_COM };
	struct sockaddr_in in = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(&in.sin_addr, a->ip, 4);
	memcpy(&request.arp_pa, &in, sizeof(in));
	request.arp_ha.sa_family = ARPHRD_ETHER;
	memcpy(request.arp_ha.sa_data, mac, sizeof(mac));
	snprintf(request.arp_dev, sizeof(request.arp_dev), "%s", card);
	bool done = ioctl(fd, SIOCSARP, &request) == 0;
	close(fd);
	return done;
}

static void
nobody_is_known(void **state)
{
	struct addr four = host("10.77.0.2"), six = host("fe80::2%1");
	struct addr none = { .family = ADDR_NONE };
	uint8_t got[MAC_SIZE];

	(void)state;
	assert_false(neighbours_find(&four, got));
	assert_false(neighbours_find(&six, got));
	assert_false(neighbours_find(&none, got));
}

static void
one_of_hundreds_is_found(void **state)
{
	static const char card[] = "lan0";
	uint8_t got[MAC_SIZE] = { 0 };
	int tap = netns_tap(card);
	char text[32];

	(void)state;
	if (tap < 0) {
		print_message("SKIPPED: no TAP interface can be had here\n");
		skip();
	}
	assert_true(netns_address(card, SIOCSIFADDR, "10.77.0.1"));
	assert_true(netns_address(card, SIOCSIFNETMASK, "255.255.0.0"));
	assert_true(netns_flags(card, IFF_UP, 0));
	for (int i = 2; i < 252; i++) {
		snprintf(text, sizeof(text), "10.77.%d.9", i);
		struct addr a = host(text);
		assert_true(add_neighbour(card, &a));
	}
	struct addr there = host("10.77.200.9"), absent = host("10.77.200.8");
	assert_true(neighbours_find(&there, got));
	assert_memory_equal(got, mac, sizeof(mac));
	assert_false(neighbours_find(&absent, got));
	/* On that link, and on no other. */
	there.scope = 99;
	assert_false(neighbours_find(&there, got));
	close(tap);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_known),
		cmocka_unit_test(one_of_hundreds_is_found),
	};

	netns_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
