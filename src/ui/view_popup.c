/* SPDX-License-Identifier: MIT */
#include "ui/view.h"

enum { POPUP_ROWS = 6, POPUP_LABEL_MAX = 28 };

void
view_popup(const struct frame *f)
{
	const struct popup *p = &f->ui->popup;
	int bottom = f->l.chat.row + f->l.chat.rows, end = f->g->cols;
	int rows = p->c.count < POPUP_ROWS ? (int)p->c.count : POPUP_ROWS;
	int label = 0;

	if (!p->open || rect_is_empty(f->l.chat))
		return;
	if (rows > f->l.chat.rows)
		rows = f->l.chat.rows;
	size_t first = 0;
	if (p->chosen < p->c.count && p->chosen >= (size_t)rows)
		first = p->chosen - (size_t)rows + 1;
	for (size_t i = 0; i < p->c.count; i++) {
		int cells = text_cells(p->c.items[i].label);
		label = cells > label ? cells : label;
	}
	if (label > POPUP_LABEL_MAX)
		label = POPUP_LABEL_MAX;
	for (int i = 0; i < rows; i++) {
		size_t at = first + (size_t)i;
		bool chosen = at == p->chosen;
		/* Bars are reverse, so what is chosen among them is not. */
		enum style style = chosen ? STYLE_BOLD : STYLE_BAR;
		int row = bottom - rows + i;
		draw_fill(f, row, 0, end, style);
		draw_text(f, row, 0, end, style, chosen ? ">" : "");
		draw_cut(f, row, 1, 1 + label < end ? 1 + label : end, style,
		    p->c.items[at].label);
		draw_cut(f, row, label + 3, end, style,
		    say(f->m->lang, p->c.items[at].gloss));
	}
}
