/* SPDX-License-Identifier: MIT */
/*
 * Wishes about one contact: what they do at once, and that they outlive a
 * restart.
 */
#include "engine_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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
wish(enum command_kind kind, const struct remote *r, bool on, uint32_t number,
    const char *text)
{
	struct command cmd = { .kind = kind,
		.conv = CONV_NEARBY,
		.on = on,
		.number = number,
		.text = (char *)(uintptr_t)text };

	if (r != NULL)
		cmd.peer = r->end.identity.fp;
	ekit_do(&k, &cmd);
	ekit_commit(&k, true);
	ekit_run(&k);
}

static void
an_alias_is_shown_and_kept(void **state)
{
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct addr at = ekit_addr(1);

	(void)state;
	wish(COMMAND_ALIAS, r, false, 0, "bob-from-lab-2");
	assert_string_equal(ekit_peer(&k, r)->name, "bob-from-lab-2");
	assert_string_equal(ekit_peer(&k, r)->called, "bob");
	/* What it calls itself may change, without a word of it shown. */
	ekit_hear(&k, r, "robert", &at, 2);
	assert_string_equal(ekit_peer(&k, r)->name, "bob-from-lab-2");
	assert_string_equal(ekit_peer(&k, r)->called, "robert");
	ekit_restart(&k);
	assert_string_equal(ekit_peer(&k, r)->name, "bob-from-lab-2");
	wish(COMMAND_ALIAS, r, false, 0, "");
	assert_false(ekit_peer(&k, r)->has_alias);
	assert_string_equal(ekit_peer(&k, r)->name, ekit_peer(&k, r)->called);
}

static void
t45_an_alias_is_a_name(void **state)
{
	struct remote *r = ekit_friend(&k, 1, "bob");

	(void)state;
	wish(COMMAND_ALIAS, r, false, 0, " \033[31mr\ned  ");
	assert_null(strpbrk(ekit_peer(&k, r)->name, "\033\n"));
	/* Whoever comes under it later is not this one. */
	wish(COMMAND_ALIAS, r, false, 0, "printer");
	struct remote *other = ekit_heard(&k, 2, "printer");
	assert_true(ekit_peer(&k, other)->look_alike);
	assert_int_equal(ekit_peer(&k, other)->trust, TRUST_CHANGED);
}

/* What a contact calls itself stays its own, whatever it is called here. */
static void
an_alias_gives_no_name_away(void **state)
{
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct addr at = ekit_addr(1);

	(void)state;
	wish(COMMAND_ALIAS, r, false, 0, "chef");
	struct remote *fake = ekit_heard(&k, 2, "bob");
	assert_int_equal(ekit_peer(&k, fake)->trust, TRUST_CHANGED);
	assert_true(
	    fp_equal(&ekit_peer(&k, fake)->claims, &r->end.identity.fp));
	ekit_hear(&k, r, "robert", &at, 2);
	assert_int_equal(ekit_peer(&k, fake)->trust, TRUST_UNKNOWN);
	ekit_hear(&k, r, "bob", &at, 3);
	assert_int_equal(ekit_peer(&k, fake)->trust, TRUST_CHANGED);
	wish(COMMAND_ALIAS, r, false, 0, "");
	assert_int_equal(ekit_peer(&k, fake)->trust, TRUST_CHANGED);
	wish(COMMAND_ALIAS, r, false, 0, "chef");
	ekit_restart(&k);
	struct remote *late = ekit_heard(&k, 3, "bob");
	assert_int_equal(ekit_peer(&k, late)->trust, TRUST_CHANGED);
}

static void
who_is_blocked_is_not_heard(void **state)
{
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct addr at = ekit_addr(1);

	(void)state;
	remote_say(&k, r, "before");
	wish(COMMAND_BLOCK, r, true, 0, NULL);
	assert_true(r->closed);
	assert_int_equal(ekit_peer(&k, r)->trust, TRUST_BLOCKED);
	ekit_say(&k, r, "nor is it talked to");
	/* The hello of before is the only one. */
	assert_int_equal(ekit_count(&k, r, MESSAGE_TEXT, true), 1);
	for (int i = 0; i < 2; i++) {
		remote_restart(r);
		remote_connect(&k, r, &at);
		assert_false(remote_is_up(r));
		ekit_restart(&k);
		assert_int_equal(ekit_peer(&k, r)->trust, TRUST_BLOCKED);
	}
	wish(COMMAND_BLOCK, r, false, 0, NULL);
	assert_int_equal(ekit_peer(&k, r)->trust, TRUST_PINNED);
	remote_restart(r);
	assert_true(remote_connect(&k, r, &at));
	assert_true(remote_is_up(r));
}

static void
what_is_on_its_way_dials_nobody_who_is_blocked(void **state)
{
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct addr at = ekit_addr(1);

	(void)state;
	r->hold_acks = true;
	ekit_say(&k, r, "on its way");
	ekit_run(&k);
	assert_int_equal(k.dial_count, 0);
	wish(COMMAND_BLOCK, r, true, 0, NULL);
	unsigned dials = k.counts[EFFECT_DIAL];
	for (int i = 0; i < 2; i++) {
		ekit_hear(&k, r, "bob", &at, 2 + (uint32_t)i);
		ekit_pass(&k, 600000);
		assert_int_equal(k.counts[EFFECT_DIAL], dials);
		ekit_restart(&k);
	}
	remote_restart(r);
	ekit_hear(&k, r, "bob", &at, 4);
	wish(COMMAND_BLOCK, r, false, 0, NULL);
	ekit_pass(&k, 1000);
	assert_int_equal(k.dial_count, 1);
	remote_answer(&k, r);
	ekit_run(&k);
	assert_string_equal(r->last_text, "on its way");
}

static void
a_mute_ends_by_itself(void **state)
{
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct now now = k.now;

	(void)state;
	wish(COMMAND_MUTE, r, true, 60, NULL);
	assert_true(
	    conv_is_muted(engine_model(k.engine), ekit_conv(&k, r), k.now));
	ekit_restart(&k);
	assert_true(
	    conv_is_muted(engine_model(k.engine), ekit_conv(&k, r), k.now));
	now.wall_ms = k.now.wall_ms + 61 * 60000;
	assert_false(
	    conv_is_muted(engine_model(k.engine), ekit_conv(&k, r), now));
	wish(COMMAND_MUTE, r, true, UINT32_MAX, NULL);
	assert_true(
	    conv_is_muted(engine_model(k.engine), ekit_conv(&k, r), now));
	wish(COMMAND_MUTE, r, true, 0, NULL);
	assert_false(
	    conv_is_muted(engine_model(k.engine), ekit_conv(&k, r), k.now));
	wish(COMMAND_MUTE, NULL, true, 1, NULL);
	assert_true(
	    conv_is_muted(engine_model(k.engine), ekit_conv(&k, NULL), k.now));
}

static void
t7_only_a_person_verifies(void **state)
{
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct remote *stranger = ekit_heard(&k, 2, "eve");

	(void)state;
	/* A key that nobody proved is not compared. */
	wish(COMMAND_VERIFY, stranger, false, VERDICT_SAME, NULL);
	assert_int_equal(ekit_peer(&k, stranger)->trust, TRUST_UNKNOWN);
	wish(COMMAND_VERIFY, r, false, VERDICT_NONE, NULL);
	assert_int_equal(ekit_peer(&k, r)->trust, TRUST_PINNED);
	assert_non_null(strstr(
	    ekit_last(&k, NULL, MESSAGE_INFO)->text, "/verify bob same"));
	wish(COMMAND_VERIFY, r, false, VERDICT_SAME, NULL);
	assert_int_equal(ekit_peer(&k, r)->trust, TRUST_VERIFIED);
	ekit_restart(&k);
	assert_int_equal(ekit_peer(&k, r)->trust, TRUST_VERIFIED);
	wish(COMMAND_VERIFY, r, false, VERDICT_DIFFERENT, NULL);
	assert_int_equal(ekit_peer(&k, r)->trust, TRUST_PINNED);
	wish(COMMAND_VERIFY, r, false, VERDICT_SAME, NULL);
	wish(COMMAND_BLOCK, r, true, 0, NULL);
	wish(COMMAND_VERIFY, r, false, VERDICT_SAME, NULL);
	assert_int_equal(ekit_peer(&k, r)->trust, TRUST_BLOCKED);
}

static void
nobody_is_told_to_be_unknown(void **state)
{
	struct remote *r = ekit_remote(&k, 1);

	(void)state;
	wish(COMMAND_BLOCK, r, true, 0, NULL);
	assert_non_null(ekit_last(&k, NULL, MESSAGE_ERROR));
}

/* Without a word said: who is dialled proves the key. */
static void
a_key_is_pinned_on_request(void **state)
{
	struct remote *bob = ekit_heard(&k, 1, "bob");

	(void)state;
	assert_int_equal(ekit_peer(&k, bob)->trust, TRUST_UNKNOWN);
	wish(COMMAND_PIN, bob, false, 0, NULL);
	assert_int_equal(k.dial_count, 1);
	remote_answer(&k, bob);
	ekit_run(&k);
	assert_int_equal(ekit_peer(&k, bob)->trust, TRUST_PINNED);
	assert_int_equal(bob->texts, 0);
	/* Not one under the name of somebody else, nor who is blocked. */
	struct remote *fake = ekit_heard(&k, 3, ekit_peer(&k, bob)->called);
	wish(COMMAND_PIN, fake, false, 0, NULL);
	assert_int_equal(ekit_peer(&k, fake)->trust, TRUST_CHANGED);
	assert_int_equal(k.dial_count, 0);
	wish(COMMAND_BLOCK, bob, true, 0, NULL);
	wish(COMMAND_PIN, bob, false, 0, NULL);
	assert_int_equal(ekit_peer(&k, bob)->trust, TRUST_BLOCKED);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(an_alias_is_shown_and_kept),
		TEST(t45_an_alias_is_a_name),
		TEST(an_alias_gives_no_name_away),
		TEST(who_is_blocked_is_not_heard),
		TEST(what_is_on_its_way_dials_nobody_who_is_blocked),
		TEST(a_mute_ends_by_itself),
		TEST(t7_only_a_person_verifies),
		TEST(nobody_is_told_to_be_unknown),
		cmocka_unit_test_setup_teardown(
		    a_key_is_pinned_on_request, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
