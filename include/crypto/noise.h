/* SPDX-License-Identifier: MIT */
/*
 * Noise_XX_25519_ChaChaPoly_BLAKE2b (Noise specification, revision 34):
 * the handshake and the two cipher states it ends in. No I/O, no clock.
 *
 * Every failure wipes the object and leaves it dead: all later calls return
 * ERR_STATE. Outputs are written only on success.
 */
#ifndef CRYPTO_NOISE_H
#define CRYPTO_NOISE_H

#include "crypto/hash.h"
#include "crypto/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	NOISE_KEY_SIZE = 32, /* DHLEN of 25519, and a ChaCha20 key */
	NOISE_TAG_SIZE = 16,
	NOISE_MESSAGE_MAX = 65535, /* §3: every Noise message */
	/* Bytes that each handshake message adds to its payload. */
	NOISE_XX_1_OVERHEAD = 32,
	NOISE_XX_2_OVERHEAD = 32 + 32 + 16 + 16,
	NOISE_XX_3_OVERHEAD = 32 + 16 + 16,
};

enum noise_role { NOISE_INITIATOR, NOISE_RESPONDER };

struct noise_keypair {
	uint8_t secret[NOISE_KEY_SIZE];
	uint8_t public[NOISE_KEY_SIZE];
};

/* One direction of an established session. */
struct noise_cipher {
	uint8_t key[NOISE_KEY_SIZE];
	uint64_t nonce; /* next; 2^64-1 is never used (§5.1) */
};

struct noise {
	enum noise_role role;
	int step; /* 0, 1, 2: which message is next; 3: done; -1: dead */
	bool has_key;
	struct rng rng; /* for the ephemeral key only */
	struct noise_keypair s, e;
	uint8_t rs[NOISE_KEY_SIZE], re[NOISE_KEY_SIZE];
	uint8_t ck[HASH_SIZE], h[HASH_SIZE];
	struct noise_cipher cipher;
};

/* Copies the key pair and mixes in the prologue, also an empty one. */
void noise_init(struct noise *n, enum noise_role role,
    const struct noise_keypair *s, const void *prologue, size_t prologue_size,
    const struct rng *rng);
/* Wipes. */
void noise_clear(struct noise *n);

/*
 * Writes the next handshake message with its payload. ERR_STATE out of turn,
 * ERR_LIMIT when out is too small, ERR_AUTH for an all-zero shared secret.
 */
int noise_write(struct noise *n, const void *payload, size_t payload_size,
    uint8_t *out, size_t cap, size_t *ret_size);
/*
 * Reads the next handshake message; the payload is decrypted into out, which
 * must have room for size bytes. ERR_STATE, ERR_SHORT, ERR_LIMIT, ERR_AUTH.
 */
int noise_read(struct noise *n, const uint8_t *in, size_t size, uint8_t *out,
    size_t cap, size_t *ret_size);
/* The static key of the other end, known after message 2 (initiator) or 3
 * (responder); NULL before. */
const uint8_t *noise_remote_static(const struct noise *n);
/* True once all three messages went well: noise_split may follow. */
bool noise_is_done(const struct noise *n);
/* Once done: gives both directions and the handshake hash, the channel
 * binding of §11.2, then wipes the handshake. ERR_STATE before. */
int noise_split(struct noise *n, struct noise_cipher *ret_send,
    struct noise_cipher *ret_receive, uint8_t ret_hash[static HASH_SIZE]);

/* Seals n bytes to n + NOISE_TAG_SIZE; out may equal in. ERR_LIMIT when the
 * nonce is used up or the result would pass NOISE_MESSAGE_MAX. */
int noise_seal(struct noise_cipher *c, const void *ad, size_t ad_size,
    const uint8_t *in, size_t n, uint8_t *out);
/* Opens n bytes (n >= NOISE_TAG_SIZE) to n - NOISE_TAG_SIZE; out may equal in.
 * ERR_SHORT, ERR_AUTH (the nonce does not move), ERR_LIMIT. The tag is checked
 * first: after ERR_AUTH the room in out for the plain text is zeroed. */
int noise_open(struct noise_cipher *c, const void *ad, size_t ad_size,
    const uint8_t *in, size_t n, uint8_t *out);
/* Wipes; after that noise_seal and noise_open give ERR_LIMIT. */
void noise_cipher_clear(struct noise_cipher *c);
/* §11.3: a new key from the old one; the nonce stays. */
void noise_rekey(struct noise_cipher *c);

#endif
