/* SPDX-License-Identifier: MIT */
/*
 * Files between two earshots, of which one dies when it has all and the other
 * one has not heard so: it is owed over starts, until they acknowledge it.
 */
#include "core/transfer.h"
#include "files_kit.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ANA, BOB };

static struct fkit k;

static int
begin(void **state)
{
	(void)state;
	fkit_init(&k);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	fkit_clear(&k);
	return 0;
}

/* He has it; his last word on their connection is lost. */
static void
finish_unheard(uint32_t hers, uint32_t his)
{
	struct fkit_pipe *p = &k.pipes[fkit_move_of(&k, BOB, his)->pipe];
	struct move_report lost = { .kind = MOVE_LOST };
	struct move_report all = { .kind = MOVE_DONE, .done = 1000 };

	p->conn[0] = p->conn[1] = 0;
	fkit_report(&k, ANA, hers, &lost);
	fkit_report(&k, BOB, his, &all);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_DONE);
}

static void
restart(unsigned node)
{
	fkit_kill(&k, node);
	fkit_start(&k, node);
}

/* Posts of bob that wait for ana. */
static unsigned
waiting(void)
{
	const struct memstore *ms = &k.nodes[BOB].store;
	unsigned n = 0;

	for (size_t i = 0; i < ms->row_count; i++)
		n += ms->rows[i].change.waits;
	return n;
}

/* He dies before it is in the chat, too. */
static void
owed_over_a_restart(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	finish_unheard(hers, his);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_ACCEPTED);
	assert_int_equal(waiting(), 0);
	restart(BOB);
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
	assert_int_equal(waiting(), 0);
	/* And no longer than that. */
	restart(BOB);
	assert_null(fkit_get(&k, BOB, his));
}

/* She may never come back: nothing waits for her, however often he starts. */
static void
owed_to_who_is_not_there(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	finish_unheard(hers, his);
	fkit_kill(&k, ANA);
	fkit_kill(&k, BOB);
	unsigned told = k.nodes[BOB].counts[EFFECT_TRANSFER];
	for (unsigned i = 0; i < 3; i++) {
		fkit_start(&k, BOB);
		fkit_pass(&k, 60000);
		assert_int_equal(waiting(), 0);
		fkit_kill(&k, BOB);
	}
	fkit_start(&k, BOB);
	fkit_start(&k, ANA);
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
	/* It is as it was, and nobody here is told anything. */
	const struct transfer *t = fkit_get(&k, BOB, his);
	assert_int_equal(t->state, TRANSFER_DONE);
	assert_int_equal(t->done, t->size);
	assert_null(t->part);
	assert_false(t->moving);
	assert_int_equal(k.nodes[BOB].counts[EFFECT_TRANSFER], told);
	assert_int_equal(k.nodes[BOB].move_count, 1);
}

/* She comes for it before she reads what he posted: he still knows of it. */
static void
posted_and_not_read(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	fkit_kill(&k, ANA);
	/* Nobody could be told, so it is posted at once. */
	k.nodes[BOB].has_all = true;
	restart(BOB);
	fkit_pass(&k, 1000);
	assert_int_equal(waiting(), 1);
	for (unsigned i = 0; i < 2; i++) {
		restart(BOB);
		fkit_pass(&k, 60000);
		assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_DONE);
		assert_int_equal(waiting(), 1);
	}
	fkit_start(&k, ANA);
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
	assert_int_equal(waiting(), 0);
	restart(BOB);
	assert_null(fkit_get(&k, BOB, his));
}

/* Of her nothing is kept, not even that: it is posted at once. */
static void
owed_to_who_is_forgotten(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct command cmd = { .kind = COMMAND_HISTORY,
		.peer = *fkit_fp(&k, ANA) };
	fkit_command(&k, BOB, &cmd);
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	finish_unheard(hers, his);
	restart(BOB);
	assert_null(fkit_get(&k, BOB, his));
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
	assert_int_equal(k.nodes[BOB].store.row_count, 0);
}

/* What he posts cannot be stored, and he dies. */
static void
owed_and_not_stored(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	finish_unheard(hers, his);
	k.nodes[BOB].full = true;
	fkit_pass(&k, 1000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_ACCEPTED);
	fkit_kill(&k, BOB);
	k.nodes[BOB].full = false;
	fkit_start(&k, BOB);
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
	assert_int_equal(waiting(), 0);
}

/* Those who sent something and left as soon as they heard that it is there. */
static void
owed_behind_many_others(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	finish_unheard(hers, his);
	fkit_kill(&k, ANA);
	fkit_kill(&k, BOB);
	static char name[] = "x";
	for (unsigned i = 0; i < TRANSFERS_MAX; i++) {
		struct transfer t = { .id = 1000 + i,
			.row = 1000 + i,
			.peer = *fkit_fp(&k, 2),
			.dialect = DIALECT_EARSHOT,
			.message = { { 9, (uint8_t)i, (uint8_t)(i >> 8) } },
			.state = TRANSFER_DONE,
			.name = name,
			.ended_ms = k.now.wall_ms,
			.owes = true };
		struct change m = { .kind = CHANGE_MESSAGE,
			.fp = t.peer,
			.from = t.peer,
			.row = t.row,
			.id = t.message,
			.seq = 1000 + i,
			.keep = true,
			.message = MESSAGE_FILE,
			.text = name,
			.size = 1 };
		struct change c = { .kind = CHANGE_TRANSFER,
			.fp = t.peer,
			.row = t.row,
			.transfer = &t };
		memstore_apply(&k.nodes[BOB].store, &m);
		memstore_apply(&k.nodes[BOB].store, &c);
		memstore_commit(&k.nodes[BOB].store);
	}
	fkit_start(&k, BOB);
	const struct model *m = engine_model(k.nodes[BOB].engine);
	assert_in_range(m->transfer_count, 2, TRANSFERS_MAX / 2);
	fkit_start(&k, ANA);
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
}

/* Nor is it said for ever to who never comes; and nobody here sees it. */
static void
owed_for_a_month(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	finish_unheard(hers, his);
	assert_false(fkit_get(&k, BOB, his)->past);
	fkit_kill(&k, ANA);
	restart(BOB);
	assert_true(fkit_get(&k, BOB, his)->past);
	fkit_kill(&k, BOB);
	k.now.wall_ms += INT64_C(30) * 24 * 3600 * 1000;
	fkit_start(&k, BOB);
	assert_null(fkit_get(&k, BOB, his));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(owed_over_a_restart),
		TEST(owed_to_who_is_not_there),
		TEST(posted_and_not_read),
		TEST(owed_to_who_is_forgotten),
		TEST(owed_and_not_stored),
		TEST(owed_behind_many_others),
		TEST(owed_for_a_month),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
