/* SPDX-License-Identifier: MIT */
/*
 * The algorithms of IP Messenger, through libcrypto of OpenSSL: RSA with
 * PKCS #1 v1.5, SHA-1 and SHA-256 under signatures, AES-256 and Blowfish-128.
 * Nothing of earshot's own protocol uses any of it.
 *
 * libcrypto is not linked: every start would be a third longer, and few need
 * it. Whoever does hands in where its functions are. earshot can be
 * built without, too: then there is no struct rsa, and whatever would make one
 * says ERR_UNSUPPORTED.
 *
 * No configuration of OpenSSL is read.
 */
#ifndef CRYPTO_RSA_H
#define CRYPTO_RSA_H

#include "crypto/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RSA_SIZE_1024 = 128, /* bytes of a modulus, and of what it encrypts */
	RSA_SIZE_2048 = 256,
	RSA_SIZE_MAX = RSA_SIZE_2048,
	RSA_SECRET_MAX = 64, /* bytes of a session key */
	RSA_DER_MAX = 2048,
	RSA_FINGERPRINT_SIZE = 8,
	RSA_AES_KEY_SIZE = 32,
	RSA_AES_BLOCK = 16,
	RSA_BLOWFISH_KEY_SIZE = 16,
	RSA_BLOWFISH_BLOCK = 8,
};

/* Where libcrypto was loaded, for the rest of the run. */
struct rsa_lib {
	/* The function of that name; NULL: there is none. */
	void *(*find)(void *ctx, const char *name);
	void *ctx;
};

/* libcrypto, as opened for us. */
struct rsa;
/* A private key. */
struct rsa_key;

struct rsa_public {
	uint8_t n[RSA_SIZE_MAX]; /* big-endian; the first byte is not 0 */
	size_t size;             /* RSA_SIZE_1024 or RSA_SIZE_2048 */
	uint32_t e;
};

enum rsa_digest { RSA_SHA1, RSA_SHA256 };
enum rsa_cipher { RSA_AES_256, RSA_BLOWFISH_128 };

/* Whether it was built with libcrypto. */
bool rsa_is_available(void);

/* ERR_UNSUPPORTED: there is no libcrypto, or not all that is needed of it. */
int rsa_new(const struct rsa_lib *lib, struct rsa **ret_rsa);
/* After all keys and streams made of it; NULL is fine. */
void rsa_free(struct rsa *r);
/* Blowfish may be left out of a libcrypto. */
bool rsa_has_cipher(const struct rsa *r, enum rsa_cipher cipher);

/* A new private key of so many bytes, as DER (PKCS #1; caller wipes and
 * frees), from libcrypto's own random numbers. Takes long. ERR_UNSUPPORTED. */
int rsa_make(
    struct rsa *r, size_t modulus_size, uint8_t **ret_der, size_t *ret_size);
/* ERR_FORMAT: not one private key and nothing else; ERR_UNSUPPORTED: of another
 * size. */
int rsa_load(
    struct rsa *r, const uint8_t *der, size_t n, struct rsa_key **ret_key);
void rsa_key_free(struct rsa_key *key);
/* Lives as long as the key. */
const struct rsa_public *rsa_key_public(const struct rsa_key *key);

/* From both numbers, big-endian, zeros in front allowed. ERR_FORMAT: no such
 * key can be; ERR_UNSUPPORTED: of another size. */
int rsa_public_from(const uint8_t *e, size_t e_size, const uint8_t *n,
    size_t n_size, struct rsa_public *ret_key);

/* The label that IP Messenger puts into names. */
int rsa_fingerprint(struct rsa *r, const struct rsa_public *key,
    uint8_t out[static RSA_FINGERPRINT_SIZE]);

/* key->size bytes into out; padded by the rng. n <= RSA_SECRET_MAX.
 * ERR_FORMAT: libcrypto does not take this key. */
int rsa_encrypt(struct rsa *r, const struct rng *rng,
    const struct rsa_public *key, const uint8_t *secret, size_t n,
    uint8_t out[static RSA_SIZE_MAX]);
/*
 * A secret of exactly size bytes. What is not one gives random bytes, in the
 * same time: the caller must go on with them as if nothing had happened.
 * ERR_FORMAT for what no encryption by this key can have given.
 */
int rsa_decrypt(const struct rsa_key *key, const struct rng *rng,
    const uint8_t *in, size_t n, uint8_t *ret_secret, size_t size);

/* The key's size of bytes. */
int rsa_sign(const struct rsa_key *key, enum rsa_digest digest,
    const uint8_t *p, size_t n, uint8_t out[static RSA_SIZE_MAX]);
/* ERR_AUTH. */
int rsa_verify(struct rsa *r, const struct rsa_public *key,
    enum rsa_digest digest, const uint8_t *p, size_t n,
    const uint8_t *signature, size_t signature_size);

/* CBC with the padding of PKCS #7. key and iv are of the cipher's sizes; out
 * has room for n and a block. */
int rsa_cbc_encrypt(struct rsa *r, enum rsa_cipher cipher, const uint8_t *key,
    const uint8_t *iv, const uint8_t *p, size_t n, uint8_t *out,
    size_t *ret_size);
/* out has room for n. ERR_FORMAT: no whole blocks; ERR_AUTH: the padding. */
int rsa_cbc_decrypt(struct rsa *r, enum rsa_cipher cipher, const uint8_t *key,
    const uint8_t *iv, const uint8_t *p, size_t n, uint8_t *out,
    size_t *ret_size);

/* AES-256 in counter mode, both ways, in pieces of any size. */
struct rsa_ctr;
int rsa_ctr_new(struct rsa *r, const uint8_t key[static RSA_AES_KEY_SIZE],
    const uint8_t counter[static RSA_AES_BLOCK], struct rsa_ctr **ret_ctr);
void rsa_ctr_free(struct rsa_ctr *c);
/* In place. */
void rsa_ctr_apply(struct rsa_ctr *c, uint8_t *p, size_t n);

#endif
