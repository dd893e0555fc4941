/* SPDX-License-Identifier: MIT */
/*
 * The Noise specification (§14) forbids a static key any use outside Noise,
 * hence a second pair for signatures. Both are drawn from the seed, and the
 * fingerprint covers both, so that one pin binds them together.
 */
#include "crypto/identity.h"

#include "base/mem.h"
#include "crypto/hash.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { SUBKEY_X25519 = 1, SUBKEY_ED25519 = 2 };

static const char kdf_context[crypto_kdf_CONTEXTBYTES + 1] = "EARSHOT1";

static void
derive(uint8_t out[static 32], uint64_t subkey,
    const uint8_t seed[static SEED_SIZE])
{
	int err =
	    crypto_kdf_derive_from_key(out, 32, subkey, kdf_context, seed);

	assert(err == 0);
	(void)err;
}

struct identity *
identity_new(void)
{
	struct identity *id = sodium_malloc(sizeof(*id));

	if (id == NULL)
		abort();
	memset(id, 0, sizeof(*id));
	return id;
}

void
identity_free(struct identity *id)
{
	sodium_free(id);
}

void
identity_from_seed(struct identity *id, const uint8_t seed[static SEED_SIZE])
{
	uint8_t ed_seed[crypto_sign_SEEDBYTES];

	derive(id->x.secret, SUBKEY_X25519, seed);
	int err = crypto_scalarmult_base(id->x.public, id->x.secret);
	assert(err == 0);
	derive(ed_seed, SUBKEY_ED25519, seed);
	err = crypto_sign_seed_keypair(id->ed_public, id->ed_secret, ed_seed);
	assert(err == 0);
	(void)err;
	sodium_memzero(ed_seed, sizeof(ed_seed));
	fp_of_keys(id->ed_public, id->x.public, &id->fp);
}

void
identity_clear(struct identity *id)
{
	sodium_memzero(id, sizeof(*id));
}

void
fp_of_keys(const uint8_t ed_public[static ED_PUBLIC_SIZE],
    const uint8_t x_public[static NOISE_KEY_SIZE], struct fp *ret_fp)
{
	struct hash_part parts[] = {
		{ ed_public, ED_PUBLIC_SIZE },
		{ x_public, NOISE_KEY_SIZE },
	};

	hash_256("earshot-fp-v1", parts, 2, ret_fp->b);
}

/* The NUL behind the label keeps "ab" + "c" apart from "a" + "bc". */
static uint8_t *
labelled(const char *domain, const uint8_t *msg, size_t n, size_t *ret_size)
{
	size_t label_size = strlen(domain) + 1;

	assert(n <= SIZE_MAX - label_size);
	uint8_t *bytes = xmalloc(label_size + n);
	memcpy(bytes, domain, label_size);
	if (n > 0)
		memcpy(bytes + label_size, msg, n);
	*ret_size = label_size + n;
	return bytes;
}

void
identity_sign(const struct identity *id, const char *domain, const uint8_t *msg,
    size_t n, uint8_t sig[static SIGNATURE_SIZE])
{
	size_t size;
	uint8_t *bytes = labelled(domain, msg, n, &size);
	int err = crypto_sign_detached(sig, NULL, bytes, size, id->ed_secret);

	assert(err == 0);
	(void)err;
	free(bytes);
}

bool
identity_verify(const uint8_t ed_public[static ED_PUBLIC_SIZE],
    const char *domain, const uint8_t *msg, size_t n,
    const uint8_t sig[static SIGNATURE_SIZE])
{
	size_t size;
	uint8_t *bytes = labelled(domain, msg, n, &size);
	int err = crypto_sign_verify_detached(sig, bytes, size, ed_public);

	free(bytes);
	return err == 0;
}
