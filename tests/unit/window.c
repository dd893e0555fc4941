/* SPDX-License-Identifier: MIT */
#include "proto/window.h"

#include "crypto/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define END WINDOW_COUNTER_END

enum {
	W = DGRAM_WINDOW_BITS,
	RANDOM_COUNTERS = 1000000,
	RANDOM_REACH = 6000, /* before and after the window alike */
};

static bool
receive(struct window *w, uint64_t counter)
{
	bool fresh = window_check(w, counter);

	if (fresh)
		window_mark(w, counter);
	return fresh;
}

/* One after the other into one window; the numbers a reader would get. */
static const struct step {
	uint64_t counter;
	bool fresh;
} steps[] = {
	/* From nothing, and the first twice. */
	{ 0, true },
	{ 0, false },
	{ 1, true },
	{ 1, false },
	{ 0, false },
	/* A gap, filled backwards. */
	{ 9, true },
	{ 8, true },
	{ 7, true },
	{ 7, false },
	{ 9, false },
	{ 2, true },
	{ 8, false },
	/* Ends of words. */
	{ 63, true },
	{ 64, true },
	{ 65, true },
	{ 127, true },
	{ 63, false },
	{ 64, false },
	{ 128, true },
	{ 126, true },
	/* The window is full to its last bit: 3 is its oldest. */
	{ W + 2, true },
	{ 3, true },
	{ 3, false },
	{ 2, false },
	{ 1, false },
	{ W + 2, false },
	/* One further, and the oldest falls out. */
	{ W + 3, true },
	{ 3, false },
	{ 4, true },
	{ 9, false },
	{ 10, true },
	/* Same places in the ring, one round later. */
	{ W + 9, true },
	{ W + 10, true },
	{ 10, false },
	{ 11, true },
	{ W + 63, true },
	{ W + 64, true },
	{ 64, false },
	{ 65, false },
	/* Far ahead: all before is gone, the new window is empty. */
	{ 10 * W, true },
	{ 10 * W, false },
	{ 9 * W, false },
	{ 9 * W + 1, true },
	{ 9 * W + 1, false },
	{ 10 * W - 1, true },
	{ W + 65, false },
	/* Exactly one window ahead of the newest. */
	{ 11 * W, true },
	{ 10 * W, false },
	{ 10 * W + 1, true },
};

static void
t14_table_of_replays_49(void **state)
{
	(void)state;
	struct window w = { 0 };
	size_t count = sizeof(steps) / sizeof(steps[0]);

	assert_int_equal(count, 49);
	for (size_t i = 0; i < count; i++) {
		/* Asking changes nothing. */
		assert_int_equal(
		    window_check(&w, steps[i].counter), steps[i].fresh);
		assert_int_equal(receive(&w, steps[i].counter), steps[i].fresh);
	}
}

/* Random counters around a newest that moves, against a list of all seen. */
static void
t14_random_counters_1m(void **state)
{
	(void)state;
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 14);
	struct window w = { 0 };
	bool *seen = calloc(RANDOM_COUNTERS + 2 * RANDOM_REACH, 1);
	uint64_t newest = 0;
	unsigned fresh = 0, twice = 0, old = 0;

	assert_non_null(seen);
	for (unsigned i = 0; i < RANDOM_COUNTERS; i++) {
		uint64_t c = i / 4 + rng_below(&rng, RANDOM_REACH);
		bool is_old = c + W <= newest;
		assert_int_equal(receive(&w, c), !is_old && !seen[c]);
		old += is_old;
		twice += !is_old && seen[c];
		fresh += !is_old && !seen[c];
		seen[c] = true;
		newest = c > newest ? c : newest;
	}
	free(seen);
	assert_true(fresh > 100000 && twice > 100000 && old > 100000);
	assert_int_equal(fresh + twice + old, RANDOM_COUNTERS);
}

/* Bursts with jumps: also jumps by more than the window, at any remainder. */
static void
jumps_leave_nothing_behind(void **state)
{
	(void)state;
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 15);

	for (unsigned i = 0; i < 2000; i++) {
		struct window w = { 0 };
		uint64_t from = rng_below(&rng, 5000);
		uint64_t to = from + 1 + rng_below(&rng, 2 * W);
		uint64_t first = to < W ? 0 : to - W + 1;
		for (uint64_t c = from < W ? 0 : from - W + 1; c <= from; c++)
			window_mark(&w, c);
		window_mark(&w, to);
		for (uint64_t c = first; c < to; c++)
			assert_int_equal(window_check(&w, c), c > from);
	}
}

static void
t15_counter_boundaries_5(void **state)
{
	(void)state;
	static const uint64_t beyond[] = { END, END + 1, UINT64_C(1) << 63,
		UINT64_MAX - 1, UINT64_MAX };
	struct window w = { 0 };

	assert_true(receive(&w, 5));
	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
		assert_false(receive(&w, beyond[i]));
	/* They have moved nothing. */
	assert_true(receive(&w, 4));
	assert_true(receive(&w, END - 1));
	assert_false(receive(&w, END - 1));
	assert_true(receive(&w, END - W));
	assert_false(receive(&w, END - W - 1));
	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
		assert_false(receive(&w, beyond[i]));
	/* No way around the end. */
	for (uint64_t c = 0; c < 2 * W; c++)
		assert_false(window_check(&w, c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t14_table_of_replays_49),
		cmocka_unit_test(t14_random_counters_1m),
		cmocka_unit_test(jumps_leave_nothing_behind),
		cmocka_unit_test(t15_counter_boundaries_5),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
