/* SPDX-License-Identifier: MIT */
#include "app/answers.h"

#include "app/doctor.h"
#include "app/exports.h"
#include "app/language.h"
#include "base/mem.h"
#include "store/search.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void
answer_say(struct shell *sh, const struct effect *query, enum command_kind kind,
    char *text)
{
	struct command cmd = {
		.kind = kind, .conv = query->conv, .text = text
	};

	shell_command(sh, &cmd);
}

static struct query_day
today(const struct shell *sh)
{
	time_t t = (time_t)(sh->now.wall_ms / 1000);
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		return (struct query_day){ 1970, 1, 1 };
	return (
	    struct query_day){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday };
}

static const struct conv *
conv_asked_in(const struct shell *sh, const struct effect *query)
{
	return fp_is_zero(&query->fp)
		   ? NULL
		   : model_conv_of(shell_model(sh), &query->fp);
}

static void
say_nothing_found(
    struct shell *sh, const struct effect *query, const struct query *q)
{
	const struct conv *c = conv_asked_in(sh, query);
	bool only_here = c != NULL && q->has_conv && !q->has_author &&
			 fp_equal(&q->conv, &c->fp);

	answer_say(sh, query, COMMAND_INFO,
	    only_here ? xasprintf(say(language(),
				      "nothing found in this conversation; "
				      "/search -all %s looks in all"),
			    query->text)
		      : xstrdup(say(language(), "nothing found")));
}

static void
search(struct shell *sh, const struct effect *query)
{
	size_t max =
	    sh->asker->list_max > 0 ? sh->asker->list_max : SEARCH_PAGE;
	struct query q;
	struct findings f = { 0 };
	char *error;
	size_t at;

	if (query_parse(shell_model(sh), conv_asked_in(sh, query), query->text,
		today(sh), &q, &error, &at) < 0) {
		answer_say(sh, query, COMMAND_ERROR, error);
		return;
	}
	if (db_search(sh->db, &q, INT64_MAX, max, &f, &error) < 0) {
		answer_say(sh, query, COMMAND_ERROR, error);
	} else if (f.count == 0 && sh->asker->list_max == 0) {
		say_nothing_found(sh, query, &q);
	} else {
		sh->asker->found(sh->asker, sh, query, &f);
	}
	findings_clear(&f);
	query_clear(&q);
}

static void
go_to(struct shell *sh, const struct effect *query)
{
	struct query_day day;

	if (!query_parse_day(query->text, strlen(query->text), today(sh), &day))
		return;
	int64_t row = db_row_of_day(sh->db, &query->fp, day);
	if (row == 0) {
		answer_say(sh, query, COMMAND_INFO,
		    xasprintf(
			say(language(),
			    "nothing was said here on or after %04d-%02d-%02d"),
			day.year, day.month, day.day));
		return;
	}
	struct command cmd = {
		.kind = COMMAND_OLDER, .conv = query->conv, .row = row
	};
	shell_command(sh, &cmd);
	sh->asker->show(sh->asker, sh, query->conv, row);
}

void
answers_give(struct shell *sh, const struct effect *query)
{
	switch (query->question) {
	case QUESTION_SEARCH:
		search(sh, query);
		break;
	case QUESTION_GOTO:
		go_to(sh, query);
		break;
	case QUESTION_EXPORT:
		exports_begin(sh, query);
		break;
	case QUESTION_DOCTOR:
		/* Who looks at a screen waits for something to show. */
		if (sh->asker->diagnosed == NULL)
			answer_say(sh, query, COMMAND_INFO,
			    xstrdup(say(language(),
				"looking around; this takes some seconds")));
		doctor_begin(sh, sh->asker, query);
		break;
	}
}
