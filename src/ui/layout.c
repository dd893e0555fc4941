/* SPDX-License-Identifier: MIT */
#include "ui/layout.h"

enum {
	ROWS_TITLE = 14, /* below, the status row names the conversation */
	ROWS_STATUS = 4,
	ROWS_CHAT = 2,
	ROWS_NOTE = 3,
	COLS_CHAT = 10,
};

/* The first row that fits is used. */
static const struct {
	int cols, rows;        /* at least */
	int contacts, details; /* columns, without the border */
} breakpoints[] = {
	{ LAYOUT_DETAILS_COLS, LAYOUT_DETAILS_ROWS, 24, 26 },
	{ 72, 14, 20, 0 },
	{ 0, 0, 0, 0 },
};

static int
smaller(int a, int b)
{
	return a < b ? a : b;
}

/* The most rows of a draft on a screen of so many. */
static int
input_max(int rows)
{
	int third = rows / 3;

	return third < 1 ? 1 : smaller(LAYOUT_INPUT_MAX, third);
}

/* The panes between the title and the status, from the sides inwards. */
static void
split_middle(struct layout *l, struct rect middle, int rows, int cols,
    const struct layout_wish *wish)
{
	unsigned i = 0;

	while (cols < breakpoints[i].cols || rows < breakpoints[i].rows)
		i++;
	l->chat = middle;
	if (breakpoints[i].contacts > 0) {
		l->contacts = middle;
		l->contacts.cols = breakpoints[i].contacts;
		l->chat.col = breakpoints[i].contacts + 1;
		l->chat.cols -= breakpoints[i].contacts + 1;
	}
	if (breakpoints[i].details > 0 && wish->details) {
		l->details = middle;
		l->details.cols = breakpoints[i].details;
		l->details.col = cols - breakpoints[i].details;
		l->chat.cols -= breakpoints[i].details + 1;
	}
}

struct layout
layout_of(int rows, int cols, const struct layout_wish *wish)
{
	struct layout l = { .compact = cols < LAYOUT_PROMPT_COLS };
	int bottom = rows, top = 0;
	int input = smaller(wish->input_rows, input_max(rows));

	if (input < 1 || rows < ROWS_CHAT)
		input = 1;
	bottom -= input;
	l.input = (struct rect){ bottom, 0, input, cols };
	if (rows < ROWS_CHAT || cols < COLS_CHAT) {
		l.input = (struct rect){ rows - 1, 0, 1, cols };
		return l;
	}
	bool status = rows >= ROWS_STATUS;
	if (rows >= ROWS_NOTE && (wish->note || (wish->status && !status)))
		l.note = (struct rect){ --bottom, 0, 1, cols };
	if (status)
		l.status = (struct rect){ --bottom, 0, 1, cols };
	if (rows >= ROWS_TITLE)
		l.title = (struct rect){ top++, 0, 1, cols };
	split_middle(
	    &l, (struct rect){ top, 0, bottom - top, cols }, rows, cols, wish);
	return l;
}

struct rect
layout_peek(const struct layout *l, int rows)
{
	struct rect r = l->chat;

	if (rows < LAYOUT_PEEK_SCREEN || r.rows < 3 * LAYOUT_PEEK_ROWS)
		return (struct rect){ 0 };
	r.row += r.rows - LAYOUT_PEEK_ROWS - 1;
	r.rows = LAYOUT_PEEK_ROWS + 1;
	return r;
}
