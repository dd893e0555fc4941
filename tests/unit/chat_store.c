/* SPDX-License-Identifier: MIT */
/*
 * What waits until it is stored, comes back after a restart, is taken back; and
 * receipts.
 */
#include "base/err.h"
#include "chat_kit.h"
#include "proto/chat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What was withdrawn or refused is not missing. */
static void
what_was_given_up_is_not_missing(void **state)
{
	(void)state;
	struct chat_post posts[9];
	up();
	for (int i = 0; i < 9; i++) {
		posts[i] = a_post(5);
		assert_int_equal(chat_send(a.chat, &posts[i]), 0);
	}
	chat_stored(a.chat, posts[8].seq);
	assert_true(chat_withdraw(a.chat, &posts[0].id));
	assert_true(chat_withdraw(a.chat, &posts[3].id));
	assert_true(chat_withdraw(a.chat, &posts[4].id));
	assert_true(chat_withdraw(a.chat, &posts[8].id));
	assert_false(chat_withdraw(a.chat, &posts[8].id));
	/* Not before that is stored: else one of them may be back after a
	 * crash, below what the other end has, and be dropped there. */
	run();
	assert_int_equal(b.texts, 0);
	chat_stored(a.chat, posts[8].seq);
	for (int i = 0; i < 5; i++) {
		run();
		assert_int_equal(b.missing, 0);
	}
	assert_int_equal(b.texts, 5);
	say(&a, 5);
	run();
	assert_int_equal(b.texts, 6);
	assert_int_equal(b.missing, 0);
	/* On its way it cannot be taken back. */
	struct chat_packet packet;
	struct msg_id id = say(&a, 5);
	assert_true(chat_output(a.chat, &packet));
	assert_false(chat_withdraw(a.chat, &id));
	assert_int_equal(chat_waiting(a.chat), 1);
	down();
	assert_true(chat_withdraw(a.chat, &id));
	assert_int_equal(chat_waiting(a.chat), 0);
	/* And this one is lost at their end: a new one there knows. */
	up();
	chat_remember(b.chat, chat_received_seq(b.chat) - 2, 0);
	say(&a, 5);
	run();
	assert_int_equal(b.missing, 2);
}

static void
nothing_leaves_before_it_is_stored(void **state)
{
	(void)state;
	struct chat_post first = a_post(5), second = a_post(6);
	struct chat_packet packet;
	up();
	assert_int_equal(chat_send(a.chat, &first), 0);
	assert_int_equal(chat_send(a.chat, &second), 0);
	assert_false(chat_output(a.chat, &packet));
	chat_stored(a.chat, first.seq);
	assert_true(chat_output(a.chat, &packet));
	assert_true(msg_id_equal(&packet.id, &first.id));
	assert_false(chat_output(a.chat, &packet));
	chat_session_up(a.chat);
	assert_int_equal(move(&a, &b, SIZE_MAX), 2);
	assert_int_equal(b.texts, 1);
	/* What could not be stored is taken back, and the next goes. */
	assert_true(chat_withdraw(a.chat, &second.id));
	say(&a, 7);
	run();
	assert_int_equal(b.texts, 2);
	assert_int_equal(b.missing, 0);
}

static void
nothing_is_acknowledged_before_it_is_stored(void **state)
{
	(void)state;
	struct chat_packet packet;
	struct msg m;
	b.hold = true;
	up();
	for (int i = 0; i < 10; i++)
		say(&a, 5);
	move(&a, &b, SIZE_MAX);
	assert_int_equal(b.texts, 10);
	assert_false(chat_output(b.chat, &packet));
	/* Again over the next session: neither shown nor acknowledged. */
	down();
	up();
	move(&a, &b, SIZE_MAX);
	assert_int_equal(b.texts, 10);
	assert_false(chat_output(b.chat, &packet));
	/* Four are stored. Coming again, they are acknowledged again. */
	for (uint32_t i = 0; i < 4; i++)
		chat_ack(b.chat, &b.ids[i], UINT64_C(7) << 32 | (i + 1));
	assert_true(chat_output(b.chat, &packet));
	assert_int_equal(msg_decode(packet.bytes, packet.size, &m), 0);
	assert_int_equal(m.ack.count, 4);
	assert_true(chat_received_seq(b.chat) == (UINT64_C(7) << 32 | 4));
	down();
	up();
	move(&a, &b, SIZE_MAX);
	assert_true(chat_output(b.chat, &packet));
	assert_int_equal(msg_decode(packet.bytes, packet.size, &m), 0);
	assert_int_equal(m.ack.count, 4);
	assert_false(chat_output(b.chat, &packet));
	/* A restart that lost the rest takes it again, once. */
	uint64_t received = chat_received_seq(b.chat);
	chat_free(b.chat);
	b.chat = chat_new(&b.rng, 10);
	chat_remember(b.chat, received, 0);
	b.hold = false;
	up();
	run();
	assert_int_equal(b.texts, 16);
	assert_int_equal(a.acked, 10);
}

static void
what_waited_is_restored(void **state)
{
	(void)state;
	struct chat_post posts[5], got;
	const void *cursor = NULL;
	bool in_flight;
	up();
	for (int i = 0; i < 5; i++) {
		posts[i] = a_post((size_t)i + 1);
		posts[i].row = 100 + i;
		assert_int_equal(chat_send(a.chat, &posts[i]), 0);
	}
	chat_stored(a.chat, posts[4].seq);
	/* They have two of them, and one answer was heard. */
	assert_int_equal(move(&a, &b, 2), 2);
	chat_free(a.chat);
	a.chat = chat_new(&a.rng, 8);
	chat_remember(a.chat, 0, posts[0].seq);
	for (int i = 1; i < 5; i++)
		assert_int_equal(chat_restore(a.chat, &posts[i]), 0);
	assert_int_equal(chat_restore(a.chat, &posts[2]), ERR_FORMAT);
	for (int i = 1; i < 5; i++) {
		assert_true(chat_each(a.chat, &cursor, &got, &in_flight));
		assert_true(got.row == 100 + i);
		assert_int_equal(got.size, i + 1);
		assert_false(in_flight);
	}
	assert_false(chat_each(a.chat, &cursor, &got, &in_flight));
	say(&a, 9);
	down();
	up();
	run();
	assert_int_equal(b.texts, 6);
	assert_int_equal(b.missing, 0);
	assert_int_equal(a.acked, 5);
	for (int i = 1; i < 5; i++)
		assert_true(msg_id_equal(&b.ids[i], &posts[i].id));
}

/* It would else wait for ever. */
static void
what_waited_when_our_counter_was_set_back(void **state)
{
	(void)state;
	struct chat_post first = a_post(5), second = a_post(6);
	up();
	say(&a, 4);
	run();
	down();
	assert_int_equal(chat_send(a.chat, &first), 0);
	assert_int_equal(chat_send(a.chat, &second), 0);
	chat_free(a.chat);
	a.chat = chat_new(&a.rng, 3);
	second.seq = UINT64_C(2) << 32 | 9;
	assert_int_equal(chat_restore(a.chat, &first), 0);
	assert_int_equal(chat_restore(a.chat, &second), 0);
	assert_int_equal(chat_restore(a.chat, &second), ERR_FORMAT);
	chat_peer_epoch(b.chat, 3);
	up();
	say(&a, 7);
	run();
	assert_int_equal(b.texts, 4);
	assert_true(msg_id_equal(&b.ids[1], &first.id));
	assert_true(msg_id_equal(&b.ids[2], &second.id));
	assert_int_equal(chat_waiting(a.chat), 0);
	assert_true(chat_received_seq(b.chat) == (UINT64_C(3) << 32 | 3));
}

static void
what_is_on_its_way_is_told(void **state)
{
	(void)state;
	struct chat_packet packet;
	struct chat_post got;
	unsigned flying = 0, waiting = 0;
	up();
	for (int i = 0; i < 300; i++)
		say(&a, 5);
	while (chat_output(a.chat, &packet))
		;
	for (int round = 0; round < 2; round++) {
		const void *cursor = NULL;
		bool in_flight;
		while (chat_each(a.chat, &cursor, &got, &in_flight)) {
			flying += in_flight;
			waiting++;
		}
		down();
	}
	assert_int_equal(flying, CHAT_FLIGHT_MAX);
	assert_int_equal(waiting, 600);
}

/* A start counter that was set back must not make all that comes look old. */
static void
a_peer_that_went_back_is_heard(void **state)
{
	(void)state;
	up();
	say(&a, 5);
	run();
	assert_int_equal(b.texts, 1);
	chat_free(a.chat);
	a.chat = chat_new(&a.rng, 3);
	chat_peer_epoch(b.chat, 3);
	up();
	say(&a, 5);
	run();
	assert_int_equal(b.texts, 2);
	chat_peer_epoch(b.chat, 3);
	chat_peer_epoch(b.chat, 4);
	down();
	up();
	struct msg m = make_text(5, UINT64_C(3) << 32 | 1);
	give(&b, &m);
	assert_int_equal(b.texts, 2);
}

/* Stored late, it says nothing of what comes since. */
static void
what_was_due_when_a_peer_went_back(void **state)
{
	(void)state;
	struct chat_packet packet;
	b.hold = true;
	up();
	say(&a, 5);
	move(&a, &b, SIZE_MAX);
	down();
	chat_free(a.chat);
	a.chat = chat_new(&a.rng, 3);
	chat_peer_epoch(b.chat, 3);
	up();
	chat_ack(b.chat, &b.ids[0], UINT64_C(7) << 32 | 1);
	while (chat_output(b.chat, &packet))
		;
	say(&a, 6);
	move(&a, &b, SIZE_MAX);
	assert_int_equal(b.texts, 2);
	down();
	up();
	while (chat_output(b.chat, &packet))
		;
	/* Again, and not stored yet. */
	move(&a, &b, SIZE_MAX);
	assert_int_equal(b.texts, 2);
	assert_false(chat_output(b.chat, &packet));
	assert_true(chat_received_seq(b.chat) == 0);
	chat_ack(b.chat, &b.ids[1], UINT64_C(3) << 32 | 1);
	assert_true(chat_output(b.chat, &packet));
	assert_true(chat_received_seq(b.chat) == (UINT64_C(3) << 32 | 1));
}

static void
receipts_are_told_now_and_to_each_session(void **state)
{
	(void)state;
	up();
	struct msg_id first = say(&a, 5), second = say(&a, 6);
	run();
	assert_int_equal(a.shown, 0);
	chat_shown(b.chat, &first);
	run();
	assert_int_equal(a.shown, 1);
	assert_true(msg_id_equal(&a.shown_id, &first));
	chat_shown(b.chat, &second);
	chat_shown(b.chat, &second);
	run();
	assert_int_equal(a.shown, 2);
	assert_true(msg_id_equal(&a.shown_id, &second));
	down();
	up();
	run();
	assert_int_equal(a.shown, 3);
	assert_int_equal(a.acked, 2);
}

/* What waits was never shown to anybody; a receipt for what flies counts as its
 * acknowledgement, too. */
/* A new session may begin with the receipt. */
static void
a_receipt_answers_for_all_before_it(void **state)
{
	(void)state;
	struct msg_id ids[4];
	up();
	for (size_t i = 0; i < 4; i++)
		ids[i] = say(&a, 1);
	move(&a, &b, SIZE_MAX);
	down();
	up();
	struct chat_packet packet;
	while (chat_output(a.chat, &packet))
		;
	struct msg m = { .type = MSG_ACK,
		.ack = { .state = ACK_SHOWN, .count = 1, .ids = { ids[2] } } };
	give(&a, &m);
	assert_int_equal(a.acked, 3);
	assert_int_equal(a.shown, 1);
	assert_int_equal(chat_waiting(a.chat), 1);
}

static void
no_receipt_goes_out_after_a_change_of_mind(void **state)
{
	(void)state;
	struct msg_id id;
	up();
	id = say(&a, 1);
	run();
	down();
	chat_shown(b.chat, &id);
	chat_shown(b.chat, NULL);
	up();
	run();
	assert_int_equal(a.shown, 0);
	chat_shown(b.chat, &id);
	run();
	assert_int_equal(a.shown, 1);
}

static void
t53_forged_receipts(void **state)
{
	(void)state;
	struct chat_packet packet;
	struct chat_post held = a_post(5);
	unsigned forged = 0;
	up();
	struct msg_id flying = say(&a, 5);
	assert_true(chat_output(a.chat, &packet));
	for (int i = 0; i < CHAT_FLIGHT_MAX; i++)
		say(&a, 5);
	while (chat_output(a.chat, &packet))
		;
	struct msg_id queued = say(&a, 5);
	assert_int_equal(chat_send(a.chat, &held), 0);
	for (uint8_t i = 0; i < 50; i++) {
		struct msg m = { .type = MSG_ACK,
			.ack = { .state = (uint8_t)(ACK_STORED + i % 3),
			    .count = 1,
			    .ids = { i % 2 == 0 ? queued : held.id } } };
		give(&a, &m);
		m.ack.count = 2;
		m.ack.ids[1] = i % 2 == 0 ? held.id : queued;
		give(&a, &m);
		forged += 2;
	}
	assert_int_equal(forged, 100);
	assert_int_equal(a.acked + a.refused + a.shown, 0);
	struct msg m = { .type = MSG_ACK,
		.ack = { .state = ACK_SHOWN, .count = 1, .ids = { flying } } };
	give(&a, &m);
	assert_int_equal(a.acked, 1);
	assert_int_equal(a.shown, 1);
}

static void
edits_deletions_and_reactions_are_delivered_like_texts(void **state)
{
	(void)state;
	static const uint8_t types[] = { MSG_TEXT, MSG_EDIT, MSG_DELETE,
		MSG_REACT, MSG_TEXT };
	up();
	for (size_t i = 0; i < sizeof(types); i++) {
		struct chat_post post = a_post(types[i] == MSG_DELETE ? 0 : 4);
		post.type = types[i];
		post.has_target = true;
		post.target.b[0] = 7;
		post.row = (int64_t)i;
		assert_int_equal(chat_send(a.chat, &post), 0);
		chat_stored(a.chat, post.seq);
	}
	move(&a, &b, 2);
	down();
	up();
	run();
	assert_int_equal(b.texts, 5);
	assert_int_equal(b.missing, 0);
	assert_int_equal(b.types[MSG_TEXT], 2);
	assert_int_equal(b.types[MSG_EDIT], 1);
	assert_int_equal(b.types[MSG_DELETE], 1);
	assert_int_equal(b.types[MSG_REACT], 1);
	assert_int_equal(a.acked, 5);
	assert_true(a.row == 4);
}

/* The peer has not forgotten: what is below its number it would drop. */
static void
who_forgets_the_other_does_not_begin_again(void **state)
{
	(void)state;
	struct chat_post post = a_post(1);
	up();
	say(&a, 1);
	say(&a, 2);
	run();
	say(&a, 3);
	down();
	chat_forget(a.chat);
	assert_int_equal(chat_waiting(a.chat), 0);
	assert_int_equal(chat_sent_seq(a.chat), 0);
	assert_int_equal(chat_received_seq(a.chat), 0);
	assert_int_equal(chat_send(a.chat, &post), 0);
	assert_true(post.seq > chat_received_seq(b.chat));
	chat_stored(a.chat, post.seq);
	up();
	run();
	assert_int_equal(b.texts, 3);
	assert_int_equal(a.acked, 3);
	assert_int_equal(b.missing, 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(what_was_given_up_is_not_missing),
		CASE(nothing_leaves_before_it_is_stored),
		CASE(nothing_is_acknowledged_before_it_is_stored),
		CASE(what_waited_is_restored),
		CASE(what_waited_when_our_counter_was_set_back),
		CASE(what_is_on_its_way_is_told),
		CASE(a_peer_that_went_back_is_heard),
		CASE(what_was_due_when_a_peer_went_back),
		CASE(receipts_are_told_now_and_to_each_session),
		CASE(a_receipt_answers_for_all_before_it),
		CASE(no_receipt_goes_out_after_a_change_of_mind),
		CASE(t53_forged_receipts),
		CASE(edits_deletions_and_reactions_are_delivered_like_texts),
		CASE(who_forgets_the_other_does_not_begin_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
