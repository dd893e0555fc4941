/* SPDX-License-Identifier: MIT */
/*
 * Contacts without a key, as the dialects share them. What the machine of the
 * dialect would do is in the hands of the test.
 */
#include "legacy_kit.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
handles_make_fingerprints(void **state)
{
	(void)state;
	struct fp a = legacy_fp(DIALECT_IPMSG, "Zhang@PC-1");
	struct fp same = legacy_fp(DIALECT_IPMSG, "zhang@pc-1");
	struct fp other = legacy_fp(DIALECT_IPMSG, "zhang@pc-2");
	struct fp plain = legacy_fp(DIALECT_PLAIN, "zhang@pc-1");
	assert_true(fp_equal(&a, &same));
	assert_false(fp_equal(&a, &other));
	assert_false(fp_equal(&same, &plain));
	assert_string_equal(dialect_text(DIALECT_PLAIN), "plain");
}

static void
a_text_is_acknowledged_once_it_is_stored(void **state)
{
	(void)state;
	struct fp fp = lkit_meet("zhang@PC-1", "张三");
	lkit.k.hold_commits = true;
	assert_true(lkit_arrive(&fp, "hello", 0x1122334455667788));
	const struct message *m = lkit_last(&fp);
	assert_string_equal(m->text, "hello");
	assert_int_equal(m->dialect, DIALECT_IPMSG);
	assert_int_equal(m->raw_size, 5);
	assert_memory_equal(m->raw, "hello", 5);
	assert_int_equal(lkit.stored, 0);
	ekit_commit(&lkit.k, true);
	assert_int_equal(lkit.stored, 1);
	assert_int_equal(lkit.token, 0x1122334455667788);
	assert_int_equal(lkit_peer(&fp)->trust, TRUST_UNKNOWN);
	assert_int_equal(ekit_pinned(&lkit.k), 0);
	assert_int_equal(lkit.k.dial_count, 0);
}

static void
what_cannot_be_stored_is_not_acknowledged(void **state)
{
	(void)state;
	struct fp fp = lkit_meet("zhang@PC-1", NULL);
	lkit.k.full = true;
	assert_true(lkit_arrive(&fp, "hello", 7));
	assert_int_equal(lkit.stored, 0);
	lkit.k.full = false;
	ekit_pass(&lkit.k, STORE_AGAIN_MS);
	assert_int_equal(lkit.stored, 1);
	assert_int_equal(lkit.token, 7);
}

static void
ours_waits_goes_and_is_answered(void **state)
{
	(void)state;
	struct fp fp = lkit_meet("zhang@PC-1", "zhang");
	struct chat_post post;
	lkit_presence(&fp, PRESENCE_OFFLINE);
	ekit_command(&lkit.k, COMMAND_SAY, &fp, "one");
	ekit_command(&lkit.k, COMMAND_SAY, &fp, "two");
	assert_int_equal(lkit_last(&fp)->delivery, DELIVERY_QUEUED);
	assert_int_equal(lkit_last(&fp)->dialect, DIALECT_IPMSG);
	assert_false(lkit_next(&fp, &post));
	lkit_presence(&fp, PRESENCE_ONLINE);
	assert_int_equal(lkit.flushes, 1);
	assert_true(lkit_next(&fp, &post));
	assert_memory_equal(post.text, "one", 3);
	struct msg_id one = post.id;
	assert_true(lkit_next(&fp, &post));
	assert_int_equal(lkit_last(&fp)->delivery, DELIVERY_SENT);
	assert_false(lkit_next(&fp, &post));
	/* In any order; one of them never. */
	lkit_answer(&fp, &post.id, DELIVERY_DELIVERED, NULL);
	assert_int_equal(lkit_last(&fp)->delivery, DELIVERY_DELIVERED);
	lkit_answer(&fp, &post.id, DELIVERY_READ, NULL);
	assert_int_equal(lkit_last(&fp)->delivery, DELIVERY_READ);
	lkit_answer(&fp, &one, DELIVERY_FAILED, "no");
	assert_int_equal(contacts_waiting(lkit.k.engine), 0);
	assert_int_equal(lkit.k.dial_count, 0);
	assert_int_equal(lkit.k.counts[EFFECT_DIAL], 0);
}

static void
what_was_on_its_way_waits_again(void **state)
{
	(void)state;
	struct fp fp = lkit_meet("zhang@PC-1", "zhang");
	struct chat_post post;
	ekit_command(&lkit.k, COMMAND_SAY, &fp, "one");
	assert_int_equal(lkit.flushes, 1);
	assert_true(lkit_next(&fp, &post));
	struct msg_id id = post.id;
	lkit_presence(&fp, PRESENCE_OFFLINE);
	assert_int_equal(lkit_last(&fp)->delivery, DELIVERY_QUEUED);
	lkit_answer(&fp, &id, DELIVERY_DELIVERED, NULL);
	assert_int_equal(lkit_last(&fp)->delivery, DELIVERY_QUEUED);
	lkit_presence(&fp, PRESENCE_AWAY);
	assert_true(lkit_next(&fp, &post));
	assert_true(msg_id_equal(&post.id, &id));
	lkit_answer(&fp, &id, DELIVERY_DELIVERED, NULL);
	assert_int_equal(lkit_last(&fp)->delivery, DELIVERY_DELIVERED);
}

static void
a_reply_quotes_and_an_action_is_spelled_out(void **state)
{
	(void)state;
	struct fp fp = lkit_meet("zhang@PC-1", "zhang");
	lkit_arrive(&fp, "first\nsecond", 1);
	struct command reply = { .kind = COMMAND_SAY,
		.peer = fp,
		.has_target = true,
		.target = lkit_last(&fp)->id,
		.text = (char *)(uintptr_t) "yes" };
	ekit_do(&lkit.k, &reply);
	assert_string_equal(lkit_last(&fp)->text, "> first ...\nyes");
	assert_false(lkit_last(&fp)->has_target);
	struct command wave = { .kind = COMMAND_SAY,
		.peer = fp,
		.action = true,
		.text = (char *)(uintptr_t) "waves" };
	ekit_do(&lkit.k, &wave);
	assert_non_null(strstr(lkit_last(&fp)->text, " waves"));
	assert_int_equal(lkit_last(&fp)->text[0], '*');
	assert_false(lkit_last(&fp)->action);
}

static void
what_a_dialect_cannot_do_is_refused(void **state)
{
	(void)state;
	static const enum command_kind kinds[] = { COMMAND_EDIT, COMMAND_DELETE,
		COMMAND_REACT, COMMAND_RECEIPTS, COMMAND_TRANSPORT,
		COMMAND_VERIFY };
	struct fp fp = lkit_meet("zhang@PC-1", "zhang");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct command c = {
			.kind = kinds[i], .peer = fp, .conv = CONV_NEARBY
		};
		ekit_do(&lkit.k, &c);
		const struct message *m =
		    ekit_last(&lkit.k, NULL, MESSAGE_ERROR);
		assert_non_null(m);
		assert_non_null(strstr(m->text, "ipmsg"));
		assert_non_null(strstr(m->text, "zhang"));
		ekit_do(&lkit.k, &(struct command){ .kind = COMMAND_CLEAR,
				     .conv = CONV_NEARBY });
	}
}

static void
nobody_who_is_blocked_is_heard(void **state)
{
	(void)state;
	struct fp fp = lkit_meet("zhang@PC-1", "zhang");
	struct chat_post post;
	ekit_do(&lkit.k,
	    &(struct command){ .kind = COMMAND_BLOCK, .peer = fp, .on = true });
	assert_false(lkit_arrive(&fp, "hello", 1));
	ekit_do(
	    &lkit.k, &(struct command){ .kind = COMMAND_BLOCK, .peer = fp });
	assert_int_equal(lkit_peer(&fp)->trust, TRUST_UNKNOWN);
	assert_true(lkit_arrive(&fp, "hello", 2));
	ekit_command(&lkit.k, COMMAND_SAY, &fp, "one");
	assert_true(lkit_next(&fp, &post));
	ekit_do(&lkit.k,
	    &(struct command){ .kind = COMMAND_BLOCK, .peer = fp, .on = true });
	assert_int_equal(lkit_last(&fp)->kind, MESSAGE_TEXT);
	assert_int_equal(lkit_last(&fp)->delivery, DELIVERY_FAILED);
	assert_int_equal(contacts_waiting(lkit.k.engine), 0);
}

static void
a_shout_is_nearby_and_is_not_answered(void **state)
{
	(void)state;
	struct fp fp = lkit_meet("zhang@PC-1", "zhang");
	assert_true(lkit_arrive_as(
	    &fp, (struct legacy_text){ .kind = MESSAGE_SHOUT }, "lunch"));
	const struct message *m = ekit_last(&lkit.k, NULL, MESSAGE_SHOUT);
	assert_string_equal(m->text, "lunch");
	assert_int_equal(m->dialect, DIALECT_IPMSG);
	assert_int_equal(lkit.stored, 0);
	assert_int_equal(lkit_peer(&fp)->conv, 0);
}

static void
a_closed_seal_hides_its_text(void **state)
{
	(void)state;
	struct fp fp = lkit_meet("zhang@PC-1", "zhang");
	assert_true(lkit_arrive_as(
	    &fp, (struct legacy_text){ .seal = SEAL_CLOSED }, "secret"));
	assert_string_equal(lkit_last(&fp)->text, "");
	assert_int_equal(lkit_last(&fp)->seal, SEAL_CLOSED);
	assert_memory_equal(lkit_last(&fp)->raw, "secret", 6);
}

static void
t23_strangers_have_so_much_room(void **state)
{
	(void)state;
	unsigned taken = 0;
	for (int i = 0; i < 100; i++) {
		char handle[32];
		snprintf(handle, sizeof(handle), "u%d@host", i);
		struct fp fp = lkit_meet(handle, NULL);
		taken += lkit_arrive(&fp, "hello", 1);
	}
	assert_int_equal(taken, STRANGERS_MAX);
	assert_int_equal(lkit.stored, STRANGERS_MAX);
	struct fp fp = lkit_meet("u0@host", NULL);
	taken = 0;
	for (int i = 0; i < 1000; i++)
		taken += lkit_arrive(&fp, "again", 1);
	assert_int_equal(taken, STRANGER_BURST - 1);
}

static void
t22_fake_legacy_peers_10k(void **state)
{
	(void)state;
	struct fp first = lkit_meet("kept@host", NULL);
	lkit_arrive(&first, "hello", 1);
	for (int i = 0; i < 10000; i++) {
		char handle[32];
		snprintf(handle, sizeof(handle), "u%d@host", i);
		lkit.k.now.wall_ms++;
		lkit_meet(handle, NULL);
	}
	assert_int_equal(
	    engine_model(lkit.k.engine)->legacy_count, LEGACY_PEERS_MAX);
	assert_non_null(lkit_peer(&first));
	struct fp newest = legacy_fp(DIALECT_IPMSG, "u9999@host");
	struct fp oldest = legacy_fp(DIALECT_IPMSG, "u0@host");
	assert_non_null(lkit_peer(&newest));
	assert_null(lkit_peer(&oldest));
}

static void
labels_have_the_handle_and_are_found_by_it(void **state)
{
	(void)state;
	char label[PEER_LABEL_SIZE];
	const struct peer *found;
	struct fp a = lkit_meet("zhang@PC-1", "zhang san");
	struct fp b = lkit_meet("zhang@PC-2", "zhang san");
	assert_string_equal(
	    peer_label(lkit_peer(&a), false, label), "zhang san·zhang@PC-1");
	assert_int_equal(
	    model_find_peer(lkit.k.engine->model, label, &found), 0);
	assert_true(fp_equal(&found->fp, &a));
	assert_int_equal(
	    model_find_legacy(lkit.k.engine->model, "ZHANG@pc-2", &found), 0);
	assert_true(fp_equal(&found->fp, &b));
	char fp[FP_TEXT_SIZE];
	fp_text(&a, fp);
	assert_true(model_find_peer(lkit.k.engine->model, fp, &found) < 0);
}

/* Datagrams under any address are for nothing. */
static void
t22_plain_strangers_push_out_nobody_else(void **state)
{
	char handle[HANDLE_SIZE];

	(void)state;
	struct fp ann = lkit_meet("ann@pc1", "ann");
	for (unsigned i = 0; i < 2 * LEGACY_PEERS_MAX; i++) {
		snprintf(handle, sizeof(handle), "udp://10.1.%u.%u:9", i / 256,
		    i % 256);
		ekit_pass(&lkit.k, 10);
		lkit_meet_in(DIALECT_PLAIN, handle, handle);
	}
	assert_non_null(lkit_peer(&ann));
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, lkit_begin, lkit_end)
	const struct CMUnitTest tests[] = {
		CASE(handles_make_fingerprints),
		CASE(a_text_is_acknowledged_once_it_is_stored),
		CASE(what_cannot_be_stored_is_not_acknowledged),
		CASE(ours_waits_goes_and_is_answered),
		CASE(what_was_on_its_way_waits_again),
		CASE(a_reply_quotes_and_an_action_is_spelled_out),
		CASE(what_a_dialect_cannot_do_is_refused),
		CASE(nobody_who_is_blocked_is_heard),
		CASE(a_shout_is_nearby_and_is_not_answered),
		CASE(a_closed_seal_hides_its_text),
		CASE(t23_strangers_have_so_much_room),
		CASE(t22_fake_legacy_peers_10k),
		CASE(labels_have_the_handle_and_are_found_by_it),
		CASE(t22_plain_strangers_push_out_nobody_else),
	};
	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
