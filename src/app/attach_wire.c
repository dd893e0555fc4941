/* SPDX-License-Identifier: MIT */
/*
 * A cell is one byte and its style where it holds a letter of ASCII, which most
 * do, so that a whole screen is a few kilobytes.
 */
#include "app/attach_wire.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/wr.h"

#include <stdlib.h>
#include <string.h>

enum {
	LENGTH_SIZE = 4,
	SPAN_HEAD = 6,
	CELL_MAX = 3 + 4 * CELL_CPS_MAX,
	FRAME_HEAD = 32,
	OTHER = 0x80, /* not ASCII; with the number of its code points */
	LAST_CP = 0x10FFFF,
	REPLACEMENT = 0xFFFD,
};

bool
attach_next(const struct buf *b, size_t max, struct attach_message *ret_message,
    int *ret_err)
{
	struct rd r = rd_of(buf_data(b), buf_size(b));

	*ret_err = 0;
	if (r.left < ATTACH_HEAD)
		return false;
	size_t size = rd_u32(&r);
	if (size < 1 || size > max) {
		*ret_err = ERR_LIMIT;
		return false;
	}
	if (r.left < size)
		return false;
	ret_message->size = LENGTH_SIZE + size;
	ret_message->kind = (enum attach_kind)rd_u8(&r);
	ret_message->body = rd_of(r.p, size - 1);
	return true;
}

/* Room for a message of at most so many bytes behind its head. */
static int
begin(struct buf *b, size_t most, enum attach_kind kind, struct wr *ret_w)
{
	uint8_t *room = buf_reserve(b, ATTACH_HEAD + most);

	if (room == NULL)
		return ERR_LIMIT;
	*ret_w = wr_to(room, ATTACH_HEAD + most);
	wr_u32(ret_w, 0);
	wr_u8(ret_w, (uint8_t)kind);
	return 0;
}

static int
end(struct buf *b, const struct wr *w)
{
	struct wr head = wr_to(w->p, LENGTH_SIZE);

	if (w->failed)
		return ERR_LIMIT;
	wr_u32(&head, (uint32_t)(w->size - LENGTH_SIZE));
	buf_commit(b, w->size);
	return 0;
}

static void
put_text(struct wr *w, const char *text, size_t n)
{
	wr_u32(w, (uint32_t)n);
	wr_bytes(w, text, n);
}

/* NULL: it is not there, or too long. */
static char *
get_text(struct rd *r)
{
	size_t n = rd_u32(r);
	const char *p =
	    (const char *)(n > ATTACH_TEXT_MAX ? NULL : rd_span(r, n));

	if (p == NULL)
		r->failed = true;
	return p == NULL ? NULL : xstrndup(p, n);
}

static void
put_cell(struct wr *w, const struct cell *c)
{
	bool ascii = c->count == 1 && c->width == 1 && c->cp[0] >= 0x20 &&
		     c->cp[0] < 0x7F;
	uint8_t count = c->count > CELL_CPS_MAX ? CELL_CPS_MAX : c->count;

	wr_u8(w, ascii ? (uint8_t)c->cp[0] : (uint8_t)(OTHER | count));
	wr_u8(w, c->style);
	if (ascii)
		return;
	wr_u8(w, c->width);
	for (size_t i = 0; i < count; i++)
		wr_u32(w, c->cp[i]);
}

/* The first cell that differs and the one behind the last; false: none. */
static bool
find_change(
    const struct cell *now, const struct cell *was, int cols, int out[2])
{
	int from = 0, to = cols;

	if (memcmp(now, was, (size_t)cols * sizeof(*now)) == 0)
		return false;
	while (memcmp(&now[from], &was[from], sizeof(*now)) == 0)
		from++;
	while (memcmp(&now[to - 1], &was[to - 1], sizeof(*now)) == 0)
		to--;
	out[0] = from;
	out[1] = to;
	return true;
}

static void
put_row(struct wr *w, int row, const struct cell *now, const int change[2])
{
	wr_u16(w, (uint16_t)row);
	wr_u16(w, (uint16_t)change[0]);
	wr_u16(w, (uint16_t)(change[1] - change[0]));
	for (int col = change[0]; col < change[1]; col++)
		put_cell(w, &now[col]);
}

static void
put_rows(struct wr *w, const struct grid *g, int first, struct cell *sent,
    bool fresh)
{
	size_t size = (size_t)g->cols * sizeof(*sent);

	for (int row = first; row < g->rows; row++) {
		const struct cell *now =
		    &g->cells[(size_t)row * (size_t)g->cols];
		struct cell *was = &sent[(size_t)row * (size_t)g->cols];
		int change[2] = { 0, g->cols };
		if (!fresh && !find_change(now, was, g->cols, change))
			continue;
		put_row(w, row, now, change);
		memcpy(was, now, size);
	}
}

int
attach_frame(struct buf *b, const struct grid *g, enum part part, int first,
    struct cell *sent, bool fresh)
{
	size_t most =
	    FRAME_HEAD + sizeof(g->title) +
	    (size_t)g->rows * (SPAN_HEAD + (size_t)g->cols * CELL_MAX);
	struct wr w;

	if (fresh || part == PART_ALL)
		first = 0;
	if (part != PART_ALL)
		most = FRAME_HEAD + sizeof(g->title) +
		       (size_t)(g->rows - first) *
			   (SPAN_HEAD + (size_t)g->cols * CELL_MAX);
	int err = begin(b, most, ATTACH_FRAME, &w);
	if (err < 0)
		return err;
	wr_u8(&w, (uint8_t)(fresh ? PART_ALL : part));
	wr_u16(&w, (uint16_t)first);
	wr_u16(&w, (uint16_t)g->rows);
	wr_u16(&w, (uint16_t)g->cols);
	wr_u16(&w, (uint16_t)g->cursor_row);
	wr_u16(&w, (uint16_t)g->cursor_col);
	wr_u8(&w, g->bell);
	put_text(&w, g->title, strlen(g->title));
	put_rows(&w, g, first, sent, fresh);
	return end(b, &w);
}

/* No control, whoever sent it. */
static uint32_t
clean(uint32_t cp)
{
	bool control = cp < 0x20 || (cp >= 0x7F && cp < 0xA0);

	return control || cp > LAST_CP ? REPLACEMENT : cp;
}

static void
get_cell(struct rd *r, struct cell *c)
{
	uint8_t head = rd_u8(r), style = rd_u8(r);

	memset(c, 0, sizeof(*c));
	c->style = style < STYLE_COUNT ? style : STYLE_NORMAL;
	c->count = c->width = 1;
	if (head < OTHER) {
		c->cp[0] = clean(head);
		return;
	}
	uint8_t count = head & (OTHER - 1), width = rd_u8(r);
	if (count > CELL_CPS_MAX || width > 2) {
		c->cp[0] = REPLACEMENT;
		r->failed = true;
		return;
	}
	c->count = count;
	c->width = width;
	for (size_t i = 0; i < count; i++) {
		uint32_t cp = rd_u32(r);
		c->cp[i] = width == 0 ? 0 : clean(cp);
	}
}

static void
get_row(struct rd *r, struct grid *g)
{
	int row = rd_u16(r), from = rd_u16(r), n = rd_u16(r);

	if (row >= g->rows || from >= g->cols || n > g->cols - from) {
		r->failed = true;
		return;
	}
	for (int col = from; col < from + n && !r->failed; col++)
		get_cell(r, grid_cell(g, row, col));
}

/* What the cursor of a grid may not be is clamped. */
static int
inside(uint16_t at, int count)
{
	return at < count ? at : count - 1;
}

bool
attach_read_frame(
    struct rd *r, struct grid *g, enum part *ret_part, int *ret_first)
{
	uint8_t part = rd_u8(r);
	int first = rd_u16(r), rows = rd_u16(r), cols = rd_u16(r);
	uint16_t cursor_row = rd_u16(r), cursor_col = rd_u16(r);
	bool bell = rd_u8(r) != 0;
	size_t title = rd_u32(r);
	const uint8_t *text = rd_span(r, title < sizeof(g->title) ? title : 0);

	if (r->failed || part > PART_LETTER || rows < 1 || cols < 1 ||
	    rows > GRID_ROWS_MAX || cols > GRID_COLS_MAX || first >= rows ||
	    title >= sizeof(g->title))
		return false;
	if (rows != g->rows || cols != g->cols)
		grid_resize(g, rows, cols);
	memcpy(g->title, text, title);
	g->title[title] = '\0';
	g->bell = bell;
	g->cursor_row = inside(cursor_row, rows);
	g->cursor_col = inside(cursor_col, cols);
	while (r->left > 0 && !r->failed)
		get_row(r, g);
	*ret_part = (enum part)part;
	*ret_first = first;
	return !r->failed;
}

int
attach_wish(struct buf *b, const struct terminal_wish *wish)
{
	size_t n = wish->opener == NULL ? 0 : strlen(wish->opener);
	struct wr w;
	int err = begin(b, n + 16, ATTACH_WISH, &w);

	if (err < 0)
		return err;
	wr_u8(&w, (uint8_t)wish->theme);
	wr_u8(&w, (uint8_t)wish->sync);
	wr_u8(&w, wish->mouse);
	wr_u8(&w, (uint8_t)wish->desktop);
	wr_u8(&w, wish->opener != NULL);
	if (wish->opener != NULL)
		put_text(&w, wish->opener, n);
	return end(b, &w);
}

bool
attach_read_wish(
    struct rd *r, struct terminal_wish *ret_wish, char **ret_opener)
{
	uint8_t theme = rd_u8(r), sync = rd_u8(r), mouse = rd_u8(r);
	uint8_t desktop = rd_u8(r);
	char *opener = rd_u8(r) != 0 ? get_text(r) : NULL;

	if (!rd_done(r) || theme > TTY_THEME_CONTRAST || sync > TTY_SYNC_OFF ||
	    desktop > DESKTOP_PROGRAM) {
		free(opener);
		return false;
	}
	*ret_wish = (struct terminal_wish){ .theme = (enum tty_theme)theme,
		.sync = (enum tty_sync)sync,
		.mouse = mouse != 0,
		.desktop = (enum notify_desktop)desktop,
		.opener = opener };
	*ret_opener = opener;
	return true;
}

int
attach_texts(struct buf *b, enum attach_kind kind, const char *text,
    const char *more, uint8_t flag)
{
	size_t n = strlen(text), rest = more == NULL ? 0 : strlen(more);
	struct wr w;

	if (n > ATTACH_TEXT_MAX || rest > ATTACH_TEXT_MAX)
		return ERR_LIMIT;
	int err = begin(b, n + rest + 16, kind, &w);
	if (err < 0)
		return err;
	wr_u8(&w, flag);
	put_text(&w, text, n);
	wr_u8(&w, more != NULL);
	if (more != NULL)
		put_text(&w, more, rest);
	return end(b, &w);
}

bool
attach_read_texts(
    struct rd *r, char **ret_text, char **ret_more, uint8_t *ret_flag)
{
	uint8_t flag = rd_u8(r);
	char *text = get_text(r);
	char *more = rd_u8(r) != 0 ? get_text(r) : NULL;

	if (!rd_done(r) || text == NULL) {
		free(text);
		free(more);
		return false;
	}
	*ret_text = text;
	*ret_more = more;
	*ret_flag = flag;
	return true;
}

int
attach_request(struct buf *b, const struct request *request)
{
	return attach_texts(b, ATTACH_REQUEST, request->text, request->more,
	    (uint8_t)request->kind);
}

bool
attach_read_request(struct rd *r, struct request *ret_request)
{
	struct request q;
	uint8_t kind;

	if (!attach_read_texts(r, &q.text, &q.more, &kind))
		return false;
	q.kind = (enum request_kind)kind;
	bool known = kind > REQUEST_NONE && kind <= REQUEST_SPELL &&
		     (kind != REQUEST_SPELL || q.more != NULL);
	if (known)
		*ret_request = q;
	else
		request_clear(&q);
	return known;
}

int
attach_press(struct buf *b, const struct press_event *ev)
{
	size_t n = ev->paste == NULL ? 0 : ev->paste_size;
	struct wr w;
	int err = begin(b, n + 32, ATTACH_PRESS, &w);

	if (err < 0)
		return err;
	wr_u32(&w, ev->key.code);
	wr_u8(&w, ev->key.mods);
	wr_u8(&w, ev->alone);
	wr_u8(&w, (uint8_t)ev->mouse.kind);
	wr_u32(&w, (uint32_t)ev->mouse.row);
	wr_u32(&w, (uint32_t)ev->mouse.col);
	wr_u8(&w, ev->mouse.mods);
	if (ev->paste != NULL)
		put_text(&w, ev->paste, n);
	return end(b, &w);
}

/* Outside of any screen is where it is not hit. */
static int
place(uint32_t at)
{
	return at > INT16_MAX ? INT16_MAX : (int)at;
}

bool
attach_read_press(struct rd *r, struct press_event *ret_event)
{
	struct press_event ev = { .paste = NULL };

	ev.key.code = rd_u32(r);
	ev.key.mods = rd_u8(r) & (KEY_SHIFT | KEY_ALT | KEY_CTRL);
	ev.alone = rd_u8(r) != 0;
	uint8_t kind = rd_u8(r);
	ev.mouse.kind =
	    kind > MOUSE_WHEEL_DOWN ? MOUSE_OTHER : (enum mouse_kind)kind;
	ev.mouse.row = place(rd_u32(r));
	ev.mouse.col = place(rd_u32(r));
	ev.mouse.mods = rd_u8(r);
	if (r->left > 0) {
		ev.paste_size = rd_u32(r);
		ev.paste = (const char *)rd_span(r, ev.paste_size);
	}
	if (!rd_done(r) || ev.paste_size > PASTE_MAX ||
	    ev.key.code > KEY_MOUSE ||
	    (ev.key.code == KEY_PASTE) != (ev.paste != NULL))
		return false;
	*ret_event = ev;
	return true;
}

int
attach_size(struct buf *b, int rows, int cols)
{
	struct wr w;
	int err = begin(b, 8, ATTACH_SIZE, &w);

	if (err < 0)
		return err;
	wr_u16(&w, (uint16_t)(rows > UINT16_MAX ? UINT16_MAX : rows));
	wr_u16(&w, (uint16_t)(cols > UINT16_MAX ? UINT16_MAX : cols));
	return end(b, &w);
}

bool
attach_read_size(struct rd *r, int *ret_rows, int *ret_cols)
{
	int rows = rd_u16(r), cols = rd_u16(r);

	if (!rd_done(r) || rows < 1 || cols < 1)
		return false;
	*ret_rows = rows;
	*ret_cols = cols;
	return true;
}

int
attach_number(struct buf *b, enum attach_kind kind, uint32_t number)
{
	struct wr w;
	int err = begin(b, 4, kind, &w);

	if (err < 0)
		return err;
	wr_u32(&w, number);
	return end(b, &w);
}

bool
attach_read_number(struct rd *r, uint32_t *ret_number)
{
	*ret_number = rd_u32(r);
	return rd_done(r);
}

int
attach_empty(struct buf *b, enum attach_kind kind)
{
	struct wr w;
	int err = begin(b, 0, kind, &w);

	return err < 0 ? err : end(b, &w);
}
