/* SPDX-License-Identifier: MIT */
#include "ui/ui.h"

#include "base/mem.h"
#include "ui/find.h"
#include "ui/history.h"
#include "ui/message_mode.h"
#include "ui/state.h"
#include "ui/view.h"
#include "ui/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SECOND_MS = 1000,
	ROSTER_FIXED = 4, /* rows of the pane that are no people */
};

struct ui *
ui_new(const struct ui_cfg *cfg)
{
	struct ui *ui = xcalloc(1, sizeof(*ui));

	ui->ascii = cfg->ascii;
	ui->first_start = ui->greet.naming = cfg->first_start;
	ui->version = cfg->version == NULL ? "" : cfg->version;
	ui->kills = edit_kills_new();
	ui->sent = xcalloc(1, sizeof(*ui->sent));
	ui->rows = UI_ROWS;
	ui->cols = UI_COLS;
	ui->roster_max = ROSTER_MAX;
	ui->bell_ms = INT64_MIN / 2;
	ui->dirty = true;
	return ui;
}

bool
ui_set_ascii(struct ui *ui, bool ascii)
{
	if (ui->ascii == ascii)
		return false;
	ui->ascii = ascii;
	ui->dirty = true;
	return true;
}

void
ui_free(struct ui *ui)
{
	if (ui == NULL)
		return;
	popup_close(ui);
	ui_queue_free(ui);
	requests_free(ui);
	spell_free(ui);
	free(ui->heard);
	message_mode_free(ui);
	find_free(ui);
	found_clear(ui);
	overlay_free(ui);
	keys_free(ui);
	wins_free(ui);
	edit_kills_free(ui->kills);
	history_clear(ui->sent);
	free(ui->sent);
	free(ui);
}

void
ui_flash(struct ui *ui, struct now now, const char *text)
{
	snprintf(ui->flash, sizeof(ui->flash), "%s", text);
	ui->flash_until_ms = now.mono_ms + FLASH_MS;
	ui->dirty = true;
}

struct layout
ui_layout(struct ui *ui, const struct model *m)
{
	return ui_layout_with(ui, m, input_rows(ui, m, win_current(ui)));
}

struct layout
ui_layout_with(struct ui *ui, const struct model *m, int input_rows)
{
	const struct win *w = win_current(ui);
	struct layout_wish wish = {
		.input_rows = input_rows,
		.note = w->aim != AIM_NONE,
		.status = ui->mode.stage != MODE_OFF || ui->find.on,
		.details = m->settings.look_details,
	};

	return layout_of(ui->rows, ui->cols, &wish);
}

static void
frame_init(struct frame *f, struct ui *ui, const struct model *m,
    struct now now, struct grid *g)
{
	*f = (struct frame){ .ui = ui, .m = m, .now = now, .g = g };
	f->w = win_current(ui);
	f->c = win_conv(m, f->w);
	f->peer = model_peer(m, &f->w->fp);
	f->l = ui_layout(ui, m);
	ui->roster_max = ROSTER_MAX;
	if (!rect_is_empty(f->l.contacts)) {
		int rows = f->l.contacts.rows - ROSTER_FIXED;
		ui->roster_max = rows < 0 ? 0 : (size_t)rows;
	}
	roster_init(&f->roster, m, ui->roster_max);
}

static void
draw_views(const struct frame *f)
{
	view_title(f);
	view_contacts(f);
	view_details(f);
	if (overlay_spec(f->ui->overlay)->boxed ||
	    f->ui->overlay == OVERLAY_NONE)
		view_chat(f);
	view_status(f);
	view_input(f);
	view_popup(f);
	view_message_mode(f);
	view_find(f);
	overlay_draw(f);
	view_prefix(f);
}

void
ui_draw(struct ui *ui, const struct model *m, struct now now, struct grid *g)
{
	struct frame f;

	ui->rows = g->rows;
	ui->cols = g->cols;
	ui_sync(ui, m);
	ui_scroll_answer(ui, m, now);
	ui_scroll_settle(ui, m, now);
	overlay_settle(ui, m);
	found_settle(ui, m, now);
	spell_settle(ui, m);
	message_mode_settle(ui, m, now);
	find_settle(ui, m, now);
	frame_init(&f, ui, m, now, g);
	grid_erase(g);
	g->emoji = m->settings.look_emoji == EMOJI_FULL ? GRID_EMOJI
							: GRID_EMOJI_SIMPLE;
	ui->shown = ui->overlay == OVERLAY_NONE && !rect_is_empty(f.l.chat);
	ui->shown_fp = f.w->fp;
	ui->shown_input = f.l.input;
	hints_choose(ui, m, now);
	draw_views(&f);
	attention_call(ui, &f);
	ui_keep_spots(ui, g);
	roster_clear(&f.roster);
	ui->shown_letters = echo_letters(&f);
	ui->shown_revision = m->revision;
	ui->drawn = now;
	ui->has_drawn = true;
	ui->dirty = false;
}

bool
ui_is_dirty(const struct ui *ui, const struct model *m)
{
	return ui->dirty || ui->shown_revision != m->revision;
}

/* The seconds of the window nearby, as long as one is alone. */
static int64_t
next_second(const struct ui *ui, const struct model *m)
{
	int64_t drawn = ui->drawn.mono_ms;

	if (!fp_is_zero(&ui->current) || ui->overlay != OVERLAY_NONE)
		return NEVER_MS;
	for (size_t i = 0; i < m->peer_count; i++)
		if (m->peers[i]->presence != PRESENCE_OFFLINE)
			return NEVER_MS;
	int64_t past = (drawn - m->last_announce_ms) % SECOND_MS;
	return drawn + SECOND_MS - (past < 0 ? 0 : past);
}

/* All counts from the frame that is on the screen. */
int64_t
ui_deadline(const struct ui *ui, const struct model *m, struct now now)
{
	const struct peer *p = model_peer(m, &ui->current);
	int64_t drawn = ui->drawn.mono_ms;
	int64_t into = ui->drawn.wall_ms % MINUTE_MS;
	int64_t at = drawn + MINUTE_MS - (into < 0 ? 0 : into);

	if (!ui->has_drawn)
		return now.mono_ms;
	if (ui->flash_until_ms > drawn)
		at = earlier_ms(at, ui->flash_until_ms);
	if (p != NULL && p->typing_until_ms > drawn)
		at = earlier_ms(at, p->typing_until_ms);
	if (ui->has_prefix && ui->prefix_ms + PREFIX_HINT_MS > drawn)
		at = earlier_ms(at, ui->prefix_ms + PREFIX_HINT_MS);
	if (ui->typing)
		at = earlier_ms(at, ui->typed_ms + TYPING_IDLE_MS);
	at = earlier_ms(at, ui_draft_ms(ui, m));
	at = earlier_ms(at, attention_away_ms(ui, m));
	return earlier_ms(at, next_second(ui, m));
}
