/* SPDX-License-Identifier: MIT */
#include "ui/view.h"

#include <stdio.h>
#include <string.h>

enum { TITLE_NAME_MIN = 12 };

static int
draw_state(const struct frame *f, int row, int col, int end)
{
	enum presence p = f->peer->presence;

	col = draw_text(
	    f, row, col + 2, end, STYLE_BAR, glyph_text(f, presence_glyph(p)));
	return draw_text(
	    f, row, col + 1, end, STYLE_BAR, say(f->m->lang, presence_text(p)));
}

/* Where the session is, or would be dialled. */
static void
address_text(const struct lang *l, const struct peer *p, char *out, size_t size)
{
	char at[ADDR_TEXT_MAX];

	out[0] = '\0';
	if (p->link == PEER_LINK_UP)
		snprintf(out, size, "%s", addr_host_text(&p->link_addr, at));
	else if (p->link == PEER_LINK_DIALING)
		snprintf(out, size, say(l, "%s dialling"),
		    addr_host_text(&p->link_addr, at));
	else if (p->addr_count > 0)
		snprintf(out, size, "%s", addr_host_text(&p->addrs[0], at));
}

/* The address, and what carries the session, which goes first. */
static int
draw_place(const struct frame *f, int row, int col, int right)
{
	char at[ADDR_TEXT_MAX + 64];

	address_text(f->m->lang, f->peer, at, sizeof(at));
	if (at[0] == '\0' || col + 2 + text_cells(at) + 2 > right)
		return col;
	col = draw_text(f, row, col + 2, right, STYLE_BAR, at);
	const char *carrier = transport_text(f->peer->transport);
	if (f->peer->link != PEER_LINK_UP ||
	    col + 1 + text_cells(carrier) + 2 > right)
		return col;
	return draw_text(f, row, col + 1, right, STYLE_BAR, carrier);
}

/* The badge is the last thing to go: it is drawn flush right where the rest
 * leaves no room, and what does not fit before it is left out. */
static void
draw_peer(const struct frame *f, struct rect r)
{
	char label[PEER_LABEL_SIZE];
	enum style style;
	const char *badge = peer_badge(f->m->lang, f->peer, &style);
	const char *state = say(f->m->lang, presence_text(f->peer->presence));
	int end = r.col + r.cols, right = end - text_cells(badge) - 1;
	int name = right > r.col + TITLE_NAME_MIN ? right : end;

	label_fit(f, f->peer, true, name - r.col - 1, label);
	int col = draw_text(f, r.row, r.col + 1, name, STYLE_BAR, label);
	if (col + 2 + text_cells(state) + 5 < right)
		col = draw_state(f, r.row, col, right);
	col = draw_place(f, r.row, col, right);
	if (col + 2 <= right)
		col = draw_text(f, r.row, col + 2, end, style, badge);
	if (f->peer->status[0] != '\0' && col + 4 < end)
		draw_cut(
		    f, r.row, col + 2, end - 1, STYLE_BAR, f->peer->status);
}

/* Nobody is at the other end: no state, no address, no key. */
static void
draw_notes(const struct frame *f, struct rect r)
{
	int end = r.col + r.cols;
	int col = draw_text(f, r.row, r.col + 1, end, STYLE_BAR, f->peer->name);

	draw_cut(
	    f, r.row, col + 2, end, STYLE_BAR, peer_state(f->m->lang, f->peer));
}

void
view_title(const struct frame *f)
{
	char text[96], count[COUNT_SIZE];
	struct rect r = f->l.title;
	int end = r.col + r.cols;

	if (rect_is_empty(r))
		return;
	draw_fill(f, r.row, r.col, end, STYLE_BAR);
	if (f->peer != NULL && f->peer->is_self) {
		draw_notes(f, r);
		return;
	}
	if (f->peer != NULL) {
		draw_peer(f, r);
		return;
	}
	snprintf(text, sizeof(text),
	    say_n(f->m->lang, "nearby  %s person here",
		"nearby  %s people here", f->roster.present),
	    count_text(f->m->lang, f->roster.present, count));
	draw_cut(f, r.row, r.col + 1, end, STYLE_BAR, text);
	snprintf(text, sizeof(text), "earshot %s ", f->ui->version);
	draw_right(f, r.row, end - 24, end, STYLE_BAR, text);
}
