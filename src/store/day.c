/* SPDX-License-Identifier: MIT */
/*
 * A clock may have been wrong for a while, so that what arrived then must not
 * lead astray who halves the rows: several in a row are asked each time, and
 * most of them count.
 */
#include "store/day.h"

#include "store/search.h"

#include <time.h>

enum { WITNESSES = 9, MS_PER_S = 1000 };

static int64_t
begin_ms(struct query_day day, int later)
{
	struct tm tm = { .tm_year = day.year - 1900,
		.tm_mon = day.month - 1,
		.tm_mday = day.day + later,
		.tm_isdst = -1 };

	return (int64_t)mktime(&tm) * MS_PER_S;
}

int64_t
day_begin_ms(struct query_day day)
{
	return begin_ms(day, 0);
}

int64_t
day_end_ms(struct query_day day)
{
	return begin_ms(day, 1);
}

struct query_day
search_day(int64_t wall_ms)
{
	time_t t = (time_t)(wall_ms / MS_PER_S);
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		return (struct query_day){ 1970, 1, 1 };
	return (
	    struct query_day){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday };
}

#define IN_CONV(which) \
	"SELECT m.arrived_ms, m.row FROM message m WHERE m.conv = ?3" \
	" AND m.row >= ?1 AND " which

static int
prepare(struct db *db, int64_t conv, sqlite3_stmt **ret_s)
{
	return sqlite3_prepare_v2(db->sql,
	    conv == 0 ? "SELECT arrived_ms FROM message WHERE row >= ?1"
			" ORDER BY row LIMIT ?2"
		      : IN_CONV(DB_BOOKED) " UNION ALL " IN_CONV(
			    DB_UNBOOKED) " ORDER BY 2 LIMIT ?2",
	    -1, ret_s, NULL);
}

/* 1, 0, or the negative of what went wrong. */
static int
is_at_or_after(sqlite3_stmt *s, int64_t row, int64_t ms)
{
	int code, yes = 0, all = 0;

	db_bind_int(s, 1, row);
	while ((code = sqlite3_step(s)) == SQLITE_ROW) {
		yes += sqlite3_column_int64(s, 0) >= ms;
		all++;
	}
	sqlite3_reset(s);
	return code == SQLITE_DONE ? all == 0 || 2 * yes > all : -code;
}

static int
ends(struct db *db, int64_t *ret_first, int64_t *ret_last)
{
	sqlite3_stmt *s;
	int code = sqlite3_prepare_v2(db->sql,
	    "SELECT (SELECT min(row) FROM message),"
	    " (SELECT max(row) FROM message)",
	    -1, &s, NULL);

	if (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
		*ret_first = sqlite3_column_int64(s, 0);
		*ret_last = sqlite3_column_int64(s, 1) + 1;
		code = SQLITE_OK;
	}
	sqlite3_finalize(s);
	return code;
}

int
day_row(struct db *db, int64_t conv, int64_t ms, int64_t *ret_row)
{
	int64_t first = 0, last = 0;
	sqlite3_stmt *s = NULL;
	int code = ends(db, &first, &last);

	if (code == SQLITE_OK)
		code = prepare(db, conv, &s);
	if (code != SQLITE_OK)
		return code;
	db_bind_int(s, 2, WITNESSES);
	if (conv != 0)
		db_bind_int(s, 3, conv);
	while (first < last && code == SQLITE_OK) {
		int64_t middle = first + (last - first) / 2;
		int after = is_at_or_after(s, middle, ms);
		if (after < 0)
			code = -after;
		else if (after)
			last = middle;
		else
			first = middle + 1;
	}
	sqlite3_finalize(s);
	*ret_row = first;
	return code;
}
