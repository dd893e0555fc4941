/* SPDX-License-Identifier: MIT */
/*
 * The file of the write-ahead log. A commit that makes it longer waits for the
 * disk once more than one that writes over what is there, since its new length
 * is to be kept, too. So it is made longer beforehand, with zeros, which
 * SQLite takes for the end of the log; and it is begun anew before it is long.
 */
#include "store/db.h"

#include "store/db_state.h"

#include <stdint.h>
#include <sys/statvfs.h>

enum {
	LOG_PAGES = 1000, /* then it is begun anew */
	LONGEST = 4 * 1024 * 1024,
	UNBOOKED_MAX = 500,
	PAGE_BYTES = 4096,
	FRAME_HEAD = 24,
	HEAD = 32,
	STEP_BYTES = 512 * 1024,
	AHEAD_BYTES = 64 * 1024,
	FREE_BYTES = 16 * 1024 * 1024, /* else the disk is too full for it */
	CHUNK_BYTES = 64 * 1024,
};

bool
db_has_room(const struct db *db, uint64_t bytes)
{
	struct statvfs st;

	/* By the descriptor: each commit asks, and a path is walked. */
	return fstatvfs(db->dir_fd, &st) != 0 ||
	       (uint64_t)st.f_bavail * st.f_frsize >= bytes;
}

static sqlite3_file *
log_file(struct db *db)
{
	sqlite3_file *file = NULL;

	if (sqlite3_file_control(db->sql, NULL, SQLITE_FCNTL_JOURNAL_POINTER,
		&file) != SQLITE_OK ||
	    file == NULL || file->pMethods == NULL)
		return NULL;
	return file;
}

/* Of no use by half, and the disk may have been full. */
static void
write_zeros(sqlite3_file *file, sqlite3_int64 from, sqlite3_int64 to)
{
	static const char zeros[CHUNK_BYTES];
	int code = SQLITE_OK;

	for (sqlite3_int64 at = from; at < to && code == SQLITE_OK;) {
		int n = to - at < CHUNK_BYTES ? (int)(to - at) : CHUNK_BYTES;
		code = file->pMethods->xWrite(file, zeros, n, at);
		at += n;
	}
	if (code == SQLITE_OK)
		code = file->pMethods->xSync(
		    file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
	if (code != SQLITE_OK)
		file->pMethods->xTruncate(file, from);
}

/* So many bytes of the file are used. */
static sqlite3_int64
log_used(const struct db *db)
{
	return HEAD + (sqlite3_int64)db->wal_pages * (PAGE_BYTES + FRAME_HEAD);
}

/* What it is to be made longer from; -1: it is long enough. */
static sqlite3_int64
short_log(struct db *db, sqlite3_file *file)
{
	sqlite3_int64 size;

	if (file == NULL ||
	    file->pMethods->xFileSize(file, &size) != SQLITE_OK ||
	    size >= log_used(db) + AHEAD_BYTES || size >= LONGEST)
		return -1;
	return size;
}

static void
lengthen(struct db *db)
{
	sqlite3_file *file = log_file(db);
	sqlite3_int64 from = short_log(db, file);
	sqlite3_int64 to = log_used(db) + AHEAD_BYTES + STEP_BYTES;

	if (from >= 0 && db_has_room(db, FREE_BYTES))
		write_zeros(file, from, to < LONGEST ? to : LONGEST);
}

/* Synced with the next commit; until then it can be done again. */
static void
book(struct db *db)
{
	db_exec(db, "PRAGMA synchronous = NORMAL");
	if (db_begin(db)) {
		db_book(db);
		db_end(db);
	}
	db_note_damage(db, db_take_failure(db));
	db_exec(db, "PRAGMA synchronous = FULL");
}

bool
db_wants_settling(struct db *db)
{
	/* Who reads first after a commit marks the new end of the log, which
	 * takes two locks more; else it would be the next commit. */
	if (!db->is_dirty)
		db_mark(db, "booked_row", 0);
	return db->unbooked >= UNBOOKED_MAX || db->wal_pages >= LOG_PAGES ||
	       short_log(db, log_file(db)) >= 0;
}

void
db_settle(struct db *db)
{
	if (db->is_dirty)
		return;
	db_take_failure(db);
	if (db->unbooked >= UNBOOKED_MAX)
		book(db);
	if (db->wal_pages >= LOG_PAGES)
		db_checkpoint(db);
	db_note_damage(db, db_take_failure(db));
	lengthen(db);
}
