/* SPDX-License-Identifier: MIT */
/* When whoever receives is woken for much at once. */
#include "app/mover_gather.h"

#include "base/now.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { START_MS = 1000000, PACKET = 64 * 1024 };
static const uint64_t LOTS = (uint64_t)1 << 30;

/* Packets, each so much later than the one before. */
static int64_t
feed(struct gather *g, int64_t now_ms, unsigned packets, int64_t apart_ms)
{
	for (unsigned i = 0; i < packets; i++) {
		now_ms += apart_ms;
		gather_took(g, now_ms, PACKET, LOTS);
	}
	return now_ms;
}

static void
what_comes_quickly_is_gathered(void **state)
{
	struct gather g = { .on = false };

	(void)state;
	assert_true(gather_deadline(&g) == NEVER_MS);
	/* The first only tell where the clock stands. */
	(void)feed(&g, START_MS, 4, 1);
	assert_false(g.on);
	(void)feed(&g, START_MS + 4, 3, 1);
	assert_false(g.on);
	(void)feed(&g, START_MS + 7, 1, 1);
	assert_true(g.on);
	assert_true(gather_deadline(&g) == START_MS + 8 + GATHER_MS);
}

static void
what_comes_slowly_is_told_at_once(void **state)
{
	struct gather g = { .on = false };

	(void)state;
	(void)feed(&g, START_MS, 1000, 2);
	assert_false(g.on);
}

static void
what_becomes_slow_is_told_at_once_again(void **state)
{
	struct gather g = { .on = false };
	int64_t now_ms = feed(&g, START_MS, 8, 1);

	(void)state;
	assert_true(g.on);
	(void)feed(&g, now_ms, 4, 2);
	assert_false(g.on);
}

static void
the_end_is_not_waited_for(void **state)
{
	struct gather g = { .on = false };
	int64_t now_ms = feed(&g, START_MS, 8, 1);

	(void)state;
	gather_took(&g, now_ms, 1, 2 * GATHER_BYTES);
	assert_true(g.on);
	gather_took(&g, now_ms, 1, 2 * GATHER_BYTES - 1);
	assert_false(g.on);
	(void)feed(&g, now_ms, 3, 0);
	gather_took(&g, now_ms, PACKET, 2 * GATHER_BYTES - 1);
	assert_false(g.on);
}

static void
what_came_is_not_kept_back_for_long(void **state)
{
	struct gather g = { .on = false };
	int64_t now_ms = feed(&g, START_MS, 8, 1);

	(void)state;
	assert_false(gather_over(&g, now_ms + GATHER_MS - 1));
	assert_true(g.on);
	assert_true(gather_over(&g, now_ms + GATHER_MS));
	assert_false(g.on);
	assert_false(gather_over(&g, now_ms + 2 * GATHER_MS));
	/* What is read then does not begin it again by itself. */
	gather_took(&g, now_ms + GATHER_MS, PACKET, LOTS);
	assert_false(g.on);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_quickly_is_gathered),
		cmocka_unit_test(what_comes_slowly_is_told_at_once),
		cmocka_unit_test(what_becomes_slow_is_told_at_once_again),
		cmocka_unit_test(the_end_is_not_waited_for),
		cmocka_unit_test(what_came_is_not_kept_back_for_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
