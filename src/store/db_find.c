/* SPDX-License-Identifier: MIT */
/*
 * Finding a conversation or a message, and the sums that tell after a damage
 * whether a row is what was once written.
 */
#include "store/db_state.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

int64_t
db_conv(struct db *db, const struct fp *fp, bool make)
{
	sqlite3_stmt *s = db_statement(db, SQL_CONV_FIND);
	int64_t id = 0;

	db_bind_blob(s, 1, fp->b, FP_SIZE);
	if (db_row(db, s)) {
		id = sqlite3_column_int64(s, 0);
		db_reset(s);
	}
	if (id != 0 || !make || db->failed != 0)
		return id;
	s = db_statement(db, SQL_CONV_NEXT);
	if (!db_row(db, s))
		return 0;
	id = sqlite3_column_int64(s, 0);
	db_reset(s);
	s = db_statement(db, SQL_CONV_ADD);
	db_bind_int(s, 1, id);
	db_bind_blob(s, 2, fp->b, FP_SIZE);
	db_bind_int(s, 3, db_conv_sum(id, fp->b));
	return db_run(db, s) ? id : 0;
}

void
db_read_stored(sqlite3_stmt *s, struct db_message *ret_message)
{
	struct db_message m = {
		.row = sqlite3_column_int64(s, 0),
		.conv = sqlite3_column_int64(s, 1),
		.mine = sqlite3_column_int(s, 2) != 0,
		.waits = sqlite3_column_int(s, 5) != 0,
		.keep = sqlite3_column_int(s, 6) != 0,
		.deleted = sqlite3_column_int(s, 7) == 2,
		.sent_ms = sqlite3_column_int64(s, 8),
		.arrived_ms = sqlite3_column_int64(s, 9),
		.is_file = sqlite3_column_int(s, 11) == MESSAGE_FILE,
	};

	db_column_bytes(s, 3, m.id.b, MSG_ID_SIZE);
	if (db_column_bytes(s, 4, m.author, FP_SIZE))
		m.author_size = FP_SIZE;
	m.text = db_column_text(s, 10, &m.size);
	*ret_message = m;
}

void
db_message_clear(struct db_message *m)
{
	free(m->text);
	m->text = NULL;
}

static int64_t
find_in_piece(struct db *db, const struct db_message *like, bool any_author,
    int64_t piece)
{
	sqlite3_stmt *s = db_statement(db, SQL_MESSAGE_FIND);

	db_bind_int(s, 1, piece);
	db_bind_blob(s, 2, like->id.b, MSG_ID_SIZE);
	db_bind_int(s, 3, like->conv);
	db_bind_int(s, 4, like->mine);
	if (any_author)
		sqlite3_bind_null(s, 5);
	else
		db_bind_blob(s, 5, like->author, like->author_size);
	if (!db_row(db, s))
		return 0;
	int64_t row = sqlite3_column_int64(s, 0);
	db_reset(s);
	return row;
}

int64_t
db_find_row(
    struct db *db, int64_t conv, bool mine, const struct msg_id *id, int pieces)
{
	struct db_message like = { .conv = conv, .mine = mine, .id = *id };
	int64_t row = 0, at = db->newest_row / DB_PIECE;

	if (conv == 0 || !db_book(db))
		return 0;
	for (; row == 0 && at >= 0 && pieces-- > 0 && db->failed == 0; at--)
		row = find_in_piece(db, &like, true, at);
	return row;
}

bool
db_is_known(struct db *db, const struct db_message *m)
{
	int64_t at = db->newest_row / DB_PIECE;

	db_book(db);
	return find_in_piece(db, m, false, at) != 0 ||
	       (at > 0 && find_in_piece(db, m, false, at - 1) != 0);
}

bool
db_get_message(struct db *db, int64_t row, struct db_message *ret_message)
{
	sqlite3_stmt *s = db_statement(db, SQL_MESSAGE_GET);

	db_bind_int(s, 1, row);
	if (row == 0 || !db_row(db, s))
		return false;
	db_read_stored(s, ret_message);
	db_reset(s);
	return true;
}

/* FNV-1a. Against accidents; who can write the file can write the sum. */
static uint64_t
add_bytes(uint64_t sum, const void *p, size_t n)
{
	const uint8_t *bytes = p;

	for (size_t i = 0; i < n; i++)
		sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
	return sum;
}

static uint64_t
add_int(uint64_t sum, int64_t value)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)((uint64_t)value >> (8 * i));
	return add_bytes(sum, bytes, sizeof(bytes));
}

#define SUM_START UINT64_C(0xcbf29ce484222325)

int64_t
db_message_sum(const struct db_message *m)
{
	uint64_t sum = add_int(SUM_START, m->row);

	sum = add_int(sum, m->conv);
	sum = add_int(sum, m->mine);
	sum = add_int(sum, m->sent_ms);
	sum = add_int(sum, m->arrived_ms);
	sum = add_bytes(sum, m->id.b, MSG_ID_SIZE);
	sum = add_bytes(sum, m->author, m->author_size);
	return (int64_t)add_bytes(sum, m->text, m->size);
}

int64_t
db_pin_sum(const struct pin *pin)
{
	uint64_t sum = add_bytes(SUM_START, pin->fp.b, FP_SIZE);

	sum = add_int(sum, pin->trust);
	sum = add_int(sum, pin->version_floor);
	sum = add_int(sum, pin->answered);
	sum = add_int(sum, (int64_t)((uint64_t)pin->epoch << 32 | pin->seq));
	const char *name = pin_text(pin->name);
	return (int64_t)add_bytes(sum, name, strlen(name));
}

/* NULL and "" differ. */
static uint64_t
add_string(uint64_t sum, const char *text)
{
	size_t n = text == NULL ? 0 : strlen(text);

	return add_bytes(add_int(sum, text == NULL ? -1 : (int64_t)n), text, n);
}

int64_t
db_transfer_sum(const struct transfer *t)
{
	uint64_t sum = add_int(SUM_START, t->row);

	sum = add_int(sum, t->dialect);
	sum = add_bytes(sum, t->message.b, MSG_ID_SIZE);
	sum = add_int(sum, (int64_t)t->offer);
	sum = add_int(sum, t->mine | t->folder << 1 | t->size_known << 2);
	sum = add_int(sum, t->state);
	sum = add_int(sum, t->mtime);
	sum = add_int(sum, (int64_t)t->size);
	sum = add_int(sum, (int64_t)t->done);
	sum = add_int(sum, t->files);
	sum = add_string(sum, t->name);
	sum = add_string(sum, t->path);
	return (int64_t)add_string(sum, t->part);
}

int64_t
db_rule_sum(const struct fp *fp, const struct accept_rule *rule)
{
	uint64_t sum = add_bytes(SUM_START, fp->b, FP_SIZE);

	sum = add_int(sum, (int64_t)rule->size_max);
	return (int64_t)add_string(sum, rule->folder);
}

int64_t
db_conv_sum(int64_t id, const uint8_t fp[static FP_SIZE])
{
	return (int64_t)add_bytes(add_int(SUM_START, id), fp, FP_SIZE);
}
