/* SPDX-License-Identifier: MIT */
/*
 * What the modules of the store share to handle files; file_read and
 * file_replace are in store/home.h.
 */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include <stddef.h>

/* Writes all of it, also where the system takes it in pieces. */
int file_write_all(int fd, const void *data, size_t n);
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
