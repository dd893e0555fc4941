/* SPDX-License-Identifier: MIT */
/*
 * Two sessions in one process, and the wire between them in the hands of the
 * test. All of it follows from numbers, so a failing case is found again.
 */
#ifndef SESSION_KIT_H
#define SESSION_KIT_H

#include "crypto/identity.h"
#include "crypto/rng.h"
#include "proto/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIRE_MAX = 1 << 21, KIT_FIN = 1, KIT_PADDING = 2 };

/* Bytes on their way. */
struct wire {
	uint8_t bytes[WIRE_MAX];
	size_t size;
};

struct end {
	struct identity identity;
	struct rng_seed seed;
	enum session_purpose purpose; /* for the test to set, before it starts */
	struct session *session;
	struct session_event event; /* the last one; its bytes are a copy */
	uint8_t message[MSG_MAX];
	unsigned hellos, readies, messages, closes;
	int error; /* the last result below 0, or 0 */
};

struct couple {
	struct end i, r; /* initiator and responder */
	struct now now;
};

/* Fresh sessions at time 1000 000 ms; nothing was moved yet. */
void couple_init(struct couple *c, uint32_t number, uint32_t rekey_records);
/* The same with the handshake done: both are ready. */
void couple_open(struct couple *c, uint32_t number, uint32_t rekey_records);
void couple_clear(struct couple *c);

/* A single end, with an identity that follows from the number. */
void end_identity(struct end *end, uint32_t number);
struct hello end_hello(const struct end *end, uint32_t number, struct now now);
void end_start(struct end *end, const struct hello *hello, enum noise_role role,
    struct now now, uint32_t rekey_records);
/* All three. */
void end_init(struct end *end, uint32_t number, enum noise_role role,
    struct now now, uint32_t rekey_records);
void end_clear(struct end *end);
/* Takes all output of an end. */
void end_take(struct end *end, struct wire *ret_wire);
/* Gives bytes to an end and pulls events: a hello is accepted, everything is
 * counted. 0, or the error. */
int end_give(struct end *end, struct now now, const uint8_t *p, size_t n);
/* Moves output to the other end, until both are silent. */
void couple_run(struct couple *c);

/*
 * A peer that keeps to nothing: it holds the keys of a real handshake and says
 * whatever the test wants.
 */
struct raw {
	struct identity identity;
	struct rng_seed seed;
	struct rng rng;
	struct noise noise;
	struct noise_cipher send, receive;
};

/* Preamble and message 1; the hello of message 3 comes with raw_finish. */
void raw_start(struct raw *raw, uint32_t number, struct wire *ret_wire);
/* Reads message 2 and appends message 3, without READY. */
void raw_finish(struct raw *raw, const struct wire *second,
    const struct hello *hello, struct wire *w);
struct hello raw_hello(const struct raw *raw);
/* Appends a record. */
void raw_record(
    struct raw *raw, struct wire *w, uint8_t flags, const void *p, size_t n);
/* Both with a responder, up to READY in both directions. */
void raw_open(struct raw *raw, uint32_t number, struct end *r, struct now now);

#endif
