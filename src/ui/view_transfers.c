/* SPDX-License-Identifier: MIT */
/*
 * The overlay of F5: files on their way, the newest first. Enter takes what is
 * offered, letters do the rest.
 */
#include "base/mem.h"
#include "ui/transfer_text.h"
#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ID_CELLS = 5,
	NAME_CELLS_MIN = 10,
	WHO_CELLS = 12,
	COLS_WHO = 66,  /* from so many on, who it is from */
	COLS_LONG = 44, /* and all the numbers */
	COLS_NAME = 24, /* and the name */
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

/* What a key does to t; false: nothing. */
static bool
command_of(const struct ui *ui, const struct key *key, const struct transfer *t,
    struct command *ret_cmd)
{
	const struct keymap_row *row = keymap_find(&ui->keymap, key);
	enum command_kind kind = COMMAND_NONE;

	if (row != NULL && row->action == ACTION_SEND)
		kind = COMMAND_GET;
	else if (key->mods == 0 && key->code == 'r')
		kind = COMMAND_REFUSE;
	else if (key->mods == 0 && key->code == 'c')
		kind = COMMAND_STOP;
	if (kind == COMMAND_NONE)
		return false;
	if (t != NULL)
		*ret_cmd = (struct command){
			.kind = kind, .conv = t->conv, .number = t->id
		};
	return true;
}

bool
transfers_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	struct transfers *list = transfers_find(m);
	const struct transfer *t = NULL;

	(void)now;
	overlay_follow(ui, at_row, list, list->count);
	if (ui->list.row < list->count)
		t = list->rows[ui->list.row];
	bool taken = overlay_move(ui, m, key, list->count);
	if (taken)
		overlay_choose(ui, at_row, list, list->count);
	else
		taken = command_of(ui, key, t, ret_cmd);
	free(list);
	return taken;
}

static int
draw_who(const struct frame *f, struct rect at, int col, enum style style,
    const struct transfer *t)
{
	char label[PEER_LABEL_SIZE];
	const struct peer *p = model_peer(f->m, &t->peer);

	if (at.cols < COLS_WHO || p == NULL)
		return col;
	draw_cut(f, at.row, col, col + WHO_CELLS, style,
	    label_fit(f, p, false, WHO_CELLS, label));
	return col + WHO_CELLS + 1;
}

/* Its number, which way it goes, who, name; and flush with the end how it
 * stands, which the name has to leave room for. */
static void
draw_transfer(const struct frame *f, struct rect at, const struct transfer *t,
    bool chosen)
{
	char id[16], brief[TRANSFER_SHORT_SIZE];
	enum style style = chosen ? STYLE_SELECTED : STYLE_NORMAL;
	int end = at.col + at.cols, col = at.col;
	char *state = at.cols < COLS_LONG ? NULL : transfer_long(f->m->lang, t);
	const char *text =
	    state == NULL ? transfer_short(f->m->lang, t, brief) : state;

	draw_fill(f, at.row, col, end, style);
	snprintf(id, sizeof(id), "%sf%u", chosen ? ">" : " ", (unsigned)t->id);
	draw_text(f, at.row, col, end, style, id);
	col += ID_CELLS;
	int from = col;
	if (at.cols >= COLS_NAME) {
		col = draw_text(
		    f, at.row, col, end, style, t->mine ? "> " : "< ");
		col = draw_who(f, at, col, style, t);
		from = end - text_cells(text);
		if (from < col + NAME_CELLS_MIN + 1)
			from = col + NAME_CELLS_MIN + 1;
		draw_cut(f, at.row, col, from - 1, style, t->name);
	}
	if (from < end)
		draw_cut(f, at.row, from, end,
		    t->state == TRANSFER_FAILED && !chosen ? STYLE_ERROR
							   : style,
		    text);
	free(state);
}

void
view_transfers(const struct frame *f)
{
	struct transfers *list = transfers_find(f->m);
	const struct panel panel = {
		.title = say(f->m->lang, "files"),
		.hint = say(f->m->lang,
		    "Enter takes, r refuses, c stops, Esc goes back"),
		.count = list->count,
		.all = list->count,
		.rows_wanted = list->count < 1 ? 1 : list->count,
	};
	struct rect at = overlay_panel(f, &panel);
	size_t first = overlay_first(f, list->count, at.rows);

	if (list->count == 0 && at.rows > 0)
		draw_cut(f, at.row, at.col, at.col + at.cols, STYLE_DIM,
		    say(f->m->lang,
			"Nothing is on its way. /send PATH in a talk sends a file."));
	for (size_t i = first; i < list->count && at.rows > 0; i++) {
		draw_transfer(f, at, list->rows[i], i == f->ui->list.row);
		at.row++;
		at.rows--;
	}
	free(list);
}
