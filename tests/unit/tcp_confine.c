/* SPDX-License-Identifier: MIT */
/*
 * Connections that keep to the named interfaces, in a namespace of its own.
 */
#include "netns.h"
#include "tcp_ends.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

static void
confine(struct end *e, const char *name)
{
	static char texts[2][IFACE_NAME_MAX];
	static char *const names[] = { texts[0], texts[1] };
	static unsigned next;

	unsigned at = next++ % 2;
	struct iface_choice choice = { .names = &names[at], .count = 1 };
	snprintf(texts[at], sizeof(texts[at]), "%s", name);
	tcp_confine(e->t, &choice);
}

static void
named_loopback_is_as_before(void **state)
{
	struct world *w = *state;

	confine(&w->a, "lo");
	confine(&w->b, "lo");
	join(w);
}

static void
no_dial_leaves_the_named_interface(void **state)
{
	struct world *w = *state;
	struct addr to = loopback(tcp_port(w->b.t));

	confine(&w->a, "lan1");
	tcp_dial(w->a.t, 100, &to);
	turn(w, 0);
	assert_int_equal(w->a.closed, 1);
	assert_int_equal(w->a.closed_errno, ENETUNREACH);
	assert_int_equal(w->b.accepted, 0);
}

static void
nobody_comes_in_through_another_interface(void **state)
{
	struct world *w = *state;
	struct addr to = loopback(tcp_port(w->b.t));

	confine(&w->b, "lan1");
	tcp_dial(w->a.t, 100, &to);
	while (w->a.closed == 0)
		turn(w, TURN_MS);
	assert_int_equal(w->b.accepted, 0);
}

static void
a_dial_leaves_through_the_named_card(void **state)
{
	struct world *w = *state;
	struct addr to = { .family = ADDR_IPV4, .ip = { 10, 77, 0, 9 } };
	struct addr far = { .family = ADDR_IPV4, .ip = { 10, 99, 0, 9 } };
	struct pollfd card;
	int taps[2];

	if (!netns_two_cards(taps)) {
		print_message("SKIPPED: no TAP interface can be had here\n");
		skip();
	}
	to.port = far.port = 5000;
	confine(&w->a, "lan1");
	tcp_dial(w->a.t, 100, &to);
	card = (struct pollfd){ .fd = taps[1], .events = POLLIN };
	while (!netns_asks_for(taps[1], to.ip))
		assert_int_equal(poll(&card, 1, TURN_MS), 1);
	assert_false(netns_asks_for(taps[0], to.ip));
	/* The way to the rest of the world is the other card. */
	assert_true(netns_route("lan0"));
	tcp_dial(w->a.t, 101, &far);
	turn(w, 0);
	assert_int_equal(w->a.closed, 1);
	assert_int_equal(w->a.closed_errno, ENETUNREACH);
	confine(&w->a, "lo");
	tcp_dial(w->a.t, 102, &to);
	turn(w, 0);
	assert_int_equal(w->a.closed, 2);
	assert_false(netns_asks_for(taps[0], far.ip));
	confine(&w->a, "lan0");
	tcp_dial(w->a.t, 103, &far);
	card.fd = taps[0];
	while (!netns_asks_for(taps[0], far.ip))
		assert_int_equal(poll(&card, 1, TURN_MS), 1);
	close(taps[0]);
	close(taps[1]);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_new, world_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(named_loopback_is_as_before),
		WORLD_TEST(no_dial_leaves_the_named_interface),
		WORLD_TEST(nobody_comes_in_through_another_interface),
		WORLD_TEST(a_dial_leaves_through_the_named_card),
	};

	netns_enter();
	return cmocka_run_group_tests_name("tcp_confine", tests, NULL, NULL);
}
