/* SPDX-License-Identifier: MIT */
#include "wire/packet.h"

#include "base/err.h"
#include "crypto/noise.h"
#include "wire/hello.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t body[PACKET_MAX] = { [0] = 0xB0, [31] = 0xB1, [32] = 9 };

static const struct packet hello = {
	.kind = PACKET_HELLO,
	.version = 1,
	.suite = 1,
	.sender = 0xA1B2C3D4,
	.body = body,
	.size = NOISE_XX_1_OVERHEAD,
};

static const struct packet data = {
	.kind = PACKET_DATA,
	.phase = 1,
	.receiver = 0x01020304,
	.counter = UINT64_C(0x1122334455667788),
	.body = body,
	.size = 20,
};

/* The kinds with a body of 160 bytes. */
static struct packet
handshake(enum packet_kind kind)
{
	return (struct packet){
		.kind = kind,
		.sender = kind == PACKET_ANSWER ? 0x0A0B0C0D : 0,
		.receiver = 0x01020304,
		.body = body,
		.size = 160,
	};
}

static struct packet
retry(void)
{
	struct packet k = { .kind = PACKET_RETRY, .receiver = 0x01020304 };

	k.has_cookie = true;
	memset(k.cookie, 0xC0, sizeof(k.cookie));
	return k;
}

static struct packet
hello_with_cookie(void)
{
	struct packet k = hello;

	k.has_cookie = true;
	memset(k.cookie, 0xC0, sizeof(k.cookie));
	return k;
}

static size_t
encode(const struct packet *k, uint8_t out[static PACKET_MAX])
{
	size_t n = 0;

	assert_int_equal(packet_encode(k, out, &n), 0);
	assert_true(n <= PACKET_MAX);
	assert_true(packet_is_session(out, n));
	return n;
}

static void
assert_comes_back(const struct packet *k, size_t size)
{
	uint8_t out[PACKET_MAX];
	struct packet got;

	assert_int_equal(encode(k, out), size);
	assert_int_equal(packet_decode(out, size, &got), 0);
	assert_int_equal(got.kind, k->kind);
	assert_true(got.sender == k->sender && got.receiver == k->receiver);
	assert_true(got.version == k->version && got.suite == k->suite);
	assert_int_equal(got.has_cookie, k->has_cookie);
	assert_memory_equal(got.cookie, k->cookie, COOKIE_SIZE);
	assert_int_equal(got.phase, k->phase);
	assert_true(got.counter == k->counter);
	assert_int_equal(got.size, k->size);
	if (k->size > 0)
		assert_memory_equal(got.body, k->body, k->size);
	assert_true(k->size == 0 || got.body + got.size <= out + size);
}

static void
every_kind_comes_back(void **state)
{
	(void)state;
	struct packet with_cookie = hello_with_cookie();
	struct packet answer = handshake(PACKET_ANSWER);
	struct packet finish = handshake(PACKET_FINISH);
	struct packet again = retry();

	assert_comes_back(&hello, PACKET_MAX);
	assert_comes_back(&with_cookie, PACKET_MAX);
	assert_comes_back(&answer, 12 + 160);
	assert_comes_back(&finish, 8 + 160);
	assert_comes_back(&again, 8 + COOKIE_SIZE);
	assert_comes_back(&data, PACKET_HEADER_SIZE + 20);
}

static void
bytes_are_where_the_protocol_says(void **state)
{
	(void)state;
	static const uint8_t hello_bytes[] = { 0x10, 1, 1, 0, 0xA1, 0xB2, 0xC3,
		0xD4, 0, 0xB0 };
	static const uint8_t data_bytes[] = { 0x20, 1, 0, 0, 1, 2, 3, 4, 0x11,
		0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0xB0 };
	static const uint8_t answer_bytes[] = { 0x11, 0, 0, 0, 1, 2, 3, 4, 0x0A,
		0x0B, 0x0C, 0x0D, 0xB0 };
	static const uint8_t retry_bytes[] = { 0x13, 0, 0, 0, 1, 2, 3, 4, 0xC0,
		0xC0 };
	uint8_t out[PACKET_MAX], header[PACKET_HEADER_SIZE];
	struct packet answer = handshake(PACKET_ANSWER), again = retry();
	struct packet finish = handshake(PACKET_FINISH);

	encode(&hello, out);
	assert_memory_equal(out, hello_bytes, sizeof(hello_bytes));
	encode(&data, out);
	assert_memory_equal(out, data_bytes, sizeof(data_bytes));
	packet_put_header(&data, header);
	assert_memory_equal(header, data_bytes, sizeof(header));
	encode(&answer, out);
	assert_memory_equal(out, answer_bytes, sizeof(answer_bytes));
	encode(&again, out);
	assert_memory_equal(out, retry_bytes, sizeof(retry_bytes));
	encode(&finish, out);
	assert_int_equal(out[0], 0x12);
	assert_int_equal(out[8], 0xB0);
}

static int
decode(const uint8_t *p, size_t n)
{
	struct packet k;

	return packet_decode(p, n, &k);
}

static void
other_bytes_are_no_session(void **state)
{
	(void)state;
	/* Discovery, the messenger with ':' in it, and what is reserved. */
	static const uint8_t others[] = { 'E', '1', 0, 0x0F, 0x14, 0x1F, 0x21,
		0xFF };

	for (size_t i = 0; i < sizeof(others); i++) {
		assert_false(packet_is_session(&others[i], 1));
		assert_int_equal(decode(&others[i], 1), ERR_FORMAT);
	}
	assert_false(packet_is_session(others, 0));
	assert_int_equal(decode(others, 0), ERR_SHORT);
}

static void
every_cut_is_short(void **state)
{
	(void)state;
	struct packet list[] = { hello, hello_with_cookie(),
		handshake(PACKET_ANSWER), handshake(PACKET_FINISH), retry(),
		data };
	size_t least[] = { PACKET_MAX, PACKET_MAX, 12 + NOISE_XX_2_OVERHEAD,
		8 + NOISE_XX_3_OVERHEAD, 8 + COOKIE_SIZE,
		PACKET_HEADER_SIZE + 1 + PACKET_TAG_SIZE };
	uint8_t out[PACKET_MAX];

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		size_t n = encode(&list[i], out);
		for (size_t k = 0; k < n; k++)
			assert_int_equal(
			    decode(out, k), k < least[i] ? ERR_SHORT : 0);
	}
}

static void
too_long_is_refused(void **state)
{
	(void)state;
	uint8_t out[PACKET_MAX + 1] = { 0 };
	struct packet answer = handshake(PACKET_ANSWER), again = retry();
	size_t n;

	encode(&data, out);
	assert_int_equal(decode(out, PACKET_MAX), 0);
	assert_int_equal(decode(out, PACKET_MAX + 1), ERR_LIMIT);
	encode(&answer, out);
	assert_int_equal(decode(out, 12 + HANDSHAKE_MAX), 0);
	assert_int_equal(decode(out, 12 + HANDSHAKE_MAX + 1), ERR_LIMIT);
	n = encode(&again, out);
	assert_int_equal(decode(out, n + 1), ERR_FORMAT);
	answer.size = HANDSHAKE_MAX + 1;
	assert_int_equal(packet_encode(&answer, out, &n), ERR_LIMIT);
	answer.size = NOISE_XX_2_OVERHEAD - 1;
	assert_int_equal(packet_encode(&answer, out, &n), ERR_SHORT);
}

/* Sets one byte of a good packet. */
static void
assert_byte_refused(const struct packet *k, size_t at, uint8_t value)
{
	uint8_t out[PACKET_MAX];
	size_t n = encode(k, out);

	assert_true(at < n && out[at] != value);
	out[at] = value;
	assert_int_equal(decode(out, n), ERR_FORMAT);
}

static void
reserved_bytes_are_zero(void **state)
{
	(void)state;
	struct packet answer = handshake(PACKET_ANSWER), again = retry();
	struct packet finish = handshake(PACKET_FINISH);
	struct packet with_cookie = hello_with_cookie();

	assert_byte_refused(&hello, 3, 1);
	for (size_t at = 1; at <= 3; at++) {
		assert_byte_refused(&answer, at, 0x80);
		assert_byte_refused(&finish, at, 0x80);
		assert_byte_refused(&again, at, 0x80);
		assert_byte_refused(&data, at, 0x80);
	}
	assert_byte_refused(&data, 1, 2);
	for (int size = 1; size < 256; size++)
		if (size != COOKIE_SIZE)
			assert_byte_refused(&hello, 8, (uint8_t)size);
	assert_byte_refused(&with_cookie, 8, 15);
}

static void
padding_of_hello_is_zeros(void **state)
{
	(void)state;
	struct packet with_cookie = hello_with_cookie();

	for (size_t at = 9 + 32; at < PACKET_MAX; at++)
		assert_byte_refused(&hello, at, 1);
	for (size_t at = 9 + 16 + 32; at < PACKET_MAX; at++)
		assert_byte_refused(&with_cookie, at, 0x80);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_comes_back),
		cmocka_unit_test(bytes_are_where_the_protocol_says),
		cmocka_unit_test(other_bytes_are_no_session),
		cmocka_unit_test(every_cut_is_short),
		cmocka_unit_test(too_long_is_refused),
		cmocka_unit_test(reserved_bytes_are_zero),
		cmocka_unit_test(padding_of_hello_is_zeros),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
