/* SPDX-License-Identifier: MIT */
/*
 * What a session does among friends: handshake, messages of every size over
 * bytes that come as they like, new keys, signs of life, and its end.
 */
#include "proto/session.h"
#include "base/err.h"
#include "session_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static uint8_t big[MSG_MAX + 1];

static void
later(struct couple *c, int64_t ms)
{
	c->now.mono_ms += ms;
	c->now.wall_ms += ms;
}

static int
send_sized(struct couple *c, struct end *from, size_t n)
{
	big[0] = 1;
	return session_send(from->session, c->now, big, n);
}

static void
expect_big(const struct end *to, size_t n)
{
	assert_int_equal(to->error, 0);
	assert_int_equal(to->event.kind, SESSION_MESSAGE);
	assert_int_equal(to->event.size, n);
	assert_memory_equal(to->event.bytes, big, n);
}

static void
both_are_ready_and_know_each_other(void **state)
{
	(void)state;
	static struct couple c;
	couple_open(&c, 1, 0);
	assert_int_equal(c.i.hellos, 1);
	assert_int_equal(c.r.hellos, 1);
	assert_int_equal(c.i.readies, 1);
	assert_int_equal(c.r.readies, 1);
	assert_int_equal(session_role(c.i.session), NOISE_INITIATOR);
	assert_int_equal(session_role(c.r.session), NOISE_RESPONDER);
	assert_memory_equal(
	    session_hash(c.i.session), session_hash(c.r.session), HASH_SIZE);
	assert_false(sodium_is_zero(session_hash(c.i.session), HASH_SIZE));
	couple_clear(&c);
}

static void
the_hello_names_who_was_proven(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire w;
	couple_init(&c, 2, 0);
	end_take(&c.i, &w);
	assert_int_equal(end_give(&c.r, c.now, w.bytes, w.size), 0);
	end_take(&c.r, &w);
	session_input(c.i.session, c.now, w.bytes, w.size);
	assert_int_equal(session_next(c.i.session, c.now, &c.i.event), 1);
	assert_int_equal(c.i.event.kind, SESSION_HELLO);
	assert_true(fp_equal(&c.i.event.fp, &c.r.identity.fp));
	assert_int_equal(c.i.event.hello.tcp_port, 41827);
	/* Until the owner decides, nothing goes on and nothing goes out. */
	assert_int_equal(session_next(c.i.session, c.now, &c.i.event), 0);
	end_take(&c.i, &w);
	assert_int_equal(w.size, 0);
	assert_int_equal(session_accept(c.i.session, c.now), 0);
	assert_int_equal(session_accept(c.i.session, c.now), ERR_STATE);
	couple_clear(&c);
}

static void
nothing_is_sent_before_ready(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire w;
	couple_init(&c, 3, 0);
	assert_int_equal(send_sized(&c, &c.i, 10), ERR_STATE);
	assert_int_equal(send_sized(&c, &c.r, 10), ERR_STATE);
	end_take(&c.i, &w);
	end_give(&c.r, c.now, w.bytes, w.size);
	end_take(&c.r, &w);
	end_give(&c.i, c.now, w.bytes, w.size);
	/* The initiator said READY and has not heard it. */
	assert_int_equal(c.i.hellos, 1);
	assert_false(session_is_ready(c.i.session));
	assert_int_equal(send_sized(&c, &c.i, 10), ERR_STATE);
	couple_run(&c);
	assert_int_equal(send_sized(&c, &c.i, 10), 0);
	couple_clear(&c);
}

static void
messages_of_every_size_arrive_whole(void **state)
{
	(void)state;
	static const size_t sizes[] = { 1, 2, 63, 64, RECORD_DATA_MAX - 1,
		RECORD_DATA_MAX, RECORD_DATA_MAX + 1, 2 * RECORD_DATA_MAX - 1,
		2 * RECORD_DATA_MAX, 2 * RECORD_DATA_MAX + 1,
		3 * RECORD_DATA_MAX, 4 * RECORD_DATA_MAX,
		4 * RECORD_DATA_MAX + 1, 65536, MSG_MAX - 1, MSG_MAX };
	enum { COUNT = sizeof(sizes) / sizeof(sizes[0]) };
	static struct couple c;
	couple_open(&c, 4, 0);
	for (unsigned i = 0; i < COUNT; i++) {
		assert_int_equal(send_sized(&c, &c.i, sizes[i]), 0);
		couple_run(&c);
		expect_big(&c.r, sizes[i]);
		assert_int_equal(send_sized(&c, &c.r, sizes[i]), 0);
		couple_run(&c);
		expect_big(&c.i, sizes[i]);
	}
	assert_int_equal(c.i.messages, COUNT);
	assert_int_equal(c.r.messages, COUNT);
	couple_clear(&c);
}

static void
what_is_no_message_cannot_be_sent(void **state)
{
	(void)state;
	static struct couple c;
	static const uint8_t control[2] = { SESSION_CONTROL_CLOSE, 1 };
	size_t n;
	couple_open(&c, 5, 0);
	assert_int_equal(send_sized(&c, &c.i, 0), ERR_LIMIT);
	assert_int_equal(send_sized(&c, &c.i, MSG_MAX + 1), ERR_LIMIT);
	assert_int_equal(
	    session_send(c.i.session, c.now, control, 2), ERR_LIMIT);
	session_output(c.i.session, &n);
	assert_int_equal(n, 0);
	couple_clear(&c);
}

static void
output_is_bounded_and_recovers(void **state)
{
	(void)state;
	static struct couple c;
	unsigned sent = 0, got = 0;
	size_t n;
	int r;
	couple_open(&c, 6, 0);
	while ((r = send_sized(&c, &c.i, MSG_MAX)) == 0)
		sent++;
	assert_int_equal(r, ERR_LIMIT);
	const uint8_t *p = session_output(c.i.session, &n);
	assert_true(n <= SESSION_OUTPUT_MAX);
	assert_true(n > SESSION_OUTPUT_MAX - 2 * MSG_MAX);
	while (n > 0) {
		size_t part = n < 65536 ? n : 65536;
		assert_int_equal(end_give(&c.r, c.now, p, part), 0);
		session_consume(c.i.session, part);
		p = session_output(c.i.session, &n);
		got = c.r.messages;
	}
	assert_int_equal(got, sent);
	assert_int_equal(send_sized(&c, &c.i, MSG_MAX), 0);
	couple_clear(&c);
}

/* The whole handshake and a few messages, cut in two at every byte. */
static void
bytes_may_come_in_any_pieces(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire w;
	size_t cut = 0, longest = 0, runs = 0;
	do {
		couple_init(&c, 7, 0);
		for (int turn = 0; turn < 4; turn++) {
			struct end *from = turn % 2 == 0 ? &c.i : &c.r;
			struct end *to = turn % 2 == 0 ? &c.r : &c.i;
			if (turn == 2) /* message 3 and READY are there too */
				longest = longest < w.size ? w.size : longest;
			end_take(from, &w);
			size_t at = cut < w.size ? cut : w.size;
			longest = longest < w.size ? w.size : longest;
			assert_int_equal(end_give(to, c.now, w.bytes, at), 0);
			assert_int_equal(
			    end_give(to, c.now, w.bytes + at, w.size - at), 0);
		}
		assert_true(session_is_ready(c.i.session));
		assert_true(session_is_ready(c.r.session));
		couple_clear(&c);
		runs++;
	} while (++cut < longest);
	assert_true(runs > 150);
}

static void
records_may_come_byte_by_byte(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire w;
	static const size_t sizes[] = { 1, 100, RECORD_DATA_MAX + 5 };
	couple_open(&c, 8, 2);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(send_sized(&c, &c.i, sizes[i]), 0);
	end_take(&c.i, &w);
	for (size_t at = 0; at < w.size; at++) {
		assert_int_equal(end_give(&c.r, c.now, w.bytes + at, 1), 0);
		assert_true(!session_has_input(c.r.session));
	}
	assert_int_equal(c.r.messages, 3);
	expect_big(&c.r, sizes[2]);
	couple_clear(&c);
}

static void
has_input_tells_when_to_stop_reading(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire w;
	couple_open(&c, 9, 0);
	for (int i = 0; i < 4; i++)
		send_sized(&c, &c.i, RECORD_DATA_MAX);
	end_take(&c.i, &w);
	assert_int_equal(w.size, 4 * (RECORD_MAX + 2));
	assert_int_equal(session_input(c.r.session, c.now, w.bytes, w.size), 0);
	for (int left = 3; left >= 0; left--) {
		assert_true(session_has_input(c.r.session));
		assert_int_equal(
		    session_next(c.r.session, c.now, &c.r.event), 1);
		expect_big(&c.r, RECORD_DATA_MAX);
		assert_int_equal(session_has_input(c.r.session), left > 0);
	}
	couple_clear(&c);
}

static void
input_is_bounded(void **state)
{
	(void)state;
	static struct couple c;
	static uint8_t read[65536];
	couple_init(&c, 10, 0);
	/* A responder that waits for the rest of a preamble takes one read; the
	 * length is looked at before more is asked for. */
	assert_int_equal(
	    session_input(c.r.session, c.now, read, sizeof(read)), 0);
	assert_int_equal(
	    session_input(c.r.session, c.now, read, sizeof(read)), ERR_LIMIT);
	couple_clear(&c);
}

/* Both directions with a new key for each message or two, also when messages
 * with REKEY cross on the way. */
static void
keys_change_in_both_directions(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire to_r, to_i;
	for (uint32_t records = 1; records <= 3; records++) {
		couple_open(&c, 11 + records, records);
		for (unsigned i = 1; i <= 300; i++) {
			assert_int_equal(
			    send_sized(&c, &c.i, 1 + i * 7 % 40000), 0);
			if (i % 3 != 0)
				assert_int_equal(
				    send_sized(&c, &c.r, 1 + i * 5), 0);
			end_take(&c.i, &to_r);
			end_take(&c.r, &to_i);
			end_give(&c.r, c.now, to_r.bytes, to_r.size);
			expect_big(&c.r, 1 + i * 7 % 40000);
			end_give(&c.i, c.now, to_i.bytes, to_i.size);
			assert_int_equal(c.i.error, 0);
		}
		assert_int_equal(c.r.messages, 300);
		assert_int_equal(c.i.messages, 200);
		couple_clear(&c);
	}
}

static size_t
sent_size(struct couple *c)
{
	static struct wire w;

	assert_int_equal(send_sized(c, &c->i, 10), 0);
	end_take(&c->i, &w);
	assert_int_equal(end_give(&c->r, c->now, w.bytes, w.size), 0);
	return w.size;
}

static void
an_hour_brings_a_new_key(void **state)
{
	(void)state;
	static struct couple c;
	enum { RECORD = 2 + 1 + NOISE_TAG_SIZE, REKEY = RECORD + 1 };

	couple_open(&c, 15, 0);
	assert_int_equal(sent_size(&c), RECORD + 10);
	later(&c, SESSION_REKEY_MS - 1);
	assert_int_equal(sent_size(&c), RECORD + 10);
	later(&c, 1);
	assert_int_equal(sent_size(&c), REKEY + RECORD + 10);
	assert_int_equal(sent_size(&c), RECORD + 10);
	/* The records without data never bring one. */
	later(&c, 30 * SESSION_REKEY_MS);
	assert_int_equal(sent_size(&c), REKEY + RECORD + 10);
	assert_int_equal(c.r.messages, 5);
	couple_clear(&c);
}

static void
ping_is_answered_and_measures(void **state)
{
	(void)state;
	static struct couple c;
	couple_open(&c, 16, 0);
	assert_int_equal(session_rtt_ms(c.i.session), -1);
	later(&c, SESSION_PING_MS + SESSION_PING_MS / 10);
	assert_int_equal(session_tick(c.i.session, c.now), 0);
	later(&c, 7);
	couple_run(&c);
	assert_int_equal(session_rtt_ms(c.i.session), 7);
	assert_int_equal(c.i.messages + c.r.messages, 0);
	couple_clear(&c);
}

/* Runs an end to its deadlines until it says something; the time that took. */
static int64_t
silence_until_ping(struct couple *c, struct end *end)
{
	size_t n = 0;
	int64_t from = c->now.mono_ms;

	for (int turn = 0; n == 0 && turn < 10; turn++) {
		int64_t at = session_deadline(end->session);
		assert_true(at > c->now.mono_ms);
		later(c, at - c->now.mono_ms);
		assert_int_equal(session_tick(end->session, c->now), 0);
		session_output(end->session, &n);
	}
	assert_true(n > 0);
	return c->now.mono_ms - from;
}

static void
ping_comes_45_s_after_the_last_byte(void **state)
{
	(void)state;
	static struct couple c;
	for (uint32_t i = 0; i < 50; i++) {
		couple_open(&c, 100 + i, 0);
		session_keep(c.i.session, true);
		/* Something is heard at various times before the first is due,
		 * and is what the silence counts from. */
		later(&c, 1 + 800 * i);
		assert_int_equal(send_sized(&c, &c.r, 10), 0);
		couple_run(&c);
		int64_t ms = silence_until_ping(&c, &c.i);
		assert_in_range(
		    ms, SESSION_PING_MS * 9 / 10, SESSION_PING_MS * 11 / 10);
		couple_clear(&c);
	}
}

static void
no_ping_while_traffic_flows(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire w;
	couple_open(&c, 17, 0);
	for (int i = 0; i < 600; i++) {
		later(&c, 1000);
		assert_int_equal(send_sized(&c, &c.r, 10), 0);
		end_take(&c.r, &w);
		assert_int_equal(end_give(&c.i, c.now, w.bytes, w.size), 0);
		assert_int_equal(session_tick(c.i.session, c.now), 0);
		end_take(&c.i, &w);
		assert_int_equal(w.size, 0);
	}
	couple_clear(&c);
}

static void
silence_ends_after_two_pings(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire w;
	int64_t from;
	int r = 0;
	unsigned pings = 0;
	couple_open(&c, 18, 0);
	from = c.now.mono_ms;
	while (r == 0) {
		later(&c, session_deadline(c.i.session) - c.now.mono_ms);
		r = session_tick(c.i.session, c.now);
		end_take(&c.i, &w);
		pings += w.size > 0;
		assert_true(
		    r < 0 || session_deadline(c.i.session) > c.now.mono_ms);
	}
	assert_int_equal(r, ERR_TIMEOUT);
	assert_int_equal(pings, 2);
	assert_in_range(c.now.mono_ms - from, 100000, 110000);
	couple_clear(&c);
}

static void
a_probe_ends_it_within_two_seconds(void **state)
{
	(void)state;
	static struct couple c;
	couple_open(&c, 19, 0);
	later(&c, 100);
	session_probe(c.i.session, c.now);
	later(&c, SESSION_PROBE_MS - 1);
	assert_int_equal(session_tick(c.i.session, c.now), 0);
	later(&c, 1);
	assert_int_equal(session_tick(c.i.session, c.now), ERR_TIMEOUT);
	couple_clear(&c);
}

static void
a_probe_is_not_put_off_by_another(void **state)
{
	(void)state;
	static struct couple c;
	couple_open(&c, 29, 0);
	for (int i = 0; i < 4; i++) {
		later(&c, SESSION_PROBE_MS / 4);
		session_probe(c.i.session, c.now);
		assert_int_equal(session_tick(c.i.session, c.now), 0);
	}
	later(&c, SESSION_PROBE_MS / 4);
	assert_int_equal(session_tick(c.i.session, c.now), ERR_TIMEOUT);
	couple_clear(&c);
	/* Unless something was heard of the first. */
	couple_open(&c, 30, 0);
	later(&c, 100);
	session_probe(c.i.session, c.now);
	couple_run(&c);
	later(&c, SESSION_PROBE_MS - 1);
	session_probe(c.i.session, c.now);
	later(&c, SESSION_PROBE_MS - 1);
	assert_int_equal(session_tick(c.i.session, c.now), 0);
	couple_clear(&c);
}

static void
a_probe_that_is_answered_is_forgotten(void **state)
{
	(void)state;
	static struct couple c;
	couple_open(&c, 20, 0);
	session_probe(c.i.session, c.now);
	later(&c, 30);
	couple_run(&c);
	assert_int_equal(session_rtt_ms(c.i.session), 30);
	later(&c, SESSION_PROBE_MS);
	assert_int_equal(session_tick(c.i.session, c.now), 0);
	assert_true(session_deadline(c.i.session) > c.now.mono_ms + 30000);
	couple_clear(&c);
}

/* The machine slept: hours pass between two calls. The other end gets its
 * chance to answer, and no deadline stays behind. */
static void
a_leap_of_the_clock_asks_first(void **state)
{
	(void)state;
	static struct couple c;
	couple_open(&c, 21, 0);
	session_keep(c.i.session, true);
	session_keep(c.r.session, true);
	later(&c, 5 * 3600000);
	assert_int_equal(session_tick(c.i.session, c.now), 0);
	assert_true(session_deadline(c.i.session) > c.now.mono_ms);
	couple_run(&c);
	assert_int_equal(c.i.error, 0);
	later(&c, 10 * 3600000);
	assert_int_equal(session_tick(c.i.session, c.now), 0);
	assert_true(session_deadline(c.i.session) > c.now.mono_ms);
	couple_clear(&c);
}

static void
the_wall_clock_means_nothing(void **state)
{
	(void)state;
	static struct couple c;
	couple_open(&c, 22, 0);
	int64_t deadline = session_deadline(c.i.session);
	c.now.wall_ms = INT64_MIN;
	assert_int_equal(session_tick(c.i.session, c.now), 0);
	assert_int_equal(session_deadline(c.i.session), deadline);
	assert_int_equal(send_sized(&c, &c.i, 5), 0);
	c.now.wall_ms = INT64_MAX;
	couple_run(&c);
	assert_int_equal(c.r.messages, 1);
	couple_clear(&c);
}

/* Answers pings until the session ends by itself; the time that took. */
static int64_t
lifetime(struct couple *c)
{
	int64_t from = c->now.mono_ms;

	for (;;) {
		int64_t at = session_deadline(c->i.session);
		assert_true(at > c->now.mono_ms);
		later(c, at - c->now.mono_ms);
		int r = session_tick(c->i.session, c->now);
		couple_run(c);
		if (r != 0) {
			assert_int_equal(r, ERR_CLOSED);
			return c->now.mono_ms - from;
		}
	}
}

static void
an_idle_session_closes_itself(void **state)
{
	(void)state;
	static struct couple c;
	couple_open(&c, 23, 0);
	assert_int_equal(lifetime(&c), SESSION_IDLE_MS);
	assert_int_equal(c.r.closes, 1);
	assert_int_equal(c.r.event.reason, CLOSE_IDLE);
	couple_clear(&c);
}

static void
a_message_keeps_it_from_idling(void **state)
{
	(void)state;
	static struct couple c;
	couple_open(&c, 24, 0);
	later(&c, 40000);
	assert_int_equal(send_sized(&c, &c.r, 10), 0);
	couple_run(&c);
	assert_int_equal(lifetime(&c), SESSION_IDLE_MS);
	couple_clear(&c);
}

static void
a_wanted_session_lives_a_day(void **state)
{
	(void)state;
	static struct couple c;
	couple_open(&c, 25, 0);
	session_keep(c.i.session, true);
	assert_int_equal(lifetime(&c), SESSION_LIFE_MS);
	assert_int_equal(c.r.closes, 1);
	couple_clear(&c);
}

static void
a_handshake_has_five_seconds(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire w;
	couple_init(&c, 26, 0);
	int64_t end = c.now.mono_ms + SESSION_HANDSHAKE_MS;
	assert_int_equal(session_deadline(c.r.session), end);
	end_take(&c.i, &w);
	/* A byte now and then does not buy time. */
	for (size_t i = 0; i < 4; i++) {
		later(&c, 1000);
		end_give(&c.r, c.now, w.bytes + i, 1);
		assert_int_equal(session_tick(c.r.session, c.now), 0);
		assert_int_equal(session_deadline(c.r.session), end);
	}
	later(&c, 1000);
	assert_int_equal(session_tick(c.r.session, c.now), ERR_TIMEOUT);
	couple_clear(&c);
}

static void
close_carries_its_reason_and_ends_all(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire w;
	couple_open(&c, 27, 0);
	assert_int_equal(send_sized(&c, &c.r, 30), 0);
	session_close(c.i.session, c.now, CLOSE_DUPLICATE);
	session_close(c.i.session, c.now, CLOSE_LEAVING);
	assert_int_equal(send_sized(&c, &c.i, 10), ERR_STATE);
	/* What was on its way is still read, once. */
	end_take(&c.r, &w);
	assert_int_equal(end_give(&c.i, c.now, w.bytes, w.size), 0);
	expect_big(&c.i, 30);
	end_take(&c.i, &w);
	assert_int_equal(end_give(&c.r, c.now, w.bytes, w.size), 0);
	assert_int_equal(c.r.closes, 1);
	assert_int_equal(c.r.event.reason, CLOSE_DUPLICATE);
	assert_int_equal(send_sized(&c, &c.r, 10), ERR_STATE);
	assert_int_equal(end_give(&c.r, c.now, w.bytes, w.size), ERR_STATE);
	assert_int_equal(c.r.closes, 1);
	couple_clear(&c);
}

static void
close_follows_our_ready_and_nothing_else(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire w;
	couple_init(&c, 29, 0);
	end_take(&c.i, &w);
	session_close(c.i.session, c.now, CLOSE_LEAVING);
	session_close(c.r.session, c.now, CLOSE_LEAVING);
	assert_int_equal(end_give(&c.r, c.now, w.bytes, w.size), 0);
	end_take(&c.r, &w);
	assert_int_equal(end_give(&c.i, c.now, w.bytes, w.size), 0);
	/* Not too early for a goodbye: only their READY is missing. */
	assert_int_equal(c.i.hellos, 1);
	assert_false(session_is_ready(c.i.session));
	session_close(c.i.session, c.now, CLOSE_LEAVING);
	end_take(&c.i, &w);
	end_give(&c.r, c.now, w.bytes, w.size);
	assert_int_equal(c.r.readies, 1);
	assert_int_equal(c.r.closes, 1);
	assert_int_equal(c.r.event.reason, CLOSE_LEAVING);
	couple_clear(&c);
}

static void
who_closed_answers_no_more(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire w;
	couple_open(&c, 28, 0);
	session_close(c.i.session, c.now, CLOSE_DUPLICATE);
	end_take(&c.i, &w);
	session_probe(c.r.session, c.now);
	end_take(&c.r, &w);
	assert_true(w.size > 0);
	assert_int_equal(end_give(&c.i, c.now, w.bytes, w.size), 0);
	end_take(&c.i, &w);
	assert_int_equal(w.size, 0);
	assert_int_equal(session_deadline(c.i.session), NEVER_MS);
	couple_clear(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_are_ready_and_know_each_other),
		cmocka_unit_test(the_hello_names_who_was_proven),
		cmocka_unit_test(nothing_is_sent_before_ready),
		cmocka_unit_test(messages_of_every_size_arrive_whole),
		cmocka_unit_test(what_is_no_message_cannot_be_sent),
		cmocka_unit_test(output_is_bounded_and_recovers),
		cmocka_unit_test(bytes_may_come_in_any_pieces),
		cmocka_unit_test(records_may_come_byte_by_byte),
		cmocka_unit_test(has_input_tells_when_to_stop_reading),
		cmocka_unit_test(input_is_bounded),
		cmocka_unit_test(keys_change_in_both_directions),
		cmocka_unit_test(an_hour_brings_a_new_key),
		cmocka_unit_test(ping_is_answered_and_measures),
		cmocka_unit_test(ping_comes_45_s_after_the_last_byte),
		cmocka_unit_test(no_ping_while_traffic_flows),
		cmocka_unit_test(silence_ends_after_two_pings),
		cmocka_unit_test(a_probe_ends_it_within_two_seconds),
		cmocka_unit_test(a_probe_is_not_put_off_by_another),
		cmocka_unit_test(a_probe_that_is_answered_is_forgotten),
		cmocka_unit_test(a_leap_of_the_clock_asks_first),
		cmocka_unit_test(the_wall_clock_means_nothing),
		cmocka_unit_test(an_idle_session_closes_itself),
		cmocka_unit_test(a_message_keeps_it_from_idling),
		cmocka_unit_test(a_wanted_session_lives_a_day),
		cmocka_unit_test(a_handshake_has_five_seconds),
		cmocka_unit_test(close_carries_its_reason_and_ends_all),
		cmocka_unit_test(close_follows_our_ready_and_nothing_else),
		cmocka_unit_test(who_closed_answers_no_more),
	};

	if (sodium_init() < 0)
		return 99;
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (uint8_t)(i * 31 >> 3);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
