/* SPDX-License-Identifier: MIT */
/*
 * The rows of a message into the grid. What stands behind our own bar is told
 * by us: that a message answers another, and what was thought of it, nobody can
 * write into a text of theirs.
 */
#include "ui/transcript.h"

#include "base/mem.h"
#include "base/width.h"
#include "core/transfer.h"
#include "ui/emoji.h"
#include "ui/find.h"
#include "ui/links.h"
#include "ui/str.h"
#include "ui/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINK_BEFORE_MAX = 2048, /* bytes of a link in the rows above */
};

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
	char day[WHEN_DAY_SIZE], label[2 * WHEN_DAY_SIZE];
	int64_t wall_ms = t->f->now.wall_ms;
	bool today = when_same_day(item->msg->arrived_ms, wall_ms);

	when_day(t->f->m->lang, item->msg->arrived_ms, wall_ms, day);
	if (today)
		snprintf(
		    label, sizeof(label), say(t->f->m->lang, "today, %s"), day);
	else
		snprintf(label, sizeof(label), "%s", day);
	draw_rule(t->f, row, t->r.col, t->right, STYLE_RULE, label);
}

/* The nearest before it; NULL when that is not in memory. */
static const struct message *
find_target(const struct conv *c, const struct message *msg)
{
	for (uint64_t s = msg->serial; s > c->first_serial; s--) {
		const struct message *target = conv_message(c, s - 1);
		if (!message_is_own(target) &&
		    msg_id_equal(&target->id, &msg->target))
			return target;
	}
	return NULL;
}

/* The first line of what it answers. */
static void
draw_quote(const struct transcript *t, const struct item *item, int row)
{
	char nick[PEER_LABEL_SIZE];
	size_t size;
	struct str s = { 0 };
	const struct message *target = find_target(t->c, item->msg);

	if (target == NULL) {
		draw_notice(t, row, STYLE_DIM,
		    say(t->f->m->lang, "> a message no longer here"));
		return;
	}
	const char *text = message_text(t->f->m, target, &size);
	size_t skip = strspn(text, " \n"), line = strcspn(text + skip, "\n");
	str_addf(&s, "> %s: %.*s",
	    message_nick(t->f, target, NICK_CELLS_MAX, nick),
	    (int)width_cut(text + skip, line, t->r.cols, NULL), text + skip);
	draw_notice(t, row, STYLE_DIM, str_text(&s));
	str_clear(&s);
}

static bool
shows_names(const struct transcript *t)
{
	return t->f->m->settings.look_emoji == EMOJI_TEXT;
}

/* Words of a message are put so; returns what is to be put back. */
static enum grid_emoji
begin_words(const struct transcript *t)
{
	enum grid_emoji elsewhere = t->f->g->emoji;

	if (shows_names(t))
		t->f->g->emoji = GRID_EMOJI_NAMES;
	return elsewhere;
}

/* What they, and what we made of it. */
static void
draw_reactions(const struct transcript *t, const struct item *item, int row)
{
	char label[PEER_LABEL_SIZE] = "?";
	struct str s = { 0 };
	const struct peer *p = model_peer(t->f->m, &t->c->fp);
	const char *theirs = item->msg->reactions[0];
	const char *ours = item->msg->reactions[1];

	if (p != NULL)
		label_fit(t->f, p, false, NICK_CELLS_MAX, label);
	str_add(&s, "^");
	if (theirs[0] != '\0')
		str_addf(&s, " %s %s ", theirs, label);
	if (ours[0] != '\0')
		str_addf(&s, " %s %s", ours, t->f->m->name);
	enum grid_emoji elsewhere = begin_words(t);
	draw_notice(t, row, STYLE_DIM, str_text(&s));
	t->f->g->emoji = elsewhere;
	str_clear(&s);
}

static void
draw_lead(
    const struct transcript *t, const struct item *item, size_t i, int row)
{
	char text[64];

	if (item->day && i == 0) {
		draw_day(t, item, row);
	} else if (item->marker && i == item->day) {
		snprintf(text, sizeof(text), say(t->f->m->lang, "%u new"),
		    t->f->w->marked.count);
		draw_rule(t->f, row, t->r.col, t->right, STYLE_MARKER, text);
	} else if (item->quote && i + 1 == item->lead) {
		draw_quote(t, item, row);
	} else {
		uint32_t n = item->msg->missing;
		snprintf(text, sizeof(text),
		    say_n(t->f->m->lang, "%u message missing here",
			"%u messages missing here", n),
		    n);
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

/* In the column of our bar, where no text of anybody's gets. */
static void
draw_selected(
    const struct transcript *t, const struct item *item, int row, int col)
{
	if (item->selected)
		draw_text(t->f, row, col, t->right, STYLE_BOLD,
		    glyph_text(t->f, GLYPH_SELECTED));
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
	draw_selected(t, item, row, at);
	if (!first)
		return;
	if (!item->follows && t->time > 0)
		draw_text(f, row, col, t->right, STYLE_DIM,
		    when_clock(msg->arrived_ms, clock));
	col += t->time;
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

	draw_selected(t, item, row, first ? col - 1 : t->r.col);
	if (!first)
		return;
	if (t->time > 0)
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
	if (msg->deleted || msg->seal == SEAL_CLOSED)
		return STYLE_DIM;
	return msg->kind == MESSAGE_INFO ? STYLE_INFO : STYLE_NORMAL;
}

/* What is looked for, in the part of the text that stands in the row. */
static void
mark_found(const struct transcript *t, const struct item *item,
    const struct wrap_row *wr, int row, int col)
{
	const struct find *find = &t->f->ui->find;
	size_t size, from, to = 0, end = wr->offset + wr->size;
	const char *text = message_text(t->f->m, item->msg, &size);

	if (!find->on || message_is_own(item->msg) || item->msg->deleted)
		return;
	struct needle n = needle_of(edit_text(find->line, NULL));
	while (to < end && needle_find(&n, text, size, to, &from, &to)) {
		size_t a = from > wr->offset ? from : wr->offset;
		size_t b = to < end ? to : end;
		if (a >= b)
			continue;
		int at = col + emoji_width(shows_names(t), text + wr->offset,
				   a - wr->offset);
		int behind = at + emoji_width(shows_names(t), text + a, b - a);
		for (; at < behind && at < t->right; at++)
			grid_cell(t->f->g, row, at)->style = STYLE_FOUND;
	}
}

/* A link has no blank, so one that the row cuts begins behind the last. */
static size_t
word_start(const char *text, size_t at)
{
	size_t least = at > LINK_BEFORE_MAX ? at - LINK_BEFORE_MAX : 0;

	while (at > least && text[at - 1] != ' ' && text[at - 1] != '\n')
		at--;
	return at;
}

static void
add_link_spots(const struct transcript *t, const struct item *item,
    const struct wrap_row *wr, int row, int col)
{
	size_t size, end = wr->offset + wr->size;
	const char *text = message_text(t->f->m, item->msg, &size);
	struct link link;

	for (size_t at = word_start(text, wr->offset);
	     link_next(text, size, at, &link) && link.offset < end;
	     at = link.offset + link.size) {
		size_t from = link.offset, to = link.offset + link.size;
		from = from > wr->offset ? from : wr->offset;
		to = to < end ? to : end;
		if (from >= to)
			continue;
		int left = col + emoji_width(shows_names(t), text + wr->offset,
				     from - wr->offset);
		struct spot spot = { .kind = SPOT_LINK,
			.row = row,
			.col = left,
			.end = left + emoji_width(shows_names(t), text + from,
					  to - from),
			.conv = t->c->id,
			.serial = item->msg->serial,
			.offset = link.offset };
		grid_add_spot(t->f->g, &spot);
	}
}

static enum style
mark_text_style(const struct message *msg)
{
	if (msg->dialect != DIALECT_EARSHOT)
		return STYLE_PLAIN;
	return msg->kind == MESSAGE_FILE || msg->ran != RAN_NOT ? STYLE_DIM
								: STYLE_PUBLIC;
}

static void
draw_text_row(const struct transcript *t, const struct item *item,
    const struct wrap_row *wr, int row, bool first)
{
	int col = first ? item->from : t->rest;
	size_t size;
	const char *text = message_text(t->f->m, item->msg, &size);

	if (t->compact)
		draw_compact(t, item, row, first);
	else
		draw_gutter(t, item, row, first);
	if (first)
		draw_text(t->f, row, col - text_cells(item->mark), t->right,
		    mark_text_style(item->msg), item->mark);
	enum grid_emoji elsewhere = begin_words(t);
	grid_put(t->f->g, row, col, t->right, text_style(item->msg),
	    text + wr->offset, wr->size);
	t->f->g->emoji = elsewhere;
	mark_found(t, item, wr, row, col);
	if (t->f->m->settings.look_mouse)
		add_link_spots(t, item, wr, row, col);
}

/* Rows behind our own bar. */
static void
draw_notes(
    const struct transcript *t, const char *text, int top, enum style style)
{
	int first = t->r.row, end = first + t->r.rows;
	int cells = t->right - t->rest;
	struct wrap wrap;
	struct wrap_row wr;

	wrap_init(&wrap, text, strlen(text), cells, cells);
	for (int row = top; row < end && wrap_next(&wrap, &wr); row++) {
		char *line = xstrndup(text + wr.offset, wr.size);
		if (row >= first)
			draw_notice(t, row, style, line);
		free(line);
	}
}

static void
draw_reason(const struct transcript *t, const struct item *item, int top)
{
	char text[REASON_SIZE];

	reason_text(t->f->m->lang, item->msg, text);
	draw_notes(t, text, top, STYLE_DIM);
}

static void
draw_transfer(const struct transcript *t, const struct item *item, int top)
{
	char *text = transcript_file(t, item);

	draw_notes(t, text, top,
	    item->transfer->state == TRANSFER_FAILED ? STYLE_ERROR : STYLE_DIM);
	free(text);
}

/* Returns the row behind the text. */
static int
draw_text_rows(const struct transcript *t, const struct item *item, int top)
{
	int first = t->r.row, end = first + t->r.rows, row = top;
	struct wrap wrap;
	struct wrap_row wr;

	transcript_wrap(t, item, &wrap);
	for (; row < end && wrap_next(&wrap, &wr); row++)
		if (row >= first)
			draw_text_row(t, item, &wr, row, row == top);
	if (item->edited_row && row >= first && row < end && !t->compact)
		draw_gutter(t, item, row, false);
	row = top + (int)item->text_rows + item->edited_row;
	if (item->edited && row > first && row <= end)
		draw_text(t->f, row - 1, item->text_end + 1, t->right,
		    STYLE_DIM, say(t->f->m->lang, "(edited)"));
	return row;
}

void
transcript_draw(const struct transcript *t, const struct item *item, int top)
{
	int first = t->r.row, end = first + t->r.rows, row = top;

	for (size_t i = 0; i < item->lead; i++, row++)
		if (row >= first && row < end)
			draw_lead(t, item, i, row);
	row = draw_text_rows(t, item, row);
	if (item->reacted && row >= first && row < end)
		draw_reactions(t, item, row);
	row += item->reacted;
	if (item->transfer != NULL)
		draw_transfer(t, item, row);
	row += (int)item->transfer_rows;
	if (item->reason_rows > 0)
		draw_reason(t, item, row);
}
