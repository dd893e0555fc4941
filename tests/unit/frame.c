/* SPDX-License-Identifier: MIT */
#include "wire/packet.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t bytes[FRAGMENT_DATA_MAX] = { 7, 8, 9 };

static const struct frame fragment = {
	.kind = FRAME_FRAGMENT,
	.message = 0x01020304,
	.index = 2,
	.count = 5,
	.data = bytes,
	.size = 3,
};

static const struct frame ack = {
	.kind = FRAME_ACK,
	.largest = UINT64_C(0x1122334455667788),
	.delay_ms = 0xA1B2,
	.bits = UINT64_C(0x8000000000000001),
	.window = 0xC1C2C3C4,
};

static size_t
put(const struct frame *f, uint8_t *out, size_t cap)
{
	size_t n = 0;

	assert_int_equal(frame_put(f, out, cap, &n), 0);
	return n;
}

static int
next(const uint8_t *p, size_t n, struct frame *ret_frame)
{
	struct frame_reader r = { p, n };

	return frame_next(&r, ret_frame);
}

static void
bytes_are_where_the_protocol_says(void **state)
{
	(void)state;
	static const uint8_t fragment_bytes[] = { 1, 1, 2, 3, 4, 2, 5, 0, 3, 7,
		8, 9 };
	static const uint8_t ack_bytes[] = { 2, 0x11, 0x22, 0x33, 0x44, 0x55,
		0x66, 0x77, 0x88, 0xA1, 0xB2, 0x80, 0, 0, 0, 0, 0, 0, 1, 0xC1,
		0xC2, 0xC3, 0xC4 };
	static const uint8_t ping_bytes[] = { 3, 1, 2, 3, 4, 5, 6, 7, 8 };
	static const uint8_t close_bytes[] = { 5, 0xEE };
	static const uint8_t ready_bytes[] = { 6 };
	struct frame ping = { .kind = FRAME_PING,
		.token = { 1, 2, 3, 4, 5, 6, 7, 8 } };
	struct frame bye = { .kind = FRAME_CLOSE, .reason = 0xEE };
	struct frame ready = { .kind = FRAME_READY };
	uint8_t out[64];

	assert_int_equal(put(&fragment, out, 64), sizeof(fragment_bytes));
	assert_memory_equal(out, fragment_bytes, sizeof(fragment_bytes));
	assert_int_equal(put(&ack, out, 64), sizeof(ack_bytes));
	assert_memory_equal(out, ack_bytes, sizeof(ack_bytes));
	assert_int_equal(put(&ping, out, 64), sizeof(ping_bytes));
	assert_memory_equal(out, ping_bytes, sizeof(ping_bytes));
	assert_int_equal(put(&bye, out, 64), sizeof(close_bytes));
	assert_memory_equal(out, close_bytes, sizeof(close_bytes));
	assert_int_equal(put(&ready, out, 64), sizeof(ready_bytes));
	assert_memory_equal(out, ready_bytes, sizeof(ready_bytes));
}

static void
assert_fragment(const struct frame *f)
{
	assert_int_equal(f->kind, FRAME_FRAGMENT);
	assert_true(f->message == fragment.message);
	assert_int_equal(f->index, 2);
	assert_int_equal(f->count, 5);
	assert_int_equal(f->size, 3);
	assert_memory_equal(f->data, bytes, 3);
}

static void
assert_ack(const struct frame *f)
{
	assert_int_equal(f->kind, FRAME_ACK);
	assert_true(f->largest == ack.largest && f->bits == ack.bits);
	assert_int_equal(f->delay_ms, ack.delay_ms);
	assert_true(f->window == ack.window);
}

static void
frames_follow_one_another(void **state)
{
	(void)state;
	struct frame pong = { .kind = FRAME_PONG, .token = { 0, 0, 1 } };
	struct frame bye = { .kind = FRAME_CLOSE, .reason = 3 };
	struct frame ready = { .kind = FRAME_READY }, f;
	uint8_t out[128];
	size_t n = put(&ready, out, sizeof(out));

	n += put(&ack, out + n, sizeof(out) - n);
	n += put(&fragment, out + n, sizeof(out) - n);
	n += put(&pong, out + n, sizeof(out) - n);
	n += put(&bye, out + n, sizeof(out) - n);
	memset(out + n, 0, 5);
	struct frame_reader r = { out, n + 5 };
	assert_int_equal(frame_next(&r, &f), 1);
	assert_int_equal(f.kind, FRAME_READY);
	assert_int_equal(frame_next(&r, &f), 1);
	assert_ack(&f);
	assert_int_equal(frame_next(&r, &f), 1);
	assert_fragment(&f);
	assert_int_equal(frame_next(&r, &f), 1);
	assert_int_equal(f.kind, FRAME_PONG);
	assert_memory_equal(f.token, pong.token, sizeof(f.token));
	assert_int_equal(frame_next(&r, &f), 1);
	assert_int_equal(f.kind, FRAME_CLOSE);
	assert_int_equal(f.reason, 3);
	assert_int_equal(frame_next(&r, &f), 0);
	assert_int_equal(frame_next(&r, &f), 0);
}

static void
padding_is_zeros_to_the_end(void **state)
{
	(void)state;
	uint8_t out[40] = { 0 };
	struct frame f;

	assert_int_equal(next(out, sizeof(out), &f), 0);
	for (size_t i = 1; i < sizeof(out); i++) {
		out[i] = FRAME_READY;
		assert_int_equal(next(out, sizeof(out), &f), ERR_FORMAT);
		out[i] = 0;
	}
}

static void
every_cut_is_short(void **state)
{
	(void)state;
	struct frame ping = { .kind = FRAME_PING };
	struct frame bye = { .kind = FRAME_CLOSE };
	const struct frame *list[] = { &fragment, &ack, &ping, &bye };
	uint8_t out[64];
	struct frame f;

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		size_t n = put(list[i], out, sizeof(out)), size = 0;
		for (size_t k = 1; k < n; k++) {
			assert_int_equal(next(out, k, &f), ERR_SHORT);
			assert_int_equal(
			    frame_put(list[i], out, k, &size), ERR_LIMIT);
			assert_int_equal(size, 0);
		}
	}
}

static void
unknown_kinds_are_refused(void **state)
{
	(void)state;
	struct frame f;

	for (int kind = FRAME_READY + 1; kind < 256; kind++) {
		uint8_t out[64] = { (uint8_t)kind, 0, 0, 0, 0, 0, 1, 0, 1, 1 };
		assert_int_equal(next(out, sizeof(out), &f), ERR_FORMAT);
	}
}

static int
next_fragment(uint8_t index, uint8_t count, uint16_t size)
{
	uint8_t out[FRAGMENT_HEADER_SIZE + 64] = { FRAME_FRAGMENT, 0, 0, 0, 0,
		index, count, (uint8_t)(size >> 8), (uint8_t)size, 1 };
	struct frame f;

	return next(out, FRAGMENT_HEADER_SIZE + size, &f);
}

static void
fragments_make_sense(void **state)
{
	(void)state;
	for (int count = 0; count < 256; count++)
		for (int index = 0; index < 256; index++)
			assert_int_equal(
			    next_fragment((uint8_t)index, (uint8_t)count, 1),
			    count <= FRAGMENTS_MAX && index < count
				? 1
				: ERR_FORMAT);
	assert_int_equal(next_fragment(0, 1, 0), ERR_FORMAT);
	assert_int_equal(next_fragment(0, 1, 64), 1);
}

static void
acks_name_no_packet_before_the_first(void **state)
{
	(void)state;
	uint8_t out[23];
	struct frame f;

	for (unsigned largest = 0; largest < 64; largest++) {
		struct frame a = { .kind = FRAME_ACK, .largest = largest };
		a.bits = (UINT64_C(1) << largest) - 1;
		put(&a, out, sizeof(out));
		assert_int_equal(next(out, sizeof(out), &f), 1);
		assert_true(f.bits == a.bits);
		/* The bit of packet -1. */
		out[18 - largest / 8] |= (uint8_t)(1 << largest % 8);
		assert_int_equal(next(out, sizeof(out), &f), ERR_FORMAT);
	}
}

static void
the_longest_fragment_fills_a_packet(void **state)
{
	(void)state;
	struct frame f = fragment;
	uint8_t out[PACKET_FRAMES_MAX];

	f.size = FRAGMENT_DATA_MAX;
	assert_int_equal(put(&f, out, sizeof(out)), PACKET_FRAMES_MAX);
	assert_int_equal(FRAGMENT_DATA_MAX, 1159);
	assert_int_equal(FRAGMENTS_MAX, 61);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_where_the_protocol_says),
		cmocka_unit_test(frames_follow_one_another),
		cmocka_unit_test(padding_is_zeros_to_the_end),
		cmocka_unit_test(every_cut_is_short),
		cmocka_unit_test(unknown_kinds_are_refused),
		cmocka_unit_test(fragments_make_sense),
		cmocka_unit_test(acks_name_no_packet_before_the_first),
		cmocka_unit_test(the_longest_fragment_fills_a_packet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
