/* SPDX-License-Identifier: MIT */
/*
 * Files that were offered, beside their messages: a row for each, which goes
 * with the message. What is not over keeps the message, whatever else would
 * remove it; a start reads only those, and what is over and owed.
 */
#include "store/db_state.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Of one column. */
enum {
	PAUSED_HERE = 1,
	PAUSED_THERE = 2,
	UNASKED = 4,
	ENDED_HERE = 8,
	ENDED_THERE = 16,
	AGAIN = 32,
	OWES = 64, /* db_schema.c and db_sql.c know it */
};

static const char number_mark[] = "transfer_number";

static void
bind_string(sqlite3_stmt *s, int at, const char *text)
{
	if (text == NULL)
		sqlite3_bind_null(s, at);
	else
		db_bind_text(s, at, text, strlen(text));
}

static int64_t
flags_of(const struct transfer *t)
{
	return (t->paused_here ? PAUSED_HERE : 0) |
	       (t->paused_there ? PAUSED_THERE : 0) |
	       (t->unasked ? UNASKED : 0) | (t->ended_here ? ENDED_HERE : 0) |
	       (t->ended_there ? ENDED_THERE : 0) | (t->again ? AGAIN : 0) |
	       (t->owes && t->state == TRANSFER_DONE ? OWES : 0);
}

static void
bind_transfer(sqlite3_stmt *s, const struct transfer *t)
{
	const char *name = t->name == NULL ? "" : t->name;

	db_bind_int(s, 1, t->row);
	db_bind_int(s, 2, t->id);
	db_bind_int(s, 3, t->dialect);
	db_bind_blob(s, 4, t->message.b, MSG_ID_SIZE);
	db_bind_int(s, 5, (int64_t)t->offer);
	db_bind_int(s, 6, t->mine);
	db_bind_int(s, 7, t->state);
	db_bind_text(s, 8, name, strlen(name));
	bind_string(s, 9, t->path);
	bind_string(s, 10, t->part);
	db_bind_int(s, 11, t->folder);
	db_bind_int(s, 12, (int64_t)t->size);
	db_bind_int(s, 13, t->size_known);
	db_bind_int(s, 14, t->files);
	db_bind_int(s, 15, t->files_done);
	db_bind_int(s, 16, (int64_t)t->done);
	db_bind_int(s, 17, t->mtime);
	db_bind_int(s, 18, t->offered_ms);
	db_bind_int(s, 19, t->ended_ms);
	db_bind_int(s, 20, flags_of(t));
	bind_string(s, 21, t->reason);
	bind_string(s, 22, t->note);
	db_bind_int(s, 23, db_transfer_sum(t));
}

void
db_put_transfer(struct db *db, const struct change *c)
{
	const struct transfer *t = c->transfer;
	sqlite3_stmt *s = db_statement(db, SQL_TRANSFER_PUT);

	bind_transfer(s, t);
	if (!db_run(db, s) || sqlite3_changes(db->sql) == 0)
		return;
	if (t->id > db_mark(db, number_mark, 0))
		db_set_mark(db, number_mark, t->id);
	if (t->state >= TRANSFER_DONE)
		db_drop_unkept(db, t->row);
}

static char *
read_string(sqlite3_stmt *s, int at)
{
	return sqlite3_column_type(s, at) == SQLITE_NULL
		   ? NULL
		   : db_column_text(s, at, NULL);
}

/* A damaged value is no reason to look beyond a table, nor to begin
 * anything. */
static enum transfer_state
read_state(sqlite3_stmt *s, int at)
{
	int value = sqlite3_column_int(s, at);

	return value < TRANSFER_OFFERED || value > TRANSFER_CANCELLED
		   ? TRANSFER_FAILED
		   : (enum transfer_state)value;
}

static enum dialect
read_dialect(sqlite3_stmt *s, int at)
{
	int value = sqlite3_column_int(s, at);

	return value == DIALECT_EARSHOT || value == DIALECT_IPMSG
		   ? (enum dialect)value
		   : DIALECT_PLAIN;
}

struct transfer *
db_read_transfer(sqlite3_stmt *s)
{
	struct transfer *t = xcalloc(1, sizeof(*t));
	int flags = sqlite3_column_int(s, 19);

	*t = (struct transfer){
		.row = sqlite3_column_int64(s, 0),
		.id = (uint32_t)sqlite3_column_int64(s, 1),
		.dialect = read_dialect(s, 2),
		.offer = (uint64_t)sqlite3_column_int64(s, 4),
		.mine = sqlite3_column_int(s, 5) != 0,
		.state = read_state(s, 6),
		.name = db_column_text(s, 7, NULL),
		.path = read_string(s, 8),
		.part = read_string(s, 9),
		.folder = sqlite3_column_int(s, 10) != 0,
		.size = (uint64_t)sqlite3_column_int64(s, 11),
		.size_known = sqlite3_column_int(s, 12) != 0,
		.files = (uint32_t)sqlite3_column_int64(s, 13),
		.files_done = (uint32_t)sqlite3_column_int64(s, 14),
		.done = (uint64_t)sqlite3_column_int64(s, 15),
		.mtime = sqlite3_column_int64(s, 16),
		.offered_ms = sqlite3_column_int64(s, 17),
		.ended_ms = sqlite3_column_int64(s, 18),
		.paused_here = (flags & PAUSED_HERE) != 0,
		.paused_there = (flags & PAUSED_THERE) != 0,
		.unasked = (flags & UNASKED) != 0,
		.ended_here = (flags & ENDED_HERE) != 0,
		.ended_there = (flags & ENDED_THERE) != 0,
		.again = (flags & AGAIN) != 0,
		.owes = (flags & OWES) != 0,
		.reason = read_string(s, 20),
		.note = read_string(s, 21),
	};
	db_column_bytes(s, 3, t->message.b, MSG_ID_SIZE);
	return t;
}

void
db_load_transfers(struct db *db, struct saved *saved)
{
	sqlite3_stmt *s = db_statement(db, SQL_TRANSFER_OPEN);

	while (db_row(db, s)) {
		struct transfer *t = db_read_transfer(s);
		db_column_bytes(s, DB_TRANSFER_WIDTH, t->peer.b, FP_SIZE);
		saved->transfers =
		    DB_GROW(saved->transfers, saved->transfer_count);
		saved->transfers[saved->transfer_count++] = t;
	}
	saved->transfer_number = (uint32_t)db_mark(db, number_mark, 0);
}

const struct transfer *
db_loaded_transfer(const struct saved *saved, int64_t row)
{
	for (size_t i = 0; i < saved->transfer_count; i++)
		if (saved->transfers[i]->row == row)
			return saved->transfers[i];
	return NULL;
}

int
db_get_file(struct db *db, struct message *m)
{
	sqlite3_stmt **s = &db->statements[SQL_TRANSFER_GET];
	int code = SQLITE_OK;

	if (m->kind != MESSAGE_FILE)
		return SQLITE_OK;
	if (*s == NULL)
		code =
		    sqlite3_prepare_v3(db->sql, db_sql_text(SQL_TRANSFER_GET),
			-1, SQLITE_PREPARE_PERSISTENT, s, NULL);
	if (code != SQLITE_OK)
		return code;
	db_bind_int(*s, 1, m->row);
	code = sqlite3_step(*s);
	if (code == SQLITE_ROW) {
		m->file = db_read_transfer(*s);
		db_column_bytes(
		    *s, DB_TRANSFER_WIDTH, m->file->peer.b, FP_SIZE);
		m->transfer = m->file->id;
	} else if (code == SQLITE_DONE) {
		/* Of a damaged one the name is left. */
		m->kind = MESSAGE_TEXT;
	}
	sqlite3_reset(*s);
	return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

void
db_put_rule(struct db *db, const struct change *c)
{
	sqlite3_stmt *s =
	    db_statement(db, c->rule != NULL ? SQL_RULE_PUT : SQL_RULE_REMOVE);

	db_bind_blob(s, 1, c->fp.b, FP_SIZE);
	if (c->rule != NULL) {
		db_bind_int(s, 2, (int64_t)c->rule->size_max);
		bind_string(s, 3, c->rule->folder);
		db_bind_int(s, 4, db_rule_sum(&c->fp, c->rule));
	}
	db_run(db, s);
}

/* What is not as it was written takes nothing unasked. */
void
db_load_rules(struct db *db, struct saved *saved)
{
	sqlite3_stmt *s = db_statement(db, SQL_RULE_ALL);

	while (db_row(db, s)) {
		struct saved_rule r = {
			.rule = {
				.size_max =
				    (uint64_t)sqlite3_column_int64(s, 1),
				.folder = read_string(s, 2),
			},
		};
		if (!db_column_bytes(s, 0, r.fp.b, FP_SIZE) ||
		    sqlite3_column_int64(s, 3) != db_rule_sum(&r.fp, &r.rule)) {
			free(r.rule.folder);
			continue;
		}
		saved->rules = DB_GROW(saved->rules, saved->rule_count);
		saved->rules[saved->rule_count++] = r;
	}
}
