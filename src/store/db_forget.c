/* SPDX-License-Identifier: MIT */
/*
 * Forgetting. secure_delete makes SQLite write zeros over what goes; then the
 * search index is merged, and the write-ahead log cut off (db_maintain.c), for
 * the words to be nowhere in the files.
 *
 * A conversation loses its fingerprint at once, and so is found by nobody; its
 * messages may be many and go in pieces.
 */
#include "store/db_state.h"

enum { FORGET_AT_ONCE = 500 };

bool
db_remove_message(struct db *db, const struct db_message *m)
{
	sqlite3_stmt *s;

	if (!db_book(db) || !db_words_remove(db, m))
		return false;
	s = db_statement(db, SQL_MESSAGE_REMOVE);
	db_bind_int(s, 1, m->row);
	if (!db_run(db, s))
		return false;
	s = db_statement(db, SQL_CONV_SHRANK);
	db_bind_int(s, 1, m->conv);
	db_bind_int(s, 2, m->row);
	db_bind_int(s, 3, !m->mine);
	return db_run(db, s);
}

static void
run_for(struct db *db, enum db_sql which, int64_t conv)
{
	sqlite3_stmt *s = db_statement(db, which);

	db_bind_int(s, 1, conv);
	db_run(db, s);
}

/* The mark: a crash must not end it. */
void
db_want_purge(struct db *db)
{
	db->purges = true;
	db->merges = false;
	db_set_mark(db, "purge", 1);
}

static void
forget_message(struct db *db, int64_t conv, const struct msg_id *id)
{
	struct db_message m;

	for (int mine = 0; mine < 2; mine++)
		while (db_get_message(
		    db, db_find_row(db, conv, mine, id, DB_PIECES_ALL), &m)) {
			bool ok = db_remove_message(db, &m);
			db_message_clear(&m);
			if (!ok)
				return;
		}
	sqlite3_stmt *s = db_statement(db, SQL_REVISION_FORGET);
	db_bind_int(s, 1, conv);
	db_bind_blob(s, 2, id->b, MSG_ID_SIZE);
	db_run(db, s);
	db_want_purge(db);
}

bool
db_purge_orphans(struct db *db, int count)
{
	struct db_message m;

	for (int i = 0; i < count; i++) {
		sqlite3_stmt *s = db_statement(db, SQL_MESSAGE_FORGOTTEN);
		if (!db_row(db, s)) {
			if (db_run(db, db_statement(db, SQL_CONV_PURGE)) &&
			    db_set_mark(db, "orphans", 0))
				db->has_orphans = false;
			return false;
		}
		db_read_stored(s, &m);
		db_reset(s);
		bool ok = db_remove_message(db, &m);
		db_message_clear(&m);
		if (!ok)
			return false;
	}
	return true;
}

static void
forget_conv(struct db *db, int64_t conv)
{
	run_for(db, SQL_DRAFT_REMOVE, conv);
	run_for(db, SQL_REVISION_FORGET_CONV, conv);
	run_for(db, SQL_CONV_FORGET, conv);
	db_want_purge(db);
	if (db_set_mark(db, "orphans", 1))
		db->has_orphans = true;
	db_purge_orphans(db, FORGET_AT_ONCE);
}

void
db_forget(struct db *db, const struct change *c)
{
	int64_t conv = db_conv(db, &c->fp, false);

	db_book(db);
	db_forget_near(db);
	if (conv != 0 && c->kind == CHANGE_FORGET_MESSAGE)
		forget_message(db, conv, &c->id);
	else if (conv != 0)
		forget_conv(db, conv);
	if (c->kind != CHANGE_FORGET_CONTACT)
		return;
	sqlite3_stmt *s = db_statement(db, SQL_CONTACT_FORGET);
	db_bind_blob(s, 1, c->fp.b, FP_SIZE);
	if (db_run(db, s))
		db_want_purge(db);
}
