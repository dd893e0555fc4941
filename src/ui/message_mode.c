/* SPDX-License-Identifier: MIT */
#include "ui/message_mode.h"

#include "ui/find.h"
#include "ui/keymap.h"
#include "ui/transcript.h"

#include <string.h>

enum { FAR = 1 << 20 };

uint64_t
ui_selected(const struct ui *ui)
{
	return ui->mode.stage == MODE_OFF ? find_chosen(ui) : ui->mode.serial;
}

static bool
is_empty(const struct conv *c)
{
	return c == NULL || c->first_serial == c->next_serial;
}

/* What earshot said itself is seldom what somebody wants to answer. */
static uint64_t
newest_said(const struct conv *c, uint64_t from)
{
	uint64_t s = from;

	while (s > c->first_serial && message_is_own(conv_message(c, s)))
		s--;
	return message_is_own(conv_message(c, s)) ? from : s;
}

static uint64_t
lowest(
    struct ui *ui, const struct model *m, struct now now, const struct conv *c)
{
	uint64_t serial = ui_lowest_in_view(ui, m, now);

	return serial == 0 ? c->next_serial - 1 : serial;
}

void
message_mode_enter(
    struct ui *ui, const struct model *m, struct now now, uint64_t serial)
{
	struct win *w = win_current(ui);
	const struct conv *c = win_conv(m, w);
	struct message_mode *mode = &ui->mode;

	if (is_empty(c)) {
		ui_flash(ui, now,
		    say(m->lang, "there is no message here to select"));
		return;
	}
	ui->flash_until_ms = 0;
	mode->was_frozen = w->frozen;
	mode->was = w->place;
	mode->stage = MODE_MOVE;
	if (serial == 0)
		serial = newest_said(c, lowest(ui, m, now, c));
	mode->serial = serial;
	message_mode_settle(ui, m, now);
	ui->dirty = true;
}

void
message_mode_leave(struct ui *ui, bool back)
{
	struct win *w = win_current(ui);

	if (ui->mode.stage == MODE_OFF)
		return;
	ui->mode.stage = MODE_OFF;
	ui->dirty = true;
	if (!back)
		return;
	w->frozen = ui->mode.was_frozen;
	w->place = ui->mode.was;
}

void
message_mode_free(struct ui *ui)
{
	if (ui->mode.line != NULL)
		edit_free(ui->mode.line);
	ui->mode.line = NULL;
}

void
message_mode_settle(struct ui *ui, const struct model *m, struct now now)
{
	const struct conv *c = win_conv(m, win_current(ui));

	if (ui->mode.stage == MODE_OFF)
		return;
	if (is_empty(c)) {
		message_mode_leave(ui, false);
		return;
	}
	uint64_t serial = ui->mode.serial;
	if (serial < c->first_serial)
		ui->mode.serial = c->first_serial;
	if (serial >= c->next_serial)
		ui->mode.serial = c->next_serial - 1;
	/* What was asked was not asked about this one. */
	if (ui->mode.serial != serial)
		ui->mode.stage = MODE_MOVE;
	ui_scroll_to(ui, m, now, ui->mode.serial);
	message_ask_settle(ui, m);
}

bool
message_mode_case(struct ui *ui, const struct model *m, struct now now,
    struct command *cmd, struct verb_case *ret_case)
{
	const struct conv *c = win_conv(m, win_current(ui));

	if (is_empty(c) || ui->mode.serial < c->first_serial ||
	    ui->mode.serial >= c->next_serial)
		return false;
	*ret_case = (struct verb_case){
		.ui = ui,
		.m = m,
		.now = now,
		.c = c,
		.msg = conv_message(c, ui->mode.serial),
		.cmd = cmd,
	};
	return true;
}

/* Messages a key moves by, up when negative; 0 for other keys. */
static long
step_of(const struct key *key, int page)
{
	if (key->mods != 0)
		return 0;
	switch (key->code) {
	case 'k':
	case KEY_UP_KEY:
		return -1;
	case 'j':
	case KEY_DOWN_KEY:
		return 1;
	case KEY_PAGE_UP:
		return -page;
	case KEY_PAGE_DOWN:
		return page;
	case 'g':
	case KEY_HOME_KEY:
		return -FAR;
	case 'G':
	case KEY_END_KEY:
		return FAR;
	default:
		return 0;
	}
}

static void
move(struct verb_case *v, long step)
{
	uint64_t first = v->c->first_serial, last = v->c->next_serial - 1;
	uint64_t s = v->msg->serial, by = (uint64_t)(step < 0 ? -step : step);

	if (step < 0)
		s = s - first < by ? first : s - by;
	else
		s = last - s < by ? last : s + by;
	v->ui->mode.serial = s;
	/* A key asks again for what is before the oldest. */
	if (s == first)
		win_current(v->ui)->asked_older = false;
	message_mode_settle(v->ui, v->m, v->now);
}

static bool
key_in_mode(struct verb_case *v, const struct key *key)
{
	const struct keymap_row *row = keymap_find(&v->ui->keymap, key);
	enum action action = row == NULL ? ACTION_NONE : row->action;
	int page = ui_layout(v->ui, v->m).chat.rows / 2;
	long step = step_of(key, page < 1 ? 1 : page);

	if (step != 0) {
		move(v, step);
		return true;
	}
	if (action == ACTION_SEND) {
		overlay_open(v->ui, OVERLAY_MESSAGE);
		return true;
	}
	if (action == ACTION_ESCAPE || action == ACTION_INTERRUPT ||
	    action == ACTION_SELECT) {
		message_mode_leave(v->ui, true);
		return true;
	}
	const struct verb *verb =
	    key->mods == 0 ? verb_find(v, key->code) : NULL;
	if (verb == NULL)
		return false;
	verb_run(v, verb);
	return true;
}

/* What only shows something, or goes on to another message, ends nothing. */
static bool
is_harmless(const struct ui *ui, const struct key *key)
{
	const struct keymap_row *row = keymap_find(&ui->keymap, key);

	if (row == NULL)
		return false;
	return row->action == ACTION_REDRAW ||
	       row->action == ACTION_MENTION_NEXT ||
	       row->action == ACTION_MENTION_PREVIOUS;
}

bool
message_mode_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	struct verb_case v;

	if (ui->mode.stage == MODE_OFF)
		return false;
	/* What was said about the key before would hide the question. */
	ui->flash_until_ms = 0;
	if (!message_mode_case(ui, m, now, ret_cmd, &v)) {
		message_mode_leave(ui, false);
		return false;
	}
	if (ui->mode.stage != MODE_MOVE)
		return message_ask_key(&v, key);
	if (key_in_mode(&v, key))
		return true;
	if (!is_harmless(ui, key))
		message_mode_leave(ui, true);
	return false;
}
