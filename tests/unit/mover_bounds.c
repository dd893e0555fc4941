/* SPDX-License-Identifier: MIT */
/*
 * Not more than was offered, and not more than a rule takes: also where it is
 * so many entries that have no bytes.
 */
#include "app/mover_state.h"
#include "mover_kit.h"

#include "base/mem.h"
#include "start_sodium.h"
#include "tmpdir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Two folders in one, each with a file that is empty. */
enum { FILES = 2, ENTRIES = 5 };

static void
make_tree(struct kit *k)
{
	kit_make_folder(k, "tree");
	kit_make_folder(k, "tree/a");
	kit_make_folder(k, "tree/b");
	kit_make_file(k, "tree/a/x", 0);
	kit_make_file(k, "tree/b/x", 0);
	kit_folder(k, "tree", 0, FILES);
}

static void
assert_ends(struct kit *k, struct kit_end *fails, enum flow_stop why)
{
	struct kit_end *hears = fails == &k->from ? &k->to : &k->from;

	kit_run(k);
	assert_int_equal(fails->kind, MOVE_FAILED);
	assert_int_equal(fails->why, why);
	assert_non_null(fails->text);
	assert_int_equal(hears->kind, MOVE_STOPPED);
	assert_int_equal(hears->why, why);
}

static void
a_folder_with_another_file_is_another_one(void **state)
{
	struct kit *k = *state;

	make_tree(k);
	kit_make_file(k, "tree/z", 0);
	kit_start(k);
	assert_ends(k, &k->from, FLOW_STOP_CHANGED);
}

static void
not_a_file_more_than_was_offered(void **state)
{
	struct kit *k = *state;

	make_tree(k);
	kit_start_sender(k);
	k->plan.files--;
	kit_start_receiver(k);
	assert_ends(k, &k->to, FLOW_STOP_PROTOCOL);
}

/* Nobody offers how many folders there are, so it waits for its user. */
static void
not_an_entry_more_than_a_rule_takes(void **state)
{
	struct kit *k = *state;

	make_tree(k);
	k->plan.entries_max = ENTRIES - 1;
	kit_start(k);
	assert_ends(k, &k->to, FLOW_STOP_PAUSED);
	k->plan.entries_max++;
	kit_start(k);
	kit_run(k);
	assert_int_equal(k->from.kind, MOVE_DONE);
	assert_int_equal(k->to.kind, MOVE_DONE);
	assert_int_equal(k->to.files_done, FILES);
}

/* Of a folder of nothing, and of what is hashed. */
static void
progress_without_a_byte(void **state)
{
	static const enum move_state states[] = { MOVE_HASHING, MOVE_SKIPPING,
		MOVE_RUNNING };
	struct file_piece piece = { .kind = FILE_PIECE_ENTER, .name = "d" };
	struct mover *m = mover_new();
	struct move mv = { .serial = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		uint32_t token;
		struct move_report r;
		mv.state = states[i];
		m->now_ms += MOVER_REPORT_MS;
		move_progress(m, &mv);
		assert_null(m->reports);
		tally_head(&mv.tally, &piece);
		move_progress(m, &mv);
		assert_non_null(m->reports);
		assert_int_equal(m->reports->r.kind, MOVE_PROGRESS);
		assert_int_equal(m->reports->r.done, 0);
		assert_int_equal(
		    m->reports->r.at, (i + 1) * tally_header(&piece));
		/* Nobody knows that number. */
		assert_false(mover_next(m, &token, &r));
		/* And not more often than that. */
		tally_head(&mv.tally, &piece);
		move_progress(m, &mv);
		assert_null(m->reports);
		mv.tally.at -= tally_header(&piece);
	}
	mover_free(m);
}

#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_open, kit_close)

/* Only the last word about a move gives way to a newer one. */
static void
nothing_overtakes_the_beginning(void **state)
{
	static const enum move_kind kinds[] = { MOVE_PROGRESS, MOVE_PROGRESS,
		MOVE_BEGUN, MOVE_PROGRESS, MOVE_PROGRESS };
	static const uint64_t left[] = { 1, 2, 4 };
	struct mover *m = mover_new();
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct mover_report *n = mover_report_new(kinds[i], 7);
		n->r.done = i;
		mover_post(m, n);
		mover_post(m, mover_report_new(MOVE_DONE, (uint32_t)(i + 8)));
	}
	for (const struct mover_report *n = m->reports; n != NULL; n = n->next)
		if (n->serial == 7)
			assert_int_equal(n->r.done, left[count++]);
	assert_int_equal(count, 3);
	mover_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(a_folder_with_another_file_is_another_one),
		KIT_TEST(not_a_file_more_than_was_offered),
		KIT_TEST(not_an_entry_more_than_a_rule_takes),
		cmocka_unit_test(progress_without_a_byte),
		cmocka_unit_test(nothing_overtakes_the_beginning),
	};

	return cmocka_run_group_tests_name(
	    "mover_bounds", tests, start_sodium, NULL);
}
