/* SPDX-License-Identifier: MIT */
/*
 * Who we are: one random seed, and the two unrelated key pairs drawn from it.
 *
 *   crypto_kdf (BLAKE2b), context "EARSHOT1":
 *     sub-key 1  X25519 secret, used in Noise only
 *     sub-key 2  Ed25519 seed, used for signatures only
 *     sub-key 3  local database key
 *
 * fingerprint = BLAKE2b-256(ed_pk || x_pk, personal "earshot-fp-v1")
 */
#ifndef CRYPTO_IDENTITY_H
#define CRYPTO_IDENTITY_H

#include "base/id.h"
#include "crypto/noise.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SEED_SIZE = 32,
	ED_PUBLIC_SIZE = 32,
	ED_SECRET_SIZE = 64,
	SIGNATURE_SIZE = 64,
};

struct identity {
	struct noise_keypair x;
	uint8_t ed_secret[ED_SECRET_SIZE];
	uint8_t ed_public[ED_PUBLIC_SIZE];
	struct fp fp;
};

/* Zeros, in memory that the system does not write to swap or a core file where
 * it lets us ask for that. sodium_init must have succeeded. */
struct identity *identity_new(void);
/* Wipes and frees; NULL is nothing. */
void identity_free(struct identity *id);
/* The seed is not kept. */
void identity_from_seed(
    struct identity *id, const uint8_t seed[static SEED_SIZE]);
/* Wipes. */
void identity_clear(struct identity *id);
/* The fingerprint of whoever has both keys. */
void fp_of_keys(const uint8_t ed_public[static ED_PUBLIC_SIZE],
    const uint8_t x_public[static NOISE_KEY_SIZE], struct fp *ret_fp);

/* The domain is a NUL-free label that is signed in front of the message with
 * its terminating NUL, so no signature serves two purposes. */
void identity_sign(const struct identity *id, const char *domain,
    const uint8_t *msg, size_t n, uint8_t sig[static SIGNATURE_SIZE]);
/* True when the key made sig over domain and message. */
bool identity_verify(const uint8_t ed_public[static ED_PUBLIC_SIZE],
    const char *domain, const uint8_t *msg, size_t n,
    const uint8_t sig[static SIGNATURE_SIZE]);

#endif
