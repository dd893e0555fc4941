/* SPDX-License-Identifier: MIT */
/*
 * Messages on their way out: cut into fragments, each of which is due, under
 * way or acknowledged, until the other end has taken the whole message.
 *
 * The other end holds DGRAM_REORDER_MESSAGES messages that nobody has pulled
 * from it, and DGRAM_AHEAD_BYTES bytes besides the first of them, the zeros at
 * the end of a message left out. The window
 * that it advertises tells how many it has pulled, and this end counts what it
 * sent since: so nothing goes out for which there is no room there.
 */
#ifndef PROTO_OUTGOING_H
#define PROTO_OUTGOING_H

#include "proto/dgram.h"
#include "proto/recovery.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct outgoing_message {
	uint8_t *bytes;        /* owned; NULL once all is acknowledged */
	uint32_t size, extent; /* extent: without the zeros at its end */
	uint8_t count;
	uint64_t due, begun, acked; /* a bit for each fragment */
};

struct outgoing {
	struct outgoing_message *items; /* NULL while idle */
	size_t head, count, cap;
	size_t bytes;   /* waiting, as DGRAM_QUEUE_MAX counts them */
	uint32_t first; /* the number of items[head] */
	uint32_t taken; /* so many the other end has pulled */
};

void outgoing_init(struct outgoing *o);
/* Wipes. */
void outgoing_clear(struct outgoing *o);
/* Copies 1 to MSG_MAX bytes. ERR_LIMIT. */
int outgoing_add(struct outgoing *o, const uint8_t *p, size_t n);
/* The first fragment that is due and for which there is room; the frame
 * borrows. */
bool outgoing_next(const struct outgoing *o, struct frame *ret_frame);
/* Something is due, and there is room for none of it. */
bool outgoing_is_blocked(const struct outgoing *o);
/* The fragment again, however it stands; false when it was acknowledged. */
bool outgoing_find(const struct outgoing *o, const struct recovery_frame *f,
    struct frame *ret_frame);
/* It went out; true when not for the first time. */
bool outgoing_sent(struct outgoing *o, const struct recovery_frame *f);
void outgoing_acked(struct outgoing *o, const struct recovery_frame *f);
void outgoing_lost(struct outgoing *o, const struct recovery_frame *f);
/* As advertised. ERR_FORMAT when it takes what was never sent. */
int outgoing_window(struct outgoing *o, uint32_t window);

#endif
