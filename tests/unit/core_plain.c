/* SPDX-License-Identifier: MIT */
/*
 * The plain dialect in the engine: datagrams, streams, and what strangers
 * cannot do with them.
 */
#include "core/plain_state.h"

#include "base/mem.h"
#include "engine_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

static void
set(struct ekit *k, const char *line)
{
	struct command cmd = {
		.kind = COMMAND_SET,
		.conv = CONV_NEARBY,
		.on = true,
		.text = xstrdup(line),
	};

	ekit_do(k, &cmd);
	command_clear(&cmd);
}

/* The last port that was asked for stands. */
static uint32_t
stand(struct ekit *k)
{
	const struct effect *l = &k->ports.listens[k->ports.listen_count - 1];

	assert_int_equal(l->kind, EFFECT_LISTEN);
	uint32_t via = l->token;
	engine_listening(k->engine, k->now, via, l->port, 0);
	ekit_drain(k);
	return via;
}

/* The port of the shouts. */
static uint32_t
begin(struct ekit *k)
{
	ekit_init(k, 1);
	set(k, "plain on");
	return stand(k);
}

static uint32_t
listen_at(struct ekit *k, bool tcp, uint16_t port, const char *framing)
{
	struct command cmd = {
		.kind = COMMAND_LISTEN,
		.conv = CONV_NEARBY,
		.on = tcp,
		.number = port,
		.text = framing == NULL ? NULL : xstrdup(framing),
	};

	ekit_do(k, &cmd);
	command_clear(&cmd);
	return stand(k);
}

static struct addr
at(uint32_t host, uint16_t port)
{
	struct addr a = ekit_addr(host);

	a.port = port;
	return a;
}

static void
datagram(struct ekit *k, uint32_t via, const struct addr *from, bool to_all,
    const char *text, size_t n)
{
	struct port_input in = {
		.from = *from,
		.to_all = to_all,
		.bytes = (const uint8_t *)text,
		.size = n,
	};

	engine_datagram_at(k->engine, k->now, via, &in);
	ekit_drain(k);
}

static void
hear(struct ekit *k, uint32_t via, const struct addr *from, bool to_all,
    const char *text)
{
	datagram(k, via, from, to_all, text, strlen(text));
}

static struct fp
fp_at(const char *scheme, const struct addr *a)
{
	char text[ADDR_TEXT_MAX], handle[HANDLE_SIZE];

	snprintf(handle, sizeof(handle), "%s://%s", scheme, addr_text(a, text));
	return legacy_fp(DIALECT_PLAIN, handle);
}

/* The nth that connected from there. */
static const struct peer *
caller(struct ekit *k, const struct addr *a, unsigned nth)
{
	char text[ADDR_TEXT_MAX], handle[HANDLE_SIZE];

	addr_host_text(a, text);
	if (nth == 1)
		snprintf(handle, sizeof(handle), "tcp://%s", text);
	else
		snprintf(handle, sizeof(handle), "tcp://%s#%u", text, nth);
	struct fp fp = legacy_fp(DIALECT_PLAIN, handle);
	return model_peer(engine_model(k->engine), &fp);
}

static const struct peer *
peer_at(struct ekit *k, const char *scheme, const struct addr *a)
{
	struct fp fp = fp_at(scheme, a);

	return model_peer(engine_model(k->engine), &fp);
}

/* In a conversation (NULL: nearby): how many of a kind, and the last. */
static unsigned
count(struct ekit *k, const struct peer *p, enum message_kind kind,
    const struct message **ret_last)
{
	const struct conv *c = model_conv(engine_model(k->engine),
	    p == NULL ? (uint32_t)CONV_NEARBY : p->conv);
	unsigned n = 0;

	for (uint64_t s = c == NULL ? 0 : c->first_serial;
	     c != NULL && s < c->next_serial; s++) {
		const struct message *m = conv_message(c, s);
		if (m->kind != kind)
			continue;
		n++;
		if (ret_last != NULL)
			*ret_last = m;
	}
	return n;
}

static void
say_to(struct ekit *k, const struct peer *p, const char *text)
{
	ekit_command(k, COMMAND_SAY, &p->fp, text);
}

static void
expect_notice(struct ekit *k, const struct peer *p, const char *part)
{
	const struct message *m = NULL;
	const struct message *error = NULL;

	count(k, p, MESSAGE_INFO, &m);
	count(k, p, MESSAGE_ERROR, &error);
	if ((m == NULL || strstr(m->text, part) == NULL) &&
	    (error == NULL || strstr(error->text, part) == NULL))
		fail_msg("no \"%s\" but \"%s\"", part,
		    m == NULL ? "nothing" : m->text);
}

static void
it_is_off_until_it_is_switched_on(void **state)
{
	struct ekit k;

	(void)state;
	ekit_init(&k, 1);
	assert_int_equal(k.counts[EFFECT_LISTEN], 0);
	struct command cmd = { .kind = COMMAND_LISTEN,
		.conv = CONV_NEARBY,
		.on = true,
		.number = 8888 };
	ekit_do(&k, &cmd);
	expect_notice(&k, NULL, "/dialect plain on");
	assert_int_equal(k.counts[EFFECT_LISTEN], 0);
	ekit_command(&k, COMMAND_CONNECT, NULL, "tcp://10.0.0.9:8888");
	assert_int_equal(k.counts[EFFECT_DIAL], 0);
	struct command shout = { .kind = COMMAND_SHOUT,
		.conv = CONV_NEARBY,
		.on = true,
		.text = (char *)(uintptr_t) "hello" };
	ekit_do(&k, &shout);
	assert_int_equal(count(&k, NULL, MESSAGE_SHOUT, NULL), 0);
	set(&k, "plain on");
	assert_int_equal(k.ports.listens[0].port, 33333);
	assert_int_equal(k.ports.listens[0].transport, CARRIER_UDP);
	uint32_t via = stand(&k);
	set(&k, "plain off");
	assert_int_equal(k.counts[EFFECT_UNLISTEN], 1);
	struct addr from = at(9, 40000);
	hear(&k, via, &from, true, "hello");
	assert_int_equal(count(&k, NULL, MESSAGE_SHOUT, NULL), 0);
	ekit_clear(&k);
}

static void
a_datagram_is_a_shout_of_its_address(void **state)
{
	struct ekit k;
	uint32_t via = begin(&k);
	struct addr from = at(9, 40000);
	const struct message *m = NULL;

	(void)state;
	hear(&k, via, &from, true, "hello everybody\n");
	assert_int_equal(count(&k, NULL, MESSAGE_SHOUT, &m), 1);
	assert_string_equal(m->text, "hello everybody");
	assert_int_equal(m->dialect, DIALECT_PLAIN);
	assert_false(m->mine);
	const struct peer *p = peer_at(&k, "udp", &from);
	char text[ADDR_TEXT_MAX];
	assert_string_equal(p->name, addr_text(&from, text));
	assert_int_equal(p->presence, PRESENCE_ONLINE);
	assert_int_equal(p->trust, TRUST_UNKNOWN);
	/* Sent to us alone it is one, too. */
	hear(&k, via, &from, false, "psst");
	assert_int_equal(count(&k, NULL, MESSAGE_SHOUT, NULL), 2);
	assert_int_equal(p->conv, 0);
	/* And nothing was answered. */
	assert_int_equal(k.ports.datagrams + k.ports.broadcasts, 0);
	/* Who is not heard for long is there no more. */
	ekit_pass(&k, PLAIN_GONE_MS);
	assert_int_equal(peer_at(&k, "udp", &from)->presence, PRESENCE_OFFLINE);
	ekit_clear(&k);
}

static void
a_shout_goes_to_everybody_and_comes_back_once(void **state)
{
	struct ekit k;
	uint32_t via = begin(&k);
	struct command shout = { .kind = COMMAND_SHOUT,
		.conv = CONV_NEARBY,
		.on = true,
		.text = (char *)(uintptr_t) "pizza" };
	struct iface lan = { .name = "lan0", .addr = ekit_addr(77) };
	const struct message *m = NULL;

	(void)state;
	engine_network(k.engine, k.now, &lan, 1, true);
	ekit_drain(&k);
	ekit_do(&k, &shout);
	assert_int_equal(k.ports.broadcasts, 1);
	assert_int_equal(k.ports.last.via, via);
	assert_int_equal(k.ports.last.port, 33333);
	assert_memory_equal(k.ports.bytes, "pizza", 5);
	assert_int_equal(count(&k, NULL, MESSAGE_SHOUT, &m), 1);
	assert_true(m->mine && m->dialect == DIALECT_PLAIN);
	struct addr own = at(77, 33333);
	hear(&k, via, &own, true, "pizza");
	hear(&k, via, &own, true, "pizza");
	assert_int_equal(count(&k, NULL, MESSAGE_SHOUT, NULL), 1);
	/* Another program here, and somebody who repeats us. */
	hear(&k, via, &own, true, "pasta");
	struct addr other = at(9, 33333);
	hear(&k, via, &other, true, "pizza");
	assert_int_equal(count(&k, NULL, MESSAGE_SHOUT, NULL), 3);
	/* In a row there are so many. */
	for (int i = 0; i < 20; i++)
		ekit_do(&k, &shout);
	assert_int_equal(k.ports.broadcasts, 5);
	ekit_clear(&k);
}

static void
t20_malformed_datagrams_are_counted_and_not_shown(void **state)
{
	struct ekit k;
	uint32_t via = begin(&k);
	const struct model *m = engine_model(k.engine);
	uint8_t bytes[64];

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct addr from = at(9 + i % 50, (uint16_t)(1024 + i));
		size_t n = i % 40;
		for (size_t j = 0; j < n; j++)
			bytes[j] = (uint8_t)(i * 7 + j * 13);
		if (n > 0)
			bytes[n / 2] = (uint8_t)(i % 9);
		datagram(&k, via, &from, i % 2 == 0, (const char *)bytes, n);
		ekit_pass(&k, 1);
	}
	assert_int_equal(m->legacy.plain_bad, 1000);
	assert_int_equal(count(&k, NULL, MESSAGE_SHOUT, NULL), 0);
	assert_int_equal(m->legacy_count, 0);
	assert_int_equal(k.ports.datagrams + k.ports.broadcasts, 0);
	ekit_clear(&k);
}

static void
t20_a_flood_of_shouts_is_thinned_by_host(void **state)
{
	struct ekit k;
	uint32_t via = begin(&k);
	const struct model *m = engine_model(k.engine);

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct addr from = at(9, (uint16_t)(1024 + i));
		hear(&k, via, &from, true, "buy");
	}
	assert_int_equal(count(&k, NULL, MESSAGE_SHOUT, NULL), PLAIN_BURST);
	assert_int_equal(m->legacy.plain_limited, 1000 - PLAIN_BURST);
	/* Others are heard. */
	struct addr ana = at(10, 40000);
	hear(&k, via, &ana, true, "hello");
	assert_int_equal(count(&k, NULL, MESSAGE_SHOUT, NULL), PLAIN_BURST + 1);
	/* Nor do thousands of hosts get more than all may say. */
	for (unsigned i = 0; i < 5000; i++) {
		struct addr from = at(1000 + i, 40000);
		hear(&k, via, &from, true, "buy");
	}
	assert_int_equal(count(&k, NULL, MESSAGE_SHOUT, NULL), PLAIN_ALL_BURST);
	assert_true(m->legacy_count <= LEGACY_PEERS_MAX);
	assert_int_equal(k.ports.datagrams + k.ports.broadcasts, 0);
	ekit_clear(&k);
}

/* T21: each datagram of one is handed to the other for ever, if they answer. */
static void
t21_two_of_us_bounce_nothing(void **state)
{
	struct ekit a, b;
	uint32_t via_a = begin(&a), via_b = begin(&b);
	struct addr at_a = at(50, 33333), at_b = at(51, 33333);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		char text[32];
		snprintf(text, sizeof(text), "spoofed %d", i);
		hear(&a, via_a, &at_b, i % 2 == 0, text);
		hear(&b, via_b, &at_a, i % 2 == 0, text);
	}
	ekit_pass(&a, 2000);
	ekit_pass(&b, 2000);
	assert_int_equal(a.ports.datagrams + a.ports.broadcasts, 0);
	assert_int_equal(b.ports.datagrams + b.ports.broadcasts, 0);
	ekit_clear(&a);
	ekit_clear(&b);
}

static void
a_talk_over_datagrams_leaves_by_the_port_it_came_to(void **state)
{
	struct ekit k;
	const struct message *m = NULL;

	(void)state;
	begin(&k);
	uint32_t via = listen_at(&k, false, 9000, NULL);
	struct addr from = at(9, 40000);
	hear(&k, via, &from, false, "are you there?\r\n");
	const struct peer *p = peer_at(&k, "udp", &from);
	assert_int_not_equal(p->conv, 0);
	assert_int_equal(count(&k, p, MESSAGE_TEXT, &m), 1);
	assert_string_equal(m->text, "are you there?");
	say_to(&k, p, "yes");
	assert_int_equal(k.ports.datagrams, 1);
	assert_int_equal(k.ports.last.via, via);
	assert_true(addr_equal(&k.ports.last.addr, &from));
	assert_int_equal(k.ports.last.size, 3);
	count(&k, p, MESSAGE_TEXT, &m);
	assert_int_equal(m->delivery, DELIVERY_SENT);
	/* At the port of the shouts it is the same talk. */
	hear(&k, k.ports.listens[0].token, &from, false, "good");
	assert_int_equal(count(&k, p, MESSAGE_TEXT, NULL), 3);
	hear(&k, k.ports.listens[0].token, &from, true, "all: good");
	assert_int_equal(count(&k, p, MESSAGE_TEXT, NULL), 3);
	assert_int_equal(count(&k, NULL, MESSAGE_SHOUT, NULL), 1);
	ekit_clear(&k);
}

static void
a_contact_by_name_is_there_after_a_restart(void **state)
{
	struct ekit k;

	(void)state;
	begin(&k);
	ekit_command(&k, COMMAND_CONTACT, NULL, "lab two udp://10.9.8.7:9000");
	struct addr to = {
		.family = ADDR_IPV4, .ip = { 10, 9, 8, 7 }, .port = 9000
	};
	const struct peer *p = peer_at(&k, "udp", &to);
	assert_non_null(p);
	assert_string_equal(p->name, "lab two");
	say_to(&k, p, "first");
	assert_int_equal(k.ports.datagrams, 1);
	ekit_restart(&k);
	p = peer_at(&k, "udp", &to);
	assert_non_null(p);
	assert_string_equal(p->name, "lab two");
	assert_int_equal(p->presence, PRESENCE_OFFLINE);
	/* What is said now waits for the port. */
	say_to(&k, p, "second");
	const struct message *m = NULL;
	count(&k, p, MESSAGE_TEXT, &m);
	assert_int_equal(m->delivery, DELIVERY_QUEUED);
	assert_int_equal(k.ports.datagrams, 1);
	set(&k, "plain on");
	uint32_t via = stand(&k);
	p = peer_at(&k, "udp", &to);
	assert_int_equal(p->presence, PRESENCE_ONLINE);
	assert_int_equal(k.ports.datagrams, 2);
	assert_int_equal(k.ports.last.via, via);
	assert_memory_equal(k.ports.bytes, "second", 6);
	/* It is written to once. */
	set(&k, "plain off");
	set(&k, "plain on");
	stand(&k);
	assert_int_equal(k.ports.datagrams, 2);
	ekit_clear(&k);
}

static uint32_t
client(struct ekit *k, uint32_t via, const struct addr *from)
{
	uint32_t conn = engine_accepted_at(k->engine, k->now, via, from);

	ekit_drain(k);
	return conn;
}

static void
stream(struct ekit *k, uint32_t conn, const char *text)
{
	engine_bytes(
	    k->engine, k->now, conn, (const uint8_t *)text, strlen(text));
	ekit_drain(k);
}

static void
expect_sent(struct ekit *k, uint32_t conn, const char *text)
{
	assert_int_equal(k->ports.conn, conn);
	assert_int_equal(k->ports.sent_size, strlen(text));
	assert_memory_equal(k->ports.sent, text, strlen(text));
	k->ports.sent_size = 0;
}

static void
a_client_talks_and_leaves_others_alone(void **state)
{
	struct ekit k;
	const struct message *m = NULL;

	(void)state;
	begin(&k);
	uint32_t via = listen_at(&k, true, 8888, NULL);
	struct addr one = at(9, 40001), two = at(9, 40002);
	uint32_t a = client(&k, via, &one), b = client(&k, via, &two);
	const struct peer *p = caller(&k, &one, 1);
	const struct peer *q = caller(&k, &two, 2);
	assert_int_equal(p->presence, PRESENCE_ONLINE);
	stream(&k, a, "hello\nmore");
	stream(&k, b, "from b\r\n");
	assert_int_equal(count(&k, p, MESSAGE_TEXT, &m), 1);
	assert_string_equal(m->text, "hello");
	say_to(&k, p, "hi");
	expect_sent(&k, a, "hi\n");
	say_to(&k, q, "one\ntwo");
	expect_sent(&k, b, "one\r\ntwo\r\n");
	count(&k, q, MESSAGE_TEXT, &m);
	assert_int_equal(m->delivery, DELIVERY_SENT);
	/* No end, and nothing follows. */
	ekit_pass(&k, FRAMING_QUIET_MS + 1);
	assert_int_equal(count(&k, p, MESSAGE_TEXT, &m), 3);
	assert_string_equal(m->text, "more");
	stream(&k, a, "exit");
	engine_closed(k.engine, k.now, a, 0);
	ekit_drain(&k);
	assert_int_equal(count(&k, p, MESSAGE_TEXT, &m), 4);
	assert_string_equal(m->text, "exit");
	expect_notice(&k, p, "said goodbye");
	assert_int_equal(p->presence, PRESENCE_OFFLINE);
	assert_int_equal(q->presence, PRESENCE_ONLINE);
	/* Who is gone gets nothing, and it waits. */
	say_to(&k, p, "wait");
	count(&k, p, MESSAGE_TEXT, &m);
	assert_int_equal(m->delivery, DELIVERY_QUEUED);
	assert_int_equal(k.ports.sent_size, 0);
	/* What was sent stays sent. */
	const struct conv *c = model_conv(engine_model(k.engine), p->conv);
	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		m = conv_message(c, s);
		if (m->mine && strcmp(m->text, "hi") == 0)
			assert_int_equal(m->delivery, DELIVERY_SENT);
	}
	stream(&k, b, "still here\n\n");
	assert_int_equal(count(&k, q, MESSAGE_TEXT, &m), 3);
	engine_closed(k.engine, k.now, b, 0);
	ekit_drain(&k);
	expect_notice(&k, q, "an empty line");
	assert_int_equal(k.engine->plain_conns, 0);
	/* The host is back, as somebody it was. */
	struct addr three = at(9, 40003);
	uint32_t c2 = client(&k, via, &three);
	expect_sent(&k, c2, "wait\n");
	assert_int_equal(p->presence, PRESENCE_ONLINE);
	assert_int_equal(q->presence, PRESENCE_OFFLINE);
	assert_int_equal(engine_model(k.engine)->legacy_count, 2);
	ekit_clear(&k);
}

static void
we_connect_and_hang_up(void **state)
{
	struct ekit k;
	const struct message *m = NULL;

	(void)state;
	begin(&k);
	ekit_command(&k, COMMAND_CONNECT, NULL, "tcp://10.9.8.7:8888 length");
	assert_int_equal(k.dial_count, 1);
	struct addr to = k.dials[0].addr;
	uint32_t conn = k.dials[0].conn;
	assert_int_equal(to.port, 8888);
	assert_null(peer_at(&k, "tcp", &to));
	engine_opened(k.engine, k.now, conn);
	ekit_drain(&k);
	const struct peer *p = peer_at(&k, "tcp", &to);
	assert_int_not_equal(p->conv, 0);
	expect_notice(&k, NULL, "framing length");
	say_to(&k, p, "hi");
	assert_int_equal(k.ports.sent_size, 6);
	assert_memory_equal(k.ports.sent, "\0\0\0\2hi", 6);
	engine_bytes(
	    k.engine, k.now, conn, (const uint8_t *)"\0\0\0\3a\nb\0\0\0\1", 11);
	ekit_drain(&k);
	assert_int_equal(count(&k, p, MESSAGE_TEXT, &m), 2);
	assert_string_equal(m->text, "a\nb");
	stream(&k, conn, "x");
	assert_int_equal(count(&k, p, MESSAGE_TEXT, NULL), 3);
	/* Twice is once. */
	ekit_command(&k, COMMAND_CONNECT, NULL, "tcp://10.9.8.7:8888");
	engine_opened(k.engine, k.now, k.dials[1].conn);
	ekit_drain(&k);
	expect_notice(&k, NULL, "already");
	ekit_command(&k, COMMAND_HANGUP, &p->fp, NULL);
	assert_int_equal(k.ports.closed, conn);
	assert_int_equal(peer_at(&k, "tcp", &to)->presence, PRESENCE_OFFLINE);
	assert_int_equal(k.engine->plain_conns, 0);
	/* What waits goes out with the next connection. */
	k.ports.sent_size = 0;
	say_to(&k, p, "later");
	assert_int_equal(k.ports.sent_size, 0);
	k.dial_count = 0;
	ekit_command(&k, COMMAND_CONNECT, NULL, "tcp://10.9.8.7:8888");
	engine_opened(k.engine, k.now, k.dials[0].conn);
	ekit_drain(&k);
	expect_sent(&k, k.dials[0].conn, "later\n");
	ekit_clear(&k);
}

static void
nobody_there_is_told(void **state)
{
	struct ekit k;

	(void)state;
	begin(&k);
	ekit_command(&k, COMMAND_CONNECT, NULL, "tcp://host.lan:8888");
	assert_string_equal(k.host, "host.lan");
	struct addr two[2] = { at(20, 8888), at(21, 8888) };
	engine_resolved(k.engine, k.now, k.token, two, 2, NULL);
	ekit_drain(&k);
	ekit_fail_dial(&k, ECONNREFUSED);
	assert_int_equal(k.dial_count, 1);
	ekit_fail_dial(&k, ECONNREFUSED);
	expect_notice(&k, NULL, "connection refused");
	assert_int_equal(engine_model(k.engine)->legacy_count, 0);
	static const char *const bad[] = { "tcp://", "tcp://host",
		"tcp://host:0", "udp://host:99999", "tcp://h:1 rows",
		"tcp://[::1", "tcp://a b:1", "udp://:9", "tcp://h:9x" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ekit_command(&k, COMMAND_CONNECT, NULL, bad[i]);
		expect_notice(&k, NULL, bad[i]);
	}
	assert_int_equal(k.dial_count, 0);
	assert_int_equal(k.counts[EFFECT_RESOLVE], 1);
	ekit_clear(&k);
}

static void
t25_a_length_too_long_ends_that_stream_alone(void **state)
{
	struct ekit k;

	(void)state;
	begin(&k);
	uint32_t via = listen_at(&k, true, 8888, "length");
	struct addr one = at(9, 40001), two = at(9, 40002);
	uint32_t a = client(&k, via, &one), b = client(&k, via, &two);
	engine_bytes(
	    k.engine, k.now, a, (const uint8_t *)"\x7f\xff\xff\xff", 4);
	ekit_drain(&k);
	assert_int_equal(k.ports.closed, a);
	assert_int_equal(engine_model(k.engine)->legacy.plain_bad, 1);
	assert_int_equal(k.engine->plain_conns, 1);
	engine_bytes(k.engine, k.now, b, (const uint8_t *)"\0\0\0\2hi", 6);
	ekit_drain(&k);
	assert_int_equal(count(&k, caller(&k, &two, 2), MESSAGE_TEXT, NULL), 1);
	ekit_clear(&k);
}

/* A stranger's lines are taken at his rate; the rest waits in the stream. */
static void
t20_a_stranger_in_a_hurry_waits(void **state)
{
	struct ekit k;
	char lines[2001];

	(void)state;
	begin(&k);
	uint32_t via = listen_at(&k, true, 8888, NULL);
	struct addr one = at(9, 40001);
	uint32_t a = client(&k, via, &one);
	for (size_t i = 0; i < 2000; i += 2)
		memcpy(lines + i, "x\n", 2);
	lines[2000] = '\0';
	stream(&k, a, lines);
	assert_false(engine_reading(k.engine, a));
	const struct peer *p = caller(&k, &one, 1);
	assert_int_equal(count(&k, p, MESSAGE_TEXT, NULL), STRANGER_BURST);
	ekit_pass(&k, 1000);
	assert_in_range(count(&k, p, MESSAGE_TEXT, NULL),
	    STRANGER_BURST + STRANGER_PER_S - 1,
	    STRANGER_BURST + STRANGER_PER_S + 1);
	/* Who is answered is none. */
	say_to(&k, p, "slowly!");
	ekit_pass(&k, 100);
	assert_int_equal(count(&k, p, MESSAGE_TEXT, NULL), 1001);
	assert_true(engine_reading(k.engine, a));
	ekit_clear(&k);
}

static void
t20_streams_take_their_own_places_only(void **state)
{
	struct ekit k;
	unsigned taken = 0;

	(void)state;
	begin(&k);
	uint32_t via = listen_at(&k, true, 8888, NULL);
	for (unsigned i = 0; i < 400; i++) {
		struct addr from = at(9, (uint16_t)(20000 + i));
		taken += client(&k, via, &from) != 0;
	}
	assert_int_equal(taken, PLAIN_CONNS_MAX);
	/* One talks, another goes, and there is room again. */
	struct addr first = at(9, 20000), more = at(10, 20000);
	const struct peer *p = caller(&k, &first, 1);
	assert_non_null(p);
	struct remote *ana = ekit_friend(&k, 2, "ana");
	remote_say(&k, ana, "hello");
	assert_int_equal(ekit_count(&k, ana, MESSAGE_TEXT, false), 1);
	ekit_command(&k, COMMAND_HANGUP, &p->fp, NULL);
	/* Nobody said a word: it is forgotten. */
	assert_null(caller(&k, &first, 1));
	assert_int_not_equal(client(&k, via, &more), 0);
	set(&k, "plain off");
	assert_int_equal(k.engine->plain_conns, 0);
	assert_int_equal(engine_model(k.engine)->legacy_count, 0);
	ekit_clear(&k);
}

static void
who_does_not_read_is_not_sent_more(void **state)
{
	struct ekit k;
	const struct message *m = NULL;
	char *text = xmalloc(60001);

	(void)state;
	begin(&k);
	uint32_t via = listen_at(&k, true, 8888, NULL);
	struct addr one = at(9, 40001);
	uint32_t a = client(&k, via, &one);
	const struct peer *p = caller(&k, &one, 1);
	memset(text, 'x', 60000);
	text[60000] = '\0';
	unsigned sends = k.counts[EFFECT_SEND];
	for (int i = 0; i < 12; i++)
		say_to(&k, p, text);
	assert_int_equal(k.counts[EFFECT_SEND], sends + 5);
	count(&k, p, MESSAGE_TEXT, &m);
	assert_int_equal(m->delivery, DELIVERY_QUEUED);
	engine_drained(k.engine, k.now, a);
	ekit_drain(&k);
	assert_int_equal(k.counts[EFFECT_SEND], sends + 10);
	engine_drained(k.engine, k.now, a);
	ekit_drain(&k);
	assert_int_equal(k.counts[EFFECT_SEND], sends + 12);
	count(&k, p, MESSAGE_TEXT, &m);
	assert_int_equal(m->delivery, DELIVERY_SENT);
	free(text);
	ekit_clear(&k);
}

static void
what_cannot_be_written_there_is_not_sent(void **state)
{
	struct ekit k;
	const struct message *m = NULL;

	(void)state;
	begin(&k);
	uint32_t via = listen_at(&k, true, 8888, NULL);
	struct addr one = at(9, 40001);
	uint32_t a = client(&k, via, &one);
	stream(&k, a, "\xc4\xe3\xba\xc3\xca\xc0\xbd\xe7\n");
	struct peer *p =
	    model_peer_edit(k.engine->model, &caller(&k, &one, 1)->fp);
	p->charset = CHARSET_GB18030;
	say_to(&k, p, "\xe4\xbd\xa0\xe5\xa5\xbd");
	expect_sent(&k, a, "\xc4\xe3\xba\xc3\n");
	p->charset = CHARSET_CP1252;
	say_to(&k, p, "abc \xe4\xbd\xa0");
	assert_int_equal(k.ports.sent_size, 0);
	unsigned before = count(&k, p, MESSAGE_TEXT, NULL);
	expect_notice(&k, NULL, "cp1252, which has no \"\xe4\xbd\xa0\"");
	/* One that waits while the set changes. */
	engine_closed(k.engine, k.now, a, 0);
	ekit_drain(&k);
	p->charset = CHARSET_UTF8;
	say_to(&k, p, "\xe4\xbd\xa0");
	assert_int_equal(count(&k, p, MESSAGE_TEXT, &m), before + 1);
	assert_int_equal(m->delivery, DELIVERY_QUEUED);
	p->charset = CHARSET_CP1252;
	client(&k, via, &one);
	count(&k, p, MESSAGE_TEXT, &m);
	assert_int_equal(m->delivery, DELIVERY_FAILED);
	assert_int_equal(k.ports.sent_size, 0);
	ekit_clear(&k);
}

/* T10: nothing goes to who has the host of a contact with a key. */
static void
t10_a_host_of_a_contact_is_not_written_to_by_mistake(void **state)
{
	struct ekit k;

	(void)state;
	begin(&k);
	uint32_t via = listen_at(&k, false, 9000, NULL);
	struct remote *ana = ekit_friend(&k, 2, "ana");
	remote_say(&k, ana, "hello");
	struct addr from = ekit_peer(&k, ana)->addrs[0];
	from.port = 40000;
	hear(&k, via, &from, false, "it is me, ana");
	const struct peer *p = peer_at(&k, "udp", &from);
	assert_false(fp_is_zero(&p->claims));
	say_to(&k, p, "the secret");
	assert_int_equal(k.ports.datagrams, 0);
	expect_notice(&k, NULL, "read and forge");
	ekit_clear(&k);
}

static void
a_port_that_is_taken_is_told(void **state)
{
	struct ekit k;

	(void)state;
	begin(&k);
	struct command cmd = { .kind = COMMAND_LISTEN,
		.conv = CONV_NEARBY,
		.on = true,
		.number = 8888 };
	ekit_do(&k, &cmd);
	const struct effect *l = &k.ports.listens[k.ports.listen_count - 1];
	engine_listening(k.engine, k.now, l->token, 0, EADDRINUSE);
	ekit_drain(&k);
	expect_notice(&k, NULL, "another program has it");
	ekit_do(&k, &cmd);
	stand(&k);
	ekit_do(&k, &cmd);
	expect_notice(&k, NULL, "/unlisten tcp 8888");
	cmd.kind = COMMAND_UNLISTEN;
	ekit_do(&k, &cmd);
	expect_notice(&k, NULL, "not listened on any more");
	ekit_do(&k, &cmd);
	expect_notice(&k, NULL, "is not listened on");
	ekit_clear(&k);
}

/* It is found out by a command or a clock that more is there than may be taken:
 * whoever reads the stream is told, or would bring more. */
static void
a_stream_is_held_from_behind(void **state)
{
	enum { LINES = 150 };
	uint8_t bytes[4 + 2 * LINES] = { 0, 0, 0x80, 0 };
	struct addr one = at(9, 40001);
	struct ekit k;

	(void)state;
	begin(&k);
	uint32_t via = listen_at(&k, true, 8888, "length");
	uint32_t conn = client(&k, via, &one);
	struct fp fp = k.engine->plain->lines[0]->fp;
	for (size_t i = 4; i < sizeof(bytes); i += 2)
		memcpy(bytes + i, "a\n", 2);
	engine_bytes(k.engine, k.now, conn, bytes, sizeof(bytes));
	ekit_drain(&k);
	assert_true(engine_reading(k.engine, conn));
	assert_int_equal(k.counts[EFFECT_HOLD], 0);
	ekit_do(&k, &(struct command){ .kind = COMMAND_FRAMING,
			.peer = fp,
			.conv = CONV_NEARBY,
			.text = (char *)(uintptr_t) "line" });
	assert_false(engine_reading(k.engine, conn));
	assert_int_equal(k.counts[EFFECT_HOLD], 1);
	ekit_clear(&k);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_is_held_from_behind),
		cmocka_unit_test(it_is_off_until_it_is_switched_on),
		cmocka_unit_test(a_datagram_is_a_shout_of_its_address),
		cmocka_unit_test(a_shout_goes_to_everybody_and_comes_back_once),
		cmocka_unit_test(
		    t20_malformed_datagrams_are_counted_and_not_shown),
		cmocka_unit_test(t20_a_flood_of_shouts_is_thinned_by_host),
		cmocka_unit_test(t21_two_of_us_bounce_nothing),
		cmocka_unit_test(
		    a_talk_over_datagrams_leaves_by_the_port_it_came_to),
		cmocka_unit_test(a_contact_by_name_is_there_after_a_restart),
		cmocka_unit_test(a_client_talks_and_leaves_others_alone),
		cmocka_unit_test(we_connect_and_hang_up),
		cmocka_unit_test(nobody_there_is_told),
		cmocka_unit_test(t25_a_length_too_long_ends_that_stream_alone),
		cmocka_unit_test(t20_a_stranger_in_a_hurry_waits),
		cmocka_unit_test(t20_streams_take_their_own_places_only),
		cmocka_unit_test(who_does_not_read_is_not_sent_more),
		cmocka_unit_test(what_cannot_be_written_there_is_not_sent),
		cmocka_unit_test(
		    t10_a_host_of_a_contact_is_not_written_to_by_mistake),
		cmocka_unit_test(a_port_that_is_taken_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
