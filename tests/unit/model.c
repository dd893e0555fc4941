/* SPDX-License-Identifier: MIT */
/*
 * The model by itself: who is found under which name, who resembles whom, and
 * conversations that lose their beginning.
 */
#include "base/err.h"
#include "base/mem.h"
#include "core/model_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct model *m;

static int
begin(void **state)
{
	(void)state;
	struct fp self = { { 1 } };

	m = model_new(&self, "me");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	model_free(m);
	return 0;
}

static struct fp
fp_of(uint32_t number)
{
	struct fp fp = { { 0 } };

	for (size_t i = 0; i < FP_SIZE; i++)
		fp.b[i] = (uint8_t)((number + 1) * 2654435761u >> i % 24);
	memcpy(fp.b + 20, &number, sizeof number);
	return fp;
}

static struct peer *
peer(uint32_t number, const char *name)
{
	struct fp fp = fp_of(number);
	struct peer *p = model_peer_add(m, &fp);

	peer_set_name(m, p, name);
	return p;
}

static struct peer *
pinned(uint32_t number, const char *name)
{
	struct peer *p = peer(number, name);

	p->trust = TRUST_PINNED;
	peer_refresh_trust(m, p);
	return p;
}

static void
ten_thousand_come_and_go(void **state)
{
	(void)state;
	struct fp fp;

	for (uint32_t i = 0; i < 10000; i++) {
		peer(i, "x");
		fp = fp_of(i - 1000);
		if (i >= 1000)
			model_peer_remove(m, &fp);
	}
	assert_int_equal(m->peer_count, 1000);
	for (uint32_t i = 0; i < 10000; i++) {
		fp = fp_of(i);
		assert_int_equal(model_peer(m, &fp) != NULL, i >= 9000);
	}
	/* One that is there twice is one. */
	fp = fp_of(9500);
	assert_ptr_equal(model_peer_add(m, &fp), model_peer(m, &fp));
	assert_int_equal(m->peer_count, 1000);
}

/* A thousand strangers under a contact's name, each new one of whom concerns
 * all the others: the work must not grow with their square. */
static void
t22_a_crowd_of_one_name(void **state)
{
	(void)state;
	struct peer *bob = pinned(100000, "bob");
	struct fp fp;

	for (uint32_t i = 0; i < 20000; i++) {
		assert_int_equal(peer(i, "bob")->trust, TRUST_CHANGED);
		fp = fp_of(i - 1000);
		if (i >= 1000)
			model_peer_remove(m, &fp);
	}
	assert_int_equal(bob->trust, TRUST_PINNED);
	assert_true(bob->look_alike);
	for (uint32_t i = 19000; i < 20000; i++) {
		fp = fp_of(i);
		assert_true(model_peer(m, &fp)->look_alike);
		model_peer_remove(m, &fp);
	}
	assert_false(bob->look_alike);
}

static void
who_resembles_a_contact_is_marked(void **state)
{
	(void)state;
	struct peer *first = peer(1, "bob"), *second = peer(2, "carol");

	assert_false(first->look_alike);
	pinned(3, "carol");
	assert_true(second->look_alike);
	assert_int_equal(second->trust, TRUST_CHANGED);
	struct fp claims = fp_of(3);
	assert_true(fp_equal(&second->claims, &claims));
	/* Under another name it is nobody in particular. */
	peer_set_name(m, second, "dave");
	assert_int_equal(second->trust, TRUST_UNKNOWN);
	assert_false(second->look_alike);
	assert_true(fp_is_zero(&second->claims));
	/* Two strangers of one name are alike, and claim nothing. */
	peer_set_name(m, second,
	    "B\xd0\xbe"
	    "b");
	assert_true(first->look_alike);
	assert_int_equal(first->trust, TRUST_UNKNOWN);
	assert_int_equal(second->trust, TRUST_UNKNOWN);
	/* Two contacts of one name stay contacts. */
	struct peer *other = pinned(4, "carol");
	assert_true(other->look_alike);
	assert_int_equal(other->trust, TRUST_PINNED);
	/* A blocked one stays blocked whatever it calls itself. */
	other->trust = TRUST_BLOCKED;
	peer_refresh_trust(m, other);
	assert_int_equal(other->trust, TRUST_BLOCKED);
}

static void
who_has_our_name_is_marked(void **state)
{
	(void)state;
	struct peer *p = peer(1, "ME");

	assert_true(p->look_alike);
	assert_int_equal(p->trust, TRUST_UNKNOWN);
	model_set_name(m, "ana");
	assert_false(p->look_alike);
	model_set_name(m, "me");
	assert_true(p->look_alike);
}

static const struct peer *
find(const char *text, int want)
{
	const struct peer *p = NULL;

	assert_int_equal(model_find_peer(m, text, &p), want);
	return p;
}

static void
people_are_found_as_they_are_called(void **state)
{
	(void)state;
	struct peer *bob = peer(1, "Bob"), *bobby = peer(2, "bobby");
	struct peer *ana = peer(3, "ana maria"), *dot = peer(4, "a.b");
	char fp[FP_TEXT_SIZE], text[128];

	assert_ptr_equal(find("bob", 0), bob);
	assert_ptr_equal(find("bobb", 0), bobby);
	assert_ptr_equal(find("ANA", 0), ana);
	assert_ptr_equal(find("a.b", 0), dot);
	assert_null(find("bo", ERR_AMBIGUOUS));
	assert_null(find("carol", ERR_NOT_FOUND));
	assert_null(find("", ERR_NOT_FOUND));
	fp_text(&bobby->fp, fp);
	assert_ptr_equal(find(fp, 0), bobby);
	snprintf(text, sizeof text, "bobby.%.4s", fp);
	assert_ptr_equal(find(text, 0), bobby);
	snprintf(text, sizeof text, "bobby\xc2\xb7%.8s", fp);
	assert_ptr_equal(find(text, 0), bobby);
	snprintf(text, sizeof text, "bobby.%.3s", fp);
	assert_null(find(text, ERR_NOT_FOUND));
	snprintf(text, sizeof text, "bob.%.4s", fp);
	assert_null(find(text, ERR_NOT_FOUND));
	/* Of two with one name the contact is meant. */
	struct peer *again = peer(5, "bob");
	assert_null(find("bob", ERR_AMBIGUOUS));
	again->trust = TRUST_PINNED;
	peer_refresh_trust(m, again);
	assert_ptr_equal(find("bob", 0), again);
}

static void
labels_cannot_be_mistaken(void **state)
{
	(void)state;
	struct peer *p = pinned(1, "bob");
	char label[PEER_LABEL_SIZE], fp[FP_TEXT_SIZE], want[128];

	fp_text(&p->fp, fp);
	assert_string_equal(peer_label(p, false, label), "bob");
	snprintf(want, sizeof want, "bob\xc2\xb7%.4s", fp);
	assert_string_equal(peer_label(p, true, label), want);
	peer(2, "bob");
	snprintf(want, sizeof want, "bob\xc2\xb7%.8s", fp);
	assert_string_equal(peer_label(p, false, label), want);
	/* The longest name there is. */
	char name[NAME_BYTES_MAX + 1];
	memset(name, 'w', NAME_BYTES_MAX);
	name[NAME_BYTES_MAX] = '\0';
	peer_set_name(m, p, name);
	snprintf(want, sizeof want, "%s\xc2\xb7%.4s", name, fp);
	assert_string_equal(peer_label(p, true, label), want);
}

static struct addr
addr_of(unsigned number)
{
	return (struct addr){ .family = ADDR_IPV4,
		.ip = { 10, 0, 0, (uint8_t)number },
		.port = 1 };
}

static void
t24_hints_do_not_push_out_what_worked(void **state)
{
	(void)state;
	struct peer *p = peer(1, "bob");

	for (unsigned i = 0; i < 5; i++) {
		struct addr a = addr_of(i);
		peer_add_addr(m, p, &a);
	}
	for (unsigned i = 100; i < 200; i++) {
		struct addr a = addr_of(i);
		peer_hint_addr(m, p, &a);
		peer_hint_addr(m, p, &a);
	}
	assert_int_equal(p->addr_count, PEER_ADDRS_MAX);
	for (unsigned i = 0; i < 5; i++) {
		struct addr a = addr_of(4 - i);
		assert_true(addr_equal(&p->addrs[i], &a));
	}
	/* What is good now is first, and there once. */
	struct addr a = addr_of(0);
	peer_add_addr(m, p, &a);
	assert_true(addr_equal(&p->addrs[0], &a));
	assert_int_equal(p->addr_count, PEER_ADDRS_MAX);
	peer_remove_addr(m, p, &a);
	peer_remove_addr(m, p, &a);
	assert_int_equal(p->addr_count, PEER_ADDRS_MAX - 1);
	for (unsigned i = 200; i < 250; i++) {
		a = addr_of(i);
		peer_add_addr(m, p, &a);
	}
	assert_int_equal(p->addr_count, PEER_ADDRS_MAX);
}

static void
append(struct conv *c, enum message_kind kind, bool mine, unsigned number)
{
	char text[16];

	snprintf(text, sizeof text, "%u", number);
	struct message msg = { .kind = kind,
		.mine = mine,
		.text = xstrdup(text),
		.size = strlen(text) };
	memcpy(msg.id.b, &number, sizeof number);
	conv_append(m, c, &msg);
}

static void
a_conversation_forgets_its_beginning(void **state)
{
	(void)state;
	struct conv *c = model_conv_open(m, peer(1, "bob"));
	struct msg_id id = { { 0 } };

	for (unsigned i = 0; i < 5000; i++) {
		append(c, MESSAGE_TEXT, i % 2 == 0, i);
		assert_true(
		    c->unread == 0 || (c->unread_serial >= c->first_serial &&
					  c->unread_serial < c->next_serial));
	}
	assert_int_equal(c->next_serial - CONV_SERIAL_FIRST, 5000);
	assert_int_equal(
	    c->first_serial - CONV_SERIAL_FIRST, 5000 - CONV_MESSAGES_MAX);
	assert_true(c->unread <= CONV_MESSAGES_MAX);
	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		char text[16];
		snprintf(text, sizeof text, "%u", (unsigned)s);
		assert_string_equal(conv_message(c, s)->text, text);
	}
	unsigned number = 4000;
	memcpy(id.b, &number, sizeof number);
	assert_int_equal(
	    conv_find_mine(c, &id)->serial - CONV_SERIAL_FIRST, 4000);
	number = 4001;
	memcpy(id.b, &number, sizeof number);
	assert_null(conv_find_mine(c, &id));
	number = 100;
	memcpy(id.b, &number, sizeof number);
	assert_null(conv_find_mine(c, &id));
	conv_mark_read(m, c);
	assert_int_equal(c->unread, 0);
	for (uint64_t s = c->first_serial; s < c->next_serial; s++)
		assert_true(
		    conv_message(c, s)->mine || conv_message(c, s)->read);
}

/* Notices in every mixture go, and what is left is in order and as unread as
 * it was. */
static void
notices_can_be_cleared(void **state)
{
	(void)state;
	struct conv *c = model_conv_open(m, peer(1, "bob"));

	for (unsigned mask = 0; mask < 1 << 10; mask++) {
		unsigned texts = 0, unread = 0;
		uint64_t from = c->first_serial;
		for (unsigned i = 0; i < 10; i++) {
			bool notice = (mask >> i & 1) != 0;
			append(
			    c, notice ? MESSAGE_INFO : MESSAGE_TEXT, false, i);
			texts += !notice;
			if (i == 4)
				conv_mark_read(m, c);
			unread += !notice && i > 4;
		}
		assert_int_equal(c->unread, unread);
		conv_clear_notices(m, c);
		assert_int_equal(c->unread, unread);
		if (unread > 0)
			assert_int_equal(
			    c->unread_serial, c->next_serial - unread);
		uint64_t held = c->next_serial - from;
		assert_true(held == CONV_MESSAGES_MAX || held >= texts);
		for (uint64_t s = c->next_serial - texts; s < c->next_serial;
		     s++) {
			assert_int_equal(conv_message(c, s)->serial, s);
			assert_int_equal(
			    conv_message(c, s)->kind, MESSAGE_TEXT);
		}
		conv_mark_read(m, c);
	}
	assert_true(c->first_serial > CONV_SERIAL_FIRST);
}

static void
everything_visible_moves_the_revision(void **state)
{
	(void)state;
	struct peer *p = peer(1, "bob");
	struct addr a = addr_of(1);
	uint64_t was = m->revision;

#define MOVES(call) \
	do { \
		call; \
		assert_true(m->revision > was); \
		was = m->revision; \
	} while (0)
	MOVES(peer_set_name(m, p, "carol"));
	MOVES(peer_add_addr(m, p, &a));
	MOVES(peer_remove_addr(m, p, &a));
	MOVES(peer_hint_addr(m, p, &a));
	MOVES(model_set_text(m, &p->status, "here"));
	MOVES(model_set_name(m, "you"));
	MOVES(append(model_conv_open(m, p), MESSAGE_TEXT, false, 1));
	MOVES(conv_mark_read(m, model_conv_edit(m, p->conv)));
	MOVES(conv_clear_notices(m, model_conv_edit(m, p->conv)));
	assert_false(peer_set_name(m, p, "carol"));
	assert_false(model_set_text(m, &p->status, "here"));
	peer_add_addr(m, p, &a);
	conv_mark_read(m, model_conv_edit(m, p->conv));
	assert_int_equal(m->revision, was);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(ten_thousand_come_and_go),
		CASE(t22_a_crowd_of_one_name),
		CASE(who_resembles_a_contact_is_marked),
		CASE(who_has_our_name_is_marked),
		CASE(people_are_found_as_they_are_called),
		CASE(labels_cannot_be_mistaken),
		CASE(t24_hints_do_not_push_out_what_worked),
		CASE(a_conversation_forgets_its_beginning),
		CASE(notices_can_be_cleared),
		CASE(everything_visible_moves_the_revision),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
