/* SPDX-License-Identifier: MIT */
/*
 * Pages of the store in front of what is in memory; drafts, read positions,
 * receipts; forgetting.
 */
#include "base/mem.h"
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

static struct remote *
talk(unsigned texts)
{
	struct remote *r = ekit_friend(&k, 1, "bob");

	for (unsigned i = 0; i < texts; i++) {
		char text[16];
		snprintf(text, sizeof(text), "%u", i);
		if (i % 3 == 0)
			ekit_say(&k, r, text);
		else
			remote_say(&k, r, text);
	}
	return r;
}

static void
older(const struct remote *r, uint32_t number, int64_t row)
{
	ekit_do(&k, &(struct command){ .kind = COMMAND_OLDER,
			.conv = ekit_conv(&k, r)->id,
			.number = number,
			.row = row });
}

static uint64_t
held(const struct remote *r)
{
	const struct conv *c = ekit_conv(&k, r);

	return c->next_serial - c->first_serial;
}

/* All rows ascend, and the texts are those that were said. */
static void
check_order(const struct remote *r)
{
	const struct conv *c = ekit_conv(&k, r);
	int64_t row = 0;

	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		const struct message *m = conv_message(c, s);
		assert_true(m->serial == s);
		assert_true(m->row > row || m->kind == MESSAGE_INFO);
		row = m->row;
		assert_true(fp_equal(&m->from, m->mine ? &k.identity.fp
						       : &r->end.identity.fp) ||
			    m->kind == MESSAGE_INFO);
	}
}

static void
after_a_start_there_is_nothing_but_the_counts(void **state)
{
	(void)state;
	struct remote *r = talk(30);

	ekit_restart(&k);
	const struct conv *c = ekit_conv(&k, r);
	assert_int_equal(held(r), 0);
	assert_true(c->older);
	assert_int_equal(c->unread, 20);
	assert_true(c->unread_serial == c->next_serial);
	assert_true(c->active_ms > 0);
	ekit_command(&k, COMMAND_OPEN, &r->end.identity.fp, NULL);
	assert_int_equal(held(r), 31);
	assert_false(c->older);
	assert_false(c->loading);
	assert_string_equal(conv_message(c, c->next_serial - 1)->text, "29");
	assert_string_equal(conv_message(c, c->unread_serial)->text, "1");
	check_order(r);
	/* A second look asks nobody. */
	unsigned loads = k.counts[EFFECT_LOAD];
	ekit_command(&k, COMMAND_OPEN, &r->end.identity.fp, NULL);
	older(r, 0, 0);
	assert_int_equal(k.counts[EFFECT_LOAD], loads);
}

static void
pages_go_in_front(void **state)
{
	(void)state;
	struct remote *r = talk(450);
	struct addr addr = ekit_addr(1);

	ekit_restart(&k);
	assert_true(remote_connect(&k, r, &addr));
	remote_say(&k, r, "new");
	ekit_command(&k, COMMAND_OPEN, &r->end.identity.fp, NULL);
	assert_int_equal(held(r), 1);
	older(r, 0, 0);
	assert_int_equal(held(r), 1 + HISTORY_PAGE);
	older(r, 250, 0);
	assert_int_equal(held(r), 1 + HISTORY_PAGE + 250);
	assert_true(ekit_conv(&k, r)->older);
	older(r, 1000000, 0);
	assert_int_equal(held(r), 452);
	assert_false(ekit_conv(&k, r)->older);
	check_order(r);
	remote_say(&k, r, "newer");
	assert_int_equal(held(r), 453);
}

static void
a_day_is_gone_to_by_row(void **state)
{
	(void)state;
	enum { TEXTS = 1300 };
	struct remote *r = talk(TEXTS);

	ekit_restart(&k);
	int64_t goal = k.store.rows[20].change.row;
	unsigned loads = k.counts[EFFECT_LOAD];
	older(r, 0, goal);
	const struct conv *c = ekit_conv(&k, r);
	assert_true(conv_message(c, c->first_serial)->row <= goal);
	assert_in_range(k.counts[EFFECT_LOAD] - loads, 3, 4);
	check_order(r);
	older(r, 0, goal);
	assert_in_range(k.counts[EFFECT_LOAD] - loads, 3, 4);
}

/* While a page is on its way so much comes that what it was to stand before is
 * pushed out: there would be a gap. */
static void
a_page_that_comes_too_late_is_not_used(void **state)
{
	(void)state;
	struct remote *r = talk(60);
	struct addr addr = ekit_addr(1);

	ekit_restart(&k);
	assert_true(remote_connect(&k, r, &addr));
	ekit_say(&k, r, "so that it is no stranger");
	k.hold_loads = true;
	older(r, 10, 0);
	assert_true(ekit_conv(&k, r)->loading);
	for (int i = 0; i < CONV_MESSAGES_MAX + 5; i++)
		remote_say(&k, r, "flood");
	assert_true(ekit_conv(&k, r)->loading);
	k.hold_loads = false;
	ekit_drain(&k);
	assert_false(ekit_conv(&k, r)->loading);
	assert_true(ekit_conv(&k, r)->older);
	assert_int_equal(held(r), CONV_MESSAGES_MAX);
	check_order(r);
}

/* However much is asked for. */
static void
what_is_in_memory_is_bounded(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct change c = { .kind = CHANGE_MESSAGE,
		.fp = r->end.identity.fp,
		.keep = true,
		.size = 1 };

	/* Put there as it is: the store looks for each that it is given. */
	for (int64_t i = 0; i < CONV_OLDER_MAX + 1000; i++) {
		c.row = 1000 + i;
		memcpy(c.id.b, &i, sizeof(i));
		c.text = xstrdup("x");
		k.store.rows = xgrow(k.store.rows, k.store.row_count,
		    &k.store.row_cap, sizeof(*k.store.rows));
		k.store.rows[k.store.row_count++] =
		    (struct mem_row){ .change = c };
	}
	ekit_restart(&k);
	for (int i = 0; i < 60; i++)
		older(r, 500, 0);
	assert_int_equal(held(r), CONV_OLDER_MAX);
	assert_true(ekit_conv(&k, r)->older);
	older(r, 0, 1);
	assert_int_equal(held(r), CONV_OLDER_MAX);
	check_order(r);
}

static void
read_positions_survive(void **state)
{
	(void)state;
	struct remote *r = talk(9);
	uint32_t conv = ekit_conv(&k, r)->id;

	ekit_do(&k, &(struct command){ .kind = COMMAND_READ, .conv = conv });
	assert_int_equal(ekit_conv(&k, r)->unread, 0);
	remote_say(&k, r, "not read");
	ekit_restart(&k);
	assert_int_equal(ekit_conv(&k, r)->unread, 1);
	ekit_command(&k, COMMAND_OPEN, &r->end.identity.fp, NULL);
	const struct conv *c = ekit_conv(&k, r);
	assert_string_equal(
	    conv_message(c, c->unread_serial)->text, "not read");
	assert_true(conv_message(c, c->unread_serial - 1)->read);
	/* Read without having been loaded, too. */
	remote_restart(r);
	ekit_restart(&k);
	ekit_do(&k, &(struct command){
			.kind = COMMAND_READ, .conv = ekit_conv(&k, r)->id });
	ekit_restart(&k);
	assert_int_equal(ekit_conv(&k, r)->unread, 0);
}

static void
drafts_survive(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct command cmd = { .kind = COMMAND_DRAFT,
		.conv = ekit_conv(&k, r)->id,
		.text = (char *)(uintptr_t) "half a sent" };

	ekit_do(&k, &cmd);
	unsigned stores = k.counts[EFFECT_STORE];
	ekit_do(&k, &cmd);
	assert_int_equal(k.counts[EFFECT_STORE], stores);
	ekit_restart(&k);
	assert_string_equal(ekit_conv(&k, r)->draft, "half a sent");
	cmd.conv = ekit_conv(&k, r)->id;
	cmd.text = NULL;
	ekit_do(&k, &cmd);
	ekit_restart(&k);
	const char *draft = ekit_conv(&k, r)->draft;
	assert_true(draft == NULL || draft[0] == '\0');
}

static void
receipts_are_told_where_wanted(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct command read = { .kind = COMMAND_READ,
		.conv = ekit_conv(&k, r)->id };

	remote_say(&k, r, "one");
	ekit_do(&k, &read);
	assert_int_equal(r->shown, 0);
	ekit_do(&k, &(struct command){ .kind = COMMAND_RECEIPTS,
			.peer = r->end.identity.fp,
			.on = true });
	remote_say(&k, r, "two");
	assert_int_equal(r->shown, 0);
	/* Not before it is known to be stored. */
	k.hold_commits = true;
	remote_say(&k, r, "three");
	ekit_do(&k, &read);
	assert_int_equal(r->shown, 0);
	ekit_commit(&k, true);
	k.hold_commits = false;
	ekit_run(&k);
	assert_int_equal(r->shown, 1);
	assert_true(
	    msg_id_equal(&r->shown_id, &ekit_last(&k, r, MESSAGE_TEXT)->id));
	/* Nothing new, nothing told. */
	ekit_do(&k, &read);
	assert_int_equal(r->shown, 1);
}

static void
theirs_mark_all_before_them(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct msg shown = { .type = MSG_ACK,
		.ack = { .state = ACK_SHOWN, .count = 1 } };
	const struct conv *c = ekit_conv(&k, r);

	for (int i = 0; i < 10; i++)
		ekit_say(&k, r, "text");
	shown.ack.ids[0] = conv_message(c, c->first_serial + 4)->id;
	remote_send(&k, r, &shown);
	ekit_run(&k);
	for (uint64_t i = 0; i < 11; i++)
		assert_int_equal(conv_message(c, c->first_serial + i)->delivery,
		    i <= 4 ? DELIVERY_READ : DELIVERY_DELIVERED);
	unsigned told = k.counts[EFFECT_DELIVERY];
	remote_send(&k, r, &shown);
	ekit_run(&k);
	assert_int_equal(k.counts[EFFECT_DELIVERY], told);
	/* In the store as well, also when it is not in memory. */
	shown.ack.ids[0] = conv_message(c, c->next_serial - 1)->id;
	struct addr addr = ekit_addr(1);
	ekit_restart(&k);
	assert_true(remote_connect(&k, r, &addr));
	remote_send(&k, r, &shown);
	ekit_run(&k);
	for (size_t i = 0; i < k.store.row_count; i++)
		assert_int_equal(
		    k.store.rows[i].change.delivery, DELIVERY_READ);
}

/* Receipts and acknowledgements for what never went to that peer: another's,
 * invented, theirs, what waits. */
static void
t53_forged_receipts_and_answers(void **state)
{
	(void)state;
	struct remote *bob = ekit_friend(&k, 1, "bob");
	struct remote *eve = ekit_friend(&k, 2, "eve");
	const struct conv *c = ekit_conv(&k, bob);
	struct msg_id ids[5] = { { { 9 } } };
	unsigned forged = 0;

	remote_say(&k, eve, "mine");
	ids[1] = ekit_last(&k, eve, MESSAGE_TEXT)->id;
	ekit_say(&k, bob, "bob's alone");
	ids[2] = conv_message(c, c->next_serial - 1)->id;
	bob->hold_acks = true;
	ekit_say(&k, bob, "under way to bob");
	ids[3] = conv_message(c, c->next_serial - 1)->id;
	k.hold_commits = true;
	ekit_say(&k, eve, "not stored yet");
	ids[4] = ekit_last(&k, eve, MESSAGE_TEXT)->id;
	unsigned told = k.counts[EFFECT_DELIVERY];
	unsigned given = k.counts[EFFECT_STORE];
	for (int i = 0; i < 100; i++) {
		struct msg m = { .type = MSG_ACK,
			.ack = { .state = (uint8_t)(1 + i % 3),
			    .count = 1,
			    .ids = { ids[i % 5] } } };
		remote_send(&k, eve, &m);
		ekit_run(&k);
		forged++;
	}
	assert_int_equal(forged, 100);
	assert_int_equal(k.counts[EFFECT_DELIVERY], told);
	/* Of what is not in memory the store is asked, but not for each. */
	assert_in_range(k.counts[EFFECT_STORE] - given, 1, RECEIPTS_BURST);
	ekit_commit(&k, true);
	k.hold_commits = false;
	ekit_run(&k);
	for (size_t i = 0; i < k.store.row_count; i++)
		assert_true(k.store.rows[i].change.delivery < DELIVERY_READ);
	assert_int_equal(
	    conv_message(c, c->next_serial - 1)->delivery, DELIVERY_SENT);
	assert_true(
	    ekit_last(&k, eve, MESSAGE_TEXT)->delivery == DELIVERY_DELIVERED);
}

static void
a_message_is_forgotten(void **state)
{
	(void)state;
	struct remote *r = talk(9);
	const struct conv *c = ekit_conv(&k, r);
	struct msg_id id = conv_message(c, c->first_serial + 4)->id;
	struct command cmd = { .kind = COMMAND_FORGET,
		.peer = r->end.identity.fp,
		.has_target = true,
		.target = id };
	size_t bytes = c->bytes;

	ekit_do(&k, &cmd);
	assert_int_equal(held(r), 9);
	assert_int_equal(c->bytes, bytes - 1);
	assert_null(memstore_find(&k.store, &r->end.identity.fp, &id));
	check_order(r);
	ekit_do(&k, &cmd);
	assert_true(says(NULL, MESSAGE_ERROR, "not in view"));
}

static void
a_conversation_is_forgotten(void **state)
{
	(void)state;
	struct remote *r = talk(9), *eve = ekit_friend(&k, 2, "eve");
	size_t rows = k.store.row_count;

	remote_lose(&k, r);
	ekit_say(&k, r, "waits");
	ekit_command(&k, COMMAND_FORGET, &r->end.identity.fp, NULL);
	assert_int_equal(held(r), 0);
	assert_int_equal(ekit_conv(&k, r)->unread, 0);
	assert_int_equal(contacts_waiting(k.engine), 0);
	assert_int_equal(k.store.row_count, rows - 10);
	assert_int_equal(held(eve), 1);
	/* It is a contact still. */
	assert_int_equal(ekit_peer(&k, r)->trust, TRUST_PINNED);
	ekit_restart(&k);
	assert_null(ekit_conv(&k, r));
	assert_non_null(ekit_conv(&k, eve));
}

static void
a_contact_is_forgotten(void **state)
{
	(void)state;
	struct remote *r = talk(9);
	struct addr addr = ekit_addr(1);

	ekit_do(&k, &(struct command){ .kind = COMMAND_FORGET,
			.peer = r->end.identity.fp,
			.on = true });
	assert_true(r->closed);
	assert_int_equal(k.store.row_count, 0);
	assert_null(memstore_pin(&k.store, &r->end.identity.fp));
	assert_int_equal(ekit_peer(&k, r)->trust, TRUST_UNKNOWN);
	assert_int_equal(held(r), 0);
	/* It may come again, as somebody new. */
	remote_restart(r);
	assert_true(remote_connect(&k, r, &addr));
	r->acks = 0;
	remote_say(&k, r, "do you know me?");
	assert_int_equal(r->acks, 1);
	assert_int_equal(held(r), 1);
	assert_int_equal(ekit_peer(&k, r)->trust, TRUST_PINNED);
}

static void
shouts_are_history(void **state)
{
	(void)state;
	const struct model *m = engine_model(k.engine);

	ekit_command(&k, COMMAND_SHOUT, NULL, "anybody there?");
	assert_int_equal(k.store.row_count, 1);
	ekit_restart(&k);
	m = engine_model(k.engine);
	ekit_do(&k,
	    &(struct command){ .kind = COMMAND_OLDER, .conv = CONV_NEARBY });
	const struct conv *c = model_conv(m, CONV_NEARBY);
	const struct message *shout = conv_message(c, c->first_serial);
	assert_int_equal(shout->kind, MESSAGE_SHOUT);
	assert_true(shout->mine);
	assert_string_equal(shout->text, "anybody there?");
}

static void
what_the_store_answers_is_handed_on(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");

	ekit_do(&k, &(struct command){ .kind = COMMAND_QUERY,
			.conv = ekit_conv(&k, r)->id,
			.peer = r->end.identity.fp,
			.number = QUESTION_GOTO,
			.text = (char *)(uintptr_t) "2026-11-01",
			.line = "/goto 2026-11-01" });
	assert_int_equal(k.told.kind, EFFECT_QUERY);
	assert_int_equal(k.told.question, QUESTION_GOTO);
	assert_int_equal(k.told.conv, ekit_conv(&k, r)->id);
	assert_true(fp_equal(&k.told.fp, &r->end.identity.fp));
	assert_string_equal(k.told_text, "2026-11-01");
	assert_string_equal(k.told.line, "/goto 2026-11-01");
}

/* However late it comes. */
static void
an_answer_has_its_line(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		ekit_do(&k,
		    &(struct command){ .kind = i ? COMMAND_ERROR : COMMAND_INFO,
			.conv = CONV_ASIDE + 1,
			.text = (char *)(uintptr_t) "written",
			.line = "/export x" });
		assert_int_equal(k.told.kind, EFFECT_NOTICE);
		assert_int_equal(k.told.on, i);
		assert_string_equal(k.told.line, "/export x");
	}
	/* One of nobody's has none. */
	ekit_do(&k, &(struct command){ .kind = COMMAND_INFO,
			.conv = CONV_ASIDE + 1,
			.text = (char *)(uintptr_t) "it rains" });
	assert_null(k.told.line);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(after_a_start_there_is_nothing_but_the_counts),
		CASE(pages_go_in_front),
		CASE(a_day_is_gone_to_by_row),
		CASE(a_page_that_comes_too_late_is_not_used),
		CASE(what_is_in_memory_is_bounded),
		CASE(read_positions_survive),
		CASE(drafts_survive),
		CASE(receipts_are_told_where_wanted),
		CASE(theirs_mark_all_before_them),
		CASE(t53_forged_receipts_and_answers),
		CASE(a_message_is_forgotten),
		CASE(a_conversation_is_forgotten),
		CASE(a_contact_is_forgotten),
		CASE(shouts_are_history),
		CASE(what_the_store_answers_is_handed_on),
		CASE(an_answer_has_its_line),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
