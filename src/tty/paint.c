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

/* What of the ambiguous ones looks like something narrow; 0 for the rest. */
static uint32_t
narrow_twin(uint32_t cp)
{
	static const struct {
		uint32_t first, last;
		char twin;
	} twins[] = {
		{ 0x00A7, 0x00A7, 'S' },
		{ 0x00B0, 0x00B0, 'o' },
		{ 0x00B1, 0x00B1, '+' },
		{ 0x00B4, 0x00B4, '\'' },
		{ 0x00B7, 0x00B7, '.' },
		{ 0x00D7, 0x00D7, 'x' },
		{ 0x00F7, 0x00F7, '/' },
		{ 0x2010, 0x2015, '-' },
		{ 0x2016, 0x2016, '|' },
		{ 0x2018, 0x2019, '\'' },
		{ 0x201C, 0x201D, '"' },
		{ 0x2020, 0x2022, '*' },
		{ 0x2024, 0x2027, '.' },
		{ 0x2032, 0x2032, '\'' },
		{ 0x2033, 0x2033, '"' },
		{ 0x203B, 0x203B, '*' },
		{ 0x2190, 0x2190, '<' },
		{ 0x2191, 0x2191, '^' },
		{ 0x2192, 0x2192, '>' },
		{ 0x2193, 0x2193, 'v' },
		{ 0x2500, 0x2501, '-' },
		{ 0x2502, 0x2503, '|' },
		{ 0x2504, 0x254B, '+' },
		{ 0x2550, 0x2550, '=' },
		{ 0x2551, 0x2551, '|' },
		{ 0x2552, 0x257F, '+' },
		{ 0x2580, 0x2595, '#' },
		{ 0x25A0, 0x25B1, '#' },
		{ 0x25B2, 0x25CA, 'o' },
		{ 0x25CB, 0x25CF, 'o' },
		{ 0x2605, 0x2606, '*' },
	};

	for (size_t i = 0; i < sizeof(twins) / sizeof(twins[0]); i++)
		if (cp >= twins[i].first && cp <= twins[i].last)
			return (uint32_t)twins[i].twin;
	return 0;
}

/* What nearly all cells are. */
static bool
is_ascii(const struct cell *c)
{
	return c->count == 1 && c->cp[0] >= 0x20 && c->cp[0] < 0x7F;
}

static bool
is_doubtful(const struct paint *p, const struct cell *c)
{
	if (c->width == 0 || is_ascii(c))
		return false;
	if (p->ambiguous_wide && c->count == 1 && narrow_twin(c->cp[0]) != 0)
		return false;
	for (size_t i = 0; i < sizeof(certain) / sizeof(certain[0]); i++)
		if (c->cp[0] >= certain[i].first && c->cp[0] <= certain[i].last)
			return c->count > 1 ||
			       (certain[i].ambiguous && p->ambiguous_wide);
	return true;
}

bool
paint_is_doubtful(const struct paint *p, const struct cell *cells, int cols)
{
	for (int col = 0; col < cols; col++)
		if (is_doubtful(p, &cells[col]))
			return true;
	return false;
}

static wchar_t
printable(const struct paint *p, const struct cell *c)
{
	uint32_t cp = c->count == 0 ? ' ' : c->cp[0];
	int width = width_cp(cp);

	if (width < 1 || width > c->width)
		cp = 0xFFFD;
	if (p->ambiguous_wide && narrow_twin(cp) != 0)
		cp = narrow_twin(cp);
	if (cp >= 0x80 && !p->prints_wide)
		cp = '?';
	return (wchar_t)cp;
}

size_t
paint_text(const struct paint *p, const struct cell *c,
    wchar_t out[static CELL_CPS_MAX + 1])
{
	size_t n = 0;

	out[n++] = printable(p, c);
	for (size_t i = 1; i < c->count && i < CELL_CPS_MAX; i++)
		if (p->prints_wide && width_cp(c->cp[i]) == 0)
			out[n++] = (wchar_t)c->cp[i];
	out[n] = L'\0';
	return n;
}

static void
put_cell(const struct paint *p, int row, int col, const struct cell *c)
{
	struct look look = p->looks[c->style < STYLE_COUNT ? c->style : 0];
	wchar_t text[CELL_CPS_MAX + 1];
	cchar_t out;

	paint_text(p, c, text);
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

static const struct cell blank = {
	.cp = { ' ' }, .count = 1, .width = 1, .style = STYLE_NORMAL
};

void
paint_span(
    const struct paint *p, int row, int from, int to, const struct cell *cells)
{
	for (int col = from; col < to; col++)
		if (cells[col].width > 0)
			put_cell(p, row, col, &cells[col]);
}

/* The column behind the first run of doubtful cells from a column on. */
static int
run_end(const struct paint *p, const struct cell *cells, int from, int cols)
{
	int col = from;

	while (col < cols && !is_doubtful(p, &cells[col]))
		col++;
	while (col < cols &&
	       (cells[col].width == 0 || is_doubtful(p, &cells[col])))
		col++;
	return col;
}

/* In the last column it could run over into the next row. */
static void
put_run(const struct paint *p, int row, int from, int to, int cols,
    const struct cell *cells)
{
	struct cell last = cells[cols - 1];

	paint_span(p, row, from, to, cells);
	if (to == cols && last.width == 1 && is_doubtful(p, &last)) {
		last.cp[0] = 0xFFFD;
		last.count = 1;
		put_cell(p, row, cols - 1, &last);
	}
}

/*
 * Where the terminal may think otherwise of a width, all that follows in the
 * row would stand beside its place, pane borders included, and a later change
 * of the row would not mend it. So such a row is emptied and painted whole; and
 * after each run of doubtful cells the cursor goes home, which makes the next
 * thing arrive by an address and not by counting.
 */
void
paint_doubtful_row(
    const struct paint *p, int row, int cols, const struct cell *cells)
{
	/* Alone, or curses sees lines that moved and paints them its way. */
	refresh();
	for (int col = 0; col < cols; col++)
		put_cell(p, row, col, &blank);
	wredrawln(stdscr, row, 1);
	for (int from = 0, to; from < cols; from = to) {
		move(0, 0);
		refresh();
		to = run_end(p, cells, from, cols);
		put_run(p, row, from, to, cols, cells);
	}
	refresh();
}
