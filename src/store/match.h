/* SPDX-License-Identifier: MIT */
/*
 * From a query to an expression of FTS5. What a user typed stands in it only
 * between quotes, so that no byte of it is syntax.
 */
#ifndef STORE_MATCH_H
#define STORE_MATCH_H

#include "core/query.h"

#include <stdbool.h>
#include <stdint.h>

/* What the words do not say, by the numbers of the database. */
struct match_tags {
	int64_t conv;        /* 0: any */
	int64_t author_conv; /* with the query's author; 0: there is none */
};

/* A new string (caller frees), or NULL: the query asks for no word and nothing
 * else that the index knows. What it finds of an author holds what we said in
 * that conversation, too. */
char *match_text(const struct query *q, const struct match_tags *tags);

#endif
