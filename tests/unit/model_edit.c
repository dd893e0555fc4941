/* SPDX-License-Identifier: MIT */
#include "core/model_edit.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct fp
fp_of(uint8_t n)
{
	return (struct fp){ .b = { n, 7 } };
}

static struct peer *
add(struct model *m, uint8_t n)
{
	struct fp fp = fp_of(n);

	return model_peer_add(m, &fp);
}

static void
a_number_is_kept_and_reused_only_when_free(void **state)
{
	struct fp self = fp_of(0), second = fp_of(2);
	struct model *m = model_new(&self, "me");

	(void)state;
	assert_int_equal(add(m, 1)->number, 2);
	assert_int_equal(add(m, 2)->number, 3);
	assert_int_equal(add(m, 3)->number, 4);
	/* A conversation, a new name, being seen again: nothing moves. */
	model_conv_open(m, add(m, 3));
	peer_set_name(m, add(m, 1), "zoe");
	assert_int_equal(add(m, 1)->number, 2);
	assert_int_equal(add(m, 3)->number, 4);
	model_peer_remove(m, &second);
	assert_int_equal(add(m, 3)->number, 4);
	assert_int_equal(add(m, 4)->number, 3);
	assert_int_equal(add(m, 5)->number, 5);
	model_free(m);
}

static void
numbers_stay_small_while_strangers_come_and_go(void **state)
{
	struct fp self = fp_of(0);
	struct model *m = model_new(&self, "me");

	(void)state;
	add(m, 1);
	for (unsigned i = 0; i < 1000; i++) {
		struct fp fp = fp_of((uint8_t)(2 + i % 200));
		assert_int_equal(model_peer_add(m, &fp)->number, 3);
		model_peer_remove(m, &fp);
	}
	model_free(m);
}

static void
numbers_leave_out_that_of_the_notes(void **state)
{
	struct fp self = fp_of(0), eleventh = fp_of(11);
	struct model *m = model_new(&self, "me");

	(void)state;
	for (unsigned i = 1; i <= 8; i++)
		assert_int_equal(add(m, (uint8_t)i)->number, i + 1);
	for (unsigned i = 9; i <= 20; i++)
		assert_int_equal(add(m, (uint8_t)i)->number, i + 2);
	model_notes_add(m);
	model_peer_remove(m, &eleventh);
	assert_int_equal(add(m, 21)->number, 13);
	/* The one that the notes had at first. */
	assert_int_equal(add(m, 22)->number, 23);
	assert_int_equal(add(m, 23)->number, 24);
	model_free(m);
}

/* Loaded at once, or one after the other. */
static void
doubles_are_found_the_same_at_once(void **state)
{
	static const struct {
		const char *name;
		enum trust trust;
	} people[] = {
		{ "ana", TRUST_UNKNOWN },
		{ "Ana", TRUST_PINNED },
		{ "zoe", TRUST_CHANGED },
		{ "me", TRUST_UNKNOWN },
		{ "ana", TRUST_VERIFIED },
		{ "rn", TRUST_PINNED },
		{ "m", TRUST_UNKNOWN },
		{ "solo", TRUST_PINNED },
	};
	struct fp self = fp_of(0);
	struct model *one = model_new(&self, "me");
	struct model *all = model_new(&self, "me");
	size_t alike = 0;

	(void)state;
	for (uint8_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		struct peer *p = add(one, (uint8_t)(i + 1));
		p->trust = people[i].trust;
		peer_set_name(one, p, people[i].name);
		peer_refresh_trust(one, p);
		p = add(all, (uint8_t)(i + 1));
		p->trust = people[i].trust;
		peer_load_names(p, people[i].name, "");
	}
	model_find_doubles(all);
	for (size_t i = 0; i < one->peer_count; i++) {
		const struct peer *p = one->peers[i], *q = all->peers[i];
		assert_string_equal(p->name, q->name);
		assert_int_equal(p->trust, q->trust);
		assert_true(fp_equal(&p->claims, &q->claims));
		assert_int_equal(p->look_alike, q->look_alike);
		alike += q->look_alike;
	}
	assert_int_equal(alike, 6);
	model_free(one);
	model_free(all);
}

static void
a_conversation_holds_bounded_bytes(void **state)
{
	enum { BIG = 65536 };
	struct fp self = fp_of(0);
	struct model *m = model_new(&self, "me");
	struct conv *c = model_conv_open(m, add(m, 1));

	(void)state;
	for (unsigned i = 0; i < 3 * CONV_BYTES_MAX / BIG; i++) {
		struct message msg = { .kind = MESSAGE_TEXT, .size = BIG };
		msg.text = xcalloc(BIG + 1, 1);
		assert_int_equal(
		    conv_append(m, c, &msg)->serial - CONV_SERIAL_FIRST, i);
		assert_true(c->bytes <= CONV_BYTES_MAX);
	}
	assert_int_equal(
	    (c->next_serial - c->first_serial) * BIG, CONV_BYTES_MAX);
	assert_int_equal(c->unread, CONV_BYTES_MAX / BIG);
	assert_int_equal(c->unread_serial, c->first_serial);
	conv_clear_notices(m, c);
	assert_int_equal(c->bytes, CONV_BYTES_MAX);
	model_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_conversation_holds_bounded_bytes),
		cmocka_unit_test(a_number_is_kept_and_reused_only_when_free),
		cmocka_unit_test(doubles_are_found_the_same_at_once),
		cmocka_unit_test(numbers_leave_out_that_of_the_notes),
		cmocka_unit_test(
		    numbers_stay_small_while_strangers_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
