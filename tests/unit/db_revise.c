/* SPDX-License-Identifier: MIT */
/*
 * Edits, deletions, reactions; and what is forgotten is in no file any more.
 */
#include "store/db.h"

#include "db_kit.h"
#include "store/search.h"
#include "tmpdir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct change
revision(struct db_kit *k, enum revision what, bool mine, unsigned target,
    const char *text)
{
	struct change c = mine ? db_kit_ours(k, 1, 5000 + target, text)
			       : db_kit_theirs(k, 1, 6000 + target, text);

	c.kind = CHANGE_REVISION;
	c.revision = what;
	c.has_target = true;
	c.target = db_kit_id(target);
	return c;
}

static void
revise(struct db_kit *k, enum revision what, bool mine, unsigned target,
    const char *text)
{
	struct change c = revision(k, what, mine, target, text);

	db_kit_add(k, &c);
	db_kit_commit(k);
}

static void
say_it(struct db_kit *k, bool mine, unsigned n, const char *text)
{
	struct change c =
	    mine ? db_kit_ours(k, 1, n, text) : db_kit_theirs(k, 1, n, text);

	db_kit_add(k, &c);
	db_kit_commit(k);
}

static void
check(struct db_kit *k, size_t at, const char *text, bool edited, bool deleted)
{
	struct saved_page page = db_kit_page(k, 1);

	assert_true(at < page.count);
	const struct message *m = &page.messages[at];
	assert_string_equal(m->text, text);
	assert_int_equal(m->size, strlen(text));
	assert_int_equal(m->edited, edited);
	assert_int_equal(m->deleted, deleted);
	saved_page_clear(&page);
}

static void
test_edit(void **state)
{
	struct db_kit *k = *state;

	say_it(k, false, 1, "their first");
	say_it(k, true, 2, "our first");
	revise(k, REVISION_EDIT, false, 1, "their second");
	revise(k, REVISION_EDIT, true, 2, "our second");
	check(k, 0, "their second", true, false);
	check(k, 1, "our second", true, false);
	revise(k, REVISION_EDIT, false, 1, "their third");
	db_kit_reopen(k);
	check(k, 0, "their third", true, false);
	/* The former texts are kept. */
	db_kit_rest(k);
	assert_true(db_kit_in_files(k, "their first"));
	assert_true(db_kit_in_files(k, "their second"));
}

/* Of a message of somebody else, late, or of nothing: no change, no error. */
static void
test_not_theirs_to_edit(void **state)
{
	struct db_kit *k = *state;

	say_it(k, false, 1, "theirs");
	say_it(k, true, 2, "ours");
	revise(k, REVISION_EDIT, true, 1, "no");
	revise(k, REVISION_EDIT, false, 2, "no");
	revise(k, REVISION_DELETE, false, 2, "");
	revise(k, REVISION_EDIT, false, 3, "no");
	struct change c = revision(k, REVISION_DELETE, false, 1, "");
	c.arrived_ms = 1001 + REVISE_MS + 1;
	db_kit_add(k, &c);
	c = revision(k, REVISION_EDIT, false, 1, "no");
	c.fp = db_kit_fp(2);
	db_kit_add(k, &c);
	db_kit_commit(k);
	check(k, 0, "theirs", false, false);
	check(k, 1, "ours", false, false);
	c = revision(k, REVISION_EDIT, false, 1, "just in time");
	c.arrived_ms = 1001 + REVISE_MS;
	db_kit_add(k, &c);
	db_kit_commit(k);
	check(k, 0, "just in time", true, false);
}

static void
test_delete(void **state)
{
	struct db_kit *k = *state;

	say_it(k, false, 1, "rhubarb one");
	revise(k, REVISION_EDIT, false, 1, "rhubarb two");
	db_kit_rest(k);
	revise(k, REVISION_DELETE, false, 1, "");
	check(k, 0, "", false, true);
	revise(k, REVISION_EDIT, false, 1, "rhubarb three");
	check(k, 0, "", false, true);
	db_kit_rest(k);
	assert_false(db_kit_in_files(k, "rhubarb"));
}

/* It cannot be sent without its text. */
static void
test_delete_what_waits(void **state)
{
	struct db_kit *k = *state;

	say_it(k, true, 1, "never mind");
	revise(k, REVISION_DELETE, true, 1, "");
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.outbox_count, 1);
	assert_int_equal(saved.outbox[0].change.kind, CHANGE_REVISION);
	saved_clear(&saved);
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(page.messages[0].delivery, DELIVERY_FAILED);
	assert_non_null(page.messages[0].reason);
	saved_page_clear(&page);
}

static void
check_reactions(struct db_kit *k, const char *theirs, const char *ours)
{
	struct saved_page page = db_kit_page(k, 1);

	assert_string_equal(page.messages[0].reactions[0], theirs);
	assert_string_equal(page.messages[0].reactions[1], ours);
	saved_page_clear(&page);
}

static void
test_react(void **state)
{
	struct db_kit *k = *state;

	say_it(k, true, 1, "what do you think");
	revise(k, REVISION_REACT, false, 1, "+1");
	revise(k, REVISION_REACT, true, 1, "-1");
	check_reactions(k, "+1", "-1");
	revise(k, REVISION_REACT, false, 1, "\xf0\x9f\x91\x8d");
	revise(k, REVISION_REACT, true, 1, "");
	db_kit_reopen(k);
	check_reactions(k, "\xf0\x9f\x91\x8d", "");
	check(k, 0, "what do you think", false, false);
	/* They could not know yet. */
	revise(k, REVISION_DELETE, true, 1, "");
	revise(k, REVISION_REACT, false, 1, "+1");
	check_reactions(k, "", "");
}

static void
test_revision_waits(void **state)
{
	struct db_kit *k = *state;

	say_it(k, true, 1, "one");
	struct change d = db_kit_deliver(1, 1, DELIVERY_DELIVERED);
	db_kit_add(k, &d);
	struct change e = revision(k, REVISION_EDIT, true, 1, "two");
	e.seq = 88;
	db_kit_add(k, &e);
	db_kit_commit(k);
	db_kit_reopen(k);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.outbox_count, 1);
	const struct change *c = &saved.outbox[0].change;
	assert_int_equal(c->kind, CHANGE_REVISION);
	assert_int_equal(c->revision, REVISION_EDIT);
	assert_true(c->mine && c->waits && c->has_target);
	assert_true(msg_id_equal(&c->id, &e.id));
	assert_true(msg_id_equal(&c->target, &e.target));
	assert_true(c->seq == 88);
	assert_string_equal(c->text, "two");
	assert_int_equal(saved.next_row, e.row + 1);
	saved_clear(&saved);
	d = db_kit_deliver(1, 5001, DELIVERY_SENT);
	db_kit_add(k, &d);
	db_kit_commit(k);
	saved = db_kit_load(k);
	assert_int_equal(saved.outbox_count, 1);
	saved_clear(&saved);
	d = db_kit_deliver(1, 5001, DELIVERY_DELIVERED);
	db_kit_add(k, &d);
	db_kit_commit(k);
	saved = db_kit_load(k);
	assert_int_equal(saved.outbox_count, 0);
	saved_clear(&saved);
}

static void
forget(struct db_kit *k, enum change_kind kind, unsigned who, unsigned n)
{
	db_kit_add(
	    k, &(struct change){
		   .kind = kind, .fp = db_kit_fp(who), .id = db_kit_id(n) });
	db_kit_commit(k);
}

static void
test_forget_message(void **state)
{
	struct db_kit *k = *state;

	say_it(k, false, 1, "keep this");
	say_it(k, false, 2, "artichoke here");
	revise(k, REVISION_EDIT, false, 2, "asparagus here");
	revise(k, REVISION_REACT, true, 2, "celery");
	db_kit_rest(k);
	assert_true(db_kit_in_files(k, "artichoke"));
	forget(k, CHANGE_FORGET_MESSAGE, 1, 2);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.convs[0].unread, 1);
	assert_int_equal(saved.convs[0].last_row, 1);
	saved_clear(&saved);
	check(k, 0, "keep this", false, false);
	db_kit_rest(k);
	assert_false(db_kit_in_files(k, "artichoke"));
	assert_false(db_kit_in_files(k, "asparagus"));
	assert_false(db_kit_in_files(k, "celery"));
	assert_true(db_kit_in_files(k, "keep this"));
	/* Of nothing. */
	forget(k, CHANGE_FORGET_MESSAGE, 1, 2);
	forget(k, CHANGE_FORGET_MESSAGE, 9, 2);
	check(k, 0, "keep this", false, false);
}

/* What was said goes; that it is taken back is still to be told. */
static void
test_forget_what_is_revised(void **state)
{
	struct db_kit *k = *state;

	say_it(k, true, 1, "artichoke");
	db_kit_add(k, &(struct change){ .kind = CHANGE_DELIVERY,
			  .fp = db_kit_fp(1),
			  .id = db_kit_id(1),
			  .mine = true,
			  .delivery = DELIVERY_DELIVERED });
	revise(k, REVISION_EDIT, true, 1, "asparagus");
	struct change c = revision(k, REVISION_REACT, true, 1, "+1");
	c.id = db_kit_id(7001);
	db_kit_add(k, &c);
	c = revision(k, REVISION_DELETE, true, 1, "");
	c.id = db_kit_id(7002);
	db_kit_add(k, &c);
	db_kit_commit(k);
	forget(k, CHANGE_FORGET_MESSAGE, 1, 1);
	db_kit_reopen(k);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.outbox_count, 1);
	assert_int_equal(saved.outbox[0].change.revision, REVISION_DELETE);
	saved_clear(&saved);
	db_kit_rest(k);
	assert_false(db_kit_in_files(k, "asparagus"));
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

/* More than go at once. The words are in the index, too, and in drafts. */
static void
forget_all(struct db_kit *k, enum change_kind kind)
{
	char text[64];
	struct pin pin = {
		.fp = db_kit_fp(1), .trust = TRUST_PINNED, .name = "gooseberry"
	};

	db_kit_add(k,
	    &(struct change){ .kind = CHANGE_PIN, .fp = pin.fp, .pin = &pin });
	for (unsigned n = 1; n <= 2000; n++) {
		snprintf(text, sizeof(text), "artichoke%u %u", n % 50, n);
		struct change c = db_kit_theirs(k, 1, n, text);
		db_kit_add(k, &c);
	}
	struct change other = db_kit_theirs(k, 2, 3000, "of somebody else");
	db_kit_add(k, &other);
	db_kit_add(k, &(struct change){ .kind = CHANGE_DRAFT,
			  .fp = db_kit_fp(1),
			  .text = "artichoke draft",
			  .size = 15 });
	db_kit_commit(k);
	db_kit_rest(k);
	say_it(k, true, 4000, "artichoke waits");
	assert_int_equal(search(k, "artichoke7"), 20);
	forget(k, kind, 1, 0);
	/* Nobody sees it any more, though not all is gone yet. */
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(page.count, 0);
	saved_page_clear(&page);
	assert_int_equal(search(k, "artichoke7"), 0);
	assert_int_equal(search(k, "somebody"), 1);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.conv_count, 1);
	assert_int_equal(saved.outbox_count, 0);
	assert_int_equal(
	    saved.pin_count, kind == CHANGE_FORGET_CONTACT ? 1 : 2);
	if (kind == CHANGE_FORGET_CONV)
		assert_true(saved.pins[0].received_seq == 2000);
	saved_clear(&saved);
	db_kit_rest(k);
	assert_false(db_kit_in_files(k, "artichoke"));
	assert_true(db_kit_in_files(k, "somebody else"));
	assert_int_equal(
	    db_kit_in_files(k, "gooseberry"), kind != CHANGE_FORGET_CONTACT);
	/* It begins anew. */
	say_it(k, false, 5000, "hello again");
	page = db_kit_page(k, 1);
	assert_int_equal(page.count, 1);
	saved_page_clear(&page);
}

static void
test_forget_conv(void **state)
{
	forget_all(*state, CHANGE_FORGET_CONV);
}

static void
test_forget_contact(void **state)
{
	forget_all(*state, CHANGE_FORGET_CONTACT);
}

/* Whoever leaves right behind it need not wait for it, nor come back. */
static void
test_forget_and_close(void **state)
{
	struct db_kit *k = *state;

	say_it(k, false, 1, "keep this");
	for (unsigned n = 2; n < 300; n++)
		say_it(k, false, n, "artichoke");
	db_kit_rest(k);
	forget(k, CHANGE_FORGET_CONV, 1, 0);
	db_kit_close(k);
	assert_false(db_kit_in_files(k, "artichoke"));
	db_kit_open(k);
}

/* A mark of what is still to be swept survives. */
static void
test_forget_goes_on(void **state)
{
	struct db_kit *k = *state;
	const char *names[] = { "earshot.db", "earshot.db-wal" };
	char *data[2];
	size_t size[2];

	for (unsigned n = 1; n < 1500; n++) {
		struct change c = db_kit_theirs(k, 1, n, "artichoke");
		db_kit_add(k, &c);
	}
	db_kit_commit(k);
	db_kit_rest(k);
	forget(k, CHANGE_FORGET_CONV, 1, 0);
	for (int i = 0; i < 2; i++) {
		struct stat st;
		FILE *f = fopen(tmpdir_path(k->dir, names[i]), "rb");
		assert_true(f != NULL && fstat(fileno(f), &st) == 0);
		size[i] = (size_t)st.st_size;
		data[i] = malloc(size[i] + 1);
		assert_int_equal(fread(data[i], 1, size[i], f), size[i]);
		fclose(f);
	}
	db_kit_close(k);
	for (int i = 0; i < 2; i++) {
		tmpdir_write(
		    tmpdir_path(k->dir, names[i]), data[i], size[i], 0600);
		free(data[i]);
	}
	db_kit_open(k);
	assert_true(db_kit_in_files(k, "artichoke"));
	db_kit_rest(k);
	assert_false(db_kit_in_files(k, "artichoke"));
}

static void
test_retention(void **state)
{
	struct db_kit *k = *state;
	int64_t day = 86400000;

	for (unsigned n = 1; n <= 900; n++) {
		struct change c = n == 5 ? db_kit_ours(k, 1, n, "waits")
					 : db_kit_theirs(k, 1, n, "text");
		c.arrived_ms = n * day / 10;
		/* Of a clock that was wrong. */
		if (n == 3)
			c.arrived_ms = 1000 * day;
		db_kit_add(k, &c);
	}
	db_kit_commit(k);
	db_kit_rest(k);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.convs[0].unread, 899);
	saved_clear(&saved);
	db_kit_close(k);
	k->cfg.retention_days = 30;
	k->cfg.wall_ms = 90 * day;
	db_kit_open(k);
	db_kit_rest(k);
	saved = db_kit_load(k);
	/* Newer than 60 days: 600 .. 900, and the one of the future. */
	assert_int_equal(saved.convs[0].unread, 302);
	assert_int_equal(saved.outbox_count, 1);
	saved_clear(&saved);
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(page.count, 303);
	assert_int_equal(page.messages[0].row, 3);
	assert_int_equal(page.messages[1].row, 5);
	assert_int_equal(page.messages[2].row, 600);
	saved_page_clear(&page);
	assert_int_equal(search(k, "text"), 20);
}

static void
test_quota(void **state)
{
	struct db_kit *k = *state;
	char text[2000];
	struct stat st;

	k->cfg.quota_mib = 1;
	db_kit_reopen(k);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	struct change w = db_kit_ours(k, 1, 9999, "waits");
	db_kit_add(k, &w);
	for (unsigned n = 1; n <= 2000; n++) {
		struct change c = db_kit_theirs(k, 1, n, text);
		db_kit_add(k, &c);
		if (n % 100 == 0) {
			db_kit_commit(k);
			db_kit_rest(k);
		}
	}
	struct saved_page page = db_kit_page(k, 1);
	assert_in_range(page.count, 100, 499);
	assert_int_equal(page.messages[0].row, 1);
	assert_int_equal(page.messages[page.count - 1].row, 2001);
	saved_page_clear(&page);
	db_kit_close(k);
	assert_int_equal(stat(tmpdir_path(k->dir, "earshot.db"), &st), 0);
	/* What is freed is given back, but for a few MiB. */
	assert_true(st.st_size < 6 * 1024 * 1024);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, db_kit_setup, db_kit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_edit),
		TEST(test_not_theirs_to_edit),
		TEST(test_delete),
		TEST(test_delete_what_waits),
		TEST(test_react),
		TEST(test_revision_waits),
		TEST(test_forget_message),
		TEST(test_forget_what_is_revised),
		TEST(test_forget_conv),
		TEST(test_forget_contact),
		TEST(test_forget_and_close),
		TEST(test_forget_goes_on),
		TEST(test_retention),
		TEST(test_quota),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
