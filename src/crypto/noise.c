/* SPDX-License-Identifier: MIT */
/*
 * The XX handshake, with the names of the Noise specification: ck and h are
 * its chaining key and transcript hash, e and s our key pairs, re and rs the
 * keys of the other end. The pattern is data (§7.5); one routine writes and
 * one reads any of the three messages.
 *
 * A message is put together, or taken apart, in private memory and handed over
 * when all of it is good, so a caller never sees a byte of a refused one.
 */
#include "crypto/noise.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	STEP_DEAD = -1,
	STEP_DONE = 3,
	TOKENS_MAX = 4,
	NONCE_SIZE = crypto_aead_chacha20poly1305_ietf_NPUBBYTES,
	SEALED_KEY_SIZE = NOISE_KEY_SIZE + NOISE_TAG_SIZE,
};

enum token { TOKEN_END, TOKEN_E, TOKEN_S, TOKEN_EE, TOKEN_ES, TOKEN_SE };

static const struct {
	size_t overhead;
	enum token tokens[TOKENS_MAX];
} pattern_xx[STEP_DONE] = {
	{ NOISE_XX_1_OVERHEAD, { TOKEN_E } },
	{ NOISE_XX_2_OVERHEAD, { TOKEN_E, TOKEN_EE, TOKEN_S, TOKEN_ES } },
	{ NOISE_XX_3_OVERHEAD, { TOKEN_S, TOKEN_SE } },
};

static const char protocol_name[] = "Noise_XX_25519_ChaChaPoly_BLAKE2b";
_Static_assert(sizeof(protocol_name) - 1 <= HASH_SIZE, "name is hashed");

/* What is left of a message that is being written or read. */
struct cursor {
	uint8_t *out;
	const uint8_t *in;
	size_t in_size;
};

/* §12.3: 32 zero bits, then the counter, low end first. */
static void
nonce_encode(uint64_t nonce, uint8_t out[static NONCE_SIZE])
{
	memset(out, 0, 4);
	for (int i = 4; i < NONCE_SIZE; i++) {
		out[i] = (uint8_t)nonce;
		nonce >>= 8;
	}
}

int
noise_seal(struct noise_cipher *c, const void *ad, size_t ad_size,
    const uint8_t *in, size_t n, uint8_t *out)
{
	uint8_t nonce[NONCE_SIZE];

	if (n > NOISE_MESSAGE_MAX - NOISE_TAG_SIZE || c->nonce == UINT64_MAX)
		return ERR_LIMIT;
	nonce_encode(c->nonce, nonce);
	if (crypto_aead_chacha20poly1305_ietf_encrypt(
		out, NULL, in, n, ad, ad_size, NULL, nonce, c->key) != 0)
		return ERR_LIMIT;
	c->nonce++;
	return 0;
}

int
noise_open(struct noise_cipher *c, const void *ad, size_t ad_size,
    const uint8_t *in, size_t n, uint8_t *out)
{
	uint8_t nonce[NONCE_SIZE];

	if (n < NOISE_TAG_SIZE)
		return ERR_SHORT;
	if (n > NOISE_MESSAGE_MAX || c->nonce == UINT64_MAX)
		return ERR_LIMIT;
	nonce_encode(c->nonce, nonce);
	if (crypto_aead_chacha20poly1305_ietf_decrypt(
		out, NULL, NULL, in, n, ad, ad_size, nonce, c->key) != 0)
		return ERR_AUTH;
	c->nonce++;
	return 0;
}

/* §4.2: the first 32 bytes of ENCRYPT(k, 2^64-1, empty, 32 zero bytes). */
void
noise_rekey(struct noise_cipher *c)
{
	static const uint8_t zeros[NOISE_KEY_SIZE];
	uint8_t nonce[NONCE_SIZE], sealed[SEALED_KEY_SIZE];

	nonce_encode(UINT64_MAX, nonce);
	int err = crypto_aead_chacha20poly1305_ietf_encrypt(
	    sealed, NULL, zeros, sizeof(zeros), NULL, 0, NULL, nonce, c->key);
	assert(err == 0);
	(void)err;
	memcpy(c->key, sealed, NOISE_KEY_SIZE);
	sodium_memzero(sealed, sizeof(sealed));
}

static void
mix_hash(struct noise *n, const void *data, size_t size)
{
	struct hash_part parts[] = { { n->h, HASH_SIZE }, { data, size } };

	hash_parts(parts, 2, n->h);
}

static void
mix_key(struct noise *n, const uint8_t shared[static NOISE_KEY_SIZE])
{
	uint8_t key[HASH_SIZE];

	hkdf2(n->ck, shared, NOISE_KEY_SIZE, n->ck, key);
	memcpy(n->cipher.key, key, NOISE_KEY_SIZE);
	n->cipher.nonce = 0;
	n->has_key = true;
	sodium_memzero(key, sizeof(key));
}

/* A shared secret of zero means a key of low order: the sender would know the
 * secret without owning a key. libsodium tells by its return value. */
static int
mix_dh(struct noise *n, const struct noise_keypair *own,
    const uint8_t remote[static NOISE_KEY_SIZE])
{
	uint8_t shared[NOISE_KEY_SIZE] = { 0 };
	int err = ERR_AUTH;

	if (crypto_scalarmult(shared, own->secret, remote) == 0) {
		mix_key(n, shared);
		err = 0;
	}
	sodium_memzero(shared, sizeof(shared));
	return err;
}

static int
mix_dh_token(struct noise *n, enum token token)
{
	bool initiator = n->role == NOISE_INITIATOR;

	if (token == TOKEN_EE)
		return mix_dh(n, &n->e, n->re);
	if ((token == TOKEN_ES) == initiator)
		return mix_dh(n, &n->e, n->rs);
	return mix_dh(n, &n->s, n->re);
}

static int
encrypt_and_hash(struct noise *n, struct cursor *c, const void *in, size_t size)
{
	size_t sealed_size = size;

	if (n->has_key) {
		int err =
		    noise_seal(&n->cipher, n->h, HASH_SIZE, in, size, c->out);
		if (err != 0)
			return err;
		sealed_size += NOISE_TAG_SIZE;
	} else if (size > 0) {
		memcpy(c->out, in, size);
	}
	mix_hash(n, c->out, sealed_size);
	c->out += sealed_size;
	return 0;
}

static int
decrypt_and_hash(
    struct noise *n, struct cursor *c, size_t sealed_size, uint8_t *out)
{
	if (n->has_key) {
		int err = noise_open(
		    &n->cipher, n->h, HASH_SIZE, c->in, sealed_size, out);
		if (err != 0)
			return err;
	} else if (sealed_size > 0) {
		memcpy(out, c->in, sealed_size);
	}
	mix_hash(n, c->in, sealed_size);
	c->in += sealed_size;
	c->in_size -= sealed_size;
	return 0;
}

static int
write_e(struct noise *n, struct cursor *c)
{
	rng_fill(&n->rng, n->e.secret, sizeof(n->e.secret));
	if (crypto_scalarmult_base(n->e.public, n->e.secret) != 0)
		return ERR_AUTH;
	memcpy(c->out, n->e.public, NOISE_KEY_SIZE);
	c->out += NOISE_KEY_SIZE;
	mix_hash(n, n->e.public, NOISE_KEY_SIZE);
	return 0;
}

static void
read_e(struct noise *n, struct cursor *c)
{
	memcpy(n->re, c->in, NOISE_KEY_SIZE);
	c->in += NOISE_KEY_SIZE;
	c->in_size -= NOISE_KEY_SIZE;
	mix_hash(n, n->re, NOISE_KEY_SIZE);
}

static int
write_tokens(struct noise *n, struct cursor *c)
{
	const enum token *tokens = pattern_xx[n->step].tokens;
	int err = 0;

	for (int i = 0; err == 0 && i < TOKENS_MAX && tokens[i]; i++) {
		if (tokens[i] == TOKEN_E)
			err = write_e(n, c);
		else if (tokens[i] == TOKEN_S)
			err =
			    encrypt_and_hash(n, c, n->s.public, NOISE_KEY_SIZE);
		else
			err = mix_dh_token(n, tokens[i]);
	}
	return err;
}

/* The length of the message was checked: no token can run past its end. */
static int
read_tokens(struct noise *n, struct cursor *c)
{
	const enum token *tokens = pattern_xx[n->step].tokens;
	int err = 0;

	for (int i = 0; err == 0 && i < TOKENS_MAX && tokens[i]; i++) {
		if (tokens[i] == TOKEN_E)
			read_e(n, c);
		else if (tokens[i] == TOKEN_S)
			err = decrypt_and_hash(n, c, SEALED_KEY_SIZE, n->rs);
		else
			err = mix_dh_token(n, tokens[i]);
	}
	return err;
}

/* The initiator writes messages 0 and 2, the responder message 1. */
static bool
is_our_turn(const struct noise *n)
{
	return (n->step % 2 == 0) == (n->role == NOISE_INITIATOR);
}

static bool
is_running(const struct noise *n)
{
	return n->step >= 0 && n->step < STEP_DONE;
}

static int
fail(struct noise *n, int err)
{
	noise_clear(n);
	return err;
}

static int
write_message(
    struct noise *n, const void *payload, size_t payload_size, uint8_t *message)
{
	struct cursor c = { .out = message };
	int err = write_tokens(n, &c);

	return err != 0 ? err : encrypt_and_hash(n, &c, payload, payload_size);
}

int
noise_write(struct noise *n, const void *payload, size_t payload_size,
    uint8_t *out, size_t cap, size_t *ret_size)
{
	if (!is_running(n) || !is_our_turn(n))
		return fail(n, ERR_STATE);
	size_t overhead = pattern_xx[n->step].overhead;
	if (payload_size > NOISE_MESSAGE_MAX - overhead ||
	    cap < overhead + payload_size)
		return fail(n, ERR_LIMIT);
	size_t size = overhead + payload_size;
	uint8_t *message = xmalloc(size);
	int err = write_message(n, payload, payload_size, message);
	if (err == 0) {
		memcpy(out, message, size);
		*ret_size = size;
		n->step++;
	}
	sodium_memzero(message, size);
	free(message);
	return err != 0 ? fail(n, err) : 0;
}

static int
read_message(struct noise *n, const uint8_t *in, size_t size, uint8_t *payload)
{
	struct cursor c = { .in = in, .in_size = size };
	int err = read_tokens(n, &c);

	return err != 0 ? err : decrypt_and_hash(n, &c, c.in_size, payload);
}

int
noise_read(struct noise *n, const uint8_t *in, size_t size, uint8_t *out,
    size_t cap, size_t *ret_size)
{
	if (!is_running(n) || is_our_turn(n))
		return fail(n, ERR_STATE);
	if (size > NOISE_MESSAGE_MAX)
		return fail(n, ERR_LIMIT);
	size_t overhead = pattern_xx[n->step].overhead;
	if (size < overhead)
		return fail(n, ERR_SHORT);
	if (cap < size - overhead)
		return fail(n, ERR_LIMIT);
	uint8_t *payload = xmalloc(size);
	int err = read_message(n, in, size, payload);
	if (err == 0) {
		if (size > overhead)
			memcpy(out, payload, size - overhead);
		*ret_size = size - overhead;
		n->step++;
	}
	sodium_memzero(payload, size);
	free(payload);
	return err != 0 ? fail(n, err) : 0;
}

/* §5.2: a name of at most HASHLEN bytes is padded with zeros, not hashed. */
void
noise_init(struct noise *n, enum noise_role role, const struct noise_keypair *s,
    const void *prologue, size_t prologue_size, const struct rng *rng)
{
	/* Field by field: a compound literal would leave the secret key in a
	 * temporary that nobody wipes. */
	memset(n, 0, sizeof(*n));
	n->role = role;
	n->rng = *rng;
	memcpy(&n->s, s, sizeof(n->s));
	memcpy(n->h, protocol_name, sizeof(protocol_name) - 1);
	memcpy(n->ck, n->h, HASH_SIZE);
	mix_hash(n, prologue, prologue_size);
}

/* A wiped object must not look like a fresh one that waits for message 1. */
void
noise_clear(struct noise *n)
{
	sodium_memzero(n, sizeof(*n));
	n->step = STEP_DEAD;
}

const uint8_t *
noise_remote_static(const struct noise *n)
{
	int known = n->role == NOISE_INITIATOR ? 2 : STEP_DONE;

	return n->step >= known ? n->rs : NULL;
}

bool
noise_is_done(const struct noise *n)
{
	return n->step == STEP_DONE;
}

int
noise_split(struct noise *n, struct noise_cipher *ret_send,
    struct noise_cipher *ret_receive, uint8_t ret_hash[static HASH_SIZE])
{
	uint8_t k1[HASH_SIZE], k2[HASH_SIZE];

	if (!noise_is_done(n))
		return fail(n, ERR_STATE);
	bool initiator = n->role == NOISE_INITIATOR;
	hkdf2(n->ck, NULL, 0, k1, k2);
	memcpy(ret_send->key, initiator ? k1 : k2, NOISE_KEY_SIZE);
	memcpy(ret_receive->key, initiator ? k2 : k1, NOISE_KEY_SIZE);
	ret_send->nonce = 0;
	ret_receive->nonce = 0;
	memcpy(ret_hash, n->h, HASH_SIZE);
	sodium_memzero(k1, sizeof(k1));
	sodium_memzero(k2, sizeof(k2));
	noise_clear(n);
	return 0;
}

/* With the key of zeros that is left, nothing may be sealed. */
void
noise_cipher_clear(struct noise_cipher *c)
{
	sodium_memzero(c->key, sizeof(c->key));
	c->nonce = UINT64_MAX;
}
