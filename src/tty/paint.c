/* SPDX-License-Identifier: MIT */
#include "tty/paint.h"

#include "base/width.h"

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <wchar.h>

/*
 * The linker puts this before libc's, for curses too: the grid was laid out by
 * our table, and where libc's differs every row would shift.
 */
int
wcwidth(wchar_t c)
{
	return c == 0 ? 0 : width_cp((uint32_t)c);
}

/*
 * What every terminal draws as wide as our table says. Everything else is
 * doubtful: emoji, characters newer than the terminal or its libc, unassigned
 * ones. Right to left scripts are not here either.
 */
static const struct {
	uint32_t first, last;
	bool ambiguous; /* not in East Asia */
} certain[] = {
	{ 0x0020, 0x007E, false }, /* ASCII */
	{ 0x00A1, 0x02FF, true },  /* Latin */
	{ 0x038E, 0x03A1, true },  /* Greek */
	{ 0x03A3, 0x0482, true },  /* Greek, Cyrillic */
	{ 0x048A, 0x052F, true },  /* Cyrillic */
	{ 0x1E00, 0x1EFF, true },  /* Latin */
	{ 0x2010, 0x2027, true },  /* dashes, quotes, dots */
	{ 0x2030, 0x205E, true },
	{ 0x20A0, 0x20BD, true },  /* currencies */
	{ 0x2190, 0x2193, true },  /* arrows */
	{ 0x2500, 0x25CF, true },  /* lines, blocks, shapes */
	{ 0x2713, 0x2713, true },  /* the check mark of a delivery */
	{ 0x3001, 0x3029, false }, /* CJK: punctuation, kana, ideographs */
	{ 0x3041, 0x3096, false },
	{ 0x30A1, 0x30FA, false },
	{ 0x4E00, 0x9FA5, false },
	{ 0xAC00, 0xD7A3, false }, /* Hangul */
	{ 0xFF01, 0xFF5E, false }, /* full width */
	{ 0xFFFD, 0xFFFD, true },
};

static bool
is_doubtful(const struct paint *p, const struct cell *c)
{
	if (c->width == 0)
		return false;
	for (size_t i = 0; i < sizeof(certain) / sizeof(certain[0]); i++)
		if (c->cp[0] >= certain[i].first && c->cp[0] <= certain[i].last)
			return c->count > 1 ||
			       (certain[i].ambiguous && p->ambiguous_wide);
	return true;
}

/* The column behind the last doubtful cell; 0 where there is none. */
static int
doubtful_end(const struct paint *p, const struct cell *cells, int cols)
{
	int col = cols;

	while (col > 0 && !is_doubtful(p, &cells[col - 1]))
		col--;
	return col == 0 ? 0 : col - 1 + cells[col - 1].width;
}

bool
paint_is_doubtful(const struct paint *p, const struct cell *cells, int cols)
{
	return doubtful_end(p, cells, cols) > 0;
}

static wchar_t
printable(const struct paint *p, const struct cell *c)
{
	uint32_t cp = c->count == 0 ? ' ' : c->cp[0];
	int width = width_cp(cp);

	if (width < 1 || width > c->width)
		cp = 0xFFFD;
	if (cp >= 0x80 && !p->prints_wide)
		cp = '?';
	return (wchar_t)cp;
}

static void
put_cell(const struct paint *p, int row, int col, const struct cell *c)
{
	struct look look = p->looks[c->style < STYLE_COUNT ? c->style : 0];
	wchar_t text[CELL_CPS_MAX + 1] = { printable(p, c) };
	size_t n = 1;
	cchar_t out;

	for (size_t i = 1; i < c->count && i < CELL_CPS_MAX; i++)
		if (p->prints_wide && width_cp(c->cp[i]) == 0)
			text[n++] = (wchar_t)c->cp[i];
	text[n] = L'\0';
	if (setcchar(&out, text, look.attrs, look.pair, NULL) != OK)
		return;
	/* The last cell of the screen is drawn but reported as an error. */
	mvadd_wch(row, col, &out);
	if (c->width == 2 && wcwidth(text[0]) == 1) {
		text[0] = L' ';
		text[1] = L'\0';
		setcchar(&out, text, look.attrs, look.pair, NULL);
		mvadd_wch(row, col + 1, &out);
	}
}

void
paint_span(
    const struct paint *p, int row, int from, int to, const struct cell *cells)
{
	for (int col = from; col < to; col++)
		if (cells[col].width > 0)
			put_cell(p, row, col, &cells[col]);
}

/*
 * Where the terminal may think otherwise of a width, all that follows in the
 * row would stand beside its place, pane borders included, and a later change
 * of the row would not mend it. So such a row is painted whole; and what
 * follows the last doubtful cell apart, after the cursor went home, which
 * makes it arrive by an address and not by counting.
 */
void
paint_doubtful_row(
    const struct paint *p, int row, int cols, const struct cell *cells)
{
	static const struct cell blank = {
		.cp = { ' ' }, .count = 1, .width = 1, .style = STYLE_NORMAL
	};
	int end = doubtful_end(p, cells, cols);

	/* Alone, or curses sees lines that moved and paints them its way. */
	refresh();
	paint_span(p, row, 0, end, cells);
	for (int col = end; col < cols; col++)
		put_cell(p, row, col, &blank);
	wredrawln(stdscr, row, 1);
	move(0, 0);
	refresh();
	paint_span(p, row, end, cols, cells);
	refresh();
}
