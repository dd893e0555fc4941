/* SPDX-License-Identifier: MIT */
/*
 * Reliable conversation with one peer over whatever sessions come and go: ids,
 * acknowledgement, resending, duplicates, order, typing. It takes and gives
 * encoded messages (wire/msg.h) and knows nothing of what carries them, only
 * that one session delivers in order or not at all.
 *
 * Order and exactly-once rest on one rule: a session always begins with the
 * oldest message that is not acknowledged, and goes on from there. The
 * receiver drops what it has by id, so whatever overlaps of two sessions
 * arrive, the first arrivals are in order. doc/PROTOCOL, "Delivery".
 */
#ifndef PROTO_CHAT_H
#define PROTO_CHAT_H

#include "base/id.h"
#include "base/now.h"
#include "crypto/rng.h"
#include "wire/msg.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CHAT_QUEUE_MAX = 1000, /* messages that wait for one peer */
	CHAT_QUEUE_BYTES_MAX = 16 * 1024 * 1024,
	/* Sent and not acknowledged; more wait their turn. */
	CHAT_FLIGHT_MAX = 256,
	CHAT_FLIGHT_BYTES_MAX = 1024 * 1024,
	/* Ids remembered to drop duplicates; a sender never has more than
	 * CHAT_FLIGHT_MAX of them open. */
	CHAT_SEEN_MAX = 1024,
	/* Ids in one ACK: what fits the padding class of 1024 bytes. */
	CHAT_ACK_BATCH = 60,
	CHAT_ACKS_MAX = 4 * CHAT_ACK_BATCH,
	CHAT_TYPING_AGAIN_MS = 3000,
	CHAT_TYPING_EXPIRE_MS = 6000,
};

enum chat_event_kind {
	CHAT_TEXT,    /* text: not seen before; answer chat_ack or _refuse */
	CHAT_ACKED,   /* id, ack: one of ours arrived */
	CHAT_REFUSED, /* id, code: one of ours was refused */
	CHAT_TYPING,  /* typing */
	CHAT_STATUS,  /* status */
};

struct chat_event {
	enum chat_event_kind kind;
	struct msg_id id;
	struct msg_post text; /* borrows from the input */
	uint32_t missing;     /* CHAT_TEXT: so many before it never came */
	uint8_t ack;          /* enum ack_state */
	uint8_t code;         /* enum nack_code, or one we do not know */
	bool typing;
	struct msg_status status; /* borrows from the input */
};

struct chat_packet {
	const uint8_t *bytes; /* borrowed until the next call */
	size_t size;
	bool is_text; /* id is set: one of ours is on its way */
	struct msg_id id;
};

struct chat;

/* Sequence numbers are epoch << 32 | count, so they ascend over restarts. */
struct chat *chat_new(const struct rng *rng, uint32_t epoch);
/* NULL is fine. */
void chat_free(struct chat *c);

/* Queues a text of 1..TEXT_MAX bytes. ERR_LIMIT when too much waits. */
int chat_send(struct chat *c, struct now now, const char *text, size_t n,
    uint8_t flags, struct msg_id *ret_id);
/* Our typing notice for the session that is up; limits itself. */
void chat_typing(struct chat *c, struct now now, bool on);
/* Our presence, told at the start of each session and on change; text is
 * clean and borrowed only for the call. */
void chat_status(struct chat *c, bool away, const char *text);
/* Texts that were not acknowledged yet. */
size_t chat_waiting(const struct chat *c);

/* A session is up (also: another one takes over): all that is not
 * acknowledged goes again, in order. */
void chat_session_up(struct chat *c);
void chat_session_down(struct chat *c);

/* A message arrived; pull what it means until chat_event is false. What cannot
 * be understood is answered with a NACK, what was seen before with an ACK. */
void chat_input(struct chat *c, const uint8_t *p, size_t n);
bool chat_event(struct chat *c, struct chat_event *ret_event);
/* The text of the last CHAT_TEXT is safe with us; or why we do not take it. */
void chat_ack(struct chat *c, const struct msg_id *id);
void chat_refuse(struct chat *c, const struct msg_id *id, uint8_t code);
/* So many answers wait that chat_output should be drained before more input. */
bool chat_is_full(const struct chat *c);

/* The next message for the session, answers first. False when there is none,
 * the flight is full, or no session is up. */
bool chat_output(struct chat *c, struct chat_packet *ret_packet);

#endif
