/* SPDX-License-Identifier: MIT */
/*
 * What strangers and hostile peers try on a whole engine: who they say they
 * are, and how much of it they can use up. The names begin with the number of
 * the threat; the other half is in engine_floods.c.
 */
#include "core/engine_state.h"
#include "discover_kit.h"
#include "engine_kit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static struct ekit k;

static int
begin(void **state)
{
	(void)state;
	ekit_init(&k, 2);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ekit_clear(&k);
	return 0;
}

static const struct message *
mine(const struct remote *r)
{
	const struct conv *c = ekit_conv(&k, r);

	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		if (conv_message(c, s)->mine)
			return conv_message(c, s);
	}
	return NULL;
}

/* All that connections and people can leave behind. */
static void
expect_nothing_left(size_t contacts, size_t peers)
{
	assert_int_equal(ekit_conns(&k), 0);
	assert_int_equal(k.engine->half_open, 0);
	assert_int_equal(k.engine->sessions, 0);
	assert_int_equal(k.engine->contact_count, contacts);
	assert_int_equal(engine_model(k.engine)->peer_count, peers + 1);
}

static void
t4_replayed_handshakes_open_nothing(void **state)
{
	(void)state;
	static struct wire first, third;
	struct remote *r = ekit_remote(&k, 1);
	static struct raw raw;
	struct addr addr = ekit_addr(1);
	unsigned replayed = 0, waiting = 0;

	/* What a watcher wrote down of a good one. */
	assert_true(remote_connect_raw(&k, r, &addr));
	raw_start(&raw, 1, &first);
	ekit_give(&k, r, first.bytes, first.size);
	third.size = 0;
	struct hello h = raw_hello(&raw);
	raw_finish(&raw, r->raw, &h, &third);
	raw_record(
	    &raw, &third, KIT_FIN, &(uint8_t){ SESSION_CONTROL_READY }, 1);
	ekit_give(&k, r, third.bytes, third.size);
	assert_int_equal(k.engine->sessions, 1);
	remote_lose(&k, r);
	/* Who was here is still listed, as anybody who was heard. */
	expect_nothing_left(0, 1);
	unsigned peers_told = k.counts[EFFECT_PEER];
	for (uint32_t i = 0; i < 1000; i++) {
		addr = ekit_addr(i % 100);
		ekit_pass(&k, 2);
		assert_true(remote_connect_raw(&k, r, &addr));
		ekit_give(&k, r, first.bytes, first.size);
		waiting += r->raw->size > 0;
		ekit_give(&k, r, third.bytes, third.size);
		assert_true(r->closed);
		replayed++;
	}
	assert_int_equal(replayed, 1000);
	assert_int_equal(waiting, 1000);
	assert_int_equal(k.counts[EFFECT_PEER], peers_told);
	expect_nothing_left(0, 1);
}

/* A name that was proven, and no READY: not even that is kept. */
static void
t4_unfinished_handshakes_leave_nobody(void **state)
{
	(void)state;
	static struct wire w;
	static struct raw raw;
	struct remote *r = ekit_remote(&k, 1);

	for (uint32_t i = 0; i < 500; i++) {
		struct addr addr = ekit_addr(i % 100);
		ekit_pass(&k, 20);
		assert_true(remote_connect_raw(&k, r, &addr));
		raw_start(&raw, i, &w);
		ekit_give(&k, r, w.bytes, w.size);
		w.size = 0;
		struct hello h = raw_hello(&raw);
		raw_finish(&raw, r->raw, &h, &w);
		ekit_give(&k, r, w.bytes, w.size);
		assert_false(r->closed);
		assert_int_equal(ekit_conns(&k), 1);
		remote_lose(&k, r);
		assert_int_equal(k.engine->contact_count, 0);
	}
	expect_nothing_left(0, 0);
}

/* Who was announced, whose key the handshake proves, whose the hello names. */
static void
t6_identity_switch(void **state)
{
	(void)state;
	unsigned accepted = 0, runs = 0;

	for (int announced = 0; announced < 3; announced++) {
		for (int mix = 0; mix < 9; mix++) {
			struct remote *who[3], *r;
			int proven = mix / 3, named = mix % 3;
			struct addr addr = ekit_addr(1);

			end(NULL);
			begin(NULL);
			for (uint32_t i = 0; i < 3; i++)
				who[i] = ekit_remote(&k, 10 + i);
			ekit_hear(&k, who[announced], "bob", &addr, 1);
			ekit_say(&k, who[announced], "secret");
			r = ekit_remote(&k, 99);
			r->end.identity = who[proven]->end.identity;
			memcpy(r->hello.ed_public,
			    who[named]->end.identity.ed_public, ED_PUBLIC_SIZE);
			remote_answer(&k, r);
			bool right = announced == proven && proven == named;
			/* Its hello event is message 3. */
			assert_int_equal(r->end.hellos, right);
			assert_int_equal(r->texts, right);
			assert_int_equal(r->closed, !right);
			assert_int_equal(mine(who[announced])->delivery,
			    right ? DELIVERY_DELIVERED : DELIVERY_QUEUED);
			accepted += r->texts;
			runs++;
			for (int i = 0; i < 3; i++) {
				const struct peer *p = ekit_peer(&k, who[i]);
				assert_true(i == announced || p == NULL);
			}
			if (!right)
				assert_non_null(ekit_last(
				    &k, who[announced], MESSAGE_ERROR));
		}
	}
	assert_int_equal(runs, 27);
	assert_int_equal(accepted, 3);
}

static void
t6_an_impostor_is_not_dialled_again(void **state)
{
	(void)state;
	struct remote *bob = ekit_remote(&k, 1), *eve = ekit_remote(&k, 2);
	struct addr wrong = ekit_addr(1), right = ekit_addr(2);

	ekit_hear(&k, bob, "bob", &wrong, 1);
	ekit_say(&k, bob, "hi");
	remote_answer(&k, eve);
	assert_int_equal(eve->end.hellos, 0);
	ekit_pass(&k, 3600000);
	assert_int_equal(k.counts[EFFECT_DIAL], 1);
	ekit_hear(&k, bob, "bob", &right, 2);
	ekit_pass(&k, 1000);
	assert_int_equal(k.dial_count, 1);
	remote_answer(&k, bob);
	assert_int_equal(bob->texts, 1);
}

/* The other way round: it connects. Mixed keys are somebody else's name. */
static void
t6_mixed_keys_are_a_third_person(void **state)
{
	(void)state;
	struct remote *a = ekit_remote(&k, 10), *b = ekit_remote(&k, 11);
	struct remote *r = ekit_remote(&k, 99);
	struct addr at_a = ekit_addr(1), at_b = ekit_addr(2);

	ekit_hear(&k, a, "ana", &at_a, 1);
	ekit_hear(&k, b, "bob", &at_b, 1);
	ekit_say(&k, a, "for ana");
	ekit_say(&k, b, "for bob");
	r->end.identity = a->end.identity;
	memcpy(r->hello.ed_public, b->end.identity.ed_public, ED_PUBLIC_SIZE);
	assert_true(remote_connect(&k, r, &at_a));
	assert_true(remote_is_up(r));
	assert_int_equal(r->texts, 0);
	assert_int_equal(ekit_peer(&k, a)->link, PEER_LINK_DIALING);
	assert_int_equal(ekit_peer(&k, b)->link, PEER_LINK_DIALING);
	assert_int_equal(engine_model(k.engine)->peer_count, 4);
	remote_say(&k, r, "I am ana, or bob");
	assert_int_equal(ekit_count(&k, a, MESSAGE_TEXT, false), 0);
	assert_int_equal(ekit_count(&k, b, MESSAGE_TEXT, false), 0);
}

struct version_case {
	uint16_t min, max, floor;
	bool good;
};

/* In both directions: it connects, or we dial it. */
static bool
is_version_taken(const struct version_case *c, bool we_dial)
{
	struct addr addr = ekit_addr(1);
	struct remote probe;

	memset(&probe, 0, sizeof probe);
	end_identity(&probe.end, 1);
	struct pin pin = { .fp = probe.end.identity.fp,
		.trust = TRUST_PINNED,
		.name = "bob",
		.addr = addr,
		.version_floor = c->floor };
	ekit_clear(&k);
	ekit_init_with(&k, 2, &pin, 1, false);
	struct remote *r = ekit_remote(&k, 1);
	r->hello.version_min = c->min;
	r->hello.version_max = c->max;
	if (we_dial) {
		ekit_say(&k, r, "hi");
		remote_answer(&k, r);
	} else {
		assert_true(remote_connect(&k, r, &addr));
	}
	assert_int_equal(we_dial && r->end.hellos == 0, we_dial && !c->good);
	return remote_is_up(r);
}

static void
t10_a_version_once_proven_is_a_floor(void **state)
{
	(void)state;
	static const struct version_case cases[] = {
		{ 1, 1, 0, true },
		{ 1, 1, 1, true },
		{ 1, 9, 1, true },
		{ 2, 2, 0, false },
		{ 2, 9, 1, false },
		{ 1, 1, 2, false },
		{ 1, 2, 2, true },
		{ 1, 2, 3, false },
	};
	unsigned tried = 0;

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (int we_dial = 0; we_dial < 2; we_dial++) {
			assert_int_equal(is_version_taken(&cases[i], we_dial),
			    cases[i].good);
			tried++;
		}
	}
	assert_int_equal(tried, 16);
}

static void
t11_we_do_not_talk_to_ourselves(void **state)
{
	(void)state;
	struct addr addr = ekit_addr(1);

	/* By /connect. */
	struct remote *r = ekit_remote(&k, 1);
	memcpy(r->hello.ed_public, k.identity.ed_public, ED_PUBLIC_SIZE);
	r->end.identity = k.identity;
	ekit_command(&k, COMMAND_CONNECT, NULL, "10.0.0.1");
	remote_answer(&k, r);
	assert_true(r->closed);
	assert_int_equal(r->end.hellos, 0);
	assert_non_null(strstr(
	    ekit_last(&k, NULL, MESSAGE_ERROR)->text, "this earshot itself"));
	/* From outside. */
	struct remote *s = ekit_remote(&k, 1);
	s->hello = r->hello;
	s->end.identity = k.identity;
	assert_true(remote_connect(&k, s, &addr));
	assert_true(s->closed);
	assert_int_equal(s->end.readies, 0);
	expect_nothing_left(0, 0);
}

static void
t11_our_own_bytes_come_back(void **state)
{
	(void)state;
	struct addr addr = ekit_addr(1);
	static struct wire w;

	/* What we dial with, reflected on that stream. */
	struct remote *r = ekit_remote(&k, 1);
	r->raw = calloc(1, sizeof *r->raw);
	ekit_command(&k, COMMAND_CONNECT, NULL, "10.0.0.1");
	r->conn = k.dials[0].conn;
	k.dial_count = 0;
	engine_opened(k.engine, k.now, r->conn);
	ekit_run(&k);
	assert_true(r->raw->size > 0);
	w = *r->raw;
	ekit_give(&k, r, w.bytes, w.size);
	assert_true(r->closed);
	/* And on one that it opens to us: message 2 for message 3. */
	assert_true(remote_connect_raw(&k, r, &addr));
	ekit_give(&k, r, w.bytes, w.size);
	w = *r->raw;
	assert_true(w.size > 0);
	ekit_give(&k, r, w.bytes, w.size);
	assert_true(r->closed);
	expect_nothing_left(0, 0);
}

/* Two engines' worth of text both ways; after record number cut the stream
 * ends, with a CLOSE or without. */
static void
cut_exchange(unsigned cut, bool close)
{
	struct addr addr = ekit_addr(1);
	struct remote *r = ekit_remote(&k, 1);

	assert_true(remote_connect(&k, r, &addr));
	r->hold_acks = true;
	for (unsigned i = 0; i < 50; i++) {
		ekit_say(&k, r, "ours");
		if (i < cut)
			remote_say(&k, r, "theirs");
	}
	if (close) {
		session_close(r->end.session, k.now, CLOSE_LEAVING);
		ekit_run(&k);
	} else {
		remote_lose(&k, r);
	}
	assert_int_equal(ekit_peer(&k, r)->presence,
	    close ? PRESENCE_OFFLINE : PRESENCE_STALE);
	assert_int_equal(ekit_count(&k, r, MESSAGE_TEXT, false), cut);
	assert_int_equal(contacts_waiting(k.engine), 50);
	assert_int_equal(mine(r)->delivery, DELIVERY_QUEUED);
	/* The same peer again: the rest, once. */
	unsigned texts = r->texts;
	remote_restart(r);
	r->hold_acks = false;
	assert_true(remote_connect(&k, r, &addr));
	assert_int_equal(r->texts - texts, 50);
	assert_int_equal(contacts_waiting(k.engine), 0);
	assert_int_equal(mine(r)->delivery, DELIVERY_DELIVERED);
}

static void
t13_only_an_authenticated_close_is_one(void **state)
{
	(void)state;
	unsigned cuts = 0;

	for (unsigned cut = 0; cut < 50; cut++) {
		for (int close = 0; close < 2; close++) {
			end(NULL);
			begin(NULL);
			cut_exchange(cut, close);
			cuts++;
		}
	}
	assert_int_equal(cuts, 100);
}

static void
t13_a_forged_close_is_a_broken_stream(void **state)
{
	(void)state;
	struct addr addr = ekit_addr(1);
	struct remote *r = ekit_remote(&k, 1);
	static const uint8_t forged[] = { 0, 19, 1, SESSION_CONTROL_CLOSE,
		CLOSE_LEAVING, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
		15, 16 };

	assert_true(remote_connect(&k, r, &addr));
	ekit_say(&k, r, "hi");
	ekit_give(&k, r, forged, sizeof forged);
	assert_true(r->closed);
	assert_int_equal(ekit_peer(&k, r)->presence, PRESENCE_STALE);
}

static void
t29_clocks_that_lie(void **state)
{
	(void)state;
	static const int64_t century = INT64_C(3155760000000);
	const int64_t wall = k.now.wall_ms;
	const int64_t clocks[] = { wall, wall + 1000, wall - 1000,
		wall + 7200000, wall - 7200000, wall + century, wall - century,
		0, -1, INT64_MAX, INT64_MIN, INT64_MIN + 1 };
	enum { COUNT = sizeof clocks / sizeof *clocks };

	assert_int_equal(COUNT, 12);
	for (uint32_t i = 0; i < COUNT; i++) {
		struct remote *r = ekit_remote(&k, 1 + i);
		struct addr addr = ekit_addr(1 + i);
		r->hello.wall_ms = clocks[i];
		assert_true(remote_connect(&k, r, &addr));
		int64_t skew = ekit_peer(&k, r)->clock_skew_ms;
		if (clocks[i] > 0 && clocks[i] < INT64_MAX)
			assert_true(skew == clocks[i] - wall);
		assert_int_equal(skew < 0, clocks[i] < wall);
		assert_true(skew != INT64_MIN);
		/* Neither refused nor sorted by it. */
		for (int n = 0; n < 3; n++) {
			struct msg m = { .type = MSG_TEXT,
				.post = { .seq = (uint64_t)n + 1,
				    .text = untrusted_of(&"abc"[n], 1) } };
			m.post.id.b[0] = (uint8_t)n;
			m.post.sent_ms = clocks[(i + (uint32_t)n * 5) % COUNT];
			remote_send(&k, r, &m);
			ekit_run(&k);
		}
		assert_int_equal(r->acks, 3);
		const struct conv *c = ekit_conv(&k, r);
		for (uint64_t n = 0; n < 3; n++) {
			const struct message *m =
			    conv_message(c, CONV_SERIAL_FIRST + n);
			assert_int_equal(m->text[0], "abc"[n]);
			assert_true(m->arrived_ms == k.now.wall_ms);
		}
		remote_lose(&k, r);
	}
}

static void
t52_a_text_that_comes_twice(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1);
	struct addr addr = ekit_addr(1);
	struct msg m = { .type = MSG_TEXT,
		.post = { .seq = 1, .text = untrusted_of("once", 4) } };

	m.post.id.b[3] = 3;
	assert_true(remote_connect(&k, r, &addr));
	/* Twice before it is stored: one answer is enough. */
	remote_send(&k, r, &m);
	remote_send(&k, r, &m);
	ekit_run(&k);
	assert_int_equal(r->acks, 1);
	remote_send(&k, r, &m);
	ekit_run(&k);
	assert_int_equal(r->acks, 2);
	/* And over a later session, of a later run of the peer. */
	remote_lose(&k, r);
	remote_restart(r);
	assert_true(remote_connect(&k, r, &addr));
	remote_send(&k, r, &m);
	ekit_run(&k);
	assert_int_equal(r->acks, 3);
	assert_int_equal(ekit_count(&k, r, MESSAGE_TEXT, false), 1);
}

static void
t53_answers_for_what_went_to_another(void **state)
{
	(void)state;
	struct remote *bob = ekit_remote(&k, 1), *eve = ekit_remote(&k, 2);
	struct addr at_bob = ekit_addr(1), at_eve = ekit_addr(2);

	bob->hello.name = untrusted_of("bob", 3);
	assert_true(remote_connect(&k, bob, &at_bob));
	assert_true(remote_connect(&k, eve, &at_eve));
	bob->hold_acks = true;
	ekit_say(&k, bob, "for bob");
	ekit_say(&k, eve, "for eve");
	unsigned told = k.counts[EFFECT_DELIVERY];
	for (unsigned i = 0; i < 50; i++) {
		struct msg ack = { .type = MSG_ACK,
			.ack = { .state = (uint8_t)(1 + i % 3), .count = 1 } };
		struct msg nack = { .type = MSG_NACK };
		ack.ack.ids[0] = nack.nack.id = bob->last_id;
		remote_send(&k, eve, &ack);
		remote_send(&k, eve, &nack);
		ekit_run(&k);
	}
	assert_int_equal(k.counts[EFFECT_DELIVERY], told);
	assert_int_equal(mine(bob)->delivery, DELIVERY_SENT);
}

static void
blocked_and_unknown_end_alike(void **state)
{
	(void)state;
	struct addr addr = ekit_addr(1);
	struct remote probe;

	memset(&probe, 0, sizeof probe);
	end_identity(&probe.end, 1);
	struct pin pin = { .fp = probe.end.identity.fp,
		.trust = TRUST_BLOCKED,
		.name = "bob" };
	ekit_clear(&k);
	ekit_init_with(&k, 2, &pin, 1, true);
	/* Number 1 is blocked, number 2 unknown to an engine that is quiet. */
	for (uint32_t i = 1; i <= 2; i++) {
		struct remote *r = ekit_remote(&k, i);
		addr = ekit_addr(i);
		assert_true(remote_connect(&k, r, &addr));
		assert_true(r->closed);
		assert_int_equal(r->end.hellos, 1);
		assert_int_equal(r->end.readies, 0);
		assert_int_equal(r->end.closes, 0);
	}
	expect_nothing_left(1, 1);
}

/* A datagram older than what is known leads to one attempt, not to dialling
 * for ever. */
static void
t28_a_rollback_is_asked_about_once(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1);
	struct addr addr = ekit_addr(1);

	r->hello.epoch = 7;
	ekit_hear(&k, r, "bob", &addr, 1);
	ekit_say(&k, r, "hi");
	remote_answer(&k, r);
	assert_int_equal(r->texts, 1);
	remote_lose(&k, r);
	ekit_pass(&k, 3600000);
	unsigned dials = k.counts[EFFECT_DIAL];
	r->hello.epoch = 3;
	ekit_hear(&k, r, "bob", &addr, 9);
	ekit_pass(&k, 10);
	assert_int_equal(k.counts[EFFECT_DIAL], dials + 1);
	while (k.dial_count > 0)
		ekit_fail_dial(&k, ECONNREFUSED);
	ekit_pass(&k, 5 * 3600000);
	assert_int_equal(k.counts[EFFECT_DIAL], dials + 1);
	/* It is true after all: believed by what a session proves. */
	ekit_hear(&k, r, "bob", &addr, 10);
	ekit_pass(&k, 10);
	remote_restart(r);
	r->hello.epoch = 3;
	remote_answer(&k, r);
	assert_true(remote_is_up(r));
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(t4_replayed_handshakes_open_nothing),
		CASE(t4_unfinished_handshakes_leave_nobody),
		CASE(t6_identity_switch),
		CASE(t6_an_impostor_is_not_dialled_again),
		CASE(t6_mixed_keys_are_a_third_person),
		CASE(t10_a_version_once_proven_is_a_floor),
		CASE(t11_we_do_not_talk_to_ourselves),
		CASE(t11_our_own_bytes_come_back),
		CASE(t13_only_an_authenticated_close_is_one),
		CASE(t13_a_forged_close_is_a_broken_stream),
		CASE(t28_a_rollback_is_asked_about_once),
		CASE(t29_clocks_that_lie),
		CASE(t52_a_text_that_comes_twice),
		CASE(t53_answers_for_what_went_to_another),
		CASE(blocked_and_unknown_end_alike),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
