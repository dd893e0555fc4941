/* SPDX-License-Identifier: MIT */
/*
 * What /info asks about a host, and what is made of the answers.
 */
#include "engine_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { AT_ONCE = 4 };

static struct ekit k;
static const uint8_t mac[MAC_SIZE] = { 2, 0, 0, 0, 0, 9 };

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

static unsigned
look(const struct fp *fp)
{
	unsigned before = k.counts[EFFECT_LOOKUP];

	ekit_command(&k, COMMAND_LOOK, fp, "the report");
	return k.counts[EFFECT_LOOKUP] - before;
}

static void
answer(uint32_t token, struct looked_up a)
{
	engine_looked_up(k.engine, k.now, token, &a);
	ekit_drain(&k);
}

static const char *
last_info(void)
{
	return ekit_last(&k, NULL, MESSAGE_INFO)->text;
}

static void
both_answers_are_told(void **state)
{
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct fp fp = r->end.identity.fp;

	(void)state;
	assert_int_equal(look(&fp), 1);
	assert_string_equal(last_info(), "the report");
	uint32_t token = k.told.token;
	assert_int_equal(k.told.addr.family, ekit_addr(1).family);
	assert_int_equal(k.told.addr.port, 0);
	struct looked_up card = { .has_mac = true };
	memcpy(card.mac, mac, sizeof(mac));
	answer(token, card);
	assert_non_null(strstr(last_info(), "MAC address 02:00:00:00:00:09"));
	assert_int_equal(k.counts[EFFECT_HOST], 0);
	answer(token, (struct looked_up){ .ended = true,
			  .name = "b\033[31mob\n.lan",
			  .service = "http-alt" });
	assert_int_equal(k.counts[EFFECT_HOST], 1);
	assert_non_null(k.told.host);
	assert_true(k.told.host->has_mac);
	assert_null(strchr(k.told.host->name, '\033'));
	assert_null(strchr(k.told.host->name, '\n'));
	assert_string_equal(k.told.host->service, "http-alt");
	assert_non_null(strstr(last_info(), "http-alt"));
	/* Nothing is asked twice, nor answered twice. */
	answer(token, (struct looked_up){ .ended = true, .name = "again" });
	answer(0, (struct looked_up){ .ended = true, .name = "nobody" });
	assert_int_equal(k.counts[EFFECT_HOST], 1);
	assert_non_null(strstr(last_info(), "http-alt"));
}

static void
no_name_has_a_reason(void **state)
{
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct fp fp = r->end.identity.fp;

	(void)state;
	look(&fp);
	answer(k.told.token,
	    (struct looked_up){ .ended = true, .error = "no such host" });
	assert_non_null(strstr(last_info(), "no host name: no such host"));
	assert_null(k.told.host->name);
	assert_false(k.told.host->has_mac);
}

static void
some_at_once(void **state)
{
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct fp fp = r->end.identity.fp, nobody = { { 7 } };
	uint32_t tokens[AT_ONCE];

	(void)state;
	for (int i = 0; i < AT_ONCE; i++) {
		assert_int_equal(look(&fp), 1);
		tokens[i] = k.told.token;
	}
	assert_int_equal(look(&fp), 0);
	assert_string_equal(last_info(), "the report");
	assert_non_null(
	    strstr(ekit_last(&k, NULL, MESSAGE_ERROR)->text, "looked up"));
	answer(tokens[2], (struct looked_up){ .ended = true, .name = "bob" });
	assert_int_equal(look(&fp), 1);
	/* The report is all there is of whom nobody knows. */
	answer(tokens[0], (struct looked_up){ .ended = true });
	assert_int_equal(look(&nobody), 0);
}

/* Only the user asks. */
static void
nobody_else_makes_us_ask(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 20; i++) {
		char name[16];
		snprintf(name, sizeof(name), "friend%u", i * 111);
		struct remote *r = ekit_friend(&k, i, name);
		remote_say(&k, r, "hello");
		ekit_run(&k);
	}
	ekit_pass(&k, 60000);
	assert_int_equal(k.counts[EFFECT_LOOKUP], 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_answers_are_told),
		TEST(no_name_has_a_reason),
		TEST(some_at_once),
		TEST(nobody_else_makes_us_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
