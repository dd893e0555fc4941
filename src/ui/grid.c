/* SPDX-License-Identifier: MIT */
/*
 * The one gate to the terminal: whatever is written here comes out as cells
 * without a control character. We draw for a terminal that does not know
 * grapheme clusters, since nothing tells which one does: each base of a
 * cluster gets a cell of its own and the joiners are left out, so a family is
 * drawn as its members and every terminal agrees how wide that is.
 */
#include "ui/grid.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/width.h"
#include "ui/emoji.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { DUMP_MAX = 64 * 1024 * 1024 };

/* Format characters and selectors: without width and without a mark to show.
 * Some of them change the direction or the look of what surrounds them. */
static const struct {
	uint32_t first, last;
} invisible[] = {
	{ 0x00AD, 0x00AD },
	{ 0x034F, 0x034F },
	{ 0x0600, 0x0605 },
	{ 0x061C, 0x061C },
	{ 0x06DD, 0x06DD },
	{ 0x180B, 0x180F },
	{ 0x200B, 0x200F },
	{ 0x2028, 0x202E },
	{ 0x2060, 0x206F },
	{ 0xFE00, 0xFE0F },
	{ 0xFEFF, 0xFEFF },
	{ 0xFFF0, 0xFFFB },
	{ 0xE0000, 0xE0FFF },
};

static const char style_letters[STYLE_COUNT] = {
	[STYLE_NORMAL] = ' ',
	[STYLE_DIM] = 'd',
	[STYLE_BOLD] = 'b',
	[STYLE_BAR] = 'B',
	[STYLE_BAR_ALERT] = 'A',
	[STYLE_RULE] = 'r',
	[STYLE_MARKER] = 'm',
	[STYLE_SELECTED] = 's',
	[STYLE_ERROR] = 'e',
	[STYLE_INFO] = 'i',
	[STYLE_ONLINE] = '+',
	[STYLE_AWAY] = '~',
	[STYLE_OFFLINE] = '-',
	[STYLE_UNREAD] = 'u',
	[STYLE_PUBLIC] = 'p',
	[STYLE_SECURE] = 'S',
	[STYLE_INSECURE] = 'I',
	[STYLE_PLAIN] = 'P',
	[STYLE_OWN] = 'o',
	[STYLE_FOUND] = 'f',
	[STYLE_MISSPELT] = 'w',
	[STYLE_NICK_0] = '0',
	[STYLE_NICK_0 + 1] = '1',
	[STYLE_NICK_0 + 2] = '2',
	[STYLE_NICK_0 + 3] = '3',
	[STYLE_NICK_0 + 4] = '4',
	[STYLE_NICK_0 + 5] = '5',
	[STYLE_NICK_0 + 6] = '6',
	[STYLE_NICK_LAST] = '7',
};

static bool
is_invisible(uint32_t cp)
{
	for (size_t i = 0; i < sizeof(invisible) / sizeof(invisible[0]); i++)
		if (cp >= invisible[i].first && cp <= invisible[i].last)
			return true;
	return false;
}

static int
clamp(int n, int max)
{
	return n < 1 ? 1 : n > max ? max : n;
}

static void
blank(struct cell *cell, uint8_t style)
{
	*cell = (struct cell){ .count = 1, .width = 1, .style = style };
	cell->cp[0] = ' ';
}

void
grid_init(struct grid *g, int rows, int cols)
{
	*g = (struct grid){ 0 };
	grid_resize(g, rows, cols);
}

void
grid_clear(struct grid *g)
{
	free(g->cells);
	*g = (struct grid){ 0 };
}

void
grid_resize(struct grid *g, int rows, int cols)
{
	g->rows = clamp(rows, GRID_ROWS_MAX);
	g->cols = clamp(cols, GRID_COLS_MAX);
	g->cells = xrealloc(
	    g->cells, (size_t)g->rows * (size_t)g->cols, sizeof(*g->cells));
	grid_erase(g);
}

void
grid_erase(struct grid *g)
{
	size_t count = (size_t)g->rows * (size_t)g->cols;

	for (size_t i = 0; i < count; i++)
		blank(&g->cells[i], STYLE_NORMAL);
	g->cursor_row = g->cursor_col = 0;
	g->title[0] = '\0';
	g->bell = false;
	g->spot_count = 0;
}

struct cell *
grid_cell(struct grid *g, int row, int col)
{
	assert(row >= 0 && row < g->rows && col >= 0 && col < g->cols);
	return &g->cells[(size_t)row * (size_t)g->cols + (size_t)col];
}

/* Half of a wide cell cannot stay: terminals differ in what they show then. */
static void
split_wide(struct grid *g, int row, int col)
{
	if (col <= 0 || col >= g->cols)
		return;
	struct cell *right = grid_cell(g, row, col);
	if (right->width != 0)
		return;
	struct cell *left = grid_cell(g, row, col - 1);
	blank(left, left->style);
	blank(right, right->style);
}

/* The caller has made sure that the cells are inside. */
static struct cell *
put_base(struct grid *g, int row, int col, uint32_t cp, int width)
{
	split_wide(g, row, col);
	split_wide(g, row, col + width);
	struct cell *cell = grid_cell(g, row, col);
	*cell = (struct cell){ .count = 1, .width = (uint8_t)width };
	cell->cp[0] = cp;
	if (width == 2)
		*grid_cell(g, row, col + 1) = (struct cell){ 0 };
	return cell;
}

static void
put_blanks(struct grid *g, int row, int col, int end, enum style style)
{
	for (; col < end; col++)
		if (row >= 0 && row < g->rows && col >= 0)
			put_base(g, row, col, ' ', 1)->style = (uint8_t)style;
}

/* A base goes to a cell, a mark to the cell of the base before it. Returns the
 * column behind. */
static int
put_cp(struct grid *g, int row, int col, uint32_t cp, struct cell **base)
{
	int width = width_cp(cp);

	if (width < 0) {
		cp = UTF8_REPLACEMENT;
		width = 1;
	}
	if (width == 0) {
		if (*base && (*base)->count < CELL_CPS_MAX && !is_invisible(cp))
			(*base)->cp[(*base)->count++] = cp;
		return col;
	}
	*base = NULL;
	if (row < 0 || row >= g->rows || col + width <= 0)
		return col + width;
	if (col < 0)
		put_base(g, row, 0, ' ', 1);
	else
		*base = put_base(g, row, col, cp, width);
	return col + width;
}

static void
set_style(struct grid *g, int row, int from, int to, enum style style)
{
	if (row < 0 || row >= g->rows)
		return;
	for (int col = from < 0 ? 0 : from; col < to; col++)
		grid_cell(g, row, col)->style = (uint8_t)style;
}

/* Cells of a cluster as put_cp will use them. */
static int
cells_of(const char *text, size_t n)
{
	int cells = 0;

	for (size_t at = 0; at < n;) {
		uint32_t cp;
		at += utf8_decode(text + at, n - at, &cp, NULL);
		int width = width_cp(cp);
		cells += width < 0 ? 1 : width;
	}
	return cells;
}

/* Names are cut where a row has no room for them. */
static int
put_ascii(struct grid *g, int row, int col, int end, const char *text)
{
	struct cell *base = NULL;

	for (; *text != '\0' && col < end; text++)
		col = put_cp(g, row, col, (unsigned char)*text, &base);
	return col;
}

/* The emoji of n bytes; its first code point is all that is kept of it. */
static int
put_emoji(struct grid *g, int row, int col, int end, const char *text, size_t n)
{
	char name[EMOJI_SHOWN_SIZE];
	struct cell *base = NULL;
	int start = col;
	uint32_t cp;

	if (g->emoji == GRID_EMOJI_NAMES && emoji_shown(text, n, name) > 0)
		return put_ascii(g, row, col, end, name);
	int behind = start + cells_of(text, n);
	/* Of a flag both parts count: "[NO]" without what is around it. */
	if (emoji_is_flag(text, n) && emoji_shown(text, n, name) > 0) {
		name[3] = '\0';
		col = put_ascii(g, row, col, behind, name + 1);
		put_blanks(g, row, col, behind, STYLE_NORMAL);
		return behind;
	}
	utf8_decode(text, n, &cp, NULL);
	col = put_cp(g, row, col, cp, &base);
	put_blanks(g, row, col, behind, STYLE_NORMAL);
	return behind;
}

int
grid_put(struct grid *g, int row, int col, int col_end, enum style style,
    const char *text, size_t size)
{
	int end = col_end < g->cols ? col_end : g->cols;

	for (size_t at = 0; at < size && col < end;) {
		int unused;
		size_t n = cluster_next(text + at, size - at, &unused);
		int start = col;
		bool plain = g->emoji == GRID_EMOJI || !emoji_is(text + at, n);
		if ((plain || g->emoji == GRID_EMOJI_SIMPLE) &&
		    cells_of(text + at, n) > end - col) {
			put_blanks(g, row, col, end, style);
			return end;
		}
		struct cell *base = NULL;
		if (!plain)
			col = put_emoji(g, row, col, end, text + at, n);
		for (size_t i = 0; plain && i < n;) {
			uint32_t cp;
			i += utf8_decode(text + at + i, n - i, &cp, NULL);
			col = put_cp(g, row, col, cp, &base);
		}
		set_style(g, row, start, col, style);
		at += n;
	}
	return col;
}

/* What is painted over cannot be clicked any more. */
static void
drop_spots(struct grid *g, int row, int col, int end)
{
	size_t kept = 0;

	for (size_t i = 0; i < g->spot_count; i++) {
		const struct spot *s = &g->spots[i];
		if (s->row != row || s->end <= col || s->col >= end)
			g->spots[kept++] = *s;
	}
	g->spot_count = kept;
}

void
grid_fill(struct grid *g, int row, int col, int col_end, enum style style,
    uint32_t cp)
{
	int end = col_end < g->cols ? col_end : g->cols;

	if (row < 0 || row >= g->rows)
		return;
	drop_spots(g, row, col, end);
	if (width_cp(cp) != 1)
		cp = UTF8_REPLACEMENT;
	if (col < 0)
		col = 0;
	if (col >= end)
		return;
	split_wide(g, row, col);
	split_wide(g, row, end);
	struct cell *cells = grid_cell(g, row, col);
	for (int i = 0; i < end - col; i++) {
		blank(&cells[i], (uint8_t)style);
		cells[i].cp[0] = cp;
	}
}

void
grid_add_spot(struct grid *g, const struct spot *spot)
{
	if (g->spot_count < SPOTS_MAX && spot->col < spot->end)
		g->spots[g->spot_count++] = *spot;
}

static void
dump_bytes(struct buf *out, const void *p, size_t n)
{
	int err = buf_append(out, p, n);

	assert(err == 0);
	(void)err;
}

static bool
is_plain_blank(const struct cell *cell)
{
	return cell->cp[0] == ' ' && cell->count == 1;
}

static void
dump_text(struct buf *out, const struct cell *cells, int cols)
{
	while (cols > 0 && is_plain_blank(&cells[cols - 1]))
		cols--;
	for (int col = 0; col < cols; col++) {
		for (size_t i = 0; i < cells[col].count; i++) {
			char s[UTF8_MAX];
			size_t n = utf8_encode(cells[col].cp[i], s);
			dump_bytes(out, s, n);
		}
	}
	dump_bytes(out, "\n", 1);
}

static void
dump_styles(struct buf *out, const struct cell *cells, int cols)
{
	while (cols > 0 && cells[cols - 1].style == STYLE_NORMAL)
		cols--;
	if (cols == 0)
		return;
	for (int col = 0; col < cols; col++)
		dump_bytes(out, &style_letters[cells[col].style], 1);
	dump_bytes(out, "\n", 1);
}

char *
grid_dump(const struct grid *g, bool with_styles)
{
	struct buf out;

	buf_init(&out, DUMP_MAX);
	for (int row = 0; row < g->rows; row++) {
		const struct cell *cells =
		    &g->cells[(size_t)row * (size_t)g->cols];
		dump_text(&out, cells, g->cols);
		if (with_styles)
			dump_styles(&out, cells, g->cols);
	}
	char *text = xstrndup((const char *)buf_data(&out), buf_size(&out));
	buf_clear(&out);
	return text;
}
