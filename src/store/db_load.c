/* SPDX-License-Identifier: MIT */
/*
 * Out of the database. Nothing here looks at all messages: what an engine
 * starts from is in tables of their own, or has an index.
 */
#include "store/db.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "store/db_state.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a clean name, in bytes. */
enum { NAME_MAX_SHOWN = NAME_BYTES_MAX * PEER_TEXT_GROWTH };

/* TEXT_ACTION of the wire. */
enum { FLAG_ACTION = 1 << 1 };

static void
read_addr(sqlite3_stmt *s, int at, struct addr *addr)
{
	char *text = db_column_text(s, at, NULL);

	if (addr_parse(text, 0, addr) != 0)
		*addr = (struct addr){ .family = ADDR_NONE };
	free(text);
}

struct pin
db_read_pin(sqlite3_stmt *s, int at)
{
	struct pin pin = {
		.received_seq = db_seq_out(sqlite3_column_int64(s, at + 1)),
		.sent_seq = db_seq_out(sqlite3_column_int64(s, at + 2)),
		.trust = (enum trust)(sqlite3_column_int(s, at + 3) & 7),
		.answered = sqlite3_column_int(s, at + 4) != 0,
		.receipts = sqlite3_column_int(s, at + 5) != 0,
		.forgets = sqlite3_column_int(s, at + 6) != 0,
		.transport =
		    (enum transport_choice)(sqlite3_column_int(s, at + 7) & 3),
		.udp_port = (uint16_t)sqlite3_column_int(s, at + 9),
		.version_floor = (uint16_t)sqlite3_column_int(s, at + 10),
		.epoch = (uint32_t)sqlite3_column_int64(s, at + 11),
		.seq = (uint32_t)sqlite3_column_int64(s, at + 12),
		.first_ms = sqlite3_column_int64(s, at + 13),
		.last_ms = sqlite3_column_int64(s, at + 14),
		.name = db_column_brief(s, at + 15, NAME_MAX_SHOWN),
	};

	db_column_bytes(s, at, pin.fp.b, FP_SIZE);
	if (pin.trust > TRUST_BLOCKED)
		pin.trust = TRUST_UNKNOWN;
	if (pin.transport > TRANSPORT_UDP)
		pin.transport = TRANSPORT_AUTO;
	read_addr(s, at + 8, &pin.addr);
	return pin;
}

static void
read_label(sqlite3_stmt *s, struct pin *pin)
{
	pin->alias = db_column_brief(s, 1, NAME_MAX_SHOWN);
	pin->muted_ms = sqlite3_column_int64(s, 2);
}

static void
read_line(sqlite3_stmt *s, struct pin *pin)
{
	db_read_line(s, 1, pin);
}

/* What few contacts have: rows in the order of the pins, which are merged so
 * that nothing is looked up for the others. */
static void
load_beside(struct db *db, enum db_sql sql, struct saved *saved,
    void (*read)(sqlite3_stmt *s, struct pin *pin))
{
	sqlite3_stmt *s = db_statement(db, sql);
	size_t next = 0;

	while (db_row(db, s)) {
		struct fp fp;
		if (!db_column_bytes(s, 0, fp.b, FP_SIZE))
			continue;
		size_t at = next;
		while (at < saved->pin_count &&
		       !fp_equal(&saved->pins[at].fp, &fp))
			at++;
		/* Not there: it came since the contacts were read. */
		if (at == saved->pin_count)
			continue;
		read(s, &saved->pins[at]);
		next = at + 1;
	}
}

static void
load_pins(struct db *db, struct saved *saved)
{
	sqlite3_stmt *s = db_statement(db, SQL_CONTACT_ALL);

	while (db_row(db, s)) {
		saved->pins = DB_GROW(saved->pins, saved->pin_count);
		saved->pins[saved->pin_count++] = db_read_pin(s, 0);
	}
	load_beside(db, SQL_LABEL_ALL, saved, read_label);
	load_beside(db, SQL_LINE_ALL, saved, read_line);
}

static void
load_convs(struct db *db, struct saved *saved)
{
	sqlite3_stmt *s = db_statement(db, SQL_CONV_ALL);

	while (db_row(db, s)) {
		struct saved_conv conv = {
			.last_row = sqlite3_column_int64(s, 1),
			.read_row = sqlite3_column_int64(s, 2),
			.active_ms = sqlite3_column_int64(s, 3),
			.unread = (uint32_t)sqlite3_column_int64(s, 4),
		};
		db_column_bytes(s, 0, conv.fp.b, FP_SIZE);
		if (sqlite3_column_type(s, 5) != SQLITE_NULL)
			conv.draft = db_column_text(s, 5, NULL);
		saved->convs = DB_GROW(saved->convs, saved->conv_count);
		saved->convs[saved->conv_count++] = conv;
	}
}

static struct saved_post
read_post(sqlite3_stmt *s)
{
	struct saved_post post = {
		.change = {
			.row = sqlite3_column_int64(s, 0),
			.kind = sqlite3_column_int(s, 2) != 0 ? CHANGE_REVISION
			                                      : CHANGE_MESSAGE,
			.seq = (uint64_t)sqlite3_column_int64(s, 4),
			.mine = true,
			.waits = true,
			.flags = (uint8_t)sqlite3_column_int(s, 6),
			.sent_ms = sqlite3_column_int64(s, 8),
			.arrived_ms = sqlite3_column_int64(s, 9),
			.keep = sqlite3_column_int(s, 10) != 0,
			.delivery = DELIVERY_QUEUED,
		},
	};
	struct change *c = &post.change;

	db_column_bytes(s, 1, post.to.b, FP_SIZE);
	c->fp = post.to;
	db_column_bytes(s, 3, c->id.b, MSG_ID_SIZE);
	c->has_target = db_column_bytes(s, 7, c->target.b, MSG_ID_SIZE);
	if (c->kind == CHANGE_REVISION)
		c->revision = (enum revision)sqlite3_column_int(s, 5);
	else
		c->message = (enum message_kind)sqlite3_column_int(s, 5);
	c->text = db_column_text(s, 11, &c->size);
	return post;
}

static void
load_outbox(struct db *db, struct saved *saved)
{
	sqlite3_stmt *s = db_statement(db, SQL_OUTBOX);

	while (db_row(db, s)) {
		struct saved_post post = read_post(s);
		struct change *c = &post.change;
		bool is_file =
		    c->kind == CHANGE_MESSAGE && c->message == MESSAGE_FILE;
		if (is_file)
			c->transfer = db_loaded_transfer(saved, c->row);
		/* Damage: nobody knows what it offered. */
		if (is_file && c->transfer == NULL) {
			free((char *)(uintptr_t)c->text);
			continue;
		}
		saved->outbox = DB_GROW(saved->outbox, saved->outbox_count);
		saved->outbox[saved->outbox_count++] = post;
	}
}

/* In a transaction of its own, when there is none. */
static bool
begin_booking(struct db *db)
{
	if (db->is_reader || db->unbooked == 0)
		return false;
	bool begins = sqlite3_get_autocommit(db->sql) != 0;
	if (begins && !db_run(db, db_statement(db, SQL_BEGIN)))
		return false;
	db_book(db);
	return begins;
}

bool
db_read_saved(struct db *db, struct saved *ret_saved)
{
	struct saved saved = { 0 };
	bool begun = begin_booking(db);

	load_pins(db, &saved);
	load_convs(db, &saved);
	db_load_transfers(db, &saved);
	db_load_rules(db, &saved);
	load_outbox(db, &saved);
	sqlite3_stmt *s = db_statement(db, SQL_NEWEST_ROW);
	if (db_row(db, s)) {
		saved.next_row = sqlite3_column_int64(s, 0) + 1;
		db_reset(s);
	}
	bool ok = db->failed == 0;
	/* On a full disk it was booked for this reading only. */
	if (begun && !db_end(db) && ok)
		db_take_failure(db);
	if (!ok) {
		saved_clear(&saved);
		return false;
	}
	*ret_saved = saved;
	return true;
}

int
db_load(struct db *db, struct saved *ret_saved, char **ret_error)
{
	if (db->has_saved) {
		*ret_saved = db->saved;
		db->saved = (struct saved){ 0 };
		db->has_saved = false;
		return 0;
	}
	if (db_read_saved(db, ret_saved))
		return 0;
	db_note_damage(db, db->failed);
	int err =
	    db_fail(db, db->failed, N_("cannot read the history: "), ret_error);
	db_take_failure(db);
	return err;
}

/* A damaged row is no reason to look beyond a table. */
static enum delivery
read_delivery(sqlite3_stmt *s, int at)
{
	int value = sqlite3_column_int(s, at);

	return value < DELIVERY_NONE || value > DELIVERY_FAILED
		   ? DELIVERY_NONE
		   : (enum delivery)value;
}

static enum message_kind
read_kind(sqlite3_stmt *s, int at)
{
	int value = sqlite3_column_int(s, at);

	return value == MESSAGE_SHOUT || value == MESSAGE_FILE
		   ? (enum message_kind)value
		   : MESSAGE_TEXT;
}

static enum ran
read_ran(int flags)
{
	if ((flags & CHANGE_RAN_ASKED) != 0)
		return RAN_ASKED;
	return (flags & CHANGE_RAN_SAID) != 0 ? RAN_SAID : RAN_NOT;
}

void
db_read_message(sqlite3_stmt *s, int at, struct message *ret_message)
{
	int flags = sqlite3_column_int(s, at + 5);
	struct message m = {
		.row = sqlite3_column_int64(s, at),
		.kind = read_kind(s, at + 2),
		.delivery = read_delivery(s, at + 3),
		.mine = sqlite3_column_int(s, at + 4) != 0,
		.action = (flags & FLAG_ACTION) != 0,
		.ran = read_ran(flags),
		.read = sqlite3_column_int(s, at + 6) != 0,
		.missing = (uint32_t)sqlite3_column_int64(s, at + 7),
		.sent_ms = sqlite3_column_int64(s, at + 9),
		.arrived_ms = sqlite3_column_int64(s, at + 10),
		.edited = sqlite3_column_int(s, at + 11) == 1,
		.deleted = sqlite3_column_int(s, at + 11) == 2,
	};

	db_column_bytes(s, at + 1, m.id.b, MSG_ID_SIZE);
	db_column_bytes(s, at + 8, m.from.b, FP_SIZE);
	m.has_target = db_column_bytes(s, at + 12, m.target.b, MSG_ID_SIZE);
	for (int i = 0; i < 2; i++) {
		char *text = db_column_text(s, at + 13 + i, NULL);
		snprintf(m.reactions[i], REACTION_SIZE, "%s", text);
		free(text);
	}
	if (sqlite3_column_type(s, at + 15) != SQLITE_NULL)
		m.reason = db_column_text(s, at + 15, NULL);
	m.text = db_column_text(s, at + 16, &m.size);
	db_read_legacy(s, at + 17, &m);
	*ret_message = m;
}

static void
reverse(struct saved_page *page)
{
	for (size_t i = 0; i < page->count / 2; i++) {
		struct message *a = &page->messages[i];
		struct message *b = &page->messages[page->count - 1 - i];
		struct message swap = *a;
		*a = *b;
		*b = swap;
	}
}

int
db_page(struct db *db, const struct fp *fp, int64_t row, size_t count,
    struct saved_page *ret_page)
{
	struct saved_page page = { 0 };
	int earlier = db->failed;
	int64_t conv = db_conv(db, fp, false);
	sqlite3_stmt *s = db_statement(db, SQL_MESSAGE_PAGE);

	if (count > DB_PAGE_MAX)
		count = DB_PAGE_MAX;
	db_bind_int(s, 1, conv);
	db_bind_int(s, 2, row);
	db_bind_int(s, 3, (int64_t)count + 1);
	while (db_row(db, s)) {
		if (page.count == count) {
			page.more = true;
			db_reset(s);
			break;
		}
		page.messages = DB_GROW(page.messages, page.count);
		db_read_message(s, 0, &page.messages[page.count++]);
	}
	for (size_t i = 0; i < page.count; i++) {
		if (page.messages[i].dialect != DIALECT_EARSHOT)
			db_get_raw(db, &page.messages[i]);
		int code = db_get_file(db, &page.messages[i]);
		if (code != SQLITE_OK)
			db_keep_failure(db, code);
	}
	reverse(&page);
	db_note_damage(db, db->failed);
	if (db->failed != 0 && (earlier != 0 || !db->is_dirty)) {
		/* Not for the next commit to fail with. */
		if (earlier == 0)
			db_take_failure(db);
		saved_page_clear(&page);
		return ERR_SYS;
	}
	*ret_page = page;
	return 0;
}
