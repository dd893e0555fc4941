/* SPDX-License-Identifier: MIT */
/*
 * Two lists of texts that a draft draws from: the lines that were sent, and
 * what was killed.
 */
#ifndef UI_HISTORY_H
#define UI_HISTORY_H

#include "ui/edit.h"

#include <stdbool.h>
#include <stddef.h>

struct history_line {
	char *text;
	char *edited; /* what the user made of it since, or NULL */
};

/* The lines sent, oldest first, and behind them the draft. */
struct history {
	struct history_line *lines; /* owned */
	size_t count;
	size_t bytes; /* of all texts */
	size_t at;    /* the line shown; count: the draft */
	char *draft;
};

void history_clear(struct history *h);
void history_add(struct history *h, const char *text, size_t n);
/* Back to the draft, and forgets what was edited. */
void history_rewind(struct history *h);
/* Keeps text as what the user made of the line shown, and returns the line one
 * older or newer; NULL, with nothing kept, when there is none. Valid until the
 * next call. */
const char *history_older(struct history *h, const char *text);
const char *history_newer(struct history *h, const char *text);

/* Newest first. What one draft kills in succession joins to one text. */
struct edit_kills {
	char *texts[EDIT_KILLS_MAX];
	size_t count;
	const void *by; /* who may join; never dereferenced */
};

enum kill_side { KILL_BEFORE, KILL_BEHIND };

void kills_add(struct edit_kills *kills, const char *text, size_t n);
/* To the newest text, on the side of it that the killed text was on. */
void kills_join(
    struct edit_kills *kills, const char *text, size_t n, enum kill_side side);
/* index counts from the newest and wraps; NULL when nothing was killed. */
const char *kills_get(const struct edit_kills *kills, size_t index);

#endif
