/* SPDX-License-Identifier: MIT */
#include "crypto/hash.h"

#include "base/mem.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	PERSONAL_SIZE = crypto_generichash_blake2b_PERSONALBYTES,
	INNER_PAD = 0x36, /* RFC 2104 §2 */
	OUTER_PAD = 0x5c,
	STATE_ALIGN = 64,
};

static void
add_parts(crypto_generichash_blake2b_state *state,
    const struct hash_part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		crypto_generichash_blake2b_update(
		    state, parts[i].data, parts[i].size);
}

static void
start(crypto_generichash_blake2b_state *state)
{
	crypto_generichash_blake2b_init(state, NULL, 0, HASH_SIZE);
}

/* The state holds what was hashed, which may be a key. */
static void
finish(crypto_generichash_blake2b_state *state, uint8_t *out, size_t size)
{
	crypto_generichash_blake2b_final(state, out, size);
	sodium_memzero(state, sizeof(*state));
}

void
hash_parts(
    const struct hash_part *parts, size_t count, uint8_t out[static HASH_SIZE])
{
	crypto_generichash_blake2b_state state;

	start(&state);
	add_parts(&state, parts, count);
	finish(&state, out, HASH_SIZE);
}

static void
start_256(crypto_generichash_blake2b_state *state, const char *personal)
{
	uint8_t label[PERSONAL_SIZE] = { 0 };
	size_t label_size = strlen(personal);

	assert(label_size <= sizeof(label));
	memcpy(label, personal, label_size);
	crypto_generichash_blake2b_init_salt_personal(
	    state, NULL, 0, 32, NULL, label);
}

void
hash_256(const char *personal, const struct hash_part *parts, size_t count,
    uint8_t out[static 32])
{
	crypto_generichash_blake2b_state state;

	start_256(&state, personal);
	add_parts(&state, parts, count);
	finish(&state, out, 32);
}

/* libsodium wants its state on a boundary of 64 bytes, and has an allocator for
 * nothing smaller than pages. */
struct hash_stream {
	uint8_t room[sizeof(crypto_generichash_blake2b_state) + STATE_ALIGN];
};

static crypto_generichash_blake2b_state *
state_of(struct hash_stream *h)
{
	size_t past = (uintptr_t)h->room % STATE_ALIGN;

	return (void *)(h->room + (STATE_ALIGN - past) % STATE_ALIGN);
}

struct hash_stream *
hash_stream_new(const char *personal)
{
	struct hash_stream *h = xcalloc(1, sizeof(*h));

	start_256(state_of(h), personal);
	return h;
}

void
hash_stream_free(struct hash_stream *h)
{
	if (h == NULL)
		return;
	sodium_memzero(h, sizeof(*h));
	free(h);
}

void
hash_stream_add(struct hash_stream *h, const void *p, size_t n)
{
	crypto_generichash_blake2b_update(state_of(h), p, n);
}

void
hash_stream_256(const struct hash_stream *h, uint8_t out[static 32])
{
	crypto_generichash_blake2b_state state;
	size_t past = (uintptr_t)h->room % STATE_ALIGN;

	memcpy(&state, h->room + (STATE_ALIGN - past) % STATE_ALIGN,
	    sizeof(state));
	finish(&state, out, 32);
}

void
hash_keyed_128(const uint8_t key[static HASH_KEY_SIZE],
    const struct hash_part *parts, size_t count,
    uint8_t out[static HASH_128_SIZE])
{
	crypto_generichash_blake2b_state state;

	crypto_generichash_blake2b_init(
	    &state, key, HASH_KEY_SIZE, HASH_128_SIZE);
	add_parts(&state, parts, count);
	finish(&state, out, HASH_128_SIZE);
}

bool
hash_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

static void
start_padded(crypto_generichash_blake2b_state *state,
    const uint8_t key[static HASH_BLOCK_SIZE], uint8_t pad)
{
	uint8_t block[HASH_BLOCK_SIZE];

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = key[i] ^ pad;
	start(state);
	crypto_generichash_blake2b_update(state, block, sizeof(block));
	sodium_memzero(block, sizeof(block));
}

void
hmac_parts(const uint8_t *key, size_t key_size, const struct hash_part *parts,
    size_t count, uint8_t out[static HASH_SIZE])
{
	crypto_generichash_blake2b_state state;
	uint8_t block[HASH_BLOCK_SIZE] = { 0 };
	uint8_t inner[HASH_SIZE];

	if (key_size > sizeof(block))
		hash_parts(&(struct hash_part){ key, key_size }, 1, block);
	else if (key_size > 0)
		memcpy(block, key, key_size);

	start_padded(&state, block, INNER_PAD);
	add_parts(&state, parts, count);
	finish(&state, inner, sizeof(inner));

	start_padded(&state, block, OUTER_PAD);
	crypto_generichash_blake2b_update(&state, inner, sizeof(inner));
	finish(&state, out, HASH_SIZE);
	sodium_memzero(block, sizeof(block));
	sodium_memzero(inner, sizeof(inner));
}

void
hkdf2(const uint8_t chaining_key[static HASH_SIZE], const uint8_t *input,
    size_t input_size, uint8_t out1[static HASH_SIZE],
    uint8_t out2[static HASH_SIZE])
{
	static const uint8_t one = 1, two = 2;
	uint8_t temp_key[HASH_SIZE];

	hmac_parts(chaining_key, HASH_SIZE,
	    &(struct hash_part){ input, input_size }, 1, temp_key);
	hmac_parts(temp_key, sizeof(temp_key), &(struct hash_part){ &one, 1 },
	    1, out1);
	struct hash_part last[] = { { out1, HASH_SIZE }, { &two, 1 } };
	hmac_parts(temp_key, sizeof(temp_key), last, 2, out2);
	sodium_memzero(temp_key, sizeof(temp_key));
}
