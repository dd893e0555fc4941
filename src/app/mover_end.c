/* SPDX-License-Identifier: MIT */
/*
 * What main is told of a move. After the last of it the move only says goodbye
 * to the other end.
 */
#include "app/mover_state.h"

#include "app/language.h"
#include "base/err.h"
#include "base/mem.h"
#include "proto/flow_prefix.h"

#include <errno.h>
#include <stdlib.h>

/* The first note, and how many there were. */
static char *
take_note(struct move *mv)
{
	char *text = mv->note;
	unsigned more = mv->notes > 1 ? mv->notes - 1 : 0;

	mv->note = NULL;
	if (more == 0)
		return text;
	char *longer = xasprintf(say_n(language(), "%s; and %u more like it",
				     "%s; and %u more like it", more),
	    text, more);
	free(text);
	return longer;
}

void
move_note(struct move *mv, const char *text)
{
	if (mv->note == NULL)
		mv->note = xstrdup(text);
	mv->notes++;
}

static struct mover_report *
new_report(struct mover *m, struct move *mv, enum move_kind kind)
{
	struct mover_report *n = mover_report_new(kind, mv->serial);

	n->r.done = mv->tally.done;
	n->r.files_done = mv->tally.files_done;
	n->r.at = mv->told_at = mv->tally.at;
	mv->told_ms = m->now_ms;
	return n;
}

/* With what came and was not written; where that fails it comes once more. */
static void
keep_sink(struct move *mv)
{
	char *error = NULL;

	(void)receiver_write(mv, &error);
	free(error);
	sink_keep(mv->sink);
}

static void
leave_sink(struct move *mv, bool drop)
{
	if (mv->finishing) {
		mv->drops |= drop;
		if (drop)
			sink_finish_kill(mv->sink);
		return;
	}
	/* One that main does not know of would stay for ever. */
	if (mv->sink != NULL && !drop && mv->begun)
		keep_sink(mv);
	else
		sink_abandon_aside(mv->sink);
	mv->sink = NULL;
	if (drop && mv->part != NULL)
		sink_drop_aside(mv->part);
}

void
move_leave(struct mover *m, struct move *mv, bool drop)
{
	leave_sink(mv, drop);
	source_free(mv->source);
	flow_prefix_free(mv->prefix);
	mv->source = NULL;
	mv->prefix = NULL;
	mv->has_piece = false;
	mv->state = MOVE_LEAVING;
	mv->silent = mv->busy = true;
	mv->due_ms = m->now_ms + MOVER_LINGER_MS;
}

static void
post(struct mover *m, struct move *mv, struct mover_report *n)
{
	if (mv->silent)
		mover_report_free(n);
	else
		mover_post(m, n);
}

/* What is not kept is gone when it is told. */
static void
end(struct mover *m, struct move *mv, struct mover_report *n)
{
	bool silent = mv->silent;

	move_leave(m, mv, false);
	mv->silent = silent;
	post(m, mv, n);
	mv->silent = true;
}

void
move_fail(struct mover *m, struct move *mv, enum flow_stop why, char *text)
{
	struct mover_report *n = new_report(m, mv, MOVE_FAILED);

	n->r.why = why;
	n->text = text;
	(void)flow_stop(mv->flow, why);
	end(m, mv, n);
}

void
move_fail_protocol(struct mover *m, struct move *mv)
{
	move_fail(m, mv, FLOW_STOP_PROTOCOL,
	    xasprintf(say(language(),
			  "%s: the other end does not keep to the protocol"),
		mv->name));
}

void
move_lost(struct mover *m, struct move *mv, int sys_errno)
{
	struct mover_report *n = new_report(m, mv, MOVE_LOST);

	n->r.sys_errno = sys_errno;
	move_close(mv);
	end(m, mv, n);
}

void
move_broke(struct mover *m, struct move *mv, int err)
{
	/* Somebody between the two can do that to any connection, so it says
	 * nothing of the other end. */
	move_lost(m, mv, err == ERR_AUTH ? EBADMSG : EPROTO);
}

void
move_told(struct mover *m, struct move *mv, enum flow_stop why)
{
	struct mover_report *n = new_report(m, mv, MOVE_STOPPED);

	n->r.why = why;
	move_close(mv);
	end(m, mv, n);
}

void
move_done(struct mover *m, struct move *mv)
{
	struct mover_report *n = new_report(m, mv, MOVE_DONE);

	n->path = mv->done_path;
	mv->done_path = NULL;
	n->note = take_note(mv);
	end(m, mv, n);
}

void
move_begun(struct mover *m, struct move *mv)
{
	struct mover_report *n = new_report(m, mv, MOVE_BEGUN);

	n->r.offset = mv->tally.done;
	if (mv->sink != NULL) {
		free(mv->part);
		mv->part = xstrdup(sink_part(mv->sink));
		n->part = xstrdup(mv->part);
	}
	mv->begun = true;
	post(m, mv, n);
}

void
move_ended(struct mover *m, struct move *mv)
{
	struct mover_report *n = new_report(m, mv, MOVE_PROGRESS);

	n->r.ended = true;
	post(m, mv, n);
}

void
move_progress(struct mover *m, struct move *mv)
{
	if (mv->state == MOVE_LEAVING || mv->tally.at == mv->told_at ||
	    m->now_ms - mv->told_ms < MOVER_REPORT_MS)
		return;
	post(m, mv, new_report(m, mv, MOVE_PROGRESS));
}
