/* SPDX-License-Identifier: MIT */
/*
 * Two sessions with the keys of the vectors say, byte for byte, what the
 * second implementation says.
 */
#include "base/err.h"
#include "proto/session.h"
#include "protocol_vectors.h"
#include "wire/hello.h"
#include "wire/msg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static const struct now now = { .mono_ms = 1000, .wall_ms = VECTOR_SENT_MS };

struct end {
	struct identity identity;
	uint8_t ephemeral[VECTOR_MAX];
	struct session *session;
	struct session_event event;
};

/* The ephemeral key of the vectors is all the randomness of a handshake. */
static void
fill(void *ctx, void *out, size_t n)
{
	const struct end *end = ctx;

	memset(out, 0x5A, n);
	if (n == NOISE_KEY_SIZE)
		memcpy(out, end->ephemeral, n);
}

static void
start(struct end *end, enum noise_role role, const char *ephemeral)
{
	struct session_cfg cfg = {
		.identity = &end->identity,
		.rng = { .fill = fill, .ctx = end },
		.role = role,
		.hello = {
			.instance = { 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6,
			    0xa7 },
			.epoch = 7,
			.version_min = 1,
			.version_max = 1,
			.wall_ms = now.wall_ms,
		},
		.rekey_records = 2,
	};

	vector_load("session", ephemeral, end->ephemeral);
	memcpy(cfg.hello.ed_public, end->identity.ed_public, ED_PUBLIC_SIZE);
	end->session = session_new(&cfg, now);
}

/* Everything the one end has to say is the vector; the other hears it. */
static void
say_it(struct end *from, struct end *to, const char *vector)
{
	uint8_t want[VECTOR_MAX];
	size_t want_size = vector_load("session", vector, want), n;
	const uint8_t *p = session_output(from->session, &n);

	assert_int_equal(n, want_size);
	assert_memory_equal(p, want, n);
	session_consume(from->session, n);
	assert_int_equal(session_input(to->session, now, want, n), 0);
}

static void
hear(struct end *end, enum session_event_kind kind)
{
	assert_int_equal(session_next(end->session, now, &end->event), 1);
	assert_int_equal(end->event.kind, kind);
}

static void
hear_nothing(struct end *end)
{
	assert_int_equal(session_next(end->session, now, &end->event), 0);
}

static void
send_vector(struct end *end, const char *file, const char *name)
{
	uint8_t bytes[VECTOR_MAX];
	size_t n = vector_load(file, name, bytes);

	assert_int_equal(session_send(end->session, now, bytes, n), 0);
}

static void
handshake(struct end *i, struct end *r)
{
	say_it(i, r, "initiator-1-preamble-and-message-1");
	hear_nothing(r);
	say_it(r, i, "responder-1-message-2");
	hear(i, SESSION_HELLO);
	assert_true(fp_equal(&i->event.fp, &r->identity.fp));
	assert_int_equal(session_accept(i->session, now), 0);
	say_it(i, r, "initiator-2-message-3-and-ready");
	hear(r, SESSION_HELLO);
	assert_true(fp_equal(&r->event.fp, &i->identity.fp));
	assert_int_equal(session_accept(r->session, now), 0);
	hear(r, SESSION_READY);
	say_it(r, i, "responder-2-ready");
	hear(i, SESSION_READY);
	uint8_t hash[VECTOR_MAX];
	assert_int_equal(
	    vector_load("session", "handshake-hash", hash), HASH_SIZE);
	assert_memory_equal(session_hash(i->session), hash, HASH_SIZE);
	assert_memory_equal(session_hash(r->session), hash, HASH_SIZE);
}

static void
talk(struct end *i, struct end *r)
{
	struct msg_id id;

	for (int at = 0; at < MSG_ID_SIZE; at++)
		id.b[at] = (uint8_t)(0x10 + at);
	struct msg m = { .type = MSG_ACK,
		.ack = { .state = ACK_STORED, .count = 1, .ids = { id } } };
	uint8_t ack[128];
	size_t n;
	send_vector(i, "messages", "text");
	say_it(i, r, "initiator-3-text");
	hear(r, SESSION_MESSAGE);
	assert_int_equal(msg_decode(r->event.bytes, r->event.size, &m), 0);
	assert_true(msg_id_equal(&m.post.id, &id));
	m = (struct msg){ .type = MSG_ACK,
		.ack = { .state = ACK_STORED, .count = 1, .ids = { id } } };
	assert_int_equal(msg_encode(&m, ack, sizeof(ack), &n), 0);
	assert_int_equal(session_send(r->session, now, ack, n), 0);
	say_it(r, i, "responder-3-ack");
	hear(i, SESSION_MESSAGE);
	/* READY and the text were two records: a new key is due. */
	send_vector(i, "messages", "typing");
	say_it(i, r, "initiator-4-rekey-and-typing");
	hear(r, SESSION_MESSAGE);
	assert_int_equal(r->event.bytes[0], MSG_TYPING);
	session_close(r->session, now, CLOSE_LEAVING);
	say_it(r, i, "responder-4-close");
	hear(i, SESSION_CLOSED);
	assert_int_equal(i->event.reason, CLOSE_LEAVING);
}

static void
session_vectors_are_met(void **state)
{
	(void)state;
	struct end i, r;
	uint8_t seed[VECTOR_MAX], fp[VECTOR_MAX];
	vector_identity(&i.identity);
	vector_load("session", "responder-seed", seed);
	identity_from_seed(&r.identity, seed);
	vector_load("session", "responder-fingerprint", fp);
	assert_memory_equal(r.identity.fp.b, fp, FP_SIZE);
	start(&i, NOISE_INITIATOR, "initiator-ephemeral-secret");
	start(&r, NOISE_RESPONDER, "responder-ephemeral-secret");
	handshake(&i, &r);
	talk(&i, &r);
	session_free(i.session);
	session_free(r.session);
}

static char document[128 * 1024];

static void
load_document(void)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/../doc/PROTOCOL", TESTS_DIR);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	size_t n = fread(document, 1, sizeof(document) - 1, f);
	fclose(f);
	assert_in_range(n, 10000, sizeof(document) - 2);
	document[n] = '\0';
}

/* Each line of hex that the document should have for this file. */
static int
find_in_document(const char *file)
{
	enum { COLUMNS = 64 };
	char path[1024], line[2 * VECTOR_MAX + 128];
	int found = 0;

	snprintf(
	    path, sizeof(path), "%s/vectors/protocol_%s.txt", TESTS_DIR, file);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		char *hex = strchr(line, ' ') + 1;
		if (line[0] == '#')
			continue;
		hex[strcspn(hex, "\n")] = '\0';
		for (size_t at = 0; at < strlen(hex); at += COLUMNS) {
			char chunk[COLUMNS + 8];
			snprintf(
			    chunk, sizeof(chunk), " %.*s\n", COLUMNS, hex + at);
			assert_non_null(strstr(document, chunk));
			found++;
		}
	}
	fclose(f);
	return found;
}

static void
document_prints_the_vectors(void **state)
{
	(void)state;
	static const char *const files[] = { "identity", "beacons", "hellos",
		"messages", "session" };
	int found = 0;
	load_document();
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		found += find_in_document(files[i]);
	assert_true(found > 90);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_vectors_are_met),
		cmocka_unit_test(document_prints_the_vectors),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
