/* SPDX-License-Identifier: MIT */
/* Sealed by one library, opened by the other; one bit changed, or none. */
#include "crypto/bulk.h"

#include "app/libcrypto.h"
#include "base/err.h"
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t box[NOISE_MESSAGE_MAX], out[NOISE_MESSAGE_MAX];
	struct rsa_lib lib = libcrypto_load();
	if (size < 4 || size - 4 > sizeof(box) - NOISE_TAG_SIZE)
		return 0;
	struct noise_cipher a = { .nonce = data[0] }, b = a;
	memset(a.key, data[1], sizeof(a.key));
	memcpy(b.key, a.key, sizeof(b.key));
	struct bulk *fast = bulk_new(&lib, &a), *slow = bulk_new(NULL, &b);
	struct bulk *from = data[2] % 2 ? fast : slow;
	size_t n = size - 4 + NOISE_TAG_SIZE;
	check(bulk_seal(from, data + 4, size - 4, box) == 0);
	box[data[3] % n] ^= data[2] >> 1;
	int want = data[2] >> 1 == 0 ? 0 : ERR_AUTH;
	check(bulk_open(from == fast ? slow : fast, box, n, out) == want);
	check(want != 0 || size == 4 || memcmp(out, data + 4, size - 4) == 0);
	bulk_free(fast);
	bulk_free(slow);
	return 0;
}
