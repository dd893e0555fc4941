/* SPDX-License-Identifier: MIT */
/*
 * The database file: opening, transactions, failures.
 *
 * A failure inside a transaction is kept and makes all that follows do nothing
 * until db_commit undoes the whole: half of a turn is never stored.
 *
 * The write-ahead log is put into the database while nobody waits
 * (db_maintain.c), and in a commit only when it has grown too long.
 */
#include "store/db.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/db_state.h"
#include "store/sentence.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
	BUSY_MS = 100,
	WAL_PAGES_MAX = 4000,
	MIB = 1024 * 1024,
};

/* Vacuum before the journal: it can be chosen only for an empty file. */
static const char writer_pragmas[] = "PRAGMA auto_vacuum = INCREMENTAL;"
				     "PRAGMA journal_mode = WAL;"
				     "PRAGMA journal_size_limit = 4194304;"
				     "PRAGMA synchronous = FULL;"
				     "PRAGMA secure_delete = ON;"
				     "PRAGMA foreign_keys = ON;";
static const char pragmas[] = "PRAGMA temp_store = MEMORY;"
			      "PRAGMA cache_size = -1000;"
			      "PRAGMA trusted_schema = OFF;";

static int
note_wal(void *context, sqlite3 *sql, const char *name, int pages)
{
	struct db *db = context;

	db->wal_pages = pages;
	/* Failing here must not fail what is committed. */
	if (pages >= WAL_PAGES_MAX)
		sqlite3_wal_checkpoint_v2(
		    sql, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	return SQLITE_OK;
}

static struct db *
db_new(const char *dir, bool is_reader, const struct db_cfg *cfg)
{
	struct db *db = xcalloc(1, sizeof(*db));

	db->dir = xstrdup(dir);
	db->path = home_path(dir, "earshot.db");
	db->is_reader = is_reader;
	if (cfg != NULL)
		db->cfg = *cfg;
	return db;
}

static void
close_file(struct db *db)
{
	for (int i = 0; i < SQL_COUNT; i++) {
		sqlite3_finalize(db->statements[i]);
		db->statements[i] = NULL;
	}
	sqlite3_close(db->sql);
	db->sql = NULL;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	if (db->sql != NULL && !db->is_reader)
		db_finish_forgetting(db);
	close_file(db);
	saved_clear(&db->saved);
	free(db->path);
	free(db->dir);
	free(db);
}

static int
check_file(const char *path, char **ret_error)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT
			   ? ERR_NOT_FOUND
			   : fail(ret_error, ERR_SYS,
				 "cannot look at %s: %s; use another home "
				 "with --home DIR",
				 path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(ret_error, ERR_FORMAT,
		    "%s is not a plain file; move it away", path);
	if (st.st_uid != geteuid())
		return fail(ret_error, ERR_PERMISSION,
		    "%s belongs to user %ld, not to you (%ld); use a home of "
		    "your own with --home DIR",
		    path, (long)st.st_uid, (long)geteuid());
	if ((st.st_mode & 077) != 0)
		return fail(ret_error, ERR_PERMISSION,
		    "%s is open to other users (mode %04o), and all you said "
		    "is in it; to close it: chmod 600 '%s'",
		    path, (unsigned)(st.st_mode & 07777), path);
	return 0;
}

/* SQLite gives its other files the mode of this one. */
static int
make_file(const char *path, char **ret_error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail(ret_error, ERR_SYS,
		    "cannot make %s: %s; use another home with --home DIR",
		    path, strerror(errno));
	close(fd);
	return 0;
}

/* Opens and brings up to date. A failure of SQLite is left in db->failed, with
 * ERR_SYS and no sentence. */
static int
open_file(struct db *db, char **ret_error)
{
	int mode = db->is_reader ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	int code = sqlite3_open_v2(
	    db->path, &db->sql, mode | SQLITE_OPEN_NOMUTEX, NULL);

	if (code != SQLITE_OK) {
		db_keep_failure(db, code);
		return ERR_SYS;
	}
	sqlite3_extended_result_codes(db->sql, 1);
	sqlite3_busy_timeout(db->sql, BUSY_MS);
	if (!db_exec(db, pragmas) ||
	    (!db->is_reader && !db_exec(db, writer_pragmas)))
		return ERR_SYS;
	if (!db->is_reader)
		sqlite3_wal_hook(db->sql, note_wal, db);
	int err = db_migrate(db, ret_error);
	if (err != 0)
		return err;
	db->has_saved = db_read_marks(db) && db_read_saved(db, &db->saved);
	return db->has_saved ? 0 : ERR_SYS;
}

int
db_open(struct db **ret_db, const struct home *h, const struct db_cfg *cfg,
    char **ret_notice)
{
	struct db *db = db_new(h->data_dir, false, cfg);
	char *error = NULL;
	int err = check_file(db->path, &error);

	if (err == ERR_NOT_FOUND)
		err = make_file(db->path, &error);
	if (err == 0)
		err = open_file(db, &error);
	if (err == 0)
		err = db_import_pins(db, h, &error);
	if (err != 0 && error == NULL)
		err = db_fail(
		    db, db->failed, "cannot open the history: ", &error);
	*ret_notice = error;
	if (err != 0) {
		db_close(db);
		return err;
	}
	/* What was on its way when we stopped goes again. */
	db_run(db, db_statement(db, SQL_OUTBOX_REQUEUE));
	db_take_failure(db);
	*ret_db = db;
	return 0;
}

int
db_open_reader(struct db **ret_db, const struct home *h, char **ret_error)
{
	struct db *db = db_new(h->data_dir, true, NULL);
	int err = check_file(db->path, ret_error);

	if (err == ERR_NOT_FOUND)
		fail(ret_error, err, "there is no history yet in %s", db->dir);
	if (err == 0) {
		char *error = NULL;
		err = open_file(db, &error);
		if (err != 0 && error == NULL)
			err = db_fail(db, db->failed,
			    "cannot read the history: ", &error);
		if (err != 0)
			*ret_error = error;
	}
	if (err != 0) {
		db_close(db);
		return err;
	}
	*ret_db = db;
	return 0;
}

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
	/* Before the first table there is nothing to be prepared, but this. */
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

static bool
is_below_floor(const struct db *db)
{
	struct statvfs st;

	if (db->cfg.free_floor_mib == 0 || statvfs(db->dir, &st) != 0)
		return false;
	return (uint64_t)st.f_bavail * st.f_frsize / MIB <
	       db->cfg.free_floor_mib;
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
	bool refuse =
	    db->failed == 0 && db->grows && !db->forgets && is_below_floor(db);
	db->is_dirty = db->grows = db->forgets = false;
	if (refuse) {
		undo(db);
		return fail(ret_error, ERR_LIMIT,
		    "less than %u MiB are free where %s is; make room on that "
		    "disk",
		    (unsigned)db->cfg.free_floor_mib, db->path);
	}
	if (db->failed != 0)
		undo(db);
	else if (db_end(db)) {
		db->commits++;
		return 0;
	}
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
	return db->failed == 0;
}
