/* SPDX-License-Identifier: MIT */
/*
 * Clean text into rows of a width in cells. Breaks at blanks, between CJK
 * ideographs, else between clusters; never inside one, and never before
 * closing punctuation where that can be helped. Each row costs time in its own
 * length, so a line of any size is laid out in linear time.
 */
#ifndef UI_WRAP_H
#define UI_WRAP_H

#include <stdbool.h>
#include <stddef.h>

/* Blanks at a break and the \n belong to no row: the next row's offset is
 * behind them. */
struct wrap_row {
	size_t offset, size; /* bytes of the text */
	int cells;
};

struct wrap {
	const char *text; /* borrowed */
	size_t size, at;
	int width, rest; /* cells of the next row, and of those behind */
	bool done;
	bool names; /* for the caller to set: emoji stand as their names */
};

/* Widths below 1 count as 1. */
void wrap_init(
    struct wrap *w, const char *text, size_t size, int first, int rest);
/*
 * The next row, or false. An empty text has one empty row, and a \n at the end
 * has an empty row behind it. A row exceeds its width only when it is a single
 * cluster that is wider than the width.
 */
bool wrap_next(struct wrap *w, struct wrap_row *ret_row);
/* Rows in all. */
size_t wrap_count(const char *text, size_t size, int first, int rest);
/*
 * Row and column of the byte at, for a cursor. Within blanks that were broken
 * at the column stays in the row; it is at most the row's width, and equals it
 * where the cursor needs a cell that the row has not.
 */
void wrap_locate(
    const struct wrap *start, size_t at, size_t *ret_row, int *ret_col);

#endif
