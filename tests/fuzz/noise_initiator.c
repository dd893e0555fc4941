/* SPDX-License-Identifier: MIT */
/* Message 2, as a responder would send it. */
#include "crypto/noise.h"
#include "fuzz.h"

#include <sodium.h>
#include <string.h>

static void
fill_ephemeral(void *ctx, void *out, size_t n)
{
	(void)ctx;
	memset(out, 0x22, n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t out[NOISE_MESSAGE_MAX];
	struct noise_keypair s;
	struct rng rng = { .fill = fill_ephemeral };
	struct noise n;
	size_t got;

	if (sodium_init() < 0)
		return 0;
	memset(s.secret, 0x11, sizeof(s.secret));
	crypto_scalarmult_base(s.public, s.secret);
	noise_init(&n, NOISE_INITIATOR, &s, "fuzz", 4, &rng);
	if (noise_write(&n, NULL, 0, out, sizeof(out), &got) == 0 &&
	    noise_read(&n, data, size, out, sizeof(out), &got) == 0)
		noise_write(&n, NULL, 0, out, sizeof(out), &got);
	noise_clear(&n);
	return 0;
}
