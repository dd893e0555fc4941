/* SPDX-License-Identifier: MIT */
/*
 * What an engine tells of a day with others, and what another one makes of it
 * without a key.
 */
#include "core/replay.h"

#include "base/buf.h"
#include "base/err.h"
#include "core/trace.h"
#include "engine_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { TAPE_MAX = 16 * 1024 * 1024, LOG_MAX = 1 << 20 };

static struct ekit k;
static struct buf tape;

static void
write_down(void)
{
	struct record_entry e;
	uint8_t out[RECORD_ENTRY_MAX];
	size_t n;

	while (engine_trace_next(k.engine, &e)) {
		assert_int_equal(record_encode(&e, out, &n), 0);
		assert_int_equal(buf_append(&tape, out, n), 0);
	}
	assert_int_equal(engine_trace_ended(k.engine), 0);
}

static int
begin(void **state)
{
	(void)state;
	ekit_init(&k, 1);
	buf_init(&tape, TAPE_MAX);
	trace_start(k.engine, k.now);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ekit_clear(&k);
	buf_clear(&tape);
	return 0;
}

/* What a replay came to. */
struct played {
	unsigned same, different, told, messages;
	size_t size;
	char log[LOG_MAX];
};

static struct played played, again;

static void
take_effects(struct replay *r, struct played *p)
{
	struct effect e;

	while (replay_next(r, &e)) {
		const struct peer *peer = model_peer(replay_model(r), &e.fp);
		p->messages += e.kind == EFFECT_MESSAGE;
		if (e.kind != EFFECT_PEER || peer == NULL)
			continue;
		p->size += (size_t)snprintf(p->log + p->size, LOG_MAX - p->size,
		    "%lld %s %s %s\n", (long long)replay_at_ms(r), peer->name,
		    presence_text(peer->presence), trust_text(peer->trust));
		assert_true(p->size < LOG_MAX);
	}
}

/* An entry by itself, with all that is due before. */
static int
feed(struct replay *r, const struct record_entry *e, struct played *p)
{
	int done;

	while ((done = replay_step(r, e)) == 0)
		take_effects(r, p);
	if (done < 0)
		return done;
	take_effects(r, p);
	if (e->kind == RECORD_PEER) {
		p->same += replay_match(r) == REPLAY_SAME;
		p->different += replay_match(r) == REPLAY_OTHER;
		p->told += replay_match(r) == REPLAY_TOLD;
	}
	return 0;
}

static struct replay *
play(struct played *p)
{
	write_down();
	struct replay *r = replay_new(NULL);
	const uint8_t *at = buf_data(&tape);
	size_t left = buf_size(&tape), taken;
	struct record_entry e;

	memset(p, 0, sizeof(*p));
	while (record_decode(at, left, &e, &taken) == 1) {
		assert_int_equal(feed(r, &e, p), 0);
		at += taken;
		left -= taken;
	}
	assert_int_equal(left, 0);
	return r;
}

static bool
holds(const void *needle, size_t n)
{
	write_down();
	const uint8_t *p = buf_data(&tape);

	for (size_t i = 0; i + n <= buf_size(&tape); i++)
		if (memcmp(p + i, needle, n) == 0)
			return true;
	return false;
}

static void
an_evening(void)
{
	struct remote *bob = ekit_friend(&k, 2, "bob");
	struct remote *cem = ekit_heard(&k, 3, "cem");

	ekit_say(&k, bob, "meet me at the old mill");
	ekit_run(&k);
	remote_say(&k, bob, "bring the blue folder");
	ekit_run(&k);
	ekit_pass(&k, 60000);
	ekit_hear(&k, cem, "cem", &(struct addr){ 0 }, 7);
	remote_lose(&k, bob);
	ekit_pass(&k, 600000);
}

static void
nothing_said_and_no_key_is_in_it(void **state)
{
	(void)state;
	static const char *const texts[] = { "old mill", "blue folder" };

	an_evening();
	write_down();
	assert_true(buf_size(&tape) > 1000);
	assert_true(holds("bob", 3) && holds("cem", 3));
	assert_true(holds(k.identity.ed_public, ED_PUBLIC_SIZE));
	for (size_t i = 0; i < 2; i++)
		assert_false(holds(texts[i], strlen(texts[i])));
	for (size_t i = 0; i + 8 <= NOISE_KEY_SIZE; i++)
		assert_false(holds(k.identity.x.secret + i, 8));
	/* The second half of it is the public one. */
	for (size_t i = 0; i + 8 <= ED_SECRET_SIZE / 2; i++)
		assert_false(holds(k.identity.ed_secret + i, 8));
}

static void
the_same_people_at_the_same_times(void **state)
{
	(void)state;
	an_evening();
	struct replay *r = play(&played);
	assert_int_equal(played.different, 0);
	assert_true(played.same >= 2);
	assert_true(played.told >= 2);
	const struct model *was = engine_model(k.engine);
	const struct model *is = replay_model(r);
	assert_int_equal(is->peer_count, was->peer_count);
	for (size_t i = 0; i < was->peer_count; i++) {
		const struct peer *p = was->peers[i];
		const struct peer *q = model_peer(is, &p->fp);
		assert_non_null(q);
		assert_string_equal(q->name, p->name);
		assert_int_equal(q->presence, p->presence);
		assert_int_equal(q->trust, p->trust);
		assert_int_equal(q->link, p->link);
	}
	assert_int_equal(is->discovery.accepted, was->discovery.accepted);
	replay_free(r);
}

static void
twice_is_the_same(void **state)
{
	(void)state;
	an_evening();
	replay_free(play(&played));
	replay_free(play(&again));
	assert_true(played.size > 0);
	assert_int_equal(played.size, again.size);
	assert_string_equal(played.log, again.log);
}

/* Our own announcement comes back: it is ours, and not that of a twin. */
static void
its_own_are_its_own(void **state)
{
	(void)state;
	const struct addr from = ekit_addr(1);
	struct beacon b = { .type = BEACON_ANNOUNCE, .epoch = KIT_EPOCH };
	uint8_t out[BEACON_MAX];
	size_t n;

	memcpy(b.instance, k.engine->instance, INSTANCE_SIZE);
	memcpy(b.ed_public, k.identity.ed_public, ED_PUBLIC_SIZE);
	memcpy(b.x_public, k.identity.x.public, NOISE_KEY_SIZE);
	for (uint32_t i = 0; i < 3; i++) {
		b.seq = i + 1;
		b.instance[0] ^= i == 2;
		assert_int_equal(beacon_encode(&b, &k.identity, out, &n), 0);
		engine_datagram(k.engine, k.now, &from, true, out, n);
		ekit_drain(&k);
	}
	struct replay *r = play(&played);
	const struct model *m = replay_model(r);
	assert_int_equal(m->discovery.dropped[DROP_OWN], 3);
	assert_int_equal(m->stray_count, 1);
	replay_free(r);
}

static void
a_stranger_who_talks_is_refused_again(void **state)
{
	(void)state;
	static const uint8_t text[] = "GET / HTTP/1.1\r\n\r\n";
	const struct addr from = ekit_addr(9);
	uint32_t conn = engine_accepted(k.engine, k.now, &from);

	ekit_drain(&k);
	engine_bytes(k.engine, k.now, conn, text, sizeof(text));
	ekit_drain(&k);
	assert_false(holds("HTTP", 4));
	uint64_t failed = engine_model(k.engine)->sessions_failed;
	assert_int_equal(failed, 1);
	struct replay *r = play(&played);
	assert_int_equal(replay_model(r)->sessions_failed, 1);
	replay_free(r);
}

static void
more_than_is_kept_ends_it(void **state)
{
	(void)state;
	static const uint8_t ping[BEACON_MAX] = { 0 };
	const struct addr from = ekit_addr(9);
	struct record_entry e;
	size_t kept = 0;

	for (size_t i = 0; engine_trace_ended(k.engine) == 0; i++) {
		assert_true(i < TRACE_BYTES_MAX);
		engine_datagram(
		    k.engine, k.now, &from, true, ping, sizeof(ping));
		ekit_drain(&k);
	}
	assert_int_equal(engine_trace_ended(k.engine), RECORD_END_SIZE);
	while (engine_trace_next(k.engine, &e))
		kept++;
	assert_true(kept > 1000);
	trace_free(k.engine);
	trace_start(k.engine, k.now);
	k.now.mono_ms += RECORD_AT_MAX + 1;
	engine_tick(k.engine, k.now);
	ekit_drain(&k);
	engine_datagram(k.engine, k.now, &from, true, ping, sizeof(ping));
	assert_int_equal(engine_trace_ended(k.engine), RECORD_END_TIME);
	ekit_drain(&k);
}

static void
out_of_order_is_refused(void **state)
{
	(void)state;
	struct replay *r = replay_new(NULL);
	struct record_entry opened = { .kind = RECORD_OPENED, .at_ms = 5 };
	struct record_entry start = { .kind = RECORD_START };

	assert_int_equal(feed(r, &opened, &played), ERR_FORMAT);
	assert_int_equal(feed(r, &start, &played), 0);
	assert_int_equal(feed(r, &start, &played), ERR_FORMAT);
	assert_int_equal(feed(r, &opened, &played), 0);
	opened.at_ms = 4;
	assert_int_equal(feed(r, &opened, &played), ERR_FORMAT);
	/* As late as there is. */
	opened.at_ms = RECORD_AT_MAX;
	assert_int_equal(feed(r, &opened, &played), 0);
	replay_free(r);
}

/* A file that somebody made up: 20 000 people, and ourselves. */
static void
t22_made_up_people_are_bounded(void **state)
{
	(void)state;
	enum { PEOPLE = 20000 };
	struct replay *r = replay_new(NULL);
	struct record_entry e = { .kind = RECORD_START };

	assert_int_equal(feed(r, &e, &played), 0);
	e.kind = RECORD_PEER;
	e.trust = TRUST_PINNED;
	e.peer.link = PEER_LINK_UP;
	for (uint32_t i = 0; i < PEOPLE; i++) {
		played.size = 0;
		memcpy(e.fp.b, &i, sizeof(i));
		e.peer.link = i % 2 == 0 ? PEER_LINK_UP : PEER_LINK_NONE;
		assert_int_equal(feed(r, &e, &played), 0);
	}
	assert_true(replay_model(r)->peer_count <=
		    DISCOVER_PINNED_MAX + DISCOVER_UNKNOWN_MAX);
	replay_free(r);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(nothing_said_and_no_key_is_in_it),
		CASE(the_same_people_at_the_same_times),
		CASE(twice_is_the_same),
		CASE(its_own_are_its_own),
		CASE(a_stranger_who_talks_is_refused_again),
		CASE(more_than_is_kept_ends_it),
		CASE(out_of_order_is_refused),
		CASE(t22_made_up_people_are_bounded),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
