/* SPDX-License-Identifier: MIT */
/*
 * From a contact with a key to an open line under its name, and back: eight
 * ways to look like somebody, each in both directions.
 */
#include "legacy_kit.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Who is imitated, in which dialect, and by what. */
static const struct combination {
	bool verified;
	enum dialect dialect;
	bool by_name; /* else by the host */
} combinations[8] = {
	{ false, DIALECT_IPMSG, true },
	{ false, DIALECT_IPMSG, false },
	{ false, DIALECT_PLAIN, true },
	{ false, DIALECT_PLAIN, false },
	{ true, DIALECT_IPMSG, true },
	{ true, DIALECT_IPMSG, false },
	{ true, DIALECT_PLAIN, true },
	{ true, DIALECT_PLAIN, false },
};

static struct remote *ana; /* with a key; absent */
static struct fp fake;

static void
set_up(const struct combination *c)
{
	lkit_begin(NULL);
	ana = ekit_friend(&lkit.k, 2, "ana");
	if (c->verified)
		ekit_do(&lkit.k, &(struct command){ .kind = COMMAND_VERIFY,
				     .peer = ana->end.identity.fp,
				     .number = VERDICT_SAME });
	struct addr at = ekit_peer(&lkit.k, ana)->addrs[0];
	remote_lose(&lkit.k, ana);
	const char *handle =
	    c->dialect == DIALECT_IPMSG ? "ana@PC-7" : "udp://10.9.9.9:9000";
	fake =
	    lkit_meet_in(c->dialect, handle, c->by_name ? "An\xd0\xb0" : "x");
	at.port = 2425;
	if (!c->by_name)
		lkit_addr(&fake, &at);
	else
		lkit_addr(&fake, &(struct addr){ .family = ADDR_IPV4,
				     .ip = { 10, 9, 9, 9 },
				     .port = 2425 });
}

static const struct message *
last_error(void)
{
	return ekit_last(&lkit.k, NULL, MESSAGE_ERROR);
}

static void
write_to(const struct fp *fp, const char *text)
{
	ekit_do(&lkit.k, &(struct command){ .kind = COMMAND_SAY,
			     .peer = *fp,
			     .conv = CONV_NEARBY,
			     .text = (char *)(uintptr_t)text });
}

/* Nothing for ana goes to who looks like her, and nothing to that one before
 * the user said so, in these words. */
static void
check_outwards(void)
{
	struct fp *real = &ana->end.identity.fp;
	struct chat_post post;

	assert_true(fp_equal(&lkit_peer(&fake)->claims, real));
	assert_int_equal(lkit_peer(&fake)->trust, TRUST_UNKNOWN);
	write_to(real, "for ana only");
	assert_int_equal(lkit_last(real)->delivery, DELIVERY_QUEUED);
	assert_false(lkit_next(&fake, &post));
	write_to(&fake, "psst");
	assert_null(model_conv_of(engine_model(lkit.k.engine), &fake));
	assert_non_null(strstr(last_error()->text, "read and forge"));
	assert_non_null(strstr(last_error()->text, "unencrypted"));
	assert_false(lkit_next(&fake, &post));
	/* To open it is no consent. */
	ekit_command(&lkit.k, COMMAND_OPEN, &fake, NULL);
	write_to(&fake, "psst");
	assert_false(lkit_next(&fake, &post));
	assert_int_equal(lkit.flushes, 0);
	ekit_do(&lkit.k, &(struct command){
			     .kind = COMMAND_OPEN, .peer = fake, .on = true });
	write_to(&fake, "psst");
	assert_true(lkit_next(&fake, &post));
	assert_memory_equal(post.text, "psst", 4);
	assert_false(lkit_next(&fake, &post));
	assert_int_equal(lkit_last(real)->delivery, DELIVERY_QUEUED);
}

/* What such a one says is said by nobody else, and changes nothing of ana. */
static void
check_inwards(void)
{
	struct fp *real = &ana->end.identity.fp;
	const struct peer *p = lkit_peer(real);
	enum trust trust = p->trust;
	enum presence presence = p->presence;
	unsigned addrs = p->addr_count;

	write_to(real, "for ana only");
	struct msg_id id = lkit_last(real)->id;
	assert_true(lkit_arrive(&fake, "it's me", 1));
	assert_string_equal(lkit_last(&fake)->text, "it's me");
	assert_int_not_equal(lkit_last(&fake)->dialect, DIALECT_EARSHOT);
	assert_string_equal(lkit_last(real)->text, "for ana only");
	lkit_answer(&fake, &id, DELIVERY_READ, NULL);
	lkit_answer(&fake, &id, DELIVERY_FAILED, "no");
	assert_int_equal(lkit_last(real)->delivery, DELIVERY_QUEUED);
	assert_int_equal(p->trust, trust);
	assert_int_equal(p->presence, presence);
	assert_int_equal(p->addr_count, addrs);
	assert_int_equal(p->dialect, DIALECT_EARSHOT);
	assert_false(p->look_alike && fp_equal(&lkit_peer(&fake)->fp, real));
	assert_int_equal(lkit_peer(&fake)->trust, TRUST_UNKNOWN);
}

static void
t10_eight_ways_in_two_directions(void **state)
{
	unsigned checked = 0;

	(void)state;
	for (size_t i = 0; i < 8; i++)
		for (int inwards = 0; inwards < 2; inwards++) {
			set_up(&combinations[i]);
			if (inwards)
				check_inwards();
			else
				check_outwards();
			lkit_end(NULL);
			checked++;
		}
	assert_int_equal(checked, 16);
}

/* First there, then like somebody: what waited does not go. */
static void
t10_who_turns_into_a_likeness_gets_nothing_more(void **state)
{
	struct chat_post post;

	(void)state;
	lkit_begin(NULL);
	fake = lkit_meet("x@PC-7", "x");
	lkit_presence(&fake, PRESENCE_OFFLINE);
	lkit_say(&fake, "to x");
	ana = ekit_friend(&lkit.k, 2, "ana");
	lkit_meet("x@PC-7", "ana");
	assert_false(lkit_next(&fake, &post));
	assert_int_equal(lkit.flushes, 0);
	ekit_do(&lkit.k, &(struct command){
			     .kind = COMMAND_OPEN, .peer = fake, .on = true });
	assert_int_equal(lkit.flushes, 1);
	assert_true(lkit_next(&fake, &post));
	/* Consent was for ana; and for this run. */
	struct remote *bob = ekit_friend(&lkit.k, 3, "bob");
	lkit_meet("x@PC-7", "bob");
	assert_true(fp_equal(&lkit_peer(&fake)->claims, &bob->end.identity.fp));
	write_to(&fake, "to x");
	assert_non_null(strstr(last_error()->text, "bob"));
	assert_false(lkit_next(&fake, &post));
	lkit_end(NULL);
}

static void
t10_a_restart_asks_again(void **state)
{
	struct chat_post post;

	(void)state;
	set_up(&combinations[0]);
	ekit_do(&lkit.k, &(struct command){
			     .kind = COMMAND_OPEN, .peer = fake, .on = true });
	lkit_presence(&fake, PRESENCE_OFFLINE);
	lkit_say(&fake, "later");
	ekit_restart(&lkit.k);
	assert_int_equal(contacts_waiting(lkit.k.engine), 1);
	unsigned dials = lkit.k.counts[EFFECT_DIAL];
	ekit_pass(&lkit.k, 60000);
	assert_int_equal(lkit.k.counts[EFFECT_DIAL], dials);
	lkit_presence(&fake, PRESENCE_ONLINE);
	assert_false(lkit_next(&fake, &post));
	assert_int_equal(lkit.k.dial_count, 0);
	ekit_do(&lkit.k, &(struct command){
			     .kind = COMMAND_OPEN, .peer = fake, .on = true });
	assert_true(lkit_next(&fake, &post));
	lkit_end(NULL);
}

/* The mark goes with the reason for it. */
static void
t10_a_forgotten_contact_is_imitated_by_nobody(void **state)
{
	(void)state;
	set_up(&combinations[1]);
	assert_false(fp_is_zero(&lkit_peer(&fake)->claims));
	ekit_do(&lkit.k, &(struct command){ .kind = COMMAND_FORGET,
			     .peer = ana->end.identity.fp,
			     .on = true });
	assert_true(fp_is_zero(&lkit_peer(&fake)->claims));
	lkit_end(NULL);
}

/* A name with a key goes before one without. */
static void
t10_a_name_means_who_has_the_key(void **state)
{
	const struct peer *found;

	(void)state;
	set_up(&combinations[0]);
	lkit_meet("ana@PC-7", "ana");
	assert_int_equal(
	    model_find_peer(lkit.k.engine->model, "ana", &found), 0);
	assert_true(fp_equal(&found->fp, &ana->end.identity.fp));
	assert_int_equal(
	    model_find_legacy(lkit.k.engine->model, "ana", &found), 0);
	assert_true(fp_equal(&found->fp, &fake));
	lkit_end(NULL);
}

/* Whatever the store says: without a key there is nothing to trust. */
static void
t10_what_is_stored_pins_nobody_without_a_key(void **state)
{
	static const enum trust stored[] = { TRUST_PINNED, TRUST_VERIFIED,
		TRUST_BLOCKED };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct pin pin = { .dialect = DIALECT_IPMSG,
			.handle = "x@PC-7",
			.name = "x",
			.trust = stored[i] };
		pin.fp = legacy_fp(pin.dialect, pin.handle);
		lkit = (struct legacy_kit){ 0 };
		ekit_init_with(&lkit.k, 1, &pin, 1, false);
		enum trust trust = i == 2 ? TRUST_BLOCKED : TRUST_UNKNOWN;
		assert_int_equal(lkit_peer(&pin.fp)->trust, trust);
		assert_false(contact_find(lkit.k.engine, &pin.fp)->pinned);
		lkit_end(NULL);
	}
}

/* Whoever knows what the user calls a contact takes it for a handle. */
static void
t10_a_handle_is_no_name_of_a_contact(void **state)
{
	const struct peer *found;

	(void)state;
	lkit_begin(NULL);
	ana = ekit_friend(&lkit.k, 2, "ana@home");
	lkit_meet("ana@home", "x");
	struct model *m = lkit.k.engine->model;
	assert_int_equal(model_find_peer(m, "ana@home", &found), 0);
	assert_true(fp_equal(&found->fp, &ana->end.identity.fp));
	assert_int_equal(model_find_legacy(m, "ana@home", &found), 0);
	assert_true(peer_is_legacy(found));
	lkit_end(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t10_eight_ways_in_two_directions),
		cmocka_unit_test(
		    t10_who_turns_into_a_likeness_gets_nothing_more),
		cmocka_unit_test(t10_a_restart_asks_again),
		cmocka_unit_test(t10_a_forgotten_contact_is_imitated_by_nobody),
		cmocka_unit_test(t10_a_name_means_who_has_the_key),
		cmocka_unit_test(t10_a_handle_is_no_name_of_a_contact),
		cmocka_unit_test(t10_what_is_stored_pins_nobody_without_a_key),
	};
	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
