/* SPDX-License-Identifier: MIT */
#include "wire/ping.h"

#include "base/err.h"
#include "protocol_vectors.h"
#include "wire/beacon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const uint64_t nonce = UINT64_C(0x0102030405060708);

static void
vectors_are_met(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum ping_type type;
	} cases[] = { { "ping", PING_ASK }, { "pong", PING_ANSWER } };
	uint8_t bytes[VECTOR_MAX], out[PING_SIZE_MAX];
	for (size_t i = 0; i < 2; i++) {
		size_t n = vector_load("pings", cases[i].name, bytes);
		struct ping k;
		assert_int_equal(ping_decode(bytes, n, &k), 0);
		assert_int_equal(k.type, cases[i].type);
		assert_true(k.nonce == nonce);
		assert_int_equal(k.size, 64);
		ping_encode(&k, out);
		assert_memory_equal(out, bytes, n);
	}
}

static void
sizes(void **state)
{
	(void)state;
	uint8_t bytes[PING_SIZE_MAX + 8] = { 0 };
	int taken = 0;
	for (size_t n = 0; n <= PING_SIZE_MAX + 8; n++) {
		struct ping k = { PING_ASK, nonce, n };
		if (n >= PING_SIZE_MIN && n <= PING_SIZE_MAX)
			ping_encode(&k, bytes);
		int err = ping_decode(bytes, n, &k);
		assert_int_equal(err, n < PING_SIZE_MIN   ? ERR_SHORT
				      : n > PING_SIZE_MAX ? ERR_LIMIT
							  : 0);
		taken += err == 0;
	}
	assert_int_equal(taken, PING_SIZE_MAX - PING_SIZE_MIN + 1);
}

/* Each byte but those of the nonce has one value: nothing is carried. */
static void
t20_nothing_can_be_carried(void **state)
{
	(void)state;
	uint8_t bytes[PING_SIZE_MAX];
	struct ping k = { PING_ASK, nonce, PING_SIZE_MAX };
	int refused = 0;
	ping_encode(&k, bytes);
	for (size_t at = 0; at < sizeof(bytes); at++) {
		bytes[at] ^= 0x80;
		int err = ping_decode(bytes, sizeof(bytes), &k);
		refused += err < 0;
		if (at == 4)
			assert_int_equal(err, ERR_VERSION);
		bytes[at] ^= 0x80;
	}
	assert_int_equal(refused, PING_SIZE_MAX - 8);
}

/* The two never meet: no beacon begins as a ping does. */
static void
no_beacon_is_one(void **state)
{
	(void)state;
	uint8_t bytes[PING_SIZE_MAX];
	struct ping k = { PING_ANSWER, nonce, 512 };
	struct beacon b;
	ping_encode(&k, bytes);
	assert_int_equal(beacon_decode(bytes, 512, &b), ERR_UNSUPPORTED);
	uint8_t beacon[VECTOR_MAX];
	size_t n = vector_load("beacons", "solicit", beacon);
	assert_false(ping_is(beacon, n));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_are_met),
		cmocka_unit_test(sizes),
		cmocka_unit_test(t20_nothing_can_be_carried),
		cmocka_unit_test(no_beacon_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
