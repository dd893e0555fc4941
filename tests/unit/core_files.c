/* SPDX-License-Identifier: MIT */
/*
 * Files between two earshots, as their engines see it: who offers, takes, rests
 * and ends what, and that both come to the same answer.
 */
#include "base/mem.h"
#include "core/transfer.h"
#include "files_kit.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ANA, BOB, EVE };

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

/* One that ana offers and bob has heard of. */
static void
offer(uint32_t *ret_hers, uint32_t *ret_his)
{
	*ret_hers = fkit_send(&k, ANA, BOB, "/home/ana/a.txt");
	*ret_his = fkit_newest(&k, BOB);
	assert_int_not_equal(*ret_his, 0);
	assert_int_equal(fkit_state(&k, ANA, *ret_hers), TRANSFER_OFFERED);
	assert_int_equal(fkit_state(&k, BOB, *ret_his), TRANSFER_OFFERED);
}

static void
run(uint32_t *ret_hers, uint32_t *ret_his)
{
	offer(ret_hers, ret_his);
	fkit_do(&k, BOB, COMMAND_GET, *ret_his, NULL);
	assert_int_equal(fkit_state(&k, ANA, *ret_hers), TRANSFER_RUNNING);
	assert_int_equal(fkit_state(&k, BOB, *ret_his), TRANSFER_RUNNING);
}

static void
from_offer_to_done(void **state)
{
	(void)state;
	uint32_t hers, his;
	offer(&hers, &his);
	const struct transfer *t = fkit_get(&k, BOB, his);
	assert_string_equal(t->name, "a.txt");
	assert_int_equal(t->size, 1000);
	assert_int_equal(t->mtime, 1000000);
	const struct message *m = fkit_last(&k, ANA, BOB, MESSAGE_FILE);
	assert_int_equal(m->delivery, DELIVERY_DELIVERED);
	assert_string_equal(m->text, "file a.txt, 1.0 kB");
	assert_int_equal(k.nodes[BOB].move_count, 0);
	fkit_do(&k, BOB, COMMAND_GET, his, "/save/here");
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	const struct fkit_move *move = fkit_move_of(&k, BOB, his);
	assert_non_null(move);
	assert_false(move->sends);
	assert_string_equal(move->path, "/save/here");
	move = fkit_move_of(&k, ANA, hers);
	assert_true(move->sends);
	assert_string_equal(move->path, "/home/ana/a.txt");
	fkit_finish(&k, ANA, hers, BOB, his);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_DONE);
	assert_string_equal(fkit_get(&k, BOB, his)->path, "/in/file");
	/* Nothing of it is left, and the chat is as it was. */
	fkit_say(&k, BOB, ANA, "thanks");
	assert_string_equal(
	    fkit_last(&k, ANA, BOB, MESSAGE_TEXT)->text, "thanks");
	assert_int_equal(fkit_peer(&k, ANA, BOB)->link, PEER_LINK_UP);
	(void)run;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(from_offer_to_done, begin, end),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
