/* SPDX-License-Identifier: MIT */
/*
 * Each export is a front end of its own for that time, so that the loop gives
 * it its turns.
 */
#include "app/exports.h"

#include "app/language.h"
#include "app/shell.h"
#include "app/shell_store.h"
#include "base/mem.h"
#include "store/export.h"
#include "store/paths.h"

#include <stdlib.h>
#include <string.h>

enum {
	TAG_FINISHED = 1,
	/* Messages written in a turn: a few milliseconds. */
	STEP = 500,
};

static const char json_option[] = "-json ";

struct exporting {
	struct front front;
	struct export *export;
	uint32_t conv;
	char *path, *line; /* owned; line: as it was typed, or NULL */
	bool written;      /* and it waits for the disk */
	bool ready;        /* not any more */
	bool told;         /* that it keeps us here */
};

/* Takes the text. */
static void
say_to(struct shell *sh, enum command_kind kind, uint32_t conv,
    const char *line, char *text)
{
	struct command cmd = {
		.kind = kind, .conv = conv, .text = text, .line = line
	};

	shell_command(sh, &cmd);
}

static void
end(struct shell *sh, struct exporting *x)
{
	front_remove(&sh->fronts, &x->front);
	export_free(x->export);
	free(x->path);
	free(x->line);
	free(x);
}

static void
end_badly(struct shell *sh, struct exporting *x, char *error)
{
	say_to(sh, COMMAND_ERROR, x->conv, x->line, error);
	end(sh, x);
}

static void
finish(struct shell *sh, struct exporting *x)
{
	char *error;
	size_t count;

	if (export_finish(x->export, &count, &error) < 0) {
		end_badly(sh, x, error);
		return;
	}
	say_to(sh, COMMAND_INFO, x->conv, x->line,
	    xasprintf(say_n(language(), "%zu message written to %s",
			  "%zu messages written to %s", count),
		count, x->path));
	end(sh, x);
}

static void
step(struct shell *sh, struct exporting *x)
{
	char *error;
	int more = export_step(x->export, STEP, &error);

	if (more < 0) {
		end_badly(sh, x, error);
		return;
	}
	x->written = more == 0;
	if (x->written && export_finish_begin(x->export) < 0)
		finish(sh, x);
}

static void
tell_waiting(struct shell *sh, struct exporting *x)
{
	x->told = true;
	say_to(sh, COMMAND_INFO, x->conv, NULL,
	    xasprintf(
		say(language(), "earshot ends when %s is written"), x->path));
}

static void
exporting_turn(struct front *front, struct shell *sh)
{
	struct exporting *x = (struct exporting *)front;

	if (sh->done && !x->told)
		tell_waiting(sh, x);
	if (!x->written)
		step(sh, x);
	else if (x->ready)
		finish(sh, x);
}

static int64_t
exporting_deadline(struct front *front, struct shell *sh)
{
	const struct exporting *x = (const struct exporting *)front;

	return x->written ? NEVER_MS : sh->now.mono_ms;
}

static void
exporting_watch(struct front *front, struct shell *sh, struct loop *l)
{
	const struct exporting *x = (const struct exporting *)front;

	(void)sh;
	if (x->written)
		front_watch(
		    front, l, export_fd(x->export), true, false, TAG_FINISHED);
}

static void
exporting_ready(
    struct front *front, struct shell *sh, const struct loop_event *ev)
{
	(void)sh;
	(void)ev;
	((struct exporting *)front)->ready = true;
}

static struct exporting *
next_exporting(struct front *f)
{
	while (f != NULL && f->turn != exporting_turn)
		f = f->next;
	return (struct exporting *)f;
}

static size_t
count(const struct shell *sh)
{
	struct exporting *x = next_exporting(sh->fronts.first);
	size_t n = 0;

	for (; x != NULL; x = next_exporting(x->front.next))
		n++;
	return n;
}

bool
exports_are_busy(const struct shell *sh)
{
	return count(sh) > 0;
}

static void
leave(struct shell *sh, struct exporting *x)
{
	struct export *export = x->export;

	x->export = NULL;
	export_leave(export);
	end_badly(sh, x,
	    xasprintf(say(language(),
			  "%s waits for the disk: it is there once that is "
			  "done, if nothing fails"),
		x->path));
}

void
exports_stop(struct shell *sh)
{
	struct exporting *x = next_exporting(sh->fronts.first), *next;

	for (; x != NULL; x = next) {
		next = next_exporting(x->front.next);
		if (x->written)
			leave(sh, x);
		else
			end_badly(sh, x,
			    xasprintf(say(language(),
					  "%s was not whole, so nothing was "
					  "written"),
				x->path));
	}
}

/* What was asked for before is in it, and what is forgotten next, too. */
static int
open_export(struct shell *sh, const struct effect *query, const char *path,
    bool json, struct export **ret_export, char **ret_error)
{
	struct export_plan plan = {
		.conv = fp_is_zero(&query->fp) ? NULL : &query->fp,
		.format = json ? EXPORT_JSON : EXPORT_TEXT,
		.path = path,
	};

	sh->commit_ms = earlier_ms(sh->commit_ms, sh->now.mono_ms);
	shell_commit(sh);
	return export_open(sh->db, &plan, ret_export, ret_error);
}

static void
add(struct shell *sh, const struct effect *query, struct export *export,
    const char *path)
{
	struct exporting *x = xcalloc(1, sizeof(*x));

	x->front = (struct front){
		.watch = exporting_watch,
		.ready = exporting_ready,
		.turn = exporting_turn,
		.deadline = exporting_deadline,
	};
	x->export = export;
	x->conv = query->conv;
	x->path = xstrdup(path);
	x->line = query->line == NULL ? NULL : xstrdup(query->line);
	front_add(&sh->fronts, &x->front);
}

void
exports_begin(struct shell *sh, const struct effect *query)
{
	size_t option = strlen(json_option);
	bool json = strncmp(query->text, json_option, option) == 0;
	const char *path = query->text + (json ? option : 0);
	struct export *export;
	char *error;

	if (count(sh) >= EXPORTS_MAX) {
		say_to(sh, COMMAND_ERROR, query->conv, query->line,
		    xstrdup(say(language(),
			"too many exports are being written; try again when "
			"one is done")));
		return;
	}
	char *expanded = path_expand(path + strspn(path, " "));
	if (open_export(sh, query, expanded, json, &export, &error) < 0)
		say_to(sh, COMMAND_ERROR, query->conv, query->line, error);
	else
		add(sh, query, export, expanded);
	free(expanded);
}
