/* SPDX-License-Identifier: MIT */
/*
 * What is done to a session by whoever sits on the wire, and by a peer that
 * holds the keys and keeps to nothing. The names begin with the number of the
 * threat.
 */
#include "base/err.h"
#include "proto/session.h"
#include "session_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static const uint8_t ready = SESSION_CONTROL_READY;
static const uint8_t zeros[RECORD_DATA_MAX];

/* Turn 0 is the preamble with message 1, turn 1 message 2, turn 2 message 3
 * with the initiator's READY, turn 3 the responder's READY. */
enum { TURNS = 4 };

struct tamper {
	int turn;
	size_t at, cut; /* cut: so many bytes arrive, 0 for all */
	uint8_t flip;
};

static size_t
turn_size(int turn)
{
	static struct couple c;
	static struct wire w;

	couple_init(&c, 1, 0);
	for (int i = 0; i <= turn; i++) {
		end_take(i % 2 == 0 ? &c.i : &c.r, &w);
		end_give(i % 2 == 0 ? &c.r : &c.i, c.now, w.bytes, w.size);
	}
	couple_clear(&c);
	return w.size;
}

static void
run_tampered(struct couple *c, const struct tamper *t)
{
	static struct wire w;

	couple_init(c, 1, 0);
	for (int i = 0; i < TURNS; i++) {
		struct end *from = i % 2 == 0 ? &c->i : &c->r;
		struct end *to = i % 2 == 0 ? &c->r : &c->i;
		end_take(from, &w);
		if (i == t->turn && t->cut > 0)
			w.size = t->cut;
		if (i == t->turn)
			w.bytes[t->at] ^= t->flip;
		if (w.size > 0)
			end_give(to, c->now, w.bytes, w.size);
	}
	couple_run(c);
}

/* Whether the end that was lied to went on, or the other believed it. */
static bool
is_accepted(const struct couple *c, int turn)
{
	const struct end *to = turn % 2 == 0 ? &c->r : &c->i;

	/* Message 1 proves nothing yet; its change shows at message 2. */
	if (turn == 0)
		return c->i.hellos + c->i.readies + c->r.hellos > 0;
	if (turn == 1)
		return to->hellos + c->r.hellos > 0;
	return to->readies > 0;
}

static void
t1_no_byte_of_the_handshake_may_change(void **state)
{
	(void)state;
	static struct couple c;
	static const uint8_t flips[] = { 0x01, 0x80, 0xff };
	unsigned runs = 0, accepted = 0, waiting = 0;
	for (int turn = 0; turn < TURNS; turn++) {
		size_t n = turn_size(turn);
		for (size_t at = 0; at < n * 3; at++) {
			struct tamper t = { .turn = turn,
				.at = at / 3,
				.flip = flips[at % 3] };
			run_tampered(&c, &t);
			accepted += is_accepted(&c, turn);
			waiting += c.i.error == 0 && c.r.error == 0;
			/* A larger length waits, and not for long. */
			c.now.mono_ms += SESSION_HANDSHAKE_MS;
			assert_true(c.i.error != 0 || c.r.error != 0 ||
				    session_tick(c.i.session, c.now) < 0 ||
				    session_tick(c.r.session, c.now) < 0);
			couple_clear(&c);
			runs++;
		}
	}
	assert_true(runs > 3 * 400);
	assert_int_equal(accepted, 0);
	/* Only the two bytes of each length can make an end wait. */
	assert_true(waiting < TURNS * 2 * 2 * 3);
}

static void
t1_no_byte_of_the_handshake_may_be_missing(void **state)
{
	(void)state;
	static struct couple c;
	unsigned runs = 0, accepted = 0;
	for (int turn = 0; turn < TURNS; turn++) {
		size_t n = turn_size(turn);
		for (size_t cut = 1; cut < n; cut++) {
			struct tamper t = { .turn = turn, .cut = cut };
			struct end *to = turn % 2 == 0 ? &c.r : &c.i;
			run_tampered(&c, &t);
			accepted += to->readies > 0;
			c.now.mono_ms += SESSION_HANDSHAKE_MS;
			assert_true(to->error < 0 || session_tick(to->session,
							 c.now) == ERR_TIMEOUT);
			couple_clear(&c);
			runs++;
		}
	}
	assert_true(runs > 400);
	assert_int_equal(accepted, 0);
}

static void
t1_lengths_of_the_handshake(void **state)
{
	(void)state;
	static struct couple c;
	static const unsigned lengths[] = { 0, 1, 31, 1025, 0x7fff, 0xffff };
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		uint8_t bytes[64] = { (uint8_t)(lengths[i] >> 8),
			(uint8_t)lengths[i] };
		couple_init(&c, 2, 0);
		assert_true(end_give(&c.i, c.now, bytes, sizeof(bytes)) < 0);
		assert_int_equal(c.i.hellos, 0);
		couple_clear(&c);
	}
}

/* What message 1 carries nobody proved. */
static void
t1_message_1_carries_nothing(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire w;

	couple_init(&c, 3, 0);
	end_take(&c.i, &w);
	/* Not encrypted yet: a byte more is a payload of one byte. */
	w.bytes[SESSION_PREAMBLE_SIZE + 1]++;
	w.bytes[w.size++] = 'x';
	assert_int_equal(end_give(&c.r, c.now, w.bytes, w.size), ERR_FORMAT);
	end_take(&c.r, &w);
	assert_int_equal(w.size, 0);
	couple_clear(&c);
}

static void
t10_another_version_or_suite_ends_at_its_byte(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire w;
	static const uint8_t values[] = { 0, 2, 0x81, 0xff };
	unsigned refused = 0;
	for (size_t at = 4; at < SESSION_PREAMBLE_SIZE; at++) {
		for (unsigned i = 0; i < sizeof(values); i++) {
			/* What it is for is told apart: 0 to 2 are known. */
			uint8_t wrong = at == 6   ? (uint8_t)(values[i] | 4)
					: at == 7 ? (uint8_t)(values[i] | 1)
						  : values[i];
			couple_init(&c, 3, 0);
			end_take(&c.i, &w);
			w.bytes[at] = wrong;
			refused += end_give(&c.r, c.now, w.bytes, at + 1) ==
				   ERR_VERSION;
			/* Not a byte to somebody who speaks otherwise. */
			end_take(&c.r, &w);
			assert_int_equal(w.size, 0);
			couple_clear(&c);
		}
	}
	assert_int_equal(refused, 16);
}

static void
t11_own_bytes_sent_back(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire w;
	/* The initiator hears itself. */
	couple_init(&c, 4, 0);
	end_take(&c.i, &w);
	assert_true(end_give(&c.i, c.now, w.bytes, w.size) < 0);
	couple_clear(&c);
	/* The same without the preamble. */
	couple_init(&c, 4, 0);
	end_take(&c.i, &w);
	assert_true(end_give(&c.i, c.now, w.bytes + 8, w.size - 8) < 0);
	couple_clear(&c);
	/* The responder hears its message 2 as message 3. */
	couple_init(&c, 4, 0);
	end_take(&c.i, &w);
	end_give(&c.r, c.now, w.bytes, w.size);
	end_take(&c.r, &w);
	assert_true(end_give(&c.r, c.now, w.bytes, w.size) < 0);
	assert_int_equal(c.r.hellos, 0);
	couple_clear(&c);
	/* Records of an open session come back. */
	couple_open(&c, 4, 0);
	assert_int_equal(session_send(c.i.session, c.now, zeros, 64), 0);
	end_take(&c.i, &w);
	assert_true(end_give(&c.i, c.now, w.bytes, w.size) < 0);
	assert_int_equal(c.i.messages, 0);
	couple_clear(&c);
}

enum { RECORDS = 5, RECORD_SIZE = 2 + 1 + 64 + NOISE_TAG_SIZE };

/* Five records; order says which of them arrive. */
static unsigned
deliver(const int *order, size_t count, int *ret_error)
{
	static struct couple c;
	static struct wire w;

	couple_open(&c, 5, 0);
	for (int i = 0; i < RECORDS; i++) {
		uint8_t message[64] = { 1, (uint8_t)i };
		session_send(c.i.session, c.now, message, sizeof(message));
	}
	end_take(&c.i, &w);
	assert_int_equal(w.size, RECORDS * RECORD_SIZE);
	for (size_t i = 0; i < count && c.r.error == 0; i++)
		end_give(
		    &c.r, c.now, w.bytes + order[i] * RECORD_SIZE, RECORD_SIZE);
	*ret_error = c.r.error;
	unsigned messages = c.r.messages;
	couple_clear(&c);
	return messages;
}

static void
records_come_once_and_in_order(void **state)
{
	(void)state;
	int error;
	assert_int_equal(deliver((const int[]){ 0, 1, 2, 3, 4 }, 5, &error), 5);
	assert_int_equal(error, 0);
	/* Twice. */
	for (int i = 0; i < RECORDS; i++) {
		int order[RECORDS + 1];
		for (int k = 0; k <= i; k++)
			order[k] = k;
		order[i + 1] = i;
		assert_int_equal(
		    deliver(order, (size_t)i + 2, &error), (unsigned)i + 1);
		assert_int_equal(error, ERR_AUTH);
	}
	/* Swapped. */
	for (int i = 0; i + 1 < RECORDS; i++) {
		int order[RECORDS] = { 0, 1, 2, 3, 4 };
		order[i] = i + 1;
		order[i + 1] = i;
		assert_int_equal(deliver(order, RECORDS, &error), (unsigned)i);
		assert_int_equal(error, ERR_AUTH);
	}
	/* Left out. */
	for (int i = 0; i + 1 < RECORDS; i++) {
		int order[RECORDS], n = 0;
		for (int k = 0; k < RECORDS; k++) {
			if (k != i)
				order[n++] = k;
		}
		assert_int_equal(
		    deliver(order, (size_t)n, &error), (unsigned)i);
		assert_int_equal(error, ERR_AUTH);
	}
}

static void
t1_no_byte_of_a_record_may_change(void **state)
{
	(void)state;
	static struct couple c;
	static struct wire w;
	unsigned accepted = 0;
	for (size_t at = 0; at < RECORD_SIZE; at++) {
		couple_open(&c, 6, 0);
		session_send(c.i.session, c.now, zeros, 64);
		end_take(&c.i, &w);
		w.bytes[at] ^= 1;
		int r = end_give(&c.r, c.now, w.bytes, w.size);
		/* A length that grew by one waits for a byte. */
		if (r == 0)
			r = end_give(&c.r, c.now, zeros, 256);
		assert_true(r < 0);
		accepted += c.r.messages;
		couple_clear(&c);
	}
	assert_int_equal(accepted, 0);
}

/* A peer with the keys; what it appends to w arrives in one piece. */
struct hostile {
	struct raw raw;
	struct end r;
	struct wire w;
	struct now now;
};

static struct hostile h;

static void
hostile_open(uint32_t number)
{
	h.now = (struct now){ .mono_ms = 50, .wall_ms = 1 };
	end_init(&h.r, 900, NOISE_RESPONDER, h.now, 0);
	raw_open(&h.raw, number, &h.r, h.now);
	h.w.size = 0;
}

static void
put(uint8_t flags, const void *p, size_t n)
{
	raw_record(&h.raw, &h.w, flags, p, n);
}

static int
strike(void)
{
	int r = 0;

	for (size_t at = 0; r == 0 && at < h.w.size; at += 65536) {
		size_t n = h.w.size - at < 65536 ? h.w.size - at : 65536;
		r = end_give(&h.r, h.now, h.w.bytes + at, n);
	}
	h.w.size = 0;
	return r;
}

static void
hostile_close(void)
{
	end_clear(&h.r);
}

static void
a_flag_that_is_none_ends_it(void **state)
{
	(void)state;

	for (unsigned flags = 0; flags < 256; flags++) {
		hostile_open(flags);
		put((uint8_t)flags, "\1abc", 4);
		assert_int_equal(strike(), flags > 3 ? ERR_FORMAT : 0);
		assert_int_equal(h.r.messages, flags == KIT_FIN);
		hostile_close();
	}
}

static void
empty_records_end_it(void **state)
{
	(void)state;

	/* No message has no byte. */
	hostile_open(1);
	put(KIT_FIN, NULL, 0);
	assert_int_equal(strike(), ERR_FORMAT);
	hostile_close();
	/* A record of a longer message has one at least. */
	hostile_open(2);
	put(0, "\1", 1);
	put(0, NULL, 0);
	assert_int_equal(strike(), ERR_FORMAT);
	hostile_close();
	/* But the last one may be empty. */
	hostile_open(3);
	put(0, "\1a", 2);
	put(KIT_FIN, NULL, 0);
	assert_int_equal(strike(), 0);
	assert_int_equal(h.r.messages, 1);
	assert_int_equal(h.r.event.size, 2);
	hostile_close();
}

static void
record_lengths_are_checked_before_the_record_is_there(void **state)
{
	(void)state;
	static const unsigned lengths[] = { 0, 1, 15, 16, RECORD_MAX + 1,
		0xffff };
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		hostile_open(i);
		h.w.bytes[0] = (uint8_t)(lengths[i] >> 8);
		h.w.bytes[1] = (uint8_t)lengths[i];
		h.w.size = 2;
		assert_int_equal(strike(), ERR_FORMAT);
		hostile_close();
	}
}

static void
t34_a_message_over_70000_bytes_ends_it(void **state)
{
	(void)state;
	static const size_t sizes[] = { MSG_MAX + 1, MSG_MAX + RECORD_DATA_MAX,
		1 << 17, 1 << 18, 1 << 19 };
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		hostile_open(i);
		size_t left = sizes[i];
		for (; left > RECORD_DATA_MAX; left -= RECORD_DATA_MAX)
			put(0, zeros, RECORD_DATA_MAX);
		put(KIT_FIN, zeros, left);
		assert_int_equal(strike(), ERR_LIMIT);
		assert_int_equal(h.r.messages, 0);
		hostile_close();
	}
	/* In records of one byte, too. */
	hostile_open(9);
	for (size_t n = 0; n < MSG_MAX + 1 && h.r.error == 0; n += 1000) {
		for (int i = 0; i < 1000; i++)
			put(0, "\1", 1);
		strike();
	}
	assert_int_equal(h.r.error, ERR_LIMIT);
	hostile_close();
}

static void
padding_costs_nothing_and_breaks_nothing(void **state)
{
	(void)state;

	hostile_open(1);
	for (int i = 0; i < 100000; i++) {
		put(KIT_PADDING | (i & 1), zeros, (size_t)i % 7);
		if (h.w.size > 60000)
			assert_int_equal(strike(), 0);
	}
	put(0, "\1a", 2);
	put(KIT_PADDING, zeros, RECORD_DATA_MAX);
	put(KIT_PADDING | KIT_FIN, zeros, 3);
	put(KIT_FIN, "b", 1);
	assert_int_equal(strike(), 0);
	assert_int_equal(h.r.messages, 1);
	assert_memory_equal(h.r.event.bytes, "\1ab", 3);
	hostile_close();
}

static void
control_of_a_wrong_length_ends_it(void **state)
{
	(void)state;
	static const struct {
		uint8_t type;
		size_t good;
	} kinds[] = {
		{ SESSION_CONTROL_PING, 9 },
		{ SESSION_CONTROL_PONG, 9 },
		{ SESSION_CONTROL_REKEY, 1 },
		{ SESSION_CONTROL_CLOSE, 2 },
	};
	unsigned ended = 0;
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint8_t bytes[12] = { kinds[i].type };
		for (size_t n = 1; n <= sizeof(bytes); n++) {
			hostile_open(i);
			put(KIT_FIN, bytes, n);
			int r = strike();
			assert_int_equal(
			    r, n == kinds[i].good ? 0 : ERR_FORMAT);
			ended += r < 0;
			hostile_close();
		}
	}
	assert_int_equal(ended, 4 * 11);
}

static void
reserved_control_ends_it(void **state)
{
	(void)state;

	for (unsigned type = 0xf5; type <= 0xff; type++) {
		uint8_t byte = (uint8_t)type;
		hostile_open(type);
		put(KIT_FIN, &byte, 1);
		assert_int_equal(strike(), ERR_UNSUPPORTED);
		hostile_close();
	}
	/* READY comes once. */
	hostile_open(1);
	put(KIT_FIN, &ready, 1);
	assert_int_equal(strike(), ERR_STATE);
	assert_int_equal(h.r.readies, 1);
	hostile_close();
}

/* Opens up to message 3 and says something else than READY. */
static int
instead_of_ready(uint8_t type, size_t n)
{
	uint8_t bytes[16] = { type };
	static struct wire answer;

	end_init(&h.r, 900, NOISE_RESPONDER, h.now, 0);
	raw_start(&h.raw, type, &h.w);
	int r = strike();
	assert_int_equal(r, 0);
	end_take(&h.r, &answer);
	h.w.size = 0;
	struct hello hello = raw_hello(&h.raw);
	raw_finish(&h.raw, &answer, &hello, &h.w);
	put(KIT_FIN, bytes, n);
	r = strike();
	unsigned heard = h.r.readies + h.r.messages + h.r.closes;
	assert_int_equal(heard, type == SESSION_CONTROL_READY && n == 1);
	hostile_close();
	return r;
}

static void
nothing_but_ready_comes_first(void **state)
{
	(void)state;

	assert_int_equal(instead_of_ready(SESSION_CONTROL_READY, 1), 0);
	assert_true(instead_of_ready(SESSION_CONTROL_READY, 2) < 0);
	assert_true(instead_of_ready(SESSION_CONTROL_PING, 9) < 0);
	assert_true(instead_of_ready(SESSION_CONTROL_PONG, 9) < 0);
	assert_true(instead_of_ready(SESSION_CONTROL_REKEY, 1) < 0);
	assert_true(instead_of_ready(SESSION_CONTROL_CLOSE, 2) < 0);
	for (uint8_t type = 0; type < 8; type++)
		assert_true(instead_of_ready(type, 10) < 0);
	assert_true(instead_of_ready(0xff, 1) < 0);
}

static void
nothing_comes_after_close(void **state)
{
	(void)state;
	static const uint8_t close[2] = { SESSION_CONTROL_CLOSE, 77 };
	hostile_open(1);
	put(KIT_FIN, close, sizeof(close));
	put(KIT_FIN, "\1late", 5);
	put(KIT_FIN, close, sizeof(close));
	strike();
	assert_int_equal(h.r.closes, 1);
	assert_int_equal(h.r.messages, 0);
	assert_int_equal(h.r.event.reason, 77);
	hostile_close();
}

static void
a_rekey_that_is_not_kept_ends_it(void **state)
{
	(void)state;
	static const uint8_t rekey = SESSION_CONTROL_REKEY;
	hostile_open(1);
	put(KIT_FIN, &rekey, 1);
	put(KIT_FIN, "\1a", 2);
	assert_int_equal(strike(), ERR_AUTH);
	assert_int_equal(h.r.messages, 0);
	hostile_close();
	/* A hundred in a row that are. */
	hostile_open(2);
	for (int i = 0; i < 100; i++) {
		put(KIT_FIN, &rekey, 1);
		noise_rekey(&h.raw.send);
	}
	put(KIT_FIN, "\1a", 2);
	assert_int_equal(strike(), 0);
	assert_int_equal(h.r.messages, 1);
	hostile_close();
}

static void
a_flood_of_pings_is_bounded(void **state)
{
	(void)state;
	static const uint8_t ping[9] = { SESSION_CONTROL_PING };
	size_t n = 0, most = 0;
	int r = 0;
	hostile_open(1);
	/* Somebody pings and never reads; the owner cannot send either. */
	for (unsigned i = 0; i < 300000 && r == 0; i++) {
		put(KIT_FIN, ping, sizeof(ping));
		if (h.w.size < 60000)
			continue;
		r = strike();
		session_output(h.r.session, &n);
		most = n > most ? n : most;
	}
	assert_int_equal(r, ERR_LIMIT);
	assert_true(most <= SESSION_OUTPUT_MAX);
	assert_true(most > SESSION_OUTPUT_MAX / 2);
	hostile_close();
}

static void
pongs_nobody_asked_for_change_nothing(void **state)
{
	(void)state;
	static const uint8_t pong[9] = { SESSION_CONTROL_PONG, 1, 2 };
	hostile_open(1);
	for (int i = 0; i < 1000; i++)
		put(KIT_FIN, pong, sizeof(pong));
	assert_int_equal(strike(), 0);
	assert_int_equal(session_rtt_ms(h.r.session), -1);
	hostile_close();
}

/* A byte now and then keeps it from being dead, but not from being idle. */
static void
t30_dribbling_does_not_keep_an_idle_session(void **state)
{
	(void)state;
	static const uint8_t ping[9] = { SESSION_CONTROL_PING };
	int r = 0;
	hostile_open(1);
	int64_t from = h.now.mono_ms;
	while (r == 0) {
		h.now.mono_ms += 10000;
		put(KIT_FIN, ping, sizeof(ping));
		assert_int_equal(strike(), 0);
		put(KIT_PADDING, zeros, 9);
		assert_int_equal(strike(), 0);
		r = session_tick(h.r.session, h.now);
	}
	assert_int_equal(r, ERR_CLOSED);
	assert_int_equal(h.now.mono_ms - from, SESSION_IDLE_MS);
	hostile_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t1_no_byte_of_the_handshake_may_change),
		cmocka_unit_test(t1_no_byte_of_the_handshake_may_be_missing),
		cmocka_unit_test(t1_lengths_of_the_handshake),
		cmocka_unit_test(t1_message_1_carries_nothing),
		cmocka_unit_test(t1_no_byte_of_a_record_may_change),
		cmocka_unit_test(t10_another_version_or_suite_ends_at_its_byte),
		cmocka_unit_test(t11_own_bytes_sent_back),
		cmocka_unit_test(records_come_once_and_in_order),
		cmocka_unit_test(a_flag_that_is_none_ends_it),
		cmocka_unit_test(empty_records_end_it),
		cmocka_unit_test(
		    record_lengths_are_checked_before_the_record_is_there),
		cmocka_unit_test(t34_a_message_over_70000_bytes_ends_it),
		cmocka_unit_test(padding_costs_nothing_and_breaks_nothing),
		cmocka_unit_test(control_of_a_wrong_length_ends_it),
		cmocka_unit_test(reserved_control_ends_it),
		cmocka_unit_test(nothing_but_ready_comes_first),
		cmocka_unit_test(nothing_comes_after_close),
		cmocka_unit_test(a_rekey_that_is_not_kept_ends_it),
		cmocka_unit_test(a_flood_of_pings_is_bounded),
		cmocka_unit_test(pongs_nobody_asked_for_change_nothing),
		cmocka_unit_test(t30_dribbling_does_not_keep_an_idle_session),
	};

	if (sodium_init() < 0)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
