/* SPDX-License-Identifier: MIT */
/*
 * What goes beside the texts and is never asked for again: typing and status.
 */
#include "chat_kit.h"
#include "proto/chat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
typing_is_told_once_in_three_seconds(void **state)
{
	(void)state;
	unsigned on = 0;
	struct chat_packet packet;
	struct msg m;
	up();
	/* Ten seconds of typing and stopping, ten times each. */
	for (int i = 0; i < 100; i++) {
		chat_typing(a.chat, now, i % 10 < 5);
		now.mono_ms += 100;
		while (chat_output(a.chat, &packet)) {
			msg_decode(packet.bytes, packet.size, &m);
			assert_int_equal(m.type, MSG_TYPING);
			on += m.typing.on;
		}
	}
	assert_in_range(on, 3, 4);
}

static void
typing_is_for_the_session_that_is_up(void **state)
{
	(void)state;
	struct chat_packet packet;
	chat_typing(a.chat, now, true);
	up();
	assert_false(chat_output(a.chat, &packet));
	chat_typing(a.chat, now, false);
	assert_false(chat_output(a.chat, &packet));
	chat_typing(a.chat, now, true);
	run();
	assert_true(b.typing);
	chat_typing(a.chat, now, false);
	chat_typing(a.chat, now, false);
	run();
	assert_false(b.typing);
	assert_int_equal(b.typings, 2);
	/* Not kept for later. */
	now.mono_ms += CHAT_TYPING_AGAIN_MS;
	chat_typing(a.chat, now, true);
	down();
	up();
	assert_false(chat_output(a.chat, &packet));
}

static void
status_is_told_on_change_and_to_each_session(void **state)
{
	(void)state;

	chat_status(a.chat, true, "lunch");
	up();
	run();
	assert_int_equal(b.statuses, 1);
	assert_true(b.away);
	chat_status(a.chat, true, "lunch");
	run();
	assert_int_equal(b.statuses, 1);
	chat_status(a.chat, true, "tea");
	chat_status(a.chat, false, "");
	run();
	assert_int_equal(b.statuses, 2);
	assert_false(b.away);
	chat_status(a.chat, true, "");
	run();
	down();
	up();
	run();
	assert_int_equal(b.statuses, 4);
	/* Back while nothing was up: the next session must hear of it. */
	down();
	chat_status(a.chat, false, "");
	up();
	run();
	assert_int_equal(b.statuses, 5);
	assert_false(b.away);
}

/* Who was away, ended and came back plain is not away for ever. */
static void
a_plain_status_is_told_too(void **state)
{
	(void)state;

	chat_status(a.chat, true, "lunch");
	up();
	run();
	assert_true(b.away);
	down();
	chat_free(a.chat);
	a.chat = chat_new(&a.rng, 8);
	up();
	run();
	assert_false(b.away);
}

static void
the_longest_status_fits(void **state)
{
	(void)state;
	char status[STATUS_BYTES_MAX + 1];
	memset(status, 's', STATUS_BYTES_MAX);
	status[STATUS_BYTES_MAX] = '\0';
	chat_status(a.chat, true, status);
	up();
	run();
	assert_true(b.away);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(typing_is_told_once_in_three_seconds),
		CASE(typing_is_for_the_session_that_is_up),
		CASE(status_is_told_on_change_and_to_each_session),
		CASE(a_plain_status_is_told_too),
		CASE(the_longest_status_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
