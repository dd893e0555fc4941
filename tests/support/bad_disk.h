/* SPDX-License-Identifier: MIT */
/*
 * A disk below SQLite that fails when it is told to, and that remembers what
 * was synced: after a loss of power the rest is there, or not, or in part.
 */
#ifndef BAD_DISK_H
#define BAD_DISK_H

#include <stdbool.h>
#include <stdint.h>

enum bad_mode {
	BAD_NONE,
	BAD_FULL,     /* every write finds the disk full */
	BAD_READONLY, /* every opening for writing is refused */
	BAD_ERROR,    /* every write and sync fails */
	BAD_DEAD,     /* the same, and nothing is remembered any more */
};

/* From now on all of SQLite is on it; undone by bad_disk_remove. */
void bad_disk_install(void);
void bad_disk_remove(void);
void bad_disk_set(enum bad_mode mode);
/* So many writes and syncs from now, mode sets in. Once: only for that one. */
void bad_disk_after(unsigned count, enum bad_mode mode, bool once);
/* Writes and syncs since the last bad_disk_set or _after. */
unsigned bad_disk_count(void);
/* The files become what a loss of power leaves: all that was synced, and of the
 * rest a part that the seed chooses. Only with the database closed. */
void bad_disk_power_loss(uint64_t seed);

#endif
