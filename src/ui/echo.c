/* SPDX-License-Identifier: MIT */
/*
 * Who types sees it before the rest of the frame is made. Between two keys the
 * processor has forgotten us, so the way of a plain letter is as short as it
 * can be: it is put behind those that the last frame shows, after a look at
 * them, and nothing is laid out.
 */
#include "ui/ui.h"

#include "ui/state.h"
#include "ui/view.h"

static bool
is_printable(char c)
{
	return c >= 0x20 && c < 0x7F;
}

/* Nothing stands over the draft. */
static bool
is_bare(const struct ui *ui)
{
	return ui->shown && ui->overlay == OVERLAY_NONE &&
	       ui->mode.stage == MODE_OFF && !ui->find.on && !ui->popup.open;
}

size_t
echo_letters(const struct frame *f)
{
	size_t size;
	const char *text = edit_text(f->w->edit, &size);

	if (!is_bare(f->ui) || edit_cursor(f->w->edit) != size ||
	    size > (size_t)f->g->cursor_col ||
	    f->g->cursor_row != f->l.input.row || f->l.input.rows != 1 ||
	    input_rows(f->ui, f->m, f->w) != 1)
		return 0;
	for (size_t i = 0; i < size; i++)
		if (!is_printable(text[i]))
			return 0;
	return size;
}

/* Nothing of the last frame moves for it either. */
static bool
can_draw_draft(const struct frame *f)
{
	const struct ui *ui = f->ui;

	return ui->has_drawn && is_bare(ui) && ui->rows == f->g->rows &&
	       ui->cols == f->g->cols && fp_equal(&ui->shown_fp, &f->w->fp) &&
	       rect_equal(ui->shown_input, f->l.input);
}

bool
ui_draw_draft(struct ui *ui, const struct model *m, struct now now,
    struct grid *g, int *ret_first)
{
	struct frame f = { .ui = ui, .m = m, .now = now, .g = g };

	f.w = win_current(ui);
	f.l = ui_layout(ui, m);
	if (!can_draw_draft(&f))
		return false;
	struct rect r = f.l.input;
	for (int row = r.row; row < r.row + r.rows; row++)
		grid_fill(g, row, r.col, r.col + r.cols, STYLE_NORMAL, ' ');
	g->bell = false;
	view_input(&f);
	ui->shown_letters = 0;
	*ret_first = r.row;
	return true;
}

/* The letters of the draft, but the last one, are those before the cursor. */
static bool
shows_all_but_last(const struct grid *g, const char *text, size_t size)
{
	const struct cell *cells =
	    &g->cells[(size_t)g->cursor_row * (size_t)g->cols +
		      (size_t)g->cursor_col - (size - 1)];

	for (size_t i = 0; i + 1 < size; i++)
		if (cells[i].cp[0] != (uint32_t)text[i] || cells[i].count != 1)
			return false;
	return true;
}

/* The margin is where the draft would take another row, or nearly so. */
bool
ui_draw_letter(struct ui *ui, const struct model *m, struct grid *g)
{
	enum { MARGIN = 3 };
	struct frame f = { .ui = ui, .m = m, .g = g };
	size_t size;

	f.w = win_current(ui);
	const char *text = edit_text(f.w->edit, &size);
	if (ui->shown_letters == 0 || size != ui->shown_letters + 1 ||
	    edit_cursor(f.w->edit) != size || m->revision != ui->shown_revision)
		return false;
	f.l = ui_layout_with(ui, m, 1);
	if (!can_draw_draft(&f) || g->cursor_col >= g->cols - MARGIN ||
	    !is_printable(text[size - 1]) || !shows_all_but_last(g, text, size))
		return false;
	grid_put(g, g->cursor_row, g->cursor_col, g->cols, STYLE_NORMAL,
	    text + size - 1, 1);
	g->cursor_col++;
	g->bell = false;
	ui->shown_letters = size;
	return true;
}
