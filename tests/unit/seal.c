/* SPDX-License-Identifier: MIT */
#include "crypto/seal.h"

#include "base/err.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED_BY_SANITIZER
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define WATCHED_BY_SANITIZER
#endif

/* The cheapest there is, for what is tried a thousand times. */
static const struct seal_params cheap = { 1, 8192 };
static const struct seal_limits any = { { 1, 8192 }, { 4, 65536 } };
static const uint8_t seed[SEED_SIZE] = "a seed of thirty-two bytes, yes";
static const struct passphrase right = { "open sesame", 11 };

static const char header[] = "earshot identity 2\n"
			     "argon2id13 xchacha20poly1305\n"
			     "ops 1\n"
			     "mem 8192\n";

/*
 * Made by argon2 and XChaCha20-Poly1305 of other hands, see
 * tests/vectors/seal_vectors.py: salt and nonce count up from 0 and from 100.
 */
static const char known[] =
    "earshot identity 2\n"
    "argon2id13 xchacha20poly1305\n"
    "ops 1\n"
    "mem 8192\n"
    "salt 000102030405060708090a0b0c0d0e0f\n"
    "nonce 6465666768696a6b6c6d6e6f707172737475767778797a7b\n"
    "sealed "
    "61997c9d5bf382312ea5ff065264371ce9254ea03ab4205c680a31b44acc9164"
    "970a8bfaea70f55de1e51b482fdfe75b\n";

static size_t
seal_cheaply(char text[static SEAL_TEXT_MAX])
{
	struct rng_seed state;
	struct rng rng = rng_seeded(&state, 7);

	assert_int_equal(seal_make(&cheap, &rng, &right, seed, text), 0);
	return strlen(text);
}

/* What open gives; a seed comes out on success only. */
static int
open_text(const char *text, size_t n, const struct passphrase *passphrase)
{
	uint8_t got[SEED_SIZE], untouched[SEED_SIZE];

	memset(got, 0xee, sizeof(got));
	memset(untouched, 0xee, sizeof(untouched));
	/* A copy of that size, to have reads beyond it noticed. */
	char *copy = malloc(n + (n == 0));
	assert_non_null(copy);
	memcpy(copy, text, n);
	int err = seal_open(&any, passphrase, copy, n, got);
	assert_int_equal(seal_check(&any, copy, n), err == ERR_AUTH ? 0 : err);
	free(copy);
	assert_memory_equal(got, err == 0 ? seed : untouched, SEED_SIZE);
	return err;
}

static void
opens_with_the_right_passphrase_only(void **state)
{
	static const struct passphrase wrong[] = {
		{ "open sesam", 10 },
		{ "open sesame ", 12 },
		{ "Open sesame", 11 },
		{ "open sesame", 12 },
		{ "", 0 },
	};
	char text[SEAL_TEXT_MAX];
	size_t n = seal_cheaply(text);

	(void)state;
	assert_int_equal(open_text(text, n, &right), 0);
	assert_memory_equal(text, header, sizeof(header) - 1);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(open_text(text, n, &wrong[i]), ERR_AUTH);
}

static void
other_hands_make_the_same(void **state)
{
	(void)state;
	assert_int_equal(open_text(known, sizeof(known) - 1, &right), 0);
}

static void
each_seal_is_fresh(void **state)
{
	struct rng rng = rng_system();
	char one[SEAL_TEXT_MAX], two[SEAL_TEXT_MAX];
	size_t at = sizeof(header) - 1;

	(void)state;
	assert_int_equal(seal_make(&cheap, &rng, &right, seed, one), 0);
	assert_int_equal(seal_make(&cheap, &rng, &right, seed, two), 0);
	assert_memory_equal(one, two, at);
	/* Salt, nonce and box. */
	assert_memory_not_equal(one + at + 5, two + at + 5, 32);
	assert_memory_not_equal(one + at + 44, two + at + 44, 48);
	assert_memory_not_equal(one + at + 100, two + at + 100, 96);
}

/* Each bit, and each byte replaced by what a careless parser might skip or
 * take for the same. */
static void
changed_text_never_opens(void **state)
{
	static const char others[] = " \t\r\n0aAxX-+";
	char text[SEAL_TEXT_MAX];
	size_t n = seal_cheaply(text), refused = 0;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char was = text[i];
		for (int bit = 0; bit < 8; bit++) {
			text[i] = (char)(was ^ (1 << bit));
			assert_int_not_equal(open_text(text, n, &right), 0);
			refused++;
		}
		for (size_t k = 0; k < sizeof(others); k++) {
			text[i] = others[k];
			if (text[i] == was)
				continue;
			assert_int_not_equal(open_text(text, n, &right), 0);
			refused++;
		}
		text[i] = was;
	}
	assert_int_equal(open_text(text, n, &right), 0);
	assert_true(refused >= 8 * n + 10 * n);
}

static void
cut_or_longer_text_never_opens(void **state)
{
	char text[SEAL_TEXT_MAX + 8];
	size_t n = seal_cheaply(text);

	(void)state;
	for (size_t k = 0; k < n; k++)
		assert_int_equal(open_text(text, k, &right), ERR_FORMAT);
	memcpy(text + n, "\n\n\0", 4);
	for (size_t k = n + 1; k < n + 4; k++)
		assert_int_equal(open_text(text, k, &right), ERR_FORMAT);
	/* Without its first line, and with a byte put in anywhere. */
	assert_int_equal(open_text(text + 19, n - 19, &right), ERR_FORMAT);
	for (size_t k = 0; k <= n; k++) {
		char wider[SEAL_TEXT_MAX + 8];
		memcpy(wider, text, k);
		wider[k] = '0';
		memcpy(wider + k + 1, text + k, n - k);
		assert_int_not_equal(open_text(wider, n + 1, &right), 0);
	}
}

/* The text with another cost in it. */
static int
open_at_cost(const struct seal_limits *limits, const char *ops, const char *mem)
{
	char text[SEAL_TEXT_MAX], other[2 * SEAL_TEXT_MAX];
	uint8_t got[SEED_SIZE];

	seal_cheaply(text);
	int n = snprintf(other, sizeof(other), "%.48sops %s\nmem %s\n%s", text,
	    ops, mem, text + sizeof(header) - 1);
	return seal_open(limits, &right, other, (size_t)n, got);
}

static void
cost_has_a_floor_and_a_cap(void **state)
{
	static const struct {
		const char *ops, *mem;
		int err;
	} rows[] = {
		{ "2", "268435456", ERR_UNSUPPORTED },
		{ "0", "268435456", ERR_UNSUPPORTED },
		{ "3", "268435455", ERR_UNSUPPORTED },
		{ "3", "0", ERR_UNSUPPORTED },
		{ "1", "8192", ERR_UNSUPPORTED },
		{ "9", "268435456", ERR_UNSUPPORTED },
		{ "3", "1073741825", ERR_UNSUPPORTED },
		{ "4294967295", "4398046510080", ERR_UNSUPPORTED },
		{ "9999999999999999999", "9999999999999999999",
		    ERR_UNSUPPORTED },
		{ "18446744073709551619", "268435456", ERR_FORMAT },
		{ "03", "268435456", ERR_FORMAT },
		{ "+3", "268435456", ERR_FORMAT },
		{ "-3", "268435456", ERR_FORMAT },
		{ " 3", "268435456", ERR_FORMAT },
		{ "3 ", "268435456", ERR_FORMAT },
		{ "", "268435456", ERR_FORMAT },
		{ "3", "0x10000000", ERR_FORMAT },
	};

	(void)state;
	assert_int_equal(open_at_cost(&any, "1", "8192"), 0);
	assert_int_equal(open_at_cost(&any, "2", "8192"), ERR_AUTH);
	assert_int_equal(open_at_cost(&any, "1", "16384"), ERR_AUTH);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int err = open_at_cost(&seal_limits, rows[i].ops, rows[i].mem);
		if (err != rows[i].err)
			fail_msg("ops \"%s\" mem \"%s\": %d, not %d",
			    rows[i].ops, rows[i].mem, err, rows[i].err);
	}
}

static void
unknown_algorithm_is_told(void **state)
{
	static const char text[] = "earshot identity 2\nargon3 xyz\nops 3\n";
	static const char newer[] = "earshot identity 3\n";

	(void)state;
	assert_int_equal(
	    open_text(text, sizeof(text) - 1, &right), ERR_VERSION);
	assert_int_equal(
	    open_text(newer, sizeof(newer) - 1, &right), ERR_FORMAT);
}

static void
real_cost_opens(void **state)
{
	static const struct passphrase wrong = { "sesame", 6 };
	struct rng rng = rng_system();
	char text[SEAL_TEXT_MAX];
	uint8_t got[SEED_SIZE] = { 0 };

	(void)state;
	assert_int_equal(seal_params.ops, crypto_pwhash_OPSLIMIT_MODERATE);
	assert_int_equal(seal_params.mem, crypto_pwhash_MEMLIMIT_MODERATE);
	assert_int_equal(seal_make(&seal_params, &rng, &right, seed, text), 0);
	size_t n = strlen(text);
	assert_int_equal(
	    seal_open(&seal_limits, &wrong, text, n, got), ERR_AUTH);
	assert_int_equal(seal_open(&seal_limits, &right, text, n, got), 0);
	assert_memory_equal(got, seed, SEED_SIZE);
}

#ifndef WATCHED_BY_SANITIZER
/* In a process that may have no more than 128 MiB. Its status: 0 as it should
 * be. */
static int
seal_without_memory(void)
{
	struct rlimit limit = { 128 << 20, 128 << 20 };
	struct rng rng = rng_system();
	char text[SEAL_TEXT_MAX] = "untouched";
	uint8_t got[SEED_SIZE];
	char costly[] = "earshot identity 2\n"
			"argon2id13 xchacha20poly1305\n"
			"ops 3\n"
			"mem 268435456\n";
	char other[2 * SEAL_TEXT_MAX];

	if (setrlimit(RLIMIT_AS, &limit) != 0)
		return 1;
	if (seal_make(&seal_params, &rng, &right, seed, text) != ERR_LIMIT ||
	    strcmp(text, "untouched") != 0)
		return 2;
	int n = snprintf(
	    other, sizeof(other), "%s%s", costly, known + sizeof(header) - 1);
	if (seal_open(&seal_limits, &right, other, (size_t)n, got) != ERR_LIMIT)
		return 3;
	return 0;
}
#endif

static void
without_memory_it_fails(void **state)
{
	(void)state;
#ifdef WATCHED_BY_SANITIZER
	/* Which wants terabytes of addresses itself. */
	skip();
#else
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(seal_without_memory());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_with_the_right_passphrase_only),
		cmocka_unit_test(other_hands_make_the_same),
		cmocka_unit_test(each_seal_is_fresh),
		cmocka_unit_test(changed_text_never_opens),
		cmocka_unit_test(cut_or_longer_text_never_opens),
		cmocka_unit_test(cost_has_a_floor_and_a_cap),
		cmocka_unit_test(unknown_algorithm_is_told),
		cmocka_unit_test(real_cost_opens),
		cmocka_unit_test(without_memory_it_fails),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
