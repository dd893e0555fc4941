/* SPDX-License-Identifier: MIT */
/*
 * The changes that the engine gives, into the tables. What is asked at every
 * start (unread, the newest row) is counted here and never by looking at all
 * messages.
 */
#include "store/db.h"

#include "base/mem.h"
#include "store/db_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void
put_contact(struct db *db, const struct pin *pin)
{
	sqlite3_stmt *s = db_statement(db, SQL_CONTACT_PUT);
	char addr[ADDR_TEXT_MAX] = "";

	if (pin->addr.family != ADDR_NONE && pin->addr.port == 0)
		addr_host_text(&pin->addr, addr);
	else if (pin->addr.family != ADDR_NONE)
		addr_text(&pin->addr, addr);
	db_bind_blob(s, 1, pin->fp.b, FP_SIZE);
	db_bind_int(s, 2, db_seq_in(pin->received_seq));
	db_bind_int(s, 3, db_seq_in(pin->sent_seq));
	db_bind_int(s, 4, pin->trust);
	db_bind_int(s, 5, pin->answered);
	db_bind_int(s, 6, pin->receipts);
	db_bind_int(s, 7, pin->forgets);
	db_bind_int(s, 8, pin->transport);
	db_bind_text(s, 9, addr, strlen(addr));
	db_bind_int(s, 10, pin->udp_port);
	db_bind_int(s, 11, pin->version_floor);
	db_bind_int(s, 12, pin->epoch);
	db_bind_int(s, 13, pin->seq);
	db_bind_int(s, 14, pin->first_ms);
	db_bind_int(s, 15, pin->last_ms);
	const char *name = pin_text(pin->name);
	db_bind_text(s, 16, name, strlen(name));
	db_bind_int(s, 17, db_pin_sum(pin));
	db_run(db, s);
}

static void
put_label(struct db *db, const struct pin *pin)
{
	const char *alias = pin_text(pin->alias);
	bool any = alias[0] != '\0' || pin->muted_ms != 0;
	sqlite3_stmt *s =
	    db_statement(db, any ? SQL_LABEL_PUT : SQL_LABEL_FORGET);

	db_bind_blob(s, 1, pin->fp.b, FP_SIZE);
	if (any) {
		db_bind_text(s, 2, alias, strlen(alias));
		db_bind_int(s, 3, pin->muted_ms);
	}
	db_run(db, s);
}

static void
put_pin(struct db *db, const struct pin *pin)
{
	put_contact(db, pin);
	put_label(db, pin);
	if (pin->dialect != DIALECT_EARSHOT)
		db_line_put(db, pin);
}

/* Also of somebody who has no pin: what is acknowledged must never come
 * twice. */
static void
move_received(struct db *db, const struct change *c)
{
	sqlite3_stmt *s;

	if (c->mine || c->seq == 0 || fp_is_zero(&c->fp))
		return;
	s = db_statement(db, SQL_CONTACT_RECEIVED);
	db_bind_blob(s, 1, c->fp.b, FP_SIZE);
	db_bind_int(s, 2, db_seq_in(c->seq));
	if (db_row(db, s)) {
		db_reset(s);
		return;
	}
	put_contact(db, &(struct pin){ .fp = c->fp,
			    .trust = TRUST_UNKNOWN,
			    .name = "?",
			    .received_seq = c->seq });
}

static struct db_message
message_of(const struct change *c, int64_t conv)
{
	struct db_message m = {
		.row = c->row,
		.conv = conv,
		.mine = c->mine,
		.waits = c->waits,
		.keep = c->keep,
		.id = c->id,
		.sent_ms = c->sent_ms,
		.arrived_ms = c->arrived_ms,
		.text = (char *)(uintptr_t)c->text,
		.size = c->size,
	};

	/* Only nearby does the conversation not say who it was. */
	if (!c->mine && fp_is_zero(&c->fp) && !fp_is_zero(&c->from)) {
		memcpy(m.author, c->from.b, FP_SIZE);
		m.author_size = FP_SIZE;
	}
	return m;
}

/* False for one that is there already, too. */
static bool
insert_message(struct db *db, const struct change *c,
    const struct db_message *m, bool booked)
{
	sqlite3_stmt *s = db_statement(db, SQL_MESSAGE_ADD);

	db_bind_int(s, 1, c->row);
	db_bind_int(s, 2, m->conv);
	db_bind_int(s, 3, c->mine);
	db_bind_blob(s, 4, c->id.b, MSG_ID_SIZE);
	db_bind_blob(s, 5, m->author, m->author_size);
	db_bind_int(s, 6, (int64_t)c->seq);
	db_bind_int(s, 7, c->message);
	db_bind_int(s, 8, c->flags);
	if (c->has_target)
		db_bind_blob(s, 9, c->target.b, MSG_ID_SIZE);
	else
		sqlite3_bind_null(s, 9);
	db_bind_int(s, 10, c->missing);
	db_bind_int(s, 11, c->sent_ms);
	db_bind_int(s, 12, c->arrived_ms);
	db_bind_int(s, 13, c->delivery);
	if (c->reason != NULL)
		db_bind_text(s, 14, c->reason, strlen(c->reason));
	else
		sqlite3_bind_null(s, 14);
	db_bind_int(s, 15, c->waits);
	db_bind_int(s, 16, c->keep);
	db_bind_int(s, 17, db_message_sum(m));
	db_bind_text(s, 18, c->text, c->size);
	db_bind_int(s, 19, booked);
	if (!db_run(db, s))
		return false;
	if (sqlite3_changes(db->sql) > 0)
		return c->dialect == DIALECT_EARSHOT || db_legacy_add(db, c);
	if (db_find_row(db, m->conv, m->mine, &m->id, DB_PIECES_ALL) != 0)
		return false;
	/* Another message with that number: no reason to lose one. */
	db_bind_int(s, 6, 0);
	return db_run(db, s) &&
	       (c->dialect == DIALECT_EARSHOT || db_legacy_add(db, c));
}

static bool
add_to_book(struct db *db, const struct change *c)
{
	int64_t conv = db_book_later(db, c);

	if (conv == 0)
		return false;
	struct db_message m = message_of(c, conv);
	if (insert_message(db, c, &m, false)) {
		db->newest_row = c->row;
		db->unbooked++;
	}
	return true;
}

static void
add_message(struct db *db, const struct change *c)
{
	if (add_to_book(db, c))
		return;
	db_book(db);
	db_forget_near(db);
	move_received(db, c);
	if (!c->keep && !c->waits && c->message != MESSAGE_FILE)
		return;
	struct db_message m = message_of(c, db_conv(db, &c->fp, true));
	if ((c->seq == 0 && db_is_known(db, &m)) ||
	    !insert_message(db, c, &m, true))
		return;
	sqlite3_stmt *s = db_statement(db, SQL_CONV_GREW);
	db_bind_int(s, 1, m.conv);
	db_bind_int(s, 2, c->row);
	db_bind_int(s, 3, c->arrived_ms);
	db_bind_int(s, 4, !c->mine);
	db_run(db, s);
	if (c->row > db->newest_row)
		db->newest_row = c->row;
	/* One that could not be stored when it was its turn. */
	db_words_add(db, &m);
}

static void
revise(struct db *db, const struct change *c)
{
	move_received(db, c);
	db_revise(db, c);
}

static void
move_sent(struct db *db, const struct change *c)
{
	if (c->seq == 0 ||
	    (c->delivery != DELIVERY_DELIVERED && c->delivery != DELIVERY_READ))
		return;
	db_note_sent(db, &c->fp, c->seq);
}

/* Of a contact that is to keep no history. */
void
db_drop_unkept(struct db *db, int64_t row)
{
	sqlite3_stmt *s = db_statement(db, SQL_MESSAGE_UNKEPT);
	struct db_message m;

	db_bind_int(s, 1, row);
	if (!db_row(db, s))
		return;
	db_reset(s);
	if (!db_get_message(db, row, &m))
		return;
	db_remove_message(db, &m);
	db_message_clear(&m);
	db->cuts = true;
}

static void
deliver_revision(struct db *db, int64_t conv, const struct change *c)
{
	if (c->waits)
		return;
	sqlite3_stmt *s = db_statement(db, SQL_REVISION_DONE);
	db_bind_int(s, 1, conv);
	db_bind_blob(s, 2, c->id.b, MSG_ID_SIZE);
	db_run(db, s);
}

static bool
set_delivery(
    struct db *db, enum db_sql which, int64_t row, const struct change *c)
{
	sqlite3_stmt *s = db_statement(db, which);

	db_bind_int(s, 1, row);
	db_bind_int(s, 2, c->delivery);
	if (c->reason != NULL)
		db_bind_text(s, 3, c->reason, strlen(c->reason));
	else
		sqlite3_bind_null(s, 3);
	db_bind_int(s, 5, c->waits);
	if (which == SQL_MESSAGE_TICK)
		db_bind_blob(s, 4, c->id.b, MSG_ID_SIZE);
	return db_run(db, s) && sqlite3_changes(db->sql) > 0;
}

/* The engine knows the row of most, and most are kept. */
static void
deliver(struct db *db, const struct change *c)
{
	move_sent(db, c);
	if (c->row > 0 && set_delivery(db, SQL_MESSAGE_TICK, c->row, c))
		return;
	int64_t conv = db_conv(db, &c->fp, false);
	int64_t row = db_find_row(db, conv, true, &c->id, DB_PIECES_ALL);
	if (row == 0) {
		deliver_revision(db, conv, c);
		return;
	}
	set_delivery(db, SQL_MESSAGE_DELIVERY, row, c);
	db_drop_unkept(db, row);
}

static void
requeue(struct db *db, const struct change *c)
{
	sqlite3_stmt *s = db_statement(db, SQL_MESSAGE_REQUEUE);

	db_bind_int(s, 1, c->row);
	db_bind_int(s, 2, (int64_t)c->seq);
	db_bind_blob(s, 3, c->id.b, MSG_ID_SIZE);
	db_run(db, s);
}

static void
show(struct db *db, const struct change *c)
{
	int64_t conv = db_conv(db, &c->fp, false);
	int64_t row = c->row > 0
			  ? c->row
			  : db_find_row(db, conv, true, &c->id, DB_PIECES_ALL);
	sqlite3_stmt *s = db_statement(db, SQL_CONV_SHOWN);

	db_bind_int(s, 1, conv);
	db_bind_int(s, 2, row);
	db_run(db, s);
}

static void
mark_read(struct db *db, const struct change *c)
{
	sqlite3_stmt *s = db_statement(db, SQL_CONV_READ);

	db_bind_int(s, 1, db_conv(db, &c->fp, false));
	db_bind_int(s, 2, c->row);
	db_run(db, s);
}

static void
put_draft(struct db *db, const struct change *c)
{
	int64_t conv = db_conv(db, &c->fp, c->size > 0);
	sqlite3_stmt *s =
	    db_statement(db, c->size > 0 ? SQL_DRAFT_PUT : SQL_DRAFT_REMOVE);

	db_bind_int(s, 1, conv);
	if (c->size > 0)
		db_bind_text(s, 2, c->text, c->size);
	db_run(db, s);
}

static void (*const appliers[])(struct db *, const struct change *) = {
	[CHANGE_MESSAGE] = add_message,
	[CHANGE_REVISION] = revise,
	[CHANGE_DELIVERY] = deliver,
	[CHANGE_REQUEUE] = requeue,
	[CHANGE_SHOWN] = show,
	[CHANGE_READ] = mark_read,
	[CHANGE_DRAFT] = put_draft,
	[CHANGE_SEAL] = db_read_again,
	[CHANGE_RECODE] = db_read_again,
	[CHANGE_TRANSFER] = db_put_transfer,
	[CHANGE_RULE] = db_put_rule,
	[CHANGE_FORGET_MESSAGE] = db_forget,
	[CHANGE_FORGET_CONV] = db_forget,
	[CHANGE_FORGET_CONTACT] = db_forget,
};

void
db_apply(struct db *db, const struct change *c)
{
	assert(!db->is_reader);
	if (!db->is_dirty) {
		db_take_failure(db);
		db->is_dirty = true;
		db_begin(db);
	}
	if (db->failed != 0)
		return;
	if (c->kind != CHANGE_DELIVERY && c->kind != CHANGE_MESSAGE)
		db_put_sent(db);
	db->grows |= c->kind == CHANGE_MESSAGE || c->kind == CHANGE_REVISION;
	db->forgets |= c->kind >= CHANGE_FORGET_MESSAGE;
	if (c->kind == CHANGE_PIN)
		put_pin(db, c->pin);
	else
		appliers[c->kind](db, c);
}
