/* SPDX-License-Identifier: MIT */
/*
 * The overlay of F2: everybody, with a place to choose at. Letters leave those
 * whose name, address or status has them; a digit as the first is the number
 * of a conversation.
 */
#include "base/mem.h"
#include "ui/view.h"

#include <stdlib.h>

struct people {
	const struct peer **rows; /* owned; NULL is nearby */
	size_t count, all;
};

static bool
matches(const struct ui *ui, const struct lang *l, const struct peer *p)
{
	char label[PEER_LABEL_SIZE] = "", at[ADDR_TEXT_MAX] = "";
	const char *texts[] = { say(l, "nearby"), NULL, NULL, NULL };

	if (p != NULL) {
		texts[0] = peer_label(p, true, label);
		texts[1] = p->status;
		texts[2] =
		    p->addr_count == 0 ? at : addr_host_text(&p->addrs[0], at);
	}
	return overlay_matches(overlay_filter(ui), texts);
}

static void
people_find(struct people *people, const struct ui *ui, const struct model *m)
{
	struct roster r;

	roster_init(&r, m, ROSTER_MAX);
	people->rows = xcalloc(r.count + 1, sizeof(*people->rows));
	people->count = matches(ui, m->lang, NULL);
	people->all = r.count + 1;
	for (size_t i = 0; i < r.count; i++)
		if (matches(ui, m->lang, r.rows[i]))
			people->rows[people->count++] = r.rows[i];
	roster_clear(&r);
}

static const struct fp *
at_row(const void *list, size_t i)
{
	static const struct fp nearby = { { 0 } };
	const struct peer *p = ((const struct people *)list)->rows[i];

	return p == NULL ? &nearby : &p->fp;
}

void
people_settle(struct ui *ui, const struct model *m)
{
	struct people people;

	people_find(&people, ui, m);
	overlay_stay(ui, at_row, &people, people.count);
	free(people.rows);
}

static bool
move_or_select(struct ui *ui, const struct model *m, const struct key *key,
    const struct people *people)
{
	const struct keymap_row *row = keymap_find(&ui->keymap, key);
	struct fp fp = { 0 };
	bool there = overlay_follow(ui, at_row, people, people->count);

	if (overlay_move(ui, m, key, people->count)) {
		overlay_choose(ui, at_row, people, people->count);
		return true;
	}
	if (row == NULL || row->action != ACTION_SEND)
		return false;
	if (!there || ui->list.row >= people->count)
		return true;
	if (people->rows[ui->list.row] != NULL)
		fp = people->rows[ui->list.row]->fp;
	overlay_close(ui);
	win_select(ui, m, &fp);
	return true;
}

bool
people_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	struct people people;

	(void)now;
	(void)ret_cmd;
	if (key->mods == 0 && key->code >= '0' && key->code <= '9' &&
	    *overlay_filter(ui) == '\0') {
		overlay_close(ui);
		win_select_number(
		    ui, m, key->code == '0' ? 10 : key->code - '0');
		return true;
	}
	people_find(&people, ui, m);
	bool taken = move_or_select(ui, m, key, &people);
	free(people.rows);
	return taken;
}

void
view_people(const struct frame *f)
{
	struct people people;

	people_find(&people, f->ui, f->m);
	const struct panel panel = {
		.title = say(f->m->lang, "contacts"),
		.hint =
		    say(f->m->lang, "Enter opens, Esc goes back, type to find"),
		.count = people.count,
		.all = people.all,
	};
	struct rect at = overlay_panel(f, &panel);
	size_t first = overlay_first(f, people.count, at.rows);
	if (people.count == 0 && at.rows > 0)
		draw_cut(f, at.row, at.col, at.col + at.cols, STYLE_DIM,
		    say(f->m->lang,
			"Nobody like that is here. /connect HOST reaches "
			"somebody elsewhere."));
	for (size_t i = first; i < people.count && at.rows > 0; i++) {
		draw_person(f, at, people.rows[i], i == f->ui->list.row);
		at.row++;
		at.rows--;
	}
	free(people.rows);
}
