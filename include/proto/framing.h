/* SPDX-License-Identifier: MIT */
/*
 * Messages in a stream of bytes that has none: what the plain dialect takes
 * for one, and how it marks those of ours. Pure; the clock is handed in.
 *
 *   line       a line each, ended by LF or CRLF. Programs that end nothing are
 *              understood, too: what has no end counts when nothing follows it
 *              for FRAMING_QUIET_MS. Ours end as theirs do.
 *   length     a length of four bytes before each, most significant first
 *   length-le  the same, least significant first
 *   datagram   what arrives at once is one message
 */
#ifndef PROTO_FRAMING_H
#define PROTO_FRAMING_H

#include "base/now.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum framing_kind {
	FRAMING_LINE,
	FRAMING_LENGTH,
	FRAMING_LENGTH_LE,
	FRAMING_DATAGRAM,
};

enum {
	/* A longer line, or what is longer and arrives at once, is cut in
	 * pieces; a longer length is an error. */
	FRAMING_MAX = 65536,
	FRAMING_QUIET_MS = 200,
	/* Bytes at once. */
	FRAMING_INPUT_MAX = 65536,
};

/* "line", "length", "length-le", "datagram". */
const char *framing_text(enum framing_kind kind);
/* 0 or ERR_NOT_FOUND. */
int framing_parse(const char *text, enum framing_kind *ret_kind);

struct framing_message {
	const uint8_t *bytes; /* until the next call; NULL when empty */
	size_t size;
	bool cut; /* it goes on in the next one */
};

struct framing;

struct framing *framing_new(enum framing_kind kind);
/* NULL is fine. */
void framing_free(struct framing *f);
enum framing_kind framing_kind(const struct framing *f);
/* What did not become a message yet is read anew. */
void framing_change(struct framing *f, enum framing_kind kind);

/* Bytes arrived, at most FRAMING_INPUT_MAX; pull messages until 0. */
void framing_input(
    struct framing *f, struct now now, const uint8_t *bytes, size_t n);
/* The stream ended: what is left of a line counts. */
void framing_end(struct framing *f);
/* 1 and a message (an empty line is one of size 0); 0: none yet; ERR_FORMAT:
 * a length above FRAMING_MAX, from which there is no way on. */
int framing_next(struct framing *f, struct framing_message *ret_message);
/* Bytes that are no message yet. */
size_t framing_left(const struct framing *f);
/* When a line without an end counts; NEVER_MS. */
int64_t framing_deadline(const struct framing *f);
void framing_tick(struct framing *f, struct now now);

/* A message of ours as bytes for the stream, allocated (caller frees). In
 * lines it may be several. ERR_LIMIT when it is longer than FRAMING_MAX. */
int framing_encode(const struct framing *f, const uint8_t *text, size_t n,
    uint8_t **ret_bytes, size_t *ret_size);

#endif
