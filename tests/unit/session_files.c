/* SPDX-License-Identifier: MIT */
/* Connections for files: a purpose under the handshake, and keys taken out. */
#include "base/err.h"
#include "crypto/noise.h"
#include "proto/session.h"
#include "session_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static struct couple c;
static struct wire w;
static const uint8_t attach[] = { MSG_FILE_ATTACH, 1, 2, 3 };

/* The initiator of a couple anew, for that purpose. */
static void
dial(enum session_purpose purpose)
{
	couple_init(&c, 1, 0);
	struct hello hello = end_hello(&c.i, 2, c.now);
	struct session_cfg cfg = {
		.identity = &c.i.identity,
		.rng = rng_seeded(&c.i.seed, 2),
		.role = NOISE_INITIATOR,
		.purpose = purpose,
		.hello = hello,
	};
	session_free(c.i.session);
	c.i.session = session_new(&cfg, c.now);
}

static void
both_ends_know_what_it_is_for(void **state)
{
	(void)state;
	static const enum session_purpose purposes[] = { SESSION_CHAT,
		SESSION_FILE, SESSION_PROBE };
	for (size_t i = 0; i < 3; i++) {
		dial(purposes[i]);
		assert_int_equal(session_purpose(c.r.session), SESSION_CHAT);
		end_take(&c.i, &w);
		assert_int_equal(w.bytes[6], purposes[i]);
		/* One byte after the other. */
		for (size_t at = 0; at < w.size; at++)
			assert_int_equal(
			    end_give(&c.r, c.now, w.bytes + at, 1), 0);
		couple_run(&c);
		assert_true(session_is_ready(c.i.session));
		assert_true(session_is_ready(c.r.session));
		assert_int_equal(session_purpose(c.i.session), purposes[i]);
		assert_int_equal(session_purpose(c.r.session), purposes[i]);
		couple_clear(&c);
	}
}

/* A chat made into a transfer on its way, and the other way round. */
static void
t1_the_purpose_cannot_be_changed(void **state)
{
	(void)state;
	static const enum session_purpose purposes[] = { SESSION_CHAT,
		SESSION_FILE, SESSION_PROBE };
	int refused = 0;
	for (size_t i = 0; i < 6; i++) {
		dial(purposes[i / 2]);
		end_take(&c.i, &w);
		w.bytes[6] = (uint8_t)((i / 2 + 1 + i % 2) % 3);
		assert_int_equal(end_give(&c.r, c.now, w.bytes, w.size), 0);
		end_take(&c.r, &w);
		refused += end_give(&c.i, c.now, w.bytes, w.size) == ERR_AUTH;
		assert_int_equal(c.i.hellos + c.i.readies, 0);
		couple_clear(&c);
	}
	assert_int_equal(refused, 6);
}

static void
other_purposes_are_refused(void **state)
{
	(void)state;
	int refused = 0;
	for (unsigned value = 3; value < 256; value++) {
		dial(SESSION_FILE);
		end_take(&c.i, &w);
		w.bytes[6] = (uint8_t)value;
		refused += end_give(&c.r, c.now, w.bytes, 7) == ERR_VERSION;
		couple_clear(&c);
	}
	assert_int_equal(refused, 253);
}

/* What one end seals with its keys, the other opens. */
static void
check_keys(struct noise_cipher *from, struct noise_cipher *to)
{
	uint8_t box[3 + NOISE_TAG_SIZE];

	assert_int_equal(
	    noise_seal(from, NULL, 0, (const uint8_t *)"hey", 3, box), 0);
	assert_int_equal(noise_open(to, NULL, 0, box, sizeof(box), box), 0);
	assert_memory_equal(box, "hey", 3);
}

static void
keys_and_what_came_are_handed_over(void **state)
{
	(void)state;
	struct session_keys i, r;
	const uint8_t *rest;
	size_t n = 77;
	dial(SESSION_FILE);
	couple_run(&c);
	assert_int_equal(
	    session_send(c.i.session, c.now, attach, sizeof(attach)), 0);
	/* Not before it is on its way. */
	assert_int_equal(
	    session_release(c.i.session, &i, &rest, &n), ERR_STATE);
	end_take(&c.i, &w);
	assert_int_equal(session_release(c.i.session, &i, &rest, &n), 0);
	assert_int_equal(n, 0);
	/* The first bytes of the transfer come with the message. */
	memcpy(w.bytes + w.size, "flow", 4);
	assert_int_equal(
	    session_input(c.r.session, c.now, w.bytes, w.size + 4), 0);
	struct session_event ev;
	assert_int_equal(session_next(c.r.session, c.now, &ev), 1);
	assert_int_equal(ev.kind, SESSION_MESSAGE);
	assert_int_equal(ev.size, sizeof(attach));
	assert_int_equal(session_release(c.r.session, &r, &rest, &n), 0);
	assert_int_equal(n, 4);
	assert_memory_equal(rest, "flow", 4);
	check_keys(&i.send, &r.receive);
	check_keys(&r.send, &i.receive);
	/* It is over for both. */
	assert_int_equal(
	    session_send(c.i.session, c.now, attach, sizeof(attach)),
	    ERR_STATE);
	assert_int_equal(
	    session_release(c.r.session, &r, &rest, &n), ERR_STATE);
	assert_int_equal(
	    session_input(c.r.session, c.now, w.bytes, 1), ERR_STATE);
	couple_clear(&c);
}

static void
nothing_is_handed_over_before_ready(void **state)
{
	(void)state;
	struct session_keys keys;
	const uint8_t *rest;
	size_t n;
	dial(SESSION_FILE);
	for (int turn = 0; turn < 3; turn++) {
		struct end *from = turn % 2 == 0 ? &c.i : &c.r;
		struct end *to = turn % 2 == 0 ? &c.r : &c.i;
		end_take(from, &w);
		assert_int_equal(
		    session_release(c.i.session, &keys, &rest, &n), ERR_STATE);
		assert_int_equal(
		    session_release(c.r.session, &keys, &rest, &n), ERR_STATE);
		end_give(to, c.now, w.bytes, w.size);
	}
	couple_clear(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_know_what_it_is_for),
		cmocka_unit_test(t1_the_purpose_cannot_be_changed),
		cmocka_unit_test(other_purposes_are_refused),
		cmocka_unit_test(keys_and_what_came_are_handed_over),
		cmocka_unit_test(nothing_is_handed_over_before_ready),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
