/* SPDX-License-Identifier: MIT */
/*
 * What strangers can do to sessions over datagrams, and cannot.
 */
#include "core/engine_state.h"
#include "pair.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static size_t
make_hello(uint32_t number, const uint8_t *cookie, uint8_t out[PACKET_MAX])
{
	static const uint8_t message[NOISE_KEY_SIZE] = { 9 };
	struct packet k = {
		.kind = PACKET_HELLO,
		.version = PROTOCOL_MAJOR,
		.suite = 1,
		.sender = number + 1,
		.has_cookie = cookie != NULL,
		.body = message,
		.size = sizeof(message),
	};
	size_t n;

	if (cookie != NULL)
		memcpy(k.cookie, cookie, COOKIE_SIZE);
	assert_int_equal(packet_encode(&k, out, &n), 0);
	return n;
}

static struct addr
stranger(uint32_t number)
{
	struct addr a = { .family = ADDR_IPV4, .port = 4000 };

	a.ip[0] = 10;
	a.ip[1] = 99;
	a.ip[2] = (uint8_t)(number >> 8);
	a.ip[3] = (uint8_t)number;
	return a;
}

/* From as many places, as fast as it goes. */
static void
t19_datagram_floods_do_not_disturb(void **state)
{
	(void)state;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	assert_arrives(ANA, "before", CARRIER_UDP);
	uint32_t id = conn_of(BOB)->id;
	uint8_t hello[PACKET_MAX];
	for (uint32_t i = 0; i < 20000; i++) {
		struct addr from = stranger(i);
		size_t n = make_hello(i, NULL, hello);
		sim_inject(s, BOB, &from, hello, n);
		if (i % 1000 != 0)
			continue;
		assert_in_range(count_conns(BOB), 1, 1 + GATE_COOKIE_HALF_OPEN);
		assert_int_equal(engine(BOB)->half_open, 0);
		assert_arrives(ANA, "meanwhile", CARRIER_UDP);
		sim_run(s, 10);
	}
	assert_int_equal(conn_of(BOB)->id, id);
	sim_run(s, GATE_LIFE_MS + 1000);
	assert_int_equal(count_conns(BOB), 1);
	/* And the door is open again. */
	unsigned carol = sim_add(s, "carol");
	sim_run(s, 3000);
	sim_transport(s, carol, BOB, TRANSPORT_UDP);
	sim_command(s, carol, COMMAND_SAY, BOB, "hello");
	sim_run(s, 1000);
	assert_int_equal(sim_texts(s, BOB, carol, false), 1);
}

/* Strangers that receive where they say they are, and bring their cookies:
 * eight of each host, and no more than the gate has room for. */
static void
t19_with_cookies_the_table_ends(void **state)
{
	(void)state;
	assert_arrives(ANA, "before", CARRIER_TCP);
	uint32_t id = conn_of(BOB)->id;
	uint8_t hello[PACKET_MAX];
	struct packet retry;
	for (uint32_t i = 0; i < 2000; i++) {
		struct addr from = stranger(i);
		size_t n = make_hello(i, NULL, hello);
		seen.last_size[BOB] = 0;
		sim_inject(s, BOB, &from, hello, n);
		if (seen.last_size[BOB] == 0 ||
		    packet_decode(seen.last[BOB], seen.last_size[BOB], &retry) <
			0 ||
		    retry.kind != PACKET_RETRY)
			continue;
		n = make_hello(i, retry.cookie, hello);
		sim_inject(s, BOB, &from, hello, n);
	}
	assert_in_range(
	    count_conns(BOB), GATE_COOKIE_HALF_OPEN, GATE_HALF_OPEN_MAX + 1);
	assert_int_equal(conn_of(BOB)->id, id);
	/* TCP has places of its own. */
	unsigned carol = sim_add(s, "carol");
	sim_run(s, 3000);
	sim_command(s, carol, COMMAND_SAY, BOB, "hello");
	sim_run(s, 1000);
	assert_int_equal(sim_texts(s, BOB, carol, false), 1);
	sim_run(s, GATE_LIFE_MS + 1000);
	assert_int_equal(count_conns(BOB), 2);
}

/* Half-open sessions over UDP do not count against TCP of that host, where
 * anybody can say to be. */
static void
t19_false_senders_do_not_shut_out_the_host(void **state)
{
	(void)state;
	uint8_t hello[PACKET_MAX];
	struct addr from = *sim_addr(s, ANA);

	for (uint32_t i = 0; i < 2 * HALF_OPEN_PER_HOST; i++) {
		size_t n = make_hello(i, NULL, hello);
		from.port = (uint16_t)(1000 + i);
		sim_inject(s, BOB, &from, hello, n);
	}
	assert_true(count_conns(BOB) >= HALF_OPEN_PER_HOST);
	say_it(ANA, "hi");
	sim_run(s, 200);
	assert_non_null(newest(BOB));
	assert_carried_by(CARRIER_TCP);
}

/* Whoever breaks TCP gets a session over UDP with the same proof, or none:
 * nothing is ever said in clear. */
static void
t10_broken_tcp_is_no_downgrade(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		sim_filter(s, ANA, BOB, i % 2 == 0);
		say_it(i % 3 == 0 ? BOB : ANA, pair_secret);
		sim_run(s, 8000);
		sim_cut(s, ANA, BOB, i % 5 == 0);
	}
	sim_cut(s, ANA, BOB, false);
	sim_filter(s, ANA, BOB, false);
	assert_true(sim_settle(s, 1800000));
	assert_int_equal(
	    sim_texts(s, BOB, ANA, false) + sim_texts(s, ANA, BOB, false), 20);
	assert_int_equal(seen.leaks, 0);
}

/* Somebody else at the address and port of bob. */
static void
t10_an_impostor_over_udp_gets_nothing(void **state)
{
	(void)state;
	unsigned eve = sim_add(s, "eve");

	sim_run(s, 3000);
	sim_cut(s, ANA, BOB, true);
	sim_take_address(s, eve, BOB);
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	say_it(ANA, pair_secret);
	sim_run(s, 10000);
	assert_int_equal(sim_node(s, eve)->messages, 0);
	assert_true(seen.session_datagrams > 0);
	assert_null(conn_of(ANA));
	/* Not there again before bob is heard. */
	assert_int_equal(sim_peer(s, ANA, BOB)->udp_port, 0);
	/* It is said, for UDP and then for TCP. */
	assert_in_range(sim_node(s, ANA)->errors, 1, 2);
	assert_int_equal(seen.leaks, 0);
}

/* What was heard before, or was changed on the way, moves nothing. */
static void
t18_replays_from_elsewhere_do_not_move_a_session(void **state)
{
	(void)state;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	assert_arrives(ANA, "one", CARRIER_UDP);
	for (uint32_t i = 0; i < 200; i++) {
		struct addr from = stranger(i);
		uint8_t copy[PACKET_MAX];
		if (i % 20 == 0)
			assert_arrives(
			    i % 40 == 0 ? ANA : BOB, "more", CARRIER_UDP);
		size_t n = seen.last_size[ANA];
		memcpy(copy, seen.last[ANA], n);
		sim_inject(s, BOB, &from, copy, n);
		/* A newer number, and so no valid seal. */
		copy[8]++;
		sim_inject(s, BOB, &from, copy, n);
		assert_true(addr_equal(&conn_of(BOB)->addr, sim_addr(s, ANA)));
		assert_true(addr_equal(
		    &sim_peer(s, BOB, ANA)->link_addr, sim_addr(s, ANA)));
	}
	assert_arrives(BOB, "last", CARRIER_UDP);
}

static void
garbage_is_dropped(void **state)
{
	(void)state;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	assert_arrives(ANA, "one", CARRIER_UDP);
	static const uint8_t kinds[] = { PACKET_HELLO, PACKET_ANSWER,
		PACKET_FINISH, PACKET_RETRY, PACKET_DATA };
	uint32_t id = conn_of(BOB)->id;
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t bytes[PACKET_MAX];
		size_t n = 1 + rng_below(sim_rng(s), PACKET_MAX);
		rng_fill(sim_rng(s), bytes, n);
		bytes[0] = kinds[i % sizeof(kinds)];
		/* With the right number, too. */
		if (i % 3 == 0 && n >= 16) {
			memset(bytes + 1, 0, 3);
			memcpy(bytes + 4, seen.last[ANA] + 4, 4);
		}
		sim_inject(s, BOB, sim_addr(s, ANA), bytes, n);
	}
	assert_int_equal(conn_of(BOB)->id, id);
	assert_arrives(BOB, "two", CARRIER_UDP);
	assert_arrives(ANA, "three", CARRIER_UDP);
}

/* The window closes, and what the stranger sends waits with the stranger. */
static void
a_stranger_is_held_back_over_udp(void **state)
{
	(void)state;
	enum { TEXTS = 600 };
	char text[16];

	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	for (unsigned i = 0; i < TEXTS; i++) {
		snprintf(text, sizeof(text), "#%u", i);
		say_it(ANA, text);
	}
	sim_run(s, 5000);
	size_t early = sim_texts(s, BOB, ANA, false);
	assert_in_range(
	    early, STRANGER_BURST / 2, STRANGER_BURST + 6 * STRANGER_PER_S);
	assert_true(sim_settle(s, 60000));
	assert_int_equal(sim_texts(s, BOB, ANA, false), TEXTS);
	assert_string_equal(newest(BOB)->text, "#599");
	assert_carried_by(CARRIER_UDP);
}

static void
full_is_full(void **state)
{
	(void)state;
	uint8_t hello[PACKET_MAX];
	struct addr from = stranger(1);
	size_t n = make_hello(1, NULL, hello);

	engine(BOB)->sessions += SESSIONS_MAX;
	sim_inject(s, BOB, &from, hello, n);
	assert_int_equal(count_conns(BOB), 0);
	assert_int_equal(engine_model(engine(BOB))->sessions_refused, 1);
	engine(BOB)->sessions -= SESSIONS_MAX;
	/* No place for TCP is as good as none that answers. */
	engine(ANA)->streams += STREAMS_MAX;
	assert_arrives(ANA, "hi", CARRIER_UDP);
	engine(ANA)->streams -= STREAMS_MAX;
	sim_command(s, BOB, COMMAND_QUIT, ANA, NULL);
	sim_inject(s, BOB, &from, hello, n);
	assert_int_equal(count_conns(BOB), 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, pair_begin, pair_end)
	const struct CMUnitTest tests[] = {
		CASE(t19_datagram_floods_do_not_disturb),
		CASE(t19_with_cookies_the_table_ends),
		CASE(t19_false_senders_do_not_shut_out_the_host),
		CASE(t10_broken_tcp_is_no_downgrade),
		CASE(t10_an_impostor_over_udp_gets_nothing),
		CASE(t18_replays_from_elsewhere_do_not_move_a_session),
		CASE(garbage_is_dropped),
		CASE(a_stranger_is_held_back_over_udp),
		CASE(full_is_full),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
