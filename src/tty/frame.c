/* SPDX-License-Identifier: MIT */
/*
 * Frames. The cells that differ from what is shown go to curses, and what it
 * writes goes to the terminal. While a part of the last frame waits for a slow
 * terminal no other is made, so a terminal that stops costs one frame of memory
 * and no time.
 */
#include "tty/tty.h"

#include "base/mem.h"
#include "tty/ahead.h"
#include "tty/corner.h"
#include "tty/modes.h"
#include "tty/osc.h"
#include "tty/paint.h"
#include "tty/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYNC_BEGIN "\033[?2026h"
#define SYNC_END "\033[?2026l"
#define NO_WRAP "\033[?7l"
#define WRAP "\033[?7h"

enum {
	/* Bytes; fewer come in one piece by themselves, and a key press must
	 * not cost more than it shows. */
	SYNC_MIN = 128,
};

/* The first and one behind the last cell that differ, or false. */
static bool
find_change(
    const struct cell *now, const struct cell *was, int cols, int out[2])
{
	int from = 0, to = cols;

	/* Nearly all rows are as they were, and this is quick. */
	if (memcmp(now, was, (size_t)cols * sizeof(*now)) == 0)
		return false;
	while (from < to && memcmp(&now[from], &was[from], sizeof(*now)) == 0)
		from++;
	while (
	    to > from && memcmp(&now[to - 1], &was[to - 1], sizeof(*now)) == 0)
		to--;
	/* Never start with the second half of a wide character. */
	while (from > 0 && now[from].width == 0)
		from--;
	out[0] = from;
	out[1] = to;
	return true;
}

static void
put_row(struct tty *t, int row, int cols, const int change[2],
    const struct cell *now, bool doubtful)
{
	struct cell line[GRID_COLS_MAX];

	if (t->paint.keeps_corner && row == t->rows - 1 && cols == t->cols) {
		corner_blank(now, cols, line);
		now = line;
	}
	if (doubtful)
		paint_doubtful_row(&t->paint, row, cols, now);
	else
		paint_span(&t->paint, row, change[0], change[1], now);
}

/* The rows that are doubtful, or those that are not. True when something was
 * painted. */
static bool
put_rows(struct tty *t, const struct grid *g, int first, bool doubtful)
{
	int rows = g->rows < t->rows ? g->rows : t->rows;
	int cols = g->cols < t->cols ? g->cols : t->cols;
	bool painted = false;

	for (int row = first; row < rows; row++) {
		const struct cell *now =
		    &g->cells[(size_t)row * (size_t)g->cols];
		struct cell *was = &t->shown[(size_t)row * (size_t)t->cols];
		int change[2];
		if (!find_change(now, was, cols, change))
			continue;
		if (doubtful != (paint_is_doubtful(&t->paint, now, cols) ||
				    paint_is_doubtful(&t->paint, was, cols)))
			continue;
		put_row(t, row, cols, change, now, doubtful);
		memcpy(was, now, (size_t)cols * sizeof(*now));
		painted = true;
	}
	return painted;
}

static void
put_title(struct tty *t, const struct grid *g)
{
	if (!t->has_title || strcmp(t->title, g->title) == 0)
		return;
	snprintf(t->title, sizeof(t->title), "%s", g->title);
	char *text = osc_title(t->title, !t->paint.prints_wide);
	if (text != NULL)
		out_add(&t->out, text);
	free(text);
}

static void
remember_nothing(struct tty *t)
{
	size_t count = (size_t)t->rows * (size_t)t->cols;

	/* Zeros are no cell that a grid can have: all will differ. */
	t->shown = xcalloc(count, sizeof(*t->shown));
	t->shown_row = t->shown_col = -1;
	werase(stdscr);
}

static bool
put_frame(struct tty *t, const struct grid *g, int first)
{
	int row = g->cursor_row < t->rows ? g->cursor_row : t->rows - 1;
	int col = g->cursor_col < t->cols ? g->cursor_col : t->cols - 1;
	bool painted = t->shown == NULL;

	if (painted)
		remember_nothing(t);
	painted |= put_rows(t, g, first, false);
	painted |= put_rows(t, g, first, true);
	/* The caret is where the input method of the terminal opens, and what
	 * a screen reader follows: it is left there, visible, always. */
	if (!painted && row == t->shown_row && col == t->shown_col)
		return false;
	move(row, col);
	t->shown_row = row;
	t->shown_col = col;
	return true;
}

/* A frame that is worth it is shown by the terminal at once. */
static void
collect(struct tty *t)
{
	bool sync = t->cfg.sync == TTY_SYNC_ON ||
		    (t->cfg.sync == TTY_SYNC_AUTO && t->facts.has_sync);

	t->frame_size = out_written(&t->out);
	sync = sync && t->frame_size >= SYNC_MIN;
	/* Letters that are wider than we think stay in their row. */
	bool edge = t->paint.ambiguous_wide && t->frame_size > 0;
	if (sync)
		out_add(&t->out, SYNC_BEGIN);
	if (edge)
		out_add(&t->out, NO_WRAP);
	out_collect(&t->out);
	if (edge)
		out_add(&t->out, WRAP);
	if (sync)
		out_add(&t->out, SYNC_END);
}

bool
tty_show(struct tty *t, const struct grid *g)
{
	return tty_show_from(t, g, 0);
}

bool
tty_show_from(struct tty *t, const struct grid *g, int first)
{
	bool again = t->rang;

	if (!out_flush(&t->out))
		return false;
	t->frame_size = 0;
	if (t->modes_due)
		modes_enter(&t->out);
	t->modes_due = false;
	ahead_settle(t);
	if (t->shown == NULL)
		first = 0;
	if (put_frame(t, g, first)) {
		refresh();
		if (t->paint.keeps_corner)
			corner_write(t);
		collect(t);
	}
	put_title(t, g);
	if (g->bell && !again)
		out_add(&t->out, "\a");
	bool taken = out_flush(&t->out);
	/* The caller will come with the same bell. */
	t->rang = !taken && g->bell;
	ahead_prepare(t);
	return taken;
}

bool
tty_show_letter(struct tty *t, const struct grid *g)
{
	if (!ahead_write(t, g))
		return tty_show_from(t, g, g->cursor_row);
	t->frame_size = 1;
	return out_flush(&t->out);
}

size_t
tty_frame_size(const struct tty *t)
{
	return t->frame_size;
}
