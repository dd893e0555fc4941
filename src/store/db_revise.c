/* SPDX-License-Identifier: MIT */
/*
 * Edits, deletions and reactions, and what stops a file. One whose target is
 * not there, or is not its author's, changes nothing; ours is still sent.
 */
#include "store/db_state.h"

#include <stdlib.h>
#include <string.h>

enum {
	REVISED_EDITED = 1,
	REVISED_DELETED = 2,
	/* Looked through for what a peer revises: 200 000 messages. */
	PIECES = 100,
};

static void
set_text(struct db *db, struct db_message *m, const struct change *c)
{
	static const char reason[] = N_("deleted before it was delivered");
	bool deletes = c->revision == REVISION_DELETE;
	struct db_message fresh = *m;

	if (!db_words_remove(db, m))
		return;
	fresh.text = (char *)(uintptr_t)(deletes ? "" : c->text);
	fresh.size = deletes ? 0 : c->size;
	sqlite3_stmt *s = db_statement(db, SQL_MESSAGE_TEXT);
	db_bind_int(s, 1, m->row);
	db_bind_text(s, 2, fresh.text, fresh.size);
	db_bind_int(s, 3, deletes ? REVISED_DELETED : REVISED_EDITED);
	db_bind_int(s, 4, db_message_sum(&fresh));
	db_bind_text(s, 5, reason, sizeof(reason) - 1);
	if (db_run(db, s) && db_words_add(db, &fresh) && deletes)
		db_want_purge(db);
}

static void
keep_former(struct db *db, const struct db_message *m, const struct change *c)
{
	sqlite3_stmt *s = db_statement(db, SQL_FORMER_ADD);

	db_bind_int(s, 1, m->row);
	db_bind_int(s, 2, c->row);
	db_bind_int(s, 3, c->arrived_ms);
	db_bind_text(s, 4, m->text, m->size);
	db_run(db, s);
}

/* Former texts and reactions. */
static void
drop_rest(struct db *db, const struct db_message *m)
{
	sqlite3_stmt *s = db_statement(db, SQL_FORMER_REMOVE);

	db_bind_int(s, 1, m->row);
	db_run(db, s);
	for (int mine = 0; mine < 2; mine++) {
		s = db_statement(db, SQL_REACTION_REMOVE);
		db_bind_int(s, 1, m->row);
		db_bind_int(s, 2, mine);
		db_run(db, s);
	}
}

static void
change_text(struct db *db, int64_t conv, const struct change *c)
{
	struct db_message m;

	int64_t row = db_find_row(db, conv, c->mine, &c->target, PIECES);
	if (!db_get_message(db, row, &m))
		return;
	bool late = !c->mine && c->arrived_ms - m.arrived_ms > REVISE_MS;
	if (!late && !m.deleted && !m.is_file) {
		if (c->revision == REVISION_DELETE)
			drop_rest(db, &m);
		else if (m.keep)
			keep_former(db, &m, c);
		set_text(db, &m, c);
	}
	db_message_clear(&m);
}

static void
react(struct db *db, int64_t conv, const struct change *c)
{
	/* Most react to what the other said. */
	int64_t row = db_find_row(db, conv, !c->mine, &c->target, PIECES);

	if (row == 0)
		row = db_find_row(db, conv, c->mine, &c->target, PIECES);
	if (row == 0)
		return;
	sqlite3_stmt *s = db_statement(
	    db, c->size > 0 ? SQL_REACTION_PUT : SQL_REACTION_REMOVE);
	db_bind_int(s, 1, row);
	db_bind_int(s, 2, c->mine);
	if (c->size > 0)
		db_bind_text(s, 3, c->text, c->size);
	db_run(db, s);
}

static void
add_waiting(struct db *db, int64_t conv, const struct change *c)
{
	sqlite3_stmt *s = db_statement(db, SQL_REVISION_ADD);
	struct db_message like = {
		.row = c->row,
		.conv = conv,
		.mine = true,
		.id = c->id,
		.sent_ms = c->sent_ms,
		.arrived_ms = c->arrived_ms,
		.text = (char *)(uintptr_t)c->text,
		.size = c->size,
	};

	db_bind_int(s, 1, c->row);
	db_bind_int(s, 2, conv);
	db_bind_blob(s, 3, c->id.b, MSG_ID_SIZE);
	db_bind_int(s, 4, (int64_t)c->seq);
	db_bind_int(s, 5, c->revision);
	db_bind_int(s, 6, c->flags);
	db_bind_blob(s, 7, c->target.b, MSG_ID_SIZE);
	db_bind_int(s, 8, c->sent_ms);
	db_bind_int(s, 9, c->arrived_ms);
	db_bind_int(s, 10, c->keep);
	db_bind_text(s, 11, c->text == NULL ? "" : c->text, c->size);
	db_bind_int(s, 12, db_message_sum(&like));
	db_run(db, s);
}

void
db_revise(struct db *db, const struct change *c)
{
	bool waits = c->mine && c->waits;
	int64_t conv = db_conv(db, &c->fp, waits);

	if (conv == 0)
		return;
	if (c->revision == REVISION_REACT)
		react(db, conv, c);
	else if (c->revision == REVISION_EDIT || c->revision == REVISION_DELETE)
		change_text(db, conv, c);
	if (waits)
		add_waiting(db, conv, c);
}
