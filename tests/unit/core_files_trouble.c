/* SPDX-License-Identifier: MIT */
/*
 * Files between two earshots, and what goes wrong meanwhile: cuts, crashes,
 * disks, networks. Nobody is asked, and nothing is lost.
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

#define DAY_MS (INT64_C(24) * 3600 * 1000)

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

/* Whatever breaks: nobody is asked, and it goes on. */
static void
a_cut_is_gone_on_after(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct move_report r = { .kind = MOVE_PROGRESS };
	k.size = 200 * 1024 * 1024;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
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

/* The screen tells whether it is compared or waited for. */
static void
who_looks_hears_of_a_cut(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct move_report lost = { .kind = MOVE_LOST };
	k.hold_begin = true;
	fkit_offer(&k, ANA, BOB, &hers, &his);
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	const struct transfer *t = fkit_get(&k, BOB, his);
	assert_int_equal(t->state, TRANSFER_ACCEPTED);
	assert_true(t->moving);
	uint64_t revision = engine_model(k.nodes[BOB].engine)->revision;
	fkit_report(&k, BOB, his, &lost);
	assert_false(t->moving);
	assert_true(engine_model(k.nodes[BOB].engine)->revision > revision);
	revision = engine_model(k.nodes[BOB].engine)->revision;
	fkit_pass(&k, 2000);
	assert_true(t->moving);
	assert_true(engine_model(k.nodes[BOB].engine)->revision > revision);
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

/* A path is what the file system says it is: as others write letters, in no
 * encoding, with what nobody sees. */
static void
a_path_keeps_its_bytes(void **state)
{
	static const char part[] = "/in/e\xcc\x81\xff\xe2\x80\x8b/.part",
			  path[] = "/in/e\xcc\x81\xff\xe2\x80\x8b/a\n.txt";
	(void)state;
	uint32_t hers, his;
	struct move_report r = { .kind = MOVE_BEGUN, .part = part };
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	fkit_report(&k, BOB, his, &r);
	assert_string_equal(fkit_get(&k, BOB, his)->part, part);
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	fkit_pass(&k, 60000);
	assert_string_equal(fkit_move_of(&k, BOB, his)->part, part);
	r = (struct move_report){
		.kind = MOVE_DONE, .path = path, .done = 1000
	};
	fkit_report(&k, BOB, his, &r);
	assert_string_equal(fkit_get(&k, BOB, his)->path, path);
	char *clean = transfer_path(fkit_get(&k, BOB, his));
	assert_null(strpbrk(clean, "\xff\n"));
	free(clean);
}

/* The file is there, and nobody wrote that down before the end. */
static void
complete_before_a_crash(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct move_report r = { .kind = MOVE_DONE, .done = 1000 };
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	fkit_report(&k, ANA, hers, &r);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_DONE);
	assert_int_equal(k.nodes[BOB].parts_dropped, 0);
}

/* The same, and who sent it has forgotten it, or is not there. */
static void
complete_and_nobody_to_ask(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct move_report r = { .kind = MOVE_DONE, .done = 1000 };
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	fkit_report(&k, ANA, hers, &r);
	fkit_kill(&k, BOB);
	fkit_kill(&k, ANA);
	k.nodes[BOB].has_all = true;
	fkit_start(&k, BOB);
	fkit_pass(&k, 1000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_DONE);
	assert_string_equal(fkit_get(&k, BOB, his)->path, FKIT_PLACE);
	assert_int_equal(k.nodes[BOB].parts_dropped, 1);
	/* She does not mind hearing it again. */
	fkit_start(&k, ANA);
	fkit_pass(&k, 60000);
	fkit_say(&k, BOB, ANA, "hello");
	assert_string_equal(
	    fkit_last(&k, ANA, BOB, MESSAGE_TEXT)->text, "hello");
}

/* The same the other way round: they have it all, and will not come again. */
static void
complete_before_a_crash_of_the_sender(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct move_report r = { .kind = MOVE_DONE, .done = 1000 };
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	/* What he would say in the chat cannot be stored. */
	k.nodes[BOB].full = true;
	fkit_report(&k, BOB, his, &r);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_DONE);
	fkit_kill(&k, ANA);
	fkit_start(&k, ANA);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_ACCEPTED);
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
}

static void
an_offer_that_never_went_out(void **state)
{
	(void)state;
	fkit_kill(&k, BOB);
	uint32_t hers = fkit_send(&k, ANA, BOB, "/home/ana/a.txt");
	fkit_do(&k, ANA, COMMAND_STOP, hers, NULL);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_CANCELLED);
	assert_string_equal(transfer_ended_by(fkit_get(&k, ANA, hers)), "us");
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
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	fkit_kill(&k, BOB);
	fkit_do(&k, ANA, COMMAND_STOP, hers, NULL);
	fkit_kill(&k, ANA);
	fkit_start(&k, BOB);
	fkit_pass(&k, 5000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_ACCEPTED);
	fkit_start(&k, ANA);
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_CANCELLED);
	assert_string_equal(transfer_ended_by(fkit_get(&k, BOB, his)), "them");
	assert_int_equal(k.nodes[BOB].parts_dropped, 1);
}

/* The user takes it out of what waits; of what waits too long nobody did. */
static void
offers_that_wait_no_more(void **state)
{
	(void)state;
	fkit_kill(&k, BOB);
	uint32_t hers = fkit_send(&k, ANA, BOB, "/home/ana/a.txt");
	struct command cmd = { .kind = COMMAND_CANCEL,
		.peer = *fkit_fp(&k, BOB),
		.has_target = true,
		.target = fkit_get(&k, ANA, hers)->message };
	fkit_command(&k, ANA, &cmd);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_CANCELLED);
	assert_string_equal(transfer_ended_by(fkit_get(&k, ANA, hers)), "us");
	hers = fkit_send(&k, ANA, BOB, "/home/ana/b.txt");
	k.now.wall_ms += 31 * DAY_MS;
	k.now.mono_ms += 31 * DAY_MS;
	fkit_pass(&k, 1000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_CANCELLED);
	assert_null(transfer_ended_by(fkit_get(&k, ANA, hers)));
	assert_string_equal(
	    fkit_get(&k, ANA, hers)->reason, "expired: it waited for 30 days");
}

static void
who_cannot_be_dialled_comes(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_offer(&k, ANA, BOB, &hers, &his);
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
	fkit_offer(&k, ANA, BOB, &hers, &his);
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

static void
a_newer_connection_counts(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
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
	fkit_transfer(&k, ANA, BOB, &hers, &his);
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

/* There was room again, and nobody wrote down that it came: whoever paused it,
 * it is here. */
static void
a_full_disk_and_a_crash_at_the_end(void **state)
{
	(void)state;
	struct move_report here = { .kind = MOVE_FAILED,
		.why = FLOW_STOP_SINK,
		.text = "no space is left" };
	for (int by_user = 0; by_user < 2; by_user++) {
		uint32_t hers, his;
		k.nodes[BOB].has_all = false;
		fkit_transfer(&k, ANA, BOB, &hers, &his);
		if (by_user)
			fkit_do(&k, BOB, COMMAND_PAUSE, his, NULL);
		else
			fkit_report(&k, BOB, his, &here);
		assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_PAUSED);
		fkit_kill(&k, ANA);
		fkit_kill(&k, BOB);
		k.nodes[BOB].has_all = true;
		fkit_start(&k, BOB);
		fkit_pass(&k, 1000);
		assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_DONE);
		assert_string_equal(fkit_get(&k, BOB, his)->path, FKIT_PLACE);
		/* She hears of it when they speak. */
		fkit_start(&k, ANA);
		fkit_say(&k, BOB, ANA, "hello");
		fkit_pass(&k, 60000);
		assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
	}
}

/* Who finds that he has all of it has told nobody, and may die again. */
static void
found_and_said_over_a_restart(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	fkit_kill(&k, ANA);
	fkit_kill(&k, BOB);
	k.nodes[BOB].has_all = true;
	fkit_start(&k, BOB);
	fkit_pass(&k, 1000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_DONE);
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	fkit_start(&k, ANA);
	fkit_pass(&k, 60000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
}

/* The last word of the connection is lost: it is in the chat, too, whatever
 * happens to either. */
static void
done_and_said_in_the_chat(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct move_report lost = { .kind = MOVE_LOST };
	struct move_report r = { .kind = MOVE_DONE, .done = 1000 };
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	both_report(hers, &lost, his, &r);
	fkit_pass(&k, 3000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
	/* As soon as it can be stored. */
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	k.nodes[BOB].full = true;
	both_report(hers, &lost, his, &r);
	fkit_pass(&k, 10000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_ACCEPTED);
	k.nodes[BOB].full = false;
	fkit_pass(&k, 10000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
}

/* Nor can that be stored: she asks, and is told. */
static void
done_and_not_heard(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct move_report lost = { .kind = MOVE_LOST };
	struct move_report r = { .kind = MOVE_DONE, .done = 1000 };
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	k.nodes[BOB].full = true;
	both_report(hers, &lost, his, &r);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_ACCEPTED);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_DONE);
	fkit_pass(&k, 100000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_ACCEPTED);
	/* With the next session; and at once where she wants to know. */
	fkit_do(&k, ANA, COMMAND_RESUME, hers, NULL);
	fkit_pass(&k, 10000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_DONE);
	assert_int_equal(k.nodes[BOB].move_count, 1);
	k.nodes[BOB].full = false;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	k.nodes[BOB].full = true;
	both_report(hers, &lost, his, &r);
	fkit_cut(&k);
	fkit_say(&k, ANA, BOB, "are you there?");
	fkit_pass(&k, 5000);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_DONE);
	fkit_pass(&k, 600000);
	assert_int_equal(k.nodes[BOB].move_count, 2);
}

static void
report_changed(uint32_t hers, uint32_t his, enum flow_stop why)
{
	struct move_report there = { .kind = MOVE_STOPPED, .why = why };
	struct move_report here = {
		.kind = MOVE_FAILED, .why = why, .text = "a.txt changed"
	};

	both_report(hers, &here, his, &there);
}

/* What was offered is nowhere any more: it is over for both at once, and
 * nothing says that asking for it again helps. */
static void
t40_changed_at_its_sender(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	struct move_report some = { .kind = MOVE_PROGRESS, .done = 100 };
	both_report(hers, &some, his, &some);
	report_changed(hers, his, FLOW_STOP_CHANGED);
	const struct transfer *t = fkit_get(&k, BOB, his);
	assert_int_equal(t->state, TRANSFER_FAILED);
	assert_string_equal(
	    t->reason, "it changed at its sender; another /send brings it");
	assert_null(t->part);
	assert_int_equal(k.nodes[BOB].parts_dropped, 1);
	t = fkit_get(&k, ANA, hers);
	assert_int_equal(t->state, TRANSFER_FAILED);
	assert_string_equal(t->reason, "a.txt changed");
	fkit_do(&k, BOB, COMMAND_GET, his, NULL);
	assert_string_equal(fkit_last(&k, BOB, BOB, MESSAGE_ERROR)->text,
	    "f1 is not taken: it is not to be had any more");
	fkit_pass(&k, 600000);
	assert_int_equal(k.nodes[BOB].move_count, 1);
	/* Another one is another one. */
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	fkit_finish(&k, ANA, hers, BOB, his);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_DONE);
}

static void
t40_changed_before_it_began(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	report_changed(hers, his, FLOW_STOP_CHANGED);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_FAILED);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_FAILED);
}

/* He lost her last word, and hears it when he comes again. */
static void
t40_changed_and_not_heard(void **state)
{
	(void)state;
	uint32_t hers, his;
	struct move_report lost = { .kind = MOVE_LOST };
	struct move_report here = { .kind = MOVE_FAILED,
		.why = FLOW_STOP_CHANGED,
		.text = "a.txt changed" };
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	both_report(hers, &here, his, &lost);
	fkit_pass(&k, 10000);
	const struct transfer *t = fkit_get(&k, BOB, his);
	assert_int_equal(t->state, TRANSFER_FAILED);
	assert_non_null(strstr(t->reason, "it changed at its sender"));
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_FAILED);
}

/* It is what was offered, but not what lies here: it can begin again. */
static void
t40_what_is_here_is_another_one(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
	struct move_report some = { .kind = MOVE_PROGRESS, .done = 100 };
	both_report(hers, &some, his, &some);
	report_changed(hers, his, FLOW_STOP_OTHER);
	const struct transfer *t = fkit_get(&k, BOB, his);
	assert_int_equal(t->state, TRANSFER_PAUSED);
	assert_string_equal(t->reason,
	    "it begins otherwise at its sender now; resuming starts it again");
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_ACCEPTED);
	/* What is here stays until he says so, over restarts too. */
	fkit_kill(&k, BOB);
	fkit_start(&k, BOB);
	fkit_pass(&k, 600000);
	assert_int_equal(k.nodes[BOB].move_count, 1);
	assert_int_equal(k.nodes[BOB].parts_dropped, 0);
	fkit_do(&k, BOB, COMMAND_RESUME, his, NULL);
	fkit_pass(&k, 1000);
	assert_int_equal(k.nodes[BOB].parts_dropped, 1);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	fkit_finish(&k, ANA, hers, BOB, his);
}

/* Who receives has no say in what is here. */
static void
t40_changed_says_the_receiver(void **state)
{
	static const enum flow_stop words[] = { FLOW_STOP_CHANGED,
		FLOW_STOP_OTHER };
	(void)state;

	for (size_t i = 0; i < 2; i++) {
		uint32_t hers, his;
		fkit_transfer(&k, ANA, BOB, &hers, &his);
		struct move_report said = { .kind = MOVE_STOPPED,
			.why = words[i] };
		struct move_report lost = { .kind = MOVE_LOST };
		both_report(hers, &said, his, &lost);
		assert_false(fkit_get(&k, ANA, hers)->gone);
		fkit_pass(&k, 2000);
		assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
		fkit_finish(&k, ANA, hers, BOB, his);
	}
}

static void
a_source_that_cannot_be_read(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
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
	/* Then nobody has paused it, whatever breaks. */
	fkit_cut(&k);
	fkit_pass(&k, 2000);
	assert_int_equal(fkit_state(&k, BOB, his), TRANSFER_RUNNING);
	assert_int_equal(fkit_state(&k, ANA, hers), TRANSFER_RUNNING);
}

static void
what_nobody_understands_ends(void **state)
{
	(void)state;
	uint32_t hers, his;
	fkit_transfer(&k, ANA, BOB, &hers, &his);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_cut_is_gone_on_after),
		TEST(who_looks_hears_of_a_cut),
		TEST(restarts_at_each_state),
		TEST(a_path_keeps_its_bytes),
		TEST(complete_before_a_crash),
		TEST(complete_and_nobody_to_ask),
		TEST(complete_before_a_crash_of_the_sender),
		TEST(an_offer_that_never_went_out),
		TEST(acknowledged_after_the_commit),
		TEST(ends_while_the_other_is_away),
		TEST(offers_that_wait_no_more),
		TEST(who_cannot_be_dialled_comes),
		TEST(no_way_at_all),
		TEST(a_newer_connection_counts),
		TEST(a_full_disk),
		TEST(a_full_disk_and_a_crash_at_the_end),
		TEST(found_and_said_over_a_restart),
		TEST(done_and_said_in_the_chat),
		TEST(done_and_not_heard),
		TEST(t40_changed_at_its_sender),
		TEST(t40_changed_before_it_began),
		TEST(t40_changed_and_not_heard),
		TEST(t40_what_is_here_is_another_one),
		TEST(t40_changed_says_the_receiver),
		TEST(a_source_that_cannot_be_read),
		TEST(what_nobody_understands_ends),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
