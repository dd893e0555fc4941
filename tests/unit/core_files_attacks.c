/* SPDX-License-Identifier: MIT */
/*
 * Who offers, ends, calls for and comes for files that are not his, and how
 * much of it all there may be.
 */
#include "base/mem.h"
#include "core/engine_state.h"
#include "core/transfer.h"
#include "engine_kit.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BOB = 1, EVE = 2, MINUTE_MS = 60000 };

static struct ekit k;
static struct remote *bob, *eve;

static int
begin(void **state)
{
	(void)state;
	ekit_init(&k, 1);
	bob = ekit_friend(&k, BOB, "bob");
	eve = ekit_friend(&k, EVE, "eve");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ekit_clear(&k);
	return 0;
}

static const struct model *
model(void)
{
	return engine_model(k.engine);
}

static struct msg_id
id_of(uint32_t number)
{
	struct msg_id id = { { 'f' } };

	memcpy(id.b + 4, &number, sizeof(number));
	return id;
}

static void
say_file(struct remote *r, uint32_t number, const char *name, size_t n,
    uint64_t size)
{
	struct msg m = { .type = MSG_FILE,
		.post = { .id = id_of(number),
		    .seq = r->next_seq,
		    .prev = r->next_seq - 1,
		    .sent_ms = k.now.wall_ms,
		    .text = untrusted_of(name, n),
		    .file = { .size = size, .files = 1 } } };

	r->next_seq++;
	remote_send(&k, r, &m);
	ekit_run(&k);
}

static void
say_stop(
    struct remote *r, uint32_t number, struct msg_id target, uint8_t end_kind)
{
	struct msg m = { .type = MSG_FILE_STOP,
		.post = { .id = id_of(number),
		    .seq = r->next_seq,
		    .prev = r->next_seq - 1,
		    .sent_ms = k.now.wall_ms,
		    .has_target = true,
		    .target = target,
		    .end = end_kind } };

	r->next_seq++;
	remote_send(&k, r, &m);
	ekit_run(&k);
}

static void
say_call(struct remote *r, struct msg_id target)
{
	struct msg m = { .type = MSG_FILE_CALL, .ref = { .target = target } };

	remote_send(&k, r, &m);
	ekit_run(&k);
}

static void
do_number(enum command_kind kind, uint32_t number)
{
	struct command cmd = { .kind = kind, .number = number };

	ekit_do(&k, &cmd);
}

/* One of theirs, from bob. */
static const struct transfer *
offered(uint32_t number)
{
	say_file(bob, number, "a.txt", 5, 1000);
	return model()->transfers[model()->transfer_count - 1];
}

/* One of ours, to bob. */
static const struct transfer *
sent(void)
{
	struct command cmd = { .kind = COMMAND_SEND_FILES,
		.peer = bob->end.identity.fp,
		.text = (char *)(uintptr_t) "/x/b.txt" };
	struct file_info info = { .name = "b.txt", .size = 9, .files = 1 };

	ekit_do(&k, &cmd);
	engine_file_stat(k.engine, k.now, k.engine->next_token, &info, NULL);
	ekit_run(&k);
	return model()->transfers[model()->transfer_count - 1];
}

/* Connects with the identity of who, for a file; NULL: it was not let in. */
static struct remote *
come(uint32_t who)
{
	struct remote *r = ekit_remote(&k, who);
	struct addr addr = ekit_addr(who);

	r->end.purpose = SESSION_FILE;
	return remote_connect(&k, r, &addr) && remote_is_up(r) ? r : NULL;
}

/* It is gone, and its place can be used again. */
static void
leave(struct remote *r)
{
	if (r->conn != 0)
		remote_lose(&k, r);
	end_clear(&r->end);
	assert_ptr_equal(k.remotes[k.remote_count - 1], r);
	k.remote_count--;
	free(r);
}

static void
name_it(struct remote *r, struct msg_id id)
{
	struct msg m = { .type = MSG_FILE_ATTACH, .ref = { .target = id } };

	remote_send(&k, r, &m);
	ekit_run(&k);
}

static void
nothing_happened(unsigned conns)
{
	assert_int_equal(k.counts[EFFECT_MOVE], 0);
	assert_int_equal(ekit_conns(&k), conns);
	assert_int_equal(k.engine->file_conns, 0);
	assert_true(remote_is_up(bob) && remote_is_up(eve));
}

/* Each kind of them a hundred times. */
static void
t6_a_thousand_wrong_attaches(void **state)
{
	(void)state;
	const struct transfer *t = sent();
	struct msg_id ours = t->message;
	uint32_t to_bob = t->id;
	uint32_t from_bob = offered(1)->id, refused = offered(2)->id;
	do_number(COMMAND_REFUSE, refused);
	unsigned conns = ekit_conns(&k), turned_away = 0, closed = 0;
	uint64_t before = model()->sessions_refused;
	const struct {
		uint32_t who;
		struct msg_id id;
	} kinds[] = {
		{ EVE, ours },       /* another's */
		{ EVE, id_of(1) },   /* the same, offered by him */
		{ EVE, id_of(2) },   /* and over */
		{ EVE, id_of(999) }, /* nobody's */
		{ EVE, { { 0 } } },
		{ BOB, id_of(1) }, /* his own offer, that nobody took */
		{ BOB, id_of(2) }, /* that was refused */
		{ BOB, id_of(999) }, { BOB, { { 0 } } },
		{ 77, ours }, /* a stranger */
	};
	/* Eve has business of her own here. */
	say_file(eve, 50, "e", 1, 1);
	for (unsigned i = 0; i < 1000; i++) {
		struct remote *r = come(kinds[i % 10].who);
		if (r == NULL) {
			turned_away++;
			r = k.remotes[k.remote_count - 1];
		} else {
			name_it(r, kinds[i % 10].id);
			closed += r->closed;
		}
		leave(r);
		ekit_pass(&k, 150);
	}
	assert_int_equal(turned_away, 100);
	assert_int_equal(closed, 900);
	assert_int_equal(model()->sessions_refused - before, 1000);
	assert_int_equal(
	    model_transfer(model(), to_bob)->state, TRANSFER_OFFERED);
	assert_int_equal(
	    model_transfer(model(), from_bob)->state, TRANSFER_OFFERED);
	nothing_happened(conns);
	/* And bob, who may, can. */
	struct remote *r = come(BOB);
	assert_non_null(r);
	name_it(r, ours);
	assert_int_equal(k.counts[EFFECT_MOVE], 1);
}

/* Who says something else, or nothing. */
static void
t30_connections_that_name_nothing(void **state)
{
	(void)state;
	struct msg text = { .type = MSG_TEXT,
		.post = { .seq = 1, .text = untrusted_of("x", 1) } };
	struct msg_id ours = sent()->message;
	unsigned conns = ekit_conns(&k);
	for (unsigned i = 0; i < 100; i++) {
		struct remote *r = come(BOB);
		assert_non_null(r);
		remote_send(&k, r, &text);
		ekit_run(&k);
		assert_true(r->closed);
		leave(r);
		ekit_pass(&k, 200);
	}
	nothing_happened(conns);
	/* Many that stay: the oldest make room, and all go after 5 s. */
	struct remote *idle[100];
	for (unsigned i = 0; i < 100; i++) {
		idle[i] = come(BOB);
		assert_non_null(idle[i]);
		ekit_pass(&k, 110);
		assert_true(k.engine->file_conns <= FILE_CONNS_MAX);
	}
	assert_int_equal(k.engine->file_conns, FILE_CONNS_MAX);
	struct remote *r = come(BOB);
	assert_non_null(r);
	name_it(r, ours);
	assert_int_equal(k.counts[EFFECT_MOVE], 1);
	ekit_pass(&k, 5001);
	assert_int_equal(k.engine->file_conns, 0);
	assert_int_equal(ekit_conns(&k), conns);
	assert_true(remote_is_up(bob));
	assert_int_equal(ekit_peer(&k, bob)->link, PEER_LINK_UP);
}

/* Nor do they keep us from what we fetch. */
static void
t30_connections_that_stay(void **state)
{
	(void)state;
	const struct transfer *his = offered(900);
	for (unsigned i = 0; i < FILE_CONNS_MAX; i++) {
		assert_non_null(come(BOB));
		ekit_pass(&k, 110);
	}
	assert_int_equal(k.engine->file_conns, FILE_CONNS_MAX);
	do_number(COMMAND_GET, his->id);
	assert_int_not_equal(his->conn, 0);
	assert_int_equal(k.engine->file_conns, FILE_CONNS_MAX);
}

static void
calls_for_what_is_not_theirs(void **state)
{
	(void)state;
	struct msg_id ours = sent()->message;
	uint32_t his = offered(1)->id;
	unsigned dials = k.counts[EFFECT_DIAL];
	for (unsigned i = 0; i < 1000; i++) {
		say_call(eve, i % 2 == 0 ? ours : id_of(1));
		say_call(eve, id_of(i));
		/* What he offers is not taken because he wants it. */
		say_call(bob, id_of(1));
		ekit_pass(&k, 10);
	}
	assert_int_equal(k.counts[EFFECT_DIAL], dials);
	assert_int_equal(model_transfer(model(), his)->state, TRANSFER_OFFERED);
	/* Who may call is heard each two seconds. */
	for (unsigned i = 0; i < 1000; i++) {
		say_call(bob, ours);
		ekit_pass(&k, 10);
		while (k.dial_count > 0)
			ekit_fail_dial(&k, 111);
	}
	assert_in_range(k.counts[EFFECT_DIAL] - dials, 4, 6);
}

static void
ends_of_what_is_not_theirs(void **state)
{
	(void)state;
	const struct transfer *t = sent();
	struct msg_id ours = t->message;
	uint32_t to_bob = t->id, from_bob = offered(1)->id;
	uint64_t before = model()->revisions_ignored;
	for (unsigned i = 0; i < 500; i++) {
		uint8_t how = 1 + i % 2;
		say_stop(eve, 1000 + i, i % 4 < 2 ? ours : id_of(1), how);
		/* His own can be taken back, but he cannot refuse it. */
		say_stop(bob, 2000 + i, id_of(1), FILE_END_REFUSED);
		ekit_pass(&k, 100);
	}
	assert_int_equal(model()->revisions_ignored - before, 1000);
	assert_int_equal(
	    model_transfer(model(), to_bob)->state, TRANSFER_OFFERED);
	assert_int_equal(
	    model_transfer(model(), from_bob)->state, TRANSFER_OFFERED);
	say_stop(bob, 5000, id_of(1), FILE_END_CANCELLED);
	say_stop(bob, 5001, ours, FILE_END_REFUSED);
	assert_int_equal(
	    model_transfer(model(), from_bob)->state, TRANSFER_CANCELLED);
	assert_int_equal(
	    model_transfer(model(), to_bob)->state, TRANSFER_REFUSED);
	/* All of it is acknowledged, so nobody says it again. */
	assert_int_equal(bob->acks, 1 + 502);
}

static void
t42_offers_100(void **state)
{
	(void)state;
	/* Of somebody whom the user never wrote to: three in a minute. */
	struct remote *r = ekit_remote(&k, 9);
	struct addr addr = ekit_addr(9);
	r->hello.name = untrusted_of("mallory", 7);
	assert_true(remote_connect(&k, r, &addr));
	for (uint32_t i = 0; i < 100; i++) {
		say_file(r, 100 + i, "x", 1, 1);
		ekit_pass(&k, 100);
	}
	assert_int_equal(model()->transfer_count, 3);
	assert_int_equal(r->nacks, 97);
	assert_int_equal(r->nack_code, NACK_OFFERS);
	assert_int_equal(model()->offers_refused, 97);
	/* Of a contact: as many as one sends together, three times. */
	for (uint32_t i = 0; i < 100; i++)
		say_file(bob, 300 + i, "x", 1, 1);
	assert_int_equal(bob->nacks, 100 - TRANSFERS_OFFERED_MAX);
	for (uint32_t i = 0; i < 100; i++) {
		say_file(eve, 500 + i, "x", 1, 1);
		ekit_pass(&k, 2100);
	}
	/* 100 of them in 3.5 minutes. */
	assert_in_range(eve->nacks, 100 - 4 * 3, 100 - 3 * 3);
	/* No word of it is lost: the texts come all the same. */
	remote_say(&k, bob, "hello");
	assert_string_equal(ekit_last(&k, bob, MESSAGE_TEXT)->text, "hello");
	assert_int_equal(k.counts[EFFECT_MOVE], 0);
	assert_int_equal(k.counts[EFFECT_SINK_OPEN], 0);
}

static void
say_nack(struct remote *r, struct msg_id id, uint8_t code)
{
	struct msg m = { .type = MSG_NACK, .nack = { .id = id, .code = code } };

	remote_send(&k, r, &m);
	ekit_run(&k);
}

/* However often he says that he has too many. */
static void
t42_who_refuses_for_ever(void **state)
{
	(void)state;
	bob->hold_acks = true;
	const struct transfer *t = sent();
	struct msg_id id = t->message;
	unsigned posts = bob->texts;
	for (unsigned i = 1; i <= 30; i++) {
		uint64_t seq = bob->last_seq;
		for (unsigned j = 0; j < 100; j++)
			say_nack(bob, id, NACK_OFFERS);
		assert_int_equal(t->state, TRANSFER_OFFERED);
		assert_non_null(t->reason);
		ekit_pass(&k, MINUTE_MS);
		assert_int_equal(bob->texts, posts + i - 1);
		ekit_pass(&k, 1000);
		assert_int_equal(bob->texts, posts + i);
		assert_true(msg_id_equal(&bob->last_id, &id));
		assert_true(bob->last_seq > seq);
	}
	/* Nor does he get anything else out of it. */
	say_nack(bob, id, NACK_BLOCKED);
	assert_int_equal(t->state, TRANSFER_REFUSED);
	ekit_pass(&k, 10 * MINUTE_MS);
	assert_int_equal(bob->texts, posts + 30);
}

/* That one is taken and that another is refused come over two connections, the
 * later word first. */
static void
refused_before_there_was_room(void **state)
{
	(void)state;
	struct msg_id first = sent()->message;
	bob->hold_acks = true;
	const struct transfer *t = sent();
	unsigned posts = bob->texts;
	name_it(come(BOB), first);
	assert_int_equal(k.counts[EFFECT_MOVE], 1);
	say_nack(bob, t->message, NACK_OFFERS);
	ekit_pass(&k, 0);
	assert_int_equal(bob->texts, posts + 1);
	say_nack(bob, t->message, NACK_OFFERS);
	ekit_pass(&k, MINUTE_MS);
	assert_int_equal(bob->texts, posts + 1);
}

/* An older earshot took it, and was cut off before it could say so: then it
 * says first what it said first, and then that it knows it. */
static void
refused_though_it_is_there(void **state)
{
	(void)state;
	bob->hold_acks = true;
	const struct transfer *t = sent();
	struct msg_id id = t->message;
	for (int i = 0; i < 2; i++) {
		say_nack(bob, id, NACK_OFFERS);
		/* Of what is not on its way nothing can be said. */
		say_nack(bob, id, NACK_FORMAT);
		assert_non_null(t->reason);
		ekit_pass(&k, MINUTE_MS + 1000);
	}
	say_nack(bob, id, NACK_FORMAT);
	assert_int_equal(t->state, TRANSFER_OFFERED);
	assert_null(t->reason);
	assert_int_equal(
	    ekit_last(&k, bob, MESSAGE_FILE)->delivery, DELIVERY_DELIVERED);
	struct remote *r = come(BOB);
	name_it(r, id);
	assert_int_equal(k.counts[EFFECT_MOVE], 1);
	/* What he never refused for that he cannot read. */
	t = sent();
	say_nack(bob, t->message, NACK_FORMAT);
	assert_int_equal(t->state, TRANSFER_FAILED);
	/* And what is over stays so. */
	t = sent();
	do_number(COMMAND_STOP, t->id);
	say_nack(bob, t->message, NACK_OFFERS);
	assert_int_equal(t->state, TRANSFER_CANCELLED);
	assert_string_equal(ekit_last(&k, bob, MESSAGE_FILE)->reason,
	    "they have too many other offers to answer");
}

/* Larger than what our own encoder writes; first: its first byte. */
static void
say_large(uint32_t number, uint8_t first)
{
	static const uint8_t size[8] = { 0x41, 0x42, 0x43, 0x44, 0x45, 0x46,
		0x47, 0x48 };
	struct msg m = { .type = MSG_FILE,
		.post = { .id = id_of(number),
		    .seq = bob->next_seq,
		    .prev = bob->next_seq - 1,
		    .text = untrusted_of("big", 3),
		    .file = {
			.size = UINT64_C(0x4142434445464748), .files = 1 } } };
	uint8_t bytes[1024], *at = bytes;
	size_t n;

	bob->next_seq++;
	assert_int_equal(msg_encode(&m, bytes, sizeof(bytes), &n), 0);
	while (memcmp(at, size, sizeof(size)) != 0)
		assert_true(++at + sizeof(size) <= bytes + n);
	at[0] = first;
	assert_int_equal(session_send(bob->end.session, k.now, bytes, n), 0);
	ekit_run(&k);
}

static void
names_and_sizes(void **state)
{
	(void)state;
	static const char *const names[] = { "../../etc/passwd", ".bashrc",
		"photo\xe2\x80\xaegpj.exe", "a/b\\c", "\xff\xfe", "-rf", "..",
		"CON", "\x1b[31mred", " ", "a\nb" };
	char longest[FILE_NAME_MAX];
	memset(longest, 'n', sizeof(longest));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		say_file(bob, 10 + (uint32_t)i, names[i], strlen(names[i]), 1);
		const char *name =
		    model()->transfers[model()->transfer_count - 1]->name;
		assert_null(strpbrk(name, "/\\\n\x1b"));
		assert_true(name[0] != '.' && name[0] != '-' && name[0] != 0);
		ekit_pass(&k, MINUTE_MS);
	}
	size_t count = model()->transfer_count;
	assert_int_equal(count, sizeof(names) / sizeof(names[0]));
	say_file(bob, 60, longest, sizeof(longest), 1);
	assert_int_equal(model()->transfer_count, count + 1);
	assert_true(strlen(model()->transfers[count]->name) <= 240);
	/* An id is one transfer; and nothing is as large as that. */
	ekit_pass(&k, MINUTE_MS);
	unsigned nacks = bob->nacks;
	say_file(bob, 60, "again", 5, 1);
	say_large(61, 0x80);
	say_large(62, 0xff);
	assert_int_equal(model()->transfer_count, count + 1);
	assert_int_equal(bob->nacks, nacks + 3);
	say_file(bob, 63, "big", 3, INT64_MAX);
	assert_int_equal(model()->transfer_count, count + 2);
}

/* A key that takes a contact's name gets what a stranger gets. */
static void
t9_who_only_looks_like_a_contact(void **state)
{
	(void)state;
	struct command verify = { .kind = COMMAND_VERIFY,
		.peer = bob->end.identity.fp,
		.number = VERDICT_SAME };
	struct command rule = {
		.kind = COMMAND_ACCEPT, .peer = bob->end.identity.fp, .on = true
	};
	ekit_do(&k, &verify);
	ekit_do(&k, &rule);
	assert_int_equal(ekit_peer(&k, bob)->trust, TRUST_VERIFIED);
	struct remote *twin = ekit_remote(&k, 8);
	struct addr addr = ekit_addr(8);
	ekit_hear(&k, twin, "bob", &addr, 1);
	twin->hello.name = untrusted_of("bob", 3);
	assert_true(remote_connect(&k, twin, &addr));
	assert_int_equal(ekit_peer(&k, twin)->trust, TRUST_CHANGED);
	unsigned dials = k.counts[EFFECT_DIAL];
	say_file(twin, 70, "a", 1, 1);
	uint32_t id = model()->transfers[model()->transfer_count - 1]->id;
	assert_int_equal(model_transfer(model(), id)->state, TRANSFER_OFFERED);
	do_number(COMMAND_GET, id);
	ekit_pass(&k, MINUTE_MS);
	assert_int_equal(model_transfer(model(), id)->state, TRANSFER_OFFERED);
	assert_int_equal(k.counts[EFFECT_DIAL], dials);
	assert_null(come(8));
	leave(k.remotes[k.remote_count - 1]);
	/* The one it is meant for is taken as was said. */
	offered(71);
	assert_int_equal(model()->transfers[model()->transfer_count - 1]->state,
	    TRANSFER_ACCEPTED);
	assert_int_equal(k.counts[EFFECT_DIAL], dials + 1);
}

/* They are no sessions: nobody comes, goes, wins or loses by one. */
static void
a_file_is_no_session(void **state)
{
	(void)state;
	struct msg_id ours = sent()->message;
	unsigned sessions = k.engine->sessions;
	remote_lose(&k, bob);
	enum presence presence = ekit_peer(&k, bob)->presence;
	struct remote *r = come(BOB);
	assert_non_null(r);
	assert_int_equal(ekit_peer(&k, bob)->presence, presence);
	assert_int_equal(ekit_peer(&k, bob)->link, PEER_LINK_NONE);
	assert_int_equal(k.engine->sessions, sessions - 1);
	name_it(r, ours);
	assert_int_equal(k.counts[EFFECT_MOVE], 1);
	assert_int_equal(k.counts[EFFECT_CLOSE], 0);
	assert_int_equal(ekit_peer(&k, bob)->link, PEER_LINK_NONE);
	/* One that we dial for a file does not keep a chat from being dialled,
	 * and its failure is not that of the chat. */
	assert_int_equal(k.engine->sessions, sessions - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(t6_a_thousand_wrong_attaches),
		TEST(t30_connections_that_name_nothing),
		TEST(t30_connections_that_stay),
		TEST(calls_for_what_is_not_theirs),
		TEST(ends_of_what_is_not_theirs),
		TEST(t42_offers_100),
		TEST(t42_who_refuses_for_ever),
		TEST(refused_before_there_was_room),
		TEST(refused_though_it_is_there),
		TEST(names_and_sizes),
		TEST(t9_who_only_looks_like_a_contact),
		TEST(a_file_is_no_session),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
