/* SPDX-License-Identifier: MIT */
/*
 * Attacks on the handshake, by the numbers of the threat list: T1 tampering,
 * T3 keys of low order, T4 replay, T5 key-compromise impersonation. Each
 * asserts how many were tried and that none was taken.
 *
 * The attacker of T3 and T5 is an XX of its own, written over the hash
 * functions alone, that takes any bytes as the result of a key agreement.
 */
#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/noise.h"
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

enum {
	KEY = NOISE_KEY_SIZE,
	SEALED_KEY = NOISE_KEY_SIZE + NOISE_TAG_SIZE,
	POINTS = 7,
	REPLAYS = 1000,
};

/* Handshake messages of a payload each, so that every field is hit. */
static const size_t payload_sizes[3] = { 5, 24, 40 };
static const size_t no_payloads[3];

/* One handshake whose messages and states before each message are kept. */
struct recording {
	struct pair p;
	struct noise init[3], resp[3];
	struct pair_message messages[3];
};

static void
record(struct recording *r, uint64_t seed)
{
	pair_init(&r->p, seed, "earshot");
	for (int step = 0; step < 3; step++) {
		struct noise *from = step == 1 ? &r->p.resp : &r->p.init;
		struct noise *to = step == 1 ? &r->p.init : &r->p.resp;
		assert_int_equal(
		    pair_write(from, payload_sizes[step], &r->messages[step]),
		    0);
		r->init[step] = r->p.init;
		r->resp[step] = r->p.resp;
		assert_int_equal(pair_read(to, &r->messages[step]), 0);
	}
	assert_true(noise_is_done(&r->p.init) && noise_is_done(&r->p.resp));
}

/*
 * Puts a changed message in the place of message step and goes on until
 * somebody objects. Returns the step at which that was, 3 when nobody did;
 * the one who objected must have wiped everything.
 */
static int
deliver_changed(struct recording *r, int step, const struct pair_message *m)
{
	struct noise *to = step == 1 ? &r->p.init : &r->p.resp;
	int rc;

	r->p.init = r->init[step];
	r->p.resp = r->resp[step];
	rc = pair_read(to, m);
	if (rc == 0)
		step = pair_run(&r->p, step + 1, payload_sizes);
	else
		assert_true(rc == ERR_AUTH || rc == ERR_SHORT);
	if (step < 3) {
		struct noise *judge = step == 1 ? &r->p.init : &r->p.resp;
		assert_true(pair_is_wiped(judge));
	}
	return step;
}

/* Message 1 is in the clear; the first that can tell is the one who reads
 * message 2. */
static int
earliest(int step)
{
	return step == 0 ? 1 : step;
}

static void
t1_every_bit_of_every_message(void **state)
{
	(void)state;
	struct recording r;
	int tried = 0, accepted = 0, late = 0;
	record(&r, 1);
	for (int step = 0; step < 3; step++) {
		for (size_t bit = 0; bit < 8 * r.messages[step].size; bit++) {
			struct pair_message m = r.messages[step];
			m.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
			int end = deliver_changed(&r, step, &m);
			accepted += end == 3;
			late += end != earliest(step);
			tried++;
		}
	}
	assert_int_equal(tried, 8 * (32 + 5 + 96 + 24 + 64 + 40));
	assert_int_equal(accepted, 0);
	assert_int_equal(late, 0);
}

static void
t1_every_length_of_every_message(void **state)
{
	(void)state;
	struct recording r;
	int tried = 0, accepted = 0, late = 0;
	record(&r, 2);
	for (int step = 0; step < 3; step++) {
		size_t whole = r.messages[step].size;
		for (size_t n = 0; n < whole + 70; n++) {
			struct pair_message m = r.messages[step];
			if (n == whole)
				continue;
			if (n > whole)
				memset(m.b + whole, 0, n - whole);
			m.size = n;
			int end = deliver_changed(&r, step, &m);
			accepted += end == 3;
			/* Too short for its fields is seen at once. */
			late += end > earliest(step);
			tried++;
		}
	}
	assert_int_equal(tried, 32 + 5 + 96 + 24 + 64 + 40 + 3 * 69);
	assert_int_equal(accepted, 0);
	assert_int_equal(late, 0);
}

static void
t1_every_byte_swapped_between_handshakes(void **state)
{
	(void)state;
	struct recording r, other;
	int tried = 0, accepted = 0;
	record(&r, 3);
	record(&other, 4);
	for (int step = 0; step < 3; step++) {
		/* Cut and paste: a head of ours, a tail of the other's. */
		for (size_t cut = 0; cut < r.messages[step].size; cut++) {
			struct pair_message m = other.messages[step];
			memcpy(m.b, r.messages[step].b, cut);
			if (memcmp(m.b, r.messages[step].b, m.size) == 0)
				continue;
			accepted += deliver_changed(&r, step, &m) == 3;
			tried++;
		}
	}
	/* The payload of message 1 is the same bytes in both. */
	assert_int_equal(tried, 32 + 96 + 24 + 64 + 40);
	assert_int_equal(accepted, 0);
}

/* The attacker's own XX. */
struct rogue {
	uint8_t ck[HASH_SIZE], h[HASH_SIZE], key[KEY];
	uint64_t nonce;
	struct pair_message out;
};

static void
rogue_hash(struct rogue *g, const uint8_t *data, size_t size)
{
	struct hash_part parts[] = { { g->h, HASH_SIZE }, { data, size } };

	hash_parts(parts, 2, g->h);
}

static void
rogue_key(struct rogue *g, const uint8_t shared[static KEY])
{
	uint8_t key[HASH_SIZE];

	hkdf2(g->ck, shared, KEY, g->ck, key);
	memcpy(g->key, key, KEY);
	g->nonce = 0;
}

static void
rogue_init(struct rogue *g, const char *prologue)
{
	static const char name[] = "Noise_XX_25519_ChaChaPoly_BLAKE2b";

	memset(g, 0, sizeof(*g));
	memcpy(g->h, name, sizeof(name) - 1);
	memcpy(g->ck, g->h, HASH_SIZE);
	rogue_hash(g, (const uint8_t *)prologue, strlen(prologue));
}

static void
rogue_send_plain(struct rogue *g, const uint8_t *data, size_t size)
{
	memcpy(g->out.b + g->out.size, data, size);
	g->out.size += size;
	rogue_hash(g, data, size);
}

static void
rogue_send_sealed(struct rogue *g, const uint8_t *data, size_t size)
{
	uint8_t *at = g->out.b + g->out.size;
	struct noise_cipher c = { .nonce = g->nonce++ };

	memcpy(c.key, g->key, KEY);
	assert_int_equal(noise_seal(&c, g->h, HASH_SIZE, data, size, at), 0);
	g->out.size += size + NOISE_TAG_SIZE;
	rogue_hash(g, at, size + NOISE_TAG_SIZE);
}

/* False where the seal is not under the attacker's key. */
static bool
rogue_open(struct rogue *g, const uint8_t *data, size_t size, uint8_t *out)
{
	struct noise_cipher c = { .nonce = g->nonce++ };

	memcpy(c.key, g->key, KEY);
	int rc = noise_open(&c, g->h, HASH_SIZE, data, size, out);
	rogue_hash(g, data, size);
	return rc == 0;
}

static void
agree(const struct noise_keypair *own, const uint8_t *remote,
    uint8_t out[static KEY])
{
	assert_int_equal(crypto_scalarmult(out, own->secret, remote), 0);
}

/* What one who plays a role brings along; NULL secrets are computed. */
struct play {
	const struct noise_keypair *e; /* NULL: e_public stands alone */
	const uint8_t *e_public, *s_public;
	const uint8_t *ee, *es, *se; /* forced results of the agreements */
	const struct noise_keypair *s;
};

static void
rogue_mix(struct rogue *g, const uint8_t *forced,
    const struct noise_keypair *own, const uint8_t *remote)
{
	uint8_t shared[KEY];

	if (forced != NULL) {
		rogue_key(g, forced);
		return;
	}
	agree(own, remote, shared);
	rogue_key(g, shared);
}

/* The attacker answers a real initiator; the result is of its noise_read. */
static int
play_responder(struct noise *victim, const struct play *a)
{
	struct rogue g;
	struct pair_message m;

	rogue_init(&g, "earshot");
	assert_int_equal(pair_write(victim, 0, &m), 0);
	rogue_hash(&g, m.b, KEY);
	rogue_hash(&g, NULL, 0);
	rogue_send_plain(&g, a->e_public, KEY);
	rogue_mix(&g, a->ee, a->e, m.b);
	rogue_send_sealed(&g, a->s_public, KEY);
	rogue_mix(&g, a->es, a->s, m.b);
	rogue_send_sealed(&g, NULL, 0);
	return pair_read(victim, &g.out);
}

/* The attacker calls a real responder; the first refusal, or 0. */
static int
play_initiator(struct noise *victim, const struct play *a)
{
	struct rogue g;
	struct pair_message m;
	uint8_t rs[KEY];
	int rc;

	rogue_init(&g, "earshot");
	rogue_send_plain(&g, a->e_public, KEY);
	rogue_hash(&g, NULL, 0);
	if ((rc = pair_read(victim, &g.out)) != 0 ||
	    (rc = pair_write(victim, 0, &m)) != 0)
		return rc;
	g.out.size = 0;
	const uint8_t *re = m.b;
	rogue_hash(&g, re, KEY);
	rogue_mix(&g, a->ee, a->e, re);
	assert_true(rogue_open(&g, m.b + KEY, SEALED_KEY, rs));
	rogue_mix(&g, a->es, a->e, rs);
	assert_true(
	    rogue_open(&g, m.b + KEY + SEALED_KEY, NOISE_TAG_SIZE, m.b));
	rogue_send_sealed(&g, a->s_public, KEY);
	rogue_mix(&g, a->se, a->s, re);
	rogue_send_sealed(&g, NULL, 0);
	return pair_read(victim, &g.out);
}

/* The attacker's XX is a real one: with honest keys it gets a session. */
static void
the_attackers_own_xx_works(void **state)
{
	(void)state;
	struct pair p;
	struct noise_keypair e, s;
	struct play honest = { .e = &e, .s = &s };
	pair_init(&p, 5, "earshot");
	pair_draw_keys(&p, &e);
	pair_draw_keys(&p, &s);
	honest.e_public = e.public;
	honest.s_public = s.public;
	assert_int_equal(play_responder(&p.init, &honest), 0);
	assert_memory_equal(noise_remote_static(&p.init), s.public, KEY);
	assert_int_equal(play_initiator(&p.resp, &honest), 0);
	assert_true(noise_is_done(&p.resp));
	assert_memory_equal(noise_remote_static(&p.resp), s.public, KEY);
}

/* Those of the order 1, 2, 4 and 8, and their forms above 2^255 - 19. */
static const char *const low_order[POINTS] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

static void
parse_point(const char *text, uint8_t out[static KEY])
{
	size_t size;

	assert_int_equal(
	    sodium_hex2bin(out, KEY, text, strlen(text), NULL, &size, NULL), 0);
	assert_int_equal(size, KEY);
}

static void
t3_low_order_points_28(void **state)
{
	(void)state;
	static const uint8_t zero[KEY];
	struct noise_keypair e, s;
	uint8_t point[KEY];
	int tried = 0, accepted = 0;
	struct pair p;
	for (int i = 0; i < POINTS; i++) {
		parse_point(low_order[i], point);
		for (int kind = 0; kind < 4; kind++) {
			struct play a = { .e = &e, .s = &s };
			struct noise *victim = kind & 1 ? &p.resp : &p.init;
			pair_init(&p, (uint64_t)(6 + i), "earshot");
			pair_draw_keys(&p, &e);
			pair_draw_keys(&p, &s);
			a.e_public = kind & 2 ? point : e.public;
			a.s_public = kind & 2 ? s.public : point;
			/* What every agreement with such a point comes to. */
			if (kind & 2)
				a.ee = zero;
			if (kind == 0)
				a.es = zero;
			if (kind == 3)
				a.es = zero;
			if (kind == 1)
				a.se = zero;
			int rc = kind & 1 ? play_initiator(victim, &a)
					  : play_responder(victim, &a);
			accepted += rc == 0;
			assert_int_equal(rc, ERR_AUTH);
			assert_true(pair_is_wiped(victim));
			tried++;
		}
	}
	assert_int_equal(tried, 28);
	assert_int_equal(accepted, 0);
}

static void
t4_replayed_handshakes_1000(void **state)
{
	(void)state;
	struct recording *r = malloc(sizeof(*r));
	struct pair_message m;
	int replayed = 0, sessions = 0;
	assert_non_null(r);
	for (int i = 0; i < REPLAYS; i++) {
		record(r, (uint64_t)(100 + i));
		/* Both ends begin anew; the network plays the old messages. */
		pair_restart(&r->p, "earshot");
		assert_int_equal(pair_write(&r->p.init, 0, &m), 0);
		assert_int_equal(
		    pair_read(&r->p.init, &r->messages[1]), ERR_AUTH);
		assert_true(pair_is_wiped(&r->p.init));
		assert_int_equal(pair_read(&r->p.resp, &r->messages[0]), 0);
		assert_int_equal(pair_write(&r->p.resp, 0, &m), 0);
		sessions += pair_read(&r->p.resp, &r->messages[2]) == 0;
		sessions += noise_is_done(&r->p.resp);
		assert_true(pair_is_wiped(&r->p.resp));
		replayed++;
	}
	free(r);
	assert_int_equal(replayed, REPLAYS);
	assert_int_equal(sessions, 0);
}

/*
 * The attacker holds Alice's static key and wants her to take it for Bob. It
 * lacks Bob's secret and her ephemeral one, so it tries in the place of the
 * agreement it cannot make every one that it can.
 */
enum { GUESSES = 5 };

static void
guess(int i, const struct pair *p, const struct noise_keypair *e,
    uint8_t out[static KEY])
{
	memset(out, 0, KEY);
	if (i == 1) /* static with static: what broke the handshake of Tox */
		agree(&p->alice, p->bob.public, out);
	else if (i == 2)
		agree(e, p->bob.public, out);
	else if (i == 3)
		agree(e, p->alice.public, out);
	else if (i == 4)
		memcpy(out, p->bob.public, KEY);
}

static void
t5_stolen_key_cannot_play_bob_to_its_owner(void **state)
{
	(void)state;
	struct noise_keypair e;
	uint8_t shared[KEY];
	int tried = 0, sessions = 0;
	struct pair p;
	for (int i = 0; i < 2 * GUESSES; i++) {
		pair_init(&p, (uint64_t)(20 + i), "earshot");
		pair_draw_keys(&p, &e);
		/* Alice answers calls too. */
		noise_init(
		    &p.resp, NOISE_RESPONDER, &p.alice, "earshot", 7, &p.rng);
		struct play a = {
			.e = &e, .e_public = e.public, .s_public = p.bob.public
		};
		guess(i / 2, &p, &e, shared);
		if (i % 2 == 0)
			a.es = shared;
		else
			a.se = shared;
		struct noise *victim = i % 2 == 0 ? &p.init : &p.resp;
		int rc = i % 2 == 0 ? play_responder(victim, &a)
				    : play_initiator(victim, &a);
		sessions += rc == 0;
		assert_int_equal(rc, ERR_AUTH);
		assert_true(pair_is_wiped(victim));
		tried++;
	}
	assert_int_equal(tried, 10);
	assert_int_equal(sessions, 0);
}

/* With Bob's own key the same scripts go through: they fail for the key. */
static void
t5_control_with_bobs_key(void **state)
{
	(void)state;
	struct noise_keypair e;
	struct pair p;
	pair_init(&p, 30, "earshot");
	pair_draw_keys(&p, &e);
	struct play bob = { .e = &e,
		.e_public = e.public,
		.s_public = p.bob.public,
		.s = &p.bob };
	noise_init(&p.resp, NOISE_RESPONDER, &p.alice, "earshot", 7, &p.rng);
	assert_int_equal(play_responder(&p.init, &bob), 0);
	assert_int_equal(play_initiator(&p.resp, &bob), 0);
}

static void
t11_reflected_messages_are_refused(void **state)
{
	(void)state;
	struct recording r;
	int accepted = 0;
	record(&r, 40);
	/* Padded to the least length that message 2 may have. */
	struct pair_message m = r.messages[0];
	memset(m.b + m.size, 0, 96);
	m.size += 96;
	accepted += deliver_changed(&r, 1, &m) != 1;
	accepted += deliver_changed(&r, 1, &r.messages[2]) != 1;
	accepted += deliver_changed(&r, 2, &r.messages[1]) != 2;
	accepted += deliver_changed(&r, 2, &r.messages[0]) != 2;
	assert_int_equal(accepted, 0);
	assert_int_equal(deliver_changed(&r, 1, &r.messages[1]), 3);
}

static void
unchanged_messages_pass(void **state)
{
	(void)state;
	struct recording r;
	struct pair p;
	record(&r, 50);
	for (int step = 0; step < 3; step++)
		assert_int_equal(
		    deliver_changed(&r, step, &r.messages[step]), 3);
	pair_init(&p, 51, "");
	assert_int_equal(pair_run(&p, 0, no_payloads), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unchanged_messages_pass),
		cmocka_unit_test(t1_every_bit_of_every_message),
		cmocka_unit_test(t1_every_length_of_every_message),
		cmocka_unit_test(t1_every_byte_swapped_between_handshakes),
		cmocka_unit_test(the_attackers_own_xx_works),
		cmocka_unit_test(t3_low_order_points_28),
		cmocka_unit_test(t4_replayed_handshakes_1000),
		cmocka_unit_test(t5_stolen_key_cannot_play_bob_to_its_owner),
		cmocka_unit_test(t5_control_with_bobs_key),
		cmocka_unit_test(t11_reflected_messages_are_refused),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
