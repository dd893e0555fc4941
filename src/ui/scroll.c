/* SPDX-License-Identifier: MIT */
/*
 * Scrolling is measured in rows around a message, never from the start: a
 * conversation of any length scrolls at the same cost.
 */
#include "ui/state.h"
#include "ui/transcript.h"
#include "ui/ui.h"

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
	w->asked_older = false;
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

/* The first row of the message goes to the top, where enough is below it. */
static void
put_on_top(const struct transcript *t, struct win *w, uint64_t serial)
{
	struct place p = { .serial = serial };
	struct item item;

	transcript_item(t, serial, &item);
	p.skip = item.rows - 1;
	if (transcript_down(t, &p, (size_t)t->r.rows - 1))
		freeze(w, t->c, p);
}

void
ui_scroll_top(struct ui *ui, const struct model *m, struct now now)
{
	struct frame f;
	struct transcript t;

	if (!measure(ui, m, now, &f, &t))
		return;
	put_on_top(&t, win_current(ui), f.c->first_serial);
	ui->dirty = true;
}

void
ui_show_row(struct ui *ui, const struct model *m, struct now now, uint32_t conv,
    int64_t row)
{
	struct frame f;
	struct transcript t;
	const struct conv *c = model_conv(m, conv);

	if (c == NULL)
		return;
	win_select(ui, m, &c->fp);
	ui_sync(ui, m);
	overlay_close(ui);
	ui_scroll_bottom(ui);
	if (!measure(ui, m, now, &f, &t))
		return;
	uint64_t s = c->first_serial;
	while (s < c->next_serial && conv_message(c, s)->row < row)
		s++;
	if (s < c->next_serial)
		put_on_top(&t, win_current(ui), s);
}

bool
ui_is_near_top(struct ui *ui, const struct model *m, struct now now)
{
	struct frame f;
	struct transcript t;
	struct win *w = win_current(ui);

	if (!measure(ui, m, now, &f, &t))
		return !rect_is_empty(f.l.chat);
	size_t rows = 2 * (size_t)t.r.rows;
	return transcript_rows_above(&t, transcript_place(&t, w), rows) < rows;
}

void
ui_scroll_settle(struct ui *ui, const struct model *m, struct now now)
{
	struct frame f;
	struct transcript t;
	struct win *w = win_current(ui);
	const struct conv *c = win_conv(m, w);

	if (w->frozen && c != NULL && c->older && measure(ui, m, now, &f, &t))
		w->place = transcript_place(&t, w);
}

void
ui_scroll_bottom(struct ui *ui)
{
	win_current(ui)->frozen = false;
	ui->dirty = true;
}
