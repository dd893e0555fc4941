/* SPDX-License-Identifier: MIT */
/*
 * Offers that are refused since too many wait for an answer: whoever made them
 * loses none, and makes them again by himself, and not often.
 */
#include "core/transfer.h"
#include "files_kit.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ANA, BOB, EVE };
enum { SECOND_MS = 1000, MINUTE_MS = 60000, AGAIN_MS = 61000 };

static struct fkit k;

static int
begin(void **state)
{
	(void)state;
	fkit_init(&k);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	fkit_clear(&k);
	return 0;
}

static const struct model *
model(unsigned node)
{
	return engine_model(k.nodes[node].engine);
}

static size_t
count_in(unsigned node, enum transfer_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < model(node)->transfer_count; i++)
		count += model(node)->transfers[i]->state == state;
	return count;
}

static size_t
count_waiting(unsigned node)
{
	size_t count = 0;

	for (size_t i = 0; i < model(node)->transfer_count; i++) {
		const struct transfer *t = model(node)->transfers[i];
		count += t->state == TRANSFER_OFFERED && t->reason != NULL;
	}
	return count;
}

static uint64_t
refusals(void)
{
	return model(BOB)->offers_refused;
}

/* f1, f2 … with /send of so many at once. */
static void
send_files(unsigned count)
{
	char paths[TRANSFER_PATHS_MAX * 16] = "";
	size_t size = 0;

	for (unsigned i = 1; i <= count; i++)
		size += (size_t)snprintf(
		    paths + size, sizeof(paths) - size, "/home/ana/%u\n", i);
	fkit_send(&k, ANA, BOB, paths);
}

/* Bob, to whom ana is new, has three of five, and she knows of it. */
static void
send_five(void)
{
	send_files(5);
	assert_int_equal(count_in(BOB, TRANSFER_OFFERED), 3);
	assert_int_equal(count_in(ANA, TRANSFER_OFFERED), 5);
	assert_int_equal(count_waiting(ANA), 2);
	assert_int_equal(refusals(), 2);
}

static void
all_five_are_there(void)
{
	assert_int_equal(model(BOB)->transfer_count, 5);
	assert_int_equal(count_in(ANA, TRANSFER_OFFERED), 5);
	assert_int_equal(count_waiting(ANA), 0);
	for (uint32_t i = 1; i <= 5; i++) {
		char name[2] = { (char)('0' + i), '\0' };
		assert_string_equal(fkit_get(&k, BOB, i)->name, name);
		assert_int_equal(fkit_state(&k, BOB, i), TRANSFER_OFFERED);
	}
}

/* Each in ana's conversation is delivered, and bob misses none. */
static void
no_word_is_missing(size_t files)
{
	const struct conv *hers = model_conv_of(model(ANA), fkit_fp(&k, BOB));
	const struct conv *his = model_conv_of(model(BOB), fkit_fp(&k, ANA));
	size_t there = 0;

	for (uint64_t s = hers->first_serial; s < hers->next_serial; s++)
		assert_int_equal(
		    conv_message(hers, s)->delivery, DELIVERY_DELIVERED);
	for (uint64_t s = his->first_serial; s < his->next_serial; s++) {
		const struct message *m = conv_message(his, s);
		assert_int_equal(m->missing, 0);
		there += m->kind == MESSAGE_FILE;
	}
	assert_int_equal(there, files);
}

/* Of hers, that bob sees. */
static unsigned
count_texts(void)
{
	const struct conv *c = model_conv_of(model(BOB), fkit_fp(&k, ANA));
	unsigned count = 0;

	for (uint64_t s = c->first_serial; s < c->next_serial; s++)
		count += conv_message(c, s)->kind == MESSAGE_TEXT;
	return count;
}

static void
five_to_a_new_colleague(void **state)
{
	(void)state;
	int64_t sent_ms = k.now.wall_ms;
	send_five();
	const struct message *m = fkit_last(&k, ANA, BOB, MESSAGE_FILE);
	assert_int_equal(m->delivery, DELIVERY_QUEUED);
	fkit_pass(&k, MINUTE_MS);
	assert_int_equal(model(BOB)->transfer_count, 3);
	assert_int_equal(refusals(), 2);
	fkit_pass(&k, AGAIN_MS - MINUTE_MS);
	all_five_are_there();
	assert_int_equal(refusals(), 2);
	no_word_is_missing(5);
	/* It is told as what was said then. */
	assert_int_equal(
	    fkit_last(&k, BOB, ANA, MESSAGE_FILE)->sent_ms, sent_ms);
	for (uint32_t i = 1; i <= 5; i++) {
		fkit_do(&k, BOB, COMMAND_GET, i, NULL);
		fkit_finish(&k, ANA, i, BOB, i);
	}
	assert_int_equal(count_in(ANA, TRANSFER_DONE), 5);
	assert_int_equal(count_in(BOB, TRANSFER_DONE), 5);
}

/* Of each that he takes he asks once whether there is room for more. */
static void
what_is_taken_makes_room_at_once(void **state)
{
	(void)state;
	send_five();
	fkit_do(&k, BOB, COMMAND_GET, 1, NULL);
	fkit_pass(&k, 0);
	assert_int_equal(model(BOB)->transfer_count, 4);
	assert_int_equal(count_waiting(ANA), 1);
	assert_int_equal(refusals(), 3);
	fkit_do(&k, BOB, COMMAND_GET, 2, NULL);
	fkit_pass(&k, 0);
	assert_int_equal(model(BOB)->transfer_count, 5);
	assert_int_equal(count_waiting(ANA), 0);
	assert_int_equal(refusals(), 3);
	no_word_is_missing(5);
}

/* It makes none, in that minute; nor does the try put off the next. */
static void
what_is_refused_is_an_answer_too(void **state)
{
	(void)state;
	send_five();
	fkit_pass(&k, 50 * SECOND_MS);
	fkit_do(&k, BOB, COMMAND_REFUSE, 3, NULL);
	fkit_pass(&k, 0);
	assert_int_equal(refusals(), 3);
	assert_int_equal(model(BOB)->transfer_count, 3);
	fkit_pass(&k, AGAIN_MS - 50 * SECOND_MS);
	assert_int_equal(refusals(), 3);
	assert_int_equal(model(BOB)->transfer_count, 5);
	assert_int_equal(count_in(ANA, TRANSFER_REFUSED), 1);
	assert_int_equal(count_waiting(ANA), 0);
}

static void
texts_do_not_wait_for_it(void **state)
{
	(void)state;
	send_five();
	fkit_say(&k, ANA, BOB, "look at the third first");
	assert_string_equal(fkit_last(&k, BOB, ANA, MESSAGE_TEXT)->text,
	    "look at the third first");
	assert_int_equal(fkit_last(&k, ANA, BOB, MESSAGE_TEXT)->delivery,
	    DELIVERY_DELIVERED);
	fkit_pass(&k, AGAIN_MS);
	fkit_say(&k, ANA, BOB, "now all are there");
	all_five_are_there();
	no_word_is_missing(5);
}

static void
it_survives_a_restart_of_its_sender(void **state)
{
	(void)state;
	send_five();
	fkit_say(&k, ANA, BOB, "wait");
	fkit_kill(&k, ANA);
	fkit_start(&k, ANA);
	assert_int_equal(count_waiting(ANA), 2);
	/* She does not know how long ago it was. */
	fkit_pass(&k, 10 * SECOND_MS);
	assert_int_equal(refusals(), 3);
	assert_int_equal(model(BOB)->transfer_count, 3);
	fkit_pass(&k, AGAIN_MS);
	all_five_are_there();
	assert_int_equal(refusals(), 3);
}

/* He knows neither what he refused, nor that there was so much. */
static void
it_survives_a_restart_of_both(void **state)
{
	(void)state;
	send_five();
	fkit_say(&k, ANA, BOB, "wait");
	fkit_kill(&k, ANA);
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	fkit_start(&k, ANA);
	fkit_pass(&k, 10 * SECOND_MS);
	all_five_are_there();
	assert_int_equal(refusals(), 0);
}

/* It is on its way again, behind a text, when its sender dies. */
static void
it_survives_a_restart_on_its_way(void **state)
{
	(void)state;
	send_five();
	fkit_kill(&k, BOB);
	fkit_say(&k, ANA, BOB, "one");
	fkit_pass(&k, 2 * MINUTE_MS);
	fkit_say(&k, ANA, BOB, "two");
	fkit_kill(&k, ANA);
	fkit_start(&k, BOB);
	fkit_start(&k, ANA);
	fkit_pass(&k, MINUTE_MS);
	all_five_are_there();
	assert_int_equal(count_texts(), 2);
	assert_string_equal(fkit_last(&k, BOB, ANA, MESSAGE_TEXT)->text, "two");
}

/* He has seen both and could not say so: neither comes twice, though the file
 * is the older one in her history. */
static void
it_comes_once_after_a_restart_on_its_way(void **state)
{
	(void)state;
	send_five();
	k.nodes[BOB].full = true;
	fkit_say(&k, ANA, BOB, "one");
	fkit_pass(&k, AGAIN_MS);
	assert_int_equal(model(BOB)->transfer_count, 4);
	fkit_kill(&k, ANA);
	fkit_start(&k, ANA);
	fkit_pass(&k, 10 * SECOND_MS);
	k.nodes[BOB].full = false;
	fkit_pass(&k, AGAIN_MS);
	all_five_are_there();
	assert_int_equal(count_texts(), 1);
}

static void
it_can_be_cancelled(void **state)
{
	(void)state;
	send_five();
	fkit_do(&k, ANA, COMMAND_STOP, 5, NULL);
	assert_int_equal(fkit_state(&k, ANA, 5), TRANSFER_CANCELLED);
	const struct message *m = fkit_last(&k, ANA, BOB, MESSAGE_FILE);
	assert_int_equal(m->delivery, DELIVERY_FAILED);
	fkit_kill(&k, ANA);
	fkit_start(&k, ANA);
	fkit_pass(&k, 3 * MINUTE_MS);
	assert_int_equal(model(BOB)->transfer_count, 4);
	assert_string_equal(fkit_get(&k, BOB, 4)->name, "4");
	/* Nobody is told of the end of what he never had. */
	assert_int_equal(model(BOB)->revisions_ignored, 0);
}

/* While it is on its way, and both end before it arrived. */
static void
it_can_be_cancelled_on_its_way(void **state)
{
	(void)state;
	send_five();
	k.nodes[BOB].full = true;
	fkit_pass(&k, AGAIN_MS);
	fkit_do(&k, ANA, COMMAND_STOP, 4, NULL);
	assert_int_equal(fkit_state(&k, ANA, 4), TRANSFER_CANCELLED);
	fkit_kill(&k, ANA);
	fkit_kill(&k, BOB);
	k.nodes[BOB].full = false;
	fkit_start(&k, ANA);
	fkit_start(&k, BOB);
	fkit_pass(&k, 3 * MINUTE_MS);
	assert_int_equal(model(BOB)->transfer_count, 4);
	assert_string_equal(fkit_get(&k, BOB, 4)->name, "5");
	fkit_say(&k, ANA, BOB, "hello");
	assert_int_equal(fkit_last(&k, BOB, ANA, MESSAGE_TEXT)->missing, 0);
	assert_int_equal(fkit_last(&k, BOB, ANA, MESSAGE_FILE)->missing, 0);
}

static void
blocked_meanwhile(void **state)
{
	(void)state;
	struct command cmd = {
		.kind = COMMAND_BLOCK, .peer = *fkit_fp(&k, BOB), .on = true
	};
	send_five();
	fkit_command(&k, ANA, &cmd);
	assert_int_equal(count_in(ANA, TRANSFER_OFFERED), 0);
	fkit_pass(&k, 10 * MINUTE_MS);
	assert_int_equal(model(BOB)->transfer_count, 3);
}

/* 64 without an answer: what is beyond is asked for once a minute, all of them
 * together. */
static void
it_is_no_storm(void **state)
{
	(void)state;
	enum { SENT = 3 * TRANSFER_PATHS_MAX };
	fkit_say(&k, BOB, ANA, "send me all");
	for (int i = 0; i < 3; i++)
		send_files(TRANSFER_PATHS_MAX);
	assert_int_equal(model(BOB)->transfer_count, TRANSFERS_OFFERED_MAX);
	assert_int_equal(refusals(), SENT - TRANSFERS_OFFERED_MAX);
	assert_int_equal(count_waiting(ANA), SENT - TRANSFERS_OFFERED_MAX);
	for (int i = 1; i <= 60; i++) {
		fkit_pass(&k, AGAIN_MS);
		assert_int_equal(refusals(), SENT - TRANSFERS_OFFERED_MAX + i);
	}
	assert_int_equal(model(BOB)->transfer_count, TRANSFERS_OFFERED_MAX);
	uint64_t before = refusals();
	fkit_do(&k, BOB, COMMAND_REFUSE, 7, NULL);
	fkit_pass(&k, 0);
	assert_int_equal(model(BOB)->transfer_count, TRANSFERS_OFFERED_MAX + 1);
	assert_int_equal(refusals(), before + 1);
	/* He refuses the rest: all are asked about in the end. */
	for (uint32_t i = 1; i <= SENT; i++) {
		if (fkit_get(&k, BOB, i) == NULL)
			fkit_pass(&k, 2 * AGAIN_MS);
		fkit_do(&k, BOB, COMMAND_REFUSE, i, NULL);
	}
	assert_int_equal(count_in(BOB, TRANSFER_REFUSED), SENT);
	assert_int_equal(count_in(ANA, TRANSFER_REFUSED), SENT);
}

static void
what_cannot_be_stored_is_not_sent(void **state)
{
	(void)state;
	send_five();
	k.nodes[ANA].full = true;
	fkit_pass(&k, 3 * MINUTE_MS);
	assert_int_equal(model(BOB)->transfer_count, 3);
	assert_int_equal(count_waiting(ANA), 2);
	k.nodes[ANA].full = false;
	fkit_pass(&k, AGAIN_MS);
	all_five_are_there();
	no_word_is_missing(5);
}

/* He has it and cannot say so before the session is another one. */
static void
its_arrival_is_said_later(void **state)
{
	(void)state;
	send_five();
	k.nodes[BOB].full = true;
	fkit_pass(&k, AGAIN_MS);
	assert_int_equal(model(BOB)->transfer_count, 4);
	assert_int_equal(count_waiting(ANA), 2);
	fkit_cut(&k);
	fkit_pass(&k, 20 * SECOND_MS);
	assert_int_equal(refusals(), 2);
	k.nodes[BOB].full = false;
	fkit_pass(&k, 10 * SECOND_MS);
	all_five_are_there();
	assert_int_equal(refusals(), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
		TEST(five_to_a_new_colleague),
		TEST(what_is_taken_makes_room_at_once),
		TEST(what_is_refused_is_an_answer_too),
		TEST(texts_do_not_wait_for_it),
		TEST(it_survives_a_restart_of_its_sender),
		TEST(it_survives_a_restart_of_both),
		TEST(it_survives_a_restart_on_its_way),
		TEST(it_comes_once_after_a_restart_on_its_way),
		TEST(it_can_be_cancelled),
		TEST(it_can_be_cancelled_on_its_way),
		TEST(blocked_meanwhile),
		TEST(it_is_no_storm),
		TEST(what_cannot_be_stored_is_not_sent),
		TEST(its_arrival_is_said_later),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
