/* SPDX-License-Identifier: MIT */
/*
 * Reliable conversation with one peer over whatever sessions come and go: ids,
 * acknowledgement, resending, duplicates, order, receipts, typing. It takes and
 * gives encoded messages (wire/msg.h) and knows nothing of what carries them,
 * only that one session delivers in order or not at all.
 *
 * What is delivered is a post: a text, edit, deletion or reaction. Order and
 * exactly-once rest on two rules: a session always begins with the oldest post
 * that is not acknowledged, and goes on from there; and the posts of one sender
 * have ascending seqs. The receiver drops what is not above all it has, so
 * whatever overlaps of two sessions arrive, each is taken once and in order.
 *
 * Nothing leaves before it is stored: a post of ours waits for chat_stored, the
 * acknowledgement of a post of theirs for chat_ack. doc/PROTOCOL, "Delivery".
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
	/* Posts that were refused, to refuse them again when they come again; a
	 * sender never has more than CHAT_FLIGHT_MAX open. */
	CHAT_REFUSED_MAX = CHAT_FLIGHT_MAX,
	/* Ids in one ACK: what fits the padding class of 1024 bytes. */
	CHAT_ACK_BATCH = 60,
	CHAT_ACKS_MAX = 4 * CHAT_ACK_BATCH,
	CHAT_CALLS_MAX = 64,
	CHAT_TYPING_AGAIN_MS = 3000,
	CHAT_TYPING_EXPIRE_MS = 6000,
};

/* One of ours, as it waits. */
struct chat_post {
	uint8_t type; /* enum msg_type */
	struct msg_id id;
	uint64_t seq;
	int64_t sent_ms;
	int64_t row; /* the owner's number of it; comes back with the answer */
	uint8_t flags;
	bool has_target;
	struct msg_id target;
	const char *text; /* may be NULL when size is 0 */
	size_t size;
	struct msg_file file; /* MSG_FILE; its name is the text */
	uint8_t end;          /* MSG_FILE_STOP */
};

enum chat_event_kind {
	/* type, post, missing: new. Answer chat_ack once it is stored, or
	 * chat_refuse. */
	CHAT_POST,
	CHAT_ACKED,   /* type, id, seq, row: one of ours is stored there */
	CHAT_REFUSED, /* type, id, seq, row, code: one of ours was refused */
	/* id: they saw it and all before it. Not one that waits; but whether it
	 * ever went to them, the owner knows. */
	CHAT_SHOWN,
	CHAT_TYPING,    /* typing */
	CHAT_STATUS,    /* status */
	CHAT_FILE_CALL, /* id: come for that transfer */
	CHAT_NACKED,    /* id, code: refused, and none of the posts in flight */
};

struct chat_event {
	enum chat_event_kind kind;
	uint8_t type; /* enum msg_type */
	struct msg_id id;
	uint64_t seq;
	int64_t row;
	struct msg_post post; /* borrows from the input */
	uint32_t missing;     /* CHAT_POST: so many before it never came */
	uint8_t code;         /* enum nack_code, or one we do not know */
	bool typing;
	struct msg_status status; /* borrows from the input */
};

struct chat_packet {
	const uint8_t *bytes; /* borrowed until the next call */
	size_t size;
	bool is_post; /* one of ours is on its way: what follows is set */
	uint8_t type; /* enum msg_type */
	struct msg_id id;
	int64_t row;
};

struct chat;

/* Sequence numbers are epoch << 32 | count, so they ascend over restarts. */
struct chat *chat_new(const struct rng *rng, uint32_t epoch);
/* NULL is fine. */
void chat_free(struct chat *c);
/* What is known from before: the highest seq of theirs that is stored, and of
 * ours that they acknowledged. Before anything else. */
void chat_remember(struct chat *c, uint64_t received_seq, uint64_t sent_seq);

/* As it was when new; but seqs go on, since the peer drops what is not above
 * those it has. No session is up. */
void chat_forget(struct chat *c);

/* Queues a post, gives it id and seq, and holds it until chat_stored. Copies
 * the text. ERR_LIMIT when too much waits. */
int chat_send(struct chat *c, struct chat_post *post);
/* The same for an offer that was refused and is made again: its id stays. */
int chat_send_again(struct chat *c, struct chat_post *post);
/* Queues one that waited in an earlier run: stored, with id and seq; oldest
 * first, before any chat_send. It gets another seq where that one is none that
 * an earlier run can have given. ERR_LIMIT, ERR_FORMAT. */
int chat_restore(struct chat *c, const struct chat_post *post);
/* Ours up to seq are stored and may go; so is that some were withdrawn. */
void chat_stored(struct chat *c, uint64_t seq);
/* Takes back one that is not on its way; false when it is, or is not there.
 * Those after it are held until chat_stored. */
bool chat_withdraw(struct chat *c, const struct msg_id *id);
/* Our typing notice for the session that is up; limits itself. */
void chat_typing(struct chat *c, struct now now, bool on);
/* Our presence, told at the start of each session and on change; text is
 * clean and borrowed only for the call. */
void chat_status(struct chat *c, bool away, const char *text);
/* They shall come for that transfer, in the session that is up; at most
 * CHAT_CALLS_MAX wait, beyond it is dropped. */
void chat_file_call(struct chat *c, const struct msg_id *id);
/* A post of theirs, and all before it, was shown to the user: told now and at
 * the start of each session. It was acknowledged. NULL: from now on the peer
 * is told nothing. */
void chat_shown(struct chat *c, const struct msg_id *id);
/* Posts that were not acknowledged yet. */
size_t chat_waiting(const struct chat *c);
/* Whether that one is among them, and whether any offer (MSG_FILE) is. */
bool chat_has(const struct chat *c, const struct msg_id *id);
bool chat_offers(const struct chat *c);
/* Walks them, oldest first: *cursor is NULL before the first. in_flight: it was
 * handed to the session that is up. */
bool chat_each(const struct chat *c, const void **cursor,
    struct chat_post *ret_post, bool *ret_in_flight);
/* Of theirs that is stored; of ours that was acknowledged. */
uint64_t chat_received_seq(const struct chat *c);
uint64_t chat_sent_seq(const struct chat *c);

/* The epoch the peer proved. Below that of what we have of it, its start
 * counter was set back: what comes counts as new again. */
void chat_peer_epoch(struct chat *c, uint32_t epoch);
/* A session is up (also: another one takes over): all that is not
 * acknowledged goes again, in order. */
void chat_session_up(struct chat *c);
void chat_session_down(struct chat *c);

/* A message arrived; pull what it means until chat_event is false. What cannot
 * be understood is answered with a NACK, what is stored already with an ACK. */
void chat_input(struct chat *c, const uint8_t *p, size_t n);
bool chat_event(struct chat *c, struct chat_event *ret_event);
/* The post of theirs, and all of theirs before it, is stored: it is
 * acknowledged in the session that is up. */
void chat_ack(struct chat *c, const struct msg_id *id, uint64_t seq);
/* The post of the last CHAT_POST is not taken. */
void chat_refuse(struct chat *c, const struct msg_id *id, uint8_t code);
/* So many answers wait that chat_output should be drained before more input. */
bool chat_is_full(const struct chat *c);

/* The next message for the session, answers first. False when there is none,
 * the flight is full, or no session is up. */
bool chat_output(struct chat *c, struct chat_packet *ret_packet);

/*
 * A peer that speaks another protocol is talked to post by post: nothing of
 * chat_input and chat_output then; the session is up while the peer is there.
 */
/* The next post that is stored and may go; it is in flight now. Its text is
 * borrowed until it is answered. False when there is none, the flight is full,
 * or no session is up. */
bool chat_next_post(struct chat *c, struct chat_post *ret_post);
/* One in flight is there, or will never be; it waits no more. False when it is
 * not in flight. What is returned has no text. */
bool chat_answer(struct chat *c, const struct msg_id *id, bool acked,
    struct chat_post *ret_post);

#endif
