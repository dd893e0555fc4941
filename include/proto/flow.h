/* SPDX-License-Identifier: MIT */
/*
 * One transfer over one connection that was made for it: what follows when the
 * handshake is done and the transfer is named. Sans-IO, and without copies: the
 * owner reads files and the connection straight into the records.
 * doc/PROTOCOL, "Files".
 *
 *   record:  size u16 | sealed( kind u8 | … )
 *
 *   receiver   WANT 1  count u8 | count times: offset u64, hash 32
 *              DONE 2
 *   sender     FROM 3  offset u64
 *              DATA 4  bytes of the stream (wire/file_stream.h)
 *              END  5  flags u8 | left out u32
 *   both       STOP 6  why u8
 *
 * The receiver says first what it has: hashes of the beginning of the stream,
 * up to descending offsets. The sender goes on from the first one that it comes
 * to as well, or from 0, or says that it is not the same any more. Records are
 * authenticated, so nothing else is hashed.
 *
 * Any negative result is final: the owner drops the connection.
 */
#ifndef PROTO_FLOW_H
#define PROTO_FLOW_H

#include "base/file_piece.h"
#include "crypto/bulk.h"
#include "crypto/hash.h"
#include "proto/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FLOW_RECORD_MAX = 65535, /* ciphertext of one record: Noise, §3 */
	FLOW_DATA_MAX = FLOW_RECORD_MAX - NOISE_TAG_SIZE - 1,
	FLOW_MARKS_MAX = 8,
	FLOW_HASH_SIZE = 32,
	/* Each direction takes a new key after so many records. */
	FLOW_REKEY_RECORDS = 1 << 20,
	/* With so many in flow_output no further one is begun. */
	FLOW_OUTPUT_RECORDS = 4,
	FLOW_INPUT_MAX = 4 * (2 + FLOW_RECORD_MAX),
};

enum flow_stop {
	FLOW_STOP_PAUSED = 1,    /* by its user */
	FLOW_STOP_CANCELLED = 2, /* for ever */
	FLOW_STOP_CHANGED = 3,   /* sender: it is not what was offered any
				    more, and never again */
	FLOW_STOP_SOURCE = 4,    /* sender: it cannot be read */
	FLOW_STOP_SINK = 5,      /* receiver: it cannot be written */
	FLOW_STOP_LATER = 6,     /* too much else, or leaving: try again */
	FLOW_STOP_PROTOCOL = 7,
	FLOW_STOP_DONE = 8,  /* the other end had it all before, and said so */
	FLOW_STOP_OTHER = 9, /* sender: what the receiver has is not how it
				begins */
};

/* The hash of the first offset bytes of the stream (proto/flow_prefix.h). */
struct flow_mark {
	uint64_t offset;
	uint8_t hash[FLOW_HASH_SIZE];
	/* Where that is; of our own marks, not on the wire: bytes of the file
	 * it is in that follow, and folders around it. */
	uint64_t left;
	unsigned depth;
};

struct flow_cfg {
	bool sends;
	struct session_keys *keys; /* taken over, and wiped */
	const struct rsa_lib *lib; /* for crypto/bulk.h; may be NULL */
	/* Bytes of the connection that came already. */
	const uint8_t *rest;
	size_t rest_size;       /* at most SESSION_INPUT_MAX */
	uint32_t rekey_records; /* 0: FLOW_REKEY_RECORDS */
};

enum flow_event_kind {
	FLOW_WANTED,  /* sender: marks, count, descending: flow_begin or
			 flow_stop */
	FLOW_BEGUN,   /* receiver: it goes on from offset */
	FLOW_PIECE,   /* receiver: ENTER, FILE, BYTES, LEAVE; borrows until the
			 next call */
	FLOW_END,     /* receiver: that was all of it; changed, left_out */
	FLOW_DONE,    /* sender: the other end has it in its place */
	FLOW_STOPPED, /* why */
};

struct flow_event {
	enum flow_event_kind kind;
	const struct flow_mark *marks; /* until the next call */
	size_t count;
	uint64_t offset;
	struct file_piece piece;
	bool changed; /* a file was written to while it was read */
	uint32_t left_out;
	enum flow_stop why; /* or a number that we do not know */
};

struct flow;

struct flow *flow_new(const struct flow_cfg *cfg);
/* Wipes. NULL is fine. */
void flow_free(struct flow *f);

/* Where bytes of the connection go: room for at least one; none while events
 * wait (*ret_cap is 0). */
uint8_t *flow_room(struct flow *f, size_t *ret_cap);
/* n came there. */
void flow_received(struct flow *f, size_t n);
/* 1 and an event, 0 when more bytes are needed, or why it is over. */
int flow_next(struct flow *f, struct flow_event *ret_event);

/* For the connection, oldest first; *ret_size is 0: nothing waits. */
const uint8_t *flow_output(const struct flow *f, size_t *ret_size);
void flow_sent(struct flow *f, size_t n);
/* There is room for another record: the sender may give a piece. */
bool flow_takes(const struct flow *f);

/* Receiver: first of all; count <= FLOW_MARKS_MAX, offsets descending. */
int flow_want(struct flow *f, const struct flow_mark *marks, size_t count);
/* Receiver, after FLOW_END: it is on the disk, in its place. */
int flow_done(struct flow *f);

/* Sender, after FLOW_WANTED: from one of the offsets, or 0. */
int flow_begin(struct flow *f, uint64_t offset);
/*
 * Sender, then: the headers of pieces are gathered with small files in a record
 * until it is full, flow_flush, or flow_end. ENTER, FILE, LEAVE, and BYTES (at
 * most FILE_PIECE_MAX, copied). ERR_LIMIT unless flow_takes. When it goes on
 * within the stream, headers before the offset are not given, and of the file
 * it is in only the rest of the bytes.
 */
int flow_piece(struct flow *f, const struct file_piece *piece);
/* Bytes of a file without a copy: read them to there (*ret_cap > 0 while
 * flow_takes), then say how many. */
uint8_t *flow_space(struct flow *f, size_t *ret_cap);
int flow_filled(struct flow *f, size_t n);
/* What is gathered goes now. */
int flow_flush(struct flow *f);
int flow_end(struct flow *f, bool changed, uint32_t left_out);

/* Either: nothing can be said after. */
int flow_stop(struct flow *f, enum flow_stop why);

#endif
