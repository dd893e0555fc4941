/* SPDX-License-Identifier: MIT */
/*
 * A seed under a passphrase, as the text of the identity file:
 *
 *   earshot identity 2
 *   argon2id13 xchacha20poly1305
 *   ops DECIMAL
 *   mem DECIMAL, in bytes
 *   salt 32 hex digits
 *   nonce 48 hex digits
 *   sealed 96 hex digits
 *
 * The key is Argon2id (RFC 9106) of passphrase, salt, ops and mem; the seed is
 * sealed by XChaCha20-Poly1305 with everything up to and with "sealed " as
 * additional data. The text has one spelling only, and ends in a line break.
 */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "crypto/identity.h"
#include "crypto/rng.h"

#include <stddef.h>
#include <stdint.h>

enum {
	PASSPHRASE_MAX = 1023,
	SEAL_TEXT_MAX = 512, /* with a NUL behind it */
};

/* Bytes as they were typed; size 0 is none. To be wiped. */
struct passphrase {
	char bytes[PASSPHRASE_MAX + 1];
	size_t size;
};

/* What a guess costs: passes, and bytes of memory. */
struct seal_params {
	uint64_t ops, mem;
};

/* What a text may ask for. Below the least a guess would be cheap; above the
 * most, a text that somebody planted would eat the machine. */
struct seal_limits {
	struct seal_params least, most;
};

extern const struct seal_params seal_params; /* 3 passes over 256 MiB */
extern const struct seal_limits seal_limits;

/*
 * Seals the seed with a fresh salt and nonce; the passphrase must not be empty.
 * Writes the text with a NUL behind it. 0, or ERR_LIMIT where the memory cannot
 * be had: it is never done with less. sodium_init must have succeeded.
 */
int seal_make(const struct seal_params *params, const struct rng *rng,
    const struct passphrase *passphrase, const uint8_t seed[static SEED_SIZE],
    char ret_text[static SEAL_TEXT_MAX]);
/* Whether it is worth asking for a passphrase: 0, or ERR_FORMAT: not such a
 * text; ERR_VERSION: sealed in a way we do not know; ERR_UNSUPPORTED: its cost
 * is out of the limits. */
int seal_check(const struct seal_limits *limits, const char *text, size_t n);
/* Opens it. The same errors; ERR_LIMIT: the memory cannot be had; ERR_AUTH: a
 * wrong passphrase, or the text was changed. */
int seal_open(const struct seal_limits *limits,
    const struct passphrase *passphrase, const char *text, size_t n,
    uint8_t ret_seed[static SEED_SIZE]);

#endif
