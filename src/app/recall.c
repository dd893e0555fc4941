/* SPDX-License-Identifier: MIT */
/*
 * What is found comes newest first and goes out oldest first. Only the rows of
 * each page are remembered, so that a history of any length can be printed;
 * then the pages are asked for again, from the last to the first.
 *
 * Nothing is locked meanwhile: a pager may wait for hours. What is said in that
 * time is behind the first page, and what is forgotten leaves a page shorter;
 * its rows stay the same, so nothing is printed twice, and nothing left out.
 */
#include "app/recall.h"

#include "app/ascii.h"
#include "app/clock.h"
#include "app/language.h"
#include "app/shell.h"
#include "base/err.h"
#include "base/mem.h"
#include "store/search.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 500, LIMIT = 50 };

struct page {
	int64_t first, last; /* both in it */
};

struct recall {
	struct db *db;
	struct model *model;
	struct query query;
	enum export_format format;
	bool ascii;
	size_t left;        /* how many more are wanted */
	struct page *pages; /* newest first */
	size_t page_count, page_cap;
	char *error;
	bool misused; /* it is the command line that is wrong */
};

static int
find_contact(struct recall *r, const char *name)
{
	const struct peer *p;
	int err;

	if (name == NULL)
		return 0;
	r->query.has_conv = true;
	r->query.conv = (struct fp){ { 0 } };
	if (strcmp(name, "nearby") == 0)
		return 0;
	err = model_find_peer(r->model, name, &p);
	if (err == 0)
		r->query.conv = p->fp;
	else
		r->error =
		    err == ERR_AMBIGUOUS
			? xasprintf(say(language(),
					"\"%s\" could be more than one; write "
					"the fingerprint"),
			      name)
			: xasprintf(
			      say(language(),
				  "no contact is called \"%s\"; without a name, all "
				  "are shown"),
			      name);
	return err;
}

static int
set_day(struct recall *r, const char *word, struct query_day *ret_day)
{
	if (word == NULL || query_parse_day(word, strlen(word),
				search_day(clock_read().wall_ms), ret_day))
		return 0;
	r->error = xasprintf(
	    say(language(), "\"%s\" is no day; write it as 2026-11-01, today, "
			    "yesterday or monday"),
	    word);
	return ERR_FORMAT;
}

/* What is on the command line goes before what is in the words. */
static int
make_query(struct recall *r, const struct options *o)
{
	size_t at;
	int err =
	    query_parse(r->model, NULL, o->search == NULL ? "" : o->search,
		search_day(clock_read().wall_ms), &r->query, &r->error, &at);

	if (err < 0 ||
	    (err = find_contact(r, o->word_count > 0 ? o->words[0] : NULL)) <
		0 ||
	    (err = set_day(r, o->since, &r->query.since)) < 0 ||
	    (err = set_day(r, o->until, &r->query.until)) < 0) {
		r->misused = err == ERR_FORMAT || err == ERR_LIMIT;
		return err;
	}
	r->format = o->json ? EXPORT_JSON : EXPORT_TEXT;
	r->left = o->limit != 0       ? o->limit
		  : o->search != NULL ? SIZE_MAX
				      : LIMIT;
	return 0;
}

static int
open_history(struct recall *r, const struct options *o, struct home *ret_home)
{
	struct saved saved;
	int err = shell_open_home(ret_home, o->home, &r->error);

	if (err < 0)
		return err;
	if ((err = db_open_reader(&r->db, ret_home, &r->error)) == 0 &&
	    (err = db_load(r->db, &saved, &r->error)) == 0) {
		r->model = saved_model(&saved);
		saved_clear(&saved);
	}
	if (err < 0)
		home_close(ret_home);
	return err;
}

static void
print_page(struct recall *r, const struct findings *f)
{
	for (size_t i = f->count; i > 0; i--) {
		char *line =
		    found_line(&f->items[i - 1], r->format, !r->query.has_conv);
		if (r->ascii)
			ascii_make(line);
		puts(line);
		free(line);
	}
}

/* Before row, the newest of what is wanted. */
static int
find_page(struct recall *r, int64_t row, struct findings *ret)
{
	size_t count = r->left < PAGE ? r->left : PAGE;
	int err = db_search(r->db, &r->query, row, count, ret, &r->error);

	if (err == 0)
		r->left = ret->more ? r->left - ret->count : 0;
	return err;
}

static void
remember_page(struct recall *r, const struct findings *f)
{
	r->pages =
	    xgrow(r->pages, r->page_count, &r->page_cap, sizeof(*r->pages));
	r->pages[r->page_count++] = (struct page){
		.first = f->items[f->count - 1].message.row,
		.last = f->items[0].message.row,
	};
}

/* Finds the pages; the last one, the oldest, is printed. */
static int
find_pages(struct recall *r)
{
	struct findings f;
	int err = find_page(r, INT64_MAX, &f);

	while (err == 0 && r->left > 0) {
		remember_page(r, &f);
		findings_clear(&f);
		err = find_page(r, r->pages[r->page_count - 1].first, &f);
	}
	if (err < 0)
		return err;
	print_page(r, &f);
	findings_clear(&f);
	return 0;
}

static int
print_again(struct recall *r, const struct page *p)
{
	struct findings f;

	r->query.first_row = p->first;
	int err =
	    db_search(r->db, &r->query, p->last + 1, SIZE_MAX, &f, &r->error);
	if (err < 0)
		return err;
	print_page(r, &f);
	findings_clear(&f);
	return 0;
}

static int
print_all(struct recall *r)
{
	int err = find_pages(r);

	while (err == 0 && r->page_count > 0)
		err = print_again(r, &r->pages[--r->page_count]);
	if (err == 0 && (fflush(stdout) != 0 || ferror(stdout) != 0)) {
		r->error = xasprintf(
		    say(language(), "cannot write what was found: %s"),
		    strerror(errno));
		err = ERR_SYS;
	}
	return err;
}

int
recall_run(const struct options *o, char **ret_error)
{
	struct recall r = { .ascii = ascii_is_needed() };
	struct home home;
	int err = open_history(&r, o, &home);

	if (err == 0) {
		err = make_query(&r, o);
		if (err == 0)
			err = print_all(&r);
		query_clear(&r.query);
		saved_model_free(r.model);
		db_close(r.db);
		home_close(&home);
	}
	free(r.pages);
	*ret_error = r.error;
	return err == 0 ? EXIT_DONE : r.misused ? EXIT_USAGE : EXIT_FAILED;
}
