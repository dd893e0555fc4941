/* SPDX-License-Identifier: MIT */
/*
 * The plain dialect in the engine: datagrams, ports, and what strangers cannot
 * do with them.
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
	pkit_expect_notice(&k, NULL, "/dialect plain on");
	assert_int_equal(k.counts[EFFECT_LISTEN], 0);
	ekit_command(&k, COMMAND_CONNECT, NULL, "tcp://10.0.0.9:8888");
	assert_int_equal(k.counts[EFFECT_DIAL], 0);
	struct command shout = { .kind = COMMAND_SHOUT,
		.conv = CONV_NEARBY,
		.on = true,
		.text = (char *)(uintptr_t) "hello" };
	ekit_do(&k, &shout);
	assert_int_equal(pkit_count(&k, NULL, MESSAGE_SHOUT, NULL), 0);
	pkit_set(&k, "plain on");
	assert_int_equal(k.ports.listens[0].port, 33333);
	assert_int_equal(k.ports.listens[0].transport, CARRIER_UDP);
	uint32_t via = pkit_stand(&k);
	pkit_set(&k, "plain off");
	assert_int_equal(k.counts[EFFECT_UNLISTEN], 1);
	struct addr from = pkit_at(9, 40000);
	pkit_hear(&k, via, &from, true, "hello");
	assert_int_equal(pkit_count(&k, NULL, MESSAGE_SHOUT, NULL), 0);
	ekit_clear(&k);
}

static void
a_datagram_is_a_shout_of_its_address(void **state)
{
	struct ekit k;
	uint32_t via = pkit_begin(&k);
	struct addr from = pkit_at(9, 40000);
	const struct message *m = NULL;

	(void)state;
	pkit_hear(&k, via, &from, true, "hello everybody\n");
	assert_int_equal(pkit_count(&k, NULL, MESSAGE_SHOUT, &m), 1);
	assert_string_equal(m->text, "hello everybody");
	assert_int_equal(m->dialect, DIALECT_PLAIN);
	assert_false(m->mine);
	const struct peer *p = pkit_peer_at(&k, "udp", &from);
	char text[ADDR_TEXT_MAX];
	assert_string_equal(p->name, addr_text(&from, text));
	assert_int_equal(p->presence, PRESENCE_ONLINE);
	assert_int_equal(p->trust, TRUST_UNKNOWN);
	/* Sent to us alone it is one, too. */
	pkit_hear(&k, via, &from, false, "psst");
	assert_int_equal(pkit_count(&k, NULL, MESSAGE_SHOUT, NULL), 2);
	assert_int_equal(p->conv, 0);
	/* And nothing was answered. */
	assert_int_equal(k.ports.datagrams + k.ports.broadcasts, 0);
	/* Who is not heard for long is there no more. */
	ekit_pass(&k, PLAIN_GONE_MS);
	assert_int_equal(
	    pkit_peer_at(&k, "udp", &from)->presence, PRESENCE_OFFLINE);
	ekit_clear(&k);
}

static void
a_shout_goes_to_everybody_and_comes_back_once(void **state)
{
	struct ekit k;
	uint32_t via = pkit_begin(&k);
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
	assert_int_equal(pkit_count(&k, NULL, MESSAGE_SHOUT, &m), 1);
	assert_true(m->mine && m->dialect == DIALECT_PLAIN);
	struct addr own = pkit_at(77, 33333);
	pkit_hear(&k, via, &own, true, "pizza");
	pkit_hear(&k, via, &own, true, "pizza");
	assert_int_equal(pkit_count(&k, NULL, MESSAGE_SHOUT, NULL), 1);
	/* Another program here, and somebody who repeats us. */
	pkit_hear(&k, via, &own, true, "pasta");
	struct addr other = pkit_at(9, 33333);
	pkit_hear(&k, via, &other, true, "pizza");
	assert_int_equal(pkit_count(&k, NULL, MESSAGE_SHOUT, NULL), 3);
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
	uint32_t via = pkit_begin(&k);
	const struct model *m = engine_model(k.engine);
	uint8_t bytes[64];

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct addr from = pkit_at(9 + i % 50, (uint16_t)(1024 + i));
		size_t n = i % 40;
		for (size_t j = 0; j < n; j++)
			bytes[j] = (uint8_t)(i * 7 + j * 13);
		if (n > 0)
			bytes[n / 2] = (uint8_t)(i % 9);
		pkit_datagram(
		    &k, via, &from, i % 2 == 0, (const char *)bytes, n);
		ekit_pass(&k, 1);
	}
	assert_int_equal(m->legacy.plain_bad, 1000);
	assert_int_equal(pkit_count(&k, NULL, MESSAGE_SHOUT, NULL), 0);
	assert_int_equal(m->legacy_count, 0);
	assert_int_equal(k.ports.datagrams + k.ports.broadcasts, 0);
	ekit_clear(&k);
}

static void
t20_a_flood_of_shouts_is_thinned_by_host(void **state)
{
	struct ekit k;
	uint32_t via = pkit_begin(&k);
	const struct model *m = engine_model(k.engine);

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct addr from = pkit_at(9, (uint16_t)(1024 + i));
		pkit_hear(&k, via, &from, true, "buy");
	}
	assert_int_equal(
	    pkit_count(&k, NULL, MESSAGE_SHOUT, NULL), PLAIN_BURST);
	assert_int_equal(m->legacy.plain_limited, 1000 - PLAIN_BURST);
	/* Others are heard. */
	struct addr ana = pkit_at(10, 40000);
	pkit_hear(&k, via, &ana, true, "hello");
	assert_int_equal(
	    pkit_count(&k, NULL, MESSAGE_SHOUT, NULL), PLAIN_BURST + 1);
	/* Nor do thousands of hosts get more than all may say. */
	for (unsigned i = 0; i < 5000; i++) {
		struct addr from = pkit_at(1000 + i, 40000);
		pkit_hear(&k, via, &from, true, "buy");
	}
	assert_int_equal(
	    pkit_count(&k, NULL, MESSAGE_SHOUT, NULL), PLAIN_ALL_BURST);
	assert_true(m->legacy_count <= LEGACY_PEERS_MAX);
	assert_int_equal(k.ports.datagrams + k.ports.broadcasts, 0);
	ekit_clear(&k);
}

/* T21: each datagram of one is handed to the other for ever, if they answer. */
static void
t21_two_of_us_bounce_nothing(void **state)
{
	struct ekit a, b;
	uint32_t via_a = pkit_begin(&a), via_b = pkit_begin(&b);
	struct addr at_a = pkit_at(50, 33333), at_b = pkit_at(51, 33333);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		char text[32];
		snprintf(text, sizeof(text), "spoofed %d", i);
		pkit_hear(&a, via_a, &at_b, i % 2 == 0, text);
		pkit_hear(&b, via_b, &at_a, i % 2 == 0, text);
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
	pkit_begin(&k);
	uint32_t via = pkit_listen_at(&k, false, 9000, NULL);
	struct addr from = pkit_at(9, 40000);
	pkit_hear(&k, via, &from, false, "are you there?\r\n");
	const struct peer *p = pkit_peer_at(&k, "udp", &from);
	assert_int_not_equal(p->conv, 0);
	assert_int_equal(pkit_count(&k, p, MESSAGE_TEXT, &m), 1);
	assert_string_equal(m->text, "are you there?");
	pkit_say_to(&k, p, "yes");
	assert_int_equal(k.ports.datagrams, 1);
	assert_int_equal(k.ports.last.via, via);
	assert_true(addr_equal(&k.ports.last.addr, &from));
	assert_int_equal(k.ports.last.size, 3);
	pkit_count(&k, p, MESSAGE_TEXT, &m);
	assert_int_equal(m->delivery, DELIVERY_SENT);
	/* At the port of the shouts it is the same talk. */
	pkit_hear(&k, k.ports.listens[0].token, &from, false, "good");
	assert_int_equal(pkit_count(&k, p, MESSAGE_TEXT, NULL), 3);
	pkit_hear(&k, k.ports.listens[0].token, &from, true, "all: good");
	assert_int_equal(pkit_count(&k, p, MESSAGE_TEXT, NULL), 3);
	assert_int_equal(pkit_count(&k, NULL, MESSAGE_SHOUT, NULL), 1);
	ekit_clear(&k);
}

static void
a_contact_by_name_is_there_after_a_restart(void **state)
{
	struct ekit k;

	(void)state;
	pkit_begin(&k);
	ekit_command(&k, COMMAND_CONTACT, NULL, "lab two udp://10.9.8.7:9000");
	struct addr to = {
		.family = ADDR_IPV4, .ip = { 10, 9, 8, 7 }, .port = 9000
	};
	const struct peer *p = pkit_peer_at(&k, "udp", &to);
	assert_non_null(p);
	assert_string_equal(p->name, "lab two");
	pkit_say_to(&k, p, "first");
	assert_int_equal(k.ports.datagrams, 1);
	ekit_restart(&k);
	p = pkit_peer_at(&k, "udp", &to);
	assert_non_null(p);
	assert_string_equal(p->name, "lab two");
	assert_int_equal(p->presence, PRESENCE_OFFLINE);
	/* What is said now waits for the port. */
	pkit_say_to(&k, p, "second");
	const struct message *m = NULL;
	pkit_count(&k, p, MESSAGE_TEXT, &m);
	assert_int_equal(m->delivery, DELIVERY_QUEUED);
	assert_int_equal(k.ports.datagrams, 1);
	pkit_set(&k, "plain on");
	uint32_t via = pkit_stand(&k);
	p = pkit_peer_at(&k, "udp", &to);
	assert_int_equal(p->presence, PRESENCE_ONLINE);
	assert_int_equal(k.ports.datagrams, 2);
	assert_int_equal(k.ports.last.via, via);
	assert_memory_equal(k.ports.bytes, "second", 6);
	/* It is written to once. */
	pkit_set(&k, "plain off");
	pkit_set(&k, "plain on");
	pkit_stand(&k);
	assert_int_equal(k.ports.datagrams, 2);
	ekit_clear(&k);
}

/* T10: nothing goes to who has the host of a contact with a key. */
static void
t10_a_host_of_a_contact_is_not_written_to_by_mistake(void **state)
{
	struct ekit k;

	(void)state;
	pkit_begin(&k);
	uint32_t via = pkit_listen_at(&k, false, 9000, NULL);
	struct remote *ana = ekit_friend(&k, 2, "ana");
	remote_say(&k, ana, "hello");
	struct addr from = ekit_peer(&k, ana)->addrs[0];
	from.port = 40000;
	pkit_hear(&k, via, &from, false, "it is me, ana");
	const struct peer *p = pkit_peer_at(&k, "udp", &from);
	assert_false(fp_is_zero(&p->claims));
	pkit_say_to(&k, p, "the secret");
	assert_int_equal(k.ports.datagrams, 0);
	pkit_expect_notice(&k, NULL, "read and forge");
	ekit_clear(&k);
}

static void
a_port_that_is_taken_is_told(void **state)
{
	struct ekit k;

	(void)state;
	pkit_begin(&k);
	struct command cmd = { .kind = COMMAND_LISTEN,
		.conv = CONV_NEARBY,
		.on = true,
		.number = 8888 };
	ekit_do(&k, &cmd);
	const struct effect *l = &k.ports.listens[k.ports.listen_count - 1];
	engine_listening(k.engine, k.now, l->token, 0, EADDRINUSE);
	ekit_drain(&k);
	pkit_expect_notice(&k, NULL, "another program has it");
	ekit_do(&k, &cmd);
	pkit_stand(&k);
	ekit_do(&k, &cmd);
	pkit_expect_notice(&k, NULL, "/unlisten tcp 8888");
	cmd.kind = COMMAND_UNLISTEN;
	ekit_do(&k, &cmd);
	pkit_expect_notice(&k, NULL, "not listened on any more");
	ekit_do(&k, &cmd);
	pkit_expect_notice(&k, NULL, "is not listened on");
	ekit_clear(&k);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
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
		cmocka_unit_test(
		    t10_a_host_of_a_contact_is_not_written_to_by_mistake),
		cmocka_unit_test(a_port_that_is_taken_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
