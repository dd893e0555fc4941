/* SPDX-License-Identifier: MIT */
/*
 * Each kind of change, and what is read again after the next start.
 */
#include "store/db.h"

#include "base/err.h"
#include "db_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct message *
only(struct saved_page *page)
{
	assert_int_equal(page->count, 1);
	return &page->messages[0];
}

static void
test_empty(void **state)
{
	struct db_kit *k = *state;
	struct saved saved = db_kit_load(k);

	assert_int_equal(saved.pin_count, 0);
	assert_int_equal(saved.conv_count, 0);
	assert_int_equal(saved.outbox_count, 0);
	assert_int_equal(saved.next_row, 1);
	assert_false(db_is_dirty(k->db));
	db_kit_commit(k);
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(page.count, 0);
	assert_false(page.more);
	saved_page_clear(&page);
	saved_clear(&saved);
}

static struct pin
a_pin(void)
{
	struct pin pin = {
		.fp = db_kit_fp(1),
		.trust = TRUST_VERIFIED,
		.name = "Bob \xc3\xa4",
		.answered = true,
		.receipts = true,
		.forgets = true,
		.transport = TRANSPORT_UDP,
		.udp_port = 65535,
		.version_floor = 65535,
		.epoch = UINT32_MAX,
		.seq = UINT32_MAX - 1,
		.first_ms = -1,
		.last_ms = INT64_MAX,
		.received_seq = UINT64_MAX,
		.sent_seq = 7,
	};

	assert_int_equal(addr_parse("[fe80::1%3]:99", 0, &pin.addr), 0);
	return pin;
}

static void
apply_pin(struct db_kit *k, const struct pin *pin)
{
	db_kit_add(k,
	    &(struct change){ .kind = CHANGE_PIN, .fp = pin->fp, .pin = pin });
}

static void
test_pin(void **state)
{
	struct db_kit *k = *state;
	struct pin pin = a_pin();

	apply_pin(k, &pin);
	db_kit_commit(k);
	db_kit_reopen(k);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.pin_count, 1);
	const struct pin *p = &saved.pins[0];
	assert_true(fp_equal(&p->fp, &pin.fp));
	assert_int_equal(p->trust, TRUST_VERIFIED);
	assert_string_equal(p->name, pin.name);
	assert_true(p->answered && p->receipts && p->forgets);
	assert_int_equal(p->transport, TRANSPORT_UDP);
	assert_true(addr_equal(&p->addr, &pin.addr));
	assert_int_equal(p->udp_port, 65535);
	assert_int_equal(p->version_floor, 65535);
	assert_int_equal(p->epoch, UINT32_MAX);
	assert_int_equal(p->seq, UINT32_MAX - 1);
	assert_int_equal(p->first_ms, -1);
	assert_int_equal(p->last_ms, INT64_MAX);
	assert_true(p->received_seq == UINT64_MAX);
	assert_true(p->sent_seq == 7);
	saved_clear(&saved);
}

/* A pin that is older than what came since does not set that back. */
static void
test_pin_moves_only_on(void **state)
{
	struct db_kit *k = *state;
	struct pin pin = a_pin();

	pin.received_seq = UINT64_C(1) << 63;
	apply_pin(k, &pin);
	pin.received_seq = 5;
	pin.sent_seq = 9;
	pin.trust = TRUST_PINNED;
	memset(&pin.addr, 0, sizeof(pin.addr));
	apply_pin(k, &pin);
	db_kit_commit(k);
	db_kit_reopen(k);
	struct saved saved = db_kit_load(k);
	assert_true(saved.pins[0].received_seq == UINT64_C(1) << 63);
	assert_true(saved.pins[0].sent_seq == 9);
	assert_int_equal(saved.pins[0].trust, TRUST_PINNED);
	assert_int_equal(saved.pins[0].addr.family, ADDR_NONE);
	saved_clear(&saved);
}

static void
test_theirs(void **state)
{
	struct db_kit *k = *state;
	struct change c = db_kit_theirs(k, 1, 1, "hello");

	c.flags = 2;
	c.missing = 3;
	c.has_target = true;
	c.target = db_kit_id(77);
	c.seq = UINT64_C(5) << 32 | 9;
	db_kit_add(k, &c);
	db_kit_commit(k);
	db_kit_reopen(k);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.conv_count, 1);
	assert_int_equal(saved.convs[0].unread, 1);
	assert_int_equal(saved.convs[0].last_row, c.row);
	assert_int_equal(saved.convs[0].active_ms, c.arrived_ms);
	assert_int_equal(saved.next_row, c.row + 1);
	assert_int_equal(saved.outbox_count, 0);
	/* Though no pin was stored: it must not come twice. */
	assert_int_equal(saved.pin_count, 1);
	assert_true(saved.pins[0].received_seq == c.seq);
	assert_int_equal(saved.pins[0].trust, TRUST_UNKNOWN);
	struct saved_page page = db_kit_page(k, 1);
	const struct message *m = only(&page);
	assert_int_equal(m->row, c.row);
	assert_true(msg_id_equal(&m->id, &c.id));
	assert_int_equal(m->kind, MESSAGE_TEXT);
	assert_int_equal(m->delivery, DELIVERY_NONE);
	assert_false(m->mine || m->read || m->edited || m->deleted);
	assert_true(m->action && m->has_target);
	assert_true(msg_id_equal(&m->target, &c.target));
	assert_true(fp_equal(&m->from, &c.fp));
	assert_int_equal(m->missing, 3);
	assert_int_equal(m->sent_ms, c.sent_ms);
	assert_int_equal(m->arrived_ms, c.arrived_ms);
	assert_string_equal(m->text, "hello");
	assert_int_equal(m->size, 5);
	assert_null(m->reason);
	assert_string_equal(m->reactions[0], "");
	saved_page_clear(&page);
	saved_clear(&saved);
}

static void
test_ours(void **state)
{
	struct db_kit *k = *state;
	struct change c = db_kit_ours(k, 1, 1, "hi"), sent;

	c.has_target = true;
	c.target = db_kit_id(9);
	c.flags = 2;
	db_kit_add(k, &c);
	sent = db_kit_deliver(1, 1, DELIVERY_SENT);
	db_kit_add(k, &sent);
	db_kit_commit(k);
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(only(&page)->delivery, DELIVERY_SENT);
	assert_true(only(&page)->mine && only(&page)->read);
	saved_page_clear(&page);
	/* What was on its way is to go again. */
	db_kit_reopen(k);
	page = db_kit_page(k, 1);
	assert_int_equal(only(&page)->delivery, DELIVERY_QUEUED);
	saved_page_clear(&page);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.convs[0].unread, 0);
	assert_int_equal(saved.outbox_count, 1);
	assert_true(fp_equal(&saved.outbox[0].to, &c.fp));
	const struct change *w = &saved.outbox[0].change;
	assert_int_equal(w->kind, CHANGE_MESSAGE);
	assert_true(w->mine && w->waits && w->keep && w->has_target);
	assert_int_equal(w->row, c.row);
	assert_int_equal(w->flags, 2);
	assert_int_equal(w->delivery, DELIVERY_QUEUED);
	assert_true(msg_id_equal(&w->id, &c.id));
	assert_true(msg_id_equal(&w->target, &c.target));
	assert_true(w->seq == c.seq);
	assert_string_equal(w->text, "hi");
	assert_int_equal(w->size, 2);
	saved_clear(&saved);
}

static enum delivery
delivery_of(struct db_kit *k, const char *reason)
{
	struct saved_page page = db_kit_page(k, 1);
	enum delivery d = only(&page)->delivery;

	if (reason == NULL)
		assert_null(page.messages[0].reason);
	else
		assert_string_equal(page.messages[0].reason, reason);
	saved_page_clear(&page);
	return d;
}

static size_t
waiting(struct db_kit *k)
{
	struct saved saved = db_kit_load(k);
	size_t n = saved.outbox_count;

	saved_clear(&saved);
	return n;
}

static void
deliver(struct db_kit *k, enum delivery d, const char *reason)
{
	struct change c = db_kit_deliver(1, 1, d);

	c.reason = reason;
	db_kit_add(k, &c);
	db_kit_commit(k);
}

/* Where nobody acknowledges, "sent" is the end. */
static void
test_sent_may_be_the_end(void **state)
{
	struct db_kit *k = *state;
	struct change c = db_kit_ours(k, 1, 1, "hi");
	struct change sent = db_kit_deliver(1, 1, DELIVERY_SENT);

	db_kit_add(k, &c);
	sent.waits = false;
	db_kit_add(k, &sent);
	db_kit_commit(k);
	assert_int_equal(waiting(k), 0);
	db_kit_reopen(k);
	assert_int_equal(waiting(k), 0);
	assert_int_equal(delivery_of(k, NULL), DELIVERY_SENT);
}

static void
requeue(struct db_kit *k, unsigned n, uint64_t seq, size_t count)
{
	struct change c = db_kit_deliver(1, n, DELIVERY_QUEUED);

	c.kind = CHANGE_REQUEUE;
	c.row = 1;
	c.seq = seq;
	db_kit_add(k, &c);
	db_kit_commit(k);
	db_kit_reopen(k);
	assert_int_equal(waiting(k), count);
}

/* What was refused waits no more, and then under another number. */
static void
test_requeued(void **state)
{
	struct db_kit *k = *state;
	struct change first = db_kit_ours(k, 1, 1, "hi");
	struct change other = db_kit_ours(k, 1, 2, "there");
	struct change refused = db_kit_deliver(1, 1, DELIVERY_QUEUED);

	assert_int_equal(first.row, 1);
	refused.waits = false;
	db_kit_add(k, &first);
	db_kit_add(k, &other);
	db_kit_add(k, &refused);
	db_kit_commit(k);
	assert_int_equal(waiting(k), 1);
	/* Another is in that row; and that number is another's. */
	requeue(k, 2, 1000, 1);
	requeue(k, 1, other.seq, 1);
	requeue(k, 1, 1000, 2);
	struct saved saved = db_kit_load(k);
	const struct change *w = &saved.outbox[0].change;
	assert_int_equal(w->row, 1);
	assert_true(w->seq == 1000 && w->sent_ms == first.sent_ms);
	assert_string_equal(w->text, "hi");
	saved_clear(&saved);
}

static void
test_delivery_moves_on(void **state)
{
	struct db_kit *k = *state;
	struct change c = db_kit_ours(k, 1, 1, "hi");

	db_kit_add(k, &c);
	deliver(k, DELIVERY_SENT, NULL);
	assert_int_equal(waiting(k), 1);
	deliver(k, DELIVERY_QUEUED, NULL);
	assert_int_equal(delivery_of(k, NULL), DELIVERY_QUEUED);
	deliver(k, DELIVERY_DELIVERED, NULL);
	assert_int_equal(waiting(k), 0);
	deliver(k, DELIVERY_SENT, NULL);
	assert_int_equal(delivery_of(k, NULL), DELIVERY_DELIVERED);
	deliver(k, DELIVERY_FAILED, "no");
	assert_int_equal(delivery_of(k, NULL), DELIVERY_DELIVERED);
	deliver(k, DELIVERY_READ, NULL);
	assert_int_equal(delivery_of(k, NULL), DELIVERY_READ);
	deliver(k, DELIVERY_DELIVERED, NULL);
	assert_int_equal(delivery_of(k, NULL), DELIVERY_READ);
	assert_int_equal(waiting(k), 0);
}

static void
test_delivery_fails(void **state)
{
	struct db_kit *k = *state;
	struct change c = db_kit_ours(k, 1, 1, "hi");

	db_kit_add(k, &c);
	deliver(k, DELIVERY_FAILED, "expired");
	assert_int_equal(delivery_of(k, "expired"), DELIVERY_FAILED);
	assert_int_equal(waiting(k), 0);
	deliver(k, DELIVERY_QUEUED, NULL);
	assert_int_equal(delivery_of(k, "expired"), DELIVERY_FAILED);
	/* It was there in spite of all. */
	deliver(k, DELIVERY_DELIVERED, NULL);
	assert_int_equal(delivery_of(k, NULL), DELIVERY_DELIVERED);
}

/* Somebody else, or a message of theirs with that id, is not meant. */
static void
test_delivery_of_that_one(void **state)
{
	struct db_kit *k = *state;
	struct change a = db_kit_ours(k, 1, 1, "hi");
	struct change b = db_kit_ours(k, 2, 1, "hi");
	struct change t = db_kit_theirs(k, 1, 1, "mine?");

	db_kit_add(k, &a);
	db_kit_add(k, &b);
	db_kit_add(k, &t);
	deliver(k, DELIVERY_DELIVERED, NULL);
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(page.count, 2);
	assert_int_equal(page.messages[0].delivery, DELIVERY_DELIVERED);
	assert_int_equal(page.messages[1].delivery, DELIVERY_NONE);
	saved_page_clear(&page);
	page = db_kit_page(k, 2);
	assert_int_equal(only(&page)->delivery, DELIVERY_QUEUED);
	saved_page_clear(&page);
}

static void
test_delivery_moves_sent_seq(void **state)
{
	struct db_kit *k = *state;
	struct pin pin = { .fp = db_kit_fp(1), .name = "b", .sent_seq = 3 };
	struct change c = db_kit_deliver(1, 1, DELIVERY_FAILED);

	apply_pin(k, &pin);
	c.seq = 20;
	db_kit_add(k, &c);
	c.delivery = DELIVERY_DELIVERED;
	c.seq = 10;
	db_kit_add(k, &c);
	c.seq = 9;
	db_kit_add(k, &c);
	db_kit_commit(k);
	struct saved saved = db_kit_load(k);
	assert_true(saved.pins[0].sent_seq == 10);
	saved_clear(&saved);
}

static void
test_shown(void **state)
{
	struct db_kit *k = *state;
	enum delivery want[] = { DELIVERY_READ, DELIVERY_FAILED, DELIVERY_READ,
		DELIVERY_DELIVERED };

	for (unsigned i = 1; i <= 4; i++) {
		struct change c = db_kit_ours(k, 1, i, "hi");
		db_kit_add(k, &c);
		c = db_kit_deliver(
		    1, i, i == 2 ? DELIVERY_FAILED : DELIVERY_DELIVERED);
		db_kit_add(k, &c);
	}
	struct change shown = {
		.kind = CHANGE_SHOWN, .fp = db_kit_fp(1), .id = db_kit_id(3)
	};
	db_kit_add(k, &shown);
	/* Backwards, or of nothing: no change. */
	shown.id = db_kit_id(1);
	db_kit_add(k, &shown);
	shown.id = db_kit_id(100);
	db_kit_add(k, &shown);
	shown.fp = db_kit_fp(9);
	db_kit_add(k, &shown);
	db_kit_commit(k);
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(page.count, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(page.messages[i].delivery, want[i]);
	saved_page_clear(&page);
}

static void
test_twice(void **state)
{
	struct db_kit *k = *state;
	struct change c = db_kit_theirs(k, 1, 1, "hi");

	db_kit_add(k, &c);
	db_kit_commit(k);
	c.row = ++k->row;
	db_kit_add(k, &c);
	/* The same again, with its row: given a second time. */
	c.row = k->row - 1;
	db_kit_add(k, &c);
	db_kit_commit(k);
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(only(&page)->row, k->row - 1);
	saved_page_clear(&page);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.convs[0].unread, 1);
	assert_int_equal(saved.convs[0].last_row, k->row - 1);
	saved_clear(&saved);
}

/* One row for two messages would lose one of them in silence. */
static void
test_row_taken(void **state)
{
	struct db_kit *k = *state;
	struct change a = db_kit_theirs(k, 1, 1, "one");
	struct change b = db_kit_theirs(k, 1, 2, "two");

	db_kit_add(k, &a);
	b.row = a.row;
	db_kit_add(k, &b);
	assert_int_not_equal(db_kit_try_commit(k), 0);
	assert_non_null(k->error);
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(page.count, 0);
	saved_page_clear(&page);
}

static void
test_nearby(void **state)
{
	struct db_kit *k = *state;

	for (unsigned i = 1; i <= 2; i++) {
		struct change c = db_kit_theirs(k, 0, 1, "everybody");
		c.message = MESSAGE_SHOUT;
		c.from = db_kit_fp(i);
		db_kit_add(k, &c);
	}
	db_kit_commit(k);
	struct saved_page page = db_kit_page(k, 0);
	/* An id can be copied from somebody else's shout. */
	assert_int_equal(page.count, 2);
	for (unsigned i = 0; i < 2; i++) {
		struct fp fp = db_kit_fp(i + 1);
		assert_true(fp_equal(&page.messages[i].from, &fp));
		assert_int_equal(page.messages[i].kind, MESSAGE_SHOUT);
	}
	saved_page_clear(&page);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.pin_count, 0);
	assert_true(fp_is_zero(&saved.convs[0].fp));
	saved_clear(&saved);
}

static void
test_pages(void **state)
{
	struct db_kit *k = *state;
	struct fp fp = db_kit_fp(1);
	int64_t before = INT64_MAX;
	unsigned left = 1203, n = 2 * left;

	for (unsigned i = 1; i <= n; i++) {
		char text[16];
		snprintf(text, sizeof(text), "%u", i);
		struct change c = db_kit_theirs(k, 1 + i % 2, i, text);
		db_kit_add(k, &c);
	}
	db_kit_commit(k);
	while (left > 0) {
		struct saved_page page;
		assert_int_equal(db_page(k->db, &fp, before, 500, &page), 0);
		assert_int_equal(page.count, left < 500 ? left : 500);
		left -= (unsigned)page.count;
		assert_int_equal(page.more, left > 0);
		for (size_t i = 1; i < page.count; i++)
			assert_int_equal(
			    page.messages[i].row, page.messages[i - 1].row + 2);
		if (before != INT64_MAX)
			assert_int_equal(
			    page.messages[page.count - 1].row, before - 2);
		before = page.messages[0].row;
		assert_int_equal(
		    strtol(page.messages[0].text, NULL, 10), before);
		saved_page_clear(&page);
	}
	assert_int_equal(before, 2);
}

static uint32_t
unread(struct db_kit *k)
{
	struct saved saved = db_kit_load(k);
	uint32_t n = saved.convs[0].unread;

	saved_clear(&saved);
	return n;
}

static void
read_to(struct db_kit *k, int64_t row)
{
	db_kit_add(
	    k, &(struct change){
		   .kind = CHANGE_READ, .fp = db_kit_fp(1), .row = row });
	db_kit_commit(k);
}

static void
test_unread(void **state)
{
	struct db_kit *k = *state;

	for (unsigned i = 1; i <= 10; i++) {
		struct change c = i == 5 ? db_kit_ours(k, 1, i, "o")
					 : db_kit_theirs(k, 1, i, "t");
		db_kit_add(k, &c);
	}
	db_kit_commit(k);
	assert_int_equal(unread(k), 9);
	read_to(k, 3);
	assert_int_equal(unread(k), 6);
	read_to(k, 2);
	assert_int_equal(unread(k), 6);
	read_to(k, 9);
	assert_int_equal(unread(k), 1);
	db_kit_reopen(k);
	struct saved_page page = db_kit_page(k, 1);
	assert_true(page.messages[8].read);
	assert_false(page.messages[9].read);
	saved_page_clear(&page);
	read_to(k, 10);
	assert_int_equal(unread(k), 0);
	/* Arrived while it was looked at. */
	read_to(k, 12);
	struct change c = db_kit_theirs(k, 1, 11, "seen");
	db_kit_add(k, &c);
	db_kit_commit(k);
	assert_int_equal(unread(k), 0);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.next_row, 13);
	saved_clear(&saved);
}

static void
test_draft(void **state)
{
	struct db_kit *k = *state;
	struct change c = { .kind = CHANGE_DRAFT,
		.fp = db_kit_fp(1),
		.text = "half a",
		.size = 6 };

	db_kit_add(k, &c);
	db_kit_commit(k);
	db_kit_reopen(k);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.conv_count, 1);
	assert_string_equal(saved.convs[0].draft, "half a");
	saved_clear(&saved);
	c.text = "half another";
	c.size = strlen(c.text);
	db_kit_add(k, &c);
	db_kit_commit(k);
	saved = db_kit_load(k);
	assert_string_equal(saved.convs[0].draft, "half another");
	saved_clear(&saved);
	c.text = "";
	c.size = 0;
	db_kit_add(k, &c);
	db_kit_commit(k);
	saved = db_kit_load(k);
	assert_int_equal(saved.conv_count, 0);
	saved_clear(&saved);
}

/* Nothing since the last commit is there, and the next turn begins anew. */
static void
test_undone(void **state)
{
	struct db_kit *k = *state;
	struct change a = db_kit_theirs(k, 1, 1, "one"), b;

	db_kit_add(k, &a);
	db_kit_close(k);
	db_kit_open(k);
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(page.count, 0);
	saved_page_clear(&page);
	b = db_kit_theirs(k, 1, 2, "two");
	db_kit_add(k, &b);
	db_kit_commit(k);
	page = db_kit_page(k, 1);
	assert_string_equal(only(&page)->text, "two");
	saved_page_clear(&page);
}

/* "keep no history": theirs is not written, ours as long as it waits; but
 * what came is known. */
static void
test_unkept(void **state)
{
	struct db_kit *k = *state;
	struct change t = db_kit_theirs(k, 1, 1, "unkept-theirs");
	struct change o = db_kit_ours(k, 1, 2, "unkept-ours");

	t.keep = o.keep = false;
	db_kit_add(k, &t);
	db_kit_add(k, &o);
	db_kit_commit(k);
	db_kit_rest(k);
	assert_false(db_kit_in_files(k, "unkept-theirs"));
	struct saved saved = db_kit_load(k);
	assert_true(saved.pins[0].received_seq == t.seq);
	assert_int_equal(saved.outbox_count, 1);
	assert_false(saved.outbox[0].change.keep);
	saved_clear(&saved);
	struct change d = db_kit_deliver(1, 2, DELIVERY_DELIVERED);
	db_kit_add(k, &d);
	db_kit_commit(k);
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(page.count, 0);
	saved_page_clear(&page);
	assert_int_equal(waiting(k), 0);
	db_kit_rest(k);
	assert_false(db_kit_in_files(k, "unkept-ours"));
}

/* A bit that flipped, where SQLite does not see it. */
static void
test_numbers_that_mean_nothing(void **state)
{
	struct db_kit *k = *state;
	struct change c = db_kit_theirs(k, 1, 1, "text");

	c.delivery = (enum delivery)77;
	c.message = (enum message_kind)77;
	db_kit_add(k, &c);
	db_kit_commit(k);
	struct saved_page page = db_kit_page(k, 1);
	assert_int_equal(only(&page)->delivery, DELIVERY_NONE);
	assert_int_equal(only(&page)->kind, MESSAGE_TEXT);
	saved_page_clear(&page);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, db_kit_setup, db_kit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_empty),
		TEST(test_numbers_that_mean_nothing),
		TEST(test_pin),
		TEST(test_pin_moves_only_on),
		TEST(test_theirs),
		TEST(test_ours),
		TEST(test_sent_may_be_the_end),
		TEST(test_requeued),
		TEST(test_delivery_moves_on),
		TEST(test_delivery_fails),
		TEST(test_delivery_of_that_one),
		TEST(test_delivery_moves_sent_seq),
		TEST(test_shown),
		TEST(test_twice),
		TEST(test_row_taken),
		TEST(test_nearby),
		TEST(test_pages),
		TEST(test_unread),
		TEST(test_draft),
		TEST(test_undone),
		TEST(test_unkept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
