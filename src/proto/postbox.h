/* SPDX-License-Identifier: MIT */
/*
 * What waits for one peer: posts in the order of their seq, a flight at their
 * head that went to the session, and the rest, of which the last may be held
 * until they are stored.
 */
#ifndef PROTO_POSTBOX_H
#define PROTO_POSTBOX_H

#include "proto/chat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct posted {
	struct chat_post post; /* its text is owned */
	size_t cost;           /* bytes on the wire, about */
	struct posted *before, *next;
};

struct postbox {
	struct posted *first, *last;
	struct posted *unsent; /* the first behind the flight */
	size_t count, bytes, flight, flight_bytes;
	size_t offers;       /* of them, MSG_FILE */
	uint64_t stored_seq; /* what is above is held */
	uint64_t sent_seq;   /* the newest that was acknowledged */
	/* The oldest that was taken out and may be back after a restart: what
	 * is above is held, too. 0: none. */
	uint64_t removed_seq;
};

void postbox_clear(struct postbox *b);
/* Copies; its seq is above those of all others. ERR_LIMIT when it is full. */
int postbox_add(struct postbox *b, const struct chat_post *post);
/* A new session begins with the first. */
void postbox_rewind(struct postbox *b);
/* The next to send, now in the flight, and what goes before it; NULL when none
 * may go now. */
const struct posted *postbox_next(struct postbox *b, uint64_t *ret_prev);
/* Whether it is there, in the flight or behind it. */
bool postbox_has(const struct postbox *b, const struct msg_id *id);
/* Whether it is in the flight; then so are all before it. */
bool postbox_is_flying(const struct postbox *b, const struct msg_id *id);
/* Takes one out of the flight; false when it is not in it. What is returned
 * has no text. */
bool postbox_answered(struct postbox *b, const struct msg_id *id, bool acked,
    struct chat_post *ret_post);
/* Takes one out from behind the flight; false when it is not there. Those after
 * it are held until postbox_stored. */
bool postbox_remove(struct postbox *b, const struct msg_id *id);
/* Those up to seq are stored, and that others were taken out. */
void postbox_stored(struct postbox *b, uint64_t seq);

#endif
