/* SPDX-License-Identifier: MIT */
/*
 * How much of an engine somebody can use up: connections, memory, attention.
 * The names begin with the number of the threat.
 */
#include "core/engine_state.h"
#include "discover_kit.h"
#include "engine_kit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static struct ekit k;
static uint8_t bytes[1 << 25];
static char text[TEXT_MAX + 1];

static int
begin(void **state)
{
	(void)state;
	ekit_init(&k, 3);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ekit_clear(&k);
	return 0;
}

static unsigned
half_open_of(const struct addr *addr)
{
	unsigned count = 0;

	for (size_t i = 0; i < CONNS_MAX; i++) {
		const struct conn *c = k.engine->conns[i];
		count += c != NULL && c->state == CONN_HANDSHAKE &&
			 addr_same_host(&c->addr, addr);
	}
	return count;
}

/* So many sockets, so many of a host, each a byte a second of a good beginning.
 */
static void
dribble(unsigned sockets, unsigned per_host, unsigned seconds)
{
	static struct {
		uint32_t conn;
		size_t said;
	} s[1000];
	static struct wire w;
	static struct raw raw;

	raw_start(&raw, 1, &w);
	memset(s, 0, sizeof s);
	for (unsigned second = 0; second < seconds; second++) {
		for (unsigned i = 0; i < sockets; i++) {
			struct addr addr = ekit_addr(i / per_host);
			if (s[i].conn == 0)
				s[i].conn =
				    engine_accepted(k.engine, k.now, &addr);
			else
				engine_bytes(k.engine, k.now, s[i].conn,
				    w.bytes + s[i].said++, 1);
			ekit_drain(&k);
			assert_true(k.engine->half_open <= HALF_OPEN_MAX);
			assert_true(half_open_of(&addr) <= HALF_OPEN_PER_HOST);
		}
		ekit_pass(&k, 1000);
	}
}

static bool
honest_gets_through(uint32_t number)
{
	struct remote *r = ekit_remote(&k, number);
	struct addr addr = ekit_addr(5000 + number);
	bool in = false;

	for (int tries = 0; tries < 2 && !in; tries++) {
		in = remote_connect(&k, r, &addr) && remote_is_up(r);
		ekit_pass(&k, 500);
	}
	if (in)
		remote_lose(&k, r);
	return in;
}

static void
t30_a_thousand_idle_sockets_of_one_host(void **state)
{
	(void)state;

	dribble(1000, 1000, 4);
	assert_int_equal(k.engine->half_open, HALF_OPEN_PER_HOST);
	assert_true(honest_gets_through(1));
	ekit_pass(&k, SESSION_HANDSHAKE_MS);
	assert_int_equal(ekit_conns(&k), 0);
}

static void
t30_a_thousand_idle_sockets_of_many(void **state)
{
	(void)state;

	dribble(1000, 8, 3);
	assert_int_equal(k.engine->half_open, HALF_OPEN_MAX);
	assert_true(honest_gets_through(1));
	dribble(1000, 8, 3);
	assert_true(honest_gets_through(2));
	ekit_pass(&k, SESSION_HANDSHAKE_MS);
	assert_int_equal(ekit_conns(&k), 0);
	assert_int_equal(k.engine->half_open, 0);
}

static void
t31_connecting_again_and_again(void **state)
{
	(void)state;
	struct addr addr = ekit_addr(1), other = ekit_addr(2);
	unsigned accepted = 0;

	for (unsigned i = 0; i < 5000; i++) {
		uint32_t conn = engine_accepted(k.engine, k.now, &addr);
		ekit_drain(&k);
		if (conn != 0)
			engine_closed(k.engine, k.now, conn, ECONNRESET);
		ekit_drain(&k);
		accepted += conn != 0;
		ekit_pass(&k, 2);
	}
	/* Ten seconds. */
	assert_in_range(accepted, 100, ACCEPT_BURST + 10 * ACCEPT_PER_S + 1);
	assert_true(engine_accepted(k.engine, k.now, &other) != 0);
	ekit_drain(&k);
	/* Many earshots on one host are one address. */
	for (unsigned i = 0; i < ACCEPT_BURST * ACCEPT_LOOPBACK_FACTOR; i++) {
		struct addr loop = kit_loopback((uint16_t)(1000 + i));
		uint32_t conn = engine_accepted(k.engine, k.now, &loop);
		assert_true(conn != 0);
		ekit_drain(&k);
		engine_closed(k.engine, k.now, conn, 0);
		ekit_drain(&k);
	}
}

static void
t22_ten_thousand_fake_peers(void **state)
{
	(void)state;
	struct remote *friend = ekit_remote(&k, 1),
		      *talked = ekit_remote(&k, 2);
	struct addr addr = ekit_addr(60000);
	struct remote fake;
	size_t most = 0;

	/* One pinned, one with nothing but a conversation. */
	ekit_hear(&k, friend, "ana", &addr, 1);
	ekit_say(&k, friend, "hi");
	remote_answer(&k, friend);
	ekit_hear(&k, talked, "bob", &addr, 1);
	ekit_command(&k, COMMAND_OPEN, &talked->end.identity.fp, NULL);
	memset(&fake, 0, sizeof fake);
	for (uint32_t i = 0; i < 10000; i++) {
		end_identity(&fake.end, 100 + i);
		fake.hello.epoch = 1;
		addr = ekit_addr(i % 4000);
		/* All of one name, and that of the pinned one. */
		ekit_hear(&k, &fake, "ana", &addr, 1);
		ekit_pass(&k, 6);
		size_t count = engine_model(k.engine)->peer_count;
		most = count > most ? count : most;
	}
	assert_in_range(most, DISCOVER_UNKNOWN_MAX, DISCOVER_UNKNOWN_MAX + 3);
	assert_int_equal(k.engine->contact_count, 2);
	const struct peer *p = ekit_peer(&k, friend);
	assert_int_equal(p->trust, TRUST_PINNED);
	assert_int_equal(p->link, PEER_LINK_UP);
	assert_string_equal(p->name, "eve");
	assert_non_null(ekit_peer(&k, talked));
	/* Forgotten by discovery, and still to be found. */
	assert_int_equal(ekit_peer(&k, talked)->presence, PRESENCE_OFFLINE);
	assert_int_equal(k.counts[EFFECT_DIAL], 1);
}

/* The same over sessions: identities that connect, say nothing and leave. */
static void
t22_three_thousand_visitors(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1);

	for (uint32_t i = 0; i < 3000; i++) {
		struct addr addr = ekit_addr(i % 200);
		end_clear(&r->end);
		end_identity(&r->end, i);
		memcpy(r->hello.ed_public, r->end.identity.ed_public,
		    ED_PUBLIC_SIZE);
		assert_true(remote_connect(&k, r, &addr));
		assert_true(remote_is_up(r));
		remote_lose(&k, r);
		ekit_pass(&k, 5);
	}
	assert_int_equal(ekit_conns(&k), 0);
	assert_int_equal(k.engine->contact_count, 0);
	assert_true(
	    engine_model(k.engine)->peer_count <= DISCOVER_UNKNOWN_MAX + 1);
}

/* And those that say one word: a conversation each, up to a limit. */
static void
t22_strangers_fill_no_more_than_their_inbox(void **state)
{
	(void)state;
	struct remote *last = NULL, *first = NULL;
	static char names[STRANGERS_MAX + 30][2];
	unsigned taken = 0, told = 0;

	for (uint32_t i = 0; i < STRANGERS_MAX + 30; i++) {
		struct remote *r = ekit_remote(&k, i);
		struct addr addr = ekit_addr(i);
		names[i][0] = (char)('a' + i % 10);
		names[i][1] = (char)('a' + i / 10);
		r->hello.name = untrusted_of(names[i], 2);
		first = first == NULL ? r : first;
		assert_true(remote_connect(&k, r, &addr));
		remote_say(&k, r, "buy this");
		taken += r->acks;
		told += r->nacks == 1 && r->nack_code == NACK_INBOX_FULL;
		last = r;
	}
	assert_int_equal(taken, STRANGERS_MAX);
	assert_int_equal(told, 30);
	assert_true(k.store.pin_count <= STRANGERS_MAX);
	assert_null(ekit_conv(&k, last));
	/* Nor does starting anew make room. */
	static struct ekit next;
	ekit_init_with(&next, 1, k.store.pins, k.store.pin_count, false);
	struct remote *late = ekit_remote(&next, STRANGERS_MAX + 40);
	struct addr late_addr = ekit_addr(STRANGERS_MAX + 40);
	late->hello.name = untrusted_of("zz", 2);
	assert_true(remote_connect(&next, late, &late_addr));
	remote_say(&next, late, "buy this, too");
	assert_int_equal(late->nacks, 1);
	ekit_clear(&next);
	/* A second word of one who is in is taken. */
	remote_say(&k, first, "please");
	assert_int_equal(first->acks, 2);
	/* Who is answered makes room for another. */
	ekit_say(&k, first, "no");
	remote_say(&k, last, "then you");
	assert_int_equal(last->acks, 1);
	/* And whom we wrote to first needs none. */
	struct remote *r = k.remotes[STRANGERS_MAX + 5];
	ekit_say(&k, r, "hello?");
	remote_say(&k, r, "hello!");
	assert_int_equal(r->acks, 1);
}

static void
make_messages(struct remote *r, unsigned count, unsigned *ret_made)
{
	for (unsigned i = 0; i < count; i++) {
		struct msg m = { .type = MSG_TEXT,
			.post = { .seq = r->next_seq,
			    .prev = r->next_seq - 1,
			    .text = untrusted_of("flood", 5) } };
		size_t n;
		memcpy(m.post.id.b, &r->next_seq, 8);
		assert_int_equal(msg_encode(&m, bytes, sizeof bytes, &n), 0);
		/* Its own output is full: what waits in the socket is what
		 * waits there. */
		if (session_send(r->end.session, k.now, bytes, n) < 0)
			return;
		r->next_seq++;
		++*ret_made;
	}
}

/* A shell that waits for one that is gone would wait for ever, and have no
 * place for those that it has to hold up. */
static void
t31_nothing_waits_for_who_is_gone(void **state)
{
	(void)state;
	struct addr addr = ekit_addr(1);
	static const uint8_t garbage[512] = { 'G', 'E', 'T' };
	uint32_t conn = engine_accepted(k.engine, k.now, &addr);

	assert_int_not_equal(conn, 0);
	engine_bytes(k.engine, k.now, conn, garbage, sizeof(garbage));
	ekit_drain(&k);
	assert_int_equal(ekit_conns(&k), 0);
	assert_true(engine_reading(k.engine, conn));
}

static void
t33_a_friend_who_floods(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1), *other = ekit_remote(&k, 2);
	struct addr addr = ekit_addr(1), at_other = ekit_addr(2);
	unsigned made = 0;

	other->hello.name = untrusted_of("bob", 3);
	assert_true(remote_connect(&k, r, &addr));
	assert_true(remote_connect(&k, other, &at_other));
	ekit_say(&k, r, "yes?");
	for (int i = 0; i < 1000; i++) {
		make_messages(r, 100, &made);
		ekit_pass(&k, 10);
	}
	ekit_pass(&k, 1000);
	assert_int_equal(made, 100000);
	assert_int_equal(r->acks, 100000);
	const struct conv *c = ekit_conv(&k, r);
	assert_true(c->next_serial - c->first_serial <= CONV_MESSAGES_MAX);
	assert_int_equal(c->next_serial - CONV_SERIAL_FIRST, 100001);
	assert_true(c->unread <= CONV_MESSAGES_MAX);
	assert_int_equal(conv_message(c, c->next_serial - 1)->missing, 0);
	/* In the middle of one, another is heard at once. */
	made = 0;
	make_messages(r, 5000, &made);
	size_t n;
	const uint8_t *p = session_output(r->end.session, &n);
	engine_bytes(k.engine, k.now, r->conn, p, 65536);
	session_consume(r->end.session, 65536);
	assert_false(engine_reading(k.engine, r->conn));
	assert_true(engine_reading(k.engine, other->conn));
	assert_true(k.engine->effect_count < 4 * PUMP_MAX);
	ekit_drain(&k);
	uint64_t before = c->next_serial;
	made = 0;
	make_messages(other, 1, &made);
	p = session_output(other->end.session, &n);
	engine_bytes(k.engine, k.now, other->conn, p, n);
	session_consume(other->end.session, n);
	ekit_drain(&k);
	assert_int_equal(other->acks, 1);
	assert_true(c->next_serial - before <= PUMP_MAX);
	ekit_pass(&k, 1000);
	assert_int_equal(r->acks, 105000);
}

static void
t33_a_stranger_who_floods(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1);
	struct addr addr = ekit_addr(1);
	unsigned made = 0;

	assert_true(remote_connect(&k, r, &addr));
	for (int i = 0; i < 1000; i++) {
		make_messages(r, 100, &made);
		ekit_pass(&k, 10);
	}
	assert_in_range(r->acks, STRANGER_BURST + 10 * STRANGER_PER_S - 20,
	    STRANGER_BURST + 10 * STRANGER_PER_S + 1);
	assert_false(engine_reading(k.engine, r->conn));
	/* What was made is not lost: answered, it all comes. */
	ekit_say(&k, r, "stop it");
	ekit_pass(&k, 10000);
	assert_int_equal(r->acks, made);
	const struct conv *c = ekit_conv(&k, r);
	assert_true(c->next_serial - c->first_serial <= CONV_MESSAGES_MAX);
}

/* What is not a text costs the same. */
static void
t33_a_stranger_with_other_messages(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1);
	struct addr addr = ekit_addr(1);

	assert_true(remote_connect(&k, r, &addr));
	uint64_t before = engine_model(k.engine)->revision;
	for (int i = 0; i < 10000; i++) {
		struct msg m = { .type = MSG_STATUS,
			.status = { .away = i % 2 == 0 } };
		remote_send(&k, r, &m);
	}
	ekit_pass(&k, 5000);
	assert_in_range(engine_model(k.engine)->revision - before,
	    STRANGER_BURST, STRANGER_BURST + 5 * STRANGER_PER_S + 1);
}

static void
t33_long_texts_are_bounded_by_bytes(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1);
	struct addr addr = ekit_addr(1);
	size_t held = 0;

	assert_true(remote_connect(&k, r, &addr));
	ekit_say(&k, r, "go on");
	for (int i = 0; i < 500; i++)
		remote_say(&k, r, text);
	assert_int_equal(r->acks, 500);
	const struct conv *c = ekit_conv(&k, r);
	for (uint64_t s = c->first_serial; s < c->next_serial; s++)
		held += conv_message(c, s)->size;
	assert_in_range(held, CONV_BYTES_MAX / 2, CONV_BYTES_MAX);
}

/* Else they would fill the quota, and what people said would go for it. */
static void
t22_a_stranger_with_long_texts(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1);
	struct addr addr = ekit_addr(1);

	assert_true(remote_connect(&k, r, &addr));
	for (int i = 0; i < 60; i++) {
		remote_say(&k, r, text);
		ekit_pass(&k, 100);
	}
	assert_in_range(r->acks, 1, STRANGER_BYTES_MAX / strlen(text) + 1);
	assert_int_equal(r->acks + r->nacks, 60);
	ekit_say(&k, r, "go on");
	remote_say(&k, r, text);
	assert_int_equal(r->acks + r->nacks, 61);
	assert_true(r->acks > STRANGER_BYTES_MAX / (strlen(text) + 1024));
}

/* One TEXT message of that size in records, whole or not. */
static size_t
oversize(struct raw *raw, struct wire *w, size_t text_size, uint8_t number)
{
	struct msg m = { .type = MSG_TEXT,
		.post = { .seq = number + 1u,
		    .prev = number,
		    .text = untrusted_of("x", 1) } };
	size_t n;

	m.post.id.b[0] = number;
	assert_int_equal(msg_encode(&m, bytes, sizeof bytes, &n), 0);
	uint8_t *p = bytes + 1 + 20 + 12 + 12;
	p[0] = 5;
	p[1] = (uint8_t)(text_size >> 16);
	p[2] = (uint8_t)(text_size >> 8);
	p[3] = (uint8_t)text_size;
	memset(p + 4, 'x', text_size);
	size_t size = (size_t)(p - bytes) + 4 + text_size;
	for (size_t at = 0; at < size; at += RECORD_DATA_MAX) {
		size_t part = size - at;
		uint8_t flags = part <= RECORD_DATA_MAX ? KIT_FIN : 0;
		if (w->size + RECORD_MAX + 2 > WIRE_MAX)
			break;
		raw_record(raw, w, flags, bytes + at,
		    part < RECORD_DATA_MAX ? part : RECORD_DATA_MAX);
	}
	return size;
}

static void
t34_messages_that_are_too_long(void **state)
{
	(void)state;
	static const size_t sizes[] = { 65535, 65536, 65537, 65538, 65600,
		66000, 67000, 68000, 69000, 69950, 69955, 69956, 70000, 70001,
		80000, 131072, 262144, 1 << 20, 1 << 22, (1 << 24) - 1 };
	enum { COUNT = sizeof sizes / sizeof *sizes };
	static struct wire w;
	static struct raw raw;
	unsigned taken = 0, refused = 0, ended = 0;

	assert_int_equal(COUNT, 20);
	for (uint8_t i = 0; i < COUNT; i++) {
		struct remote *r = ekit_remote(&k, i);
		struct addr addr = ekit_addr(1u + i);
		remote_open_raw(&k, r, &raw, &addr);
		uint64_t bad = engine_model(k.engine)->records_bad;
		w.size = 0;
		size_t size = oversize(&raw, &w, sizes[i], i);
		r->raw->size = 0;
		ekit_give(&k, r, w.bytes, w.size);
		ended += r->closed;
		assert_int_equal(r->closed, size > MSG_MAX);
		assert_int_equal(
		    engine_model(k.engine)->records_bad - bad, r->closed);
		bool shown = ekit_count(&k, r, MESSAGE_TEXT, false) == 1;
		assert_int_equal(shown, sizes[i] <= TEXT_MAX);
		taken += shown;
		/* One answer, and it is a NACK, of one padded record. */
		if (!shown && !r->closed) {
			assert_int_equal(
			    r->raw->size, 2 + 1 + 64 + NOISE_TAG_SIZE);
			refused++;
		}
		if (!r->closed)
			remote_lose(&k, r);
	}
	assert_int_equal(taken, 2);
	assert_int_equal(taken + refused + ended, 20);
	ekit_pass(&k, 3600000);
	assert_int_equal(k.counts[EFFECT_DIAL], 0);
}

/* A delivery is reported for a message that the next text pushes out. */
static void
what_is_reported_is_still_there(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1);
	struct addr addr = ekit_addr(1);
	unsigned made = 0;

	assert_true(remote_connect(&k, r, &addr));
	r->hold_acks = true;
	ekit_say(&k, r, "first of all");
	struct msg ack = { .type = MSG_ACK,
		.ack = {
		    .state = ACK_STORED, .count = 1, .ids = { r->last_id } } };
	make_messages(r, CONV_MESSAGES_MAX - 1, &made);
	ekit_pass(&k, 100);
	const struct conv *c = ekit_conv(&k, r);
	assert_int_equal(c->first_serial - CONV_SERIAL_FIRST, 0);
	assert_int_equal(c->next_serial - CONV_SERIAL_FIRST, CONV_MESSAGES_MAX);
	/* Both in one read. */
	remote_send(&k, r, &ack);
	make_messages(r, 1, &made);
	ekit_run(&k);
	assert_int_equal(c->first_serial - CONV_SERIAL_FIRST, 1);
	assert_int_equal(made, CONV_MESSAGES_MAX);
	assert_int_equal(contacts_waiting(k.engine), 0);
}

/* As many sessions as there can be, with as much on its way on each. */
static void
everybody_is_lost_at_once(void **state)
{
	(void)state;
	static char names[SESSIONS_MAX][4];

	for (uint32_t i = 0; i < SESSIONS_MAX; i++) {
		struct remote *r = ekit_remote(&k, i);
		struct addr addr = ekit_addr(i);
		snprintf(names[i], sizeof names[i], "%03u", i);
		r->hello.name = untrusted_of(names[i], 3);
		r->hold_acks = true;
		assert_true(remote_connect(&k, r, &addr));
		for (int n = 0; n < CHAT_FLIGHT_MAX; n++)
			ekit_say(&k, r, "x");
		assert_int_equal(r->texts, CHAT_FLIGHT_MAX);
		r->silent = true;
	}
	unsigned told = k.counts[EFFECT_DELIVERY];
	/* Nobody answers the test after a change of network. */
	engine_network(k.engine, k.now, NULL, 0, true);
	ekit_drain(&k);
	k.now.mono_ms += SESSION_PROBE_MS;
	engine_tick(k.engine, k.now);
	ekit_drain(&k);
	assert_int_equal(ekit_conns(&k) - k.dial_count, 0);
	assert_int_equal(
	    k.counts[EFFECT_DELIVERY] - told, SESSIONS_MAX * CHAT_FLIGHT_MAX);
}

/* An impostor answers on every address, again and again. */
static void
t6_impostors_do_not_fill_the_screen(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1);
	struct addr addr = ekit_addr(1);

	ekit_hear(&k, r, "bob", &addr, 1);
	ekit_say(&k, r, "hi");
	for (uint32_t i = 2; i < 100; i++) {
		while (k.dial_count > 0) {
			struct remote *other = ekit_remote(&k, 900);
			remote_answer(&k, other);
			assert_int_equal(other->end.hellos, 0);
			assert_true(other->closed);
		}
		ekit_hear(&k, r, "bob", &addr, i);
		ekit_pass(&k, 10000);
	}
	assert_in_range(ekit_count(&k, r, MESSAGE_ERROR, false), 1, 5);
	assert_int_equal(contacts_waiting(k.engine), 1);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(t6_impostors_do_not_fill_the_screen),
		CASE(t22_ten_thousand_fake_peers),
		CASE(t22_three_thousand_visitors),
		CASE(t22_strangers_fill_no_more_than_their_inbox),
		CASE(t30_a_thousand_idle_sockets_of_one_host),
		CASE(t30_a_thousand_idle_sockets_of_many),
		CASE(t31_connecting_again_and_again),
		CASE(t31_nothing_waits_for_who_is_gone),
		CASE(t33_a_friend_who_floods),
		CASE(t33_a_stranger_who_floods),
		CASE(t33_a_stranger_with_other_messages),
		CASE(t33_long_texts_are_bounded_by_bytes),
		CASE(t22_a_stranger_with_long_texts),
		CASE(t34_messages_that_are_too_long),
		CASE(what_is_reported_is_still_there),
		CASE(everybody_is_lost_at_once),
	};

	if (sodium_init() < 0)
		return 99;
	memset(text, 't', TEXT_MAX);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
