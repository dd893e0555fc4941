/* SPDX-License-Identifier: MIT */
#include "proto/reassembly.h"

#include "base/err.h"
#include "crypto/rng.h"
#include "proto/dgram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	DATA = FRAGMENT_DATA_MAX,
	MUTATED_SETS = 5000,
	MUTANTS_PER_SET = 16,
	FIRST_WINDOW = DGRAM_REORDER_MESSAGES - 1,
};

static const struct now at_0 = { 0 };

/* Byte i of a message: no two messages and no two fragments look alike. */
static uint8_t
byte_of(uint32_t message, size_t i)
{
	return (uint8_t)(message * 31 + i * 7 + i / DATA);
}

static void
fill(uint8_t *out, uint32_t message, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = byte_of(message, i);
}

/* Fragment index of a message of so many bytes; its data is in room. */
static struct frame
cut(uint32_t message, size_t size, unsigned index, uint8_t room[static DATA])
{
	size_t count = (size + DATA - 1) / DATA;
	size_t offset = (size_t)index * DATA;
	size_t n = index + 1 < count ? DATA : size - offset;

	for (size_t i = 0; i < n; i++)
		room[i] = byte_of(message, offset + i);
	return (struct frame){
		.kind = FRAME_FRAGMENT,
		.message = message,
		.index = (uint8_t)index,
		.count = (uint8_t)count,
		.data = room,
		.size = n,
	};
}

static int
put_at(struct reassembly *r, int64_t ms, uint32_t message, size_t size,
    unsigned index)
{
	uint8_t room[DATA];
	struct frame f = cut(message, size, index, room);
	int err = reassembly_input(r, (struct now){ .mono_ms = ms }, &f);

	assert_true(reassembly_held(r) <= DGRAM_REORDER_BYTES);
	return err;
}

static int
put(struct reassembly *r, uint32_t message, size_t size, unsigned index)
{
	return put_at(r, 0, message, size, index);
}

static void
put_whole(struct reassembly *r, uint32_t message, size_t size)
{
	for (unsigned i = 0; (size_t)i * DATA < size; i++)
		assert_int_equal(put(r, message, size, i), 1);
}

static void
assert_pulled(struct reassembly *r, uint32_t message, size_t size)
{
	const uint8_t *bytes = NULL;
	size_t n = 0;
	uint8_t *due = malloc(size);

	assert_non_null(due);
	fill(due, message, size);
	assert_true(reassembly_has_message(r));
	assert_true(reassembly_next(r, &bytes, &n));
	assert_int_equal(n, size);
	assert_memory_equal(bytes, due, size);
	free(due);
}

static void
assert_empty(struct reassembly *r)
{
	const uint8_t *bytes = NULL;
	size_t n;

	assert_false(reassembly_has_message(r));
	assert_false(reassembly_next(r, &bytes, &n));
	assert_null(bytes);
	assert_int_equal(reassembly_held(r), 0);
	assert_true(reassembly_hole_ms(r) == NEVER_MS);
}

static void
every_size_comes_back(void **state)
{
	(void)state;
	static const size_t sizes[] = { 1, 2, 64, DATA - 1, DATA, DATA + 1,
		2 * DATA, 4096, 60 * DATA, 60 * DATA + 1, MSG_MAX };
	struct reassembly *r = reassembly_new();

	assert_empty(r);
	for (uint32_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		put_whole(r, i, sizes[i]);
		assert_pulled(r, i, sizes[i]);
	}
	assert_empty(r);
	reassembly_free(r);
	reassembly_free(NULL);
}

static void
fragments_come_in_any_order(void **state)
{
	(void)state;
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 1);
	struct reassembly *r = reassembly_new();
	size_t size = 20 * DATA + 5;

	for (uint32_t message = 0; message < 200; message++) {
		unsigned order[21];
		for (unsigned i = 0; i < 21; i++)
			order[i] = i;
		for (unsigned i = 20; i > 0; i--) {
			unsigned k = rng_below(&rng, i + 1), was = order[i];
			order[i] = order[k];
			order[k] = was;
		}
		for (unsigned i = 0; i < 21; i++) {
			assert_false(reassembly_has_message(r));
			assert_int_equal(put(r, message, size, order[i]), 1);
			/* Twice: known before. */
			assert_int_equal(put(r, message, size, order[i]), 1);
		}
		assert_pulled(r, message, size);
	}
	assert_empty(r);
	reassembly_free(r);
}

static void
messages_come_out_in_order(void **state)
{
	(void)state;
	struct reassembly *r = reassembly_new();

	for (uint32_t m = FIRST_WINDOW; m > 0; m--) {
		assert_int_equal(put(r, m, 100 + m, 0), 1);
		assert_false(reassembly_has_message(r));
	}
	assert_int_equal(put(r, 0, 100, 0), 1);
	for (uint32_t m = 0; m <= FIRST_WINDOW; m++)
		assert_pulled(r, m, 100 + m);
	assert_int_equal(
	    reassembly_next(r, &(const uint8_t *){ NULL }, &(size_t){ 0 }),
	    false);
	assert_empty(r);
	reassembly_free(r);
}

static void
delivered_ones_are_ignored(void **state)
{
	(void)state;
	struct reassembly *r = reassembly_new();

	put_whole(r, 0, 3000);
	assert_pulled(r, 0, 3000);
	/* Also with other content: there is nothing left to compare with. */
	assert_int_equal(put(r, 0, 3000, 1), 1);
	assert_int_equal(put(r, 0, 50, 0), 1);
	assert_empty(r);
	/* Complete, but not pulled: still compared. */
	put_whole(r, 1, 3000);
	assert_int_equal(put(r, 1, 3000, 1), 1);
	assert_int_equal(put(r, 1, 3001, 2), ERR_FORMAT);
	assert_pulled(r, 1, 3000);
	reassembly_free(r);
}

static int
input(struct reassembly *r, struct frame f)
{
	size_t held = reassembly_held(r);
	uint32_t window = reassembly_window(r);
	int err = reassembly_input(r, at_0, &f);

	/* On an error nothing has changed. */
	assert_true(err >= 0 || (reassembly_held(r) == held &&
				    reassembly_window(r) == window));
	assert_true(reassembly_held(r) <= DGRAM_REORDER_BYTES);
	return err;
}

static void
shapes_that_are_refused(void **state)
{
	(void)state;
	uint8_t room[DATA + 1] = { 0 };
	struct reassembly *r = reassembly_new();
	struct frame good = cut(0, 3 * DATA, 1, room), f = good;

	f.size = DATA - 1; /* short, and not the last */
	assert_int_equal(input(r, f), ERR_FORMAT);
	f.size = DATA + 1;
	assert_int_equal(input(r, f), ERR_FORMAT);
	f.size = 0;
	assert_int_equal(input(r, f), ERR_FORMAT);
	f = good;
	f.index = 3;
	assert_int_equal(input(r, f), ERR_FORMAT);
	f = good;
	f.count = 0;
	assert_int_equal(input(r, f), ERR_FORMAT);
	f.count = FRAGMENTS_MAX + 1;
	assert_int_equal(input(r, f), ERR_FORMAT);
	f.count = 255;
	assert_int_equal(input(r, f), ERR_FORMAT);
	/* A byte more than a message may have. */
	f.count = FRAGMENTS_MAX;
	f.index = FRAGMENTS_MAX - 1;
	f.size = MSG_MAX - (FRAGMENTS_MAX - 1) * DATA + 1;
	assert_int_equal(input(r, f), ERR_LIMIT);
	f.size--;
	assert_int_equal(input(r, f), 1);
	assert_false(reassembly_has_message(r));
	reassembly_free(r);
}

static void
numbers_beyond_the_window_are_refused(void **state)
{
	(void)state;
	struct reassembly *r = reassembly_new();

	assert_int_equal(reassembly_window(r), FIRST_WINDOW);
	assert_int_equal(put(r, FIRST_WINDOW, 10, 0), 1);
	assert_int_equal(put(r, FIRST_WINDOW + 1, 10, 0), ERR_LIMIT);
	assert_int_equal(put(r, UINT32_MAX, 10, 0), ERR_LIMIT);
	assert_int_equal(put(r, 0, 10, 0), 1);
	/* It moves when a message was pulled, not when it is complete. */
	assert_int_equal(reassembly_window(r), FIRST_WINDOW);
	assert_int_equal(put(r, FIRST_WINDOW + 1, 10, 0), ERR_LIMIT);
	assert_pulled(r, 0, 10);
	assert_int_equal(reassembly_window(r), FIRST_WINDOW + 1);
	assert_int_equal(put(r, FIRST_WINDOW + 1, 10, 0), 1);
	reassembly_free(r);
}

/* Large ones behind a hole take all the room but that of the hole. */
static void
there_is_always_room_for_the_next(void **state)
{
	(void)state;
	struct reassembly *r = reassembly_new();

	put_whole(r, 1, MSG_MAX);
	put_whole(r, 2, MSG_MAX);
	/* No room, and no error: resent, it will find some. */
	assert_int_equal(put(r, 3, MSG_MAX, 7), 1);
	assert_int_equal(put(r, 3, MSG_MAX, 40), 0);
	/* A small one still finds room. */
	put_whole(r, 9, 4096);
	put_whole(r, 0, MSG_MAX);
	assert_true(reassembly_held(r) > DGRAM_REORDER_BYTES * 3 / 4);
	assert_pulled(r, 0, MSG_MAX);
	assert_pulled(r, 1, MSG_MAX);
	put_whole(r, 3, MSG_MAX);
	assert_pulled(r, 2, MSG_MAX);
	assert_pulled(r, 3, MSG_MAX);
	for (uint32_t m = 4; m < 9; m++)
		put_whole(r, m, 4096);
	for (uint32_t m = 4; m <= 9; m++)
		assert_pulled(r, m, 4096);
	assert_false(
	    reassembly_next(r, &(const uint8_t *){ NULL }, &(size_t){ 0 }));
	assert_empty(r);
	reassembly_free(r);
}

static void
holes_have_an_age(void **state)
{
	(void)state;
	struct reassembly *r = reassembly_new();

	put_at(r, 100, 0, 64, 0);
	assert_true(reassembly_hole_ms(r) == NEVER_MS);
	put_at(r, 200, 1, 3 * DATA, 1); /* begun */
	assert_int_equal(reassembly_hole_ms(r), 200);
	put_at(r, 300, 4, 64, 0); /* 2 and 3 are missing as well */
	put_at(r, 400, 1, 3 * DATA, 0);
	assert_int_equal(reassembly_hole_ms(r), 200);
	put_at(r, 500, 1, 3 * DATA, 2);
	/* Another one now, and its time begins. */
	assert_int_equal(reassembly_hole_ms(r), 500);
	put_at(r, 600, 3, 64, 0);
	assert_int_equal(reassembly_hole_ms(r), 500);
	put_at(r, 700, 2, 64, 0);
	assert_true(reassembly_hole_ms(r) == NEVER_MS);
	/* Pulling or not has no part in it. */
	assert_pulled(r, 0, 64);
	assert_true(reassembly_hole_ms(r) == NEVER_MS);
	put_at(r, 800, 6, 64, 0);
	assert_int_equal(reassembly_hole_ms(r), 800);
	assert_pulled(r, 1, 3 * DATA);
	assert_int_equal(reassembly_hole_ms(r), 800);
	reassembly_free(r);
}

/* A fragment of a message of count fragments, all zeros but its first n bytes,
 * as padding is. */
static int
put_padded(struct reassembly *r, uint32_t message, unsigned count,
    unsigned index, size_t n)
{
	uint8_t room[DATA] = { 0 };
	struct frame f = cut(message, (size_t)count * DATA, index, room);

	if (n < DATA)
		memset(room + n, 0, DATA - n);
	int err = reassembly_input(r, at_0, &f);
	assert_true(reassembly_held(r) <= DGRAM_REORDER_BYTES);
	return err;
}

static void
padding_takes_no_room(void **state)
{
	(void)state;
	enum { COUNT = 4, TEXT = 100 };
	const uint8_t *bytes;
	size_t n, most = 0;
	struct reassembly *r = reassembly_new();

	/* Its end comes first. */
	for (uint32_t m = FIRST_WINDOW; m > 0; m--)
		for (unsigned i = COUNT; i-- > 0;)
			assert_int_equal(
			    put_padded(r, m, COUNT, i, i == 0 ? TEXT : 0), 1);
	/* A text may end in a zero byte of its own. */
	assert_in_range(
	    reassembly_held(r), FIRST_WINDOW * (TEXT - 1), FIRST_WINDOW * TEXT);
	/* The next one has room for all of it. */
	put_whole(r, 0, MSG_MAX);
	assert_pulled(r, 0, MSG_MAX);
	for (uint32_t m = 1; m <= FIRST_WINDOW; m++) {
		uint8_t due[TEXT];
		fill(due, m, TEXT);
		assert_true(reassembly_next(r, &bytes, &n));
		assert_int_equal(n, COUNT * DATA);
		assert_memory_equal(bytes, due, TEXT);
		for (size_t i = TEXT; i < n; i++)
			assert_int_equal(bytes[i], 0);
		most = reassembly_held(r) > most ? reassembly_held(r) : most;
	}
	assert_true(most < (FIRST_WINDOW - 1) * TEXT + 2 * COUNT * DATA);
	assert_false(reassembly_next(r, &bytes, &n));
	assert_empty(r);
	reassembly_free(r);
}

static void
padding_is_compared(void **state)
{
	(void)state;
	struct reassembly *r = reassembly_new();

	for (uint32_t m = 0; m < 2; m++) {
		assert_int_equal(put_padded(r, m, 4, 3, 0), 1);
		assert_int_equal(put_padded(r, m, 4, 3, 0), 1);
		assert_int_equal(put_padded(r, m, 4, 3, 1), ERR_FORMAT);
		assert_int_equal(put_padded(r, m, 4, 3, DATA), ERR_FORMAT);
		assert_int_equal(put_padded(r, m, 4, 1, 50), 1);
		assert_int_equal(put_padded(r, m, 4, 1, 50), 1);
		assert_int_equal(put_padded(r, m, 4, 1, 49), ERR_FORMAT);
		assert_int_equal(put_padded(r, m, 4, 1, 51), ERR_FORMAT);
		/* Another count. */
		assert_int_equal(put_padded(r, m, 5, 3, 0), ERR_FORMAT);
	}
	reassembly_free(r);
}

/* One that found no room to grow finds it when it is the next. */
static void
what_had_no_room_gets_it_in_its_turn(void **state)
{
	(void)state;
	struct reassembly *r = reassembly_new();

	assert_int_equal(put(r, 1, MSG_MAX, 0), 1);
	put_whole(r, 2, MSG_MAX);
	put_whole(r, 3, MSG_MAX);
	assert_int_equal(put(r, 1, MSG_MAX, 50), 0);
	put_whole(r, 0, MSG_MAX);
	assert_pulled(r, 0, MSG_MAX);
	/* The others take what is left of theirs before it goes on. */
	for (uint32_t m = 4; put(r, m, DATA, 0) == 1; m++)
		;
	put_whole(r, 1, MSG_MAX);
	for (uint32_t m = 1; m <= 3; m++)
		assert_pulled(r, m, MSG_MAX);
	reassembly_free(r);
}

enum { SOME = 12, SOME_SIZE = 40 * DATA };

/* Texts between zeros. */
static void
fill_gaps(uint8_t *out, uint32_t message, size_t from, size_t n)
{
	for (size_t i = from; i < from + n; i++) {
		size_t draw = i / 700 * 2654435761 + message * 97;
		out[i - from] = draw % 5 < 3 ? 0 : byte_of(message, i);
	}
}

/* Fragments of some messages, those of the first ones more often; what is not
 * kept comes again. */
static void
any_stream_comes_back(void **state)
{
	(void)state;
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 3);
	static uint8_t due[SOME_SIZE], room[DATA];
	unsigned no_room = 0, pulled = 0;

	for (unsigned run = 0; run < 40; run++) {
		struct reassembly *r = reassembly_new();
		for (uint32_t next = 0; next < SOME;) {
			uint32_t m = next + rng_below(&rng, SOME - next);
			size_t size = 1 + (m * 7919 + run * 104729) % SOME_SIZE;
			size_t count = (size + DATA - 1) / DATA;
			struct frame f = cut(
			    m, size, rng_below(&rng, (uint32_t)count), room);
			fill_gaps(room, m, (size_t)f.index * DATA, f.size);
			no_room += input(r, f) == 0;
			const uint8_t *bytes;
			size_t n;
			while (reassembly_next(r, &bytes, &n)) {
				assert_int_equal(
				    n, 1 + (next * 7919 + run * 104729) %
					       SOME_SIZE);
				fill_gaps(due, next++, 0, n);
				assert_memory_equal(bytes, due, n);
				pulled++;
			}
		}
		assert_empty(r);
		reassembly_free(r);
	}
	assert_int_equal(pulled, 40 * SOME);
	assert_true(no_room > 100);
}

/* What a sender may have under way beside the first is never turned away. */
static void
what_the_rules_allow_finds_room(void **state)
{
	(void)state;
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 2);

	for (unsigned i = 0; i < 500; i++) {
		struct reassembly *r = reassembly_new();
		size_t ahead = 0;
		for (uint32_t m = 1; m <= FIRST_WINDOW; m++) {
			size_t size = 1 + rng_below(&rng, 1 + i * 140);
			ahead += size;
			if (ahead > DGRAM_AHEAD_BYTES)
				break;
			put_whole(r, m, size);
		}
		put_whole(r, 0, MSG_MAX);
		assert_pulled(r, 0, MSG_MAX);
		reassembly_free(r);
	}
}

enum mutation {
	OTHER_COUNT,
	OTHER_BYTES, /* over bytes that are here */
	OTHER_SIZE,
	HUGE_COUNT,
	INDEX_BEYOND,
	EMPTY,
	FAR_NUMBER,
	HOG, /* begins another message and never finishes it */
	MUTATIONS,
};

/* Out of a good fragment that was taken before. */
static struct frame
mutate(const struct rng *rng, struct frame f, enum mutation kind,
    uint8_t room[static DATA])
{
	f.data = memcpy(room, f.data, f.size);
	switch (kind) {
	case OTHER_COUNT:
		f.count = (uint8_t)(f.count % FRAGMENTS_MAX + 1);
		break;
	case OTHER_BYTES:
		room[rng_below(rng, (uint32_t)f.size)] ^= 0x40;
		break;
	case OTHER_SIZE:
		f.size = rng_below(rng, (uint32_t)f.size);
		break;
	case HUGE_COUNT:
		f.count = (uint8_t)(FRAGMENTS_MAX + 1 + rng_below(rng, 190));
		break;
	case INDEX_BEYOND:
		f.index = (uint8_t)(f.count + rng_below(rng, 100));
		break;
	case EMPTY:
		f.size = 0;
		break;
	case FAR_NUMBER:
		f.message += DGRAM_REORDER_MESSAGES + rng_below(rng, 1 << 30);
		break;
	case HOG:
	case MUTATIONS:
		f.message += 1 + rng_below(rng, FIRST_WINDOW - 1);
		f.count = FRAGMENTS_MAX;
		f.index = (uint8_t)(FRAGMENTS_MAX - 2 - rng_below(rng, 9));
		f.size = DATA;
		break;
	}
	return f;
}

struct tally {
	unsigned refused, no_room, finished, reset;
};

/* A clean message, in order. */
static void
assert_still_works(struct reassembly *r, uint32_t message, size_t size)
{
	put_whole(r, message, size);
	assert_pulled(r, message, size);
}

static bool
feed_mutant(struct reassembly *r, const struct rng *rng, struct frame good,
    struct tally *t)
{
	uint8_t room[DATA] = { 0 };
	enum mutation kind = (enum mutation)rng_below(rng, MUTATIONS);
	struct frame f = mutate(rng, good, kind, room);
	int err = input(r, f);

	assert_true(kind == HOG ? err != ERR_LIMIT : err < 0);
	t->refused += err < 0;
	t->no_room += err == 0;
	return kind == HOG;
}

static void
run_set(const struct rng *rng, struct tally *t)
{
	struct reassembly *r = reassembly_new();
	size_t size = 1 + rng_below(rng, MSG_MAX);
	unsigned count = (unsigned)((size + DATA - 1) / DATA);
	unsigned mutants = 1 + rng_below(rng, MUTANTS_PER_SET);
	bool unfinished = false;
	uint8_t room[DATA];

	for (unsigned i = 0; i < mutants; i++) {
		unsigned index = rng_below(rng, count);
		struct frame good = cut(0, size, index, room);
		assert_int_equal(input(r, good), 1);
		unfinished |= feed_mutant(r, rng, good, t);
	}
	assert_still_works(r, 0, size);
	if (unfinished) {
		/* A hole that grows old: its session is reset. */
		assert_true(reassembly_hole_ms(r) == 0);
		reassembly_free(r);
		r = reassembly_new();
		assert_still_works(r, 0, size);
		t->reset++;
	} else {
		assert_still_works(r, 1, 1 + rng_below(rng, MSG_MAX));
		t->finished++;
	}
	reassembly_free(r);
}

static void
t16_mutated_fragment_sets_5k(void **state)
{
	(void)state;
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 16);
	struct tally t = { 0 };

	for (unsigned i = 0; i < MUTATED_SETS; i++)
		run_set(&rng, &t);
	assert_int_equal(t.finished + t.reset, MUTATED_SETS);
	assert_true(t.refused > 5 * MUTATED_SETS);
	assert_true(t.no_room > 500);
	assert_true(t.finished > 1000 && t.reset > 1000);
}

/* Everything at once: each number begun, none finished. */
static void
t16_unfinished_messages_are_bounded(void **state)
{
	(void)state;
	struct reassembly *r = reassembly_new();
	unsigned kept = 0;

	for (uint32_t m = 0; m <= FIRST_WINDOW; m++)
		kept += put(r, m, MSG_MAX, FRAGMENTS_MAX - 2) == 1;
	assert_int_equal(kept, 3);
	assert_true(reassembly_held(r) <= DGRAM_REORDER_BYTES);
	assert_still_works(r, 0, MSG_MAX);
	assert_still_works(r, 1, MSG_MAX);
	assert_still_works(r, 2, MSG_MAX);
	assert_false(
	    reassembly_next(r, &(const uint8_t *){ NULL }, &(size_t){ 0 }));
	assert_empty(r);
	reassembly_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_comes_back),
		cmocka_unit_test(fragments_come_in_any_order),
		cmocka_unit_test(messages_come_out_in_order),
		cmocka_unit_test(delivered_ones_are_ignored),
		cmocka_unit_test(shapes_that_are_refused),
		cmocka_unit_test(numbers_beyond_the_window_are_refused),
		cmocka_unit_test(there_is_always_room_for_the_next),
		cmocka_unit_test(padding_takes_no_room),
		cmocka_unit_test(padding_is_compared),
		cmocka_unit_test(what_had_no_room_gets_it_in_its_turn),
		cmocka_unit_test(any_stream_comes_back),
		cmocka_unit_test(what_the_rules_allow_finds_room),
		cmocka_unit_test(holes_have_an_age),
		cmocka_unit_test(t16_mutated_fragment_sets_5k),
		cmocka_unit_test(t16_unfinished_messages_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
