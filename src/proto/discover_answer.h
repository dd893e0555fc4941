/* SPDX-License-Identifier: MIT */
/*
 * Answers to solicitations that wait for their moment.
 */
#ifndef PROTO_DISCOVER_ANSWER_H
#define PROTO_DISCOVER_ANSWER_H

#include "base/addr.h"
#include "base/bucket.h"
#include "proto/discover.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ANSWERS_MAX = 64,
	ANSWER_DELAY_MAX_MS = 5000,
	ANSWER_DELAY_PER_PEER_MS = 10,
	/* Up to so many peers around, everybody answers at once. */
	ANSWER_QUIET_PEERS = 20,
	/* Beyond, whoever just began a burst or broadcast is heard anyway. */
	ANSWER_YOUNG_MS = 10 * 1000,
	ANSWER_BROADCAST_MS = 2000,
	/* When everybody starts together nobody knows yet how many they are;
	 * those who just began answer a few and let their burst do the
	 * rest. */
	ANSWER_YOUNG_BURST = 4,
	ANSWER_YOUNG_PER_1000S = 1000,
	/* Nobody waits for an answer so late. */
	ANSWER_LATE_MS = ANSWER_DELAY_MAX_MS + 5000,
};

struct discover_answer {
	struct addr to;
	size_t asked_size; /* of the question: no answer is longer */
	bool crowded;      /* a broadcast will do instead */
	int64_t asked_ms, due_ms;
};

struct discover_answers {
	struct bucket young;
	unsigned count;
	struct discover_answer list[ANSWERS_MAX];
	/* When the last ones went out, the oldest at sent_at: never more than
	 * that in any one second. */
	unsigned sent_at;
	int64_t sent_ms[DISCOVER_REPLY_PER_S];
};

void discover_answers_init(struct discover_answers *a, int64_t now_ms);
/* False when the queue is full. */
bool discover_answers_add(
    struct discover_answers *a, const struct discover_answer *answer);
/* Takes the next that is due. broadcast_ms: when we last told everybody. */
bool discover_answers_next(struct discover_answers *a, int64_t now_ms,
    int64_t broadcast_ms, struct discover_answer *ret_answer);
int64_t discover_answers_deadline(const struct discover_answers *a);

#endif
