/* SPDX-License-Identifier: MIT */
/*
 * How a transfer stands, in words.
 */
#ifndef UI_TRANSFER_TEXT_H
#define UI_TRANSFER_TEXT_H

#include "core/transfer.h"

enum { TRANSFER_SHORT_SIZE = 32 };

/* "61%", "1.2 MB" where nobody knows of how much, or the word of its state. */
const char *transfer_short(const struct lang *l, const struct transfer *t,
    char out[static TRANSFER_SHORT_SIZE]);
/* "61% of 1.4 MB, 8.2 MB/s, 12 s left", "1.4 MB, done", "failed: …" (caller
 * frees). */
char *transfer_long(const struct lang *l, const struct transfer *t);
/* What can be done about it, or what became of it, for the conversation
 * (caller frees). */
char *transfer_hint(const struct lang *l, const struct transfer *t);
/* 0 to whole, as far as it is; 0 where nobody knows. */
int transfer_gauge(const struct transfer *t, int whole);

#endif
