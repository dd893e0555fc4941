/* SPDX-License-Identifier: MIT */
/*
 * From the records to the disk. What the other end says of sizes is not
 * believed: not a byte and not a file more is written than our user accepted.
 */
#include "app/mover_state.h"

#include "app/language.h"
#include "base/err.h"
#include "base/mem.h"
#include "proto/flow_prefix.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void
fail_limit(struct mover *m, struct move *mv)
{
	move_fail(m, mv, FLOW_STOP_PROTOCOL,
	    xasprintf(
		say(language(), "more of %s came than was offered"), mv->name));
}

static struct sink_plan
plan_of(const struct move *mv)
{
	return (struct sink_plan){
		.where = mv->path[0] == '\0' ? NULL : mv->path,
		.folder = mv->downloads,
		.name = mv->name,
		.is_folder = mv->folder,
		.size_known = true,
		.size = mv->size,
		.mtime = mv->mtime,
		/* Until main has stored where it is. */
		.keeps_list = true,
	};
}

static void
drop_part(struct move *mv)
{
	sink_drop_aside(mv->part);
	free(mv->part);
	mv->part = NULL;
}

/* What was there may have been removed, or be damaged: then anew. */
static int
open_sink(struct move *mv, char **ret_error)
{
	struct sink_plan plan = plan_of(mv);

	if (mv->part != NULL) {
		int err = sink_resume(&plan, mv->part, &mv->sink, ret_error);
		if (err == 0) {
			mv->begun = true;
			return 0;
		}
		if (err != ERR_NOT_FOUND && err != ERR_FORMAT)
			return err;
		free(*ret_error);
		*ret_error = NULL;
		drop_part(mv);
	}
	return sink_open_part(&plan, &mv->sink, ret_error);
}

void
receiver_begin(struct mover *m, struct move *mv)
{
	char *error = NULL;
	int err = open_sink(mv, &error);

	if (err == ERR_STATE) {
		/* It is being finished, and will be found under its name; or
		 * removed, and comes anew. */
		free(error);
		move_lost(m, mv, EBUSY);
	} else if (err < 0) {
		move_fail(m, mv, FLOW_STOP_SINK, error);
	} else if (mv->part == NULL) {
		receiver_want(m, mv);
	} else {
		mv->state = MOVE_HASHING;
	}
}

void
receiver_want(struct mover *m, struct move *mv)
{
	if (mv->prefix != NULL) {
		flow_prefix_end(mv->prefix);
		mv->mark_count = flow_prefix_marks(mv->prefix, mv->marks);
		flow_prefix_free(mv->prefix);
		mv->prefix = NULL;
	}
	mv->state = MOVE_ASKED;
	mv->busy = true;
	if (flow_want(mv->flow, mv->marks, mv->mark_count) < 0)
		move_lost(m, mv, EPROTO);
}

static bool
is_ours(const struct move *mv, uint64_t offset)
{
	for (size_t i = 0; i < mv->mark_count; i++)
		if (mv->marks[i].offset == offset)
			return true;
	return offset == 0;
}

/* Where that is; a folder goes on at its end, or from the beginning. */
static void
tally_cut(struct tally *t, uint64_t offset)
{
	uint64_t back = t->at - offset;

	if (offset == 0) {
		*t = (struct tally){ .at = 0 };
		return;
	}
	t->files_done -= back > 0 && t->left == 0;
	t->at -= back;
	t->done -= back;
	t->left += back;
}

/* Of a folder another part is begun, since it may have a million files. */
static int
cut_sink(struct move *mv, uint64_t offset, char **ret_error)
{
	struct sink_plan plan = plan_of(mv);

	if (mv->part == NULL)
		return 0;
	if (offset > 0 || !mv->folder || sink_has_name(mv->sink))
		return sink_cut(mv->sink, offset, ret_error);
	sink_keep(mv->sink);
	mv->sink = NULL;
	mv->begun = false;
	drop_part(mv);
	return sink_open_part(&plan, &mv->sink, ret_error);
}

static void
on_begun(struct mover *m, struct move *mv, uint64_t offset)
{
	char *error = NULL;

	if (mv->state != MOVE_ASKED || !is_ours(mv, offset)) {
		move_fail_protocol(m, mv);
		return;
	}
	tally_cut(&mv->tally, offset);
	if (cut_sink(mv, offset, &error) < 0) {
		move_fail(m, mv, FLOW_STOP_SINK, error);
		return;
	}
	mv->state = MOVE_RUNNING;
	move_begun(m, mv);
}

int
receiver_write(struct move *mv, char **ret_error)
{
	struct file_piece all = { .kind = FILE_PIECE_BYTES,
		.bytes = mv->batch,
		.count = mv->batch_size };

	if (mv->batch_size == 0)
		return 0;
	mv->batch_size = 0;
	return sink_piece(mv->sink, &all, ret_error);
}

/* A small file comes in one piece; a large one goes to the disk in steps. */
static int
take_bytes(struct move *mv, const struct file_piece *piece, char **ret_error)
{
	const uint8_t *p = piece->bytes;
	size_t n = piece->count;

	if (mv->batch_size == 0 && n == mv->tally.left)
		return sink_piece(mv->sink, piece, ret_error);
	if (mv->batch == NULL)
		mv->batch = xmalloc(MOVER_BATCH);
	uint64_t at = mv->tally.size - mv->tally.left;
	while (n > 0) {
		size_t part = MOVER_BATCH - (size_t)(at % MOVER_BATCH);
		if (part > n)
			part = n;
		memcpy(mv->batch + mv->batch_size, p, part);
		mv->batch_size += part;
		p += part;
		n -= part;
		at += part;
		int err = at % MOVER_BATCH == 0 || at == mv->tally.size
			      ? receiver_write(mv, ret_error)
			      : 0;
		if (err < 0)
			return err;
	}
	return 0;
}

/* A folder costs the disk something, however empty it is; nobody offered how
 * many there are, so that is no fault of theirs. */
static bool
takes_entry(struct mover *m, struct move *mv, const struct file_piece *piece)
{
	const struct tally *t = &mv->tally;

	if (piece->kind != FILE_PIECE_FILE && piece->kind != FILE_PIECE_ENTER)
		return true;
	if (mv->folder && piece->kind == FILE_PIECE_FILE &&
	    t->files_done >= mv->files) {
		fail_limit(m, mv);
		return false;
	}
	if (mv->entries_max == 0 || t->entries < mv->entries_max)
		return true;
	move_fail(m, mv, FLOW_STOP_PAUSED,
	    xasprintf(say(language(),
			  "%s has more folders than /accept takes unasked; "
			  "/get takes it"),
		mv->name));
	return false;
}

static void
on_piece(struct mover *m, struct move *mv, const struct file_piece *piece)
{
	struct tally *t = &mv->tally;
	uint64_t room = t->done < mv->size ? mv->size - t->done : 0;
	bool bytes = piece->kind == FILE_PIECE_BYTES;
	uint64_t size = bytes                            ? piece->count
			: piece->kind == FILE_PIECE_FILE ? piece->size
							 : 0;
	char *error = NULL;

	if (size > room) {
		fail_limit(m, mv);
		return;
	}
	if (!takes_entry(m, mv, piece))
		return;
	sink_share(mv->sink, m->shares);
	int err = bytes ? take_bytes(mv, piece, &error)
			: sink_piece(mv->sink, piece, &error);
	if (err < 0) {
		move_fail(m, mv, FLOW_STOP_SINK, error);
		return;
	}
	if (bytes)
		tally_bytes(t, size);
	else
		tally_head(t, piece);
	size_t cost = bytes ? piece->count : (size_t)MOVER_ENTRY_COST;
	mv->left -= cost < mv->left ? cost : mv->left;
}

/* Takes text. */
static void
add_note(char **note, char *text)
{
	char *both = *note == NULL ? text : xasprintf("%s; %s", *note, text);

	if (both != text)
		free(text);
	free(*note);
	*note = both;
}

static void
note_end(struct move *mv, const struct flow_event *ev)
{
	char *names = sink_names_note(mv->sink), *note = NULL;

	if (ev->changed)
		add_note(&note,
		    xasprintf(say(language(), "%s changed while it was sent"),
			mv->name));
	if (ev->left_out > 0)
		add_note(&note,
		    xasprintf(
			say_n(language(),
			    "%u thing in it was left out: neither a file nor a "
			    "folder",
			    "%u things in it were left out: neither files nor "
			    "folders",
			    ev->left_out),
			ev->left_out));
	if (names != NULL)
		add_note(&note, names);
	if (note != NULL)
		move_note(mv, note);
	free(note);
}

/* It is on the disk, or cannot be. Takes path and error. */
static void
placed(struct mover *m, struct move *mv, char *path, char *error)
{
	mv->sink = NULL;
	mv->finishing = false;
	if (path == NULL) {
		move_fail(m, mv, FLOW_STOP_SINK, error);
		return;
	}
	mv->done_path = path;
	mv->state = MOVE_TELLING;
	mv->busy = true;
	(void)flow_done(mv->flow);
}

static void
on_end(struct mover *m, struct move *mv, const struct flow_event *ev)
{
	char *error = NULL;

	note_end(mv, ev);
	mv->state = MOVE_FINISHING;
	move_ended(m, mv);
	if (sink_finish_begin(mv->sink) == 0) {
		mv->finishing = true;
		return;
	}
	char *path = sink_finish(mv->sink, &error);
	placed(m, mv, path, error);
}

void
receiver_event(struct mover *m, struct move *mv, const struct flow_event *ev)
{
	if (ev->kind == FLOW_BEGUN)
		on_begun(m, mv, ev->offset);
	else if (mv->state != MOVE_RUNNING)
		move_fail_protocol(m, mv);
	else if (ev->kind == FLOW_PIECE)
		on_piece(m, mv, &ev->piece);
	else if (ev->kind == FLOW_END)
		on_end(m, mv, ev);
}

bool
receiver_has_it(struct mover *m, struct move *mv)
{
	char *error = NULL;

	if (mv->sends || mv->sink == NULL || mv->finishing ||
	    !sink_has_name(mv->sink))
		return false;
	mv->done_path = sink_finish(mv->sink, &error);
	mv->sink = NULL;
	free(error);
	if (mv->done_path == NULL)
		return false;
	mv->tally.done = mv->size;
	mv->tally.files_done = 0;
	move_close(mv);
	move_done(m, mv);
	return true;
}

bool
receiver_looks(struct mover *m, struct move *mv)
{
	struct sink_plan plan = plan_of(mv);
	char *error = NULL;

	if (mv->sends || mv->part == NULL)
		return false;
	if (sink_resume(&plan, mv->part, &mv->sink, &error) < 0) {
		free(error);
		return false;
	}
	mv->begun = true;
	return receiver_has_it(m, mv);
}

void
receiver_turn(struct mover *m, struct move *mv)
{
	char *error = NULL;

	if (mv->state == MOVE_FINISHING && sink_is_finished(mv->sink)) {
		char *path = sink_finish_end(mv->sink, &error);
		placed(m, mv, path, error);
	}
	if (mv->state == MOVE_TELLING && move_flush(mv))
		move_done(m, mv);
}
