/* SPDX-License-Identifier: MIT */
/*
 * The same, with requests and answers that are encrypted.
 */
#include "base/err.h"
#include "ipmsg_files_kit.h"
#include "ipmsg_ring.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CAPS_ALL 0x65920006U

enum { TOKEN = 41, NUMBER = 1700000060 };

/* Alice offers, Bob fetches. */
static struct files_kit kit;
static struct ipmsg_keys *alice, *bob;
static struct ipmsg_pubkey of_alice, of_bob;
static struct rng_seed seed;
static struct rng rng;

static struct ipmsg_pubkey
public_of(const struct ipmsg_keys *k)
{
	uint8_t body[IPMSG_PUBKEY_BODY_MAX];
	struct ipmsg_pubkey key;
	struct ipmsg_text t = { .bytes = body };

	assert_int_equal(ipmsg_pubkey_encode(k, CAPS_ALL, body, &t.size), 0);
	assert_int_equal(ipmsg_pubkey_decode(t, &key), 0);
	return key;
}

static void
start(void)
{
	files_kit_init(&kit);
	alice = load_keys(alice_2048, NULL);
	bob = load_keys(bob_2048, NULL);
	if (alice == NULL || bob == NULL) {
		files_kit_clear(&kit);
		skip();
	}
	of_alice = public_of(alice);
	of_bob = public_of(bob);
	rng = rng_seeded(&seed, 1);
	kit.asker.keys = alice;
	kit.asker.rng = &rng;
	kit.asker.pubkey = &of_bob;
	files_kit_offer(&kit, TOKEN, 1, false, 5);
	files_kit_offer(&kit, TOKEN + 1, 2, true, 5);
}

static void
stop(void)
{
	files_kit_clear(&kit);
	ipmsg_keys_free(alice);
	ipmsg_keys_free(bob);
}

static struct ipmsg_fetch_cfg
sealed(uint64_t id, bool folder)
{
	return (struct ipmsg_fetch_cfg){
		.id = id,
		.folder = folder,
		.size = 5,
		.utf8 = true,
		.keys = bob,
		.rng = &rng,
		.pubkey = &of_alice,
	};
}

static const struct files_piece a_file[] = {
	{ FILE_PIECE_FILE, "a.txt" },
	{ FILE_PIECE_BYTES, "hello" },
	{ FILE_PIECE_END, NULL },
};

static const struct files_piece a_folder[] = {
	{ FILE_PIECE_ENTER, "d" },
	{ FILE_PIECE_FILE, "x" },
	{ FILE_PIECE_BYTES, "hello" },
	{ FILE_PIECE_LEAVE, NULL },
	{ FILE_PIECE_END, NULL },
};

static void
a_file_and_a_folder(void **state)
{
	(void)state;
	start();
	for (size_t step = 1; step < 60; step++) {
		struct ipmsg_fetch_cfg file = sealed(1, false);
		struct ipmsg_fetch_cfg folder = sealed(2, true);
		kit.step = step;
		files_kit_connect(&kit, &file);
		assert_int_equal(kit.admit_err, 0);
		files_kit_carry(&kit, a_file);
		assert_string_equal(kit.told, "hello.");
		files_kit_connect(&kit, &folder);
		assert_int_equal(kit.admit_err, 0);
		assert_int_equal(kit.admitted.token, TOKEN + 1);
		files_kit_carry(&kit, a_folder);
		assert_string_equal(kit.told, "+d x=hello-.");
		ipmsg_offers_end(kit.offers, TOKEN, false);
		ipmsg_offers_end(kit.offers, TOKEN + 1, false);
	}
	stop();
}

static void
put(uint8_t kind, const char *s)
{
	struct file_piece piece = { .kind = kind,
		.size = 5,
		.name = s,
		.bytes = (const uint8_t *)s,
		.count = strlen(s) };

	ipmsg_serve_piece(kit.serve, kit.now, &piece);
}

/* Asks with this body, encrypted by the one for the other. */
static void
ask(const char *plain, uint32_t options, const struct ipmsg_keys *from)
{
	uint8_t body[IPMSG_REQUEST_MAX], out[IPMSG_REQUEST_MAX];
	size_t size;
	struct ipmsg_packet p = {
		.number = NUMBER,
		.user = ipmsg_text_of("bob"),
		.host = ipmsg_text_of("host3"),
		.command = IPMSG_GETFILEDATA,
		.options = options | IPMSG_ENCRYPT,
		.body = { .bytes = body },
	};
	struct ipmsg_text text = ipmsg_text_of(plain);

	text.size++;
	assert_int_equal(ipmsg_crypt_encode(from, &rng, &of_alice,
			     ipmsg_text_of("1700000060"), text, body,
			     sizeof(body), &p.body.size),
	    0);
	assert_int_equal(ipmsg_encode(&p, out, sizeof(out), &size), 0);
	files_kit_ask(&kit, out, size);
}

#define KEY "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

static void
the_stream_of_the_vector(void **state)
{
	(void)state;
	/* Of "hello, file" under that key and number. */
	static const uint8_t wire[] = { 0xba, 0xfa, 0x7c, 0x88, 0x8d };
	const uint8_t *p;
	size_t n;

	start();
	ask("7:1:0:900000:" KEY ":6553f13c", IPMSG_ENCFILE, bob);
	assert_int_equal(kit.admit_err, 0);
	put(FILE_PIECE_FILE, "a");
	put(FILE_PIECE_BYTES, "hello");
	assert_true(ipmsg_serve_output(kit.serve, &p, &n));
	assert_int_equal(n, 5);
	assert_memory_equal(p, wire, 5);
	stop();
}

static void
only_the_request_is_protected(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		uint32_t options;
	} rows[] = {
		{ "7:1:0:4000000:6553f13c", IPMSG_ENCFILE },
		{ "7:1:0:", 0 },
	};
	const uint8_t *p;
	size_t n;

	start();
	for (size_t i = 0; i < 2; i++) {
		ask(rows[i].body, rows[i].options, bob);
		assert_int_equal(kit.admit_err, 0);
		put(FILE_PIECE_FILE, "a");
		put(FILE_PIECE_BYTES, "hello");
		assert_true(ipmsg_serve_output(kit.serve, &p, &n));
		assert_memory_equal(p, "hello", 5);
		ipmsg_offers_end(kit.offers, TOKEN, false);
	}
	stop();
}

static void
requests_of_somebody_else(void **state)
{
	(void)state;
	start();
	/* Signed by another key than Bob's. */
	ask("7:1:0:900000:" KEY ":6553f13c", IPMSG_ENCFILE, alice);
	assert_int_equal(kit.admit_err, ERR_AUTH);
	assert_int_equal(files_kit_served(&kit), IPMSG_FILES_REFUSED);
	/* Cut out of a packet with another number. */
	ask("7:1:0:900000:" KEY ":6553f13d", IPMSG_ENCFILE, bob);
	assert_int_equal(kit.admit_err, ERR_AUTH);
	/* Bob's key is not known yet: as good as one in the clear. */
	kit.asker.pubkey = NULL;
	ask("7:1:0:900000:" KEY ":6553f13c", IPMSG_ENCFILE, bob);
	assert_int_equal(kit.admit_err, 0);
	/* For another file than there is. */
	ask("7:9:0:900000:" KEY ":6553f13c", IPMSG_ENCFILE, bob);
	assert_int_equal(kit.admit_err, ERR_NOT_FOUND);
	ask("what?", IPMSG_ENCFILE, bob);
	assert_int_equal(kit.admit_err, ERR_FORMAT);
	stop();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_and_a_folder),
		cmocka_unit_test(the_stream_of_the_vector),
		cmocka_unit_test(only_the_request_is_protected),
		cmocka_unit_test(requests_of_somebody_else),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
