/* SPDX-License-Identifier: MIT */
/*
 * What need not be done in a commit, in pieces of a few milliseconds. One
 * piece is one transaction; that it is not synced at once costs nothing but
 * doing it again, and so it does not wait for the disk.
 */
#include "store/db.h"

#include "store/db_state.h"

#include <assert.h>
#include <stdio.h>

enum {
	QUIET_MS = 250,     /* after a commit, for the next one to come */
	PAUSE_MS = 2,       /* between two pieces */
	FAILED_MS = 60000,  /* after a piece that failed */
	READER_MS = 500,    /* while somebody reads in the log */
	SWEEP_MS = 3600000, /* retention, while nothing happens */
	ORPHANS_PIECE = 200,
	SWEEP_PIECE = 200,
	SWEEP_WINDOW = 1000, /* clocks jump: so many may be out of order */
	VACUUM_PAGES = 256,
	VACUUM_MIN = 1024,
	WAL_PAGES = 256,     /* are worth a checkpoint */
	BACKLOG_MAX = 20000, /* messages not in the index */
	CLOSING_PIECES = 200,
	MS_PER_DAY = 86400000,
	MIB = 1024 * 1024,
};

static int64_t
ask(struct db *db, const char *pragma)
{
	sqlite3_stmt *s;
	int64_t value = 0;

	if (sqlite3_prepare_v2(db->sql, pragma, -1, &s, NULL) != SQLITE_OK)
		return 0;
	if (sqlite3_step(s) == SQLITE_ROW)
		value = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return value;
}

static bool
is_over_quota(struct db *db)
{
	uint32_t quota =
	    db->cfg.quota_mib == 0 ? (uint32_t)DB_QUOTA_MIB : db->cfg.quota_mib;
	int64_t pages =
	    ask(db, "PRAGMA page_count") - ask(db, "PRAGMA freelist_count");

	return pages * ask(db, "PRAGMA page_size") / MIB >= quota;
}

/* The oldest first, and never what waits. True: there may be more to do. */
static bool
sweep(struct db *db, int64_t wall_ms)
{
	bool over = is_over_quota(db);
	int64_t row = 0, limit_ms = INT64_MIN;
	int removed = 0;

	if (db->cfg.retention_days != 0)
		limit_ms =
		    wall_ms - (int64_t)db->cfg.retention_days * MS_PER_DAY;
	else if (!over)
		return false;
	for (int i = 0; i < SWEEP_WINDOW && removed < SWEEP_PIECE; i++) {
		sqlite3_stmt *s = db_statement(db, SQL_MESSAGE_OLDEST);
		struct db_message m;
		db_bind_int(s, 1, row);
		if (!db_row(db, s))
			break;
		db_read_stored(s, &m);
		db_reset(s);
		row = m.row;
		if (!m.waits && (over || m.arrived_ms < limit_ms)) {
			db_remove_message(db, &m);
			removed++;
		}
		db_message_clear(&m);
	}
	return removed == SWEEP_PIECE;
}

static bool
sweep_is_due(const struct db *db, struct now now)
{
	return db->commits != db->commits_swept || now.mono_ms >= db->sweep_ms;
}

/* Of what was forgotten. True: more is left to do. */
static bool
purge_piece(struct db *db, bool *ret_cut)
{
	if (db->has_orphans) {
		db_purge_orphans(db, ORPHANS_PIECE);
		return true;
	}
	if (!db->purges || db->failed != 0)
		return false;
	bool start = !db->merges;
	db->merges = true;
	if (db_words_merge(db, start))
		return true;
	*ret_cut = db->failed == 0;
	return false;
}

/* What is added makes small segments, which are merged before more is added:
 * sixteen of them would be merged at once, for as long as that takes. */
static bool
index_piece(struct db *db)
{
	int64_t before = db->indexed_row;

	if (db->settles && db_words_merge(db, false))
		return true;
	bool more = db_words_catch_up(db);
	db->settles = db->indexed_row != before;
	return more || db->settles;
}

/* By urgency. True: again soon. */
static bool
piece(struct db *db, struct now now, bool *ret_cut)
{
	if (db->words_broken)
		return db_words_reset(db);
	if (db->unbooked > 0)
		return db_book(db);
	if (sweep_is_due(db, now)) {
		if (sweep(db, now.wall_ms))
			return true;
		db->sweep_ms = now.mono_ms + SWEEP_MS;
		db->commits_swept = db->commits;
	}
	return index_piece(db) || purge_piece(db, ret_cut);
}

/* The words are in no table any more; now out of the log, too. Only then does
 * the mark go. False when somebody else reads in the log. */
static bool
cut_log(struct db *db)
{
	/* Nobody waits for who reads. */
	sqlite3_busy_timeout(db->sql, 0);
	int code = sqlite3_wal_checkpoint_v2(
	    db->sql, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(db->sql, DB_BUSY_MS);

	if (code != SQLITE_OK) {
		db_keep_failure(db, code);
		return false;
	}
	db->wal_pages = 0;
	db->merges = db->cuts = false;
	if (!db->purges)
		return true;
	db->purges = false;
	return db_set_mark(db, "purge", 0);
}

static bool
give_back(struct db *db)
{
	char text[64];

	if (ask(db, "PRAGMA freelist_count") < VACUUM_MIN)
		return false;
	snprintf(text, sizeof(text), "PRAGMA incremental_vacuum(%d)",
	    (int)VACUUM_PAGES);
	return db_exec(db, text);
}

void
db_checkpoint(struct db *db)
{
	int code = sqlite3_wal_checkpoint_v2(
	    db->sql, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	if (code == SQLITE_OK)
		db->wal_pages = 0;
	else
		db_keep_failure(db, code);
}

static bool
work(struct db *db, struct now now)
{
	bool cut = false;

	if (!db_begin(db))
		return false;
	bool more = piece(db, now, &cut);
	if (!db_end(db) || more)
		return more;
	if (give_back(db))
		return true;
	if (cut || db->cuts)
		cut_log(db);
	else if (db->wal_pages >= WAL_PAGES)
		db_checkpoint(db);
	return false;
}

void
db_finish_forgetting(struct db *db)
{
	bool cut = db->cuts, more = true;

	if (db->is_dirty || (!db->purges && !cut))
		return;
	db_take_failure(db);
	for (int i = 0; more && i < CLOSING_PIECES && db_begin(db); i++) {
		more = purge_piece(db, &cut);
		if (!db_end(db))
			return;
	}
	if (cut)
		cut_log(db);
}

int64_t
db_maintain(struct db *db, struct now now)
{
	bool more;

	assert(!db->is_reader);
	if (db->is_dirty)
		return now.mono_ms + QUIET_MS;
	if (db->commits != db->commits_seen &&
	    db->newest_row - db->indexed_row < BACKLOG_MAX) {
		db->commits_seen = db->commits;
		return now.mono_ms + QUIET_MS;
	}
	db_take_failure(db);
	db_exec(db, "PRAGMA synchronous = NORMAL");
	more = work(db, now);
	int code = db_take_failure(db);
	db_note_damage(db, code);
	db_exec(db, "PRAGMA synchronous = FULL");
	if (code != 0)
		return now.mono_ms +
		       ((code & 0xff) == SQLITE_BUSY ? READER_MS : FAILED_MS);
	if (more)
		return now.mono_ms + PAUSE_MS;
	return db->cfg.retention_days == 0 ? NEVER_MS : db->sweep_ms;
}
