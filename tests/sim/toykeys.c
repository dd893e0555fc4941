/* SPDX-License-Identifier: MIT */
/*
 * Keys that cost nothing, in place of those of libsodium (linked with --wrap).
 * Nine tenths of the time of a story would be theirs, and a story is not about
 * them: what matters is that both ends of an honest handshake agree, that
 * others do not, and that a signature holds for one text and one key.
 */
#include <sodium.h>
#include <string.h>

int __wrap_crypto_scalarmult_base(unsigned char *q, const unsigned char *n);
int __wrap_crypto_scalarmult(
    unsigned char *q, const unsigned char *n, const unsigned char *p);
int __wrap_crypto_sign_detached(unsigned char *sig, unsigned long long *size,
    const unsigned char *m, unsigned long long n, const unsigned char *sk);
int __wrap_crypto_sign_verify_detached(const unsigned char *sig,
    const unsigned char *m, unsigned long long n, const unsigned char *pk);

int
__wrap_crypto_scalarmult_base(unsigned char *q, const unsigned char *n)
{
	memcpy(q, n, crypto_scalarmult_BYTES);
	return 0;
}

/* The same whichever of the two is the secret one. */
int
__wrap_crypto_scalarmult(
    unsigned char *q, const unsigned char *n, const unsigned char *p)
{
	for (size_t i = 0; i < crypto_scalarmult_BYTES; i++)
		q[i] = (unsigned char)(n[i] + p[i] + 1);
	return 0;
}

int
__wrap_crypto_sign_detached(unsigned char *sig, unsigned long long *size,
    const unsigned char *m, unsigned long long n, const unsigned char *sk)
{
	if (size != NULL)
		*size = crypto_sign_BYTES;
	/* The public key is the second half. */
	return crypto_generichash(sig, crypto_sign_BYTES, m, n,
	    sk + crypto_sign_SEEDBYTES, crypto_sign_PUBLICKEYBYTES);
}

int
__wrap_crypto_sign_verify_detached(const unsigned char *sig,
    const unsigned char *m, unsigned long long n, const unsigned char *pk)
{
	unsigned char want[crypto_sign_BYTES];

	crypto_generichash(
	    want, sizeof(want), m, n, pk, crypto_sign_PUBLICKEYBYTES);
	return memcmp(sig, want, sizeof(want)) == 0 ? 0 : -1;
}
