/* SPDX-License-Identifier: MIT */
/*
 * When which address is dialled: doc/PROTOCOL, "Dialling".
 */
#include "proto/dial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct rng_seed seed;
static struct rng rng;
static struct now now;
static struct dial d;

static void
begin(void)
{
	rng = rng_seeded(&seed, 1);
	now = (struct now){ .mono_ms = 1000 };
	dial_init(&d);
}

/* The address that is dialled now, or -1. */
static int
next(unsigned count)
{
	struct dial_attempt a;

	if (!dial_next(&d, now, (struct dial_addrs){ .tcp = count }, &rng, &a))
		return -1;
	assert_false(a.udp);
	assert_false(a.open);
	return (int)a.index;
}

static int64_t
deadline(unsigned count)
{
	return dial_deadline(&d, (struct dial_addrs){ .tcp = count });
}

static void
ended(void)
{
	dial_ended(&d, now, &(struct dial_attempt){ .udp = false });
}

/* Goes to the deadline; how long that took. */
static int64_t
advance(unsigned count)
{
	int64_t from = now.mono_ms, at = deadline(count);

	assert_true(at != NEVER_MS);
	assert_true(at >= from);
	now.mono_ms = at;
	return at - from;
}

static void
nobody_is_dialled_unasked(void **state)
{
	(void)state;

	begin();
	assert_int_equal(next(3), -1);
	assert_int_equal(deadline(3), NEVER_MS);
	ended();
	assert_int_equal(d.tcp.active, 0);
	assert_int_equal(deadline(3), NEVER_MS);
}

static void
addresses_are_250_ms_apart_and_three_at_once(void **state)
{
	(void)state;

	begin();
	dial_want(&d, now, 0);
	assert_int_equal(next(5), 0);
	assert_int_equal(next(5), -1);
	assert_int_equal(advance(5), DIAL_APART_MS);
	assert_int_equal(next(5), 1);
	assert_int_equal(advance(5), DIAL_APART_MS);
	assert_int_equal(next(5), 2);
	/* The fourth waits until one of the three has ended. */
	assert_int_equal(deadline(5), NEVER_MS);
	now.mono_ms += 3000;
	assert_int_equal(next(5), -1);
	ended();
	assert_true(deadline(5) <= now.mono_ms);
	assert_int_equal(next(5), 3);
	assert_int_equal(d.tcp.active, DIAL_PARALLEL_MAX);
	assert_int_equal(next(5), -1);
}

static void
the_next_follows_a_failure_at_once(void **state)
{
	(void)state;

	begin();
	dial_want(&d, now, 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(next(3), i);
		now.mono_ms += 1;
		ended();
	}
	assert_int_equal(d.failed_rounds, 0);
	assert_int_equal(next(3), -1);
	assert_int_equal(d.failed_rounds, 1);
}

/* One failing round; the pause behind it. */
static int64_t
fail_round(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(next(count), (int)i);
		ended();
	}
	assert_int_equal(next(count), -1);
	int64_t pause = advance(count);
	assert_true(pause > 0);
	return pause;
}

static void
rounds_grow_apart_up_to_ten_minutes(void **state)
{
	(void)state;

	for (unsigned count = 0; count < 3; count++) {
		int64_t base = DIAL_BACKOFF_MIN_MS;
		begin();
		dial_want(&d, now, 0);
		for (unsigned i = 1; i <= 40; i++) {
			assert_in_range(
			    fail_round(count), base * 4 / 5, base * 6 / 5);
			assert_int_equal(d.failed_rounds, i);
			base = base * 2 < DIAL_BACKOFF_MAX_MS
				   ? base * 2
				   : DIAL_BACKOFF_MAX_MS;
		}
	}
}

static void
rounds_differ_at_random(void **state)
{
	(void)state;
	int64_t least = INT64_MAX, most = 0;
	begin();
	for (int i = 0; i < 500; i++) {
		dial_init(&d);
		dial_want(&d, now, 0);
		int64_t pause = fail_round(1);
		least = pause < least ? pause : least;
		most = pause > most ? pause : most;
	}
	assert_in_range(least, 4000, 4100);
	assert_in_range(most, 5900, 6000);
}

static void
wanting_again_only_brings_it_forward(void **state)
{
	(void)state;

	begin();
	dial_want(&d, now, 900);
	assert_int_equal(deadline(1), now.mono_ms + 900);
	dial_want(&d, now, 5000);
	assert_int_equal(deadline(1), now.mono_ms + 900);
	dial_want(&d, now, 100);
	assert_int_equal(advance(1), 100);
	assert_int_equal(next(1), 0);
	/* While an attempt runs its place in the list is not lost. */
	dial_want(&d, now, 0);
	assert_int_equal(next(1), -1);
	assert_int_equal(d.tcp.active, 1);
}

static void
somebody_who_returns_is_dialled_before_the_round(void **state)
{
	(void)state;

	begin();
	dial_want(&d, now, 0);
	fail_round(1);
	int64_t from = now.mono_ms;
	assert_int_equal(next(1), 0);
	ended();
	assert_int_equal(next(1), -1);
	now.mono_ms += 10;
	dial_want(&d, now, 50);
	assert_int_equal(advance(1), 50);
	assert_int_equal(now.mono_ms, from + 60);
	assert_int_equal(next(1), 0);
}

static void
done_forgets_all_but_what_still_runs(void **state)
{
	(void)state;

	begin();
	dial_want(&d, now, 0);
	assert_int_equal(next(4), 0);
	advance(4);
	assert_int_equal(next(4), 1);
	dial_done(&d);
	assert_int_equal(next(4), -1);
	assert_int_equal(deadline(4), NEVER_MS);
	assert_int_equal(d.tcp.active, 2);
	/* Wanted again: from the first address, and the two still count. */
	dial_want(&d, now, 0);
	assert_int_equal(next(4), 0);
	now.mono_ms += DIAL_APART_MS;
	assert_int_equal(next(4), -1);
	assert_int_equal(deadline(4), NEVER_MS);
	for (int i = 0; i < 3; i++)
		ended();
	assert_int_equal(d.tcp.active, 0);
	ended();
	assert_int_equal(d.tcp.active, 0);
}

static void
addresses_that_vanish_end_the_round(void **state)
{
	(void)state;

	begin();
	dial_want(&d, now, 0);
	assert_int_equal(next(3), 0);
	advance(3);
	assert_int_equal(next(0), -1);
	assert_int_equal(deadline(0), NEVER_MS);
	ended();
	assert_int_equal(next(0), -1);
	assert_int_equal(d.failed_rounds, 1);
	assert_true(deadline(0) > now.mono_ms);
}

/* Anything in any order, and a clock that leaps: never more than three at a
 * time, never a deadline that does nothing again and again. */
static void
no_order_of_calls_makes_it_spin(void **state)
{
	(void)state;
	unsigned dialled = 0;
	begin();
	for (unsigned i = 0; i < 200000; i++) {
		unsigned count = rng_below(&rng, 5);
		switch (rng_below(&rng, 6)) {
		case 0:
			dial_want(&d, now, rng_below(&rng, 10000));
			break;
		case 1:
			if (rng_below(&rng, 20) == 0)
				dial_done(&d);
			break;
		case 2:
			ended();
			break;
		case 3:
			now.mono_ms += rng_below(&rng, 20) == 0
					   ? 3600000
					   : rng_below(&rng, 400);
			break;
		default:
			if (deadline(count) <= now.mono_ms) {
				unsigned active = d.tcp.active;
				while (next(count) >= 0)
					dialled++;
				assert_true(d.tcp.active >= active);
				assert_true(deadline(count) > now.mono_ms);
			}
		}
		assert_true(d.tcp.active <= DIAL_PARALLEL_MAX);
	}
	assert_true(dialled > 1000);
}

/* The attempt that begins now, as "t0", "u1" or "". */
static const char *
step(unsigned tcp, unsigned udp)
{
	static char text[4];
	struct dial_attempt a;
	struct dial_addrs addrs = { .tcp = tcp, .udp = udp };

	text[0] = '\0';
	if (dial_next(&d, now, addrs, &rng, &a)) {
		text[0] = a.udp ? 'u' : 't';
		text[1] = (char)('0' + a.index);
		text[2] = '\0';
	}
	return text;
}

static int64_t
due_in(unsigned tcp, unsigned udp)
{
	struct dial_addrs addrs = { .tcp = tcp, .udp = udp };

	return dial_deadline(&d, addrs) - now.mono_ms;
}

static void
ended_as(bool udp, bool open)
{
	struct dial_attempt a = { .udp = udp, .open = open };

	dial_ended(&d, now, &a);
}

static void
udp_waits_a_second_for_tcp(void **state)
{
	(void)state;
	begin();
	dial_want(&d, now, 300);
	now.mono_ms += 300;
	assert_string_equal(step(1, 2), "t0");
	assert_int_equal(due_in(1, 2), DIAL_UDP_MS);
	now.mono_ms += DIAL_UDP_MS - 1;
	assert_string_equal(step(1, 2), "");
	now.mono_ms += 1;
	assert_string_equal(step(1, 2), "u0");
	now.mono_ms += DIAL_APART_MS;
	assert_string_equal(step(1, 2), "u1");
	/* The round goes on until both have failed. */
	ended_as(true, false);
	ended_as(true, false);
	assert_string_equal(step(1, 2), "");
	assert_int_equal(d.failed_rounds, 0);
	ended_as(false, false);
	assert_string_equal(step(1, 2), "");
	assert_int_equal(d.failed_rounds, 1);
	/* And the second of the next round counts from its own beginning. */
	now.mono_ms += due_in(1, 2);
	assert_string_equal(step(1, 2), "t0");
	assert_int_equal(due_in(1, 2), DIAL_UDP_MS);
}

static void
udp_follows_at_once_when_tcp_failed(void **state)
{
	(void)state;
	begin();
	dial_want(&d, now, 0);
	assert_string_equal(step(2, 1), "t0");
	ended_as(false, false);
	assert_string_equal(step(2, 1), "t1");
	now.mono_ms += 20;
	ended_as(false, false);
	assert_string_equal(step(2, 1), "u0");
	/* Without anything over TCP there is nothing to wait for. */
	begin();
	dial_want(&d, now, 0);
	assert_string_equal(step(0, 1), "u0");
}

static void
udp_waits_for_a_handshake_over_tcp(void **state)
{
	(void)state;
	begin();
	dial_want(&d, now, 0);
	assert_string_equal(step(1, 1), "t0");
	dial_opened(&d);
	now.mono_ms += 4000;
	assert_string_equal(step(1, 1), "");
	assert_true(due_in(1, 1) > INT64_C(1) << 40);
	/* It came to nothing. */
	ended_as(false, true);
	assert_string_equal(step(1, 1), "u0");
	/* No more can be open than are under way. */
	dial_opened(&d);
	assert_int_equal(d.open, 0);
}

static void
dead_addresses_over_tcp_do_not_block_udp(void **state)
{
	(void)state;
	begin();
	dial_want(&d, now, 0);
	for (int i = 0; i < DIAL_PARALLEL_MAX; i++) {
		assert_int_equal(step(8, 8)[0], 't');
		now.mono_ms += DIAL_APART_MS;
	}
	now.mono_ms += due_in(8, 8);
	for (int i = 0; i < DIAL_PARALLEL_MAX; i++) {
		assert_int_equal(step(8, 8)[0], 'u');
		now.mono_ms += DIAL_APART_MS;
	}
	assert_string_equal(step(8, 8), "");
	ended_as(false, false);
	assert_string_equal(step(8, 8), "t3");
	ended_as(true, false);
	assert_string_equal(step(8, 8), "u3");
}

static void
no_order_of_calls_makes_two_kinds_spin(void **state)
{
	(void)state;
	unsigned begun[2] = { 0 };
	begin();
	for (unsigned i = 0; i < 200000; i++) {
		unsigned tcp = rng_below(&rng, 4), udp = rng_below(&rng, 4);
		const char *what;
		switch (rng_below(&rng, 6)) {
		case 0:
			dial_want(&d, now, rng_below(&rng, 10000));
			break;
		case 1:
			if (rng_below(&rng, 20) == 0)
				dial_done(&d);
			else
				dial_opened(&d);
			break;
		case 2:
			ended_as(rng_below(&rng, 2) == 0, d.open > 0);
			break;
		case 3:
			now.mono_ms += rng_below(&rng, 400);
			break;
		default:
			if (due_in(tcp, udp) > 0)
				break;
			while (*(what = step(tcp, udp)) != '\0')
				begun[*what == 'u']++;
			assert_true(due_in(tcp, udp) > 0);
		}
		assert_true(d.tcp.active <= DIAL_PARALLEL_MAX);
		assert_true(d.udp.active <= DIAL_PARALLEL_MAX);
		assert_true(d.open <= DIAL_PARALLEL_MAX);
	}
	assert_true(begun[0] > 1000);
	assert_true(begun[1] > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_dialled_unasked),
		cmocka_unit_test(addresses_are_250_ms_apart_and_three_at_once),
		cmocka_unit_test(the_next_follows_a_failure_at_once),
		cmocka_unit_test(rounds_grow_apart_up_to_ten_minutes),
		cmocka_unit_test(rounds_differ_at_random),
		cmocka_unit_test(wanting_again_only_brings_it_forward),
		cmocka_unit_test(
		    somebody_who_returns_is_dialled_before_the_round),
		cmocka_unit_test(done_forgets_all_but_what_still_runs),
		cmocka_unit_test(addresses_that_vanish_end_the_round),
		cmocka_unit_test(no_order_of_calls_makes_it_spin),
		cmocka_unit_test(udp_waits_a_second_for_tcp),
		cmocka_unit_test(udp_follows_at_once_when_tcp_failed),
		cmocka_unit_test(udp_waits_for_a_handshake_over_tcp),
		cmocka_unit_test(dead_addresses_over_tcp_do_not_block_udp),
		cmocka_unit_test(no_order_of_calls_makes_two_kinds_spin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
