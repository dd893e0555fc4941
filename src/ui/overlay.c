/* SPDX-License-Identifier: MIT */
#include "ui/overlay.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "base/width.h"
#include "ui/field.h"
#include "ui/state.h"
#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	ROWS_RULE = 4,     /* from so many on a rule above with the title */
	ROWS_HINT = 6,     /* from so many on one below with the hint */
	BOX_COLS_MIN = 72, /* screens from which on a box stands free */
	BOX_ROWS_MIN = 14,
	BOX_COLS = 64,
	BOX_ROWS = 16,
	ALL_ROWS = 1 << 20,
};

static const struct overlay_spec specs[OVERLAY_COUNT] = {
	[OVERLAY_HELP] = {
		.action = ACTION_HELP,
		.filter = true,
		.draw = view_help,
		.key = help_key,
	},
	[OVERLAY_CONTACTS] = {
		.action = ACTION_CONTACTS,
		.filter = true,
		.draw = view_people,
		.key = people_key,
		.settle = people_settle,
	},
	[OVERLAY_MESSAGE] = {
		.boxed = true,
		.draw = view_message_menu,
		.key = message_menu_key,
	},
	[OVERLAY_FOUND] = {
		.draw = view_found,
		.key = found_key,
	},
	[OVERLAY_MESSAGE_INFO] = {
		.boxed = true,
		.draw = view_message_info,
		.key = message_info_key,
	},
	[OVERLAY_SENT] = {
		.filter = true,
		.boxed = true,
		.draw = view_sent,
		.key = sent_key,
	},
	[OVERLAY_SETTINGS] = {
		.filter = true,
		.boxed = true,
		.draw = view_settings,
		.key = settings_key,
	},
	[OVERLAY_GO] = {
		.action = ACTION_GO,
		.filter = true,
		.boxed = true,
		.draw = view_go,
		.key = go_key,
		.settle = go_settle,
	},
	[OVERLAY_URLS] = {
		.filter = true,
		.boxed = true,
		.draw = view_urls,
		.key = urls_key,
		.settle = urls_settle,
	},
	[OVERLAY_TRANSFERS] = {
		.action = ACTION_TRANSFERS,
		.draw = view_transfers,
		.key = transfers_key,
		.settle = transfers_settle,
	},
	[OVERLAY_CAPTURE] = {
		.raw = true,
		.boxed = true,
		.draw = view_capture,
		.key = capture_key,
	},
};

const struct overlay_spec *
overlay_spec(enum overlay which)
{
	return &specs[which];
}

void
overlay_open(struct ui *ui, enum overlay which)
{
	overlay_close(ui);
	ui->overlay = which;
	ui->list.before = 0;
	ui->list.row = 0;
	ui->list.has_chosen = false;
	if (ui->list.filter == NULL)
		ui->list.filter = edit_new(ui->kills);
	edit_set(ui->list.filter, "", 0);
}

void
overlay_close(struct ui *ui)
{
	const struct overlay_spec *spec = &specs[ui->overlay];

	if (spec->close != NULL)
		spec->close(ui);
	overlay_end_ask(ui);
	ui->overlay = OVERLAY_NONE;
	ui->dirty = true;
}

void
overlay_free(struct ui *ui)
{
	overlay_close(ui);
	if (ui->list.filter != NULL)
		edit_free(ui->list.filter);
	ui->list.filter = NULL;
}

void
overlay_set_filter(struct ui *ui, const char *text)
{
	edit_set(ui->list.filter, text, strlen(text));
	ui->list.row = 0;
	ui->list.has_chosen = false;
}

void
overlay_ask(struct ui *ui, const char *label, const char *text)
{
	overlay_end_ask(ui);
	ui->list.prompt = edit_new(ui->kills);
	ui->list.label = xstrdup(label);
	edit_set(ui->list.prompt, text, strlen(text));
}

void
overlay_complain(struct ui *ui, char *sentence)
{
	free(ui->list.complaint);
	ui->list.complaint = sentence;
}

void
overlay_end_ask(struct ui *ui)
{
	if (ui->list.prompt != NULL)
		edit_free(ui->list.prompt);
	free(ui->list.label);
	free(ui->list.complaint);
	ui->list.prompt = NULL;
	ui->list.label = ui->list.complaint = NULL;
}

/* Where text goes: into what is asked for, or into the filter. */
static struct edit *
line_of(const struct ui *ui)
{
	return ui->list.prompt != NULL ? ui->list.prompt : ui->list.filter;
}

bool
overlay_follow(struct ui *ui, const struct fp *(*at)(const void *, size_t),
    const void *list, size_t count)
{
	for (size_t i = 0; ui->list.has_chosen && i < count; i++) {
		const struct fp *fp = at(list, i);
		if (fp == NULL || !fp_equal(fp, &ui->list.chosen))
			continue;
		ui->list.row = i;
		return true;
	}
	return !ui->list.has_chosen;
}

void
overlay_choose(struct ui *ui, const struct fp *(*at)(const void *, size_t),
    const void *list, size_t count)
{
	const struct fp *fp =
	    ui->list.row < count ? at(list, ui->list.row) : NULL;

	ui->list.has_chosen = fp != NULL;
	if (fp != NULL)
		ui->list.chosen = *fp;
}

void
overlay_stay(struct ui *ui, const struct fp *(*at)(const void *, size_t),
    const void *list, size_t count)
{
	overlay_follow(ui, at, list, count);
	overlay_choose(ui, at, list, count);
}

void
overlay_settle(struct ui *ui, const struct model *m)
{
	const struct overlay_spec *spec = &specs[ui->overlay];

	if (spec->settle != NULL)
		spec->settle(ui, m);
}

void
overlay_draw(const struct frame *f)
{
	const struct overlay_spec *spec = &specs[f->ui->overlay];

	if (spec->draw != NULL && !rect_is_empty(f->l.chat))
		spec->draw(f);
}

const char *
overlay_filter(const struct ui *ui)
{
	return ui->list.filter == NULL ? "" : edit_text(ui->list.filter, NULL);
}

static void
changed(struct ui *ui)
{
	ui->list.has_chosen = false;
	if (ui->list.prompt == NULL)
		ui->list.row = 0;
	else
		overlay_complain(ui, NULL);
}

/* What changes the filter, or moves in it; the list begins anew. */
static bool
type(struct ui *ui, const struct key *key)
{
	struct edit *line = line_of(ui);
	unsigned revision = edit_revision(line);

	if (!field_type(&ui->keymap, line, key))
		return false;
	if (edit_revision(line) != revision)
		changed(ui);
	return true;
}

bool
overlay_paste(struct ui *ui, const char *text, size_t size)
{
	if (!specs[ui->overlay].filter)
		return false;
	/* Of several lines the first; a paste does not end in NUL. */
	const char *end = memchr(text, '\n', size);
	edit_insert(
	    line_of(ui), text, end == NULL ? size : (size_t)(end - text));
	changed(ui);
	return true;
}

static bool
closes(const struct overlay_spec *spec, const struct keymap_row *row)
{
	enum action action = row == NULL ? ACTION_NONE : row->action;

	return action == ACTION_ESCAPE || action == ACTION_INTERRUPT ||
	       (action != ACTION_NONE && action == spec->action);
}

bool
overlay_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	const struct overlay_spec *spec = &specs[ui->overlay];
	const struct keymap_row *row = keymap_find(&ui->keymap, key);

	if (ui->overlay == OVERLAY_NONE)
		return false;
	if (spec->raw)
		return spec->key(ui, m, now, key, ret_cmd);
	if (closes(spec, row)) {
		if (ui->list.prompt != NULL)
			overlay_end_ask(ui);
		else
			overlay_close(ui);
		return true;
	}
	if (spec->key(ui, m, now, key, ret_cmd))
		return true;
	if (spec->filter && type(ui, key))
		return true;
	overlay_close(ui);
	return row != NULL && row->action == ACTION_SEND;
}

/* Rows a key moves by, 0 for other keys. */
static long
step_of(const struct ui *ui, const struct key *key, int page)
{
	const struct keymap_row *row = keymap_find(&ui->keymap, key);
	enum action action = row == NULL ? ACTION_NONE : row->action;
	bool typed = *overlay_filter(ui) != '\0';

	if (action == ACTION_PREVIOUS)
		return -1;
	if (action == ACTION_NEXT)
		return 1;
	if (key->mods != 0)
		return 0;
	switch (key->code) {
	case KEY_UP_KEY:
		return -1;
	case KEY_DOWN_KEY:
		return 1;
	case KEY_PAGE_UP:
		return -page;
	case KEY_PAGE_DOWN:
		return page;
	case KEY_HOME_KEY:
		return typed ? 0 : -ALL_ROWS;
	case KEY_END_KEY:
		return typed ? 0 : ALL_ROWS;
	default:
		return 0;
	}
}

bool
overlay_move(
    struct ui *ui, const struct model *m, const struct key *key, size_t count)
{
	int page = ui_layout(ui, m).chat.rows - 1;
	long step = step_of(ui, key, page < 1 ? 1 : page);
	long at = (long)ui->list.row + step;

	if (step == 0)
		return false;
	if (at >= (long)count)
		at = (long)count - 1;
	ui->list.row = at < 0 ? 0 : (size_t)at;
	return true;
}

static bool
holds(const char *text, const char *word, size_t n)
{
	for (size_t left = strlen(text); left >= n; left--, text++)
		if (strncasecmp(text, word, n) == 0)
			return true;
	return false;
}

bool
overlay_matches(const char *filter, const char *const *texts)
{
	for (;;) {
		filter += strspn(filter, " ");
		size_t n = strcspn(filter, " "), i = 0;
		if (n == 0)
			return true;
		while (texts[i] != NULL && !holds(texts[i], filter, n))
			i++;
		if (texts[i] == NULL)
			return false;
		filter += n;
	}
}

/* Where it stands: all of the middle of the screen, or a box in it. */
static struct rect
place(const struct frame *f, const struct panel *p)
{
	struct rect r = f->l.chat;
	int wanted = BOX_ROWS;

	r.col = 0;
	r.cols = f->g->cols;
	if (!specs[f->ui->overlay].boxed || r.cols < BOX_COLS_MIN ||
	    f->g->rows < BOX_ROWS_MIN)
		return r;
	if (p->rows_wanted > 0 && p->rows_wanted < BOX_ROWS)
		wanted = (int)p->rows_wanted;
	wanted += 2 + specs[f->ui->overlay].filter;
	if (wanted < r.rows) {
		r.row += (r.rows - wanted) / 3;
		r.rows = wanted;
	}
	r.col = (r.cols - BOX_COLS) / 2;
	r.cols = BOX_COLS;
	return r;
}

static void
draw_sides(const struct frame *f, struct rect r)
{
	int last = r.row + r.rows - 1, right = r.col + r.cols - 1;

	for (int row = r.row + 1; row < last; row++) {
		draw_text(
		    f, row, r.col, right, STYLE_RULE, glyph_text(f, GLYPH_BAR));
		draw_text(f, row, right, right + 1, STYLE_RULE,
		    glyph_text(f, GLYPH_BAR));
	}
	draw_text(f, r.row, r.col, right, STYLE_RULE,
	    glyph_text(f, GLYPH_CORNER_TOP_LEFT));
	draw_text(f, r.row, right, right + 1, STYLE_RULE,
	    glyph_text(f, GLYPH_CORNER_TOP_RIGHT));
	draw_text(f, last, r.col, right, STYLE_RULE,
	    glyph_text(f, GLYPH_CORNER_BOTTOM_LEFT));
	draw_text(f, last, right, right + 1, STYLE_RULE,
	    glyph_text(f, GLYPH_CORNER_BOTTOM_RIGHT));
}

static void
draw_head(const struct frame *f, const struct panel *p, struct rect r)
{
	char text[64], count[COUNT_SIZE], all[COUNT_SIZE];
	int end = r.col + r.cols;

	draw_rule(f, r.row, r.col, end, STYLE_RULE, "");
	int col = draw_text(f, r.row, r.col + 1, end, STYLE_BOLD, " ");
	col = draw_cut(f, r.row, col, end - 2, STYLE_BOLD, p->title);
	draw_text(f, r.row, col, end, STYLE_BOLD, " ");
	if (p->all == 0)
		return;
	snprintf(text, sizeof(text), say(f->m->lang, " %s of %s "),
	    count_text(f->m->lang, p->count, count),
	    count_text(f->m->lang, p->all, all));
	draw_right(f, r.row, col + 2, end - 1, STYLE_DIM, text);
}

static void
draw_hint(const struct frame *f, const struct panel *p, struct rect r)
{
	int row = r.row + r.rows - 1, end = r.col + r.cols;

	draw_rule(f, row, r.col, end, STYLE_RULE, "");
	int col = draw_text(f, row, r.col + 1, end, STYLE_DIM, " ");
	col = draw_cut(f, row, col, end - 2, STYLE_DIM, p->hint);
	draw_text(f, row, col, end, STYLE_DIM, " ");
}

/* The end of what was typed, where it is longer than the row. */
static void
draw_filter(const struct frame *f, struct rect r)
{
	int end = r.col + r.cols;
	const struct edit *e = line_of(f->ui);
	size_t cursor = edit_cursor(e), from = 0;
	const char *text = edit_text(e, NULL);
	int cells;
	int col = r.col;

	if (f->ui->list.label != NULL)
		col = draw_cut(f, r.row, col, r.col + r.cols / 2, STYLE_BOLD,
		    f->ui->list.label);
	col = draw_text(f, r.row, col, end, STYLE_BOLD, "> ");

	while (width_text(text + from, cursor - from) >= end - col &&
	       from < cursor)
		from += cluster_next(text + from, cursor - from, &cells);
	draw_text(f, r.row, col, end, STYLE_NORMAL, text + from);
	col += width_text(text + from, cursor - from);
	f->g->cursor_row = r.row;
	f->g->cursor_col = col < end ? col : end - 1;
}

struct rect
overlay_panel(const struct frame *f, const struct panel *p)
{
	struct rect r = place(f, p);
	bool boxed = r.cols < f->g->cols;
	bool hint = boxed || r.rows >= ROWS_HINT;
	bool filter = specs[f->ui->overlay].filter && r.rows > 1;

	for (int i = 0; i < r.rows; i++)
		draw_fill(f, r.row + i, r.col, r.col + r.cols, STYLE_NORMAL);
	if (r.rows >= ROWS_RULE)
		draw_head(f, p, r);
	if (hint)
		draw_hint(f, p, r);
	if (boxed)
		draw_sides(f, r);
	struct rect in = r;
	in.row += r.rows >= ROWS_RULE;
	in.rows -= (r.rows >= ROWS_RULE) + hint;
	in.col += boxed ? 2 : 0;
	in.cols -= boxed ? 4 : 0;
	if (filter) {
		draw_filter(f, in);
		in.row++;
		in.rows--;
	}
	return in;
}

size_t
overlay_first(const struct frame *f, size_t count, int rows)
{
	size_t chosen = f->ui->list.row;

	if (rows <= 0 || count <= (size_t)rows || chosen < (size_t)rows)
		return 0;
	return chosen - (size_t)rows + 1;
}
