/* SPDX-License-Identifier: MIT */
/*
 * What comes out of a pipe as a file, so that it has a size and can be read
 * again from the middle.
 */
#ifndef STORE_SPOOL_H
#define STORE_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

struct saved;

/*
 * Copies fd to its end into a new file of that name, 0600, in a new folder of
 * dir (file_name_spool); some of the disk stays free (SINK_FREE_MIB). The name
 * is one component. The path (caller frees, after spool_remove), or NULL and a
 * sentence (caller frees). Who is killed before that leaves, where the system
 * can, no bytes.
 */
char *spool_open(const char *dir, const char *name, int fd, char **ret_error);
/* Removes the file and its folder; NULL is fine. */
void spool_remove(const char *path);
/* The same of what spool_open made in dir, wherever dir was then; false: the
 * path is none of those. */
bool spool_drop(const char *dir, const char *path);
/* Removes what was left in dir for a week, but for what a transfer in saved
 * still needs. */
void spool_sweep(const char *dir, int64_t wall_ms, const struct saved *saved);

#endif
