/* SPDX-License-Identifier: MIT */
/*
 * What waits: over restarts, to one identity only, listed, taken back, expired.
 */
#include "core/engine_state.h"
#include "engine_kit.h"
#include "start_sodium.h"

#include <errno.h>
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

static bool
says(const struct remote *r, enum message_kind kind, const char *what)
{
	const struct message *m = ekit_last(&k, r, kind);

	return m != NULL && strstr(m->text, what) != NULL;
}

static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

static struct change
stored(const struct remote *r, const char *text)
{
	for (size_t i = 0; i < k.store.row_count; i++) {
		const struct change *c = &k.store.rows[i].change;
		if (fp_equal(&c->fp, &r->end.identity.fp) &&
		    c->size == strlen(text) &&
		    memcmp(c->text, text, c->size) == 0)
			return *c;
	}
	fail_msg("\"%s\" is not stored", text);
	return (struct change){ .kind = CHANGE_MESSAGE };
}

/* Days go by while nobody answers. */
static void
pass_days(int days)
{
	for (int i = 0; i < days * 24; i++) {
		k.now.wall_ms += 3600 * 1000;
		k.now.mono_ms += 3600 * 1000;
		engine_tick(k.engine, k.now);
		ekit_drain(&k);
		while (k.dial_count > 0)
			ekit_fail_dial(&k, ECONNREFUSED);
	}
}

static void
it_survives_a_restart_and_goes_out(void **state)
{
	(void)state;
	struct remote *r = ekit_heard(&k, 1, "bob");

	ekit_say(&k, r, "one");
	ekit_say(&k, r, "two");
	ekit_restart(&k);
	/* Somebody we never met has a name all the same. */
	const struct peer *p = ekit_peer(&k, r);
	assert_non_null(p);
	assert_string_equal(p->name, "bob");
	assert_int_equal(p->trust, TRUST_UNKNOWN);
	assert_int_equal(contacts_waiting(k.engine), 2);
	ekit_say(&k, r, "three");
	struct addr addr = ekit_addr(1);
	r->hello.epoch = 1;
	ekit_hear(&k, r, "bob", &addr, 5);
	ekit_pass(&k, 500);
	assert_true(k.dial_count > 0);
	remote_answer(&k, r);
	assert_int_equal(r->texts, 3);
	assert_string_equal(r->last_text, "three");
	assert_int_equal(contacts_waiting(k.engine), 0);
	assert_int_equal(stored(r, "one").delivery, DELIVERY_DELIVERED);
	assert_int_equal(stored(r, "two").delivery, DELIVERY_DELIVERED);
	/* Two of them are not in memory: the front end hears by their ids. */
	assert_int_equal(k.unseen, 4);
}

static void
who_has_something_waiting_is_dialled_after_a_start(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");

	remote_lose(&k, r);
	while (k.dial_count > 0)
		ekit_fail_dial(&k, ECONNREFUSED);
	ekit_say(&k, r, "later");
	ekit_restart(&k);
	ekit_pass(&k, 12000);
	assert_true(k.dial_count > 0);
	remote_answer(&k, r);
	assert_string_equal(r->last_text, "later");
}

static void
what_flew_flies_again(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");

	r->hold_acks = true;
	ekit_say(&k, r, "answered by nobody");
	struct msg_id id = r->last_id;
	uint64_t seq = r->last_seq;
	ekit_restart(&k);
	ekit_pass(&k, 12000);
	r->hold_acks = false;
	remote_answer(&k, r);
	assert_true(msg_id_equal(&r->last_id, &id));
	assert_true(r->last_seq == seq);
	ekit_say(&k, r, "the next");
	assert_true(r->last_prev == seq);
	assert_true(r->last_seq >> 32 > seq >> 32);
	assert_int_equal(contacts_waiting(k.engine), 0);
}

static void
another_key_gets_nothing(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct remote *other = ekit_remote(&k, 2);
	struct addr addr = ekit_addr(1);

	remote_lose(&k, r);
	ekit_say(&k, r, "for bob alone");
	ekit_restart(&k);
	ekit_pass(&k, 12000);
	other->hello.name = untrusted_of("bob", 3);
	while (k.dial_count > 0)
		remote_answer(&k, other);
	assert_false(remote_is_up(other));
	remote_restart(other);
	assert_true(remote_connect(&k, other, &addr));
	assert_int_equal(other->texts, 0);
	assert_int_equal(contacts_waiting(k.engine), 1);
}

static void
it_is_listed_and_taken_back(void **state)
{
	(void)state;
	struct remote *bob = ekit_heard(&k, 1, "bob");
	struct remote *eve = ekit_heard(&k, 2, "eve");

	ekit_command(&k, COMMAND_OUTBOX, NULL, NULL);
	assert_true(says(NULL, MESSAGE_INFO, "nothing waits"));
	ekit_say(&k, bob, "one");
	ekit_say(&k, bob, "two\nand more");
	ekit_say(&k, eve, "three");
	k.now.wall_ms += 3 * day_ms;
	ekit_command(&k, COMMAND_OUTBOX, NULL, NULL);
	assert_true(says(NULL, MESSAGE_INFO, "1  bob  3 days  queued  one\n"));
	assert_true(says(NULL, MESSAGE_INFO, "queued  two...\n"));
	assert_true(says(NULL, MESSAGE_INFO, "3 messages wait"));
	/* By number, also when those before it went. */
	ekit_do(&k, &(struct command){ .kind = COMMAND_CANCEL, .number = 1 });
	assert_true(says(NULL, MESSAGE_INFO, "taken back: 1"));
	ekit_do(&k, &(struct command){ .kind = COMMAND_CANCEL, .number = 1 });
	assert_true(says(NULL, MESSAGE_ERROR, "does not wait"));
	ekit_do(&k, &(struct command){ .kind = COMMAND_CANCEL, .number = 2 });
	assert_int_equal(stored(bob, "one").delivery, DELIVERY_FAILED);
	assert_string_equal(stored(bob, "one").reason, "taken back");
	assert_int_equal(
	    stored(bob, "two\nand more").delivery, DELIVERY_FAILED);
	assert_int_equal(stored(eve, "three").delivery, DELIVERY_QUEUED);
	assert_int_equal(
	    ekit_last(&k, bob, MESSAGE_TEXT)->delivery, DELIVERY_FAILED);
	ekit_do(&k, &(struct command){ .kind = COMMAND_CANCEL, .number = 4 });
	assert_true(says(NULL, MESSAGE_ERROR, "no number 4"));
	/* By id, and all to one. */
	struct msg_id id = ekit_last(&k, eve, MESSAGE_TEXT)->id;
	ekit_do(
	    &k, &(struct command){
		    .kind = COMMAND_CANCEL, .has_target = true, .target = id });
	assert_int_equal(stored(eve, "three").delivery, DELIVERY_FAILED);
	ekit_say(&k, eve, "four");
	ekit_say(&k, eve, "five");
	ekit_command(&k, COMMAND_CANCEL, &eve->end.identity.fp, NULL);
	assert_true(says(NULL, MESSAGE_INFO, "taken back: 2"));
	assert_int_equal(contacts_waiting(k.engine), 0);
	ekit_restart(&k);
	assert_int_equal(contacts_waiting(k.engine), 0);
}

static void
what_is_on_its_way_is_not_taken_back(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");

	r->hold_acks = true;
	ekit_say(&k, r, "gone");
	ekit_command(&k, COMMAND_OUTBOX, NULL, NULL);
	assert_true(says(NULL, MESSAGE_INFO, "sent  gone"));
	ekit_command(&k, COMMAND_CANCEL, &r->end.identity.fp, NULL);
	assert_true(says(NULL, MESSAGE_ERROR, "too late"));
	assert_int_equal(stored(r, "gone").delivery, DELIVERY_QUEUED);
	assert_int_equal(
	    ekit_last(&k, r, MESSAGE_TEXT)->delivery, DELIVERY_SENT);
}

static void
what_is_no_revision_does_not_go(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct msg_id id;

	ekit_say(&k, r, "text");
	id = ekit_last(&k, r, MESSAGE_TEXT)->id;
	remote_lose(&k, r);
	ekit_do(&k, &(struct command){ .kind = COMMAND_REACT,
			.peer = r->end.identity.fp,
			.has_target = true,
			.target = id,
			.text = (char[]){ "+" } });
	assert_int_equal(contacts_waiting(k.engine), 1);
	for (size_t i = 0; i < k.store.row_count; i++) {
		if (k.store.rows[i].is_revision)
			k.store.rows[i].change.revision = (enum revision)77;
	}
	ekit_restart(&k);
	assert_int_equal(contacts_waiting(k.engine), 0);
}

static void
it_expires_after_thirty_days(void **state)
{
	(void)state;
	struct remote *r = ekit_heard(&k, 1, "bob");

	ekit_say(&k, r, "old");
	pass_days(20);
	ekit_say(&k, r, "young");
	pass_days(9);
	assert_int_equal(stored(r, "old").delivery, DELIVERY_QUEUED);
	pass_days(2);
	assert_int_equal(stored(r, "old").delivery, DELIVERY_FAILED);
	assert_non_null(strstr(stored(r, "old").reason, "expired"));
	assert_int_equal(stored(r, "young").delivery, DELIVERY_QUEUED);
	/* Also when nobody was there all the time. */
	k.now.wall_ms += 40 * day_ms;
	ekit_restart(&k);
	assert_int_equal(stored(r, "young").delivery, DELIVERY_FAILED);
	assert_int_equal(contacts_waiting(k.engine), 0);
}

/* A machine without a battery wakes up in 1970, and then learns the time. */
static void
a_clock_that_is_set_right_expires_nothing(void **state)
{
	(void)state;
	struct remote *r = ekit_heard(&k, 1, "bob");
	int64_t right_ms = k.now.wall_ms;

	k.now.wall_ms = 1000;
	ekit_say(&k, r, "early");
	k.now.wall_ms = right_ms;
	pass_days(1);
	assert_int_equal(stored(r, "early").delivery, DELIVERY_QUEUED);
	ekit_restart(&k);
	pass_days(1);
	assert_int_equal(stored(r, "early").delivery, DELIVERY_QUEUED);
}

/* So many that they cannot expire in one step. */
static void
many_expire_step_by_step(void **state)
{
	(void)state;
	struct remote *bob = ekit_heard(&k, 1, "bob");
	struct remote *eve = ekit_heard(&k, 2, "eve");

	for (int i = 0; i < CHAT_QUEUE_MAX; i++) {
		ekit_say(&k, bob, "x");
		ekit_say(&k, eve, "x");
	}
	ekit_say(&k, bob, "one too many");
	assert_true(says(NULL, MESSAGE_ERROR, "1000 messages already wait"));
	assert_int_equal(contacts_waiting(k.engine), 2 * CHAT_QUEUE_MAX);
	k.now.wall_ms += 31 * day_ms;
	k.now.mono_ms += 31 * day_ms;
	engine_tick(k.engine, k.now);
	ekit_drain(&k);
	assert_int_equal(contacts_waiting(k.engine), CHAT_QUEUE_MAX);
	k.now.mono_ms += 1000;
	engine_tick(k.engine, k.now);
	ekit_drain(&k);
	assert_int_equal(contacts_waiting(k.engine), 0);
}

static void
without_history_it_is_stored_while_it_waits(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	const struct fp *fp = &r->end.identity.fp;

	ekit_do(&k, &(struct command){
			.kind = COMMAND_HISTORY, .peer = *fp, .on = false });
	assert_true(ekit_peer(&k, r)->forgets);
	r->hold_acks = true;
	size_t rows = k.store.row_count;
	ekit_say(&k, r, "for now");
	assert_int_equal(k.store.row_count, rows + 1);
	struct msg ack = { .type = MSG_ACK,
		.ack = {
		    .state = ACK_STORED, .count = 1, .ids = { r->last_id } } };
	remote_send(&k, r, &ack);
	ekit_run(&k);
	assert_int_equal(k.store.row_count, rows);
	/* Theirs not at all; but that it came is known. */
	remote_say(&k, r, "between us");
	assert_int_equal(r->acks, 1);
	assert_int_equal(k.store.row_count, rows);
	assert_true(memstore_pin(&k.store, fp)->received_seq == 1);
	assert_true(memstore_pin(&k.store, fp)->forgets);
	ekit_restart(&k);
	assert_true(ekit_peer(&k, r)->forgets);
	ekit_do(&k, &(struct command){
			.kind = COMMAND_HISTORY, .peer = *fp, .on = true });
	assert_false(memstore_pin(&k.store, fp)->forgets);
}

static void
settings_are_remembered(void **state)
{
	(void)state;
	struct remote *r = ekit_heard(&k, 1, "bob");
	const struct fp *fp = &r->end.identity.fp;

	ekit_do(&k, &(struct command){
			.kind = COMMAND_RECEIPTS, .peer = *fp, .on = true });
	ekit_do(&k, &(struct command){ .kind = COMMAND_TRANSPORT,
			.peer = *fp,
			.number = TRANSPORT_UDP });
	ekit_restart(&k);
	const struct peer *p = ekit_peer(&k, r);
	assert_true(p->receipts);
	assert_int_equal(p->choice, TRANSPORT_UDP);
	assert_int_equal(memstore_pin(&k.store, fp)->transport, TRANSPORT_UDP);
	ekit_do(&k, &(struct command){
			.kind = COMMAND_TRANSPORT, .peer = *fp, .number = 77 });
	assert_int_equal(ekit_peer(&k, r)->choice, TRANSPORT_AUTO);
	struct fp nobody = { { 1 } };
	ekit_command(&k, COMMAND_RECEIPTS, &nobody, NULL);
	assert_true(says(NULL, MESSAGE_ERROR, "not known"));
}

/* Also of whom nothing else is known, after somebody looked at it. */
static void
a_setting_outlives_what_made_the_contact(void **state)
{
	(void)state;
	struct remote *r = ekit_heard(&k, 1, "bob");
	const struct fp *fp = &r->end.identity.fp;

	ekit_do(&k, &(struct command){
			.kind = COMMAND_HISTORY, .peer = *fp, .on = false });
	ekit_restart(&k);
	ekit_say(&k, r, "");
	struct addr addr = ekit_addr(1);
	assert_true(remote_connect(&k, r, &addr));
	remote_say(&k, r, "between us");
	assert_int_equal(k.store.row_count, 0);
	assert_true(memstore_pin(&k.store, fp)->forgets);
}

/* The same with one that came and went without a word. */
static void
a_setting_outlives_an_empty_session(void **state)
{
	(void)state;
	struct remote *r = ekit_heard(&k, 1, "bob");
	struct addr addr = ekit_addr(1);
	const struct fp *fp = &r->end.identity.fp;

	ekit_do(&k, &(struct command){
			.kind = COMMAND_RECEIPTS, .peer = *fp, .on = true });
	for (int i = 0; i < 2; i++) {
		ekit_restart(&k);
		assert_true(remote_connect(&k, r, &addr));
		remote_lose(&k, r);
		remote_restart(r);
		ekit_say(&k, r, "");
		assert_null(ekit_conv(&k, r));
		assert_true(ekit_peer(&k, r)->receipts);
		assert_true(memstore_pin(&k.store, fp)->receipts);
	}
	assert_true(remote_connect(&k, r, &addr));
	remote_say(&k, r, "are you there?");
	ekit_do(&k, &(struct command){
			.kind = COMMAND_READ, .conv = ekit_conv(&k, r)->id });
	assert_int_equal(r->shown, 1);
}

static void
what_was_deleted_unsent_is_not_sent(void **state)
{
	(void)state;
	struct remote *r = ekit_heard(&k, 1, "bob");

	ekit_say(&k, r, "a mistake");
	ekit_do(&k, &(struct command){ .kind = COMMAND_DELETE,
			.peer = r->end.identity.fp,
			.has_target = true,
			.target = ekit_last(&k, r, MESSAGE_TEXT)->id });
	assert_int_equal(contacts_waiting(k.engine), 1);
	assert_int_equal(
	    ekit_last(&k, r, MESSAGE_TEXT)->delivery, DELIVERY_FAILED);
	assert_true(ekit_last(&k, r, MESSAGE_TEXT)->deleted);
	remote_answer(&k, r);
	assert_int_equal(r->texts, 1);
	assert_int_equal(r->last_type, MSG_DELETE);
	assert_int_equal(contacts_waiting(k.engine), 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(it_survives_a_restart_and_goes_out),
		CASE(who_has_something_waiting_is_dialled_after_a_start),
		CASE(what_flew_flies_again),
		CASE(another_key_gets_nothing),
		CASE(it_is_listed_and_taken_back),
		CASE(what_is_on_its_way_is_not_taken_back),
		CASE(what_is_no_revision_does_not_go),
		CASE(it_expires_after_thirty_days),
		CASE(a_clock_that_is_set_right_expires_nothing),
		CASE(many_expire_step_by_step),
		CASE(without_history_it_is_stored_while_it_waits),
		CASE(settings_are_remembered),
		CASE(a_setting_outlives_what_made_the_contact),
		CASE(a_setting_outlives_an_empty_session),
		CASE(what_was_deleted_unsent_is_not_sent),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
