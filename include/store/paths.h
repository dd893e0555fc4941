/* SPDX-License-Identifier: MIT */
/*
 * Names of files as people type them.
 */
#ifndef STORE_PATHS_H
#define STORE_PATHS_H

#include "store/home.h"

#include <stdbool.h>
#include <stddef.h>

enum { PATHS_MAX = 64 };

/* With "~", or "~/" before more, as the home of the user, where there is one
 * (caller frees). */
char *path_expand(const char *path);
/* Whether that is the path of something that can be reached. */
bool paths_is_there(const char *path);
/* Paths, each on a line, as they are from any other directory, too (caller
 * frees). */
char *paths_absolute(const char *lines);
/* Where what comes is put: chosen, unless it is NULL or ""; below a home of its
 * own, "downloads"; else the user's folder for downloads, which need not exist
 * (caller frees). */
char *downloads_folder(const struct home *h, const char *chosen);
/*
 * What a path that begins so can be: at most PATHS_MAX, sorted, each beginning
 * with start as it was typed, directories with a slash behind them. Hidden
 * names only where a dot was typed; names that a screen could not show as they
 * are, not at all. Returns how many; the caller frees each.
 */
size_t paths_starting(const char *start, char *ret_paths[static PATHS_MAX]);

#endif
