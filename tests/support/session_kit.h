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

enum { WIRE_MAX = 1 << 20 };

/* Bytes on their way. */
struct wire {
	uint8_t bytes[WIRE_MAX];
	size_t size;
};

struct end {
	struct identity identity;
	struct rng_seed seed;
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

/* A single end for a peer made otherwise. */
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

#endif
