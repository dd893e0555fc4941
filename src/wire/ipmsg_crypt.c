/* SPDX-License-Identifier: MIT */
/*
 * Encrypted bodies:
 *
 *   capabilities:session key:text[:signature]
 *
 * The text is padded, so that a wrong session key shows; who sends a body with
 * a broken one gets to the same place as who sends a broken text, after the
 * same work.
 */
#include "base/err.h"
#include "base/mem.h"
#include "wire/ipmsg_armour.h"
#include "wire/ipmsg_keys.h"
#include "wire/ipmsg_scan.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* Windows copies no more of the number into the block of AES. */
	NUMBER_OF_AES = 15,
	KEY_MAX = RSA_AES_KEY_SIZE,
	/* For bytes as text: what ipmsg_armour_decode asks for. */
	ROOM = 4,
};

/* How one body is encrypted. */
struct manner {
	uint32_t capabilities;
	enum rsa_cipher cipher;
	size_t key_size;
	enum ipmsg_armour armour;
	uint8_t iv[RSA_AES_BLOCK];
};

static void
number_block(
    struct ipmsg_text digits, size_t max, uint8_t out[static RSA_AES_BLOCK])
{
	memset(out, 0, RSA_AES_BLOCK);
	if (digits.size > 0)
		memcpy(
		    out, digits.bytes, digits.size < max ? digits.size : max);
}

static struct manner
manner_of(uint32_t capabilities, struct ipmsg_text digits)
{
	bool is_aes = (capabilities & IPMSG_CAN_AES_256) != 0;
	struct manner m = {
		.capabilities = capabilities,
		.cipher = is_aes ? RSA_AES_256 : RSA_BLOWFISH_128,
		.key_size = is_aes ? RSA_AES_KEY_SIZE : RSA_BLOWFISH_KEY_SIZE,
		.armour = (capabilities & IPMSG_CAN_BASE64) != 0 ? IPMSG_BASE64
								 : IPMSG_HEX,
	};

	if ((capabilities & IPMSG_CAN_NUMBER_IV) != 0)
		number_block(
		    digits, is_aes ? NUMBER_OF_AES : RSA_BLOWFISH_BLOCK, m.iv);
	return m;
}

/* What to use with somebody who can this. */
static uint32_t
choose(const struct ipmsg_pubkey *to)
{
	uint32_t both = IPMSG_CAN_NUMBER_IV | IPMSG_CAN_BASE64;
	uint32_t use = to->capabilities & both;

	if (to->key.size != RSA_SIZE_2048)
		return use | IPMSG_CAN_RSA_1024 | IPMSG_CAN_BLOWFISH_128;
	use |= IPMSG_CAN_RSA_2048 | IPMSG_CAN_AES_256;
	if ((to->capabilities & IPMSG_CAN_SHA256) != 0)
		return use | IPMSG_CAN_SHA256;
	return use | (to->capabilities & IPMSG_CAN_SHA1);
}

static enum rsa_digest
digest_of(uint32_t capabilities)
{
	return (capabilities & IPMSG_CAN_SHA256) != 0 ? RSA_SHA256 : RSA_SHA1;
}

static bool
is_signed(uint32_t capabilities)
{
	return (capabilities & (IPMSG_CAN_SHA256 | IPMSG_CAN_SHA1)) != 0;
}

static int
put_session_key(const struct ipmsg_keys *k, const struct rng *rng,
    const struct ipmsg_pubkey *to, const struct manner *m, struct wr *w,
    uint8_t key[static KEY_MAX])
{
	uint8_t sealed[RSA_SIZE_MAX];

	rng_fill(rng, key, m->key_size);
	int err = rsa_encrypt(k->rsa, rng, &to->key, key, m->key_size, sealed);
	if (err != 0)
		return ERR_UNSUPPORTED;
	ipmsg_scan_put_hex(w, m->capabilities);
	ipmsg_scan_put_text(w, ":");
	ipmsg_armour_put(w, m->armour, sealed, to->key.size);
	ipmsg_scan_put_text(w, ":");
	return 0;
}

static int
put_text(const struct ipmsg_keys *k, const struct manner *m, const uint8_t *key,
    struct ipmsg_text plain, struct wr *w)
{
	uint8_t *sealed = xmalloc(plain.size + RSA_AES_BLOCK);
	size_t n = 0;
	int err = rsa_cbc_encrypt(
	    k->rsa, m->cipher, key, m->iv, plain.bytes, plain.size, sealed, &n);

	if (err == 0)
		ipmsg_armour_put(w, m->armour, sealed, n);
	free(sealed);
	return err;
}

static int
put_signature(const struct ipmsg_keys *k, const struct manner *m,
    struct ipmsg_text plain, struct wr *w)
{
	uint8_t signature[RSA_SIZE_MAX];

	if (!is_signed(m->capabilities))
		return 0;
	int err = rsa_sign(k->large, digest_of(m->capabilities), plain.bytes,
	    plain.size, signature);
	if (err != 0)
		return err;
	ipmsg_scan_put_text(w, ":");
	ipmsg_armour_put(w, m->armour, signature, RSA_SIZE_2048);
	return 0;
}

int
ipmsg_crypt_encode(const struct ipmsg_keys *k, const struct rng *rng,
    const struct ipmsg_pubkey *to, struct ipmsg_text digits,
    struct ipmsg_text plain, uint8_t *out, size_t cap, size_t *ret_size)
{
	uint8_t key[KEY_MAX];
	struct wr w = wr_to(out, cap);

	if (!ipmsg_pubkey_is_usable(k, to))
		return ERR_UNSUPPORTED;
	if (plain.size > IPMSG_PACKET_MAX)
		return ERR_LIMIT;
	struct manner m = manner_of(choose(to), digits);
	int err = put_session_key(k, rng, to, &m, &w, key);
	if (err == 0)
		err = put_text(k, &m, key, plain, &w);
	if (err == 0)
		err = put_signature(k, &m, plain, &w);
	mem_wipe(key, sizeof(key));
	if (err != 0)
		return err;
	if (w.failed)
		return ERR_LIMIT;
	*ret_size = w.size;
	return 0;
}

/* A body, taken apart. */
struct sealed {
	struct manner manner;
	uint8_t *key, *text, *signature;
	size_t key_size, text_size, signature_size;
};

static void
sealed_clear(struct sealed *s)
{
	free(s->key);
	free(s->text);
	free(s->signature);
}

static int
decode_field(enum ipmsg_armour armour, struct ipmsg_text field, uint8_t **ret,
    size_t *ret_size)
{
	*ret = xmalloc(field.size + ROOM);
	return ipmsg_armour_decode(armour, field, *ret, ret_size);
}

/* On an error, too, sealed_clear. */
static int
sealed_decode(const struct ipmsg_packet *packet, struct sealed *s)
{
	struct ipmsg_text left = packet->body;
	struct ipmsg_text caps, key, text;
	uint32_t capabilities;

	if (!ipmsg_scan_field(&left, ':', &caps) ||
	    !ipmsg_scan_field(&left, ':', &key))
		return ERR_FORMAT;
	bool has_signature = ipmsg_scan_field(&left, ':', &text);
	if (ipmsg_caps_decode(caps, &capabilities) != 0)
		return ERR_FORMAT;
	s->manner = manner_of(capabilities, packet->digits);
	enum ipmsg_armour armour = s->manner.armour;
	int err = decode_field(armour, key, &s->key, &s->key_size);
	if (err == 0)
		err = decode_field(armour, text, &s->text, &s->text_size);
	if (err == 0 && has_signature)
		err = decode_field(
		    armour, left, &s->signature, &s->signature_size);
	return err;
}

/* Of ours, by which it was encrypted; NULL: none. */
static const struct rsa_key *
key_for(const struct ipmsg_keys *k, const struct sealed *s)
{
	uint32_t can = s->manner.capabilities;

	if (!rsa_has_cipher(k->rsa, s->manner.cipher) ||
	    (can & (IPMSG_CAN_AES_256 | IPMSG_CAN_BLOWFISH_128)) == 0)
		return NULL;
	if (s->key_size == RSA_SIZE_2048 && (can & IPMSG_CAN_RSA_2048) != 0)
		return k->large;
	if (s->key_size == RSA_SIZE_1024 && (can & IPMSG_CAN_RSA_1024) != 0)
		return k->small;
	return NULL;
}

/* The Mac client signs the text and its NUL alone. */
static bool
is_signed_by(const struct ipmsg_keys *k, const struct sealed *s,
    const struct rsa_public *key, const uint8_t *p, size_t n)
{
	enum rsa_digest digest = digest_of(s->manner.capabilities);
	const uint8_t *nul = n == 0 ? NULL : memchr(p, '\0', n);

	if (rsa_verify(k->rsa, key, digest, p, n, s->signature,
		s->signature_size) == 0)
		return true;
	return nul != NULL && (size_t)(nul - p) + 1 < n &&
	       rsa_verify(k->rsa, key, digest, p, (size_t)(nul - p) + 1,
		   s->signature, s->signature_size) == 0;
}

static enum ipmsg_signature
signature_of(const struct ipmsg_keys *k, const struct sealed *s,
    const struct ipmsg_pubkey *from, const uint8_t *p, size_t n)
{
	if (s->signature == NULL || !is_signed(s->manner.capabilities))
		return IPMSG_UNSIGNED;
	if (from == NULL)
		return IPMSG_SIGNED_UNKNOWN;
	return is_signed_by(k, s, &from->key, p, n) ? IPMSG_SIGNED_GOOD
						    : IPMSG_SIGNED_BAD;
}

static int
open_text(const struct ipmsg_keys *k, const struct rng *rng,
    const struct sealed *s, uint8_t *out, size_t *ret_size)
{
	uint8_t session_key[KEY_MAX];
	const struct rsa_key *key = key_for(k, s);

	if (key == NULL)
		return ERR_UNSUPPORTED;
	int err = rsa_decrypt(
	    key, rng, s->key, s->key_size, session_key, s->manner.key_size);
	if (err == 0)
		err = rsa_cbc_decrypt(k->rsa, s->manner.cipher, session_key,
		    s->manner.iv, s->text, s->text_size, out, ret_size);
	mem_wipe(session_key, sizeof(session_key));
	return err;
}

int
ipmsg_crypt_decode(const struct ipmsg_keys *k, const struct rng *rng,
    const struct ipmsg_packet *packet, const struct ipmsg_pubkey *from,
    struct ipmsg_clear *ret_clear)
{
	struct sealed s = { 0 };
	int err = sealed_decode(packet, &s);

	if (err == 0) {
		uint8_t *out = xcalloc(1, s.text_size + 1);
		size_t n = 0;
		err = open_text(k, rng, &s, out, &n);
		if (err == 0)
			*ret_clear = (struct ipmsg_clear){
				.bytes = out,
				.size = n,
				.signature = signature_of(k, &s, from, out, n),
				.capabilities = s.manner.capabilities,
			};
		else
			free(out);
	}
	sealed_clear(&s);
	return err;
}

struct rsa_ctr *
ipmsg_ctr_new(const struct ipmsg_keys *k,
    const uint8_t key[static IPMSG_FILE_KEY_SIZE], struct ipmsg_text digits)
{
	uint8_t counter[RSA_AES_BLOCK];
	struct rsa_ctr *c = NULL;

	number_block(digits, NUMBER_OF_AES, counter);
	return rsa_ctr_new(k->rsa, key, counter, &c) == 0 ? c : NULL;
}
