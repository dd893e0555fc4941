/* SPDX-License-Identifier: MIT */
/*
 * Help and the list of contacts over the chat. Neither is a mode to be stuck
 * in: a key that means nothing there closes it and does what it always does.
 */
#include "ui/keymap.h"
#include "ui/roster.h"
#include "ui/state.h"
#include "ui/view.h"

static void
overlay_close(struct ui *ui)
{
	ui->overlay = OVERLAY_NONE;
	ui->overlay_top = 0;
	ui->overlay_row = 0;
}

/* Lines a key moves by, 0 for other keys. */
static int
lines_of(const struct key *key, int page)
{
	if (key->mods != 0)
		return 0;
	switch (key->code) {
	case KEY_UP_KEY:
		return -1;
	case KEY_DOWN_KEY:
		return 1;
	case KEY_PAGE_UP:
		return -page;
	case KEY_PAGE_DOWN:
		return page;
	case KEY_HOME_KEY:
		return -GRID_ROWS_MAX;
	case KEY_END_KEY:
		return GRID_ROWS_MAX;
	default:
		return 0;
	}
}

static int
clamp(int value, int max)
{
	if (value > max)
		value = max;
	return value < 0 ? 0 : value;
}

static void
select_row(struct ui *ui, const struct model *m)
{
	struct roster r;
	struct fp fp = { 0 };

	roster_init(&r, m, ROSTER_MAX);
	if (ui->overlay_row > 0 && ui->overlay_row <= r.count)
		fp = r.rows[ui->overlay_row - 1]->fp;
	roster_clear(&r);
	overlay_close(ui);
	win_select(ui, m, &fp);
}

static void
move(struct ui *ui, const struct model *m, int lines)
{
	struct roster r;
	int page = ui_layout(ui, m).chat.rows - 1;

	if (ui->overlay == OVERLAY_HELP) {
		ui->overlay_top =
		    clamp(ui->overlay_top + lines, help_rows(ui->cols) - page);
		return;
	}
	roster_init(&r, m, ROSTER_MAX);
	ui->overlay_row =
	    (size_t)clamp((int)ui->overlay_row + lines, (int)r.count);
	roster_clear(&r);
}

bool
overlay_key(struct ui *ui, const struct model *m, const struct key *key)
{
	const struct keymap_row *row = keymap_find(key);
	enum action action = row == NULL ? ACTION_NONE : row->action;
	enum overlay was = ui->overlay;
	int lines = lines_of(key, ui_layout(ui, m).chat.rows - 1);

	if (was == OVERLAY_NONE)
		return false;
	if (lines != 0) {
		move(ui, m, lines);
		return true;
	}
	if (was == OVERLAY_CONTACTS && action == ACTION_SEND) {
		select_row(ui, m);
		return true;
	}
	overlay_close(ui);
	if (was == OVERLAY_CONTACTS && key->mods == 0 && key->code >= '0' &&
	    key->code <= '9') {
		win_select_number(
		    ui, m, key->code == '0' ? 10 : key->code - '0');
		return true;
	}
	return action == ACTION_ESCAPE || action == ACTION_INTERRUPT ||
	       action == ACTION_SEND ||
	       (was == OVERLAY_HELP && action == ACTION_HELP) ||
	       (was == OVERLAY_CONTACTS && action == ACTION_CONTACTS);
}
