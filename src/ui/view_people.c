/* SPDX-License-Identifier: MIT */
/*
 * The overlay of F2: everybody on the whole screen, with a place to choose at.
 */
#include "ui/view.h"

/* The first row is nearby. */
static void
select_row(struct ui *ui, const struct model *m, const struct roster *r)
{
	struct fp fp = { 0 };

	if (ui->list.row > 0 && ui->list.row <= r->count)
		fp = r->rows[ui->list.row - 1]->fp;
	overlay_close(ui);
	win_select(ui, m, &fp);
}

static bool
move_or_select(struct ui *ui, const struct model *m, const struct key *key,
    const struct roster *r)
{
	const struct keymap_row *row = keymap_find(&ui->keymap, key);

	if (overlay_move(ui, m, key, r->count + 1))
		return true;
	if (row == NULL || row->action != ACTION_SEND)
		return false;
	select_row(ui, m, r);
	return true;
}

bool
people_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	struct roster r;

	(void)now;
	(void)ret_cmd;
	if (key->mods == 0 && key->code >= '0' && key->code <= '9') {
		overlay_close(ui);
		win_select_number(
		    ui, m, key->code == '0' ? 10 : key->code - '0');
		return true;
	}
	roster_init(&r, m, ROSTER_MAX);
	bool taken = move_or_select(ui, m, key, &r);
	roster_clear(&r);
	return taken;
}

void
view_people(const struct frame *f)
{
	struct roster r;
	const struct panel panel = {
		.title = say(f->m->lang, "contacts"),
		.hint = say(f->m->lang, "Enter opens, Esc goes back"),
	};
	struct rect at = overlay_panel(f, &panel);

	roster_init(&r, f->m, ROSTER_MAX);
	size_t first = overlay_first(f, r.count + 1, at.rows);
	for (size_t i = first; i <= r.count && at.rows > 0; i++) {
		const struct peer *p = i == 0 ? NULL : r.rows[i - 1];
		draw_person(f, at, p, i == f->ui->list.row);
		at.row++;
		at.rows--;
	}
	roster_clear(&r);
}
