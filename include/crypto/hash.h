/* SPDX-License-Identifier: MIT */
/*
 * BLAKE2b (RFC 7693) and what Noise builds on it.
 *
 * HMAC here is RFC 2104 over unkeyed BLAKE2b-512 with its block of 128 bytes;
 * BLAKE2b's own keyed mode is a different function and gives other values.
 */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HASH_SIZE = 64,        /* HASHLEN of Noise for BLAKE2b */
	HASH_BLOCK_SIZE = 128, /* BLOCKLEN of Noise for BLAKE2b */
	HASH_KEY_SIZE = 32,    /* of hash_keyed_128 */
	HASH_128_SIZE = 16,
};

struct hash_part {
	const void *data;
	size_t size;
};

/* BLAKE2b-512 over the parts in turn. */
void hash_parts(
    const struct hash_part *parts, size_t count, uint8_t out[static HASH_SIZE]);
/* BLAKE2b-256 with a personalisation of at most 16 bytes, zero-padded. */
void hash_256(const char *personal, const struct hash_part *parts, size_t count,
    uint8_t out[static 32]);
/* BLAKE2b-128 in its own keyed mode. */
void hash_keyed_128(const uint8_t key[static HASH_KEY_SIZE],
    const struct hash_part *parts, size_t count,
    uint8_t out[static HASH_128_SIZE]);
/* The same in several goes. */
struct hash_stream;
struct hash_stream *hash_stream_new(const char *personal);
/* NULL is fine. */
void hash_stream_free(struct hash_stream *h);
void hash_stream_add(struct hash_stream *h, const void *p, size_t n);
/* Of what was added so far; it can go on. */
void hash_stream_256(const struct hash_stream *h, uint8_t out[static 32]);
/* In a time that does not tell where they differ. */
bool hash_equal(const uint8_t *a, const uint8_t *b, size_t n);
/* HMAC-BLAKE2b-512 over the parts in turn. */
void hmac_parts(const uint8_t *key, size_t key_size,
    const struct hash_part *parts, size_t count, uint8_t out[static HASH_SIZE]);
/* HKDF of the Noise specification §4.3, two outputs; out1 may be the chaining
 * key. */
void hkdf2(const uint8_t chaining_key[static HASH_SIZE], const uint8_t *input,
    size_t input_size, uint8_t out1[static HASH_SIZE],
    uint8_t out2[static HASH_SIZE]);

#endif
