/* SPDX-License-Identifier: MIT */
/*
 * The overlay of Alt-G: a few letters, and Enter is there.
 */
#include "base/mem.h"
#include "ui/find.h"
#include "ui/go.h"
#include "ui/press.h"
#include "ui/view.h"
#include "ui/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_CELLS = 18, NOTE_SIZE = 128 };

static const char *
pattern_of(const struct ui *ui)
{
	const char *text = overlay_filter(ui);

	return text + strspn(text, " ");
}

static void
go_there(struct ui *ui, const struct model *m, struct now now,
    const struct go_row *row, struct command *ret_cmd)
{
	struct fp fp = { 0 };

	if (row->kind == GO_PEER)
		fp = row->peer->fp;
	overlay_close(ui);
	if (row->kind == GO_COMMAND)
		ui_run_command(ui, m, now, row->spec, ret_cmd);
	else if (row->kind == GO_MESSAGE)
		ui_show_row(ui, m, now, row->conv->id, row->message->row);
	else
		win_select(ui, m, &fp);
}

/* All that was ever said is for the store to look through. */
static void
widen(struct ui *ui, const struct model *m, struct command *ret_cmd)
{
	const char *pattern = pattern_of(ui);

	if (*pattern == '\0' || *pattern == '/')
		return;
	find_everywhere(ui, m, pattern, ret_cmd);
	overlay_close(ui);
}

/* Commands and messages stand still. */
static const struct fp *
at_row(const void *list, size_t i)
{
	static const struct fp nearby = { { 0 } };
	const struct go_row *row = &((const struct go *)list)->rows[i];

	if (row->kind == GO_PEER)
		return &row->peer->fp;
	return row->kind == GO_NEARBY ? &nearby : NULL;
}

void
go_settle(struct ui *ui, const struct model *m)
{
	struct go go;

	go_find(&go, m, &ui->current, overlay_filter(ui));
	overlay_stay(ui, at_row, &go, go.count);
	go_clear(&go);
}

static bool
move(struct ui *ui, const struct model *m, const struct key *key,
    const struct go *go)
{
	if (!overlay_move(ui, m, key, go->count))
		return false;
	overlay_choose(ui, at_row, go, go->count);
	return true;
}

bool
go_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	struct go go;
	const struct keymap_row *row = keymap_find(&ui->keymap, key);
	enum action action = row == NULL ? ACTION_NONE : row->action;
	bool taken = true;

	go_find(&go, m, &ui->current, overlay_filter(ui));
	bool there = overlay_follow(ui, at_row, &go, go.count);
	if (action == ACTION_COMPLETE)
		widen(ui, m, ret_cmd);
	else if (action == ACTION_SEND && there && ui->list.row < go.count)
		go_there(ui, m, now, &go.rows[ui->list.row], ret_cmd);
	else
		taken = action == ACTION_SEND || move(ui, m, key, &go);
	go_clear(&go);
	return taken;
}

/* What is new there, or why nobody is. */
static void
note_text(const struct frame *f, const struct go_row *row, char *out)
{
	const struct lang *l = f->m->lang;
	char span[WHEN_SPAN_SIZE], at[ADDR_TEXT_MAX];
	const struct peer *p = row->peer;

	out[0] = '\0';
	if (row->unread > 0)
		snprintf(out, NOTE_SIZE,
		    say_n(l, "%u unread", "%u unread", row->unread),
		    row->unread);
	else if (row->kind == GO_NEARBY)
		snprintf(out, NOTE_SIZE, "%s", say(l, "everybody here"));
	else if (p->is_self)
		snprintf(out, NOTE_SIZE, "%s", peer_state(l, p));
	else if (p->presence == PRESENCE_OFFLINE && p->last_seen_ms > 0)
		snprintf(out, NOTE_SIZE, say(l, "seen %s ago"),
		    when_span(l, f->now.wall_ms - p->last_seen_ms, span));
	else if (p->addr_count > 0)
		snprintf(
		    out, NOTE_SIZE, "%s", addr_host_text(&p->addrs[0], at));
}

static void
draw_place(const struct frame *f, struct rect at, const struct go_row *row,
    enum style style)
{
	char label[PEER_LABEL_SIZE], note[NOTE_SIZE];
	int end = at.col + at.cols, middle = at.col + 2 + NAME_CELLS;
	const struct peer *p = row->peer;

	if (at.cols < 3 * NAME_CELLS / 2)
		middle = end;
	if (p != NULL && !p->is_self)
		draw_text(f, at.row, at.col, end, style,
		    glyph_text(f, presence_glyph(p->presence)));
	if (p == NULL)
		draw_cut(f, at.row, at.col + 2, middle, style,
		    say(f->m->lang, "nearby"));
	else
		draw_text(f, at.row, at.col + 2, middle, style,
		    label_fit(f, p, !p->is_self && !peer_is_contact(p),
			middle - at.col - 2, label));
	note_text(f, row, note);
	draw_cut(f, at.row, middle + 1, end, style, note);
}

static void
draw_command(const struct frame *f, struct rect at,
    const struct command_spec *spec, enum style style)
{
	int end = at.col + at.cols;
	char *head = xasprintf("/%s %s", spec->name, spec->args);
	int col = draw_cut(f, at.row, at.col, end, style, head);

	if (col < at.col + 2 + NAME_CELLS)
		col = at.col + 2 + NAME_CELLS;
	draw_cut(f, at.row, col + 1, end, style, say(f->m->lang, spec->gloss));
	free(head);
}

/* Who, when, and what as far as there is room, in one row. */
static void
draw_message(const struct frame *f, struct rect at, const struct go_row *row,
    enum style style)
{
	char label[PEER_LABEL_SIZE], clock[WHEN_CLOCK_SIZE];
	char span[WHEN_SPAN_SIZE];
	int end = at.col + at.cols;
	int64_t age = f->now.wall_ms - row->message->arrived_ms;
	const char *when =
	    when_same_day(row->message->arrived_ms, f->now.wall_ms)
		? when_clock(row->message->arrived_ms, clock)
		: when_short(f->m->lang, age, span);
	int col = draw_text(f, at.row, at.col, end, style, when);

	col = draw_text(f, at.row, col + 1, end, style,
	    row->peer == NULL
		? say(f->m->lang, "nearby")
		: label_fit(f, row->peer, false, NAME_CELLS / 2, label));
	col = draw_text(f, at.row, col, end, style, ": ");
	char *text = xstrdup(row->message->text);
	for (char *c = text; *c != '\0'; c++)
		if (*c == '\n')
			*c = ' ';
	draw_cut(f, at.row, col, end, style, text);
	free(text);
}

static void
draw_row(const struct frame *f, struct rect at, const struct go_row *row,
    bool chosen)
{
	enum style style = chosen ? STYLE_SELECTED : STYLE_NORMAL;

	if (!chosen && row->unread > 0)
		style = STYLE_UNREAD;
	draw_fill(f, at.row, at.col, at.col + at.cols, style);
	draw_text(
	    f, at.row, at.col, at.col + at.cols, style, chosen ? ">" : "");
	at.col += 2;
	at.cols -= 2;
	switch (row->kind) {
	case GO_NEARBY:
	case GO_PEER:
		draw_place(f, at, row, style);
		break;
	case GO_COMMAND:
		draw_command(f, at, row->spec, style);
		break;
	case GO_MESSAGE:
		draw_message(f, at, row, style);
		break;
	}
}

static void
draw_nothing(const struct frame *f, struct rect at)
{
	const char *pattern = pattern_of(f->ui);

	if (rect_is_empty(at))
		return;
	draw_cut(f, at.row, at.col, at.col + at.cols, STYLE_DIM,
	    say(f->m->lang,
		*pattern == '/'
		    ? N_("No command like that. Esc goes back.")
		    : N_("Nobody and nothing like that here. Tab searches "
			 "all that was said.")));
}

void
view_go(const struct frame *f)
{
	struct go go;

	go_find(&go, f->m, &f->ui->current, overlay_filter(f->ui));
	const struct panel panel = {
		.title = say(f->m->lang, "go to"),
		.hint = say(f->m->lang,
		    "Enter opens, Esc goes back, Tab searches all, / commands"),
		.count = go.count,
		.all = go.count > go.all ? go.count : go.all,
	};
	struct rect at = overlay_panel(f, &panel);
	size_t first = overlay_first(f, go.count, at.rows);
	if (go.count == 0)
		draw_nothing(f, at);
	for (size_t i = first; i < go.count && at.rows > 0; i++) {
		draw_row(f, at, &go.rows[i], i == f->ui->list.row);
		at.row++;
		at.rows--;
	}
	go_clear(&go);
}
