/* SPDX-License-Identifier: MIT */
/*
 * What IP Messenger encrypts: bodies of messages and of requests for files, and
 * the exchange of keys before them.
 *
 * It hides a text from who only listens. Nobody verified the keys, the past is
 * not protected from who gets a key later, and a packet can be sent again: it
 * is called obfuscation and never encryption.
 *
 * There are two families: RSA-2048 with AES-256 and a signature, and RSA-1024
 * with Blowfish-128 for older clients.
 */
#ifndef WIRE_IPMSG_CRYPT_H
#define WIRE_IPMSG_CRYPT_H

#include "crypto/rng.h"
#include "crypto/rsa.h"
#include "wire/ipmsg.h"
#include "wire/ipmsg_files.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Capabilities: the body of GETPUBKEY, the heads of ANSPUBKEY and of what is
 * encrypted. Numbers beyond an int, so no enum. */
#define IPMSG_CAN_RSA_1024 0x00000002U
#define IPMSG_CAN_RSA_2048 0x00000004U
#define IPMSG_CAN_BLOWFISH_128 0x00020000U
#define IPMSG_CAN_AES_256 0x00100000U
#define IPMSG_CAN_NUMBER_IV 0x00800000U /* the packet number is the IV */
#define IPMSG_CAN_BASE64 0x01000000U
#define IPMSG_CAN_CLEAR_FILES 0x04000000U
#define IPMSG_CAN_SHA1 0x20000000U
#define IPMSG_CAN_SHA256 0x40000000U

enum {
	IPMSG_CAPS_TEXT_MAX = 9, /* 8 digits and a NUL */
	IPMSG_PUBKEY_BODY_MAX = 1024,
	/* What the encrypted form of n bytes takes at most: 2 * n and this. */
	IPMSG_CRYPT_EXTRA = 2048,
};

/* Our keys. */
struct ipmsg_keys;

/* New keys, as bytes to keep where nobody else reads them (caller wipes and
 * frees). Takes up to a second. ERR_UNSUPPORTED: there is no libcrypto. */
int ipmsg_keys_make(
    const struct rsa_lib *lib, uint8_t **ret_bytes, size_t *ret_size);
/* From these bytes. ERR_UNSUPPORTED: there is no libcrypto; ERR_FORMAT. */
int ipmsg_keys_load(const struct rsa_lib *lib, const uint8_t *bytes, size_t n,
    struct ipmsg_keys **ret_keys);
/* NULL is fine. */
void ipmsg_keys_free(struct ipmsg_keys *k);
/* For GETPUBKEY. */
uint32_t ipmsg_keys_capabilities(const struct ipmsg_keys *k);
/* For our name: see ipmsg_user_fingerprint. */
void ipmsg_keys_fingerprint(
    const struct ipmsg_keys *k, uint8_t out[static IPMSG_FINGERPRINT_SIZE]);
/* Of somebody else's key. */
void ipmsg_fingerprint(const struct ipmsg_keys *k, const struct rsa_public *key,
    uint8_t out[static IPMSG_FINGERPRINT_SIZE]);

/* The body of GETPUBKEY. Returns out. */
const char *ipmsg_caps_text(
    uint32_t capabilities, char out[static IPMSG_CAPS_TEXT_MAX]);
/* ERR_FORMAT. */
int ipmsg_caps_decode(struct ipmsg_text body, uint32_t *ret_capabilities);

/* Somebody else's key and abilities, by value. */
struct ipmsg_pubkey {
	uint32_t capabilities;
	struct rsa_public key;
};

/* The body of ANSPUBKEY. ERR_FORMAT; ERR_UNSUPPORTED: a key of another size. */
int ipmsg_pubkey_decode(struct ipmsg_text body, struct ipmsg_pubkey *ret_key);
/* Ours, for who has these capabilities. No NUL at its end. ERR_UNSUPPORTED: no
 * key of ours is of use there. */
int ipmsg_pubkey_encode(const struct ipmsg_keys *k, uint32_t capabilities,
    uint8_t out[static IPMSG_PUBKEY_BODY_MAX], size_t *ret_size);
/* Whether something can be encrypted for it. */
bool ipmsg_pubkey_is_usable(
    const struct ipmsg_keys *k, const struct ipmsg_pubkey *key);

/*
 * The body of a packet with these digits as its number, with plain encrypted.
 * plain is "text NUL", and with IPMSG_ENCEXTMSG the list of files, the
 * recipients and their NULs. Signed where the reader can check it.
 * ERR_UNSUPPORTED: not usable; ERR_LIMIT: it does not fit.
 */
int ipmsg_crypt_encode(const struct ipmsg_keys *k, const struct rng *rng,
    const struct ipmsg_pubkey *to, struct ipmsg_text digits,
    struct ipmsg_text plain, uint8_t *out, size_t cap, size_t *ret_size);

enum ipmsg_signature {
	IPMSG_UNSIGNED,
	IPMSG_SIGNED_GOOD,
	IPMSG_SIGNED_BAD,
	IPMSG_SIGNED_UNKNOWN, /* without a key to check it by */
};

struct ipmsg_clear {
	uint8_t *bytes; /* caller wipes and frees */
	size_t size;    /* for ipmsg_parts */
	enum ipmsg_signature signature;
	uint32_t capabilities; /* that were used */
};

/*
 * Decrypts the body of a packet, and checks its signature by the key of its
 * sender (NULL: not known). ERR_FORMAT: it is no such body; ERR_UNSUPPORTED:
 * not for a key or a cipher of ours; ERR_AUTH: it does not decrypt, and whether
 * the key or the text in it was wrong cannot be seen from outside, nor by how
 * long it takes. None of this is ever answered.
 */
int ipmsg_crypt_decode(const struct ipmsg_keys *k, const struct rng *rng,
    const struct ipmsg_packet *packet, const struct ipmsg_pubkey *from,
    struct ipmsg_clear *ret_clear);

/* The key stream of the answer to a request, whose packet had these digits; for
 * rsa_ctr_free, while there are the keys. NULL when libcrypto fails. */
struct rsa_ctr *ipmsg_ctr_new(const struct ipmsg_keys *k,
    const uint8_t key[static IPMSG_FILE_KEY_SIZE], struct ipmsg_text digits);

#endif
