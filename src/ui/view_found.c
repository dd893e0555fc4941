/* SPDX-License-Identifier: MIT */
/*
 * What a search of the whole history found, as a list: Enter goes to the
 * message, wherever it was said.
 */
#include "base/mem.h"
#include "base/width.h"
#include "ui/find.h"
#include "ui/message_mode.h"
#include "ui/transcript.h"
#include "ui/view.h"
#include "ui/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	COLS_DAY = 60,    /* narrower: the day or the time alone */
	LABEL_CELLS = 14, /* of who said it, and to whom */
	TITLE_SIZE = 128,
};

void
found_clear(struct ui *ui)
{
	struct found_list *list = &ui->found;

	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].name);
		free(list->items[i].text);
	}
	free(list->items);
	free(list->query);
	*list = (struct found_list){ 0 };
}

/* Line ends would break the row; the texts are clean otherwise. */
static char *
one_line(const char *text)
{
	char *line = xstrdup(text);

	for (char *at = line; (at = strchr(at, '\n')) != NULL;)
		*at = ' ';
	return line;
}

void
ui_show_found(struct ui *ui, const char *query, const struct found_line *lines,
    size_t count, bool more)
{
	struct found_list *list = &ui->found;
	static const char everywhere[] = "-all ";

	found_clear(ui);
	if (strncmp(query, everywhere, strlen(everywhere)) == 0)
		query += strlen(everywhere);
	list->query = xstrndup(query, strcspn(query, "*"));
	list->items = xcalloc(count + 1, sizeof(*list->items));
	list->count = count;
	list->more = more;
	for (size_t i = 0; i < count; i++) {
		struct found_item *item = &list->items[i];
		*item = (struct found_item){ .line = lines[i] };
		item->line.name = item->name = xstrdup(lines[i].name);
		item->line.text = item->text = one_line(lines[i].text);
	}
	overlay_open(ui, OVERLAY_FOUND);
	ui->dirty = true;
}

/* "ana" said it to us, or we "to ana", or somebody "(PUBLIC)". */
static void
label_line(const struct frame *f, const struct found_line *line, char *out,
    size_t size)
{
	char label[PEER_LABEL_SIZE];
	const struct peer *p = model_peer(f->m, &line->from);

	if (!line->mine)
		snprintf(out, size, "%s",
		    p == NULL ? line->name
			      : label_fit(f, p, false, LABEL_CELLS, label));
	else if (fp_is_zero(&line->conv))
		snprintf(out, size, "%s", f->m->name);
	else
		snprintf(out, size, say(f->m->lang, "to %s"), line->name);
}

/* A day with its year is longer, and moves what is behind it. */
static int
draw_time(
    const struct frame *f, struct rect r, int col, enum style style, int64_t ms)
{
	char clock[WHEN_CLOCK_SIZE], day[WHEN_DAY_SIZE];
	const struct lang *l = f->m->lang;
	int end = r.col + r.cols, next = col + when_day_cells(l) + 1;
	bool today = when_same_day(ms, f->now.wall_ms);

	when_clock(ms, clock);
	when_day(l, ms, f->now.wall_ms, day);
	if (r.cols < COLS_DAY) {
		int at =
		    draw_text(f, r.row, col, end, style, today ? clock : day);
		return at < next ? next : at + 1;
	}
	int at =
	    draw_text(f, r.row, col, end, style, today ? say(l, "today") : day);
	at = draw_text(f, r.row, at < next ? next : at + 1, end, style, clock);
	return at + 1;
}

/* From a little before what was looked for, where that would be cut off. */
static void
draw_excerpt(const struct frame *f, int row, int col, int end, const char *text,
    enum style style)
{
	size_t size = strlen(text), from = 0, start, stop, skip = 0;
	struct needle n = needle_of(f->ui->found.query);

	if (col >= end)
		return;
	size_t lead = (size_t)(end - col) / 3;
	bool found = needle_find(&n, text, size, 0, &start, &stop);
	if (found && width_text(text, stop) > end - col && start > lead) {
		skip = start - lead;
		col = draw_text(
		    f, row, col, end, style, glyph_text(f, GLYPH_ELLIPSIS));
	}
	while (skip > 0 && (text[skip] & 0xc0) == 0x80)
		skip++;
	draw_cut(f, row, col, end, style, text + skip);
	for (from = skip; needle_find(&n, text, size, from, &start, &stop);
	     from = stop) {
		int at = col + width_text(text + skip, start - skip);
		int behind = at + width_text(text + start, stop - start);
		for (; at < behind && at < end; at++)
			grid_cell(f->g, row, at)->style = STYLE_FOUND;
	}
}

static void
draw_line(const struct frame *f, struct rect r, const struct found_line *line,
    bool chosen)
{
	char label[2 * PEER_LABEL_SIZE];
	int end = r.col + r.cols, cells = r.cols / 4;
	enum style style = chosen ? STYLE_SELECTED : STYLE_NORMAL;

	if (cells > LABEL_CELLS)
		cells = LABEL_CELLS;
	draw_fill(f, r.row, r.col, end, style);
	draw_text(f, r.row, r.col, end, style, chosen ? ">" : " ");
	int col = draw_time(
	    f, r, r.col + 1, chosen ? style : STYLE_DIM, line->wall_ms);
	label_line(f, line, label, sizeof(label));
	col++;
	draw_cut(f, r.row, col, col + cells < end ? col + cells : end,
	    chosen       ? style
	    : line->mine ? STYLE_OWN
			 : nick_style(&line->from),
	    label);
	col += cells + 1;
	if (line->plain)
		col = draw_text(f, r.row, col, end,
		    chosen ? style : STYLE_PLAIN, say(f->m->lang, "PLAIN "));
	draw_excerpt(f, r.row, col, end,
	    line->sealed ? say(f->m->lang, "(sealed)") : line->text, style);
}

void
view_found(const struct frame *f)
{
	char title[TITLE_SIZE];
	const struct found_list *list = &f->ui->found;
	struct panel panel = {
		.title = title,
		.hint = say(f->m->lang, "Enter goes there, Esc goes back"),
	};

	if (list->count == 0)
		snprintf(title, sizeof(title), "%s",
		    say(f->m->lang, "nothing found"));
	else
		snprintf(title, sizeof(title),
		    list->more ? say(f->m->lang, "the newest %zu found")
			       : say(f->m->lang, "%zu found"),
		    list->count);
	struct rect r = overlay_panel(f, &panel);
	if (list->count == 0 && r.rows > 0) {
		snprintf(title, sizeof(title),
		    say(f->m->lang, "No message has \"%s\". Words count from "
				    "their beginning."),
		    list->query);
		draw_cut(
		    f, r.row, r.col + 1, r.col + r.cols, STYLE_INFO, title);
	}
	size_t first = overlay_first(f, list->count, r.rows);
	for (int i = 0; i < r.rows && first + (size_t)i < list->count; i++)
		draw_line(f, (struct rect){ r.row + i, r.col, 1, r.cols },
		    &list->items[first + (size_t)i].line,
		    first + (size_t)i == f->ui->list.row);
}

/* The messages from there on are asked for; once they are in memory, that one
 * is selected. */
static void
go_to(struct ui *ui, const struct model *m, struct now now,
    const struct found_line *line, struct command *ret_cmd)
{
	struct fp fp = line->conv;
	int64_t row = line->row;
	const struct conv *c = fp_is_zero(&fp) ? model_conv(m, CONV_NEARBY)
					       : model_conv_of(m, &fp);

	if (c == NULL) {
		ui_flash(ui, now,
		    say(m->lang, "who said that is not known any more"));
		return;
	}
	overlay_close(ui);
	find_close(ui, false);
	win_select(ui, m, &fp);
	win_current(ui)->goal_row = row;
	*ret_cmd = (struct command){
		.kind = COMMAND_OLDER,
		.conv = c->id,
		.peer = c->fp,
		.row = row,
	};
}

bool
found_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	const struct found_list *list = &ui->found;
	const struct keymap_row *row = keymap_find(&ui->keymap, key);

	if (overlay_move(ui, m, key, list->count))
		return true;
	if (row == NULL || row->action != ACTION_SEND ||
	    ui->list.row >= list->count)
		return false;
	go_to(ui, m, now, &list->items[ui->list.row].line, ret_cmd);
	return true;
}

void
found_settle(struct ui *ui, const struct model *m, struct now now)
{
	struct win *w = win_current(ui);
	const struct conv *c = win_conv(m, w);
	int64_t row = w->goal_row;

	if (row == 0 || c == NULL || c->loading)
		return;
	w->goal_row = 0;
	uint64_t s = c->first_serial;
	while (s < c->next_serial && conv_message(c, s)->row < row)
		s++;
	if (s == c->next_serial) {
		ui_flash(ui, now, say(m->lang, "that message is gone"));
		return;
	}
	ui_scroll_bottom(ui);
	ui_scroll_put(ui, m, now, s);
	message_mode_enter(ui, m, now, s);
}
