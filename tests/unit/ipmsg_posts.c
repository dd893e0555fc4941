/* SPDX-License-Identifier: MIT */
/*
 * Texts of ours: sent again until acknowledged, in order, sealed, with files,
 * and refused where they cannot be sent.
 */
#include "base/err.h"
#include "base/mem.h"
#include "ipmsg_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct kit_machine *me;
static struct addr bob, alice;

static int
setup(void **state)
{
	(void)state;
	me = kit_machine_new(1);
	bob = kit_host(2);
	alice = kit_host(3);
	kit_start(me);
	/* Who answered us has credit for what follows. */
	ipmsg_probe(me->m, kit_time(me), &bob);
	ipmsg_probe(me->m, kit_time(me), &alice);
	kit_hear_text(me, &bob, "1:1:bob:host3:90177539:Bob|Dev");
	kit_hear_text(me, &alice, "1:1:alice:host1:90177539:Alice|Dev");
	kit_run(me, me->now_ms + 3000);
	kit_forget(me);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	kit_machine_free(me);
	return 0;
}

/* Their RECVMSG for the datagram that is given. */
static void
acknowledge(const struct addr *from, const char *who, const struct kit_out *out)
{
	char text[128];

	snprintf(text, sizeof(text), "1:99:%s:33:%llu", who,
	    (unsigned long long)out->packet.number);
	kit_hear_text(me, from, text);
}

static void
ours_is_sealed_and_they_open_it(void **state)
{
	struct ipmsg_message message = {
		.id = kit_id(7),
		.utf8 = "for your eyes",
		.size = 13,
		.sealed = true,
		.locked = true,
	};
	char text[64];
	uint64_t number;

	(void)state;
	assert_int_equal(
	    ipmsg_say(me->m, kit_time(me), "bob@host3", &message, &number), 0);
	kit_pull(me);
	const struct kit_out *out = kit_sent(me, IPMSG_SENDMSG, 0);
	assert_int_equal(out->packet.options & 0x00108300, 0x00108300);
	assert_int_equal(out->packet.number, number);
	/* The acknowledgement is lost: who opened it has it. */
	snprintf(text, sizeof(text), "1:1700000016:bob:host3:1048624:%llu",
	    (unsigned long long)number);
	kit_hear_text(me, &alice, "1:9:alice:host1:1048624:1700000015");
	assert_null(kit_told(me, IPMSG_ANSWERED));
	kit_hear_text(me, &bob, text);
	assert_int_equal(me->event_count, 2);
	assert_int_equal(me->events[0].e.answer, IPMSG_DELIVERED);
	assert_int_equal(me->events[1].e.answer, IPMSG_READ);
	assert_true(msg_id_equal(&me->events[1].e.answered, &message.id));
	out = kit_sent(me, IPMSG_ANSREADMSG, 0);
	out = &me->out[me->outs - 1];
	assert_int_equal(out->packet.command, IPMSG_ANSREADMSG);
	assert_true(kit_body_is(out, "1700000016"));
	/* The notice again: confirmed again, told once. */
	kit_hear_text(me, &bob, text);
	assert_int_equal(me->event_count, 2);
	assert_int_equal(kit_count_sent(me, IPMSG_ANSREADMSG), 3);
}

static void
the_ladder_has_identical_bytes(void **state)
{
	static const int64_t at_ms[] = { 0, 750, 1500, 3000, 6000, 12000 };
	int64_t began = me->now_ms;

	(void)state;
	assert_int_equal(kit_say(me, "bob@host3", 1, "hello"), 0);
	for (size_t i = 0; i < 6; i++) {
		if (at_ms[i] > 0)
			kit_run(me, began + at_ms[i] - 1);
		assert_int_equal(
		    kit_count_sent(me, IPMSG_SENDMSG), i > 0 ? i : 1);
		kit_run(me, began + at_ms[i]);
		assert_int_equal(kit_count_sent(me, IPMSG_SENDMSG), i + 1);
		assert_int_equal(me->out[i].size, me->out[0].size);
		assert_memory_equal(
		    me->out[i].bytes, me->out[0].bytes, me->out[0].size);
	}
	assert_null(kit_told(me, IPMSG_ANSWERED));
	kit_run(me, began + 15000);
	assert_int_equal(kit_told(me, IPMSG_ANSWERED)->e.answer, IPMSG_WAITING);
	/* It is asked whether it is there. */
	assert_int_equal(kit_count_sent(me, IPMSG_BR_ENTRY), 1);
	kit_run(me, began + 60000);
	assert_int_equal(kit_count_sent(me, IPMSG_SENDMSG), 6);
	assert_int_equal(kit_count_told(me, IPMSG_GONE), 1);
	/* And when it shows, the same bytes go again. */
	kit_hear_text(me, &bob, "1:5:bob:host3:90177537:Bob");
	const struct kit_out *last = kit_sent(me, IPMSG_SENDMSG, 6);
	assert_int_equal(kit_count_sent(me, IPMSG_SENDMSG), 7);
	assert_memory_equal(last->bytes, me->out[0].bytes, last->size);
	acknowledge(&bob, "bob:host3", last);
	assert_int_equal(
	    me->events[me->event_count - 1].e.answer, IPMSG_DELIVERED);
	kit_run(me, me->now_ms + 60000);
	assert_int_equal(kit_count_sent(me, IPMSG_SENDMSG), 7);
}

static void
an_ack_counts_from_whom_it_was_sent_to(void **state)
{
	(void)state;
	kit_say(me, "bob@host3", 1, "hello");
	const struct kit_out *out = kit_sent(me, IPMSG_SENDMSG, 0);
	acknowledge(&alice, "alice:host1", out);
	kit_hear_text(me, &bob, "1:9:bob:host3:33:12345");
	kit_hear_text(me, &bob, "1:9:bob:host3:33:");
	assert_null(kit_told(me, IPMSG_ANSWERED));
	acknowledge(&bob, "BOB:Host3", out);
	assert_int_equal(
	    kit_told(me, IPMSG_ANSWERED)->e.answer, IPMSG_DELIVERED);
	acknowledge(&bob, "bob:host3", out);
	assert_int_equal(kit_count_told(me, IPMSG_ANSWERED), 1);
}

static void
acks_of_iptux_and_feiq_count(void **state)
{
	struct addr zhang = kit_host(4);
	char text[128];

	(void)state;
	kit_hear_text(me, &zhang,
	    "1_lbt6_0#128#001122334455#0#0#0#4001#9:4:zhang:PC-1:6291459:Z");
	kit_say(me, "zhang@PC-1", 1, "hello");
	snprintf(text, sizeof(text),
	    "1_lbt6_0#128#001122334455#0#0#0#4001#9:"
	    "5:zhang:PC-1:120:%llu\x05garbage",
	    (unsigned long long)kit_sent(me, IPMSG_SENDMSG, 0)->packet.number);
	kit_hear_text(me, &zhang, text);
	assert_int_equal(kit_count_told(me, IPMSG_ANSWERED), 1);
	kit_forget(me);
	kit_say(me, "bob@host3", 2, "hello");
	snprintf(text, sizeof(text), "1_iptux 0.9.4:7:bob:host3:289:%llu",
	    (unsigned long long)kit_sent(me, IPMSG_SENDMSG, 0)->packet.number);
	kit_hear_text(me, &bob, text);
	assert_int_equal(kit_count_told(me, IPMSG_ANSWERED), 1);
}

static void
texts_go_in_order_one_after_the_other(void **state)
{
	uint64_t last = 0;

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(kit_say(me, "bob@host3", i, "x"), 0);
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(kit_count_sent(me, IPMSG_SENDMSG), 1);
		struct kit_out out = me->out[me->outs - 1];
		assert_true(out.packet.number > last);
		assert_true(out.packet.number < 0x80000000);
		last = out.packet.number;
		kit_forget(me);
		acknowledge(&bob, "bob:host3", &out);
		struct msg_id id = kit_id(i);
		assert_true(msg_id_equal(&me->events[0].e.answered, &id));
	}
	assert_int_equal(kit_count_sent(me, IPMSG_SENDMSG), 0);
}

static void
an_id_that_waits_is_not_sent_twice(void **state)
{
	(void)state;
	kit_say(me, "bob@host3", 1, "x");
	assert_int_equal(kit_say(me, "bob@host3", 1, "x"), 0);
	acknowledge(&bob, "bob:host3", kit_sent(me, IPMSG_SENDMSG, 0));
	kit_run(me, me->now_ms + 60000);
	assert_int_equal(kit_count_sent(me, IPMSG_SENDMSG), 1);
}

static void
what_is_held_goes_when_it_is_handed_over_again(void **state)
{
	(void)state;
	kit_say(me, "bob@host3", 1, "one");
	kit_say(me, "bob@host3", 2, "two");
	kit_say(me, "bob@host3", 3, "three");
	struct kit_out one = me->out[0];
	kit_hear_text(me, &bob, "1:9:bob:host3:2:");
	ipmsg_hold(me->m, kit_time(me), "bob@host3");
	kit_forget(me);
	kit_run(me, me->now_ms + 60000);
	kit_hear_text(me, &bob, "1:10:bob:host3:90177537:Bob");
	kit_run(me, me->now_ms + 1000);
	assert_int_equal(kit_count_sent(me, IPMSG_SENDMSG), 0);
	/* The second one was cancelled. */
	kit_say(me, "bob@host3", 1, "one");
	kit_say(me, "bob@host3", 3, "three");
	const struct kit_out *out = kit_sent(me, IPMSG_SENDMSG, 0);
	assert_memory_equal(out->bytes, one.bytes, one.size);
	acknowledge(&bob, "bob:host3", out);
	out = &me->out[me->outs - 1];
	assert_true(kit_body_is(out, "three"));
	acknowledge(&bob, "bob:host3", out);
	kit_run(me, me->now_ms + 60000);
	assert_int_equal(kit_count_sent(me, IPMSG_SENDMSG), 2);
	assert_int_equal(kit_count_told(me, IPMSG_ANSWERED), 2);
	/* An offer goes on. */
	struct ipmsg_file file = { .type = IPMSG_FILE_REGULAR,
		.name = "f",
		.name_size = 1,
		.size = 1,
		.clipboard = -1 };
	struct ipmsg_message offer = { .id = kit_id(9),
		.utf8 = "",
		.size = 0,
		.files = &file,
		.file_count = 1 };
	kit_forget(me);
	kit_say(me, "bob@host3", 8, "held");
	ipmsg_say(me->m, kit_time(me), "bob@host3", &offer, NULL);
	ipmsg_hold(me->m, kit_time(me), "bob@host3");
	kit_hear_text(me, &bob, "1:11:bob:host3:90177540:Bob");
	kit_run(me, me->now_ms + 6000);
	kit_hear_text(me, &bob, "1:12:bob:host3:90177540:Bob");
	out = &me->out[me->outs - 1];
	assert_true(out->packet.options & IPMSG_FILEATTACH);
	acknowledge(&bob, "bob:host3", out);
	kit_run(me, me->now_ms + 60000);
	assert_true(me->out[me->outs - 1].packet.command != IPMSG_SENDMSG ||
		    me->out[me->outs - 1].packet.options & IPMSG_FILEATTACH);
	/* All were cancelled, and another is written. */
	kit_forget(me);
	kit_say(me, "bob@host3", 4, "four");
	ipmsg_hold(me->m, kit_time(me), "bob@host3");
	kit_say(me, "bob@host3", 5, "five");
	assert_true(kit_body_is(&me->out[1], "five"));
	kit_run(me, me->now_ms + 60000);
	assert_true(kit_body_is(&me->out[2], "five"));
}

static void
an_iptux_is_told_that_numbers_begin_anew(void **state)
{
	(void)state;
	kit_hear_text(me, &bob, "1_iptux 0.8.3:5:bob:host3:259:Bob|x|i|utf-8");
	kit_run(me, me->now_ms + 5000);
	kit_forget(me);
	kit_say(me, "bob@host3", 1, "one");
	/* A shout in between has a higher number. */
	assert_int_equal(ipmsg_shout(me->m, kit_time(me), "hey", 3), 0);
	kit_pull(me);
	assert_int_equal(me->outs, 2);
	kit_forget(me);
	kit_run(me, me->now_ms + 750);
	assert_int_equal(me->outs, 2);
	assert_int_equal(me->out[0].packet.command, IPMSG_BR_ENTRY);
	assert_true(addr_equal(&me->out[0].to, &bob));
	assert_true(kit_body_is(&me->out[1], "one"));
}

/* To an iptux a text of somebody it was not told of is from nobody it knows. */
static void
an_answer_to_an_entry_goes_before_a_text(void **state)
{
	struct addr tux = kit_host(9);

	(void)state;
	kit_hear_text(me, &tux, "1_iptux 0.8.3:1:t:tux:257:T|x|i|utf-8");
	assert_int_equal(kit_count_sent(me, IPMSG_ANSENTRY), 1);
	kit_hear_text(me, &tux, "1_iptux 0.8.3:2:t:tux:65538:");
	kit_forget(me);
	/* Back so soon that another answer has to wait. */
	kit_run(me, me->now_ms + 100);
	kit_hear_text(me, &tux, "1_iptux 0.8.3:1:t:tux:257:T|x|i|utf-8");
	assert_int_equal(kit_count_sent(me, IPMSG_ANSENTRY), 0);
	assert_int_equal(kit_say(me, "t@tux", 1, "are you back"), 0);
	assert_int_equal(me->outs, 2);
	assert_int_equal(me->out[0].packet.command, IPMSG_ANSENTRY);
	assert_true(addr_equal(&me->out[0].to, &tux));
	assert_int_equal(me->out[1].packet.command, IPMSG_SENDMSG);
	/* That was the answer. */
	acknowledge(&tux, "t:tux", &me->out[1]);
	kit_run(me, me->now_ms + 5000);
	assert_int_equal(kit_count_sent(me, IPMSG_ANSENTRY), 1);
}

static void
our_offer_is_part_of_a_text(void **state)
{
	struct ipmsg_file file = {
		.id = 0,
		.type = IPMSG_FILE_REGULAR,
		.name = "a:b.bin",
		.name_size = 7,
		.size = UINT64_C(4886718345),
		.mtime = 0x6553f102,
		.clipboard = -1,
	};
	struct ipmsg_message message = {
		.id = kit_id(1),
		.utf8 = "see",
		.size = 3,
		.files = &file,
		.file_count = 1,
	};
	uint64_t number;

	(void)state;
	assert_int_equal(
	    ipmsg_say(me->m, kit_time(me), "bob@host3", &message, &number), 0);
	kit_pull(me);
	const struct kit_out *out = kit_sent(me, IPMSG_SENDMSG, 0);
	assert_true(out->packet.options & IPMSG_FILEATTACH);
	assert_true(kit_body_is(out, "see"));
	struct ipmsg_packet packet = out->packet;
	struct ipmsg_file_reader r = ipmsg_files_read(packet.ext);
	struct ipmsg_file got;
	assert_int_equal(ipmsg_file_next(&r, &got), 1);
	assert_string_equal((const char *)got.name, "a:b.bin");
	assert_int_equal(got.size, file.size);
	/* An iptux drops what has a colon in its name. */
	struct addr tux = kit_host(9);
	kit_hear_text(me, &tux, "1_iptux 0.8.3:1:t:tux:257:T|x|i|utf-8");
	message.id = kit_id(2);
	assert_int_equal(
	    ipmsg_say(me->m, kit_time(me), "t@tux", &message, NULL), 0);
	kit_pull(me);
	packet = me->out[me->outs - 1].packet;
	r = ipmsg_files_read(packet.ext);
	assert_int_equal(ipmsg_file_next(&r, &got), 1);
	assert_string_equal((const char *)got.name, "a;b.bin");
	/* Who fetches it has it. */
	ipmsg_fetched(me->m, kit_time(me), &alice, number);
	kit_pull(me);
	assert_null(kit_told(me, IPMSG_ANSWERED));
	ipmsg_fetched(me->m, kit_time(me), &bob, number);
	kit_pull(me);
	assert_int_equal(
	    kit_told(me, IPMSG_ANSWERED)->e.answer, IPMSG_DELIVERED);
	/* Who takes none is offered none. */
	kit_hear_text(me, &alice, "1:5:alice:host1:16777219:Alice");
	assert_int_equal(
	    ipmsg_say(me->m, kit_time(me), "alice@host1", &message, NULL),
	    ERR_UNSUPPORTED);
}

static void
what_cannot_be_encoded_is_refused(void **state)
{
	struct ipmsg_message message = {
		.id = kit_id(1),
		.utf8 = "hi \xf0\x9f\x8e\x89!",
		.size = 8,
	};
	struct addr yamada = kit_host(5);
	size_t at = 0;

	(void)state;
	kit_hear_text(me, &yamada,
	    "1:3:yamada:host2:3:\x8eR\x93"
	    "c|\x8aJ\x94\xad");
	assert_int_equal(
	    ipmsg_check(me->m, "yamada@host2", &message, &at), ERR_FORMAT);
	assert_int_equal(at, 3);
	assert_int_equal(
	    ipmsg_say(me->m, kit_time(me), "yamada@host2", &message, NULL),
	    ERR_FORMAT);
	kit_pull(me);
	assert_int_equal(kit_count_sent(me, IPMSG_SENDMSG), 0);
	assert_int_equal(ipmsg_check(me->m, "bob@host3", &message, &at), 0);
	assert_int_equal(
	    ipmsg_check(me->m, "nobody@x", &message, &at), ERR_NOT_FOUND);
	message.utf8 = "a\0b";
	message.size = 3;
	assert_int_equal(
	    ipmsg_check(me->m, "bob@host3", &message, &at), ERR_FORMAT);
	assert_int_equal(at, 1);
}

static void
what_is_too_long_is_refused(void **state)
{
	struct ipmsg_message message = { .id = kit_id(1) };
	struct addr tux = kit_host(9);
	size_t n = 40000, at;
	char *text = xmalloc(n);

	(void)state;
	memset(text, 'x', n);
	message.utf8 = text;
	kit_hear_text(me, &tux, "1_iptux 0.8.3:1:t:tux:257:T|x|i|utf-8");
	kit_hear_text(me, &bob, "1:2:bob:host3:90177539:Bob|||VS:00010001:4");
	message.size = IPMSG_TEXT_SMALL_MAX;
	assert_int_equal(ipmsg_check(me->m, "t@tux", &message, &at), 0);
	message.size++;
	assert_int_equal(ipmsg_check(me->m, "t@tux", &message, &at), ERR_LIMIT);
	assert_int_equal(at, IPMSG_TEXT_SMALL_MAX);
	for (size_t i = 0; i + 3 <= n; i += 3)
		memcpy(text + i, "中", 3);
	message.size = 12000;
	assert_int_equal(ipmsg_check(me->m, "t@tux", &message, &at), ERR_LIMIT);
	assert_in_range(at, IPMSG_TEXT_SMALL_MAX - 2, IPMSG_TEXT_SMALL_MAX);
	assert_int_equal(at % 3, 0);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(ours_is_sealed_and_they_open_it),
		TEST(the_ladder_has_identical_bytes),
		TEST(an_ack_counts_from_whom_it_was_sent_to),
		TEST(acks_of_iptux_and_feiq_count),
		TEST(texts_go_in_order_one_after_the_other),
		TEST(an_id_that_waits_is_not_sent_twice),
		TEST(what_is_held_goes_when_it_is_handed_over_again),
		TEST(an_iptux_is_told_that_numbers_begin_anew),
		TEST(an_answer_to_an_entry_goes_before_a_text),
		TEST(our_offer_is_part_of_a_text),
		TEST(what_cannot_be_encoded_is_refused),
		TEST(what_is_too_long_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
