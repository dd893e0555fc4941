/* SPDX-License-Identifier: MIT */
/*
 * What the store keeps of files: all of it over a restart, nothing of what was
 * forgotten, and no longer than it is to be kept.
 */
#include "store/db.h"

#include "core/transfer.h"
#include "db_kit.h"
#include "store/search.h"
#include "tmpdir.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum {
	BOB = 1,
	CAROL = 2,
	STOPS = REVISION_FILE_DONE - REVISION_FILE_REFUSED + 1,
};

static const int64_t day_ms = INT64_C(24) * 3600 * 1000;
static char report_pdf[] = "report.pdf";
static char place[] = "/home/ana/Downloads/report.pdf";
static char part[] = "/home/ana/Downloads/.earshot-0123456789abcdef.part";
static char reason[] = "the disk is full";
static char note[] = "left out: 2 links";

static void
pin(struct db_kit *k, unsigned who, const char *name)
{
	struct pin pin = {
		.fp = db_kit_fp(who), .trust = TRUST_VERIFIED, .name = name
	};

	db_kit_add(k,
	    &(struct change){ .kind = CHANGE_PIN, .fp = pin.fp, .pin = &pin });
}

static void
put(struct db_kit *k, const struct transfer *t)
{
	db_kit_add(
	    k, &(struct change){
		   .kind = CHANGE_TRANSFER, .fp = t->peer, .transfer = t });
}

/* Message n, which offers transfer n. */
static struct transfer
offer(struct db_kit *k, struct change c, unsigned n)
{
	struct transfer t = { .id = n,
		.peer = c.fp,
		.mine = c.mine,
		.dialect = c.dialect,
		.name = report_pdf,
		.size_known = true,
		.size = 1400000,
		.offered_ms = c.arrived_ms,
		.row = c.row,
		.message = c.id };

	c.message = MESSAGE_FILE;
	db_kit_add(k, &c);
	put(k, &t);
	return t;
}

static struct transfer
theirs(struct db_kit *k, unsigned n)
{
	return offer(k, db_kit_theirs(k, BOB, n, report_pdf), n);
}

static struct transfer
ours(struct db_kit *k, unsigned n)
{
	return offer(k, db_kit_ours(k, BOB, n, report_pdf), n);
}

static void
same_string(const char *is, const char *was)
{
	assert_int_equal(is == NULL, was == NULL);
	if (is != NULL)
		assert_string_equal(is, was);
}

static void
expect_same(const struct transfer *is, const struct transfer *was)
{
	assert_int_equal(is->id, was->id);
	assert_true(fp_equal(&is->peer, &was->peer));
	assert_int_equal(is->mine, was->mine);
	assert_int_equal(is->dialect, was->dialect);
	assert_int_equal(is->state, was->state);
	same_string(is->name, was->name);
	same_string(is->path, was->path);
	same_string(is->part, was->part);
	same_string(is->reason, was->reason);
	same_string(is->note, was->note);
	assert_int_equal(is->folder, was->folder);
	assert_int_equal(is->size_known, was->size_known);
	assert_true(is->size == was->size && is->done == was->done);
	assert_int_equal(is->files, was->files);
	assert_int_equal(is->files_done, was->files_done);
	assert_int_equal(is->mtime, was->mtime);
	assert_int_equal(is->offered_ms, was->offered_ms);
	assert_int_equal(is->ended_ms, was->ended_ms);
	assert_int_equal(is->row, was->row);
	assert_int_equal(is->paused_here, was->paused_here);
	assert_int_equal(is->unasked, was->unasked);
	assert_int_equal(is->again, was->again);
	assert_int_equal(is->paused_there, was->paused_there);
	assert_int_equal(is->ended_here, was->ended_here);
	assert_int_equal(is->ended_there, was->ended_there);
	assert_int_equal(is->owes, was->owes);
	assert_true(msg_id_equal(&is->message, &was->message));
	assert_true(is->offer == was->offer);
	/* Of this run, and of no other. */
	assert_int_equal(is->offered_mono_ms, 0);
	assert_int_equal(is->conn, 0);
	assert_false(is->moving);
}

static void
expect_page(struct db_kit *k, const struct transfer *t)
{
	struct saved_page page = db_kit_page(k, BOB);
	const struct message *m = &page.messages[0];

	assert_int_equal(page.count, 1);
	assert_int_equal(m->kind, MESSAGE_FILE);
	assert_int_equal(m->transfer, t->id);
	assert_string_equal(m->text, t->name);
	expect_same(m->file, t);
	saved_page_clear(&page);
}

static void
expect_open(struct db_kit *k, const struct transfer *t)
{
	db_kit_reopen(k);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.transfer_count, t != NULL);
	if (t != NULL)
		expect_same(saved.transfers[0], t);
	saved_clear(&saved);
}

static unsigned
messages(struct db_kit *k)
{
	struct saved_page page = db_kit_page(k, BOB);
	unsigned n = (unsigned)page.count;

	saved_page_clear(&page);
	return n;
}

static void
test_round_trip(void **state)
{
	struct db_kit *k = *state;
	struct transfer t = theirs(k, 7);

	db_kit_commit(k);
	expect_page(k, &t);
	expect_open(k, &t);
	t.path = place;
	t.part = part;
	t.note = note;
	t.reason = reason;
	t.folder = true;
	t.files = 12;
	t.files_done = 3;
	t.size = UINT64_MAX;
	t.done = UINT64_MAX - 1;
	t.mtime = -5;
	t.offer = UINT64_MAX;
	for (int s = TRANSFER_OFFERED; s <= TRANSFER_CANCELLED + 1; s++) {
		/* At last one that is over, and owed. */
		t.owes = s == TRANSFER_CANCELLED + 1;
		t.state = t.owes ? TRANSFER_DONE : (enum transfer_state)s;
		t.paused_here = s % 2 != 0;
		t.paused_there = !t.paused_here;
		t.unasked = s % 3 == 0;
		t.ended_here = s >= TRANSFER_REFUSED && s % 2 == 0;
		t.ended_there = s >= TRANSFER_REFUSED && s % 2 != 0;
		t.again = s % 4 == 0;
		t.ended_ms = transfer_state_is_last(t.state) ? 12345 : 0;
		put(k, &t);
		db_kit_commit(k);
		bool over = transfer_state_is_last(t.state) && !t.owes;
		expect_open(k, over ? NULL : &t);
		expect_page(k, &t);
	}
	t.owes = false;
	put(k, &t);
	db_kit_commit(k);
	expect_open(k, NULL);
}

/* A path is what the file system says it is. */
static void
test_any_bytes(void **state)
{
	struct db_kit *k = *state;
	static char path[] = "/tmp/\xff\xfe\x1b[31m";
	struct transfer t = theirs(k, 1);

	t.path = path;
	put(k, &t);
	db_kit_commit(k);
	expect_open(k, &t);
}

static void
expect_post(struct db_kit *k, const struct transfer *t)
{
	db_kit_reopen(k);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.outbox_count, 1);
	const struct change *c = &saved.outbox[0].change;
	assert_int_equal(c->kind, CHANGE_MESSAGE);
	assert_int_equal(c->message, MESSAGE_FILE);
	assert_string_equal(c->text, report_pdf);
	assert_int_equal(saved.transfer_count, 1);
	assert_ptr_equal(c->transfer, saved.transfers[0]);
	expect_same(c->transfer, t);
	saved_clear(&saved);
}

/* An offer on its way cannot be taken back: it has to be told again as it
 * was, whatever became of it since. */
static void
test_offer_waits(void **state)
{
	struct db_kit *k = *state;
	struct transfer t = ours(k, 1);

	db_kit_commit(k);
	expect_post(k, &t);
	t.state = TRANSFER_CANCELLED;
	put(k, &t);
	db_kit_commit(k);
	expect_post(k, &t);
	struct change c = db_kit_deliver(BOB, 1, DELIVERY_DELIVERED);
	db_kit_add(k, &c);
	db_kit_commit(k);
	expect_open(k, NULL);
	expect_page(k, &t);
}

/* It is sent, though it changes no text; and still when the line of the file
 * was forgotten. */
static void
test_stop_waits(void **state)
{
	struct db_kit *k = *state;
	struct transfer t = theirs(k, 1);

	for (unsigned i = 0; i < STOPS; i++) {
		struct change c = db_kit_ours(k, BOB, 2 + i, "");
		c.kind = CHANGE_REVISION;
		c.revision = (enum revision)(REVISION_FILE_REFUSED + i);
		c.target = db_kit_id(1);
		db_kit_add(k, &c);
	}
	db_kit_commit(k);
	expect_page(k, &t);
	struct change forget = { .kind = CHANGE_FORGET_MESSAGE,
		.fp = db_kit_fp(BOB),
		.id = db_kit_id(1) };
	db_kit_add(k, &forget);
	db_kit_commit(k);
	db_kit_reopen(k);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.outbox_count, STOPS);
	for (unsigned i = 0; i < STOPS; i++) {
		const struct change *c = &saved.outbox[i].change;
		struct msg_id id = db_kit_id(1);
		assert_int_equal(c->kind, CHANGE_REVISION);
		assert_int_equal(c->revision, REVISION_FILE_REFUSED + i);
		assert_true(msg_id_equal(&c->target, &id));
	}
	saved_clear(&saved);
	for (unsigned i = 0; i < STOPS; i++) {
		struct change c =
		    db_kit_deliver(BOB, 2 + i, DELIVERY_DELIVERED);
		db_kit_add(k, &c);
	}
	db_kit_commit(k);
	db_kit_reopen(k);
	saved = db_kit_load(k);
	assert_int_equal(saved.outbox_count, 0);
	saved_clear(&saved);
}

/* The name of a file is nobody's to change, or to take away. */
static void
test_not_revised(void **state)
{
	struct db_kit *k = *state;
	struct transfer t = theirs(k, 1);

	for (unsigned i = 0; i <= REVISION_FILE_DONE; i++) {
		struct change c = db_kit_theirs(k, BOB, 2 + i, "other.pdf");
		c.kind = CHANGE_REVISION;
		c.revision = (enum revision)i;
		c.target = db_kit_id(1);
		if (c.revision != REVISION_REACT)
			db_kit_add(k, &c);
	}
	db_kit_add(k, &(struct change){ .kind = CHANGE_RECODE,
			  .fp = t.peer,
			  .id = db_kit_id(1),
			  .text = "other.pdf",
			  .size = 9 });
	db_kit_commit(k);
	expect_page(k, &t);
}

static void
test_forgotten(void **state)
{
	struct db_kit *k = *state;
	static const enum change_kind kinds[] = { CHANGE_FORGET_MESSAGE,
		CHANGE_FORGET_CONV, CHANGE_FORGET_CONTACT };

	for (unsigned i = 0; i < 3; i++) {
		struct transfer t = theirs(k, 1 + i);
		t.path = place;
		t.part = part;
		put(k, &t);
		db_kit_commit(k);
		assert_true(db_kit_in_files(k, ".part"));
		db_kit_add(k, &(struct change){ .kind = kinds[i],
				  .fp = t.peer,
				  .id = db_kit_id(1 + i) });
		db_kit_commit(k);
		expect_open(k, NULL);
		assert_int_equal(messages(k), 0);
		/* How far it came is of no interest any more. */
		put(k, &t);
		db_kit_commit(k);
		expect_open(k, NULL);
		db_kit_rest(k);
		assert_false(db_kit_in_files(k, ".part"));
		assert_false(db_kit_in_files(k, "Downloads"));
		assert_false(db_kit_in_files(k, "report"));
	}
}

/* What the user once called f2 is never another file. */
static void
test_number(void **state)
{
	struct db_kit *k = *state;
	struct saved saved = db_kit_load(k);

	assert_int_equal(saved.transfer_number, 0);
	saved_clear(&saved);
	theirs(k, 1);
	theirs(k, 2);
	db_kit_add(k, &(struct change){ .kind = CHANGE_FORGET_MESSAGE,
			  .fp = db_kit_fp(BOB),
			  .id = db_kit_id(2) });
	db_kit_commit(k);
	db_kit_reopen(k);
	saved = db_kit_load(k);
	assert_int_equal(saved.transfer_count, 1);
	assert_int_equal(saved.transfer_number, 2);
	saved_clear(&saved);
	/* Should it be given twice, nothing else of the turn is lost. */
	struct transfer t = offer(k, db_kit_theirs(k, BOB, 3, report_pdf), 1);
	struct change c = db_kit_theirs(k, BOB, 4, "and a text");
	db_kit_add(k, &c);
	db_kit_commit(k);
	put(k, &t);
	db_kit_commit(k);
	struct saved_page page = db_kit_page(k, BOB);
	assert_int_equal(page.count, 3);
	assert_int_equal(page.messages[0].kind, MESSAGE_FILE);
	/* A name without more. */
	assert_int_equal(page.messages[1].kind, MESSAGE_TEXT);
	assert_null(page.messages[1].file);
	saved_page_clear(&page);
}

/* The row is a text's. */
static void
test_no_file(void **state)
{
	struct db_kit *k = *state;
	struct change c = db_kit_theirs(k, BOB, 1, "a text");
	struct transfer t = { .id = 1, .row = c.row, .name = report_pdf };

	db_kit_add(k, &c);
	put(k, &t);
	db_kit_commit(k);
	expect_open(k, NULL);
}

/* Of a contact that is to keep no history. */
static void
test_unkept_theirs(void **state)
{
	struct db_kit *k = *state;
	struct change c = db_kit_theirs(k, BOB, 1, report_pdf);

	pin(k, BOB, "bob");
	c.keep = false;
	struct transfer t = offer(k, c, 1);
	db_kit_commit(k);
	expect_open(k, &t);
	t.state = TRANSFER_RUNNING;
	put(k, &t);
	db_kit_commit(k);
	expect_open(k, &t);
	t.state = TRANSFER_DONE;
	t.owes = true;
	put(k, &t);
	db_kit_commit(k);
	expect_open(k, NULL);
	assert_int_equal(messages(k), 0);
	db_kit_rest(k);
	assert_false(db_kit_in_files(k, "report"));
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.convs == NULL ? 0 : saved.convs[0].unread, 0);
	assert_true(saved.pins[0].received_seq == c.seq);
	saved_clear(&saved);
}

/* Whichever comes last: that it is over, or that the offer arrived. */
static void
test_unkept_ours(void **state)
{
	struct db_kit *k = *state;

	for (unsigned i = 0; i < 2; i++) {
		struct change c = db_kit_ours(k, BOB, 1 + i, report_pdf);
		c.keep = false;
		struct transfer t = offer(k, c, 1 + i);
		struct change d =
		    db_kit_deliver(BOB, 1 + i, DELIVERY_DELIVERED);
		d.row = c.row;
		t.state = TRANSFER_CANCELLED;
		if (i == 0)
			db_kit_add(k, &d);
		else
			put(k, &t);
		db_kit_commit(k);
		assert_int_equal(messages(k), 1);
		if (i == 0)
			put(k, &t);
		else
			db_kit_add(k, &d);
		db_kit_commit(k);
		assert_int_equal(messages(k), 0);
	}
}

static void
test_retention(void **state)
{
	struct db_kit *k = *state;
	struct transfer done = theirs(k, 1), paused = theirs(k, 2);

	done.state = TRANSFER_DONE;
	done.owes = true;
	put(k, &done);
	paused.state = TRANSFER_PAUSED;
	put(k, &paused);
	db_kit_commit(k);
	k->cfg.retention_days = 1;
	k->cfg.wall_ms = 10 * day_ms;
	db_kit_reopen(k);
	db_kit_rest(k);
	expect_page(k, &paused);
	expect_open(k, &paused);
	paused.state = TRANSFER_FAILED;
	put(k, &paused);
	db_kit_commit(k);
	db_kit_reopen(k);
	db_kit_rest(k);
	assert_int_equal(messages(k), 0);
}

static void
run_sql(struct db_kit *k, const char *text)
{
	sqlite3 *sql;

	assert_int_equal(
	    sqlite3_open(tmpdir_path(k->dir, "earshot.db"), &sql), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sql, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(sql);
}

static void
put_rule(struct db_kit *k, unsigned who, const struct accept_rule *rule)
{
	db_kit_add(
	    k, &(struct change){
		   .kind = CHANGE_RULE, .fp = db_kit_fp(who), .rule = rule });
	db_kit_commit(k);
	db_kit_reopen(k);
}

static void
expect_rules(struct db_kit *k, size_t count)
{
	struct saved saved = db_kit_load(k);

	assert_int_equal(saved.rule_count, count);
	saved_clear(&saved);
}

static void
test_rules(void **state)
{
	struct db_kit *k = *state;
	static char folder[] = "/home/ana/From Bob";
	struct accept_rule any = { .size_max = 0 };
	struct accept_rule some = { .size_max = 5000, .folder = folder };
	struct fp carol = db_kit_fp(CAROL);

	/* Of somebody without a contact there is none. */
	put_rule(k, BOB, &any);
	expect_rules(k, 0);
	pin(k, BOB, "bob");
	pin(k, CAROL, "carol");
	put_rule(k, BOB, &any);
	put_rule(k, CAROL, &any);
	put_rule(k, CAROL, &some);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.rule_count, 2);
	assert_null(saved.rules[0].rule.folder);
	assert_int_equal(saved.rules[0].rule.size_max, 0);
	assert_true(fp_equal(&saved.rules[1].fp, &carol));
	assert_string_equal(saved.rules[1].rule.folder, folder);
	assert_int_equal(saved.rules[1].rule.size_max, 5000);
	saved_clear(&saved);
	put_rule(k, BOB, NULL);
	expect_rules(k, 1);
	db_kit_add(
	    k, &(struct change){ .kind = CHANGE_FORGET_CONTACT, .fp = carol });
	db_kit_commit(k);
	db_kit_reopen(k);
	expect_rules(k, 0);
	pin(k, CAROL, "carol");
	put_rule(k, BOB, NULL);
	expect_rules(k, 0);
}

/* A bit that falls over must not open the door, nor move it. */
static void
test_rule_damaged(void **state)
{
	struct db_kit *k = *state;
	struct accept_rule rule = { .size_max = 5000 };
	static const char *const damages[] = { "UPDATE rule SET size_max = 0",
		"UPDATE rule SET folder = '/'", "UPDATE rule SET contact = 2" };

	pin(k, BOB, "bob");
	pin(k, CAROL, "carol");
	for (size_t i = 0; i < 3; i++) {
		put_rule(k, BOB, &rule);
		expect_rules(k, 1);
		db_kit_close(k);
		run_sql(k, damages[i]);
		db_kit_open(k);
		expect_rules(k, 0);
	}
}

/* Nothing is read or written where damage says so. */
static void
test_damaged(void **state)
{
	struct db_kit *k = *state;
	struct transfer good = theirs(k, 1), bad = theirs(k, 2);

	good.path = bad.path = place;
	put(k, &good);
	put(k, &bad);
	ours(k, 3);
	db_kit_commit(k);
	db_kit_close(k);
	run_sql(k, "UPDATE transfer SET path = '/etc/passwd' WHERE number > 1");
	tmpdir_write(tmpdir_path(k->dir, "earshot.db.damaged"), "", 0, 0600);
	db_kit_open(k);
	expect_open(k, &good);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.outbox_count, 0);
	assert_int_equal(saved.transfer_number, 1);
	saved_clear(&saved);
	struct saved_page page = db_kit_page(k, BOB);
	assert_int_equal(page.count, 3);
	assert_int_equal(page.messages[0].kind, MESSAGE_FILE);
	assert_int_equal(page.messages[1].kind, MESSAGE_TEXT);
	/* What nobody can tell again failed. */
	assert_int_equal(page.messages[2].delivery, DELIVERY_FAILED);
	assert_non_null(page.messages[2].reason);
	saved_page_clear(&page);
}

static char *
export_all(struct db_kit *k, enum export_format format)
{
	const char *path = tmpdir_path(k->dir, "out");
	char *error;
	size_t count;

	assert_int_equal(
	    db_kit_export(
		k, &(struct export_plan){ NULL, format, path }, &count, &error),
	    0);
	char *text = tmpdir_read(path);
	remove(path);
	return text;
}

static void
expect_in(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		fail_msg("%s\nis not in\n%s", what, text);
}

static void
expect_exports(struct db_kit *k, const char *line, const char *json)
{
	char *text = export_all(k, EXPORT_TEXT);

	expect_in(text, line);
	free(text);
	text = export_all(k, EXPORT_JSON);
	expect_in(text, json);
	free(text);
}

static void
test_lines(void **state)
{
	struct db_kit *k = *state;
	static char evil[] = "/srv/\x1b[2J\xff";

	pin(k, BOB, "bob");
	struct transfer t = theirs(k, 1);
	t.path = place;
	put(k, &t);
	db_kit_commit(k);
	/* It is not there yet. */
	expect_exports(k, " bob: file report.pdf, 1.4 MB (offered)\n",
	    ",\"file\":{\"transfer\":\"f1\",\"state\":\"offered\","
	    "\"direction\":\"in\",\"name\":\"report.pdf\",\"folder\":false,"
	    "\"size\":1400000,\"done\":0,\"path\":null,\"ended\":null,"
	    "\"ended_by\":null,\"reason\":\"\",\"note\":\"\"}}\n");
	t.state = TRANSFER_DONE;
	t.done = t.size;
	t.note = note;
	t.ended_ms = INT64_C(1795169000000);
	put(k, &t);
	db_kit_commit(k);
	expect_exports(k,
	    " bob: file report.pdf, 1.4 MB (done: "
	    "/home/ana/Downloads/report.pdf) left out: 2 links\n",
	    "\"done\":1400000,\"path\":\"/home/ana/Downloads/report.pdf\","
	    "\"ended\":\"2026-11-20T10:03:20Z\",\"ended_by\":null,"
	    "\"reason\":\"\","
	    "\"note\":\"left out: 2 links\"}}\n");
	t = ours(k, 2);
	t.folder = true;
	t.size_known = false;
	t.state = TRANSFER_FAILED;
	t.reason = reason;
	t.path = evil;
	put(k, &t);
	db_kit_commit(k);
	expect_exports(k,
	    " me to bob: folder report.pdf (failed: the disk is full: /srv/",
	    "\"direction\":\"out\",\"name\":\"report.pdf\",\"folder\":true,"
	    "\"size\":null,");
	char *text = export_all(k, EXPORT_JSON);
	assert_null(strchr(text, '\x1b'));
	assert_null(strchr(text, '\xff'));
	free(text);
}

static void
test_found(void **state)
{
	struct db_kit *k = *state;
	struct query q = { .term_count = 1 };
	char *error = NULL;

	pin(k, BOB, "bob");
	theirs(k, 1);
	db_kit_commit(k);
	q.terms[0].text = report_pdf;
	/* By what is in memory, and by the index. */
	for (int i = 0; i < 2; i++) {
		struct findings f;
		assert_int_equal(
		    db_search(k->db, &q, INT64_MAX, SEARCH_PAGE, &f, &error),
		    0);
		assert_int_equal(f.count, 1);
		assert_int_equal(f.items[0].message.kind, MESSAGE_FILE);
		assert_int_equal(f.items[0].message.file->id, 1);
		char *line = found_line(&f.items[0], EXPORT_TEXT, true);
		expect_in(line, "file report.pdf, 1.4 MB (offered)");
		free(line);
		findings_clear(&f);
		db_kit_rest(k);
	}
}

/* Its contact has no key, its message a row in another table. */
static void
test_legacy(void **state)
{
	struct db_kit *k = *state;
	struct change c = db_kit_theirs(k, BOB, 1, report_pdf);

	c.seq = 0;
	c.dialect = DIALECT_IPMSG;
	struct transfer t = offer(k, c, 1);
	t.offer = 42;
	t.message = db_kit_id(9);
	put(k, &t);
	db_kit_commit(k);
	expect_open(k, &t);
	expect_page(k, &t);
	struct saved_page page = db_kit_page(k, BOB);
	assert_int_equal(page.messages[0].dialect, DIALECT_IPMSG);
	saved_page_clear(&page);
}

static void
test_undone(void **state)
{
	struct db_kit *k = *state;
	struct transfer t = theirs(k, 1);

	db_kit_commit(k);
	t.state = TRANSFER_RUNNING;
	put(k, &t);
	theirs(k, 2);
	/* It ends before the commit. */
	t.state = TRANSFER_OFFERED;
	expect_open(k, &t);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.transfer_number, 1);
	saved_clear(&saved);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, db_kit_setup, db_kit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_round_trip),
		TEST(test_any_bytes),
		TEST(test_offer_waits),
		TEST(test_stop_waits),
		TEST(test_not_revised),
		TEST(test_forgotten),
		TEST(test_number),
		TEST(test_no_file),
		TEST(test_unkept_theirs),
		TEST(test_unkept_ours),
		TEST(test_retention),
		TEST(test_rules),
		TEST(test_rule_damaged),
		TEST(test_damaged),
		TEST(test_lines),
		TEST(test_found),
		TEST(test_legacy),
		TEST(test_undone),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
