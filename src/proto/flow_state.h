/* SPDX-License-Identifier: MIT */
/* Between flow.c and flow_output.c. */
#ifndef PROTO_FLOW_STATE_H
#define PROTO_FLOW_STATE_H

#include "proto/flow.h"
#include "wire/file_stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FLOW_MARK_SIZE = 8 + FLOW_HASH_SIZE,
	/* Plain text of the longest record but DATA. */
	FLOW_CONTROL_MAX = 2 + FLOW_MARKS_MAX * FLOW_MARK_SIZE,
	FLOW_SLOT_SIZE = 2 + FLOW_RECORD_MAX,
	/* The last piece that is taken may fill one, and a second, and begin a
	 * third. */
	FLOW_SLOTS = FLOW_OUTPUT_RECORDS + 2,
	FLOW_EARLY_MAX = 2 + FLOW_CONTROL_MAX + NOISE_TAG_SIZE,
	FLOW_LATE_MAX = 64,
};

enum flow_record {
	FLOW_RECORD_WANT = 1,
	FLOW_RECORD_DONE = 2,
	FLOW_RECORD_FROM = 3,
	FLOW_RECORD_DATA = 4,
	FLOW_RECORD_END = 5,
	FLOW_RECORD_STOP = 6,
};
enum { FLOW_END_CHANGED = 1 << 0 };

enum flow_step {
	FLOW_STEP_START,    /* receiver: WANT is to be said */
	FLOW_STEP_ASKED,    /* WANT was said; the sender begins here */
	FLOW_STEP_ANSWER,   /* sender: FROM is to be said */
	FLOW_STEP_MOVING,   /* FROM was said */
	FLOW_STEP_ENDED,    /* END was said */
	FLOW_STEP_FINISHED, /* DONE was said */
	FLOW_STEP_STOPPED,  /* we said STOP: what comes is dropped */
	FLOW_STEP_GONE,     /* they said it: nothing may come */
	FLOW_STEP_DEAD,
};

struct flow {
	bool sends;
	enum flow_step step;
	struct bulk *sealer, *opener;
	uint32_t rekey_records, sealed, opened; /* of this key */

	uint8_t *input;
	size_t head, tail, cap;
	size_t stride;       /* bytes of the last record, with its length */
	const uint8_t *data; /* of a DATA record, what is still to be read */
	size_t data_size;
	struct file_stream stream;
	struct flow_mark marks[FLOW_MARKS_MAX]; /* ours, or theirs */
	size_t mark_count;

	/* In this order: WANT or FROM; records of DATA, a ring of slots of
	 * which the one behind the last is being filled; END or DONE, STOP. */
	uint8_t early[FLOW_EARLY_MAX];
	size_t early_size, early_sent;
	uint8_t *slots;
	size_t slot_size[FLOW_SLOTS];
	size_t slot_first, slot_count, slot_sent, fill;
	uint8_t late[FLOW_LATE_MAX];
	size_t late_size, late_sent;
};

/* Final: also for what comes after. */
int flow_fail(struct flow *f, int err);

#endif
