/* SPDX-License-Identifier: MIT */
#include "tty/corner.h"

#include "base/utf8.h"
#include "tty/state.h"

#include <string.h>
#include <term.h>

enum { CORNER_CELLS = 3 };

/* tputs() takes a function without an argument. */
static FILE *corner_file;

static int
put_byte(int c)
{
	return putc(c, corner_file);
}

static bool
has(const char *capability)
{
	const char *text = tigetstr(capability);

	return text != NULL && text != (const char *)-1;
}

bool
corner_is_kept(void)
{
	return tigetflag("am") > 0 && tigetflag("xenl") > 0 &&
	       !(has("smam") && has("rmam"));
}

/* Not inside a wide character. */
static int
corner_start(const struct cell *row, int cols)
{
	int col = cols > CORNER_CELLS ? cols - CORNER_CELLS : 0;

	if (row[col].width == 0 && col > 0)
		col++;
	return col;
}

void
corner_blank(const struct cell *row, int cols, struct cell *out)
{
	static const struct cell blank = {
		.cp = { ' ' }, .count = 1, .width = 1, .style = STYLE_NORMAL
	};

	memcpy(out, row, (size_t)cols * sizeof(*out));
	for (int col = corner_start(row, cols); col < cols; col++)
		out[col] = blank;
}

static bool
is_blank(const struct cell *cells, int from, int to)
{
	for (int col = from; col < to; col++)
		if (cells[col].cp[0] != ' ' || cells[col].count != 1 ||
		    cells[col].style != STYLE_NORMAL)
			return false;
	return true;
}

static void
write_cell(const struct paint *p, const struct cell *c)
{
	struct look look = p->looks[c->style < STYLE_COUNT ? c->style : 0];
	wchar_t text[CELL_CPS_MAX + 1];

	if (c->width == 0)
		return;
	vid_puts(look.attrs, look.pair, NULL, put_byte);
	for (size_t i = 0, n = paint_text(p, c, text); i < n; i++) {
		char bytes[UTF8_MAX];
		fwrite(bytes, 1, utf8_encode((uint32_t)text[i], bytes),
		    corner_file);
	}
}

void
corner_write(struct tty *t)
{
	const struct cell *row =
	    &t->shown[(size_t)(t->rows - 1) * (size_t)t->cols];
	int from = corner_start(row, t->cols);

	/* curses thinks that it is blank, and it may have been. */
	if (is_blank(row, from, t->cols) && !t->has_corner)
		return;
	t->has_corner = !is_blank(row, from, t->cols);
	t->wrote_corner = true;
	corner_file = t->out.file;
	tputs(tiparm(cursor_address, t->rows - 1, from), 1, put_byte);
	for (int col = from; col < t->cols; col++)
		write_cell(&t->paint, &row[col]);
	vid_puts(A_NORMAL, 0, NULL, put_byte);
	tputs(tiparm(cursor_address, t->shown_row, t->shown_col), 1, put_byte);
	fflush(corner_file);
}
