/* SPDX-License-Identifier: MIT */
/*
 * What is booked late is right whenever somebody asks: while it waits, after
 * it was booked, after a start that had to do it.
 */
#include "store/db.h"

#include "db_kit.h"
#include "tmpdir.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { MANY = 700 };

static int64_t
ask(struct db_kit *k, const char *text)
{
	sqlite3 *sql;
	sqlite3_stmt *s;

	assert_int_equal(
	    sqlite3_open(tmpdir_path(k->dir, "earshot.db"), &sql), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(sql, text, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	int64_t value = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(sql);
	return value;
}

static int64_t
unbooked(struct db_kit *k)
{
	return ask(k, "SELECT count(*) FROM message WHERE booked = 0");
}

static void
apply(struct db_kit *k, const struct change *c)
{
	db_kit_add(k, c);
	db_kit_commit(k);
}

/* A contact and a conversation: the first of theirs makes both. */
static int
setup(void **state)
{
	if (db_kit_setup(state) != 0)
		return -1;
	struct db_kit *k = *state;
	struct change c = db_kit_theirs(k, 1, 1, "first");
	apply(k, &c);
	return 0;
}

/* Numbers 2 to 5: two of theirs, two of ours, the first of which arrived. */
static void
talk(struct db_kit *k)
{
	for (unsigned n = 2; n <= 5; n++) {
		struct change c = n % 2 == 0 ? db_kit_theirs(k, 1, n, "theirs")
					     : db_kit_ours(k, 1, n, "ours");
		apply(k, &c);
	}
	struct change d = db_kit_deliver(1, 3, DELIVERY_DELIVERED);
	d.row = 3;
	d.seq = 3;
	apply(k, &d);
}

static void
check(struct db_kit *k)
{
	struct saved saved = db_kit_load(k);

	assert_int_equal(saved.pin_count, 1);
	assert_true(saved.pins[0].received_seq == 4);
	assert_true(saved.pins[0].sent_seq == 3);
	assert_int_equal(saved.conv_count, 1);
	assert_int_equal(saved.convs[0].unread, 3);
	assert_int_equal(saved.convs[0].last_row, 5);
	assert_int_equal(saved.convs[0].active_ms, 1005);
	assert_int_equal(saved.outbox_count, 1);
	assert_int_equal(saved.outbox[0].change.row, 5);
	assert_true(saved.outbox[0].change.seq == 5);
	saved_clear(&saved);
}

static void
test_wait(void **state)
{
	struct db_kit *k = *state;

	assert_int_equal(unbooked(k), 0);
	talk(k);
	assert_int_equal(unbooked(k), 4);
	assert_int_equal(ask(k, "SELECT last_row FROM conv"), 1);
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(page.count, 5);
	assert_int_equal(page.messages[2].delivery, DELIVERY_DELIVERED);
	saved_page_clear(&page);
	check(k);
	assert_int_equal(unbooked(k), 0);
	check(k);
}

static void
test_start(void **state)
{
	struct db_kit *k = *state;

	talk(k);
	db_kit_reopen(k);
	assert_int_equal(unbooked(k), 0);
	check(k);
	db_kit_reopen(k);
	check(k);
}

static void
test_rest(void **state)
{
	struct db_kit *k = *state;

	talk(k);
	db_kit_rest(k);
	assert_int_equal(unbooked(k), 0);
	assert_int_equal(ask(k, "SELECT value FROM mark WHERE name ="
				" 'booked_row'"),
	    5);
	check(k);
}

/* While many come one after another, nobody rests. */
static void
test_many(void **state)
{
	struct db_kit *k = *state;

	for (unsigned n = 2; n <= MANY; n++) {
		struct change c = db_kit_theirs(k, 1 + n % 2, n, "theirs");
		apply(k, &c);
		db_settle(k->db);
	}
	assert_true(unbooked(k) > 0);
	assert_true(unbooked(k) < MANY / 2);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.conv_count, 2);
	assert_int_equal(
	    saved.convs[0].unread + saved.convs[1].unread, (int)MANY);
	saved_clear(&saved);
	assert_int_equal(
	    ask(k, "SELECT count(*) FROM message WHERE seq > 0"), MANY);
}

/* The same again is known; another with its number is kept, too. */
static void
test_number_twice(void **state)
{
	struct db_kit *k = *state;
	struct change c = db_kit_theirs(k, 1, 2, "once");

	apply(k, &c);
	assert_int_equal(unbooked(k), 1);
	c.row = ++k->row;
	apply(k, &c);
	assert_int_equal(ask(k, "SELECT count(*) FROM message"), 2);
	struct change d = db_kit_theirs(k, 1, 3, "with its number");
	d.seq = c.seq;
	apply(k, &d);
	assert_int_equal(ask(k, "SELECT count(*) FROM message"), 3);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.convs[0].unread, 3);
	assert_true(saved.pins[0].received_seq == 2);
	saved_clear(&saved);
}

static void
test_read(void **state)
{
	struct db_kit *k = *state;

	for (unsigned n = 2; n <= 6; n++) {
		struct change c = db_kit_theirs(k, 1, n, "theirs");
		apply(k, &c);
		if (n == 4)
			apply(k, &(struct change){ .kind = CHANGE_READ,
				     .fp = db_kit_fp(1),
				     .row = 3 });
	}
	assert_int_equal(unbooked(k), 5);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.convs[0].unread, 3);
	saved_clear(&saved);
}

static void
test_forget(void **state)
{
	struct db_kit *k = *state;
	struct change c = { .kind = CHANGE_FORGET_MESSAGE,
		.fp = db_kit_fp(1),
		.id = db_kit_id(4) };

	talk(k);
	apply(k, &c);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.convs[0].unread, 2);
	assert_true(saved.pins[0].received_seq == 4);
	saved_clear(&saved);
	struct change more = db_kit_theirs(k, 1, 6, "theirs");
	apply(k, &more);
	assert_int_equal(unbooked(k), 1);
	c.kind = CHANGE_FORGET_CONTACT;
	apply(k, &c);
	saved = db_kit_load(k);
	assert_int_equal(saved.pin_count, 0);
	assert_int_equal(saved.conv_count, 0);
	saved_clear(&saved);
	/* Nobody remembers the contact in whose book it would be. */
	more = db_kit_theirs(k, 1, 7, "again");
	apply(k, &more);
	assert_int_equal(unbooked(k), 0);
	saved = db_kit_load(k);
	assert_int_equal(saved.pin_count, 1);
	assert_true(saved.pins[0].received_seq == (uint64_t)more.seq);
	assert_int_equal(saved.convs[0].unread, 1);
	saved_clear(&saved);
}

/* By its row or without; one that was taken back waits no more. */
static void
test_deliveries(void **state)
{
	struct db_kit *k = *state;
	struct change d = db_kit_deliver(1, 5, DELIVERY_FAILED);

	talk(k);
	d.row = 4; /* of another */
	d.reason = "taken back";
	apply(k, &d);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.outbox_count, 0);
	saved_clear(&saved);
	d = db_kit_deliver(1, 3, DELIVERY_READ);
	apply(k, &d);
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(page.messages[2].delivery, DELIVERY_READ);
	assert_int_equal(page.messages[3].delivery, DELIVERY_NONE);
	assert_int_equal(page.messages[4].delivery, DELIVERY_FAILED);
	saved_page_clear(&page);
}

/* What is undone was never in the book. */
static void
test_undone(void **state)
{
	struct db_kit *k = *state;
	sqlite3 *sql;

	talk(k);
	assert_int_equal(
	    sqlite3_open(tmpdir_path(k->dir, "earshot.db"), &sql), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(sql, "BEGIN IMMEDIATE", NULL, NULL, NULL), 0);
	struct change c = db_kit_theirs(k, 1, 6, "locked out");
	db_kit_add(k, &c);
	assert_int_not_equal(db_kit_try_commit(k), 0);
	assert_int_equal(sqlite3_exec(sql, "ROLLBACK", NULL, NULL, NULL), 0);
	sqlite3_close(sql);
	assert_int_equal(unbooked(k), 4);
	check(k);
	apply(k, &c);
	assert_int_equal(unbooked(k), 1);
}

static void
forget_newest(struct db_kit *k)
{
	struct change c = { .kind = CHANGE_FORGET_CONV, .fp = db_kit_fp(2) };

	for (unsigned n = 2; n <= 4; n++) {
		struct change last = db_kit_theirs(k, 2, n, "forgotten");
		apply(k, &last);
	}
	db_kit_rest(k);
	apply(k, &c);
	db_kit_rest(k);
	db_kit_reopen(k);
	struct saved saved = db_kit_load(k);
	k->row = saved.next_row - 1;
	saved_clear(&saved);
}

/* The newest are gone, so a start gives out their rows again; the marks still
 * say that these were booked and indexed. */
static void
test_rows_again(void **state)
{
	struct db_kit *k = *state;

	forget_newest(k);
	assert_int_equal(k->row, 1);
	for (unsigned n = 2; n <= 6; n++) {
		struct change ours = db_kit_ours(k, 1, n, "ours");
		apply(k, &ours);
	}
	db_kit_reopen(k);
	assert_int_equal(unbooked(k), 0);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.outbox_count, 5);
	assert_int_equal(saved.convs[0].last_row, 6);
	saved_clear(&saved);
	db_kit_rest(k);
	assert_int_equal(
	    ask(k, "SELECT count(*) FROM words WHERE words MATCH 'ours'"), 5);
}

static int64_t
log_size(struct db_kit *k)
{
	struct stat st;

	assert_int_equal(stat(tmpdir_path(k->dir, "earshot.db-wal"), &st), 0);
	return st.st_size;
}

/* A log that was made longer beforehand is one like any other. */
static void
test_log_with_room(void **state)
{
	struct db_kit *k = *state;

	talk(k);
	db_settle(k->db);
	int64_t size = log_size(k);
	assert_true(size >= 128 * 1024);
	for (unsigned n = 6; n <= 10; n++) {
		struct change c = db_kit_theirs(k, 1, n, "theirs");
		apply(k, &c);
	}
	assert_int_equal(log_size(k), size);
	assert_int_equal(ask(k, "SELECT count(*) FROM message"), 10);
	db_kit_reopen(k);
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(page.count, 10);
	saved_page_clear(&page);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, db_kit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_wait),
		TEST(test_start),
		TEST(test_rest),
		TEST(test_many),
		TEST(test_number_twice),
		TEST(test_read),
		TEST(test_forget),
		TEST(test_deliveries),
		TEST(test_undone),
		TEST(test_rows_again),
		TEST(test_log_with_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
