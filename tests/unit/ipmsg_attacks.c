/* SPDX-License-Identifier: MIT */
/*
 * What somebody on the network can do with forged datagrams: be answered with
 * more than he sent (T20), set machines upon each other (T21), and send what is
 * none of this dialect.
 */
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

static struct kit_machine *me, *you;

static int
setup(void **state)
{
	struct ipmsg_profile away = { "A name", "A group", true, "at lunch" };

	(void)state;
	me = kit_machine_new(1);
	you = kit_machine_new(2);
	ipmsg_profile(me->m, kit_time(me), &away);
	ipmsg_profile(you->m, kit_time(you), &away);
	ipmsg_set_answer(me->m, IPMSG_ANSWER_ALL);
	ipmsg_set_answer(you->m, IPMSG_ANSWER_ALL);
	kit_start(me);
	kit_start(you);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	kit_machine_free(me);
	kit_machine_free(you);
	return 0;
}

/* Everything that is ever answered. */
static const char *const questions[] = {
	":1:",
	":1:A",
	":16777217:Alice|Dev",
	":4:A",
	":3:A",
	":288:",
	":288:x",
	":1049376:sealed",
	":1048624:1700000000",
	":64:",
	":80:",
	":114:65920006",
	":24:",
	":18:0",
	":17:",
	":1056:x",
	":209:",
	":472:",
	":8224:away",
	":98:1:1:0",
	":19:    0\a    0\a",
	":252:sign",
};
enum { QUESTIONS = sizeof(questions) / sizeof(questions[0]), TEXT_MAX = 128 };

static void
question(
    char text[static TEXT_MAX], unsigned q, unsigned number, const char *who)
{
	snprintf(
	    text, TEXT_MAX, "1:%u:%s%s", number, who, questions[q % QUESTIONS]);
}

static void
t20_no_path_answers_with_more_than_came(void **state)
{
	size_t answered = 0;

	(void)state;
	for (unsigned q = 0; q < QUESTIONS; q++) {
		for (unsigned times = 1; times <= 40; times += 13) {
			struct addr from = kit_host(1000 + 100 * q + times);
			size_t came = 0;
			kit_forget(me);
			for (unsigned i = 0; i < times; i++) {
				char text[TEXT_MAX];
				question(text, q, 1000 + i, "a:b");
				kit_hear_text(me, &from, text);
				came += strlen(text) + 1;
				assert_true(kit_bytes_to(me, &from) <= came);
			}
			kit_run(me, me->now_ms + 30000);
			assert_true(kit_bytes_to(me, &from) <= came);
			answered += kit_bytes_to(me, &from) > 0;
		}
	}
	/* There are answers; else this proves nothing. */
	assert_true(answered > 10);
}

static void
t20_one_answer_in_2_s_beside_acknowledgements(void **state)
{
	struct addr from = kit_host(77);
	int64_t began = me->now_ms;

	(void)state;
	ipmsg_probe(me->m, kit_time(me), &from);
	kit_hear_text(me, &from, "1:1:a:b:3:A");
	kit_forget(me);
	while (me->now_ms < began + 60000) {
		for (unsigned q = 0; q < QUESTIONS; q++) {
			char text[TEXT_MAX];
			question(text, q, (unsigned)me->now_ms + q, "a:b");
			kit_hear_text(me, &from, text);
		}
		kit_run(me, me->now_ms + 500);
	}
	size_t acks = kit_count_sent(me, IPMSG_RECVMSG) +
		      kit_count_sent(me, IPMSG_ANSREADMSG);
	size_t broadcast = 0;
	for (size_t i = 0; i < me->outs; i++)
		broadcast += me->out[i].to_all;
	assert_true(acks > 100);
	assert_in_range(me->outs - acks - broadcast, 20, 31);
}

static void
t20_all_answers_together_have_a_rate(void **state)
{
	size_t answers = 0;

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		struct addr from = kit_host(100000 + i);
		char text[TEXT_MAX];
		kit_forget(me);
		snprintf(text, sizeof(text),
		    "1:%u:somebody:somewhere:1:A name that is long enough|"
		    "and a group that is long enough",
		    i + 1);
		kit_hear_text(me, &from, text);
		answers += kit_count_sent(me, IPMSG_ANSENTRY);
		if (i % 5 == 0) {
			kit_forget(me);
			kit_run(me, me->now_ms + 1);
			answers += kit_count_sent(me, IPMSG_ANSENTRY);
		}
	}
	/* 100 at once and 50 in a second. */
	assert_in_range(answers, 20, 151);
}

struct flight {
	struct kit_machine *to;
	struct addr from;
	size_t size;
	uint8_t bytes[KIT_BYTES_MAX];
};

enum { FLIGHTS_MAX = 4096 };
static struct flight flights[FLIGHTS_MAX];
static size_t flight_count;

/* What one says to the other's address arrives there. */
static void
carry(struct kit_machine *from, struct kit_machine *to)
{
	for (size_t i = 0; i < from->outs; i++) {
		const struct kit_out *out = &from->out[i];
		if (!out->to_all && !addr_same_host(&out->to, &to->addr))
			continue;
		assert_true(flight_count < FLIGHTS_MAX);
		struct flight *f = &flights[flight_count++];
		f->to = to;
		f->from = from->addr;
		f->size = out->size;
		memcpy(f->bytes, out->bytes, out->size);
	}
	kit_forget(from);
}

/* Goes on for so long; returns how many datagrams there were. */
static size_t
play(int64_t ms)
{
	int64_t until = me->now_ms + ms;
	size_t all = 0;

	while (me->now_ms < until) {
		carry(me, you);
		carry(you, me);
		size_t n = flight_count;
		all += n;
		for (size_t i = 0; i < n; i++)
			kit_hear(flights[i].to, &flights[i].from, false,
			    flights[i].bytes, flights[i].size);
		memmove(flights, flights + n,
		    (flight_count - n) * sizeof(flights[0]));
		flight_count -= n;
		kit_run(me, me->now_ms + 10);
		kit_run(you, me->now_ms);
	}
	return all;
}

static void
t21_two_machines_come_to_rest(void **state)
{
	(void)state;
	flight_count = 0;
	for (unsigned i = 0; i < 1000; i++) {
		struct kit_machine *at = i % 2 ? me : you;
		struct kit_machine *other = i % 2 ? you : me;
		char text[TEXT_MAX];
		question(text, i / 2, 5000 + i,
		    i % 3 ? other == me ? "u1:h1" : "u2:h2" : "a:b");
		kit_hear_text(at, &other->addr, text);
		if (i % 50 == 0) {
			carry(me, you);
			carry(you, me);
		}
	}
	play(2000);
	/* What is left is one answer in 2 s each, of those that wait. */
	assert_true(play(2000) <= 4);
	play(12000);
	assert_int_equal(play(20000), 0);
}

/* An echo server, one that shouts, and one that answers with an error. */
static size_t
echo(struct kit_machine *k, const struct addr *from, unsigned how)
{
	static struct kit_out outs[KIT_OUT_MAX];
	size_t n = 0, all = 0;

	for (size_t i = 0; i < k->outs; i++)
		if (!k->out[i].to_all)
			outs[n++] = k->out[i];
	kit_forget(k);
	for (size_t i = 0; i < n; i++) {
		if (how == 1)
			for (size_t j = 0; j < outs[i].size; j++)
				if (outs[i].bytes[j] >= 'a' &&
				    outs[i].bytes[j] <= 'z')
					outs[i].bytes[j] -= 32;
		if (how == 2)
			kit_hear_text(k, from, "ERROR: what do you mean?");
		else
			kit_hear(k, from, false, outs[i].bytes, outs[i].size);
		all++;
	}
	return all;
}

static void
t21_echo_servers_come_to_rest(void **state)
{
	struct addr from = kit_host(9);

	(void)state;
	for (unsigned how = 0; how < 3; how++) {
		for (unsigned i = 0; i < 1000; i++) {
			char text[TEXT_MAX];
			question(text, i, 9000 + 1000 * how + i, "a:b");
			kit_hear_text(me, &from, text);
			if (i % 100 == 0)
				echo(me, &from, how);
		}
		for (unsigned t = 0; t < 100; t++) {
			echo(me, &from, how);
			kit_run(me, me->now_ms + 20);
		}
		size_t more = 0;
		for (unsigned t = 0; t < 100; t++) {
			more += echo(me, &from, how);
			kit_run(me, me->now_ms + 20);
		}
		assert_true(more <= 1);
		kit_run(me, me->now_ms + 20000);
		kit_forget(me);
	}
}

static void
t21_bytes_of_other_dialects_are_not_answered(void **state)
{
	static const char *const others[] = {
		"hello",
		"exit",
		"",
		"HELLO WORLD\n",
		"1",
		"1:",
		"1:2:3:4",
		"1:2:3:4:x:y",
		"\x65\x73\x01\x00 beacon",
		"IP2:3d:key1:3:3e8:",
		"SSH-2.0-x\r\n",
		"GET / HTTP/1.0\r\n\r\n",
		":::::",
		"::::::::",
		"1:99999999999999999999999:a:b:288:x",
		"1:5:a:b:99999999999:x",
		"1:5:a:b:-1:x",
		"1:5:a:b:0x120:x",
		"{\"a\":1}",
	};
	enum { OTHERS = sizeof(others) / sizeof(others[0]) };
	struct addr from = kit_host(9);

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		const char *text = others[i % OTHERS];
		kit_hear(me, &from, i & 1, text, strlen(text));
	}
	kit_run(me, me->now_ms + 20000);
	assert_int_equal(me->outs, 0);
	assert_int_equal(me->event_count, 0);
	assert_int_equal(ipmsg_counters(me->m)->malformed, 1000);
}

static uint32_t
next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void
a_thousand_malformed_are_counted_and_not_shown(void **state)
{
	struct addr from = kit_host(9);
	uint32_t seed = 7;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		uint8_t bytes[64];
		size_t n = next(&seed) % sizeof(bytes);
		for (size_t j = 0; j < n; j++) {
			bytes[j] = (uint8_t)next(&seed);
			/* Four colons make a packet of nearly anything. */
			if (bytes[j] == ':')
				bytes[j] = ';';
		}
		kit_hear(me, &from, false, bytes, n);
	}
	assert_int_equal(me->event_count, 0);
	assert_int_equal(me->outs, 0);
	assert_int_equal(ipmsg_counters(me->m)->malformed, 1000);
}

static void
a_spoofed_exit_or_ack_needs_the_address(void **state)
{
	struct addr bob = kit_host(8), eve = kit_host(9);

	(void)state;
	kit_hear_text(me, &bob, "1:1:bob:pc:3:Bob");
	for (unsigned i = 0; i < 100; i++)
		kit_hear_text(me, &eve, "1:5:bob:pc:2:Bob");
	assert_null(kit_told(me, IPMSG_GONE));
	assert_int_equal(ipmsg_counters(me->m)->refused, 100);
}

static void
texts_that_nobody_stores_are_bounded(void **state)
{
	(void)state;
	me->stores = false;
	for (unsigned i = 0; i < 3 * IPMSG_ARRIVING_MAX; i++) {
		struct addr from = kit_host(5000 + i % 500);
		char text[TEXT_MAX];
		snprintf(text, sizeof(text), "1:%u:user%u:host:288:text %u",
		    i + 1, i % 500, i);
		me->event_count = 0;
		me->outs = 0;
		kit_hear_text(me, &from, text);
	}
	assert_true(ipmsg_counters(me->m)->limited >= 2 * IPMSG_ARRIVING_MAX);
	assert_int_equal(kit_count_sent(me, IPMSG_RECVMSG), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(t20_no_path_answers_with_more_than_came),
		TEST(t20_one_answer_in_2_s_beside_acknowledgements),
		TEST(t20_all_answers_together_have_a_rate),
		TEST(t21_two_machines_come_to_rest),
		TEST(t21_echo_servers_come_to_rest),
		TEST(t21_bytes_of_other_dialects_are_not_answered),
		TEST(a_thousand_malformed_are_counted_and_not_shown),
		TEST(a_spoofed_exit_or_ack_needs_the_address),
		TEST(texts_that_nobody_stores_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
