/* SPDX-License-Identifier: MIT */
/*
 * Our keys, and those of others as they come in an ANSPUBKEY.
 */
#include "wire/ipmsg_keys.h"

#include "base/err.h"
#include "base/mem.h"
#include "wire/ipmsg_armour.h"
#include "wire/ipmsg_scan.h"

#include <stdlib.h>
#include <string.h>

enum {
	NUMBER_MAX = 2 * RSA_SIZE_MAX, /* bytes, with zeros in front */
};

/* What goes with the small key, and with the large one. */
#define FAMILY_SMALL \
	(IPMSG_CAN_RSA_1024 | IPMSG_CAN_BLOWFISH_128 | IPMSG_CAN_NUMBER_IV | \
	    IPMSG_CAN_BASE64)
#define FAMILY_LARGE \
	(IPMSG_CAN_RSA_2048 | IPMSG_CAN_AES_256 | IPMSG_CAN_NUMBER_IV | \
	    IPMSG_CAN_BASE64 | IPMSG_CAN_CLEAR_FILES | IPMSG_CAN_SHA1 | \
	    IPMSG_CAN_SHA256)

static int
make_one(struct rsa *r, size_t modulus_size, uint8_t *out, size_t *ret_size)
{
	uint8_t *der;
	size_t n;
	int err = rsa_make(r, modulus_size, &der, &n);

	if (err != 0)
		return err;
	if (n > RSA_DER_MAX)
		err = ERR_LIMIT;
	else
		memcpy(out, der, n);
	*ret_size = err == 0 ? n : 0;
	mem_wipe(der, n);
	free(der);
	return err;
}

int
ipmsg_keys_make(
    const struct rsa_lib *lib, uint8_t **ret_bytes, size_t *ret_size)
{
	uint8_t bytes[2 * RSA_DER_MAX];
	size_t large = 0;
	size_t small = 0;
	struct rsa *r;
	int err = rsa_new(lib, &r);

	if (err != 0)
		return err;
	err = make_one(r, RSA_SIZE_2048, bytes, &large);
	if (err == 0)
		err = make_one(r, RSA_SIZE_1024, bytes + large, &small);
	if (err == 0) {
		*ret_bytes = xmemdup(bytes, large + small);
		*ret_size = large + small;
	}
	mem_wipe(bytes, sizeof(bytes));
	rsa_free(r);
	return err;
}

/* The bytes of the first DER sequence, whose length is of two bytes; 0 for
 * anything else. */
static size_t
der_size(const uint8_t *p, size_t n)
{
	enum { HEAD = 4, SEQUENCE = 0x30, LONG_2 = 0x82 };

	if (n < HEAD || p[0] != SEQUENCE || p[1] != LONG_2)
		return 0;
	size_t size = HEAD + ((size_t)p[2] << 8 | p[3]);
	return size <= n ? size : 0;
}

static int
load_one(struct ipmsg_keys *k, const uint8_t *der, size_t n)
{
	struct rsa_key *key;

	if (rsa_load(k->rsa, der, n, &key) != 0)
		return ERR_FORMAT;
	struct rsa_key **place =
	    rsa_key_public(key)->size == RSA_SIZE_2048 ? &k->large : &k->small;
	if (*place != NULL) {
		rsa_key_free(key);
		return ERR_FORMAT;
	}
	*place = key;
	return 0;
}

int
ipmsg_keys_load(const struct rsa_lib *lib, const uint8_t *bytes, size_t n,
    struct ipmsg_keys **ret_keys)
{
	struct rsa *r;
	int err = rsa_new(lib, &r);

	if (err != 0)
		return err;
	struct ipmsg_keys *k = xcalloc(1, sizeof(*k));
	k->rsa = r;
	while (err == 0 && n > 0) {
		size_t size = der_size(bytes, n);
		err = size == 0 ? ERR_FORMAT : load_one(k, bytes, size);
		bytes += size;
		n -= size;
	}
	if (err == 0 && k->large == NULL)
		err = ERR_FORMAT;
	if (err != 0)
		ipmsg_keys_free(k);
	else
		*ret_keys = k;
	return err;
}

void
ipmsg_keys_free(struct ipmsg_keys *k)
{
	if (k == NULL)
		return;
	rsa_key_free(k->large);
	rsa_key_free(k->small);
	rsa_free(k->rsa);
	free(k);
}

static bool
has_small(const struct ipmsg_keys *k)
{
	return k->small != NULL && rsa_has_cipher(k->rsa, RSA_BLOWFISH_128);
}

uint32_t
ipmsg_keys_capabilities(const struct ipmsg_keys *k)
{
	return has_small(k) ? FAMILY_LARGE | FAMILY_SMALL : FAMILY_LARGE;
}

void
ipmsg_fingerprint(const struct ipmsg_keys *k, const struct rsa_public *key,
    uint8_t out[static IPMSG_FINGERPRINT_SIZE])
{
	if (rsa_fingerprint(k->rsa, key, out) != 0)
		memset(out, 0, IPMSG_FINGERPRINT_SIZE);
}

void
ipmsg_keys_fingerprint(
    const struct ipmsg_keys *k, uint8_t out[static IPMSG_FINGERPRINT_SIZE])
{
	ipmsg_fingerprint(k, rsa_key_public(k->large), out);
}

const char *
ipmsg_caps_text(uint32_t capabilities, char out[static IPMSG_CAPS_TEXT_MAX])
{
	struct wr w = wr_to(out, IPMSG_CAPS_TEXT_MAX);

	ipmsg_scan_put_hex(&w, capabilities);
	wr_u8(&w, '\0');
	return out;
}

int
ipmsg_caps_decode(struct ipmsg_text body, uint32_t *ret_capabilities)
{
	uint64_t number;

	if (ipmsg_scan_hex(body, &number) != 0 || number > UINT32_MAX)
		return ERR_FORMAT;
	*ret_capabilities = (uint32_t)number;
	return 0;
}

int
ipmsg_pubkey_decode(struct ipmsg_text body, struct ipmsg_pubkey *ret_key)
{
	struct ipmsg_pubkey key;
	struct ipmsg_text field;
	uint8_t e[NUMBER_MAX], n[NUMBER_MAX];
	size_t e_size, n_size;

	if (!ipmsg_scan_field(&body, ':', &field) ||
	    ipmsg_caps_decode(field, &key.capabilities) != 0 ||
	    !ipmsg_scan_field(&body, '-', &field) ||
	    ipmsg_armour_number(field, e, sizeof(e), &e_size) != 0 ||
	    ipmsg_armour_number(body, n, sizeof(n), &n_size) != 0)
		return ERR_FORMAT;
	int err = rsa_public_from(e, e_size, n, n_size, &key.key);
	if (err == 0)
		*ret_key = key;
	return err;
}

int
ipmsg_pubkey_encode(const struct ipmsg_keys *k, uint32_t capabilities,
    uint8_t out[static IPMSG_PUBKEY_BODY_MAX], size_t *ret_size)
{
	struct wr w = wr_to(out, IPMSG_PUBKEY_BODY_MAX);
	bool large = (capabilities & IPMSG_CAN_RSA_2048) != 0;

	if (!large &&
	    (!has_small(k) || (capabilities & IPMSG_CAN_RSA_1024) == 0))
		return ERR_UNSUPPORTED;
	const struct rsa_public *key =
	    rsa_key_public(large ? k->large : k->small);
	ipmsg_scan_put_hex(
	    &w, large ? ipmsg_keys_capabilities(k) : FAMILY_SMALL);
	ipmsg_scan_put_text(&w, ":");
	ipmsg_scan_put_hex(&w, key->e);
	ipmsg_scan_put_text(&w, "-");
	ipmsg_armour_put(&w, IPMSG_HEX, key->n, key->size);
	if (w.failed)
		return ERR_LIMIT;
	*ret_size = w.size;
	return 0;
}

bool
ipmsg_pubkey_is_usable(
    const struct ipmsg_keys *k, const struct ipmsg_pubkey *key)
{
	uint32_t needed = key->key.size == RSA_SIZE_2048
			      ? IPMSG_CAN_RSA_2048 | IPMSG_CAN_AES_256
			      : IPMSG_CAN_RSA_1024 | IPMSG_CAN_BLOWFISH_128;

	if (key->key.size != RSA_SIZE_2048 &&
	    !rsa_has_cipher(k->rsa, RSA_BLOWFISH_128))
		return false;
	return (key->capabilities & needed) == needed;
}
