/* SPDX-License-Identifier: MIT */
#include "ui/greet.h"
#include "ui/view.h"
#include "ui/wrap.h"

#include <stdio.h>
#include <string.h>

enum { PROMPT_SIZE = PEER_LABEL_SIZE + 3, COLS_PROMPT = 10 };

struct shape {
	char prompt[PROMPT_SIZE];
	int first, rest; /* columns where text begins */
	int cols;
};

/* The last column is left to the cursor. */
static struct shape
shape_of(const struct frame *f, int cols)
{
	struct shape s = { .cols = cols, .rest = 2 };
	const struct peer *p = model_peer(f->m, &f->w->fp);
	char label[PEER_LABEL_SIZE] = "";

	if (cols < COLS_PROMPT)
		return (struct shape){ .cols = cols };
	if (cols >= LAYOUT_PROMPT_COLS && greet_asks_name(f->ui, f->m))
		snprintf(
		    label, sizeof(label), "%s", say(f->m->lang, "your name"));
	else if (cols >= LAYOUT_PROMPT_COLS && p == NULL)
		snprintf(label, sizeof(label), "%s", say(f->m->lang, "nearby"));
	else if (cols >= LAYOUT_PROMPT_COLS)
		label_fit(f, p, false, cols / 4, label);
	snprintf(s.prompt, sizeof(s.prompt), "%s> ", label);
	s.first = text_cells(s.prompt);
	return s;
}

static void
start_wrap(const struct shape *s, const struct win *w, struct wrap *wrap)
{
	size_t size;
	const char *text = edit_text(w->edit, &size);

	wrap_init(
	    wrap, text, size, s->cols - s->first - 1, s->cols - s->rest - 1);
}

/* No more than a screen can use is counted. */
int
input_rows(const struct ui *ui, const struct model *m, const struct win *w)
{
	struct frame f = { .ui = ui, .m = m, .w = w };
	struct shape s = shape_of(&f, ui->cols);
	struct wrap wrap;
	struct wrap_row wr;
	int rows = 0;

	start_wrap(&s, w, &wrap);
	while (rows < LAYOUT_INPUT_MAX && wrap_next(&wrap, &wr))
		rows++;
	return rows;
}

/* What Enter takes while nothing is typed. */
static void
draw_name(const struct frame *f, const struct shape *s)
{
	char text[256];
	struct rect r = f->l.input;

	snprintf(text, sizeof(text),
	    say(f->m->lang, "%s  (Enter takes it, or type another)"),
	    f->m->name);
	draw_cut(f, r.row, s->first, r.col + r.cols, STYLE_DIM, text);
}

void
view_input(const struct frame *f)
{
	struct rect r = f->l.input;
	struct shape s = shape_of(f, r.cols);
	struct wrap wrap;
	struct wrap_row wr;
	size_t cursor_row, i = 0;
	int cursor_col;
	const char *text = edit_text(f->w->edit, NULL);

	if (*text == '\0' && greet_asks_name(f->ui, f->m))
		draw_name(f, &s);
	start_wrap(&s, f->w, &wrap);
	wrap_locate(&wrap, edit_cursor(f->w->edit), &cursor_row, &cursor_col);
	size_t first = cursor_row + 1 > (size_t)r.rows
			   ? cursor_row + 1 - (size_t)r.rows
			   : 0;
	for (; i < first + (size_t)r.rows && wrap_next(&wrap, &wr); i++) {
		int row = r.row + (int)(i - first);
		if (i < first)
			continue;
		if (i == 0)
			draw_text(f, row, r.col, r.col + r.cols, STYLE_BOLD,
			    s.prompt);
		grid_put(f->g, row, i == 0 ? s.first : s.rest, r.cols,
		    STYLE_NORMAL, text + wr.offset, wr.size);
		spell_mark(f, &wr, row, i == 0 ? s.first : s.rest);
	}
	if (first > 0 && s.rest > 0)
		draw_text(f, r.row, r.col, r.col + 1, STYLE_DIM, "^");
	if (s.rest > 0 && r.rows > 1 && wrap_next(&wrap, &wr))
		draw_text(
		    f, r.row + r.rows - 1, r.col, r.col + 1, STYLE_DIM, "v");
	f->g->cursor_row = r.row + (int)(cursor_row - first);
	f->g->cursor_col = cursor_col + (cursor_row == 0 ? s.first : s.rest);
	if (f->g->cursor_col >= r.cols)
		f->g->cursor_col = r.cols - 1;
}
