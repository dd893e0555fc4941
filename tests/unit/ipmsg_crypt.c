/* SPDX-License-Identifier: MIT */
#include "wire/ipmsg_crypt.h"

#include "base/err.h"
#include "ipmsg_ring.h"
#include "ipmsg_vectors.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CAPS_ALL 0x65920006U
#define TEXT_50 "\xE7\xA7\x98\xE5\xAF\x86 message"

static struct ipmsg_keys *
keys_or_skip(struct ipmsg_keys *k)
{
	if (k == NULL)
		skip();
	return k;
}

static struct ipmsg_keys *
load_alice(void)
{
	return load_keys(alice_2048, NULL);
}

static struct ipmsg_packet
packet_of(const struct ipmsg_vector *v)
{
	struct ipmsg_packet packet;

	assert_int_equal(ipmsg_decode(v->bytes, v->size, &packet), 0);
	return packet;
}

static struct ipmsg_text
bytes_of(const void *p, size_t n)
{
	return (struct ipmsg_text){ .bytes = p, .size = n };
}

/* What others know of these keys. */
static struct ipmsg_pubkey
public_of(const struct ipmsg_keys *k, uint32_t asked)
{
	uint8_t body[IPMSG_PUBKEY_BODY_MAX];
	struct ipmsg_pubkey key;
	size_t n;

	assert_int_equal(ipmsg_pubkey_encode(k, asked, body, &n), 0);
	assert_int_equal(ipmsg_pubkey_decode(bytes_of(body, n), &key), 0);
	return key;
}

static void
keys_are_exchanged_as_in_the_vectors(void **state)
{
	(void)state;
	struct ipmsg_keys *alice = keys_or_skip(load_alice());
	struct ipmsg_keys *bob = load_bob();
	struct ipmsg_vector v;
	struct ipmsg_pubkey key;
	uint8_t body[IPMSG_PUBKEY_BODY_MAX];
	uint8_t fp[IPMSG_FINGERPRINT_SIZE], own[IPMSG_FINGERPRINT_SIZE];
	char text[IPMSG_CAPS_TEXT_MAX];
	uint32_t caps;
	size_t n;

	ipmsg_vector_get("V40", &v);
	assert_int_equal(ipmsg_caps_decode(packet_of(&v).body, &caps), 0);
	assert_true(caps == CAPS_ALL);
	assert_true(ipmsg_keys_capabilities(bob) == CAPS_ALL);
	assert_string_equal(ipmsg_caps_text(caps, text), "65920006");

	ipmsg_vector_get("V41", &v);
	struct ipmsg_text want = packet_of(&v).body;
	assert_int_equal(ipmsg_pubkey_decode(want, &key), 0);
	assert_true(key.capabilities == CAPS_ALL);
	ipmsg_fingerprint(bob, &key.key, fp);
	ipmsg_keys_fingerprint(alice, own);
	assert_memory_equal(fp, own, sizeof(fp));
	assert_memory_equal(fp, "\x66\x87\x6f\x27\xb9\xc4\xeb\x9a", 8);
	assert_int_equal(ipmsg_pubkey_encode(alice, caps, body, &n), 0);
	/* The one that made the vector had a small key, too. */
	assert_int_equal(n, want.size);
	assert_memory_equal(strchr((char *)body, ':'),
	    strchr((const char *)want.bytes, ':'), n - 8);

	ipmsg_vector_get("V42", &v);
	want = packet_of(&v).body;
	assert_int_equal(
	    ipmsg_pubkey_encode(bob, IPMSG_CAN_RSA_1024, body, &n), 0);
	assert_int_equal(n, want.size);
	assert_memory_equal(body, want.bytes, n);
	assert_int_equal(
	    ipmsg_pubkey_encode(alice, IPMSG_CAN_RSA_1024, body, &n),
	    ERR_UNSUPPORTED);
	assert_int_equal(
	    ipmsg_pubkey_encode(bob, 0x1, body, &n), ERR_UNSUPPORTED);
	ipmsg_keys_free(alice);
	ipmsg_keys_free(bob);
}

static void
encrypted_vectors_open(void **state)
{
	(void)state;
	static const struct {
		const char *id;
		const char *plain;
		size_t size;
		enum ipmsg_signature signature;
		uint32_t capabilities;
	} known[] = {
		{ "V50", TEXT_50, sizeof(TEXT_50), IPMSG_SIGNED_GOOD,
		    0x41900004 },
		{ "V52", "legacy crypto", 14, IPMSG_UNSIGNED, 0x20002 },
		{ "V53", "legacy crypto", 14, IPMSG_UNSIGNED, 0x1820002 },
	};
	struct ipmsg_keys *alice = keys_or_skip(load_alice());
	struct ipmsg_keys *bob = load_bob();
	struct ipmsg_pubkey from = public_of(alice, CAPS_ALL);
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 1);
	struct ipmsg_vector v;
	struct ipmsg_clear clear;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		ipmsg_vector_get(known[i].id, &v);
		struct ipmsg_packet packet = packet_of(&v);
		assert_int_equal(
		    ipmsg_crypt_decode(bob, &rng, &packet, &from, &clear), 0);
		assert_int_equal(clear.size, known[i].size);
		assert_memory_equal(clear.bytes, known[i].plain, clear.size);
		assert_int_equal(clear.signature, known[i].signature);
		assert_true(clear.capabilities == known[i].capabilities);
		free(clear.bytes);
	}
	ipmsg_keys_free(alice);
	ipmsg_keys_free(bob);
}

/* V51: the list of files and the recipients are inside. */
static void
attachments_and_recipients_are_inside(void **state)
{
	(void)state;
	struct ipmsg_keys *alice = keys_or_skip(load_alice());
	struct ipmsg_keys *bob = load_bob();
	struct ipmsg_pubkey from = public_of(alice, CAPS_ALL);
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 1);
	struct ipmsg_recipient to[IPMSG_RECIPIENTS_MAX];
	struct ipmsg_file file;
	struct ipmsg_vector v;
	struct ipmsg_clear clear;

	ipmsg_vector_get("V51", &v);
	struct ipmsg_packet packet = packet_of(&v);
	assert_int_equal(
	    ipmsg_crypt_decode(bob, &rng, &packet, &from, &clear), 0);
	assert_int_equal(clear.signature, IPMSG_SIGNED_GOOD);
	struct ipmsg_parts parts = ipmsg_parts(clear.bytes, clear.size, true);
	assert_true(parts.body.size > 0);
	struct ipmsg_file_reader files = ipmsg_files_read(parts.ext);
	assert_int_equal(ipmsg_file_next(&files, &file), 1);
	assert_string_equal((char *)file.name, "x.txt");
	assert_int_equal(file.size, 5);
	assert_int_equal(ipmsg_file_next(&files, &file), 0);
	assert_int_equal(
	    ipmsg_recipients_decode(parts.rest, to, IPMSG_RECIPIENTS_MAX), 2);
	free(clear.bytes);
	ipmsg_keys_free(alice);
	ipmsg_keys_free(bob);
}

/* A packet of ours around an encrypted body. */
struct post {
	uint8_t body[8192];
	size_t size;
	struct ipmsg_packet packet;
};

static void
seal_with(const struct ipmsg_keys *k, const struct ipmsg_pubkey *to,
    const char *digits, struct ipmsg_text plain, struct post *post)
{
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 7);

	memset(post, 0, sizeof(*post));
	post->packet.digits = ipmsg_text_of(digits);
	assert_int_equal(
	    ipmsg_crypt_encode(k, &rng, to, post->packet.digits, plain,
		post->body, sizeof(post->body), &post->size),
	    0);
	post->packet.body = bytes_of(post->body, post->size);
}

static int
open_by(const struct ipmsg_keys *k, const struct post *post,
    const struct ipmsg_pubkey *from, struct ipmsg_clear *ret)
{
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 8);

	return ipmsg_crypt_decode(k, &rng, &post->packet, from, ret);
}

/* The vectors' session key is not random: with it, and with the padding that
 * is, everything else of a body is the same again. */
static void
fill_counting(void *ctx, void *out, size_t n)
{
	uint8_t *p = out;

	for (size_t i = 0; i < n; i++)
		p[i] = n == 1 ? 0xAA : (uint8_t)i;
	(void)ctx;
}

static void
what_is_encrypted_is_that_of_the_vector(void **state)
{
	(void)state;
	struct ipmsg_keys *alice = keys_or_skip(load_alice());
	struct ipmsg_keys *bob = load_bob();
	struct ipmsg_pubkey to = public_of(bob, CAPS_ALL);
	struct rng rng = { .fill = fill_counting };
	struct ipmsg_vector v;
	uint8_t out[4096];
	size_t n;

	ipmsg_vector_get("V50", &v);
	struct ipmsg_packet want = packet_of(&v);
	assert_int_equal(
	    ipmsg_crypt_encode(alice, &rng, &to, want.digits,
		bytes_of(TEXT_50, sizeof(TEXT_50)), out, sizeof(out), &n),
	    0);
	assert_int_equal(n, want.body.size);
	/* The capabilities; then 344 characters of the session key. */
	assert_memory_equal(out, want.body.bytes, 9);
	assert_memory_equal(
	    out + 9 + 344, want.body.bytes + 9 + 344, n - 9 - 344);
	ipmsg_keys_free(alice);
	ipmsg_keys_free(bob);
}

static const uint32_t manners[] = {
	IPMSG_CAN_RSA_2048 | IPMSG_CAN_AES_256,
	IPMSG_CAN_RSA_2048 | IPMSG_CAN_AES_256 | IPMSG_CAN_NUMBER_IV,
	IPMSG_CAN_RSA_2048 | IPMSG_CAN_AES_256 | IPMSG_CAN_BASE64 |
	    IPMSG_CAN_SHA1,
	CAPS_ALL,
};

static void
every_manner_goes_both_ways(void **state)
{
	(void)state;
	struct ipmsg_keys *alice = keys_or_skip(load_alice());
	struct ipmsg_keys *bob = load_bob();
	struct ipmsg_pubkey from = public_of(alice, CAPS_ALL);
	struct ipmsg_pubkey to = public_of(bob, CAPS_ALL);
	struct ipmsg_pubkey small = public_of(bob, IPMSG_CAN_RSA_1024);
	struct post post;
	struct ipmsg_clear clear;
	uint8_t text[600] = "long";

	for (size_t i = 0; i < 4 + 2; i++) {
		to.capabilities = manners[i < 4 ? i : 0];
		small.capabilities =
		    IPMSG_CAN_RSA_1024 | IPMSG_CAN_BLOWFISH_128 |
		    (i == 5 ? IPMSG_CAN_BASE64 | IPMSG_CAN_NUMBER_IV : 0);
		seal_with(alice, i < 4 ? &to : &small, "1700000001",
		    bytes_of(text, sizeof(text)), &post);
		assert_int_equal(open_by(bob, &post, &from, &clear), 0);
		assert_int_equal(clear.size, sizeof(text));
		assert_memory_equal(clear.bytes, text, sizeof(text));
		assert_int_equal(clear.signature,
		    i == 2 || i == 3 ? IPMSG_SIGNED_GOOD : IPMSG_UNSIGNED);
		free(clear.bytes);
		/* A text of nothing but its NUL. */
		seal_with(alice, i < 4 ? &to : &small, "17000000011234567",
		    bytes_of("", 1), &post);
		assert_int_equal(open_by(bob, &post, NULL, &clear), 0);
		assert_int_equal(clear.size, 1);
		free(clear.bytes);
	}
	ipmsg_keys_free(alice);
	ipmsg_keys_free(bob);
}

static void
another_number_key_or_sender_is_noticed(void **state)
{
	(void)state;
	struct ipmsg_keys *alice = keys_or_skip(load_alice());
	struct ipmsg_keys *bob = load_bob();
	struct ipmsg_keys *carol = load_keys(alice_2048, bob_1024);
	struct ipmsg_pubkey from = public_of(alice, CAPS_ALL);
	struct ipmsg_pubkey to = public_of(bob, CAPS_ALL);
	struct post post;
	struct ipmsg_clear clear;

	seal_with(alice, &to, "1700000001",
	    bytes_of("sixteen letters and more", 25), &post);
	assert_int_equal(open_by(carol, &post, &from, &clear), ERR_AUTH);
	assert_int_equal(open_by(bob, &post, &to, &clear), 0);
	assert_int_equal(clear.signature, IPMSG_SIGNED_BAD);
	free(clear.bytes);
	assert_int_equal(open_by(bob, &post, NULL, &clear), 0);
	assert_int_equal(clear.signature, IPMSG_SIGNED_UNKNOWN);
	free(clear.bytes);
	/* Under another number the first block is another text. */
	post.packet.digits = ipmsg_text_of("1700000002");
	assert_int_equal(open_by(bob, &post, &from, &clear), 0);
	assert_int_equal(clear.signature, IPMSG_SIGNED_BAD);
	assert_memory_not_equal(clear.bytes, "sixteen letters", 15);
	free(clear.bytes);
	/* The keys of alice have no small one. */
	struct ipmsg_pubkey small = public_of(bob, IPMSG_CAN_RSA_1024);
	seal_with(bob, &small, "1", bytes_of("x", 2), &post);
	assert_int_equal(open_by(alice, &post, NULL, &clear), ERR_UNSUPPORTED);
	ipmsg_keys_free(alice);
	ipmsg_keys_free(bob);
	ipmsg_keys_free(carol);
}

/* As the Mac client signs; what it did not sign is there all the same. */
static void
a_signature_of_the_text_alone_is_good(void **state)
{
	(void)state;
	static const char plain[] = "text\0files";
	struct ipmsg_keys *alice = keys_or_skip(load_alice());
	struct ipmsg_keys *bob = load_bob();
	struct ipmsg_pubkey from = public_of(alice, CAPS_ALL);
	struct ipmsg_pubkey to = public_of(bob, CAPS_ALL);
	struct post whole, part;
	struct ipmsg_clear clear;

	for (size_t signed_size = 4; signed_size <= 5; signed_size++) {
		seal_with(
		    alice, &to, "17", bytes_of(plain, sizeof(plain)), &whole);
		seal_with(
		    alice, &to, "17", bytes_of(plain, signed_size), &part);
		/* The signature of the second under the text of the first. */
		memcpy(whole.body + whole.size - 344,
		    part.body + part.size - 344, 344);
		assert_int_equal(open_by(bob, &whole, &from, &clear), 0);
		assert_int_equal(clear.size, sizeof(plain));
		assert_int_equal(clear.signature,
		    signed_size == 5 ? IPMSG_SIGNED_GOOD : IPMSG_SIGNED_BAD);
		free(clear.bytes);
	}
	ipmsg_keys_free(alice);
	ipmsg_keys_free(bob);
}

/* A body, in parts that can be swapped. */
struct fields {
	char *at[4];
};

static struct fields
split(char *body)
{
	struct fields f = { { body } };

	for (int i = 1; i < 4; i++) {
		f.at[i] = strchr(f.at[i - 1], ':');
		assert_non_null(f.at[i]);
		*f.at[i]++ = '\0';
	}
	return f;
}

static int
open_text(const struct ipmsg_keys *k, const char *body,
    const struct ipmsg_pubkey *from, enum ipmsg_signature *ret_signature)
{
	struct ipmsg_packet packet = { .digits = ipmsg_text_of("1700000050"),
		.body = ipmsg_text_of(body) };
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 8);
	struct ipmsg_clear clear;
	int err = ipmsg_crypt_decode(k, &rng, &packet, from, &clear);

	if (err == 0) {
		*ret_signature = clear.signature;
		free(clear.bytes);
	}
	return err;
}

static void
damaged_bodies_do_not_open(void **state)
{
	(void)state;
	struct ipmsg_keys *alice = keys_or_skip(load_alice());
	struct ipmsg_keys *bob = load_bob();
	struct ipmsg_pubkey from = public_of(alice, CAPS_ALL);
	enum ipmsg_signature signature = IPMSG_UNSIGNED;
	struct ipmsg_vector v;
	char good[2048] = "", copy[2048], bad[4096];

	ipmsg_vector_get("V50", &v);
	struct ipmsg_packet packet = packet_of(&v);
	memcpy(good, packet.body.bytes, packet.body.size);
	assert_int_equal(open_text(bob, good, &from, &signature), 0);
	assert_int_equal(signature, IPMSG_SIGNED_GOOD);

	memcpy(copy, good, sizeof(copy));
	struct fields f = split(copy);
	const char *caps = f.at[0], *key = f.at[1], *text = f.at[2],
		   *sign = f.at[3];
	const struct {
		const char *part[6];
		int err;
	} wrong[] = {
		{ { caps, text, key, sign }, ERR_UNSUPPORTED },
		{ { key, caps, text, sign }, ERR_FORMAT },
		{ { caps, sign, text, key }, ERR_AUTH },
		{ { caps, key, text, sign, "" }, ERR_FORMAT },
		{ { caps, key, text, " " }, ERR_FORMAT },
		{ { caps, key, "A", sign }, ERR_FORMAT },
		{ { caps, key, "AAAA", sign }, ERR_FORMAT },
		{ { caps, key, "", sign }, ERR_FORMAT },
		{ { caps, "", text, sign }, ERR_UNSUPPORTED },
		/* Said to be hex, or of another cipher or key, or none. */
		{ { "40900004", key, text, sign }, ERR_FORMAT },
		{ { "41820004", key, text, sign }, ERR_AUTH },
		{ { "41900002", key, text, sign }, ERR_UNSUPPORTED },
		{ { "41800004", key, text, sign }, ERR_UNSUPPORTED },
		{ { "141900004", key, text, sign }, ERR_FORMAT },
		{ { "", key, text, sign }, ERR_FORMAT },
		{ { caps, "" }, ERR_FORMAT },
		{ { caps, key }, ERR_FORMAT },
		{ { caps }, ERR_FORMAT },
	};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		size_t n = 0;
		for (size_t j = 0; j < 6 && wrong[i].part[j] != NULL; j++)
			n += (size_t)snprintf(bad + n, sizeof(bad) - n, "%s%s",
			    j == 0 ? "" : ":", wrong[i].part[j]);
		int err = open_text(bob, bad, &from, &signature);
		if (err != wrong[i].err)
			print_error("%zu: %d\n", i, err);
		assert_int_equal(err, wrong[i].err);
	}
	ipmsg_keys_free(alice);
	ipmsg_keys_free(bob);
}

/* Whatever the damage, it is the text or its signature that is bad. */
static void
no_damage_goes_unnoticed(void **state)
{
	(void)state;
	struct ipmsg_keys *alice = keys_or_skip(load_alice());
	struct ipmsg_keys *bob = load_bob();
	struct ipmsg_pubkey from = public_of(alice, CAPS_ALL);
	enum ipmsg_signature signature;
	struct ipmsg_vector v;
	char body[2048] = "";
	int opened = 0;

	ipmsg_vector_get("V50", &v);
	struct ipmsg_packet packet = packet_of(&v);
	memcpy(body, packet.body.bytes, packet.body.size);
	size_t n = strlen(body);
	for (size_t at = 9; at < n; at += at < 350 ? 17 : 1) {
		char was = body[at];
		/* Of the digits before "=", the last bits mean nothing. */
		if (was == ':' || was == '=' || body[at + 1] == '=')
			continue;
		body[at] = was == 'A' ? 'B' : 'A';
		if (open_text(bob, body, &from, &signature) == 0) {
			assert_int_equal(signature, IPMSG_SIGNED_BAD);
			opened++;
		}
		body[at] = was;
	}
	assert_true(opened > 300);
	for (size_t cut = 0; cut < n; cut += 3) {
		char was = body[cut];
		body[cut] = '\0';
		int err = open_text(bob, body, &from, &signature);
		/* Without the signature it opens, and says so. */
		assert_true(err != 0 || signature != IPMSG_SIGNED_GOOD);
		body[cut] = was;
	}
	ipmsg_keys_free(alice);
	ipmsg_keys_free(bob);
}

static void
wrong_keys_of_others_are_refused(void **state)
{
	(void)state;
	static const char *const bodies[] = { "", "65920006",
		"65920006:", "65920006:10001", "65920006:10001-",
		"65920006:-c1a3", "65920006:10001-c1a3:", "65920006:10001-c1a4",
		"x:10001-c1a3", "165920006:10001-c1a3",
		"65920006:10001-c1 a3" };
	struct ipmsg_vector v;
	struct ipmsg_pubkey key;
	char body[1024] = "";

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		assert_int_equal(
		    ipmsg_pubkey_decode(ipmsg_text_of(bodies[i]), &key),
		    ERR_FORMAT);
	assert_int_equal(
	    ipmsg_pubkey_decode(ipmsg_text_of("65920006:10001-c1a3"), &key),
	    ERR_UNSUPPORTED);
	ipmsg_vector_get("V41", &v);
	struct ipmsg_packet packet = packet_of(&v);
	memcpy(body, packet.body.bytes, packet.body.size);
	assert_int_equal(ipmsg_pubkey_decode(ipmsg_text_of(body), &key), 0);
	/* What is left may be a key of the other size, if it is odd. */
	for (size_t cut = 16; cut < packet.body.size; cut++) {
		size_t left = (cut - 15 + 1) / 2;
		bool is_size = left == RSA_SIZE_1024 || left == RSA_SIZE_2048;
		assert_true(
		    ipmsg_pubkey_decode(bytes_of(body, cut), &key) != 0 ||
		    is_size);
	}
}

static void
only_keys_of_both_families_are_usable(void **state)
{
	(void)state;
	struct ipmsg_keys *bob = keys_or_skip(load_bob());
	struct ipmsg_keys *alice = load_alice();
	struct ipmsg_pubkey large = public_of(bob, CAPS_ALL);
	struct ipmsg_pubkey small = public_of(bob, IPMSG_CAN_RSA_1024);
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 1);
	uint8_t out[1024];
	size_t n = 55;

	assert_true(ipmsg_pubkey_is_usable(alice, &large));
	assert_true(ipmsg_pubkey_is_usable(bob, &small));
	assert_true(ipmsg_pubkey_is_usable(alice, &small));
	large.capabilities &= ~IPMSG_CAN_AES_256;
	assert_false(ipmsg_pubkey_is_usable(bob, &large));
	small.capabilities = IPMSG_CAN_RSA_2048 | IPMSG_CAN_AES_256;
	assert_false(ipmsg_pubkey_is_usable(bob, &small));
	assert_int_equal(
	    ipmsg_crypt_encode(bob, &rng, &large, ipmsg_text_of("1"),
		bytes_of("x", 2), out, sizeof(out), &n),
	    ERR_UNSUPPORTED);
	large.capabilities = CAPS_ALL;
	assert_int_equal(
	    ipmsg_crypt_encode(bob, &rng, &large, ipmsg_text_of("1"),
		bytes_of("x", 2), out, 300, &n),
	    ERR_LIMIT);
	assert_int_equal(n, 55);
	ipmsg_keys_free(alice);
	ipmsg_keys_free(bob);
}

static void
requests_for_files_are_those_of_the_vectors(void **state)
{
	(void)state;
	static const struct {
		const char *id;
		uint8_t command;
		uint32_t capabilities;
	} known[] = {
		{ "V60", IPMSG_GETFILEDATA, IPMSG_FILE_AES_CTR },
		{ "V62", IPMSG_GETDIRFILES, IPMSG_FILE_AES_CTR },
		{ "V63", IPMSG_GETFILEDATA, IPMSG_FILE_CLEAR },
	};
	struct ipmsg_keys *alice = keys_or_skip(load_alice());
	struct ipmsg_keys *bob = load_bob();
	struct ipmsg_pubkey from = public_of(alice, CAPS_ALL);
	struct ipmsg_pubkey to = public_of(bob, CAPS_ALL);

	for (size_t i = 0; i < 3; i++) {
		struct ipmsg_vector v;
		struct ipmsg_request request;
		struct ipmsg_clear clear;
		struct post post;
		ipmsg_vector_get(known[i].id, &v);
		seal_with(
		    alice, &to, "1700000060", bytes_of(v.bytes, v.size), &post);
		assert_int_equal(open_by(bob, &post, &from, &clear), 0);
		assert_int_equal(clear.signature, IPMSG_SIGNED_GOOD);
		struct ipmsg_parts parts =
		    ipmsg_parts(clear.bytes, clear.size, true);
		assert_int_equal(ipmsg_request_decode(parts.body,
				     known[i].command, true, &request),
		    0);
		assert_int_equal(request.packet, 0x6553f119);
		assert_true(request.capabilities == known[i].capabilities);
		assert_int_equal(request.own_number, 0x6553f13c);
		free(clear.bytes);
		if (i != 0)
			continue;
		ipmsg_vector_get("V61", &v);
		struct rsa_ctr *c = ipmsg_ctr_new(
		    bob, request.key, ipmsg_text_of("1700000060"));
		assert_non_null(c);
		rsa_ctr_apply(c, v.bytes, v.size);
		assert_memory_equal(v.bytes, "hello, file", v.size);
		rsa_ctr_free(c);
	}
	ipmsg_keys_free(alice);
	ipmsg_keys_free(bob);
}

static void
keys_load_whole_or_not_at_all(void **state)
{
	(void)state;
	struct ipmsg_keys *k = keys_or_skip(load_bob());
	struct rsa_lib lib = libcrypto_load();
	uint8_t der[3 * KEY_DER_MAX];
	uint8_t *made;
	size_t large = key_der(bob_2048, der), n;

	ipmsg_keys_free(k);
	k = NULL;
	n = large + key_der(bob_1024, der + large);
	for (size_t cut = 0; cut < n; cut++) {
		if (cut != large)
			assert_int_equal(
			    ipmsg_keys_load(&lib, der, cut, &k), ERR_FORMAT);
	}
	/* The small one alone, and one twice. */
	assert_int_equal(
	    ipmsg_keys_load(&lib, der + large, n - large, &k), ERR_FORMAT);
	memcpy(der + n, der + large, n - large);
	assert_int_equal(
	    ipmsg_keys_load(&lib, der, n + n - large, &k), ERR_FORMAT);
	assert_null(k);
	assert_int_equal(ipmsg_keys_make(&lib, &made, &n), 0);
	assert_int_equal(ipmsg_keys_load(&lib, made, n, &k), 0);
	assert_true(ipmsg_keys_capabilities(k) == CAPS_ALL);
	ipmsg_keys_free(k);
	free(made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_exchanged_as_in_the_vectors),
		cmocka_unit_test(encrypted_vectors_open),
		cmocka_unit_test(attachments_and_recipients_are_inside),
		cmocka_unit_test(what_is_encrypted_is_that_of_the_vector),
		cmocka_unit_test(every_manner_goes_both_ways),
		cmocka_unit_test(another_number_key_or_sender_is_noticed),
		cmocka_unit_test(a_signature_of_the_text_alone_is_good),
		cmocka_unit_test(damaged_bodies_do_not_open),
		cmocka_unit_test(no_damage_goes_unnoticed),
		cmocka_unit_test(wrong_keys_of_others_are_refused),
		cmocka_unit_test(only_keys_of_both_families_are_usable),
		cmocka_unit_test(requests_for_files_are_those_of_the_vectors),
		cmocka_unit_test(keys_load_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
