/* SPDX-License-Identifier: MIT */
/*
 * Moves the bytes of transfers between two earshots (proto/flow.h) in a thread
 * of its own, so that neither a disk nor a gigabyte holds up what people type
 * and say. The thread owns the descriptors, files and keys of its moves from
 * mover_start to the last report; nothing else is shared but two queues.
 */
#ifndef APP_MOVER_H
#define APP_MOVER_H

#include "core/move.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MOVER_REPORT_MS = 100, /* between two MOVE_PROGRESS of a transfer */
	/* Bytes moved for one transfer before the next has its turn. */
	MOVER_TURN_BYTES = 1024 * 1024,
};

struct mover;

/* No thread before the first move, or mover_warm. */
struct mover *mover_new(void);
/* Stops all (FLOW_STOP_LATER); parts stay. NULL is fine. */
void mover_free(struct mover *m);

/* What is worth doing before the first move: libcrypto is loaded, the thread
 * begins. An offer came or was made. */
void mover_warm(struct mover *m);
/* Takes fd, and queued (freed here): bytes that go out before anything else.
 * Copies the plan, and wipes its keys. folder: where it goes when the plan
 * names no place. */
void mover_start(struct mover *m, uint32_t token, struct move_plan *plan,
    int fd, uint8_t *queued, size_t queued_size, const char *folder);
/* Tells the other end; drop: removes what is here of it, also while it is put
 * in its place; what has its name stays. No report follows. */
void mover_stop(struct mover *m, uint32_t token, enum flow_stop why, bool drop);

/* Removes what part names of theirs, which nobody moves (sink_drop_aside); all
 * that is asked for so is begun before the end of mover_free. */
void mover_drop(struct mover *m, const char *part);

/* Until then what is moved leaves the disk to others: somebody waits for texts
 * to be on it. */
void mover_share(struct mover *m, int64_t until_ms);

/* Readable when there are reports; -1: no thread yet. */
int mover_fd(const struct mover *m);
/* The next one; its strings are valid until the next call. */
bool mover_next(
    struct mover *m, uint32_t *ret_token, struct move_report *ret_report);

#endif
