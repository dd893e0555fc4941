/* SPDX-License-Identifier: MIT */
/*
 * The overlay of F5: files on their way, the newest first. What a row has no
 * room for is said of the chosen one below the list; the keys that mean
 * something for it stand in the last row.
 */
#include "base/file_name.h"
#include "base/mem.h"
#include "base/width.h"
#include "ui/str.h"
#include "ui/transcript.h"
#include "ui/transfer_text.h"
#include "ui/view.h"
#include "ui/wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ID_CELLS = 5,
	WAY_CELLS = 2,
	WHO_CELLS = 10,
	SIZE_CELLS = 7,
	SHARE_CELLS = 4,
	/* How it stands: a gauge, the share, the speed and what is left; or
	 * words. */
	STATE_FULL = 37,
	STATE_LONG = 28,  /* without the speed */
	STATE_BRIEF = 18, /* without the gauge, too */
	STATE_WORD = 9,
	COLS_WHO = 78,  /* from so many on, who it is from */
	COLS_FULL = 72, /* how it stands in full, */
	COLS_LONG = 58, /* long, */
	COLS_SIZE = 50, /* how large it is, */
	COLS_BRIEF = 36,
	COLS_NAME = 24, /* and the name */
	DETAIL_ROWS = 3,
	DETAIL_ROWS_MIN = 6, /* of the list, from which on there is a detail */
	HINT_SIDES = 7,      /* of the row with the keys, and "Esc" */
};

/* The place in the list belongs to a transfer, whatever comes above it: its
 * number stands for a fingerprint there. */
struct transfers {
	const struct transfer *rows[TRANSFERS_MAX];
	struct fp keys[TRANSFERS_MAX];
	size_t count;
};

static struct transfers *
transfers_find(const struct model *m)
{
	struct transfers *list = xcalloc(1, sizeof(*list));

	for (size_t i = m->transfer_count; i-- > 0;) {
		const struct transfer *t = m->transfers[i];
		if (t->past)
			continue;
		memcpy(list->keys[list->count].b, &t->id, sizeof(t->id));
		list->rows[list->count++] = t;
	}
	return list;
}

static const struct fp *
at_row(const void *list, size_t i)
{
	return &((const struct transfers *)list)->keys[i];
}

void
transfers_settle(struct ui *ui, const struct model *m)
{
	struct transfers *list = transfers_find(m);

	overlay_stay(ui, at_row, list, list->count);
	free(list);
}

static bool
may_get(const struct transfer *t)
{
	return !t->mine && (t->state == TRANSFER_OFFERED ||
			       (t->state == TRANSFER_FAILED && !t->gone) ||
			       (t->state == TRANSFER_PAUSED &&
				   t->dialect != DIALECT_EARSHOT));
}

static bool
may_refuse(const struct transfer *t)
{
	return !t->mine && t->state == TRANSFER_OFFERED;
}

static bool
may_pause(const struct transfer *t)
{
	return t->dialect == DIALECT_EARSHOT &&
	       (t->state == TRANSFER_RUNNING || t->state == TRANSFER_ACCEPTED);
}

static bool
may_resume(const struct transfer *t)
{
	return t->dialect == DIALECT_EARSHOT && t->state == TRANSFER_PAUSED &&
	       !transfer_rests_there(t);
}

static bool
may_stop(const struct transfer *t)
{
	return !transfer_state_is_last(t->state) && !may_refuse(t);
}

static bool
may_open(const struct transfer *t)
{
	return !t->mine && t->state == TRANSFER_DONE && t->path != NULL;
}

/* In the order of the hints; the first of a key that applies counts. */
static const struct choice {
	char key;
	const char *hint;
	bool (*applies)(const struct transfer *t);
	enum command_kind kind; /* COMMAND_NONE: opens it */
} choices[] = {
	{ 'g', N_("g get"), may_get, COMMAND_GET },
	{ 'r', N_("r refuse"), may_refuse, COMMAND_REFUSE },
	{ 'p', N_("p pause"), may_pause, COMMAND_PAUSE },
	{ 'p', N_("p resume"), may_resume, COMMAND_RESUME },
	{ 'c', N_("c cancel"), may_stop, COMMAND_STOP },
	{ 'o', N_("o open"), may_open, COMMAND_NONE },
};

enum { CHOICES = sizeof(choices) / sizeof(choices[0]) };

static void
open_file(struct ui *ui, const struct model *m, struct now now,
    const struct transfer *t)
{
	char *why = transfer_cannot_open(m->lang, t);

	if (why == NULL)
		request_add(ui, REQUEST_OPEN_FILE, t->path, NULL);
	else
		ui_flash(ui, now, why);
	free(why);
}

static void
tell_nothing(struct ui *ui, const struct model *m, struct now now,
    const struct transfer *t)
{
	const struct peer *p = model_peer(m, &t->peer);
	char who[PEER_LABEL_SIZE];
	char *text;

	if (p != NULL && transfer_rests_there(t))
		text = xasprintf(
		    say(m->lang, "f%u is paused by %s, who lets it go on"),
		    (unsigned)t->id, peer_label(p, false, who));
	else
		text = xasprintf(say(m->lang, "that does not go: f%u is %s"),
		    (unsigned)t->id,
		    say(m->lang, transfer_state_text(t->state)));
	ui_flash(ui, now, text);
	free(text);
}

/* What a key does to t, or to nothing; false: it has no meaning here. */
static bool
do_choice(struct ui *ui, const struct model *m, struct now now, uint32_t letter,
    const struct transfer *t, struct command *ret_cmd)
{
	const struct choice *any = NULL, *one = NULL;

	for (size_t i = 0; i < CHOICES && one == NULL; i++) {
		if ((uint32_t)choices[i].key != letter)
			continue;
		any = &choices[i];
		one = t != NULL && any->applies(t) ? any : NULL;
	}
	if (any == NULL || t == NULL)
		return any != NULL;
	if (one == NULL)
		tell_nothing(ui, m, now, t);
	else if (one->kind == COMMAND_NONE)
		open_file(ui, m, now, t);
	else
		*ret_cmd = (struct command){
			.kind = one->kind, .conv = t->conv, .number = t->id
		};
	return true;
}

static bool
press_here(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, const struct transfer *t, struct command *ret_cmd)
{
	const struct keymap_row *row = keymap_find(&ui->keymap, key);

	if (row == NULL || row->action != ACTION_SEND)
		return key->mods == 0 &&
		       do_choice(ui, m, now, key->code, t, ret_cmd);
	if (t != NULL) {
		struct fp fp = t->peer;
		overlay_close(ui);
		win_select(ui, m, &fp);
	}
	return true;
}

bool
transfers_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	struct transfers *list = transfers_find(m);
	const struct transfer *t = NULL;

	overlay_follow(ui, at_row, list, list->count);
	if (ui->list.row < list->count)
		t = list->rows[ui->list.row];
	bool taken = overlay_move(ui, m, key, list->count);
	if (taken)
		overlay_choose(ui, at_row, list, list->count);
	else
		taken = press_here(ui, m, now, key, t, ret_cmd);
	free(list);
	return taken;
}

static const char *
who_of(const struct frame *f, const struct transfer *t, int cells,
    char out[static PEER_LABEL_SIZE])
{
	const struct peer *p = model_peer(f->m, &t->peer);

	return p == NULL ? "?" : label_fit(f, p, false, cells, out);
}

/* "██████░░░░  61% 82 kB/s, 7 s left" in as many cells as there are. */
static char *
state_text(const struct frame *f, const struct transfer *t, int cells)
{
	struct str s = { 0 };
	char share[TRANSFER_SHORT_SIZE], who[PEER_LABEL_SIZE];
	char *state =
	    transfer_state(f->m->lang, t, who_of(f, t, WHO_CELLS, who));

	if (cells >= STATE_LONG && transfer_has_gauge(t)) {
		draw_gauge(f, &s, transfer_gauge(t, GAUGE_CELLS));
		str_add(&s, " ");
	}
	if (t->state == TRANSFER_RUNNING || transfer_has_gauge(t)) {
		snprintf(share, sizeof(share), "%d%%", transfer_gauge(t, 100));
		if (!t->size_known)
			size_text(t->done, share);
		str_addf(&s, "%*s ", SHARE_CELLS, share);
	}
	if (t->state == TRANSFER_RUNNING) {
		char *speed = transfer_speed(f->m->lang, t);
		bool all = cells >= STATE_FULL;
		const char *left = strstr(speed, ", ");
		str_add(&s, all || left == NULL ? speed : left + 2);
		free(speed);
	} else {
		str_add(&s, state);
	}
	free(state);
	return str_take(&s);
}

static int
state_cells(int cols)
{
	return cols >= COLS_FULL    ? STATE_FULL
	       : cols >= COLS_LONG  ? STATE_LONG
	       : cols >= COLS_BRIEF ? STATE_BRIEF
				    : STATE_WORD;
}

/* As much of it as is said where there are so many cells (caller frees). */
static char *
state_in(const struct frame *f, const struct transfer *t, int cells)
{
	char brief[TRANSFER_SHORT_SIZE];

	if (cells <= STATE_WORD)
		return xstrdup(transfer_short(f->m->lang, t, brief));
	return state_text(f, t, cells);
}

/* What runs says something else at every moment. */
static int
state_needs(const struct frame *f, const struct transfer *t, int cells)
{
	if (t->state == TRANSFER_RUNNING)
		return cells;
	char *state = state_in(f, t, cells);
	int needs = text_cells(state);
	free(state);
	return needs;
}

/* Cells of each, but for the name, which has the rest; 0: it is not there. */
struct columns {
	int who, size;
	int state, said; /* its room; the room that it is said for */
};

static int
name_cells(const struct columns *c, int cols)
{
	int others = c->state + 1;

	others += c->who > 0 ? c->who + 1 : 0;
	others += c->size > 0 ? c->size + 1 : 0;
	return cols - ID_CELLS - WAY_CELLS - others;
}

/* Gives the names what they lack, as far as nobody needs it there. */
static void
narrow(int *cells, int needs, int *lacks)
{
	int gives = *cells - needs < *lacks ? *cells - needs : *lacks;

	if (gives <= 0)
		return;
	*cells -= gives;
	*lacks -= gives;
}

static int
larger(int a, int b)
{
	return a > b ? a : b;
}

static struct columns
find_columns(const struct frame *f, const struct transfers *list, int cols)
{
	struct columns c = { .who = cols >= COLS_WHO ? WHO_CELLS : 0,
		.size = cols >= COLS_SIZE ? SIZE_CELLS : 0,
		.state = state_cells(cols),
		.said = state_cells(cols) };
	char label[PEER_LABEL_SIZE];
	int name = 0, who = 1, state = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct transfer *t = list->rows[i];
		name = larger(name, text_cells(t->name));
		who = larger(who, text_cells(who_of(f, t, WHO_CELLS, label)));
		state = larger(state, state_needs(f, t, c.said));
	}
	int lacks = name - name_cells(&c, cols);
	narrow(&c.who, who, &lacks);
	narrow(&c.state, state, &lacks);
	return c;
}

static void
draw_state(const struct frame *f, int row, int col, int end, enum style style,
    const struct transfer *t, int cells)
{
	char *state = state_in(f, t, cells);
	bool failed = t->state == TRANSFER_FAILED && style != STYLE_SELECTED;

	draw_cut(f, row, col, end, failed ? STYLE_ERROR : style, state);
	free(state);
}

/* What it is stands at the end of a name, which is cut before that where there
 * is room for both (caller frees). */
static char *
name_in(const char *name, int cells)
{
	const char *extension = file_name_extension(name);
	int left = cells - text_cells(extension) - 1;
	size_t n = strlen(name), stem = n - strlen(extension);

	if (text_cells(name) <= cells || left < 1)
		return xstrdup(name);
	return xasprintf(
	    "%.*s~%s", (int)width_cut(name, stem, left, NULL), name, extension);
}

/* Its number, which way it goes, name, who, size, and how it stands. */
static void
draw_transfer(const struct frame *f, struct rect at, const struct columns *c,
    const struct transfer *t, bool chosen)
{
	char text[SIZE_TEXT_SIZE], who[PEER_LABEL_SIZE];
	enum style style = chosen ? STYLE_SELECTED : STYLE_NORMAL;
	int end = at.col + at.cols, row = at.row;
	int col = at.col + ID_CELLS;

	draw_fill(f, row, at.col, end, style);
	draw_spot_person(f, row, at.col, end, &t->peer);
	snprintf(
	    text, sizeof(text), "%sf%u", chosen ? ">" : " ", (unsigned)t->id);
	draw_text(f, row, at.col, col, style, text);
	if (at.cols < COLS_NAME) {
		draw_state(f, row, col, end, style, t, end - col);
		return;
	}
	int from = end - c->state;
	draw_state(f, row, from, end, style, t, c->said);
	from--;
	if (c->size > 0 && t->size_known) {
		from -= c->size;
		draw_right(f, row, from, from + c->size, style,
		    size_text(t->size, text));
		from--;
	}
	if (c->who > 0) {
		from -= c->who;
		draw_cut(f, row, from, from + c->who, style,
		    who_of(f, t, c->who, who));
		from--;
	}
	draw_text(f, row, col, end, style, t->mine ? ">" : "<");
	col += WAY_CELLS;
	char *name = name_in(t->name, from - col);
	draw_cut(f, row, col, from, style, name);
	free(name);
}

/* All there is to say of the chosen one. */
static void
draw_detail(const struct frame *f, struct rect at, const struct transfer *t)
{
	struct str s = { 0 };
	char who[PEER_LABEL_SIZE];
	struct wrap wrap;
	struct wrap_row wr;

	who_of(f, t, PEER_LABEL_SIZE, who);
	char *state = transfer_long(f->m->lang, t, who);
	/* A name of several rows leaves one for how it stands. */
	char *name = name_in(t->name, at.cols / 2);
	str_addf(&s,
	    t->mine ? say(f->m->lang, "f%u to %s: %s, %s")
		    : say(f->m->lang, "f%u from %s: %s, %s"),
	    (unsigned)t->id, who, name, state);
	free(name);
	free(state);
	char *path = transfer_path(t);
	if (path != NULL && (t->mine || t->state == TRANSFER_DONE))
		str_addf(&s, ", %s", path);
	free(path);
	if (t->note != NULL)
		str_addf(&s, "; %s", t->note);
	draw_rule(f, at.row, at.col, at.col + at.cols, STYLE_RULE, "");
	wrap_init(&wrap, str_text(&s), s.size, at.cols, at.cols);
	for (int row = at.row + 1;
	     row < at.row + at.rows && wrap_next(&wrap, &wr); row++) {
		char *line = xstrndup(str_text(&s) + wr.offset, wr.size);
		draw_cut(f, row, at.col, at.col + at.cols, STYLE_DIM, line);
		free(line);
	}
	str_clear(&s);
}

/* "g get  r refuse  Enter talk  Esc" */
static char *
keys_of(const struct frame *f, const struct transfer *t)
{
	struct str s = { 0 };

	for (size_t i = 0; i < CHOICES; i++)
		if (t != NULL && choices[i].applies(t))
			str_addf(&s, "%s  ", say(f->m->lang, choices[i].hint));
	int cells = text_cells(str_text(&s)) + HINT_SIDES;
	const char *talk = say(f->m->lang, "Enter talk");
	if (t != NULL && cells + text_cells(talk) + 2 <= f->g->cols)
		str_addf(&s, "%s  ", talk);
	str_add(&s, "Esc");
	return str_take(&s);
}

static void
draw_list(const struct frame *f, struct rect at, const struct transfers *list)
{
	size_t first = overlay_first(f, list->count, at.rows);
	struct columns c = find_columns(f, list, at.cols);

	for (size_t i = first; i < list->count && at.rows > 0; i++) {
		draw_transfer(f, at, &c, list->rows[i], i == f->ui->list.row);
		at.row++;
		at.rows--;
	}
}

void
view_transfers(const struct frame *f)
{
	struct transfers *list = transfers_find(f->m);
	const struct transfer *chosen =
	    f->ui->list.row < list->count ? list->rows[f->ui->list.row] : NULL;
	char *keys = keys_of(f, chosen);
	const struct panel panel = {
		.title = say(f->m->lang, "files"),
		.hint = keys,
		.count = list->count,
		.all = list->count,
	};
	struct rect at = overlay_panel(f, &panel);

	free(keys);
	if (list->count == 0 && at.rows > 0)
		draw_cut(f, at.row, at.col, at.col + at.cols, STYLE_DIM,
		    say(f->m->lang,
			"Nothing is on its way. /send PATH in a talk sends a file."));
	if (chosen != NULL && at.rows >= DETAIL_ROWS_MIN) {
		struct rect detail = at;
		detail.row += at.rows - DETAIL_ROWS;
		detail.rows = DETAIL_ROWS;
		at.rows -= DETAIL_ROWS;
		draw_detail(f, detail, chosen);
	}
	draw_list(f, at, list);
	free(list);
}
