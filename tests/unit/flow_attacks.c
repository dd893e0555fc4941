/* SPDX-License-Identifier: MIT */
/*
 * What a peer with the right keys can say, in any order, and what somebody on
 * the wire can do without them. Nothing of it is a file that is complete and is
 * not the one that was sent.
 */
#include "base/err.h"
#include "base/wr.h"
#include "flow_kit.h"
#include "proto/flow.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { WANT = 1, DONE = 2, FROM = 3, DATA = 4, END = 5, STOP = 6 };

static struct flow *victim;
static struct flow_raw raw;
static uint8_t plain[FLOW_RECORD_MAX];

static void
start(bool sends)
{
	victim = flow_kit_end(sends, 0);
	raw = flow_kit_raw(!sends);
}

static void
stop(void)
{
	flow_free(victim);
}

/* Events until there are no more, or until the end of it. */
static int
hear(struct flow_event *last)
{
	struct flow_event ev;
	int more;

	while ((more = flow_next(victim, &ev)) == 1)
		*last = ev;
	return more;
}

static int
give(const void *p, size_t n)
{
	struct flow_event ev;

	flow_raw_give(&raw, victim, p, n);
	return hear(&ev);
}

static int
give_data(const void *p, size_t n)
{
	plain[0] = DATA;
	memcpy(plain + 1, p, n);
	return give(plain, 1 + n);
}

static const uint8_t from_0[] = { FROM, 0, 0, 0, 0, 0, 0, 0, 0 };
static const uint8_t end_0[] = { END, 0, 0, 0, 0, 0 };
static const uint8_t done[] = { DONE };
static const uint8_t stop_1[] = { STOP, 1 };
static const uint8_t want_0[] = { WANT, 0 };
/* A file of three bytes, and them. */
static const uint8_t header[] = { 1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0,
	0, 3, 0, 1, 'x' };
static const uint8_t a_file[] = { 1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0,
	0, 3, 0, 1, 'x', 'a', 'b', 'c' };

/* How far a receiver has come. */
enum stage { NEW, ASKED, BEGUN, IN_FILE, WHOLE, ENDED, OVER, STAGES };

static void
receiver_at(enum stage stage)
{
	start(false);
	if (stage >= ASKED)
		assert_int_equal(flow_want(victim, NULL, 0), 0);
	if (stage >= BEGUN)
		assert_int_equal(give(from_0, sizeof(from_0)), 0);
	if (stage == IN_FILE)
		assert_int_equal(give_data(header, sizeof(header)), 0);
	if (stage >= WHOLE)
		assert_int_equal(give_data(a_file, sizeof(a_file)), 0);
	if (stage >= ENDED)
		assert_int_equal(give(end_0, sizeof(end_0)), 0);
	if (stage >= OVER)
		assert_int_equal(flow_done(victim), 0);
}

/* Every record at every stage: only those in their turn are taken. */
static void
a_receiver_takes_what_is_its_turn(void **state)
{
	(void)state;
	static const uint8_t bytes[] = { DATA, 'a', 'b', 'c' };
	static const struct {
		const uint8_t *p;
		size_t n;
		unsigned stages; /* where it is right, a bit each */
	} cases[] = {
		{ want_0, sizeof(want_0), 0 },
		{ done, sizeof(done), 0 },
		{ from_0, sizeof(from_0), 1 << ASKED },
		{ bytes, sizeof(bytes), 1 << IN_FILE },
		{ end_0, sizeof(end_0), 1 << WHOLE },
		{ stop_1, sizeof(stop_1), (1 << STAGES) - 1 },
	};
	int taken = 0, refused = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int stage = NEW; stage < STAGES; stage++) {
			receiver_at((enum stage)stage);
			int err = give(cases[i].p, cases[i].n);
			bool right = cases[i].stages >> stage & 1;
			assert_int_equal(err == 0, right);
			taken += err == 0;
			refused += err < 0;
			/* What is refused is refused for good. */
			struct flow_event ev;
			if (err < 0)
				assert_int_equal(
				    flow_next(victim, &ev), ERR_STATE);
			stop();
		}
	}
	assert_int_equal(taken, 3 + STAGES);
	assert_int_equal(refused, 6 * STAGES - 3 - STAGES);
}

static void
a_sender_takes_what_is_its_turn(void **state)
{
	(void)state;
	/* New; wanted; begun; all was sent; it is done. */
	enum { SENDER_STAGES = 5 };
	static const struct {
		const uint8_t *p;
		size_t n;
		unsigned stages;
	} cases[] = {
		{ want_0, sizeof(want_0), 1 << 0 },
		{ done, sizeof(done), 1 << 3 },
		{ from_0, sizeof(from_0), 0 },
		{ a_file, sizeof(a_file), 0 },
		{ end_0, sizeof(end_0), 0 },
		{ stop_1, sizeof(stop_1), 0xF },
	};
	struct file_piece empty = { .kind = FILE_PIECE_FILE, .name = "x" };
	int taken = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int stage = 0; stage < SENDER_STAGES; stage++) {
			start(true);
			if (stage > 0)
				give(want_0, sizeof(want_0));
			if (stage > 1)
				assert_int_equal(flow_begin(victim, 0), 0);
			if (stage > 2) {
				flow_piece(victim, &empty);
				flow_end(victim, false, 0);
			}
			if (stage > 3)
				assert_int_equal(give(done, sizeof(done)), 0);
			int err = give(cases[i].p, cases[i].n);
			bool right = cases[i].stages >> stage & 1;
			assert_int_equal(err == 0, right);
			taken += err == 0;
			stop();
		}
	}
	assert_int_equal(taken, 1 + 1 + 4);
}

/* The length of each record is exact, and unknown ones are refused. */
static void
records_have_their_size(void **state)
{
	(void)state;
	static const struct {
		const uint8_t *p;
		size_t n;
		enum stage stage;
	} cases[] = {
		{ from_0, sizeof(from_0), ASKED },
		{ end_0, sizeof(end_0), WHOLE },
		{ stop_1, sizeof(stop_1), BEGUN },
	};
	uint8_t longer[16] = { 0 };
	int refused = 0;
	for (size_t i = 0; i < 3; i++) {
		for (size_t n = 0; n <= cases[i].n + 1; n++) {
			memcpy(longer, cases[i].p, cases[i].n);
			receiver_at(cases[i].stage);
			refused += give(longer, n) == ERR_FORMAT;
			stop();
		}
	}
	assert_int_equal(refused, (9 + 1) + (6 + 1) + (2 + 1));
	for (unsigned kind = 0; kind < 256; kind++) {
		uint8_t one[] = { (uint8_t)kind };
		receiver_at(BEGUN);
		refused += give(one, 1) < 0;
		stop();
	}
	assert_int_equal(refused, 20 + 256);
}

static void
nothing_after_a_stop(void **state)
{
	(void)state;
	for (int sends = 0; sends < 2; sends++) {
		start(sends);
		assert_int_equal(give(stop_1, sizeof(stop_1)), 0);
		assert_int_equal(give(stop_1, sizeof(stop_1)), ERR_STATE);
		stop();
	}
	/* Whatever number; the owner sees it. */
	for (unsigned why = 0; why < 256; why++) {
		const uint8_t p[] = { STOP, (uint8_t)why };
		struct flow_event ev = { .kind = FLOW_PIECE };
		receiver_at(IN_FILE);
		flow_raw_give(&raw, victim, p, 2);
		assert_int_equal(hear(&ev), 0);
		assert_int_equal(ev.kind, FLOW_STOPPED);
		assert_int_equal((unsigned)ev.why, why);
		stop();
	}
}

/* A list of marks: count, then offsets. */
static size_t
put_want(unsigned count, const uint64_t *offsets, size_t n)
{
	static const uint8_t hash[FLOW_HASH_SIZE];
	struct wr w = wr_to(plain, sizeof(plain));

	wr_u8(&w, WANT);
	wr_u8(&w, (uint8_t)count);
	for (size_t i = 0; i < n; i++) {
		wr_u64(&w, offsets[i]);
		wr_bytes(&w, hash, sizeof(hash));
	}
	return w.size;
}

static void
marks_descend_and_are_few(void **state)
{
	(void)state;
	static const struct {
		unsigned count;
		size_t n;
		uint64_t offsets[9];
		int want;
	} cases[] = {
		{ 0, 0, { 0 }, 0 },
		{ 1, 1, { 1 }, 0 },
		{ 1, 1, { UINT64_MAX - 1 }, 0 },
		{ 2, 2, { UINT64_C(1) << 63, 1 }, 0 },
		{ 8, 8, { 8, 7, 6, 5, 4, 3, 2, 1 }, 0 },
		{ 1, 1, { 0 }, ERR_FORMAT },
		{ 1, 1, { UINT64_MAX }, ERR_FORMAT },
		{ 2, 2, { 5, 5 }, ERR_FORMAT },
		{ 2, 2, { 5, 6 }, ERR_FORMAT },
		{ 2, 2, { 5, 0 }, ERR_FORMAT },
		{ 1, 0, { 0 }, ERR_FORMAT },
		{ 0, 1, { 5 }, ERR_FORMAT },
		{ 1, 2, { 5, 4 }, ERR_FORMAT },
		{ 8, 7, { 8, 7, 6, 5, 4, 3, 2 }, ERR_FORMAT },
		{ 9, 8, { 9, 8, 7, 6, 5, 4, 3, 2 }, ERR_LIMIT },
		{ 255, 8, { 9, 8, 7, 6, 5, 4, 3, 2 }, ERR_LIMIT },
	};
	int refused = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(true);
		size_t n =
		    put_want(cases[i].count, cases[i].offsets, cases[i].n);
		int err = give(plain, n);
		assert_int_equal(err, cases[i].want);
		refused += err < 0;
		stop();
	}
	assert_int_equal(refused, 11);
	/* One more is longer than anything a sender reads. */
	static const uint64_t nine[] = { 9, 8, 7, 6, 5, 4, 3, 2, 1 };
	start(true);
	assert_int_equal(give(plain, put_want(9, nine, 9)), ERR_FORMAT);
	stop();
}

/* T40: it goes on where the receiver proved to be, or from the start. */
static void
t40_offsets_that_nobody_asked_for(void **state)
{
	(void)state;
	static const uint64_t offsets[] = { 0, 1, 19, 20, 21, 22, 23, 24,
		UINT64_C(1) << 63, UINT64_MAX };
	int taken = 0;
	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		const struct flow_mark marks[] = { { .offset = 23 },
			{ .offset = 21, .left = 2 } };
		uint8_t p[9] = { FROM };
		struct wr w = wr_to(p + 1, 8);
		wr_u64(&w, offsets[i]);
		start(false);
		assert_int_equal(flow_want(victim, marks, 2), 0);
		taken += give(p, sizeof(p)) == 0;
		stop();
	}
	assert_int_equal(taken, 3);
}

static void
t39_sizes_that_lie(void **state)
{
	(void)state;
	static const struct {
		uint8_t bytes[24];
		size_t n;
	} cases[] = {
#define SIZED(...) { 1, 0, 0, 0, 0, 0, 0, 0, 9, __VA_ARGS__, 0, 1, 'x' }
		{ SIZED(0x80, 0, 0, 0, 0, 0, 0, 0), 20 },
		{ SIZED(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 20 },
		{ SIZED(0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 20 },
		{ SIZED(0, 0, 0, 0, 0, 0, 0, 1), 20 },
		{ SIZED(0, 0, 0, 0, 0, 0, 0, 0), 20 },
	};
	static const int wants[] = { ERR_LIMIT, ERR_LIMIT, 0, 0, 0 };
	for (size_t i = 0; i < 5; i++) {
		receiver_at(BEGUN);
		assert_int_equal(
		    give_data(cases[i].bytes, cases[i].n), wants[i]);
		/* Short: the end does not come before the last byte. */
		if (wants[i] == 0)
			assert_int_equal(
			    give(end_0, sizeof(end_0)), i == 4 ? 0 : ERR_STATE);
		stop();
	}
	/* Long: in the same record, or in another. */
	uint8_t longer[sizeof(a_file) + 1];
	memcpy(longer, a_file, sizeof(a_file));
	longer[sizeof(a_file)] = 'd';
	receiver_at(BEGUN);
	assert_int_equal(give_data(longer, sizeof(longer)), ERR_FORMAT);
	stop();
	receiver_at(WHOLE);
	assert_int_equal(give_data("d", 1), ERR_FORMAT);
	stop();
}

static void
headers_are_whole(void **state)
{
	(void)state;
	int refused = 0;
	for (size_t cut = 1; cut < sizeof(header); cut++) {
		receiver_at(BEGUN);
		refused += give_data(header, cut) == ERR_FORMAT;
		stop();
	}
	assert_int_equal(refused, 19);
	receiver_at(BEGUN);
	plain[0] = DATA;
	assert_int_equal(give(plain, 1), ERR_FORMAT);
	stop();
}

/* Everything that a sender says for one small file, as it goes out. */
static size_t
recorded(uint8_t *out, size_t cap)
{
	struct file_piece f = {
		.kind = FILE_PIECE_FILE, .name = "x", .size = 3
	};
	struct file_piece b = { .kind = FILE_PIECE_BYTES,
		.bytes = (const uint8_t *)"abc",
		.count = 3 };
	size_t n, size = 0;

	start(true);
	give(want_0, sizeof(want_0));
	flow_begin(victim, 0);
	flow_piece(victim, &f);
	flow_flush(victim);
	flow_piece(victim, &b);
	flow_end(victim, false, 0);
	for (const uint8_t *p; (p = flow_output(victim, &n), n > 0);) {
		assert_true(size + n <= cap);
		memcpy(out + size, p, n);
		size += n;
		flow_sent(victim, n);
	}
	stop();
	return size;
}

/* Whether a receiver takes it for complete. */
static bool
is_whole(const uint8_t *p, size_t n, int *ret_err)
{
	struct flow_event ev = { .kind = FLOW_PIECE };

	start(false);
	flow_want(victim, NULL, 0);
	for (size_t at = 0, step = 1; at < n && step > 0; at += step)
		step = flow_kit_give(victim, p + at, n - at);
	*ret_err = hear(&ev);
	stop();
	return ev.kind == FLOW_END;
}

static void
t13_a_cut_is_no_end(void **state)
{
	(void)state;
	uint8_t said[512];
	size_t n = recorded(said, sizeof(said));
	int err, whole = 0;
	for (size_t cut = 0; cut < n; cut++) {
		whole += is_whole(said, cut, &err);
		assert_int_equal(err, 0);
	}
	assert_int_equal(whole, 0);
	assert_true(is_whole(said, n, &err));
	assert_true(n > 100);
}

static void
t1_no_byte_may_change(void **state)
{
	(void)state;
	uint8_t said[512];
	size_t n = recorded(said, sizeof(said));
	int whole = 0, failed = 0, err;
	for (size_t bit = 0; bit < 8 * n; bit++) {
		said[bit / 8] ^= (uint8_t)(1 << bit % 8);
		whole += is_whole(said, n, &err);
		failed += err < 0;
		said[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(whole, 0);
	/* The rest waits for a length that is too large. */
	assert_true(failed > (int)(8 * n) - 64);
}

/* A record left out, said twice, or two in another order. */
static void
records_stay_in_their_order(void **state)
{
	(void)state;
	uint8_t said[512], changed[1024];
	size_t n = recorded(said, sizeof(said)), at[8], count = 0;
	int err, whole = 0, tried = 0;
	for (size_t i = 0; i < n; i += 2 + (size_t)(said[i] << 8 | said[i + 1]))
		at[count++] = i;
	at[count] = n;
	assert_int_equal(count, 4);
	for (size_t i = 0; i < count; i++) {
		size_t size = at[i + 1] - at[i], rest = n - at[i + 1];
		memcpy(changed, said, at[i]);
		memcpy(changed + at[i], said + at[i + 1], rest);
		whole += is_whole(changed, n - size, &err);
		memcpy(changed, said, at[i + 1]);
		memcpy(changed + at[i + 1], said + at[i], n - at[i]);
		whole += i + 1 < count && is_whole(changed, n + size, &err);
		tried += 2;
	}
	assert_int_equal(whole, 0);
	assert_int_equal(tried, 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_receiver_takes_what_is_its_turn),
		cmocka_unit_test(a_sender_takes_what_is_its_turn),
		cmocka_unit_test(records_have_their_size),
		cmocka_unit_test(nothing_after_a_stop),
		cmocka_unit_test(marks_descend_and_are_few),
		cmocka_unit_test(t40_offsets_that_nobody_asked_for),
		cmocka_unit_test(t39_sizes_that_lie),
		cmocka_unit_test(headers_are_whole),
		cmocka_unit_test(t13_a_cut_is_no_end),
		cmocka_unit_test(t1_no_byte_may_change),
		cmocka_unit_test(records_stay_in_their_order),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
