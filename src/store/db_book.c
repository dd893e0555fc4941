/* SPDX-License-Identifier: MIT */
/*
 * A new message is one row, and its commit writes no more than that, for
 * somebody waits for it. What else there is to say about it, in indexes and in
 * counts, is booked later, for many at once. Who opens the database books the
 * rest before it looks; whoever needs an index or a count to be complete books
 * first, or looks at the rest by itself (DB_UNBOOKED).
 *
 * Only what is in no danger of being there twice may wait: its number is higher
 * than all that its sender gave, and there is a contact and a conversation for
 * it already. Nor may its row be one that the marks say is done: where the
 * newest messages were forgotten, a start gives their rows out again.
 */
#include "store/db_state.h"

#include <assert.h>
#include <string.h>

static struct db_near *
slot_of(struct db *db, const struct fp *fp)
{
	return &db->near[fp->b[0] % DB_NEARS];
}

/* NULL: not so far that a message of theirs could wait. */
static struct db_near *
find_near(struct db *db, const struct fp *fp)
{
	struct db_near *n = slot_of(db, fp);

	if (n->conv != 0 && fp_equal(&n->fp, fp))
		return n;
	if (!db_book(db))
		return NULL;
	sqlite3_stmt *s = db_statement(db, SQL_CONV_NEAR);
	db_bind_blob(s, 1, fp->b, FP_SIZE);
	if (!db_row(db, s))
		return NULL;
	*n = (struct db_near){ .fp = *fp,
		.conv = sqlite3_column_int64(s, 0),
		.seq = {
		    sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2) } };
	db_reset(s);
	return n;
}

int64_t
db_book_later(struct db *db, const struct change *c)
{
	int64_t seq = (int64_t)c->seq;

	if (c->message != MESSAGE_TEXT || !c->keep || seq <= 0 ||
	    c->row <= db->newest_row || c->row <= db->booked_row ||
	    c->row <= db->indexed_row || fp_is_zero(&c->fp))
		return 0;
	struct db_near *n = find_near(db, &c->fp);
	if (n == NULL || seq <= n->seq[c->mine])
		return 0;
	n->seq[c->mine] = seq;
	return n->conv;
}

void
db_forget_near(struct db *db)
{
	memset(db->near, 0, sizeof(db->near));
}

static void
run(struct db *db, enum db_sql which)
{
	sqlite3_stmt *s = db_statement(db, which);

	db_bind_int(s, 1, db->booked_row);
	db_run(db, s);
}

bool
db_book(struct db *db)
{
	if (db->unbooked == 0 || db->failed != 0)
		return db->failed == 0;
	run(db, SQL_CONV_BOOK);
	run(db, SQL_CONTACT_BOOK);
	run(db, SQL_MESSAGE_BOOK);
	/* What a number hit that was there has none, rather than be lost. */
	if (sqlite3_changes(db->sql) < db->unbooked)
		run(db, SQL_MESSAGE_BOOK_REST);
	if (!db_set_mark(db, "booked_row", db->newest_row))
		return false;
	db->booked_row = db->newest_row;
	db->unbooked = 0;
	return true;
}

bool
db_read_unbooked(struct db *db)
{
	db->booked_row = db_mark(db, "booked_row", 0);
	db_forget_near(db);
	sqlite3_stmt *s = db_statement(db, SQL_MESSAGE_UNBOOKED);
	db_bind_int(s, 1, db->booked_row);
	db->unbooked = 0;
	if (db_row(db, s)) {
		db->unbooked = sqlite3_column_int(s, 0);
		db_reset(s);
	}
	return db->failed == 0;
}

void
db_note_sent(struct db *db, const struct fp *fp, uint64_t seq)
{
	if (db->sent_seq != 0 && !fp_equal(&db->sent_to, fp))
		db_put_sent(db);
	db->sent_to = *fp;
	if (seq > db->sent_seq)
		db->sent_seq = seq;
}

void
db_put_sent(struct db *db)
{
	if (db->sent_seq == 0)
		return;
	sqlite3_stmt *s = db_statement(db, SQL_CONTACT_SENT);
	db_bind_blob(s, 1, db->sent_to.b, FP_SIZE);
	db_bind_int(s, 2, db_seq_in(db->sent_seq));
	db->sent_seq = 0;
	db_run(db, s);
}
