/* SPDX-License-Identifier: MIT */
/*
 * A directory of its own for a test, and what tests do with files in it.
 */
#ifndef TMPDIR_H
#define TMPDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Makes an empty directory 0700 (caller: tmpdir_remove). */
char *tmpdir_make(void);
/* Removes it with all that is in it, and frees the name. */
void tmpdir_remove(char *dir);
/* DIR/NAME in one of a few static buffers. */
const char *tmpdir_path(const char *dir, const char *name);
void tmpdir_write(const char *path, const void *data, size_t n, mode_t mode);
/* A string (caller frees); fails the test where there is no file. */
char *tmpdir_read(const char *path);
bool tmpdir_exists(const char *path);

#endif
