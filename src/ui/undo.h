/* SPDX-License-Identifier: MIT */
/*
 * The changes of a draft, as what was removed and what was put in its place.
 * Bounded in number and in bytes: the oldest are forgotten.
 */
#ifndef UI_UNDO_H
#define UI_UNDO_H

#include <stdbool.h>
#include <stddef.h>

struct undo_change {
	size_t at;
	char *removed, *inserted; /* owned */
	size_t removed_size, inserted_size;
	size_t cursor; /* before the change */
};

struct undo {
	struct undo_change *changes; /* owned; [0, next) can be undone */
	size_t next, count;
	size_t bytes;
	bool is_sealed; /* the next change joins no other */
};

void undo_clear(struct undo *u);
/* Copies the change. A join adds to the newest change where both only insert
 * or both only remove, at the same place. */
void undo_add(struct undo *u, const struct undo_change *change, bool join);
/* The change to take back or to do again; NULL when there is none. Valid until
 * the next call of undo_add. */
const struct undo_change *undo_back(struct undo *u);
const struct undo_change *undo_forward(struct undo *u);

#endif
