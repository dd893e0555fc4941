/* SPDX-License-Identifier: MIT */
/*
 * Whole files, and what it takes to have them survive a crash. ERR_SYS comes
 * with errno.
 */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include <stddef.h>

/* Writes a whole file so that after a crash either the old or the new one is
 * there: temporary file 0600, fsync, rename, fsync of the directory. 0 or
 * ERR_SYS. */
int file_replace(const char *path, const void *data, size_t n);
/* Writes n bytes over the n that a file holds, and syncs them: for what fits a
 * disk sector, which is written whole or not at all, and a tenth of the time.
 * 0, ERR_FORMAT where the file is not so, or ERR_SYS. */
int file_overwrite(const char *path, const void *data, size_t n);
/* Reads a whole file of at most max bytes (caller frees; a NUL behind it). 0,
 * ERR_NOT_FOUND, ERR_LIMIT or ERR_SYS. */
int file_read(const char *path, size_t max, char **ret_data, size_t *ret_size);
/* Writes all of it, also where the system takes it in pieces. 0 or ERR_SYS. */
int file_write_all(int fd, const void *data, size_t n);
/* The same, synced; closes the descriptor whatever happens. */
int file_write_and_close(int fd, const void *data, size_t n);
/* Makes the entries of the directory that holds path survive a crash. */
int file_sync_parent(const char *path);
/*
 * As file_read, for a file that only its owner may see: a symbolic link, a
 * file of somebody else and any bit for group or others are ERR_PERMISSION,
 * what is no regular file is ERR_FORMAT, each with its sentence. ERR_NOT_FOUND
 * and ERR_LIMIT come without one.
 */
int file_read_private(const char *path, size_t max, char **ret_data,
    size_t *ret_size, char **ret_error);

#endif
