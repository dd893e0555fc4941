/* SPDX-License-Identifier: MIT */
#include "crypto/seal.h"
#include "fuzz.h"

#include <sodium.h>
#include <string.h>

/* At a cost that lets many be tried. What opens is the seed that was sealed. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct passphrase right = { "fuzz", 4 };
	static const struct seal_limits limits = { { 1, 8192 }, { 2, 16384 } };
	static const uint8_t expected[SEED_SIZE] =
	    "a seed of thirty-two bytes, yes";
	uint8_t seed[SEED_SIZE];

	if (sodium_init() >= 0 &&
	    seal_open(&limits, &right, (const char *)data, size, seed) == 0)
		check(memcmp(seed, expected, SEED_SIZE) == 0);
	return 0;
}
