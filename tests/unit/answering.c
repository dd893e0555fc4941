/* SPDX-License-Identifier: MIT */
#include "proto/answering.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { OWN_PORT = 9000, START_MS = 5000, HOUR_MS = 3600 * 1000 };

static struct now
at(int64_t ms)
{
	return (struct now){ .mono_ms = START_MS + ms };
}

static struct addr
peer(unsigned host, uint16_t port)
{
	return (struct addr){ .family = ADDR_IPV4,
		.ip = { 10, (uint8_t)(host >> 16), (uint8_t)(host >> 8),
		    (uint8_t)host },
		.port = port };
}

static enum answering_verdict
ask(struct answering *a, int64_t ms, const struct addr *from, const char *text)
{
	return answering_ask(
	    a, at(ms), from, (const uint8_t *)text, strlen(text));
}

static void
reply(struct answering *a, int64_t ms, const struct addr *to, const char *text)
{
	answering_sent(a, at(ms), to, (const uint8_t *)text, strlen(text));
}

static int
setup(void **state)
{
	*state = answering_new(OWN_PORT);
	return 0;
}

static int
teardown(void **state)
{
	answering_free(*state);
	return 0;
}

static void
t21_ports_that_answer_get_nothing(void **state)
{
	unsigned refused = 0;

	for (uint16_t port = 0; port < ANSWERING_PORT_MIN; port++) {
		struct addr from = peer(1, port);
		refused += ask(*state, 0, &from, "x") == ANSWERING_PORT;
	}
	assert_int_equal(refused, 1024);
	struct addr own = peer(2, OWN_PORT), other = peer(2, 1024);
	assert_int_equal(ask(*state, 0, &own, "x"), ANSWERING_PORT);
	assert_int_equal(ask(*state, 0, &other, "x"), ANSWERING_YES);
}

/* Who asks ten times a second, each time something else, is always answered. */
static void
people_are_answered(void **state)
{
	struct addr from = peer(1, 5000);
	char text[32];

	for (int i = 0; i < ANSWERING_RUN_MAX; i++) {
		snprintf(text, sizeof(text), "question %d", i);
		assert_int_equal(
		    ask(*state, i * 100, &from, text), ANSWERING_YES);
		reply(*state, i * 100 + 5, &from, "the answer");
	}
	/* Nor does it matter to say the same once in a second. */
	from = peer(2, 5000);
	for (int i = 0; i < ANSWERING_RUN_MAX - 1; i++) {
		assert_int_equal(
		    ask(*state, i * 1000, &from, "ping"), ANSWERING_YES);
		reply(*state, i * 1000 + 5, &from, "ping");
	}
}

static void
one_sender_has_a_burst_and_a_rate(void **state)
{
	struct addr from = peer(1, 5000), to = peer(1, 5001);
	char text[32];
	int answered = 0;

	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "%d", i);
		enum answering_verdict verdict = ask(*state, 0, &from, text);
		answered += verdict == ANSWERING_YES;
		assert_true(
		    verdict == ANSWERING_YES || verdict == ANSWERING_FAST);
	}
	assert_int_equal(answered, ANSWERING_BURST);
	assert_int_equal(ask(*state, 99, &from, "x"), ANSWERING_FAST);
	assert_int_equal(ask(*state, 200, &from, "y"), ANSWERING_YES);
	assert_int_equal(ask(*state, 200, &to, "other"), ANSWERING_YES);
}

/* All ports of one host together: somebody else may be meant. */
static void
t20_one_host_has_a_burst_and_a_rate(void **state)
{
	int answered = 0;

	for (uint16_t port = 2000; port < 4000; port++) {
		struct addr from = peer(1, port);
		answered += ask(*state, 0, &from, "x") == ANSWERING_YES;
	}
	assert_int_equal(answered, ANSWERING_HOST_BURST);
	struct addr other = peer(2, 2000);
	assert_int_equal(ask(*state, 0, &other, "x"), ANSWERING_YES);
}

/* Two of them, each of which takes delay_ms; what the program makes of a text
 * is up to next(). Returns after how long the last answer was sent. */
static int64_t
bounce(int64_t delay_ms, void (*next)(char *text))
{
	struct answering *ends[2] = { answering_new(9000),
		answering_new(9001) };
	struct addr addrs[2] = { peer(1, 9000), peer(2, 9001) };
	char text[64] = "hello 0";
	int64_t ms = 0;

	for (unsigned i = 0; ms < 24 * (int64_t)HOUR_MS; i++) {
		const struct addr *from = &addrs[(i + 1) % 2];
		if (ask(ends[i % 2], ms, from, text) != ANSWERING_YES)
			break;
		ms += delay_ms;
		next(text);
		reply(ends[i % 2], ms, from, text);
	}
	answering_free(ends[0]);
	answering_free(ends[1]);
	return ms;
}

static void
echoes(char *text)
{
	(void)text;
}

static void
reverses(char *text)
{
	for (size_t i = 0, n = strlen(text); i < n / 2; i++) {
		char c = text[i];
		text[i] = text[n - 1 - i];
		text[n - 1 - i] = c;
	}
}

static void
counts(char *text)
{
	snprintf(text, 64, "%ld", strtol(text, NULL, 10) + 1);
}

static void
t21_two_of_them_end(void **state)
{
	(void)state;
	for (int64_t delay_ms = 0; delay_ms <= 100; delay_ms += 5) {
		assert_true(bounce(delay_ms, echoes) <= 2000);
		assert_true(bounce(delay_ms, reverses) <= 2000);
	}
	for (int64_t delay_ms = 0; delay_ms <= 25; delay_ms++)
		assert_true(bounce(delay_ms, counts) <= 2000);
}

/* However slow the programs are, which have five seconds: an hour, at a packet
 * in some seconds, but not for ever. */
static void
t21_slow_ones_end(void **state)
{
	(void)state;
	for (int64_t delay_ms = 0; delay_ms <= 5000; delay_ms += 50) {
		assert_true(bounce(delay_ms, echoes) <= HOUR_MS);
		assert_true(bounce(delay_ms, reverses) <= HOUR_MS);
		assert_true(bounce(delay_ms, counts) <= HOUR_MS);
	}
}

/* Both are asked to begin by the same forger, again and again. */
static void
t21_a_thousand_forged_packets_end(void **state)
{
	struct answering *other = answering_new(9001);
	struct answering *ends[2] = { *state, other };
	struct addr addrs[2] = { peer(1, OWN_PORT), peer(2, 9001) };
	unsigned flying[2] = { 500, 500 }, total = 0;

	for (int64_t ms = 0; ms < 2000; ms++) {
		unsigned landed[2] = { flying[0], flying[1] };
		flying[0] = flying[1] = 0;
		for (unsigned side = 0; side < 2; side++) {
			for (unsigned i = 0; i < landed[side]; i++) {
				const struct addr *from = &addrs[1 - side];
				if (ask(ends[side], ms, from, "x") !=
				    ANSWERING_YES)
					continue;
				reply(ends[side], ms, from, "x");
				flying[1 - side]++;
				total++;
			}
		}
	}
	assert_int_equal(flying[0] + flying[1], 0);
	assert_true(total < 100);
	answering_free(other);
}

static void
t22_many_senders_take_no_more_memory(void **state)
{
	struct addr first = peer(0, 5000);

	for (unsigned i = 0; i < 10 * ANSWERING_SOURCES_MAX; i++) {
		struct addr from = peer(i, 5000);
		assert_int_equal(ask(*state, i, &from, "x"), ANSWERING_YES);
	}
	assert_int_equal(ask(*state, 20000, &first, "x"), ANSWERING_YES);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(t21_ports_that_answer_get_nothing),
		TEST(people_are_answered),
		TEST(one_sender_has_a_burst_and_a_rate),
		TEST(t20_one_host_has_a_burst_and_a_rate),
		TEST(t21_two_of_them_end),
		TEST(t21_slow_ones_end),
		TEST(t21_a_thousand_forged_packets_end),
		TEST(t22_many_senders_take_no_more_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
