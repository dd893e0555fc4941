/* SPDX-License-Identifier: MIT */
/*
 * Sessions as the engine holds them: which of two stays, which are kept open,
 * and how it is found out that one is dead.
 */
#include "core/engine_state.h"
#include "engine_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static struct ekit k;

static int
begin(void **state)
{
	(void)state;
	ekit_init(&k, 1);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ekit_clear(&k);
	return 0;
}

static void
connect_to_somebody_connected_keeps_one(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");

	ekit_command(&k, COMMAND_CONNECT, NULL, "10.0.0.1");
	struct remote *second = ekit_remote(&k, 1);
	second->hello.name = untrusted_of("bob", 3);
	remote_answer(&k, second);
	assert_non_null(
	    strstr(ekit_last(&k, NULL, MESSAGE_INFO)->text, "connected: bob"));
	ekit_say(&k, r, "still here");
	assert_int_equal(r->texts + second->texts, 2);
	assert_int_equal(k.engine->sessions, 1);
	ekit_pass(&k, 2000);
	assert_int_equal(ekit_conns(&k), 1);
	/* Whichever it is, it stays open now. */
	assert_true(ekit_peer(&k, r)->by_hand);
	ekit_pass(&k, 2 * SESSION_IDLE_MS);
	assert_int_equal(ekit_conns(&k), 1);
}

/* The peer that accepted a /connect keeps the session too: it would close it
 * after a quarter of an hour, and neither would ever see the other again. */
static void
a_session_beyond_broadcast_stays_open(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1);
	struct addr addr = ekit_addr(1);

	assert_true(remote_connect(&k, r, &addr));
	session_keep(r->end.session, true);
	ekit_pass(&k, SESSION_IDLE_MS + 60000);
	assert_true(remote_is_up(r));
	/* One that broadcast reaches may go: it is listed without. */
	struct remote *b = ekit_friend(&k, 2, "bob");
	session_keep(b->end.session, true);
	for (uint32_t seq = 2; seq < 40; seq++) {
		addr = ekit_addr(2);
		ekit_hear(&k, b, "bob", &addr, seq);
		ekit_pass(&k, 30000);
	}
	assert_true(b->closed);
	assert_int_equal(b->close_reason, CLOSE_IDLE);
	assert_int_equal(ekit_peer(&k, b)->presence, PRESENCE_ONLINE);
}

static void
who_leaves_is_offline_at_once(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");

	session_close(r->end.session, k.now, CLOSE_LEAVING);
	ekit_run(&k);
	assert_int_equal(ekit_peer(&k, r)->presence, PRESENCE_OFFLINE);
	assert_int_equal(ekit_conns(&k), 0);
}

static void
who_is_lost_is_stale_and_then_offline(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");

	remote_lose(&k, r);
	assert_int_equal(ekit_peer(&k, r)->presence, PRESENCE_STALE);
	assert_int_equal(ekit_peer(&k, r)->link, PEER_LINK_NONE);
	ekit_pass(&k, DISCOVER_INTERVAL_MIN_S * 4000);
	assert_int_equal(ekit_peer(&k, r)->presence, PRESENCE_OFFLINE);
	/* Also who was never heard by broadcast. */
	struct remote *s = ekit_remote(&k, 2);
	ekit_command(&k, COMMAND_CONNECT, NULL, "10.0.0.2");
	remote_answer(&k, s);
	remote_lose(&k, s);
	assert_int_equal(ekit_peer(&k, s)->presence, PRESENCE_STALE);
	ekit_pass(&k, DISCOVER_INTERVAL_MIN_S * 4000);
	assert_int_equal(ekit_peer(&k, s)->presence, PRESENCE_OFFLINE);
}

static void
a_restarted_peer_replaces_its_old_session(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct addr addr = ekit_addr(1);
	struct remote *s = ekit_remote(&k, 1);

	/* Its old stream is a ghost nobody closed. */
	r->silent = true;
	s->hello.epoch = r->hello.epoch + 1;
	s->hello.instance[7] ^= 1;
	assert_true(remote_connect(&k, s, &addr));
	assert_true(remote_is_up(s));
	ekit_say(&k, s, "there you are");
	assert_int_equal(s->texts, 1);
	ekit_pass(&k, LOSER_MS);
	assert_int_equal(ekit_conns(&k), 1);
	assert_int_equal(k.engine->sessions, 1);
}

/* And what an earlier run left behind does not replace a later one. */
static void
an_earlier_run_does_not_replace_a_later_one(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1), *s = ekit_remote(&k, 1);
	struct addr addr = ekit_addr(1);

	r->hello.epoch = 7;
	s->hello.epoch = 6;
	s->hello.instance[7] ^= 1;
	assert_true(remote_connect(&k, r, &addr));
	assert_true(remote_connect(&k, s, &addr));
	ekit_pass(&k, LOSER_MS);
	assert_true(remote_is_up(r));
	assert_int_equal(s->close_reason, CLOSE_DUPLICATE);
	assert_int_equal(k.engine->sessions, 1);
}

/* Of two sessions with one run of a peer, the one stays whose initiator has
 * the smaller fingerprint, and the other is told. */
static void
the_smaller_initiator_stays(void **state)
{
	(void)state;
	static const char letters[] = " abcdefghjkmnpqrstuvwx";
	unsigned ours = 0, theirs = 0;

	for (uint32_t i = 1; i <= 20; i++) {
		struct addr addr = ekit_addr(i);
		struct remote *dialled = ekit_remote(&k, i);
		struct remote *came = ekit_remote(&k, i);
		dialled->hello.name = came->hello.name =
		    untrusted_of(letters + i, 1);
		ekit_hear(&k, dialled, "?", &addr, 1);
		ekit_say(&k, dialled, "hi");
		remote_answer(&k, dialled);
		assert_true(remote_is_up(dialled));
		assert_true(remote_connect(&k, came, &addr));
		bool we_are_smaller =
		    fp_compare(&k.identity.fp, &dialled->end.identity.fp) < 0;
		struct remote *stays = we_are_smaller ? dialled : came;
		struct remote *goes = we_are_smaller ? came : dialled;
		ekit_pass(&k, 100);
		assert_true(remote_is_up(stays));
		assert_int_equal(stays->end.closes, 0);
		assert_int_equal(goes->end.closes, 1);
		assert_int_equal(goes->close_reason, CLOSE_DUPLICATE);
		ours += we_are_smaller;
		theirs += !we_are_smaller;
	}
	assert_true(ours > 0);
	assert_true(theirs > 0);
}

/* The same run of the peer dials again, since it lost its stream and we did
 * not notice. The ranking may prefer the ghost, but not for long. */
static void
a_ghost_does_not_keep_the_living_out(void **state)
{
	(void)state;
	static const char letters[] = " abcdefghjkmnpqrs";
	unsigned delivered = 0;

	for (uint32_t i = 1; i <= 16; i++) {
		struct addr addr = ekit_addr(i);
		struct remote *r = ekit_remote(&k, i);
		r->hello.name = untrusted_of(letters + i, 1);
		assert_true(remote_connect(&k, r, &addr));
		r->silent = true;
		ekit_say(&k, r, "where are you?");
		struct remote *s = ekit_remote(&k, i);
		s->hello.name = r->hello.name;
		for (int tries = 0; tries < 4 && s->texts == 0; tries++) {
			s->conn = 0;
			s->end.error = 0;
			end_clear(&s->end);
			assert_true(remote_connect(&k, s, &addr));
			ekit_pass(&k, 1000);
		}
		delivered += s->texts == 1;
	}
	assert_int_equal(delivered, 16);
}

static void
a_change_of_network_finds_out_who_is_there(void **state)
{
	(void)state;
	struct remote *a = ekit_friend(&k, 1, "ana"),
		      *b = ekit_friend(&k, 2, "bob");

	a->silent = true;
	engine_network(k.engine, k.now, NULL, 0, true);
	ekit_run(&k);
	ekit_pass(&k, SESSION_PROBE_MS);
	assert_int_equal(ekit_peer(&k, a)->link, PEER_LINK_NONE);
	assert_int_equal(ekit_peer(&k, b)->link, PEER_LINK_UP);
}

static void
an_hour_asleep(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");

	ekit_say(&k, r, "before");
	r->silent = true;
	/* The loop was stopped: one tick, hours later. */
	k.now.mono_ms += 9 * 3600000;
	engine_tick(k.engine, k.now);
	ekit_run(&k);
	ekit_pass(&k, 300000);
	assert_int_equal(ekit_conns(&k), 0);
	struct addr addr = ekit_addr(1);
	remote_restart(r);
	r->silent = false;
	assert_true(remote_connect(&k, r, &addr));
	assert_true(remote_is_up(r));
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(connect_to_somebody_connected_keeps_one),
		CASE(a_session_beyond_broadcast_stays_open),
		CASE(who_leaves_is_offline_at_once),
		CASE(who_is_lost_is_stale_and_then_offline),
		CASE(a_restarted_peer_replaces_its_old_session),
		CASE(an_earlier_run_does_not_replace_a_later_one),
		CASE(the_smaller_initiator_stays),
		CASE(a_ghost_does_not_keep_the_living_out),
		CASE(a_change_of_network_finds_out_who_is_there),
		CASE(an_hour_asleep),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
