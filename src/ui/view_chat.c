/* SPDX-License-Identifier: MIT */
#include "ui/transcript.h"
#include "ui/when.h"

#include <stdio.h>
#include <string.h>

const char *
delivery_mark(const struct frame *f, const struct message *msg)
{
	if (msg->kind == MESSAGE_ERROR)
		return "!";
	if (message_is_own(msg))
		return "";
	switch (msg->delivery) {
	case DELIVERY_NONE:
		break;
	case DELIVERY_QUEUED:
		return ".";
	case DELIVERY_SENT:
		return ">";
	case DELIVERY_DELIVERED:
		return glyph_text(f, GLYPH_DELIVERED);
	case DELIVERY_READ:
		return glyph_text(f, GLYPH_READ);
	case DELIVERY_FAILED:
		return "!";
	}
	return "";
}

/* A line about somebody, in the middle of an empty chat. */
static void
draw_empty(const struct frame *f)
{
	char text[2 * PEER_LABEL_SIZE], label[PEER_LABEL_SIZE];
	char span[WHEN_SPAN_SIZE];
	struct rect r = f->l.chat;
	int row = r.row + r.rows - 1, end = r.col + r.cols;

	if (f->peer == NULL || (f->c != NULL && f->c->older))
		return;
	label_text(f, f->peer, false, label);
	if (f->peer->is_self) {
		draw_cut(f, row--, r.col + 1, end, STYLE_INFO,
		    say(f->m->lang,
			"Kept here, sent to nobody: for notes, and to "
			"try things."));
		snprintf(
		    text, sizeof(text), "%s", say(f->m->lang, "No notes yet."));
	} else if (f->peer->presence == PRESENCE_OFFLINE) {
		snprintf(text, sizeof(text),
		    say(f->m->lang,
			"What you send waits here and goes out when %s is back."),
		    label);
		draw_cut(f, row--, r.col + 1, end, STYLE_INFO, text);
		snprintf(text, sizeof(text),
		    say(f->m->lang, "%s was last seen %s ago."), label,
		    when_span(f->m->lang,
			f->now.wall_ms - f->peer->last_seen_ms, span));
	} else {
		draw_cut(f, row--, r.col + 1, end, STYLE_INFO,
		    f->peer->dialect == DIALECT_PLAIN
			? say(f->m->lang, "Type below and press Enter.")
			: say(f->m->lang,
			      "Type below and press Enter; /send PATH sends a "
			      "file."));
		snprintf(text, sizeof(text),
		    say(f->m->lang, "No messages with %s yet."), label);
	}
	if (row >= r.row)
		draw_cut(f, row, r.col + 1, end, STYLE_INFO, text);
}

/* Bottom up; returns the first row used. The first message that begins in
 * view names its sender, whatever was said before: without it nothing on the
 * screen might tell whose words these are. */
static int
draw_messages(const struct transcript *t, struct place p)
{
	struct item item, first = { 0 };
	int row = t->r.row + t->r.rows, first_row = row;

	for (uint64_t s = p.serial + 1;
	     s > t->c->first_serial && row > t->r.row; s--) {
		transcript_item(t, s - 1, &item);
		size_t hidden = s - 1 == p.serial ? p.skip : 0;
		row -= (int)(item.rows - hidden);
		transcript_draw(t, &item, row);
		if (row < t->r.row)
			break;
		first = item;
		first_row = row;
	}
	if (first.follows) {
		first.follows = false;
		transcript_draw(t, &first, first_row);
	}
	return row;
}

/* Below a frozen view the newest stay in sight. */
static void
draw_peek(const struct transcript *t)
{
	char label[64];
	const struct frame *f = t->f;
	struct transcript peek = *t;
	unsigned n = transcript_new_below(f);
	struct place end = { .serial = t->c->next_serial - 1 };

	peek.r = t->peek;
	if (rect_is_empty(peek.r))
		return;
	if (n > 0)
		snprintf(label, sizeof(label), say(f->m->lang, "v %u new"), n);
	else
		snprintf(label, sizeof(label), "%s", say(f->m->lang, "newest"));
	draw_rule(f, peek.r.row, peek.r.col, peek.r.col + peek.r.cols,
	    n > 0 ? STYLE_MARKER : STYLE_RULE, label);
	peek.r.row++;
	peek.r.rows--;
	draw_messages(&peek, end);
}

/* Where there is no room for that, the last row tells what is below it. */
static void
draw_preview(const struct transcript *t)
{
	const struct frame *f = t->f;
	char head[64], nick[PEER_LABEL_SIZE];
	struct rect r = f->l.chat;
	unsigned n = transcript_new_below(f);
	int row = r.row + r.rows - 1, end = r.col + r.cols;

	if (n == 0 || r.rows < 3 || !rect_is_empty(t->peek))
		return;
	const struct message *msg = conv_message(f->c, f->c->next_serial - 1);
	snprintf(head, sizeof(head), say(f->m->lang, " v %u new  "), n);
	draw_fill(f, row, r.col, end, STYLE_MARKER);
	int col = draw_text(f, row, r.col, end, STYLE_MARKER, head);
	if (message_is_own(msg))
		return;
	col = draw_text(f, row, col, end, STYLE_MARKER,
	    message_nick(f, msg, NICK_CELLS_MAX, nick));
	col = draw_text(f, row, col, end, STYLE_MARKER, ": ");
	size_t size;
	const char *said = message_text(f->m, msg, &size);
	grid_put(f->g, row, col, end, STYLE_MARKER, said, strcspn(said, "\n"));
}

void
view_chat(const struct frame *f)
{
	struct transcript t;
	struct rect r = f->l.chat;
	int top = r.row + r.rows;

	if (rect_is_empty(r))
		return;
	if (f->c != NULL && f->c->next_serial > f->c->first_serial) {
		transcript_init(&t, f);
		top = draw_messages(&t, transcript_place(&t, f->w));
		draw_peek(&t);
		draw_preview(&t);
	} else {
		draw_empty(f);
	}
	if (f->peer != NULL)
		return;
	view_welcome(f, (struct rect){ r.row, r.col, top - r.row, r.cols });
}
