/* SPDX-License-Identifier: MIT */
/*
 * Ports and streams of other dialects in the engine: whose they are, and that
 * they cannot take what sessions need.
 */
#include "core/listeners.h"

#include "core/engine_state.h"
#include "engine_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

static void
a_port_is_asked_for_and_given_back(void **state)
{
	struct ekit k;

	(void)state;
	ekit_init(&k, 1);
	effects_begin(k.engine, k.now);
	uint32_t udp =
	    listeners_open(k.engine, LISTENER_IPMSG, CARRIER_UDP, 2425);
	uint32_t tcp =
	    listeners_open(k.engine, LISTENER_IPMSG, CARRIER_TCP, 2425);
	ekit_drain(&k);
	assert_int_not_equal(udp, tcp);
	assert_int_equal(k.counts[EFFECT_LISTEN], 2);
	assert_int_equal(k.ports.listens[0].token, udp);
	assert_int_equal(k.ports.listens[0].port, 2425);
	assert_int_equal(k.ports.listens[0].transport, CARRIER_UDP);
	assert_int_equal(k.ports.listens[1].transport, CARRIER_TCP);
	assert_false(listeners_find(k.engine, udp)->stands);
	engine_listening(k.engine, k.now, udp, 2425, 0);
	engine_listening(k.engine, k.now, tcp, 0, EADDRINUSE);
	engine_listening(k.engine, k.now, 77, 1, 0);
	assert_true(listeners_find(k.engine, udp)->stands);
	assert_null(listeners_find(k.engine, tcp));
	size_t at = 0;
	assert_int_equal(
	    listeners_next(k.engine, LISTENER_IPMSG, &at)->number, udp);
	assert_null(listeners_next(k.engine, LISTENER_IPMSG, &at));
	ekit_drain(&k);
	effects_begin(k.engine, k.now);
	listeners_broadcast(k.engine, udp, 2425, (const uint8_t *)"hello", 5);
	ekit_drain(&k);
	assert_int_equal(k.ports.broadcasts, 1);
	assert_int_equal(k.ports.last.via, udp);
	assert_int_equal(k.ports.last.port, 2425);
	assert_memory_equal(k.ports.bytes, "hello", 5);
	effects_begin(k.engine, k.now);
	listeners_close(k.engine, udp);
	listeners_close(k.engine, udp);
	ekit_drain(&k);
	assert_int_equal(k.counts[EFFECT_UNLISTEN], 1);
	ekit_clear(&k);
}

static void
no_number_is_given_twice(void **state)
{
	struct ekit k;
	uint32_t last = 0;

	(void)state;
	ekit_init(&k, 1);
	for (int i = 0; i < 5; i++) {
		effects_begin(k.engine, k.now);
		uint32_t number =
		    listeners_open(k.engine, LISTENER_PLAIN, CARRIER_UDP, 9);
		assert_true(number > last);
		last = number;
		listeners_close(k.engine, number);
		ekit_drain(&k);
	}
	effects_begin(k.engine, k.now);
	for (int i = 0; i < LISTENERS_MAX; i++)
		assert_int_not_equal(listeners_open(k.engine, LISTENER_PLAIN,
					 CARRIER_TCP, (uint16_t)(100 + i)),
		    0);
	assert_int_equal(
	    listeners_open(k.engine, LISTENER_PLAIN, CARRIER_TCP, 1), 0);
	k.ports.listen_count = 0;
	ekit_clear(&k);
}

static void
a_dialled_stream_opens_ends_or_is_given_up(void **state)
{
	struct ekit k;

	(void)state;
	ekit_init(&k, 1);
	struct command on = { .kind = COMMAND_SET,
		.conv = CONV_NEARBY,
		.on = true,
		.text = (char *)(uintptr_t) "plain on" };
	ekit_do(&k, &on);
	ekit_command(&k, COMMAND_CONNECT, NULL, "tcp://10.0.0.9:8888");
	ekit_command(&k, COMMAND_CONNECT, NULL, "tcp://10.0.0.9:8889");
	assert_int_equal(k.counts[EFFECT_DIAL], 2);
	assert_int_equal(k.dial_count, 2);
	uint32_t a = k.dials[0].conn, b = k.dials[1].conn;
	engine_opened(k.engine, k.now, a);
	ekit_drain(&k);
	assert_true(engine_reading(k.engine, a));
	conn_get(k.engine, a)->held = true;
	assert_false(engine_reading(k.engine, a));
	effects_begin(k.engine, k.now);
	stream_send(k.engine, conn_get(k.engine, a), (const uint8_t *)"x", 1);
	ekit_drain(&k);
	assert_int_equal(k.ports.conn, a);
	assert_int_equal(k.ports.sent_size, 1);
	/* The other one never answers. */
	ekit_pass(&k, 60000);
	assert_null(conn_get(k.engine, b));
	assert_int_equal(k.ports.closed, b);
	assert_non_null(conn_get(k.engine, a));
	engine_bytes(k.engine, k.now, a, (const uint8_t *)"hello", 5);
	ekit_drain(&k);
	engine_drained(k.engine, k.now, a);
	ekit_drain(&k);
	engine_closed(k.engine, k.now, a, 0);
	ekit_drain(&k);
	assert_null(conn_get(k.engine, a));
	assert_int_equal(k.engine->plain_conns, 0);
	ekit_clear(&k);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_is_asked_for_and_given_back),
		cmocka_unit_test(no_number_is_given_twice),
		cmocka_unit_test(a_dialled_stream_opens_ends_or_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
