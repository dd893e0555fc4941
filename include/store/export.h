/* SPDX-License-Identifier: MIT */
/*
 * The history as a file: all that was committed when it began, whatever is said
 * or forgotten meanwhile. Nothing has its name before it is whole and on the
 * disk: who exports in order to forget afterwards must be able to rely on it.
 *
 *   export_open, export_step until it says 0, export_finish, export_free
 */
#ifndef STORE_EXPORT_H
#define STORE_EXPORT_H

#include "store/db.h"
#include "store/search.h"

struct export_plan {
	const struct fp *conv; /* NULL: of all, and each line tells which */
	enum export_format format;
	const char *path; /* must not exist yet */
};

struct export;

/* All sentences are for the user and name the path; the caller frees them. db
 * is borrowed until export_free. 0, or an error and its sentence. */
int export_open(struct db *db, const struct export_plan *plan,
    struct export **ret_export, char **ret_error);
/* Writes up to count messages more, oldest first, or fewer where they are long:
 * 1 when there may be more, 0 after the last, or an error and its sentence. */
int export_step(struct export *x, size_t count, char **ret_error);
/* Has a process of its own wait for the disk: export_fd becomes readable when
 * export_finish does not wait any more. ERR_SYS: there is none, and it waits.
 */
int export_finish_begin(struct export *x);
int export_fd(const struct export *x);
/* It is on the disk, under its name, 0600. 0, or an error and its sentence. */
int export_finish(struct export *x, size_t *ret_count, char **ret_error);
/* Instead of export_finish and export_free, after export_finish_begin: nobody
 * waits. It has its name once the disk has it, or there is nothing of it. */
void export_leave(struct export *x);
/* What has no name is removed; who waits for the disk is waited for. NULL is
 * fine. */
void export_free(struct export *x);

#endif
