/* SPDX-License-Identifier: MIT */
/*
 * From fragments in any order, some of them twice, to messages in the order of
 * their numbers. Every fragment of a message but its last carries exactly
 * FRAGMENT_DATA_MAX bytes, so a message can be cut in one way only and nothing
 * can overlap.
 *
 * What it holds is bounded by DGRAM_REORDER_MESSAGES and DGRAM_REORDER_BYTES.
 * There is always room for the message that is due next; all others, without
 * the zeros at their ends, share DGRAM_AHEAD_BYTES at least. A sender keeps to
 * that; a fragment that finds no room is not kept, and the packet that brought
 * it not acknowledged.
 *
 * Every input and every pull ends the life of the message pulled before.
 */
#ifndef PROTO_REASSEMBLY_H
#define PROTO_REASSEMBLY_H

#include "base/now.h"
#include "wire/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reassembly;

struct reassembly *reassembly_new(void);
/* Wipes. NULL is fine. */
void reassembly_free(struct reassembly *r);

/*
 * f: of kind FRAME_FRAGMENT. 1: kept, or known before: acknowledge the packet.
 * 0: no room now: do not. ERR_FORMAT: contradicts what came before (another
 * count, other bytes at the same place), or is no fragment (index, count,
 * size); ERR_LIMIT: the message is over MSG_MAX, or was never welcome. On an
 * error nothing has changed.
 */
int reassembly_input(
    struct reassembly *r, struct now now, const struct frame *f);
/* Pulls the next message in order: false when it is not complete. */
bool reassembly_next(
    struct reassembly *r, const uint8_t **ret_bytes, size_t *ret_size);
/* Whether reassembly_next would give one. */
bool reassembly_has_message(const struct reassembly *r);

/* Since when a message has been missing or incomplete while it, or a later
 * one, has begun; NEVER_MS while nothing is missing. */
int64_t reassembly_hole_ms(const struct reassembly *r);
/* The highest message number that is welcome: what an ACK advertises. Grows
 * with every pull. */
uint32_t reassembly_window(const struct reassembly *r);
/* Bytes of messages held, the pulled one included. */
size_t reassembly_held(const struct reassembly *r);

#endif
