/* SPDX-License-Identifier: MIT */
/*
 * The status row is filled from the left until something does not fit, and
 * from there on nothing is drawn: the order is the order of importance. The
 * way to the help has its place at the right before all.
 */
#include "ui/greet.h"
#include "ui/mention.h"
#include "ui/transcript.h"
#include "ui/transfer_text.h"
#include "ui/view.h"
#include "ui/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ACTIVITY_MAX = 10,
	ACTIVITY_CELLS = 20,
	ITEM_SIZE = 512,
	COLS_HELP = 30,
	WAITING_MS = 1000,
	WAITING_SCAN = 500, /* messages looked at */
	SHOUT_BYTES = 512,
};

struct bar {
	const struct frame *f;
	int row, col, end;
	bool full;
};

static int
bar_gap(const struct bar *b)
{
	return b->col == 0 ? 1 : 2;
}

static bool
bar_fits(const struct bar *b, int cells)
{
	return b->col + bar_gap(b) + cells <= b->end;
}

static void
bar_add(struct bar *b, enum style style, const char *text)
{
	if (text[0] == '\0' || b->full)
		return;
	if (!bar_fits(b, text_cells(text))) {
		b->full = true;
		return;
	}
	b->col =
	    draw_text(b->f, b->row, b->col + bar_gap(b), b->end, style, text);
}

/* Without a title row, who is talked with stands here. */
static void
add_conversation(struct bar *b)
{
	char text[ITEM_SIZE], label[PEER_LABEL_SIZE];
	const struct frame *f = b->f;
	enum style style;

	if (!rect_is_empty(f->l.title))
		return;
	if (f->peer == NULL) {
		bar_add(b, STYLE_BAR, say(b->f->m->lang, "nearby"));
		return;
	}
	label_fit(f, f->peer, false, b->end / 2, label);
	if (f->peer->is_self) {
		bar_add(b, STYLE_BAR, label);
		return;
	}
	snprintf(text, sizeof(text), "%s %s", label,
	    glyph_text(f, presence_glyph(f->peer->presence)));
	bar_add(b, STYLE_BAR, text);
	const char *badge = peer_badge(f->m->lang, f->peer, &style);
	if (style == STYLE_BAR_ALERT || style == STYLE_PLAIN)
		bar_add(b, style, badge);
}

static void
add_self(struct bar *b)
{
	char text[ITEM_SIZE], clock[WHEN_CLOCK_SIZE];
	const struct frame *f = b->f;

	bar_add(b, STYLE_BAR, when_clock(f->now.wall_ms, clock));
	snprintf(text, sizeof(text), "%s%s%s", f->m->name,
	    glyph_text(f, GLYPH_DOT),
	    f->m->away ? say(b->f->m->lang, "away")
		       : say(b->f->m->lang, "online"));
	bar_add(b, STYLE_BAR, text);
}

/* Direct ones first, the newest first. */
static int
compare_activity(const void *a, const void *b)
{
	const struct conv *c = *(const struct conv *const *)a;
	const struct conv *d = *(const struct conv *const *)b;

	if (c->kind != d->kind)
		return c->kind == CONV_KIND_DIRECT ? -1 : 1;
	if (c->active_ms != d->active_ms)
		return c->active_ms > d->active_ms ? -1 : 1;
	return c->id < d->id ? -1 : 1;
}

static void
add_activity(struct bar *b)
{
	char text[ITEM_SIZE], label[PEER_LABEL_SIZE];
	const struct conv *list[ACTIVITY_MAX];
	const struct model *m = b->f->m;
	size_t n = 0;

	for (size_t i = 0; i < m->conv_count && n < ACTIVITY_MAX; i++)
		if (m->convs[i]->unread > 0 && m->convs[i] != b->f->c &&
		    !conv_is_muted(m, m->convs[i], b->f->now))
			list[n++] = m->convs[i];
	qsort(list, n, sizeof(*list), compare_activity);
	for (size_t i = 0; i < n; i++) {
		const struct peer *p = model_peer(m, &list[i]->fp);
		snprintf(text, sizeof(text), "%u:%s(%u%s)",
		    p == NULL ? (unsigned)CONV_NEARBY : p->number,
		    p == NULL
			? say(b->f->m->lang, "nearby")
			: label_fit(b->f, p, false, ACTIVITY_CELLS, label),
		    list[i]->unread, mention_is_new(m, list[i]) ? "@" : "");
		int col = b->col + bar_gap(b);
		bar_add(b, STYLE_BAR_ALERT, text);
		if (!b->full)
			draw_spot_person(
			    b->f, b->row, col, b->col, &list[i]->fp);
	}
}

/* "f3 61% 12 s" */
static void
add_file(struct bar *b, const struct transfer *t)
{
	char text[96], part[TRANSFER_SHORT_SIZE], span[WHEN_SPAN_SIZE];
	int64_t left_s = transfer_left_s(t);

	snprintf(text, sizeof(text), "f%u %s%s%s", (unsigned)t->id,
	    transfer_short(b->f->m->lang, t, part), left_s < 0 ? "" : " ",
	    left_s < 0 ? "" : when_span(b->f->m->lang, left_s * 1000, span));
	bar_add(b, STYLE_BAR, text);
}

/* What moves, and how far it is. */
static void
add_files(struct bar *b)
{
	char text[64];
	const struct model *m = b->f->m;
	const struct transfer *one = NULL;
	struct transfer all = { .size_known = true };
	unsigned n = 0;

	for (size_t i = 0; i < m->transfer_count; i++) {
		const struct transfer *t = m->transfers[i];
		if (t->state != TRANSFER_RUNNING)
			continue;
		n++;
		one = t;
		all.done += t->done;
		all.size += t->size_known ? t->size : t->done;
	}
	if (n == 1) {
		add_file(b, one);
	} else if (n > 1) {
		snprintf(text, sizeof(text),
		    say_n(m->lang, "%u file %d%%", "%u files %d%%", n), n,
		    transfer_gauge(&all, 100));
		bar_add(b, STYLE_BAR, text);
	}
}

static void
add_typing(struct bar *b)
{
	char text[ITEM_SIZE], label[PEER_LABEL_SIZE];
	const struct frame *f = b->f;

	if (f->peer == NULL || f->peer->typing_until_ms <= f->now.mono_ms)
		return;
	snprintf(text, sizeof(text), say(f->m->lang, "%s is typing%s"),
	    label_text(f, f->peer, false, label),
	    glyph_text(f, GLYPH_ELLIPSIS));
	bar_add(b, STYLE_BAR, text);
}

static void
add_scroll(struct bar *b)
{
	const struct win *w = b->f->w;
	bool reads = w->frozen && w->answer == w->place.serial;
	const char *way_back = reads ? say(b->f->m->lang, ": PgDn")
				     : say(b->f->m->lang, ": Alt-End");
	char text[64];
	unsigned n = transcript_new_below(b->f);

	if (!w->frozen)
		return;
	int cells = snprintf(text, sizeof(text),
	    n > 0   ? say(b->f->m->lang, "v %u new")
	    : reads ? say(b->f->m->lang, "more below")
		    : say(b->f->m->lang, "scrolled up"),
	    n);
	/* Where there is room with the way back, which is not the key that
	 * many try first. */
	if (bar_fits(b, cells + text_cells(way_back)))
		snprintf(
		    text + cells, sizeof(text) - (size_t)cells, "%s", way_back);
	bar_add(b, n > 0 ? STYLE_BAR_ALERT : STYLE_BAR, text);
}

/* With a session it is queued for a moment only, which is nothing to tell. */
static bool
is_waiting(const struct frame *f, const struct message *msg)
{
	bool up = f->peer != NULL && f->peer->link == PEER_LINK_UP;

	return msg->delivery == DELIVERY_QUEUED &&
	       (!up || f->now.wall_ms - msg->arrived_ms >= WAITING_MS);
}

/* So many of ours did not get away. */
static void
add_waiting(struct bar *b)
{
	char text[64];
	const struct conv *c = b->f->c;
	unsigned n = 0;

	if (c == NULL)
		return;
	/* What waits is new: a long past costs nothing. */
	uint64_t first = c->first_serial;
	if (c->next_serial - first > WAITING_SCAN)
		first = c->next_serial - WAITING_SCAN;
	for (uint64_t s = c->next_serial; s > first; s--)
		n += is_waiting(b->f, conv_message(c, s - 1));
	snprintf(text, sizeof(text),
	    say_n(b->f->m->lang, "%u waits", "%u wait", n), n);
	if (n > 0)
		bar_add(b, STYLE_BAR, text);
}

/* What may be sent at once: less where the line is a shout. */
static size_t
room_of(const char *line, size_t *size)
{
	static const char shout[] = "/shout ";
	size_t n = sizeof(shout) - 1;

	if (strncmp(line, shout, n) != 0)
		return EDIT_TEXT_MAX;
	*size -= n;
	return SHOUT_BYTES;
}

/* Somebody writes more and more, and there is an end to it. */
static void
add_size(struct bar *b)
{
	char text[64];
	size_t size;
	const char *line = edit_text(b->f->w->edit, &size);
	size_t room = room_of(line, &size);

	if (size < room / 5 * 4)
		return;
	snprintf(text, sizeof(text), say(b->f->m->lang, "%zu of %zu bytes"),
	    size, room);
	bar_add(b, size > room ? STYLE_BAR_ALERT : STYLE_BAR, text);
}

static void
add_flags(struct bar *b)
{
	char text[64], count[COUNT_SIZE];
	const struct frame *f = b->f;

	if (f->m->leaving)
		bar_add(b, STYLE_BAR_ALERT, say(b->f->m->lang, "leaving"));
	if (f->m->tcp_port == 0)
		bar_add(
		    b, STYLE_BAR_ALERT, say(b->f->m->lang, "not listening"));
	if (f->m->settings.notify_quiet)
		bar_add(b, STYLE_BAR, say(b->f->m->lang, "do not disturb"));
	snprintf(text, sizeof(text), say(b->f->m->lang, "%s here"),
	    count_text(f->m->lang, f->roster.present, count));
	bar_add(b, STYLE_BAR, text);
}

static void
draw_alone(const struct frame *f, struct rect at, const char *text)
{
	int end = at.col + at.cols;

	draw_fill(f, at.row, at.col, end, STYLE_BAR);
	draw_cut(f, at.row, at.col + 1, end, STYLE_BAR_ALERT, text);
}

/* Somebody waits for this answer: where it has no room beside the others, it
 * has the row. True then. */
static bool
add_flash(struct bar *b, struct rect at)
{
	const char *text = b->f->ui->flash;

	if (b->f->now.mono_ms >= b->f->ui->flash_until_ms)
		return false;
	if (!bar_fits(b, text_cells(text))) {
		draw_alone(b->f, at, text);
		return true;
	}
	bar_add(b, STYLE_BAR_ALERT, text);
	return false;
}

void
view_status(const struct frame *f)
{
	struct rect r = f->l.status;
	int end = r.col + r.cols;
	char hint[ITEM_SIZE];
	struct bar b = { .f = f, .row = r.row, .col = r.col };

	if (rect_is_empty(r))
		return;
	if (review_hint(f->ui, f->m->lang, hint, sizeof(hint)) ||
	    greet_hint(f->ui, f->m, hint, sizeof(hint))) {
		draw_alone(f, r, hint);
		return;
	}
	draw_fill(f, r.row, r.col, end, STYLE_BAR);
	b.end = draw_right(f, r.row, r.col, end, STYLE_BAR,
	    r.cols < COLS_HELP ? "F1" : say(f->m->lang, "F1 help "));
	b.end -= 1;
	if (f->m->store_failed)
		bar_add(&b, STYLE_BAR_ALERT, say(f->m->lang, "not stored"));
	add_conversation(&b);
	if (add_flash(&b, r))
		return;
	if (!rect_is_empty(f->l.title))
		add_self(&b);
	add_size(&b);
	add_waiting(&b);
	add_activity(&b);
	add_files(&b);
	add_typing(&b);
	add_scroll(&b);
	if (hints_text(f->ui, f->m, hint))
		bar_add(&b, STYLE_BAR, hint);
	if (rect_is_empty(f->l.title))
		add_self(&b);
	add_flags(&b);
}
