/* SPDX-License-Identifier: MIT */
/*
 * RSA of RFC 8017, with its padding of version 1.5 made and taken off here: so
 * the random bytes of the padding are the caller's, and what is wrong with a
 * ciphertext is told to nobody (Bleichenbacher 1998): a wrong one gives another
 * key, and fails later like any damaged text.
 */
#include "crypto/rsa.h"

#include "base/err.h"
#include "base/mem.h"
#include "crypto/rsa_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_TYPE = 2,
	PADDING_MIN = 8,
	FOLD_SIZE = 24, /* a SHA-1 and four zeros, folded to eight bytes */
	SHA1_SIZE = 20,
};

struct rsa_key {
	struct rsa *rsa; /* borrowed */
	EVP_PKEY *pkey;
	struct rsa_public public;
};

static int
fail(struct rsa *r, int err)
{
	/* Else libcrypto gathers what went wrong, for nobody. */
	r->call.ERR_clear_error();
	return err;
}

static EVP_PKEY *
generate(struct rsa *r, size_t modulus_size)
{
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *ctx =
	    r->call.EVP_PKEY_CTX_new_from_name(r->lib, "RSA", NULL);

	if (ctx != NULL && r->call.EVP_PKEY_keygen_init(ctx) == 1 &&
	    r->call.EVP_PKEY_CTX_set_rsa_keygen_bits(
		ctx, (int)modulus_size * 8) == 1 &&
	    r->call.EVP_PKEY_generate(ctx, &pkey) != 1)
		pkey = NULL;
	r->call.EVP_PKEY_CTX_free(ctx);
	return pkey;
}

int
rsa_make(
    struct rsa *r, size_t modulus_size, uint8_t **ret_der, size_t *ret_size)
{
	unsigned char *der = NULL;

	assert(modulus_size == RSA_SIZE_1024 || modulus_size == RSA_SIZE_2048);
	EVP_PKEY *pkey = generate(r, modulus_size);
	int n = pkey == NULL ? -1 : r->call.i2d_PrivateKey(pkey, &der);
	r->call.EVP_PKEY_free(pkey);
	if (n <= 0)
		return fail(r, ERR_UNSUPPORTED);
	*ret_der = xmemdup(der, (size_t)n);
	*ret_size = (size_t)n;
	r->call.CRYPTO_clear_free(der, (size_t)n, NULL, 0);
	return 0;
}

/* One of the numbers of a key, as bytes; how many, or 0. */
static size_t
key_number(struct rsa *r, const EVP_PKEY *pkey, const char *name, uint8_t *out,
    size_t cap)
{
	BIGNUM *bn = NULL;
	size_t n = 0;

	if (r->call.EVP_PKEY_get_bn_param(pkey, name, &bn) == 1 &&
	    !r->call.BN_is_zero(bn) &&
	    (size_t)r->call.BN_num_bits(bn) <= 8 * cap)
		n = (size_t)r->call.BN_bn2bin(bn, out);
	r->call.BN_free(bn);
	return n;
}

static int
public_of(struct rsa *r, const EVP_PKEY *pkey, struct rsa_public *ret)
{
	uint8_t n[2 * RSA_SIZE_MAX];
	uint8_t e[sizeof(uint32_t)];
	size_t n_size =
	    key_number(r, pkey, OSSL_PKEY_PARAM_RSA_N, n, sizeof(n));
	size_t e_size =
	    key_number(r, pkey, OSSL_PKEY_PARAM_RSA_E, e, sizeof(e));

	if (n_size == 0 || e_size == 0)
		return ERR_UNSUPPORTED;
	return rsa_public_from(e, e_size, n, n_size, ret);
}

int
rsa_load(struct rsa *r, const uint8_t *der, size_t n, struct rsa_key **ret_key)
{
	const unsigned char *p = der;
	struct rsa_public public;

	if (n > RSA_DER_MAX)
		return ERR_FORMAT;
	EVP_PKEY *pkey = r->call.d2i_PrivateKey_ex(
	    EVP_PKEY_RSA, NULL, &p, (long)n, r->lib, NULL);
	if (pkey == NULL || p != der + n) {
		r->call.EVP_PKEY_free(pkey);
		return fail(r, ERR_FORMAT);
	}
	int err = public_of(r, pkey, &public);
	if (err != 0) {
		r->call.EVP_PKEY_free(pkey);
		return fail(r, err);
	}
	struct rsa_key *key = xcalloc(1, sizeof(*key));
	*key = (struct rsa_key){ .rsa = r, .pkey = pkey, .public = public };
	*ret_key = key;
	return 0;
}

void
rsa_key_free(struct rsa_key *key)
{
	if (key == NULL)
		return;
	key->rsa->call.EVP_PKEY_free(key->pkey);
	free(key);
}

const struct rsa_public *
rsa_key_public(const struct rsa_key *key)
{
	return &key->public;
}

/* NULL where libcrypto does not like it. */
static EVP_PKEY *
public_key(struct rsa *r, const struct rsa_public *key)
{
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params = NULL;
	OSSL_PARAM_BLD *build = r->call.OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx =
	    r->call.EVP_PKEY_CTX_new_from_name(r->lib, "RSA", NULL);
	BIGNUM *n = r->call.BN_bin2bn(key->n, (int)key->size, NULL);

	if (build != NULL && n != NULL &&
	    r->call.OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) ==
		1 &&
	    r->call.OSSL_PARAM_BLD_push_uint32(
		build, OSSL_PKEY_PARAM_RSA_E, key->e) == 1)
		params = r->call.OSSL_PARAM_BLD_to_param(build);
	if (params == NULL || ctx == NULL ||
	    r->call.EVP_PKEY_fromdata_init(ctx) != 1 ||
	    r->call.EVP_PKEY_fromdata(
		ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	r->call.BN_free(n);
	r->call.EVP_PKEY_CTX_free(ctx);
	r->call.OSSL_PARAM_free(params);
	r->call.OSSL_PARAM_BLD_free(build);
	return pkey;
}

typedef int (*start_function)(EVP_PKEY_CTX *);
typedef int (*power_function)(
    EVP_PKEY_CTX *, unsigned char *, size_t *, const unsigned char *, size_t);

/* The number in, of size bytes, to the power of the key. */
static bool
raise(struct rsa *r, EVP_PKEY *pkey, bool is_private, const uint8_t *in,
    uint8_t *out)
{
	start_function start = is_private ? r->call.EVP_PKEY_decrypt_init
					  : r->call.EVP_PKEY_encrypt_init;
	power_function power =
	    is_private ? r->call.EVP_PKEY_decrypt : r->call.EVP_PKEY_encrypt;
	EVP_PKEY_CTX *ctx =
	    r->call.EVP_PKEY_CTX_new_from_pkey(r->lib, pkey, NULL);
	size_t size = (size_t)r->call.EVP_PKEY_get_size(pkey);
	size_t written = size;
	bool is_done =
	    ctx != NULL && start(ctx) == 1 &&
	    r->call.EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
	    power(ctx, out, &written, in, size) == 1 && written == size;

	r->call.EVP_PKEY_CTX_free(ctx);
	return is_done;
}

static uint8_t
nonzero_byte(const struct rng *rng)
{
	uint8_t byte;

	do {
		rng_fill(rng, &byte, 1);
	} while (byte == 0);
	return byte;
}

/* 0, 2, random bytes but zeros, 0, the secret. */
static void
pad(const struct rng *rng, const uint8_t *secret, size_t n, uint8_t *block,
    size_t size)
{
	size_t zero = size - n - 1;

	assert(n <= RSA_SECRET_MAX && zero >= 2 + PADDING_MIN);
	block[0] = 0;
	block[1] = BLOCK_TYPE;
	for (size_t i = 2; i < zero; i++)
		block[i] = nonzero_byte(rng);
	block[zero] = 0;
	memcpy(block + zero + 1, secret, n);
}

int
rsa_encrypt(struct rsa *r, const struct rng *rng, const struct rsa_public *key,
    const uint8_t *secret, size_t n, uint8_t out[static RSA_SIZE_MAX])
{
	uint8_t block[RSA_SIZE_MAX];

	pad(rng, secret, n, block, key->size);
	EVP_PKEY *pkey = public_key(r, key);
	bool is_done = pkey != NULL && raise(r, pkey, false, block, out);
	r->call.EVP_PKEY_free(pkey);
	mem_wipe(block, sizeof(block));
	return is_done ? 0 : fail(r, ERR_FORMAT);
}

/* All ones where x is not zero, without asking. */
static uint32_t
mask_if(uint32_t x)
{
	return 0 - ((x | (0 - x)) >> 31);
}

/* Not a branch in here depends on what was decrypted. */
static void
unpad(const uint8_t *block, size_t size, const uint8_t *random, uint8_t *secret,
    size_t n)
{
	size_t zero = size - n - 1;
	uint32_t bad = block[0] | (block[1] ^ (uint32_t)BLOCK_TYPE);

	bad |= block[zero];
	for (size_t i = 2; i < zero; i++)
		bad |= ~mask_if(block[i]);
	uint32_t mask = mask_if(bad);
	for (size_t i = 0; i < n; i++)
		secret[i] = (uint8_t)((block[zero + 1 + i] & ~mask) |
				      (random[i] & mask));
}

int
rsa_decrypt(const struct rsa_key *key, const struct rng *rng, const uint8_t *in,
    size_t n, uint8_t *ret_secret, size_t size)
{
	uint8_t block[RSA_SIZE_MAX] = { 0 };
	uint8_t random[RSA_SECRET_MAX];
	size_t modulus_size = key->public.size;

	assert(size <= RSA_SECRET_MAX);
	/* Anybody can tell this from outside: it needs no key. */
	if (n != modulus_size || memcmp(in, key->public.n, n) >= 0)
		return ERR_FORMAT;
	rng_fill(rng, random, sizeof(random));
	if (raise(key->rsa, key->pkey, true, in, block))
		unpad(block, modulus_size, random, ret_secret, size);
	else
		memcpy(ret_secret, random, size);
	mem_wipe(block, sizeof(block));
	mem_wipe(random, sizeof(random));
	return fail(key->rsa, 0);
}

static const char *
digest_name(enum rsa_digest digest)
{
	return digest == RSA_SHA1 ? "SHA1" : "SHA256";
}

int
rsa_sign(const struct rsa_key *key, enum rsa_digest digest, const uint8_t *p,
    size_t n, uint8_t out[static RSA_SIZE_MAX])
{
	struct rsa *r = key->rsa;
	size_t size = RSA_SIZE_MAX;
	EVP_MD_CTX *ctx = r->call.EVP_MD_CTX_new();
	bool is_done =
	    ctx != NULL &&
	    r->call.EVP_DigestSignInit_ex(ctx, NULL, digest_name(digest),
		r->lib, NULL, key->pkey, NULL) == 1 &&
	    r->call.EVP_DigestSign(ctx, out, &size, p, n) == 1;

	r->call.EVP_MD_CTX_free(ctx);
	return is_done ? 0 : fail(r, ERR_UNSUPPORTED);
}

int
rsa_verify(struct rsa *r, const struct rsa_public *key, enum rsa_digest digest,
    const uint8_t *p, size_t n, const uint8_t *signature, size_t signature_size)
{
	EVP_PKEY *pkey = public_key(r, key);
	EVP_MD_CTX *ctx = r->call.EVP_MD_CTX_new();
	bool is_good =
	    pkey != NULL && ctx != NULL &&
	    r->call.EVP_DigestVerifyInit_ex(ctx, NULL, digest_name(digest),
		r->lib, NULL, pkey, NULL) == 1 &&
	    r->call.EVP_DigestVerify(ctx, signature, signature_size, p, n) == 1;

	r->call.EVP_MD_CTX_free(ctx);
	r->call.EVP_PKEY_free(pkey);
	return is_good ? 0 : fail(r, ERR_AUTH);
}

int
rsa_fingerprint(struct rsa *r, const struct rsa_public *key,
    uint8_t out[static RSA_FINGERPRINT_SIZE])
{
	uint8_t little[RSA_SIZE_MAX];
	uint8_t digest[SHA1_SIZE];
	uint8_t fold[FOLD_SIZE] = { 0 };

	for (size_t i = 0; i < key->size; i++)
		little[i] = key->n[key->size - 1 - i];
	if (r->call.EVP_Q_digest(
		r->lib, "SHA1", NULL, little, key->size, digest, NULL) != 1)
		return fail(r, ERR_UNSUPPORTED);
	for (size_t i = 0; i < SHA1_SIZE; i++)
		fold[i] = digest[SHA1_SIZE - 1 - i];
	for (size_t i = 0; i < RSA_FINGERPRINT_SIZE; i++)
		out[i] = fold[i] ^ fold[i + 8] ^ fold[i + 16];
	return 0;
}
