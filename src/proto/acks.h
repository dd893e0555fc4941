/* SPDX-License-Identifier: MIT */
/*
 * What we owe the other end: which of its packets were received, and when that
 * has to be said.
 */
#ifndef PROTO_ACKS_H
#define PROTO_ACKS_H

#include "wire/packet.h"

#include <stdbool.h>
#include <stdint.h>

struct acks {
	bool any;
	uint64_t largest, bits; /* as in FRAME_ACK */
	int64_t largest_ms;     /* when it came */
	unsigned waiting;       /* packets that want to be acknowledged */
	int64_t due_ms;
};

void acks_init(struct acks *a);
/* wanted: the packet asks for an acknowledgement. */
void acks_add(struct acks *a, int64_t now_ms, uint64_t number, bool wanted);
/* Say it now, if only for the window in it. */
void acks_hurry(struct acks *a, int64_t now_ms);
/* Everything but the window. */
void acks_frame(const struct acks *a, int64_t now_ms, struct frame *ret_frame);
/* The frame went out. */
void acks_sent(struct acks *a);

#endif
