/* SPDX-License-Identifier: MIT */
/*
 * Keys that were decoded and not asked for yet, with what belongs to them.
 */
#ifndef UI_DECODE_QUEUE_H
#define UI_DECODE_QUEUE_H

#include "ui/key.h"
#include "ui/mouse.h"
#include "ui/reply.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	QUEUE_MAX = 32768,   /* keys waiting */
	PASTES_MAX = 524288, /* bytes of all pastes waiting */
};

struct entry {
	struct key key;
	char *paste; /* owned, NULL but for KEY_PASTE */
	size_t paste_size;
	struct mouse mouse;
	struct reply reply;
};

struct queue {
	struct entry *ring; /* of cap; owned */
	size_t head, count, cap;
	size_t pastes_size;
};

/* Takes the paste. False: there is no room, and the entry is freed. */
bool queue_add(struct queue *q, struct entry entry);
/* The oldest, whose paste is the caller's then, or false. */
bool queue_take(struct queue *q, struct entry *ret_entry);
/* Frees. */
void queue_clear(struct queue *q);

#endif
