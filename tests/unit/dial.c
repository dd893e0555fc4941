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
	unsigned index;

	return dial_next(&d, now, count, &rng, &index) ? (int)index : -1;
}

/* Goes to the deadline; how long that took. */
static int64_t
advance(unsigned count)
{
	int64_t from = now.mono_ms, at = dial_deadline(&d, count);

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
	assert_int_equal(dial_deadline(&d, 3), NEVER_MS);
	dial_ended(&d, now);
	assert_int_equal(d.active, 0);
	assert_int_equal(dial_deadline(&d, 3), NEVER_MS);
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
	assert_int_equal(dial_deadline(&d, 5), NEVER_MS);
	now.mono_ms += 3000;
	assert_int_equal(next(5), -1);
	dial_ended(&d, now);
	assert_true(dial_deadline(&d, 5) <= now.mono_ms);
	assert_int_equal(next(5), 3);
	assert_int_equal(d.active, DIAL_PARALLEL_MAX);
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
		dial_ended(&d, now);
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
		dial_ended(&d, now);
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
	assert_int_equal(dial_deadline(&d, 1), now.mono_ms + 900);
	dial_want(&d, now, 5000);
	assert_int_equal(dial_deadline(&d, 1), now.mono_ms + 900);
	dial_want(&d, now, 100);
	assert_int_equal(advance(1), 100);
	assert_int_equal(next(1), 0);
	/* While an attempt runs its place in the list is not lost. */
	dial_want(&d, now, 0);
	assert_int_equal(next(1), -1);
	assert_int_equal(d.active, 1);
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
	dial_ended(&d, now);
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
	assert_int_equal(dial_deadline(&d, 4), NEVER_MS);
	assert_int_equal(d.active, 2);
	/* Wanted again: from the first address, and the two still count. */
	dial_want(&d, now, 0);
	assert_int_equal(next(4), 0);
	now.mono_ms += DIAL_APART_MS;
	assert_int_equal(next(4), -1);
	assert_int_equal(dial_deadline(&d, 4), NEVER_MS);
	for (int i = 0; i < 3; i++)
		dial_ended(&d, now);
	assert_int_equal(d.active, 0);
	dial_ended(&d, now);
	assert_int_equal(d.active, 0);
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
	assert_int_equal(dial_deadline(&d, 0), NEVER_MS);
	dial_ended(&d, now);
	assert_int_equal(next(0), -1);
	assert_int_equal(d.failed_rounds, 1);
	assert_true(dial_deadline(&d, 0) > now.mono_ms);
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
			dial_ended(&d, now);
			break;
		case 3:
			now.mono_ms += rng_below(&rng, 20) == 0
					   ? 3600000
					   : rng_below(&rng, 400);
			break;
		default:
			if (dial_deadline(&d, count) <= now.mono_ms) {
				unsigned active = d.active;
				while (next(count) >= 0)
					dialled++;
				assert_true(d.active >= active);
				assert_true(
				    dial_deadline(&d, count) > now.mono_ms);
			}
		}
		assert_true(d.active <= DIAL_PARALLEL_MAX);
	}
	assert_true(dialled > 1000);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
