/* SPDX-License-Identifier: MIT */
/*
 * How long it takes to find something in a long history.
 *
 *   find HOME
 *
 * prints a line for each kind of search: its name, how many searches, the
 * median and the worst of them in microseconds. Each is done several times and
 * counts with its median, so that who is worst is a search, and not the moment
 * when something else ran. The last line is the ranking of all that has the
 * most frequent word, in the same table.
 */
#include "base/mem.h"
#include "history.h"
#include "store/db_state.h"
#include "store/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REPEATS = 7, KIND_MAX = 1024, ALL_RANKS = 15 };

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int
by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int64_t
median(int64_t *values, size_t count)
{
	qsort(values, count, sizeof(*values), by_value);
	return values[count / 2];
}

struct kind {
	const char *name;
	int64_t values[KIND_MAX];
	size_t count;
};

static void
fail(const char *what)
{
	fprintf(stderr, "find: %s\n", what);
	exit(EXIT_FAILURE);
}

static void
search(struct db *db, struct kind *k, const struct query *q, int64_t row)
{
	int64_t took[REPEATS];

	for (int i = 0; i < REPEATS; i++) {
		struct findings f;
		char *error;
		int64_t begin = now_us();
		if (db_search(db, q, row, SEARCH_PAGE, &f, &error) < 0)
			fail(error);
		took[i] = now_us() - begin;
		findings_clear(&f);
	}
	if (k->count == KIND_MAX)
		fail("too many of a kind");
	k->values[k->count++] = median(took, REPEATS);
}

static void
show(struct kind *k)
{
	int64_t middle = median(k->values, k->count);

	printf("%s %zu %ld %ld\n", k->name, k->count, (long)middle,
	    (long)k->values[k->count - 1]);
}

/* Of the most frequent, each; of the others fewer and fewer. */
static unsigned
next_rank(unsigned rank)
{
	return rank < 2 * ALL_RANKS ? rank + 1 : rank + rank / ALL_RANKS;
}

/* Words of every rank, with what the query asks else. */
static void
search_words(
    struct db *db, struct kind *k, struct query q, unsigned ranks, int64_t row)
{
	for (unsigned rank = 0; rank < ranks; rank = next_rank(rank)) {
		char word[HISTORY_WORD_SIZE];
		history_word(rank, word);
		q.terms[0] = (struct query_term){ .text = word };
		q.term_count = 1;
		search(db, k, &q, row);
	}
}

static void
search_kind(
    struct db *db, const char *name, struct query q, unsigned ranks, bool old)
{
	struct kind k = { .name = name };

	search_words(db, &k, q, ranks, old ? HISTORY_OLD : INT64_MAX);
	show(&k);
}

static void
search_people(struct db *db, const char *name, bool by_author)
{
	static const unsigned people[] = { 1, 5, 15, 30, 59 };
	struct kind k = { .name = name };

	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		struct query q = { .has_conv = !by_author,
			.conv = history_fp(people[i]),
			.has_author = by_author,
			.author = history_fp(people[i]) };
		search_words(db, &k, q, HISTORY_WORDS, INT64_MAX);
	}
	show(&k);
}

static void
search_all(struct db *db)
{
	struct query any = { .term_count = 0 };
	struct query rare = { .has_conv = true,
		.conv = history_fp(HISTORY_RARE) };
	struct query me = { .has_author = true, .author_is_me = true };
	struct query link = { .has_link = true };

	search_kind(db, "word", any, HISTORY_WORDS, false);
	search_kind(db, "frequent", any, 1, false);
	search_kind(db, "older", any, HISTORY_WORDS, true);
	search_kind(db, "rare", rare, HISTORY_WORDS, false);
	search_people(db, "conversation", false);
	search_people(db, "author", true);
	search_kind(db, "me", me, HISTORY_WORDS, false);
	search_kind(db, "link", link, HISTORY_WORDS, false);
}

static void
rank_all(struct db *db)
{
	struct kind k = { .name = "bm25" };
	char word[HISTORY_WORD_SIZE];
	sqlite3_stmt *s;

	history_word(0, word);
	if (sqlite3_prepare_v2(db->sql,
		"SELECT rowid FROM words WHERE words MATCH ?1"
		" ORDER BY rank LIMIT 20",
		-1, &s, NULL) != SQLITE_OK)
		fail(sqlite3_errmsg(db->sql));
	sqlite3_bind_text(s, 1, word, -1, SQLITE_STATIC);
	for (int i = 0; i < 3; i++) {
		int64_t begin = now_us();
		while (sqlite3_step(s) == SQLITE_ROW)
			;
		k.values[k.count++] = now_us() - begin;
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
	show(&k);
}

int
main(int argc, char **argv)
{
	struct home home;
	struct db *db;
	char *error;

	if (argc != 2)
		fail("find HOME");
	if (home_open(&home, argv[1], &error) != 0 ||
	    db_open_reader(&db, &home, &error) != 0)
		fail(error);
	search_all(db);
	rank_all(db);
	db_close(db);
	home_close(&home);
	return EXIT_SUCCESS;
}
