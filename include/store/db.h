/* SPDX-License-Identifier: MIT */
/*
 * earshot.db: contacts, history, outbox, drafts, read positions. SQLite, WAL,
 * synchronous=FULL, one writer (the holder of the home's lock) and any number
 * of readers beside it.
 *
 *   db_apply(…) any number of times, then db_commit once a turn
 *
 * What db_commit answered 0 for survives a crash and a loss of power. When it
 * fails, nothing since the last commit is there, and the sentence says why and
 * what to do. Every sentence is for the user and freed by the caller.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/now.h"
#include "core/change.h"
#include "core/saved.h"
#include "store/home.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DB_VERSION = 7, /* user_version after all migrations */
	DB_PAGE_MAX = 500,
	DB_FREE_FLOOR_MIB = 256, /* doc/PROTOCOL, "Limits" */
	DB_QUOTA_MIB = 1024,
	DB_OUTBOX_DAYS = 30,
};

struct db;

struct db_cfg {
	int64_t wall_ms;
	uint32_t quota_mib;      /* 0: DB_QUOTA_MIB */
	uint32_t free_floor_mib; /* history stops growing below it */
	uint32_t retention_days; /* 0: for ever */
};

/*
 * Opens, makes or migrates data_dir/earshot.db; imports the text file of pins
 * of the first version once. A corrupt database is set aside under another
 * name and what can be read of it is salvaged into a new one: then 0 is
 * returned with a sentence in *ret_notice. A newer version than ours, a
 * database that another process has locked, a read-only file system: an error
 * and its sentence.
 */
int db_open(struct db **ret_db, const struct home *h, const struct db_cfg *cfg,
    char **ret_notice);
/* For `earshot log`: reads beside a running instance; never writes. */
int db_open_reader(struct db **ret_db, const struct home *h, char **ret_error);
/* NULL is fine. What was not committed is gone. */
void db_close(struct db *db);

int db_load(struct db *db, struct saved *ret_saved, char **ret_error);

/* Begins a transaction where none is open. An error is remembered for
 * db_commit, which then undoes and fails. */
void db_apply(struct db *db, const struct change *c);
bool db_is_dirty(const struct db *db);
int db_commit(struct db *db, char **ret_error);
/* What can be done beforehand to make the next commits short; best asked after
 * each one, and done when nobody waits any more. */
bool db_wants_settling(struct db *db);
void db_settle(struct db *db);

/* At most count messages before row (INT64_MAX: the newest) of the
 * conversation with fp (zero: nearby). */
int db_page(struct db *db, const struct fp *fp, int64_t row, size_t count,
    struct saved_page *ret_page);

/* Expiry, retention, quota, the search index, the write-ahead log: a bounded
 * piece of it. Answers when it wants to be called again, on the monotonic
 * clock; NEVER_MS for not before the next commit. Posts that waited for
 * DB_OUTBOX_DAYS are the engine's to expire, not this. */
int64_t db_maintain(struct db *db, struct now now);

#endif
