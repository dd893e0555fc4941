/* SPDX-License-Identifier: MIT */
/*
 * Everything here happens between other things: a piece is read when its
 * connection has little left to send, a tree is looked at a few hundred
 * entries a turn, so that what people type and say is never behind a file.
 */
#include "app/files.h"

#include "app/shell.h"
#include "base/err.h"
#include "base/mem.h"
#include "store/paths.h"
#include "store/sink.h"
#include "store/source.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* Entries of a tree looked at in a turn. */
	SURVEY_STEP = 500,
	/* Bytes read in a turn, for all, and at least for each. */
	TURN_BYTES = 512 * 1024,
	/* A folder of empty files is many pieces and no bytes. */
	PIECE_COST = 1024,
};

enum files_kind { FILES_STAT, FILES_SOURCE, FILES_SINK };

/* What the engine is to be told. */
struct files_event {
	enum files_kind kind;
	uint32_t token;
	const struct file_info *info;
	struct file_piece piece;
	const char *path, *note, *error;
};

/* A survey, a source or a sink, and an answer that waits. */
struct job {
	struct job *next;
	enum files_kind kind;
	uint32_t token, conn;
	bool over;      /* it goes once it is told */
	bool finishing; /* a sink that is written to the disk */
	bool told;
	struct survey *survey;
	struct source *source;
	struct sink *sink;
	size_t left;               /* bytes it may still read in this turn */
	char *path, *note, *error; /* owned; what is to be told */
};

struct files {
	struct job *first, *at; /* at: where next_event goes on */
};

struct files *
files_new(void)
{
	return xcalloc(1, sizeof(struct files));
}

static void
job_free(struct job *j)
{
	survey_free(j->survey);
	source_free(j->source);
	sink_abandon_aside(j->sink);
	free(j->path);
	free(j->note);
	free(j->error);
	free(j);
}

void
files_free(struct files *f)
{
	if (f == NULL)
		return;
	while (f->first != NULL) {
		struct job *j = f->first;
		f->first = j->next;
		job_free(j);
	}
	free(f);
}

static struct job *
job_add(struct files *f, enum files_kind kind, uint32_t token)
{
	struct job *j = xcalloc(1, sizeof(*j)), **to = &f->first;

	while (*to != NULL)
		to = &(*to)->next;
	*to = j;
	j->kind = kind;
	j->token = token;
	return j;
}

/* The one that is not over. */
static struct job *
job_find(struct files *f, enum files_kind kind, uint32_t token)
{
	for (struct job *j = f->first; j != NULL; j = j->next)
		if (j->kind == kind && j->token == token && !j->over)
			return j;
	return NULL;
}

/* Nobody wants to hear of it any more. */
static void
job_drop(struct job *j)
{
	j->over = j->told = true;
}

static void
begin_survey(struct files *f, const struct effect *effect)
{
	struct job *j = job_add(f, FILES_STAT, effect->token);
	char *path = path_expand(effect->text);

	if (survey_open(path, &j->survey, &j->error) < 0)
		j->over = true;
	free(path);
}

static void
begin_source(struct files *f, const struct effect *effect)
{
	struct job *j = job_add(f, FILES_SOURCE, effect->token);
	char *path = path_expand(effect->text);
	struct source_plan plan = {
		.path = path,
		.expects = !effect->on,
		.size = effect->piece.size,
		.offset = effect->offset,
		.mtime = effect->piece.mtime,
	};

	j->conn = effect->conn;
	if (source_open(&plan, &j->source, &j->error) < 0)
		j->over = true;
	free(path);
}

static void
begin_sink(struct shell *sh, struct files *f, const struct effect *effect)
{
	struct job *j = job_add(f, FILES_SINK, effect->token);
	char *folder =
	    downloads_folder(&sh->home, shell_model(sh)->settings.files_folder);
	struct sink_plan plan = {
		.where = effect->text,
		.folder = folder,
		.name = effect->piece.name,
		.is_folder = effect->piece.kind == FILE_PIECE_ENTER,
		.size_known = effect->on,
		.size = effect->piece.size,
		.mtime = effect->piece.mtime,
	};

	if (sink_open(&plan, &j->sink, &j->error) < 0)
		j->over = true;
	free(folder);
}

static void
give_sink(struct files *f, const struct effect *effect)
{
	struct job *j = job_find(f, FILES_SINK, effect->token);

	if (j == NULL || sink_piece(j->sink, &effect->piece, &j->error) == 0)
		return;
	sink_abandon_aside(j->sink);
	j->sink = NULL;
	j->over = true;
}

static void
close_sink(struct files *f, const struct effect *effect)
{
	struct job *j = job_find(f, FILES_SINK, effect->token);

	if (j == NULL)
		return;
	if (!effect->on) {
		job_drop(j);
		return;
	}
	j->note = sink_names_note(j->sink);
	if (sink_finish_begin(j->sink) == 0) {
		j->finishing = true;
	} else {
		j->path = sink_finish(j->sink, &j->error);
		j->sink = NULL;
		j->over = true;
	}
}

static void
close_source(struct files *f, const struct effect *effect)
{
	struct job *j = job_find(f, FILES_SOURCE, effect->token);

	if (j != NULL)
		job_drop(j);
}

void
files_run(struct shell *sh, const struct effect *effect)
{
	struct files *f = sh->files;

	if (effect->kind == EFFECT_FILE_STAT)
		begin_survey(f, effect);
	else if (effect->kind == EFFECT_SOURCE_OPEN)
		begin_source(f, effect);
	else if (effect->kind == EFFECT_SOURCE_CLOSE)
		close_source(f, effect);
	else if (effect->kind == EFFECT_SINK_OPEN)
		begin_sink(sh, f, effect);
	else if (effect->kind == EFFECT_SINK_PIECE)
		give_sink(f, effect);
	else if (effect->kind == EFFECT_SINK_CLOSE)
		close_sink(f, effect);
}

/* Those of which all is told. */
static void
sweep(struct files *f)
{
	struct job **to = &f->first;

	while (*to != NULL) {
		struct job *j = *to;
		if (!j->told) {
			to = &j->next;
			continue;
		}
		*to = j->next;
		job_free(j);
	}
}

/* Each source may go so far in this turn. */
static void
begin_turn(struct files *f)
{
	size_t sources = 0;

	sweep(f);
	for (struct job *j = f->first; j != NULL; j = j->next)
		sources += j->kind == FILES_SOURCE;
	size_t share = sources == 0 ? 0 : TURN_BYTES / sources;
	for (struct job *j = f->first; j != NULL; j = j->next)
		j->left = share < FILE_PIECE_MAX ? FILE_PIECE_MAX : share;
	f->at = f->first;
}

static bool
next_stat(struct job *j, struct files_event *ev)
{
	if (!j->over && !survey_step(j->survey, SURVEY_STEP))
		return false;
	j->over = j->told = true;
	if (j->error == NULL)
		ev->info = survey_info(j->survey);
	ev->error = j->error;
	return true;
}

static bool
can_read(const struct shell *sh, const struct job *j)
{
	return tcp_queued(sh->tcp, j->conn) < SOURCE_AHEAD;
}

static bool
next_piece(const struct shell *sh, struct job *j, struct files_event *ev)
{
	if (j->over) {
		j->told = true;
		ev->piece = (struct file_piece){ .kind = FILE_PIECE_ERROR,
			.name = j->error };
		return true;
	}
	if (j->left == 0 || !can_read(sh, j))
		return false;
	source_next(j->source, &ev->piece);
	size_t cost = ev->piece.count + PIECE_COST;
	j->left -= cost < j->left ? cost : j->left;
	if (ev->piece.kind == FILE_PIECE_END ||
	    ev->piece.kind == FILE_PIECE_ERROR)
		j->over = j->told = true;
	return true;
}

static bool
next_sink(struct job *j, struct files_event *ev)
{
	if (j->finishing && sink_is_finished(j->sink)) {
		j->path = sink_finish_end(j->sink, &j->error);
		j->sink = NULL;
		j->finishing = false;
		j->over = true;
	}
	if (!j->over)
		return false;
	j->told = true;
	ev->path = j->path;
	ev->note = j->note;
	ev->error = j->error;
	return true;
}

static bool
next_event(const struct shell *sh, struct files *f, struct files_event *ret_ev)
{
	for (; f->at != NULL; f->at = f->at->next) {
		struct job *j = f->at;
		bool some = false;
		*ret_ev =
		    (struct files_event){ .kind = j->kind, .token = j->token };
		if (j->told)
			continue;
		if (j->kind == FILES_STAT)
			some = next_stat(j, ret_ev);
		else if (j->kind == FILES_SOURCE)
			some = next_piece(sh, j, ret_ev);
		else
			some = next_sink(j, ret_ev);
		if (some)
			return true;
	}
	return false;
}

void
files_turn(struct shell *sh)
{
	struct files_event ev;

	begin_turn(sh->files);
	while (next_event(sh, sh->files, &ev)) {
		if (ev.kind == FILES_STAT)
			engine_file_stat(
			    sh->engine, sh->now, ev.token, ev.info, ev.error);
		else if (ev.kind == FILES_SOURCE)
			engine_source(sh->engine, sh->now, ev.token, &ev.piece);
		else
			engine_sink(sh->engine, sh->now, ev.token, ev.path,
			    ev.path == NULL ? ev.error : ev.note);
		shell_drain(sh);
	}
}

void
files_watch(const struct shell *sh, struct loop *l, uint64_t tag)
{
	for (const struct job *j = sh->files->first; j != NULL; j = j->next)
		if (j->finishing)
			loop_watch(l, sink_fd(j->sink), true, false, tag);
}

int64_t
files_deadline(const struct shell *sh)
{
	for (const struct job *j = sh->files->first; j != NULL; j = j->next)
		if (j->over || j->kind == FILES_STAT ||
		    (j->kind == FILES_SOURCE && can_read(sh, j)))
			return 0;
	return NEVER_MS;
}
