/* SPDX-License-Identifier: MIT */
#include "crypto/rng.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* xoshiro256** from the state 1, 2, 3, 4, in the order of its bytes. */
static void
seeded_gives_the_known_sequence(void **state)
{
	(void)state;
	static const uint64_t want[] = { UINT64_C(11520), 0,
		UINT64_C(1509978240), UINT64_C(1215971899390074240),
		UINT64_C(1216172134540287360), UINT64_C(607988272756665600),
		UINT64_C(16172922978634559625), UINT64_C(8476171486693032832),
		UINT64_C(10595114339597558777), UINT64_C(2904607092377533576) };
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 0);
	seed = (struct rng_seed){ { 1, 2, 3, 4 } };
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		uint8_t b[8];
		uint64_t got = 0;
		rng_fill(&rng, b, sizeof(b));
		for (int k = 7; k >= 0; k--)
			got = got << 8 | b[k];
		assert_true(got == want[i]);
	}
}

/* splitmix64 from 0, as its author prints it. */
static void
seed_is_spread_over_the_state(void **state)
{
	(void)state;
	struct rng_seed a, b;
	rng_seeded(&a, 0);
	assert_true(a.s[0] == UINT64_C(0xe220a8397b1dcdaf));
	assert_true(a.s[1] == UINT64_C(0x6e789e6aa1b965f4));
	assert_true(a.s[2] == UINT64_C(0x06c45d188009454f));
	assert_true(a.s[3] == UINT64_C(0xf88bb8a8724c81ec));
	rng_seeded(&b, 1);
	assert_memory_not_equal(&a, &b, sizeof(a));
}

static void
same_seed_same_bytes(void **state)
{
	(void)state;
	struct rng_seed sa, sb, sc;
	struct rng a = rng_seeded(&sa, 77), b = rng_seeded(&sb, 77);
	struct rng c = rng_seeded(&sc, 78);
	uint8_t xa[37], xb[37], xc[37];
	rng_fill(&a, xa, sizeof(xa));
	rng_fill(&b, xb, sizeof(xb));
	rng_fill(&c, xc, sizeof(xc));
	assert_memory_equal(xa, xb, sizeof(xa));
	assert_memory_not_equal(xa, xc, sizeof(xa));
	assert_true(rng_u32(&a) == rng_u32(&b));
}

static void
below_is_even_and_in_bounds(void **state)
{
	(void)state;
	static const uint32_t bounds[] = { 1, 2, 3, 10, 1000, UINT32_C(1) << 31,
		(UINT32_C(1) << 31) + 1, UINT32_MAX };
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 5);
	int counts[10] = { 0 };
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
		for (int k = 0; k < 200; k++)
			assert_true(rng_below(&rng, bounds[i]) < bounds[i]);
	for (int i = 0; i < 100000; i++)
		counts[rng_below(&rng, 10)]++;
	for (int i = 0; i < 10; i++)
		assert_in_range(counts[i], 9600, 10400);
}

/* Hands out the words given, low end first. */
struct script {
	const uint32_t *words;
	int used;
};

static void
fill_script(void *ctx, void *out, size_t n)
{
	struct script *s = ctx;
	uint8_t *b = out;
	uint32_t word = s->words[s->used++];

	assert_int_equal(n, 4);
	for (int i = 0; i < 4; i++)
		b[i] = (uint8_t)(word >> 8 * i);
}

/* 2^32 mod 3 is 1: the value 0 is one too many, and must be drawn again. */
static void
below_draws_again_where_it_would_lean(void **state)
{
	(void)state;
	static const uint32_t words[] = { 0, 0, 7, 1 };
	struct script s = { .words = words };
	struct rng rng = { .fill = fill_script, .ctx = &s };
	assert_int_equal(rng_below(&rng, 3), 1);
	assert_int_equal(s.used, 3);
	assert_true(rng_u32(&rng) == 1);
	s.used = 0;
	assert_int_equal(rng_below(&rng, 4), 0);
	assert_int_equal(s.used, 1);
}

static void
system_fills_every_byte(void **state)
{
	(void)state;
	struct rng rng = rng_system();
	uint8_t seen[64] = { 0 }, b[64];
	for (int i = 0; i < 16; i++) {
		rng_fill(&rng, b, sizeof(b));
		for (size_t k = 0; k < sizeof(b); k++)
			seen[k] |= b[k];
	}
	for (size_t k = 0; k < sizeof(seen); k++)
		assert_int_not_equal(seen[k], 0);
	memset(b, 0xc5, sizeof(b));
	rng_fill(&rng, b, 0);
	assert_int_equal(b[0], 0xc5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seeded_gives_the_known_sequence),
		cmocka_unit_test(seed_is_spread_over_the_state),
		cmocka_unit_test(same_seed_same_bytes),
		cmocka_unit_test(below_is_even_and_in_bounds),
		cmocka_unit_test(below_draws_again_where_it_would_lean),
		cmocka_unit_test(system_fills_every_byte),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
