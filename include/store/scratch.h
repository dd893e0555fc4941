/* SPDX-License-Identifier: MIT */
/*
 * A draft in a file, for as long as an editor has it. The file is in the state
 * directory and for its owner only: what is not sent yet is nobody's to read.
 */
#ifndef STORE_SCRATCH_H
#define STORE_SCRATCH_H

#include "store/home.h"

#include <stddef.h>

/* The path (caller frees); or NULL and a sentence (caller frees). */
char *scratch_write(const struct home *h, const char *text, char **ret_error);
/* What it holds now, without the line end that editors add; and removes it,
 * unless it is too long, as then it is all there is. The text (caller frees;
 * NUL-terminated), or NULL and a sentence. */
char *scratch_take(const char *path, size_t max, char **ret_error);

#endif
