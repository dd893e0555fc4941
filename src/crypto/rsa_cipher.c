/* SPDX-License-Identifier: MIT */
#include "base/err.h"
#include "base/mem.h"
#include "crypto/rsa.h"
#include "crypto/rsa_state.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_MAX = 1 << 20 };

struct rsa_ctr {
	struct rsa *rsa; /* borrowed */
	EVP_CIPHER_CTX *ctx;
};

bool
rsa_has_cipher(const struct rsa *r, enum rsa_cipher cipher)
{
#ifdef OPENSSL_NO_BF
	(void)r;
	return cipher == RSA_AES_256;
#else
	return cipher == RSA_AES_256 ||
	       (r->call.BF_set_key != NULL && r->call.BF_cbc_encrypt != NULL);
#endif
}

static size_t
block_size(enum rsa_cipher cipher)
{
	return cipher == RSA_AES_256 ? RSA_AES_BLOCK : RSA_BLOWFISH_BLOCK;
}

static int
aes_cbc(struct rsa *r, bool is_encrypting, const uint8_t *key,
    const uint8_t *iv, uint8_t *p, size_t n)
{
	EVP_CIPHER_CTX *ctx = r->call.EVP_CIPHER_CTX_new();
	int written = 0;
	bool is_done =
	    ctx != NULL &&
	    r->call.EVP_CipherInit_ex2(
		ctx, r->cbc, key, iv, is_encrypting, NULL) == 1 &&
	    r->call.EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
	    r->call.EVP_CipherUpdate(ctx, p, &written, p, (int)n) == 1 &&
	    (size_t)written == n;

	r->call.EVP_CIPHER_CTX_free(ctx);
	if (!is_done)
		r->call.ERR_clear_error();
	return is_done ? 0 : ERR_UNSUPPORTED;
}

static int
blowfish_cbc(struct rsa *r, bool is_encrypting, const uint8_t *key,
    const uint8_t *iv, uint8_t *p, size_t n)
{
#ifdef OPENSSL_NO_BF
	(void)r, (void)is_encrypting, (void)key, (void)iv, (void)p, (void)n;
	return ERR_UNSUPPORTED;
#else
	BF_KEY schedule;
	unsigned char chain[RSA_BLOWFISH_BLOCK];

	if (!rsa_has_cipher(r, RSA_BLOWFISH_128))
		return ERR_UNSUPPORTED;
	memcpy(chain, iv, sizeof(chain));
	r->call.BF_set_key(&schedule, RSA_BLOWFISH_KEY_SIZE, key);
	r->call.BF_cbc_encrypt(p, p, (long)n, &schedule, chain,
	    is_encrypting ? BF_ENCRYPT : BF_DECRYPT);
	mem_wipe(&schedule, sizeof(schedule));
	return 0;
#endif
}

int
rsa_cbc_encrypt(struct rsa *r, enum rsa_cipher cipher, const uint8_t *key,
    const uint8_t *iv, const uint8_t *p, size_t n, uint8_t *out,
    size_t *ret_size)
{
	size_t padding = block_size(cipher) - n % block_size(cipher);

	assert(n < INT_MAX - RSA_AES_BLOCK);
	if (n > 0)
		memmove(out, p, n);
	memset(out + n, (int)padding, padding);
	int err = cipher == RSA_AES_256
		      ? aes_cbc(r, true, key, iv, out, n + padding)
		      : blowfish_cbc(r, true, key, iv, out, n + padding);
	if (err == 0)
		*ret_size = n + padding;
	return err;
}

/* What is left without the padding; n and more where it is wrong. Every byte of
 * a block is looked at whatever the last one says. */
static size_t
unpadded_size(const uint8_t *p, size_t n, size_t block)
{
	size_t padding = p[n - 1];
	unsigned bad = padding == 0 || padding > block;

	for (size_t i = 0; i < block; i++)
		bad |= (i < padding) & (p[n - 1 - i] != padding);
	return bad != 0 ? n : n - padding;
}

int
rsa_cbc_decrypt(struct rsa *r, enum rsa_cipher cipher, const uint8_t *key,
    const uint8_t *iv, const uint8_t *p, size_t n, uint8_t *out,
    size_t *ret_size)
{
	if (n == 0 || n % block_size(cipher) != 0 || n >= INT_MAX)
		return ERR_FORMAT;
	memmove(out, p, n);
	int err = cipher == RSA_AES_256
		      ? aes_cbc(r, false, key, iv, out, n)
		      : blowfish_cbc(r, false, key, iv, out, n);
	if (err != 0)
		return err;
	size_t size = unpadded_size(out, n, block_size(cipher));
	if (size == n)
		return ERR_AUTH;
	*ret_size = size;
	return 0;
}

int
rsa_ctr_new(struct rsa *r, const uint8_t key[static RSA_AES_KEY_SIZE],
    const uint8_t counter[static RSA_AES_BLOCK], struct rsa_ctr **ret_ctr)
{
	EVP_CIPHER_CTX *ctx = r->call.EVP_CIPHER_CTX_new();

	if (ctx == NULL ||
	    r->call.EVP_EncryptInit_ex2(ctx, r->ctr, key, counter, NULL) != 1) {
		r->call.EVP_CIPHER_CTX_free(ctx);
		r->call.ERR_clear_error();
		return ERR_UNSUPPORTED;
	}
	struct rsa_ctr *c = xcalloc(1, sizeof(*c));
	*c = (struct rsa_ctr){ .rsa = r, .ctx = ctx };
	*ret_ctr = c;
	return 0;
}

void
rsa_ctr_free(struct rsa_ctr *c)
{
	if (c == NULL)
		return;
	c->rsa->call.EVP_CIPHER_CTX_free(c->ctx);
	free(c);
}

void
rsa_ctr_apply(struct rsa_ctr *c, uint8_t *p, size_t n)
{
	while (n > 0) {
		int piece = n > PIECE_MAX ? PIECE_MAX : (int)n;
		int written = 0;
		int done = c->rsa->call.EVP_EncryptUpdate(
		    c->ctx, p, &written, p, piece);
		/* A cipher in memory has no way to fail; going on without it
		 * would send the file in the clear. */
		if (done != 1 || written != piece)
			abort();
		p += piece;
		n -= (size_t)piece;
	}
}
