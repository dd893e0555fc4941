/* SPDX-License-Identifier: MIT */
/*
 * When the discovery machine speaks, and what it answers. Whom it hears is in
 * discover_peers.c, attacks are in discover_attacks.c.
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
	SEEDS = 50,
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

/* The next packet, when it is due and which type it has. */
static int64_t
next_packet(struct discover_packet *packet, uint8_t *ret_type)
{
	int64_t due_ms = discover_deadline(me.d);
	struct beacon b;

	assert_true(due_ms < NEVER_MS);
	assert_false(discover_next(me.d, kit_now(due_ms - 1), packet));
	assert_true(discover_next(me.d, kit_now(due_ms), packet));
	assert_int_equal(beacon_decode(packet->bytes, packet->size, &b), 0);
	assert_true(beacon_verify(packet->bytes, packet->size, &b));
	*ret_type = b.type;
	return due_ms;
}

static void
expect_broadcast(int64_t from_ms, int64_t to_ms, enum beacon_type type)
{
	struct discover_packet packet;
	uint8_t seen;
	int64_t at_ms = next_packet(&packet, &seen);

	assert_in_range(at_ms, (uint64_t)from_ms, (uint64_t)to_ms);
	assert_int_equal(seen, type);
	assert_true(packet.everywhere);
}

static enum sighting_kind
hear_bob(int64_t at_ms, enum beacon_type type, uint32_t seq)
{
	struct kit_datagram g = kit_datagram(&bob, type, 1, seq);

	return kit_hear(&me, START_MS + at_ms, &bob_addr, &g);
}

/* Past the start burst, with nobody around. */
static void
settle(int64_t until_ms)
{
	discover_start(me.d, kit_now(START_MS));
	while (discover_deadline(me.d) <= START_MS + until_ms)
		kit_drain(&me, discover_deadline(me.d));
}

static void
start_solicits_at_once_and_slows_down(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < SEEDS; seed++) {
		struct discover_packet packet;
		uint8_t type;
		kit_node_clear(&me);
		kit_node_init(&me, ME + seed, START_MS);
		assert_int_equal(discover_deadline(me.d), NEVER_MS);
		discover_start(me.d, kit_now(START_MS));
		expect_broadcast(START_MS, START_MS, BEACON_SOLICIT);
		expect_broadcast(
		    START_MS + 500, START_MS + 600, BEACON_ANNOUNCE);
		expect_broadcast(
		    START_MS + 1250, START_MS + 1350, BEACON_ANNOUNCE);
		int64_t last_ms = START_MS + 1250;
		static const int gaps_s[] = { 5, 15, 45, 75, 75, 75 };
		for (unsigned i = 0; i < 6; i++) {
			int64_t at_ms = next_packet(&packet, &type);
			int64_t slack_ms = i == 0 ? 100 : 0;
			assert_in_range(at_ms - last_ms, gaps_s[i] * 750,
			    gaps_s[i] * 1250 + slack_ms);
			assert_int_equal(type, BEACON_ANNOUNCE);
			last_ms = at_ms;
		}
	}
}

static void
same_seed_gives_same_schedule(void **state)
{
	struct kit_node twin;

	(void)state;
	kit_node_init(&twin, ME, START_MS);
	discover_start(me.d, kit_now(START_MS));
	discover_start(twin.d, kit_now(START_MS));
	for (unsigned i = 0; i < 20; i++) {
		int64_t at_ms = discover_deadline(me.d);
		assert_int_equal(discover_deadline(twin.d), at_ms);
		assert_int_equal(kit_drain(&me, at_ms), 1);
		assert_int_equal(kit_drain(&twin, at_ms), 1);
	}
	kit_node_clear(&twin);
}

static void
announcement_says_who_and_where(void **state)
{
	struct discover_packet packet;
	struct beacon b;

	(void)state;
	discover_profile(me.d, kit_now(START_MS), "ana", "lunch", true);
	assert_int_equal(discover_deadline(me.d), NEVER_MS);
	discover_start(me.d, kit_now(START_MS));
	assert_true(discover_next(me.d, kit_now(START_MS), &packet));
	assert_int_equal(beacon_decode(packet.bytes, packet.size, &b), 0);
	char *name = peer_text(b.name, PEER_TEXT_NAME, NULL);
	char *status = peer_text(b.status, PEER_TEXT_STATUS, NULL);
	assert_string_equal(name, "ana");
	assert_string_equal(status, "lunch");
	free(name);
	free(status);
	assert_int_equal(b.flags, BEACON_AWAY);
	assert_int_equal(b.epoch, 1);
	assert_int_equal(b.seq, 1);
	assert_int_equal(b.tcp_port, 41827);
	assert_int_equal(b.udp_port, me.addr.port);
	assert_int_equal(b.interval_s, DISCOVER_INTERVAL_MIN_S);
	assert_true(packet.size >= BEACON_SOLICIT_MIN);
	assert_true(beacon_verify(packet.bytes, packet.size, &b));
	struct fp fp;
	beacon_fp(&b, &fp);
	assert_true(fp_equal(&fp, &me.id.fp));
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
interval_grows_with_the_peers_and_is_announced(void **state)
{
	struct discover_packet packet = { 0 };
	struct beacon b = { 0 };
	uint8_t type;

	(void)state;
	assert_int_equal(discover_interval_s(me.d), 75);
	crowd(500, START_MS);
	assert_int_equal(discover_interval_s(me.d), 100);
	discover_start(me.d, kit_now(START_MS + 3000));
	static const uint16_t told_s[] = { 75, 75, 75, 75, 75, 100, 100, 100 };
	int64_t at_ms = 0;
	for (unsigned i = 0; i < 8; i++) {
		at_ms = next_packet(&packet, &type);
		assert_int_equal(
		    beacon_decode(packet.bytes, packet.size, &b), 0);
		assert_int_equal(b.interval_s, told_s[i]);
	}
	int64_t next_ms = next_packet(&packet, &type);
	assert_in_range(next_ms - at_ms, 75000, 125000);
}

static void
peers_not_heard_for_ten_minutes_do_not_count(void **state)
{
	(void)state;
	crowd(500, START_MS);
	assert_int_equal(discover_interval_s(me.d), 100);
	int64_t late_ms = START_MS + 3000 + PEER_LIVE_MS + 1;
	kit_drain(&me, late_ms);
	assert_int_equal(discover_interval_s(me.d), 75);
}

static void
network_change_bursts_with_jitter_once_in_5s(void **state)
{
	int64_t t = START_MS + 100000;

	(void)state;
	settle(99999);
	kit_drain(&me, t);
	discover_network_changed(me.d, kit_now(t));
	expect_broadcast(t, t + 250, BEACON_SOLICIT);
	/* Again and again: one more burst, when the five seconds are over. */
	for (int64_t i = 1; i <= 4; i++)
		discover_network_changed(me.d, kit_now(t + 300 + i));
	expect_broadcast(t + 500, t + 850, BEACON_ANNOUNCE);
	expect_broadcast(t + 1250, t + 1600, BEACON_ANNOUNCE);
	assert_int_equal(discover_deadline(me.d), t + 5000);
	assert_in_range(kit_drain(&me, t + 5000), 0, 1);
	while (discover_deadline(me.d) < t + 5250)
		kit_drain(&me, discover_deadline(me.d));
	uint64_t sent = discover_counters(me.d)->sent;
	expect_broadcast(t + 5500, t + 5850, BEACON_ANNOUNCE);
	expect_broadcast(t + 6250, t + 6600, BEACON_ANNOUNCE);
	assert_int_equal(discover_counters(me.d)->sent, sent + 2);
	assert_true(discover_deadline(me.d) > t + 9000);
}

static void
first_network_change_does_not_wait_for_the_start(void **state)
{
	int64_t t = START_MS + 600;

	(void)state;
	discover_start(me.d, kit_now(START_MS));
	expect_broadcast(START_MS, START_MS, BEACON_SOLICIT);
	expect_broadcast(START_MS + 500, START_MS + 600, BEACON_ANNOUNCE);
	discover_network_changed(me.d, kit_now(t));
	assert_in_range(
	    discover_next_broadcast_ms(me.d), (uint64_t)t, (uint64_t)t + 250);
	expect_broadcast(t, t + 250, BEACON_SOLICIT);
}

static void
clock_leap_sends_one_packet_not_a_storm(void **state)
{
	int64_t t = START_MS + 8 * (int64_t)HOUR_MS;

	(void)state;
	discover_start(me.d, kit_now(START_MS));
	assert_int_equal(kit_drain(&me, START_MS), 1);
	/* The second of the burst is due; hours pass at once. */
	assert_int_equal(kit_drain(&me, t), 1);
	assert_true(discover_deadline(me.d) >= t + 250);
	discover_network_changed(me.d, kit_now(t));
	unsigned sent = 0;
	for (int64_t i = 0; i < 4000; i++)
		sent += kit_drain(&me, t + i);
	assert_int_equal(sent, 3);
}

static void
profile_change_is_told_at_once_and_the_last_one_wins(void **state)
{
	struct discover_packet packet = { 0 };
	struct beacon b;
	int64_t t = START_MS + 100000;

	(void)state;
	settle(99999);
	kit_drain(&me, t);
	t += 2000;
	discover_profile(me.d, kit_now(t), "ana", "", false);
	expect_broadcast(t, t, BEACON_ANNOUNCE);
	/* Nothing changed: nothing to tell. */
	int64_t deadline_ms = discover_deadline(me.d);
	discover_profile(me.d, kit_now(t), "ana", "", false);
	assert_int_equal(discover_deadline(me.d), deadline_ms);
	/* A flapping profile is told once in a second, plus the bursts. */
	unsigned sent = 0;
	for (int64_t i = 0; i < 10000; i += 10) {
		discover_profile(me.d, kit_now(t + i), "ana", "", i % 20 == 0);
		while (discover_next(me.d, kit_now(t + i), &packet))
			sent++;
	}
	assert_in_range(sent, 10, 20);
	discover_profile(me.d, kit_now(t + 10000), "ana", "the end", true);
	while (discover_deadline(me.d) <= t + 11000)
		discover_next(me.d, kit_now(discover_deadline(me.d)), &packet);
	assert_int_equal(beacon_decode(packet.bytes, packet.size, &b), 0);
	char *status = peer_text(b.status, PEER_TEXT_STATUS, NULL);
	assert_string_equal(status, "the end");
	free(status);
}

static void
quiet_sends_nothing_whatever_happens(void **state)
{
	struct discover_packet packet;
	struct msg_id id;

	(void)state;
	kit_node_clear(&me);
	struct discover_cfg cfg = kit_cfg(&me, ME);
	cfg.quiet = true;
	me.d = discover_new(&cfg, kit_now(START_MS));
	discover_start(me.d, kit_now(START_MS));
	discover_profile(me.d, kit_now(START_MS), "ana", "", true);
	discover_network_changed(me.d, kit_now(START_MS));
	assert_int_equal(
	    discover_shout(me.d, kit_now(START_MS), "x", 1, &id), ERR_STATE);
	assert_int_equal(hear_bob(0, BEACON_SOLICIT, 1), SIGHT_SEEN);
	for (int64_t t = 0; t < 100000; t += 50)
		assert_false(
		    discover_next(me.d, kit_now(START_MS + t), &packet));
	discover_leave(me.d, kit_now(START_MS + 100000));
	assert_false(discover_next(me.d, kit_now(START_MS + 200000), &packet));
	assert_true(discover_has_left(me.d));
	assert_int_equal(discover_counters(me.d)->sent, 0);
}

static void
leaving_says_goodbye_twice_and_no_more(void **state)
{
	struct discover_packet first, second;
	struct msg_id id;
	uint8_t type;

	(void)state;
	discover_start(me.d, kit_now(START_MS));
	assert_int_equal(hear_bob(0, BEACON_SOLICIT, 1), SIGHT_SEEN);
	assert_int_equal(
	    discover_shout(me.d, kit_now(START_MS), "x", 1, &id), 0);
	discover_leave(me.d, kit_now(START_MS));
	assert_false(discover_has_left(me.d));
	assert_int_equal(next_packet(&first, &type), START_MS);
	assert_int_equal(type, BEACON_GOODBYE);
	assert_false(discover_has_left(me.d));
	assert_int_equal(next_packet(&second, &type), START_MS + 150);
	assert_int_equal(first.size, second.size);
	assert_memory_equal(first.bytes, second.bytes, first.size);
	assert_true(discover_has_left(me.d));
	discover_start(me.d, kit_now(START_MS + 1000));
	assert_int_equal(kit_drain(&me, START_MS + HOUR_MS), 0);
}

static void
shout_goes_out_three_times_and_is_limited(void **state)
{
	struct discover_packet packet, first = { 0 };
	char text[SHOUT_TEXT_MAX + 1];
	struct msg_id ids[4];
	int64_t t = START_MS + 40000;
	int64_t at_ms[SHOUT_COPIES];
	unsigned copies = 0;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(
	    discover_shout(me.d, kit_now(t), text, 1, &ids[0]), ERR_STATE);
	settle(39999);
	assert_int_equal(
	    discover_shout(me.d, kit_now(t), text, 0, &ids[0]), ERR_FORMAT);
	assert_int_equal(
	    discover_shout(me.d, kit_now(t), text, SHOUT_TEXT_MAX + 1, &ids[0]),
	    ERR_LIMIT);
	assert_int_equal(
	    discover_shout(me.d, kit_now(t), text, SHOUT_TEXT_MAX, &ids[0]), 0);
	for (int64_t i = 0; i < 1000; i++) {
		while (discover_next(me.d, kit_now(t + i), &packet)) {
			if (packet.bytes[5] != BEACON_SHOUT)
				continue;
			if (copies == 0)
				first = packet;
			assert_memory_equal(
			    packet.bytes, first.bytes, first.size);
			at_ms[copies++] = i;
		}
	}
	assert_int_equal(copies, SHOUT_COPIES);
	assert_int_equal(at_ms[0], 0);
	assert_in_range(at_ms[1], 200, 250);
	assert_in_range(at_ms[2], 600, 700);
	t += 1000;
	assert_int_equal(discover_shout(me.d, kit_now(t), "b", 1, &ids[1]), 0);
	assert_int_equal(discover_shout(me.d, kit_now(t), "c", 1, &ids[2]), 0);
	assert_int_equal(
	    discover_shout(me.d, kit_now(t), "d", 1, &ids[3]), ERR_LIMIT);
	for (int64_t i = 0; i < 4000; i++)
		kit_drain(&me, t + i);
	assert_int_equal(
	    discover_shout(me.d, kit_now(t + 4000), "d", 1, &ids[3]), 0);
	assert_false(msg_id_equal(&ids[1], &ids[2]));
}

/* Hears a solicitation; true when it is answered at that very moment. */
static bool
is_answered(int64_t now_ms, const struct identity *id, const struct addr *from,
    uint32_t epoch, uint32_t seq)
{
	struct kit_datagram g = kit_datagram(id, BEACON_SOLICIT, epoch, seq);
	struct discover_packet packet;
	struct beacon b;
	bool answered = false;

	kit_hear(&me, now_ms, from, &g);
	while (discover_next(me.d, kit_now(now_ms), &packet)) {
		if (packet.everywhere)
			continue;
		assert_false(answered);
		answered = true;
		assert_true(addr_equal(&packet.to, from));
		assert_int_equal(
		    beacon_decode(packet.bytes, packet.size, &b), 0);
		assert_int_equal(b.type, BEACON_ANNOUNCE);
		assert_int_equal(b.flags, BEACON_REPLY);
		assert_true(packet.size <= g.size);
	}
	return answered;
}

static void
solicit_is_answered_at_once_on_a_quiet_network(void **state)
{
	int64_t t = START_MS + 60000;

	(void)state;
	settle(60000);
	assert_true(is_answered(t, &bob, &bob_addr, 1, 1));
	/* Not again in 30 s, unless it started anew. */
	assert_false(is_answered(t + 10, &bob, &bob_addr, 1, 2));
	assert_true(is_answered(t + 20, &bob, &bob_addr, 2, 1));
	assert_false(is_answered(t + 30019, &bob, &bob_addr, 2, 2));
	assert_true(is_answered(t + 30020, &bob, &bob_addr, 2, 3));
}

static void
answer_that_slept_is_not_sent(void **state)
{
	struct kit_datagram g = kit_datagram(&bob, BEACON_SOLICIT, 1, 1);
	struct discover_packet packet;

	(void)state;
	settle(60000);
	kit_hear(&me, START_MS + 60000, &bob_addr, &g);
	int64_t t = START_MS + HOUR_MS;
	while (discover_next(me.d, kit_now(t), &packet))
		assert_true(packet.everywhere);
	assert_int_equal(discover_answers_deadline(&me.d->answers), NEVER_MS);
}

static void
two_who_start_together_answer_each_other(void **state)
{
	(void)state;
	discover_start(me.d, kit_now(START_MS));
	assert_int_equal(kit_drain(&me, START_MS), 1);
	assert_true(is_answered(START_MS + 1, &bob, &bob_addr, 1, 1));
}

static void
those_just_started_answer_few(void **state)
{
	unsigned answered = 0;

	(void)state;
	discover_start(me.d, kit_now(START_MS));
	kit_drain(&me, START_MS);
	for (uint32_t i = 0; i < 18; i++) {
		struct identity id;
		struct addr from = kit_addr(100 + i);
		kit_identity(&id, 100 + i);
		answered += is_answered(START_MS + 1, &id, &from, 1, 1);
	}
	assert_int_equal(answered, ANSWER_YOUNG_BURST);
}

static void
only_a_solicit_is_answered(void **state)
{
	struct beacon b = kit_beacon(&bob, BEACON_SOLICIT, 1, 1);
	struct addr no_port = bob_addr;

	(void)state;
	settle(60000);
	b.flags = BEACON_REPLY;
	struct kit_datagram g = kit_sign(&b, &bob);
	int64_t t = START_MS + 60000;
	assert_int_equal(kit_hear(&me, t, &bob_addr, &g), SIGHT_SEEN);
	assert_int_equal(kit_drain(&me, t), 0);
	hear_bob(60000, BEACON_ANNOUNCE, 2);
	g = kit_shout(&bob, 1, 3);
	assert_int_equal(kit_hear(&me, t, &bob_addr, &g), SIGHT_SHOUT);
	hear_bob(60000, BEACON_GOODBYE, 4);
	assert_int_equal(kit_drain(&me, t), 0);
	no_port.port = 0;
	assert_false(is_answered(t, &bob, &no_port, 1, 5));
}

static void
crowded_network_spreads_and_saves_answers(void **state)
{
	int64_t t = START_MS + 60000;
	struct discover_packet packet;

	(void)state;
	settle(55000);
	crowd(100, START_MS + 55000);
	while (discover_schedule_deadline(me.d) < t)
		kit_drain(&me, discover_schedule_deadline(me.d));
	/* Not within two seconds of a broadcast. */
	discover_profile(me.d, kit_now(t), "new", "", false);
	for (int64_t i = 0; i < 3000; i++)
		kit_drain(&me, t + i);
	int64_t broadcast_ms = me.d->schedule.broadcast_ms;
	assert_false(is_answered(broadcast_ms + 1999, &bob, &bob_addr, 1, 1));
	assert_int_equal(discover_answers_deadline(&me.d->answers), NEVER_MS);
	t = broadcast_ms + 2000;
	kit_drain(&me, t);
	broadcast_ms = me.d->schedule.broadcast_ms;
	t = broadcast_ms + 2001;
	struct kit_datagram g = kit_datagram(&bob, BEACON_SOLICIT, 1, 2);
	assert_int_equal(kit_hear(&me, t, &bob_addr, &g), SIGHT_SEEN);
	int64_t due_ms = discover_answers_deadline(&me.d->answers);
	assert_in_range(due_ms, t, t + 1010);
	/* A broadcast meanwhile makes the answer needless. */
	discover_profile(me.d, kit_now(t), "newer", "", false);
	assert_true(discover_next(me.d, kit_now(due_ms), &packet));
	assert_true(packet.everywhere);
	assert_false(discover_next(me.d, kit_now(due_ms), &packet));
	assert_int_equal(discover_answers_deadline(&me.d->answers), NEVER_MS);
}

static void
instances_on_one_host_have_room(void **state)
{
	unsigned answered = 0;
	int64_t t = START_MS + 60000;

	(void)state;
	settle(60000);
	for (uint32_t i = 0; i < 20; i++) {
		struct identity id;
		struct addr from = kit_loopback((uint16_t)(5000 + i));
		kit_identity(&id, 100 + i);
		answered += is_answered(t + i * 50, &id, &from, 1, 1);
		for (uint32_t seq = 2; seq < 5; seq++) {
			struct kit_datagram g =
			    kit_datagram(&id, BEACON_ANNOUNCE, 1, seq);
			assert_int_equal(
			    kit_hear(&me, t + i * 50, &from, &g), SIGHT_SEEN);
		}
	}
	assert_int_equal(answered, 20);
	assert_int_equal(discover_counters(me.d)->dropped[DROP_RATE_SOURCE], 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(start_solicits_at_once_and_slows_down),
		CASE(same_seed_gives_same_schedule),
		CASE(announcement_says_who_and_where),
		CASE(interval_grows_with_the_peers_and_is_announced),
		CASE(peers_not_heard_for_ten_minutes_do_not_count),
		CASE(network_change_bursts_with_jitter_once_in_5s),
		CASE(first_network_change_does_not_wait_for_the_start),
		CASE(clock_leap_sends_one_packet_not_a_storm),
		CASE(profile_change_is_told_at_once_and_the_last_one_wins),
		CASE(quiet_sends_nothing_whatever_happens),
		CASE(leaving_says_goodbye_twice_and_no_more),
		CASE(shout_goes_out_three_times_and_is_limited),
		CASE(solicit_is_answered_at_once_on_a_quiet_network),
		CASE(answer_that_slept_is_not_sent),
		CASE(two_who_start_together_answer_each_other),
		CASE(those_just_started_answer_few),
		CASE(only_a_solicit_is_answered),
		CASE(crowded_network_spreads_and_saves_answers),
		CASE(instances_on_one_host_have_room),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
