/* SPDX-License-Identifier: MIT */
/* A transfer from one end to the other, as it should be. */
#include "proto/flow.h"

#include "app/libcrypto.h"
#include "base/err.h"
#include "flow_kit.h"
#include "proto/flow_prefix.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TREE_MAX = 4096, BIG = 300000 };

/* What came, in words: a letter, a name, and a sum of its bytes. */
struct heard {
	char words[TREE_MAX];
	size_t size;
	uint64_t bytes;
	uint32_t sum;
};

static struct flow *from, *to;
static struct heard heard;
static uint8_t big[BIG];

static void
start(uint32_t rekey_records)
{
	from = flow_kit_end(true, rekey_records);
	to = flow_kit_end(false, rekey_records);
	memset(&heard, 0, sizeof(heard));
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (uint8_t)(i * 7 + (i >> 8));
}

static void
stop(void)
{
	flow_free(from);
	flow_free(to);
}

static uint32_t
sum_of(uint32_t sum, const uint8_t *p, size_t n)
{
	while (n-- > 0)
		sum = sum * 31 + *p++;
	return sum;
}

static void
hear(const struct file_piece *p)
{
	static const char letters[] = { [FILE_PIECE_ENTER] = '>',
		[FILE_PIECE_FILE] = 'f',
		[FILE_PIECE_LEAVE] = '<' };

	if (p->kind == FILE_PIECE_BYTES) {
		heard.bytes += p->count;
		heard.sum = sum_of(heard.sum, p->bytes, p->count);
		return;
	}
	heard.words[heard.size++] = letters[p->kind];
	size_t n = p->kind == FILE_PIECE_LEAVE ? 0 : strlen(p->name);
	if (n > 0)
		memcpy(heard.words + heard.size, p->name, n);
	heard.size += n;
}

/* Moves everything, in parts of that many bytes; the last event but pieces, or
 * FLOW_PIECE where there was none. */
static struct flow_event
run(size_t step)
{
	struct flow_event ev, last = { .kind = FLOW_PIECE };
	size_t moved;

	do {
		moved = flow_kit_move(from, to, SIZE_MAX, step) +
			flow_kit_move(to, from, SIZE_MAX, step);
		int more;
		while ((more = flow_next(to, &ev)) == 1) {
			if (ev.kind == FLOW_PIECE)
				hear(&ev.piece);
			else
				last = ev;
		}
		assert_int_equal(more, 0);
		while ((more = flow_next(from, &ev)) == 1)
			last = ev;
		assert_int_equal(more, 0);
	} while (moved > 0);
	return last;
}

static void
say(enum file_piece_kind kind, const char *name, uint64_t size)
{
	struct file_piece p = {
		.kind = (uint8_t)kind, .name = name, .size = size, .mtime = 9
	};

	if (!flow_takes(from))
		run(SIZE_MAX);
	assert_int_equal(flow_piece(from, &p), 0);
}

static void
say_bytes(const uint8_t *bytes, size_t n)
{
	struct file_piece p = {
		.kind = FILE_PIECE_BYTES, .bytes = bytes, .count = n
	};

	if (!flow_takes(from))
		run(SIZE_MAX);
	assert_int_equal(flow_piece(from, &p), 0);
}

/* The same without copies on our side. */
static void
fill_bytes(const uint8_t *bytes, size_t n)
{
	while (n > 0) {
		size_t cap;
		uint8_t *room = flow_space(from, &cap);
		if (cap == 0) {
			run(SIZE_MAX);
			continue;
		}
		cap = cap < n ? cap : n;
		memcpy(room, bytes, cap);
		assert_int_equal(flow_filled(from, cap), 0);
		bytes += cap;
		n -= cap;
	}
}

static void
begin_at_0(size_t step)
{
	assert_int_equal(flow_want(to, NULL, 0), 0);
	struct flow_event ev = run(step);
	assert_int_equal(ev.kind, FLOW_WANTED);
	assert_int_equal(ev.count, 0);
	assert_int_equal(flow_begin(from, 0), 0);
	ev = run(step);
	assert_int_equal(ev.kind, FLOW_BEGUN);
	assert_int_equal(ev.offset, 0);
}

static void
finish(size_t step, bool changed, uint32_t left_out)
{
	assert_int_equal(flow_end(from, changed, left_out), 0);
	struct flow_event ev = run(step);
	assert_int_equal(ev.kind, FLOW_END);
	assert_int_equal(ev.changed, changed);
	assert_int_equal(ev.left_out, left_out);
	assert_int_equal(flow_done(to), 0);
	ev = run(step);
	assert_int_equal(ev.kind, FLOW_DONE);
}

static void
a_file_of_many_sizes(void **state)
{
	(void)state;
	static const size_t sizes[] = { 0, 1, 100, FLOW_DATA_MAX - 21,
		FLOW_DATA_MAX - 20, FLOW_DATA_MAX, FLOW_DATA_MAX + 1,
		2 * FLOW_DATA_MAX, BIG };
	static const size_t steps[] = { 1000, 65536, SIZE_MAX };
	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t n = sizes[i / 2], step = steps[i % 3];
		start(0);
		begin_at_0(step);
		say(FILE_PIECE_FILE, "x", n);
		if (i % 2 == 0)
			fill_bytes(big, n);
		for (size_t at = 0; i % 2 == 1 && at < n; at += 60000)
			say_bytes(big + at, n - at < 60000 ? n - at : 60000);
		finish(step, i % 4 == 0, (uint32_t)i);
		assert_string_equal(heard.words, "fx");
		assert_int_equal(heard.bytes, n);
		assert_int_equal(heard.sum, sum_of(0, big, n));
		stop();
	}
}

static void
one_byte_at_a_time(void **state)
{
	(void)state;
	start(0);
	begin_at_0(1);
	say(FILE_PIECE_FILE, "x", 70000);
	fill_bytes(big, 70000);
	finish(1, false, 0);
	assert_int_equal(heard.sum, sum_of(0, big, 70000));
	stop();
}

/* Small files share records: 1000 of 100 bytes are two. */
static void
small_files_are_gathered(void **state)
{
	(void)state;
	static uint8_t plain[FLOW_RECORD_MAX];
	size_t n, records = 0;
	start(0);
	begin_at_0(SIZE_MAX);
	struct flow_raw raw = flow_kit_raw(false);
	raw.receive.nonce++; /* FROM */
	say(FILE_PIECE_ENTER, "d", 0);
	for (int i = 0; i < 1000; i++) {
		say(FILE_PIECE_FILE, "n", 100);
		say_bytes(big, 100);
	}
	say(FILE_PIECE_LEAVE, NULL, 0);
	assert_int_equal(flow_flush(from), 0);
	while ((n = flow_raw_take(&raw, from, plain)) > 0) {
		assert_int_equal(plain[0], 4);
		records++;
	}
	assert_int_equal(records, 2);
	stop();
}

static void
a_tree_with_its_order(void **state)
{
	(void)state;
	start(2);
	begin_at_0(777);
	say(FILE_PIECE_ENTER, "top", 0);
	for (int i = 0; i < 60; i++) {
		say(FILE_PIECE_ENTER, "in", 0);
		say(FILE_PIECE_FILE, "a", 5000);
		say_bytes(big, 5000);
		say(FILE_PIECE_FILE, "0", 0);
		say(FILE_PIECE_LEAVE, NULL, 0);
	}
	say(FILE_PIECE_LEAVE, NULL, 0);
	finish(777, false, 3);
	assert_int_equal(heard.bytes, 60 * 5000);
	assert_int_equal(heard.size, 4 + 60 * 8 + 1);
	assert_memory_equal(heard.words, ">top>infaf0<>infaf0<", 20);
	stop();
}

/* Both directions change keys after so many records, without a word. */
static void
keys_change(void **state)
{
	(void)state;
	for (uint32_t every = 1; every < 6; every++) {
		start(every);
		begin_at_0(SIZE_MAX);
		say(FILE_PIECE_FILE, "x", BIG);
		fill_bytes(big, BIG);
		finish(SIZE_MAX, false, 0);
		assert_int_equal(heard.sum, sum_of(0, big, BIG));
		stop();
	}
}

static void
what_waits_is_bounded(void **state)
{
	(void)state;
	size_t cap, n, filled = 0;
	start(0);
	begin_at_0(SIZE_MAX);
	say(FILE_PIECE_FILE, "x", UINT64_C(1) << 40);
	while (flow_space(from, &cap), cap > 0) {
		assert_int_equal(flow_filled(from, cap), 0);
		filled++;
	}
	assert_int_equal(filled, FLOW_OUTPUT_RECORDS);
	assert_false(flow_takes(from));
	assert_int_equal(flow_filled(from, 0), ERR_LIMIT);
	struct file_piece p = { .kind = FILE_PIECE_LEAVE };
	assert_int_equal(flow_piece(from, &p), ERR_LIMIT);
	/* They go out behind one another. */
	(void)flow_output(from, &n);
	assert_int_equal(n, FLOW_OUTPUT_RECORDS * (2 + FLOW_RECORD_MAX));
	flow_sent(from, 1);
	assert_false(flow_takes(from));
	flow_sent(from, 1 + FLOW_RECORD_MAX);
	assert_true(flow_takes(from));
	/* There is room for an end, always. */
	say_bytes(big, 65536);
	assert_false(flow_takes(from));
	assert_int_equal(flow_flush(from), 0);
	assert_int_equal(flow_stop(from, FLOW_STOP_PAUSED), 0);
	stop();
}

/* The marks of a stream of one file, up to its size. */
static size_t
marks_of(const char *name, size_t size, struct flow_mark *marks,
    const uint64_t *offsets, size_t count)
{
	struct flow_prefix *p = flow_prefix_new(offsets, count);
	struct file_piece f = {
		.kind = FILE_PIECE_FILE, .name = name, .size = BIG, .mtime = 9
	};
	struct file_piece b = {
		.kind = FILE_PIECE_BYTES, .bytes = big, .count = size
	};

	flow_prefix_piece(p, &f);
	flow_prefix_piece(p, &b);
	flow_prefix_end(p);
	size_t n = flow_prefix_marks(p, marks);
	flow_prefix_free(p);
	return n;
}

static void
it_goes_on_where_it_was(void **state)
{
	(void)state;
	enum { HEADER = 20 };
	static const uint64_t offsets[] = { HEADER, HEADER + 1000,
		HEADER + 100000, HEADER + BIG };
	struct flow_mark marks[FLOW_MARKS_MAX];
	for (size_t i = 0; i < 4; i++) {
		start(0);
		size_t n = marks_of("x", BIG, marks, offsets, 4);
		assert_int_equal(n, 4);
		assert_int_equal(flow_want(to, marks, n), 0);
		struct flow_event ev = run(SIZE_MAX);
		assert_int_equal(ev.kind, FLOW_WANTED);
		assert_int_equal(ev.count, 4);
		assert_int_equal(ev.marks[0].offset, offsets[3]);
		assert_memory_equal(
		    ev.marks[i].hash, marks[i].hash, FLOW_HASH_SIZE);
		uint64_t at = offsets[i] - HEADER;
		assert_int_equal(flow_begin(from, offsets[i]), 0);
		ev = run(SIZE_MAX);
		assert_int_equal(ev.kind, FLOW_BEGUN);
		assert_int_equal(ev.offset, offsets[i]);
		fill_bytes(big + at, BIG - at);
		finish(SIZE_MAX, false, 0);
		assert_int_equal(heard.bytes, BIG - at);
		assert_int_equal(heard.size, 0);
		assert_int_equal(heard.sum, sum_of(0, big + at, BIG - at));
		stop();
	}
}

/* The first bytes came with what the session read. */
static void
what_came_already_counts(void **state)
{
	(void)state;
	struct session_keys keys = flow_kit_keys(true);
	struct flow_event ev;
	size_t n;
	to = flow_kit_end(false, 0);
	assert_int_equal(flow_want(to, NULL, 0), 0);
	const uint8_t *p = flow_output(to, &n);
	struct flow_cfg cfg = {
		.sends = true, .keys = &keys, .rest = p, .rest_size = n
	};
	from = flow_new(&cfg);
	assert_int_equal(flow_next(from, &ev), 1);
	assert_int_equal(ev.kind, FLOW_WANTED);
	stop();
}

static void
either_can_stop_at_any_time(void **state)
{
	(void)state;
	for (int when = 0; when < 6; when++) {
		for (int who = 0; who < 2; who++) {
			struct flow_event ev = { .kind = FLOW_PIECE };
			start(0);
			if (when > 0)
				flow_want(to, NULL, 0);
			if (when > 1)
				run(SIZE_MAX);
			if (when > 2)
				flow_begin(from, 0);
			if (when > 3) {
				say(FILE_PIECE_FILE, "x", 10);
				say_bytes(big, 10);
			}
			if (when > 4) {
				flow_end(from, false, 0);
				run(SIZE_MAX);
			}
			struct flow *a = who ? from : to, *b = who ? to : from;
			assert_int_equal(flow_stop(a, FLOW_STOP_CANCELLED), 0);
			assert_int_equal(
			    flow_stop(a, FLOW_STOP_CANCELLED), ERR_STATE);
			while (ev.kind != FLOW_STOPPED) {
				flow_kit_move(a, b, SIZE_MAX, SIZE_MAX);
				assert_int_equal(flow_next(b, &ev), 1);
			}
			assert_int_equal(ev.kind, FLOW_STOPPED);
			assert_int_equal(ev.why, FLOW_STOP_CANCELLED);
			/* What was on its way is dropped. */
			flow_kit_move(b, a, SIZE_MAX, SIZE_MAX);
			assert_int_equal(flow_next(a, &ev), 0);
			assert_int_equal(flow_stop(b, 1), ERR_STATE);
			stop();
		}
	}
}

static void
out_of_turn_nothing_is_said(void **state)
{
	(void)state;
	start(0);
	assert_int_equal(flow_want(from, NULL, 0), ERR_STATE);
	assert_int_equal(flow_begin(from, 0), ERR_STATE);
	assert_int_equal(flow_begin(to, 0), ERR_STATE);
	assert_int_equal(flow_flush(from), ERR_STATE);
	assert_int_equal(flow_end(from, false, 0), ERR_STATE);
	assert_int_equal(flow_done(from), ERR_STATE);
	assert_int_equal(flow_done(to), ERR_STATE);
	assert_false(flow_takes(from));
	assert_int_equal(flow_want(to, NULL, 0), 0);
	assert_int_equal(flow_want(to, NULL, 0), ERR_STATE);
	run(SIZE_MAX);
	/* Not from where nobody asked. */
	assert_int_equal(flow_begin(from, 1), ERR_STATE);
	assert_int_equal(flow_begin(from, 0), 0);
	assert_int_equal(flow_begin(from, 0), ERR_STATE);
	assert_false(flow_takes(to));
	assert_int_equal(flow_end(to, false, 0), ERR_STATE);
	stop();
	flow_free(NULL);
}

static int
with_libcrypto(void **state)
{
	static struct rsa_lib lib;

	if (start_sodium(state) != 0)
		return -1;
	lib = libcrypto_load();
	flow_kit_lib = &lib;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_many_sizes),
		cmocka_unit_test(one_byte_at_a_time),
		cmocka_unit_test(small_files_are_gathered),
		cmocka_unit_test(a_tree_with_its_order),
		cmocka_unit_test(keys_change),
		cmocka_unit_test(what_waits_is_bounded),
		cmocka_unit_test(it_goes_on_where_it_was),
		cmocka_unit_test(what_came_already_counts),
		cmocka_unit_test(either_can_stop_at_any_time),
		cmocka_unit_test(out_of_turn_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, with_libcrypto, NULL);
}
