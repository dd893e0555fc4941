/* SPDX-License-Identifier: MIT */
/*
 * One move, and what it has to do in a turn.
 */
#include "app/mover_state.h"

#include "base/mem.h"
#include "proto/flow_prefix.h"

#include <assert.h>
#include <stdlib.h>

static void
free_sink(struct move *mv)
{
	if (!mv->finishing) {
		sink_keep(mv->sink);
		return;
	}
	sink_abandon(mv->sink);
	if (mv->drops)
		sink_drop_aside(mv->part);
}

void
move_free(struct move *mv)
{
	if (mv == NULL)
		return;
	move_close(mv);
	free_sink(mv);
	source_free(mv->source);
	flow_prefix_free(mv->prefix);
	flow_free(mv->flow);
	mem_wipe(&mv->keys, sizeof(mv->keys));
	if (mv->rest != NULL)
		mem_wipe(mv->rest, mv->rest_size);
	if (mv->batch != NULL)
		mem_wipe(mv->batch, MOVER_BATCH);
	free(mv->batch);
	free(mv->queued);
	free(mv->rest);
	free(mv->path);
	free(mv->name);
	free(mv->part);
	free(mv->downloads);
	free(mv->done_path);
	free(mv->note);
	free(mv);
}

void
move_begin(struct mover *m, struct move *mv)
{
	struct flow_cfg cfg = { .sends = mv->sends,
		.keys = &mv->keys,
		.lib = &m->lib,
		.rest = mv->rest,
		.rest_size = mv->rest_size };

	mv->flow = flow_new(&cfg);
	mv->state = MOVE_ASKED;
	mv->told_ms = m->now_ms;
	/* What came already is not in the connection any more. */
	mv->readable = mv->busy = true;
	if (mv->fd >= 0 && !mv->sends)
		receiver_begin(m, mv);
	else if (mv->fd < 0 && !receiver_looks(m, mv))
		move_lost(m, mv, 0);
}

void
move_stop(struct mover *m, struct move *mv, enum flow_stop why, bool drop)
{
	if (mv->state == MOVE_LEAVING) {
		if (drop && mv->part != NULL)
			sink_drop_aside(mv->part);
		return;
	}
	(void)flow_stop(mv->flow, why);
	mv->silent = true;
	move_leave(m, mv, drop);
}

/* A file that is put in its place is not held up, whatever else ends. */
static void
end_late(struct move *mv)
{
	char *error = NULL;

	if (!mv->finishing || !sink_is_finished(mv->sink))
		return;
	free(sink_finish_end(mv->sink, &error));
	free(error);
	if (mv->drops)
		sink_drop_aside(mv->part);
	mv->sink = NULL;
	mv->finishing = false;
}

static void
leaving_turn(struct mover *m, struct move *mv)
{
	end_late(mv);
	if (mv->fd >= 0 && !move_linger(m, mv))
		move_close(mv);
}

static void
work(struct mover *m, struct move *mv)
{
	switch (mv->state) {
	case MOVE_HASHING:
		if (mv->sends)
			resume_source_turn(m, mv);
		else
			resume_sink_turn(m, mv);
		break;
	case MOVE_SKIPPING:
		resume_skip_turn(m, mv);
		break;
	case MOVE_RUNNING:
		if (mv->sends)
			sender_turn(m, mv);
		break;
	case MOVE_FINISHING:
	case MOVE_TELLING:
		receiver_turn(m, mv);
		break;
	case MOVE_ASKED:
	case MOVE_LEAVING:
		break;
	}
}

void
move_turn(struct mover *m, struct move *mv)
{
	bool due = mv->state == MOVE_LEAVING && m->now_ms >= mv->due_ms;

	if (move_gathered(m, mv))
		mv->ready = mv->readable = true;
	if (mv->ready || mv->busy || due) {
		mv->left = MOVER_TURN_BYTES;
		mv->busy = mv->blocked = false;
		if (mv->state == MOVE_LEAVING) {
			leaving_turn(m, mv);
		} else if (move_input(m, mv)) {
			work(m, mv);
			if (!mv->blocked)
				move_flush(mv);
			if (mv->sends && mv->state == MOVE_RUNNING)
				mv->busy = !mv->blocked;
		}
		mv->ready = mv->readable = false;
	}
	move_progress(m, mv);
}

void
move_watch(const struct move *mv, struct loop *l)
{
	/* One that is gone would be ready for ever. */
	bool reads = mv->broken == 0 || mv->state != MOVE_FINISHING;

	if (mv->fd >= 0 && (reads || mv->blocked))
		loop_watch(l, mv->fd, reads, mv->blocked, mv->serial);
	if (mv->finishing)
		loop_watch(l, sink_fd(mv->sink), true, false, mv->serial);
}

void
move_ready(struct move *mv, const struct loop_event *ev)
{
	mv->ready = true;
	if (ev->fd == mv->fd && (ev->readable || ev->hangup))
		mv->readable = true;
}
