/* SPDX-License-Identifier: MIT */
#include "wire/tlv.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Reads to the end: the number of fields, or the error. */
static int
count(const uint8_t *p, size_t n)
{
	struct tlv_reader r = tlv_read(p, n);
	struct tlv f;
	int fields = 0, more;

	while ((more = tlv_next(&r, &f)) == 1)
		fields++;
	return more < 0 ? more : fields;
}

static void
every_width_comes_back(void **state)
{
	(void)state;
	uint8_t out[128];
	struct wr w = wr_to(out, sizeof(out));
	tlv_put(&w, 0, "", 0);
	tlv_put_u8(&w, 1, 0xA1);
	tlv_put_u16(&w, 2, 0xA1B2);
	tlv_put_u32(&w, 3, 0xA1B2C3D4);
	tlv_put_u64(&w, 4, UINT64_C(0xA1B2C3D4E5F60718));
	tlv_put_i64(&w, 5, INT64_MIN);
	tlv_put(&w, 255, "xyz", 3);
	assert_false(w.failed);
	struct tlv_reader r = tlv_read(out, w.size);
	struct tlv f;
	uint8_t a = 0;
	uint16_t b = 0;
	uint32_t c = 0;
	uint64_t d = 0;
	int64_t e = 0;
	char text[3];
	assert_int_equal(tlv_next(&r, &f), 1);
	assert_int_equal(f.type, 0);
	assert_int_equal(f.size, 0);
	assert_int_equal(tlv_next(&r, &f), 1);
	assert_int_equal(tlv_get_u8(&f, &a), 0);
	assert_int_equal(a, 0xA1);
	assert_int_equal(tlv_next(&r, &f), 1);
	assert_int_equal(tlv_get_u16(&f, &b), 0);
	assert_int_equal(b, 0xA1B2);
	assert_int_equal(tlv_next(&r, &f), 1);
	assert_int_equal(tlv_get_u32(&f, &c), 0);
	assert_true(c == 0xA1B2C3D4);
	assert_int_equal(tlv_next(&r, &f), 1);
	assert_int_equal(tlv_get_u64(&f, &d), 0);
	assert_true(d == UINT64_C(0xA1B2C3D4E5F60718));
	assert_int_equal(tlv_next(&r, &f), 1);
	assert_int_equal(tlv_get_i64(&f, &e), 0);
	assert_true(e == INT64_MIN);
	assert_int_equal(tlv_next(&r, &f), 1);
	assert_int_equal(f.type, 255);
	assert_int_equal(tlv_get_bytes(&f, text, sizeof(text)), 0);
	assert_memory_equal(text, "xyz", 3);
	assert_int_equal(tlv_next(&r, &f), 0);
	assert_int_equal(tlv_next(&r, &f), 0);
}

static void
length_is_24_bits_big_endian(void **state)
{
	(void)state;
	static uint8_t out[0x10203 + TLV_HEADER_SIZE];
	struct wr w = wr_to(out, sizeof(out));
	tlv_put_pad(&w, sizeof(out));
	assert_false(w.failed);
	assert_int_equal(w.size, sizeof(out));
	assert_memory_equal(out, "\x7f\x01\x02\x03\0", 5);
	assert_int_equal(count(out, sizeof(out)), 1);
	assert_int_equal(count(out, sizeof(out) - 1), ERR_SHORT);
}

static void
order_and_repeats_are_refused(void **state)
{
	(void)state;
	int refused = 0;
	for (int a = 0; a < 256; a++) {
		for (int b = 0; b < 256; b++) {
			uint8_t in[2 * TLV_HEADER_SIZE];
			struct wr w = wr_to(in, sizeof(in));
			tlv_put(&w, (uint8_t)a, "", 0);
			tlv_put(&w, (uint8_t)b, "", 0);
			int want = b > a ? 2 : ERR_FORMAT;
			assert_int_equal(count(in, w.size), want);
			refused += want == ERR_FORMAT;
		}
	}
	assert_int_equal(refused, 256 * 257 / 2);
}

static void
truncation_is_short_but_between_fields(void **state)
{
	(void)state;
	uint8_t in[64];
	struct wr w = wr_to(in, sizeof(in));
	int clean = 0;
	tlv_put(&w, 1, "abc", 3);
	tlv_put_u64(&w, 9, 1);
	tlv_put(&w, 200, "", 0);
	for (size_t n = 0; n < w.size; n++) {
		int got = count(in, n);
		if (got >= 0)
			clean++;
		else
			assert_int_equal(got, ERR_SHORT);
	}
	assert_int_equal(clean, 3);
	assert_int_equal(count(in, w.size), 3);
}

static void
after_an_error_there_is_no_field(void **state)
{
	(void)state;
	static const uint8_t in[] = { 1, 0, 0, 9, 'x' };
	struct tlv_reader r = tlv_read(in, sizeof(in));
	struct tlv f;
	for (int i = 0; i < 3; i++)
		assert_int_equal(tlv_next(&r, &f), ERR_SHORT);
	assert_int_equal(count(NULL, 0), 0);
}

static void
wrong_widths_are_refused(void **state)
{
	(void)state;
	uint8_t v[16] = { 0 }, out[16];
	uint16_t b;
	uint32_t c;
	uint64_t d;
	int64_t e;
	int accepted = 0;
	for (size_t n = 0; n <= sizeof(v); n++) {
		struct tlv f = { .type = 1, .size = n, .value = v };
		accepted += tlv_get_u8(&f, out) == 0;
		accepted += tlv_get_u16(&f, &b) == 0;
		accepted += tlv_get_u32(&f, &c) == 0;
		accepted += tlv_get_u64(&f, &d) == 0;
		accepted += tlv_get_i64(&f, &e) == 0;
		accepted += tlv_get_bytes(&f, out, 7) == 0;
	}
	assert_int_equal(accepted, 6);
}

static void
text_is_bounded_both_ways(void **state)
{
	(void)state;
	uint8_t out[32];
	struct wr w = wr_to(out, sizeof(out));
	struct untrusted text = untrusted_of("abcd", 4), got;
	assert_false(tlv_put_text(&w, 1, untrusted_of("", 0), 4));
	assert_int_equal(w.size, 0);
	assert_true(tlv_put_text(&w, 1, text, 4));
	assert_false(w.failed);
	struct tlv f;
	struct tlv_reader r = tlv_read(out, w.size);
	assert_int_equal(tlv_next(&r, &f), 1);
	assert_int_equal(tlv_get_text(&f, 3, &got), ERR_LIMIT);
	assert_int_equal(tlv_get_text(&f, 4, &got), 0);
	assert_int_equal(got.untrusted_size, 4);
	assert_memory_equal(got.untrusted_data, "abcd", 4);
	assert_true(tlv_put_text(&w, 2, text, 3));
	assert_true(w.failed);
}

static void
what_cannot_be_written_fails_the_writer(void **state)
{
	(void)state;
	uint8_t out[8];
	struct wr w = wr_to(out, sizeof(out));
	tlv_put_u64(&w, 1, 1);
	assert_true(w.failed);
	for (size_t n = 0; n < TLV_HEADER_SIZE; n++) {
		w = wr_to(out, sizeof(out));
		tlv_put_pad(&w, n);
		assert_true(w.failed);
	}
	size_t most = TLV_VALUE_MAX, room = most + 1 + TLV_HEADER_SIZE;
	uint8_t *large = calloc(2, room);
	assert_non_null(large);
	w = wr_to(large, room);
	tlv_put(&w, 1, large + room, most + 1);
	assert_true(w.failed);
	w = wr_to(large, room);
	tlv_put(&w, 1, large + room, most);
	assert_false(w.failed);
	free(large);
}

static void
only_the_high_bit_is_critical(void **state)
{
	(void)state;
	int critical = 0;
	for (int type = 0; type < 256; type++) {
		struct tlv f = { .type = (uint8_t)type };
		int got = tlv_unknown(&f);
		assert_int_equal(got, type >= 128 ? ERR_UNSUPPORTED : 0);
		critical += got != 0;
	}
	assert_int_equal(critical, 128);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_width_comes_back),
		cmocka_unit_test(length_is_24_bits_big_endian),
		cmocka_unit_test(order_and_repeats_are_refused),
		cmocka_unit_test(truncation_is_short_but_between_fields),
		cmocka_unit_test(after_an_error_there_is_no_field),
		cmocka_unit_test(wrong_widths_are_refused),
		cmocka_unit_test(text_is_bounded_both_ways),
		cmocka_unit_test(what_cannot_be_written_fails_the_writer),
		cmocka_unit_test(only_the_high_bit_is_critical),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
