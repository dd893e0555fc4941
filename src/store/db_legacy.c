/* SPDX-License-Identifier: MIT */
/*
 * Contacts without a key, and their messages: in two tables of their own, which
 * are empty for who meets none of them. What is under a closed seal is in raw
 * and in no text, so neither the search nor the log nor an export has it.
 */
#include "store/db_state.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { FLAG_LOCKED = 1, FLAG_OBFUSCATED = 2, FLAG_DECLARED = 4 };

bool
db_legacy_add(struct db *db, const struct change *c)
{
	sqlite3_stmt *s = db_statement(db, SQL_LEGACY_ADD);

	db_bind_int(s, 1, c->row);
	db_bind_int(s, 2, c->dialect);
	db_bind_int(s, 3, c->seal);
	db_bind_int(s, 4,
	    (c->locked ? FLAG_LOCKED : 0) |
		(c->obfuscated ? FLAG_OBFUSCATED : 0) |
		(c->declared ? FLAG_DECLARED : 0));
	db_bind_int(s, 5, c->charset);
	if (c->raw != NULL)
		db_bind_blob(s, 6, c->raw, c->raw_size);
	else
		sqlite3_bind_null(s, 6);
	return db_run(db, s);
}

void
db_line_put(struct db *db, const struct pin *pin)
{
	sqlite3_stmt *s = db_statement(db, SQL_LINE_PUT);

	db_bind_blob(s, 1, pin->fp.b, FP_SIZE);
	db_bind_int(s, 2, pin->dialect);
	const char *handle = pin_text(pin->handle);
	db_bind_text(s, 3, handle, strlen(handle));
	db_bind_int(s, 4, pin->charset);
	db_run(db, s);
}

static bool
put_text(struct db *db, const struct db_message *m, const struct change *c)
{
	struct db_message fresh = *m;

	if (!db_words_remove(db, m))
		return false;
	fresh.text = (char *)(uintptr_t)c->text;
	fresh.size = c->size;
	sqlite3_stmt *s = db_statement(db, SQL_MESSAGE_READ);
	db_bind_int(s, 1, m->row);
	db_bind_text(s, 2, fresh.text, fresh.size);
	db_bind_int(s, 3, db_message_sum(&fresh));
	return db_run(db, s) && db_words_add(db, &fresh);
}

void
db_read_again(struct db *db, const struct change *c)
{
	int64_t conv = db_conv(db, &c->fp, false);
	int64_t row = db_find_row(db, conv, false, &c->id, DB_PIECES_ALL);
	struct db_message m;

	if (!db_get_message(db, row, &m))
		return;
	bool ok = !m.deleted && !m.is_file && put_text(db, &m, c);
	db_message_clear(&m);
	if (!ok)
		return;
	sqlite3_stmt *s = db_statement(db, SQL_LEGACY_READ);
	db_bind_int(s, 1, row);
	db_bind_int(s, 2, c->charset);
	if (c->kind == CHANGE_SEAL)
		db_bind_int(s, 3, SEAL_OPENED);
	else
		sqlite3_bind_null(s, 3);
	db_run(db, s);
}

/* A damaged value is no reason to look beyond a table; but never to take an
 * open line for an encrypted one. */
static enum dialect
dialect_of(int value)
{
	return value == DIALECT_IPMSG ? DIALECT_IPMSG : DIALECT_PLAIN;
}

static enum charset
charset_of(int value)
{
	return value > 0 && value < CHARSETS ? (enum charset)value
					     : CHARSET_AUTO;
}

void
db_read_legacy(sqlite3_stmt *s, int at, struct message *m)
{
	if (sqlite3_column_type(s, at) == SQLITE_NULL)
		return;
	int64_t packed = sqlite3_column_int64(s, at);
	int seal = packed >> 8 & 0xff, flags = packed >> 16 & 0xff;
	m->dialect = dialect_of(packed & 0xff);
	m->seal = seal == SEAL_CLOSED   ? SEAL_CLOSED
		  : seal == SEAL_OPENED ? SEAL_OPENED
					: SEAL_NONE;
	m->locked = (flags & FLAG_LOCKED) != 0;
	m->obfuscated = (flags & FLAG_OBFUSCATED) != 0;
	m->declared = (flags & FLAG_DECLARED) != 0;
	m->charset = charset_of((int)(packed >> 24 & 0xff));
}

void
db_read_line(sqlite3_stmt *s, int at, struct pin *pin)
{
	if (sqlite3_column_type(s, at) == SQLITE_NULL)
		return;
	pin->dialect = dialect_of(sqlite3_column_int(s, at));
	pin->handle = db_column_brief(s, at + 1, HANDLE_SIZE - 1);
	pin->charset = charset_of(sqlite3_column_int(s, at + 2));
}

void
db_get_raw(struct db *db, struct message *m)
{
	sqlite3_stmt *s = db_statement(db, SQL_LEGACY_RAW);

	db_bind_int(s, 1, m->row);
	if (!db_row(db, s))
		return;
	if (sqlite3_column_type(s, 0) != SQLITE_NULL) {
		int n = sqlite3_column_bytes(s, 0);
		m->raw = xmalloc((size_t)n + 1);
		m->raw_size = (size_t)n;
		if (n > 0)
			memcpy(m->raw, sqlite3_column_blob(s, 0), (size_t)n);
	}
	db_reset(s);
}
