/* SPDX-License-Identifier: MIT */
/*
 * The index is walked from the newest row down and left as soon as the page is
 * full, so a frequent word costs no more than a rare one; ranking would read
 * all of it first. Conversation and author are words of the index, too, and the
 * walk jumps from one row that has both to the next.
 *
 * Nothing is written to the database: a reader could not, and a full disk must
 * not end a search. Messages that are not in the index yet, the newest, go
 * into one in memory, piece by piece, and are found there by the same rules.
 */
#include "store/search.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/day.h"
#include "store/db_state.h"
#include "store/match.h"
#include "store/names.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 500 }; /* of what is not in the index */

/* ?1 what, ?2 and ?3 the first row and the one behind the last, ?4 and ?5 the
 * same of the time. */
#define COLUMNS "SELECT v.fp, " DB_MESSAGE_COLUMNS " FROM "
#define REST \
	" AND m.arrived_ms >= ?4 AND m.arrived_ms < ?5 AND m.revised <> 2" \
	" AND v.fp NOT NULL"
#define FOUND_BY(index) \
	COLUMNS index " w CROSS JOIN message m ON m.row = w.rowid" \
		      " CROSS JOIN conv v ON v.id = m.conv WHERE w." index \
		      " MATCH ?1 AND w.rowid >= ?2 AND w.rowid < ?3" REST \
		      " ORDER BY w.rowid DESC"
#define LISTED_BY(what) \
	COLUMNS "message m CROSS JOIN conv v ON v.id = m.conv WHERE " what \
		" = ?1 AND m.row >= ?2 AND m.row < ?3" REST

static const char sql_words[] = FOUND_BY("words");
static const char sql_fresh[] = FOUND_BY("fresh");
/* Column 2 is the row. */
static const char sql_conv[] =
    LISTED_BY(DB_BOOKED " AND m.conv") " UNION ALL " LISTED_BY(
	DB_UNBOOKED " AND m.conv") " ORDER BY 2 DESC";
static const char sql_all[] = LISTED_BY("0") " ORDER BY m.row DESC";

struct search {
	struct db *db;
	const struct query *q;
	size_t count;
	int64_t conv;                /* 0: in all */
	int64_t from_ms, to_ms;      /* [from, to) */
	int64_t first_row, last_row; /* [first, last) */
	char *match;                 /* NULL: by time only */
	struct names names;
	struct findings found;
	size_t cap;
	int code; /* the first failure */
};

static void
keep_code(struct search *s, int code)
{
	if (s->code == SQLITE_OK)
		s->code = code;
}

static void
run(struct search *s, const char *text)
{
	if (s->code == SQLITE_OK)
		keep_code(s, sqlite3_exec(s->db->sql, text, NULL, NULL, NULL));
}

/* NULL after a failure. */
static sqlite3_stmt *
prepare(struct search *s, const char *text)
{
	sqlite3_stmt *stmt = NULL;

	if (s->code == SQLITE_OK)
		keep_code(
		    s, sqlite3_prepare_v2(s->db->sql, text, -1, &stmt, NULL));
	return stmt;
}

static bool
step(struct search *s, sqlite3_stmt *stmt)
{
	if (stmt == NULL || s->code != SQLITE_OK)
		return false;
	int code = sqlite3_step(stmt);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		keep_code(s, code);
	return code == SQLITE_ROW;
}

/* One number, 0 where there is none; binds the two. */
static int64_t
ask(struct search *s, const char *text, int64_t a, int64_t b)
{
	sqlite3_stmt *stmt = prepare(s, text);
	int64_t value = 0;

	db_bind_int(stmt, 1, a);
	db_bind_int(stmt, 2, b);
	if (step(s, stmt))
		value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

static int64_t
conv_number(struct search *s, const struct fp *fp)
{
	sqlite3_stmt *stmt = prepare(s, "SELECT id FROM conv WHERE fp = ?1");
	int64_t id = 0;

	db_bind_blob(stmt, 1, fp->b, FP_SIZE);
	if (step(s, stmt))
		id = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return id;
}

static bool
is_full(const struct search *s)
{
	return s->found.more || s->code != SQLITE_OK;
}

/* The index finds a little more (match.h). */
static bool
is_by_author(const struct search *s, const struct message *m)
{
	return !s->q->has_author || s->q->author_is_me ||
	       fp_equal(&m->from, &s->q->author);
}

static void
take(struct search *s, sqlite3_stmt *stmt)
{
	struct found f;

	db_read_message(stmt, 1, &f.message);
	if (!is_by_author(s, &f.message) || s->found.count == s->count) {
		s->found.more = is_by_author(s, &f.message);
		free(f.message.text);
		free(f.message.reason);
		return;
	}
	keep_code(s, db_get_file(s->db, &f.message));
	db_column_bytes(stmt, 0, f.conv.b, FP_SIZE);
	bool nearby = fp_is_zero(&f.conv);
	f.name = xstrdup(
	    nearby && f.message.mine
		? "nearby"
		: names_find(&s->names, nearby ? &f.message.from : &f.conv));
	s->found.items = xgrow(
	    s->found.items, s->found.count, &s->cap, sizeof(*s->found.items));
	s->found.items[s->found.count++] = f;
}

/* what: an expression, or a conversation by number. */
static void
look(struct search *s, const char *text)
{
	sqlite3_stmt *stmt = prepare(s, text);

	if (s->match != NULL)
		db_bind_text(stmt, 1, s->match, strlen(s->match));
	else
		db_bind_int(stmt, 1, s->conv);
	db_bind_int(stmt, 2, s->first_row);
	db_bind_int(stmt, 3, s->last_row);
	db_bind_int(stmt, 4, s->from_ms);
	db_bind_int(stmt, 5, s->to_ms);
	while (!is_full(s) && step(s, stmt))
		take(s, stmt);
	sqlite3_finalize(stmt);
}

/* An index like that of the database, whatever its rules are. */
static void
make_fresh(struct search *s)
{
	sqlite3_stmt *stmt = prepare(
	    s, "SELECT sql FROM main.sqlite_schema WHERE name = 'words'");
	char *sql = NULL;

	if (step(s, stmt))
		sql = db_column_text(stmt, 0, NULL);
	sqlite3_finalize(stmt);
	const char *how = sql == NULL ? NULL : strstr(sql, "USING ");
	char *text = xasprintf("CREATE VIRTUAL TABLE temp.fresh %s",
	    how == NULL ? "USING fts5(text, tags)" : how);
	run(s, text);
	free(text);
	free(sql);
}

static void
index_piece(struct search *s, int64_t first, int64_t last)
{
	sqlite3_stmt *from = prepare(s, db_sql_text(SQL_MESSAGE_UNINDEXED));
	sqlite3_stmt *to =
	    prepare(s, "INSERT INTO fresh (rowid, text, tags) VALUES"
		       " (?1, ?2, ?3)");

	db_bind_int(from, 1, first - 1);
	db_bind_int(from, 2, PIECE);
	while (step(s, from)) {
		struct db_message m;
		char tags[DB_TAGS_SIZE];
		size_t size;
		db_read_stored(from, &m);
		if (m.row < last) {
			char *words = db_words_of(m.text, m.size, &size);
			db_bind_int(to, 1, m.row);
			db_bind_text(to, 2, words, size);
			db_bind_text(to, 3, tags, db_tags_of(&m, tags));
			step(s, to);
			sqlite3_reset(to);
			free(words);
		}
		db_message_clear(&m);
	}
	sqlite3_finalize(from);
	sqlite3_finalize(to);
}

/* Newest piece first. */
static void
look_at_fresh(struct search *s, int64_t indexed_row)
{
	int64_t last = s->last_row, before = indexed_row;
	bool made = false;

	if (s->first_row > before)
		before = s->first_row - 1;
	while (!is_full(s)) {
		int64_t first = ask(s,
		    "SELECT min(row) FROM (SELECT row FROM message WHERE"
		    " row > ?1 AND row < ?2 ORDER BY row DESC LIMIT 500)",
		    before, last);
		if (first == 0)
			break;
		if (made)
			run(s, "INSERT INTO fresh (fresh) VALUES"
			       " ('delete-all')");
		else
			make_fresh(s);
		made = true;
		index_piece(s, first, last);
		look(s, sql_fresh);
		last = first;
	}
	if (made)
		sqlite3_exec(
		    s->db->sql, "DROP TABLE temp.fresh", NULL, NULL, NULL);
}

/* False: nothing can be found. */
static bool
set_bounds(struct search *s, int64_t row)
{
	const struct query *q = s->q;

	s->last_row = row;
	s->first_row = q->first_row;
	s->from_ms = INT64_MIN;
	s->to_ms = INT64_MAX;
	if (q->has_conv && (s->conv = conv_number(s, &q->conv)) == 0)
		return false;
	int64_t first = 0, last = 0;
	if (q->since.year != 0) {
		s->from_ms = day_begin_ms(q->since);
		keep_code(s, day_row(s->db, 0, s->from_ms, &first));
		if (first - DAY_BEYOND > s->first_row)
			s->first_row = first - DAY_BEYOND;
	}
	if (q->until.year != 0) {
		s->to_ms = day_end_ms(q->until);
		keep_code(s, day_row(s->db, 0, s->to_ms, &last));
		if (last + DAY_BEYOND < s->last_row)
			s->last_row = last + DAY_BEYOND;
	}
	return s->code == SQLITE_OK;
}

static void
find(struct search *s, int64_t row)
{
	const struct query *q = s->q;

	if (!set_bounds(s, row))
		return;
	struct match_tags tags = { .conv = s->conv };
	if (q->has_author && !q->author_is_me)
		tags.author_conv = conv_number(s, &q->author);
	s->match = match_text(q, &tags);
	if (s->match == NULL) {
		look(s, q->has_conv ? sql_conv : sql_all);
		return;
	}
	look_at_fresh(s,
	    ask(s, "SELECT value FROM mark WHERE name = 'indexed_row'", 0, 0));
	if (!is_full(s))
		look(s, sql_words);
}

int
db_search(struct db *db, const struct query *q, int64_t row, size_t count,
    struct findings *ret_findings, char **ret_error)
{
	struct search s = { .db = db, .q = q, .count = count };
	/* What a writer does meanwhile is not seen by half. */
	bool begins = sqlite3_get_autocommit(db->sql) != 0;

	if (begins)
		run(&s, "BEGIN");
	keep_code(&s, names_load(db, &s.names));
	find(&s, row);
	if (begins)
		sqlite3_exec(db->sql, "COMMIT", NULL, NULL, NULL);
	names_clear(&s.names);
	free(s.match);
	if (s.code != SQLITE_OK) {
		findings_clear(&s.found);
		return db_fail_reading(db, s.code, ret_error);
	}
	*ret_findings = s.found;
	return 0;
}

void
findings_clear(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->items[i].message.text);
		free(f->items[i].message.reason);
		transfer_free(f->items[i].message.file);
		free(f->items[i].name);
	}
	free(f->items);
	*f = (struct findings){ 0 };
}

#define FIRST(which) \
	"SELECT m.row FROM message m WHERE m.conv = ?1 AND m.row >= ?2" \
	" AND m.arrived_ms >= ?3 AND " which

int64_t
db_row_of_day(struct db *db, const struct fp *conv, struct query_day day)
{
	struct query q = { .has_conv = true, .conv = *conv };
	struct search s = { .db = db, .q = &q };
	int64_t ms = day_begin_ms(day), first, row = 0;
	int64_t number = conv_number(&s, conv);

	if (number == 0 || day_row(db, number, ms, &first) != SQLITE_OK)
		return 0;
	sqlite3_stmt *stmt =
	    prepare(&s, FIRST(DB_BOOKED) " UNION ALL " FIRST(
			    DB_UNBOOKED) " ORDER BY 1 LIMIT 1");
	db_bind_int(stmt, 1, number);
	db_bind_int(stmt, 2, first - DAY_BEYOND);
	db_bind_int(stmt, 3, ms);
	if (step(&s, stmt))
		row = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return row;
}
