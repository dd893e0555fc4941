/* SPDX-License-Identifier: MIT */
#include "base/rd.h"
#include "base/wr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t written[] = {
	0x01,
	0x02,
	0x03,
	0xf4,
	0x05,
	0x06,
	0x07,
	0xf8,
	0x09,
	0x0a,
	0x0b,
	0x0c,
	0x0d,
	0x0e,
	0x0f,
	'a',
	'b',
	0,
	0,
};

static void
write_all(struct wr *w)
{
	wr_u8(w, 0x01);
	wr_u16(w, 0x0203);
	wr_u32(w, 0xf4050607);
	wr_u64(w, 0xf8090a0b0c0d0e0f);
	wr_bytes(w, "ab", 2);
	wr_zeros(w, 2);
}

static void
integers_are_big_endian(void **state)
{
	uint8_t out[sizeof(written)];
	struct wr w = wr_to(out, sizeof(out));

	(void)state;
	memset(out, 0xee, sizeof(out));
	write_all(&w);
	assert_false(w.failed);
	assert_int_equal(w.size, sizeof(written));
	assert_memory_equal(out, written, sizeof(written));
}

static void
reading_gives_back_what_was_written(void **state)
{
	struct rd r = rd_of(written, sizeof(written));
	char ab[2];

	(void)state;
	assert_int_equal(rd_u8(&r), 0x01);
	assert_int_equal(rd_u16(&r), 0x0203);
	assert_int_equal(rd_u32(&r), 0xf4050607);
	assert_true(rd_u64(&r) == 0xf8090a0b0c0d0e0f);
	rd_copy(&r, ab, 2);
	assert_memory_equal(ab, "ab", 2);
	assert_false(rd_done(&r));
	assert_ptr_equal(rd_span(&r, 2), written + 17);
	assert_true(rd_done(&r));
}

static void
writing_past_the_end_sticks_and_writes_nothing_behind(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < sizeof(written); cap++) {
		uint8_t *out = malloc(cap + 1);
		struct wr w = wr_to(out, cap);
		out[cap] = 0x77;
		write_all(&w);
		assert_true(w.failed);
		assert_true(w.size <= cap);
		assert_int_equal(out[cap], 0x77);
		wr_u8(&w, 1);
		assert_true(w.failed);
		free(out);
	}
}

static void
reading_past_the_end_sticks_and_gives_zero(void **state)
{
	uint8_t out[4] = { 1, 1, 1, 1 };

	(void)state;
	for (size_t n = 0; n < 8; n++) {
		struct rd r = rd_of(written, n);
		assert_true(rd_u64(&r) == 0);
		assert_true(r.failed);
		assert_int_equal(rd_u8(&r), 0);
		assert_null(rd_span(&r, 0));
		assert_false(rd_done(&r));
	}
	struct rd r = rd_of(written, 3);
	rd_copy(&r, out, 4);
	assert_memory_equal(out, "\0\0\0\0", 4);
	assert_true(r.failed);
}

static void
huge_sizes_do_not_wrap(void **state)
{
	uint8_t out[4];
	struct rd r = rd_of(written, 4);
	struct wr w = wr_to(out, 4);

	(void)state;
	rd_u8(&r);
	assert_null(rd_span(&r, SIZE_MAX));
	assert_true(r.failed);
	wr_u8(&w, 1);
	wr_zeros(&w, SIZE_MAX);
	assert_true(w.failed);
}

static void
empty_input_is_done(void **state)
{
	struct rd r = rd_of(NULL, 0);

	(void)state;
	assert_non_null(rd_span(&r, 0));
	rd_copy(&r, NULL, 0);
	assert_true(rd_done(&r));
}

static void
patch_only_what_was_written(void **state)
{
	uint8_t out[8] = { 0 };
	struct wr w = wr_to(out, sizeof(out));

	(void)state;
	wr_u32(&w, 0);
	wr_patch_u16(&w, 2, 0xabcd);
	assert_false(w.failed);
	assert_memory_equal(out, "\0\0\xab\xcd", 4);
	wr_patch_u16(&w, 3, 0xffff);
	assert_true(w.failed);
	assert_memory_equal(out, "\0\0\xab\xcd\0", 5);

	w = wr_to(out, sizeof(out));
	wr_patch_u16(&w, SIZE_MAX, 1);
	assert_true(w.failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_big_endian),
		cmocka_unit_test(reading_gives_back_what_was_written),
		cmocka_unit_test(
		    writing_past_the_end_sticks_and_writes_nothing_behind),
		cmocka_unit_test(reading_past_the_end_sticks_and_gives_zero),
		cmocka_unit_test(huge_sizes_do_not_wrap),
		cmocka_unit_test(empty_input_is_done),
		cmocka_unit_test(patch_only_what_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
