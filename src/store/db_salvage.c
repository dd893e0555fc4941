/* SPDX-License-Identifier: MIT */
/*
 * Saving what can be read of a damaged database. Rows go over by themselves,
 * never through an index; each has a sum that says whether it is what was once
 * written, so that nothing is made up. The search index is made anew.
 *
 * The new file takes the name only when it is complete; a crash before that
 * leaves the damaged one in its place, and the mark that says so.
 */
#include "store/db_state.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/file.h"
#include "store/sentence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SQL_SIZE = 256, ASIDES_MAX = 10000 };

struct salvage {
	sqlite3 *from;
	struct db *to;
	int64_t messages, contacts;
	char *aside;
};

enum scan { SCAN_END, SCAN_BROKEN, SCAN_STOP };

static bool
is_contact(sqlite3_stmt *s)
{
	struct pin pin = db_read_pin(s, 1);

	bool is = !fp_is_zero(&pin.fp) &&
		  sqlite3_column_int64(s, 17) == db_pin_sum(&pin);
	pin_clear(&pin);
	return is;
}

static bool
is_conv(sqlite3_stmt *s)
{
	struct fp fp;

	return db_column_bytes(s, 1, fp.b, FP_SIZE) &&
	       sqlite3_column_int64(s, 7) ==
		   db_conv_sum(sqlite3_column_int64(s, 0), fp.b);
}

static bool
is_message(sqlite3_stmt *s)
{
	struct db_message m = {
		.row = sqlite3_column_int64(s, 0),
		.conv = sqlite3_column_int64(s, 1),
		.mine = sqlite3_column_int(s, 2) != 0,
		.sent_ms = sqlite3_column_int64(s, 10),
		.arrived_ms = sqlite3_column_int64(s, 11),
	};

	if (db_column_bytes(s, 4, m.author, FP_SIZE))
		m.author_size = FP_SIZE;
	bool ok = db_column_bytes(s, 3, m.id.b, MSG_ID_SIZE) && m.row > 0;
	m.text = db_column_text(s, 18, &m.size);
	ok = ok && sqlite3_column_int64(s, 17) == db_message_sum(&m);
	db_message_clear(&m);
	return ok;
}

static bool
is_revision(sqlite3_stmt *s)
{
	struct db_message m = {
		.row = sqlite3_column_int64(s, 0),
		.conv = sqlite3_column_int64(s, 1),
		.mine = true,
		.sent_ms = sqlite3_column_int64(s, 7),
		.arrived_ms = sqlite3_column_int64(s, 8),
	};
	bool ok = db_column_bytes(s, 2, m.id.b, MSG_ID_SIZE) && m.row > 0;

	m.text = db_column_text(s, 10, &m.size);
	ok = ok && sqlite3_column_int64(s, 11) == db_message_sum(&m);
	db_message_clear(&m);
	return ok;
}

static bool
is_transfer(sqlite3_stmt *s)
{
	struct transfer *t = db_read_transfer(s);
	bool ok =
	    t->row > 0 && sqlite3_column_int64(s, DB_TRANSFER_WIDTH - 1) ==
			      db_transfer_sum(t);

	transfer_free(t);
	return ok;
}

/* In this order, since the later refer to the earlier. The key is the first
 * column. */
static const struct table {
	const char *name, *key;
	bool (*check)(sqlite3_stmt *); /* NULL: all that reads */
} tables[] = {
	{ "contact", "id", is_contact },
	{ "label", "contact", NULL },
	{ "line", "contact", NULL },
	{ "conv", "id", is_conv },
	{ "draft", "conv", NULL },
	{ "message", "row", is_message },
	{ "revision", "row", is_revision },
	{ "former", "message", NULL },
	{ "reaction", "message", NULL },
	{ "legacy", "message", NULL },
	{ "transfer", "message", is_transfer },
	/* Its sum is looked at whenever it is read. */
	{ "rule", "contact", NULL },
};

/* By the names of columns: the damaged one may be of an older version. */
static sqlite3_stmt *
prepare_insert(struct salvage *v, const struct table *t, sqlite3_stmt *from)
{
	char names[SQL_SIZE], values[SQL_SIZE], text[2 * SQL_SIZE + 64];
	sqlite3_stmt *s = NULL;
	size_t n = 0, size = 0;

	for (int i = 0; i < sqlite3_column_count(from); i++) {
		const char *comma = i == 0 ? "" : ",";
		const char *name = sqlite3_column_name(from, i);
		if (name == NULL || n + strlen(name) + 2 > SQL_SIZE ||
		    size + 3 > SQL_SIZE)
			return NULL;
		n += (size_t)snprintf(
		    names + n, SQL_SIZE - n, "%s%s", comma, name);
		size += (size_t)snprintf(
		    values + size, SQL_SIZE - size, "%s?", comma);
	}
	snprintf(text, sizeof(text),
	    "INSERT OR IGNORE INTO %s (%s) VALUES (%s)", t->name, names,
	    values);
	sqlite3_prepare_v2(v->to->sql, text, -1, &s, NULL);
	return s;
}

/* False when the new file cannot take it. A row that fits nowhere is left. */
static bool
copy_row(struct salvage *v, sqlite3_stmt *from, sqlite3_stmt *to)
{
	int columns = sqlite3_column_count(from);

	for (int i = 0; i < columns; i++)
		sqlite3_bind_value(to, i + 1, sqlite3_column_value(from, i));
	sqlite3_step(to);
	int code = sqlite3_reset(to);
	if (code == SQLITE_OK || (code & 0xff) == SQLITE_CONSTRAINT)
		return true;
	db_keep_failure(v->to, code);
	return false;
}

static enum scan
copy_rows(
    struct salvage *v, const struct table *t, sqlite3_stmt *from, int64_t *last)
{
	sqlite3_stmt *to = prepare_insert(v, t, from);
	enum scan result = SCAN_BROKEN;
	int code;

	if (to == NULL)
		return SCAN_BROKEN;
	while ((code = sqlite3_step(from)) == SQLITE_ROW) {
		int64_t at = sqlite3_column_int64(from, 0);
		if (at > *last)
			*last = at;
		if (t->check != NULL && !t->check(from))
			continue;
		if (!copy_row(v, from, to)) {
			result = SCAN_STOP;
			break;
		}
	}
	if (code == SQLITE_DONE)
		result = SCAN_END;
	sqlite3_finalize(to);
	return result;
}

/* The rows with low < key < high, in that direction. */
static enum scan
scan(struct salvage *v, const struct table *t, int64_t low, int64_t high,
    int64_t *last)
{
	char text[SQL_SIZE];
	sqlite3_stmt *from = NULL;
	bool upwards = last != NULL;
	int64_t ignored = low;

	snprintf(text, sizeof(text),
	    "SELECT * FROM %s NOT INDEXED WHERE %s > ?1 AND %s < ?2"
	    " ORDER BY %s %s",
	    t->name, t->key, t->key, t->key, upwards ? "ASC" : "DESC");
	if (sqlite3_prepare_v2(v->from, text, -1, &from, NULL) != SQLITE_OK)
		return SCAN_BROKEN;
	sqlite3_bind_int64(from, 1, low);
	sqlite3_bind_int64(from, 2, high);
	enum scan result = copy_rows(v, t, from, upwards ? last : &ignored);
	sqlite3_finalize(from);
	return result;
}

/* The first key that can be read again somewhere behind last; 0: none. */
static int64_t
find_next(struct salvage *v, const struct table *t, int64_t last)
{
	char text[SQL_SIZE];
	sqlite3_stmt *s = NULL;
	int64_t found = 0;
	int code = SQLITE_CORRUPT;

	snprintf(text, sizeof(text),
	    "SELECT %s FROM %s NOT INDEXED WHERE %s > ?1 ORDER BY %s LIMIT 1",
	    t->key, t->name, t->key, t->key);
	if (sqlite3_prepare_v2(v->from, text, -1, &s, NULL) != SQLITE_OK)
		return 0;
	for (int64_t step = 1; step < INT64_MAX / 4; step *= 2) {
		if (last > INT64_MAX - step)
			break;
		sqlite3_bind_int64(s, 1, last + step);
		code = sqlite3_step(s);
		if (code == SQLITE_ROW)
			found = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
		if (code == SQLITE_ROW || code == SQLITE_DONE)
			break;
	}
	sqlite3_finalize(s);
	return found > last ? found : 0;
}

/* Around what cannot be read: from below up to it, from above down to it. */
static bool
copy_table(struct salvage *v, const struct table *t)
{
	int64_t last = 0;

	for (;;) {
		enum scan result = scan(v, t, last, INT64_MAX, &last);
		if (result != SCAN_BROKEN)
			return result == SCAN_END;
		int64_t next = find_next(v, t, last);
		int64_t high = next == 0 ? INT64_MAX : next + 1;
		if (scan(v, t, last, high, NULL) == SCAN_STOP)
			return false;
		if (next == 0)
			return true;
		last = next;
	}
}

/* All is booked (db_book.c); what is counted for all messages; and the number
 * up to which a contact's messages came: too high a one would drop in silence
 * what is still to come. */
static const char recount[] =
    "UPDATE OR IGNORE message SET booked = 1 WHERE booked = 0;"
    "UPDATE message SET seq = 0, booked = 1 WHERE booked = 0;"
    "INSERT INTO mark SELECT 'booked_row', max(row) FROM message"
    " HAVING max(row) NOT NULL;"
    "INSERT INTO mark SELECT 'transfer_number', max(number) FROM transfer"
    " HAVING max(number) NOT NULL;"
    "UPDATE message SET waits = 0, delivery = 5, reason = 'forgotten'"
    " WHERE kind = 4 AND waits = 1 AND row NOT IN"
    " (SELECT message FROM transfer);"
    "UPDATE conv SET last_row = (SELECT ifnull(max(row), 0) FROM message"
    " WHERE conv = conv.id), unread = (SELECT count(*) FROM message"
    " WHERE conv = conv.id AND row > read_row AND mine = 0);"
    "UPDATE conv SET read_row = min(read_row, last_row),"
    " shown_row = min(shown_row, last_row);"
    "UPDATE contact SET received_seq = ifnull((SELECT"
    " max(m.seq) + (-9223372036854775807 - 1) FROM message m JOIN conv v"
    " ON v.id = m.conv WHERE v.fp = contact.fp AND m.mine = 0"
    " AND m.seq > 0), received_seq);";

static int64_t
count(struct db *db, const char *text)
{
	sqlite3_stmt *s = NULL;
	int64_t n = 0;

	if (sqlite3_prepare_v2(db->sql, text, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

static bool
copy_all(struct salvage *v)
{
	if (!db_begin(v->to))
		return false;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (!copy_table(v, &tables[i]))
			return false;
	v->messages = count(v->to, "SELECT count(*) FROM message");
	v->contacts = count(v->to, "SELECT count(*) FROM contact");
	if (!db_exec(v->to, recount) || !db_end(v->to))
		return false;
	int code = sqlite3_wal_checkpoint_v2(
	    v->to->sql, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (code != SQLITE_OK)
		db_keep_failure(v->to, code);
	return code == SQLITE_OK;
}

/* With its log, and without writing to either. */
static void
open_damaged(struct salvage *v, const char *path)
{
	if (sqlite3_open_v2(path, &v->from,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return;
	sqlite3_db_config(v->from, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	/* Else nothing at all is read of a file that was cut short. */
	sqlite3_db_config(v->from, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
}

static void
remove_with(const char *path, const char *suffix)
{
	char *name = xasprintf("%s%s", path, suffix);

	unlink(name);
	free(name);
}

static int
rename_with(const char *from, const char *to, const char *suffix)
{
	char *old = xasprintf("%s%s", from, suffix);
	char *fresh = xasprintf("%s%s", to, suffix);
	int result = rename(old, fresh);

	free(old);
	free(fresh);
	return result;
}

/* The log first: should only one of them be renamed, SQLite must not find the
 * log beside another database. */
static int
set_aside(const char *path, char **ret_aside)
{
	struct stat st;
	char *aside = NULL;

	for (int i = 1; i < ASIDES_MAX; i++) {
		free(aside);
		aside = xasprintf("%s.corrupt-%d", path, i);
		if (lstat(aside, &st) != 0 && errno == ENOENT)
			break;
	}
	remove_with(path, "-shm");
	if ((rename_with(path, aside, "-wal") != 0 && errno != ENOENT) ||
	    rename(path, aside) != 0) {
		free(aside);
		return ERR_SYS;
	}
	*ret_aside = aside;
	return 0;
}

static char *
done_path(const struct db *db)
{
	return xasprintf("%s.salvaged", db->path);
}

static int
swap_files(const struct db *db, struct salvage *v)
{
	char *fresh = xasprintf("%s.salvage", db->path);
	char *done = done_path(db);
	int err = 0;

	if (rename(fresh, done) != 0 || set_aside(db->path, &v->aside) != 0 ||
	    rename(done, db->path) != 0)
		err = ERR_SYS;
	if (err == 0) {
		file_sync_parent(db->path);
		remove_with(db->path, ".damaged");
	}
	free(fresh);
	free(done);
	return err;
}

void
db_finish_salvage(const struct db *db)
{
	char *done = done_path(db);
	struct stat st;

	if (lstat(db->path, &st) != 0 && errno == ENOENT) {
		rename(done, db->path);
		remove_with(db->path, ".damaged");
	}
	free(done);
}

void
db_mark_damaged(const struct db *db)
{
	char *name = xasprintf("%s.damaged", db->path);
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	free(name);
}

void
db_note_damage(const struct db *db, int code)
{
	if (db_is_damage(code) && !db->words_broken && !db->is_reader)
		db_mark_damaged(db);
}

bool
db_is_marked_damaged(const struct db *db)
{
	char *name = xasprintf("%s.damaged", db->path);
	struct stat st;
	bool there = lstat(name, &st) == 0;

	free(name);
	return there;
}

static struct db *
make_fresh(const struct db *db, char **ret_error)
{
	struct db *fresh = db_new(db->dir, "earshot.db.salvage", NULL);

	remove_with(fresh->path, "");
	remove_with(fresh->path, "-wal");
	remove_with(fresh->path, "-shm");
	remove_with(db->path, ".salvaged");
	int err = db_make_file(fresh->path, ret_error);
	if (err == 0)
		err = db_open_file(fresh, ret_error);
	if (err == 0)
		return fresh;
	if (*ret_error == NULL)
		db_fail(fresh, fresh->failed,
		    N_("the history is damaged and cannot be saved: "),
		    ret_error);
	db_close(fresh);
	return NULL;
}

static int
end_salvage(struct db *db, struct salvage *v, char **ret_notice)
{
	int err = swap_files(db, v);

	if (err != 0)
		return fail(ret_notice, err,
		    "the history is damaged and cannot be saved: %s: %s; see "
		    "who owns that directory",
		    db->dir, strerror(errno));
	return fail(ret_notice, 0,
	    "the history was damaged: %lld messages and %lld "
	    "contacts of it could be read and are kept; the damaged file is "
	    "now %s, for whoever misses something",
	    (long long)v->messages, (long long)v->contacts, v->aside);
}

int
db_salvage(struct db *db, char **ret_notice)
{
	struct salvage v = { 0 };
	int err = ERR_SYS;

	db_mark_damaged(db);
	v.to = make_fresh(db, ret_notice);
	if (v.to == NULL)
		return err;
	open_damaged(&v, db->path);
	bool copied = copy_all(&v);
	sqlite3_close(v.from);
	if (!copied)
		err = db_fail(v.to, v.to->failed,
		    N_("the history is damaged and cannot be saved: "),
		    ret_notice);
	db_close(v.to);
	if (copied)
		err = end_salvage(db, &v, ret_notice);
	free(v.aside);
	return err;
}
