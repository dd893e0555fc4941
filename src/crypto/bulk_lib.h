/* SPDX-License-Identifier: MIT */
/* One direction of crypto/bulk.h by libcrypto. Counters and bounds are the
 * caller's. */
#ifndef CRYPTO_BULK_LIB_H
#define CRYPTO_BULK_LIB_H

#include "crypto/noise.h"
#include "crypto/rsa.h"

#include <stddef.h>
#include <stdint.h>

struct bulk_lib;

/* NULL: there is none. */
struct bulk_lib *bulk_lib_new(const struct rsa_lib *lib);
/* Wipes. NULL is fine. */
void bulk_lib_free(struct bulk_lib *b);
/* Before anything else, and again for another key. */
void bulk_lib_key(struct bulk_lib *b, const uint8_t key[static NOISE_KEY_SIZE]);
/* n bytes to n + NOISE_TAG_SIZE; out may equal in. */
void bulk_lib_seal(struct bulk_lib *b, uint64_t nonce, const uint8_t *in,
    size_t n, uint8_t *out);
/* n plain bytes and their tag; out may equal in. ERR_AUTH: out is zeroed. */
int bulk_lib_open(struct bulk_lib *b, uint64_t nonce, const uint8_t *in,
    size_t n, uint8_t *out);

#endif
