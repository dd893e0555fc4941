/* SPDX-License-Identifier: MIT */
#include "crypto/rng.h"

#include <assert.h>
#include <sodium.h>

static void
system_fill(void *ctx, void *out, size_t n)
{
	(void)ctx;
	randombytes_buf(out, n);
}

struct rng
rng_system(void)
{
	return (struct rng){ .fill = system_fill };
}

static uint64_t
rotate_left(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

/* One step of xoshiro256**. */
static uint64_t
seed_next(struct rng_seed *state)
{
	uint64_t *s = state->s;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate_left(s[3], 45);
	return result;
}

static void
seeded_fill(void *ctx, void *out, size_t n)
{
	struct rng_seed *state = ctx;
	uint8_t *bytes = out;

	/* Bytes are taken low end first, so a seed replays on any machine. */
	for (size_t i = 0; i < n;) {
		uint64_t word = seed_next(state);
		for (int k = 0; k < 8 && i < n; k++, i++) {
			bytes[i] = (uint8_t)word;
			word >>= 8;
		}
	}
}

/*
 * The four words come from splitmix64: neighbouring seeds start far apart, and
 * the state cannot be all zero, which xoshiro would never leave.
 */
struct rng
rng_seeded(struct rng_seed *state, uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		state->s[i] = z ^ z >> 31;
	}
	return (struct rng){ .fill = seeded_fill, .ctx = state };
}

void
rng_fill(const struct rng *rng, void *out, size_t n)
{
	rng->fill(rng->ctx, out, n);
}

uint32_t
rng_u32(const struct rng *rng)
{
	uint8_t b[4];

	rng_fill(rng, b, sizeof(b));
	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[3] << 24;
}

uint32_t
rng_below(const struct rng *rng, uint32_t bound)
{
	assert(bound > 0);
	/* 2^32 mod bound values are too many for an even share: drawn again. */
	uint32_t surplus = (UINT32_MAX - bound + 1) % bound;
	uint32_t value;
	do {
		value = rng_u32(rng);
	} while (value < surplus);
	return value % bound;
}
