/* SPDX-License-Identifier: MIT */
/*
 * The links of a conversation, the newest first, each once.
 */
#ifndef UI_URLS_H
#define UI_URLS_H

#include "core/model.h"

#include <stddef.h>

enum { URLS_MAX = 200 };

struct url {
	char *text; /* owned */
	const struct message *message;
};

struct urls {
	struct url rows[URLS_MAX];
	size_t count;
	size_t all; /* before the filter */
};

/* Those that have every word of the filter, "" for all, in them or in the text
 * around them, of the messages before that serial. Messages are borrowed. c may
 * be NULL. */
void urls_find(
    struct urls *u, const struct conv *c, const char *filter, uint64_t before);
void urls_clear(struct urls *u);

#endif
