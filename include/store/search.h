/* SPDX-License-Identifier: MIT */
/*
 * Finding what was said: the newest first, never by ranking the whole history.
 */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "core/query.h"
#include "store/db.h"

#include <stdio.h>

enum { SEARCH_PAGE = 20 };

struct found {
	struct fp conv; /* zero: nearby */
	struct message message;
	/* Of the conversation's contact, or of who shouted: as remembered, with
	 * a tag where it could be taken for another. */
	char *name;
};

struct findings {
	struct found *items; /* newest first */
	size_t count;
	bool more; /* ask again with the row of the last */
};

/* At most count messages before row (INT64_MAX: from the newest), none before
 * q->first_row. A query without terms lists by time. */
int db_search(struct db *db, const struct query *q, int64_t row, size_t count,
    struct findings *ret_findings, char **ret_error);
void findings_clear(struct findings *f);

/* The day it is then, by the clocks of where the user is. */
struct query_day search_day(int64_t wall_ms);
/* The row of the first message of the conversation on or after day; 0 when
 * there is none. */
int64_t db_row_of_day(
    struct db *db, const struct fp *conv, struct query_day day);

enum export_format { EXPORT_TEXT, EXPORT_JSON };

/*
 * One message as an export has it, without a newline at its end (caller frees).
 * everywhere: it stands among those of other conversations. Ours are from "me".
 */
char *found_line(
    const struct found *f, enum export_format format, bool everywhere);

#endif
