/* SPDX-License-Identifier: MIT */
/* Message 1, behind its length in two bytes, and message 3. */
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

	if (size < 2 || sodium_init() < 0)
		return 0;
	size_t first = (size_t)data[0] << 8 | data[1];
	first = first > size - 2 ? size - 2 : first;
	memset(s.secret, 0x11, sizeof(s.secret));
	crypto_scalarmult_base(s.public, s.secret);
	noise_init(&n, NOISE_RESPONDER, &s, "fuzz", 4, &rng);
	if (noise_read(&n, data + 2, first, out, sizeof(out), &got) == 0 &&
	    noise_write(&n, NULL, 0, out, sizeof(out), &got) == 0)
		noise_read(&n, data + 2 + first, size - 2 - first, out,
		    sizeof(out), &got);
	noise_clear(&n);
	return 0;
}
