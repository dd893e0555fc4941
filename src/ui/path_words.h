/* SPDX-License-Identifier: MIT */
/*
 * Paths as they are typed, completed, or dropped onto a terminal: in quotes,
 * with backslashes, or as file:// links.
 */
#ifndef UI_PATH_WORDS_H
#define UI_PATH_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* The first word of n bytes that do not begin with a blank: *ret_path as it is
 * meant (caller frees). Its bytes; quotes may be open at the end. */
size_t path_word(const char *s, size_t n, char **ret_path);
/* Where the last word begins, n when a new one would. */
size_t path_last_word(const char *s, size_t n);
/* So that path_word understands it (caller frees). */
char *path_escape(const char *path);
/* An absolute one; "/word" is a command and none. */
bool path_is_absolute(const char *path);
/* All of it is such paths, as what a file manager drops. */
bool path_is_drop(const char *s, size_t n);

#endif
