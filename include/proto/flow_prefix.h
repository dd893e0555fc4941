/* SPDX-License-Identifier: MIT */
/*
 * The hash of the beginning of a stream (wire/file_stream.h) at several
 * offsets, in one pass: BLAKE2b-256, keyed by nothing, personal
 * "earshot-file-v1". Both ends feed it the pieces of what they have on the
 * disk.
 */
#ifndef PROTO_FLOW_PREFIX_H
#define PROTO_FLOW_PREFIX_H

#include "base/file_piece.h"
#include "proto/flow.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flow_prefix;

/* offsets: ascending, 1..FLOW_MARKS_MAX, none 0. */
struct flow_prefix *flow_prefix_new(const uint64_t *offsets, size_t count);
/* NULL is fine. */
void flow_prefix_free(struct flow_prefix *p);
/*
 * The next piece: ENTER, FILE, BYTES, LEAVE (others are ignored). Returns how
 * many of its BYTES lie before the last offset; of a header, 1, or 0 where that
 * was reached before it.
 */
size_t flow_prefix_piece(struct flow_prefix *p, const struct file_piece *piece);
/* Nothing more comes: the last offset, UINT64_MAX where nobody knew it before,
 * is what was fed so far. Where that is not above the one before it, it is not
 * reached. */
void flow_prefix_end(struct flow_prefix *p);
/* Bytes of the stream so far. */
uint64_t flow_prefix_offset(const struct flow_prefix *p);
/* All offsets are reached. */
bool flow_prefix_is_complete(const struct flow_prefix *p);
/* The marks of those that were reached, descending as in WANT. */
size_t flow_prefix_marks(
    const struct flow_prefix *p, struct flow_mark out[static FLOW_MARKS_MAX]);
/* The offset of the highest mark of theirs that is one of ours, else 0. In
 * constant time for each. */
uint64_t flow_prefix_match(
    const struct flow_prefix *p, const struct flow_mark *marks, size_t count);

#endif
