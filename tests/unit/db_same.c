/* SPDX-License-Identifier: MIT */
/*
 * The database against a store in memory that is too simple to be wrong:
 * what is written, revised, delivered, read and forgotten at random, over
 * commits, commits undone, rests, and ends in the middle, is the same in both.
 */
#include "store/db.h"

#include "core/transfer.h"
#include "db_kit.h"
#include "memstore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	RUNS = 40,
	STEPS = 250,
	PEERS = 3,
	IDS_MAX = STEPS * 4 + 4,
};

/* What the engine would know. */
struct said {
	unsigned who;
	bool mine, revision, done, known;
	int64_t row;
	uint64_t seq;
	unsigned target; /* of a revision */
	bool file;
	struct transfer transfer;
};

struct twins {
	struct db_kit *k;
	struct memstore ms;
	uint64_t random;
	struct said said[IDS_MAX];
	unsigned count;
	uint64_t seq[2][PEERS + 1]; /* theirs, ours */
	uint32_t files;
	unsigned step;
};

/* Two of them in one slot of what is near (store/db_book.c). */
static const unsigned whom[PEERS + 1] = { 0, 1, 2, 17 };

static uint32_t
draw(struct twins *t, uint32_t below)
{
	t->random = t->random * UINT64_C(6364136223846793005) + 1;
	return (uint32_t)(t->random >> 33) % below;
}

static void
give(struct twins *t, const struct change *c)
{
	db_apply(t->k->db, c);
	memstore_apply(&t->ms, c);
}

static void
pin(struct twins *t, unsigned who)
{
	struct pin pin = { .fp = db_kit_fp(whom[who]),
		.trust = TRUST_PINNED,
		.name = "somebody" };

	give(t,
	    &(struct change){ .kind = CHANGE_PIN, .fp = pin.fp, .pin = &pin });
}

static struct said *
add(struct twins *t, unsigned who, struct change *c)
{
	struct said *s = &t->said[t->count];

	/* Numbers have gaps, as epochs make them. */
	t->seq[c->mine][who] += 1 + (draw(t, 8) == 0 ? draw(t, 100) : 0);
	c->seq = t->seq[c->mine][who];
	*s = (struct said){ .who = who,
		.mine = c->mine,
		.known = true,
		.row = c->row,
		.seq = c->seq };
	t->count++;
	return s;
}

static void
make_legacy(struct twins *t, struct change *c)
{
	c->dialect = DIALECT_IPMSG;
	c->obfuscated = draw(t, 2) == 0;
	if (c->mine)
		return;
	c->charset = CHARSET_CP932;
	c->declared = draw(t, 2) == 0;
	c->seal = draw(t, 2) == 0 ? SEAL_CLOSED : SEAL_NONE;
	c->raw = (const uint8_t *)"bytes";
	c->raw_size = 5;
}

static void
give_transfer(struct twins *t, const struct said *s)
{
	struct transfer now = s->transfer;

	give(t, &(struct change){ .kind = CHANGE_TRANSFER,
		    .fp = s->transfer.peer,
		    .transfer = &now });
}

static void
offer(struct twins *t, struct said *s, const struct change *c)
{
	static char name[] = "name";

	s->file = true;
	s->transfer = (struct transfer){ .id = ++t->files,
		.peer = c->fp,
		.mine = c->mine,
		.dialect = c->dialect,
		.name = name,
		.size = draw(t, 1000000),
		.size_known = true,
		.offered_ms = c->arrived_ms,
		.row = c->row,
		.message = c->id };
	give_transfer(t, s);
}

static void
write_one(struct twins *t, unsigned who)
{
	char text[32];
	unsigned id = t->count + 1;

	snprintf(text, sizeof(text), "text %u", id);
	struct change c = draw(t, 2) == 0
			      ? db_kit_theirs(t->k, whom[who], id, text)
			      : db_kit_ours(t->k, whom[who], id, text);
	struct said *s = add(t, who, &c);
	if (draw(t, 4) == 0)
		make_legacy(t, &c);
	c.keep = draw(t, 12) > 0;
	c.fp = db_kit_fp(whom[who]);
	if (draw(t, 5) == 0)
		c.message = MESSAGE_FILE;
	give(t, &c);
	if (c.message == MESSAGE_FILE)
		offer(t, s, &c);
	/* The same again, as after a lost acknowledgement. */
	if (!c.mine && c.keep && draw(t, 12) == 0) {
		c.row = ++t->k->row;
		give(t, &c);
	}
}

/* One that is there, and not forgotten; NULL when the dice find none. */
static struct said *
pick(struct twins *t, unsigned *ret_id)
{
	for (int i = 0; t->count > 0 && i < 8; i++) {
		unsigned back = draw(t, 4) == 0 ? t->count : 20;
		if (back > t->count)
			back = t->count;
		*ret_id = t->count - draw(t, back);
		struct said *s = &t->said[*ret_id - 1];
		if (s->known)
			return s;
	}
	return NULL;
}

/* Also of what is over, or gone; the engine would not. */
static void
move(struct twins *t)
{
	static char path[] = "/there/name", reason[] = "no more";
	unsigned id;
	struct said *s = pick(t, &id);

	if (s == NULL || !s->file)
		return;
	struct transfer *f = &s->transfer;
	f->state = (enum transfer_state)draw(t, TRANSFER_CANCELLED + 1);
	f->done += draw(t, 1000);
	f->path = draw(t, 2) == 0 ? path : NULL;
	f->part = draw(t, 2) == 0 ? path : NULL;
	f->reason = f->state == TRANSFER_FAILED ? reason : NULL;
	f->paused_here = f->state == TRANSFER_PAUSED && draw(t, 2) == 0;
	f->ended_ms = transfer_state_is_last(f->state) ? 1 + f->offered_ms : 0;
	give_transfer(t, s);
}

static void
rule(struct twins *t, unsigned who)
{
	static char folder[] = "/there";
	struct accept_rule rule = { .size_max = draw(t, 1000),
		.folder = draw(t, 2) == 0 ? folder : NULL };

	give(t, &(struct change){ .kind = CHANGE_RULE,
		    .fp = db_kit_fp(whom[who]),
		    .rule = draw(t, 3) == 0 ? NULL : &rule });
}

static void
revise(struct twins *t)
{
	unsigned id;
	struct said *target = pick(t, &id);

	if (target == NULL || target->revision)
		return;
	bool mine = draw(t, 2) == 0;
	unsigned who = target->who, own = t->count + 1;
	enum revision what =
	    mine == target->mine ? (enum revision)draw(t, 3) : REVISION_REACT;
	if (target->file && draw(t, 2) == 0)
		what = (enum revision)(REVISION_FILE_REFUSED + draw(t, 3));
	const char *text = what == REVISION_DELETE ? ""
			   : what == REVISION_EDIT ? "better"
						   : "+1";
	struct change c = mine ? db_kit_ours(t->k, whom[who], own, text)
			       : db_kit_theirs(t->k, whom[who], own, text);
	struct said *s = add(t, who, &c);
	s->revision = true;
	s->target = id;
	/* Those of theirs are nothing that waits. */
	s->done = !mine;
	c.kind = CHANGE_REVISION;
	c.revision = what;
	c.has_target = true;
	c.target = db_kit_id(id);
	give(t, &c);
	if (what != REVISION_DELETE || !mine || target->done)
		return;
	/* It was not sent yet, says the engine. */
	c = db_kit_deliver(whom[who], id, DELIVERY_FAILED);
	c.row = target->row;
	c.reason = "deleted";
	target->done = true;
	give(t, &c);
}

static void
deliver(struct twins *t)
{
	static const enum delivery ends[] = { DELIVERY_DELIVERED,
		DELIVERY_DELIVERED, DELIVERY_FAILED, DELIVERY_SENT };
	unsigned id;
	struct said *s = pick(t, &id);

	if (s == NULL || !s->mine || s->done)
		return;
	struct change c = db_kit_deliver(whom[s->who], id, ends[draw(t, 4)]);
	c.row = s->revision || draw(t, 4) == 0 ? 0 : s->row;
	c.seq = s->seq;
	c.reason = c.delivery == DELIVERY_FAILED ? "taken back" : NULL;
	s->done = c.delivery != DELIVERY_SENT;
	give(t, &c);
}

/* It was refused, and is offered again. */
static void
requeue(struct twins *t)
{
	unsigned id;
	struct said *s = pick(t, &id);

	if (s == NULL || !s->mine || !s->file || s->done)
		return;
	struct change c = db_kit_deliver(whom[s->who], id, DELIVERY_QUEUED);
	c.row = s->row;
	c.waits = false;
	give(t, &c);
	if (draw(t, 4) == 0)
		return;
	s->seq = ++t->seq[true][s->who];
	give(t, &(struct change){ .kind = CHANGE_REQUEUE,
		    .fp = c.fp,
		    .row = s->row,
		    .id = c.id,
		    .seq = s->seq,
		    .mine = true,
		    .waits = true });
}

/* Also of what has nothing beside its row. */
static void
read_again(struct twins *t)
{
	unsigned id;
	const struct said *s = pick(t, &id);

	if (s == NULL || s->mine || s->revision)
		return;
	give(t, &(struct change){
		    .kind = draw(t, 2) == 0 ? CHANGE_SEAL : CHANGE_RECODE,
		    .fp = db_kit_fp(whom[s->who]),
		    .id = db_kit_id(id),
		    .charset = CHARSET_BIG5,
		    .text = "opened",
		    .size = 6 });
}

static void
forget(struct twins *t)
{
	unsigned id;
	const struct said *s = pick(t, &id);
	bool one = draw(t, 3) > 0;

	if (s == NULL || s->revision)
		return;
	struct change c = { .kind = CHANGE_FORGET_MESSAGE,
		.fp = db_kit_fp(whom[s->who]),
		.id = db_kit_id(id) };
	unsigned who = s->who;
	if (!one)
		c.kind = draw(t, 2) == 0 ? CHANGE_FORGET_CONV
					 : CHANGE_FORGET_CONTACT;
	for (unsigned i = 0; i < t->count; i++) {
		struct said *o = &t->said[i];
		/* What is left of a forgotten one is not compared. */
		if (one && o->revision && o->target == id && o->mine &&
		    !o->done)
			return;
		if (o->who == who && (!one || i + 1 == id))
			o->known = false;
	}
	give(t, &c);
	if (c.kind == CHANGE_FORGET_CONTACT)
		pin(t, who);
}

static void
act(struct twins *t)
{
	unsigned dice = draw(t, 100), who = 1 + draw(t, PEERS);

	if (dice < 60)
		write_one(t, who);
	else if (dice < 70)
		revise(t);
	else if (dice < 75)
		read_again(t);
	else if (dice < 80)
		deliver(t);
	else if (dice < 82)
		requeue(t);
	else if (dice < 90)
		move(t);
	else if (dice < 91)
		rule(t, who);
	else if (dice < 94)
		give(t, &(struct change){ .kind = CHANGE_READ,
			    .fp = db_kit_fp(whom[who]),
			    .row = t->k->row });
	else if (dice < 96)
		give(t, &(struct change){ .kind = CHANGE_DRAFT,
			    .fp = db_kit_fp(whom[who]),
			    .text = "half",
			    .size = 4 });
	else if (dice < 98)
		pin(t, who);
	else
		forget(t);
}

static const char *
reason_of(const char *reason)
{
	return reason == NULL ? "" : reason;
}

/* What was read is a mark in one and a state of messages in the other; a start
 * makes what was sent wait again. */
static enum delivery
delivery_of(enum delivery d)
{
	if (d == DELIVERY_SENT)
		return DELIVERY_QUEUED;
	return d == DELIVERY_READ ? DELIVERY_DELIVERED : d;
}

static void
compare_transfer(const struct transfer *a, const struct transfer *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a == NULL)
		return;
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->row, b->row);
	assert_int_equal(a->mine, b->mine);
	assert_int_equal(a->dialect, b->dialect);
	assert_int_equal(a->state, b->state);
	assert_true(fp_equal(&a->peer, &b->peer));
	assert_true(msg_id_equal(&a->message, &b->message));
	assert_true(a->size == b->size && a->done == b->done);
	assert_int_equal(a->paused_here, b->paused_here);
	assert_int_equal(a->ended_ms, b->ended_ms);
	assert_string_equal(a->name, b->name);
	assert_string_equal(reason_of(a->path), reason_of(b->path));
	assert_string_equal(reason_of(a->part), reason_of(b->part));
	assert_string_equal(reason_of(a->reason), reason_of(b->reason));
}

static void
compare_message(const struct message *a, const struct message *b)
{
	assert_true(msg_id_equal(&a->id, &b->id));
	assert_int_equal(a->row, b->row);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->mine, b->mine);
	assert_int_equal(a->transfer, b->transfer);
	compare_transfer(a->file, b->file);
	assert_string_equal(a->text, b->text);
	assert_int_equal(a->edited, b->edited);
	assert_int_equal(a->deleted, b->deleted);
	assert_memory_equal(
	    a->reactions[0], b->reactions[0], strlen(b->reactions[0]) + 1);
	assert_memory_equal(
	    a->reactions[1], b->reactions[1], strlen(b->reactions[1]) + 1);
	assert_int_equal(delivery_of(a->delivery), delivery_of(b->delivery));
	assert_int_equal(a->dialect, b->dialect);
	if (a->dialect != DIALECT_EARSHOT) {
		assert_int_equal(a->seal, b->seal);
		assert_int_equal(a->charset, b->charset);
		assert_int_equal(a->obfuscated, b->obfuscated);
		assert_int_equal(a->declared, b->declared);
		assert_int_equal(a->raw_size, b->raw_size);
		if (b->raw != NULL)
			assert_memory_equal(a->raw, b->raw, b->raw_size);
	}
	if (a->delivery == DELIVERY_FAILED && !a->deleted)
		assert_string_equal(reason_of(a->reason), reason_of(b->reason));
}

static void
compare_pages(struct twins *t, unsigned who)
{
	struct fp fp = db_kit_fp(whom[who]);
	size_t size = 1 + draw(t, DB_PAGE_MAX - 1);
	struct saved_page a, b;

	assert_int_equal(db_page(t->k->db, &fp, INT64_MAX, size, &a), 0);
	memstore_page(&t->ms, &fp, INT64_MAX, size, &b);
	assert_int_equal(a.count, b.count);
	assert_int_equal(a.more, b.more);
	for (size_t i = 0; i < a.count; i++)
		compare_message(&a.messages[i], &b.messages[i]);
	saved_page_clear(&a);
	saved_page_clear(&b);
}

static const struct saved_conv *
conv_of(const struct saved *s, unsigned who)
{
	static const struct saved_conv none;
	struct fp fp = db_kit_fp(whom[who]);

	for (size_t i = 0; i < s->conv_count; i++)
		if (fp_equal(&s->convs[i].fp, &fp))
			return &s->convs[i];
	return &none;
}

static const struct pin *
pin_of(const struct saved *s, unsigned who)
{
	struct fp fp = db_kit_fp(whom[who]);

	for (size_t i = 0; i < s->pin_count; i++)
		if (fp_equal(&s->pins[i].fp, &fp))
			return &s->pins[i];
	return NULL;
}

static void
compare_outboxes(const struct saved *a, const struct saved *b)
{
	assert_int_equal(a->outbox_count, b->outbox_count);
	for (size_t i = 0; i < a->outbox_count; i++) {
		const struct change *x = &a->outbox[i].change;
		const struct change *y = &b->outbox[i].change;
		assert_true(msg_id_equal(&x->id, &y->id));
		assert_true(fp_equal(&a->outbox[i].to, &b->outbox[i].to));
		assert_int_equal(x->kind, y->kind);
		assert_int_equal(x->row, y->row);
		assert_true(x->seq == y->seq);
		assert_int_equal(x->keep, y->keep);
		assert_int_equal(x->message, y->message);
		assert_int_equal(x->revision, y->revision);
		compare_transfer(x->transfer, y->transfer);
		assert_string_equal(x->text, y->text);
	}
}

static const struct accept_rule *
rule_of(const struct saved *s, unsigned who)
{
	static const struct accept_rule none = { .size_max = UINT64_MAX };
	struct fp fp = db_kit_fp(whom[who]);

	for (size_t i = 0; i < s->rule_count; i++)
		if (fp_equal(&s->rules[i].fp, &fp))
			return &s->rules[i].rule;
	return &none;
}

static void
compare_files(const struct saved *a, const struct saved *b)
{
	assert_int_equal(a->transfer_count, b->transfer_count);
	for (size_t i = 0; i < a->transfer_count; i++)
		compare_transfer(a->transfers[i], b->transfers[i]);
	assert_int_equal(a->transfer_number, b->transfer_number);
	for (unsigned who = 1; who <= PEERS; who++) {
		const struct accept_rule *p = rule_of(a, who);
		const struct accept_rule *q = rule_of(b, who);
		assert_true(p->size_max == q->size_max);
		assert_string_equal(reason_of(p->folder), reason_of(q->folder));
	}
}

static void
compare_starts(struct twins *t)
{
	struct saved a = db_kit_load(t->k), b;

	memstore_load(&t->ms, &b);
	for (unsigned who = 1; who <= PEERS; who++) {
		const struct pin *p = pin_of(&a, who), *q = pin_of(&b, who);
		const struct saved_conv *c = conv_of(&a, who);
		const struct saved_conv *d = conv_of(&b, who);
		assert_non_null(p);
		assert_true(p->received_seq == q->received_seq);
		assert_true(p->sent_seq == q->sent_seq);
		assert_int_equal(c->unread, d->unread);
		assert_int_equal(c->last_row, d->last_row);
		assert_string_equal(reason_of(c->draft), reason_of(d->draft));
	}
	compare_outboxes(&a, &b);
	compare_files(&a, &b);
	assert_true(a.next_row >= b.next_row);
	/* What a start gives the engine. */
	t->k->row = a.next_row - 1;
	/* And what it does not know any more, since it was not stored. */
	for (unsigned i = 0; i < t->count; i++)
		t->said[i].file &= t->said[i].row <= t->k->row;
	saved_clear(&a);
	saved_clear(&b);
}

static void
end_turn(struct twins *t)
{
	switch (draw(t, 12)) {
	case 0:
		/* It ends before the commit. */
		db_kit_reopen(t->k);
		memstore_rollback(&t->ms);
		compare_starts(t);
		break;
	case 1:
		db_kit_commit(t->k);
		memstore_commit(&t->ms);
		db_kit_reopen(t->k);
		compare_starts(t);
		break;
	case 2:
		db_kit_commit(t->k);
		memstore_commit(&t->ms);
		db_kit_rest(t->k);
		break;
	default:
		if (!db_is_dirty(t->k->db))
			break;
		db_kit_commit(t->k);
		memstore_commit(&t->ms);
		if (db_wants_settling(t->k->db))
			db_settle(t->k->db);
		break;
	}
}

static void
run(unsigned seed)
{
	static struct twins t;
	void *state;

	t = (struct twins){ .random = seed };
	assert_int_equal(db_kit_setup(&state), 0);
	t.k = state;
	for (unsigned who = 1; who <= PEERS; who++)
		pin(&t, who);
	db_kit_commit(t.k);
	memstore_commit(&t.ms);
	for (t.step = 0; t.step < STEPS; t.step++) {
		for (unsigned n = 1 + draw(&t, 4); n > 0; n--)
			act(&t);
		end_turn(&t);
		if (draw(&t, 4) == 0 && !db_is_dirty(t.k->db))
			compare_pages(&t, 1 + draw(&t, PEERS));
	}
	for (unsigned who = 1; who <= PEERS; who++)
		compare_pages(&t, who);
	memstore_clear(&t.ms);
	db_kit_teardown(&state);
}

static void
test_same(void **state)
{
	const char *first = getenv("SEED");
	unsigned from = first == NULL ? 1 : (unsigned)strtoul(first, NULL, 10);

	(void)state;
	for (unsigned i = 0; i < (first == NULL ? RUNS : 1); i++) {
		if (i % 10 == 0)
			print_message("seeds from %u\n", from + i);
		run(from + i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_same) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
