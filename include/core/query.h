/* SPDX-License-Identifier: MIT */
/*
 * What somebody looks for in the history, parsed from one line:
 *
 *   words "a phrase" begin*  from:bob  in:bob  since:2026-11-01  until:DAY
 *   has:link
 *
 * Days are civil days of the user; what instant they begin is for the reader
 * of the database to say, which knows the time zone.
 */
#ifndef CORE_QUERY_H
#define CORE_QUERY_H

#include "core/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	QUERY_TERMS_MAX = 16,
	QUERY_BYTES_MAX = 1024,
};

struct query_day {
	int year; /* 0: none */
	int month, day;
};

struct query_term {
	char *text; /* as typed, without quotes and star */
	bool phrase, prefix;
};

struct query {
	struct query_term terms[QUERY_TERMS_MAX]; /* all must be there */
	size_t term_count;
	bool has_conv; /* only the conversation with conv (zero: nearby) */
	struct fp conv;
	bool has_author;
	bool author_is_me;             /* from:me */
	struct fp author;              /* from:; of ourselves, too */
	struct query_day since, until; /* both included */
	bool has_link;
	int64_t first_row; /* no older ones; a line does not say this */
};

/*
 * Names are found as model_find_peer does. conv: the conversation it is asked
 * in, which bounds the search unless the line begins with -all or has in: or
 * from:. today is for "today", "yesterday", "monday". 0, or a negative enum err
 * with its sentence (caller frees) and the byte where it went wrong.
 */
int query_parse(const struct model *m, const struct conv *conv,
    const char *line, struct query_day today, struct query *ret_query,
    char **ret_error, size_t *ret_at);
void query_clear(struct query *q);

/* One such day: 2026-11-01, today, yesterday, or the last of that name. */
bool query_parse_day(const char *word, size_t n, struct query_day today,
    struct query_day *ret_day);

#endif
