/* SPDX-License-Identifier: MIT */
/*
 * What became of packets that were sent, and what is owed for those received:
 * both by hand, packet by packet.
 */
#include "proto/recovery.h"
#include "base/err.h"
#include "proto/acks.h"
#include "proto/outgoing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { FIRST_WINDOW = DGRAM_REORDER_MESSAGES - 1 };

static struct rng_seed seed;
static struct rng rng;
static struct recovery r;

static int
setup(void **state)
{
	(void)state;
	rng = rng_seeded(&seed, 1);
	recovery_init(&r, &rng);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	recovery_clear(&r);
	return 0;
}

static uint64_t
send_one(int64_t now_ms)
{
	struct recovery_sent sent = { .number = recovery_number(&r, &rng) };

	recovery_add(&r, now_ms, &sent);
	return sent.number;
}

static struct frame
ack_of(uint64_t largest, uint64_t bits)
{
	return (struct frame){
		.kind = FRAME_ACK, .largest = largest, .bits = bits
	};
}

static int
ack(int64_t now_ms, uint64_t largest, uint64_t bits)
{
	struct frame f = ack_of(largest, bits);

	return recovery_ack(&r, now_ms, &f);
}

static unsigned
take(enum recovery_fate fate)
{
	struct recovery_sent sent;
	unsigned n = 0;

	while (recovery_take(&r, &sent))
		n += sent.fate == fate;
	return n;
}

static void
no_number_is_given_twice_and_some_never(void **state)
{
	(void)state;
	uint64_t last = recovery_number(&r, &rng);
	unsigned skipped = 0;
	assert_int_equal(last, 0);
	for (unsigned i = 0; i < 100000; i++) {
		uint64_t n = recovery_number(&r, &rng);
		assert_true(n == last + 1 || n == last + 2);
		skipped += n == last + 2;
		last = n;
	}
	assert_true(skipped > 100000 / 200 && skipped < 100000 / 64);
}

static void
the_round_trip_leaves_out_the_delay(void **state)
{
	(void)state;
	assert_int_equal(recovery_pto_ms(&r), DGRAM_PTO_FIRST_MS);
	send_one(1000);
	assert_int_equal(ack(1040, 0, 0), 0);
	assert_int_equal(take(RECOVERY_ACKED), 1);
	assert_int_equal(r.srtt_us, 40000);
	/* srtt + 4 * srtt / 2 + the delay of an acknowledgement. */
	assert_int_equal(recovery_pto_ms(&r), 40 + 80 + DGRAM_ACK_DELAY_MS);
	send_one(2000);
	struct frame f = ack_of(1, 0);
	f.delay_ms = 20;
	assert_int_equal(recovery_ack(&r, 2060, &f), 0);
	take(RECOVERY_ACKED);
	assert_int_equal(r.srtt_us, 40000);
	/* More than is allowed is not believed. */
	send_one(3000);
	f = ack_of(2, 0);
	f.delay_ms = 60000;
	assert_int_equal(recovery_ack(&r, 3000 + 40 + 8 + 25, &f), 0);
	take(RECOVERY_ACKED);
	assert_int_equal(r.srtt_us, 41000);
}

static void
an_acknowledgement_seen_before_measures_nothing(void **state)
{
	(void)state;
	send_one(1000);
	send_one(1000);
	assert_int_equal(ack(1040, 1, 0), 0);
	take(RECOVERY_ACKED);
	int64_t srtt_us = r.srtt_us;
	assert_int_equal(ack(9000, 1, 1), 0);
	assert_int_equal(r.srtt_us, srtt_us);
	assert_int_equal(take(RECOVERY_ACKED), 1);
}

static void
three_newer_ones_prove_a_loss(void **state)
{
	(void)state;
	recovery_sample(&r, 1000);
	for (int i = 0; i < 5; i++)
		send_one(1000);
	assert_int_equal(ack(1001, 2, 0), 0);
	assert_int_equal(take(RECOVERY_LOST), 0);
	assert_int_equal(ack(1002, 3, 0), 0);
	/* 0 is three behind; 1 is not. */
	assert_int_equal(take(RECOVERY_LOST), 1);
	assert_int_equal(recovery_flight(&r, 0)->number, 1);
	assert_int_equal(ack(1003, 4, 2), 0);
	assert_int_equal(take(RECOVERY_LOST), 1);
	assert_null(recovery_flight(&r, 0));
	assert_null(r.sent);
	assert_int_equal(recovery_deadline(&r), NEVER_MS);
}

static void
so_does_time_once_a_newer_one_arrived(void **state)
{
	(void)state;
	recovery_sample(&r, 80);
	send_one(1000);
	send_one(1000);
	assert_int_equal(ack(1080, 1, 0), 0);
	assert_int_equal(take(RECOVERY_LOST), 0);
	assert_int_equal(recovery_deadline(&r), 1090);
	assert_int_equal(recovery_tick(&r, 1089), 0);
	assert_int_equal(take(RECOVERY_LOST), 0);
	assert_int_equal(recovery_tick(&r, 1090), 0);
	assert_int_equal(take(RECOVERY_LOST), 1);
}

static void
a_timeout_doubles_and_loses_nothing(void **state)
{
	(void)state;
	int64_t now_ms = 1000, waits[] = { 500, 1000, 2000, 4000 };
	send_one(now_ms);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(recovery_deadline(&r), now_ms + waits[i]);
		now_ms += waits[i];
		assert_int_equal(recovery_tick(&r, now_ms), 0);
		assert_int_equal(take(RECOVERY_LOST), 0);
		assert_int_equal(r.probes, RECOVERY_PROBES);
		send_one(now_ms);
		send_one(now_ms);
		assert_int_equal(r.probes, 0);
	}
	/* No further than this, and not beyond the end. */
	assert_int_equal(recovery_pto_ms(&r), DGRAM_PTO_MAX_MS);
	assert_int_equal(recovery_deadline(&r), 1000 + DGRAM_STUCK_MS);
	assert_int_equal(recovery_tick(&r, 15999), 0);
	assert_int_equal(recovery_tick(&r, 16000), ERR_TIMEOUT);
}

static void
any_acknowledgement_is_progress(void **state)
{
	(void)state;
	send_one(1000);
	send_one(1000);
	assert_int_equal(recovery_tick(&r, 15000), 0);
	assert_int_equal(ack(15000, 1, 0), 0);
	take(RECOVERY_ACKED);
	assert_int_equal(r.pto_count, 0);
	assert_int_equal(recovery_tick(&r, 15000 + 14999), 0);
	take(RECOVERY_LOST);
	send_one(30000);
	assert_int_equal(recovery_tick(&r, 30001), 0);
}

static void
fill_window(int64_t now_ms)
{
	/* However much may go at once. */
	while (recovery_may_send(&r, now_ms + 1000))
		send_one(now_ms);
}

static uint64_t
newest(void)
{
	return recovery_flight(&r, r.count - 1)->number;
}

static void
the_window_doubles_until_a_loss_and_then_creeps(void **state)
{
	(void)state;
	r.skip_at = UINT64_MAX;
	assert_int_equal(r.cwnd, DGRAM_CWND_FIRST);
	fill_window(1000);
	assert_int_equal(r.count, 10);
	assert_int_equal(ack(1020, newest(), UINT64_MAX >> (64 - 9)), 0);
	assert_int_equal(take(RECOVERY_ACKED), 10);
	assert_int_equal(r.cwnd, 20);
	fill_window(1020);
	assert_int_equal(r.count, 20);
	/* The first five of them are lost: one loss. */
	assert_int_equal(ack(1040, newest(), UINT64_MAX >> (64 - 14)), 0);
	assert_int_equal(take(RECOVERY_LOST), 5);
	/* Grown by those fifteen before the loss was seen, then halved. */
	assert_int_equal(r.cwnd, 35 / 2);
	fill_window(1040);
	assert_int_equal(ack(1060, newest(), UINT64_MAX >> (64 - 16)), 0);
	assert_int_equal(take(RECOVERY_ACKED), 17);
	assert_int_equal(r.cwnd, 18);
}

/* An acknowledgement reaches no more than 65 packets. */
static void
ack_all(int64_t now_ms)
{
	while (r.count > 0) {
		size_t i = r.count < 65 ? r.count : 65;
		uint64_t n = recovery_flight(&r, i - 1)->number;
		uint64_t bits = n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
		assert_int_equal(ack(now_ms, n, bits), 0);
		assert_int_equal(take(RECOVERY_ACKED), i);
	}
}

static void
lone_losses_shut_no_window(void **state)
{
	(void)state;
	r.skip_at = UINT64_MAX;
	fill_window(1000);
	ack_all(1020);
	fill_window(1020);
	/* The first two of twenty. */
	assert_int_equal(ack(1040, newest(), UINT64_MAX >> (64 - 17)), 0);
	assert_int_equal(take(RECOVERY_LOST), 2);
	assert_int_equal(r.cwnd, 38);
	/* One more, of a later round trip. */
	fill_window(1040);
	assert_int_equal(ack(1060, newest(), UINT64_MAX >> (64 - 36)), 0);
	assert_int_equal(take(RECOVERY_LOST), 1);
	assert_int_equal(r.cwnd, 38 + 37);
}

static void
a_lone_loss_behind_a_longer_round_trip_is_congestion(void **state)
{
	(void)state;
	r.skip_at = UINT64_MAX;
	fill_window(1000);
	ack_all(1020);
	fill_window(1020);
	/* Once is nothing yet: a machine was busy. */
	assert_int_equal(ack(1056, newest(), UINT64_MAX >> (64 - 18)), 0);
	assert_int_equal(take(RECOVERY_LOST), 1);
	assert_int_equal(r.cwnd, 20 + 19);
	fill_window(1056);
	assert_int_equal(ack(1092, newest(), UINT64_MAX >> (64 - 37)), 0);
	assert_int_equal(take(RECOVERY_LOST), 1);
	assert_in_range(r.cwnd, 39 / 2, (39 + 38 / 4 + 1) / 2);
}

/* Or it would be congestion for ever. */
static void
a_path_may_become_longer(void **state)
{
	(void)state;
	recovery_sample(&r, 1);
	for (int64_t now_ms = 1000; now_ms < 26000; now_ms += 1000) {
		send_one(now_ms);
		assert_int_equal(ack(now_ms + 50, r.next - 1, 0), 0);
		take(RECOVERY_ACKED);
		if (now_ms == 10000)
			assert_int_equal(r.min_us, 1000);
	}
	assert_int_equal(r.min_us, 50000);
	/* Shorter is believed at once. */
	send_one(30000);
	assert_int_equal(ack(30005, r.next - 1, 0), 0);
	assert_int_equal(r.min_us, 5000);
	take(RECOVERY_ACKED);
}

/* A window in which so many of the first are lost. */
static bool
shuts(int64_t *now_ms, unsigned lost)
{
	unsigned before = r.cwnd;

	fill_window(*now_ms);
	*now_ms += 20;
	size_t i = r.count < 65 ? r.count : 65;
	uint64_t n = recovery_flight(&r, i - 1)->number;
	assert_int_equal(ack(*now_ms, n, UINT64_MAX >> (65 - i + lost)), 0);
	assert_int_equal(take(RECOVERY_LOST), lost);
	ack_all(*now_ms);
	return r.cwnd < before;
}

static void
what_arrives_excuses_a_few_losses(void **state)
{
	(void)state;
	r.skip_at = UINT64_MAX;
	int64_t now_ms = 1000;
	/* More than are excused at first. */
	assert_false(shuts(&now_ms, DGRAM_LONE_LOSSES));
	assert_true(shuts(&now_ms, DGRAM_LONE_LOSSES));
	/* One in 32 is, for ever; what was saved is bounded. */
	for (int i = 0; i < 20; i++)
		assert_false(shuts(&now_ms, r.cwnd > 40));
	for (int i = 0; i < 100; i++)
		shuts(&now_ms, 0);
	assert_int_equal(r.cwnd, DGRAM_CWND_MAX);
	assert_false(shuts(&now_ms, DGRAM_CWND_MAX / 32 - 1));
	/* One in ten is congestion. */
	for (int i = 0; i < 200 && r.cwnd >= 20; i++)
		shuts(&now_ms, r.cwnd / 10);
	assert_true(r.cwnd < 20);
}

/* Twice as fast as the window, and not all at once. */
static void
packets_are_spread_over_the_round_trip(void **state)
{
	(void)state;
	r.skip_at = UINT64_MAX;
	int64_t now_ms = 1000;
	while (r.cwnd < 100) {
		fill_window(now_ms);
		now_ms += 20;
		ack_all(now_ms);
	}
	unsigned cwnd = r.cwnd, sent = 0, turns = 0, most = 0;
	int64_t start_ms = now_ms + 100;
	for (now_ms = start_ms; now_ms != NEVER_MS && sent < cwnd; turns++) {
		unsigned at_once = 0;
		for (; recovery_may_send(&r, now_ms); at_once++)
			send_one(now_ms);
		assert_true(at_once > 0);
		most = at_once > most ? at_once : most;
		sent += at_once;
		if (sent < cwnd)
			assert_true(recovery_turn_ms(&r) > now_ms);
		if (sent < cwnd)
			now_ms = recovery_turn_ms(&r);
	}
	assert_int_equal(sent, cwnd);
	assert_int_equal(most, cwnd / 4);
	assert_true(turns >= 6 && now_ms - start_ms >= 7);
	assert_true(now_ms - start_ms <= 10);
	assert_true(recovery_turn_ms(&r) == NEVER_MS);
	/* Nor are they where a round trip is shorter than timers can tell. */
	ack_all(now_ms + 20);
	r.srtt_us = 1000;
	for (sent = 0; recovery_may_send(&r, now_ms + 20); sent++)
		send_one(now_ms + 20);
	assert_true(sent >= cwnd / 4);
}

static void
the_window_keeps_its_bounds(void **state)
{
	(void)state;
	r.skip_at = UINT64_MAX;
	int64_t now_ms = 1000;
	for (int i = 0; i < 10; i++) {
		fill_window(now_ms);
		now_ms += 20;
		ack_all(now_ms);
	}
	assert_int_equal(r.cwnd, DGRAM_CWND_MAX);
	for (int i = 0; i < 20; i++) {
		for (int j = 0; j < 4; j++)
			send_one(now_ms);
		now_ms += 20;
		assert_int_equal(ack(now_ms, newest(), 0), 0);
		take(RECOVERY_LOST);
		now_ms += 20;
		recovery_tick(&r, now_ms);
		take(RECOVERY_LOST);
	}
	assert_int_equal(r.cwnd, DGRAM_CWND_MIN);
}

static void
a_window_that_was_not_used_stays(void **state)
{
	(void)state;
	r.skip_at = UINT64_MAX;
	for (int i = 0; i < 100; i++) {
		send_one(1000 + i);
		assert_int_equal(ack(1001 + i, newest(), 0), 0);
		take(RECOVERY_ACKED);
	}
	assert_int_equal(r.cwnd, DGRAM_CWND_FIRST);
}

static void
two_timeouts_shut_the_window(void **state)
{
	(void)state;
	fill_window(1000);
	assert_int_equal(recovery_tick(&r, 1500), 0);
	assert_int_equal(r.cwnd, DGRAM_CWND_FIRST);
	assert_int_equal(recovery_tick(&r, 2500), 0);
	assert_int_equal(r.cwnd, DGRAM_CWND_MIN);
}

static void
probes_are_bounded_as_well(void **state)
{
	(void)state;
	int64_t now_ms = 1000;
	for (int i = 0; i < 1000; i++) {
		fill_window(now_ms);
		now_ms = recovery_deadline(&r);
		r.progress_ms = now_ms;
		assert_int_equal(recovery_tick(&r, now_ms), 0);
		assert_true(r.count <= RECOVERY_SENT_MAX);
	}
	assert_false(recovery_may_send(&r, now_ms));
	assert_false(recovery_may_ping(&r));
}

static void
what_was_never_sent_cannot_be_acknowledged(void **state)
{
	(void)state;
	assert_int_equal(ack(1000, 0, 0), ERR_FORMAT);
	send_one(1000);
	send_one(1000);
	assert_int_equal(ack(1000, 2, 0), ERR_FORMAT);
	assert_int_equal(ack(1000, UINT64_MAX, 0), ERR_FORMAT);
	assert_int_equal(ack(1000, 1, 2), ERR_FORMAT);
	assert_int_equal(ack(1000, 0, 1), ERR_FORMAT);
	assert_int_equal(ack(1000, 1, 1), 0);
	take(RECOVERY_ACKED);
	while (!r.has_skipped)
		recovery_number(&r, &rng);
	assert_int_equal(ack(1000, r.skipped, 0), ERR_FORMAT);
	assert_int_equal(ack(1000, r.skipped + 1, 1), ERR_FORMAT);
	assert_int_equal(ack(1000, r.skipped + 1, ~UINT64_C(1)), 0);
}

static void
every_second_packet_is_acknowledged_at_once(void **state)
{
	(void)state;
	struct acks a;
	acks_init(&a);
	acks_add(&a, 1000, 0, true);
	assert_int_equal(a.due_ms, 1000 + DGRAM_ACK_DELAY_MS);
	acks_add(&a, 1010, 1, true);
	assert_int_equal(a.due_ms, 1010);
	acks_sent(&a);
	assert_int_equal(a.due_ms, NEVER_MS);
	/* One that asks for nothing gets nothing. */
	acks_add(&a, 1020, 2, false);
	assert_int_equal(a.due_ms, NEVER_MS);
	acks_add(&a, 1030, 3, true);
	acks_add(&a, 1040, 4, false);
	assert_int_equal(a.due_ms, 1030 + DGRAM_ACK_DELAY_MS);
}

static void
so_is_one_that_is_early_or_late(void **state)
{
	(void)state;
	struct acks a;
	struct frame f;
	acks_init(&a);
	acks_add(&a, 1000, 1, true);
	assert_int_equal(a.due_ms, 1000);
	acks_sent(&a);
	acks_add(&a, 1010, 0, true);
	assert_int_equal(a.due_ms, 1010);
	acks_sent(&a);
	acks_add(&a, 1020, 200, true);
	acks_add(&a, 1020, 136, true);
	acks_add(&a, 1020, 135, true);
	acks_frame(&a, 1050, &f);
	assert_int_equal(f.largest, 200);
	assert_int_equal(f.delay_ms, 30);
	assert_true(f.bits == UINT64_C(1) << 63);
}

static void
bits_of_packets_follow_the_largest(void **state)
{
	(void)state;
	struct acks a;
	struct frame f;
	uint64_t seen[3000] = { 0 };
	uint64_t largest = 0;
	acks_init(&a);
	for (unsigned i = 0; i < 3000; i++) {
		uint64_t n = i / 3 * 2 + rng_below(&rng, 90);
		acks_add(&a, 1000, n, true);
		largest = n > largest ? n : largest;
		seen[n] = 1;
		acks_frame(&a, 1000, &f);
		assert_true(f.largest == largest);
		for (unsigned j = 0; j < 64 && j < largest; j++)
			assert_true((f.bits >> j & 1) <= seen[largest - 1 - j]);
		if (n + 64 >= largest && n < largest)
			assert_true((f.bits >> (largest - 1 - n) & 1) == 1);
	}
}

static void
only_what_has_room_goes_out(void **state)
{
	(void)state;
	static uint8_t bytes[MSG_MAX];
	struct outgoing o;
	struct frame f;
	unsigned fragments = 0;
	memset(bytes, 1, sizeof(bytes));
	outgoing_init(&o);
	for (int i = 0; i < 10; i++)
		assert_int_equal(outgoing_add(&o, bytes, MSG_MAX), 0);
	while (outgoing_next(&o, &f)) {
		struct recovery_frame key = { f.message, f.index };
		assert_false(outgoing_sent(&o, &key));
		outgoing_acked(&o, &key);
		fragments++;
	}
	/* The first, and as many others as fit. */
	assert_int_equal(fragments / FRAGMENTS_MAX,
	    1 + DGRAM_AHEAD_BYTES / (FRAGMENTS_MAX * FRAGMENT_DATA_MAX));
	assert_true(outgoing_is_blocked(&o));
	/* Pulled: one more. */
	assert_int_equal(outgoing_window(&o, FIRST_WINDOW), 0);
	assert_true(outgoing_is_blocked(&o));
	assert_int_equal(outgoing_window(&o, FIRST_WINDOW + 1), 0);
	assert_true(outgoing_next(&o, &f));
	assert_int_equal(f.message, 3);
	/* An older window changes nothing; one that takes what was never
	 * sent, or starts before the first, is a lie. */
	assert_int_equal(outgoing_window(&o, FIRST_WINDOW), 0);
	assert_int_equal(outgoing_window(&o, FIRST_WINDOW - 1), ERR_FORMAT);
	assert_int_equal(outgoing_window(&o, FIRST_WINDOW + 4), ERR_FORMAT);
	outgoing_clear(&o);
	assert_int_equal(o.bytes, 0);
}

static void
the_queue_has_an_end(void **state)
{
	(void)state;
	static const uint8_t byte = 1;
	struct outgoing o;
	unsigned n = 0;
	outgoing_init(&o);
	while (outgoing_add(&o, &byte, 1) == 0)
		n++;
	/* Small messages pay for what is kept about them. */
	assert_true(n > 1000 && n < DGRAM_QUEUE_MAX / 32);
	assert_true(o.cap * sizeof(*o.items) <= 2 * DGRAM_QUEUE_MAX);
	outgoing_clear(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    no_number_is_given_twice_and_some_never, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    the_round_trip_leaves_out_the_delay, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    an_acknowledgement_seen_before_measures_nothing, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    three_newer_ones_prove_a_loss, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    so_does_time_once_a_newer_one_arrived, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_timeout_doubles_and_loses_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    any_acknowledgement_is_progress, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    the_window_doubles_until_a_loss_and_then_creeps, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    lone_losses_shut_no_window, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_lone_loss_behind_a_longer_round_trip_is_congestion, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    a_path_may_become_longer, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_arrives_excuses_a_few_losses, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    packets_are_spread_over_the_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    the_window_keeps_its_bounds, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_window_that_was_not_used_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    two_timeouts_shut_the_window, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    probes_are_bounded_as_well, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_was_never_sent_cannot_be_acknowledged, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    every_second_packet_is_acknowledged_at_once, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    so_is_one_that_is_early_or_late, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    bits_of_packets_follow_the_largest, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    only_what_has_room_goes_out, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    the_queue_has_an_end, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
