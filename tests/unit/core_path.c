/* SPDX-License-Identifier: MIT */
/*
 * Tests of the way to somebody, over a network that does what the case says:
 * each step ends as it should, in its time, and leaves nothing behind.
 */
#include "core/paths.h"
#include "pair.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { EVE = 2, CHECK_MS = PATH_MS_MAX + 1000 };

static struct path last;
static unsigned told, ended;
static bool has_mac, looked;

static void
note(void *ctx, unsigned node, const struct effect *effect)
{
	(void)ctx;
	if (effect->kind == EFFECT_LOOKUP && effect->on)
		looked = true;
	if (effect->kind != EFFECT_PATH || node != ANA)
		return;
	last = *effect->path;
	assert_int_equal(effect->token, last.token);
	assert_int_equal(effect->on, last.ended);
	told++;
	ended += effect->on;
}

static int
begin(void **state)
{
	struct sim_watch watch = { .effect = note };

	struct iface net = {
		.name = "eth0",
		.index = 2,
		.addr = { .family = ADDR_IPV4, .ip = { 10, 77, 255, 1 } },
		.prefix_bits = 16,
	};

	pair_begin(state);
	sim_watch(s, &watch);
	engine_network(sim_enter(s, ANA), sim_now(s, ANA), &net, 1, false);
	sim_drain(s, ANA);
	told = ended = 0;
	has_mac = true;
	looked = false;
	last = (struct path){ .token = 0 };
	return 0;
}

/* Both know each other, and are talking. */
static void
befriend(void)
{
	assert_arrives(ANA, "hi", CARRIER_TCP);
	assert_arrives(BOB, "hi yourself", CARRIER_TCP);
}

static uint32_t
start(bool load)
{
	struct path_ask ask = {
		.has_peer = true,
		.peer = sim_node(s, BOB)->identity.fp,
		.load = load,
	};
	uint32_t token = engine_path(sim_enter(s, ANA), sim_now(s, ANA), &ask);

	sim_drain(s, ANA);
	return token;
}

static void
answer_look(uint32_t token)
{
	struct looked_up answer = { .has_mac = has_mac };

	looked = false;
	engine_looked_up(sim_enter(s, ANA), sim_now(s, ANA), token, &answer);
	sim_drain(s, ANA);
}

/* Until it has ended; how long that took. */
static int64_t
await(uint32_t token)
{
	int64_t began = sim_now_ms(s);

	while (ended == 0 && sim_now_ms(s) - began < CHECK_MS) {
		sim_run(s, 10);
		if (looked)
			answer_look(token);
	}
	assert_int_equal(ended, 1);
	assert_true(last.ended);
	assert_int_equal(last.token, token);
	assert_true(engine(ANA)->paths[0].used == false);
	return sim_now_ms(s) - began;
}

static void
assert_step(enum path_step which, enum path_state want, enum path_why why)
{
	const struct path_outcome *o = &last.steps[which];

	if (o->state != want || o->why != why)
		fail_msg("%s: %s, %s", path_step_text(which),
		    path_state_text(o->state), path_why_text(o));
}

static void
all_is_well(void **state)
{
	(void)state;
	befriend();
	unsigned conns[2] = { count_conns(ANA), count_conns(BOB) };
	uint32_t token = start(true);
	assert_int_not_equal(token, 0);
	assert_true(await(token) < PATH_MS_MAX);
	for (int i = 0; i < PATH_STEPS; i++)
		assert_step((enum path_step)i, PATH_OK, PATH_WHY_NONE);
	assert_true(last.has_mac);
	assert_int_equal(last.hears_us, HEARS_US);
	assert_int_equal(last.heard_count, 1);
	assert_true(last.load_bytes == PATH_LOAD_BYTES);
	assert_true(last.has_skew);
	assert_in_range(last.steps[PATH_ECHO].ms, 1, 100);
	assert_int_equal(sim_peer(s, ANA, BOB)->hears_us, HEARS_US);
	/* The other end heard that it is over. */
	sim_run(s, 1000);
	assert_int_equal(count_conns(ANA), conns[0]);
	assert_int_equal(count_conns(BOB), conns[1]);
	assert_int_equal(engine(BOB)->probe_conns, 0);
	assert_int_equal(engine(BOB)->model->asks_refused, 0);
}

/* A load of 16 MB is not in the way of what people say. */
static void
chat_goes_on_beside_a_load(void **state)
{
	(void)state;
	befriend();
	start(true);
	unsigned said = 0;
	while (ended == 0 && said < 100) {
		char text[32];
		snprintf(text, sizeof(text), "line %u", said++);
		say_it(said % 2 == 0 ? ANA : BOB, text);
		sim_run(s, 100);
		const struct message *m = newest(said % 2 == 0 ? BOB : ANA);
		assert_string_equal(m->text, text);
		if (looked)
			answer_look(last.token);
	}
	assert_in_range(said, 3, 99);
	assert_step(PATH_LOAD, PATH_OK, PATH_WHY_NONE);
}

static void
without_a_load_it_is_quick(void **state)
{
	(void)state;
	befriend();
	assert_true(await(start(false)) < PATH_QUICK_MS_MAX);
	assert_step(PATH_LOAD, PATH_SKIPPED, PATH_WHY_ASKED);
	assert_step(PATH_HEARD, PATH_OK, PATH_WHY_NONE);
}

static void
a_contact_without_a_session(void **state)
{
	(void)state;
	befriend();
	sim_run(s, 20 * 60000);
	assert_null(conn_of(ANA));
	await(start(true));
	for (int i = 0; i < PATH_STEPS; i++)
		assert_step((enum path_step)i, PATH_OK, PATH_WHY_NONE);
	/* It was no session: nothing is left. */
	assert_null(conn_of(ANA));
	sim_run(s, 1000);
	assert_int_equal(count_conns(ANA) + count_conns(BOB), 0);
}

static void
tcp_is_dropped(void **state)
{
	(void)state;
	befriend();
	sim_run(s, 20 * 60000);
	sim_filter(s, ANA, BOB, true);
	assert_true(await(start(true)) <= PATH_QUICK_MS_MAX);
	assert_step(PATH_PING, PATH_OK, PATH_WHY_NONE);
	assert_step(PATH_PING_OWN, PATH_OK, PATH_WHY_NONE);
	assert_step(PATH_PING_LARGE, PATH_OK, PATH_WHY_NONE);
	assert_step(PATH_TCP, PATH_FAILED, PATH_WHY_TIMEOUT);
	assert_step(PATH_HANDSHAKE, PATH_SKIPPED, PATH_WHY_EARLIER);
	assert_step(PATH_ECHO, PATH_SKIPPED, PATH_WHY_EARLIER);
	assert_step(PATH_LOAD, PATH_SKIPPED, PATH_WHY_EARLIER);
	assert_int_equal(count_conns(ANA), 0);
}

/* Over UDP, where a session stands on it. */
static void
echo_goes_the_way_of_the_chat(void **state)
{
	(void)state;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	assert_arrives(ANA, "hi", CARRIER_UDP);
	assert_arrives(BOB, "hi yourself", CARRIER_UDP);
	sim_filter(s, ANA, BOB, true);
	await(start(true));
	assert_step(PATH_TCP, PATH_FAILED, PATH_WHY_TIMEOUT);
	assert_step(PATH_ECHO, PATH_OK, PATH_WHY_NONE);
	assert_step(PATH_HEARD, PATH_OK, PATH_WHY_NONE);
	assert_true(last.over_udp);
	assert_step(PATH_LOAD, PATH_SKIPPED, PATH_WHY_EARLIER);
}

static void
refused_connections_say_so(void **state)
{
	(void)state;
	befriend();
	sim_run(s, 20 * 60000);
	sim_net(s)->refuse = 100;
	await(start(true));
	assert_int_equal(last.steps[PATH_TCP].state, PATH_FAILED);
	assert_step(PATH_PING, PATH_OK, PATH_WHY_NONE);
}

static void
nobody_is_there(void **state)
{
	(void)state;
	befriend();
	sim_run(s, 20 * 60000);
	sim_cut(s, ANA, BOB, true);
	has_mac = false;
	assert_true(await(start(true)) <= PATH_QUICK_MS_MAX);
	assert_step(PATH_PING, PATH_FAILED, PATH_WHY_TIMEOUT);
	assert_step(PATH_PING_OWN, PATH_FAILED, PATH_WHY_TIMEOUT);
	assert_step(PATH_PING_LARGE, PATH_SKIPPED, PATH_WHY_EARLIER);
	assert_step(PATH_NEIGHBOUR, PATH_FAILED, PATH_WHY_TIMEOUT);
	assert_int_equal(last.steps[PATH_TCP].state, PATH_FAILED);
}

/* They are there, and what we announce never comes: one way only. */
static void
datagrams_are_lost(void **state)
{
	(void)state;
	befriend();
	sim_deafen(s, BOB, true);
	sim_run(s, 10000);
	await(start(false));
	assert_step(PATH_PING, PATH_FAILED, PATH_WHY_TIMEOUT);
	assert_step(PATH_TCP, PATH_OK, PATH_WHY_NONE);
	assert_step(PATH_HEARD, PATH_OK, PATH_WHY_NONE);
	assert_int_equal(last.hears_us, HEARS_US_NOT);
	assert_int_equal(sim_peer(s, ANA, BOB)->hears_us, HEARS_US_NOT);
}

static void
strangers_are_not_asked(void **state)
{
	(void)state;
	await(start(true));
	assert_step(PATH_PING, PATH_OK, PATH_WHY_NONE);
	assert_step(PATH_TCP, PATH_OK, PATH_WHY_NONE);
	assert_step(PATH_HANDSHAKE, PATH_OK, PATH_WHY_NONE);
	assert_step(PATH_ECHO, PATH_SKIPPED, PATH_WHY_STRANGER);
	assert_step(PATH_HEARD, PATH_SKIPPED, PATH_WHY_STRANGER);
	assert_step(PATH_LOAD, PATH_SKIPPED, PATH_WHY_STRANGER);
	/* Bob does not even know who it was. */
	assert_int_equal(sim_peer(s, BOB, ANA)->link, PEER_LINK_NONE);
	assert_int_equal(engine(BOB)->model->asks_refused, 0);
}

/* Bob never answered: for him we are a stranger. */
static void
strangers_are_not_answered(void **state)
{
	(void)state;
	assert_arrives(ANA, "hi", CARRIER_TCP);
	sim_run(s, 20 * 60000);
	await(start(true));
	assert_step(PATH_HANDSHAKE, PATH_OK, PATH_WHY_NONE);
	assert_step(PATH_ECHO, PATH_SKIPPED, PATH_WHY_REFUSED);
	assert_step(PATH_HEARD, PATH_SKIPPED, PATH_WHY_REFUSED);
	assert_step(PATH_LOAD, PATH_SKIPPED, PATH_WHY_REFUSED);
	assert_int_equal(engine(BOB)->model->asks_refused, 1);
}

static void
t6_somebody_else_is_there(void **state)
{
	(void)state;
	befriend();
	sim_add(s, "eve");
	sim_run(s, 5000);
	uint64_t refused = engine(EVE)->model->sessions_refused;
	struct path_ask ask = {
		.has_peer = true,
		.peer = sim_node(s, BOB)->identity.fp,
		.addr = *sim_addr(s, EVE),
	};
	ask.addr.port = DISCOVERY_PORT;
	uint32_t token = engine_path(sim_enter(s, ANA), sim_now(s, ANA), &ask);
	sim_drain(s, ANA);
	await(token);
	assert_step(PATH_HANDSHAKE, PATH_FAILED, PATH_WHY_IDENTITY);
	/* Message 3 never came: eve knows nothing of who it was. */
	assert_int_equal(engine(EVE)->model->sessions_refused, refused);
	assert_null(contact_find(engine(EVE), &sim_node(s, ANA)->identity.fp));
	/* Nothing that is said to bob went there, and his address stays. */
	assert_step(PATH_ECHO, PATH_OK, PATH_WHY_NONE);
	assert_true(
	    addr_same_host(&sim_peer(s, ANA, BOB)->addrs[0], sim_addr(s, BOB)));
}

static void
an_address_is_enough(void **state)
{
	(void)state;
	befriend();
	struct path_ask ask = { .addr = *sim_addr(s, BOB) };
	ask.addr.port = 0;
	uint32_t token = engine_path(sim_enter(s, ANA), sim_now(s, ANA), &ask);
	sim_drain(s, ANA);
	await(token);
	assert_true(last.has_peer);
	assert_true(fp_equal(&last.peer, &sim_node(s, BOB)->identity.fp));
	assert_step(PATH_PING, PATH_OK, PATH_WHY_NONE);
	assert_step(PATH_PING_OWN, PATH_SKIPPED, PATH_WHY_PORT);
	assert_step(PATH_ECHO, PATH_OK, PATH_WHY_NONE);
}

static void
nobody_at_an_address(void **state)
{
	(void)state;
	struct path_ask ask = { .addr = *sim_addr(s, BOB) };
	ask.addr.port = 0;
	sim_cut(s, ANA, BOB, true);
	uint32_t token = engine_path(sim_enter(s, ANA), sim_now(s, ANA), &ask);
	sim_drain(s, ANA);
	await(token);
	assert_false(last.has_peer);
	assert_step(PATH_ECHO, PATH_SKIPPED, PATH_WHY_EARLIER);
	assert_step(PATH_HEARD, PATH_SKIPPED, PATH_WHY_EARLIER);
	assert_step(PATH_LOAD, PATH_SKIPPED, PATH_WHY_ASKED);
}

static void
our_own_address(void **state)
{
	(void)state;
	struct path_ask ask = { .addr = *sim_addr(s, ANA) };
	ask.addr.port = 0;
	uint32_t token = engine_path(sim_enter(s, ANA), sim_now(s, ANA), &ask);
	sim_drain(s, ANA);
	await(token);
	assert_true(last.steps[PATH_HANDSHAKE].state == PATH_FAILED ||
		    last.steps[PATH_TCP].state == PATH_FAILED);
	assert_step(PATH_LOAD, PATH_SKIPPED, PATH_WHY_ASKED);
}

static void
few_at_a_time_and_one_load(void **state)
{
	(void)state;
	befriend();
	assert_int_not_equal(start(true), 0);
	assert_int_equal(start(true), 0);
	unsigned more = 0;
	for (int i = 0; i < 10; i++)
		more += start(false) != 0;
	assert_int_equal(more, PATH_TESTS_MAX - 1);
	sim_run(s, CHECK_MS);
	assert_int_equal(ended, PATH_TESTS_MAX);
	assert_int_not_equal(start(true), 0);
}

static void
a_test_can_be_stopped(void **state)
{
	(void)state;
	befriend();
	unsigned conns = count_conns(ANA);
	for (int ms = 0; ms < 200; ms += 5) {
		uint32_t token = start(true);
		sim_run(s, ms);
		engine_path_stop(sim_enter(s, ANA), sim_now(s, ANA), token);
		sim_drain(s, ANA);
		sim_run(s, 1000);
		assert_int_equal(count_conns(ANA), conns);
		assert_int_equal(count_conns(BOB), conns);
	}
	assert_int_equal(ended, 0);
}

static void
it_survives_the_end_of_the_other(void **state)
{
	(void)state;
	befriend();
	for (int ms = 10; ms < 3000; ms += 300) {
		ended = 0;
		uint32_t token = start(true);
		sim_run(s, ms);
		sim_kill(s, BOB);
		await(token);
		sim_restart(s, BOB);
		assert_true(sim_settle(s, 60000));
		sim_run(s, 20000);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, pair_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(all_is_well),
		CASE(chat_goes_on_beside_a_load),
		CASE(without_a_load_it_is_quick),
		CASE(a_contact_without_a_session),
		CASE(tcp_is_dropped),
		CASE(echo_goes_the_way_of_the_chat),
		CASE(refused_connections_say_so),
		CASE(nobody_is_there),
		CASE(datagrams_are_lost),
		CASE(strangers_are_not_asked),
		CASE(strangers_are_not_answered),
		CASE(t6_somebody_else_is_there),
		CASE(an_address_is_enough),
		CASE(nobody_at_an_address),
		CASE(our_own_address),
		CASE(few_at_a_time_and_one_load),
		CASE(a_test_can_be_stopped),
		CASE(it_survives_the_end_of_the_other),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
