/* SPDX-License-Identifier: MIT */
/*
 * Statements, transactions, failures.
 *
 * A failure inside a transaction is kept and makes all that follows do nothing
 * until db_commit undoes the whole: half of a turn is never stored.
 */
#include "store/db.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/db_state.h"
#include "store/sentence.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t mib_bytes = 1024 * 1024;

void
db_keep_failure(struct db *db, int code)
{
	/* Exhaustion of memory is the end, as everywhere. */
	if ((code & 0xff) == SQLITE_NOMEM)
		abort();
	if (db->failed != 0)
		return;
	db->failed = code;
	db->failed_errno = db->sql == NULL ? 0 : sqlite3_system_errno(db->sql);
}

int
db_take_failure(struct db *db)
{
	int code = db->failed;

	db->failed = 0;
	return code;
}

sqlite3_stmt *
db_statement(struct db *db, enum db_sql which)
{
	sqlite3_stmt **s = &db->statements[which];

	if (db->failed != 0)
		return NULL;
	if (*s != NULL)
		return *s;
	int code = sqlite3_prepare_v3(db->sql, db_sql_text(which), -1,
	    SQLITE_PREPARE_PERSISTENT, s, NULL);
	if (code != SQLITE_OK)
		db_keep_failure(db, code);
	return *s;
}

void
db_reset(sqlite3_stmt *s)
{
	sqlite3_reset(s);
}

bool
db_row(struct db *db, sqlite3_stmt *s)
{
	if (s == NULL || db->failed != 0) {
		sqlite3_reset(s);
		return false;
	}
	int code = sqlite3_step(s);
	if (code == SQLITE_ROW)
		return true;
	if (code != SQLITE_DONE)
		db_keep_failure(db, code);
	sqlite3_reset(s);
	return false;
}

bool
db_run(struct db *db, sqlite3_stmt *s)
{
	while (db_row(db, s))
		;
	return s != NULL && db->failed == 0;
}

bool
db_exec(struct db *db, const char *text)
{
	if (db->failed != 0)
		return false;
	int code = sqlite3_exec(db->sql, text, NULL, NULL, NULL);
	if (code != SQLITE_OK)
		db_keep_failure(db, code);
	return code == SQLITE_OK;
}

bool
db_begin(struct db *db)
{
	/* What opening has read will be wrong. */
	saved_clear(&db->saved);
	db->has_saved = false;
	return db_run(db, db_statement(db, SQL_BEGIN));
}

/* Leaves the failure as it is. */
static void
undo(struct db *db)
{
	int code = db_take_failure(db), error = db->failed_errno;

	/* SQLite may have undone by itself. */
	if (!sqlite3_get_autocommit(db->sql))
		db_run(db, db_statement(db, SQL_ROLLBACK));
	db_take_failure(db);
	db_read_marks(db);
	db_take_failure(db);
	db->failed = code;
	db->failed_errno = error;
}

bool
db_end(struct db *db)
{
	if (db_run(db, db_statement(db, SQL_COMMIT)))
		return true;
	undo(db);
	return false;
}

bool
db_is_dirty(const struct db *db)
{
	return db->is_dirty;
}

int
db_commit(struct db *db, char **ret_error)
{
	int err = 0;

	if (!db->is_dirty)
		return 0;
	/* Who makes room by forgetting is not held up. */
	bool refuse = db->failed == 0 && db->grows && !db->forgets &&
		      !db_has_room(db, db->cfg.free_floor_mib * mib_bytes);
	db->is_dirty = db->grows = db->forgets = false;
	if (refuse) {
		undo(db);
		return fail(ret_error, ERR_LIMIT,
		    "less than %u MiB are free where %s is; make room on that "
		    "disk",
		    (unsigned)db->cfg.free_floor_mib, db->path);
	}
	db_put_sent(db);
	if (db->failed != 0)
		undo(db);
	else if (db_end(db)) {
		db->commits++;
		return 0;
	}
	db_note_damage(db, db->failed);
	if (db->words_broken)
		err = fail(ret_error, ERR_FORMAT,
		    "the search index in %s was damaged and is made anew, "
		    "then it is tried again",
		    db->path);
	else
		err = db_fail(db, db->failed, "", ret_error);
	db_take_failure(db);
	return err;
}

void
db_bind_int(sqlite3_stmt *s, int at, int64_t value)
{
	sqlite3_bind_int64(s, at, value);
}

void
db_bind_blob(sqlite3_stmt *s, int at, const void *p, size_t n)
{
	/* Without a pointer it would be NULL, which is something else. */
	if (n == 0)
		sqlite3_bind_zeroblob(s, at, 0);
	else
		sqlite3_bind_blob64(s, at, p, n, SQLITE_STATIC);
}

void
db_bind_text(sqlite3_stmt *s, int at, const char *text, size_t n)
{
	sqlite3_bind_text64(s, at, text, n, SQLITE_STATIC, SQLITE_UTF8);
}

int64_t
db_seq_in(uint64_t seq)
{
	return (int64_t)(seq ^ UINT64_C(1) << 63);
}

uint64_t
db_seq_out(int64_t value)
{
	return (uint64_t)value ^ UINT64_C(1) << 63;
}

bool
db_column_bytes(sqlite3_stmt *s, int at, void *out, size_t n)
{
	const void *p = sqlite3_column_blob(s, at);

	if (p == NULL || (size_t)sqlite3_column_bytes(s, at) != n)
		return false;
	memcpy(out, p, n);
	return true;
}

char *
db_column_text(sqlite3_stmt *s, int at, size_t *ret_size)
{
	const char *text = (const char *)sqlite3_column_text(s, at);
	size_t n = (size_t)sqlite3_column_bytes(s, at);

	if (ret_size != NULL)
		*ret_size = text == NULL ? 0 : n;
	return text == NULL ? xstrdup("") : xstrndup(text, n);
}

char *
db_column_brief(sqlite3_stmt *s, int at, size_t max)
{
	const char *text = (const char *)sqlite3_column_text(s, at);
	size_t n = (size_t)sqlite3_column_bytes(s, at);

	return text == NULL ? NULL : xstrndup(text, n < max ? n : max);
}

int64_t
db_mark(struct db *db, const char *name, int64_t otherwise)
{
	sqlite3_stmt *s = db_statement(db, SQL_MARK_GET);

	db_bind_text(s, 1, name, strlen(name));
	if (!db_row(db, s))
		return otherwise;
	int64_t value = sqlite3_column_int64(s, 0);
	db_reset(s);
	return value;
}

bool
db_set_mark(struct db *db, const char *name, int64_t value)
{
	sqlite3_stmt *s = db_statement(db, SQL_MARK_SET);

	db_bind_text(s, 1, name, strlen(name));
	db_bind_int(s, 2, value);
	return db_run(db, s);
}

bool
db_read_marks(struct db *db)
{
	sqlite3_stmt *s = db_statement(db, SQL_MESSAGE_NEWEST);

	if (db_row(db, s)) {
		db->newest_row = sqlite3_column_int64(s, 0);
		db_reset(s);
	}
	db->indexed_row = db_mark(db, "indexed_row", 0);
	db->purges = db_mark(db, "purge", 0) != 0;
	db->has_orphans = db_mark(db, "orphans", 0) != 0;
	db->merges = false;
	db->sent_seq = 0;
	return db_read_unbooked(db);
}
