/* SPDX-License-Identifier: MIT */
#include "ui_check.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "base/utf8.h"
#include "base/width.h"
#include "ui/decode.h"
#include "ui/edit.h"
#include "ui/grid.h"
#include "ui/keymap.h"
#include "ui/probe.h"
#include "ui/wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LATER_MS = 10000, KEYS_BYTES_MAX = 1 << 26 };

#define CHECK(what) check(what, __LINE__, #what)

static void
check(bool holds, int line, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "line %d: not so: %s\n", line, what);
	abort();
}

static void
append(struct buf *out, const void *p, size_t n)
{
	CHECK(buf_append(out, p, n) == 0);
}

static bool
is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7F && cp < 0xA0);
}

/* Writes down the keys there are, pastes joined with their text. */
static void
drain(struct decode *d, int64_t mono_ms, struct buf *out)
{
	struct key key;

	while (decode_next(d, mono_ms, &key)) {
		size_t n;
		const char *paste = decode_paste(d, &n);
		CHECK(key.code <= KEY_REPLY);
		CHECK(!is_control(key.code) && key.code != KEY_SPECIAL);
		CHECK(key.mods <= (KEY_SHIFT | KEY_ALT | KEY_CTRL));
		CHECK(n <= PASTE_MAX && (n == 0 || key.code == KEY_PASTE));
		append(out, &key.code, sizeof(key.code));
		append(out, &key.mods, sizeof(key.mods));
		append(out, paste, n);
	}
}

static void
decode_all(const uint8_t *p, size_t n, size_t step, struct buf *out)
{
	struct decode *d = decode_new(DECODE_ESC_MS);

	buf_init(out, KEYS_BYTES_MAX);
	for (size_t at = 0; at < n;) {
		/* Any size up to step, and small enough to be no burst. */
		size_t size = step == 1 ? 1 : 1 + p[at] % step;
		size = size < n - at ? size : n - at;
		decode_input(d, 0, p + at, size);
		if (size % 2)
			drain(d, 0, out);
		at += size;
	}
	drain(d, 0, out);
	drain(d, LATER_MS, out);
	CHECK(decode_deadline(d) == NEVER_MS);
	decode_free(d);
}

void
ui_check_decode(const uint8_t *p, size_t n)
{
	static const size_t steps[] = { 2, 3, 7, 20 };
	struct buf one, many;

	decode_all(p, n, 1, &one);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		decode_all(p, n, steps[i], &many);
		CHECK(buf_size(&one) == buf_size(&many));
		CHECK(buf_size(&one) == 0 ||
		      memcmp(buf_data(&one), buf_data(&many), buf_size(&one)) ==
			  0);
		buf_clear(&many);
	}
	buf_clear(&one);
	struct decode *d = decode_new(DECODE_ESC_MS);
	buf_init(&one, KEYS_BYTES_MAX);
	decode_input(d, 0, p, n);
	drain(d, LATER_MS, &one);
	buf_clear(&one);
	decode_free(d);
}

void
ui_check_probe(const uint8_t *data, size_t size)
{
	char out[PROBE_TEXT_MAX];
	struct probe p;
	struct key key;
	struct decode *d = decode_new(DECODE_ESC_MS);

	probe_start(&p, PROBE_CHARSET | PROBE_WIDTHS | PROBE_COLOUR, 0, out);
	decode_input(d, 0, data, size);
	while (decode_next(d, LATER_MS, &key)) {
		struct reply reply = decode_reply(d);
		if (key.code == KEY_REPLY)
			probe_reply(&p, &reply);
	}
	CHECK(probe_finish(&p, 0));
	CHECK(p.facts.background <= 0xFFFFFF);
	CHECK(!facts_utf8(&p.facts) || !facts_not_utf8(&p.facts));
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		CHECK(p.facts.cells[i] >= -1 && p.facts.cells[i] <= 16);
	decode_free(d);
}

static bool
is_blank_run(const char *s, size_t n)
{
	for (size_t at = 0; at < n;) {
		uint32_t cp;
		at += utf8_decode(s + at, n - at, &cp, NULL);
		if (cp != ' ' && cp != 0x3000)
			return false;
	}
	return true;
}

/* Between two rows there are blanks, then at most one \n. */
static bool
is_gap(const char *s, size_t n)
{
	if (n > 0 && s[n - 1] == '\n')
		n--;
	return is_blank_run(s, n);
}

static bool
is_boundary(const char *s, size_t n, size_t at)
{
	int unused;
	size_t end = 0;

	while (end < at)
		end += cluster_next(s + end, n - end, &unused);
	return end == at;
}

static void
check_row(const char *s, size_t n, const struct wrap_row *row, int width)
{
	int unused;

	CHECK(row->offset + row->size <= n);
	CHECK(!memchr(s + row->offset, '\n', row->size));
	CHECK(row->cells == width_text(s + row->offset, row->size));
	if (row->cells > width)
		CHECK(cluster_next(s + row->offset, row->size, &unused) ==
		      row->size);
}

static void
check_rows(const char *s, size_t n, int first, int rest)
{
	struct wrap w, start;
	struct wrap_row row;
	size_t end = 0, count = 0, found, cluster = 0;
	int col, width = first;

	wrap_init(&w, s, n, first, rest);
	start = w;
	while (wrap_next(&w, &row)) {
		CHECK(row.offset >= end);
		CHECK(is_gap(s + end, row.offset - end));
		while (cluster < row.offset)
			cluster += cluster_next(s + cluster, n - cluster, &col);
		CHECK(cluster == row.offset);
		CHECK(count == 0 || row.size > 0 || row.offset == n ||
		      s[row.offset] == '\n');
		check_row(s, n, &row, width);
		if (count % 64 == 1) {
			wrap_locate(&start, row.offset, &found, &col);
			CHECK(found == count && col == 0);
		}
		end = row.offset + row.size;
		width = rest;
		count++;
	}
	CHECK(count > 0 && is_gap(s + end, n - end));
	CHECK(n == end || s[n - 1] != '\n');
	wrap_locate(&start, n, &found, &col);
	CHECK(found == count - 1 && col <= (count == 1 ? first : rest));
	CHECK(wrap_count(s, n, first, rest) == count);
}

void
ui_check_wrap(const uint8_t *p, size_t n)
{
	int first = n > 0 ? 1 + p[0] % 90 : 1, rest = n > 1 ? 1 + p[1] % 90 : 1;
	size_t skip = n < 2 ? n : 2, size;
	char *s =
	    peer_text(untrusted_of(p + skip, n - skip), PEER_TEXT_BODY, &size);

	check_rows(s, size, first, rest);
	check_rows(s, size, 1, 1);
	check_rows(s, size, 80, 70);
	free(s);
}

static void
check_cell(struct grid *g, int row, int col)
{
	const struct cell *cell = grid_cell(g, row, col);

	CHECK(cell->count <= CELL_CPS_MAX && cell->style < STYLE_COUNT);
	if (cell->width == 0) {
		CHECK(col > 0 && cell->cp[0] == 0 && cell->count == 0);
		CHECK(grid_cell(g, row, col - 1)->width == 2);
		return;
	}
	CHECK(cell->count > 0 && width_cp(cell->cp[0]) == cell->width);
	CHECK(cell->width == 1 || col + 1 < g->cols);
	CHECK(cell->width == 1 || grid_cell(g, row, col + 1)->width == 0);
	for (size_t i = 0; i < cell->count; i++)
		CHECK(!is_control(cell->cp[i]));
	for (size_t i = 1; i < cell->count; i++)
		CHECK(width_cp(cell->cp[i]) == 0);
}

static void
check_cells(struct grid *g)
{
	for (int row = 0; row < g->rows; row++)
		for (int col = 0; col < g->cols; col++)
			check_cell(g, row, col);
	CHECK(g->cursor_row >= 0 && g->cursor_row < g->rows);
	CHECK(g->cursor_col >= 0 && g->cursor_col < g->cols);
}

/* Pieces of the input over each other, clean and not, inside and outside. */
static void
put_pieces(struct grid *g, const uint8_t *p, size_t n)
{
	for (size_t at = 0; at + 4 <= n; at += 4) {
		size_t size = p[at] % 16;
		size = size < n - at ? size : n - at;
		int row = p[at + 1] % (g->rows + 2) - 1;
		int col = p[at + 2] % (g->cols + 6) - 3;
		int end = col + p[at + 3] % (g->cols + 3);
		enum style style = (enum style)(p[at] % STYLE_COUNT);
		int after = grid_put(
		    g, row, col, end, style, (const char *)p + at, size);
		CHECK(after >= col && (after <= end || after == col));
		if (p[at] >= 240)
			grid_fill(g, row, col, end, style, p[at + 3]);
		check_cells(g);
	}
}

void
ui_check_grid(const uint8_t *p, size_t n)
{
	struct grid g;
	size_t size;
	char *s = peer_text(untrusted_of(p, n), PEER_TEXT_LINE, &size);

	grid_init(&g, 1, GRID_COLS_MAX);
	size = width_cut(s, size, GRID_COLS_MAX, NULL);
	CHECK(grid_put(&g, 0, 0, GRID_COLS_MAX, STYLE_NORMAL, s, size) ==
	      width_text(s, size));
	check_cells(&g);
	free(grid_dump(&g, true));
	grid_resize(&g, 3, 1 + (n > 0 ? p[0] % 12 : 0));
	put_pieces(&g, p, n < 256 ? n : 256);
	free(grid_dump(&g, true));
	grid_clear(&g);
	free(s);
}

static void
check_draft(const struct edit *e)
{
	size_t n, at = edit_cursor(e);
	const char *s = edit_text(e, &n);

	CHECK(n <= EDIT_TEXT_MAX && at <= n && s[n] == '\0');
	CHECK(utf8_is_valid(s, n));
	for (size_t i = 0; i < n; i++)
		CHECK((uint8_t)s[i] >= 0x20 || s[i] == '\n');
	CHECK(n > 4096 || is_boundary(s, n, at));
}

static size_t
do_step(struct edit *e, const uint8_t *p, size_t n)
{
	static const uint32_t codes[] = { 'a', KEY_TAB_KEY, KEY_F1, KEY_ESCAPE,
		0x1F600, KEY_ENTER_KEY };
	const char *s = (const char *)p + 1;
	size_t size = n > 1 ? p[1] % 8 : 0, draft_size;

	size = size < n - 1 ? size : n - 1;
	edit_text(e, &draft_size);
	if (p[0] < EDIT_ACTION_COUNT) {
		edit_do(e, (enum edit_action)p[0]);
		return 1;
	}
	switch (p[0] % 8) {
	case 0:
		edit_history_add(e, s, size);
		return 1 + size;
	case 1:
		edit_replace(e, draft_size / 3, draft_size / 2, s, size);
		return 1 + size;
	case 2:
		edit_set_cursor(e, p[0]);
		return 1;
	case 3:
		edit_literal(
		    e, &(struct key){ codes[p[0] / 8 % 6], p[0] / 64 % 8 });
		return 1;
	default:
		edit_insert(e, s, size);
		return 1 + size;
	}
}

/* All the way back and forth again is where we were. */
static void
check_undo(struct edit *e)
{
	size_t count = 0;
	char *before = xstrdup(edit_text(e, NULL));

	while (edit_do(e, EDIT_REDO))
		count++;
	for (; count > 0; count--)
		CHECK(edit_do(e, EDIT_UNDO));
	CHECK(strcmp(edit_text(e, NULL), before) == 0);
	for (; edit_do(e, EDIT_UNDO); count++)
		check_draft(e);
	CHECK(count <= EDIT_UNDO_MAX);
	for (; count > 0; count--)
		CHECK(edit_do(e, EDIT_REDO));
	CHECK(strcmp(edit_text(e, NULL), before) == 0);
	free(before);
}

void
ui_check_edit(const uint8_t *p, size_t n)
{
	struct edit_kills *kills = edit_kills_new();
	struct edit *e = edit_new(kills);

	for (size_t at = 0; at < n;) {
		at += do_step(e, p + at, n - at);
		check_draft(e);
	}
	check_undo(e);
	edit_clear(e);
	CHECK(edit_cursor(e) == 0 && edit_text(e, NULL)[0] == '\0');
	edit_free(e);
	edit_kills_free(kills);
}
