/* SPDX-License-Identifier: MIT */
/*
 * Multilinear hashing: 32-bit words times secret 64-bit factors, summed, the
 * upper half of the sum. Two different inputs of one length collide with a
 * probability of 2^-32 over the choice of the factors.
 */
#include "proto/discover_salt.h"

#include <string.h>

void
discover_salt_init(struct discover_salt *s, const struct rng *rng)
{
	rng_fill(rng, s, sizeof(*s));
}

static uint32_t
hash_words(const struct discover_salt *s, const uint32_t words[SALT_WORDS])
{
	uint64_t sum = s->term;

	for (unsigned i = 0; i < SALT_WORDS; i++)
		sum += s->factor[i] * words[i];
	return (uint32_t)(sum >> 32);
}

uint32_t
discover_hash_fp(const struct discover_salt *s, const struct fp *fp)
{
	uint32_t words[SALT_WORDS];

	_Static_assert(sizeof(words) == FP_SIZE, "a fingerprint is 8 words");
	memcpy(words, fp->b, sizeof(words));
	return hash_words(s, words);
}

static uint32_t
hash_addr(const struct discover_salt *s, const struct addr *a, uint16_t port)
{
	uint32_t words[SALT_WORDS] = { 0 };

	memcpy(words, a->ip, sizeof(a->ip));
	words[4] = a->scope;
	words[5] = a->family;
	words[6] = port;
	return hash_words(s, words);
}

uint32_t
discover_hash_addr(const struct discover_salt *s, const struct addr *a)
{
	return hash_addr(s, a, a->port);
}

uint32_t
discover_hash_host(const struct discover_salt *s, const struct addr *a)
{
	return hash_addr(s, a, 0);
}
