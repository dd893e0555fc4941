/* SPDX-License-Identifier: MIT */
/*
 * Nothing is sent and nothing acknowledged before it is stored; and what
 * happens when it cannot be.
 */
#include "core/engine_state.h"
#include "engine_kit.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct ekit k;

static int
begin(void **state)
{
	(void)state;
	ekit_init(&k, 1);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ekit_clear(&k);
	return 0;
}

static const struct message *
newest(const struct remote *r, bool mine)
{
	const struct conv *c = ekit_conv(&k, r);

	for (uint64_t s = c->next_serial; s > c->first_serial; s--) {
		const struct message *m = conv_message(c, s - 1);
		if (m->kind == MESSAGE_TEXT && m->mine == mine)
			return m;
	}
	fail_msg("no text");
	return NULL;
}

static bool
says(const struct remote *r, enum message_kind kind, const char *what)
{
	const struct message *m = ekit_last(&k, r, kind);

	return m != NULL && strstr(m->text, what) != NULL;
}

static void
ours_waits_for_the_commit(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	unsigned texts = r->texts;

	k.hold_commits = true;
	ekit_say(&k, r, "stored first");
	assert_int_equal(newest(r, true)->delivery, DELIVERY_QUEUED);
	ekit_pass(&k, 60000);
	assert_int_equal(r->texts, texts);
	assert_null(
	    memstore_find(&k.store, &r->end.identity.fp, &newest(r, true)->id));
	assert_true(engine_is_waiting(k.engine));
	ekit_commit(&k, true);
	ekit_run(&k);
	/* Nobody waits for a delivery to be stored. */
	assert_true(memstore_is_dirty(&k.store));
	assert_false(engine_is_waiting(k.engine));
	assert_int_equal(r->texts, texts + 1);
	assert_string_equal(r->last_text, "stored first");
	assert_int_equal(newest(r, true)->delivery, DELIVERY_DELIVERED);
	/* That, too, is stored. */
	const struct mem_row *row =
	    memstore_find(&k.store, &r->end.identity.fp, &newest(r, true)->id);
	assert_int_equal(row->change.delivery, DELIVERY_QUEUED);
	ekit_commit(&k, true);
	assert_int_equal(row->change.delivery, DELIVERY_DELIVERED);
	assert_false(row->change.waits);
}

static void
theirs_is_shown_and_waits_with_its_answer(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");

	k.hold_commits = true;
	remote_say(&k, r, "one");
	remote_say(&k, r, "two");
	assert_string_equal(newest(r, false)->text, "two");
	ekit_pass(&k, 60000);
	assert_int_equal(r->acks, 0);
	assert_true(engine_is_waiting(k.engine));
	ekit_commit(&k, true);
	ekit_run(&k);
	assert_int_equal(r->acks, 2);
	assert_true(newest(r, false)->row > 0);
	assert_non_null(memstore_find(
	    &k.store, &r->end.identity.fp, &newest(r, false)->id));
}

static void
t52_what_comes_again_before_its_commit(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct addr addr = ekit_addr(1);
	struct msg m = { .type = MSG_TEXT,
		.post = { .seq = 7, .text = untrusted_of("once", 4) } };

	k.hold_commits = true;
	m.post.id.b[0] = 1;
	for (int i = 0; i < 50; i++) {
		remote_send(&k, r, &m);
		ekit_run(&k);
	}
	remote_lose(&k, r);
	remote_restart(r);
	assert_true(remote_connect(&k, r, &addr));
	remote_send(&k, r, &m);
	ekit_run(&k);
	assert_int_equal(ekit_count(&k, r, MESSAGE_TEXT, false), 1);
	assert_int_equal(r->acks, 0);
	ekit_commit(&k, true);
	ekit_run(&k);
	assert_int_equal(r->acks, 1);
}

static void
a_full_disk_sends_nothing(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	unsigned texts = r->texts;

	k.full = k.hold_commits = true;
	ekit_say(&k, r, "one");
	ekit_say(&k, r, "two");
	ekit_commit(&k, false);
	assert_int_equal(newest(r, true)->delivery, DELIVERY_FAILED);
	assert_string_equal(
	    newest(r, true)->reason, "not stored: the disk is full; not sent");
	assert_string_equal(newest(r, true)->text, "two");
	assert_true(says(NULL, MESSAGE_ERROR, "nothing can be stored"));
	assert_true(engine_model(k.engine)->store_failed);
	ekit_say(&k, r, "three");
	ekit_commit(&k, false);
	/* Once for each time it begins. */
	assert_int_equal(ekit_count(&k, NULL, MESSAGE_ERROR, false), 1);
	k.full = k.hold_commits = false;
	ekit_pass(&k, 60000);
	assert_int_equal(r->texts, texts);
	/* The session lives, and goes on where it was. */
	assert_true(remote_is_up(r));
	ekit_say(&k, r, "four");
	assert_int_equal(r->texts, texts + 1);
	assert_string_equal(r->last_text, "four");
	assert_false(engine_model(k.engine)->store_failed);
	assert_true(says(NULL, MESSAGE_INFO, "stored again"));
	/* What never left is not missed. */
	assert_true(r->last_prev < r->last_seq - 3);
}

static void
what_came_is_given_to_the_store_again(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");

	k.full = true;
	remote_say(&k, r, "one");
	ekit_pass(&k, STORE_AGAIN_MS * 5);
	remote_say(&k, r, "two");
	ekit_pass(&k, STORE_AGAIN_MS * 5);
	assert_int_equal(r->acks, 0);
	assert_int_equal(ekit_count(&k, r, MESSAGE_TEXT, false), 2);
	k.full = false;
	ekit_pass(&k, STORE_AGAIN_MS);
	assert_int_equal(r->acks, 2);
	assert_int_equal(ekit_count(&k, r, MESSAGE_TEXT, false), 2);
	/* In the order they came. */
	const struct mem_row *rows = k.store.rows;
	size_t n = k.store.row_count;
	assert_true(rows[n - 2].change.row < rows[n - 1].change.row);
	assert_string_equal(rows[n - 1].change.text, "two");
}

static void
it_goes_with_whatever_comes_next(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");

	k.full = true;
	remote_say(&k, r, "one");
	k.full = false;
	ekit_command(&k, COMMAND_SHOUT, NULL, "hear hear");
	ekit_run(&k);
	assert_int_equal(r->acks, 1);
}

static void
a_crash_takes_what_was_not_stored(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct addr addr = ekit_addr(1);
	struct msg m = { .type = MSG_TEXT,
		.post = { .seq = 7, .text = untrusted_of("again", 5) } };

	m.post.id.b[0] = 1;
	k.hold_commits = true;
	remote_send(&k, r, &m);
	ekit_run(&k);
	ekit_say(&k, r, "typed and lost");
	k.hold_commits = false;
	ekit_restart(&k);
	assert_true(remote_connect(&k, r, &addr));
	unsigned texts = r->texts;
	/* The sender had no answer. */
	remote_send(&k, r, &m);
	ekit_run(&k);
	assert_int_equal(r->acks, 1);
	ekit_restart(&k);
	assert_true(remote_connect(&k, r, &addr));
	remote_send(&k, r, &m);
	ekit_run(&k);
	assert_int_equal(r->acks, 2);
	assert_int_equal(ekit_count(&k, r, MESSAGE_TEXT, false), 0);
	assert_int_equal(r->texts, texts);
	assert_true(
	    memstore_pin(&k.store, &r->end.identity.fp)->received_seq == 7);
}

/* Somebody goes on writing while nothing can be stored: what is in memory is
 * bounded, the rest stays with him. */
static void
what_cannot_be_stored_is_bounded(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	static uint8_t bytes[MSG_MAX];
	unsigned said = 0;

	k.full = true;
	for (int i = 0; i < 200; i++) {
		for (int n = 0; n < 50; n++) {
			struct msg m = { .type = MSG_TEXT,
				.post = { .seq = r->next_seq,
				    .prev = r->next_seq - 1,
				    .text = untrusted_of("flood", 5) } };
			size_t size;
			memcpy(m.post.id.b, &r->next_seq, 8);
			msg_encode(&m, bytes, sizeof(bytes), &size);
			if (session_send(r->end.session, k.now, bytes, size) <
			    0)
				break;
			r->next_seq++;
			said++;
		}
		ekit_pass(&k, 10);
	}
	assert_true(said > JOURNAL_MAX);
	assert_false(engine_reading(k.engine, r->conn));
	assert_in_range(k.engine->journal.count, JOURNAL_MAX, JOURNAL_MAX + 8);
	assert_int_equal(r->acks, 0);
	k.full = false;
	ekit_pass(&k, 20000);
	assert_int_equal(r->acks, said);
	assert_int_equal(k.engine->journal.count, 0);
}

/* Each is its own, and of what replaces itself only the last one counts. */
static void
what_replaces_itself_is_given_once(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	uint32_t conv = ekit_conv(&k, r)->id;
	char text[16];

	k.full = true;
	for (int i = 0; i < 500; i++) {
		snprintf(text, sizeof(text), "draft %d", i);
		ekit_do(&k,
		    &(struct command){
			.kind = COMMAND_DRAFT, .conv = conv, .text = text });
	}
	assert_true(k.engine->journal.count <= 2);
	k.full = false;
	ekit_pass(&k, STORE_AGAIN_MS);
	assert_string_equal(ekit_conv(&k, r)->draft, "draft 499");
	assert_string_equal(k.store.convs[0].draft, "draft 499");
	/* A pin stays in front of the messages that move its numbers. */
	k.full = true;
	struct remote *s = ekit_heard(&k, 2, "carol");
	struct addr addr = ekit_addr(2);
	remote_connect(&k, s, &addr);
	remote_say(&k, s, "hello");
	for (unsigned i = 0; i < 20; i++)
		ekit_do(&k, &(struct command){ .kind = COMMAND_RECEIPTS,
				.peer = s->end.identity.fp,
				.on = i % 2 == 0 });
	assert_true(k.engine->journal.count <= 4);
	assert_int_equal(k.engine->journal.first->change.kind, CHANGE_PIN);
	k.full = false;
	ekit_pass(&k, STORE_AGAIN_MS);
	assert_true(
	    memstore_pin(&k.store, &s->end.identity.fp)->received_seq > 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(ours_waits_for_the_commit),
		CASE(theirs_is_shown_and_waits_with_its_answer),
		CASE(t52_what_comes_again_before_its_commit),
		CASE(a_full_disk_sends_nothing),
		CASE(what_came_is_given_to_the_store_again),
		CASE(it_goes_with_whatever_comes_next),
		CASE(a_crash_takes_what_was_not_stored),
		CASE(what_cannot_be_stored_is_bounded),
		CASE(what_replaces_itself_is_given_once),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
