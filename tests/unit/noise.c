/* SPDX-License-Identifier: MIT */
/*
 * The rules that vectors cannot show: turns, limits, the end of the nonces,
 * what is left after a failure.
 */
#include "crypto/noise.h"

#include "base/err.h"
#include "noise_pair.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { CANARY = 0xc5 };

static void
two_ends_agree(void **state)
{
	(void)state;
	struct pair p;
	uint8_t sealed[64], text[64];
	pair_init(&p, 1, "earshot");
	pair_establish(&p);
	assert_memory_equal(
	    p.init_send.key, p.resp_receive.key, NOISE_KEY_SIZE);
	assert_memory_equal(
	    p.init_receive.key, p.resp_send.key, NOISE_KEY_SIZE);
	assert_memory_not_equal(
	    p.init_send.key, p.init_receive.key, NOISE_KEY_SIZE);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(noise_seal(&p.init_send, NULL, 0,
				     (const uint8_t *)"to bob", 6, sealed),
		    0);
		assert_int_equal(noise_open(&p.resp_receive, NULL, 0, sealed,
				     6 + NOISE_TAG_SIZE, text),
		    0);
		assert_memory_equal(text, "to bob", 6);
	}
	assert_int_equal(p.init_send.nonce, 100);
	assert_int_equal(p.resp_receive.nonce, 100);
}

static void
every_handshake_has_keys_of_its_own(void **state)
{
	(void)state;
	struct pair p;
	uint8_t keys[3][NOISE_KEY_SIZE];
	pair_init(&p, 2, "earshot");
	for (int i = 0; i < 3; i++) {
		pair_restart(&p, "earshot");
		pair_establish(&p);
		memcpy(keys[i], p.init_send.key, NOISE_KEY_SIZE);
		for (int k = 0; k < i; k++)
			assert_memory_not_equal(
			    keys[i], keys[k], NOISE_KEY_SIZE);
	}
}

static void
remote_static_appears_when_it_is_proven(void **state)
{
	(void)state;
	struct pair p;
	struct pair_message m;
	pair_init(&p, 3, "earshot");
	assert_null(noise_remote_static(&p.init));
	assert_int_equal(pair_write(&p.init, 0, &m), 0);
	assert_int_equal(pair_read(&p.resp, &m), 0);
	assert_int_equal(pair_write(&p.resp, 0, &m), 0);
	assert_null(noise_remote_static(&p.init));
	assert_int_equal(pair_read(&p.init, &m), 0);
	assert_memory_equal(
	    noise_remote_static(&p.init), p.bob.public, NOISE_KEY_SIZE);
	assert_null(noise_remote_static(&p.resp));
	assert_false(noise_is_done(&p.init));
	assert_int_equal(pair_write(&p.init, 0, &m), 0);
	assert_null(noise_remote_static(&p.resp));
	assert_int_equal(pair_read(&p.resp, &m), 0);
	assert_memory_equal(
	    noise_remote_static(&p.resp), p.alice.public, NOISE_KEY_SIZE);
	assert_true(noise_is_done(&p.init) && noise_is_done(&p.resp));
	noise_clear(&p.init);
	assert_null(noise_remote_static(&p.init));
	assert_true(pair_is_wiped(&p.init));
}

static void
assert_dead(struct noise *n)
{
	struct pair_message m = { .size = 300 };
	struct noise_cipher send, receive;
	uint8_t hash[HASH_SIZE];

	assert_true(pair_is_wiped(n));
	assert_int_equal(pair_write(n, 0, &m), ERR_STATE);
	assert_int_equal(pair_read(n, &m), ERR_STATE);
	assert_int_equal(noise_split(n, &send, &receive, hash), ERR_STATE);
	assert_false(noise_is_done(n));
	assert_null(noise_remote_static(n));
}

/* Both ends, with the first messages exchanged in the right order. */
static void
run_to(struct pair *p, int step)
{
	pair_init(p, 4, "earshot");
	for (int i = 0; i < step; i++) {
		struct pair_message m;
		struct noise *from = i == 1 ? &p->resp : &p->init;
		struct noise *to = i == 1 ? &p->init : &p->resp;
		assert_int_equal(pair_write(from, 0, &m), 0);
		assert_int_equal(pair_read(to, &m), 0);
	}
}

static void
out_of_turn_is_refused(void **state)
{
	(void)state;
	struct pair p;
	struct pair_message m;
	int refused = 0;
	for (int step = 0; step <= 3; step++) {
		/* After message 3 neither end may do either. */
		bool init_writes = step % 2 == 0 && step < 3;
		bool resp_writes = step == 1;
		memset(&m, 0, sizeof(m));
		m.size = 300;
		run_to(&p, step);
		if (!init_writes) {
			assert_int_equal(pair_write(&p.init, 0, &m), ERR_STATE);
			assert_dead(&p.init);
			refused++;
		}
		if (!resp_writes) {
			assert_int_equal(pair_write(&p.resp, 0, &m), ERR_STATE);
			assert_dead(&p.resp);
			refused++;
		}
		m.size = 300;
		run_to(&p, step);
		if (init_writes || step == 3) {
			assert_int_equal(pair_read(&p.init, &m), ERR_STATE);
			assert_dead(&p.init);
			refused++;
		}
		if (resp_writes || step == 3) {
			assert_int_equal(pair_read(&p.resp, &m), ERR_STATE);
			assert_dead(&p.resp);
			refused++;
		}
	}
	assert_int_equal(refused, 10);
}

static void
split_only_once_and_only_when_done(void **state)
{
	(void)state;
	struct pair p;
	for (int step = 0; step < 3; step++) {
		run_to(&p, step);
		memset(&p.init_send, CANARY, sizeof(p.init_send));
		struct noise_cipher before = p.init_send;
		assert_int_equal(noise_split(&p.init, &p.init_send,
				     &p.init_receive, p.init_hash),
		    ERR_STATE);
		assert_memory_equal(&p.init_send, &before, sizeof(before));
		assert_dead(&p.init);
		assert_int_equal(noise_split(&p.resp, &p.resp_send,
				     &p.resp_receive, p.resp_hash),
		    ERR_STATE);
		assert_dead(&p.resp);
	}
	pair_init(&p, 5, "earshot");
	pair_establish(&p);
	assert_dead(&p.init);
	assert_dead(&p.resp);
}

static void
prologues_must_be_equal(void **state)
{
	static const char *const prologues[] = {
		"",
		"earshot",
		"earshou",
		"earsho",
		"earshot ",
		"dialect one, suite 1, key of another",
	};
	enum { COUNT = sizeof(prologues) / sizeof(prologues[0]) };
	static const size_t none[3];
	int sessions = 0;
	struct pair p;

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		for (int k = 0; k < COUNT; k++) {
			pair_init(&p, 6, prologues[i]);
			noise_init(&p.resp, NOISE_RESPONDER, &p.bob,
			    prologues[k], strlen(prologues[k]), &p.rng);
			/* Message 2 is the first that is sealed. */
			assert_int_equal(pair_run(&p, 0, none), i == k ? 3 : 1);
			sessions += noise_is_done(&p.init);
			if (i != k)
				assert_dead(&p.init);
		}
	}
	assert_int_equal(sessions, COUNT);
}

static void
last_nonce_is_never_used(void **state)
{
	(void)state;
	static const uint8_t nonce[12] = { 0, 0, 0, 0, 255, 255, 255, 255, 255,
		255, 255, 255 };
	struct noise_cipher send = { .nonce = UINT64_MAX - 1 };
	struct noise_cipher receive = { .nonce = UINT64_MAX - 1 };
	uint8_t sealed[1 + NOISE_TAG_SIZE], text[1] = { 'x' };
	assert_int_equal(noise_seal(&send, NULL, 0, text, 1, sealed), 0);
	assert_int_equal(
	    noise_open(&receive, NULL, 0, sealed, sizeof(sealed), text), 0);
	assert_int_equal(text[0], 'x');

	assert_true(send.nonce == UINT64_MAX && receive.nonce == UINT64_MAX);
	assert_int_equal(
	    noise_seal(&send, NULL, 0, text, 1, sealed), ERR_LIMIT);
	/* Genuinely sealed with that nonce, and still not taken. */
	crypto_aead_chacha20poly1305_ietf_encrypt(
	    sealed, NULL, text, 1, NULL, 0, NULL, nonce, receive.key);
	text[0] = 'y';
	assert_int_equal(
	    noise_open(&receive, NULL, 0, sealed, sizeof(sealed), text),
	    ERR_LIMIT);
	assert_int_equal(text[0], 'y');
	assert_true(send.nonce == UINT64_MAX && receive.nonce == UINT64_MAX);
	noise_rekey(&send);
	assert_int_equal(
	    noise_seal(&send, NULL, 0, text, 1, sealed), ERR_LIMIT);
}

static void
transport_messages_end_at_65535(void **state)
{
	(void)state;
	enum { TEXT_MAX = NOISE_MESSAGE_MAX - NOISE_TAG_SIZE };
	static const size_t too_long[] = { TEXT_MAX + 1, NOISE_MESSAGE_MAX,
		70000, SIZE_MAX - NOISE_TAG_SIZE, SIZE_MAX };
	struct noise_cipher send = { .nonce = 7 }, receive = send;
	uint8_t *text = calloc(1, 80000), *sealed = calloc(1, 80000);
	assert_non_null(text);
	assert_non_null(sealed);
	memset(text, 't', TEXT_MAX);
	assert_int_equal(noise_seal(&send, NULL, 0, text, TEXT_MAX, sealed), 0);
	for (size_t i = 0; i < sizeof(too_long) / sizeof(too_long[0]); i++)
		assert_int_equal(
		    noise_seal(&send, NULL, 0, text, too_long[i], sealed),
		    ERR_LIMIT);
	assert_int_equal(send.nonce, 8);
	assert_int_equal(
	    noise_open(&receive, NULL, 0, sealed, NOISE_MESSAGE_MAX + 1, text),
	    ERR_LIMIT);
	assert_int_equal(
	    noise_open(&receive, NULL, 0, sealed, 70000, text), ERR_LIMIT);
	for (size_t n = 0; n < NOISE_TAG_SIZE; n++)
		assert_int_equal(
		    noise_open(&receive, NULL, 0, sealed, n, text), ERR_SHORT);
	memset(text, 0, TEXT_MAX);
	assert_int_equal(
	    noise_open(&receive, NULL, 0, sealed, NOISE_MESSAGE_MAX, text), 0);
	assert_int_equal(text[0], 't');
	assert_int_equal(text[TEXT_MAX - 1], 't');
	free(text);
	free(sealed);
}

static void
handshake_messages_end_at_65535(void **state)
{
	(void)state;
	static const size_t overheads[] = { NOISE_XX_1_OVERHEAD,
		NOISE_XX_2_OVERHEAD, NOISE_XX_3_OVERHEAD };
	uint8_t *text = calloc(1, 80000), *message = calloc(1, 80000);
	struct pair p;
	size_t size;
	assert_non_null(text);
	assert_non_null(message);
	for (int step = 0; step < 3; step++) {
		size_t most = NOISE_MESSAGE_MAX - overheads[step];
		struct noise *from = step == 1 ? &p.resp : &p.init;
		struct noise *to = step == 1 ? &p.init : &p.resp;
		const size_t too_long[] = { most + 1, 70000, SIZE_MAX };
		for (int i = 0; i < 3; i++) {
			run_to(&p, step);
			assert_int_equal(noise_write(from, text, too_long[i],
					     message, 80000, &size),
			    ERR_LIMIT);
			assert_dead(from);
		}
		run_to(&p, step);
		assert_int_equal(
		    noise_write(from, text, most, message, 80000, &size), 0);
		assert_int_equal(size, NOISE_MESSAGE_MAX);
		struct noise again = *to;
		assert_int_equal(
		    noise_read(to, message, size + 1, text, 80000, &size),
		    ERR_LIMIT);
		assert_dead(to);
		assert_int_equal(noise_read(&again, message, NOISE_MESSAGE_MAX,
				     text, 80000, &size),
		    0);
		assert_int_equal(size, most);
	}
	free(text);
	free(message);
}

static void
small_buffers_are_refused(void **state)
{
	(void)state;
	static const size_t overheads[] = { NOISE_XX_1_OVERHEAD,
		NOISE_XX_2_OVERHEAD, NOISE_XX_3_OVERHEAD };
	struct pair p;
	struct pair_message m;
	uint8_t out[PAIR_MESSAGE_MAX];
	size_t size = 12345;
	for (int step = 0; step < 3; step++) {
		struct noise *from = step == 1 ? &p.resp : &p.init;
		struct noise *to = step == 1 ? &p.init : &p.resp;
		run_to(&p, step);
		memset(out, CANARY, sizeof(out));
		assert_int_equal(
		    noise_write(from, "ab", 2, out, overheads[step] + 1, &size),
		    ERR_LIMIT);
		assert_dead(from);
		run_to(&p, step);
		assert_int_equal(pair_write(from, 2, &m), 0);
		assert_int_equal(m.size, overheads[step] + 2);
		assert_int_equal(
		    noise_read(to, m.b, m.size, out, 1, &size), ERR_LIMIT);
		assert_dead(to);
		assert_int_equal(out[0], CANARY);
		assert_int_equal(size, 12345);
	}
}

static void
refused_input_leaves_outputs_alone(void **state)
{
	(void)state;
	struct pair p;
	struct pair_message m;
	uint8_t out[PAIR_MESSAGE_MAX];
	size_t size;
	for (int step = 1; step < 3; step++) {
		struct noise *from = step == 1 ? &p.resp : &p.init;
		struct noise *to = step == 1 ? &p.init : &p.resp;
		run_to(&p, step);
		assert_int_equal(pair_write(from, 40, &m), 0);
		m.b[m.size - 1] ^= 1;
		memset(out, CANARY, sizeof(out));
		size = 12345;
		assert_int_equal(
		    noise_read(to, m.b, m.size, out, sizeof(out), &size),
		    ERR_AUTH);
		for (size_t i = 0; i < sizeof(out); i++)
			assert_int_equal(out[i], CANARY);
		assert_int_equal(size, 12345);
		assert_dead(to);
	}
}

static void
bad_tags_do_not_move_the_nonce(void **state)
{
	(void)state;
	struct pair p;
	uint8_t first[5 + NOISE_TAG_SIZE], second[5 + NOISE_TAG_SIZE];
	uint8_t bad[5 + NOISE_TAG_SIZE], text[5];
	int refused = 0;
	pair_init(&p, 7, "earshot");
	pair_establish(&p);
	noise_seal(&p.init_send, "ad", 2, (const uint8_t *)"first", 5, first);
	noise_seal(&p.init_send, "ad", 2, (const uint8_t *)"secon", 5, second);
	for (size_t bit = 0; bit < 8 * sizeof(first); bit++) {
		memcpy(bad, first, sizeof(bad));
		bad[bit / 8] ^= (uint8_t)(1u << bit % 8);
		memset(text, 's', sizeof(text));
		refused += noise_open(&p.resp_receive, "ad", 2, bad,
			       sizeof(bad), text) == ERR_AUTH;
		assert_true(sodium_is_zero(text, sizeof(text)));
	}
	assert_int_equal(refused, 8 * sizeof(first));
	/* Ahead of its turn, with other associated data, and reflected. */
	assert_int_equal(
	    noise_open(&p.resp_receive, "ad", 2, second, sizeof(second), text),
	    ERR_AUTH);
	assert_int_equal(
	    noise_open(&p.resp_receive, "AD", 2, first, sizeof(first), text),
	    ERR_AUTH);
	assert_int_equal(
	    noise_open(&p.init_receive, "ad", 2, first, sizeof(first), text),
	    ERR_AUTH);
	assert_int_equal(p.resp_receive.nonce, 0);
	assert_int_equal(
	    noise_open(&p.resp_receive, "ad", 2, first, sizeof(first), text),
	    0);
	assert_memory_equal(text, "first", 5);
	assert_int_equal(
	    noise_open(&p.resp_receive, "ad", 2, first, sizeof(first), text),
	    ERR_AUTH);
	assert_int_equal(
	    noise_open(&p.resp_receive, "ad", 2, second, sizeof(second), text),
	    0);
}

static void
seal_and_open_in_place(void **state)
{
	(void)state;
	struct noise_cipher send = { .nonce = 0 }, receive = send;
	uint8_t buf[300 + NOISE_TAG_SIZE];
	memset(buf, 'i', sizeof(buf));
	assert_int_equal(noise_seal(&send, NULL, 0, buf, 300, buf), 0);
	assert_int_not_equal(buf[0], 'i');
	assert_int_equal(
	    noise_open(&receive, NULL, 0, buf, sizeof(buf), buf), 0);
	for (int i = 0; i < 300; i++)
		assert_int_equal(buf[i], 'i');
	/* No text at all is still sealed. */
	assert_int_equal(noise_seal(&send, NULL, 0, NULL, 0, buf), 0);
	assert_int_equal(
	    noise_open(&receive, NULL, 0, buf, NOISE_TAG_SIZE, buf), 0);
}

static void
cleared_cipher_holds_no_key(void **state)
{
	(void)state;
	struct pair p;
	uint8_t sealed[1 + NOISE_TAG_SIZE] = { 0 };
	pair_init(&p, 8, "earshot");
	pair_establish(&p);
	assert_false(sodium_is_zero(p.init_send.key, NOISE_KEY_SIZE));
	noise_cipher_clear(&p.init_send);
	assert_true(sodium_is_zero(p.init_send.key, NOISE_KEY_SIZE));
	assert_int_equal(
	    noise_seal(&p.init_send, NULL, 0, sealed, 1, sealed), ERR_LIMIT);
	assert_int_equal(
	    noise_open(&p.init_send, NULL, 0, sealed, sizeof(sealed), sealed),
	    ERR_LIMIT);
}

static void
rekey_takes_both_ends(void **state)
{
	(void)state;
	struct noise_cipher send = { .nonce = 41 }, receive = send;
	uint8_t old[NOISE_KEY_SIZE], sealed[1 + NOISE_TAG_SIZE], text[1];
	memcpy(old, send.key, sizeof(old));
	noise_rekey(&send);
	assert_memory_not_equal(send.key, old, sizeof(old));
	assert_int_equal(send.nonce, 41);
	noise_seal(&send, NULL, 0, (const uint8_t *)"x", 1, sealed);
	assert_int_equal(
	    noise_open(&receive, NULL, 0, sealed, sizeof(sealed), text),
	    ERR_AUTH);
	noise_rekey(&receive);
	assert_int_equal(
	    noise_open(&receive, NULL, 0, sealed, sizeof(sealed), text), 0);
	assert_int_equal(text[0], 'x');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_ends_agree),
		cmocka_unit_test(every_handshake_has_keys_of_its_own),
		cmocka_unit_test(remote_static_appears_when_it_is_proven),
		cmocka_unit_test(out_of_turn_is_refused),
		cmocka_unit_test(split_only_once_and_only_when_done),
		cmocka_unit_test(prologues_must_be_equal),
		cmocka_unit_test(last_nonce_is_never_used),
		cmocka_unit_test(transport_messages_end_at_65535),
		cmocka_unit_test(handshake_messages_end_at_65535),
		cmocka_unit_test(small_buffers_are_refused),
		cmocka_unit_test(refused_input_leaves_outputs_alone),
		cmocka_unit_test(bad_tags_do_not_move_the_nonce),
		cmocka_unit_test(seal_and_open_in_place),
		cmocka_unit_test(rekey_takes_both_ends),
		cmocka_unit_test(cleared_cipher_holds_no_key),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
