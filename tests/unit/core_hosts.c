/* SPDX-License-Identifier: MIT */
/*
 * Hosts that are listed: how many are dialled at a time, how often, and what
 * of a list is told.
 */
#include "core/host.h"

#include "base/mem.h"
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

enum { AT_ONCE = 16, LISTED = 256 };

static struct ekit k;

static int
begin(void **state)
{
	(void)state;
	ekit_init(&k, 1);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ekit_clear(&k);
	return 0;
}

static void
list(const char *what)
{
	struct command cmd = { .kind = COMMAND_SET,
		.conv = CONV_NEARBY,
		.text = xasprintf("peer %s", what),
		.on = true };

	engine_command(k.engine, k.now, &cmd);
	ekit_drain(&k);
}

/* Errors about hosts. */
static size_t
told(void)
{
	return ekit_count(&k, NULL, MESSAGE_ERROR, false);
}

static size_t
met(void)
{
	const struct model *m = engine_model(k.engine);
	size_t n = 0;

	for (size_t i = 0; i < m->host_count; i++)
		n += m->hosts[i].met;
	return n;
}

static void
what_can_be_listed(void **state)
{
	static const char *const good[] = { "10.0.0.1", "10.0.0.1:5",
		"a-b_c.example", "a.example:65535", "2001:db8::7",
		"[2001:db8::7]:9", "fe80::1%2", "7up.example", "x" };
	static const char *const bad[] = { "", " ", "a b", "10.0.0",
		"1.2.3.4.5", "10.0.0.256", "a:0", "a:65536", "a:", ":5", "[::1",
		"-x", ".x", "a/b", "$(id)", "a;b", "a\tb", "h:1:2",
		"[1.2.3.4]:5" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!host_is_good(good[i]))
			fail_msg("%s is good", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (host_is_good(bad[i]))
			fail_msg("\"%s\" is bad", bad[i]);
	char name[300];
	memset(name, 'a', sizeof(name));
	name[253] = '\0';
	assert_true(host_is_good(name));
	name[253] = 'a';
	name[254] = '\0';
	assert_false(host_is_good(name));
}

/* All have a turn before one has two, sixteen at a time. */
static void
a_long_list_is_dialled_in_turns(void **state)
{
	char host[32];
	unsigned dialled = 0;

	(void)state;
	for (int i = 0; i < LISTED; i++) {
		snprintf(
		    host, sizeof(host), "10.9.0.%d:%d", i % 250 + 1, 1000 + i);
		list(host);
	}
	assert_int_equal(engine_model(k.engine)->host_count, (size_t)LISTED);
	assert_int_equal(k.dial_count, AT_ONCE);
	/* Time in which those that failed are due again and again. */
	while (k.dial_count > 0 && dialled < LISTED) {
		assert_in_range(k.dial_count, 1, AT_ONCE);
		assert_int_equal(k.dials[0].addr.port, 1000 + (int)dialled);
		ekit_fail_dial(&k, ECONNREFUSED);
		dialled++;
		ekit_pass(&k, 100);
	}
	assert_int_equal(dialled, LISTED);
	assert_int_equal(met(), 0);
	assert_int_equal(told(), 3);
}

/* One second, two, four ... then once in a minute. */
static void
who_is_off_is_dialled_once_in_a_minute(void **state)
{
	unsigned dials = 0;

	(void)state;
	list("10.9.0.1");
	for (int s = 0; s < 3600; s++) {
		for (; k.dial_count > 0; dials++)
			ekit_fail_dial(&k, EHOSTUNREACH);
		ekit_pass(&k, 1000);
	}
	assert_in_range(dials, 55, 70);
	assert_int_equal(told(), 1);
	assert_non_null(strstr(ekit_last(&k, NULL, MESSAGE_ERROR)->text,
	    "10.9.0.1, which is listed as a peer"));
}

static void
who_is_listed_no_more_is_not_dialled(void **state)
{
	(void)state;
	list("10.9.0.1");
	list("10.9.0.2");
	assert_int_equal(k.dial_count, 2);
	struct command cmd = { .kind = COMMAND_SET,
		.conv = CONV_NEARBY,
		.text = xstrdup("peer 10.9.0.1") };
	engine_command(k.engine, k.now, &cmd);
	ekit_drain(&k);
	assert_int_equal(engine_model(k.engine)->host_count, 1);
	ekit_fail_dial(&k, ECONNREFUSED);
	ekit_fail_dial(&k, ECONNREFUSED);
	assert_int_equal(k.dial_count, 0);
	ekit_pass(&k, 1000);
	assert_int_equal(k.dial_count, 1);
	assert_int_equal(k.dials[0].addr.ip[3], 2);
}

static struct remote *
list_bob(void)
{
	struct remote *bob = ekit_remote(&k, 2);
	struct addr addr = ekit_addr(2);
	char text[ADDR_TEXT_MAX];

	list(addr_text(&addr, text));
	return bob;
}

static void
block(const struct remote *bob, bool on)
{
	struct command cmd = { .kind = COMMAND_BLOCK,
		.conv = CONV_NEARBY,
		.peer = bob->end.identity.fp,
		.on = on };

	engine_command(k.engine, k.now, &cmd);
	ekit_drain(&k);
}

/* Seconds, in which bob answers each dial; how many there were. */
static unsigned
answered(struct remote *bob, int seconds, bool loses)
{
	unsigned dials = 0;

	for (int s = 0; s < seconds; s++) {
		for (; k.dial_count > 0; dials++) {
			remote_restart(bob);
			remote_answer(&k, bob);
			if (loses)
				remote_lose(&k, bob);
		}
		ekit_pass(&k, 1000);
	}
	return dials;
}

static void
who_hangs_up_at_once_is_not_called_back_at_once(void **state)
{
	(void)state;
	struct remote *bob = list_bob();
	assert_in_range(answered(bob, 600, true), 8, 20);
	/* A session that lasted. */
	assert_in_range(answered(bob, 120, false), 1, 2);
	assert_int_equal(met(), 1);
	remote_lose(&k, bob);
	assert_int_equal(answered(bob, 3, false), 1);
}

static void
who_is_blocked_is_left_alone_until_he_is_not(void **state)
{
	(void)state;
	struct remote *bob = list_bob();
	assert_int_equal(answered(bob, 20, false), 1);
	block(bob, true);
	assert_int_equal(answered(bob, 600, false), 0);
	block(bob, false);
	assert_int_equal(answered(bob, 20, false), 1);
	assert_int_equal(met(), 1);
	/* The next run has to find out who it is. */
	block(bob, true);
	ekit_restart(&k);
	bob->conn = 0;
	list_bob();
	assert_in_range(answered(bob, 600, false), 1, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_can_be_listed),
		TEST(a_long_list_is_dialled_in_turns),
		TEST(who_is_off_is_dialled_once_in_a_minute),
		TEST(who_is_listed_no_more_is_not_dialled),
		TEST(who_hangs_up_at_once_is_not_called_back_at_once),
		TEST(who_is_blocked_is_left_alone_until_he_is_not),
	};

	return cmocka_run_group_tests_name("core_hosts", tests, NULL, NULL);
}
