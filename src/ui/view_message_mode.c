/* SPDX-License-Identifier: MIT */
/*
 * What can be done with the selected message, or what is asked about it, in
 * place of the status row; and above the draft, what it answers.
 */
#include "base/width.h"
#include "ui/emoji.h"
#include "ui/message_mode.h"
#include "ui/transcript.h"
#include "ui/view.h"

#include <stdio.h>
#include <string.h>

enum { HINT_SIZE = 64, COLS_MENU = 60, COLS_DONE = 24 };

struct hint {
	const struct frame *f;
	int row, col, end;
};

/* False when it does not fit; then nothing more is to be added. */
static bool
add(struct hint *h, enum style style, const char *text)
{
	if (h->col + 2 + text_cells(text) > h->end)
		return false;
	h->col = draw_text(
	    h->f, h->row, h->col + (h->col == 0 ? 1 : 2), h->end, style, text);
	return true;
}

static void
add_verbs(struct hint *h, const struct verb_case *v)
{
	char text[HINT_SIZE];
	size_t count;
	const struct verb *all = verbs(&count);
	bool fits = true;

	for (size_t i = 0; i < count && fits; i++) {
		if (!all[i].applies(v))
			continue;
		snprintf(text, sizeof(text), "%c %s", all[i].key,
		    say(v->m->lang, all[i].name));
		fits = add(h, STYLE_BAR, text);
	}
	if (fits)
		add(h, STYLE_BAR, say(v->m->lang, "j/k move"));
}

static void
add_links(struct hint *h, const struct verb_case *v)
{
	char text[512];
	const char *link;
	size_t n;

	add(h, STYLE_BAR_ALERT, say(v->m->lang, "open which?"));
	for (size_t i = 0; i < VERB_LINKS_MAX; i++) {
		if (!message_link(v->msg, i, &link, &n))
			return;
		snprintf(text, sizeof(text), "%zu %.*s", i + 1,
		    n < 400 ? (int)n : 400, link);
		if (!add(h, STYLE_BAR, text)) {
			draw_cut(
			    h->f, h->row, h->col + 2, h->end, STYLE_BAR, text);
			return;
		}
	}
}

/* What is typed, with the cursor in it. */
static void
add_line(struct hint *h)
{
	const struct edit *e = h->f->ui->mode.line;
	const char *text = edit_text(e, NULL);
	int col = h->col + 1;

	h->col = draw_cut(h->f, h->row, col, h->end - 1, STYLE_BAR, text);
	col += width_text(text, edit_cursor(e));
	h->f->g->cursor_row = h->row;
	h->f->g->cursor_col = col < h->end ? col : h->end - 1;
}

/* Those whose names begin with what was typed. */
static void
add_emoji(struct hint *h, const char *start)
{
	char text[HINT_SIZE];
	size_t count = 0, n = strcspn(start, ":");
	const struct emoji *e = emoji_starting(start, n, &count);
	bool ascii = h->f->ui->ascii;

	for (size_t i = 0; e != NULL && n > 0 && i < count; i++) {
		snprintf(text, sizeof(text), "%s%s%s", ascii ? "" : e[i].text,
		    ascii ? "" : " ", e[i].name);
		if (!add(h, STYLE_BAR, text))
			return;
	}
}

static void
add_react(struct hint *h, const struct verb_case *v)
{
	char text[HINT_SIZE];

	add(h, STYLE_BAR_ALERT, say(v->m->lang, "react:"));
	add_line(h);
	const char *typed = edit_text(h->f->ui->mode.line, NULL);
	if (*typed == ':')
		add_emoji(h, typed + 1);
	if (*typed != '\0')
		return;
	h->col++;
	for (size_t i = 0; i < VERB_REACTIONS; i++) {
		snprintf(text, sizeof(text), "%zu %s", i + 1,
		    message_reaction(i, h->f->ui->ascii));
		if (!add(h, STYLE_BAR, text))
			return;
	}
	if (v->msg->reactions[1][0] != '\0')
		add(h, STYLE_BAR, say(v->m->lang, "0 none"));
	add(h, STYLE_BAR, say(v->m->lang, ":name"));
}

static void
add_forward(struct hint *h)
{
	char label[PEER_LABEL_SIZE], text[PEER_LABEL_SIZE + 2];
	const struct peer *peers[VERB_PEOPLE_MAX];
	const struct frame *f = h->f;
	size_t n = message_people(f->ui, f->m, peers, VERB_PEOPLE_MAX);
	size_t chosen = message_chosen(f->ui, peers, n);

	add(h, STYLE_BAR_ALERT, say(f->m->lang, "forward to:"));
	add_line(h);
	h->col++;
	for (size_t i = 0; i < n; i++) {
		label_fit(f, peers[i], false, NICK_CELLS_MAX, label);
		snprintf(
		    text, sizeof(text), i == chosen ? "[%s]" : "%s", label);
		if (!add(h, i == chosen ? STYLE_BAR_ALERT : STYLE_BAR, text))
			return;
	}
}

static void
draw_hints(const struct frame *f, const struct verb_case *v, struct rect r)
{
	struct hint h = { .f = f, .row = r.row, .col = r.col };
	enum mode_stage stage = f->ui->mode.stage;
	int end = r.col + r.cols;

	draw_fill(f, r.row, r.col, end, STYLE_BAR);
	if (f->now.mono_ms < f->ui->flash_until_ms) {
		draw_cut(
		    f, r.row, r.col + 1, end, STYLE_BAR_ALERT, f->ui->flash);
		return;
	}
	h.end = end;
	if (stage == MODE_MOVE && r.cols >= COLS_MENU)
		h.end = draw_right(f, r.row, r.col, end, STYLE_BAR,
		    say(f->m->lang, "Enter menu  Esc done "));
	else if (r.cols >= COLS_DONE)
		h.end = draw_right(f, r.row, r.col, end, STYLE_BAR,
		    say(f->m->lang, stage == MODE_MOVE ? N_("Esc done ")
						       : N_("Esc back ")));
	if (h.end < end)
		h.end--;
	if (stage == MODE_DELETE)
		add(&h, STYLE_BAR_ALERT,
		    say(f->m->lang,
			r.cols < COLS_MENU
			    ? N_("delete? y/n")
			    : N_("delete it, there too? [y]es [n]o")));
	else if (stage == MODE_LINK)
		add_links(&h, v);
	else if (stage == MODE_REACT)
		add_react(&h, v);
	else if (stage == MODE_FORWARD)
		add_forward(&h);
	else
		add_verbs(&h, v);
}

/* What the draft answers, or whose text it replaces. */
static void
draw_aim(const struct frame *f)
{
	char nick[PEER_LABEL_SIZE], head[2 * PEER_LABEL_SIZE];
	const struct win *w = f->w;
	struct rect r = f->l.note;
	const struct message *msg = NULL;
	int end = r.col + r.cols, col = r.col + 1;
	const struct lang *l = f->m->lang;
	const char *out = w->aim == AIM_EDIT
			      ? say(l, "Esc leaves it as it was ")
			      : say(l, "Esc drops the reply ");

	if (f->c != NULL && w->aim_serial >= f->c->first_serial &&
	    w->aim_serial < f->c->next_serial)
		msg = conv_message(f->c, w->aim_serial);
	if (r.cols >= COLS_MENU)
		end = draw_right(f, r.row, r.col, end, STYLE_DIM, out) - 1;
	if (msg != NULL && !msg_id_equal(&msg->id, &w->aim_id))
		msg = NULL;
	if (w->aim == AIM_EDIT)
		snprintf(head, sizeof(head), "%s", say(l, "editing:"));
	else if (msg == NULL)
		snprintf(head, sizeof(head), "%s", say(l, "replying:"));
	else
		snprintf(head, sizeof(head), say(l, "replying to %s:"),
		    message_nick(f, msg, NICK_CELLS_MAX, nick));
	col = draw_cut(f, r.row, col, end, STYLE_BOLD, head);
	if (msg == NULL)
		return;
	size_t size;
	const char *text = message_text(f->m, msg, &size);
	grid_put(
	    f->g, r.row, col + 1, end, STYLE_DIM, text, strcspn(text, "\n"));
}

void
view_message_mode(const struct frame *f)
{
	struct verb_case v = { .ui = NULL, .m = f->m, .now = f->now };
	struct rect r = f->l.status;
	uint64_t serial = f->ui->mode.serial;
	bool on = f->ui->mode.stage != MODE_OFF;

	if (rect_is_empty(r))
		r = f->l.note;
	if (on && !rect_is_empty(r) && f->c != NULL &&
	    serial >= f->c->first_serial && serial < f->c->next_serial) {
		v.c = f->c;
		v.msg = conv_message(f->c, serial);
		draw_hints(f, &v, r);
	}
	bool taken = on && r.row == f->l.note.row;
	if (f->w->aim != AIM_NONE && !rect_is_empty(f->l.note) && !taken)
		draw_aim(f);
}
