/* SPDX-License-Identifier: MIT */
/*
 * Who may ask whom we hear, and have messages and pings echoed: contacts, so
 * often and so much; and nobody else.
 */
#include "core/engine_state.h"
#include "discover_kit.h"
#include "engine_kit.h"
#include "start_sodium.h"
#include "wire/ping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BOB = 1, STRANGERS = 1000 };

static struct ekit k;
static struct remote *bob;

static int
begin(void **state)
{
	(void)state;
	ekit_init(&k, 1);
	bob = ekit_friend(&k, BOB, "bob");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ekit_clear(&k);
	return 0;
}

static const struct model *
model(void)
{
	return engine_model(k.engine);
}

static struct msg
a_question(uint64_t nonce)
{
	return (
	    struct msg){ .type = MSG_HEARD_ASK, .heard = { .nonce = nonce } };
}

static struct msg
an_echo(uint64_t nonce, size_t size)
{
	return (struct msg){ .type = MSG_ECHO,
		.echo = { .nonce = nonce, .load_size = size } };
}

/* How many effects of that kind it had. */
static unsigned
sends_of(struct remote *r, const struct msg *m, unsigned times)
{
	unsigned before = k.counts[EFFECT_SEND];

	for (unsigned i = 0; i < times; i++) {
		remote_send(&k, r, m);
		if (i % 100 == 0)
			ekit_run(&k);
	}
	ekit_run(&k);
	return k.counts[EFFECT_SEND] - before;
}

static void
contacts_are_answered(void **state)
{
	(void)state;
	struct msg ask = a_question(7), echo = an_echo(8, 1000);
	assert_int_equal(sends_of(bob, &ask, 1), 1);
	assert_int_equal(bob->heards, 1);
	assert_true(bob->last_heard.nonce == 7);
	/* Bob is whom we hear, and nobody else is there. */
	assert_int_equal(bob->last_heard.count, 1);
	assert_memory_equal(
	    bob->last_heard.all[0].fp, bob->end.identity.fp.b, HEARD_FP_SIZE);
	assert_int_equal(sends_of(bob, &echo, 1), 1);
	assert_int_equal(bob->echoes, 1);
	assert_true(bob->last_echo.nonce == 8);
	assert_true(bob->last_echo.size == 1000);
	assert_int_equal(model()->asks_refused, 0);
	/* It is no message: nothing is shown, stored or acknowledged. */
	assert_int_equal(ekit_count(&k, bob, MESSAGE_TEXT, false), 0);
}

/* Who asks comes first, then the newest; never more than fit. */
static void
at_most_64_are_told(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		k.now.mono_ms += 2000;
		k.now.wall_ms += 2000;
		ekit_heard(&k, 100 + i, "x");
	}
	struct msg ask = a_question(7);
	sends_of(bob, &ask, 1);
	const struct msg_heard *h = &bob->last_heard;
	assert_int_equal(h->count, HEARD_MAX);
	assert_true(h->more);
	assert_memory_equal(
	    h->all[0].fp, bob->end.identity.fp.b, HEARD_FP_SIZE);
	assert_int_equal(h->all[0].ago_s, 200);
	for (size_t i = 1; i < HEARD_MAX; i++)
		assert_int_equal(h->all[i].ago_s, 2 * (i - 1));
	/* An hour later nobody is worth telling. */
	k.now.mono_ms += (HEARD_LATE_S + 1) * INT64_C(1000);
	ekit_run(&k);
	if (!remote_is_up(bob))
		return;
	sends_of(bob, &ask, 1);
	assert_int_equal(bob->last_heard.count, 0);
}

static void
t30_floods_of_questions(void **state)
{
	(void)state;
	struct msg ask = a_question(7), echo = an_echo(8, 10);
	sends_of(bob, &ask, 1000);
	assert_int_equal(bob->heards, ASKS_BURST / HEARD_COST);
	assert_int_equal(model()->asks_refused, 1000 - ASKS_BURST / HEARD_COST);
	k.now.mono_ms += 60000;
	sends_of(bob, &echo, 1000);
	assert_int_equal(bob->echoes, ASKS_BURST);
	/* The session lives, and says what it always said. */
	assert_true(remote_is_up(bob));
	remote_say(&k, bob, "still here");
	assert_int_equal(ekit_count(&k, bob, MESSAGE_TEXT, false), 1);
}

static void
t34_large_echoes_have_no_place_in_a_chat(void **state)
{
	(void)state;
	struct msg fits = an_echo(1, ECHO_CHAT_MAX);
	struct msg large = an_echo(2, ECHO_CHAT_MAX + 1);
	struct msg full = an_echo(3, ECHO_LOAD_MAX);
	sends_of(bob, &large, 10);
	sends_of(bob, &full, 10);
	assert_int_equal(bob->echoes, 0);
	assert_int_equal(model()->asks_refused, 20);
	sends_of(bob, &fits, 1);
	assert_int_equal(bob->echoes, 1);
}

static void
leave(struct remote *r)
{
	if (r->conn != 0)
		remote_lose(&k, r);
	end_clear(&r->end);
	assert_ptr_equal(k.remotes[k.remote_count - 1], r);
	k.remote_count--;
	free(r);
}

/* Over a session, and over a connection for nothing else. */
static void
t23_strangers_hear_nothing_1000(void **state)
{
	(void)state;
	unsigned answered = 0, sessions = 0, let_in = 0;
	for (uint32_t i = 0; i < STRANGERS; i++) {
		struct remote *r = ekit_remote(&k, 1000 + i);
		struct addr addr = ekit_addr(2 + i % 200);
		bool probe = i % 2 == 1;
		k.now.mono_ms += 1000;
		r->end.purpose = probe ? SESSION_PROBE : SESSION_CHAT;
		if (remote_connect(&k, r, &addr) && remote_is_up(r)) {
			struct msg ask = a_question(i + 1);
			struct msg echo = an_echo(i + 1, 10);
			sessions += !probe;
			let_in += probe;
			remote_send(&k, r, &ask);
			remote_send(&k, r, &echo);
			ekit_run(&k);
			answered += r->heards + r->echoes;
		}
		leave(r);
	}
	assert_int_equal(sessions, STRANGERS / 2);
	assert_int_equal(let_in, 0);
	assert_int_equal(answered, 0);
	/* Two questions on each session; and each connection. */
	assert_int_equal(model()->asks_refused, STRANGERS + STRANGERS / 2);
	assert_int_equal(k.engine->probe_conns, 0);
	assert_true(remote_is_up(bob));
}

/* Who wrote, and was never answered, is pinned and still a stranger. */
static void
t23_who_wrote_first_is_a_stranger(void **state)
{
	(void)state;
	struct remote *eve = ekit_remote(&k, 2);
	struct addr addr = ekit_addr(2);
	assert_true(remote_connect(&k, eve, &addr));
	remote_say(&k, eve, "hello there");
	struct msg ask = a_question(1), echo = an_echo(1, 1);
	sends_of(eve, &ask, 3);
	sends_of(eve, &echo, 3);
	assert_int_equal(eve->heards + eve->echoes, 0);
	ekit_say(&k, eve, "who are you?");
	sends_of(eve, &ask, 1);
	sends_of(eve, &echo, 1);
	assert_int_equal(eve->heards, 1);
	assert_int_equal(eve->echoes, 1);
}

/* What nobody asked for tells us nothing. */
static void
t33_answers_that_nobody_asked_for(void **state)
{
	(void)state;
	struct msg heard = { .type = MSG_HEARD };
	struct msg back = { .type = MSG_ECHO_BACK };
	heard.heard.nonce = back.echo.nonce = 7;
	heard.heard.count = 1;
	memcpy(heard.heard.all[0].fp, k.identity.fp.b, HEARD_FP_SIZE);
	back.echo.size = UINT64_MAX;
	assert_int_equal(sends_of(bob, &heard, 100), 0);
	assert_int_equal(sends_of(bob, &back, 100), 0);
	heard.heard.nonce = back.echo.nonce = 0;
	assert_int_equal(sends_of(bob, &heard, 100), 0);
	assert_int_equal(sends_of(bob, &back, 100), 0);
	assert_int_equal(ekit_peer(&k, bob)->hears_us, HEARS_UNKNOWN);
	assert_true(remote_is_up(bob));
}

/* bob's question comes back from bob only, and once. */
static void
whether_they_hear_us(void **state)
{
	(void)state;
	ekit_pass(&k, 6000);
	engine_ask_round(k.engine, k.now);
	ekit_drain(&k);
	ekit_pass(&k, ASK_ROUND_MS + 100);
	assert_int_equal(bob->asked, 1);
	struct msg heard = { .type = MSG_HEARD };
	heard.heard.nonce = bob->last_ask;
	/* Nobody at all: we announced, so he should have heard us. */
	sends_of(bob, &heard, 1);
	assert_int_equal(ekit_peer(&k, bob)->hears_us, HEARS_US_NOT);
	heard.heard.count = 1;
	memcpy(heard.heard.all[0].fp, k.identity.fp.b, HEARD_FP_SIZE);
	sends_of(bob, &heard, 1);
	assert_int_equal(ekit_peer(&k, bob)->hears_us, HEARS_US_NOT);
	ekit_pass(&k, 10000);
	engine_ask_round(k.engine, k.now);
	ekit_drain(&k);
	ekit_pass(&k, ASK_ROUND_MS + 100);
	assert_int_equal(bob->asked, 2);
	heard.heard.nonce = bob->last_ask;
	heard.heard.all[0].ago_s = 1;
	sends_of(bob, &heard, 1);
	assert_int_equal(ekit_peer(&k, bob)->hears_us, HEARS_US);
}

static struct remote *
probe_of(uint32_t who)
{
	struct remote *r = ekit_remote(&k, who);
	struct addr addr = ekit_addr(who);

	r->end.purpose = SESSION_PROBE;
	return remote_connect(&k, r, &addr) && remote_is_up(r) ? r : NULL;
}

static void
a_connection_of_its_own_has_bounds(void **state)
{
	(void)state;
	unsigned conns = ekit_conns(&k);
	struct remote *r = probe_of(BOB);
	assert_non_null(r);
	struct msg load = an_echo(1, ECHO_LOAD_MAX);
	unsigned sent = 0;
	while (remote_is_up(r) && !r->closed && sent < 10000) {
		remote_send(&k, r, &load);
		ekit_run(&k);
		sent++;
	}
	assert_in_range(sent, PROBE_BYTES_MAX / ECHO_LOAD_MAX,
	    PROBE_BYTES_MAX / ECHO_LOAD_MAX + 3);
	assert_true(r->last_echo.size >= PROBE_BYTES_MAX);
	assert_int_equal(ekit_conns(&k), conns);
	/* Another one takes the place of the one before. */
	struct remote *first = probe_of(BOB);
	struct remote *second = probe_of(BOB);
	assert_non_null(first);
	assert_non_null(second);
	assert_true(first->closed);
	assert_int_equal(k.engine->probe_conns, 1);
	/* And it ends by itself. */
	ekit_pass(&k, PROBE_LIFE_MS + 100);
	assert_int_equal(k.engine->probe_conns, 0);
	assert_int_equal(ekit_conns(&k), conns);
	/* Nothing else is said there. */
	struct remote *third = probe_of(BOB);
	struct msg m = { .type = MSG_TYPING, .typing = { .on = true } };
	remote_send(&k, third, &m);
	ekit_run(&k);
	assert_true(third->closed);
	assert_true(ekit_peer(&k, bob)->typing_until_ms == 0);
	assert_int_equal(ekit_conns(&k), conns);
}

static void
t19_few_connections_at_a_time(void **state)
{
	(void)state;
	struct remote *friends[10], *probes[10];
	unsigned open = 0;
	for (uint32_t i = 0; i < 10; i++) {
		char name[8];
		snprintf(name, sizeof(name), "friend%u", (unsigned)i);
		friends[i] = ekit_friend(&k, 10 + i, name);
		assert_non_null(friends[i]);
	}
	for (uint32_t i = 0; i < 10; i++) {
		probes[i] = probe_of(10 + i);
		open += probes[i] != NULL;
	}
	assert_int_equal(open, PROBE_CONNS_MAX);
	assert_int_equal(k.engine->probe_conns, PROBE_CONNS_MAX);
	assert_int_equal(model()->asks_refused, 10 - PROBE_CONNS_MAX);
}

static bool to_all;

static unsigned
ping(uint16_t port, bool on_link, enum ping_type type, size_t size)
{
	struct ping p = { type, 99, size };
	uint8_t bytes[PING_SIZE_MAX];
	unsigned before = k.counts[EFFECT_DATAGRAM];
	struct addr from = ekit_addr(3);

	from.port = port;
	ping_encode(&p, bytes);
	struct arrived a = { .from = from,
		.on_link = on_link,
		.bytes = bytes,
		.size = size,
		.to_all = to_all };
	engine_arrived(k.engine, k.now, &a);
	ekit_drain(&k);
	return k.counts[EFFECT_DATAGRAM] - before;
}

/* One datagram to everybody, in the name of somebody, would bring him the
 * answers of all. */
static void
t20_pings_to_everybody(void **state)
{
	unsigned answered = 0;

	(void)state;
	to_all = true;
	for (int i = 0; i < 1000; i++)
		answered += ping(50001, true, PING_ASK, PING_SIZE_MAX);
	assert_int_equal(answered, 0);
	to_all = false;
	assert_int_equal(ping(50001, true, PING_ASK, PING_SIZE_MAX), 1);
}

static void
t20_pings(void **state)
{
	(void)state;
	assert_int_equal(ping(50001, true, PING_ASK, PING_SIZE_MAX), 1);
	assert_int_equal(ping(50001, true, PING_ASK, PING_SIZE_MIN), 1);
	/* Not from elsewhere, not to who would answer us, and no answer. */
	assert_int_equal(ping(50001, false, PING_ASK, 64), 0);
	assert_int_equal(ping(7, true, PING_ASK, 64), 0);
	assert_int_equal(ping(DISCOVERY_PORT, true, PING_ASK, 64), 0);
	assert_int_equal(ping(50001, true, PING_ANSWER, 64), 0);
	unsigned answered = 0;
	for (int i = 0; i < 10000; i++)
		answered += ping(50001, true, PING_ASK, 1400);
	assert_int_equal(answered, PINGS_PER_S - 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(contacts_are_answered),
		CASE(at_most_64_are_told),
		CASE(t30_floods_of_questions),
		CASE(t34_large_echoes_have_no_place_in_a_chat),
		CASE(t23_strangers_hear_nothing_1000),
		CASE(t23_who_wrote_first_is_a_stranger),
		CASE(t33_answers_that_nobody_asked_for),
		CASE(whether_they_hear_us),
		CASE(a_connection_of_its_own_has_bounds),
		CASE(t19_few_connections_at_a_time),
		CASE(t20_pings),
		CASE(t20_pings_to_everybody),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
