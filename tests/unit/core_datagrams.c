/* SPDX-License-Identifier: MIT */
/*
 * Sessions over datagrams as the engine holds them: when UDP is chosen, how a
 * conversation moves between the transports and between addresses, and what
 * strangers can do to it.
 */
#include "core/engine_state.h"
#include "sim.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ANA, BOB };

static struct sim *s;
/* What the tap saw. */
static uint64_t segments, session_datagrams, leaks;
static uint8_t last[2][PACKET_MAX];
static size_t last_size[2];

static const char secret[] = "the cake is in the cellar";

static bool
holds_secret(const struct effect *effect)
{
	size_t n = strlen(secret);

	for (size_t i = 0; i + n <= effect->size; i++) {
		if (memcmp(effect->bytes + i, secret, n) == 0)
			return true;
	}
	return false;
}

static void
see(void *ctx, unsigned node, const struct effect *effect)
{
	(void)ctx;
	segments += effect->kind == EFFECT_SEND;
	leaks += holds_secret(effect);
	if (effect->kind != EFFECT_DATAGRAM ||
	    !packet_is_session(effect->bytes, effect->size))
		return;
	session_datagrams++;
	if (node > BOB)
		return;
	memcpy(last[node], effect->bytes, effect->size);
	last_size[node] = effect->size;
}

static int
begin(void **state)
{
	(void)state;
	struct sim_net net = { .delay_ms = 5 };
	struct sim_tap tap = { .see = see };
	s = sim_new(7, &net);
	sim_tap(s, &tap);
	segments = session_datagrams = leaks = 0;
	sim_add(s, "ana");
	sim_add(s, "bob");
	while (sim_peer(s, ANA, BOB) == NULL || sim_peer(s, BOB, ANA) == NULL)
		sim_run(s, 100);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	sim_free(s);
	return 0;
}

static struct engine *
engine(unsigned node)
{
	return sim_node(s, node)->engine;
}

static struct conn *
conn_of(unsigned node)
{
	const struct contact *k =
	    contact_find(engine(node), &sim_node(s, !node)->identity.fp);

	return k == NULL ? NULL : conn_get(engine(node), k->conn);
}

/* The same session at both ends, and it runs over this. */
static void
assert_carried_by(enum transport transport)
{
	const struct conn *a = conn_of(ANA), *b = conn_of(BOB);

	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(a->carrier.transport, transport);
	assert_memory_equal(
	    carrier_hash(&a->carrier), carrier_hash(&b->carrier), HASH_SIZE);
	assert_int_equal(sim_peer(s, ANA, BOB)->transport, transport);
	assert_int_equal(sim_peer(s, BOB, ANA)->transport, transport);
	assert_int_equal(sim_peer(s, BOB, ANA)->link, PEER_LINK_UP);
}

static void
say(unsigned from, const char *text)
{
	sim_command(s, from, COMMAND_SAY, !from, text);
}

/* The newest text of the other that node has; NULL. */
static const struct message *
newest(unsigned node)
{
	size_t n = sim_texts(s, node, !node, false);

	return n == 0 ? NULL : sim_text(s, node, !node, false, n - 1);
}

static void
assert_arrives(unsigned from, const char *text, enum transport transport)
{
	say(from, text);
	assert_true(sim_settle(s, 60000));
	const struct message *m = newest(!from);
	assert_non_null(m);
	assert_string_equal(m->text, text);
	assert_int_equal(m->transport, transport);
	size_t n = sim_texts(s, from, !from, true);
	assert_int_equal(sim_text(s, from, !from, true, n - 1)->delivery,
	    DELIVERY_DELIVERED);
}

static void
auto_means_tcp(void **state)
{
	(void)state;
	assert_arrives(ANA, "hi", CARRIER_TCP);
	assert_carried_by(CARRIER_TCP);
	sim_run(s, 3600000);
	assert_int_equal(session_datagrams, 0);
}

static void
udp_when_asked_for(void **state)
{
	(void)state;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	assert_arrives(ANA, "hi", CARRIER_UDP);
	assert_arrives(BOB, "hi yourself", CARRIER_UDP);
	assert_carried_by(CARRIER_UDP);
	assert_int_equal(segments, 0);
	/* The other end falls back to nothing: it was chosen. */
	sim_run(s, 600000);
	assert_carried_by(CARRIER_UDP);
	assert_int_equal(segments, 0);
}

static void
udp_after_a_second_without_tcp(void **state)
{
	(void)state;
	sim_filter(s, ANA, BOB, true);
	say(ANA, "hi");
	sim_run(s, DIAL_UDP_MS - 1);
	assert_int_equal(session_datagrams, 0);
	sim_run(s, 200);
	assert_non_null(newest(BOB));
	assert_carried_by(CARRIER_UDP);
}

static void
udp_at_once_where_tcp_is_refused(void **state)
{
	(void)state;
	sim_net(s)->refuse = 100;
	say(ANA, "hi");
	sim_run(s, 300);
	assert_non_null(newest(BOB));
	assert_carried_by(CARRIER_UDP);
}

static void
tcp_alone_means_it(void **state)
{
	(void)state;
	sim_transport(s, ANA, BOB, TRANSPORT_TCP);
	sim_filter(s, ANA, BOB, true);
	say(ANA, "hi");
	sim_run(s, 1800000);
	assert_null(newest(BOB));
	assert_int_equal(session_datagrams, 0);
	sim_filter(s, ANA, BOB, false);
	sim_run(s, DIAL_BACKOFF_MAX_MS * 6 / 5);
	assert_non_null(newest(BOB));
	assert_int_equal(session_datagrams, 0);
}

static void
back_to_tcp_after_a_minute(void **state)
{
	(void)state;
	sim_filter(s, ANA, BOB, true);
	assert_arrives(ANA, "one", CARRIER_UDP);
	sim_filter(s, ANA, BOB, false);
	sim_run(s, SWITCH_FIRST_MS - 3000);
	assert_carried_by(CARRIER_UDP);
	sim_run(s, 4000);
	assert_carried_by(CARRIER_TCP);
	assert_arrives(BOB, "two", CARRIER_TCP);
}

static void
back_to_tcp_later_and_after_a_change_of_network(void **state)
{
	(void)state;
	sim_filter(s, ANA, BOB, true);
	assert_arrives(ANA, "one", CARRIER_UDP);
	sim_run(s, SWITCH_FIRST_MS + 10000);
	assert_carried_by(CARRIER_UDP);
	sim_filter(s, ANA, BOB, false);
	sim_run(s, SWITCH_AGAIN_MS - 20000);
	assert_carried_by(CARRIER_UDP);
	sim_run(s, 30000);
	assert_carried_by(CARRIER_TCP);
	/* With a new address it is worth a try before that. */
	sim_filter(s, ANA, BOB, true);
	assert_arrives(ANA, "two", CARRIER_UDP);
	sim_run(s, SWITCH_FIRST_MS + 10000);
	sim_filter(s, ANA, BOB, false);
	sim_move(s, ANA);
	sim_run(s, SWITCH_SETTLE_MS + 500);
	assert_carried_by(CARRIER_TCP);
}

static void
the_user_changes_his_mind(void **state)
{
	(void)state;
	static const struct {
		enum transport_choice choice;
		enum transport then;
	} steps[] = {
		{ TRANSPORT_UDP, CARRIER_UDP },
		{ TRANSPORT_TCP, CARRIER_TCP },
		{ TRANSPORT_UDP, CARRIER_UDP },
		{ TRANSPORT_AUTO, CARRIER_TCP },
		{ TRANSPORT_TCP, CARRIER_TCP },
		{ TRANSPORT_AUTO, CARRIER_TCP },
		{ TRANSPORT_UDP, CARRIER_UDP },
	};

	assert_arrives(ANA, "begin", CARRIER_TCP);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		unsigned who = i % 3 == 2 ? BOB : ANA;
		char text[32];
		sim_transport(s, ANA, BOB, steps[i].choice);
		/* In the middle of it, both ways. */
		for (unsigned n = 0; n < 20; n++) {
			snprintf(text, sizeof(text), "%zu.%u", i, n);
			say(n % 2 == 0 ? ANA : BOB, text);
			sim_run(s, 3);
		}
		sim_run(s, 2000);
		assert_carried_by(steps[i].then);
		assert_int_equal(engine(ANA)->sessions, 1);
		assert_arrives(who, "there", steps[i].then);
	}
	/* Each once: the texts of the loop, and one for each step. */
	assert_int_equal(
	    sim_texts(s, ANA, BOB, false) + sim_texts(s, BOB, ANA, false),
	    1 + 7 * (20 + 1));
}

static void
different_wishes_do_not_flap(void **state)
{
	(void)state;
	for (int tcp = 0; tcp < 2; tcp++) {
		sim_transport(
		    s, ANA, BOB, tcp == 0 ? TRANSPORT_TCP : TRANSPORT_UDP);
		sim_transport(
		    s, BOB, ANA, tcp == 0 ? TRANSPORT_UDP : TRANSPORT_TCP);
		say(ANA, "a");
		say(BOB, "b");
		sim_run(s, 5000);
		assert_carried_by(CARRIER_TCP);
		uint64_t seen = session_datagrams;
		sim_run(s, 1800000);
		if (conn_of(ANA) == NULL)
			say(ANA, "still");
		sim_run(s, 1000);
		assert_carried_by(CARRIER_TCP);
		assert_true(session_datagrams - seen < 30);
	}
}

static void
the_user_hears_when_it_does_not_work(void **state)
{
	(void)state;
	assert_arrives(ANA, "hi", CARRIER_TCP);
	/* No port that anybody listens on. */
	model_peer_edit(engine(ANA)->model, &sim_node(s, BOB)->identity.fp)
	    ->udp_port = 9;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	sim_run(s, 10000);
	assert_carried_by(CARRIER_TCP);
	const struct conv *c = model_conv_of(
	    engine_model(engine(ANA)), &sim_node(s, BOB)->identity.fp);
	const struct message *m = conv_message(c, c->next_serial - 1);
	assert_int_equal(m->kind, MESSAGE_INFO);
	assert_non_null(strstr(m->text, "does not answer over UDP"));
	assert_arrives(ANA, "all the same", CARRIER_TCP);
}

static void
a_session_moves_with_its_address(void **state)
{
	(void)state;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	assert_arrives(ANA, "one", CARRIER_UDP);
	uint32_t ids[2] = { conn_of(ANA)->id, conn_of(BOB)->id };
	char text[16];
	for (unsigned i = 0; i < 10; i++) {
		sim_move(s, i % 3 == 0 ? BOB : ANA);
		snprintf(text, sizeof(text), "#%u", i);
		assert_arrives(i % 2, text, CARRIER_UDP);
		sim_run(s, 7000);
		assert_carried_by(CARRIER_UDP);
		assert_int_equal(conn_of(ANA)->id, ids[ANA]);
		assert_int_equal(conn_of(BOB)->id, ids[BOB]);
		assert_true(addr_equal(
		    &sim_peer(s, ANA, BOB)->link_addr, sim_addr(s, BOB)));
		assert_true(addr_equal(
		    &sim_peer(s, BOB, ANA)->link_addr, sim_addr(s, ANA)));
	}
}

static unsigned
count_conns(unsigned node)
{
	unsigned count = 0;

	for (size_t i = 0; i < CONNS_MAX; i++)
		count += engine(node)->conns[i] != NULL;
	return count;
}

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
		last_size[BOB] = 0;
		sim_inject(s, BOB, &from, hello, n);
		if (last_size[BOB] == 0 ||
		    packet_decode(last[BOB], last_size[BOB], &retry) < 0 ||
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

/* Whoever breaks TCP gets a session over UDP with the same proof, or none:
 * nothing is ever said in clear. */
static void
t10_broken_tcp_is_no_downgrade(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		sim_filter(s, ANA, BOB, i % 2 == 0);
		say(i % 3 == 0 ? BOB : ANA, secret);
		sim_run(s, 8000);
		sim_cut(s, ANA, BOB, i % 5 == 0);
	}
	sim_cut(s, ANA, BOB, false);
	sim_filter(s, ANA, BOB, false);
	assert_true(sim_settle(s, 1800000));
	assert_int_equal(
	    sim_texts(s, BOB, ANA, false) + sim_texts(s, ANA, BOB, false), 20);
	assert_int_equal(leaks, 0);
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
	say(ANA, secret);
	sim_run(s, 10000);
	assert_int_equal(sim_node(s, eve)->messages, 0);
	assert_true(session_datagrams > 0);
	assert_null(conn_of(ANA));
	/* It is said, for UDP and then for TCP. */
	assert_in_range(sim_node(s, ANA)->errors, 1, 2);
	assert_int_equal(leaks, 0);
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
		size_t n = last_size[ANA];
		memcpy(copy, last[ANA], n);
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
			memcpy(bytes + 4, last[ANA] + 4, 4);
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
		say(ANA, text);
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
long_texts_over_a_bad_path(void **state)
{
	(void)state;
	enum { TEXTS = 20, SIZE = 60000 };
	static char text[SIZE + 1];

	sim_net(s)->loss = 10;
	sim_net(s)->duplicate = 10;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	say(BOB, "go on");
	for (unsigned i = 0; i < TEXTS; i++) {
		memset(text, 'a' + (int)i, SIZE);
		say(ANA, text);
	}
	assert_true(sim_settle(s, 300000));
	assert_int_equal(sim_texts(s, BOB, ANA, false), TEXTS);
	for (unsigned i = 0; i < TEXTS; i++) {
		const struct message *m = sim_text(s, BOB, ANA, false, i);
		assert_int_equal(m->size, SIZE);
		assert_int_equal(m->text[SIZE - 1], 'a' + (int)i);
	}
}

static const char *
notice(enum message_kind kind)
{
	const struct conv *c =
	    model_conv(engine_model(engine(ANA)), CONV_NEARBY);

	for (uint64_t n = c->next_serial; n > c->first_serial; n--) {
		const struct message *m = conv_message(c, n - 1);
		if (m->kind == kind)
			return m->text;
	}
	return "";
}

static void
connect_tries_udp_where_tcp_failed(void **state)
{
	(void)state;
	char host[ADDR_TEXT_MAX];

	addr_host_text(sim_addr(s, BOB), host);
	sim_filter(s, ANA, BOB, true);
	sim_command(s, ANA, COMMAND_CONNECT, BOB, host);
	sim_run(s, DIAL_ATTEMPT_MS + 1000);
	assert_non_null(strstr(notice(MESSAGE_INFO), "connected: bob"));
	assert_non_null(strstr(notice(MESSAGE_INFO), "over UDP"));
	assert_carried_by(CARRIER_UDP);
}

static void
connect_says_what_was_tried(void **state)
{
	(void)state;
	char host[ADDR_TEXT_MAX];

	addr_host_text(sim_addr(s, BOB), host);
	sim_filter(s, ANA, BOB, true);
	sim_cut(s, ANA, BOB, true);
	sim_command(s, ANA, COMMAND_CONNECT, BOB, host);
	sim_run(s, 3 * DIAL_ATTEMPT_MS);
	assert_non_null(strstr(
	    notice(MESSAGE_ERROR), "no answer over UDP, port 50000, either"));
	/* Nobody known is there: TCP alone. */
	sim_command(s, ANA, COMMAND_CONNECT, BOB, "10.77.9.9");
	sim_run(s, 3 * DIAL_ATTEMPT_MS);
	assert_non_null(strstr(notice(MESSAGE_ERROR), "10.77.9.9"));
	assert_null(strstr(notice(MESSAGE_ERROR), "UDP"));
}

static void
who_leaves_says_so_over_udp(void **state)
{
	(void)state;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	assert_arrives(ANA, "one", CARRIER_UDP);
	sim_command(s, BOB, COMMAND_QUIT, ANA, NULL);
	sim_run(s, 50);
	assert_int_equal(sim_peer(s, ANA, BOB)->presence, PRESENCE_OFFLINE);
	assert_null(conn_of(ANA));
	assert_int_equal(count_conns(ANA), 0);
}

static void
a_killed_peer_is_found_out_and_comes_back(void **state)
{
	(void)state;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	assert_arrives(ANA, "one", CARRIER_UDP);
	sim_kill(s, BOB);
	say(ANA, "two");
	sim_run(s, DGRAM_STUCK_MS + 1000);
	assert_null(conn_of(ANA));
	assert_int_equal(
	    sim_text(s, ANA, BOB, true, 1)->delivery, DELIVERY_QUEUED);
	sim_restart(s, BOB);
	assert_true(sim_settle(s, 60000));
	assert_string_equal(newest(BOB)->text, "two");
	assert_carried_by(CARRIER_UDP);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(auto_means_tcp),
		CASE(udp_when_asked_for),
		CASE(udp_after_a_second_without_tcp),
		CASE(udp_at_once_where_tcp_is_refused),
		CASE(tcp_alone_means_it),
		CASE(back_to_tcp_after_a_minute),
		CASE(back_to_tcp_later_and_after_a_change_of_network),
		CASE(the_user_changes_his_mind),
		CASE(different_wishes_do_not_flap),
		CASE(the_user_hears_when_it_does_not_work),
		CASE(a_session_moves_with_its_address),
		CASE(t19_datagram_floods_do_not_disturb),
		CASE(t19_with_cookies_the_table_ends),
		CASE(t10_broken_tcp_is_no_downgrade),
		CASE(t10_an_impostor_over_udp_gets_nothing),
		CASE(t18_replays_from_elsewhere_do_not_move_a_session),
		CASE(garbage_is_dropped),
		CASE(a_stranger_is_held_back_over_udp),
		CASE(long_texts_over_a_bad_path),
		CASE(connect_tries_udp_where_tcp_failed),
		CASE(connect_says_what_was_tried),
		CASE(who_leaves_says_so_over_udp),
		CASE(a_killed_peer_is_found_out_and_comes_back),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
