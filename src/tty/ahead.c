/* SPDX-License-Identifier: MIT */
/*
 * Nothing depends on the guess being right: if curses would have written
 * anything else, all is painted anew, and no letter goes ahead any more.
 */
#include "tty/ahead.h"

#include "tty/out.h"
#include "tty/paint.h"
#include "tty/state.h"

#include <string.h>

enum {
	/* Away from the right margin, where each terminal wraps in its own way,
	 * and from the corner that curses is not given. */
	MARGIN = 4,
	/* No more guesses than a fast typist makes between two frames. */
	WAITING_MAX = 8,
};

static size_t
index_of(const struct tty *t, int row, int col)
{
	return (size_t)row * (size_t)t->cols + (size_t)col;
}

/* It is written with no attribute, as curses leaves the terminal; but behind
 * the corner curses thinks otherwise. In a row where terminal and table may
 * disagree, the cursor may be elsewhere. */
void
ahead_prepare(struct tty *t)
{
	const struct look *look = &t->paint.looks[STYLE_NORMAL];
	size_t row = index_of(t, t->shown_row, 0);

	t->ahead.ready = !t->ahead.never && t->shown != NULL &&
			 !t->wrote_corner && !t->paint.ambiguous_wide &&
			 look->attrs == A_NORMAL && look->pair == 0 &&
			 !paint_is_doubtful(&t->paint, &t->shown[row], t->cols);
}

/* A blank is not one: curses may step over it. */
static bool
is_letter(const struct cell *now, const struct cell *was)
{
	return now->count == 1 && now->width == 1 &&
	       now->style == STYLE_NORMAL && now->cp[0] > 0x20 &&
	       now->cp[0] < 0x7F && was->width == 1 &&
	       memcmp(now, was, sizeof(*now)) != 0;
}

bool
ahead_write(struct tty *t, const struct grid *g)
{
	int col = t->shown_col;

	if (!t->ahead.ready || t->ahead.waiting >= WAITING_MAX ||
	    g->rows != t->rows || g->cols != t->cols ||
	    g->cursor_row != t->shown_row || g->cursor_col != col + 1 ||
	    col >= t->cols - MARGIN)
		return false;
	size_t at = index_of(t, t->shown_row, col);
	if (!is_letter(&g->cells[at], &t->shown[at]))
		return false;
	t->shown[at] = g->cells[at];
	t->shown_col = col + 1;
	t->ahead.waiting++;
	out_add(&t->out, (char[]){ (char)t->shown[at].cp[0], '\0' });
	return true;
}

/* curses, too, gets them one by one: of several it may make less than their
 * bytes. */
static bool
settle_letter(struct tty *t, int row, int col)
{
	const struct cell *cells = &t->shown[index_of(t, row, 0)];

	paint_span(&t->paint, row, col, col + 1, cells);
	move(row, col + 1);
	refresh();
	return out_drop(&t->out, (char)cells[col].cp[0]);
}

void
ahead_settle(struct tty *t)
{
	int end = t->shown_col, first = end - t->ahead.waiting;

	t->ahead.waiting = 0;
	for (int col = first; col < end; col++) {
		if (settle_letter(t, t->shown_row, col))
			continue;
		t->ahead.never = true;
		tty_forget(t);
		return;
	}
}
