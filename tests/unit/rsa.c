/* SPDX-License-Identifier: MIT */
#include "crypto/rsa.h"

#include "app/libcrypto.h"
#include "base/err.h"
#include "ipmsg_keys.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Of 768 bits. */
static const char small_key[] =
    "MIIBywIBAAJhAJ3/3b0GbweUtljvWFpB0K5FsI7jzpm/odrwn8Czm7zpgof5r4vv"
    "We9rG6Tdnshh4LU/14k6rpdrA1EIYVkjCubZVYL7cOMuJmGgxjWjYTcq9ARw5T5/"
    "hWp/zhPcnknHwwIDAQABAmEAhwWPsuf6nlnh8uKneIpiEWwQ1Cut9QolAXs8qmtT"
    "Hf/XwugHsuhazRWVTDDwboHlNDcMQi+avT1itsxrcs+GP86qIO5bpv7IShggo/c1"
    "I8r5/GwETIp2p4Szqoytyq8RAjEA0Y6xQOZAgWaWaAbJwwD3GxDvNP+ae6FmI4Kz"
    "1dmC0UgYO3Ww/E1AZ2DGu2ALHnpHAjEAwQQEvD/bSCjwNHnz9aJE32f/srKUu3Fd"
    "ept8X7KksJyA75QI5WcfWQVvZuSEN0ilAjEAp0AttFCQ1zZbgLc6PMr+bbm8UR5X"
    "26hbbqgYg+tP/1x9CqfKE/RMHLYeptnmxfJtAjAN09LfBZgZAE3NBJuUkk5qztGD"
    "pMWA9CslOHRdire/q0aVYz6L6KpXP0tuzJooN70CMEfn7p4A1ljcb3KgvJT7uQFC"
    "QLyuAlIVwwDt7N5F0/NRurI6XDb9agj2xzRkhNjqLQ==";

static struct rsa *
open_rsa(void)
{
	struct rsa_lib lib = libcrypto_load();
	struct rsa *r = NULL;

	if (!rsa_is_available()) {
		assert_int_equal(rsa_new(&lib, &r), ERR_UNSUPPORTED);
		skip();
	}
	assert_int_equal(rsa_new(&lib, &r), 0);
	return r;
}

/* A libcrypto in which one function is not to be found. */
static void *
find_but_one(void *ctx, const char *name)
{
	struct rsa_lib lib = libcrypto_load();

	return strcmp(name, ctx) == 0 ? NULL : lib.find(lib.ctx, name);
}

static void
without_a_function_it_is_not_libcrypto(void **state)
{
	(void)state;
	char needed[] = "EVP_PKEY_free", old[] = "BF_set_key";
	struct rsa_lib lib = { .find = find_but_one, .ctx = needed };
	struct rsa *r = open_rsa();
	uint8_t zeros[32] = { 0 }, out[16];
	size_t n;

	rsa_free(r);
	assert_int_equal(rsa_new(&lib, &r), ERR_UNSUPPORTED);
	/* Blowfish alone may be missing. */
	lib.ctx = old;
	assert_int_equal(rsa_new(&lib, &r), 0);
	assert_true(rsa_has_cipher(r, RSA_AES_256));
	assert_false(rsa_has_cipher(r, RSA_BLOWFISH_128));
	assert_int_equal(rsa_cbc_encrypt(r, RSA_BLOWFISH_128, zeros, zeros,
			     zeros, 1, out, &n),
	    ERR_UNSUPPORTED);
	rsa_free(r);
}

static struct rsa_key *
load(struct rsa *r, const char *base64)
{
	uint8_t der[KEY_DER_MAX];
	struct rsa_key *key = NULL;

	assert_int_equal(rsa_load(r, der, key_der(base64, der), &key), 0);
	return key;
}

static void
from_hex(const char *hex, uint8_t *out, size_t n)
{
	size_t got;

	assert_int_equal(
	    sodium_hex2bin(out, n, hex, strlen(hex), NULL, &got, NULL), 0);
	assert_int_equal(got, n);
}

static void
fingerprints_are_those_of_the_vectors(void **state)
{
	(void)state;
	static const struct {
		const char *key, *fp;
	} known[] = {
		{ alice_2048, "66876f27b9c4eb9a" },
		{ bob_2048, "5bdd834868ab7bb2" },
	};
	struct rsa *r = open_rsa();
	for (size_t i = 0; i < 2; i++) {
		struct rsa_key *key = load(r, known[i].key);
		uint8_t want[RSA_FINGERPRINT_SIZE], got[RSA_FINGERPRINT_SIZE];
		from_hex(known[i].fp, want, sizeof(want));
		assert_int_equal(rsa_key_public(key)->size, RSA_SIZE_2048);
		assert_int_equal(
		    rsa_fingerprint(r, rsa_key_public(key), got), 0);
		assert_memory_equal(got, want, sizeof(want));
		rsa_key_free(key);
	}
	rsa_free(r);
}

static void
a_secret_comes_back(void **state)
{
	(void)state;
	static const char *const keys[] = { bob_2048, bob_1024 };
	struct rsa *r = open_rsa();
	for (size_t i = 0; i < 4; i++) {
		struct rsa_key *key = load(r, keys[i % 2]);
		const struct rsa_public *pub = rsa_key_public(key);
		size_t n = i < 2 ? 32 : 16;
		uint8_t secret[32], got[32] = { 0 };
		uint8_t a[RSA_SIZE_MAX], b[RSA_SIZE_MAX];
		struct rng_seed s1, s2, s3;
		struct rng same = rng_seeded(&s1, 5),
			   again = rng_seeded(&s2, 5);
		struct rng other = rng_seeded(&s3, 6);
		memset(secret, (int)(0xF0 + i), sizeof(secret));
		assert_int_equal(rsa_encrypt(r, &same, pub, secret, n, a), 0);
		assert_int_equal(rsa_encrypt(r, &again, pub, secret, n, b), 0);
		assert_memory_equal(a, b, pub->size);
		assert_int_equal(rsa_encrypt(r, &other, pub, secret, n, b), 0);
		assert_memory_not_equal(a, b, pub->size);
		assert_int_equal(
		    rsa_decrypt(key, &other, a, pub->size, got, n), 0);
		assert_memory_equal(got, secret, n);
		rsa_key_free(key);
	}
	rsa_free(r);
}

/* The random bytes that rsa_decrypt takes in place of a secret. */
static void
replacement(uint64_t seed, uint8_t out[static RSA_SECRET_MAX])
{
	struct rng_seed s;
	struct rng rng = rng_seeded(&s, seed);

	rng_fill(&rng, out, RSA_SECRET_MAX);
}

static void
wrong_padding_gives_random_bytes_and_no_error(void **state)
{
	(void)state;
	struct rsa *r = open_rsa();
	struct rsa_key *key = load(r, bob_1024);
	const struct rsa_public *pub = rsa_key_public(key);
	uint8_t secret[32] = "thirty-two bytes of a session k";
	uint8_t sealed[RSA_SIZE_MAX], got[RSA_SECRET_MAX];
	uint8_t random[RSA_SECRET_MAX];
	struct rng_seed s;
	struct rng rng = rng_seeded(&s, 1);
	int refused = 0;

	replacement(9, random);
	assert_int_equal(rsa_encrypt(r, &rng, pub, secret, 32, sealed), 0);
	for (size_t at = 0; at < pub->size; at++) {
		rng = rng_seeded(&s, 9);
		sealed[at] ^= 1;
		int err = rsa_decrypt(key, &rng, sealed, pub->size, got, 32);
		if (err == 0)
			assert_memory_equal(got, random, 32);
		else
			refused++;
		sealed[at] ^= 1;
	}
	assert_true(refused <= 1);
	/* The padding is right, and the secret is of another size. */
	for (size_t n = 16; n <= 48; n += 16) {
		rng = rng_seeded(&s, 9);
		assert_int_equal(
		    rsa_decrypt(key, &rng, sealed, pub->size, got, n), 0);
		assert_memory_equal(got, n == 32 ? secret : random, n);
	}
	rsa_key_free(key);
	rsa_free(r);
}

static void
what_no_key_can_have_made_is_refused(void **state)
{
	(void)state;
	struct rsa *r = open_rsa();
	struct rsa_key *key = load(r, bob_2048);
	const struct rsa_public *pub = rsa_key_public(key);
	uint8_t in[RSA_SIZE_MAX + 1] = { 0 }, got[32];
	struct rng_seed s;
	struct rng rng = rng_seeded(&s, 1);

	memcpy(in, pub->n, pub->size);
	assert_int_equal(
	    rsa_decrypt(key, &rng, in, pub->size, got, 32), ERR_FORMAT);
	in[pub->size - 1]--;
	assert_int_equal(rsa_decrypt(key, &rng, in, pub->size, got, 32), 0);
	assert_int_equal(
	    rsa_decrypt(key, &rng, in, pub->size - 1, got, 32), ERR_FORMAT);
	assert_int_equal(
	    rsa_decrypt(key, &rng, in, pub->size + 1, got, 32), ERR_FORMAT);
	assert_int_equal(rsa_decrypt(key, &rng, in, 0, got, 32), ERR_FORMAT);
	rsa_key_free(key);
	rsa_free(r);
}

static void
only_whole_private_keys_load(void **state)
{
	(void)state;
	struct rsa *r = open_rsa();
	uint8_t der[KEY_DER_MAX + 1] = { 0 };
	struct rsa_key *key = NULL;
	size_t n = key_der(bob_1024, der);

	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(rsa_load(r, der, cut, &key), ERR_FORMAT);
	assert_int_equal(rsa_load(r, der, n + 1, &key), ERR_FORMAT);
	der[0] ^= 1;
	assert_int_equal(rsa_load(r, der, n, &key), ERR_FORMAT);
	n = key_der(small_key, der);
	assert_int_equal(rsa_load(r, der, n, &key), ERR_UNSUPPORTED);
	assert_null(key);
	rsa_free(r);
}

static void
public_keys_are_odd_and_of_two_sizes(void **state)
{
	(void)state;
	uint8_t n[RSA_SIZE_MAX + 2] = { 0, 0x80 };
	static const uint8_t e[] = { 0, 1, 0, 1 };
	static const uint8_t even[] = { 1, 0, 0 }, one[] = { 1 };
	static const uint8_t large[] = { 1, 0, 0, 0, 1 };
	struct rsa_public key;

	n[RSA_SIZE_2048] = 1;
	assert_int_equal(
	    rsa_public_from(e, sizeof(e), n, RSA_SIZE_2048 + 1, &key), 0);
	assert_int_equal(key.size, RSA_SIZE_2048);
	assert_int_equal(key.e, 65537);
	assert_int_equal(key.n[0], 0x80);
	assert_int_equal(
	    rsa_public_from(one, 1, n, RSA_SIZE_2048 + 1, &key), ERR_FORMAT);
	assert_int_equal(
	    rsa_public_from(even, 3, n, RSA_SIZE_2048 + 1, &key), ERR_FORMAT);
	assert_int_equal(
	    rsa_public_from(e, 1, n, RSA_SIZE_2048 + 1, &key), ERR_FORMAT);
	assert_int_equal(
	    rsa_public_from(e, 0, n, RSA_SIZE_2048 + 1, &key), ERR_FORMAT);
	assert_int_equal(rsa_public_from(large, 5, n, RSA_SIZE_2048 + 1, &key),
	    ERR_UNSUPPORTED);
	assert_int_equal(rsa_public_from(e, sizeof(e), n, 1, &key), ERR_FORMAT);
	assert_int_equal(
	    rsa_public_from(e, sizeof(e), n, RSA_SIZE_2048, &key), ERR_FORMAT);
	n[RSA_SIZE_2048 - 1] = 1;
	assert_int_equal(rsa_public_from(e, sizeof(e), n, RSA_SIZE_2048, &key),
	    ERR_UNSUPPORTED);
}

static void
signatures_are_of_one_key_text_and_digest(void **state)
{
	(void)state;
	struct rsa *r = open_rsa();
	struct rsa_key *alice = load(r, alice_2048), *bob = load(r, bob_2048);
	const struct rsa_public *pub = rsa_key_public(alice);
	const uint8_t *text = (const uint8_t *)"signed text";
	uint8_t sign[RSA_SIZE_MAX];

	for (int i = 0; i < 2; i++) {
		enum rsa_digest d = i == 0 ? RSA_SHA1 : RSA_SHA256;
		enum rsa_digest other = i == 0 ? RSA_SHA256 : RSA_SHA1;
		assert_int_equal(rsa_sign(alice, d, text, 11, sign), 0);
		assert_int_equal(
		    rsa_verify(r, pub, d, text, 11, sign, sizeof(sign)), 0);
		assert_int_equal(
		    rsa_verify(r, pub, d, text, 10, sign, sizeof(sign)),
		    ERR_AUTH);
		assert_int_equal(
		    rsa_verify(r, pub, other, text, 11, sign, sizeof(sign)),
		    ERR_AUTH);
		assert_int_equal(
		    rsa_verify(r, pub, d, text, 11, sign, sizeof(sign) - 1),
		    ERR_AUTH);
		assert_int_equal(
		    rsa_verify(r, pub, d, text, 11, sign, 0), ERR_AUTH);
		assert_int_equal(rsa_verify(r, rsa_key_public(bob), d, text, 11,
				     sign, sizeof(sign)),
		    ERR_AUTH);
		sign[17] ^= 4;
		assert_int_equal(
		    rsa_verify(r, pub, d, text, 11, sign, sizeof(sign)),
		    ERR_AUTH);
	}
	rsa_key_free(alice);
	rsa_key_free(bob);
	rsa_free(r);
}

static void
keys_are_made_and_loaded(void **state)
{
	(void)state;
	struct rsa *r = open_rsa();
	static const size_t sizes[] = { RSA_SIZE_1024, RSA_SIZE_2048 };

	for (size_t i = 0; i < 2; i++) {
		uint8_t *der, sign[RSA_SIZE_MAX];
		size_t n;
		struct rsa_key *key;
		assert_int_equal(rsa_make(r, sizes[i], &der, &n), 0);
		assert_true(n <= RSA_DER_MAX);
		assert_int_equal(rsa_load(r, der, n, &key), 0);
		const struct rsa_public *pub = rsa_key_public(key);
		assert_int_equal(pub->size, sizes[i]);
		assert_int_equal(pub->e, 65537);
		assert_int_equal(rsa_sign(key, RSA_SHA256, der, n, sign), 0);
		assert_int_equal(
		    rsa_verify(r, pub, RSA_SHA256, der, n, sign, pub->size), 0);
		rsa_key_free(key);
		free(der);
	}
	rsa_free(r);
}

/* Of SP 800-38A F.2.5, and the one that came with Blowfish. */
static void
ciphers_give_the_known_blocks(void **state)
{
	(void)state;
	static const struct {
		enum rsa_cipher cipher;
		size_t key_size, block, n;
		const char *key, *iv, *clear, *sealed;
	} known[] = {
		{ RSA_AES_256, 32, 16, 32,
		    "603deb1015ca71be2b73aef0857d7781"
		    "1f352c073b6108d72d9810a30914dff4",
		    "000102030405060708090a0b0c0d0e0f",
		    "6bc1bee22e409f96e93d7e117393172a"
		    "ae2d8a571e03ac9c9eb76fac45af8e51",
		    "f58c4c04d6e5f1ba779eabfb5f7bfbd6"
		    "9cfc4e967edb808d679f777bc6702c7d" },
		{ RSA_BLOWFISH_128, 16, 8, 24,
		    "0123456789abcdeff0e1d2c3b4a59687", "fedcba9876543210",
		    "37363534333231204e6f77206973207468652074696d6520",
		    "6b77b4d63006dee605b156e27403979358deb9e7154616d9" },
	};
	struct rsa *r = open_rsa();

	for (size_t i = 0; i < 2; i++) {
		uint8_t key[32], iv[16], clear[32], want[32], out[64], back[64];
		size_t n = 0, back_size = 0;
		if (!rsa_has_cipher(r, known[i].cipher))
			continue;
		from_hex(known[i].key, key, known[i].key_size);
		from_hex(known[i].iv, iv, known[i].block);
		from_hex(known[i].clear, clear, known[i].n);
		from_hex(known[i].sealed, want, known[i].n);
		assert_int_equal(rsa_cbc_encrypt(r, known[i].cipher, key, iv,
				     clear, known[i].n, out, &n),
		    0);
		assert_int_equal(n, known[i].n + known[i].block);
		assert_memory_equal(out, want, known[i].n);
		assert_int_equal(rsa_cbc_decrypt(r, known[i].cipher, key, iv,
				     out, n, back, &back_size),
		    0);
		assert_int_equal(back_size, known[i].n);
		assert_memory_equal(back, clear, known[i].n);
	}
	rsa_free(r);
}

/* Every length, and each wrong padding. */
static void
cbc_padding_is_checked(void **state)
{
	(void)state;
	struct rsa *r = open_rsa();
	static const uint8_t key[32] = "k", iv[16] = "i", text[64] = "t";
	uint8_t out[80], back[80];

	for (int c = 0; c < 2; c++) {
		enum rsa_cipher cipher =
		    c == 0 ? RSA_AES_256 : RSA_BLOWFISH_128;
		size_t block = c == 0 ? 16 : 8, n, size;
		if (!rsa_has_cipher(r, cipher))
			continue;
		for (size_t len = 0; len <= sizeof(text); len++) {
			assert_int_equal(rsa_cbc_encrypt(r, cipher, key, iv,
					     text, len, out, &n),
			    0);
			assert_int_equal(n, (len / block + 1) * block);
			assert_int_equal(rsa_cbc_decrypt(r, cipher, key, iv,
					     out, n, back, &size),
			    0);
			assert_int_equal(size, len);
			assert_memory_equal(back, text, len);
			assert_int_equal(rsa_cbc_decrypt(r, cipher, key, iv,
					     out, n - 1, back, &size),
			    ERR_FORMAT);
		}
		assert_int_equal(
		    rsa_cbc_decrypt(r, cipher, key, iv, out, 0, back, &size),
		    ERR_FORMAT);
		/* The block before the last one moves its last byte: the
		 * padding was a whole block. */
		int taken = 0;
		for (int flip = 1; flip < 256; flip++) {
			out[n - block - 1] ^= (uint8_t)flip;
			int err = rsa_cbc_decrypt(
			    r, cipher, key, iv, out, n, back, &size);
			assert_true(err == 0 || err == ERR_AUTH);
			if (err == 0) {
				assert_int_equal(size, n - 1);
				taken++;
			}
			out[n - block - 1] ^= (uint8_t)flip;
		}
		assert_int_equal(taken, 1);
	}
	rsa_free(r);
}

static void
counter_mode_goes_on_where_it_was(void **state)
{
	(void)state;
	static const uint8_t counter[16] = "1700000060";
	static const uint8_t want[] = { 0xBA, 0xFA, 0x7C, 0x88, 0x8D, 0x3C,
		0x2A, 0xEE, 0xBD, 0xBB, 0xDB };
	static const size_t pieces[] = { 1, 7, 16, 0, 33, 1000, 2000, 1 };
	struct rsa *r = open_rsa();
	uint8_t key[32], whole[4096] = "hello, file",
			 parts[4096] = "hello, file";
	struct rsa_ctr *c;

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(0x20 + i);
	assert_int_equal(rsa_ctr_new(r, key, counter, &c), 0);
	rsa_ctr_apply(c, whole, sizeof(whole));
	rsa_ctr_free(c);
	/* The vector V61. */
	assert_memory_equal(whole, want, sizeof(want));
	assert_int_equal(rsa_ctr_new(r, key, counter, &c), 0);
	size_t at = 0;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		rsa_ctr_apply(c, parts + at, pieces[i]);
		at += pieces[i];
	}
	assert_memory_equal(parts, whole, at);
	assert_memory_not_equal(parts, whole, sizeof(whole));
	rsa_ctr_free(c);
	rsa_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_function_it_is_not_libcrypto),
		cmocka_unit_test(fingerprints_are_those_of_the_vectors),
		cmocka_unit_test(a_secret_comes_back),
		cmocka_unit_test(wrong_padding_gives_random_bytes_and_no_error),
		cmocka_unit_test(what_no_key_can_have_made_is_refused),
		cmocka_unit_test(only_whole_private_keys_load),
		cmocka_unit_test(public_keys_are_odd_and_of_two_sizes),
		cmocka_unit_test(signatures_are_of_one_key_text_and_digest),
		cmocka_unit_test(keys_are_made_and_loaded),
		cmocka_unit_test(ciphers_give_the_known_blocks),
		cmocka_unit_test(cbc_padding_is_checked),
		cmocka_unit_test(counter_mode_goes_on_where_it_was),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
