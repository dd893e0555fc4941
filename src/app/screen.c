/* SPDX-License-Identifier: MIT */
/*
 * One frame at most each turn, and one each FRAME_MS while messages pour in.
 * A key press is drawn at once, and so are FRAMES_AT_ONCE after a pause: the
 * first people are seen right after the first frame.
 */
#include "app/screen.h"

#include "base/mem.h"
#include "store/hints.h"
#include "store/paths.h"
#include "store/search.h"
#include "ui/keymap.h"
#include "ui/mouse.h"

#include <stdlib.h>
#include <string.h>

enum {
	FRAME_MS = 33,
	FRAMES_AT_ONCE = 3,
	REST_MS = 4,        /* from an echo to the rest of the frame */
	LINE_BYTES_MS = 32, /* a quarter of a megabit each second */
	LINE_MAX_MS = 66,
	FOUND_MAX = 100,
	HOUR_MS = 60 * 60 * 1000,
};

static struct screen *
screen_of(struct front *f)
{
	return (struct screen *)f;
}

static void
screen_report(struct front *f, struct shell *sh, const struct effect *effect)
{
	/* The frame is drawn from the model, and rings for it. */
	(void)f;
	(void)sh;
	(void)effect;
}

static void
screen_found(struct front *f, struct shell *sh, const struct effect *query,
    const struct findings *findings)
{
	struct found_line lines[FOUND_MAX];

	(void)sh;
	for (size_t i = 0; i < findings->count; i++) {
		const struct found *item = &findings->items[i];
		lines[i] = (struct found_line){
			.conv = item->conv,
			.from = fp_is_zero(&item->conv) ? item->message.from
							: item->conv,
			.row = item->message.row,
			.wall_ms = item->message.arrived_ms,
			.mine = item->message.mine,
			.name = item->name == NULL ? "?" : item->name,
			.text = item->message.text,
			.plain = item->message.dialect != DIALECT_EARSHOT,
			.sealed = item->message.seal == SEAL_CLOSED,
		};
	}
	ui_show_found(screen_of(f)->ui, query->text, lines, findings->count,
	    findings->more);
}

static void
screen_show(struct front *f, struct shell *sh, uint32_t conv, int64_t row)
{
	ui_show_row(screen_of(f)->ui, shell_model(sh), sh->now, conv, row);
}

static void
screen_answered(struct front *f, struct shell *sh, uint32_t conv)
{
	ui_show_answer(screen_of(f)->ui, shell_model(sh), conv);
}

struct terminal_wish
screen_wish(const struct shell *sh)
{
	static const enum tty_theme themes[] = {
		[THEME_AUTO] = TTY_THEME_AUTO,
		[THEME_DARK] = TTY_THEME_DARK,
		[THEME_LIGHT] = TTY_THEME_LIGHT,
		[THEME_MONO] = TTY_THEME_MONO,
		[THEME_CONTRAST] = TTY_THEME_CONTRAST,
	};
	static const enum tty_sync syncs[] = {
		[SYNC_AUTO] = TTY_SYNC_AUTO,
		[SYNC_ON] = TTY_SYNC_ON,
		[SYNC_OFF] = TTY_SYNC_OFF,
	};
	const struct settings *set = &shell_model(sh)->settings;

	return (struct terminal_wish){
		.theme = themes[set->look_theme],
		.sync = syncs[set->look_sync],
		.mouse = set->look_mouse,
		.desktop = set->notify_desktop,
		.opener = set->files_opener,
	};
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
keep_wish(struct screen *s, const struct terminal_wish *wish)
{
	free(s->opener);
	s->opener = wish->opener == NULL ? NULL : xstrdup(wish->opener);
	s->wish = *wish;
	s->wish.opener = s->opener;
}

/* Settings change while we run. */
static void
follow_settings(struct screen *s)
{
	struct terminal_wish wish = screen_wish(s->sh);

	if (wish.theme == s->wish.theme && wish.sync == s->wish.sync &&
	    wish.mouse == s->wish.mouse && wish.desktop == s->wish.desktop &&
	    same_text(wish.opener, s->opener))
		return;
	keep_wish(s, &wish);
	s->calls->configure(s, &s->wish);
}

static bool
is_due(const struct screen *s)
{
	const struct shell *sh = s->sh;
	const struct model *m = shell_model(sh);

	if (s->forced)
		return true;
	if (sh->now.mono_ms >= ui_deadline(s->ui, m, sh->now))
		return true;
	if (!ui_is_dirty(s->ui, m))
		return false;
	return s->urgent || sh->now.mono_ms >= s->next_ms;
}

/* What a slow line would need for it is waited, too. Frames that could not
 * wait cost those behind them no more than any other. */
static void
pace(struct screen *s, int64_t now_ms)
{
	int64_t line_ms = (int64_t)s->frame_size / LINE_BYTES_MS;
	int64_t wait_ms =
	    FRAME_MS + (line_ms < LINE_MAX_MS ? line_ms : LINE_MAX_MS);
	int64_t unused_ms = now_ms - (FRAMES_AT_ONCE - 1) * FRAME_MS;

	if (s->next_ms < unused_ms)
		s->next_ms = unused_ms;
	s->next_ms += wait_ms;
	if (s->next_ms > now_ms + wait_ms)
		s->next_ms = now_ms + wait_ms;
}

static void
list_paths(struct screen *s, const char *start)
{
	char *paths[PATHS_MAX];
	size_t count = paths_starting(start, paths);

	ui_answer_paths(s->ui, (const char *const *)paths, count);
	for (size_t i = 0; i < count; i++)
		free(paths[i]);
}

static void
look_at_drop(struct screen *s, const char *path)
{
	if (paths_is_there(path))
		ui_answer_drop(s->ui, path);
}

static void
run_requests(struct screen *s)
{
	struct request request;

	while (ui_request(s->ui, &request)) {
		if (request.kind == REQUEST_PATHS)
			list_paths(s, request.text);
		else if (request.kind == REQUEST_DROP)
			look_at_drop(s, request.text);
		else if (request.kind == REQUEST_HINTS)
			hints_save(&s->sh->home, request.text);
		else
			s->calls->request(s, &request);
		request_clear(&request);
	}
}

/* What is not on the screen yet was not read. */
static void
run_pending(struct screen *s)
{
	struct command cmd = { .kind = COMMAND_NONE };

	while (!s->blocked &&
	       ui_pending(s->ui, shell_model(s->sh), s->sh->now, &cmd))
		shell_command(s->sh, &cmd);
}

/* As if nobody had typed for an hour. */
void
screen_leave(struct screen *s)
{
	struct command cmd = { .kind = COMMAND_NONE };
	struct now later = s->sh->now;

	if (ui_leave(s->ui, shell_model(s->sh), &cmd))
		shell_command(s->sh, &cmd);
	later.mono_ms += HOUR_MS;
	while (ui_pending(s->ui, shell_model(s->sh), later, &cmd)) {
		if (cmd.kind == COMMAND_DRAFT || cmd.kind == COMMAND_TYPING)
			shell_command(s->sh, &cmd);
		else
			command_clear(&cmd);
	}
}

void
screen_was_shown(struct screen *s)
{
	s->blocked = false;
	run_pending(s);
}

static void
draw(struct screen *s)
{
	follow_settings(s);
	ui_draw(s->ui, shell_model(s->sh), s->sh->now, &s->grid);
	enum shown shown = s->calls->show(s, PART_ALL, 0);
	s->blocked = shown != SHOWN_NOW;
	if (shown == SHOWN_NOT)
		return;
	pace(s, s->sh->now.mono_ms);
	s->urgent = s->forced = false;
	run_requests(s);
	run_pending(s);
}

static void
show_warning(struct shell *sh)
{
	if (sh->warning == NULL)
		return;
	struct command cmd = {
		.kind = COMMAND_ERROR, .conv = CONV_NEARBY, .text = sh->warning
	};
	sh->warning = NULL;
	shell_command(sh, &cmd);
}

void
screen_draw(struct screen *s)
{
	show_warning(s->sh);
	if (!s->blocked && is_due(s))
		draw(s);
}

int64_t
screen_deadline(const struct screen *s)
{
	const struct model *m = shell_model(s->sh);
	int64_t at;

	/* Blocked, only the terminal itself can make a frame possible. */
	if (s->blocked)
		return NEVER_MS;
	if (s->forced)
		return s->sh->now.mono_ms;
	at = ui_deadline(s->ui, m, s->sh->now);
	if (ui_is_dirty(s->ui, m))
		at =
		    earlier_ms(at, s->urgent ? s->sh->now.mono_ms : s->next_ms);
	return at;
}

void
screen_resize(struct screen *s, int rows, int cols)
{
	grid_resize(&s->grid, rows, cols);
	s->forced = true;
}

void
screen_again(struct screen *s)
{
	s->blocked = false;
	s->forced = true;
}

void
screen_set_ascii(struct screen *s, bool ascii)
{
	if (ui_set_ascii(s->ui, ascii))
		s->forced = true;
}

/* What only a terminal has is done there; the rest is the screen's. */
static bool
terminal_key(struct screen *s, const struct key *key)
{
	enum action action = ui_action(s->ui, key);

	if (action == ACTION_SUSPEND) {
		s->calls->suspend(s);
		return true;
	}
	if (action == ACTION_REDRAW)
		s->calls->redraw(s);
	return false;
}

static bool
press(struct screen *s, const struct press_event *ev, struct command *ret_cmd)
{
	const struct model *m = shell_model(s->sh);
	struct now now = s->sh->now;

	if (ev->key.code == KEY_MOUSE)
		return ui_mouse(s->ui, m, now, &ev->mouse, ret_cmd);
	return ui_key(
	    s->ui, m, now, &ev->key, ev->paste, ev->paste_size, ret_cmd);
}

/* Whoever types sees it before the rest of the frame is made, and before what
 * came in meanwhile is synced. The rest waits a moment, for the terminal may
 * need this processor to show it. */
static bool
echo(struct screen *s)
{
	struct shell *sh = s->sh;
	const struct model *m = shell_model(sh);
	enum shown shown;
	int first;

	if (s->blocked || s->forced)
		return false;
	if (ui_draw_letter(s->ui, m, &s->grid))
		shown = s->calls->show(s, PART_LETTER, s->grid.cursor_row);
	else if (ui_draw_draft(s->ui, m, sh->now, &s->grid, &first))
		shown = s->calls->show(s, PART_ROWS, first);
	else
		return false;
	s->blocked = shown != SHOWN_NOW;
	s->urgent = false;
	sh->rest_ms = sh->now.mono_ms + REST_MS;
	if (s->next_ms < sh->rest_ms)
		s->next_ms = sh->rest_ms;
	return true;
}

/* True when the key was no more than something typed. */
static bool
execute(struct screen *s, const struct press_event *ev)
{
	struct command cmd = { .kind = COMMAND_NONE };

	if (!press(s, ev, &cmd))
		return true;
	if (cmd.kind == COMMAND_QUIT && s->calls->quit(s, &cmd))
		command_clear(&cmd);
	else
		shell_command_of(s->sh, &s->front, &cmd);
	return false;
}

static void
tell_others(const struct screen *s)
{
	for (struct front *f = s->sh->fronts.first; f != NULL; f = f->next)
		if (f != &s->front && f->report == screen_report)
			ui_elsewhere(screen_of(f)->ui, s->sh->now);
}

void
screen_press(struct screen *s, const struct press_event *ev)
{
	tell_others(s);
	s->urgent = true;
	if (terminal_key(s, &ev->key))
		return;
	bool typed = execute(s, ev);
	run_requests(s);
	if (ev->alone && typed && echo(s))
		return;
	run_pending(s);
}

void
screen_init(struct screen *s, struct shell *sh, bool ascii)
{
	struct ui_cfg cfg = {
		.ascii = ascii,
		.first_start = sh->first_start,
		.version = PACKAGE_VERSION,
	};
	char *hints = hints_load(&sh->home);
	struct terminal_wish wish = screen_wish(sh);

	s->front.report = screen_report;
	s->front.list_max = FOUND_MAX;
	s->front.found = screen_found;
	s->front.show = screen_show;
	s->front.answered = screen_answered;
	s->sh = sh;
	s->urgent = true;
	keep_wish(s, &wish);
	s->ui = ui_new(&cfg);
	ui_set_hints(s->ui, hints);
	free(hints);
	grid_init(&s->grid, 1, 1);
}

void
screen_clear(struct screen *s)
{
	grid_clear(&s->grid);
	ui_free(s->ui);
	free(s->opener);
}
