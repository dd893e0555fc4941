/* SPDX-License-Identifier: MIT */
/* The constants are of tests/vectors/identity_vectors.py. */
#include "crypto/identity.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static const uint8_t message[] = { 'a', ' ', 'm', 'e', 's', 's', 'a', 'g',
	'e' };
static const char domain[] = "earshot-test";

struct identity_case {
	const char *x_secret, *x_public, *ed_seed, *ed_public, *fp, *signature;
};

/* From the seed of 32 zeros, and from the seed 0, 1, 2 .. 31. */
static const struct identity_case cases[] = {
	{
	    .x_secret =
		"ac9dc08e77a0adc9d4099f270321014ff4b03897922a7d63b90b921cf52da079",
	    .x_public =
		"b3f1740adc5b0582a6fed6483dd9a7ab4dd950867c1b867885b01eea9c19c13e",
	    .ed_seed =
		"b393b0b019379b6884057539a5d3408b38b1a09bfaf3e33c350d9464aa952a6f",
	    .ed_public =
		"de11f13bfe3279a488c752edcdad8bcbbae741c6f070a6ef6453a4301773fe6c",
	    .fp =
		"26a93e84eba5bcaaefa9e1bbd2776ebc64e4ef6a1dba15f2989ebb95cd301996",
	    .signature =
		"66d6730b2022e26a0386cc3bbeead93c31aba9d6803526a7381c56810dd24a3a"
		"47f840102cf9473d69ca621e37bcadf29b17bb7f57e9ac8b14e64e9b52c1750f",
	},
	{
	    .x_secret =
		"2585b4954b051f90b150a3f374c37ec0a7b654060ef7459de7e28e84a00c0bd7",
	    .x_public =
		"cfdad487621b094c5c20943b73d37fb982e8c6e90adf2c7da5dd2963ab799e37",
	    .ed_seed =
		"8842611849702c3fc9782470429562b4dfc23d4c74e50fa3f41d0a10042ae863",
	    .ed_public =
		"32babb764c00f24be043c56c3db34918adf0fdd093f1f3304c1bf50a9645c140",
	    .fp =
		"ac09599c4b1b2631f1f6ce00df2c8aab4051f5f34aea3b9901a95a8945381ae7",
	    .signature =
		"af83f651f23935146b90b321fa770deb4e96ddfda3246618665a25c1513308ce"
		"3e385c41743ce18e9ea6e4a43a97cec1924fd837b75245b2a593b371c401d50f",
	},
};

static void
make_identity(int which, struct identity *id)
{
	uint8_t seed[SEED_SIZE] = { 0 };

	for (size_t i = 0; which == 1 && i < sizeof(seed); i++)
		seed[i] = (uint8_t)i;
	identity_from_seed(id, seed);
}

static void
assert_hex(const uint8_t *bytes, size_t size, const char *want)
{
	char text[2 * SIGNATURE_SIZE + 1];

	sodium_bin2hex(text, sizeof(text), bytes, size);
	assert_string_equal(text, want);
}

static void
keys_and_fingerprint_from_the_seed(void **state)
{
	(void)state;
	struct identity id;
	struct fp fp;
	for (int i = 0; i < 2; i++) {
		make_identity(i, &id);
		assert_hex(id.x.secret, NOISE_KEY_SIZE, cases[i].x_secret);
		assert_hex(id.x.public, NOISE_KEY_SIZE, cases[i].x_public);
		/* libsodium's secret key is the seed, then the public key. */
		assert_hex(id.ed_secret, SEED_SIZE, cases[i].ed_seed);
		assert_hex(id.ed_public, ED_PUBLIC_SIZE, cases[i].ed_public);
		assert_memory_equal(
		    id.ed_secret + SEED_SIZE, id.ed_public, ED_PUBLIC_SIZE);
		assert_hex(id.fp.b, FP_SIZE, cases[i].fp);
		fp_of_keys(id.ed_public, id.x.public, &fp);
		assert_memory_equal(fp.b, id.fp.b, FP_SIZE);
	}
}

static void
clear_leaves_nothing(void **state)
{
	(void)state;
	struct identity id;
	make_identity(1, &id);
	assert_false(sodium_is_zero((const uint8_t *)&id, sizeof(id)));
	identity_clear(&id);
	assert_true(sodium_is_zero((const uint8_t *)&id, sizeof(id)));
}

/* One pin covers both keys, each in its place. */
static void
fingerprint_covers_every_bit(void **state)
{
	(void)state;
	struct identity id;
	uint8_t keys[ED_PUBLIC_SIZE + NOISE_KEY_SIZE];
	struct fp fp;
	int equal = 0;
	make_identity(1, &id);
	for (size_t bit = 0; bit < 8 * sizeof(keys); bit++) {
		memcpy(keys, id.ed_public, ED_PUBLIC_SIZE);
		memcpy(keys + ED_PUBLIC_SIZE, id.x.public, NOISE_KEY_SIZE);
		keys[bit / 8] ^= (uint8_t)(1u << bit % 8);
		fp_of_keys(keys, keys + ED_PUBLIC_SIZE, &fp);
		equal += memcmp(fp.b, id.fp.b, FP_SIZE) == 0;
	}
	fp_of_keys(id.x.public, id.ed_public, &fp);
	equal += memcmp(fp.b, id.fp.b, FP_SIZE) == 0;
	assert_int_equal(equal, 0);
}

static void
signatures_of_the_vectors(void **state)
{
	(void)state;
	struct identity id;
	uint8_t sig[SIGNATURE_SIZE];
	for (int i = 0; i < 2; i++) {
		make_identity(i, &id);
		identity_sign(&id, domain, message, sizeof(message), sig);
		assert_hex(sig, sizeof(sig), cases[i].signature);
		assert_true(identity_verify(
		    id.ed_public, domain, message, sizeof(message), sig));
	}
	identity_sign(&id, domain, NULL, 0, sig);
	assert_true(identity_verify(id.ed_public, domain, NULL, 0, sig));
	assert_false(identity_verify(id.ed_public, domain, message, 1, sig));
}

static void
every_changed_bit_is_refused(void **state)
{
	(void)state;
	struct identity id, other;
	uint8_t sig[SIGNATURE_SIZE], text[sizeof(message)];
	int accepted = 0;
	make_identity(0, &other);
	make_identity(1, &id);
	identity_sign(&id, domain, message, sizeof(message), sig);
	for (size_t bit = 0; bit < 8 * sizeof(sig); bit++) {
		sig[bit / 8] ^= (uint8_t)(1u << bit % 8);
		accepted += identity_verify(
		    id.ed_public, domain, message, sizeof(message), sig);
		sig[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t bit = 0; bit < 8 * sizeof(text); bit++) {
		memcpy(text, message, sizeof(text));
		text[bit / 8] ^= (uint8_t)(1u << bit % 8);
		accepted += identity_verify(
		    id.ed_public, domain, text, sizeof(text), sig);
	}
	accepted += identity_verify(
	    other.ed_public, domain, message, sizeof(message), sig);
	accepted += identity_verify(
	    id.ed_public, domain, message, sizeof(message) - 1, sig);
	assert_int_equal(accepted, 0);
}

/* No signature serves two purposes, also where label and message would run
 * into each other. */
static void
domains_are_separate(void **state)
{
	(void)state;
	static const char *const domains[] = { "", "a", "ab", "earshot-beacon",
		"earshot-shout" };
	static const char *const texts[] = { "", "b", "bc", "abc", "c" };
	enum { COUNT = 5 };
	struct identity id;
	uint8_t sig[SIGNATURE_SIZE];
	int accepted = 0;
	make_identity(1, &id);
	for (int i = 0; i < COUNT * COUNT; i++) {
		const char *text = texts[i / COUNT];
		identity_sign(&id, domains[i % COUNT], (const uint8_t *)text,
		    strlen(text), sig);
		for (int k = 0; k < COUNT * COUNT; k++) {
			text = texts[k / COUNT];
			accepted +=
			    identity_verify(id.ed_public, domains[k % COUNT],
				(const uint8_t *)text, strlen(text), sig);
		}
	}
	assert_int_equal(accepted, COUNT * COUNT);
}

/* A key of low order would verify one signature over any message. */
static void
weak_public_keys_are_refused(void **state)
{
	(void)state;
	uint8_t key[ED_PUBLIC_SIZE] = { 1 }, sig[SIGNATURE_SIZE] = { 1 };
	assert_false(
	    identity_verify(key, domain, message, sizeof(message), sig));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_and_fingerprint_from_the_seed),
		cmocka_unit_test(clear_leaves_nothing),
		cmocka_unit_test(fingerprint_covers_every_bit),
		cmocka_unit_test(signatures_of_the_vectors),
		cmocka_unit_test(every_changed_bit_is_refused),
		cmocka_unit_test(domains_are_separate),
		cmocka_unit_test(weak_public_keys_are_refused),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
