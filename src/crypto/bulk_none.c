/* SPDX-License-Identifier: MIT */
/* crypto/bulk_lib.h where earshot is built without libcrypto. */
#include "crypto/bulk_lib.h"

#include "base/err.h"

struct bulk_lib *
bulk_lib_new(const struct rsa_lib *lib)
{
	(void)lib;
	return NULL;
}

void
bulk_lib_free(struct bulk_lib *b)
{
	(void)b;
}

void
bulk_lib_key(struct bulk_lib *b, const uint8_t key[static NOISE_KEY_SIZE])
{
	(void)b, (void)key;
}

void
bulk_lib_seal(struct bulk_lib *b, uint64_t nonce, const uint8_t *in, size_t n,
    uint8_t *out)
{
	(void)b, (void)nonce, (void)in, (void)n, (void)out;
}

int
bulk_lib_open(struct bulk_lib *b, uint64_t nonce, const uint8_t *in, size_t n,
    uint8_t *out)
{
	(void)b, (void)nonce, (void)in, (void)n, (void)out;
	return ERR_UNSUPPORTED;
}
