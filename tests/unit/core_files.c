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

static void
from_offer_to_done(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_offer(&k, ANA, BOB, &hers, &his);
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
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	assert_string_equal(fkit_last(&k, BOB, BOB, MESSAGE_ERROR)->text,
	    "f1 is not taken: it came already; another /send brings it again");
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
	fkit_offer(&k, ANA, BOB, &hers, &his);
	fkit_do(&k, BOB, COMMAND_REFUSE, his, NULL);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_REFUSED);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_REFUSED);
	fkit_do(&k, BOB, COMMAND_REFUSE, his, NULL);
	assert_string_equal(
	    fkit_last(&k, BOB, BOB, MESSAGE_ERROR)->text, "f1 is over already");
	assert_string_equal(transfer_ended_by(fkit_get(&k, BOB, his)), "us");
	assert_string_equal(transfer_ended_by(fkit_get(&k, ANA, hers)), "them");
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_REFUSED);
	assert_int_equal(k.nodes[BOB].move_count, 0);
}

static void
assert_ended(unsigned node, uint32_t id, const char *by)
{
	const struct transfer *t = fkit_get(&k, node, id);

	assert_int_equal(t->state, TRANSFER_CANCELLED);
	assert_string_equal(transfer_ended_by(t), by);
}

static void
cancelled_by_its_sender(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_offer(&k, ANA, BOB, &hers, &his);
	fkit_do(&k, ANA, COMMAND_STOP, hers, NULL);
	assert_ended(ANA, hers, "us");
	assert_ended(BOB, his, "them");
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	fkit_do(&k, ANA, COMMAND_STOP, hers, NULL);
	assert_int_equal(k.nodes[ANA].stopped, FLOW_STOP_CANCELLED);
	assert_ended(ANA, hers, "us");
	assert_ended(BOB, his, "them");
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
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	fkit_do(&k, BOB, COMMAND_STOP, his, NULL);
	assert_int_equal(k.nodes[BOB].stopped, FLOW_STOP_CANCELLED);
	assert_int_equal(k.nodes[BOB].drops, 1);
	assert_ended(BOB, his, "us");
	assert_ended(ANA, hers, "them");
	fkit_do(&k, ANA, COMMAND_STOP, hers, NULL);
	assert_int_equal(
	    fkit_last(&k, ANA, ANA, MESSAGE_ERROR)->kind, MESSAGE_ERROR);
}

#define SPOOLED "/home/ana/.earshot-0123456789abcdef.spool/pipe.txt"

/* What came out of a pipe has no path for anybody, and goes when nobody can
 * want it any more. */
static void
what_was_spooled(void **state)
{
	(void)state;
	uint32_t hers = fkit_send(&k, ANA, BOB, SPOOLED), his;
	assert_null(transfer_path(fkit_get(&k, ANA, hers)));
	his = fkit_newest(&k, BOB);
	assert_string_equal(fkit_get(&k, BOB, his)->name, "pipe.txt");
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	assert_string_equal(fkit_move_of(&k, ANA, hers)->path, SPOOLED);
	fkit_kill(&k, ANA);
	fkit_start(&k, ANA);
	fkit_pass(&k, 60000);
	assert_int_equal(k.nodes[ANA].parts_dropped, 0);
	fkit_finish(&k, ANA, hers, BOB, his);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
	assert_int_equal(k.nodes[ANA].parts_dropped, 1);
	hers = fkit_send(&k, ANA, BOB, SPOOLED);
	/* Not before it is stored that it is over. */
	k.nodes[ANA].full = true;
	fkit_do(&k, ANA, COMMAND_STOP, hers, NULL);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_CANCELLED);
	assert_int_equal(k.nodes[ANA].parts_dropped, 1);
	k.nodes[ANA].full = false;
	fkit_pass(&k, 10000);
	assert_int_equal(k.nodes[ANA].parts_dropped, 2);
	fkit_offer(&k, ANA, BOB, &hers, &his);
	fkit_do(&k, ANA, COMMAND_STOP, hers, NULL);
	assert_int_equal(k.nodes[ANA].parts_dropped, 2);
	/* What failed is not asked for again. */
	struct move_report failed = {
		.kind = MOVE_FAILED, .why = FLOW_STOP_CHANGED, .text = "gone"
	};
	hers = fkit_send(&k, ANA, BOB, SPOOLED);
	fkit_do(&k, BOB, COMMAND_GET, fkit_newest(&k, BOB), NULL);
	fkit_report(&k, ANA, hers, &failed);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_FAILED);
	assert_int_equal(k.nodes[ANA].parts_dropped, 3);
	/* Nor is what was forgotten. */
	struct command forget = { .kind = COMMAND_FORGET,
		.peer = *fkit_fp(&k, BOB) };
	fkit_send(&k, ANA, BOB, SPOOLED);
	fkit_command(&k, ANA, &forget);
	assert_int_equal(k.nodes[ANA].parts_dropped, 4);
}

static void
paused_by_its_receiver(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
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
	fkit_transfer(&k, ANA, BOB, &hers, &his);
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
	fkit_do(&k, ANA, COMMAND_RESUME, hers, NULL);
	fkit_do(&k, ANA, COMMAND_PAUSE, hers, NULL);
	fkit_do(&k, ANA, COMMAND_RESUME, hers, NULL);
	fkit_pass(&k, 2000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
}

static void
assert_paused(unsigned node, uint32_t id, bool here, bool there)
{
	const struct transfer *t = fkit_get(&k, node, id);

	assert_int_equal(t->state, TRANSFER_PAUSED);
	assert_int_equal(t->paused_here, here);
	assert_int_equal(t->paused_there, there);
}

static void
assert_told_who(unsigned node, const char *text)
{
	const struct message *m = fkit_last(&k, node, node, MESSAGE_INFO);

	assert_non_null(m);
	assert_string_equal(m->text, text);
}

/* Nobody ends the pause of the other one. */
static void
resumed_by_who_did_not_pause(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	fkit_do(&k, ANA, COMMAND_PAUSE, hers, NULL);
	fkit_do(&k, BOB, COMMAND_RESUME, his, NULL);
	assert_told_who(BOB, "f1 is paused by node0, who lets it go on");
	assert_paused(BOB, his, false, true);
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	assert_paused(BOB, his, false, true);
	assert_paused(ANA, hers, true, false);
	fkit_do(&k, ANA, COMMAND_RESUME, hers, NULL);
	fkit_pass(&k, 3000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	fkit_do(&k, BOB, COMMAND_PAUSE, his, NULL);
	fkit_do(&k, ANA, COMMAND_RESUME, hers, NULL);
	assert_told_who(ANA, "f1 is paused by node1, who lets it go on");
	assert_paused(ANA, hers, false, true);
	assert_paused(BOB, his, true, false);
	fkit_do(&k, BOB, COMMAND_RESUME, his, NULL);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
}

/* Her pause, then his, which she hears of when he asks: either may begin to let
 * it go on. */
static void
paused_by_both(void **state)
{
	uint32_t hers, his;
	(void)state;

	fkit_transfer(&k, ANA, BOB, &hers, &his);
	for (unsigned first = 0; first < 2; first++) {
		fkit_do(&k, BOB, COMMAND_PAUSE, his, NULL);
		fkit_do(&k, ANA, COMMAND_PAUSE, hers, NULL);
		assert_paused(ANA, hers, true, true);
		/* He does not know of hers before he wants it. */
		assert_paused(BOB, his, true, false);
		if (first == 0) {
			fkit_do(&k, ANA, COMMAND_RESUME, hers, NULL);
			assert_paused(ANA, hers, false, true);
			fkit_do(&k, BOB, COMMAND_RESUME, his, NULL);
		} else {
			fkit_do(&k, BOB, COMMAND_RESUME, his, NULL);
			assert_paused(BOB, his, false, true);
			assert_paused(ANA, hers, true, false);
			fkit_do(&k, ANA, COMMAND_RESUME, hers, NULL);
		}
		fkit_pass(&k, 3000);
		assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
		assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	}
}

/* She hears of his pause, which is newer than hers, when she wants it. */
static void
paused_there_meanwhile(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	fkit_do(&k, ANA, COMMAND_PAUSE, hers, NULL);
	fkit_do(&k, BOB, COMMAND_PAUSE, his, NULL);
	assert_paused(ANA, hers, true, false);
	fkit_do(&k, ANA, COMMAND_RESUME, hers, NULL);
	fkit_pass(&k, 4000);
	assert_paused(ANA, hers, false, true);
	assert_paused(BOB, his, true, false);
	fkit_do(&k, BOB, COMMAND_RESUME, his, NULL);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
}

/* Her pause is over when something comes, not when she is asked. */
static void
paused_there_until_it_begins(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct move_report r = { .kind = MOVE_STOPPED,
		.why = FLOW_STOP_PAUSED };
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	fkit_report(&k, BOB, his, &r);
	fkit_do(&k, BOB, COMMAND_PAUSE, his, NULL);
	assert_paused(BOB, his, true, true);
	k.hold_begin = true;
	fkit_do(&k, BOB, COMMAND_RESUME, his, NULL);
	fkit_pass(&k, 1000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_ACCEPTED);
	fkit_do(&k, BOB, COMMAND_PAUSE, his, NULL);
	assert_paused(BOB, his, true, true);
	k.hold_begin = false;
	fkit_do(&k, BOB, COMMAND_RESUME, his, NULL);
	fkit_pass(&k, 1000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	fkit_do(&k, BOB, COMMAND_PAUSE, his, NULL);
	assert_paused(BOB, his, true, false);
}

/* Both know of both; whoever goes first, and whoever is away meanwhile. */
static void
paused_by_both_and_away(void **state)
{
	(void)state;

	for (unsigned i = 0; i < 4; i++) {
		uint32_t hers, his;
		unsigned first = i & 1 ? ANA : BOB, then = 1 - first;
		fkit_transfer(&k, ANA, BOB, &hers, &his);
		uint32_t ids[2] = { [ANA] = hers, [BOB] = his };
		fkit_do(&k, ANA, COMMAND_PAUSE, hers, NULL);
		fkit_do(&k, BOB, COMMAND_PAUSE, his, NULL);
		assert_paused(BOB, his, true, true);
		if (i & 2)
			fkit_kill(&k, then);
		fkit_do(&k, first, COMMAND_RESUME, ids[first], NULL);
		if (i & 2) {
			fkit_pass(&k, 100000);
			fkit_kill(&k, first);
			fkit_start(&k, first);
			fkit_start(&k, then);
			fkit_pass(&k, 100000);
		}
		fkit_do(&k, then, COMMAND_RESUME, ids[then], NULL);
		fkit_pass(&k, 100000);
		assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
		assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
		fkit_finish(&k, ANA, hers, BOB, his);
	}
}

static void
resumed_while_the_other_is_away(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	fkit_do(&k, ANA, COMMAND_PAUSE, hers, NULL);
	fkit_kill(&k, BOB);
	fkit_pass(&k, 400000);
	fkit_do(&k, ANA, COMMAND_RESUME, hers, NULL);
	assert_string_equal(fkit_last(&k, ANA, ANA, MESSAGE_INFO)->text,
	    "f1 goes on by itself when node1 is there");
	fkit_pass(&k, 100000);
	fkit_kill(&k, ANA);
	fkit_start(&k, BOB);
	assert_true(fkit_get(&k, BOB, his)->paused_there);
	fkit_pass(&k, 20000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_PAUSED);
	fkit_start(&k, ANA);
	fkit_pass(&k, 20000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
}

static void
pauses_that_make_no_sense(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_offer(&k, ANA, BOB, &hers, &his);
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

/* An entry takes something of the disk, too, however empty it is. */
static void
a_rule_counts_entries(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct move_report r = { .kind = MOVE_FAILED,
		.why = FLOW_STOP_PAUSED,
		.text = "more folders" };
	fkit_offer(&k, ANA, BOB, &hers, &his);
	fkit_verify(&k, BOB, ANA);
	fkit_pass(&k, 60000);
	/* Four entries. */
	k.folder = true;
	rule(BOB, ANA, true, 1000 + 4 * 4096 - 1, NULL);
	fkit_offer(&k, ANA, BOB, &hers, &his);
	fkit_pass(&k, 60000);
	rule(BOB, ANA, true, 1000 + 7 * 4096, NULL);
	hers = fkit_send(&k, ANA, BOB, "/home/ana/b.txt");
	his = fkit_newest(&k, BOB);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	assert_int_equal(fkit_move_of(&k, BOB, his)->entries_max, 7);
	assert_int_equal(fkit_move_of(&k, ANA, hers)->entries_max, 0);
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_move_of(&k, BOB, his)->entries_max, 7);
	/* What is not as it was agreed is his to say. */
	fkit_report(&k, BOB, his, &r);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_PAUSED);
	fkit_pass(&k, 600000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_PAUSED);
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	assert_int_equal(fkit_move_of(&k, BOB, his)->entries_max, 0);
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
	fkit_offer(&k, ANA, BOB, &hers, &his);
	fkit_verify(&k, BOB, ANA);
	assert_int_equal(fkit_peer(&k, BOB, ANA)->trust, TRUST_VERIFIED);
	fkit_pass(&k, 60000);
	fkit_offer(&k, ANA, BOB, &hers, &his);
	rule(BOB, ANA, true, 2000, "/from/ana");
	fkit_pass(&k, 60000);
	fkit_send(&k, ANA, BOB, "/home/ana/b.txt");
	his = fkit_newest(&k, BOB);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	assert_string_equal(fkit_move_of(&k, BOB, his)->path, "/from/ana/");
	/* Beyond its size he is asked. */
	k.size = 2001;
	fkit_offer(&k, ANA, BOB, &hers, &his);
	/* It is remembered. */
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	fkit_pass(&k, 60000);
	k.size = 2000;
	fkit_send(&k, ANA, BOB, "/home/ana/c.txt");
	his = fkit_newest(&k, BOB);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	assert_string_equal(fkit_move_of(&k, BOB, his)->path, "/from/ana/");
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

/* A day's work: one file after the other, each taken. */
static void
take_many(void)
{
	uint32_t hers, his;

	for (unsigned i = 0; i < 12; i++) {
		fkit_pass(&k, 3000);
		fkit_offer(&k, ANA, BOB, &hers, &his);
		fkit_do(&k, BOB, COMMAND_GET, his, NULL);
		fkit_finish(&k, ANA, hers, BOB, his);
		assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_DONE);
	}
}

static void
t42_a_stranger_whose_files_are_taken_may_go_on(void **state)
{
	(void)state;
	take_many();
}

static void
t42_who_is_answered_yes_may_go_on(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_say(&k, BOB, ANA, "send them all");
	take_many();
	/* What nobody answers is three questions in a minute still. */
	for (unsigned i = 0; i < 3; i++) {
		fkit_pass(&k, 3000);
		fkit_offer(&k, ANA, BOB, &hers, &his);
	}
	fkit_pass(&k, 3000);
	fkit_send(&k, ANA, BOB, "/home/ana/too-many");
	assert_int_equal(fkit_newest(&k, BOB), his);
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
	fkit_transfer(&k, ANA, BOB, &hers, &his);
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
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	cmd = (struct command){ .kind = COMMAND_FORGET,
		.peer = *fkit_fp(&k, BOB) };
	fkit_command(&k, ANA, &cmd);
	assert_null(fkit_get(&k, ANA, hers));
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_CANCELLED);
	fkit_pass(&k, 60000);
	/* The contact: nobody is told, and nothing is left. */
	fkit_offer(&k, ANA, BOB, &hers, &his);
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
	fkit_transfer(&k, ANA, BOB, &hers, &his);
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
	fkit_transfer(&k, ANA, BOB, &hers, &his);
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
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	fkit_finish(&k, ANA, hers, BOB, his);
	/* Told, so it is history. */
	fkit_pass(&k, 1000);
	fkit_offer(&k, ANA, BOB, &hers, &his);
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
		TEST(what_was_spooled),
		TEST(paused_by_its_receiver),
		TEST(paused_by_its_sender),
		TEST(resumed_by_who_did_not_pause),
		TEST(paused_by_both),
		TEST(paused_there_meanwhile),
		TEST(paused_there_until_it_begins),
		TEST(paused_by_both_and_away),
		TEST(resumed_while_the_other_is_away),
		TEST(pauses_that_make_no_sense),
		TEST(a_rule_counts_entries),
		TEST(t42_taken_unasked),
		TEST(t42_a_stranger_whose_files_are_taken_may_go_on),
		TEST(t42_who_is_answered_yes_may_go_on),
		TEST(more_than_run_at_once_wait),
		TEST(what_is_forgotten),
		TEST(who_is_blocked_gets_nothing),
		TEST(leaving_keeps_what_can_wait),
		TEST(pages_of_the_history),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
