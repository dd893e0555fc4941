/* SPDX-License-Identifier: MIT */
/*
 * Edits, deletions, reactions, answers: of the user and of the other end.
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

static struct msg
revision(struct remote *r, uint8_t type, const struct msg_id *target,
    const char *text)
{
	struct msg m = { .type = type,
		.post = { .seq = r->next_seq,
		    .prev = r->next_seq - 1,
		    .sent_ms = k.now.wall_ms,
		    .has_target = true,
		    .target = *target,
		    .text = untrusted_of(text, strlen(text)) } };

	memcpy(m.post.id.b, &r->next_seq, 8);
	m.post.id.b[15] = 'r';
	r->next_seq++;
	return m;
}

static void
send_revision(struct remote *r, uint8_t type, const struct msg_id *target,
    const char *text)
{
	struct msg m = revision(r, type, target, text);

	remote_send(&k, r, &m);
	ekit_run(&k);
}

static void
command(enum command_kind kind, const struct remote *r,
    const struct msg_id *target, const char *text)
{
	ekit_do(&k, &(struct command){ .kind = kind,
			.peer = r->end.identity.fp,
			.has_target = true,
			.target = *target,
			.text = (char *)(uintptr_t)text });
}

static const struct message *
text_of(const struct remote *r)
{
	return ekit_last(&k, r, MESSAGE_TEXT);
}

static const struct mem_row *
row_of(const struct remote *r, const struct msg_id *id)
{
	const struct mem_row *row =
	    memstore_find(&k.store, &r->end.identity.fp, id);

	assert_non_null(row);
	return row;
}

static void
theirs_change_theirs(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");

	remote_say(&k, r, "teh text");
	struct msg_id id = text_of(r)->id;
	unsigned acks = r->acks;
	send_revision(r, MSG_EDIT, &id, "the text");
	assert_int_equal(r->acks, acks + 1);
	assert_string_equal(text_of(r)->text, "the text");
	assert_int_equal(text_of(r)->size, 8);
	assert_true(text_of(r)->edited);
	assert_int_equal(k.told.revision, REVISION_EDIT);
	assert_true(msg_id_equal(&k.told.id, &id));
	assert_true(fp_equal(&k.told.fp, &r->end.identity.fp));
	assert_string_equal(k.told_text, "the text");
	assert_true(row_of(r, &id)->edited);
	send_revision(r, MSG_REACT, &id, "+1");
	assert_string_equal(text_of(r)->reactions[0], "+1");
	send_revision(r, MSG_DELETE, &id, "");
	assert_true(text_of(r)->deleted);
	assert_string_equal(text_of(r)->text, "");
	assert_string_equal(text_of(r)->reactions[0], "");
	assert_true(row_of(r, &id)->deleted);
	assert_int_equal(ekit_count(&k, r, MESSAGE_TEXT, false), 1);
	assert_int_equal(engine_model(k.engine)->revisions_ignored, 0);
}

static void
reactions_are_one_for_each(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct msg_id id = text_of(r)->id;

	send_revision(r, MSG_REACT, &id, "\xf0\x9f\x91\x8d");
	command(COMMAND_REACT, r, &id, "ok");
	assert_string_equal(text_of(r)->reactions[0], "\xf0\x9f\x91\x8d");
	assert_string_equal(text_of(r)->reactions[1], "ok");
	send_revision(r, MSG_REACT, &id, "no");
	command(COMMAND_REACT, r, &id, NULL);
	assert_string_equal(text_of(r)->reactions[0], "no");
	assert_string_equal(text_of(r)->reactions[1], "");
	assert_string_equal(row_of(r, &id)->reactions[0], "no");
	/* What is made visible is cut where it is too much. */
	send_revision(r, MSG_REACT, &id, "\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b");
	assert_in_range(strlen(text_of(r)->reactions[0]), 3, 16);
	assert_null(strchr(text_of(r)->reactions[0], 0x1b));
}

/* A message belongs to whoever the session proved wrote it. */
static void
t54_hands_off_what_others_wrote(void **state)
{
	(void)state;
	struct remote *bob = ekit_friend(&k, 1, "bob");
	struct remote *eve = ekit_friend(&k, 2, "eve");
	unsigned attempts = 0;

	remote_say(&k, bob, "bob was here");
	struct msg_id bobs = text_of(bob)->id;
	ekit_say(&k, bob, "mine, to bob");
	struct msg_id mine = text_of(bob)->id;
	ekit_say(&k, eve, "mine, to eve");
	struct msg_id to_eve = text_of(eve)->id;
	unsigned acks = eve->acks;
	for (int i = 0; i < 10; i++) {
		/* Ours and bob's, from eve; ours, from bob. */
		send_revision(eve, i % 2 ? MSG_EDIT : MSG_DELETE, &to_eve,
		    i % 2 ? "hacked" : "");
		send_revision(eve, i % 2 ? MSG_EDIT : MSG_DELETE, &bobs,
		    i % 2 ? "hacked" : "");
		send_revision(eve, i % 2 ? MSG_REACT : MSG_EDIT, &mine, "x");
		send_revision(bob, i % 2 ? MSG_EDIT : MSG_DELETE, &mine,
		    i % 2 ? "hacked" : "");
		attempts += 4;
	}
	assert_int_equal(attempts, 40);
	/* Each is acknowledged, or it would come again and again. */
	assert_int_equal(eve->acks, acks + 30);
	assert_string_equal(text_of(eve)->text, "mine, to eve");
	assert_string_equal(text_of(bob)->text, "mine, to bob");
	for (int i = 0; i < 3; i++) {
		const struct mem_row *row =
		    row_of(i < 2 ? bob : eve, i == 0   ? &bobs
					      : i == 1 ? &mine
						       : &to_eve);
		assert_false(row->edited || row->deleted);
		assert_string_equal(row->reactions[0], "");
		assert_string_equal(row->reactions[1], "");
	}
	assert_int_equal(engine_model(k.engine)->revisions_ignored, 20);
	assert_int_equal(k.counts[EFFECT_REVISED], 0);
	/* The user may not either. */
	command(COMMAND_EDIT, bob, &bobs, "hacked");
	assert_true(says(NULL, MESSAGE_ERROR, "not yours"));
	command(COMMAND_DELETE, bob, &bobs, NULL);
	command(COMMAND_EDIT, eve, &mine, "hacked");
	assert_true(says(NULL, MESSAGE_ERROR, "not in view"));
	assert_int_equal(k.counts[EFFECT_REVISED], 0);
	assert_int_equal(eve->last_type, MSG_TEXT);
}

/* Who knows the id of ours can give it to one of his. */
static void
t54_an_id_that_is_taken(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct msg m = { .type = MSG_TEXT,
		.post = { .seq = r->next_seq++,
		    .text = untrusted_of("his", 3) } };

	ekit_say(&k, r, "ours");
	m.post.id = ekit_last(&k, r, MESSAGE_TEXT)->id;
	remote_send(&k, r, &m);
	ekit_run(&k);
	const struct conv *c = ekit_conv(&k, r);
	const struct message *his = conv_message(c, c->next_serial - 1);
	const struct message *ours = conv_message(c, c->next_serial - 2);
	assert_string_equal(his->text, "his");
	command(COMMAND_EDIT, r, &m.post.id, "edited");
	assert_string_equal(ours->text, "edited");
	send_revision(r, MSG_EDIT, &m.post.id, "his own");
	assert_string_equal(his->text, "his own");
	send_revision(r, MSG_REACT, &m.post.id, "+");
	assert_string_equal(ours->reactions[0], "+");
	assert_string_equal(his->reactions[0], "");
	command(COMMAND_DELETE, r, &m.post.id, NULL);
	assert_true(ours->deleted);
	assert_false(his->deleted);
}

static void
after_a_day_it_is_too_late(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");

	remote_say(&k, r, "theirs");
	struct msg_id theirs = text_of(r)->id;
	ekit_say(&k, r, "mine");
	struct msg_id mine = text_of(r)->id;
	k.now.wall_ms += REVISE_MS;
	command(COMMAND_EDIT, r, &mine, "in time");
	send_revision(r, MSG_EDIT, &theirs, "in time");
	assert_true(row_of(r, &theirs)->edited);
	k.now.wall_ms++;
	command(COMMAND_EDIT, r, &mine, "too late");
	assert_true(says(NULL, MESSAGE_ERROR, "older than a day"));
	send_revision(r, MSG_DELETE, &theirs, "");
	assert_false(row_of(r, &theirs)->deleted);
	assert_string_equal(text_of(r)->text, "in time");
	/* Whatever time they claim; and reactions may come. */
	struct msg m = revision(r, MSG_EDIT, &theirs, "in 1970");
	m.post.sent_ms = 0;
	remote_send(&k, r, &m);
	ekit_run(&k);
	assert_int_equal(engine_model(k.engine)->revisions_ignored, 2);
	send_revision(r, MSG_REACT, &theirs, "ok");
	assert_string_equal(row_of(r, &theirs)->reactions[0], "ok");
}

static void
ours_are_stored_sent_and_shown(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct msg_id id = text_of(r)->id;

	k.hold_commits = true;
	command(COMMAND_EDIT, r, &id, "hello, bob");
	/* Not before it is stored. */
	assert_string_equal(text_of(r)->text, "hello");
	assert_int_equal(r->last_type, MSG_TEXT);
	ekit_commit(&k, true);
	ekit_run(&k);
	assert_string_equal(text_of(r)->text, "hello, bob");
	assert_true(text_of(r)->edited);
	assert_int_equal(r->last_type, MSG_EDIT);
	assert_true(msg_id_equal(&r->last_target, &id));
	assert_string_equal(r->last_text, "hello, bob");
	assert_true(fp_equal(&k.told.fp, &k.identity.fp));
	ekit_commit(&k, true);
	/* A disk that is full leaves it as it was. */
	command(COMMAND_DELETE, r, &id, NULL);
	ekit_commit(&k, false);
	assert_false(text_of(r)->deleted);
	assert_true(says(r, MESSAGE_ERROR, "not stored"));
	k.hold_commits = false;
	command(COMMAND_DELETE, r, &id, NULL);
	assert_true(text_of(r)->deleted);
	assert_int_equal(r->last_type, MSG_DELETE);
	command(COMMAND_EDIT, r, &id, "again");
	assert_true(says(NULL, MESSAGE_ERROR, "deleted"));
	assert_int_equal(contacts_waiting(k.engine), 0);
}

static void
they_wait_and_survive_like_texts(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct msg_id id = text_of(r)->id;

	remote_lose(&k, r);
	command(COMMAND_EDIT, r, &id, "first");
	command(COMMAND_EDIT, r, &id, "second");
	command(COMMAND_REACT, r, &id, "ok");
	ekit_command(&k, COMMAND_OUTBOX, NULL, NULL);
	assert_true(says(NULL, MESSAGE_INFO, "edit: first"));
	assert_true(says(NULL, MESSAGE_INFO, "3 messages wait"));
	ekit_restart(&k);
	assert_int_equal(contacts_waiting(k.engine), 3);
	unsigned texts = r->texts;
	ekit_pass(&k, 500);
	remote_answer(&k, r);
	assert_int_equal(r->texts, texts + 3);
	assert_int_equal(r->last_type, MSG_REACT);
	assert_string_equal(r->last_text, "ok");
	assert_int_equal(contacts_waiting(k.engine), 0);
	ekit_command(&k, COMMAND_OPEN, &r->end.identity.fp, NULL);
	assert_string_equal(text_of(r)->text, "second");
	assert_true(text_of(r)->edited);
	assert_string_equal(text_of(r)->reactions[1], "ok");
}

static void
what_is_not_in_memory_is_left_to_the_store(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct addr addr = ekit_addr(1);

	remote_say(&k, r, "long ago");
	struct msg_id id = text_of(r)->id;
	struct msg_id unknown = { { 1 } };
	ekit_restart(&k);
	r->next_seq = 100;
	assert_true(remote_connect(&k, r, &addr));
	r->acks = 0;
	send_revision(r, MSG_EDIT, &id, "just now");
	send_revision(r, MSG_DELETE, &unknown, "");
	assert_int_equal(r->acks, 2);
	assert_true(row_of(r, &id)->edited);
	assert_int_equal(k.counts[EFFECT_REVISED], 0);
	/* What is in view is all that the user can mean. */
	command(COMMAND_REACT, r, &id, "ok");
	assert_true(says(NULL, MESSAGE_ERROR, "not in view"));
}

/* While nothing can be stored the store tells of what was before. */
static void
what_is_loaded_meanwhile_is_up_to_date(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct addr addr = ekit_addr(1);

	remote_say(&k, r, "first");
	struct msg_id first = text_of(r)->id;
	remote_say(&k, r, "second");
	struct msg_id second = text_of(r)->id;
	ekit_restart(&k);
	r->next_seq = 100;
	assert_true(remote_connect(&k, r, &addr));
	k.full = true;
	send_revision(r, MSG_EDIT, &first, "better");
	send_revision(r, MSG_DELETE, &second, "");
	assert_string_equal(row_of(r, &first)->change.text, "first");
	ekit_command(&k, COMMAND_OPEN, &r->end.identity.fp, NULL);
	assert_true(text_of(r)->deleted);
	command(COMMAND_FORGET, r, &second, NULL);
	assert_true(text_of(r)->edited);
	assert_string_equal(text_of(r)->text, "better");
}

static void
texts_that_cannot_be(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct msg_id id = text_of(r)->id;
	static char longest[TEXT_MAX + 1];

	memset(longest, 'x', TEXT_MAX);
	command(COMMAND_EDIT, r, &id, "");
	assert_true(says(NULL, MESSAGE_ERROR, "no text"));
	command(COMMAND_REACT, r, &id, "seventeen letters");
	assert_true(says(NULL, MESSAGE_ERROR, "at most 16 bytes"));
	assert_int_equal(r->last_type, MSG_TEXT);
	command(COMMAND_EDIT, r, &id, longest);
	assert_int_equal(text_of(r)->size, TEXT_MAX);
}

/* Short texts that are edited into long ones are as large as others. */
static void
edits_are_bounded_in_memory(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	static char text[TEXT_MAX + 1];
	const struct conv *c = ekit_conv(&k, r);

	memset(text, 'x', TEXT_MAX);
	for (int i = 0; i < 200; i++)
		remote_say(&k, r, "short");
	for (uint64_t i = 0; i < 200; i++) {
		uint64_t s = c->next_serial - 1 - i;
		if (s < c->first_serial)
			break;
		struct msg_id id = conv_message(c, s)->id;
		send_revision(r, MSG_EDIT, &id, text);
		assert_true(c->bytes <= CONV_BYTES_MAX);
	}
	assert_true(c->next_serial - c->first_serial < 70);
	assert_true(c->older);
}

static void
answers_name_what_they_answer(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");

	remote_say(&k, r, "which one?");
	struct msg_id id = text_of(r)->id;
	command(COMMAND_SAY, r, &id, "that one");
	assert_true(text_of(r)->has_target);
	assert_true(msg_id_equal(&text_of(r)->target, &id));
	assert_int_equal(r->last_type, MSG_TEXT);
	assert_true(msg_id_equal(&r->last_target, &id));
	struct msg m = revision(r, MSG_TEXT, &id, "and that");
	remote_send(&k, r, &m);
	ekit_run(&k);
	assert_false(text_of(r)->mine);
	assert_true(msg_id_equal(&text_of(r)->target, &id));
	ekit_restart(&k);
	ekit_command(&k, COMMAND_OPEN, &r->end.identity.fp, NULL);
	assert_true(msg_id_equal(&text_of(r)->target, &id));
}

/* Their earshot may be older. */
static void
a_refused_edit_is_told(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct msg_id id = text_of(r)->id;

	r->hold_acks = true;
	command(COMMAND_EDIT, r, &id, "hello!");
	struct msg nack = { .type = MSG_NACK,
		.nack = { .id = r->last_id, .code = NACK_UNSUPPORTED } };
	remote_send(&k, r, &nack);
	ekit_run(&k);
	assert_true(says(r, MESSAGE_ERROR, "the edit did not arrive"));
	assert_int_equal(text_of(r)->delivery, DELIVERY_DELIVERED);
	assert_int_equal(contacts_waiting(k.engine), 0);
	assert_int_equal(k.store.row_count, 1);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(theirs_change_theirs),
		CASE(reactions_are_one_for_each),
		CASE(t54_hands_off_what_others_wrote),
		CASE(t54_an_id_that_is_taken),
		CASE(after_a_day_it_is_too_late),
		CASE(ours_are_stored_sent_and_shown),
		CASE(they_wait_and_survive_like_texts),
		CASE(what_is_not_in_memory_is_left_to_the_store),
		CASE(what_is_loaded_meanwhile_is_up_to_date),
		CASE(texts_that_cannot_be),
		CASE(edits_are_bounded_in_memory),
		CASE(answers_name_what_they_answer),
		CASE(a_refused_edit_is_told),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
