/* SPDX-License-Identifier: MIT */
/*
 * Files between two earshots: what is taken for a dead connection, and what
 * only takes its time.
 */
#include "core/transfer.h"
#include "files_kit.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ANA, BOB, HOUR_MS = 3600 * 1000 };

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

/* Nobody says that a connection is dead. */
static void
a_stall_is_noticed(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	struct move_report r = { .kind = MOVE_PROGRESS, .done = 10 };
	for (unsigned i = 0; i < 10; i++) {
		fkit_pass(&k, 20000);
		r.done += 10;
		fkit_report(&k, ANA, hers, &r);
		fkit_report(&k, BOB, his, &r);
	}
	assert_int_equal(k.nodes[BOB].move_count, 1);
	assert_int_equal(fkit_get(&k, BOB, his)->done, 110);
	fkit_pass(&k, 31000);
	assert_int_equal(k.nodes[BOB].move_count, 2);
	assert_int_equal(k.nodes[BOB].stopped, FLOW_STOP_LATER);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	/* Sooner, where the network changed. */
	struct iface none = { .index = 1 };
	engine_network(k.nodes[BOB].engine, k.now, &none, 1, true);
	fkit_pass(&k, 6000);
	assert_int_equal(k.nodes[BOB].move_count, 3);
	/* But what is written to the disk takes its time. */
	r.done = 1000;
	fkit_report(&k, ANA, hers, &r);
	fkit_report(&k, BOB, his, &r);
	fkit_pass(&k, 600000);
	assert_int_equal(k.nodes[BOB].move_count, 3);
}

/* Folders and files of no bytes, on a disk that is long at each. */
static void
entries_are_no_stall(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct move_report r = { .kind = MOVE_PROGRESS };
	k.folder = true;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	for (unsigned i = 0; i < 20; i++) {
		fkit_pass(&k, 25000);
		r.at += 25;
		fkit_report(&k, BOB, his, &r);
	}
	/* She has given them to the connection long ago. */
	assert_int_equal(k.nodes[ANA].stops + k.nodes[BOB].stops, 0);
	fkit_pass(&k, 31000);
	assert_int_equal(k.nodes[BOB].move_count, 2);
	/* Of a file, who sends waits less. */
	k.folder = false;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	unsigned stops = k.nodes[ANA].stops;
	for (unsigned i = 0; i < 6; i++) {
		fkit_pass(&k, 25000);
		r.at += 25;
		fkit_report(&k, BOB, his, &r);
	}
	assert_int_equal(k.nodes[ANA].stops, stops + 1);
}

/* What is here of it is read before it goes on, and that can take a day: what
 * is read here shows it, and of the other end its size. */
static void
hashing_is_no_stall(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct move_report r = { .kind = MOVE_PROGRESS };
	k.size = UINT64_C(1000) * 36 * HOUR_MS;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	k.hold_begin = true;
	fkit_cut(&k);
	fkit_pass(&k, 5000);
	assert_int_equal(k.nodes[BOB].move_count, 2);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_ACCEPTED);
	for (unsigned i = 0; i < 80; i++) {
		fkit_pass(&k, HOUR_MS / 2);
		r.at += 1000;
		fkit_report(&k, BOB, his, &r);
		if (i % 2 == 0)
			fkit_report(&k, ANA, hers, &r);
	}
	/* Then they wait for each other, as long as that may take. */
	assert_int_equal(k.nodes[BOB].move_count, 2);
	fkit_pass(&k, 36 * HOUR_MS);
	assert_int_equal(k.nodes[BOB].move_count, 2);
	assert_int_equal(k.nodes[ANA].stops + k.nodes[BOB].stops, 0);
	fkit_pass(&k, 2 * HOUR_MS);
	assert_int_equal(k.nodes[BOB].move_count, 3);
}

/* It was more when it was offered; who has it all writes it to the disk. */
static void
a_folder_that_shrank_is_no_stall(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct move_report r = { .kind = MOVE_PROGRESS, .done = 100 };
	k.folder = true;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	r.ended = true;
	fkit_report(&k, ANA, hers, &r);
	fkit_report(&k, BOB, his, &r);
	fkit_pass(&k, 600000);
	assert_int_equal(k.nodes[ANA].stops + k.nodes[BOB].stops, 0);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	/* The next time it is the network again. */
	fkit_cut(&k);
	fkit_pass(&k, 2000);
	assert_int_equal(k.nodes[BOB].move_count, 2);
	fkit_pass(&k, 31000);
	assert_int_equal(k.nodes[BOB].move_count, 3);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_stall_is_noticed),
		TEST(entries_are_no_stall),
		TEST(hashing_is_no_stall),
		TEST(a_folder_that_shrank_is_no_stall),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
