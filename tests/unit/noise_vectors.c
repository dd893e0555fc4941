/* SPDX-License-Identifier: MIT */
/*
 * Replays tests/vectors/noise_xx.txt, made by an independent implementation,
 * from both ends: what we write must be what is in the file, byte for byte,
 * and what is in the file must open. The format is told in noise_vectors.py.
 */
#include "crypto/noise.h"

#include "noise_pair.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum {
	LINE_MAX_SIZE = 8192,
	FIELDS_MAX = 5,
	BYTES_MAX = 2048,
};

struct bytes {
	uint8_t b[BYTES_MAX];
	size_t size;
};

/* A vector as far as it was read, seen from one end. */
struct replay {
	enum noise_role role;
	struct bytes prologue;
	uint8_t keys[4][NOISE_KEY_SIZE]; /* in the order of the file */
	struct noise n;
	struct noise_cipher send, receive;
	int step;
	int sent, received, rekeyed;
};

static const char *const key_names[] = {
	"init_static",
	"init_ephemeral",
	"resp_static",
	"resp_ephemeral",
};

static void
fill_fixed(void *ctx, void *out, size_t n)
{
	assert_int_equal(n, NOISE_KEY_SIZE);
	memcpy(out, ctx, n);
}

static void
parse_bytes(const char *text, struct bytes *ret)
{
	ret->size = 0;
	if (strcmp(text, "-") == 0)
		return;
	assert_int_equal(sodium_hex2bin(ret->b, sizeof(ret->b), text,
			     strlen(text), NULL, &ret->size, NULL),
	    0);
	assert_int_equal(ret->size * 2, strlen(text));
}

static void
replay_start(struct replay *r)
{
	struct noise_keypair s;
	uint8_t *own = r->keys[r->role == NOISE_INITIATOR ? 0 : 2];
	struct rng rng = { .fill = fill_fixed, .ctx = own + NOISE_KEY_SIZE };

	memcpy(s.secret, own, sizeof(s.secret));
	assert_int_equal(crypto_scalarmult_base(s.public, s.secret), 0);
	noise_init(&r->n, r->role, &s, r->prologue.b, r->prologue.size, &rng);
	r->step = 0;
}

static void
replay_handshake(struct replay *r, char **field)
{
	struct bytes payload, message, got = { .size = 0 };
	bool ours = (r->step % 2 == 0) == (r->role == NOISE_INITIATOR);

	if (r->step == 0)
		replay_start(r);
	parse_bytes(field[1], &payload);
	parse_bytes(field[2], &message);
	if (ours)
		assert_int_equal(noise_write(&r->n, payload.b, payload.size,
				     got.b, sizeof(got.b), &got.size),
		    0);
	else
		assert_int_equal(noise_read(&r->n, message.b, message.size,
				     got.b, sizeof(got.b), &got.size),
		    0);
	const struct bytes *want = ours ? &message : &payload;
	assert_int_equal(got.size, want->size);
	assert_memory_equal(got.b, want->b, want->size);
	r->step++;
}

static void
replay_hash(struct replay *r, char **field)
{
	uint8_t hash[HASH_SIZE], theirs[NOISE_KEY_SIZE];
	const uint8_t *secret = r->keys[r->role == NOISE_INITIATOR ? 2 : 0];
	struct bytes want;

	assert_int_equal(r->step, 3);
	assert_int_equal(crypto_scalarmult_base(theirs, secret), 0);
	assert_memory_equal(noise_remote_static(&r->n), theirs, sizeof(theirs));
	assert_int_equal(noise_split(&r->n, &r->send, &r->receive, hash), 0);
	parse_bytes(field[1], &want);
	assert_int_equal(want.size, HASH_SIZE);
	assert_memory_equal(hash, want.b, HASH_SIZE);
	assert_true(pair_is_wiped(&r->n));
}

static bool
is_sent_by_us(const struct replay *r, const char *who)
{
	return (who[0] == 'i') == (r->role == NOISE_INITIATOR);
}

static void
replay_transport(struct replay *r, char **field)
{
	struct bytes ad, payload, message, got;

	parse_bytes(field[2], &ad);
	parse_bytes(field[3], &payload);
	parse_bytes(field[4], &message);
	assert_int_equal(message.size, payload.size + NOISE_TAG_SIZE);
	if (is_sent_by_us(r, field[1])) {
		assert_int_equal(noise_seal(&r->send, ad.b, ad.size, payload.b,
				     payload.size, got.b),
		    0);
		assert_memory_equal(got.b, message.b, message.size);
		r->sent++;
		return;
	}
	assert_int_equal(noise_open(&r->receive, ad.b, ad.size, message.b,
			     message.size, got.b),
	    0);
	assert_memory_equal(got.b, payload.b, payload.size);
	r->received++;
}

static bool
replay_key(struct replay *r, char **field)
{
	for (size_t i = 0; i < 4; i++) {
		struct bytes key;
		if (strcmp(field[0], key_names[i]) != 0)
			continue;
		parse_bytes(field[1], &key);
		assert_int_equal(key.size, NOISE_KEY_SIZE);
		memcpy(r->keys[i], key.b, NOISE_KEY_SIZE);
		return true;
	}
	return false;
}

/* Returns true at the end of a vector. */
static bool
replay_line(struct replay *r, char **field)
{
	if (strcmp(field[0], "vector") == 0) {
		*r = (struct replay){ .role = r->role };
	} else if (strcmp(field[0], "prologue") == 0) {
		parse_bytes(field[1], &r->prologue);
	} else if (strcmp(field[0], "handshake") == 0) {
		replay_handshake(r, field);
	} else if (strcmp(field[0], "hash") == 0) {
		replay_hash(r, field);
	} else if (strcmp(field[0], "transport") == 0) {
		replay_transport(r, field);
	} else if (strcmp(field[0], "rekey") == 0) {
		noise_rekey(
		    is_sent_by_us(r, field[1]) ? &r->send : &r->receive);
		r->rekeyed++;
	} else if (strcmp(field[0], "end") == 0) {
		/* A wrong layout of the nonce is invisible while it is 0. */
		assert_true(r->sent >= 2 && r->received >= 2);
		return true;
	} else {
		assert_true(replay_key(r, field));
	}
	return false;
}

static void
split_fields(char *line, char *field[static FIELDS_MAX])
{
	static char none[] = "-";

	line[strcspn(line, "\n")] = '\0';
	for (int i = 0; i < FIELDS_MAX; i++) {
		field[i] = *line == '\0' ? none : line;
		line += strcspn(line, " ");
		if (*line == ' ')
			*line++ = '\0';
	}
}

static void
replay_file(enum noise_role role)
{
	static char line[LINE_MAX_SIZE];
	struct replay r = { .role = role };
	int vectors = 0, empty_prologues = 0, rekeyed = 0;
	char *field[FIELDS_MAX];
	FILE *f = fopen(TESTS_DIR "/vectors/noise_xx.txt", "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		split_fields(line, field);
		if (!replay_line(&r, field))
			continue;
		vectors++;
		empty_prologues += r.prologue.size == 0;
		rekeyed += r.rekeyed;
	}
	fclose(f);
	assert_int_equal(vectors, 9);
	assert_int_equal(empty_prologues, 2);
	assert_int_equal(rekeyed, 4);
}

static void
t2_vectors_as_initiator(void **state)
{
	(void)state;
	replay_file(NOISE_INITIATOR);
}

static void
t2_vectors_as_responder(void **state)
{
	(void)state;
	replay_file(NOISE_RESPONDER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t2_vectors_as_initiator),
		cmocka_unit_test(t2_vectors_as_responder),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
