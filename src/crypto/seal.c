/* SPDX-License-Identifier: MIT */
/*
 * Whoever finds the file may guess passphrases for as long as they like, so
 * the cost of a guess is all that stands between them and the key: it is in the
 * text, under the authentication tag, and has a floor.
 *
 * A text is printed again after it was read and must come out the same: the
 * parser may be simple, and there are no two spellings of one seal.
 */
#include "crypto/seal.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
	SALT_SIZE = crypto_pwhash_argon2id_SALTBYTES,
	NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	KEY_SIZE = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
	BOX_SIZE = SEED_SIZE + crypto_aead_xchacha20poly1305_ietf_ABYTES,
	DIGITS_MAX = 19, /* of a number that fits 64 bits whatever they are */
};

/* As libsodium's MODERATE. */
const struct seal_params seal_params = { 3, UINT64_C(256) << 20 };
const struct seal_limits seal_limits = {
	.least = { 3, UINT64_C(256) << 20 },
	.most = { 8, UINT64_C(1) << 30 },
};

static const char head[] = "earshot identity 2\n";
static const char algorithm[] = "argon2id13 xchacha20poly1305\n";

struct seal {
	struct seal_params params;
	uint8_t salt[SALT_SIZE], nonce[NONCE_SIZE], box[BOX_SIZE];
};

/* All but the seed: the additional data. Returns its size. */
static size_t
print_header(const struct seal *s, char text[static SEAL_TEXT_MAX])
{
	char salt[2 * SALT_SIZE + 1], nonce[2 * NONCE_SIZE + 1];

	sodium_bin2hex(salt, sizeof(salt), s->salt, SALT_SIZE);
	sodium_bin2hex(nonce, sizeof(nonce), s->nonce, NONCE_SIZE);
	int n = snprintf(text, SEAL_TEXT_MAX,
	    "%s%sops %" PRIu64 "\nmem %" PRIu64 "\nsalt %s\nnonce %s\nsealed ",
	    head, algorithm, s->params.ops, s->params.mem, salt, nonce);
	assert(n > 0 && n + 2 * BOX_SIZE + 2 <= SEAL_TEXT_MAX);
	return (size_t)n;
}

/* The whole text; returns the size of its header. */
static size_t
print_seal(const struct seal *s, char text[static SEAL_TEXT_MAX])
{
	size_t n = print_header(s, text);

	sodium_bin2hex(text + n, SEAL_TEXT_MAX - n, s->box, BOX_SIZE);
	memcpy(text + n + 2 * (size_t)BOX_SIZE, "\n", 2);
	return n;
}

struct cursor {
	const char *at;
	size_t left;
};

static bool
take(struct cursor *c, const char *word)
{
	size_t n = strlen(word);

	if (c->left < n || memcmp(c->at, word, n) != 0)
		return false;
	c->at += n;
	c->left -= n;
	return true;
}

static bool
take_number(struct cursor *c, uint64_t *ret_value)
{
	uint64_t value = 0;
	size_t n = 0;

	while (
	    n < c->left && n < DIGITS_MAX && c->at[n] >= '0' && c->at[n] <= '9')
		value = value * 10 + (uint64_t)(c->at[n++] - '0');
	c->at += n;
	c->left -= n;
	*ret_value = value;
	return n > 0 && take(c, "\n");
}

static bool
take_hex(struct cursor *c, uint8_t *bytes, size_t size)
{
	size_t got;

	if (c->left < 2 * size ||
	    sodium_hex2bin(bytes, size, c->at, 2 * size, NULL, &got, NULL) !=
		0 ||
	    got != size)
		return false;
	c->at += 2 * size;
	c->left -= 2 * size;
	return take(c, "\n");
}

static int
parse_seal(const char *text, size_t n, struct seal *s)
{
	struct cursor c = { text, n };

	if (!take(&c, head))
		return ERR_FORMAT;
	if (!take(&c, algorithm))
		return memchr(c.at, '\n', c.left) != NULL ? ERR_VERSION
							  : ERR_FORMAT;
	if (take(&c, "ops ") && take_number(&c, &s->params.ops) &&
	    take(&c, "mem ") && take_number(&c, &s->params.mem) &&
	    take(&c, "salt ") && take_hex(&c, s->salt, SALT_SIZE) &&
	    take(&c, "nonce ") && take_hex(&c, s->nonce, NONCE_SIZE) &&
	    take(&c, "sealed ") && take_hex(&c, s->box, BOX_SIZE) &&
	    c.left == 0)
		return 0;
	return ERR_FORMAT;
}

static bool
is_within(const struct seal_limits *l, const struct seal_params *p)
{
	return p->ops >= l->least.ops && p->ops <= l->most.ops &&
	       p->mem >= l->least.mem && p->mem <= l->most.mem;
}

static int
derive(const struct seal *s, const struct passphrase *passphrase,
    uint8_t key[static KEY_SIZE])
{
	/* It fails for nothing else, since all sizes and costs are right. */
	if (s->params.mem > SIZE_MAX ||
	    crypto_pwhash(key, KEY_SIZE, passphrase->bytes, passphrase->size,
		s->salt, s->params.ops, (size_t)s->params.mem,
		crypto_pwhash_ALG_ARGON2ID13) != 0)
		return ERR_LIMIT;
	return 0;
}

int
seal_make(const struct seal_params *params, const struct rng *rng,
    const struct passphrase *passphrase, const uint8_t seed[static SEED_SIZE],
    char ret_text[static SEAL_TEXT_MAX])
{
	struct seal s = { .params = *params };
	uint8_t key[KEY_SIZE];
	char header[SEAL_TEXT_MAX];

	assert(passphrase->size > 0 && passphrase->size <= PASSPHRASE_MAX);
	rng_fill(rng, s.salt, SALT_SIZE);
	rng_fill(rng, s.nonce, NONCE_SIZE);
	int err = derive(&s, passphrase, key);
	if (err == 0) {
		size_t n = print_header(&s, header);
		crypto_aead_xchacha20poly1305_ietf_encrypt(s.box, NULL, seed,
		    SEED_SIZE, (const uint8_t *)header, n, NULL, s.nonce, key);
		print_seal(&s, ret_text);
	}
	mem_wipe(key, sizeof(key));
	return err;
}

/* Nothing of a seed that was not proven gets out. */
static int
unbox(const struct seal *s, const struct passphrase *passphrase,
    const struct cursor *header, uint8_t ret_seed[static SEED_SIZE])
{
	uint8_t key[KEY_SIZE], seed[SEED_SIZE];
	int err = derive(s, passphrase, key);

	if (err == 0 && crypto_aead_xchacha20poly1305_ietf_decrypt(seed, NULL,
			    NULL, s->box, BOX_SIZE, (const uint8_t *)header->at,
			    header->left, s->nonce, key) != 0)
		err = ERR_AUTH;
	if (err == 0)
		memcpy(ret_seed, seed, SEED_SIZE);
	mem_wipe(key, sizeof(key));
	mem_wipe(seed, sizeof(seed));
	return err;
}

/* The seal in a text that is spelled as we do it, and the header of it. */
static int
read_seal(const struct seal_limits *limits, const struct cursor *text,
    struct seal *s, struct cursor *ret_header)
{
	char again[SEAL_TEXT_MAX];
	int err = parse_seal(text->at, text->left, s);

	if (err != 0)
		return err;
	*ret_header = (struct cursor){ text->at, print_seal(s, again) };
	if (strlen(again) != text->left ||
	    memcmp(again, text->at, text->left) != 0)
		return ERR_FORMAT;
	return is_within(limits, &s->params) ? 0 : ERR_UNSUPPORTED;
}

int
seal_check(const struct seal_limits *limits, const char *text, size_t n)
{
	struct seal s = { 0 };
	struct cursor header;

	return read_seal(limits, &(struct cursor){ text, n }, &s, &header);
}

int
seal_open(const struct seal_limits *limits, const struct passphrase *passphrase,
    const char *text, size_t n, uint8_t ret_seed[static SEED_SIZE])
{
	struct seal s = { 0 };
	struct cursor header;
	int err = read_seal(limits, &(struct cursor){ text, n }, &s, &header);

	return err != 0 ? err : unbox(&s, passphrase, &header, ret_seed);
}
