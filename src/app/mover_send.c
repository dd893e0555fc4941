/* SPDX-License-Identifier: MIT */
/*
 * From the disk into the records: bytes of files are read to where they are
 * sealed. Not a byte and not a file more than was offered goes, so a folder
 * that has grown is another one.
 */
#include "app/mover_state.h"

#include "app/language.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
fail_changed(struct mover *m, struct move *mv)
{
	move_fail(m, mv, FLOW_STOP_CHANGED,
	    xasprintf(say(language(), "%s is not what was offered any more"),
		mv->name));
}

bool
sender_open(struct mover *m, struct move *mv)
{
	struct source_plan plan = { .path = mv->path,
		.expects = !mv->folder,
		.size = mv->size,
		.mtime = mv->mtime,
		.exact = true,
		.sorted = true };
	char *error = NULL;

	source_free(mv->source);
	mv->source = NULL;
	mv->tally = (struct tally){ .at = 0 };
	if (source_open(&plan, &mv->source, &error) == 0)
		return true;
	move_fail(m, mv, FLOW_STOP_SOURCE, error);
	return false;
}

/* What begins it, or makes it longer than it was. */
static bool
is_as_offered(const struct move *mv, const struct file_piece *piece)
{
	if (piece->kind != FILE_PIECE_FILE && piece->kind != FILE_PIECE_ENTER)
		return true;
	if (mv->tally.at == 0)
		return mv->folder == (piece->kind == FILE_PIECE_ENTER);
	return piece->kind == FILE_PIECE_ENTER ||
	       (mv->tally.files_done < mv->files &&
		   piece->size <= mv->size - mv->tally.done);
}

bool
sender_accepts(struct mover *m, struct move *mv, const struct file_piece *piece)
{
	bool first = mv->tally.at == 0 && !mv->folder;

	if (piece->kind == FILE_PIECE_ERROR) {
		/* Of a single file, before anything of it, it says that it is
		 * not the same. */
		move_fail(m, mv, first ? FLOW_STOP_CHANGED : FLOW_STOP_SOURCE,
		    xstrdup(piece->name));
		return false;
	}
	if (piece->kind == FILE_PIECE_NOTE) {
		move_note(mv, piece->name);
		return false;
	}
	if (is_as_offered(mv, piece))
		return true;
	fail_changed(m, mv);
	return false;
}

void
sender_begin(struct mover *m, struct move *mv, uint64_t offset)
{
	mv->state = MOVE_RUNNING;
	mv->busy = true;
	if (flow_begin(mv->flow, offset) < 0)
		move_lost(m, mv, EPROTO);
	else
		move_begun(m, mv);
}

void
sender_event(struct mover *m, struct move *mv, const struct flow_event *ev)
{
	if (ev->kind == FLOW_DONE) {
		move_done(m, mv);
		return;
	}
	if (ev->kind != FLOW_WANTED || !sender_open(m, mv))
		return;
	if (ev->count == 0) {
		sender_begin(m, mv, 0);
		return;
	}
	mv->mark_count = ev->count;
	memcpy(mv->marks, ev->marks, ev->count * sizeof(*ev->marks));
	resume_source_begin(m, mv);
}

static void
spend(struct move *mv, size_t n)
{
	mv->left -= n < mv->left ? n : mv->left;
}

static void
end_stream(struct mover *m, struct move *mv)
{
	if (flow_end(mv->flow, source_changed(mv->source),
		source_left_out(mv->source)) < 0) {
		move_lost(m, mv, EPROTO);
		return;
	}
	mv->state = MOVE_ASKED;
	move_ended(m, mv);
	source_free(mv->source);
	mv->source = NULL;
}

/* Bytes that were read already, while it was compared. */
static void
give_bytes(struct mover *m, struct move *mv, const struct file_piece *piece)
{
	if (flow_piece(mv->flow, piece) < 0) {
		move_lost(m, mv, EPROTO);
		return;
	}
	tally_bytes(&mv->tally, piece->count);
	spend(mv, piece->count);
}

static void
give(struct mover *m, struct move *mv, const struct file_piece *piece)
{
	if (piece->kind == FILE_PIECE_END) {
		end_stream(m, mv);
	} else if (piece->kind == FILE_PIECE_BYTES) {
		give_bytes(m, mv, piece);
	} else if (sender_accepts(m, mv, piece)) {
		if (flow_piece(mv->flow, piece) < 0) {
			move_lost(m, mv, EPROTO);
			return;
		}
		tally_head(&mv->tally, piece);
		spend(mv, MOVER_ENTRY_COST);
	}
}

/* False: the source has to say what is the matter. */
static bool
read_file(struct mover *m, struct move *mv, int fd, uint64_t left)
{
	size_t cap;
	uint8_t *to = flow_space(mv->flow, &cap);
	ssize_t got;

	if (cap > left)
		cap = (size_t)left;
	do
		got = read(fd, to, cap);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return false;
	source_took(mv->source, (size_t)got);
	tally_bytes(&mv->tally, (size_t)got);
	spend(mv, (size_t)got);
	if (flow_filled(mv->flow, (size_t)got) < 0)
		move_lost(m, mv, EPROTO);
	return true;
}

static void
send_on(struct mover *m, struct move *mv)
{
	struct file_piece piece;
	uint64_t left;

	if (mv->has_piece) {
		mv->has_piece = false;
		give(m, mv, &mv->piece);
		return;
	}
	int fd = source_fd(mv->source, &left);
	if (fd >= 0 && left > 0 && read_file(m, mv, fd, left))
		return;
	source_next(mv->source, &piece);
	give(m, mv, &piece);
}

void
sender_turn(struct mover *m, struct move *mv)
{
	while (mv->state == MOVE_RUNNING && mv->left > 0) {
		if (!flow_takes(mv->flow) && !move_flush(mv))
			return;
		send_on(m, mv);
	}
}
