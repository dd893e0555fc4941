/* SPDX-License-Identifier: MIT */
/*
 * Both ways to seal a record, against each other: whoever has libcrypto and
 * whoever has not must not notice of each other.
 */
#include "crypto/bulk.h"

#include "app/libcrypto.h"
#include "base/err.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { PLAIN_MAX = NOISE_MESSAGE_MAX - NOISE_TAG_SIZE };

static uint8_t plain[PLAIN_MAX + 1], one[NOISE_MESSAGE_MAX + 1],
    other[NOISE_MESSAGE_MAX + 1];

static struct noise_cipher
a_key(uint64_t nonce)
{
	struct noise_cipher c = { .nonce = nonce };

	for (size_t i = 0; i < sizeof(c.key); i++)
		c.key[i] = (uint8_t)(7 * i + 1);
	return c;
}

/* fast: by libcrypto; the test has nothing to do where there is none. */
static struct bulk *
a_bulk(bool fast, uint64_t nonce)
{
	struct rsa_lib lib = libcrypto_load();
	struct noise_cipher c = a_key(nonce);
	struct bulk *b = bulk_new(fast ? &lib : NULL, &c);

	/* Taken over. */
	assert_true(c.nonce == UINT64_MAX && c.key[0] == 0 && c.key[31] == 0);
	if (fast && !rsa_is_available()) {
		bulk_free(b);
		skip();
	}
	assert_int_equal(bulk_is_fast(b), fast);
	return b;
}

static void
fill_plain(void)
{
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (uint8_t)(i * 31 + (i >> 8));
}

static const size_t sizes[] = { 0, 1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129,
	255, 256, 257, 511, 512, 513, 1023, 1024, 4096, 65517, PLAIN_MAX };
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

static void
the_same_bytes(void **state)
{
	(void)state;
	static const uint64_t nonces[] = { 0, 1, 255, 256, UINT32_MAX,
		UINT64_C(0x0102030405060708), UINT64_MAX - SIZES - 2 };
	int compared = 0;
	fill_plain();
	for (size_t k = 0; k < sizeof(nonces) / sizeof(nonces[0]); k++) {
		struct bulk *fast = a_bulk(true, nonces[k]);
		struct bulk *slow = a_bulk(false, nonces[k]);
		struct noise_cipher c = a_key(nonces[k]);
		for (size_t i = 0; i < SIZES; i++) {
			size_t n = sizes[i], sealed = n + NOISE_TAG_SIZE;
			assert_int_equal(bulk_seal(fast, plain, n, one), 0);
			assert_int_equal(bulk_seal(slow, plain, n, other), 0);
			assert_memory_equal(one, other, sealed);
			assert_int_equal(
			    noise_seal(&c, NULL, 0, plain, n, other), 0);
			assert_memory_equal(one, other, sealed);
			compared++;
			if (i % 8 != 7)
				continue;
			bulk_rekey(fast);
			bulk_rekey(slow);
			noise_rekey(&c);
		}
		bulk_free(fast);
		bulk_free(slow);
	}
	assert_int_equal(compared, 7 * SIZES);
}

/* Also where what goes in lies; each opens what the other sealed. */
static void
they_open_each_other(void **state)
{
	(void)state;
	fill_plain();
	for (int way = 0; way < 4; way++) {
		struct bulk *from = a_bulk(way % 2 == 0, 5);
		struct bulk *to = a_bulk(way / 2 == 0, 5);
		for (size_t i = 0; i < SIZES; i++) {
			size_t n = sizes[i];
			memcpy(one, plain, n);
			assert_int_equal(bulk_seal(from, one, n, one), 0);
			assert_int_equal(
			    bulk_open(to, one, n + NOISE_TAG_SIZE, other), 0);
			assert_memory_equal(other, plain, n);
			if (i % 5 == 4) {
				bulk_rekey(from);
				bulk_rekey(to);
			}
			assert_int_equal(bulk_seal(from, plain, n, one), 0);
			assert_int_equal(
			    bulk_open(to, one, n + NOISE_TAG_SIZE, one), 0);
			assert_memory_equal(one, plain, n);
		}
		bulk_free(from);
		bulk_free(to);
	}
}

static void
t1_no_changed_byte_is_taken(void **state)
{
	(void)state;
	enum { N = 100 };
	static const uint8_t zeros[N];
	int refused = 0;
	fill_plain();
	for (int fast = 0; fast < 2; fast++) {
		struct bulk *from = a_bulk(fast, 9), *to = a_bulk(fast, 9);
		assert_int_equal(bulk_seal(from, plain, N, one), 0);
		for (size_t bit = 0; bit < 8 * (N + NOISE_TAG_SIZE); bit++) {
			one[bit / 8] ^= (uint8_t)(1 << bit % 8);
			memset(other, 0xEE, N);
			refused += bulk_open(to, one, N + NOISE_TAG_SIZE,
				       other) == ERR_AUTH;
			/* Nothing of it is to be seen. */
			assert_memory_equal(other, zeros, N);
			one[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t n = NOISE_TAG_SIZE; n < N + NOISE_TAG_SIZE; n++)
			refused += bulk_open(to, one, n, other) == ERR_AUTH;
		for (size_t n = 0; n < NOISE_TAG_SIZE; n++)
			refused += bulk_open(to, one, n, other) == ERR_SHORT;
		/* The counter did not move. */
		assert_int_equal(
		    bulk_open(to, one, N + NOISE_TAG_SIZE, other), 0);
		assert_memory_equal(other, plain, N);
		/* Once more is once too often. */
		refused +=
		    bulk_open(to, one, N + NOISE_TAG_SIZE, other) == ERR_AUTH;
		bulk_free(from);
		bulk_free(to);
	}
	assert_int_equal(refused, 2 * (8 * (N + 16) + N + 16 + 1));
}

static void
t15_the_counter_does_not_wrap(void **state)
{
	(void)state;
	for (int fast = 0; fast < 2; fast++) {
		struct bulk *from = a_bulk(fast, UINT64_MAX - 1);
		struct bulk *to = a_bulk(fast, UINT64_MAX - 1);
		assert_int_equal(bulk_seal(from, plain, 9, one), 0);
		assert_int_equal(bulk_seal(from, plain, 9, other), ERR_LIMIT);
		assert_int_equal(bulk_open(to, one, 25, other), 0);
		assert_int_equal(bulk_open(to, one, 25, other), ERR_LIMIT);
		/* A new key has the same counter. */
		bulk_rekey(from);
		assert_int_equal(bulk_seal(from, plain, 9, one), ERR_LIMIT);
		bulk_free(from);
		bulk_free(to);
	}
}

static void
records_have_a_bound(void **state)
{
	(void)state;
	for (int fast = 0; fast < 2; fast++) {
		struct bulk *b = a_bulk(fast, 0);
		assert_int_equal(
		    bulk_seal(b, plain, PLAIN_MAX + 1, one), ERR_LIMIT);
		assert_int_equal(
		    bulk_open(b, one, NOISE_MESSAGE_MAX + 1, one), ERR_LIMIT);
		bulk_free(b);
	}
	bulk_free(NULL);
}

/* A libcrypto in which one function is not to be found. */
static void *
find_but_one(void *ctx, const char *name)
{
	struct rsa_lib lib = libcrypto_load();

	return strcmp(name, ctx) == 0 ? NULL : lib.find(lib.ctx, name);
}

static void
without_libcrypto_it_is_libsodium(void **state)
{
	(void)state;
	char lacking[] = "EVP_CIPHER_CTX_ctrl";
	const struct rsa_lib libs[] = { { 0 },
		{ .find = find_but_one, .ctx = lacking } };
	for (size_t i = 0; i < 2; i++) {
		struct noise_cipher c = a_key(0);
		struct bulk *b = bulk_new(&libs[i], &c);
		assert_false(bulk_is_fast(b));
		assert_int_equal(bulk_seal(b, plain, 9, one), 0);
		bulk_free(b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_bytes),
		cmocka_unit_test(they_open_each_other),
		cmocka_unit_test(t1_no_changed_byte_is_taken),
		cmocka_unit_test(t15_the_counter_does_not_wrap),
		cmocka_unit_test(records_have_a_bound),
		cmocka_unit_test(without_libcrypto_it_is_libsodium),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
