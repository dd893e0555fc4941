/* SPDX-License-Identifier: MIT */
/*
 * What rows a message takes. Everything left of the text is ours: a peer
 * decides what stands behind the bar, and no text reaches the columns before
 * it, so a message cannot pass for a notice or for another's message.
 */
#include "ui/transcript.h"

#include "ui/when.h"
#include "ui/wrap.h"

#include <stdio.h>
#include <string.h>

enum {
	TIME_CELLS = 6, /* with the blank behind it */
	MARK_CELLS = 3,
	BAR_CELLS = 3,
	TEXT_MIN = 30,  /* cells that names leave to the text */
	COLS_TIME = 24, /* narrower: no time */
};

bool
message_is_own(const struct message *msg)
{
	return msg->kind == MESSAGE_INFO || msg->kind == MESSAGE_ERROR;
}

const char *
message_nick(const struct frame *f, const struct message *msg, int cells,
    char out[static PEER_LABEL_SIZE])
{
	const struct peer *p = model_peer(f->m, &msg->from);
	char tag[TAG_LONG + 1];

	if (!msg->mine && p != NULL)
		return label_fit(f, p, false, cells, out);
	if (msg->mine)
		snprintf(out, PEER_LABEL_SIZE, "%s", f->m->name);
	else
		snprintf(out, PEER_LABEL_SIZE, "?%s",
		    fp_tag(&msg->from, TAG_LONG, tag));
	return out;
}

static struct place
bottom_place(const struct transcript *t)
{
	return (struct place){ .serial = t->c->next_serial - 1 };
}

/* What the names in view, and some above it, would like. */
static int
nick_cells(const struct transcript *t)
{
	char nick[PEER_LABEL_SIZE];
	const struct win *w = t->f->w;
	uint64_t end = t->c->next_serial, first = t->c->first_serial;
	int cells = NICK_CELLS_MIN;

	if (w->frozen && w->place.serial < end && w->place.serial >= first)
		end = w->place.serial + 1;
	for (uint64_t s = end; s > first && end - s < (uint64_t)t->r.rows;
	     s--) {
		const struct message *msg = conv_message(t->c, s - 1);
		if (message_is_own(msg))
			continue;
		int n =
		    text_cells(message_nick(t->f, msg, PEER_LABEL_SIZE, nick));
		cells = n > cells ? n : cells;
	}
	return cells;
}

void
transcript_init(struct transcript *t, const struct frame *f)
{
	*t = (struct transcript){
		.f = f,
		.c = f->c,
		.r = f->l.chat,
		.compact = f->l.compact,
	};
	t->nick = nick_cells(t);
	int most = t->r.cols - TIME_CELLS - MARK_CELLS - BAR_CELLS - TEXT_MIN;
	if (t->compact)
		most = t->r.cols / 3;
	if (most > NICK_CELLS_MAX)
		most = NICK_CELLS_MAX;
	if (t->nick > most)
		t->nick = most < NICK_CELLS_MIN ? NICK_CELLS_MIN : most;
	t->right = t->r.col + t->r.cols;
	t->text = t->r.col + TIME_CELLS + MARK_CELLS + t->nick + BAR_CELLS;
	t->rest = t->text;
	if (!t->compact)
		return;
	/* A column stays before the names, for our bar alone. */
	t->text = t->r.col + (t->r.cols < COLS_TIME ? 1 : TIME_CELLS);
	t->rest = t->r.col + COMPACT_INDENT;
}

static bool
is_followed(const struct message *prev, const struct message *msg)
{
	int64_t apart = msg->arrived_ms - prev->arrived_ms;

	return prev->kind == msg->kind && !message_is_own(msg) &&
	       prev->mine == msg->mine && fp_equal(&prev->from, &msg->from) &&
	       apart >= 0 && apart < GROUP_MS;
}

/* Where the text of the first row begins: in compact rows behind the name. */
static int
first_column(const struct transcript *t, const struct item *item)
{
	char nick[PEER_LABEL_SIZE];
	int col = t->text;

	if (!t->compact)
		return col + text_cells(item->mark);
	if (message_is_own(item->msg))
		return col + (item->msg->kind == MESSAGE_ERROR ? 2 : 1);
	int cells = text_cells(message_nick(t->f, item->msg, t->nick, nick));
	col += cells > t->nick ? t->nick : cells;
	col += text_cells(delivery_mark(t->f, item->msg)) + 1;
	return col + text_cells(item->mark);
}

static void
start_wrap(const struct transcript *t, const struct item *item, struct wrap *w)
{
	wrap_init(w, item->msg->text, item->msg->size, t->right - item->from,
	    t->right - t->rest);
}

void
transcript_item(
    const struct transcript *t, uint64_t serial, struct item *ret_item)
{
	const struct message *msg = conv_message(t->c, serial), *prev = NULL;
	const struct win *w = t->f->w;
	struct item item = { .msg = msg, .mark = "" };

	if (serial > t->c->first_serial)
		prev = conv_message(t->c, serial - 1);
	if (msg->kind == MESSAGE_SHOUT)
		item.mark = t->r.cols < COLS_TIME ? "P " : "PUBLIC ";
	else if (msg->action)
		item.mark = "* ";
	item.day =
	    prev == NULL || !when_same_day(prev->arrived_ms, msg->arrived_ms);
	item.marker = w->has_marker && serial == w->marker;
	item.missing = msg->missing > 0;
	item.lead = (size_t)item.day + item.marker + item.missing;
	item.follows = !t->compact && prev != NULL && item.lead == 0 &&
		       is_followed(prev, msg);
	item.reason = msg->delivery == DELIVERY_FAILED;
	item.from = first_column(t, &item);
	item.text_rows = wrap_count(
	    msg->text, msg->size, t->right - item.from, t->right - t->rest);
	item.rows = item.lead + item.text_rows + item.reason;
	*ret_item = item;
}

static void
draw_notice(
    const struct transcript *t, int row, enum style style, const char *text)
{
	const char *bar = glyph_text(t->f, GLYPH_OWN_BAR);
	int col = t->compact ? t->r.col : t->text - 2;

	draw_text(t->f, row, col, t->right, style, bar);
	draw_cut(t->f, row, t->rest, t->right, style, text);
}

static void
draw_day(const struct transcript *t, const struct item *item, int row)
{
	char day[WHEN_DAY_SIZE], label[WHEN_DAY_SIZE + sizeof("today, ")];
	int64_t wall_ms = t->f->now.wall_ms;
	bool today = when_same_day(item->msg->arrived_ms, wall_ms);

	snprintf(label, sizeof(label), "%s%s", today ? "today, " : "",
	    when_day(item->msg->arrived_ms, wall_ms, day));
	draw_rule(t->f, row, t->r.col, t->right, STYLE_RULE, label);
}

static unsigned
count_new(const struct conv *c, uint64_t from)
{
	unsigned n = 0;

	if (from < c->first_serial)
		from = c->first_serial;
	for (uint64_t s = from; s < c->next_serial; s++) {
		const struct message *msg = conv_message(c, s);
		n += !msg->mine && !message_is_own(msg);
	}
	return n;
}

static void
draw_lead(
    const struct transcript *t, const struct item *item, size_t i, int row)
{
	char text[64];

	if (item->day && i == 0) {
		draw_day(t, item, row);
	} else if (item->marker && i == item->day) {
		snprintf(text, sizeof(text), "%u new",
		    count_new(t->c, t->f->w->marker));
		draw_rule(t->f, row, t->r.col, t->right, STYLE_MARKER, text);
	} else {
		uint32_t n = item->msg->missing;
		snprintf(text, sizeof(text), "%u message%s missing here", n,
		    n == 1 ? "" : "s");
		draw_notice(t, row, STYLE_INFO, text);
	}
}

static enum style
mark_style(const struct message *msg)
{
	bool bad =
	    msg->delivery == DELIVERY_FAILED || msg->kind == MESSAGE_ERROR;

	return bad ? STYLE_ERROR : STYLE_DIM;
}

/* Time, mark, name and bar of the first row; the bar alone of the others. */
static void
draw_gutter(
    const struct transcript *t, const struct item *item, int row, bool first)
{
	char clock[WHEN_CLOCK_SIZE], nick[PEER_LABEL_SIZE];
	const struct frame *f = t->f;
	const struct message *msg = item->msg;
	bool own = message_is_own(msg);
	int col = t->r.col, at = t->text - BAR_CELLS + 1;

	draw_text(f, row, at, t->right, own ? STYLE_INFO : STYLE_RULE,
	    glyph_text(f, own ? GLYPH_OWN_BAR : GLYPH_BAR));
	if (!first)
		return;
	if (!item->follows)
		draw_text(f, row, col, t->right, STYLE_DIM,
		    when_clock(msg->arrived_ms, clock));
	col += TIME_CELLS;
	draw_text(f, row, col, col + MARK_CELLS, mark_style(msg),
	    delivery_mark(f, msg));
	col += MARK_CELLS;
	if (own || item->follows)
		return;
	message_nick(f, msg, t->nick, nick);
	int cells = text_cells(nick), end = col + t->nick;
	draw_cut(f, row, cells < t->nick ? end - cells : col, end,
	    msg->mine ? STYLE_OWN : nick_style(&msg->from), nick);
}

static void
draw_compact(
    const struct transcript *t, const struct item *item, int row, bool first)
{
	char clock[WHEN_CLOCK_SIZE], nick[PEER_LABEL_SIZE];
	const struct frame *f = t->f;
	const struct message *msg = item->msg;
	const char *mark = delivery_mark(f, msg);
	int col = t->text;

	if (!first)
		return;
	if (t->r.cols >= COLS_TIME)
		draw_text(f, row, t->r.col, col, STYLE_DIM,
		    when_clock(msg->arrived_ms, clock));
	if (message_is_own(msg)) {
		draw_text(f, row, col - 1, t->right, STYLE_INFO,
		    glyph_text(f, GLYPH_OWN_BAR));
		draw_text(f, row, col, t->right, STYLE_ERROR, mark);
		return;
	}
	col = draw_cut(f, row, col, col + t->nick,
	    msg->mine ? STYLE_OWN : nick_style(&msg->from),
	    message_nick(f, msg, t->nick, nick));
	draw_text(f, row, col, t->right, mark_style(msg), mark);
}

static enum style
text_style(const struct message *msg)
{
	if (msg->kind == MESSAGE_ERROR)
		return STYLE_ERROR;
	return msg->kind == MESSAGE_INFO ? STYLE_INFO : STYLE_NORMAL;
}

static void
draw_text_row(const struct transcript *t, const struct item *item,
    const struct wrap_row *wr, int row, bool first)
{
	int col = first ? item->from : t->rest;

	if (t->compact)
		draw_compact(t, item, row, first);
	else
		draw_gutter(t, item, row, first);
	if (first)
		draw_text(t->f, row, col - text_cells(item->mark), t->right,
		    STYLE_PUBLIC, item->mark);
	grid_put(t->f->g, row, col, t->right, text_style(item->msg),
	    item->msg->text + wr->offset, wr->size);
}

static void
draw_reason(const struct transcript *t, const struct item *item, int row)
{
	char text[256];
	const char *reason = item->msg->reason;

	snprintf(text, sizeof(text), "not delivered: %s",
	    reason == NULL || *reason == '\0' ? "no reason given" : reason);
	draw_notice(t, row, STYLE_DIM, text);
}

void
transcript_draw(const struct transcript *t, const struct item *item, int top)
{
	int first = t->r.row, end = first + t->r.rows, row = top;
	struct wrap wrap;
	struct wrap_row wr;

	for (size_t i = 0; i < item->lead; i++, row++)
		if (row >= first && row < end)
			draw_lead(t, item, i, row);
	int text = row;
	start_wrap(t, item, &wrap);
	for (; row < end && wrap_next(&wrap, &wr); row++)
		if (row >= first)
			draw_text_row(t, item, &wr, row, row == text);
	if (item->reason && row >= first && row < end)
		draw_reason(t, item, row);
}

bool
transcript_down(const struct transcript *t, struct place *p, size_t rows)
{
	struct item item;

	while (rows > p->skip) {
		if (p->serial + 1 >= t->c->next_serial)
			return false;
		rows -= p->skip;
		p->serial++;
		transcript_item(t, p->serial, &item);
		p->skip = item.rows;
	}
	p->skip -= rows;
	return p->skip > 0 || p->serial + 1 < t->c->next_serial;
}

/* Rows of the top that nothing is left for, when the screen has grown or old
 * messages have gone, are filled from below. */
static struct place
fill_view(const struct transcript *t, struct place p)
{
	size_t height = (size_t)t->r.rows;
	size_t above = transcript_rows_above(t, p, height);

	if (above < height && !transcript_down(t, &p, height - above))
		return bottom_place(t);
	return p;
}

struct place
transcript_place(const struct transcript *t, const struct win *w)
{
	struct place p = w->place;
	struct item item;

	if (!w->frozen || p.serial >= t->c->next_serial)
		return bottom_place(t);
	if (p.serial < t->c->first_serial)
		p = (struct place){ .serial = t->c->first_serial };
	transcript_item(t, p.serial, &item);
	if (p.skip >= item.rows)
		p.skip = item.rows - 1;
	return fill_view(t, p);
}

size_t
transcript_rows_above(const struct transcript *t, struct place p, size_t max)
{
	struct item item;
	size_t rows = 0;

	for (uint64_t s = p.serial + 1; s > t->c->first_serial; s--) {
		transcript_item(t, s - 1, &item);
		rows += item.rows;
		if (s - 1 == p.serial)
			rows -= p.skip;
		if (rows >= max)
			return max;
	}
	return rows;
}

unsigned
transcript_new_below(const struct frame *f)
{
	if (f->c == NULL || !f->w->frozen)
		return 0;
	return count_new(f->c, f->w->frozen_next);
}
