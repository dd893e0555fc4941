/* SPDX-License-Identifier: MIT */
/*
 * What the people of a simulation wrote, and how far each of it came. It
 * watches every effect, every commit and every message that enters a session,
 * knows nothing of the engine but what a front end, a store and the other end
 * of a session see, and says so when a promise is broken:
 *
 *   - nothing leaves before its row is committed, or after it was taken back
 *   - nothing is acknowledged that is not committed at the one who got it
 *   - "delivered" and "read" are true, and stay
 *   - nothing is shown twice, altered, out of order, or by somebody else
 *   - nothing that was accepted is lost, and what fails says why
 *   - a note to oneself stays here, and is not said to be safe too early
 *   - no queue is above its bound
 */
#ifndef TESTS_LEDGER_H
#define TESTS_LEDGER_H

#include "sim.h"
#include "wire/msg.h"

enum {
	LEDGER_NODES_MAX = 5,
	LEDGER_TEXT_SIZE = 40,
	LEDGER_SLOTS = 8192, /* of ids; a power of two */
};

/* A text or a revision; at its sender, then at the one it is for. */
struct post {
	struct msg_id id, target;
	unsigned from, to;
	size_t at; /* in its lane, from 1 */
	bool is_revision, has_target;
	enum revision revision;
	uint64_t seq;
	int64_t sent_ms;
	char text[LEDGER_TEXT_SIZE];

	bool accepted; /* committed */
	bool never;    /* it was not, and never will be */
	bool must_fail;
	bool left;     /* entered a session */
	bool given_up; /* deleted: it need not arrive any more */
	bool keep, forgotten;
	bool delivered, read, failed; /* committed */
	/* The runs of the sender in which the same was told. */
	uint32_t shown_run, sent_run, told_run, read_run, failed_run;
	uint32_t forgotten_run;
	bool forged; /* on its way to mean something else */
	struct msg_id forged_target;

	bool stored;     /* committed */
	bool was_stored; /* the same, or it was forgotten since */
	bool acked;
	bool late;    /* a revision that comes too late there */
	bool again;   /* its receiver forgot that it had it */
	bool renewed; /* and it came again, without what was done to it */
	bool keep_there, forgotten_there, seen_there;
	int64_t came_ms, row_there;
	int64_t stored_ms, stored_row; /* the same, committed */
	uint32_t came_run, shown_there_run, forgotten_there_run;
};

/* The posts of one to another, or to oneself. */
struct lane {
	struct post **posts;
	size_t count, cap;
	size_t came, shown;           /* the last ones there, in this run */
	int64_t read_row;             /* there, committed */
	char draft[LEDGER_TEXT_SIZE]; /* committed */
};

struct ledger {
	struct sim *sim;
	uint64_t seed;
	bool trace;
	bool broken; /* a promise was */
	unsigned count;
	/* What the user just asked for, which makes posts fail. */
	bool cancelling, forgetting, blocking;
	struct lane lanes[LEDGER_NODES_MAX][LEDGER_NODES_MAX];
	struct post *slots[LEDGER_SLOTS];
	unsigned must_fail[LEDGER_NODES_MAX];
	unsigned steps;
	/* What happened. */
	uint64_t accepted, delivered, revisions, taken_back, not_stored, acks;
	uint64_t repeats, deaths, undone, over_udp, forgeries, expired, notes;
};

void ledger_init(struct ledger *l, struct sim *s, uint64_t seed);
void ledger_clear(struct ledger *l);
/* A promise is broken: says so, once. */
void ledger_fail(struct ledger *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ledger_trace(struct ledger *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct post *ledger_find(const struct ledger *l, const struct msg_id *id);
/* node is about to hand this to a session. True when the session gets what is
 * in ret_msg instead: the sender cheats. */
bool ledger_leaves(
    struct ledger *l, const uint8_t *p, size_t n, struct msg *ret_msg);
/* Posts that still have to arrive, of all or of one. */
size_t ledger_waiting(const struct ledger *l);
void ledger_waiting_of(
    const struct ledger *l, unsigned node, size_t *ret_min, size_t *ret_max);
/* No post that waits is much older than a month. */
void ledger_expired(struct ledger *l);
/* All that the model of node shows. */
void ledger_scan(struct ledger *l, unsigned node);

/* rest.c: the network is good and nothing waits: histories are the same at both
 * ends, and what is in the stores is what people see. */
void ledger_rest(struct ledger *l);
/* The same after all have just begun again. */
void ledger_reborn(struct ledger *l);

#endif
