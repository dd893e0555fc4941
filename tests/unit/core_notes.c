/* SPDX-License-Identifier: MIT */
/*
 * Notes to oneself: kept like what others say, and out of the reach of the
 * network.
 */
#include "core/engine_state.h"
#include "engine_kit.h"
#include "start_sodium.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
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

static const struct peer *
notes(void)
{
	return model_peer(engine_model(k.engine), &k.identity.fp);
}

static const struct conv *
conv(void)
{
	return model_conv(engine_model(k.engine), notes()->conv);
}

static const struct message *
last(void)
{
	return conv_message(conv(), conv()->next_serial - 1);
}

static void
note(const char *text)
{
	ekit_command(&k, COMMAND_SAY, &k.identity.fp, text);
}

static void
command(enum command_kind kind, const struct msg_id *target, const char *text)
{
	ekit_do(&k,
	    &(struct command){ .kind = kind,
		.peer = k.identity.fp,
		.has_target = target != NULL,
		.target = target == NULL ? (struct msg_id){ { 0 } } : *target,
		.text = (char *)(uintptr_t)text });
}

static bool
found_as(const char *text, const struct fp *fp)
{
	const struct peer *p;

	return model_find_peer(engine_model(k.engine), text, &p) == 0 &&
	       fp_equal(&p->fp, fp);
}

static void
they_are_there_and_count_as_nobody(void **state)
{
	char label[PEER_LABEL_SIZE];

	(void)state;
	assert_true(notes()->is_self);
	assert_int_equal(notes()->number, NUMBER_NOTES);
	assert_int_equal(notes()->presence, PRESENCE_OFFLINE);
	assert_int_equal(notes()->link, PEER_LINK_NONE);
	assert_int_equal(k.counts[EFFECT_PEER], 0);
	assert_int_equal(k.engine->contact_count, 0);
	assert_string_equal(peer_label(notes(), true, label), "note-to-self");
	assert_true(found_as("note-to-self", &k.identity.fp));
	assert_true(found_as("Note", &k.identity.fp));
}

static void
a_note_is_delivered_when_it_is_kept(void **state)
{
	(void)state;
	k.hold_commits = true;
	note("buy milk");
	assert_string_equal(last()->text, "buy milk");
	assert_true(last()->mine);
	assert_int_equal(last()->delivery, DELIVERY_QUEUED);
	ekit_commit(&k, true);
	assert_int_equal(last()->delivery, DELIVERY_DELIVERED);
	assert_int_equal(k.counts[EFFECT_MESSAGE], 1);
	assert_int_equal(k.counts[EFFECT_DELIVERY], 1);
	const struct mem_row *row =
	    memstore_find(&k.store, &k.identity.fp, &last()->id);
	assert_non_null(row);
	assert_false(row->change.waits);
	assert_true(row->change.keep);
	assert_int_equal(row->change.delivery, DELIVERY_DELIVERED);
	assert_string_equal(
	    memstore_pin(&k.store, &k.identity.fp)->name, NOTES_NAME);
}

static void
nothing_of_it_reaches_the_network(void **state)
{
	(void)state;
	ekit_heard(&k, 2, "ana");
	ekit_pass(&k, 60000);
	unsigned datagrams = k.counts[EFFECT_DATAGRAM];
	for (int i = 0; i < 100; i++)
		note("to nobody");
	command(COMMAND_REACT, &last()->id, "\xf0\x9f\x91\x8d");
	ekit_command(&k, COMMAND_TYPING, &k.identity.fp, NULL);
	assert_int_equal(k.counts[EFFECT_DIAL], 0);
	assert_int_equal(k.counts[EFFECT_SEND], 0);
	assert_int_equal(k.counts[EFFECT_DATAGRAM], datagrams);
	assert_int_equal(contacts_waiting(k.engine), 0);
	assert_int_equal(ekit_conns(&k), 0);
	ekit_command(&k, COMMAND_OUTBOX, NULL, NULL);
	assert_string_equal(
	    ekit_last(&k, NULL, MESSAGE_INFO)->text, "nothing waits");
}

static void
changing_one_is_done_at_once_and_at_any_age(void **state)
{
	struct msg_id id;

	(void)state;
	note("buy mlik");
	id = last()->id;
	ekit_pass(&k, 2 * REVISE_MS);
	command(COMMAND_EDIT, &id, "buy milk");
	assert_string_equal(last()->text, "buy milk");
	assert_true(last()->edited);
	assert_true(fp_equal(&k.told.fp, &k.identity.fp));
	command(COMMAND_REACT, &id, "ok");
	assert_string_equal(last()->reactions[1], "ok");
	assert_true(memstore_find(&k.store, &k.identity.fp, &id)->edited);
	command(COMMAND_DELETE, &id, NULL);
	assert_true(last()->deleted);
	assert_true(memstore_find(&k.store, &k.identity.fp, &id)->deleted);
	command(COMMAND_EDIT, &id, "again");
	assert_non_null(
	    strstr(ekit_last(&k, NULL, MESSAGE_ERROR)->text, "deleted"));
}

static void
an_answer_keeps_what_it_answers(void **state)
{
	struct msg_id id;

	(void)state;
	note("question");
	id = last()->id;
	command(COMMAND_SAY, &id, "answer");
	assert_true(last()->has_target);
	assert_true(msg_id_equal(&last()->target, &id));
}

static void
they_are_there_after_a_restart(void **state)
{
	(void)state;
	ekit_heard(&k, 2, "ana");
	note("one");
	note("two");
	ekit_restart(&k);
	assert_int_equal(k.engine->contact_count, 0);
	assert_true(notes()->is_self);
	assert_int_equal(notes()->number, NUMBER_NOTES);
	ekit_command(&k, COMMAND_OPEN, &k.identity.fp, NULL);
	assert_int_equal(conv()->next_serial - conv()->first_serial, 2);
	assert_string_equal(last()->text, "two");
	assert_int_equal(last()->delivery, DELIVERY_DELIVERED);
	assert_true(last()->mine);
	assert_int_equal(conv()->unread, 0);
	size_t pins = k.store.pin_count;
	note("three");
	assert_int_equal(k.store.pin_count, pins);
	assert_int_equal(conv()->next_serial - conv()->first_serial, 3);
}

static void
without_a_store_a_note_waits_for_it(void **state)
{
	(void)state;
	k.full = true;
	note("on a full disk");
	assert_int_equal(last()->delivery, DELIVERY_QUEUED);
	ekit_pass(&k, STORE_AGAIN_MS);
	assert_int_equal(last()->delivery, DELIVERY_QUEUED);
	k.full = false;
	ekit_pass(&k, STORE_AGAIN_MS);
	assert_int_equal(last()->delivery, DELIVERY_DELIVERED);
	assert_non_null(memstore_find(&k.store, &k.identity.fp, &last()->id));
}

static void
forgetting_says_what_is_gone(void **state)
{
	(void)state;
	note("one");
	note("two");
	struct msg_id id = last()->id;
	command(COMMAND_FORGET, &id, NULL);
	assert_string_equal(last()->text, "one");
	assert_null(memstore_find(&k.store, &k.identity.fp, &id));
	ekit_do(&k, &(struct command){ .kind = COMMAND_FORGET,
			.peer = k.identity.fp,
			.conv = CONV_NEARBY,
			.on = true });
	assert_non_null(
	    strstr(ekit_last(&k, NULL, MESSAGE_INFO)->text, "all your notes"));
	assert_int_equal(conv()->next_serial, conv()->first_serial);
	note("three");
	assert_int_equal(last()->delivery, DELIVERY_DELIVERED);
}

static void
what_needs_another_end_is_refused(void **state)
{
	static const enum command_kind kinds[] = {
		COMMAND_ALIAS,
		COMMAND_BLOCK,
		COMMAND_MUTE,
		COMMAND_HISTORY,
		COMMAND_RECEIPTS,
		COMMAND_TRANSPORT,
	};
	size_t n = sizeof kinds / sizeof kinds[0];

	(void)state;
	for (size_t i = 0; i < n; i++) {
		ekit_do(&k, &(struct command){ .kind = kinds[i],
				.peer = k.identity.fp,
				.conv = CONV_NEARBY,
				.on = true });
		assert_non_null(strstr(ekit_last(&k, NULL, MESSAGE_ERROR)->text,
		    "nobody is at the other end"));
		ekit_command(&k, COMMAND_CLEAR, NULL, NULL);
	}
	assert_int_equal(notes()->trust, TRUST_VERIFIED);
	assert_int_equal(k.engine->contact_count, 0);
}

static void
a_person_of_that_name_is_somebody_else(void **state)
{
	(void)state;
	struct remote *nora = ekit_heard(&k, 3, "nora");

	/* A few letters mean a person rather than the notes. */
	assert_true(found_as("no", &nora->end.identity.fp));
	struct remote *r = ekit_heard(&k, 2, NOTES_NAME);
	assert_int_equal(ekit_peer(&k, r)->trust, TRUST_CHANGED);
	assert_true(ekit_peer(&k, r)->look_alike);
	assert_true(found_as(NOTES_NAME, &k.identity.fp));
	note("still mine");
	assert_string_equal(last()->text, "still mine");
}

static void
the_tenth_number_is_theirs(void **state)
{
	(void)state;
	for (uint32_t i = 2; i < 14; i++)
		ekit_heard(&k, i, "somebody");
	const struct model *m = engine_model(k.engine);
	uint32_t highest = 0;
	for (size_t i = 0; i < m->peer_count; i++) {
		const struct peer *p = m->peers[i];
		assert_true(p->is_self || p->number != NUMBER_NOTES);
		highest = p->number > highest ? p->number : highest;
	}
	assert_int_equal(highest, 14);
}

/* Who has our keys, a copy of our home for one, can prove them. */
static void
t57_nobody_else_says_anything_there(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1);
	struct addr addr = ekit_addr(7);
	uint64_t ignored = engine_model(k.engine)->discovery.accepted;

	note("mine");
	r->end.identity = k.identity;
	memcpy(r->hello.ed_public, k.identity.ed_public, ED_PUBLIC_SIZE);
	assert_true(remote_connect(&k, r, &addr));
	assert_true(r->closed);
	assert_int_equal(r->end.readies, 0);
	ekit_hear(&k, r, "mira", &addr, 1);
	assert_int_equal(engine_model(k.engine)->discovery.accepted, ignored);
	assert_int_equal(notes()->presence, PRESENCE_OFFLINE);
	assert_int_equal(notes()->addr_count, 0);
	assert_string_equal(notes()->name, NOTES_NAME);
	assert_int_equal(conv()->next_serial - conv()->first_serial, 1);
	assert_int_equal(k.engine->contact_count, 0);
	assert_int_equal(ekit_conns(&k), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    they_are_there_and_count_as_nobody, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_note_is_delivered_when_it_is_kept, begin, end),
		cmocka_unit_test_setup_teardown(
		    nothing_of_it_reaches_the_network, begin, end),
		cmocka_unit_test_setup_teardown(
		    changing_one_is_done_at_once_and_at_any_age, begin, end),
		cmocka_unit_test_setup_teardown(
		    an_answer_keeps_what_it_answers, begin, end),
		cmocka_unit_test_setup_teardown(
		    they_are_there_after_a_restart, begin, end),
		cmocka_unit_test_setup_teardown(
		    without_a_store_a_note_waits_for_it, begin, end),
		cmocka_unit_test_setup_teardown(
		    forgetting_says_what_is_gone, begin, end),
		cmocka_unit_test_setup_teardown(
		    what_needs_another_end_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_person_of_that_name_is_somebody_else, begin, end),
		cmocka_unit_test_setup_teardown(
		    the_tenth_number_is_theirs, begin, end),
		cmocka_unit_test_setup_teardown(
		    t57_nobody_else_says_anything_there, begin, end),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
