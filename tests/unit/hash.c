/* SPDX-License-Identifier: MIT */
/* The constants are of RFC 7693 and of tests/vectors/identity_vectors.py. */
#include "crypto/hash.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static void
assert_hex(const uint8_t *bytes, size_t size, const char *want)
{
	char text[2 * HASH_SIZE + 1];

	sodium_bin2hex(text, sizeof(text), bytes, size);
	assert_string_equal(text, want);
}

static struct hash_part
part(const char *text)
{
	return (struct hash_part){ text, strlen(text) };
}

static void
blake2b_512(void **state)
{
	(void)state;
	struct hash_part abc = part("abc");
	uint8_t out[HASH_SIZE];
	hash_parts(&abc, 1, out);
	assert_hex(out, sizeof(out),
	    "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
	    "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
	hash_parts(NULL, 0, out);
	assert_hex(out, sizeof(out),
	    "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419"
	    "d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce");
}

static void
parts_are_one_message(void **state)
{
	(void)state;
	struct hash_part parts[] = { { NULL, 0 }, part("a"), part(""),
		part("bc") };
	struct hash_part abc = part("abc");
	uint8_t one[HASH_SIZE], many[HASH_SIZE];
	hash_parts(&abc, 1, one);
	hash_parts(parts, 4, many);
	assert_memory_equal(one, many, sizeof(one));
	hash_256("p", &abc, 1, one);
	hash_256("p", parts, 4, many);
	assert_memory_equal(one, many, 32);
	hmac_parts((const uint8_t *)"k", 1, &abc, 1, one);
	hmac_parts((const uint8_t *)"k", 1, parts, 4, many);
	assert_memory_equal(one, many, sizeof(one));
}

static void
blake2b_256_with_personalisation(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "earshot-fp-v1",
		    "92a51751770a07b7e5dd7aa519845697a55b2b82446c3ee34dd9221fb4f12455" },
		{ "",
		    "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319" },
		{ "0123456789abcdef",
		    "139dad3b92ad7c4601ae1ba6c616ca59699c6b1e8e789d095e1bec905871f612" },
	};
	struct hash_part abc = part("abc");
	uint8_t out[32];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hash_256(cases[i][0], &abc, 1, out);
		assert_hex(out, sizeof(out), cases[i][1]);
	}
}

struct hmac_case {
	size_t key_size;
	const char *key, *text, *want;
};

/* Below, at and over the block, where the key is hashed first. */
static void
hmac_of_rfc_2104(void **state)
{
	(void)state;
	char k[HASH_BLOCK_SIZE + 1];
	const struct hmac_case cases[] = {
		{ 3, "key", "The quick brown fox jumps over the lazy dog",
		    "92294f92c0dfb9b00ec9ae8bd94d7e7d8a036b885a499f149dfe2fd2199394aa"
		    "af6b8894a1730cccb2cd050f9bcf5062a38b51b0dab33207f8ef35ae2c9df51b" },
		{ 0, NULL, "",
		    "198cd2006f66ff83fbbd913f78aca2251caf4f19fe9475aade8cf2091b99a684"
		    "66775177424f58286886cbae8229644cec747237d4b721735485e17372fdf59c" },
		{ HASH_BLOCK_SIZE, k, "block",
		    "73f696bbf2dfa29bd1f3e54223d8e17082a12868d5cfa6e44431fad2c4c00741"
		    "3eaa7b126e964d58936043457d0c11509ab724fb471fd4f2cbcaf2774ad88377" },
		{ HASH_BLOCK_SIZE + 1, k, "longer",
		    "a3e03051bf1faa13b497314654e2e70f76e804ad18e874588f86684e0ed35025"
		    "2cb08c58d2c0f2e75f133fa9420a67b15fc3175cfd630d3e169db6c33636b5bb" },
	};
	memset(k, 'k', sizeof(k));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hash_part text = part(cases[i].text);
		uint8_t out[HASH_SIZE];
		hmac_parts((const uint8_t *)cases[i].key, cases[i].key_size,
		    &text, 1, out);
		assert_hex(out, sizeof(out), cases[i].want);
	}
}

static void
hkdf_of_noise(void **state)
{
	(void)state;
	uint8_t ck[HASH_SIZE], ikm[32], one[HASH_SIZE], two[HASH_SIZE];
	for (size_t i = 0; i < sizeof(ck); i++)
		ck[i] = (uint8_t)i;
	memcpy(ikm, ck, sizeof(ikm));
	hkdf2(ck, ikm, sizeof(ikm), one, two);
	assert_hex(one, sizeof(one),
	    "b257cf2863e7aa7f84d41d31e58df6dfb1e0a6cf3172192cc35eba2625a21975"
	    "db4475b2ef89316383acac6b2ac7cf03f7583e0ff20a64fb208fa5b1199f835f");
	assert_hex(two, sizeof(two),
	    "4f4d712feaff914e80db4d0d400a46056854134b5001018c4f1fe19bb477053c"
	    "5a9b92f8c937b1328c0ae7e51895b8d68068bc84d59436cc3b75de5a2d6d0630");
	/* Split has no input, and MixKey puts the first output in ck. */
	hkdf2(ck, NULL, 0, ck, two);
	assert_hex(ck, sizeof(ck),
	    "03be0946afb62e33dcc2e8cb76dfad47663d284d81c0bde963f32a283dede221"
	    "be2b9e3a86fa82934234d2a6ed331fb664a3e670252b9454da9ed2567b435e11");
	assert_hex(two, sizeof(two),
	    "8481b385940ea1ddc1e37243d34e6a00d9e35fe86844b75be2f9d084efcbf4a9"
	    "d18c764645baf5262707efcb490c9ddfcc81c78ff75e1e727428f05b9fee857f");
}

/* Computed with the reference implementation of BLAKE2. */
static void
blake2b_128_with_a_key(void **state)
{
	(void)state;
	struct hash_part parts[] = { part("a"), part("bc") };
	uint8_t key[HASH_KEY_SIZE], out[HASH_128_SIZE], other[HASH_128_SIZE];

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	hash_keyed_128(key, parts, 2, out);
	assert_hex(out, sizeof(out), "1a64be47e4729d951c302ee543f97cf3");
	hash_keyed_128(key, NULL, 0, other);
	assert_hex(other, sizeof(other), "3daf97bce7888fd59773c66bf647459c");
	assert_false(hash_equal(out, other, sizeof(out)));
	assert_true(hash_equal(out, out, sizeof(out)));
	key[31] ^= 1;
	hash_keyed_128(key, parts, 2, other);
	assert_false(hash_equal(out, other, sizeof(out)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blake2b_512),
		cmocka_unit_test(parts_are_one_message),
		cmocka_unit_test(blake2b_256_with_personalisation),
		cmocka_unit_test(blake2b_128_with_a_key),
		cmocka_unit_test(hmac_of_rfc_2104),
		cmocka_unit_test(hkdf_of_noise),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
