/* SPDX-License-Identifier: MIT */
/*
 * ChaCha20-Poly1305 for a lot of data: the bytes of noise_seal and noise_open
 * (crypto/noise.h), from libcrypto of OpenSSL where that is there, which is
 * about three times as fast as libsodium 1.0.18; else from libsodium.
 */
#ifndef CRYPTO_BULK_H
#define CRYPTO_BULK_H

#include "crypto/noise.h"
#include "crypto/rsa.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One direction, with its key. */
struct bulk;

/* Takes over from c, which is wiped. lib: where libcrypto was loaded; NULL, or
 * without it: libsodium. Never fails. */
struct bulk *bulk_new(const struct rsa_lib *lib, struct noise_cipher *c);
/* Wipes. NULL is fine. */
void bulk_free(struct bulk *b);
/* libcrypto does it. */
bool bulk_is_fast(const struct bulk *b);

/* n bytes to n + NOISE_TAG_SIZE; out may equal in. ERR_LIMIT as noise_seal. */
int bulk_seal(struct bulk *b, const uint8_t *in, size_t n, uint8_t *out);
/* n bytes to n - NOISE_TAG_SIZE; out may equal in. ERR_SHORT, ERR_AUTH,
 * ERR_LIMIT as noise_open. */
int bulk_open(struct bulk *b, const uint8_t *in, size_t n, uint8_t *out);
/* noise_rekey. */
void bulk_rekey(struct bulk *b);

#endif
