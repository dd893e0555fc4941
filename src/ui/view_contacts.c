/* SPDX-License-Identifier: MIT */
#include "ui/mention.h"
#include "ui/view.h"
#include "ui/when.h"

#include <stdio.h>
#include <string.h>

/* The lines of the pane, top to bottom. */
enum line_kind {
	LINE_HEAD,
	LINE_NEARBY,
	LINE_PEER,
	LINE_NOTES,
	LINE_OTHERS,
	LINE_HIDDEN,
};

struct line {
	enum line_kind kind;
	size_t row; /* of the roster, for LINE_PEER */
};

enum { LINES_FIXED = 2 }; /* head and nearby */

static size_t
line_count(const struct roster *r)
{
	size_t others = r->count - r->contacts - r->notes;

	return LINES_FIXED + r->contacts + 2 * r->notes +
	       (others > 0 ? others + 1 : 0) + (r->hidden > 0);
}

static struct line
line_at(const struct roster *r, size_t i)
{
	if (i < LINES_FIXED)
		return (struct line){ i == 0 ? LINE_HEAD : LINE_NEARBY, 0 };
	i -= LINES_FIXED;
	if (i < r->contacts)
		return (struct line){ LINE_PEER, i };
	i -= r->contacts;
	if (i < 2 * r->notes)
		return i == 0 ? (struct line){ LINE_NOTES, 0 }
			      : (struct line){ LINE_PEER, r->contacts };
	i -= 2 * r->notes;
	if (r->hidden > 0)
		return (struct line){ LINE_HIDDEN, 0 };
	if (i == 0)
		return (struct line){ LINE_OTHERS, 0 };
	return (struct line){ LINE_PEER, r->contacts + r->notes + i - 1 };
}

/* What is at the right of a row: news first, then why somebody is not here. */
static void
note_text(const struct frame *f, const struct peer *p, uint32_t unread,
    char *out, size_t size)
{
	char span[WHEN_SPAN_SIZE];
	const struct conv *nearby = model_conv(f->m, CONV_NEARBY);
	bool meant = p == NULL && mention_is_new(f->m, nearby);
	bool muted =
	    (p == NULL ? f->m->muted_ms : p->muted_ms) > f->now.wall_ms;

	out[0] = '\0';
	if (unread > 0)
		snprintf(out, size, "%s%s%u%s",
		    muted ? say(f->m->lang, "muted") : "", muted ? " " : "",
		    unread, meant ? "@" : "");
	else if (muted)
		snprintf(out, size, "%s", say(f->m->lang, "muted"));
	else if (p == NULL || p->is_self)
		return;
	else if (peer_is_legacy(p) && !fp_is_zero(&p->claims))
		snprintf(out, size, "%s", say(f->m->lang, "who?"));
	else if (p->trust == TRUST_CHANGED)
		snprintf(out, size, "%s", say(f->m->lang, "key!"));
	else if (p->presence == PRESENCE_AWAY || p->presence == PRESENCE_STALE)
		snprintf(out, size, "%s",
		    say(f->m->lang, presence_text(p->presence)));
	else if (p->presence == PRESENCE_OFFLINE && p->last_seen_ms > 0)
		snprintf(out, size, "%s",
		    when_short(
			f->m->lang, f->now.wall_ms - p->last_seen_ms, span));
}

static bool
has_draft(const struct frame *f, const struct fp *fp, const struct conv *c)
{
	const struct win *w = win_find(f->ui, fp);
	size_t size;

	if (w == NULL)
		return c != NULL && c->draft != NULL && *c->draft != '\0';
	edit_text(w->edit, &size);
	return size > 0;
}

struct entry {
	const struct peer *p; /* NULL: nearby */
	struct fp fp;
	size_t number;
	bool selected;
};

static enum style
entry_style(const struct entry *e, uint32_t unread)
{
	if (e->selected)
		return STYLE_SELECTED;
	if (unread > 0)
		return STYLE_UNREAD;
	if (e->p != NULL && e->p->trust == TRUST_CHANGED)
		return STYLE_INSECURE;
	if (e->p != NULL && !e->p->is_self && !peer_is_present(e->p))
		return STYLE_OFFLINE;
	return STYLE_NORMAL;
}

/* It is being read: a number there would only flicker. */
static bool
is_read(const struct frame *f, const struct entry *e)
{
	return e->selected && f->ui->shown && !f->ui->unfocused &&
	       !f->w->frozen;
}

static void
draw_entry(
    const struct frame *f, int row, int col, int end, const struct entry *e)
{
	char label[PEER_LABEL_SIZE], note[32], digit[2] = " ";
	const struct conv *c = e->p == NULL ? model_conv(f->m, CONV_NEARBY)
					    : model_conv(f->m, e->p->conv);
	uint32_t unread = c == NULL || is_read(f, e) ? 0 : c->unread;
	enum style style = entry_style(e, unread);

	draw_fill(f, row, col, end, e->selected ? style : STYLE_NORMAL);
	draw_spot_person(f, row, col, end, &e->fp);
	if (e->number <= 10)
		digit[0] = (char)('0' + e->number % 10);
	draw_text(f, row, col, end, e->selected ? style : STYLE_DIM, digit);
	if (e->p != NULL && !e->p->is_self)
		draw_text(f, row, col + 1, end,
		    e->selected ? style : presence_style(e->p->presence),
		    glyph_text(f, presence_glyph(e->p->presence)));
	note_text(f, e->p, unread, note, sizeof(note));
	int right = end;
	if (e->p != NULL && peer_is_legacy(e->p))
		right = draw_right(f, row, col + 3, end,
			    e->selected ? style : STYLE_PLAIN,
			    say(f->m->lang, "PLAIN")) -
			1;
	if (note[0] != '\0')
		right = draw_right(f, row, col + 3, right, style, note) - 1;
	if (has_draft(f, &e->fp, c))
		right = draw_right(f, row, col + 3, right, style, "*") - 1;
	if (e->p == NULL)
		draw_cut(
		    f, row, col + 3, right, style, say(f->m->lang, "nearby"));
	else
		draw_text(f, row, col + 3, right, style,
		    label_fit(f, e->p, !e->p->is_self && !peer_is_contact(e->p),
			right - col - 3, label));
}

static struct entry
entry_of(const struct frame *f, const struct roster *r, struct line line)
{
	struct entry e = { .number = CONV_NEARBY };

	if (line.kind == LINE_PEER) {
		e.p = r->rows[line.row];
		e.fp = e.p->fp;
		e.number = e.p->number;
	}
	e.selected = fp_equal(&e.fp, &f->w->fp);
	return e;
}

static void
draw_line(const struct frame *f, const struct roster *r, struct rect at,
    struct line line)
{
	char text[64], count[COUNT_SIZE];
	int end = at.col + at.cols;
	struct entry e = entry_of(f, r, line);

	switch (line.kind) {
	case LINE_HEAD:
		draw_text(f, at.row, at.col, end, STYLE_BOLD,
		    say(f->m->lang, " CONTACTS"));
		snprintf(text, sizeof(text), say(f->m->lang, "%s on"),
		    count_text(f->m->lang, r->present, count));
		draw_right(f, at.row, at.col + 10, end, STYLE_DIM, text);
		break;
	case LINE_NOTES:
		draw_text(f, at.row, at.col, end, STYLE_BOLD,
		    say(f->m->lang, " NOTES"));
		break;
	case LINE_OTHERS:
		draw_text(f, at.row, at.col, end, STYLE_BOLD,
		    say(f->m->lang, " NEARBY"));
		break;
	case LINE_HIDDEN:
		snprintf(text, sizeof(text),
		    say_n(f->m->lang, " %s other", " %s others", r->hidden),
		    count_text(f->m->lang, r->hidden, count));
		draw_cut(f, at.row, at.col, end, STYLE_DIM, text);
		break;
	case LINE_NEARBY:
	case LINE_PEER:
		draw_entry(f, at.row, at.col, end, &e);
		break;
	}
}

/* The first line shown, so that line `keep` is in view. */
static size_t
first_line(size_t count, size_t keep, int rows)
{
	if (count <= (size_t)rows || keep < (size_t)rows)
		return 0;
	return keep - (size_t)rows + 1;
}

static size_t
line_of_current(const struct frame *f, const struct roster *r)
{
	size_t count = line_count(r);

	for (size_t i = 0; i < count; i++) {
		struct line line = line_at(r, i);
		if (line.kind == LINE_PEER &&
		    fp_equal(&r->rows[line.row]->fp, &f->w->fp))
			return i;
	}
	return 0;
}

void
view_contacts(const struct frame *f)
{
	struct rect r = f->l.contacts;

	if (rect_is_empty(r))
		return;
	size_t count = line_count(&f->roster);
	size_t first =
	    first_line(count, line_of_current(f, &f->roster), r.rows);
	for (int i = 0; i < r.rows; i++) {
		draw_text(f, r.row + i, r.col + r.cols, r.col + r.cols + 1,
		    STYLE_RULE, glyph_text(f, GLYPH_BAR));
		if (first + (size_t)i < count)
			draw_line(f, &f->roster,
			    (struct rect){ r.row + i, r.col, 1, r.cols },
			    line_at(&f->roster, first + (size_t)i));
	}
}

void
draw_person(
    const struct frame *f, struct rect at, const struct peer *p, bool selected)
{
	struct entry e = {
		.p = p, .number = CONV_NEARBY, .selected = selected
	};

	if (p != NULL) {
		e.fp = p->fp;
		e.number = p->number;
	}
	draw_entry(f, at.row, at.col, at.col + at.cols, &e);
}
