/* SPDX-License-Identifier: MIT */
/*
 * The file of the database: who may read it, how SQLite is to treat it, and
 * what is done when it is damaged.
 *
 * The write-ahead log is put into the database while nobody waits
 * (db_maintain.c), and in a commit only when it has grown too long.
 */
#include "store/db.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/db_state.h"
#include "store/sentence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A reader can wait: who ends has the database for itself for as long as the
 * disk needs to take in the log. */
enum {
	READER_BUSY_MS = 10000,
	WAL_PAGES_MAX = 4000,
	/* Bytes that the next commits need. */
	ROOM_MIN = 64 * 1024,
};

static const char writer_pragmas[] = "PRAGMA journal_mode = WAL;"
				     "PRAGMA journal_size_limit = 4194304;"
				     "PRAGMA synchronous = FULL;"
				     "PRAGMA secure_delete = ON;"
				     "PRAGMA foreign_keys = ON;";
/* Nobody has said anything yet: the file is synced once, when it is whole. */
static const char maker_pragmas[] = "PRAGMA journal_mode = MEMORY;"
				    "PRAGMA synchronous = OFF;";
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

struct db *
db_new(const char *dir, const char *name, const struct db_cfg *cfg)
{
	struct db *db = xcalloc(1, sizeof(*db));

	db->dir = xstrdup(dir);
	db->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	db->path = home_path(dir, name);
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
	if (db->dir_fd >= 0)
		close(db->dir_fd);
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
int
db_make_file(const char *path, char **ret_error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail(ret_error, ERR_SYS,
		    "cannot make %s: %s; use another home with --home DIR",
		    path, strerror(errno));
	close(fd);
	return 0;
}

static bool
open_sql(struct db *db)
{
	/* Nobody else is in this process; both are refused, and not needed,
	 * where SQLite is in use already. */
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	int mode = db->is_reader ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	int code = sqlite3_open_v2(
	    db->path, &db->sql, mode | SQLITE_OPEN_NOMUTEX, NULL);

	if (code != SQLITE_OK) {
		db_keep_failure(db, code);
		return false;
	}
	sqlite3_extended_result_codes(db->sql, 1);
	sqlite3_busy_timeout(
	    db->sql, db->is_reader ? READER_BUSY_MS : DB_BUSY_MS);
	return db_exec(db, pragmas);
}

static bool
is_empty(const struct db *db)
{
	struct stat st;

	return stat(db->path, &st) == 0 && st.st_size == 0;
}

/* Vacuum before the journal: it can be chosen only for an empty file, and for
 * another it would be a commit at each start. */
static bool
prepare_to_write(struct db *db)
{
	/* SQLite opens what it may not write for reading. */
	if (sqlite3_db_readonly(db->sql, "main") == 1) {
		db_keep_failure(db, SQLITE_READONLY);
		return false;
	}
	if (is_empty(db) && !db_exec(db, "PRAGMA auto_vacuum = INCREMENTAL"))
		return false;
	return db_exec(db, writer_pragmas);
}

/* Opens and brings up to date. A failure of SQLite is left in db->failed, with
 * ERR_SYS and no sentence. */
int
db_open_file(struct db *db, char **ret_error)
{
	if (!open_sql(db) || (!db->is_reader && !prepare_to_write(db)))
		return ERR_SYS;
	if (!db->is_reader)
		sqlite3_wal_hook(db->sql, note_wal, db);
	int err = db_migrate(db, ret_error);
	if (err != 0)
		return err;
	db->has_saved = db_read_marks(db) && db_read_saved(db, &db->saved);
	return db->has_saved ? 0 : ERR_SYS;
}

static void
remove_with(const char *path, const char *suffix)
{
	char *name = xasprintf("%s%s", path, suffix);

	unlink(name);
	free(name);
}

static int
fill(struct db *fresh, char **ret_error)
{
	int err = db_make_file(fresh->path, ret_error);

	if (err == 0 && (!open_sql(fresh) || !db_exec(fresh, maker_pragmas)))
		err = ERR_SYS;
	if (err == 0)
		err = db_migrate(fresh, ret_error);
	if (err == 0 && !db_exec(fresh, "PRAGMA journal_mode = WAL"))
		err = ERR_SYS;
	return err;
}

static int
sync_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return ERR_SYS;
	int err = fdatasync(fd) == 0 ? 0 : ERR_SYS;
	close(fd);
	return err;
}

/*
 * A new database gets its name once it is whole, so that a crash leaves all of
 * it or nothing. Its directory is synced with the first commit: SQLite does
 * that when it has made the log. A log that somebody left there is of another
 * database.
 */
static int
make(struct db *db, char **ret_error)
{
	struct db *fresh = db_new(db->dir, "earshot.db.new", NULL);

	remove_with(fresh->path, "");
	remove_with(fresh->path, "-wal");
	remove_with(fresh->path, "-shm");
	remove_with(db->path, "-wal");
	remove_with(db->path, "-shm");
	int err = fill(fresh, ret_error);
	close_file(fresh);
	db->failed = fresh->failed;
	db->failed_errno = fresh->failed_errno;
	if (err == 0 &&
	    (sync_file(fresh->path) != 0 || rename(fresh->path, db->path) != 0))
		err = fail(ret_error, ERR_SYS,
		    "cannot make %s: %s; use another home with --home DIR",
		    db->path, strerror(errno));
	db_close(fresh);
	return err;
}

/* What was salvaged is already there, or is to be. */
static int
salvage(struct db *db, char **ret_notice)
{
	close_file(db);
	db_take_failure(db);
	int err = db_salvage(db, ret_notice);
	if (err != 0)
		return err;
	char *error = NULL;
	err = db_open_file(db, &error);
	if (err != 0) {
		free(*ret_notice);
		*ret_notice = error;
	}
	return err;
}

static int
open_or_salvage(struct db *db, char **ret_notice)
{
	db_finish_salvage(db);
	int err = check_file(db->path, ret_notice);
	if (err == ERR_NOT_FOUND)
		err = make(db, ret_notice);
	if (err != 0)
		return err;
	if (db_is_marked_damaged(db))
		return salvage(db, ret_notice);
	err = db_open_file(db, ret_notice);
	if (err != 0 && db_is_damage(db->failed) && *ret_notice == NULL)
		return salvage(db, ret_notice);
	return err;
}

/* One sentence, of two that came. */
static char *
join(char *first, char *second)
{
	if (first == NULL || second == NULL)
		return first == NULL ? second : first;
	char *both = xasprintf("%s; %s", first, second);
	free(first);
	free(second);
	return both;
}

int
db_open(struct db **ret_db, const struct home *h, const struct db_cfg *cfg,
    char **ret_notice)
{
	struct db *db = db_new(h->data_dir, "earshot.db", cfg);
	char *notice = NULL, *more = NULL, *full = NULL;
	int err = open_or_salvage(db, &notice);

	if (err == 0)
		err = db_import_pins(db, h, &more);
	if (err != 0 && notice == NULL && more == NULL)
		err = db_fail(
		    db, db->failed, N_("cannot open the history: "), &more);
	/* What is there can be read, and what comes is shown. */
	if (err == 0 && !db_has_room(db, ROOM_MIN))
		db_fail(
		    db, SQLITE_FULL, N_("nothing new can be stored: "), &full);
	*ret_notice = join(join(notice, more), full);
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
	struct db *db = db_new(h->data_dir, "earshot.db", NULL);
	char *error = NULL;
	int err = check_file(db->path, &error);

	db->is_reader = true;
	if (err == ERR_NOT_FOUND)
		fail(&error, err, "there is no history yet in %s", db->dir);
	else if (err == 0)
		err = db_open_file(db, &error);
	if (err != 0 && error == NULL)
		err = db_fail(
		    db, db->failed, N_("cannot read the history: "), &error);
	if (err != 0) {
		*ret_error = error;
		db_close(db);
		return err;
	}
	*ret_db = db;
	return 0;
}

int
db_open_beside(const struct db *db, struct db **ret_db)
{
	struct db *beside = db_new(db->dir, "earshot.db", NULL);

	beside->is_reader = true;
	*ret_db = beside;
	if (!open_sql(beside))
		return beside->failed;
	sqlite3_busy_timeout(beside->sql, DB_BUSY_MS);
	return db_exec(beside, "BEGIN") ? SQLITE_OK : beside->failed;
}
