/* SPDX-License-Identifier: MIT */
/*
 * Randomness as a value. The program hands in libsodium's; tests hand in a
 * seeded one. The function does not re-enter.
 */
#ifndef CRYPTO_RNG_H
#define CRYPTO_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
	void (*fill)(void *ctx, void *out, size_t n);
	void *ctx;
};

/* libsodium's generator; sodium_init must have succeeded. */
struct rng rng_system(void);
/* Not for secrets: xoshiro256** over *state, for tests and simulation. The
 * state is borrowed and must outlive the rng. */
struct rng_seed {
	uint64_t s[4];
};
struct rng rng_seeded(struct rng_seed *state, uint64_t seed);

/* Uniform bytes. */
void rng_fill(const struct rng *rng, void *out, size_t n);
uint32_t rng_u32(const struct rng *rng);
/* Uniform in 0 .. bound-1; bound > 0. */
uint32_t rng_below(const struct rng *rng, uint32_t bound);

#endif
