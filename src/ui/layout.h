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
	LAYOUT_INPUT_MAX = 8,    /* rows of a draft, at most a third of all */
	LAYOUT_PROMPT_COLS = 44, /* narrower: a bare prompt, compact rows */
};

struct layout {
	struct rect title, contacts, chat, details, status, input;
	bool compact; /* rows of the chat without a gutter */
};

/* input_rows: what the draft would like, at least 1. */
struct layout layout_of(int rows, int cols, int input_rows);

static inline bool
rect_is_empty(struct rect r)
{
	return r.rows <= 0 || r.cols <= 0;
}

#endif
