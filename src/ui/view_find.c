/* SPDX-License-Identifier: MIT */
#include "base/width.h"
#include "ui/find.h"
#include "ui/view.h"

#include <stdio.h>
#include <string.h>

enum {
	LINE_CELLS_MIN = 16, /* of the words, before anything else */
	TEXT_SIZE = 256,
	COLS_KEYS = 70,
};

/* How far it is, or why nothing is there. */
static void
state_text(const struct frame *f, char *out, size_t size)
{
	char at[COUNT_SIZE], all[COUNT_SIZE];
	const struct lang *l = f->m->lang;
	const struct find *find = &f->ui->find;
	const char *text = edit_text(find->line, NULL);

	out[0] = '\0';
	if (*text == '\0')
		return;
	if (f->c != NULL && f->c->loading)
		snprintf(out, size, "%s", say(l, "looking further back"));
	else if (find->count > 0)
		snprintf(out, size, say(l, "%s of %s%s"),
		    count_text(f->m->lang, find->at + 1, at),
		    count_text(f->m->lang, find->count, all),
		    f->c != NULL && f->c->older ? "+" : "");
	else if (f->c != NULL && f->c->older && f->l.input.cols < COLS_KEYS)
		snprintf(out, size, "%s", say(l, "Up: further back"));
	else if (f->c != NULL && f->c->older)
		snprintf(out, size,
		    say(l, "not in the newest %s here. Up: further back. "
			   "Tab: search all"),
		    count_text(f->m->lang,
			f->c->next_serial - f->c->first_serial, all));
	else if (f->l.input.cols < COLS_KEYS)
		snprintf(out, size, "%s", say(l, "not here. Tab: all"));
	else
		snprintf(out, size,
		    say(l, "No \"%s\" in this conversation. Tab: search all"),
		    text);
}

static int
draw_keys(const struct frame *f, int row, int col, int end)
{
	const char *keys = NULL;

	if (*edit_text(f->ui->find.line, NULL) == '\0')
		keys = N_("type a word of what was said  Esc back ");
	else if (f->ui->find.count > 0)
		keys = N_("Up Down  Tab all  Enter stay  Esc back ");
	return keys == NULL ? end
			    : draw_right(f, row, col, end, STYLE_BAR,
				  say(f->m->lang, keys));
}

void
view_find(const struct frame *f)
{
	char state[TEXT_SIZE];
	const struct find *find = &f->ui->find;
	struct rect r = rect_is_empty(f->l.status) ? f->l.note : f->l.status;
	int end = r.col + r.cols;

	if (!find->on || rect_is_empty(r))
		return;
	draw_fill(f, r.row, r.col, end, STYLE_BAR);
	state_text(f, state, sizeof(state));
	bool flash = f->now.mono_ms < f->ui->flash_until_ms;
	if (flash)
		snprintf(state, sizeof(state), "%s", f->ui->flash);
	if (r.cols >= COLS_KEYS && !flash)
		end = draw_keys(f, r.row, r.col, end);
	int col = draw_text(f, r.row, r.col + 1, end, STYLE_BAR_ALERT,
	    say(f->m->lang, "find:"));
	const char *text = edit_text(find->line, NULL);
	int cursor = col + 1 + width_text(text, edit_cursor(find->line));
	col = draw_cut(f, r.row, col + 1, end - 1, STYLE_BAR, text);
	if (col < r.col + LINE_CELLS_MIN && end - col > LINE_CELLS_MIN)
		col = r.col + LINE_CELLS_MIN;
	draw_cut(f, r.row, col + 2, end - 1,
	    find->count > 0 ? STYLE_BAR : STYLE_BAR_ALERT, state);
	f->g->cursor_row = r.row;
	f->g->cursor_col = cursor < end ? cursor : end - 1;
}
