/* SPDX-License-Identifier: MIT */
/*
 * Between verbs_file.c, which sends, and verbs_progress.c, which prints: a line
 * on a terminal that is written over, and one for each file that is over; else
 * events, each a JSON object.
 */
#ifndef APP_VERBS_FILE_H
#define APP_VERBS_FILE_H

#include "core/transfer.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { SENT_NUMBER_SIZE = 16 };

struct sent_item {
	char *path;                    /* owned */
	char number[SENT_NUMBER_SIZE]; /* "f3"; "" before it is offered */
	struct transfer t; /* as far as it was told; strings owned */
};

struct sent {
	struct sent_item items[TRANSFER_PATHS_MAX];
	size_t count;
	char *spooled; /* owned: standard input, as a file; NULL */
	char *who;     /* owned: what the other end is called */
	char *line;    /* owned: the command that offers them */
	bool terminal; /* else JSON */
	bool ascii;    /* a terminal that takes no UTF-8 */
	bool drawn;    /* the cursor stands behind the line */
};

void sent_init(struct sent *s, bool json);
void sent_clear(struct sent *s);
/* What became of one, and how all stand. */
void sent_update(struct sent *s, struct sent_item *item, const json_t *event);
/* Something that is said beside it. */
void sent_tell(struct sent *s, const json_t *event);

#endif
