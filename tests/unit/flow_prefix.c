/* SPDX-License-Identifier: MIT */
/* What both ends of a transfer have of the same beginning. */
#include "proto/flow_prefix.h"

#include "crypto/hash.h"
#include "start_sodium.h"
#include "wire/file_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 5000, HEADER = 20 };

static uint8_t bytes[SIZE];

static struct file_piece
a_file(const char *name, uint64_t size)
{
	return (struct file_piece){
		.kind = FILE_PIECE_FILE, .name = name, .size = size, .mtime = 9
	};
}

static struct file_piece
some_bytes(size_t at, size_t n)
{
	return (struct file_piece){
		.kind = FILE_PIECE_BYTES, .bytes = bytes + at, .count = n
	};
}

/* Feeds a file of n bytes, so many at a time. */
static struct flow_prefix *
fed(const uint64_t *offsets, size_t count, size_t n, size_t step)
{
	struct flow_prefix *p = flow_prefix_new(offsets, count);
	struct file_piece piece = a_file("x", SIZE);

	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (uint8_t)(i * 7 + (i >> 8));
	assert_int_equal(flow_prefix_piece(p, &piece), 1);
	for (size_t at = 0; at < n; at += step) {
		piece = some_bytes(at, n - at < step ? n - at : step);
		flow_prefix_piece(p, &piece);
	}
	return p;
}

static void
they_are_hashes_of_the_stream(void **state)
{
	(void)state;
	static const uint64_t offsets[] = { HEADER, HEADER + 1, HEADER + 999,
		HEADER + SIZE };
	static const size_t steps[] = { 1, 7, 1000, SIZE };
	uint8_t header[FILE_STREAM_HEADER_MAX], want[32];
	struct file_piece piece = a_file("x", SIZE);
	size_t n;
	assert_int_equal(file_stream_put(&piece, header, &n), 0);
	assert_int_equal(n, HEADER);
	for (size_t s = 0; s < 4; s++) {
		struct flow_mark marks[FLOW_MARKS_MAX];
		struct flow_prefix *p = fed(offsets, 4, SIZE, steps[s]);
		assert_true(flow_prefix_is_complete(p));
		assert_int_equal(flow_prefix_offset(p), HEADER + SIZE);
		assert_int_equal(flow_prefix_marks(p, marks), 4);
		for (size_t i = 0; i < 4; i++) {
			uint64_t offset = offsets[3 - i];
			const struct hash_part parts[] = { { header, HEADER },
				{ bytes, (size_t)offset - HEADER } };
			hash_256("earshot-file-v1", parts, 2, want);
			assert_int_equal(marks[i].offset, offset);
			assert_memory_equal(marks[i].hash, want, 32);
			assert_int_equal(
			    marks[i].left, SIZE - (offset - HEADER));
			assert_int_equal(marks[i].depth, 0);
		}
		flow_prefix_free(p);
	}
}

/* It says how much of a piece was before the last offset. */
static void
it_stops_at_the_last_offset(void **state)
{
	(void)state;
	static const uint64_t offsets[] = { HEADER + 100 };
	struct flow_prefix *p = flow_prefix_new(offsets, 1);
	struct file_piece piece = a_file("x", SIZE);
	assert_int_equal(flow_prefix_piece(p, &piece), 1);
	assert_false(flow_prefix_is_complete(p));
	piece = some_bytes(0, 60);
	assert_int_equal(flow_prefix_piece(p, &piece), 60);
	piece = some_bytes(60, 60);
	assert_int_equal(flow_prefix_piece(p, &piece), 40);
	assert_true(flow_prefix_is_complete(p));
	assert_int_equal(flow_prefix_piece(p, &piece), 0);
	piece = a_file("y", 1);
	assert_int_equal(flow_prefix_piece(p, &piece), 0);
	assert_int_equal(flow_prefix_offset(p), HEADER + 100);
	flow_prefix_free(p);
	flow_prefix_free(NULL);
}

/* Nobody could go on within one. */
static void
no_mark_is_within_a_header(void **state)
{
	(void)state;
	for (uint64_t offset = 1; offset < HEADER; offset++) {
		const uint64_t offsets[] = { offset, HEADER + 5 };
		struct flow_mark marks[FLOW_MARKS_MAX];
		struct flow_prefix *p = fed(offsets, 2, 10, 10);
		assert_true(flow_prefix_is_complete(p));
		assert_int_equal(flow_prefix_marks(p, marks), 1);
		assert_int_equal(marks[0].offset, HEADER + 5);
		flow_prefix_free(p);
	}
}

static void
a_folder_is_marked_at_its_end(void **state)
{
	(void)state;
	const uint64_t offsets[] = { UINT64_MAX };
	const struct file_piece pieces[] = {
		{ .kind = FILE_PIECE_ENTER, .name = "d" },
		a_file("empty", 0),
		{ .kind = FILE_PIECE_NOTE, .name = "left out" },
		{ .kind = FILE_PIECE_ENTER, .name = "in" },
		a_file("x", 10),
		some_bytes(0, 4),
	};
	struct flow_mark marks[FLOW_MARKS_MAX];
	struct flow_prefix *p = flow_prefix_new(offsets, 1);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		flow_prefix_piece(p, &pieces[i]);
	assert_int_equal(flow_prefix_marks(p, marks), 0);
	assert_false(flow_prefix_is_complete(p));
	flow_prefix_end(p);
	assert_true(flow_prefix_is_complete(p));
	assert_int_equal(flow_prefix_marks(p, marks), 1);
	assert_int_equal(marks[0].offset, 12 + 24 + 13 + 20 + 4);
	assert_int_equal(marks[0].depth, 2);
	assert_int_equal(marks[0].left, 6);
	flow_prefix_free(p);
	/* What is not above the mark before it is none. */
	static const uint64_t two[] = { HEADER + 10, UINT64_MAX };
	p = fed(two, 2, 10, 10);
	flow_prefix_end(p);
	assert_int_equal(flow_prefix_marks(p, marks), 1);
	flow_prefix_free(p);
}

/* T40: whatever is different in front of a mark, it is another. */
static void
t40_every_difference_is_seen(void **state)
{
	(void)state;
	static const uint64_t offsets[] = { HEADER, HEADER + 64, HEADER + 128 };
	struct flow_mark marks[FLOW_MARKS_MAX];
	struct flow_prefix *ours = fed(offsets, 3, 128, 128);
	size_t n = flow_prefix_marks(ours, marks);
	int matched[3] = { 0 };
	assert_int_equal(flow_prefix_match(ours, marks, n), HEADER + 128);
	for (size_t bit = 0; bit < 8 * 128; bit++) {
		struct flow_prefix *p = flow_prefix_new(offsets, 3);
		struct file_piece piece = a_file("x", SIZE);
		flow_prefix_piece(p, &piece);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		piece = some_bytes(0, 128);
		flow_prefix_piece(p, &piece);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		uint64_t at = flow_prefix_match(p, marks, n);
		assert_int_equal(at, bit < 8 * 64 ? HEADER : HEADER + 64);
		matched[at == HEADER ? 0 : 1]++;
		flow_prefix_free(p);
	}
	assert_int_equal(matched[0], 512);
	assert_int_equal(matched[1], 512);
	/* Another name, size or time is another file. */
	struct file_piece others[] = { a_file("y", SIZE), a_file("x", SIZE + 1),
		a_file("x", SIZE) };
	others[2].mtime = 10;
	for (size_t i = 0; i < 3; i++) {
		struct flow_prefix *p = flow_prefix_new(offsets, 3);
		struct file_piece piece = some_bytes(0, 128);
		flow_prefix_piece(p, &others[i]);
		flow_prefix_piece(p, &piece);
		assert_int_equal(flow_prefix_match(p, marks, n), 0);
		flow_prefix_free(p);
	}
	flow_prefix_free(ours);
}

static void
marks_of_others_match_in_any_number(void **state)
{
	(void)state;
	static const uint64_t offsets[] = { HEADER + 5, HEADER + 10 };
	struct flow_mark marks[FLOW_MARKS_MAX], theirs[FLOW_MARKS_MAX];
	struct flow_prefix *p = fed(offsets, 2, 20, 20);
	assert_int_equal(flow_prefix_marks(p, marks), 2);
	assert_int_equal(flow_prefix_match(p, NULL, 0), 0);
	for (size_t i = 0; i < FLOW_MARKS_MAX; i++) {
		theirs[i] = marks[0];
		theirs[i].offset += 100 - i;
	}
	/* The same hash at another place is nothing. */
	assert_int_equal(flow_prefix_match(p, theirs, FLOW_MARKS_MAX), 0);
	theirs[6] = marks[1];
	assert_int_equal(
	    flow_prefix_match(p, theirs, FLOW_MARKS_MAX), HEADER + 5);
	theirs[7] = marks[0];
	assert_int_equal(
	    flow_prefix_match(p, theirs, FLOW_MARKS_MAX), HEADER + 10);
	flow_prefix_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_hashes_of_the_stream),
		cmocka_unit_test(it_stops_at_the_last_offset),
		cmocka_unit_test(no_mark_is_within_a_header),
		cmocka_unit_test(a_folder_is_marked_at_its_end),
		cmocka_unit_test(t40_every_difference_is_seen),
		cmocka_unit_test(marks_of_others_match_in_any_number),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
