/* SPDX-License-Identifier: MIT */
/*
 * Contacts without a key, as the dialects share them. What the machine of the
 * dialect would do is in the hands of the test.
 */
#include "core/ipmsg_line.h"
#include "core/legacy.h"
#include "engine_kit.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ekit k;
static unsigned flushes, stored;
static uint64_t last_token;

void __wrap_ipmsg_line_flush(struct engine *e, struct now now, struct peer *p);
void __wrap_ipmsg_line_stored(
    struct engine *e, struct now now, struct peer *p, uint64_t token);

void
__wrap_ipmsg_line_flush(struct engine *e, struct now now, struct peer *p)
{
	(void)e;
	(void)now;
	assert_int_equal(p->dialect, DIALECT_IPMSG);
	flushes++;
}

void
__wrap_ipmsg_line_stored(
    struct engine *e, struct now now, struct peer *p, uint64_t token)
{
	(void)e;
	(void)now;
	assert_int_equal(p->dialect, DIALECT_IPMSG);
	stored++;
	last_token = token;
}

static int
begin(void **state)
{
	(void)state;
	flushes = stored = 0;
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

/* The end of an input. */
static void
finish(void)
{
	engine_tick_rest(k.engine, k.now);
	ekit_drain(&k);
}

static struct fp
meet(const char *handle, const char *name)
{
	effects_begin(k.engine);
	struct peer *p =
	    legacy_peer(k.engine, k.now, DIALECT_IPMSG, handle, name);
	legacy_presence(k.engine, k.now, p, PRESENCE_ONLINE);
	struct fp fp = p->fp;
	finish();
	return fp;
}

static struct peer *
peer_of(const struct fp *fp)
{
	return model_peer_edit(k.engine->model, fp);
}

static void
presence(const struct fp *fp, enum presence presence)
{
	effects_begin(k.engine);
	legacy_presence(k.engine, k.now, peer_of(fp), presence);
	finish();
}

static bool
arrive_as(const struct fp *fp, struct legacy_text t, const char *text)
{
	effects_begin(k.engine);
	t.raw = (const uint8_t *)text;
	t.raw_size = strlen(text);
	bool taken = legacy_arrived(k.engine, k.now, peer_of(fp), &t);
	finish();
	return taken;
}

static bool
arrive(const struct fp *fp, const char *text, uint64_t token)
{
	return arrive_as(fp, (struct legacy_text){ .token = token }, text);
}

static bool
next(const struct fp *fp, struct chat_post *ret_post)
{
	effects_begin(k.engine);
	bool there = legacy_next(k.engine, peer_of(fp), ret_post);
	finish();
	return there;
}

static void
answer(const struct fp *fp, const struct msg_id *id, enum delivery delivery,
    const char *reason)
{
	effects_begin(k.engine);
	legacy_answered(k.engine, k.now, peer_of(fp), id, delivery, reason);
	finish();
}

static const struct message *
last_of(const struct fp *fp)
{
	const struct conv *c = model_conv_of(engine_model(k.engine), fp);

	return conv_message(c, c->next_serial - 1);
}

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
	struct fp fp = meet("zhang@PC-1", "张三");
	k.hold_commits = true;
	assert_true(arrive(&fp, "hello", 0x1122334455667788));
	const struct message *m = last_of(&fp);
	assert_string_equal(m->text, "hello");
	assert_int_equal(m->dialect, DIALECT_IPMSG);
	assert_int_equal(m->raw_size, 5);
	assert_memory_equal(m->raw, "hello", 5);
	assert_int_equal(m->id.b[8], 0x11);
	assert_int_equal(m->id.b[15], 0x88);
	assert_int_equal(stored, 0);
	ekit_commit(&k, true);
	assert_int_equal(stored, 1);
	assert_int_equal(last_token, 0x1122334455667788);
	assert_int_equal(peer_of(&fp)->trust, TRUST_UNKNOWN);
	assert_int_equal(ekit_pinned(&k), 0);
	assert_int_equal(k.dial_count, 0);
}

static void
what_cannot_be_stored_is_not_acknowledged(void **state)
{
	(void)state;
	struct fp fp = meet("zhang@PC-1", NULL);
	k.full = true;
	assert_true(arrive(&fp, "hello", 7));
	assert_int_equal(stored, 0);
	k.full = false;
	ekit_pass(&k, STORE_AGAIN_MS);
	assert_int_equal(stored, 1);
	assert_int_equal(last_token, 7);
}

static void
ours_waits_goes_and_is_answered(void **state)
{
	(void)state;
	struct fp fp = meet("zhang@PC-1", "zhang");
	struct chat_post post;
	presence(&fp, PRESENCE_OFFLINE);
	ekit_command(&k, COMMAND_SAY, &fp, "one");
	ekit_command(&k, COMMAND_SAY, &fp, "two");
	assert_int_equal(last_of(&fp)->delivery, DELIVERY_QUEUED);
	assert_int_equal(last_of(&fp)->dialect, DIALECT_IPMSG);
	assert_false(next(&fp, &post));
	presence(&fp, PRESENCE_ONLINE);
	assert_int_equal(flushes, 1);
	assert_true(next(&fp, &post));
	assert_memory_equal(post.text, "one", 3);
	struct msg_id one = post.id;
	assert_true(next(&fp, &post));
	assert_int_equal(last_of(&fp)->delivery, DELIVERY_SENT);
	assert_false(next(&fp, &post));
	/* In any order; one of them never. */
	answer(&fp, &post.id, DELIVERY_DELIVERED, NULL);
	assert_int_equal(last_of(&fp)->delivery, DELIVERY_DELIVERED);
	answer(&fp, &post.id, DELIVERY_READ, NULL);
	assert_int_equal(last_of(&fp)->delivery, DELIVERY_READ);
	answer(&fp, &one, DELIVERY_FAILED, "no");
	assert_int_equal(contacts_waiting(k.engine), 0);
	assert_int_equal(k.dial_count, 0);
	assert_int_equal(k.counts[EFFECT_DIAL], 0);
}

static void
what_was_on_its_way_waits_again(void **state)
{
	(void)state;
	struct fp fp = meet("zhang@PC-1", "zhang");
	struct chat_post post;
	ekit_command(&k, COMMAND_SAY, &fp, "one");
	assert_int_equal(flushes, 1);
	assert_true(next(&fp, &post));
	struct msg_id id = post.id;
	presence(&fp, PRESENCE_OFFLINE);
	assert_int_equal(last_of(&fp)->delivery, DELIVERY_QUEUED);
	answer(&fp, &id, DELIVERY_DELIVERED, NULL);
	assert_int_equal(last_of(&fp)->delivery, DELIVERY_QUEUED);
	presence(&fp, PRESENCE_AWAY);
	assert_true(next(&fp, &post));
	assert_true(msg_id_equal(&post.id, &id));
	answer(&fp, &id, DELIVERY_DELIVERED, NULL);
	assert_int_equal(last_of(&fp)->delivery, DELIVERY_DELIVERED);
}

static void
a_reply_quotes_and_an_action_is_spelled_out(void **state)
{
	(void)state;
	struct fp fp = meet("zhang@PC-1", "zhang");
	arrive(&fp, "first\nsecond", 1);
	struct command reply = { .kind = COMMAND_SAY,
		.peer = fp,
		.has_target = true,
		.target = last_of(&fp)->id,
		.text = (char *)(uintptr_t) "yes" };
	ekit_do(&k, &reply);
	assert_string_equal(last_of(&fp)->text, "> first ...\nyes");
	assert_false(last_of(&fp)->has_target);
	struct command wave = { .kind = COMMAND_SAY,
		.peer = fp,
		.action = true,
		.text = (char *)(uintptr_t) "waves" };
	ekit_do(&k, &wave);
	assert_non_null(strstr(last_of(&fp)->text, " waves"));
	assert_int_equal(last_of(&fp)->text[0], '*');
	assert_false(last_of(&fp)->action);
}

static void
what_a_dialect_cannot_do_is_refused(void **state)
{
	(void)state;
	static const enum command_kind kinds[] = { COMMAND_EDIT, COMMAND_DELETE,
		COMMAND_REACT, COMMAND_RECEIPTS, COMMAND_TRANSPORT,
		COMMAND_VERIFY };
	struct fp fp = meet("zhang@PC-1", "zhang");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct command c = {
			.kind = kinds[i], .peer = fp, .conv = CONV_NEARBY
		};
		ekit_do(&k, &c);
		const struct message *m = ekit_last(&k, NULL, MESSAGE_ERROR);
		assert_non_null(m);
		assert_non_null(strstr(m->text, "ipmsg"));
		assert_non_null(strstr(m->text, "zhang"));
		ekit_do(&k, &(struct command){
				.kind = COMMAND_CLEAR, .conv = CONV_NEARBY });
	}
}

static void
nobody_who_is_blocked_is_heard(void **state)
{
	(void)state;
	struct fp fp = meet("zhang@PC-1", "zhang");
	struct chat_post post;
	ekit_do(&k,
	    &(struct command){ .kind = COMMAND_BLOCK, .peer = fp, .on = true });
	assert_false(arrive(&fp, "hello", 1));
	ekit_do(&k, &(struct command){ .kind = COMMAND_BLOCK, .peer = fp });
	assert_int_equal(peer_of(&fp)->trust, TRUST_UNKNOWN);
	assert_true(arrive(&fp, "hello", 2));
	ekit_command(&k, COMMAND_SAY, &fp, "one");
	assert_true(next(&fp, &post));
	ekit_do(&k,
	    &(struct command){ .kind = COMMAND_BLOCK, .peer = fp, .on = true });
	assert_int_equal(last_of(&fp)->kind, MESSAGE_TEXT);
	assert_int_equal(last_of(&fp)->delivery, DELIVERY_FAILED);
	assert_int_equal(contacts_waiting(k.engine), 0);
}

static void
a_shout_is_nearby_and_is_not_answered(void **state)
{
	(void)state;
	struct fp fp = meet("zhang@PC-1", "zhang");
	assert_true(arrive_as(
	    &fp, (struct legacy_text){ .kind = MESSAGE_SHOUT }, "lunch"));
	const struct message *m = ekit_last(&k, NULL, MESSAGE_SHOUT);
	assert_string_equal(m->text, "lunch");
	assert_int_equal(m->dialect, DIALECT_IPMSG);
	assert_int_equal(stored, 0);
	assert_int_equal(peer_of(&fp)->conv, 0);
}

static void
a_closed_seal_hides_its_text(void **state)
{
	(void)state;
	struct fp fp = meet("zhang@PC-1", "zhang");
	assert_true(arrive_as(
	    &fp, (struct legacy_text){ .seal = SEAL_CLOSED }, "secret"));
	assert_string_equal(last_of(&fp)->text, "");
	assert_int_equal(last_of(&fp)->seal, SEAL_CLOSED);
	assert_memory_equal(last_of(&fp)->raw, "secret", 6);
}

static void
t23_strangers_have_so_much_room(void **state)
{
	(void)state;
	unsigned taken = 0;
	for (int i = 0; i < 100; i++) {
		char handle[32];
		snprintf(handle, sizeof(handle), "u%d@host", i);
		struct fp fp = meet(handle, NULL);
		taken += arrive(&fp, "hello", 1);
	}
	assert_int_equal(taken, STRANGERS_MAX);
	assert_int_equal(stored, STRANGERS_MAX);
	struct fp fp = meet("u0@host", NULL);
	taken = 0;
	for (int i = 0; i < 1000; i++)
		taken += arrive(&fp, "again", 1);
	assert_int_equal(taken, STRANGER_BURST - 1);
}

static void
t22_fake_legacy_peers_10k(void **state)
{
	(void)state;
	struct fp first = meet("kept@host", NULL);
	arrive(&first, "hello", 1);
	for (int i = 0; i < 10000; i++) {
		char handle[32];
		snprintf(handle, sizeof(handle), "u%d@host", i);
		k.now.wall_ms++;
		meet(handle, NULL);
	}
	assert_int_equal(
	    engine_model(k.engine)->legacy_count, LEGACY_PEERS_MAX);
	assert_non_null(peer_of(&first));
	struct fp newest = legacy_fp(DIALECT_IPMSG, "u9999@host");
	struct fp oldest = legacy_fp(DIALECT_IPMSG, "u0@host");
	assert_non_null(peer_of(&newest));
	assert_null(peer_of(&oldest));
}

static void
labels_have_the_handle_and_are_found_by_it(void **state)
{
	(void)state;
	char label[PEER_LABEL_SIZE];
	const struct peer *found;
	struct fp a = meet("zhang@PC-1", "zhang san");
	struct fp b = meet("zhang@PC-2", "zhang san");
	assert_string_equal(
	    peer_label(peer_of(&a), false, label), "zhang san·zhang@PC-1");
	assert_int_equal(model_find_peer(k.engine->model, label, &found), 0);
	assert_true(fp_equal(&found->fp, &a));
	assert_int_equal(
	    model_find_legacy(k.engine->model, "ZHANG@pc-2", &found), 0);
	assert_true(fp_equal(&found->fp, &b));
	char fp[FP_TEXT_SIZE];
	fp_text(&a, fp);
	assert_true(model_find_peer(k.engine->model, fp, &found) < 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
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
	};
	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
