/* SPDX-License-Identifier: MIT */
/* No line that is understood makes an expression that FTS5 refuses. */
#include "core/query.h"
#include "base/mem.h"
#include "fuzz.h"
#include "store/match.h"

#include <sqlite3.h>

static const char table[] = "CREATE VIRTUAL TABLE w USING fts5(text, tags,"
			    " content='', tokenize=\"unicode61 categories"
			    " 'L* N* Co So'\")";

static void
match(const struct query *q)
{
	static sqlite3 *sql;
	static sqlite3_stmt *s;
	char *text = match_text(q, &(struct match_tags){ 12, 34 });

	if (sql == NULL) {
		check(sqlite3_open(":memory:", &sql) == SQLITE_OK);
		check(sqlite3_exec(sql, table, 0, 0, 0) == SQLITE_OK);
		check(sqlite3_prepare_v2(sql, "SELECT 1 FROM w WHERE w MATCH ?",
			  -1, &s, NULL) == SQLITE_OK);
	}
	sqlite3_bind_text(s, 1, text, -1, SQLITE_STATIC);
	check(text == NULL || sqlite3_step(s) == SQLITE_DONE);
	sqlite3_reset(s);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model m = { .revision = 0 };
	struct query_day today = { 2026, 11, 21 };
	struct query q;
	char *line = xstrndup((const char *)data, size), *error = NULL;
	size_t at;

	if (query_parse(&m, NULL, line, today, &q, &error, &at) == 0) {
		match(&q);
		query_clear(&q);
	}
	free(error);
	free(line);
	return 0;
}
