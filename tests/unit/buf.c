/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
append_then_consume_is_a_queue(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	assert_null(buf_data(&b));
	assert_int_equal(buf_size(&b), 0);
	assert_int_equal(buf_append(&b, "hello ", 6), 0);
	assert_int_equal(buf_append(&b, "world", 5), 0);
	buf_consume(&b, 6);
	assert_int_equal(buf_size(&b), 5);
	assert_memory_equal(buf_data(&b), "world", 5);
	buf_clear(&b);
	assert_int_equal(buf_size(&b), 0);
	assert_int_equal(b.max, 100);
}

static void
maximum_is_exact_and_refusal_changes_nothing(void **state)
{
	static const uint8_t byte[] = { 1, 2, 3, 4, 5, 6, 7 };

	(void)state;
	for (size_t max = 0; max <= 300; max++) {
		struct buf b;
		size_t live = 0;
		buf_init(&b, max);
		while (live + sizeof(byte) <= max) {
			assert_int_equal(buf_append(&b, byte, sizeof(byte)), 0);
			live += sizeof(byte);
		}
		assert_int_equal(buf_append(&b, byte, sizeof(byte)), ERR_LIMIT);
		assert_null(buf_reserve(&b, max - live + 1));
		assert_null(buf_reserve(&b, SIZE_MAX));
		assert_int_equal(buf_size(&b), live);
		if (max > live)
			assert_non_null(buf_reserve(&b, max - live));
		buf_clear(&b);
	}
}

static void
nothing_may_be_appended(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	assert_int_equal(buf_append(&b, NULL, 0), 0);
	assert_int_equal(buf_append(&b, "x", 1), ERR_LIMIT);
	buf_consume(&b, 0);
	buf_clear(&b);
}

static void
reserve_commits_what_was_filled(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 64);
	memcpy(buf_reserve(&b, 10), "abc", 3);
	buf_commit(&b, 3);
	assert_int_equal(buf_size(&b), 3);
	buf_commit(&b, 0);
	assert_memory_equal(buf_data(&b), "abc", 3);
	buf_clear(&b);
}

/* A reference queue beside it: what goes in comes out, in order, whatever the
 * sizes, and the storage never passes the maximum. */
static void
long_stream_through_a_small_buffer(void **state)
{
	struct buf b;
	uint8_t in = 0, out = 0;
	size_t moved = 0;

	(void)state;
	buf_init(&b, 100);
	for (unsigned step = 1; moved < 1000000;
	     step = step * 1103515245 + 12345) {
		size_t n = (step >> 16) % 60;
		uint8_t *room = buf_reserve(&b, n);
		if (room != NULL) {
			for (size_t i = 0; i < n; i++)
				room[i] = in++;
			buf_commit(&b, n);
		}
		n = (step >> 8) % 60;
		n = n < buf_size(&b) ? n : buf_size(&b);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(buf_data(&b)[i], out++);
		buf_consume(&b, n);
		moved += n;
		assert_true(b.cap <= 100);
	}
	buf_clear(&b);
}

static void
wipe_leaves_an_empty_buffer_that_works(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 32);
	buf_append(&b, "secret", 6);
	buf_wipe(&b);
	assert_int_equal(buf_size(&b), 0);
	assert_null(b.data);
	assert_int_equal(buf_append(&b, "more", 4), 0);
	buf_wipe(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(append_then_consume_is_a_queue),
		cmocka_unit_test(maximum_is_exact_and_refusal_changes_nothing),
		cmocka_unit_test(nothing_may_be_appended),
		cmocka_unit_test(reserve_commits_what_was_filled),
		cmocka_unit_test(long_stream_through_a_small_buffer),
		cmocka_unit_test(wipe_leaves_an_empty_buffer_that_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
