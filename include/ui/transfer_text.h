/* SPDX-License-Identifier: MIT */
/*
 * How a transfer stands, in words. who is what the other end is called.
 */
#ifndef UI_TRANSFER_TEXT_H
#define UI_TRANSFER_TEXT_H

#include "core/transfer.h"

#include <stdbool.h>

enum { TRANSFER_SHORT_SIZE = 32 };

/* "61%", "1.2 MB" where nobody knows of how much, or the word of its state. */
const char *transfer_short(const struct lang *l, const struct transfer *t,
    char out[static TRANSFER_SHORT_SIZE]);
/* "61% of 1.4 MB, 8.2 MB/s, 12 s left", "1.4 MB, done", "failed: …" (caller
 * frees). */
char *transfer_long(
    const struct lang *l, const struct transfer *t, const char *who);
/* "waits for ana", "paused by you", "failed: …"; "" while it runs (caller
 * frees). */
char *transfer_state(
    const struct lang *l, const struct transfer *t, const char *who);
/* "8.2 MB/s, 12 s left"; "" where nobody can say (caller frees). */
char *transfer_speed(const struct lang *l, const struct transfer *t);
struct transfer_place {
	const char *who;
	const char *dot; /* parts commands */
	bool listed;     /* commands can name it */
	int cells;       /* that it should have room in */
};

/* What can be done about it, or what became of it, for the conversation (caller
 * frees). */
char *transfer_hint(const struct lang *l, const struct transfer *t,
    const struct transfer_place *place);
/* 0 to whole, as far as it is; 0 where nobody knows. */
int transfer_gauge(const struct transfer *t, int whole);
/* It is on its way, so far and no further: worth a gauge. */
bool transfer_has_gauge(const struct transfer *t);
/* Why earshot does not have it opened (caller frees); NULL: it can be. */
char *transfer_cannot_open(const struct lang *l, const struct transfer *t);

#endif
