/* SPDX-License-Identifier: MIT */
#include "crypto/bulk.h"

#include "base/err.h"
#include "base/mem.h"
#include "crypto/bulk_lib.h"

#include <stdlib.h>

struct bulk {
	struct noise_cipher cipher;
	struct bulk_lib *fast; /* NULL: libsodium */
};

struct bulk *
bulk_new(const struct rsa_lib *lib, struct noise_cipher *c)
{
	struct bulk *b = xcalloc(1, sizeof(*b));

	b->cipher = *c;
	noise_cipher_clear(c);
	if (lib != NULL && lib->find != NULL)
		b->fast = bulk_lib_new(lib);
	if (b->fast != NULL)
		bulk_lib_key(b->fast, b->cipher.key);
	return b;
}

void
bulk_free(struct bulk *b)
{
	if (b == NULL)
		return;
	bulk_lib_free(b->fast);
	noise_cipher_clear(&b->cipher);
	free(b);
}

bool
bulk_is_fast(const struct bulk *b)
{
	return b->fast != NULL;
}

int
bulk_seal(struct bulk *b, const uint8_t *in, size_t n, uint8_t *out)
{
	struct noise_cipher *c = &b->cipher;

	if (b->fast == NULL)
		return noise_seal(c, NULL, 0, in, n, out);
	if (n > NOISE_MESSAGE_MAX - NOISE_TAG_SIZE || c->nonce == UINT64_MAX)
		return ERR_LIMIT;
	bulk_lib_seal(b->fast, c->nonce, in, n, out);
	c->nonce++;
	return 0;
}

int
bulk_open(struct bulk *b, const uint8_t *in, size_t n, uint8_t *out)
{
	struct noise_cipher *c = &b->cipher;

	if (b->fast == NULL)
		return noise_open(c, NULL, 0, in, n, out);
	if (n < NOISE_TAG_SIZE)
		return ERR_SHORT;
	if (n > NOISE_MESSAGE_MAX || c->nonce == UINT64_MAX)
		return ERR_LIMIT;
	int err = bulk_lib_open(b->fast, c->nonce, in, n - NOISE_TAG_SIZE, out);
	if (err == 0)
		c->nonce++;
	return err;
}

void
bulk_rekey(struct bulk *b)
{
	noise_rekey(&b->cipher);
	if (b->fast != NULL)
		bulk_lib_key(b->fast, b->cipher.key);
}
