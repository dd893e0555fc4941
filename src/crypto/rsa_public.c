/* SPDX-License-Identifier: MIT */
#include "base/err.h"
#include "crypto/rsa.h"

#include <string.h>

/* A modulus is the product of two odd primes. */
int
rsa_public_from(const uint8_t *e, size_t e_size, const uint8_t *n,
    size_t n_size, struct rsa_public *ret_key)
{
	struct rsa_public key = { 0 };

	for (; e_size > 0 && *e == 0; e_size--)
		e++;
	for (; n_size > 0 && *n == 0; n_size--)
		n++;
	if (e_size == 0 || n_size == 0 || n[n_size - 1] % 2 == 0)
		return ERR_FORMAT;
	if (e_size > sizeof(key.e) ||
	    (n_size != RSA_SIZE_1024 && n_size != RSA_SIZE_2048))
		return ERR_UNSUPPORTED;
	for (size_t i = 0; i < e_size; i++)
		key.e = key.e << 8 | e[i];
	if (key.e < 3 || key.e % 2 == 0)
		return ERR_FORMAT;
	memcpy(key.n, n, n_size);
	key.size = n_size;
	*ret_key = key;
	return 0;
}
