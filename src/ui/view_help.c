/* SPDX-License-Identifier: MIT */
/*
 * The help: everything there is, found by typing, and done by Enter. What the
 * chosen row is about stands below in whole sentences, where rows are cut.
 */
#include "base/mem.h"
#include "ui/help.h"
#include "ui/press.h"
#include "ui/report.h"
#include "ui/str.h"
#include "ui/view.h"
#include "ui/wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SHOWN_MAX = 512,
	HEAD_CELLS = 24,
	COLS_GLOSS = 24, /* narrower: names alone */
	COLS_WIDE = 60,  /* from so many on the meaning has a column */
	DETAIL_ROWS = 3,
	DETAIL_MIN = 9, /* rows of the list from which on it is there */
};

struct shown {
	struct help_entry entries[SHOWN_MAX];
	size_t count, all;
};

static bool
matches(
    const struct ui *ui, const struct lang *l, const struct help_entry *entry)
{
	char *head = help_head(&ui->keymap, entry);
	const char *example = entry->spec != NULL ? entry->spec->example : "";
	const char *name = entry->row != NULL ? entry->row->name : "";
	const char *texts[] = { head, say(l, entry->gloss),
		say(l, entry->group), name, example, NULL };
	bool fits = overlay_matches(overlay_filter(ui), texts);

	free(head);
	return fits;
}

static void
find_shown(const struct ui *ui, const struct lang *l, struct shown *out)
{
	struct help_entry entry;

	out->count = out->all = 0;
	for (size_t i = 0; help_at(i, &entry); i++, out->all++)
		if (out->count < SHOWN_MAX && matches(ui, l, &entry))
			out->entries[out->count++] = entry;
}

/* What can be done from here is done; of the others it is told how. */
static void
do_key_entry(struct ui *ui, const struct model *m, struct now now,
    const struct keymap_row *row, struct command *ret_cmd)
{
	char text[FLASH_SIZE], name[KEY_TEXT_MAX];
	struct key key = { 0 };
	bool in_line = row->context == KEYMAP_EDIT || row->fixed;

	overlay_close(ui);
	if (row->action == ACTION_NUMBER) {
		overlay_open(ui, OVERLAY_CONTACTS);
		return;
	}
	if (!in_line && ui_run_key(ui, m, now, row, ret_cmd))
		return;
	keymap_keys(&ui->keymap, row, &key, 1);
	key_text(key, name);
	snprintf(text, sizeof(text), "%s: %s", name, say(m->lang, row->gloss));
	ui_flash(ui, now, text);
}

static void
do_entry(struct ui *ui, const struct model *m, struct now now,
    const struct help_entry *entry, struct command *ret_cmd)
{
	switch (entry->kind) {
	case HELP_KEY:
		do_key_entry(ui, m, now, entry->row, ret_cmd);
		break;
	case HELP_VERB:
		overlay_close(ui);
		ui_run_key(ui, m, now, keymap_row_of(ACTION_SELECT), ret_cmd);
		break;
	case HELP_COMMAND:
		overlay_close(ui);
		ui_run_command(ui, m, now, entry->spec, ret_cmd);
		break;
	case HELP_SETTING:
		overlay_open(ui, OVERLAY_SETTINGS);
		overlay_set_filter(ui, entry->setting->name);
		break;
	}
}

bool
help_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	const struct keymap_row *row = keymap_find(&ui->keymap, key);
	bool enter = row != NULL && row->action == ACTION_SEND, taken = true;
	struct shown *shown = xcalloc(1, sizeof(*shown));

	find_shown(ui, m->lang, shown);
	if (enter && ui->list.row < shown->count)
		do_entry(ui, m, now, &shown->entries[ui->list.row], ret_cmd);
	else
		taken = enter || overlay_move(ui, m, key, shown->count);
	free(shown);
	return taken;
}

static bool
begins_group(const struct shown *shown, size_t i)
{
	return i == 0 || strcmp(shown->entries[i].group,
			     shown->entries[i - 1].group) != 0;
}

static void
draw_entry(const struct frame *f, struct rect at,
    const struct help_entry *entry, bool chosen)
{
	enum style style = chosen ? STYLE_SELECTED : STYLE_NORMAL;
	int end = at.col + at.cols, middle = at.col + 2 + HEAD_CELLS;
	char *head = help_head(&f->ui->keymap, entry);

	if (at.cols < COLS_GLOSS)
		middle = end;
	else if (at.cols < COLS_WIDE)
		middle = end - at.cols / 2;
	draw_fill(f, at.row, at.col, end, style);
	draw_text(f, at.row, at.col, end, style, chosen ? ">" : "");
	int col = draw_text(f, at.row, at.col + 2,
	    entry->kind == HELP_COMMAND ? end : middle,
	    chosen ? style : STYLE_BOLD, head);
	if (at.cols >= COLS_GLOSS)
		draw_cut(f, at.row, (col < middle ? middle : col) + 1, end,
		    style, say(f->m->lang, entry->gloss));
	free(head);
}

/* With the head of its group in front, where the row begins one. */
static void
draw_list(const struct frame *f, struct rect at, const struct shown *shown)
{
	size_t chosen = f->ui->list.row, first = 0, rows = 0;

	/* From the chosen one back, as far as there is room. */
	for (size_t i = chosen < shown->count ? chosen + 1 : 0; i > 0; i--) {
		size_t own = 1 + begins_group(shown, i - 1);
		if (rows + own > (size_t)at.rows && i - 1 < chosen)
			break;
		rows += own;
		first = i - 1;
	}
	for (size_t i = first; i < shown->count && at.rows > 0; i++) {
		if (begins_group(shown, i) && at.rows > 1) {
			draw_cut(f, at.row++, at.col, at.col + at.cols,
			    STYLE_BOLD,
			    say(f->m->lang, shown->entries[i].group));
			at.rows--;
		}
		draw_entry(f, at, &shown->entries[i], i == chosen);
		at.row++;
		at.rows--;
	}
}

static char *
detail_text(const struct frame *f, const struct help_entry *entry)
{
	const struct lang *l = f->m->lang;
	struct str s = { 0 };
	char *head = help_head(&f->ui->keymap, entry);

	str_addf(&s, "%s: %s", head, say(l, entry->gloss));
	free(head);
	if (entry->kind == HELP_COMMAND)
		str_addf(&s, say(l, "\nfor example: %s"), entry->spec->example);
	else if (entry->kind == HELP_KEY && entry->row->fixed)
		str_add(&s, say(l, "\nnothing else can be bound to it"));
	else if (entry->kind == HELP_KEY)
		str_addf(&s, say(l, "\nanother key: /bind KEY %s"),
		    entry->row->name);
	else if (entry->kind == HELP_SETTING)
		str_addf(&s, "\n%s", entry->setting->values);
	return str_take(&s);
}

static void
draw_detail(
    const struct frame *f, struct rect r, const struct help_entry *entry)
{
	char *text = detail_text(f, entry);
	struct wrap w;
	struct wrap_row wr;

	wrap_init(&w, text, strlen(text), r.cols, r.cols);
	for (int i = 0; i < r.rows && wrap_next(&w, &wr); i++)
		grid_put(f->g, r.row + i, r.col, r.col + r.cols, STYLE_INFO,
		    text + wr.offset, wr.size);
	free(text);
}

void
view_help(const struct frame *f)
{
	struct shown *shown = xcalloc(1, sizeof(*shown));

	find_shown(f->ui, f->m->lang, shown);
	const struct panel panel = {
		.title = say(f->m->lang, "help"),
		.hint = say(
		    f->m->lang, "type to find, Enter does it, Esc goes back"),
		.count = shown->count,
		.all = shown->all,
	};
	struct rect r = overlay_panel(f, &panel);
	if (shown->count == 0 && r.rows > 0)
		draw_cut(f, r.row, r.col, r.col + r.cols, STYLE_DIM,
		    say(f->m->lang,
			"No help on that. Backspace widens it, Esc goes "
			"back."));
	if (r.rows >= DETAIL_MIN && f->ui->list.row < shown->count) {
		struct rect detail = r;
		detail.rows = DETAIL_ROWS - 1;
		r.rows -= DETAIL_ROWS;
		detail.row += r.rows + 1;
		draw_detail(f, detail, &shown->entries[f->ui->list.row]);
	}
	draw_list(f, r, shown);
	free(shown);
}
