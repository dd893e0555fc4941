/* SPDX-License-Identifier: MIT */
/*
 * Where things are at a size of the screen: panes are dropped when they do not
 * fit, and never overlap.
 */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include <stdbool.h>

struct rect {
	int row, col, rows, cols; /* nothing where rows or cols is 0 */
};

enum {
	LAYOUT_INPUT_MAX = 8,      /* rows of a draft, at most a third of all */
	LAYOUT_PROMPT_COLS = 44,   /* narrower: a bare prompt, compact rows */
	LAYOUT_DETAILS_COLS = 110, /* of a screen with details, and rows */
	LAYOUT_DETAILS_ROWS = 20,
	LAYOUT_PEEK_SCREEN = 30, /* rows of a screen with a peek */
	LAYOUT_PEEK_ROWS = 4,    /* of the newest below a frozen view */
};

struct layout {
	struct rect title, contacts, chat, details, status, note, input;
	bool compact; /* rows of the chat without a gutter */
};

struct layout_wish {
	int input_rows; /* what the draft would like, at least 1 */
	bool note;      /* a row above the draft */
	bool status;    /* what the status row would say must be seen: where
			   there is none, the note stands for it */
	bool details;   /* the pane, where there is room */
};

struct layout layout_of(int rows, int cols, const struct layout_wish *wish);
/* The newest below a frozen view, with a rule above them; the view has what is
 * left. Nothing where the screen is too small. */
struct rect layout_peek(const struct layout *l, int rows);

static inline bool
rect_equal(struct rect a, struct rect b)
{
	return a.row == b.row && a.col == b.col && a.rows == b.rows &&
	       a.cols == b.cols;
}

static inline bool
rect_is_empty(struct rect r)
{
	return r.rows <= 0 || r.cols <= 0;
}

#endif
