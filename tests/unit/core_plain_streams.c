/* SPDX-License-Identifier: MIT */
/*
 * Streams of the plain dialect in the engine.
 */
#include "plain_kit.h"

#include "base/mem.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
a_client_talks_and_leaves_others_alone(void **state)
{
	struct ekit k;
	const struct message *m = NULL;

	(void)state;
	pkit_begin(&k);
	uint32_t via = pkit_listen_at(&k, true, 8888, NULL);
	struct addr one = pkit_at(9, 40001), two = pkit_at(9, 40002);
	uint32_t a = pkit_client(&k, via, &one), b = pkit_client(&k, via, &two);
	const struct peer *p = pkit_caller(&k, &one, 1);
	const struct peer *q = pkit_caller(&k, &two, 2);
	assert_int_equal(p->presence, PRESENCE_ONLINE);
	pkit_stream(&k, a, "hello\nmore");
	pkit_stream(&k, b, "from b\r\n");
	assert_int_equal(pkit_count(&k, p, MESSAGE_TEXT, &m), 1);
	assert_string_equal(m->text, "hello");
	pkit_say_to(&k, p, "hi");
	pkit_expect_sent(&k, a, "hi\n");
	pkit_say_to(&k, q, "one\ntwo");
	pkit_expect_sent(&k, b, "one\r\ntwo\r\n");
	pkit_count(&k, q, MESSAGE_TEXT, &m);
	assert_int_equal(m->delivery, DELIVERY_SENT);
	/* No end, and nothing follows. */
	ekit_pass(&k, FRAMING_QUIET_MS + 1);
	assert_int_equal(pkit_count(&k, p, MESSAGE_TEXT, &m), 3);
	assert_string_equal(m->text, "more");
	pkit_stream(&k, a, "exit");
	engine_closed(k.engine, k.now, a, 0);
	ekit_drain(&k);
	assert_int_equal(pkit_count(&k, p, MESSAGE_TEXT, &m), 4);
	assert_string_equal(m->text, "exit");
	pkit_expect_notice(&k, p, "said goodbye");
	assert_int_equal(p->presence, PRESENCE_OFFLINE);
	assert_int_equal(q->presence, PRESENCE_ONLINE);
	/* Who is gone gets nothing, and it waits. */
	pkit_say_to(&k, p, "wait");
	pkit_count(&k, p, MESSAGE_TEXT, &m);
	assert_int_equal(m->delivery, DELIVERY_QUEUED);
	assert_int_equal(k.ports.sent_size, 0);
	/* What was sent stays sent. */
	const struct conv *c = model_conv(engine_model(k.engine), p->conv);
	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		m = conv_message(c, s);
		if (m->mine && strcmp(m->text, "hi") == 0)
			assert_int_equal(m->delivery, DELIVERY_SENT);
	}
	pkit_stream(&k, b, "still here\n\n");
	assert_int_equal(pkit_count(&k, q, MESSAGE_TEXT, &m), 3);
	engine_closed(k.engine, k.now, b, 0);
	ekit_drain(&k);
	pkit_expect_notice(&k, q, "an empty line");
	assert_int_equal(k.engine->plain_conns, 0);
	/* The host is back, as somebody it was. */
	struct addr three = pkit_at(9, 40003);
	uint32_t c2 = pkit_client(&k, via, &three);
	pkit_expect_sent(&k, c2, "wait\n");
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
	pkit_begin(&k);
	ekit_command(&k, COMMAND_CONNECT, NULL, "tcp://10.9.8.7:8888 length");
	assert_int_equal(k.dial_count, 1);
	struct addr to = k.dials[0].addr;
	uint32_t conn = k.dials[0].conn;
	assert_int_equal(to.port, 8888);
	assert_null(pkit_peer_at(&k, "tcp", &to));
	engine_opened(k.engine, k.now, conn);
	ekit_drain(&k);
	const struct peer *p = pkit_peer_at(&k, "tcp", &to);
	assert_int_not_equal(p->conv, 0);
	pkit_expect_notice(&k, NULL, "framing length");
	pkit_say_to(&k, p, "hi");
	assert_int_equal(k.ports.sent_size, 6);
	assert_memory_equal(k.ports.sent, "\0\0\0\2hi", 6);
	engine_bytes(
	    k.engine, k.now, conn, (const uint8_t *)"\0\0\0\3a\nb\0\0\0\1", 11);
	ekit_drain(&k);
	assert_int_equal(pkit_count(&k, p, MESSAGE_TEXT, &m), 2);
	assert_string_equal(m->text, "a\nb");
	pkit_stream(&k, conn, "x");
	assert_int_equal(pkit_count(&k, p, MESSAGE_TEXT, NULL), 3);
	/* Twice is once. */
	ekit_command(&k, COMMAND_CONNECT, NULL, "tcp://10.9.8.7:8888");
	engine_opened(k.engine, k.now, k.dials[1].conn);
	ekit_drain(&k);
	pkit_expect_notice(&k, NULL, "already");
	ekit_command(&k, COMMAND_HANGUP, &p->fp, NULL);
	assert_int_equal(k.ports.closed, conn);
	assert_int_equal(
	    pkit_peer_at(&k, "tcp", &to)->presence, PRESENCE_OFFLINE);
	assert_int_equal(k.engine->plain_conns, 0);
	/* What waits goes out with the next connection. */
	k.ports.sent_size = 0;
	pkit_say_to(&k, p, "later");
	assert_int_equal(k.ports.sent_size, 0);
	k.dial_count = 0;
	ekit_command(&k, COMMAND_CONNECT, NULL, "tcp://10.9.8.7:8888");
	engine_opened(k.engine, k.now, k.dials[0].conn);
	ekit_drain(&k);
	pkit_expect_sent(&k, k.dials[0].conn, "later\n");
	ekit_clear(&k);
}

static void
nobody_there_is_told(void **state)
{
	struct ekit k;

	(void)state;
	pkit_begin(&k);
	ekit_command(&k, COMMAND_CONNECT, NULL, "tcp://host.lan:8888");
	assert_string_equal(k.host, "host.lan");
	struct addr two[2] = { pkit_at(20, 8888), pkit_at(21, 8888) };
	engine_resolved(k.engine, k.now, k.token, two, 2, NULL);
	ekit_drain(&k);
	ekit_fail_dial(&k, ECONNREFUSED);
	assert_int_equal(k.dial_count, 1);
	ekit_fail_dial(&k, ECONNREFUSED);
	pkit_expect_notice(&k, NULL, "connection refused");
	assert_int_equal(engine_model(k.engine)->legacy_count, 0);
	static const char *const bad[] = { "tcp://", "tcp://host",
		"tcp://host:0", "udp://host:99999", "tcp://h:1 rows",
		"tcp://[::1", "tcp://a b:1", "udp://:9", "tcp://h:9x" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ekit_command(&k, COMMAND_CONNECT, NULL, bad[i]);
		pkit_expect_notice(&k, NULL, bad[i]);
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
	pkit_begin(&k);
	uint32_t via = pkit_listen_at(&k, true, 8888, "length");
	struct addr one = pkit_at(9, 40001), two = pkit_at(9, 40002);
	uint32_t a = pkit_client(&k, via, &one), b = pkit_client(&k, via, &two);
	engine_bytes(
	    k.engine, k.now, a, (const uint8_t *)"\x7f\xff\xff\xff", 4);
	ekit_drain(&k);
	assert_int_equal(k.ports.closed, a);
	assert_int_equal(engine_model(k.engine)->legacy.plain_bad, 1);
	assert_int_equal(k.engine->plain_conns, 1);
	engine_bytes(k.engine, k.now, b, (const uint8_t *)"\0\0\0\2hi", 6);
	ekit_drain(&k);
	assert_int_equal(
	    pkit_count(&k, pkit_caller(&k, &two, 2), MESSAGE_TEXT, NULL), 1);
	ekit_clear(&k);
}

/* A stranger's lines are taken at his rate; the rest waits in the stream. */
static void
t20_a_stranger_in_a_hurry_waits(void **state)
{
	struct ekit k;
	char lines[2001];

	(void)state;
	pkit_begin(&k);
	uint32_t via = pkit_listen_at(&k, true, 8888, NULL);
	struct addr one = pkit_at(9, 40001);
	uint32_t a = pkit_client(&k, via, &one);
	for (size_t i = 0; i < 2000; i += 2)
		memcpy(lines + i, "x\n", 2);
	lines[2000] = '\0';
	pkit_stream(&k, a, lines);
	assert_false(engine_reading(k.engine, a));
	const struct peer *p = pkit_caller(&k, &one, 1);
	assert_int_equal(pkit_count(&k, p, MESSAGE_TEXT, NULL), STRANGER_BURST);
	ekit_pass(&k, 1000);
	assert_in_range(pkit_count(&k, p, MESSAGE_TEXT, NULL),
	    STRANGER_BURST + STRANGER_PER_S - 1,
	    STRANGER_BURST + STRANGER_PER_S + 1);
	/* Who is answered is none. */
	pkit_say_to(&k, p, "slowly!");
	ekit_pass(&k, 100);
	assert_int_equal(pkit_count(&k, p, MESSAGE_TEXT, NULL), 1001);
	assert_true(engine_reading(k.engine, a));
	ekit_clear(&k);
}

static void
t20_streams_take_their_own_places_only(void **state)
{
	struct ekit k;
	unsigned taken = 0;

	(void)state;
	pkit_begin(&k);
	uint32_t via = pkit_listen_at(&k, true, 8888, NULL);
	for (unsigned i = 0; i < 400; i++) {
		struct addr from = pkit_at(9, (uint16_t)(20000 + i));
		taken += pkit_client(&k, via, &from) != 0;
	}
	assert_int_equal(taken, PLAIN_CONNS_MAX);
	/* One talks, another goes, and there is room again. */
	struct addr first = pkit_at(9, 20000), more = pkit_at(10, 20000);
	const struct peer *p = pkit_caller(&k, &first, 1);
	assert_non_null(p);
	struct remote *ana = ekit_friend(&k, 2, "ana");
	remote_say(&k, ana, "hello");
	assert_int_equal(ekit_count(&k, ana, MESSAGE_TEXT, false), 1);
	ekit_command(&k, COMMAND_HANGUP, &p->fp, NULL);
	/* Nobody said a word: it is forgotten. */
	assert_null(pkit_caller(&k, &first, 1));
	assert_int_not_equal(pkit_client(&k, via, &more), 0);
	pkit_set(&k, "plain off");
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
	pkit_begin(&k);
	uint32_t via = pkit_listen_at(&k, true, 8888, NULL);
	struct addr one = pkit_at(9, 40001);
	uint32_t a = pkit_client(&k, via, &one);
	const struct peer *p = pkit_caller(&k, &one, 1);
	memset(text, 'x', 60000);
	text[60000] = '\0';
	unsigned sends = k.counts[EFFECT_SEND];
	for (int i = 0; i < 12; i++)
		pkit_say_to(&k, p, text);
	assert_int_equal(k.counts[EFFECT_SEND], sends + 5);
	pkit_count(&k, p, MESSAGE_TEXT, &m);
	assert_int_equal(m->delivery, DELIVERY_QUEUED);
	engine_drained(k.engine, k.now, a);
	ekit_drain(&k);
	assert_int_equal(k.counts[EFFECT_SEND], sends + 10);
	engine_drained(k.engine, k.now, a);
	ekit_drain(&k);
	assert_int_equal(k.counts[EFFECT_SEND], sends + 12);
	pkit_count(&k, p, MESSAGE_TEXT, &m);
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
	pkit_begin(&k);
	uint32_t via = pkit_listen_at(&k, true, 8888, NULL);
	struct addr one = pkit_at(9, 40001);
	uint32_t a = pkit_client(&k, via, &one);
	pkit_stream(&k, a, "\xc4\xe3\xba\xc3\xca\xc0\xbd\xe7\n");
	struct peer *p =
	    model_peer_edit(k.engine->model, &pkit_caller(&k, &one, 1)->fp);
	p->charset = CHARSET_GB18030;
	pkit_say_to(&k, p, "\xe4\xbd\xa0\xe5\xa5\xbd");
	pkit_expect_sent(&k, a, "\xc4\xe3\xba\xc3\n");
	p->charset = CHARSET_CP1252;
	pkit_say_to(&k, p, "abc \xe4\xbd\xa0");
	assert_int_equal(k.ports.sent_size, 0);
	unsigned before = pkit_count(&k, p, MESSAGE_TEXT, NULL);
	pkit_expect_notice(&k, NULL, "cp1252, which has no \"\xe4\xbd\xa0\"");
	/* One that waits while the set changes. */
	engine_closed(k.engine, k.now, a, 0);
	ekit_drain(&k);
	p->charset = CHARSET_UTF8;
	pkit_say_to(&k, p, "\xe4\xbd\xa0");
	assert_int_equal(pkit_count(&k, p, MESSAGE_TEXT, &m), before + 1);
	assert_int_equal(m->delivery, DELIVERY_QUEUED);
	p->charset = CHARSET_CP1252;
	pkit_client(&k, via, &one);
	pkit_count(&k, p, MESSAGE_TEXT, &m);
	assert_int_equal(m->delivery, DELIVERY_FAILED);
	assert_int_equal(k.ports.sent_size, 0);
	ekit_clear(&k);
}

/* It is found out by a command or a clock that more is there than may be taken:
 * whoever reads the stream is told, or would bring more. */
static void
a_stream_is_held_from_behind(void **state)
{
	enum { LINES = 150 };
	uint8_t bytes[4 + 2 * LINES] = { 0, 0, 0x80, 0 };
	struct addr one = pkit_at(9, 40001);
	struct ekit k;

	(void)state;
	pkit_begin(&k);
	uint32_t via = pkit_listen_at(&k, true, 8888, "length");
	uint32_t conn = pkit_client(&k, via, &one);
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
		cmocka_unit_test(a_client_talks_and_leaves_others_alone),
		cmocka_unit_test(we_connect_and_hang_up),
		cmocka_unit_test(nobody_there_is_told),
		cmocka_unit_test(t25_a_length_too_long_ends_that_stream_alone),
		cmocka_unit_test(t20_a_stranger_in_a_hurry_waits),
		cmocka_unit_test(t20_streams_take_their_own_places_only),
		cmocka_unit_test(who_does_not_read_is_not_sent_more),
		cmocka_unit_test(what_cannot_be_written_there_is_not_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
