/* SPDX-License-Identifier: MIT */
/*
 * The key schedule of a context is made once for a key; a record costs a new
 * nonce alone.
 */
#include "crypto/bulk_lib.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Theirs is a type. */
#define ERR_STATE openssl_err_state
#include <openssl/err.h>
#include <openssl/evp.h>
#undef ERR_STATE

enum { NONCE_SIZE = 12 };

/* clang-format off */
/* The functions of libcrypto that are called: each is looked up by its name,
 * and has the type that its header says. */
#define BULK_CALLS(X) \
	X(ERR_clear_error) X(EVP_CIPHER_CTX_ctrl) X(EVP_CIPHER_CTX_free) \
	X(EVP_CIPHER_CTX_new) X(EVP_CIPHER_fetch) X(EVP_CIPHER_free) \
	X(EVP_CipherFinal_ex) X(EVP_CipherInit_ex2) X(EVP_CipherUpdate) \
	X(OPENSSL_init_crypto)
/* clang-format on */

struct bulk_calls {
#define DECLARE(name) __typeof__(name) *name;
	BULK_CALLS(DECLARE)
#undef DECLARE
};

struct bulk_lib {
	struct bulk_calls call;
	EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *ctx;
};

struct wanted {
	const char *name;
	size_t offset;
};

#define CALL(name) { #name, offsetof(struct bulk_calls, name) },
static const struct wanted all_wanted[] = { BULK_CALLS(CALL) };

static bool
find_calls(const struct rsa_lib *lib, struct bulk_calls *calls)
{
	for (size_t i = 0; i < sizeof(all_wanted) / sizeof(*all_wanted); i++) {
		void *found = lib->find(lib->ctx, all_wanted[i].name);

		if (found == NULL)
			return false;
		/* In C a function is no object, and has no cast from one. */
		memcpy((char *)calls + all_wanted[i].offset, &found,
		    sizeof(found));
	}
	return true;
}

struct bulk_lib *
bulk_lib_new(const struct rsa_lib *lib)
{
	struct bulk_lib *b = xcalloc(1, sizeof(*b));

	if (!find_calls(lib, &b->call)) {
		free(b);
		return NULL;
	}
	/* The default context is used, whose configuration is never read after
	 * this: one of our own is made in a millisecond, which the first byte
	 * would wait for. */
	b->call.OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	b->cipher = b->call.EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	b->ctx = b->call.EVP_CIPHER_CTX_new();
	if (b->cipher == NULL || b->ctx == NULL) {
		b->call.ERR_clear_error();
		bulk_lib_free(b);
		return NULL;
	}
	return b;
}

void
bulk_lib_free(struct bulk_lib *b)
{
	if (b == NULL)
		return;
	b->call.EVP_CIPHER_CTX_free(b->ctx);
	b->call.EVP_CIPHER_free(b->cipher);
	free(b);
}

/* A cipher in memory has no way to fail; going on without it would send what is
 * to be sealed as it is. */
static void
must(bool is_done)
{
	if (!is_done)
		abort();
}

void
bulk_lib_key(struct bulk_lib *b, const uint8_t key[static NOISE_KEY_SIZE])
{
	must(b->call.EVP_CipherInit_ex2(
		 b->ctx, b->cipher, key, NULL, 1, NULL) == 1);
}

static void
start(struct bulk_lib *b, uint64_t nonce, bool seals)
{
	uint8_t bytes[NONCE_SIZE] = { 0 };

	for (int i = 0; i < 8; i++)
		bytes[4 + i] = (uint8_t)(nonce >> 8 * i);
	must(b->call.EVP_CipherInit_ex2(
		 b->ctx, NULL, NULL, bytes, seals, NULL) == 1);
}

static void
run(struct bulk_lib *b, const uint8_t *in, size_t n, uint8_t *out)
{
	int written = 0;

	/* A length of zero asks for something else. */
	must(n == 0 || (b->call.EVP_CipherUpdate(
			    b->ctx, out, &written, in, (int)n) == 1 &&
			   (size_t)written == n));
}

void
bulk_lib_seal(struct bulk_lib *b, uint64_t nonce, const uint8_t *in, size_t n,
    uint8_t *out)
{
	int written = 0;

	start(b, nonce, true);
	run(b, in, n, out);
	must(b->call.EVP_CipherFinal_ex(b->ctx, out + n, &written) == 1 &&
	     b->call.EVP_CIPHER_CTX_ctrl(
		 b->ctx, EVP_CTRL_AEAD_GET_TAG, NOISE_TAG_SIZE, out + n) == 1);
}

int
bulk_lib_open(struct bulk_lib *b, uint64_t nonce, const uint8_t *in, size_t n,
    uint8_t *out)
{
	uint8_t tag[NOISE_TAG_SIZE], none[1];
	int written = 0;

	memcpy(tag, in + n, sizeof(tag));
	start(b, nonce, false);
	must(b->call.EVP_CIPHER_CTX_ctrl(
		 b->ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) == 1);
	run(b, in, n, out);
	if (b->call.EVP_CipherFinal_ex(b->ctx, none, &written) == 1)
		return 0;
	b->call.ERR_clear_error();
	/* It is decrypted before the tag is looked at. */
	mem_wipe(out, n);
	return ERR_AUTH;
}
