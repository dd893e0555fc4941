/* SPDX-License-Identifier: MIT */
/* Offers of files and their ends are posts like others; calls are not. */
#include "base/err.h"
#include "chat_kit.h"
#include "proto/chat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct chat_post
an_offer(void)
{
	return (struct chat_post){ .type = MSG_FILE,
		.sent_ms = now.wall_ms,
		.row = 4,
		.text = "photos",
		.size = 6,
		.file = {
		    .folder = true, .size = 12345, .files = 6, .mtime = 77 } };
}

static struct chat_post
an_end(const struct msg_id *target)
{
	return (struct chat_post){ .type = MSG_FILE_STOP,
		.sent_ms = now.wall_ms,
		.row = 5,
		.has_target = true,
		.target = *target,
		.end = FILE_END_REFUSED };
}

static void
send(struct side *s, struct chat_post *post)
{
	assert_int_equal(chat_send(s->chat, post), 0);
	chat_stored(s->chat, post->seq);
}

static void
offers_and_ends_are_delivered_once_and_in_order(void **state)
{
	(void)state;
	struct chat_post offer = an_offer();
	send(&a, &offer);
	struct chat_post stop = an_end(&offer.id);
	send(&a, &stop);
	say(&a, 3);
	/* Three sessions; the first two break before any answer. */
	for (int i = 0; i < 2; i++) {
		up();
		move(&a, &b, SIZE_MAX);
		down();
	}
	up();
	run();
	assert_int_equal(b.texts, 3);
	assert_int_equal(b.types[MSG_FILE], 1);
	assert_int_equal(b.types[MSG_FILE_STOP], 1);
	assert_int_equal(b.types[MSG_TEXT], 1);
	assert_true(msg_id_equal(&b.ids[0], &offer.id));
	assert_true(msg_id_equal(&b.ids[1], &stop.id));
	assert_int_equal(a.acked, 3);
	assert_int_equal(chat_waiting(a.chat), 0);
}

static void
an_offer_that_was_refused_is_made_again(void **state)
{
	(void)state;
	struct chat_post post = an_offer();
	b.refuse = true;
	up();
	send(&a, &post);
	struct msg_id id = post.id;
	uint64_t seq = post.seq;
	assert_true(chat_has(a.chat, &id) && chat_offers(a.chat));
	assert_int_equal(chat_send_again(a.chat, &post), ERR_LIMIT);
	run();
	assert_int_equal(a.refused, 1);
	assert_false(chat_has(a.chat, &id) || chat_offers(a.chat));
	b.refuse = false;
	say(&a, 10);
	run();
	assert_int_equal(chat_send_again(a.chat, &post), 0);
	assert_true(msg_id_equal(&post.id, &id) && post.seq > seq);
	assert_true(chat_has(a.chat, &id) && chat_offers(a.chat));
	/* Not before it is stored. */
	run();
	assert_int_equal(b.types[MSG_FILE], 1);
	chat_stored(a.chat, post.seq);
	move(&a, &b, 1);
	assert_int_equal(b.types[MSG_FILE], 2);
	assert_int_equal(b.missing, 0);
	/* It is answered as it was the last time, whatever was said before. */
	down();
	up();
	run();
	assert_int_equal(b.types[MSG_FILE], 2);
	assert_int_equal(a.refused, 1);
	assert_int_equal(a.acked, 2);
}

static void
what_waits_may_be_an_offer(void **state)
{
	(void)state;
	struct chat_post post = an_offer();
	send(&a, &post);
	assert_true(chat_has(a.chat, &post.id) && chat_offers(a.chat));
	assert_true(chat_withdraw(a.chat, &post.id));
	assert_false(chat_has(a.chat, &post.id) || chat_offers(a.chat));
	struct msg_id id = say(&a, 10);
	assert_true(chat_has(a.chat, &id));
	assert_false(chat_offers(a.chat));
	send(&a, &post);
	chat_forget(a.chat);
	assert_false(chat_offers(a.chat));
}

static void
what_is_offered_comes_through(void **state)
{
	(void)state;
	struct chat_post offer = an_offer();
	struct chat_packet packet;
	struct chat_event ev;
	struct msg m;
	send(&a, &offer);
	struct chat_post stop = an_end(&offer.id);
	send(&a, &stop);
	chat_session_up(a.chat);
	assert_true(chat_output(a.chat, &packet)); /* the status */
	assert_true(chat_output(a.chat, &packet));
	assert_int_equal(packet.type, MSG_FILE);
	assert_int_equal(packet.row, 4);
	assert_int_equal(msg_decode(packet.bytes, packet.size, &m), 0);
	chat_input(b.chat, packet.bytes, packet.size);
	assert_true(chat_event(b.chat, &ev));
	assert_int_equal(ev.kind, CHAT_POST);
	assert_int_equal(ev.type, MSG_FILE);
	assert_true(ev.post.file.folder);
	assert_int_equal(ev.post.file.size, 12345);
	assert_int_equal(ev.post.file.files, 6);
	assert_int_equal(ev.post.file.mtime, 77);
	assert_true(chat_output(a.chat, &packet));
	chat_input(b.chat, packet.bytes, packet.size);
	assert_true(chat_event(b.chat, &ev));
	assert_int_equal(ev.type, MSG_FILE_STOP);
	assert_int_equal(ev.post.end, FILE_END_REFUSED);
	assert_true(msg_id_equal(&ev.post.target, &offer.id));
}

static void
they_survive_a_restart(void **state)
{
	(void)state;
	struct chat_post offer = an_offer();
	send(&a, &offer);
	struct chat_post stop = an_end(&offer.id);
	send(&a, &stop);
	chat_free(a.chat);
	a.chat = chat_new(&a.rng, 8);
	assert_int_equal(chat_restore(a.chat, &offer), 0);
	assert_int_equal(chat_restore(a.chat, &stop), 0);
	up();
	run();
	assert_int_equal(b.types[MSG_FILE], 1);
	assert_int_equal(b.types[MSG_FILE_STOP], 1);
	assert_int_equal(a.acked, 2);
}

static void
what_cannot_be_offered_is_refused(void **state)
{
	(void)state;
	struct chat_post p = an_offer();
	p.size = 0;
	assert_int_equal(chat_send(a.chat, &p), ERR_LIMIT);
	p = an_offer();
	p.text = text;
	p.size = FILE_NAME_MAX + 1;
	assert_int_equal(chat_send(a.chat, &p), ERR_LIMIT);
	p = an_offer();
	p.file.size = UINT64_C(1) << 63;
	assert_int_equal(chat_send(a.chat, &p), ERR_LIMIT);
	p = an_end(&p.id);
	p.has_target = false;
	assert_int_equal(chat_send(a.chat, &p), ERR_LIMIT);
	/* The longest that can be fits what is reserved for it. */
	p = an_offer();
	p.text = text;
	p.size = FILE_NAME_MAX;
	p.file = (struct msg_file){ true, INT64_MAX, UINT32_MAX, INT64_MIN };
	send(&a, &p);
	up();
	run();
	assert_int_equal(b.types[MSG_FILE], 1);
}

/* The ids of the calls that b hears; returns how many. */
static size_t
calls(struct msg_id *ids)
{
	struct chat_packet packet;
	struct chat_event ev;
	size_t n = 0;

	while (chat_output(a.chat, &packet)) {
		chat_input(b.chat, packet.bytes, packet.size);
		while (chat_event(b.chat, &ev)) {
			if (ev.kind == CHAT_FILE_CALL)
				ids[n++] = ev.id;
		}
	}
	return n;
}

static void
a_call_is_for_the_session_that_is_up(void **state)
{
	(void)state;
	struct msg_id ids[CHAT_CALLS_MAX + 1], id = { { 1 } };
	chat_file_call(a.chat, &id);
	up();
	assert_int_equal(calls(ids), 0);
	chat_file_call(a.chat, &id);
	chat_file_call(a.chat, &id);
	assert_int_equal(calls(ids), 1);
	assert_true(msg_id_equal(&ids[0], &id));
	chat_file_call(a.chat, &id);
	down();
	up();
	assert_int_equal(calls(ids), 0);
}

static void
so_many_calls_wait_and_no_more(void **state)
{
	(void)state;
	struct msg_id ids[CHAT_CALLS_MAX + 1];
	up();
	for (unsigned i = 0; i < 1000; i++) {
		struct msg_id id = { { (uint8_t)i, (uint8_t)(i >> 8), 1 } };
		chat_file_call(a.chat, &id);
	}
	assert_int_equal(calls(ids), CHAT_CALLS_MAX);
}

/* It means something on a connection of its own alone. */
static void
an_attach_in_a_chat_is_nothing(void **state)
{
	(void)state;
	struct msg m = { .type = MSG_FILE_ATTACH,
		.ref = { .target = { { 1 } } } };
	struct chat_packet packet;
	up();
	give(&b, &m);
	assert_false(chat_output(b.chat, &packet));
	assert_int_equal(b.texts, 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(offers_and_ends_are_delivered_once_and_in_order),
		CASE(an_offer_that_was_refused_is_made_again),
		CASE(what_waits_may_be_an_offer),
		CASE(what_is_offered_comes_through),
		CASE(they_survive_a_restart),
		CASE(what_cannot_be_offered_is_refused),
		CASE(a_call_is_for_the_session_that_is_up),
		CASE(so_many_calls_wait_and_no_more),
		CASE(an_attach_in_a_chat_is_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
