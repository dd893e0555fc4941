/* SPDX-License-Identifier: MIT */
/* crypto/rsa.h where earshot is built without libcrypto. */
#include "base/err.h"
#include "crypto/rsa.h"

bool
rsa_is_available(void)
{
	return false;
}

bool
rsa_has_cipher(const struct rsa *r, enum rsa_cipher cipher)
{
	(void)r, (void)cipher;
	return false;
}

int
rsa_new(const struct rsa_lib *lib, struct rsa **ret_rsa)
{
	(void)lib, (void)ret_rsa;
	return ERR_UNSUPPORTED;
}

void
rsa_free(struct rsa *r)
{
	(void)r;
}

int
rsa_make(
    struct rsa *r, size_t modulus_size, uint8_t **ret_der, size_t *ret_size)
{
	(void)r, (void)modulus_size, (void)ret_der, (void)ret_size;
	return ERR_UNSUPPORTED;
}

int
rsa_load(struct rsa *r, const uint8_t *der, size_t n, struct rsa_key **ret_key)
{
	(void)r, (void)der, (void)n, (void)ret_key;
	return ERR_UNSUPPORTED;
}

void
rsa_key_free(struct rsa_key *key)
{
	(void)key;
}

const struct rsa_public *
rsa_key_public(const struct rsa_key *key)
{
	(void)key;
	return NULL;
}

int
rsa_fingerprint(struct rsa *r, const struct rsa_public *key,
    uint8_t out[static RSA_FINGERPRINT_SIZE])
{
	(void)r, (void)key, (void)out;
	return ERR_UNSUPPORTED;
}

int
rsa_encrypt(struct rsa *r, const struct rng *rng, const struct rsa_public *key,
    const uint8_t *secret, size_t n, uint8_t out[static RSA_SIZE_MAX])
{
	(void)r, (void)rng, (void)key, (void)secret, (void)n, (void)out;
	return ERR_UNSUPPORTED;
}

int
rsa_decrypt(const struct rsa_key *key, const struct rng *rng, const uint8_t *in,
    size_t n, uint8_t *ret_secret, size_t size)
{
	(void)key, (void)rng, (void)in, (void)n, (void)ret_secret, (void)size;
	return ERR_UNSUPPORTED;
}

int
rsa_sign(const struct rsa_key *key, enum rsa_digest digest, const uint8_t *p,
    size_t n, uint8_t out[static RSA_SIZE_MAX])
{
	(void)key, (void)digest, (void)p, (void)n, (void)out;
	return ERR_UNSUPPORTED;
}

int
rsa_verify(struct rsa *r, const struct rsa_public *key, enum rsa_digest digest,
    const uint8_t *p, size_t n, const uint8_t *signature, size_t signature_size)
{
	(void)r, (void)key, (void)digest, (void)p, (void)n, (void)signature;
	(void)signature_size;
	return ERR_UNSUPPORTED;
}

int
rsa_cbc_encrypt(struct rsa *r, enum rsa_cipher cipher, const uint8_t *key,
    const uint8_t *iv, const uint8_t *p, size_t n, uint8_t *out,
    size_t *ret_size)
{
	(void)r, (void)cipher, (void)key, (void)iv, (void)p, (void)n, (void)out;
	(void)ret_size;
	return ERR_UNSUPPORTED;
}

int
rsa_cbc_decrypt(struct rsa *r, enum rsa_cipher cipher, const uint8_t *key,
    const uint8_t *iv, const uint8_t *p, size_t n, uint8_t *out,
    size_t *ret_size)
{
	(void)r, (void)cipher, (void)key, (void)iv, (void)p, (void)n, (void)out;
	(void)ret_size;
	return ERR_UNSUPPORTED;
}

int
rsa_ctr_new(struct rsa *r, const uint8_t key[static RSA_AES_KEY_SIZE],
    const uint8_t counter[static RSA_AES_BLOCK], struct rsa_ctr **ret_ctr)
{
	(void)r, (void)key, (void)counter, (void)ret_ctr;
	return ERR_UNSUPPORTED;
}

void
rsa_ctr_free(struct rsa_ctr *c)
{
	(void)c;
}

void
rsa_ctr_apply(struct rsa_ctr *c, uint8_t *p, size_t n)
{
	(void)c, (void)p, (void)n;
}
