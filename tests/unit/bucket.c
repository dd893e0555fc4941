/* SPDX-License-Identifier: MIT */
#include "base/bucket.h"
#include "base/now.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static unsigned
take_all(struct bucket *b, int64_t now_ms)
{
	unsigned taken = 0;

	while (taken < 1000 && bucket_take(b, now_ms))
		taken++;
	return taken;
}

static void
starts_full_and_refills_to_the_burst(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, 200, 3, 1000); /* one each 5 s */
	assert_int_equal(take_all(&b, 1000), 3);
	assert_int_equal(take_all(&b, 5999), 0);
	assert_int_equal(take_all(&b, 6000), 1);
	assert_int_equal(take_all(&b, 15999), 1);
	assert_int_equal(take_all(&b, 16000), 1);
	assert_int_equal(take_all(&b, 1000000), 3);
}

/* Asked every millisecond, a bucket gives what it should, and no more. */
static void
asking_often_rounds_nothing_away(void **state)
{
	static const uint32_t rates[] = { 1, 7, 33, 200, 999, 1000, 1001,
		33333 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct bucket b;
		unsigned taken = 0;
		bucket_init(&b, rates[i], 2, 0);
		assert_int_equal(take_all(&b, 0), 2);
		for (int64_t now_ms = 1; now_ms <= 1000000; now_ms++)
			taken += bucket_take(&b, now_ms);
		assert_true(taken <= rates[i]);
		/* A thousandth at most, and the last one may be late. */
		assert_true(taken + 1 >= rates[i] - rates[i] / 1000);
	}
}

static void
many_at_once_or_none(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, 1000000, 64, 0); /* one each ms */
	assert_false(bucket_take_n(&b, 65, 0));
	assert_true(bucket_take_n(&b, 60, 0));
	assert_false(bucket_take_n(&b, 5, 0));
	assert_true(bucket_take_n(&b, 0, 0));
	assert_true(bucket_take_n(&b, 4, 0));
	assert_false(bucket_take_n(&b, 10, 9));
	assert_true(bucket_take_n(&b, 10, 10));
	assert_false(bucket_take_n(&b, UINT32_MAX, 1000000));
}

static void
ready_is_when_a_token_is_there_and_not_before(void **state)
{
	static const uint32_t rates[] = { 1, 3, 200, 1000, 999999, 1000000,
		UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct bucket b;
		int64_t now_ms = -5000;
		bucket_init(&b, rates[i], 2, now_ms);
		assert_true(bucket_ready_ms(&b, now_ms) == now_ms);
		for (int round = 0; round < 20; round++) {
			now_ms += round * 13;
			take_all(&b, now_ms);
			int64_t ready_ms = bucket_ready_ms(&b, now_ms);
			assert_true(ready_ms >= now_ms);
			if (ready_ms > now_ms)
				assert_false(bucket_take(&b, ready_ms - 1));
			assert_true(bucket_take(&b, ready_ms));
			now_ms = ready_ms;
		}
	}
}

static void
clock_set_back_neither_grants_nor_blocks(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, 200, 3, 1000000000);
	assert_int_equal(take_all(&b, 1000000000), 3);
	assert_int_equal(take_all(&b, 0), 0);
	assert_true(bucket_ready_ms(&b, 0) == 5000);
	assert_int_equal(take_all(&b, 4999), 0);
	assert_int_equal(take_all(&b, 5000), 1);
}

static void
any_jump_of_the_clock_stays_within_the_burst(void **state)
{
	static const int64_t times[] = { 0, INT64_MAX, INT64_MIN, -1, 1,
		INT64_MAX - 1, INT64_MIN + 1, 1000 };
	static const uint32_t values[] = { 0, 1, 200, 1000000, UINT32_MAX };
	const size_t count = sizeof(values) / sizeof(values[0]);
	const size_t jumps = sizeof(times) / sizeof(times[0]);

	(void)state;
	for (size_t i = 0; i < count * count; i++) {
		uint32_t burst = values[i % count];
		struct bucket b;
		bucket_init(&b, values[i / count], burst, 0);
		for (size_t t = 0; t < jumps * jumps; t++) {
			int64_t now_ms = times[t % 2 ? t / jumps : t % jumps];
			bool one = bucket_take(&b, now_ms);
			bool all = bucket_take_n(&b, burst, now_ms);
			assert_false(burst == 0 && one);
			assert_false(one && all && burst > 0);
			assert_in_range((uint64_t)b.milli_tokens, 0,
			    (uint64_t)burst * 1000);
			assert_true(bucket_ready_ms(&b, now_ms) >= now_ms);
		}
	}
}

static void
without_a_rate_only_the_burst(void **state)
{
	struct bucket b;

	(void)state;
	bucket_init(&b, 0, 2, 0);
	assert_int_equal(take_all(&b, 0), 2);
	assert_int_equal(take_all(&b, INT64_MAX), 0);
	assert_true(bucket_ready_ms(&b, 0) == NEVER_MS);
	bucket_init(&b, 1000, 0, 0);
	assert_int_equal(take_all(&b, INT64_MAX), 0);
	assert_true(bucket_ready_ms(&b, 0) == NEVER_MS);
	assert_true(earlier_ms(NEVER_MS, 3) == 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_full_and_refills_to_the_burst),
		cmocka_unit_test(asking_often_rounds_nothing_away),
		cmocka_unit_test(many_at_once_or_none),
		cmocka_unit_test(ready_is_when_a_token_is_there_and_not_before),
		cmocka_unit_test(clock_set_back_neither_grants_nor_blocks),
		cmocka_unit_test(any_jump_of_the_clock_stays_within_the_burst),
		cmocka_unit_test(without_a_rate_only_the_burst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
