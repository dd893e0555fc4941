/* SPDX-License-Identifier: MIT */
/*
 * Whom the discovery machine hears and remembers: sightings, silence,
 * sessions, pins, shouts. Attacks are in discover_attacks.c.
 */
#include "proto/discover.h"

#include "base/err.h"
#include "discover_kit.h"
#include "proto/discover_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum {
	ME = 1,
	BOB = 2,
	START_MS = 1000000,
	HOUR_MS = 3600 * 1000,
};

static struct kit_node me;
static struct identity bob;
static struct addr bob_addr;

static int
setup(void **state)
{
	(void)state;
	kit_node_init(&me, ME, START_MS);
	kit_identity(&bob, BOB);
	bob_addr = kit_addr(BOB);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	kit_node_clear(&me);
	return 0;
}

static enum sighting_kind
hear_bob(int64_t at_ms, enum beacon_type type, uint32_t seq)
{
	struct kit_datagram g = kit_datagram(&bob, type, 1, seq);

	return kit_hear(&me, START_MS + at_ms, &bob_addr, &g);
}

/* Peers that all announce the longest interval. */
static void
crowd(uint32_t count, int64_t now_ms)
{
	for (uint32_t i = 0; i < count; i++) {
		struct identity id;
		kit_identity(&id, 1000 + i);
		struct beacon b = kit_beacon(&id, BEACON_ANNOUNCE, 1, 1);
		b.interval_s = DISCOVER_INTERVAL_MAX_S;
		struct kit_datagram g = kit_sign(&b, &id);
		struct addr from = kit_addr(1000 + i);
		/* Slowly enough for the verification budget. */
		assert_int_equal(
		    kit_hear(&me, now_ms + i * 6, &from, &g), SIGHT_SEEN);
	}
}

static void
peer_expires_by_its_own_interval(void **state)
{
	static const struct {
		uint16_t claimed_s, used_s;
	} cases[] = { { 30, 30 }, { 0, 5 }, { 5, 5 }, { 200, 200 },
		{ 65535, 600 } };
	struct sighting s;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		int64_t t = START_MS + (int64_t)i * HOUR_MS;
		int64_t used_ms = cases[i].used_s * 1000;
		struct beacon b = kit_beacon(&bob, BEACON_ANNOUNCE, 1, i + 1);
		b.interval_s = cases[i].claimed_s;
		struct kit_datagram g = kit_sign(&b, &bob);
		assert_int_equal(kit_hear(&me, t, &bob_addr, &g), SIGHT_SEEN);
		int64_t stale_ms = t + used_ms * 22 / 10;
		int64_t offline_ms = t + used_ms * 35 / 10;
		assert_int_equal(discover_deadline(me.d), stale_ms);
		assert_false(discover_expire(me.d, kit_now(stale_ms - 1), &s));
		assert_true(discover_expire(me.d, kit_now(stale_ms), &s));
		assert_int_equal(s.kind, SIGHT_STALE);
		assert_true(fp_equal(&s.fp, &bob.fp));
		assert_false(discover_expire(me.d, kit_now(stale_ms), &s));
		assert_int_equal(discover_deadline(me.d), offline_ms);
		assert_true(discover_expire(me.d, kit_now(offline_ms), &s));
		assert_int_equal(s.kind, SIGHT_OFFLINE);
		assert_false(discover_expire(me.d, kit_now(offline_ms), &s));
		assert_int_equal(discover_deadline(me.d), NEVER_MS);
	}
}

static void
nobody_who_spoke_again_is_waited_for(void **state)
{
	struct identity carol;
	struct sighting s;
	struct addr carol_addr = kit_addr(BOB + 1);

	(void)state;
	kit_identity(&carol, BOB + 1);
	int64_t gap_ms = 30 * 22 * 100;
	for (uint32_t i = 1; i <= 50; i++) {
		int64_t t = i * 20000;
		struct kit_datagram g =
		    kit_datagram(&carol, BEACON_ANNOUNCE, 1, i);
		assert_int_equal(hear_bob(t, BEACON_ANNOUNCE, i), SIGHT_SEEN);
		if (i > 1)
			assert_int_equal(discover_deadline(me.d),
			    START_MS + t - 10000 + gap_ms);
		assert_int_equal(
		    kit_hear(&me, START_MS + t + 10000, &carol_addr, &g),
		    SIGHT_SEEN);
		assert_int_equal(
		    discover_deadline(me.d), START_MS + t + gap_ms);
	}
	int64_t bob_ms = 50 * 20000 + gap_ms;
	assert_int_equal(
	    hear_bob(bob_ms - 1, BEACON_GOODBYE, 51), SIGHT_GOODBYE);
	assert_int_equal(discover_deadline(me.d), START_MS + bob_ms + 10000);
	discover_session(me.d, kit_now(START_MS + bob_ms), &carol.fp, true);
	assert_int_equal(discover_deadline(me.d), NEVER_MS);
	assert_false(discover_expire(me.d, kit_now(START_MS + bob_ms), &s));
}

static void
silence_of_many_is_pulled_one_by_one(void **state)
{
	struct sighting s;
	unsigned offline = 0;

	(void)state;
	crowd(300, START_MS);
	int64_t t = START_MS + HOUR_MS;
	while (discover_expire(me.d, kit_now(t), &s)) {
		assert_int_equal(s.kind, SIGHT_OFFLINE);
		offline++;
	}
	assert_int_equal(offline, 300);
	assert_int_equal(discover_deadline(me.d), NEVER_MS);
}

static void
session_keeps_a_peer_and_its_end_lets_go(void **state)
{
	struct sighting s;
	int64_t t = START_MS + HOUR_MS;

	(void)state;
	hear_bob(0, BEACON_ANNOUNCE, 1);
	discover_session(me.d, kit_now(START_MS + 10), &bob.fp, true);
	assert_false(discover_expire(me.d, kit_now(t), &s));
	assert_int_equal(hear_bob(HOUR_MS, BEACON_GOODBYE, 2), SIGHT_NONE);
	discover_session(me.d, kit_now(t), &bob.fp, false);
	assert_true(discover_deadline(me.d) <= t);
	assert_true(discover_expire(me.d, kit_now(t), &s));
	assert_int_equal(s.kind, SIGHT_OFFLINE);
	/* The goodbye came while the session was up: its copy counts now. */
	assert_int_equal(hear_bob(HOUR_MS, BEACON_GOODBYE, 2), SIGHT_GOODBYE);
}

static void
session_with_a_stranger_ends_in_expiry(void **state)
{
	struct sighting s;
	uint32_t epoch, seq;

	(void)state;
	assert_false(discover_counters_of(me.d, &bob.fp, &epoch, &seq));
	discover_session(me.d, kit_now(START_MS), &bob.fp, true);
	assert_int_equal(discover_deadline(me.d), NEVER_MS);
	discover_session(me.d, kit_now(START_MS + 500), &bob.fp, false);
	assert_int_equal(discover_deadline(me.d), START_MS + 500 + 165000);
	assert_true(discover_expire(me.d, kit_now(START_MS + 165500), &s));
	assert_int_equal(s.kind, SIGHT_STALE);
}

static void
session_with_a_stranger_finds_room_and_tells_who_went(void **state)
{
	struct sighting s;
	struct fp first = { { 0 } };
	uint32_t epoch, seq;

	(void)state;
	crowd(DISCOVER_UNKNOWN_MAX, START_MS);
	int64_t t = START_MS + DISCOVER_UNKNOWN_MAX * 6;
	discover_session(me.d, kit_now(t), &bob.fp, true);
	struct identity id;
	kit_identity(&id, 1000);
	first = id.fp;
	assert_int_equal(discover_deadline(me.d), t);
	assert_true(discover_expire(me.d, kit_now(t), &s));
	assert_int_equal(s.kind, SIGHT_NONE);
	assert_true(s.has_evicted);
	assert_true(fp_equal(&s.evicted, &first));
	assert_false(discover_expire(me.d, kit_now(t), &s));
	assert_true(discover_deadline(me.d) > t);
	assert_false(discover_counters_of(me.d, &first, &epoch, &seq));
	assert_int_equal(me.d->table.unknown, DISCOVER_UNKNOWN_MAX);
	/* With its session bob is not the next to go. */
	for (uint32_t i = 0; i < DISCOVER_UNKNOWN_MAX; i++) {
		struct kit_datagram g;
		struct addr from = kit_addr(5000 + i);
		kit_identity(&id, 5000 + i);
		g = kit_datagram(&id, BEACON_ANNOUNCE, 1, 1);
		assert_int_equal(
		    kit_hear(&me, t + i * 6, &from, &g), SIGHT_SEEN);
	}
	assert_true(discover_counters_of(me.d, &bob.fp, &epoch, &seq));
}

static void
least_recently_heard_stranger_is_forgotten(void **state)
{
	struct identity ids[2];
	struct kit_datagram g;
	struct sighting s;
	int64_t t = START_MS + DISCOVER_UNKNOWN_MAX * 6;

	(void)state;
	crowd(DISCOVER_UNKNOWN_MAX, START_MS);
	kit_identity(&ids[0], 1000);
	kit_identity(&ids[1], 1001);
	struct addr from = kit_addr(1000);
	g = kit_datagram(&ids[0], BEACON_ANNOUNCE, 1, 2);
	assert_int_equal(kit_hear(&me, t, &from, &g), SIGHT_SEEN);
	g = kit_datagram(&bob, BEACON_ANNOUNCE, 1, 1);
	assert_int_equal(discover_input(me.d, kit_now(t), &bob_addr, true,
			     g.bytes, g.size, &s),
	    1);
	assert_true(s.has_evicted);
	assert_true(fp_equal(&s.evicted, &ids[1].fp));
}

static void
network_change_gives_grace_once_in_a_while(void **state)
{
	struct sighting s;
	int64_t t = START_MS + 8 * (int64_t)HOUR_MS;

	(void)state;
	hear_bob(0, BEACON_ANNOUNCE, 1);
	/* The machine slept: bob is given the time to answer. */
	discover_network_changed(me.d, kit_now(t));
	assert_false(discover_expire(me.d, kit_now(t + 4999), &s));
	assert_int_equal(discover_deadline(me.d), t + 5000);
	discover_network_changed(me.d, kit_now(t + 4999));
	assert_true(discover_expire(me.d, kit_now(t + 5000), &s));
	assert_int_equal(s.kind, SIGHT_OFFLINE);
}

static void
goodbye_is_believed_once(void **state)
{
	uint32_t epoch, seq;
	struct sighting s;

	(void)state;
	assert_int_equal(hear_bob(0, BEACON_GOODBYE, 1), SIGHT_NONE);
	assert_int_equal(hear_bob(1, BEACON_ANNOUNCE, 2), SIGHT_SEEN);
	assert_int_equal(hear_bob(2, BEACON_GOODBYE, 2), SIGHT_NONE);
	assert_int_equal(hear_bob(3, BEACON_GOODBYE, 3), SIGHT_GOODBYE);
	assert_int_equal(hear_bob(4, BEACON_GOODBYE, 3), SIGHT_NONE);
	assert_int_equal(hear_bob(5, BEACON_ANNOUNCE, 2), SIGHT_NONE);
	assert_true(discover_counters_of(me.d, &bob.fp, &epoch, &seq));
	assert_int_equal(seq, 3);
	assert_false(discover_expire(me.d, kit_now(START_MS + HOUR_MS), &s));
	assert_int_equal(hear_bob(6, BEACON_ANNOUNCE, 4), SIGHT_SEEN);
}

static void
sighting_carries_the_beacon_and_its_source(void **state)
{
	struct kit_datagram g = kit_datagram(&bob, BEACON_ANNOUNCE, 3, 9);
	struct sighting s;

	(void)state;
	assert_int_equal(discover_input(me.d, kit_now(START_MS), &bob_addr,
			     true, g.bytes, g.size, &s),
	    1);
	assert_int_equal(s.kind, SIGHT_SEEN);
	assert_true(fp_equal(&s.fp, &bob.fp));
	assert_true(addr_equal(&s.from, &bob_addr));
	assert_int_equal(s.beacon.epoch, 3);
	assert_int_equal(s.beacon.seq, 9);
	assert_int_equal(s.beacon.tcp_port, 41827);
	assert_false(s.has_evicted);
	assert_int_equal(discover_counters(me.d)->accepted, 1);
	assert_int_equal(discover_counters(me.d)->verified, 1);
}

static void
one_announcement_over_several_interfaces_is_one_peer(void **state)
{
	struct kit_datagram g = kit_datagram(&bob, BEACON_ANNOUNCE, 1, 1);
	struct addr six = { .family = ADDR_IPV6,
		.ip = { 0xfe, 0x80, [15] = 2 },
		.port = 7,
		.scope = 3 };
	struct addr loop = kit_loopback(7);

	(void)state;
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &g), SIGHT_SEEN);
	assert_int_equal(kit_hear(&me, START_MS, &six, &g), SIGHT_ADDRESS);
	assert_int_equal(kit_hear(&me, START_MS, &loop, &g), SIGHT_ADDRESS);
	assert_int_equal(kit_hear(&me, START_MS, &six, &g), SIGHT_NONE);
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &g), SIGHT_NONE);
	assert_int_equal(discover_counters(me.d)->dropped[DROP_REPLAY], 2);
	/* The next one starts over. */
	assert_int_equal(hear_bob(30000, BEACON_ANNOUNCE, 2), SIGHT_SEEN);
	g = kit_datagram(&bob, BEACON_ANNOUNCE, 1, 2);
	assert_int_equal(
	    kit_hear(&me, START_MS + 30001, &six, &g), SIGHT_ADDRESS);
}

static void
own_echo_and_our_clone_are_dropped(void **state)
{
	struct discover_packet packet;
	struct sighting s;

	(void)state;
	discover_start(me.d, kit_now(START_MS));
	assert_true(discover_next(me.d, kit_now(START_MS), &packet));
	assert_int_equal(discover_input(me.d, kit_now(START_MS), &me.addr, true,
			     packet.bytes, packet.size, &s),
	    0);
	struct kit_datagram clone =
	    kit_datagram(&me.id, BEACON_SOLICIT, 99, 99);
	assert_int_equal(
	    kit_hear(&me, START_MS, &bob_addr, &clone), SIGHT_NONE);
	assert_int_equal(discover_counters(me.d)->dropped[DROP_OWN], 2);
	assert_int_equal(discover_counters(me.d)->verified, 0);
	assert_int_equal(kit_drain(&me, START_MS), 0);
}

static void
each_drop_has_its_counter_and_its_words(void **state)
{
	struct kit_datagram g = kit_datagram(&bob, BEACON_ANNOUNCE, 1, 1);
	const struct discover_counters *c = discover_counters(me.d);
	struct addr group = { .family = ADDR_IPV4, .ip = { 239, 1, 1, 1 } };
	struct sighting s;

	(void)state;
	assert_int_equal(discover_input(me.d, kit_now(START_MS), &bob_addr,
			     false, g.bytes, g.size, &s),
	    0);
	assert_int_equal(kit_hear(&me, START_MS, &group, &g), SIGHT_NONE);
	assert_int_equal(c->dropped[DROP_OFF_LINK], 2);
	g.bytes[4]++;
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &g), SIGHT_NONE);
	assert_int_equal(c->dropped[DROP_VERSION], 1);
	g.bytes[4]--;
	g.bytes[0]++;
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &g), SIGHT_NONE);
	assert_int_equal(c->dropped[DROP_FORMAT], 1);
	g.bytes[0]--;
	g.bytes[g.size - 1]++;
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &g), SIGHT_NONE);
	assert_int_equal(c->dropped[DROP_SIGNATURE], 1);
	g.bytes[g.size - 1]--;
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &g), SIGHT_SEEN);
	assert_int_equal(c->received, c->accepted + kit_dropped(&me));
	for (unsigned i = 0; i < DROP_KINDS; i++) {
		assert_non_null(discover_drop_text((enum discover_drop)i));
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(
			    discover_drop_text((enum discover_drop)i),
			    discover_drop_text((enum discover_drop)j));
	}
}

static void
presence_has_the_words_of_the_events(void **state)
{
	(void)state;
	assert_string_equal(presence_text(PRESENCE_OFFLINE), "offline");
	assert_string_equal(presence_text(PRESENCE_STALE), "stale");
	assert_string_equal(presence_text(PRESENCE_AWAY), "away");
	assert_string_equal(presence_text(PRESENCE_ONLINE), "online");
}

static void
shout_is_heard_once_though_sent_three_times(void **state)
{
	struct kit_datagram g = kit_shout(&bob, 1, 5);
	struct kit_datagram other = kit_shout(&bob, 1, 6);

	(void)state;
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &g), SIGHT_SHOUT);
	assert_int_equal(
	    kit_hear(&me, START_MS + 200, &bob_addr, &g), SIGHT_NONE);
	assert_int_equal(
	    kit_hear(&me, START_MS + 600, &bob_addr, &g), SIGHT_NONE);
	/* The copies are no attack: nothing was dropped. */
	assert_int_equal(kit_dropped(&me), 0);
	assert_int_equal(discover_counters(me.d)->accepted, 3);
	assert_int_equal(
	    kit_hear(&me, START_MS + 700, &bob_addr, &other), SIGHT_SHOUT);
}

static void
shout_overtaken_by_an_announcement_is_still_heard(void **state)
{
	struct kit_datagram late = kit_shout(&bob, 1, 10);

	(void)state;
	assert_int_equal(hear_bob(0, BEACON_ANNOUNCE, 9), SIGHT_SEEN);
	/* Its first copies were lost, and an announcement came between. */
	assert_int_equal(hear_bob(30000, BEACON_ANNOUNCE, 11), SIGHT_SEEN);
	assert_int_equal(
	    kit_hear(&me, START_MS + 30300, &bob_addr, &late), SIGHT_SHOUT);
	uint32_t epoch, seq;
	assert_true(discover_counters_of(me.d, &bob.fp, &epoch, &seq));
	assert_int_equal(seq, 11);
	/* Not after the goodbye, which would bring bob back. */
	late = kit_shout(&bob, 1, 12);
	assert_int_equal(hear_bob(30400, BEACON_GOODBYE, 13), SIGHT_GOODBYE);
	assert_int_equal(
	    kit_hear(&me, START_MS + 30500, &bob_addr, &late), SIGHT_NONE);
}

static void
shouts_of_one_peer_are_limited(void **state)
{
	unsigned heard = 0;

	(void)state;
	for (uint32_t i = 1; i <= 60; i++) {
		struct kit_datagram g = kit_shout(&bob, 1, i);
		heard += kit_hear(&me, START_MS + i * 500, &bob_addr, &g) ==
			 SIGHT_SHOUT;
	}
	/* Three, and one for each of the six times five seconds. */
	assert_in_range(heard, 8, 9);
	assert_true(discover_counters(me.d)->dropped[DROP_SHOUT_RATE] > 0);
}

static void
pins_are_bounded_and_keep_their_counters(void **state)
{
	uint32_t epoch, seq;

	(void)state;
	assert_int_equal(discover_pin(me.d, &bob.fp, 4, 40), 0);
	assert_int_equal(hear_bob(0, BEACON_ANNOUNCE, 41), SIGHT_PROBE);
	struct kit_datagram g = kit_datagram(&bob, BEACON_ANNOUNCE, 4, 40);
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &g), SIGHT_NONE);
	g = kit_datagram(&bob, BEACON_ANNOUNCE, 4, 41);
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &g), SIGHT_SEEN);
	/* What we heard is newer than what the pin says. */
	assert_int_equal(discover_pin(me.d, &bob.fp, 4, 1), 0);
	assert_true(discover_counters_of(me.d, &bob.fp, &epoch, &seq));
	assert_int_equal(epoch, 4);
	assert_int_equal(seq, 41);
	for (uint32_t i = 1; i < DISCOVER_PINNED_MAX; i++) {
		struct fp fp = { { (uint8_t)i, (uint8_t)(i >> 8), 1 } };
		assert_int_equal(discover_pin(me.d, &fp, 1, 1), 0);
	}
	struct fp more = { { 2, 2, 2 } };
	assert_int_equal(discover_pin(me.d, &more, 1, 1), ERR_LIMIT);
	assert_int_equal(discover_pin(me.d, &bob.fp, 4, 1), 0);
	assert_false(discover_counters_of(me.d, &more, &epoch, &seq));
}

static void
pinned_peer_speaks_up_to_shout(void **state)
{
	struct kit_datagram g = kit_shout(&bob, 1, 1);

	(void)state;
	assert_int_equal(discover_pin(me.d, &bob.fp, 0, 0), 0);
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &g), SIGHT_SHOUT);
}

static void
proven_epoch_replaces_the_stored_one(void **state)
{
	uint32_t epoch, seq;

	(void)state;
	discover_epoch_proven(me.d, &bob.fp, 9);
	assert_false(discover_counters_of(me.d, &bob.fp, &epoch, &seq));
	assert_int_equal(discover_pin(me.d, &bob.fp, 4, 40), 0);
	discover_epoch_proven(me.d, &bob.fp, 4);
	discover_counters_of(me.d, &bob.fp, &epoch, &seq);
	assert_int_equal(seq, 40);
	discover_epoch_proven(me.d, &bob.fp, 1);
	discover_counters_of(me.d, &bob.fp, &epoch, &seq);
	assert_int_equal(epoch, 1);
	assert_int_equal(seq, 0);
	assert_int_equal(hear_bob(0, BEACON_ANNOUNCE, 1), SIGHT_SEEN);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(peer_expires_by_its_own_interval),
		CASE(nobody_who_spoke_again_is_waited_for),
		CASE(silence_of_many_is_pulled_one_by_one),
		CASE(session_keeps_a_peer_and_its_end_lets_go),
		CASE(session_with_a_stranger_ends_in_expiry),
		CASE(session_with_a_stranger_finds_room_and_tells_who_went),
		CASE(least_recently_heard_stranger_is_forgotten),
		CASE(network_change_gives_grace_once_in_a_while),
		CASE(goodbye_is_believed_once),
		CASE(sighting_carries_the_beacon_and_its_source),
		CASE(one_announcement_over_several_interfaces_is_one_peer),
		CASE(own_echo_and_our_clone_are_dropped),
		CASE(each_drop_has_its_counter_and_its_words),
		CASE(presence_has_the_words_of_the_events),
		CASE(shout_is_heard_once_though_sent_three_times),
		CASE(shout_overtaken_by_an_announcement_is_still_heard),
		CASE(shouts_of_one_peer_are_limited),
		CASE(pins_are_bounded_and_keep_their_counters),
		CASE(pinned_peer_speaks_up_to_shout),
		CASE(proven_epoch_replaces_the_stored_one),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
