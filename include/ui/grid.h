/* SPDX-License-Identifier: MIT */
/*
 * A screen as a value: rows of cells, each with a cluster and a style role.
 * What is put here has no control characters, whatever it came from: such a
 * code point becomes U+FFFD on entry. Colours are the tty's business.
 */
#ifndef UI_GRID_H
#define UI_GRID_H

#include "base/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	GRID_ROWS_MAX = 1000,
	GRID_COLS_MAX = 1000,
	SPOTS_MAX = 256,
	CELL_CPS_MAX = 5, /* a base and four marks, as ncurses' CCHARW_MAX */
};

enum style {
	STYLE_NORMAL,
	STYLE_DIM,
	STYLE_BOLD,
	STYLE_BAR,       /* title and status rows */
	STYLE_BAR_ALERT, /* something in a bar that wants attention */
	STYLE_RULE,      /* pane borders, day separators */
	STYLE_MARKER,    /* the unread marker */
	STYLE_SELECTED,
	STYLE_ERROR,
	STYLE_INFO,
	STYLE_ONLINE,
	STYLE_AWAY,
	STYLE_OFFLINE,
	STYLE_UNREAD,
	STYLE_PUBLIC, /* shouts */
	STYLE_SECURE,
	STYLE_INSECURE,
	STYLE_PLAIN, /* anyone can read and forge it */
	STYLE_OWN,
	STYLE_FOUND, /* what is looked for, in a text */
	STYLE_MISSPELT,
	STYLE_NICK_0,
	STYLE_NICK_LAST = STYLE_NICK_0 + 7,
	STYLE_COUNT,
};

struct cell {
	uint32_t cp[CELL_CPS_MAX]; /* cp[0] is 0 behind a wide cell */
	uint8_t count;
	uint8_t width; /* 1 or 2; 0 behind a wide cell */
	uint8_t style;
};

enum spot_kind {
	SPOT_PERSON, /* or the conversation nearby: an fp of zeros */
	SPOT_LINK,
};

/* Cells that mean something to a click. */
struct spot {
	enum spot_kind kind;
	int row, col, end;
	struct fp fp;
	/* Of a link: its message, and where it begins in the text. */
	uint32_t conv;
	uint64_t serial;
	size_t offset;
};

struct grid {
	int rows, cols;
	struct cell *cells;         /* owned: rows * cols */
	int cursor_row, cursor_col; /* always inside */
	char title[256];            /* for the terminal's title; clean */
	bool bell;                  /* ring once when shown */
	/* How emoji are put here: as they are, their first part alone in the
	 * same cells, or their names. */
	enum grid_emoji {
		GRID_EMOJI,
		GRID_EMOJI_SIMPLE,
		GRID_EMOJI_NAMES
	} emoji;
	struct spot spots[SPOTS_MAX];
	size_t spot_count;
};

/* Blank, of that size. */
void grid_init(struct grid *g, int rows, int cols);
/* Frees. */
void grid_clear(struct grid *g);
/* Keeps nothing of the old content. Sizes are clamped to 1 .. MAX. */
void grid_resize(struct grid *g, int rows, int cols);
/* Blanks everything. */
void grid_erase(struct grid *g);
/* row and col inside the grid. */
struct cell *grid_cell(struct grid *g, int row, int col);

/*
 * Writes clusters from (row, col) while they fit before col_end (exclusive).
 * A wide cluster that would be cut leaves blanks. Returns the column after
 * the last cell written. Anything outside the grid is ignored.
 */
int grid_put(struct grid *g, int row, int col, int col_end, enum style style,
    const char *text, size_t size);
/* Fills with a one-cell character; what stood there cannot be clicked. */
void grid_fill(struct grid *g, int row, int col, int col_end, enum style style,
    uint32_t cp);
/* Cells of one row that can be clicked; no more than SPOTS_MAX are kept. */
void grid_add_spot(struct grid *g, const struct spot *spot);
/*
 * The text of the grid, a line for each row, trailing blanks cut; behind each
 * line that has any style but NORMAL a second line of style letters where
 * with_styles. Caller frees.
 */
char *grid_dump(const struct grid *g, bool with_styles);

#endif
