/* SPDX-License-Identifier: MIT */
/*
 * Delivery over sessions that come and go: order, once, acknowledged, within
 * limits. The names that begin with a number are threats.
 */
#include "proto/chat.h"
#include "base/err.h"
#include "chat_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
texts_arrive_in_order_and_are_acknowledged(void **state)
{
	(void)state;
	struct msg_id ids[100];
	up();
	for (int i = 0; i < 100; i++)
		ids[i] = say(&a, (size_t)i + 1);
	run();
	assert_int_equal(b.texts, 100);
	assert_memory_equal(b.ids, ids, sizeof(ids));
	assert_int_equal(a.acked, 100);
	assert_int_equal(b.missing, 0);
	assert_int_equal(chat_waiting(a.chat), 0);
}

static void
nothing_goes_without_a_session(void **state)
{
	(void)state;
	struct chat_packet packet;
	say(&a, 5);
	assert_false(chat_output(a.chat, &packet));
	up();
	assert_true(chat_output(a.chat, &packet));
	assert_true(packet.is_post);
	chat_session_down(a.chat);
	assert_false(chat_output(a.chat, &packet));
	assert_int_equal(chat_waiting(a.chat), 1);
}

static void
what_cannot_be_sent_is_refused(void **state)
{
	(void)state;
	static const uint8_t types[] = { 0, MSG_ACK, MSG_TYPING, MSG_NACK,
		MSG_EDIT, MSG_DELETE, MSG_REACT, MSG_FILE_STOP, MSG_FILE_CALL,
		MSG_FILE_ATTACH, MSG_HEARD_ASK, MSG_HEARD, MSG_ECHO,
		MSG_ECHO_BACK };
	struct chat_post post = a_post(0);
	assert_int_equal(chat_send(a.chat, &post), ERR_LIMIT);
	post = a_post(TEXT_MAX + 1);
	assert_int_equal(chat_send(a.chat, &post), ERR_LIMIT);
	for (size_t i = 0; i < sizeof(types); i++) {
		post = a_post(5);
		post.type = types[i];
		assert_int_equal(chat_send(a.chat, &post), ERR_LIMIT);
	}
	assert_int_equal(chat_waiting(a.chat), 0);
	up();
	say(&a, TEXT_MAX);
	say(&a, TEXT_MAX - 1);
	run();
	assert_int_equal(b.texts, 2);
	assert_int_equal(a.acked, 2);
}

/* A session breaks after every number of texts, with and without the answer
 * having come back. */
static void
t13_broken_sessions_lose_and_double_nothing(void **state)
{
	(void)state;
	enum { TEXTS = 50 };
	struct msg_id ids[TEXTS];
	for (size_t cut = 0; cut <= TEXTS; cut++) {
		for (int answers = 0; answers < 2; answers++) {
			end(NULL);
			begin(NULL);
			for (int i = 0; i < TEXTS; i++)
				ids[i] = say(&a, 20);
			up();
			move(&a, &b, cut);
			if (answers == 1)
				move(&b, &a, 1);
			down();
			assert_int_equal(a.acked, answers == 0 ? 0
						  : cut < 60   ? cut
							       : 60);
			assert_int_equal(chat_waiting(a.chat), TEXTS - a.acked);
			up();
			run();
			assert_int_equal(b.texts, TEXTS);
			assert_memory_equal(b.ids, ids, sizeof(ids));
			assert_int_equal(a.acked, TEXTS);
			assert_int_equal(chat_waiting(a.chat), 0);
		}
	}
}

static void
t52_what_comes_twice_is_shown_once_and_acknowledged_twice(void **state)
{
	(void)state;
	size_t acks = 0;
	struct chat_packet packet;
	up();
	for (uint32_t i = 1; i <= 50; i++) {
		struct msg m = make_text(i, i);
		give(&b, &m);
		give(&b, &m);
	}
	assert_int_equal(b.texts, 50);
	while (chat_output(b.chat, &packet)) {
		struct msg m;
		assert_int_equal(msg_decode(packet.bytes, packet.size, &m), 0);
		assert_int_equal(m.type, MSG_ACK);
		assert_true(m.ack.count <= CHAT_ACK_BATCH);
		acks += m.ack.count;
	}
	assert_int_equal(acks, 100);
}

static void
t52_over_two_sessions_at_once(void **state)
{
	(void)state;
	struct msg_id ids[40];
	struct chat_packet packet;
	uint8_t late[20][256];
	size_t sizes[20];
	up();
	for (int i = 0; i < 40; i++)
		ids[i] = say(&a, 20);
	/* Half of them are on the first session when the second takes over. */
	for (int i = 0; i < 20; i++) {
		assert_true(chat_output(a.chat, &packet));
		memcpy(late[i], packet.bytes, packet.size);
		sizes[i] = packet.size;
	}
	chat_session_up(a.chat);
	chat_session_up(b.chat);
	/* What the old one still carries comes between the new ones. */
	for (int i = 0; i < 20; i++) {
		move(&a, &b, 1);
		input(&b, late[i], sizes[i]);
	}
	run();
	assert_int_equal(b.texts, 40);
	assert_memory_equal(b.ids, ids, sizeof(ids));
	assert_int_equal(a.acked, 40);
}

/* However long ago it was. */
static void
t52_what_is_stored_never_comes_again(void **state)
{
	(void)state;
	enum { TEXTS = 3000 };

	up();
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 1; i <= TEXTS; i++) {
			struct msg m = make_text(i, i);
			give(&b, &m);
			move(&b, &a, SIZE_MAX);
		}
	}
	assert_int_equal(b.texts, TEXTS);
}

/* A number is a post, whatever id it comes with. */
static void
t52_one_number_under_many_ids_is_shown_once(void **state)
{
	(void)state;

	up();
	for (uint32_t i = 1; i <= 200; i++) {
		struct msg m = make_text(i, 1);
		give(&b, &m);
	}
	assert_int_equal(b.texts, 1);
}

static void
t53_forged_answers_are_ignored(void **state)
{
	(void)state;
	struct msg_id queued;
	unsigned forged = 0;
	up();
	say(&a, 10);
	struct chat_packet packet;
	assert_true(chat_output(a.chat, &packet));
	chat_session_down(a.chat);
	/* Known, but it is not on its way. */
	queued = packet.id;
	for (uint32_t i = 0; i < 50; i++) {
		struct msg m = { .type = MSG_ACK,
			.ack = { .state = (uint8_t)(1 + i % 3), .count = 2 } };
		m.ack.ids[0] = queued;
		memcpy(m.ack.ids[1].b, &i, sizeof(i));
		give(&a, &m);
		m = (struct msg){ .type = MSG_NACK,
			.nack = { .id = queued, .code = (uint8_t)i } };
		give(&a, &m);
		forged += 2;
	}
	assert_int_equal(forged, 100);
	assert_int_equal(a.acked, 0);
	assert_int_equal(a.refused, 0);
	assert_int_equal(chat_waiting(a.chat), 1);
	chat_session_down(b.chat);
	up();
	run();
	assert_int_equal(a.acked, 1);
}

static void
an_acknowledgement_counts_once(void **state)
{
	(void)state;
	struct chat_packet packet;
	up();
	say(&a, 10);
	assert_true(chat_output(a.chat, &packet));
	struct msg m = { .type = MSG_ACK,
		.ack = { .state = ACK_STORED, .count = 64 } };
	for (int i = 0; i < 64; i++)
		m.ack.ids[i] = packet.id;
	give(&a, &m);
	give(&a, &m);
	assert_int_equal(a.acked, 1);
	assert_int_equal(chat_waiting(a.chat), 0);
}

static void
an_acknowledgement_may_refuse(void **state)
{
	(void)state;
	struct chat_packet packet;
	up();
	say(&a, 10);
	assert_true(chat_output(a.chat, &packet));
	struct msg m = { .type = MSG_ACK,
		.ack = { .state = ACK_REFUSED, .count = 1 } };
	m.ack.ids[0] = packet.id;
	give(&a, &m);
	assert_int_equal(a.acked, 0);
	assert_int_equal(a.refused, 1);
	assert_int_equal(chat_waiting(a.chat), 0);
}

static void
answers_may_come_in_any_order(void **state)
{
	(void)state;
	struct msg_id ids[30];
	struct chat_packet packet;
	up();
	for (int i = 0; i < 30; i++)
		ids[i] = say(&a, 10);
	while (chat_output(a.chat, &packet))
		;
	for (int i = 0; i < 30; i++) {
		/* The last first, then the first, and so on inwards. */
		int at = i % 2 == 0 ? 29 - i / 2 : i / 2;
		struct msg m = { .type = MSG_ACK,
			.ack = { .state = ACK_STORED, .count = 1 } };
		m.ack.ids[0] = ids[at];
		give(&a, &m);
		assert_int_equal(chat_waiting(a.chat), 29u - (unsigned)i);
	}
	/* The list is whole: what comes now goes out. */
	struct msg_id next = say(&a, 10);
	assert_true(chat_output(a.chat, &packet));
	assert_true(msg_id_equal(&packet.id, &next));
}

static void
the_flight_is_limited_by_number(void **state)
{
	(void)state;
	struct chat_packet packet;
	size_t sent = 0;
	up();
	for (int i = 0; i < 400; i++)
		say(&a, 10);
	for (; sent < 200 && chat_output(a.chat, &packet); sent++)
		input(&b, packet.bytes, packet.size);
	for (; chat_output(a.chat, &packet); sent++)
		;
	assert_int_equal(sent, CHAT_FLIGHT_MAX);
	/* One acknowledgement of 60 lets 60 more go. */
	assert_int_equal(move(&b, &a, 1), 1);
	for (sent = 0; chat_output(a.chat, &packet); sent++)
		;
	assert_int_equal(sent, CHAT_ACK_BATCH);
	down();
	up();
	for (int i = 0; i < 100; i++) {
		move(&a, &b, 50);
		move(&b, &a, SIZE_MAX);
	}
	assert_int_equal(b.texts, 400);
	assert_int_equal(a.acked, 400);
}

static void
the_flight_is_limited_by_bytes(void **state)
{
	(void)state;
	struct chat_packet packet;
	size_t sent = 0, bytes = 0;
	up();
	for (int i = 0; i < 40; i++)
		say(&a, TEXT_MAX);
	for (; chat_output(a.chat, &packet); sent++)
		bytes += packet.size;
	assert_true(bytes <= CHAT_FLIGHT_BYTES_MAX);
	assert_true(bytes > CHAT_FLIGHT_BYTES_MAX - MSG_MAX);
	assert_true(sent < 40);
	down();
	up();
	run();
	assert_int_equal(b.texts, 40);
	assert_int_equal(a.acked, 40);
}

static void
the_queue_is_limited_by_number(void **state)
{
	(void)state;
	struct chat_post post = a_post(10);
	for (int i = 0; i < CHAT_QUEUE_MAX; i++)
		say(&a, 10);
	assert_int_equal(chat_send(a.chat, &post), ERR_LIMIT);
	assert_int_equal(chat_waiting(a.chat), CHAT_QUEUE_MAX);
	up();
	run();
	assert_int_equal(b.texts, CHAT_QUEUE_MAX);
	say(&a, 10);
}

static void
the_queue_is_limited_by_bytes(void **state)
{
	(void)state;
	struct chat_post post = a_post(TEXT_MAX);
	size_t sent = 0;
	while (chat_send(a.chat, &post) == 0)
		sent++;
	assert_in_range(sent, CHAT_QUEUE_BYTES_MAX / MSG_MAX - 1,
	    CHAT_QUEUE_BYTES_MAX / TEXT_MAX);
}

static void
many_answers_fill_several_batches(void **state)
{
	(void)state;
	size_t acks = 0, packets = 0;
	struct chat_packet packet;
	up();
	for (uint32_t i = 1; i <= 150; i++) {
		struct msg m = make_text(i, i);
		give(&b, &m);
		assert_int_equal(chat_is_full(b.chat), i >= CHAT_ACK_BATCH);
	}
	while (chat_output(b.chat, &packet)) {
		struct msg m;
		assert_int_equal(msg_decode(packet.bytes, packet.size, &m), 0);
		assert_int_equal(packet.size, 1024);
		acks += m.ack.count;
		packets++;
	}
	assert_int_equal(acks, 150);
	assert_int_equal(packets, 3);
}

/* Too many for the answers we keep: the rest is asked for again. */
static void
answers_that_do_not_fit_come_later(void **state)
{
	(void)state;

	up();
	for (int i = 0; i < 250; i++)
		say(&a, 10);
	move(&a, &b, 250);
	run();
	assert_int_equal(b.texts, 250);
	assert_int_equal(a.acked, CHAT_ACKS_MAX);
	down();
	up();
	run();
	assert_int_equal(b.texts, 250);
	assert_int_equal(a.acked, 250);
}

static void
a_refusal_names_its_reason_again_and_again(void **state)
{
	(void)state;

	b.refuse = true;
	up();
	say(&a, 10);
	run();
	assert_int_equal(a.refused, 1);
	assert_int_equal(a.code, NACK_INBOX_FULL);
	assert_int_equal(chat_waiting(a.chat), 0);
	/* A sender who did not hear it asks again and is told the same. */
	struct msg m = make_text(1, UINT64_C(8) << 32 | 1);
	give(&b, &m);
	give(&b, &m);
	assert_int_equal(b.texts, 2);
	struct chat_packet packet;
	for (int i = 0; i < 2; i++) {
		assert_true(chat_output(b.chat, &packet));
		assert_int_equal(msg_decode(packet.bytes, packet.size, &m), 0);
		assert_int_equal(m.type, MSG_NACK);
		assert_int_equal(m.nack.code, NACK_INBOX_FULL);
	}
	assert_false(chat_output(b.chat, &packet));
}

/* A text in raw bytes, with a field of our own choice behind it. */
static size_t
raw_text(uint8_t *out, uint8_t type, size_t text_size, uint8_t extra)
{
	struct msg m = make_text(77, 5);
	size_t n;

	assert_int_equal(msg_encode(&m, out, 256, &n), 0);
	out[0] = type;
	/* Behind id, seq and sent. */
	uint8_t *p = out + 1 + 20 + 12 + 12;
	n = (size_t)(p - out);
	p[0] = 5;
	p[1] = (uint8_t)(text_size >> 16);
	p[2] = (uint8_t)(text_size >> 8);
	p[3] = (uint8_t)text_size;
	memset(p + 4, 'x', text_size);
	n += 4 + text_size;
	if (extra != 0) {
		memset(out + n, 0, 4);
		out[n] = extra;
		n += 4;
	}
	return n;
}

static void
what_cannot_be_understood_is_refused_with_a_code(void **state)
{
	(void)state;
	static uint8_t bytes[MSG_MAX];
	static const struct {
		uint8_t type, extra, code;
		size_t size;
	} cases[] = {
		{ MSG_TEXT, 0x80, NACK_UNSUPPORTED, 1 },
		{ 0x20, 0, NACK_UNSUPPORTED, 1 },
		{ MSG_EDIT, 0, NACK_FORMAT, 1 },
		{ 0, 0, NACK_UNSUPPORTED, 1 },
		{ 0xef, 0, NACK_UNSUPPORTED, 1 },
		{ MSG_TEXT, 0, NACK_TOO_LARGE, TEXT_MAX + 1 },
		{ MSG_TEXT, 0, NACK_FORMAT, 0 },
		{ MSG_TEXT, 5, NACK_FORMAT, 1 },
	};
	up();
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct chat_packet packet;
		struct msg m;
		size_t n = raw_text(
		    bytes, cases[i].type, cases[i].size, cases[i].extra);
		input(&b, bytes, n);
		assert_true(chat_output(b.chat, &packet));
		assert_int_equal(msg_decode(packet.bytes, packet.size, &m), 0);
		assert_int_equal(m.type, MSG_NACK);
		assert_int_equal(m.nack.code, cases[i].code);
		assert_int_equal(m.nack.id.b[4], 77);
		assert_false(chat_output(b.chat, &packet));
	}
	assert_int_equal(b.texts, 0);
	/* It harmed only itself. */
	struct msg m = make_text(1, 1);
	give(&b, &m);
	assert_int_equal(b.texts, 1);
}

static void
nothing_answers_an_answer(void **state)
{
	(void)state;
	struct chat_packet packet;
	uint8_t bytes[64] = { MSG_NACK, 1 };
	up();
	for (unsigned i = 0; i < 256; i++) {
		bytes[1] = (uint8_t)i;
		for (unsigned type = MSG_ACK; type <= MSG_NACK; type++) {
			bytes[0] = (uint8_t)type;
			input(&b, bytes, sizeof(bytes));
			assert_false(chat_output(b.chat, &packet));
		}
	}
	input(&b, bytes, 0);
	assert_false(chat_output(b.chat, &packet));
}

static void
missing_numbers_are_counted(void **state)
{
	(void)state;
	static const struct {
		uint64_t seq;
		uint32_t missing;
	} cases[] = {
		/* The first may be any. */
		{ UINT64_C(3) << 32 | 7, 0 },
		{ UINT64_C(3) << 32 | 8, 0 },
		{ UINT64_C(3) << 32 | 11, 2 },
		/* Of another epoch nobody knows how many; the first of one
		 * may be the next. */
		{ UINT64_C(4) << 32 | 50, 1 },
		{ UINT64_C(4) << 32 | 52, 1 },
		{ UINT64_C(5) << 32 | 1, 0 },
		{ UINT64_C(5) << 32 | UINT32_MAX, UINT32_MAX - 2 },
		{ UINT64_MAX - 2, 1 },
		{ UINT64_MAX, 1 },
	};
	up();
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct msg m = make_text(i, cases[i].seq);
		give(&b, &m);
		assert_int_equal(b.texts, i + 1);
		assert_int_equal(b.missing, cases[i].missing);
	}
}

static void
numbers_go_on_over_restarts(void **state)
{
	(void)state;
	struct chat_packet packet;
	struct msg m;
	up();
	say(&a, 10);
	say(&a, 10);
	for (uint64_t i = 1; i <= 2; i++) {
		assert_true(chat_output(a.chat, &packet));
		assert_int_equal(msg_decode(packet.bytes, packet.size, &m), 0);
		assert_true(m.post.seq == (UINT64_C(7) << 32 | i));
	}
	/* The last epoch there is. */
	chat_free(a.chat);
	a.chat = chat_new(&a.rng, UINT32_MAX);
	up();
	say(&a, 10);
	assert_true(chat_output(a.chat, &packet));
	assert_int_equal(msg_decode(packet.bytes, packet.size, &m), 0);
	assert_true(m.post.seq == (UINT64_C(0xffffffff) << 32 | 1));
}

/* Somebody who speaks another protocol: no bytes of ours ever go out. */
static void
posts_go_one_by_one_while_the_peer_is_there(void **state)
{
	(void)state;
	struct chat_post one, two, none;
	struct msg_id ids[] = { say(&a, 5), say(&a, 6) };
	assert_false(chat_next_post(a.chat, &one));
	chat_session_up(a.chat);
	assert_true(chat_next_post(a.chat, &one));
	assert_true(chat_next_post(a.chat, &two));
	assert_false(chat_next_post(a.chat, &none));
	assert_true(msg_id_equal(&one.id, &ids[0]));
	assert_int_equal(two.size, 6);
	assert_memory_equal(two.text, text, 6);
	/* Held until it is stored. */
	struct chat_post post = a_post(7);
	assert_int_equal(chat_send(a.chat, &post), 0);
	assert_false(chat_next_post(a.chat, &none));
	assert_true(chat_answer(a.chat, &ids[1], true, &two));
	assert_false(chat_answer(a.chat, &ids[1], true, &two));
	assert_false(chat_answer(a.chat, &post.id, true, &none));
	assert_int_equal(chat_sent_seq(a.chat), two.seq);
	chat_session_down(a.chat);
	assert_false(chat_answer(a.chat, &ids[0], true, &one));
	assert_int_equal(chat_waiting(a.chat), 2);
	chat_session_up(a.chat);
	assert_true(chat_next_post(a.chat, &one));
	assert_true(msg_id_equal(&one.id, &ids[0]));
	assert_true(chat_answer(a.chat, &ids[0], false, &one));
	assert_int_equal(chat_waiting(a.chat), 1);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(texts_arrive_in_order_and_are_acknowledged),
		CASE(nothing_goes_without_a_session),
		CASE(what_cannot_be_sent_is_refused),
		CASE(t13_broken_sessions_lose_and_double_nothing),
		CASE(t52_what_comes_twice_is_shown_once_and_acknowledged_twice),
		CASE(t52_over_two_sessions_at_once),
		CASE(t52_what_is_stored_never_comes_again),
		CASE(t52_one_number_under_many_ids_is_shown_once),
		CASE(t53_forged_answers_are_ignored),
		CASE(an_acknowledgement_counts_once),
		CASE(an_acknowledgement_may_refuse),
		CASE(answers_may_come_in_any_order),
		CASE(the_flight_is_limited_by_number),
		CASE(the_flight_is_limited_by_bytes),
		CASE(the_queue_is_limited_by_number),
		CASE(the_queue_is_limited_by_bytes),
		CASE(many_answers_fill_several_batches),
		CASE(answers_that_do_not_fit_come_later),
		CASE(a_refusal_names_its_reason_again_and_again),
		CASE(what_cannot_be_understood_is_refused_with_a_code),
		CASE(nothing_answers_an_answer),
		CASE(missing_numbers_are_counted),
		CASE(numbers_go_on_over_restarts),
		CASE(posts_go_one_by_one_while_the_peer_is_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
