/* SPDX-License-Identifier: MIT */
/*
 * Scrolling is measured in rows around a message, never from the start: a
 * conversation of any length scrolls at the same cost.
 */
#include "ui/state.h"
#include "ui/transcript.h"

enum { OVERLAP_ROWS = 2 };

/* A frame without a grid: places are worked out as they will be drawn. */
static bool
measure(struct ui *ui, const struct model *m, struct now now, struct frame *f,
    struct transcript *t)
{
	struct win *w = win_current(ui);

	*f = (struct frame){ .ui = ui, .m = m, .now = now, .w = w };
	f->c = win_conv(m, w);
	f->l = ui_layout(ui, m);
	if (f->c == NULL || f->c->next_serial == f->c->first_serial ||
	    rect_is_empty(f->l.chat))
		return false;
	transcript_init(t, f);
	return true;
}

static struct place
go_up(const struct transcript *t, struct place p, size_t rows)
{
	struct item item;

	p.skip += rows;
	for (;;) {
		transcript_item(t, p.serial, &item);
		if (p.skip < item.rows)
			return p;
		if (p.serial == t->c->first_serial) {
			p.skip = item.rows - 1;
			return p;
		}
		p.skip -= item.rows;
		p.serial--;
	}
}

static void
freeze(struct win *w, const struct conv *c, struct place p)
{
	if (!w->frozen)
		w->frozen_next = c->next_serial;
	w->frozen = true;
	w->place = p;
}

void
ui_scroll(struct ui *ui, const struct model *m, struct now now, int rows)
{
	struct frame f;
	struct transcript t;
	struct win *w = win_current(ui);

	ui->dirty = true;
	if (!measure(ui, m, now, &f, &t))
		return;
	struct place p = transcript_place(&t, w);
	if (rows < 0) {
		if (w->frozen && transcript_down(&t, &p, (size_t)-rows))
			w->place = p;
		else
			w->frozen = false;
		return;
	}
	/* The oldest row goes no further down than the top of the view. */
	size_t height = (size_t)t.r.rows;
	size_t above = transcript_rows_above(&t, p, height + (size_t)rows);
	if (above <= height)
		return;
	if (above - height < (size_t)rows)
		rows = (int)(above - height);
	freeze(w, f.c, go_up(&t, p, (size_t)rows));
}

void
ui_scroll_page(struct ui *ui, const struct model *m, struct now now, int pages)
{
	int rows = ui_layout(ui, m).chat.rows - OVERLAP_ROWS;

	ui_scroll(ui, m, now, pages * (rows < 1 ? 1 : rows));
}

void
ui_scroll_top(struct ui *ui, const struct model *m, struct now now)
{
	struct frame f;
	struct transcript t;
	struct win *w = win_current(ui);

	if (!measure(ui, m, now, &f, &t))
		return;
	/* A screen down from the first row of all. */
	struct place p = { .serial = f.c->first_serial };
	struct item item;
	transcript_item(&t, p.serial, &item);
	p.skip = item.rows - 1;
	if (transcript_down(&t, &p, (size_t)t.r.rows - 1))
		freeze(w, f.c, p);
	ui->dirty = true;
}

void
ui_scroll_bottom(struct ui *ui)
{
	win_current(ui)->frozen = false;
	ui->dirty = true;
}
