/* SPDX-License-Identifier: MIT */
/*
 * The engine with scripted effects: what a user does, what peers do, and what
 * is to be seen of it.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "core/engine_state.h"
#include "engine_kit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

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

static enum delivery
delivery_of(const struct remote *r)
{
	const struct conv *c = ekit_conv(&k, r);

	for (uint64_t s = c->next_serial; s > c->first_serial; s--) {
		const struct message *m = conv_message(c, s - 1);
		if (m->mine)
			return m->delivery;
	}
	return DELIVERY_NONE;
}

static bool
last_says(const struct remote *r, enum message_kind kind, const char *what)
{
	const struct message *m = ekit_last(&k, r, kind);

	return m != NULL && strstr(m->text, what) != NULL;
}

static void
a_text_from_somebody_new(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1);
	struct addr addr = ekit_addr(1);

	assert_true(remote_connect(&k, r, &addr));
	assert_true(remote_is_up(r));
	assert_int_equal(ekit_peer(&k, r)->link, PEER_LINK_UP);
	assert_int_equal(ekit_peer(&k, r)->presence, PRESENCE_ONLINE);
	remote_say(&k, r, "hi");
	assert_true(last_says(r, MESSAGE_TEXT, "hi"));
	assert_int_equal(r->acks, 1);
	const struct conv *c = ekit_conv(&k, r);
	assert_int_equal(c->unread, 1);
	struct command read = { .kind = COMMAND_READ, .conv = c->id };
	engine_command(k.engine, k.now, &read);
	ekit_drain(&k);
	assert_int_equal(c->unread, 0);
}

static void
a_text_to_somebody_heard_of(void **state)
{
	(void)state;
	struct remote *r = ekit_heard(&k, 1, "bob");

	ekit_say(&k, r, "hi bob");
	assert_int_equal(delivery_of(r), DELIVERY_QUEUED);
	assert_int_equal(k.dial_count, 1);
	assert_true(addr_equal(&k.dials[0].addr, &ekit_peer(&k, r)->addrs[0]));
	assert_int_equal(ekit_peer(&k, r)->link, PEER_LINK_DIALING);
	r->hold_acks = true;
	remote_answer(&k, r);
	assert_int_equal(r->texts, 1);
	assert_string_equal(r->last_text, "hi bob");
	assert_int_equal(delivery_of(r), DELIVERY_SENT);
	r->hold_acks = false;
	struct msg ack = { .type = MSG_ACK,
		.ack = {
		    .state = ACK_STORED, .count = 1, .ids = { r->last_id } } };
	remote_send(&k, r, &ack);
	ekit_run(&k);
	assert_int_equal(delivery_of(r), DELIVERY_DELIVERED);
	assert_int_equal(ekit_peer(&k, r)->trust, TRUST_PINNED);
	assert_int_equal(ekit_pinned(&k), 1);
}

static void
a_refusal_is_shown_with_its_reason(void **state)
{
	(void)state;
	struct remote *r = ekit_heard(&k, 1, "bob");

	ekit_say(&k, r, "hi bob");
	r->hold_acks = true;
	remote_answer(&k, r);
	struct msg nack = { .type = MSG_NACK,
		.nack = { .id = r->last_id, .code = NACK_BLOCKED } };
	remote_send(&k, r, &nack);
	ekit_run(&k);
	assert_int_equal(delivery_of(r), DELIVERY_FAILED);
	assert_non_null(ekit_last(&k, r, MESSAGE_TEXT)->reason);
	/* And not tried again. */
	remote_lose(&k, r);
	ekit_pass(&k, 60000);
	assert_int_equal(k.dial_count, 0);
}

static void
somebody_offline_gets_it_when_back(void **state)
{
	(void)state;
	struct remote *r = ekit_heard(&k, 1, "bob");

	ekit_say(&k, r, "hi bob");
	ekit_fail_dial(&k, ECONNREFUSED);
	ekit_pass(&k, 100);
	assert_true(last_says(r, MESSAGE_INFO, "does not answer; 1 message"));
	assert_int_equal(ekit_peer(&k, r)->link, PEER_LINK_NONE);
	assert_int_equal(k.dial_count, 0);
	/* Rounds go on, and say nothing more. */
	for (int i = 0; i < 5; i++) {
		ekit_pass(&k, 400000);
		while (k.dial_count > 0)
			ekit_fail_dial(&k, ECONNREFUSED);
	}
	assert_int_equal(ekit_count(&k, r, MESSAGE_INFO, false), 1);
	assert_int_equal(ekit_peer(&k, r)->presence, PRESENCE_OFFLINE);
	assert_true(k.counts[EFFECT_DIAL] > 5);
	/* Back: dialled within 50 ms for each peer around. */
	struct addr addr = ekit_addr(2);
	ekit_hear(&k, r, "bob", &addr, 2);
	ekit_pass(&k, 60);
	assert_int_equal(k.dial_count, 1);
	remote_answer(&k, r);
	assert_int_equal(delivery_of(r), DELIVERY_DELIVERED);
}

static void
an_attempt_has_five_seconds(void **state)
{
	(void)state;
	struct remote *r = ekit_heard(&k, 1, "bob");

	ekit_say(&k, r, "hi bob");
	ekit_pass(&k, DIAL_ATTEMPT_MS - 1);
	assert_int_equal(k.dial_count, 1);
	ekit_pass(&k, 1);
	assert_int_equal(k.dial_count, 0);
	assert_int_equal(k.counts[EFFECT_CLOSE], 1);
	assert_int_equal(ekit_conns(&k), 0);
}

static void
several_addresses_are_tried_apart(void **state)
{
	(void)state;
	struct remote *r = ekit_heard(&k, 1, "bob");

	for (uint32_t i = 2; i <= 5; i++) {
		struct addr addr = ekit_addr(i);
		ekit_hear(&k, r, "bob", &addr, i);
	}
	ekit_say(&k, r, "hi");
	assert_int_equal(k.dial_count, 1);
	ekit_pass(&k, 250);
	assert_int_equal(k.dial_count, 2);
	ekit_pass(&k, 1000);
	assert_int_equal(k.dial_count, 3);
	ekit_fail_dial(&k, ECONNREFUSED);
	ekit_pass(&k, 1);
	assert_int_equal(k.dial_count, 3);
	/* One is through: the others are let go. */
	remote_answer(&k, r);
	assert_int_equal(k.dial_count, 0);
	assert_int_equal(ekit_conns(&k), 1);
	assert_int_equal(delivery_of(r), DELIVERY_DELIVERED);
}

static void
connect_reaches_whom_broadcast_does_not(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1);

	ekit_command(&k, COMMAND_CONNECT, NULL, "10.0.0.9:4000");
	assert_true(last_says(NULL, MESSAGE_INFO, "10.0.0.9, port 4000"));
	assert_int_equal(k.dial_count, 1);
	assert_int_equal(k.dials[0].addr.port, 4000);
	remote_answer(&k, r);
	assert_true(last_says(NULL, MESSAGE_INFO, "connected: eve"));
	assert_true(ekit_peer(&k, r)->by_hand);
	assert_int_equal(ekit_peer(&k, r)->trust, TRUST_PINNED);
	ekit_say(&k, r, "found you");
	assert_int_equal(r->texts, 1);
}

static void
connect_tells_why_it_failed(void **state)
{
	(void)state;
	static const struct {
		int number;
		const char *text;
	} cases[] = {
		{ ECONNREFUSED, "nothing listens there" },
		{ EHOSTUNREACH, "no route to that host" },
		{ ENETUNREACH, "no route to that network" },
		{ ETIMEDOUT, "no answer" },
		{ EPERM, "firewall" },
		{ EIO, "broke" },
	};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		ekit_command(&k, COMMAND_CONNECT, NULL, "10.0.0.9");
		ekit_fail_dial(&k, cases[i].number);
		assert_true(last_says(NULL, MESSAGE_ERROR, cases[i].text));
		assert_true(last_says(NULL, MESSAGE_ERROR, "10.0.0.9"));
	}
	ekit_command(&k, COMMAND_CONNECT, NULL, "10.0.0.9");
	ekit_pass(&k, DIAL_ATTEMPT_MS);
	assert_true(last_says(NULL, MESSAGE_ERROR, "no answer"));
	ekit_command(&k, COMMAND_CONNECT, NULL, "10.0.0.9:99999");
	assert_true(last_says(NULL, MESSAGE_ERROR, "no such address"));
	assert_int_equal(ekit_conns(&k), 0);
}

/* There it runs, as everybody can see. */
static void
connect_to_ourselves_asks_no_question(void **state)
{
	(void)state;
	struct remote *self = ekit_remote(&k, 1);

	self->end.identity = k.identity;
	memcpy(self->hello.ed_public, k.identity.ed_public, ED_PUBLIC_SIZE);
	ekit_command(&k, COMMAND_CONNECT, NULL, "10.0.0.9");
	remote_answer(&k, self);
	const struct message *m = ekit_last(&k, NULL, MESSAGE_ERROR);
	assert_non_null(strstr(m->text, "10.0.0.9, port 41827"));
	assert_non_null(strstr(m->text, "this earshot itself"));
	assert_null(strstr(m->text, "?"));
	assert_null(strstr(m->text, "/connect"));
}

static void
the_same_error_again_is_one(void **state)
{
	(void)state;
	static const char *const hosts[] = { "::::", "::::", "::::", "a b",
		"::::" };
	static const size_t shown[] = { 1, 1, 1, 2, 3 };
	unsigned told = k.counts[EFFECT_MESSAGE];

	for (size_t i = 0; i < 5; i++) {
		ekit_command(&k, COMMAND_CONNECT, NULL, hosts[i]);
		assert_int_equal(
		    ekit_count(&k, NULL, MESSAGE_ERROR, false), shown[i]);
		/* Whoever reads events has an answer to each. */
		assert_int_equal(k.counts[EFFECT_MESSAGE], told + i + 1);
		ekit_pass(&k, 1000);
	}
	/* A notice that tells something new each time it comes stays. */
	ekit_command(&k, COMMAND_NICK, NULL, "ann");
	size_t infos = ekit_count(&k, NULL, MESSAGE_INFO, false);
	ekit_command(&k, COMMAND_NICK, NULL, "ann");
	assert_int_equal(ekit_count(&k, NULL, MESSAGE_INFO, false), infos + 1);
}

static void
connect_resolves_names_and_tries_all(void **state)
{
	(void)state;
	struct addr addrs[3] = { ekit_addr(1), ekit_addr(2), ekit_addr(3) };
	struct remote *r = ekit_remote(&k, 1);

	ekit_command(&k, COMMAND_CONNECT, NULL, "bobs-machine:5000");
	assert_string_equal(k.host, "bobs-machine");
	assert_int_equal(k.port, 5000);
	engine_resolved(k.engine, k.now, k.token + 1, addrs, 3, NULL);
	ekit_drain(&k);
	assert_int_equal(k.dial_count, 0);
	engine_resolved(k.engine, k.now, k.token, addrs, 3, NULL);
	ekit_drain(&k);
	assert_int_equal(k.dial_count, 1);
	/* A second answer to the same question changes nothing. */
	engine_resolved(k.engine, k.now, k.token, addrs, 3, NULL);
	ekit_drain(&k);
	assert_int_equal(k.dial_count, 1);
	ekit_fail_dial(&k, ECONNREFUSED);
	assert_int_equal(k.dial_count, 1);
	ekit_fail_dial(&k, ECONNREFUSED);
	remote_answer(&k, r);
	assert_true(last_says(NULL, MESSAGE_INFO, "connected: eve"));
	assert_int_equal(ekit_count(&k, NULL, MESSAGE_ERROR, false), 0);
	ekit_command(&k, COMMAND_CONNECT, NULL, "nowhere");
	engine_resolved(
	    k.engine, k.now, k.token, NULL, 0, "there is no such host");
	ekit_drain(&k);
	assert_true(last_says(NULL, MESSAGE_ERROR, "there is no such host"));
	/* Nobody was asked, so nobody may have been asleep. */
	assert_false(last_says(NULL, MESSAGE_ERROR, "running there"));
}

static void
connect_is_limited(void **state)
{
	(void)state;

	for (int i = 0; i < CONNECTS_MAX; i++)
		ekit_command(&k, COMMAND_CONNECT, NULL, "10.0.0.9");
	assert_int_equal(k.dial_count, CONNECTS_MAX);
	ekit_command(&k, COMMAND_CONNECT, NULL, "10.0.0.9");
	assert_int_equal(k.dial_count, CONNECTS_MAX);
	assert_true(last_says(NULL, MESSAGE_ERROR, "under way already"));
	ekit_pass(&k, DIAL_ATTEMPT_MS);
	ekit_command(&k, COMMAND_CONNECT, NULL, "10.0.0.9");
	assert_int_equal(k.dial_count, 1);
}

static void
quit_with_something_waiting_says_so(void **state)
{
	(void)state;
	struct remote *r = ekit_heard(&k, 1, "bob");

	ekit_say(&k, r, "one");
	ekit_fail_dial(&k, ECONNREFUSED);
	ekit_command(&k, COMMAND_QUIT, NULL, NULL);
	assert_true(last_says(NULL, MESSAGE_INFO, "1 message waits"));
	assert_true(engine_model(k.engine)->leaving);
	ekit_pass(&k, 1000);
	assert_int_equal(k.counts[EFFECT_LEFT], 1);
}

static void
nobody_is_dialled_after_quit(void **state)
{
	(void)state;
	struct remote *r = ekit_heard(&k, 1, "bob");
	struct addr addr = ekit_addr(5);

	ekit_say(&k, r, "one");
	ekit_fail_dial(&k, ECONNREFUSED);
	ekit_command(&k, COMMAND_CONNECT, NULL, "a-name");
	ekit_command(&k, COMMAND_QUIT, NULL, NULL);
	ekit_command(&k, COMMAND_QUIT, NULL, NULL);
	unsigned dials = k.counts[EFFECT_DIAL];
	engine_resolved(k.engine, k.now, k.token, &addr, 1, NULL);
	ekit_drain(&k);
	ekit_pass(&k, 120000);
	assert_int_equal(k.counts[EFFECT_DIAL], dials);
	assert_int_equal(k.counts[EFFECT_LEFT], 1);
	assert_int_equal(engine_accepted(k.engine, k.now, &addr), 0);
	assert_int_equal(ekit_conns(&k), 0);
}

static void
quit_says_goodbye_to_all(void **state)
{
	(void)state;
	struct remote *a = ekit_friend(&k, 1, "ana"),
		      *b = ekit_friend(&k, 2, "bob");

	ekit_command(&k, COMMAND_QUIT, NULL, NULL);
	assert_int_equal(a->end.closes, 1);
	assert_int_equal(a->close_reason, CLOSE_LEAVING);
	assert_int_equal(b->close_reason, CLOSE_LEAVING);
	assert_int_equal(ekit_conns(&k), 0);
	ekit_command(&k, COMMAND_QUIT, NULL, NULL);
	ekit_pass(&k, 500);
	assert_int_equal(k.counts[EFFECT_LEFT], 1);
}

static void
status_goes_to_every_session(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct msg m = { .type = MSG_STATUS,
		.status = { .away = true, .text = untrusted_of("tea", 3) } };

	assert_int_equal(r->statuses, 1);
	assert_false(r->away);
	ekit_command(&k, COMMAND_AWAY, NULL, "lunch");
	assert_int_equal(r->statuses, 2);
	assert_true(r->away);
	ekit_command(&k, COMMAND_BACK, NULL, NULL);
	assert_false(r->away);
	assert_true(last_says(NULL, MESSAGE_INFO, "welcome back"));
	ekit_command(&k, COMMAND_BACK, NULL, NULL);
	assert_true(last_says(NULL, MESSAGE_INFO, "you were not away"));
	ekit_command(&k, COMMAND_STATUS, NULL, "busy");
	assert_int_equal(r->statuses, 4);
	remote_send(&k, r, &m);
	ekit_run(&k);
	assert_int_equal(ekit_peer(&k, r)->presence, PRESENCE_AWAY);
	assert_string_equal(ekit_peer(&k, r)->status, "tea");
	/* Gone and back plain, by nothing but sessions. */
	remote_lose(&k, r);
	remote_restart(r);
	struct addr addr = ekit_addr(1);
	assert_true(remote_connect(&k, r, &addr));
	m.status.away = false;
	m.status.text = untrusted_of("", 0);
	remote_send(&k, r, &m);
	ekit_run(&k);
	assert_int_equal(ekit_peer(&k, r)->presence, PRESENCE_ONLINE);
	assert_string_equal(ekit_peer(&k, r)->status, "");
}

static void
typing_is_seen_for_six_seconds(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct msg on = { .type = MSG_TYPING, .typing = { .on = true } };

	remote_send(&k, r, &on);
	ekit_run(&k);
	assert_true(ekit_peer(&k, r)->typing_until_ms > k.now.mono_ms);
	assert_int_equal(k.counts[EFFECT_TYPING], 1);
	remote_send(&k, r, &on);
	ekit_run(&k);
	assert_int_equal(k.counts[EFFECT_TYPING], 1);
	ekit_pass(&k, CHAT_TYPING_EXPIRE_MS - 1);
	assert_int_equal(k.counts[EFFECT_TYPING], 1);
	assert_true(ekit_peer(&k, r)->typing_until_ms > 0);
	ekit_pass(&k, 1);
	assert_int_equal(ekit_peer(&k, r)->typing_until_ms, 0);
	assert_int_equal(k.counts[EFFECT_TYPING], 2);
	remote_send(&k, r, &on);
	ekit_run(&k);
	remote_say(&k, r, "done");
	assert_int_equal(ekit_peer(&k, r)->typing_until_ms, 0);
	assert_int_equal(k.counts[EFFECT_TYPING], 4);
	remote_say(&k, r, "really");
	assert_int_equal(k.counts[EFFECT_TYPING], 4);
	struct command cmd = {
		.kind = COMMAND_TYPING, .peer = r->end.identity.fp, .on = true
	};
	engine_command(k.engine, k.now, &cmd);
	ekit_run(&k);
	assert_int_equal(r->typings, 1);
	/* Whose session is gone has stopped, too. */
	remote_send(&k, r, &on);
	ekit_run(&k);
	remote_lose(&k, r);
	assert_int_equal(k.counts[EFFECT_TYPING], 6);
}

static void
a_look_alike_is_not_written_to_by_mistake(void **state)
{
	(void)state;
	struct remote *bob = ekit_friend(&k, 1, "bob");
	struct remote *b0b = ekit_heard(&k, 2,
	    "b\xd0\xbe"
	    "b"); /* Cyrillic o */

	assert_int_equal(ekit_peer(&k, bob)->trust, TRUST_PINNED);
	assert_int_equal(ekit_peer(&k, b0b)->trust, TRUST_CHANGED);
	assert_true(
	    fp_equal(&ekit_peer(&k, b0b)->claims, &bob->end.identity.fp));
	ekit_say(&k, b0b, "secret");
	assert_true(last_says(NULL, MESSAGE_ERROR, "not sent"));
	ekit_pass(&k, 60000);
	assert_int_equal(k.dial_count, 0);
	/* /query name alone does not accept it, the long tag does. */
	ekit_command(&k, COMMAND_OPEN, &b0b->end.identity.fp, NULL);
	ekit_say(&k, b0b, "secret");
	assert_int_equal(k.dial_count, 0);
	struct command cmd = { .kind = COMMAND_OPEN,
		.conv = CONV_NEARBY,
		.peer = b0b->end.identity.fp,
		.on = true };
	engine_command(k.engine, k.now, &cmd);
	ekit_run(&k);
	ekit_say(&k, b0b, "not so secret");
	assert_int_equal(k.dial_count, 1);
	remote_answer(&k, b0b);
	assert_int_equal(b0b->texts, 1);
	assert_string_equal(b0b->last_text, "not so secret");
	assert_int_equal(bob->texts, 1);
}

static void
a_look_alike_that_writes_is_not_pinned(void **state)
{
	(void)state;
	struct remote *bob = ekit_friend(&k, 1, "bob"), *r = ekit_remote(&k, 2);
	struct addr addr = ekit_addr(2);

	r->hello.name = untrusted_of("Bob", 3);
	assert_true(remote_connect(&k, r, &addr));
	remote_say(&k, r, "it is me, bob");
	assert_int_equal(r->acks, 1);
	assert_int_equal(ekit_peer(&k, r)->trust, TRUST_CHANGED);
	assert_int_equal(ekit_peer(&k, bob)->trust, TRUST_PINNED);
	assert_int_equal(ekit_pinned(&k), 1);
	assert_int_equal(ekit_count(&k, bob, MESSAGE_TEXT, false), 0);
}

static void
whom_we_answer_is_remembered(void **state)
{
	(void)state;
	struct remote *r = ekit_remote(&k, 1);
	struct addr addr = ekit_addr(1);

	assert_true(remote_connect(&k, r, &addr));
	ekit_say(&k, r, "who are you?");
	assert_int_equal(r->texts, 1);
	assert_int_equal(ekit_peer(&k, r)->trust, TRUST_PINNED);
	const struct pin *pins = k.store.pins;
	assert_int_equal(k.store.pin_count, 1);
	assert_true(fp_equal(&pins[0].fp, &r->end.identity.fp));
	assert_int_equal(pins[0].version_floor, 1);
	assert_true(addr_equal(&pins[0].addr, &addr));
}

static void
pins_come_back_after_a_restart(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	static struct ekit next;
	const struct pin *pins = k.store.pins;

	assert_int_equal(k.store.pin_count, 1);
	assert_string_equal(pins[0].name, "bob");
	ekit_init_with(&next, 1, pins, 1, false);
	const struct peer *p = ekit_peer(&next, r);
	assert_non_null(p);
	assert_string_equal(p->name, "bob");
	assert_int_equal(p->trust, TRUST_PINNED);
	assert_int_equal(p->presence, PRESENCE_OFFLINE);
	assert_int_equal(p->addr_count, 1);
	/* Written to without having been heard. */
	ekit_say(&next, r, "good morning");
	assert_int_equal(next.dial_count, 1);
	ekit_clear(&next);
}

static void
every_sentence_is_clean_utf8(void **state)
{
	(void)state;
	static char text[3000];
	const struct message *m;

	for (int shift = 0; shift < 4; shift++) {
		memset(text, 'x', sizeof text);
		for (size_t i = 4 + (size_t)shift; i + 3 < sizeof text; i += 3)
			memcpy(text + i, "\xe2\x82\xac", 3);
		text[sizeof text - 3] = '\0';
		text[0] = ':';
		ekit_command(&k, COMMAND_CONNECT, NULL, text);
		m = ekit_last(&k, NULL, MESSAGE_ERROR);
		assert_non_null(m);
		assert_true(utf8_is_valid(m->text, strlen(m->text)));
	}
	ekit_command(&k, COMMAND_CONNECT, NULL, "a b\x1b[2J\x07\xe2\x80\xae");
	m = ekit_last(&k, NULL, MESSAGE_ERROR);
	assert_null(strpbrk(m->text, "\x1b\x07"));
	assert_null(strstr(m->text, "\xe2\x80\xae"));
}

static void
a_shout_is_in_the_conversation_of_all(void **state)
{
	(void)state;

	ekit_command(&k, COMMAND_SHOUT, NULL, "lunch?");
	assert_int_equal(ekit_count(&k, NULL, MESSAGE_SHOUT, true), 1);
	for (int i = 0; i < 3; i++)
		ekit_command(&k, COMMAND_SHOUT, NULL, "lunch!");
	assert_int_equal(ekit_count(&k, NULL, MESSAGE_SHOUT, true), 3);
	assert_true(last_says(NULL, MESSAGE_ERROR, "not shouted"));
	/* Front ends know before they give a line out of their hands. */
	const struct model *m = engine_model(k.engine);
	assert_in_range(
	    m->next_shout_ms, k.now.mono_ms + 4900, k.now.mono_ms + 5000);
	ekit_pass(&k, 5000);
	assert_true(engine_model(k.engine)->next_shout_ms <= k.now.mono_ms);
	ekit_command(&k, COMMAND_SHOUT, NULL, "lunch!");
	assert_int_equal(ekit_count(&k, NULL, MESSAGE_SHOUT, true), 4);
}

/* Where it was typed there would else be nothing to see. */
static void
a_shout_from_elsewhere_is_confirmed(void **state)
{
	(void)state;
	struct remote *r = ekit_friend(&k, 1, "bob");
	struct command cmd = { .kind = COMMAND_SHOUT,
		.conv = ekit_peer(&k, r)->conv,
		.text = xstrdup("lunch?") };

	engine_command(k.engine, k.now, &cmd);
	ekit_run(&k);
	assert_true(last_says(r, MESSAGE_INFO, "shouted: everybody"));
	ekit_command(&k, COMMAND_SHOUT, NULL, "lunch!");
	assert_null(ekit_last(&k, NULL, MESSAGE_INFO));
}

static void
an_empty_text_leaves_no_trace(void **state)
{
	(void)state;
	struct remote *r = ekit_heard(&k, 1, "bob");

	ekit_say(&k, r, "");
	assert_true(last_says(NULL, MESSAGE_ERROR, "there is no text"));
	assert_int_equal(k.engine->contact_count, 0);
	assert_int_equal(ekit_peer(&k, r)->conv, 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(a_text_from_somebody_new),
		CASE(a_text_to_somebody_heard_of),
		CASE(a_refusal_is_shown_with_its_reason),
		CASE(somebody_offline_gets_it_when_back),
		CASE(an_attempt_has_five_seconds),
		CASE(several_addresses_are_tried_apart),
		CASE(connect_reaches_whom_broadcast_does_not),
		CASE(connect_tells_why_it_failed),
		CASE(connect_to_ourselves_asks_no_question),
		CASE(the_same_error_again_is_one),
		CASE(connect_resolves_names_and_tries_all),
		CASE(connect_is_limited),
		CASE(quit_with_something_waiting_says_so),
		CASE(nobody_is_dialled_after_quit),
		CASE(quit_says_goodbye_to_all),
		CASE(status_goes_to_every_session),
		CASE(typing_is_seen_for_six_seconds),
		CASE(a_look_alike_is_not_written_to_by_mistake),
		CASE(a_look_alike_that_writes_is_not_pinned),
		CASE(whom_we_answer_is_remembered),
		CASE(pins_come_back_after_a_restart),
		CASE(every_sentence_is_clean_utf8),
		CASE(a_shout_is_in_the_conversation_of_all),
		CASE(a_shout_from_elsewhere_is_confirmed),
		CASE(an_empty_text_leaves_no_trace),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
