/* SPDX-License-Identifier: MIT */
/*
 * What comes out of a pipe as a file, so that it has a size and can be read
 * again from the middle.
 */
#ifndef STORE_SPOOL_H
#define STORE_SPOOL_H

/*
 * Copies fd to its end into a new file of that name, 0600, in a new folder of
 * dir; some of the disk stays free (SINK_FREE_MIB). The name is one component.
 * The path (caller frees, after spool_remove), or NULL and a sentence (caller
 * frees). Who is killed before that leaves, where the system can, no bytes.
 * Removes what was left there for a week.
 */
char *spool_open(const char *dir, const char *name, int fd, char **ret_error);
/* Removes the file and its folder; NULL is fine. */
void spool_remove(const char *path);

#endif
