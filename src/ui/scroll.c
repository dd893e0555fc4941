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

/* From the newest on, until a place is found. */
static void
freeze(struct ui *ui, const struct model *m, struct now now, struct frame *f,
    struct transcript *t)
{
	struct win *w = win_current(ui);
	const struct conv *c = win_conv(m, w);

	if (w->frozen)
		return;
	w->frozen = true;
	w->frozen_next = c->next_serial;
	w->place = (struct place){ .serial = c->next_serial - 1 };
	if (!measure(ui, m, now, f, t) || !rect_is_empty(t->peek))
		return;
	/* At the end there is no peek, but it is left now. */
	t->peek = layout_peek(&f->l, ui->rows);
	t->r.rows -= t->peek.rows;
}

/* At the end of the conversation, where the peek shows the rest. */
static bool
is_at_end(const struct transcript *t, struct place p)
{
	bool peek = !rect_is_empty(t->peek);

	return !transcript_down(t, &p, peek ? LAYOUT_PEEK_ROWS : 0);
}

static void
scroll_down(const struct transcript *t, struct win *w, size_t rows)
{
	struct place p = transcript_place(t, w);

	if (w->frozen && transcript_down(t, &p, rows) && !is_at_end(t, p))
		w->place = p;
	else
		w->frozen = false;
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
	if (rows < 0) {
		scroll_down(&t, w, (size_t)-rows);
		return;
	}
	w->asked_older = false;
	/* The oldest row goes no further down than the top of the view. */
	size_t height = (size_t)t.r.rows, up = (size_t)rows;
	size_t above =
	    transcript_rows_above(&t, transcript_place(&t, w), height + up);
	if (above <= height)
		return;
	if (above - height < up)
		up = above - height;
	freeze(ui, m, now, &f, &t);
	/* The row at the top moves, however high the view is now. */
	up += height - (size_t)t.r.rows;
	w->place = go_up(&t, transcript_place(&t, w), up);
}

void
ui_scroll_page(struct ui *ui, const struct model *m, struct now now, int pages)
{
	struct layout l = ui_layout(ui, m);
	int rows = l.chat.rows - layout_peek(&l, ui->rows).rows - OVERLAP_ROWS;

	ui_scroll(ui, m, now, pages * (rows < 1 ? 1 : rows));
}

void
ui_scroll_put(
    struct ui *ui, const struct model *m, struct now now, uint64_t serial)
{
	struct frame f;
	struct transcript t;
	struct item item;
	struct win *w = win_current(ui);

	ui->dirty = true;
	if (!measure(ui, m, now, &f, &t) || serial < f.c->first_serial ||
	    serial >= f.c->next_serial)
		return;
	freeze(ui, m, now, &f, &t);
	struct place p = { .serial = serial };
	transcript_item(&t, serial, &item);
	/* Where it is too small for all, the text goes before a rule. */
	p.skip = item.rows - 1;
	if (item.rows > (size_t)t.r.rows)
		p.skip -= item.lead;
	if (transcript_down(&t, &p, (size_t)t.r.rows - 1) && !is_at_end(&t, p))
		w->place = p;
	else
		w->frozen = false;
}

void
ui_scroll_top(struct ui *ui, const struct model *m, struct now now)
{
	const struct conv *c = win_conv(m, win_current(ui));

	if (c != NULL)
		ui_scroll_put(ui, m, now, c->first_serial);
}

uint64_t
ui_lowest_in_view(struct ui *ui, const struct model *m, struct now now)
{
	struct frame f;
	struct transcript t;

	if (!measure(ui, m, now, &f, &t))
		return 0;
	return transcript_place(&t, win_current(ui)).serial;
}

/* Rows from the first of the message down to the place, counted up to max. */
static size_t
rows_down_to(
    const struct transcript *t, uint64_t serial, struct place p, size_t max)
{
	struct item item;
	size_t rows = 0;

	for (uint64_t s = p.serial + 1; s > serial && rows <= max; s--) {
		transcript_item(t, s - 1, &item);
		rows += item.rows - (s - 1 == p.serial ? p.skip : 0);
	}
	return rows;
}

void
ui_scroll_to(
    struct ui *ui, const struct model *m, struct now now, uint64_t serial)
{
	struct frame f;
	struct transcript t;
	struct item item;
	struct win *w = win_current(ui);

	ui->dirty = true;
	if (!measure(ui, m, now, &f, &t) || serial < f.c->first_serial ||
	    serial >= f.c->next_serial)
		return;
	struct place p = transcript_place(&t, w);
	size_t height = (size_t)t.r.rows;
	if (serial < p.serial || (serial == p.serial && p.skip == 0)) {
		if (rows_down_to(&t, serial, p, height) > height)
			ui_scroll_put(ui, m, now, serial);
		return;
	}
	transcript_item(&t, serial, &item);
	p = (struct place){ .serial = serial };
	if (item.rows > height)
		p.skip = item.rows - height;
	if (is_at_end(&t, p))
		w->frozen = false;
	else
		w->place = p;
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
	ui_scroll_put(ui, m, now, s);
}

void
ui_await_answer(struct ui *ui, const struct model *m, uint32_t conv)
{
	const struct conv *c = model_conv(m, conv);

	ui->has_answer = c != NULL;
	ui->answer_conv = conv;
	ui->answer_from = c == NULL ? 0 : c->next_serial;
	ui->dirty = true;
}

void
ui_show_answer(struct ui *ui, const struct model *m, uint32_t conv)
{
	ui_await_answer(ui, m, conv);
	if (ui->has_answer)
		ui->answer_from--;
}

void
ui_scroll_answer(struct ui *ui, const struct model *m, struct now now)
{
	struct frame f;
	struct transcript t;
	struct win *w = win_current(ui);
	const struct conv *c = win_conv(m, w);
	uint64_t from = ui->answer_from;
	bool has_answer = ui->has_answer;

	ui->has_answer = false;
	if (!has_answer || c == NULL || c->id != ui->answer_conv ||
	    from < c->first_serial || from >= c->next_serial || w->frozen ||
	    conv_message(c, from)->kind != MESSAGE_INFO ||
	    !measure(ui, m, now, &f, &t))
		return;
	struct place end = { .serial = c->next_serial - 1 };
	if (rows_down_to(&t, from, end, (size_t)t.r.rows) <= (size_t)t.r.rows)
		return;
	ui_scroll_put(ui, m, now, from);
	w->answer = from;
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
