/* SPDX-License-Identifier: MIT */
/*
 * The bytes of transfers: from a source to a dialect, from a dialect to a
 * sink. Neither is trusted to keep to what was offered.
 */
#include "core/transfers.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { RATE_MS = 1000, NOTE_BYTES_MAX = 400 };

void
transfer_close(struct engine *e, struct transfer *t, bool keep)
{
	if (t->source_open)
		effect_add(e, (struct effect){ .kind = EFFECT_SOURCE_CLOSE,
				  .token = t->id });
	if (t->sink_open && !keep)
		effect_add(e, (struct effect){
				  .kind = EFFECT_SINK_CLOSE, .token = t->id });
	t->source_open = false;
	t->sink_open = t->sink_open && keep;
	t->ending = false;
	t->conn = 0;
	if (t->part == NULL || keep)
		return;
	effect_add(
	    e, (struct effect){
		   .kind = EFFECT_PART_DROP, .token = t->id, .text = t->part });
	free(t->part);
	t->part = NULL;
	t->done = 0;
	t->files_done = 0;
}

/* It cannot go on, and the wire does not know yet. */
static void
give_up(
    struct engine *e, struct now now, struct transfer *t, const char *reason)
{
	wire_stop(e, now, t);
	transfer_close(e, t, false);
	transfer_set_state(e, now, t, TRANSFER_FAILED, reason);
}

static void
open_source(struct engine *e, struct transfer *t)
{
	effect_add(e, (struct effect){
			  .kind = EFFECT_SOURCE_OPEN,
			  .token = t->id,
			  .conn = t->conn,
			  .text = t->path,
			  .on = t->folder,
			  .offset = t->offset,
			  .piece = { .kind = FILE_PIECE_FILE,
			      .size = t->size,
			      .mtime = t->mtime },
		      });
	t->source_open = true;
}

static void
open_sink(struct engine *e, struct transfer *t)
{
	enum file_piece_kind kind =
	    t->folder ? FILE_PIECE_ENTER : FILE_PIECE_FILE;

	effect_add(e, (struct effect){
			  .kind = EFFECT_SINK_OPEN,
			  .token = t->id,
			  .text = t->path == NULL ? "" : t->path,
			  .on = t->size_known && !t->folder,
			  .piece = { .kind = (uint8_t)kind,
			      .name = t->name,
			      .size = t->size,
			      .mtime = t->mtime },
		      });
	t->sink_open = true;
}

/* Whether it may run over a connection of the wire, from that offset on. */
static bool
may_start(const struct engine *e, const struct transfer *t, uint64_t offset)
{
	if (!t->mine)
		return t->state == TRANSFER_ACCEPTED &&
		       (offset == 0 || (t->sink_open && offset == t->done));
	return (t->state == TRANSFER_OFFERED || t->state == TRANSFER_PAUSED ||
		   t->state == TRANSFER_FAILED) &&
	       (t->folder || offset <= t->size) &&
	       transfers_running(e) < TRANSFERS_RUNNING_MAX;
}

bool
transfer_started(struct engine *e, struct now now, uint32_t id, uint32_t conn,
    uint64_t offset)
{
	struct transfer *t = transfer_get(e, id);

	if (t == NULL || !may_start(e, t, offset))
		return false;
	if (!t->mine && t->sink_open && offset == 0)
		transfer_close(e, t, false);
	t->conn = conn;
	t->offset = t->folder ? 0 : offset;
	t->done = t->rate_done = t->offset;
	t->files_done = 0;
	t->started_mono_ms = t->shown_ms = t->rate_ms = now.mono_ms;
	t->ended_mono_ms = 0;
	transfer_set_state(e, now, t, TRANSFER_RUNNING, NULL);
	if (t->mine)
		open_source(e, t);
	else if (!t->sink_open)
		open_sink(e, t);
	return true;
}

static void
measure(struct engine *e, struct now now, struct transfer *t)
{
	int64_t ms = now.mono_ms - t->rate_ms;

	if (ms < RATE_MS)
		return;
	uint64_t rate = (t->done - t->rate_done) * 1000 / (uint64_t)ms;
	t->rate = t->rate == 0 ? rate : (t->rate * 3 + rate) / 4;
	t->rate_ms = now.mono_ms;
	t->rate_done = t->done;
	model_touch(e->model);
	effect_add(e, (struct effect){
			  .kind = EFFECT_TRANSFER,
			  .token = t->id,
			  .conv = t->conv,
			  .fp = t->peer,
			  .state = t->state,
			  .on = true,
		      });
}

void
transfer_moved(
    struct engine *e, struct now now, struct transfer *t, uint64_t done)
{
	t->done = done;
	t->moved_ms = now.mono_ms;
	if (now.mono_ms - t->kept_ms >= TRANSFER_KEEP_MS)
		transfer_keep(e, now, t);
	measure(e, now, t);
	if (now.mono_ms - t->shown_ms < TRANSFER_SHOW_MS)
		return;
	t->shown_ms = now.mono_ms;
	model_touch(e->model);
}

static void
give_sink(
    struct engine *e, const struct transfer *t, const struct file_piece *piece)
{
	effect_add(e,
	    (struct effect){
		.kind = EFFECT_SINK_PIECE, .token = t->id, .piece = *piece });
}

/* What came is complete: the sink says where it is. */
static void
finish(struct engine *e, struct transfer *t)
{
	effect_add(
	    e, (struct effect){
		   .kind = EFFECT_SINK_CLOSE, .token = t->id, .on = true });
	t->sink_open = false;
	t->ending = true;
	t->conn = 0;
}

static bool
is_whole_file(const struct transfer *t)
{
	return !t->folder && t->size_known && t->done == t->size;
}

void
transfer_piece(struct engine *e, struct now now, uint32_t id,
    const struct file_piece *piece)
{
	struct transfer *t = transfer_get(e, id);

	if (t == NULL || t->mine || t->state != TRANSFER_RUNNING || t->ending)
		return;
	switch ((enum file_piece_kind)piece->kind) {
	case FILE_PIECE_BYTES:
		if (!t->folder && t->size_known &&
		    piece->count > t->size - t->done) {
			give_up(e, now, t, N_("more came than was offered"));
			return;
		}
		give_sink(e, t, piece);
		transfer_moved(e, now, t, t->done + piece->count);
		break;
	case FILE_PIECE_FILE:
	case FILE_PIECE_ENTER:
	case FILE_PIECE_LEAVE:
		t->files_done += piece->kind == FILE_PIECE_FILE;
		t->moved_ms = now.mono_ms;
		give_sink(e, t, piece);
		break;
	case FILE_PIECE_NOTE:
		break;
	case FILE_PIECE_END:
		finish(e, t);
		break;
	case FILE_PIECE_ERROR:
		transfer_ended(e, now, id, TRANSFER_FAILED, piece->name);
		break;
	}
}

void
transfer_ended(struct engine *e, struct now now, uint32_t id,
    enum transfer_state how, const char *reason)
{
	struct transfer *t = transfer_get(e, id);

	if (t == NULL || transfer_state_is_last(t->state))
		return;
	t->conn = 0;
	if (t->ending)
		return;
	/* There are wires where a closed connection is all that ends it. */
	if (!t->mine && t->state == TRANSFER_RUNNING &&
	    (how == TRANSFER_DONE || is_whole_file(t))) {
		finish(e, t);
		return;
	}
	transfer_close(e, t, how == TRANSFER_PAUSED);
	transfer_set_state(e, now, t, how, reason);
}

void
transfer_add_note(struct transfer *t, const char *note)
{
	if (t->note == NULL) {
		t->note = xstrdup(note);
		return;
	}
	if (strlen(t->note) + strlen(note) > NOTE_BYTES_MAX)
		return;
	char *both = xasprintf("%s; %s", t->note, note);
	free(t->note);
	t->note = both;
}

void
engine_source(struct engine *e, struct now now, uint32_t token,
    const struct file_piece *piece)
{
	effects_begin(e, now);
	struct transfer *t = transfer_get(e, token);
	if (t == NULL || !t->source_open)
		return;
	switch ((enum file_piece_kind)piece->kind) {
	case FILE_PIECE_NOTE:
		transfer_add_note(t, piece->name);
		return;
	case FILE_PIECE_END:
		t->source_open = false;
		break;
	case FILE_PIECE_ERROR:
		t->source_open = false;
		wire_piece(e, now, t, piece);
		transfer_set_state(e, now, t, TRANSFER_FAILED, piece->name);
		return;
	case FILE_PIECE_BYTES:
		transfer_moved(e, now, t, t->done + piece->count);
		break;
	case FILE_PIECE_FILE:
	case FILE_PIECE_ENTER:
	case FILE_PIECE_LEAVE:
		t->files_done += piece->kind == FILE_PIECE_FILE;
		t->moved_ms = now.mono_ms;
		break;
	}
	wire_piece(e, now, t, piece);
}

void
engine_sink(struct engine *e, struct now now, uint32_t token, const char *path,
    const char *text)
{
	effects_begin(e, now);
	struct transfer *t = transfer_get(e, token);
	if (t == NULL || t->mine || transfer_state_is_last(t->state))
		return;
	t->sink_open = false;
	if (path == NULL) {
		t->ending = false;
		give_up(e, now, t, text);
		return;
	}
	if (text != NULL)
		transfer_add_note(t, text);
	free(t->path);
	t->path = xstrdup(path);
	t->size_known = true;
	t->size = t->done;
	t->ending = false;
	transfer_set_state(e, now, t, TRANSFER_DONE, NULL);
}

void
transfers_tick(struct engine *e, struct now now)
{
	for (size_t i = 0; i < e->model->transfer_count; i++) {
		struct transfer *t = e->model->transfers[i];
		if (t->state == TRANSFER_RUNNING)
			measure(e, now, t);
		if (wire_moves(t)) {
			wire_tick(e, now, t);
			continue;
		}
		/* A disk may take longer than any network. */
		if ((t->state == TRANSFER_RUNNING ||
			t->state == TRANSFER_ACCEPTED) &&
		    !t->ending && now.mono_ms - t->moved_ms >= TRANSFER_IDLE_MS)
			give_up(e, now, t, N_("nothing moved for two minutes"));
	}
}

int64_t
transfers_deadline(const struct engine *e)
{
	int64_t at = NEVER_MS;

	for (size_t i = 0; i < e->model->transfer_count; i++) {
		const struct transfer *t = e->model->transfers[i];
		at = earlier_ms(at, wire_deadline(e, t));
		if (t->state == TRANSFER_RUNNING)
			at = earlier_ms(at, t->rate_ms + RATE_MS);
		else if (t->state == TRANSFER_ACCEPTED && !wire_moves(t))
			at = earlier_ms(at, t->moved_ms + TRANSFER_IDLE_MS);
	}
	return at;
}
