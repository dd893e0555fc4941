/* SPDX-License-Identifier: MIT */
/*
 * Sessions over datagrams as the engine holds them: when UDP is chosen, and how
 * a conversation moves between the transports and between addresses.
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

static void
auto_means_tcp(void **state)
{
	(void)state;
	assert_arrives(ANA, "hi", CARRIER_TCP);
	assert_carried_by(CARRIER_TCP);
	sim_run(s, 3600000);
	assert_int_equal(seen.session_datagrams, 0);
}

static void
udp_when_asked_for(void **state)
{
	(void)state;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	assert_arrives(ANA, "hi", CARRIER_UDP);
	assert_arrives(BOB, "hi yourself", CARRIER_UDP);
	assert_carried_by(CARRIER_UDP);
	assert_int_equal(seen.segments, 0);
	/* The other end falls back to nothing: it was chosen. */
	sim_run(s, 600000);
	assert_carried_by(CARRIER_UDP);
	assert_int_equal(seen.segments, 0);
}

static void
udp_after_a_second_without_tcp(void **state)
{
	(void)state;
	sim_filter(s, ANA, BOB, true);
	say_it(ANA, "hi");
	sim_run(s, DIAL_UDP_MS - 1);
	assert_int_equal(seen.session_datagrams, 0);
	sim_run(s, 200);
	assert_non_null(newest(BOB));
	assert_carried_by(CARRIER_UDP);
}

static void
udp_at_once_where_tcp_is_refused(void **state)
{
	(void)state;
	sim_net(s)->refuse = 100;
	say_it(ANA, "hi");
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
	say_it(ANA, "hi");
	sim_run(s, 1800000);
	assert_null(newest(BOB));
	assert_int_equal(seen.session_datagrams, 0);
	sim_filter(s, ANA, BOB, false);
	sim_run(s, DIAL_BACKOFF_MAX_MS * 6 / 5);
	assert_non_null(newest(BOB));
	assert_int_equal(seen.session_datagrams, 0);
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
			say_it(n % 2 == 0 ? ANA : BOB, text);
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
		say_it(ANA, "a");
		say_it(BOB, "b");
		sim_run(s, 5000);
		assert_carried_by(CARRIER_TCP);
		uint64_t before = seen.session_datagrams;
		sim_run(s, 1800000);
		if (conn_of(ANA) == NULL)
			say_it(ANA, "still");
		sim_run(s, 1000);
		assert_carried_by(CARRIER_TCP);
		assert_true(seen.session_datagrams - before < 30);
	}
}

static void
the_user_hears_when_it_does_not_work(void **state)
{
	(void)state;
	assert_arrives(ANA, "hi", CARRIER_TCP);
	/* No port that anybody listens on; what was to be announced is out. */
	sim_run(s, 10000);
	model_peer_edit(engine(ANA)->model, &sim_node(s, BOB)->identity.fp)
	    ->udp_port = 9;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	sim_run(s, SESSION_HANDSHAKE_MS + 1000);
	assert_carried_by(CARRIER_TCP);
	const struct conv *c = model_conv_of(
	    engine_model(engine(ANA)), &sim_node(s, BOB)->identity.fp);
	const struct message *m = conv_message(c, c->next_serial - 1);
	assert_int_equal(m->kind, MESSAGE_INFO);
	assert_non_null(strstr(m->text, "does not answer over UDP"));
	assert_arrives(ANA, "all the same", CARRIER_TCP);
	/* The next announcement tells the right one. */
	sim_run(s, DISCOVER_INTERVAL_MIN_S * 1300);
	assert_carried_by(CARRIER_UDP);
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

static void
long_texts_over_a_bad_path(void **state)
{
	(void)state;
	enum { TEXTS = 20, SIZE = 60000 };
	static char text[SIZE + 1];

	sim_net(s)->loss = 10;
	sim_net(s)->duplicate = 10;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	say_it(BOB, "go on");
	for (unsigned i = 0; i < TEXTS; i++) {
		memset(text, 'a' + (int)i, SIZE);
		say_it(ANA, text);
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
	/* Nor over UDP to whom the user wants over TCP. */
	seen.session_datagrams = 0;
	sim_cut(s, ANA, BOB, false);
	sim_transport(s, ANA, BOB, TRANSPORT_TCP);
	sim_command(s, ANA, COMMAND_CONNECT, BOB, host);
	sim_run(s, 3 * DIAL_ATTEMPT_MS);
	assert_null(strstr(notice(MESSAGE_ERROR), "UDP"));
	assert_int_equal(seen.session_datagrams, 0);
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

/* An end that gives up says so: datagrams that stop say nothing. */
static void
who_gives_up_tells_the_other(void **state)
{
	(void)state;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	assert_arrives(ANA, "one", CARRIER_UDP);
	conn_of(BOB)->deadline_ms = 0;
	sim_run(s, 100);
	assert_null(conn_of(BOB));
	assert_null(conn_of(ANA));
	/* And has not left. */
	assert_int_equal(sim_peer(s, ANA, BOB)->presence, PRESENCE_ONLINE);
	assert_arrives(ANA, "two", CARRIER_UDP);
}

static void
a_killed_peer_is_found_out_and_comes_back(void **state)
{
	(void)state;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	assert_arrives(ANA, "one", CARRIER_UDP);
	sim_kill(s, BOB);
	say_it(ANA, "two");
	sim_run(s, DGRAM_STUCK_MS + 1000);
	assert_null(conn_of(ANA));
	assert_int_equal(
	    sim_text(s, ANA, BOB, true, 1)->delivery, DELIVERY_QUEUED);
	sim_restart(s, BOB);
	assert_true(sim_settle(s, 60000));
	assert_string_equal(newest(BOB)->text, "two");
	assert_carried_by(CARRIER_UDP);
}

/* The gate forgets who came in: it counts the half-open alone. */
static void
many_sessions_of_one_host_in_a_row(void **state)
{
	(void)state;
	assert_arrives(ANA, "begin", CARRIER_TCP);
	for (unsigned i = 0; i < 5 * GATE_PER_HOST_MAX; i++) {
		sim_transport(
		    s, ANA, BOB, i % 2 == 0 ? TRANSPORT_UDP : TRANSPORT_TCP);
		sim_run(s, 80);
		assert_carried_by(i % 2 == 0 ? CARRIER_UDP : CARRIER_TCP);
	}
}

/* Not heard, and at another port than before: TCP tells which. */
static void
a_port_of_yesterday_is_asked_for_over_tcp(void **state)
{
	(void)state;
	const struct fp *fp = &sim_node(s, BOB)->identity.fp;
	struct peer *p = model_peer_edit(engine(ANA)->model, fp);

	sim_run(s, 30000); /* the burst of the start is over */
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	p->udp_port = 9;
	p->presence = PRESENCE_OFFLINE;
	say_it(ANA, "hi");
	sim_run(s, SESSION_HANDSHAKE_MS + 500);
	assert_null(newest(BOB));
	assert_int_equal(seen.segments, 0);
	/* Should he have been heard meanwhile, he was not. */
	p->udp_port = 9;
	p->presence = PRESENCE_OFFLINE;
	sim_run(s, DIAL_BACKOFF_MIN_MS * 6 / 5);
	assert_non_null(newest(BOB));
	assert_true(seen.segments > 0);
	assert_carried_by(CARRIER_UDP);
}

/* What is better goes on being tried when the other has won. */
static void
tcp_may_still_come(void **state)
{
	(void)state;
	unsigned dialing = 0;

	sim_filter(s, ANA, BOB, true);
	say_it(ANA, "hi");
	sim_run(s, DIAL_UDP_MS + 500);
	assert_carried_by(CARRIER_UDP);
	for (size_t i = 0; i < CONNS_MAX; i++) {
		const struct conn *c = engine(ANA)->conns[i];
		dialing += c != NULL && c->state == CONN_DIALING &&
			   c->carrier.transport == CARRIER_TCP;
	}
	assert_int_equal(dialing, 1);
	sim_run(s, DIAL_ATTEMPT_MS);
	assert_int_equal(count_conns(ANA), 1);
}

static void
what_just_broke_is_not_tried_at_once(void **state)
{
	(void)state;
	sim_transport(s, ANA, BOB, TRANSPORT_UDP);
	assert_arrives(ANA, "one", CARRIER_UDP);
	conn_of(ANA)->deadline_ms = 0;
	sim_run(s, 100);
	assert_arrives(BOB, "two", CARRIER_TCP);
	sim_run(s, SWITCH_FIRST_MS - 5000);
	assert_carried_by(CARRIER_TCP);
	sim_run(s, 10000);
	assert_carried_by(CARRIER_UDP);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, pair_begin, pair_end)
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
		CASE(long_texts_over_a_bad_path),
		CASE(connect_tries_udp_where_tcp_failed),
		CASE(connect_says_what_was_tried),
		CASE(who_leaves_says_so_over_udp),
		CASE(many_sessions_of_one_host_in_a_row),
		CASE(a_port_of_yesterday_is_asked_for_over_tcp),
		CASE(tcp_may_still_come),
		CASE(what_just_broke_is_not_tried_at_once),
		CASE(who_gives_up_tells_the_other),
		CASE(a_killed_peer_is_found_out_and_comes_back),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
