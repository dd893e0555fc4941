/* SPDX-License-Identifier: MIT */
/*
 * What was sent from here, to anybody, the newest first: Ctrl-R. What is
 * chosen comes into the line and goes nowhere by itself.
 */
#include "base/mem.h"
#include "ui/history.h"
#include "ui/view.h"

#include <stdlib.h>
#include <string.h>

/* The n-th from the newest that matches; NULL: there are not so many. */
static const char *
find_line(const struct ui *ui, size_t n)
{
	for (size_t i = ui->sent->count; i > 0; i--) {
		const char *texts[] = { ui->sent->lines[i - 1].text, NULL };
		if (overlay_matches(overlay_filter(ui), texts) && n-- == 0)
			return texts[0];
	}
	return NULL;
}

static size_t
count_lines(const struct ui *ui)
{
	size_t count = 0;

	for (size_t i = 0; i < ui->sent->count; i++) {
		const char *texts[] = { ui->sent->lines[i].text, NULL };
		count += overlay_matches(overlay_filter(ui), texts);
	}
	return count;
}

bool
sent_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	const struct keymap_row *row = keymap_find(&ui->keymap, key);
	enum action action = row == NULL ? ACTION_NONE : row->action;

	(void)now;
	(void)ret_cmd;
	if (action == ACTION_SENT && ui->list.row + 1 < count_lines(ui))
		ui->list.row++;
	if (action == ACTION_SENT || overlay_move(ui, m, key, count_lines(ui)))
		return true;
	const char *line = find_line(ui, ui->list.row);
	if (action != ACTION_SEND || line == NULL)
		return action == ACTION_SEND;
	struct win *w = win_current(ui);
	edit_set(w->edit, line, strlen(line));
	overlay_close(ui);
	return true;
}

/* In one row: its further lines behind a sign. */
static void
draw_line(const struct frame *f, struct rect at, const char *line, bool chosen)
{
	enum style style = chosen ? STYLE_SELECTED : STYLE_NORMAL;
	int end = at.col + at.cols;
	size_t n = strcspn(line, "\n");
	char *first = xstrndup(line, n);

	draw_fill(f, at.row, at.col, end, style);
	int col =
	    draw_text(f, at.row, at.col, end, style, chosen ? "> " : "  ");
	col = draw_cut(f, at.row, col, end, style, first);
	if (line[n] == '\n')
		draw_text(f, at.row, col + 1, end, STYLE_DIM,
		    glyph_text(f, GLYPH_ELLIPSIS));
	free(first);
}

void
view_sent(const struct frame *f)
{
	size_t count = count_lines(f->ui);
	const struct panel panel = {
		.title = say(f->m->lang, "what you sent"),
		.hint = say(
		    f->m->lang, "Enter takes it into the line, Esc goes back"),
		.count = count,
		.all = f->ui->sent->count,
		.rows_wanted = f->ui->sent->count,
	};
	struct rect at = overlay_panel(f, &panel);
	size_t first = overlay_first(f, count, at.rows);

	if (count == 0 && at.rows > 0)
		draw_cut(f, at.row, at.col, at.col + at.cols, STYLE_DIM,
		    f->ui->sent->count == 0
			? say(f->m->lang, "Nothing was sent yet.")
			: say(f->m->lang, "Nothing like that was sent."));
	for (size_t i = first; i < count && at.rows > 0; i++) {
		draw_line(f, at, find_line(f->ui, i), i == f->ui->list.row);
		at.row++;
		at.rows--;
	}
}
