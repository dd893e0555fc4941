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
}

static void
refused(void **state)
{
	(void)state;
	uint32_t hers, his;
	offer(&hers, &his);
	fkit_do(&k, BOB, COMMAND_REFUSE, his, NULL);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_REFUSED);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_REFUSED);
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_REFUSED);
	assert_int_equal(k.nodes[BOB].move_count, 0);
}

static void
cancelled_by_its_sender(void **state)
{
	(void)state;
	uint32_t hers, his;
	offer(&hers, &his);
	fkit_do(&k, ANA, COMMAND_STOP, hers, NULL);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_CANCELLED);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_CANCELLED);
	run(&hers, &his);
	fkit_do(&k, ANA, COMMAND_STOP, hers, NULL);
	assert_int_equal(k.nodes[ANA].stopped, FLOW_STOP_CANCELLED);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_CANCELLED);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_CANCELLED);
	/* What was here of it goes, there as here. */
	assert_int_equal(k.nodes[BOB].parts_dropped + k.nodes[BOB].drops, 1);
	fkit_pass(&k, 600000);
	assert_int_equal(k.nodes[BOB].move_count, 1);
}

static void
cancelled_by_its_receiver(void **state)
{
	(void)state;
	uint32_t hers, his;
	run(&hers, &his);
	fkit_do(&k, BOB, COMMAND_STOP, his, NULL);
	assert_int_equal(k.nodes[BOB].stopped, FLOW_STOP_CANCELLED);
	assert_int_equal(k.nodes[BOB].drops, 1);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_CANCELLED);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_CANCELLED);
	fkit_do(&k, ANA, COMMAND_STOP, hers, NULL);
	assert_int_equal(
	    fkit_last(&k, ANA, ANA, MESSAGE_ERROR)->kind, MESSAGE_ERROR);
}

static void
paused_by_its_receiver(void **state)
{
	(void)state;
	uint32_t hers, his;
	run(&hers, &his);
	fkit_do(&k, BOB, COMMAND_PAUSE, his, NULL);
	const struct transfer *t = fkit_get(&k, BOB, his);
	assert_int_equal(t->state, TRANSFER_PAUSED);
	assert_true(t->paused_here && !t->paused_there);
	t = fkit_get(&k, ANA, hers);
	assert_int_equal(t->state, TRANSFER_PAUSED);
	assert_true(!t->paused_here && t->paused_there);
	fkit_pass(&k, 600000);
	assert_int_equal(k.nodes[BOB].move_count, 1);
	fkit_do(&k, BOB, COMMAND_RESUME, his, NULL);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	/* It goes on with what is here. */
	assert_string_not_equal(fkit_move_of(&k, BOB, his)->part, "");
	fkit_finish(&k, ANA, hers, BOB, his);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
}

static void
paused_by_its_sender(void **state)
{
	(void)state;
	uint32_t hers, his;
	run(&hers, &his);
	fkit_do(&k, ANA, COMMAND_PAUSE, hers, NULL);
	assert_true(fkit_get(&k, ANA, hers)->paused_here);
	assert_true(fkit_get(&k, BOB, his)->paused_there);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_PAUSED);
	/* Who comes nevertheless hears of it again. */
	fkit_do(&k, BOB, COMMAND_RESUME, his, NULL);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_PAUSED);
	assert_int_equal(k.nodes[ANA].move_count, 1);
	/* His receiver rests, too: then it goes on when both want it. */
	fkit_do(&k, BOB, COMMAND_PAUSE, his, NULL);
	fkit_do(&k, ANA, COMMAND_RESUME, hers, NULL);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_ACCEPTED);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_PAUSED);
	fkit_do(&k, BOB, COMMAND_RESUME, his, NULL);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
	/* And what its sender alone had stopped begins when he says so. */
	fkit_do(&k, ANA, COMMAND_PAUSE, hers, NULL);
	fkit_pass(&k, 10000);
	fkit_do(&k, ANA, COMMAND_RESUME, hers, NULL);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
}

static void
pauses_that_make_no_sense(void **state)
{
	(void)state;
	uint32_t hers, his;
	offer(&hers, &his);
	fkit_do(&k, ANA, COMMAND_PAUSE, hers, NULL);
	fkit_do(&k, BOB, COMMAND_PAUSE, his, NULL);
	fkit_do(&k, BOB, COMMAND_RESUME, his, NULL);
	fkit_do(&k, BOB, COMMAND_PAUSE, 99, NULL);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_OFFERED);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_OFFERED);
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	fkit_do(&k, BOB, COMMAND_RESUME, his, NULL);
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	assert_int_equal(k.nodes[BOB].move_count, 1);
	fkit_do(&k, BOB, COMMAND_PAUSE, his, NULL);
	fkit_do(&k, BOB, COMMAND_PAUSE, his, NULL);
	assert_string_equal(fkit_last(&k, BOB, BOB, MESSAGE_ERROR)->text,
	    "f1 is not paused: it is already");
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
}

/* Whatever breaks: nobody is asked, and it goes on. */
static void
a_cut_is_gone_on_after(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct move_report r = { .kind = MOVE_PROGRESS };
	k.size = 200 * 1024 * 1024;
	run(&hers, &his);
	for (unsigned i = 0; i < 50; i++) {
		r.done += 2 * 1024 * 1024;
		fkit_report(&k, BOB, his, &r);
		fkit_cut(&k);
		assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_ACCEPTED);
		fkit_pass(&k, 2000);
		assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
		assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	}
	fkit_finish(&k, ANA, hers, BOB, his);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_DONE);
	assert_int_equal(k.nodes[BOB].move_count, 51);
	/* Both histories tell it as it was. */
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	assert_int_equal(fkit_newest(&k, BOB), 0);
}

static void
restarts_at_each_state(void **state)
{
	(void)state;
	uint32_t hers, his;
	/* Offered, unheard. */
	fkit_kill(&k, BOB);
	hers = fkit_send(&k, ANA, BOB, "/home/ana/a.txt");
	assert_int_equal(
	    fkit_last(&k, ANA, BOB, MESSAGE_FILE)->delivery, DELIVERY_QUEUED);
	fkit_kill(&k, ANA);
	fkit_start(&k, ANA);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_OFFERED);
	fkit_start(&k, BOB);
	fkit_pass(&k, 60000);
	his = fkit_newest(&k, BOB);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_OFFERED);
	assert_string_equal(fkit_get(&k, BOB, his)->name, "a.txt");
	assert_int_equal(fkit_get(&k, BOB, his)->size, 1000);
	for (unsigned node = ANA; node <= BOB; node++) {
		fkit_kill(&k, node);
		fkit_start(&k, node);
	}
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_OFFERED);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_OFFERED);
	fkit_pass(&k, 30000);
	/* Asked for while its sender is not there. */
	fkit_kill(&k, ANA);
	fkit_do(&k, BOB, COMMAND_GET, his, "/there");
	fkit_pass(&k, 100000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_ACCEPTED);
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	fkit_start(&k, ANA);
	fkit_pass(&k, 120000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
	assert_string_equal(fkit_move_of(&k, BOB, his)->path, "/there");
	/* While it runs, each of them. */
	for (unsigned i = 0; i < 20; i++) {
		fkit_kill(&k, i % 2 == 0 ? ANA : BOB);
		fkit_pass(&k, 1000 * i);
		fkit_start(&k, i % 2 == 0 ? ANA : BOB);
		fkit_pass(&k, 120000);
		assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
		assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
		assert_string_equal(fkit_get(&k, BOB, his)->part,
		    fkit_move_of(&k, BOB, his)->part);
	}
	/* Paused stays paused. */
	fkit_do(&k, BOB, COMMAND_PAUSE, his, NULL);
	for (unsigned node = ANA; node <= BOB; node++) {
		fkit_kill(&k, node);
		fkit_start(&k, node);
	}
	fkit_pass(&k, 600000);
	assert_true(fkit_get(&k, BOB, his)->paused_here);
	assert_true(fkit_get(&k, ANA, hers)->paused_there);
	fkit_do(&k, BOB, COMMAND_RESUME, his, NULL);
	fkit_pass(&k, 60000);
	fkit_finish(&k, ANA, hers, BOB, his);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
}

/* The file is there, and nobody wrote that down before the end. */
static void
complete_before_a_crash(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct move_report r = { .kind = MOVE_DONE, .done = 1000 };
	run(&hers, &his);
	fkit_report(&k, ANA, hers, &r);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_DONE);
	assert_int_equal(k.nodes[BOB].parts_dropped, 0);
}

static void
an_offer_that_never_went_out(void **state)
{
	(void)state;
	fkit_kill(&k, BOB);
	uint32_t hers = fkit_send(&k, ANA, BOB, "/home/ana/a.txt");
	fkit_do(&k, ANA, COMMAND_STOP, hers, NULL);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_CANCELLED);
	fkit_start(&k, BOB);
	fkit_say(&k, ANA, BOB, "hello");
	fkit_pass(&k, 60000);
	assert_string_equal(
	    fkit_last(&k, BOB, ANA, MESSAGE_TEXT)->text, "hello");
	assert_int_equal(fkit_newest(&k, BOB), 0);
	/* Nor is one sent that could not be stored. */
	k.nodes[ANA].full = true;
	hers = fkit_send(&k, ANA, BOB, "/home/ana/b.txt");
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_FAILED);
	k.nodes[ANA].full = false;
	fkit_pass(&k, 10000);
	assert_int_equal(fkit_newest(&k, BOB), 0);
}

/* What came is acknowledged when it is stored, and not before. */
static void
acknowledged_after_the_commit(void **state)
{
	(void)state;
	k.nodes[BOB].full = true;
	uint32_t hers = fkit_send(&k, ANA, BOB, "/home/ana/a.txt");
	assert_int_equal(
	    fkit_last(&k, ANA, BOB, MESSAGE_FILE)->delivery, DELIVERY_SENT);
	k.nodes[BOB].full = false;
	fkit_pass(&k, 10000);
	assert_int_equal(fkit_last(&k, ANA, BOB, MESSAGE_FILE)->delivery,
	    DELIVERY_DELIVERED);
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	assert_int_equal(
	    fkit_state(&k, BOB, fkit_newest(&k, BOB)), TRANSFER_OFFERED);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_OFFERED);
}

static void
ends_while_the_other_is_away(void **state)
{
	(void)state;
	uint32_t hers, his;
	run(&hers, &his);
	fkit_kill(&k, BOB);
	fkit_do(&k, ANA, COMMAND_STOP, hers, NULL);
	fkit_kill(&k, ANA);
	fkit_start(&k, BOB);
	fkit_pass(&k, 5000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_ACCEPTED);
	fkit_start(&k, ANA);
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_CANCELLED);
	assert_int_equal(k.nodes[BOB].parts_dropped, 1);
}

static void
who_cannot_be_dialled_comes(void **state)
{
	(void)state;
	uint32_t hers, his;
	offer(&hers, &his);
	k.nodes[ANA].no_tcp = true;
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	fkit_pass(&k, 1000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	/* She dialled, and yet it is she who sends. */
	assert_true(fkit_move_of(&k, ANA, hers)->sends);
	assert_int_equal(fkit_move_of(&k, ANA, hers)->side, 0);
	fkit_finish(&k, ANA, hers, BOB, his);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_DONE);
}

static void
no_way_at_all(void **state)
{
	(void)state;
	uint32_t hers, his;
	offer(&hers, &his);
	k.nodes[ANA].no_tcp = k.nodes[BOB].no_tcp = true;
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	fkit_pass(&k, 300000);
	const struct transfer *t = fkit_get(&k, BOB, his);
	assert_int_equal(t->state, TRANSFER_ACCEPTED);
	assert_string_equal(
	    t->reason, "no TCP connection either way; it is tried again");
	unsigned dials = k.nodes[BOB].counts[EFFECT_DIAL];
	fkit_pass(&k, 600000);
	dials = k.nodes[BOB].counts[EFFECT_DIAL] - dials;
	assert_in_range(dials, 8, 40);
	k.nodes[ANA].no_tcp = false;
	fkit_pass(&k, 61000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	assert_null(fkit_get(&k, BOB, his)->reason);
}

/* Nobody says that a connection is dead. */
static void
a_stall_is_noticed(void **state)
{
	(void)state;
	uint32_t hers, his;
	run(&hers, &his);
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

static void
a_newer_connection_counts(void **state)
{
	(void)state;
	uint32_t hers, his;
	run(&hers, &his);
	unsigned old = fkit_move_of(&k, ANA, hers)->pipe;
	/* He lost it, and she does not know yet. */
	struct fkit_move *m = fkit_move_of(&k, BOB, his);
	struct move_report lost = { .kind = MOVE_LOST };
	k.pipes[m->pipe].conn[1 - m->side] = 0;
	fkit_report(&k, BOB, his, &lost);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
	fkit_pass(&k, 2000);
	assert_int_equal(k.nodes[ANA].stops, 1);
	assert_int_equal(k.nodes[ANA].stopped, FLOW_STOP_LATER);
	assert_int_not_equal(fkit_move_of(&k, ANA, hers)->pipe, old);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
}

/* The end of their connection, told to both. */
static void
both_report(uint32_t hers, const struct move_report *to_her, uint32_t his,
    const struct move_report *to_him)
{
	struct fkit_pipe *p = &k.pipes[fkit_move_of(&k, BOB, his)->pipe];

	p->conn[0] = p->conn[1] = 0;
	fkit_report(&k, ANA, hers, to_her);
	fkit_report(&k, BOB, his, to_him);
}

static void
a_full_disk(void **state)
{
	(void)state;
	uint32_t hers, his;
	run(&hers, &his);
	/* The mover tells her before it reports. */
	struct move_report there = { .kind = MOVE_STOPPED,
		.why = FLOW_STOP_SINK };
	struct move_report here = { .kind = MOVE_FAILED,
		.why = FLOW_STOP_SINK,
		.text = "no space is left" };
	both_report(hers, &there, his, &here);
	const struct transfer *t = fkit_get(&k, BOB, his);
	assert_int_equal(t->state, TRANSFER_PAUSED);
	assert_true(t->paused_here);
	assert_string_equal(t->reason, "no space is left");
	assert_non_null(t->part);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_PAUSED);
	/* By itself, and over a restart. */
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	fkit_pass(&k, 61000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
	assert_int_equal(k.nodes[BOB].parts_dropped, 0);
}

static void
t40_changed_at_its_sender(void **state)
{
	(void)state;
	uint32_t hers, his;
	run(&hers, &his);
	struct move_report there = { .kind = MOVE_STOPPED,
		.why = FLOW_STOP_CHANGED };
	struct move_report here = { .kind = MOVE_FAILED,
		.why = FLOW_STOP_CHANGED,
		.text = "a.txt changed" };
	both_report(hers, &here, his, &there);
	const struct transfer *t = fkit_get(&k, BOB, his);
	assert_int_equal(t->state, TRANSFER_PAUSED);
	assert_string_equal(
	    t->reason, "it changed at its sender since; /get starts it again");
	/* What is here stays until he says so, over restarts too. */
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	fkit_pass(&k, 600000);
	assert_int_equal(k.nodes[BOB].move_count, 1);
	assert_int_equal(k.nodes[BOB].parts_dropped, 0);
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	fkit_pass(&k, 1000);
	assert_int_equal(k.nodes[BOB].parts_dropped, 1);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	fkit_finish(&k, ANA, hers, BOB, his);
}

static void
a_source_that_cannot_be_read(void **state)
{
	(void)state;
	uint32_t hers, his;
	run(&hers, &his);
	struct move_report here = { .kind = MOVE_FAILED,
		.why = FLOW_STOP_SOURCE,
		.text = "a.txt: no such file" };
	struct move_report there = { .kind = MOVE_STOPPED,
		.why = FLOW_STOP_SOURCE };
	both_report(hers, &here, his, &there);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_PAUSED);
	assert_string_equal(
	    fkit_get(&k, ANA, hers)->reason, "a.txt: no such file");
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_PAUSED);
	/* Either of them has it tried once more. */
	fkit_do(&k, BOB, COMMAND_RESUME, his, NULL);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
}

static void
what_nobody_understands_ends(void **state)
{
	(void)state;
	uint32_t hers, his;
	run(&hers, &his);
	struct move_report r = { .kind = MOVE_FAILED,
		.why = FLOW_STOP_PROTOCOL,
		.text = "what came makes no sense" };
	unsigned rounds = 0;
	while (fkit_state(&k, BOB, his) != TRANSFER_FAILED) {
		assert_true(rounds++ < 10);
		fkit_report(&k, BOB, his, &r);
		fkit_pass(&k, 120000);
	}
	assert_int_equal(rounds, 6);
	/* And begins again when he asks. */
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	fkit_pass(&k, 1000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
}

static void
rule(unsigned node, unsigned other, bool on, uint64_t size, const char *folder)
{
	struct command cmd = { .kind = COMMAND_ACCEPT,
		.peer = *fkit_fp(&k, other),
		.on = on,
		.size = size,
		.text = (char *)(uintptr_t)folder };

	fkit_command(&k, node, &cmd);
}

static void
t42_taken_unasked(void **state)
{
	(void)state;
	uint32_t hers, his;
	/* Nobody by default, nobody who is not verified. */
	rule(BOB, ANA, true, 0, NULL);
	assert_string_equal(fkit_last(&k, BOB, BOB, MESSAGE_ERROR)->text,
	    "not taken unasked: only who is verified; /verify");
	offer(&hers, &his);
	fkit_verify(&k, BOB, ANA);
	assert_int_equal(fkit_peer(&k, BOB, ANA)->trust, TRUST_VERIFIED);
	fkit_pass(&k, 60000);
	offer(&hers, &his);
	rule(BOB, ANA, true, 2000, "/from/ana");
	fkit_pass(&k, 60000);
	fkit_send(&k, ANA, BOB, "/home/ana/b.txt");
	his = fkit_newest(&k, BOB);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	assert_string_equal(fkit_move_of(&k, BOB, his)->path, "/from/ana");
	/* Beyond its size he is asked. */
	k.size = 2001;
	offer(&hers, &his);
	/* It is remembered. */
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	fkit_pass(&k, 60000);
	k.size = 2000;
	fkit_send(&k, ANA, BOB, "/home/ana/c.txt");
	his = fkit_newest(&k, BOB);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	/* Only as long as she is verified, which is asked each time. */
	struct command cmd = { .kind = COMMAND_VERIFY,
		.peer = *fkit_fp(&k, ANA),
		.number = VERDICT_DIFFERENT };
	fkit_command(&k, BOB, &cmd);
	assert_int_not_equal(fkit_peer(&k, BOB, ANA)->trust, TRUST_VERIFIED);
	fkit_pass(&k, 60000);
	fkit_send(&k, ANA, BOB, "/home/ana/d.txt");
	uint32_t last = fkit_newest(&k, BOB);
	if (last != his)
		assert_int_equal(fkit_state(&k, BOB, last), TRANSFER_OFFERED);
	rule(BOB, ANA, false, 0, NULL);
	fkit_verify(&k, BOB, ANA);
	fkit_pass(&k, 60000);
	fkit_send(&k, ANA, BOB, "/home/ana/e.txt");
	assert_int_equal(
	    fkit_state(&k, BOB, fkit_newest(&k, BOB)), TRANSFER_OFFERED);
}

static unsigned
count_state(unsigned node, enum transfer_state state)
{
	const struct model *m = engine_model(k.nodes[node].engine);
	unsigned count = 0;

	for (size_t i = 0; i < m->transfer_count; i++)
		count += m->transfers[i]->state == state;
	return count;
}

static void
more_than_run_at_once_wait(void **state)
{
	(void)state;
	char names[32 * 4 + 1] = "";
	for (unsigned i = 0; i < 32; i++) {
		char name[8];
		snprintf(name, sizeof(name), "/%02u\n", i);
		memcpy(names + 4 * i, name, 5);
	}
	/* A contact may send that many at once. */
	fkit_say(&k, BOB, ANA, "send me all");
	fkit_send(&k, ANA, BOB, names);
	assert_int_equal(count_state(BOB, TRANSFER_OFFERED), 32);
	for (uint32_t id = 1; id <= 32; id++)
		fkit_do(&k, BOB, COMMAND_GET, id, NULL);
	assert_int_equal(count_state(BOB, TRANSFER_RUNNING), 16);
	assert_int_equal(count_state(BOB, TRANSFER_ACCEPTED), 16);
	for (uint32_t id = 1; id <= 32; id++) {
		assert_int_equal(fkit_state(&k, BOB, id), TRANSFER_RUNNING);
		fkit_finish(&k, ANA, id, BOB, id);
		fkit_pass(&k, 100);
	}
	assert_int_equal(count_state(BOB, TRANSFER_DONE), 32);
	assert_int_equal(count_state(ANA, TRANSFER_DONE), 32);
	assert_int_equal(count_state(EVE, TRANSFER_DONE), 0);
}

static void
what_is_forgotten(void **state)
{
	(void)state;
	uint32_t hers, his;
	run(&hers, &his);
	struct command cmd = { .kind = COMMAND_FORGET,
		.peer = *fkit_fp(&k, ANA),
		.has_target = true,
		.target = fkit_last(&k, BOB, ANA, MESSAGE_FILE)->id };
	fkit_command(&k, BOB, &cmd);
	assert_null(fkit_get(&k, BOB, his));
	assert_null(fkit_last(&k, BOB, ANA, MESSAGE_FILE));
	assert_int_equal(k.nodes[BOB].drops, 1);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_CANCELLED);
	/* The conversation. */
	run(&hers, &his);
	cmd = (struct command){ .kind = COMMAND_FORGET,
		.peer = *fkit_fp(&k, BOB) };
	fkit_command(&k, ANA, &cmd);
	assert_null(fkit_get(&k, ANA, hers));
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_CANCELLED);
	fkit_pass(&k, 60000);
	/* The contact: nobody is told, and nothing is left. */
	offer(&hers, &his);
	cmd.on = true;
	fkit_command(&k, ANA, &cmd);
	assert_null(fkit_get(&k, ANA, hers));
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	fkit_pass(&k, 60000);
	assert_int_not_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
}

static void
who_is_blocked_gets_nothing(void **state)
{
	(void)state;
	uint32_t hers, his;
	run(&hers, &his);
	struct command cmd = {
		.kind = COMMAND_BLOCK, .peer = *fkit_fp(&k, BOB), .on = true
	};
	fkit_command(&k, ANA, &cmd);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_CANCELLED);
	assert_null(fkit_move_of(&k, ANA, hers));
	unsigned moves = k.nodes[ANA].move_count;
	fkit_pass(&k, 600000);
	assert_int_equal(k.nodes[ANA].move_count, moves);
}

static void
leaving_keeps_what_can_wait(void **state)
{
	(void)state;
	uint32_t hers, his;
	run(&hers, &his);
	struct move_report r = { .kind = MOVE_PROGRESS, .done = 700 };
	fkit_report(&k, BOB, his, &r);
	fkit_do(&k, BOB, COMMAND_QUIT, 0, NULL);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	assert_int_equal(fkit_get(&k, BOB, his)->done, 700);
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	fkit_do(&k, ANA, COMMAND_QUIT, 0, NULL);
	fkit_kill(&k, ANA);
	fkit_start(&k, ANA);
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
}

static void
pages_of_the_history(void **state)
{
	(void)state;
	uint32_t hers, his;
	run(&hers, &his);
	fkit_finish(&k, ANA, hers, BOB, his);
	offer(&hers, &his);
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	struct command cmd = { .kind = COMMAND_OPEN,
		.peer = *fkit_fp(&k, ANA) };
	fkit_command(&k, BOB, &cmd);
	const struct model *m = engine_model(k.nodes[BOB].engine);
	const struct conv *c = model_conv_of(m, fkit_fp(&k, ANA));
	unsigned found = 0;
	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		const struct message *msg = conv_message(c, s);
		if (msg->kind != MESSAGE_FILE)
			continue;
		const struct transfer *t = message_transfer(m, msg);
		assert_non_null(t);
		assert_string_equal(msg->text, "file a.txt, 1.0 kB");
		assert_int_equal(
		    t->state, found == 0 ? TRANSFER_DONE : TRANSFER_OFFERED);
		found++;
	}
	assert_int_equal(found, 2);
	assert_int_equal(m->transfer_count, 1);
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	fkit_pass(&k, 30000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	/* Numbers are not given twice. */
	assert_int_equal(his, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(from_offer_to_done),
		TEST(refused),
		TEST(cancelled_by_its_sender),
		TEST(cancelled_by_its_receiver),
		TEST(paused_by_its_receiver),
		TEST(paused_by_its_sender),
		TEST(pauses_that_make_no_sense),
		TEST(a_cut_is_gone_on_after),
		TEST(restarts_at_each_state),
		TEST(complete_before_a_crash),
		TEST(an_offer_that_never_went_out),
		TEST(acknowledged_after_the_commit),
		TEST(ends_while_the_other_is_away),
		TEST(who_cannot_be_dialled_comes),
		TEST(no_way_at_all),
		TEST(a_stall_is_noticed),
		TEST(a_newer_connection_counts),
		TEST(a_full_disk),
		TEST(t40_changed_at_its_sender),
		TEST(a_source_that_cannot_be_read),
		TEST(what_nobody_understands_ends),
		TEST(t42_taken_unasked),
		TEST(more_than_run_at_once_wait),
		TEST(what_is_forgotten),
		TEST(who_is_blocked_gets_nothing),
		TEST(leaving_keeps_what_can_wait),
		TEST(pages_of_the_history),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
