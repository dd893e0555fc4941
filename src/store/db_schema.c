/* SPDX-License-Identifier: MIT */
/*
 * The tables, as steps from one user_version to the next. A step is never
 * changed once it was released; a new one is added behind. All that are missing
 * are one transaction with the version, so that a crash leaves all or none.
 */
#include "store/db_state.h"

#include "base/err.h"
#include "store/sentence.h"

#include <stdio.h>

enum { APPLICATION_ID = 0x65617273 };

/* The numbers of these are in the files of users. */
_Static_assert(TRUST_UNKNOWN == 0 && TRUST_PINNED == 1 && TRUST_VERIFIED == 2 &&
		   TRUST_CHANGED == 3 && TRUST_BLOCKED == 4,
    "trust as stored");
_Static_assert(DELIVERY_NONE == 0 && DELIVERY_QUEUED == 1 &&
		   DELIVERY_SENT == 2 && DELIVERY_DELIVERED == 3 &&
		   DELIVERY_READ == 4 && DELIVERY_FAILED == 5,
    "delivery as stored");
_Static_assert(MESSAGE_TEXT == 0 && MESSAGE_SHOUT == 1 && MESSAGE_FILE == 4,
    "kinds of messages as stored");
_Static_assert(REVISION_EDIT == 0 && REVISION_DELETE == 1 &&
		   REVISION_REACT == 2 && REVISION_FILE_REFUSED == 3 &&
		   REVISION_FILE_CANCELLED == 4 && REVISION_FILE_DONE == 5,
    "kinds of revisions as stored");
_Static_assert(TRANSFER_OFFERED == 0 && TRANSFER_ACCEPTED == 1 &&
		   TRANSFER_RUNNING == 2 && TRANSFER_PAUSED == 3 &&
		   TRANSFER_DONE == 4 && TRANSFER_FAILED == 5 &&
		   TRANSFER_REFUSED == 6 && TRANSFER_CANCELLED == 7,
    "states of transfers as stored");
_Static_assert(DIALECT_EARSHOT == 0 && DIALECT_IPMSG == 1 && DIALECT_PLAIN == 2,
    "dialects as stored");
_Static_assert(
    SEAL_NONE == 0 && SEAL_CLOSED == 1 && SEAL_OPENED == 2, "seals as stored");
_Static_assert(CHARSET_AUTO == 0 && CHARSET_UTF8 == 1 && CHARSET_GB18030 == 2 &&
		   CHARSET_CP932 == 3 && CHARSET_CP949 == 4 &&
		   CHARSET_BIG5 == 5 && CHARSET_CP1252 == 6,
    "character sets as stored");
_Static_assert(TRANSPORT_AUTO == 0 && TRANSPORT_TCP == 1 && TRANSPORT_UDP == 2,
    "transports as stored");

/*
 * contact: one for each pin. The sums are for salvage.
 * conv: fp is NULL from the moment it is forgotten; the row stays, empty.
 * message: waits is the outbox; revised 1 edited, 2 deleted. Ids are random,
 * and an index of them all would touch a page of its own for each message; so
 * it is cut into pieces of 2048 rows, looked through from the newest. What
 * must be unique is the number that a sender gives to each message.
 * revision: ours that wait. former: the texts before an edit.
 */
static const char step_history[] =
    "CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) "
    "STRICT, WITHOUT ROWID;"
    "CREATE TABLE contact (id INTEGER PRIMARY KEY, fp BLOB NOT NULL UNIQUE,"
    " received_seq INTEGER NOT NULL, sent_seq INTEGER NOT NULL,"
    " trust INTEGER NOT NULL, answered INTEGER NOT NULL,"
    " receipts INTEGER NOT NULL, forgets INTEGER NOT NULL,"
    " transport INTEGER NOT NULL, addr TEXT NOT NULL,"
    " udp_port INTEGER NOT NULL, version_floor INTEGER NOT NULL,"
    " epoch INTEGER NOT NULL, seq INTEGER NOT NULL,"
    " first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,"
    " name TEXT NOT NULL, sum INTEGER NOT NULL) STRICT;"
    "CREATE TABLE conv (id INTEGER PRIMARY KEY, fp BLOB UNIQUE,"
    " read_row INTEGER NOT NULL DEFAULT 0,"
    " last_row INTEGER NOT NULL DEFAULT 0,"
    " shown_row INTEGER NOT NULL DEFAULT 0,"
    " unread INTEGER NOT NULL DEFAULT 0,"
    " active_ms INTEGER NOT NULL DEFAULT 0, sum INTEGER NOT NULL) STRICT;"
    "CREATE TABLE draft (conv INTEGER PRIMARY KEY REFERENCES conv(id)"
    " ON DELETE CASCADE, text TEXT NOT NULL) STRICT;"
    "CREATE TABLE message (row INTEGER PRIMARY KEY,"
    " conv INTEGER NOT NULL REFERENCES conv(id),"
    " mine INTEGER NOT NULL, id BLOB NOT NULL, author BLOB NOT NULL,"
    " seq INTEGER NOT NULL, kind INTEGER NOT NULL, flags INTEGER NOT NULL,"
    " target BLOB, missing INTEGER NOT NULL, sent_ms INTEGER NOT NULL,"
    " arrived_ms INTEGER NOT NULL, delivery INTEGER NOT NULL, reason TEXT,"
    " waits INTEGER NOT NULL, keep INTEGER NOT NULL,"
    " revised INTEGER NOT NULL DEFAULT 0, sum INTEGER NOT NULL,"
    " text TEXT NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX message_seq ON message(conv, mine, seq)"
    " WHERE seq <> 0;"
    "CREATE INDEX message_id ON message(row >> 11, id);"
    "CREATE INDEX message_conv ON message(conv);"
    "CREATE INDEX message_waits ON message(waits) WHERE waits = 1;"
    "CREATE TABLE former (message INTEGER NOT NULL REFERENCES message(row)"
    " ON DELETE CASCADE, row INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " text TEXT NOT NULL, PRIMARY KEY (message, row)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE reaction (message INTEGER NOT NULL REFERENCES message(row)"
    " ON DELETE CASCADE, mine INTEGER NOT NULL, text TEXT NOT NULL,"
    " PRIMARY KEY (message, mine)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE revision (row INTEGER PRIMARY KEY,"
    " conv INTEGER NOT NULL REFERENCES conv(id), id BLOB NOT NULL,"
    " seq INTEGER NOT NULL, kind INTEGER NOT NULL, flags INTEGER NOT NULL,"
    " target BLOB NOT NULL, sent_ms INTEGER NOT NULL,"
    " arrived_ms INTEGER NOT NULL, keep INTEGER NOT NULL,"
    " text TEXT NOT NULL, sum INTEGER NOT NULL,"
    " UNIQUE (conv, id)) STRICT;";

/* It can always be made anew from the messages. Merged in pieces of a size that
 * we choose (db_maintain.c): by itself it takes its time in one. */
static const char step_words[] =
    "CREATE VIRTUAL TABLE words USING fts5(text, tags, content='',"
    " columnsize=0, prefix='2 3', tokenize=\"unicode61 remove_diacritics 2"
    " categories 'L* N* Co So'\");"
    "INSERT INTO words (words, rank) VALUES ('automerge', 0);";

/* Only what is booked (db_book.c) is in the indexes. */
static const char step_booked[] =
    "ALTER TABLE message ADD COLUMN booked INTEGER NOT NULL DEFAULT 1;"
    "DROP INDEX message_seq; DROP INDEX message_id; DROP INDEX message_conv;"
    "DROP INDEX message_waits;"
    "CREATE UNIQUE INDEX message_seq ON message(conv, mine, seq)"
    " WHERE seq <> 0 AND booked = 1;"
    "CREATE INDEX message_id ON message(row >> 11, id) WHERE booked = 1;"
    "CREATE INDEX message_conv ON message(conv) WHERE booked = 1;"
    "CREATE INDEX message_waits ON message(waits)"
    " WHERE waits = 1 AND booked = 1;"
    "INSERT INTO mark SELECT 'booked_row', max(row) FROM message"
    " HAVING max(row) NOT NULL;";

/* What the user made of a contact, apart from the contact: most have none. */
static const char step_label[] =
    "CREATE TABLE label (contact INTEGER PRIMARY KEY REFERENCES contact(id)"
    " ON DELETE CASCADE, alias TEXT NOT NULL, muted_ms INTEGER NOT NULL)"
    " STRICT;";

/* Contacts without a key, and what came from them: beside the rows that all
 * have. raw: the bytes as they came, NULL of ours. flags: 1 locked, 2
 * obfuscated, 4 the sender told the character set. */
static const char step_legacy[] =
    "CREATE TABLE line (contact INTEGER PRIMARY KEY REFERENCES contact(id)"
    " ON DELETE CASCADE, dialect INTEGER NOT NULL, handle TEXT NOT NULL,"
    " charset INTEGER NOT NULL) STRICT;"
    "CREATE TABLE legacy (message INTEGER PRIMARY KEY REFERENCES message(row)"
    " ON DELETE CASCADE, dialect INTEGER NOT NULL, seal INTEGER NOT NULL,"
    " flags INTEGER NOT NULL, charset INTEGER NOT NULL, raw BLOB) STRICT;";

/* Files that were offered, and what is taken unasked. offer_id, offer: what
 * the dialect calls it. paused: 1 here, 2 there; and 4 taken unasked, 8
 * cancelled here, 16 there, 32 offered again, 64 owed. Times are wall clocks.
 */
static const char step_files[] =
    "CREATE TABLE transfer (message INTEGER PRIMARY KEY"
    " REFERENCES message(row) ON DELETE CASCADE,"
    " number INTEGER NOT NULL UNIQUE, dialect INTEGER NOT NULL,"
    " offer_id BLOB NOT NULL, offer INTEGER NOT NULL, mine INTEGER NOT NULL,"
    " state INTEGER NOT NULL, name TEXT NOT NULL, path TEXT, part TEXT,"
    " folder INTEGER NOT NULL, size INTEGER NOT NULL,"
    " size_known INTEGER NOT NULL, files INTEGER NOT NULL,"
    " files_done INTEGER NOT NULL, done INTEGER NOT NULL,"
    " mtime INTEGER NOT NULL, offered_ms INTEGER NOT NULL,"
    " ended_ms INTEGER NOT NULL, paused INTEGER NOT NULL, reason TEXT,"
    " note TEXT, sum INTEGER NOT NULL) STRICT;"
    "CREATE INDEX transfer_open ON transfer(message) WHERE state < 4;"
    "CREATE TABLE rule (contact INTEGER PRIMARY KEY REFERENCES contact(id)"
    " ON DELETE CASCADE, size_max INTEGER NOT NULL, folder TEXT,"
    " sum INTEGER NOT NULL) STRICT;";

/* What a start reads of them: what is not over, and what is and the other end
 * may not know. */
static const char step_owed[] =
    "DROP INDEX transfer_open;"
    "CREATE INDEX transfer_open ON transfer(message)"
    " WHERE state < 4 OR paused & 64;";

static const char *const steps[DB_VERSION] = { step_history, step_words,
	step_booked, step_label, step_legacy, step_files, step_owed };

static int64_t
ask(struct db *db, const char *text)
{
	sqlite3_stmt *s;
	int64_t value = -1;
	int code = sqlite3_prepare_v2(db->sql, text, -1, &s, NULL);

	if (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
		value = sqlite3_column_int64(s, 0);
		code = SQLITE_OK;
	}
	sqlite3_finalize(s);
	if (code != SQLITE_OK)
		db_keep_failure(db, code);
	return value;
}

static bool
run_steps(struct db *db, int64_t version)
{
	char mark[64];

	snprintf(mark, sizeof(mark), "PRAGMA user_version = %d", DB_VERSION);
	if (!db_begin(db))
		return false;
	for (; version < DB_VERSION; version++)
		db_exec(db, steps[version]);
	db_exec(db, mark);
	return db_end(db);
}

static bool
make_new(struct db *db)
{
	char mark[64];

	snprintf(
	    mark, sizeof(mark), "PRAGMA application_id = %d", APPLICATION_ID);
	/* Before the first table: so that forgetting gives room back. */
	return db_exec(db, "PRAGMA auto_vacuum = INCREMENTAL") &&
	       db_exec(db, mark);
}

static int
fail_foreign(const struct db *db, char **ret_error)
{
	return fail(ret_error, ERR_FORMAT,
	    "%s is not a database of earshot; move it away", db->path);
}

int
db_migrate(struct db *db, char **ret_error)
{
	int64_t version = ask(db, "PRAGMA user_version");
	int64_t application = ask(db, "PRAGMA application_id");
	int64_t tables = ask(db, "SELECT count(*) FROM sqlite_schema");

	if (db->failed != 0)
		return ERR_SYS;
	if (application != APPLICATION_ID &&
	    (version != 0 || application != 0 || tables != 0))
		return fail_foreign(db, ret_error);
	if (version > DB_VERSION)
		return fail(ret_error, ERR_VERSION,
		    "%s was written by a newer earshot (version %lld of its "
		    "tables, this one knows %d); use that one, or another "
		    "home with --home DIR",
		    db->path, (long long)version, (int)DB_VERSION);
	if (db->is_reader)
		return version == DB_VERSION
			   ? 0
			   : fail(ret_error, ERR_VERSION,
				 "%s is of an older earshot; start earshot "
				 "once, which brings it up to date",
				 db->path);
	if (version == 0 && !make_new(db))
		return ERR_SYS;
	return version == DB_VERSION || run_steps(db, version) ? 0 : ERR_SYS;
}
