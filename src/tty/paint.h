/* SPDX-License-Identifier: MIT */
/*
 * Cells of a grid into curses' screen, with what differs between terminals
 * about the width of characters taken into account.
 */
#ifndef TTY_PAINT_H
#define TTY_PAINT_H

#include "tty/style.h"
#include "ui/grid.h"

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

struct paint {
	struct look looks[STYLE_COUNT];
	bool prints_wide;    /* the terminal takes more than ASCII */
	bool keeps_corner;   /* from curses: see corner.h */
	bool ambiguous_wide; /* two cells where our table says one */
};

/* Whether a terminal may think otherwise of the width of one of the cells. */
bool paint_is_doubtful(
    const struct paint *p, const struct cell *cells, int cols);
/* What is written for a cell. Returns the code points, 1 or more. */
size_t paint_text(const struct paint *p, const struct cell *c,
    wchar_t out[static CELL_CPS_MAX + 1]);
/* The cells from .. to - 1 of a row, at their columns. */
void paint_span(
    const struct paint *p, int row, int from, int to, const struct cell *cells);
/* A whole row that has doubtful cells, or had some; refreshes. */
void paint_doubtful_row(
    const struct paint *p, int row, int cols, const struct cell *cells);

#endif
