/* SPDX-License-Identifier: MIT */
/*
 * Opening: each step of migration, the pins of the first version, and every
 * reason not to; what happens with another program at the same file.
 */
#include "store/db.h"

#include "base/err.h"
#include "core/transfer.h"
#include "db_kit.h"
#include "store/pins.h"
#include "store/search.h"
#include "tmpdir.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static sqlite3 *
other(struct db_kit *k)
{
	sqlite3 *sql;

	assert_int_equal(
	    sqlite3_open(tmpdir_path(k->dir, "earshot.db"), &sql), SQLITE_OK);
	return sql;
}

static void
run(sqlite3 *sql, const char *text)
{
	assert_int_equal(sqlite3_exec(sql, text, NULL, NULL, NULL), SQLITE_OK);
}

static int64_t
ask(struct db_kit *k, const char *text)
{
	sqlite3 *sql = other(k);
	sqlite3_stmt *s;

	assert_int_equal(
	    sqlite3_prepare_v2(sql, text, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	int64_t value = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(sql);
	return value;
}

static void
alter(struct db_kit *k, const char *text)
{
	sqlite3 *sql = other(k);

	run(sql, text);
	sqlite3_close(sql);
}

static void
say_it(struct db_kit *k, unsigned n, const char *text)
{
	struct change c = db_kit_theirs(k, 1, n, text);

	db_kit_add(k, &c);
	db_kit_commit(k);
}

static size_t
count(struct db_kit *k)
{
	struct saved_page page = db_kit_page(k, 1);
	size_t n = page.count;

	saved_page_clear(&page);
	return n;
}

static size_t
search(struct db_kit *k, const char *word)
{
	struct query q = { .term_count = 1 };
	struct findings f;
	char *error = NULL;

	q.terms[0].text = (char *)(uintptr_t)word;
	assert_int_equal(
	    db_search(k->db, &q, INT64_MAX, SEARCH_PAGE, &f, &error), 0);
	size_t n = f.count;
	findings_clear(&f);
	return n;
}

static void
test_new(void **state)
{
	struct db_kit *k = *state;
	struct stat st;

	assert_int_equal(ask(k, "PRAGMA user_version"), DB_VERSION);
	assert_int_equal(ask(k, "PRAGMA application_id"), 0x65617273);
	assert_int_equal(ask(k, "PRAGMA auto_vacuum"), 2);
	say_it(k, 1, "hello");
	static const char *const names[] = { "earshot.db", "earshot.db-wal",
		"earshot.db-shm" };
	for (int i = 0; i < 3; i++) {
		assert_int_equal(stat(tmpdir_path(k->dir, names[i]), &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
}

/* From an empty file, and one that a crash left before its first table. */
static void
test_migrate_from_nothing(void **state)
{
	struct db_kit *k = *state;

	db_kit_close(k);
	tmpdir_write(tmpdir_path(k->dir, "earshot.db"), "", 0, 0600);
	db_kit_open(k);
	assert_null(k->error);
	say_it(k, 1, "hello");
	db_kit_close(k);
	assert_int_equal(unlink(tmpdir_path(k->dir, "earshot.db")), 0);
	alter(k, "PRAGMA application_id = 1700885107");
	assert_int_equal(chmod(tmpdir_path(k->dir, "earshot.db"), 0600), 0);
	db_kit_open(k);
	assert_null(k->error);
	assert_int_equal(ask(k, "PRAGMA user_version"), DB_VERSION);
	say_it(k, 1, "hello");
}

/* 6 forgot what was over. */
static void
test_migrate_from_6(void **state)
{
	struct db_kit *k = *state;

	say_it(k, 1, "hello");
	db_kit_close(k);
	alter(k, "DROP INDEX transfer_open; CREATE INDEX transfer_open"
		 " ON transfer(message) WHERE state < 4;"
		 "PRAGMA user_version = 6");
	db_kit_open(k);
	assert_null(k->error);
	assert_int_equal(ask(k, "PRAGMA user_version"), DB_VERSION);
	assert_int_equal(ask(k, "SELECT count(*) FROM sqlite_schema WHERE"
				" name = 'transfer_open' AND sql LIKE '%& 64'"),
	    1);
}

/* What the last two steps made. */
#define BACK_TO_5 "DROP TABLE transfer; DROP TABLE rule;"

/* 5 knew no files. */
static void
test_migrate_from_5(void **state)
{
	struct db_kit *k = *state;
	char name[] = "report.pdf";
	struct transfer t = { .id = 3, .row = 2, .name = name };
	struct change c = { .kind = CHANGE_TRANSFER, .transfer = &t };

	say_it(k, 1, "hello");
	db_kit_close(k);
	alter(k, BACK_TO_5 "PRAGMA user_version = 5");
	db_kit_open(k);
	assert_null(k->error);
	assert_int_equal(ask(k, "PRAGMA user_version"), DB_VERSION);
	assert_int_equal(count(k), 1);
	struct change file = db_kit_theirs(k, 1, 2, "report.pdf");
	file.message = MESSAGE_FILE;
	db_kit_add(k, &file);
	db_kit_add(k, &c);
	db_kit_commit(k);
	db_kit_reopen(k);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.transfer_count, 1);
	assert_int_equal(saved.transfer_number, 3);
	saved_clear(&saved);
}

/* 4 knew one dialect. */
static void
test_migrate_from_4(void **state)
{
	struct db_kit *k = *state;

	say_it(k, 1, "hello");
	db_kit_close(k);
	alter(k, BACK_TO_5
	    "DROP TABLE line; DROP TABLE legacy; PRAGMA user_version = 4");
	db_kit_open(k);
	assert_null(k->error);
	assert_int_equal(ask(k, "PRAGMA user_version"), DB_VERSION);
	assert_int_equal(ask(k, "SELECT count(*) FROM legacy"), 0);
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(page.count, 1);
	assert_int_equal(page.messages[0].dialect, DIALECT_EARSHOT);
	saved_page_clear(&page);
}

/* 3 had no labels. */
static const char back_to_3[] =
    BACK_TO_5 "DROP TABLE label; DROP TABLE line; DROP TABLE legacy;"
	      "PRAGMA user_version = 3";

static void
test_migrate_from_3(void **state)
{
	struct db_kit *k = *state;
	struct pin pin = { .fp = db_kit_fp(1),
		.trust = TRUST_PINNED,
		.name = "bob",
		.alias = "rob",
		.muted_ms = 12345 };
	struct change c = { .kind = CHANGE_PIN, .fp = pin.fp, .pin = &pin };

	say_it(k, 1, "hello");
	db_kit_close(k);
	alter(k, back_to_3);
	db_kit_open(k);
	assert_null(k->error);
	assert_int_equal(ask(k, "PRAGMA user_version"), DB_VERSION);
	db_kit_add(k, &c);
	db_kit_commit(k);
	db_kit_reopen(k);
	struct saved saved = db_kit_load(k);
	assert_string_equal(saved.pins[0].alias, "rob");
	assert_int_equal(saved.pins[0].muted_ms, 12345);
	saved_clear(&saved);
	/* What is not set any more takes no room. */
	pin.alias = NULL;
	pin.muted_ms = 0;
	db_kit_add(k, &c);
	db_kit_commit(k);
	assert_int_equal(ask(k, "SELECT count(*) FROM label"), 0);
	pin.muted_ms = INT64_MAX;
	db_kit_add(k, &c);
	c.kind = CHANGE_FORGET_CONTACT;
	db_kit_add(k, &c);
	db_kit_commit(k);
	assert_int_equal(ask(k, "SELECT count(*) FROM label"), 0);
}

/* 2 knew nothing of booking. */
static const char back_to_2[] = BACK_TO_5
    "DROP TABLE label; DROP TABLE line; DROP TABLE legacy;"
    "DROP INDEX message_seq; DROP INDEX message_id; DROP INDEX message_conv;"
    "DROP INDEX message_waits;"
    "ALTER TABLE message DROP COLUMN booked;"
    "CREATE UNIQUE INDEX message_seq ON message(conv, mine, seq)"
    " WHERE seq <> 0;"
    "CREATE INDEX message_id ON message(row >> 11, id);"
    "CREATE INDEX message_conv ON message(conv);"
    "CREATE INDEX message_waits ON message(waits) WHERE waits = 1;"
    "DELETE FROM mark WHERE name = 'booked_row'; PRAGMA user_version = 2";

static void
test_migrate_from_2(void **state)
{
	struct db_kit *k = *state;
	struct change c = db_kit_ours(k, 1, 2, "it waits");

	say_it(k, 1, "hello");
	db_kit_add(k, &c);
	db_kit_commit(k);
	say_it(k, 3, "again");
	db_kit_reopen(k);
	db_kit_close(k);
	alter(k, back_to_2);
	db_kit_open(k);
	assert_null(k->error);
	assert_int_equal(ask(k, "PRAGMA user_version"), DB_VERSION);
	assert_int_equal(
	    ask(k, "SELECT count(*) FROM message WHERE booked"), 3);
	assert_int_equal(
	    ask(k, "SELECT value FROM mark WHERE name = 'booked_row'"), 3);
	for (int i = 0; i < 2; i++) {
		struct saved saved = db_kit_load(k);
		assert_int_equal(saved.outbox_count, 1);
		assert_int_equal(saved.convs[0].unread, 2 + i);
		saved_clear(&saved);
		say_it(k, 4, "and again");
	}
	assert_int_equal(
	    ask(k, "SELECT count(*) FROM message WHERE booked"), 4);
	assert_int_equal(
	    ask(k, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"),
	    1);
}

/* 1 had no search index. */
static void
test_migrate_from_1(void **state)
{
	struct db_kit *k = *state;

	say_it(k, 1, "found later");
	db_kit_close(k);
	alter(k, back_to_2);
	alter(k, "DROP TABLE words; PRAGMA user_version = 1");
	db_kit_open(k);
	assert_null(k->error);
	assert_int_equal(ask(k, "PRAGMA user_version"), DB_VERSION);
	assert_int_equal(count(k), 1);
	db_kit_rest(k);
	assert_int_equal(search(k, "later"), 1);
	/* Nothing to be done a second time. */
	db_kit_reopen(k);
	assert_int_equal(search(k, "later"), 1);
}

static void
test_newer(void **state)
{
	struct db_kit *k = *state;

	say_it(k, 1, "hello");
	db_kit_close(k);
	alter(k, "PRAGMA user_version = 8");
	assert_int_equal(db_kit_try_open(k), ERR_VERSION);
	assert_non_null(strstr(k->error, "newer earshot"));
	assert_int_equal(ask(k, "SELECT count(*) FROM message"), 1);
	alter(k, "PRAGMA user_version = 7");
	db_kit_open(k);
	assert_int_equal(count(k), 1);
}

static void
test_foreign(void **state)
{
	struct db_kit *k = *state;

	db_kit_close(k);
	assert_int_equal(unlink(tmpdir_path(k->dir, "earshot.db")), 0);
	alter(k, "CREATE TABLE theirs (x)");
	assert_int_equal(chmod(tmpdir_path(k->dir, "earshot.db"), 0600), 0);
	assert_int_equal(db_kit_try_open(k), ERR_FORMAT);
	assert_non_null(strstr(k->error, "not a database of earshot"));
	assert_int_equal(ask(k, "SELECT count(*) FROM theirs"), 0);
}

static void
test_not_private(void **state)
{
	struct db_kit *k = *state;
	char *path = strdup(tmpdir_path(k->dir, "earshot.db"));
	char *moved = strdup(tmpdir_path(k->dir, "elsewhere"));

	db_kit_close(k);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(db_kit_try_open(k), ERR_PERMISSION);
	assert_non_null(strstr(k->error, "chmod 600"));
	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(symlink(moved, path), 0);
	assert_int_equal(db_kit_try_open(k), ERR_FORMAT);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(db_kit_try_open(k), ERR_FORMAT);
	free(path);
	free(moved);
}

/* What was committed and not in the database yet is lost with it; nothing
 * else is. */
static void
test_log_missing(void **state)
{
	struct db_kit *k = *state;

	say_it(k, 1, "hello");
	db_kit_reopen(k);
	say_it(k, 2, "in the log");
	char *wal = strdup(tmpdir_path(k->dir, "earshot.db-wal"));
	char *db = strdup(tmpdir_path(k->dir, "earshot.db"));
	char *copy = strdup(tmpdir_path(k->dir, "copy"));
	assert_int_equal(link(db, copy), 0);
	struct stat st;
	assert_int_equal(stat(copy, &st), 0);
	char *data = malloc((size_t)st.st_size);
	FILE *f = fopen(copy, "rb");
	assert_int_equal(fread(data, 1, (size_t)st.st_size, f), st.st_size);
	fclose(f);
	db_kit_close(k);
	tmpdir_write(db, data, (size_t)st.st_size, 0600);
	unlink(wal);
	db_kit_open(k);
	assert_null(k->error);
	assert_int_equal(count(k), 1);
	say_it(k, 3, "and on");
	assert_int_equal(count(k), 2);
	free(data);
	free(wal);
	free(db);
	free(copy);
}

static void
test_locked(void **state)
{
	struct db_kit *k = *state;
	sqlite3 *sql = other(k);

	run(sql, "BEGIN IMMEDIATE");
	struct change c = db_kit_theirs(k, 1, 1, "hello");
	db_kit_add(k, &c);
	assert_int_equal(db_kit_try_commit(k), ERR_STATE);
	assert_non_null(strstr(k->error, "another program has locked"));
	assert_int_equal(count(k), 0);
	assert_true(db_maintain(k->db, (struct now){ 0 }) > 0);
	run(sql, "ROLLBACK");
	db_kit_add(k, &c);
	db_kit_commit(k);
	assert_int_equal(count(k), 1);
	db_kit_close(k);
	run(sql, "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE;"
		 "PRAGMA user_version = 7; COMMIT");
	assert_int_equal(db_kit_try_open(k), ERR_STATE);
	assert_non_null(strstr(k->error, "another program has locked"));
	sqlite3_close(sql);
	db_kit_open(k);
	assert_int_equal(count(k), 1);
}

/* Beside a running instance, and it sees what is committed meanwhile. */
static void
test_reader(void **state)
{
	struct db_kit *k = *state;
	struct db *reader;
	struct saved_page page;
	struct fp fp = db_kit_fp(1);

	say_it(k, 1, "hello");
	assert_int_equal(db_open_reader(&reader, &k->home, &k->error), 0);
	assert_int_equal(db_page(reader, &fp, INT64_MAX, 10, &page), 0);
	assert_int_equal(page.count, 1);
	saved_page_clear(&page);
	struct change c = db_kit_theirs(k, 1, 2, "not yet");
	db_kit_add(k, &c);
	assert_int_equal(db_page(reader, &fp, INT64_MAX, 10, &page), 0);
	assert_int_equal(page.count, 1);
	saved_page_clear(&page);
	db_kit_commit(k);
	assert_int_equal(db_page(reader, &fp, INT64_MAX, 10, &page), 0);
	assert_int_equal(page.count, 2);
	saved_page_clear(&page);
	db_close(reader);
	/* Without the instance, too. */
	db_kit_close(k);
	assert_int_equal(db_open_reader(&reader, &k->home, &k->error), 0);
	assert_int_equal(db_page(reader, &fp, INT64_MAX, 10, &page), 0);
	assert_int_equal(page.count, 2);
	saved_page_clear(&page);
	db_close(reader);
	assert_int_equal(unlink(tmpdir_path(k->dir, "earshot.db")), 0);
	assert_int_equal(
	    db_open_reader(&reader, &k->home, &k->error), ERR_NOT_FOUND);
	assert_non_null(strstr(k->error, "no history yet"));
}

#define FP_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaq"
#define FP_B "baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char old_pins[] =
    "earshot pins 1\n" FP_A
    " verified 10.0.0.7:41827 3 17 5 1700000000000 1700000001000 Ann\n" FP_B
    " blocked - 1 2 3 4 5 Bob the Second\n";

static void
put_pins(struct db_kit *k, const char *text)
{
	tmpdir_write(tmpdir_path(k->dir, "pins"), text, strlen(text), 0600);
}

static void
check_pins(struct db_kit *k)
{
	struct saved saved = db_kit_load(k);
	char text[FP_TEXT_SIZE], addr[ADDR_TEXT_MAX];

	assert_int_equal(saved.pin_count, 2);
	const struct pin *p = saved.pins;
	assert_string_equal(fp_text(&p[0].fp, text), FP_A);
	assert_int_equal(p[0].trust, TRUST_VERIFIED);
	assert_true(p[0].answered && p[1].answered);
	assert_string_equal(addr_text(&p[0].addr, addr), "10.0.0.7:41827");
	assert_int_equal(p[0].version_floor, 3);
	assert_int_equal(p[0].epoch, 17);
	assert_int_equal(p[0].seq, 5);
	assert_true(p[0].first_ms == 1700000000000);
	assert_true(p[0].last_ms == 1700000001000);
	assert_string_equal(p[0].name, "Ann");
	assert_string_equal(fp_text(&p[1].fp, text), FP_B);
	assert_int_equal(p[1].trust, TRUST_BLOCKED);
	assert_int_equal(p[1].addr.family, ADDR_NONE);
	assert_string_equal(p[1].name, "Bob the Second");
	saved_clear(&saved);
}

static void
test_import(void **state)
{
	struct db_kit *k = *state;

	db_kit_close(k);
	put_pins(k, old_pins);
	db_kit_open(k);
	assert_null(k->error);
	check_pins(k);
	assert_false(tmpdir_exists(tmpdir_path(k->dir, "pins")));
	char *kept = tmpdir_read(tmpdir_path(k->dir, "pins.imported"));
	assert_string_equal(kept, old_pins);
	free(kept);
	/* Once: not even when the file comes back, as after a crash before it
	 * was renamed. */
	put_pins(k, "earshot pins 1\n" FP_A " pinned - 1 1 1 1 1 Eve\n");
	db_kit_reopen(k);
	check_pins(k);
	assert_false(tmpdir_exists(tmpdir_path(k->dir, "pins")));
}

static void
test_import_damaged(void **state)
{
	struct db_kit *k = *state;
	char *text;

	db_kit_close(k);
	assert_true(asprintf(&text, "%srubbish\n", old_pins) > 0);
	put_pins(k, text);
	db_kit_open(k);
	assert_non_null(strstr(k->error, "1 damaged line"));
	check_pins(k);
	free(text);
}

static void
test_import_newer(void **state)
{
	struct db_kit *k = *state;

	db_kit_close(k);
	put_pins(k, "earshot pins 2\n");
	assert_int_equal(db_kit_try_open(k), ERR_VERSION);
	assert_non_null(strstr(k->error, "newer earshot"));
	assert_true(tmpdir_exists(tmpdir_path(k->dir, "pins")));
	put_pins(k, old_pins);
	db_kit_open(k);
	check_pins(k);
}

/* Below the floor nothing grows; what was sent is still ticked off, and who
 * forgets makes room. */
static void
test_floor(void **state)
{
	struct db_kit *k = *state;
	struct change c = db_kit_ours(k, 1, 1, "hello"), d;

	db_kit_add(k, &c);
	db_kit_commit(k);
	db_kit_close(k);
	k->cfg.free_floor_mib = UINT32_MAX;
	db_kit_open(k);
	c = db_kit_theirs(k, 1, 2, "no room");
	db_kit_add(k, &c);
	d = db_kit_deliver(1, 1, DELIVERY_DELIVERED);
	db_kit_add(k, &d);
	assert_int_equal(db_kit_try_commit(k), ERR_LIMIT);
	assert_non_null(strstr(k->error, "MiB are free"));
	assert_int_equal(count(k), 1);
	db_kit_add(k, &d);
	db_kit_commit(k);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.outbox_count, 0);
	saved_clear(&saved);
	db_kit_add(k,
	    &(struct change){ .kind = CHANGE_FORGET_CONV, .fp = db_kit_fp(1) });
	db_kit_commit(k);
	assert_int_equal(count(k), 0);
}

/* Where a first start was cut off, and a log whose database is gone. */
static void
test_remains(void **state)
{
	struct db_kit *k = *state;

	say_it(k, 1, "hello");
	db_kit_close(k);
	assert_int_equal(rename(tmpdir_path(k->dir, "earshot.db"),
			     tmpdir_path(k->dir, "earshot.db-wal")),
	    0);
	tmpdir_write(
	    tmpdir_path(k->dir, "earshot.db.new"), "half of it", 10, 0600);
	db_kit_open(k);
	assert_int_equal(count(k), 0);
	assert_false(tmpdir_exists(tmpdir_path(k->dir, "earshot.db.new")));
	say_it(k, 1, "again");
	db_kit_close(k);
	db_kit_open(k);
	assert_int_equal(count(k), 1);
}

/* A commit at every start would be a sync of the disk for nothing. */
static void
test_start_writes_nothing(void **state)
{
	struct db_kit *k = *state;
	struct stat st;

	say_it(k, 1, "hello");
	for (int i = 0; i < 2; i++) {
		db_kit_close(k);
		db_kit_open(k);
		const char *log = tmpdir_path(k->dir, "earshot.db-wal");
		assert_int_equal(stat(log, &st), 0);
		assert_int_equal(st.st_size, 0);
	}
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, db_kit_setup, db_kit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_new),
		TEST(test_migrate_from_nothing),
		TEST(test_migrate_from_1),
		TEST(test_migrate_from_6),
		TEST(test_migrate_from_5),
		TEST(test_migrate_from_4),
		TEST(test_migrate_from_3),
		TEST(test_migrate_from_2),
		TEST(test_newer),
		TEST(test_foreign),
		TEST(test_not_private),
		TEST(test_log_missing),
		TEST(test_locked),
		TEST(test_reader),
		TEST(test_import),
		TEST(test_import_damaged),
		TEST(test_import_newer),
		TEST(test_floor),
		TEST(test_remains),
		TEST(test_start_writes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
