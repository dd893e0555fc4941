/* SPDX-License-Identifier: MIT */
/*
 * What rows a message takes. Everything left of the text is ours: a peer
 * decides what stands behind the bar, and no text reaches the columns before
 * it, so a message cannot pass for a notice or for another's message.
 */
#include "ui/transcript.h"

#include "core/transfer.h"
#include "ui/str.h"
#include "ui/transfer_text.h"
#include "ui/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TEXT_MIN = 30,   /* cells that names leave to the text */
	GAUGE_COLS = 30, /* of a row from which on there is a gauge */
};

const char *
message_text(const struct model *m, const struct message *msg, size_t *ret_size)
{
	const struct transfer *file = message_transfer(m, msg);
	const char *text = msg->text;

	*ret_size = msg->size;
	if (msg->deleted)
		text = say(m->lang, "(deleted)");
	else if (file != NULL)
		text = file->name;
	else if (msg->seal == SEAL_CLOSED)
		text = msg->locked
			   ? say(m->lang, "sealed, with a password of yours: "
					  "/unseal opens it")
			   : say(m->lang, "sealed: /unseal opens it");
	else if (m->settings.look_filter && message_is_ignored(m, msg))
		text = say(m->lang, "(ignored)");
	else
		return text;
	*ret_size = strlen(text);
	return text;
}

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
	else if (msg->dialect != DIALECT_EARSHOT)
		snprintf(out, PEER_LABEL_SIZE, "?");
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

static void
set_columns(struct transcript *t)
{
	bool timeless = t->compact && t->r.cols < COLS_TIME;

	t->time = t->f->m->settings.look_times && !timeless ? TIME_CELLS : 0;
	t->nick = nick_cells(t);
	int most = t->r.cols - t->time - MARK_CELLS - BAR_CELLS - TEXT_MIN;
	if (t->compact)
		most = t->r.cols / 3;
	if (most > NICK_CELLS_MAX)
		most = NICK_CELLS_MAX;
	if (t->nick > most)
		t->nick = most < NICK_CELLS_MIN ? NICK_CELLS_MIN : most;
	t->right = t->r.col + t->r.cols;
	t->text = t->r.col + t->time + MARK_CELLS + t->nick + BAR_CELLS;
	t->rest = t->text;
	if (!t->compact)
		return;
	/* A column stays before the names, for our bar alone. */
	t->text = t->r.col + (t->time == 0 ? 1 : t->time);
	t->rest = t->r.col + COMPACT_INDENT;
}

/* A frozen view that reaches the end has no need of it. */
static void
split(struct transcript *t)
{
	struct rect peek = layout_peek(&t->f->l, t->f->ui->rows);
	struct place p = transcript_place(t, t->f->w);

	if (!t->f->w->frozen || !transcript_down(t, &p, 0))
		return;
	t->peek = peek;
	t->r.rows -= peek.rows;
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
	set_columns(t);
	split(t);
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

void
transcript_wrap(
    const struct transcript *t, const struct item *item, struct wrap *w)
{
	size_t size;
	const char *text = message_text(t->f->m, item->msg, &size);

	wrap_init(w, text, size, t->right - item->from, t->right - t->rest);
	w->names = t->f->m->settings.look_emoji == EMOJI_TEXT;
}

/* A word behind the text stands in its last row where there is room. */
static void
count_text_rows(const struct transcript *t, struct item *item)
{
	struct wrap w;
	struct wrap_row wr;

	transcript_wrap(t, item, &w);
	item->text_end = item->from;
	while (wrap_next(&w, &wr)) {
		int col = item->text_rows == 0 ? item->from : t->rest;
		item->text_end = col + wr.cells;
		item->text_rows++;
	}
	item->edited = item->msg->edited && !item->msg->deleted;
	if (item->edited &&
	    item->text_end + 1 + text_cells(say(t->f->m->lang, "(edited)")) >
		t->right) {
		item->edited_row = true;
		item->text_end = t->rest - 1;
	}
}

const char *
reason_text(const struct lang *l, const struct message *msg,
    char out[static REASON_SIZE])
{
	const char *reason = msg->reason;

	out[0] = '\0';
	if (msg->delivery == DELIVERY_FAILED)
		snprintf(out, REASON_SIZE, say(l, "not delivered: %s"),
		    reason == NULL || *reason == '\0'
			? say(l, "no reason given")
			: say(l, reason));
	return out;
}

/* An offer that is not taken there fails with its message. */
static bool
is_said_of_file(const struct item *item)
{
	const char *why = item->msg->reason;
	const struct transfer *file = item->transfer;

	return file != NULL && file->reason != NULL && why != NULL &&
	       strcmp(file->reason, why) == 0;
}

static size_t
count_reason_rows(const struct transcript *t, const struct item *item)
{
	char text[REASON_SIZE];
	int cells = t->right - t->rest;

	if (item->msg->delivery != DELIVERY_FAILED || is_said_of_file(item))
		return 0;
	reason_text(t->f->m->lang, item->msg, text);
	return wrap_count(text, strlen(text), cells, cells);
}

static const char *
file_mark(const struct lang *l, const struct item *item)
{
	bool plain = item->msg->dialect != DIALECT_EARSHOT;

	if (item->transfer->folder)
		return plain ? say(l, "PLAIN folder ") : say(l, "folder ");
	return plain ? say(l, "PLAIN file ") : say(l, "file ");
}

static const char *
mark_of(const struct transcript *t, const struct item *item)
{
	const struct message *msg = item->msg;
	const struct lang *l = t->f->m->lang;
	bool plain = msg->dialect != DIALECT_EARSHOT;

	if (item->transfer != NULL)
		return file_mark(l, item);
	if (plain && msg->kind == MESSAGE_SHOUT)
		return say(l, "PUBLIC PLAIN ");
	if (plain)
		return say(l, "PLAIN ");
	if (msg->kind == MESSAGE_SHOUT)
		return t->r.cols < COLS_TIME ? "P " : say(l, "PUBLIC ");
	if (msg->ran != RAN_NOT && !msg->deleted)
		return msg->ran == RAN_ASKED ? "$ " : "| ";
	return msg->action && !msg->deleted ? "* " : "";
}

char *
transcript_file(const struct transcript *t, const struct item *item)
{
	const struct frame *f = t->f;
	const struct transfer *file = item->transfer;
	const struct peer *p = model_peer(f->m, &file->peer);
	char label[PEER_LABEL_SIZE];
	struct str s = { 0 };
	int cells = t->right - t->rest;
	bool gauge = transfer_has_gauge(file) && cells >= GAUGE_COLS;
	struct transfer_place place = {
		.who = p == NULL ? "?" : label_text(f, p, false, label),
		.dot = glyph_text(f, GLYPH_DOT),
		.listed = model_transfer(f->m, file->id) == file,
		.cells = cells - (gauge ? GAUGE_CELLS + 1 : 0),
	};
	char *hint = transfer_hint(f->m->lang, file, &place);

	gauge = gauge && text_cells(hint) <= place.cells;
	if (!gauge) {
		place.cells = cells;
		free(hint);
		hint = transfer_hint(f->m->lang, file, &place);
	}
	if (gauge) {
		draw_gauge(f, &s, transfer_gauge(file, GAUGE_CELLS));
		str_add(&s, " ");
	}
	str_add(&s, hint);
	free(hint);
	return str_take(&s);
}

static size_t
count_transfer_rows(const struct transcript *t, const struct item *item)
{
	int cells = t->right - t->rest;

	if (item->transfer == NULL)
		return 0;
	char *text = transcript_file(t, item);
	size_t rows = wrap_count(text, strlen(text), cells, cells);
	free(text);
	return rows;
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
	item.transfer = message_transfer(t->f->m, msg);
	item.mark = mark_of(t, &item);
	item.day =
	    prev == NULL || !when_same_day(prev->arrived_ms, msg->arrived_ms);
	item.marker = win_marker(w, t->c) == serial;
	item.missing = msg->missing > 0;
	item.quote = msg->has_target;
	item.lead = (size_t)item.day + item.marker + item.missing + item.quote;
	item.selected = ui_selected(t->f->ui) == serial;
	item.follows = !t->compact && t->f->m->settings.look_group &&
		       prev != NULL && item.lead == 0 && !item.selected &&
		       is_followed(prev, msg);
	item.reacted =
	    msg->reactions[0][0] != '\0' || msg->reactions[1][0] != '\0';
	item.transfer_rows = count_transfer_rows(t, &item);
	item.reason_rows = count_reason_rows(t, &item);
	item.from = first_column(t, &item);
	count_text_rows(t, &item);
	item.rows = item.lead + item.text_rows + item.edited_row +
		    item.reacted + item.transfer_rows + item.reason_rows;
	*ret_item = item;
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
	return f->w->below.count;
}
