/* SPDX-License-Identifier: MIT */
/* What decodes is encoded again; that decodes, is signed, and says the same. */
#include "wire/beacon.h"
#include "fuzz.h"

#include <sodium.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct beacon b, again;
	struct identity id;
	uint8_t out[BEACON_MAX], more[BEACON_MAX], seed[SEED_SIZE] = { 1 };
	size_t n, more_size;

	check(sodium_init() >= 0);
	if (beacon_decode(data, size, &b) < 0)
		return 0;
	beacon_verify(data, size, &b);
	identity_from_seed(&id, seed);
	memcpy(b.ed_public, id.ed_public, ED_PUBLIC_SIZE);
	memcpy(b.x_public, id.x.public, NOISE_KEY_SIZE);
	check(beacon_encode(&b, &id, out, &n) == 0);
	check(beacon_decode(out, n, &again) == 0);
	check(beacon_verify(out, n, &again));
	check(beacon_encode(&again, &id, more, &more_size) == 0);
	check(n == more_size && memcmp(out, more, n) == 0);
	return 0;
}
