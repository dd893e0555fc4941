/* SPDX-License-Identifier: MIT */
/*
 * One key. Whatever it does, a key that is not Enter sends nothing, and a
 * paste never does.
 */
#include "ui/press.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/commands.h"
#include "ui/emoji.h"
#include "ui/find.h"
#include "ui/greet.h"
#include "ui/history.h"
#include "ui/message_mode.h"
#include "ui/path_words.h"
#include "ui/substitute.h"
#include "ui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCROLL_ROWS = 3 };

uint32_t
press_conv(const struct press *p)
{
	const struct conv *c = win_conv(p->m, p->w);

	return c == NULL ? CONV_NEARBY : c->id;
}

/* The line stays, with the cursor behind the word that is wrong, where it is
 * mended or rubbed out. */
static void
fail(struct press *p, int err, char *error, size_t at)
{
	struct win *w = p->w;
	const char *line = edit_text(w->edit, NULL);

	if (err != ERR_STATE)
		edit_set_cursor(w->edit, at + strcspn(line + at, " \t\n"));
	w->guarded = err == ERR_STATE && at > 0;
	w->guard_revision = edit_revision(w->edit);
	if (w->guarded) {
		char *more = xasprintf(
		    say(p->m->lang, "%s, and Enter again this one"), error);
		free(error);
		error = more;
	}
	w->frozen = false;
	p->cmd = (struct command){
		.kind = COMMAND_ERROR,
		.conv = press_conv(p),
		.text = error,
	};
}

/* What went to somebody else than the one in view would not be seen. */
static void
tell_where(struct press *p)
{
	char text[FLASH_SIZE], label[PEER_LABEL_SIZE];
	const struct peer *peer = model_peer(p->m, &p->cmd.peer);

	if (p->cmd.kind != COMMAND_SAY || peer == NULL)
		return;
	if (fp_equal(&p->cmd.peer, &p->ui->typing_fp))
		p->ui->typing = false;
	if (fp_equal(&p->cmd.peer, &p->w->fp))
		return;
	snprintf(text, sizeof(text), say(p->m->lang, "goes to %s"),
	    peer_label(peer, true, label));
	ui_flash(p->ui, p->now, text);
}

/* What was understood, done. */
static void
carry_out(struct press *p, struct entered *en)
{
	switch (en->front) {
	case FRONT_HELP:
		entered_clear(en);
		overlay_open(p->ui, OVERLAY_HELP);
		return;
	case FRONT_URLS:
		entered_clear(en);
		overlay_open(p->ui, OVERLAY_URLS);
		return;
	case FRONT_TRANSFERS:
		entered_clear(en);
		overlay_open(p->ui, OVERLAY_TRANSFERS);
		return;
	case FRONT_CLOSE:
		press_close(p);
		return;
	case FRONT_CAPTURE:
		entered_clear(en);
		keys_capture(p->ui, CAPTURE_BIND);
		return;
	case FRONT_SELECT:
		p->cmd = en->cmd;
		win_select(p->ui, p->m, &p->cmd.peer);
		return;
	case FRONT_COPY:
	case FRONT_OPEN:
	case FRONT_OPEN_FILE:
		press_outside(p, en);
		return;
	case FRONT_SETTINGS:
		overlay_open(p->ui, OVERLAY_SETTINGS);
		overlay_set_filter(p->ui, en->filter);
		entered_clear(en);
		return;
	case FRONT_NONE:
		break;
	}
	ui_take_also(p->ui, en);
	p->cmd = en->cmd;
	press_tell_bound(p);
	en->cmd = (struct command){ 0 };
	entered_clear(en);
	tell_where(p);
}

static void
accept(struct press *p, struct entered *en)
{
	size_t size;
	const char *text = edit_text(p->w->edit, &size);

	press_take_aim(p, &en->cmd, text);
	edit_history_add(p->w->edit, text, size);
	history_add(p->ui->sent, text, size);
	edit_clear(p->w->edit);
	win_aim_at_nothing(p->w);
	p->w->frozen = false;
	p->w->has_marker = false;
	p->w->guarded = false;
	carry_out(p, en);
}

void
press_line(struct press *p, const char *line)
{
	struct entered en;
	char *error = NULL;
	size_t at = 0;
	int err =
	    command_parse(p->m, p->now, press_conv(p), line, &en, &error, &at);

	if (err == 0) {
		if (en.cmd.kind != COMMAND_NONE || en.front != FRONT_NONE)
			carry_out(p, &en);
		return;
	}
	if (err == ERR_FORMAT && at >= strlen(line) && press_is_empty(p)) {
		free(error);
		edit_set(p->w->edit, line, strlen(line));
		press_insert(p, " ", 1);
		return;
	}
	p->cmd = (struct command){
		.kind = COMMAND_ERROR,
		.conv = press_conv(p),
		.text = error,
	};
}

/* Lines of nothing before and behind a text are left from typing. */
static void
trim_lines(char *text)
{
	size_t from = 0, n, end = strlen(text);

	while ((n = strspn(text + from, " \t")), text[from + n] == '\n')
		from += n + 1;
	while (end > from && strchr(" \t\n", text[end - 1]) != NULL)
		end--;
	if (from == end)
		return;
	memmove(text, text + from, end - from);
	text[end - from] = '\0';
}

/* What only a line typed here means: a pattern edits, and an emoji's name,
 * which is never shorter than the emoji, is the emoji. */
static void
refine(const struct press *p, struct entered *en)
{
	const char *line = edit_text(p->w->edit, NULL);
	struct command edit;
	char *shown;

	if (en->cmd.kind != COMMAND_SAY && en->cmd.kind != COMMAND_SHOUT &&
	    en->cmd.kind != COMMAND_EDIT)
		return;
	if (substitute_parse(win_conv(p->m, p->w), line, &edit)) {
		command_clear(&en->cmd);
		en->cmd = edit;
	}
	trim_lines(en->cmd.text);
	if (!p->m->settings.edit_emoji)
		return;
	shown = emoji_replaced(en->cmd.text);
	if (shown == NULL)
		return;
	free(en->cmd.text);
	en->cmd.text = shown;
}

static void
do_send(struct press *p)
{
	struct entered en;
	struct win *w = p->w;
	char *error = NULL;
	size_t at = 0;
	const char *line = edit_text(w->edit, NULL);
	uint32_t conv = press_conv(p);
	int err;

	if (!fp_is_zero(&w->fp) && win_conv(p->m, w) == NULL) {
		w->asked_open = false; /* once more, and then again */
		return;
	}
	if (greet_send(p))
		return;
	if (w->guarded && w->guard_revision == edit_revision(w->edit))
		err = command_parse_text(p->m, conv, line, &en, &error);
	else
		err = command_parse(p->m, p->now, conv, line, &en, &error, &at);
	if (err == ERR_STATE && at == 0 && greet_offer(p))
		free(error);
	else if (err < 0)
		fail(p, err, error, at);
	else if (en.cmd.kind != COMMAND_NONE || en.front != FRONT_NONE) {
		refine(p, &en);
		accept(p, &en);
	}
}

bool
press_is_empty(const struct press *p)
{
	size_t size;

	edit_text(p->w->edit, &size);
	return size == 0;
}

static void
do_complete(struct press *p)
{
	if (press_is_empty(p))
		win_select_news(p->ui, p->m);
	else
		popup_step(p->ui, p->m, 1);
}

static void
do_complete_back(struct press *p)
{
	if (!press_is_empty(p))
		popup_step(p->ui, p->m, -1);
}

/* What was typed seems lost otherwise. */
static void
tell_way_back(struct press *p)
{
	char text[FLASH_SIZE], name[KEY_TEXT_MAX];
	struct key key;

	if (keymap_keys(&p->ui->keymap,
		keymap_row_doing(ACTION_EDIT, EDIT_UNDO), &key, 1) == 0)
		return;
	key_text(key, name);
	snprintf(
	    text, sizeof(text), say(p->m->lang, "cleared; %s undoes it"), name);
	ui_flash(p->ui, p->now, text);
}

static void
do_interrupt(struct press *p)
{
	static const char quit[] = "/quit";

	if (press_is_empty(p)) {
		edit_set(p->w->edit, quit, sizeof(quit) - 1);
		ui_flash(p->ui, p->now,
		    say(p->m->lang, "Enter leaves earshot, Ctrl-C stays"));
	} else {
		edit_do(p->w->edit, EDIT_KILL_ALL);
		tell_way_back(p);
	}
}

/* One thing at a time: what the draft answers goes before the marker, and both
 * before the way into the messages. */
static void
do_escape(struct press *p)
{
	if (greet_escape(p->ui, p->m))
		return;
	if (p->w->aim != AIM_NONE) {
		win_aim_at_nothing(p->w);
		return;
	}
	p->w->has_marker = false;
	if (press_is_empty(p))
		press_select(p);
}

static void
do_number(struct press *p)
{
	press_number(p, (uint32_t)keymap_number(p->key));
}

static void
do_news(struct press *p)
{
	win_select_news(p->ui, p->m);
}

static void
do_last(struct press *p)
{
	win_select_last(p->ui, p->m);
}

static void
do_next(struct press *p)
{
	win_step(p->ui, p->m, 1);
}

static void
do_previous(struct press *p)
{
	win_step(p->ui, p->m, -1);
}

static void
do_page_up(struct press *p)
{
	ui_scroll_page(p->ui, p->m, p->now, 1);
}

static void
do_page_down(struct press *p)
{
	ui_scroll_page(p->ui, p->m, p->now, -1);
}

static void
do_scroll_up(struct press *p)
{
	ui_scroll(p->ui, p->m, p->now, SCROLL_ROWS);
}

static void
do_scroll_down(struct press *p)
{
	ui_scroll(p->ui, p->m, p->now, -SCROLL_ROWS);
}

static void
do_top(struct press *p)
{
	ui_scroll_top(p->ui, p->m, p->now);
}

static void
do_bottom(struct press *p)
{
	ui_scroll_bottom(p->ui);
}

static void
do_help(struct press *p)
{
	overlay_open(p->ui, OVERLAY_HELP);
}

static void
do_contacts(struct press *p)
{
	overlay_open(p->ui, OVERLAY_CONTACTS);
}

static void
do_transfers(struct press *p)
{
	overlay_open(p->ui, OVERLAY_TRANSFERS);
}

/* A draft for somebody needs a conversation to stand in. */
static void
open_conv(struct press *p)
{
	struct win *w = win_current(p->ui);

	if (fp_is_zero(&w->fp) || w->asked_open || win_conv(p->m, w) != NULL ||
	    p->cmd.kind != COMMAND_NONE || model_peer(p->m, &w->fp) == NULL)
		return;
	w->asked_open = true;
	p->cmd = (struct command){
		.kind = COMMAND_OPEN,
		.conv = CONV_NEARBY,
		.peer = w->fp,
	};
}

/* Whoever it is for may go while it is written, and must not be forgotten. */
static void
do_editor(struct press *p)
{
	open_conv(p);
	request_editor(p->ui);
}

static void
do_sent(struct press *p)
{
	overlay_open(p->ui, OVERLAY_SENT);
}

static void
show_sent(struct press *p, const char *line)
{
	if (line != NULL)
		edit_set(p->w->edit, line, strlen(line));
}

static void
do_sent_older(struct press *p)
{
	show_sent(p, history_older(p->ui->sent, edit_text(p->w->edit, NULL)));
}

static void
do_sent_newer(struct press *p)
{
	show_sent(p, history_newer(p->ui->sent, edit_text(p->w->edit, NULL)));
}

/* ACTION_EDIT is done here; redrawing and suspending are the terminal's. */
static void (*const actions[ACTION_COUNT])(struct press *) = {
	[ACTION_SEND] = do_send,
	[ACTION_COMPLETE] = do_complete,
	[ACTION_COMPLETE_BACK] = do_complete_back,
	[ACTION_NUMBER] = do_number,
	[ACTION_NEWS] = do_news,
	[ACTION_LAST] = do_last,
	[ACTION_NEXT] = do_next,
	[ACTION_PREVIOUS] = do_previous,
	[ACTION_PAGE_UP] = do_page_up,
	[ACTION_PAGE_DOWN] = do_page_down,
	[ACTION_SCROLL_UP] = do_scroll_up,
	[ACTION_SCROLL_DOWN] = do_scroll_down,
	[ACTION_TOP] = do_top,
	[ACTION_BOTTOM] = do_bottom,
	[ACTION_INTERRUPT] = do_interrupt,
	[ACTION_ESCAPE] = do_escape,
	[ACTION_PREFIX] = do_prefix,
	[ACTION_SELECT] = press_select,
	[ACTION_FIND] = press_find,
	[ACTION_DETAILS] = press_details,
	[ACTION_FILTER] = press_filter,
	[ACTION_BARE] = press_bare,
	[ACTION_UNREAD] = press_unread,
	[ACTION_MENTION_NEXT] = press_mention_next,
	[ACTION_MENTION_PREVIOUS] = press_mention_previous,
	[ACTION_KEY_NAME] = do_key_name,
	[ACTION_GO] = do_go,
	[ACTION_JUMP] = do_jump,
	[ACTION_EDITOR] = do_editor,
	[ACTION_SENT] = do_sent,
	[ACTION_SENT_OLDER] = do_sent_older,
	[ACTION_SENT_NEWER] = do_sent_newer,
	[ACTION_HELP] = do_help,
	[ACTION_CONTACTS] = do_contacts,
	[ACTION_TRANSFERS] = do_transfers,
};

void
press_insert(struct press *p, const char *text, size_t size)
{
	char sentence[FLASH_SIZE];

	if (edit_insert(p->w->edit, text, size) == 0)
		return;
	snprintf(sentence, sizeof(sentence),
	    say(p->m->lang, "%zu bytes more do not fit: a text has at most %d"),
	    size, EDIT_TEXT_MAX);
	ui_flash(p->ui, p->now, sentence);
}

static void
take_paste(struct press *p, const char *paste, size_t size)
{
	if (paste == NULL)
		return;
	if (overlay_paste(p->ui, paste, size))
		return;
	overlay_close(p->ui);
	message_mode_leave(p->ui, true);
	p->ui->review.open = false;
	/* The line end that a terminal adds behind whole lines. */
	if (size > 0 && paste[size - 1] == '\n')
		size--;
	size_t end, from = edit_cursor(p->w->edit);
	edit_text(p->w->edit, &end);
	size_t behind = end - from;
	bool due = drop_is_due(p->ui);
	/* A file that was dropped here. */
	if (end == 0 && path_is_drop(paste, size))
		press_insert(p, "/send ", strlen("/send "));
	press_insert(p, paste, size);
	if (due)
		drop_begin(p->ui);
	edit_text(p->w->edit, &end);
	if (end - behind > from)
		review_begin(p->ui, p->w, from, end - behind);
}

bool
press_row(struct press *p, const struct keymap_row *row)
{
	hints_retire(p->ui, row);
	if (row->action == ACTION_EDIT && row->edit == EDIT_KILL_END &&
	    press_is_empty(p))
		do_go(p);
	else if (row->action == ACTION_EDIT && row->edit == EDIT_DELETE &&
		 press_is_empty(p))
		press_tell_way_out(p);
	else if (row->action == ACTION_EDIT)
		edit_do(p->w->edit, row->edit);
	else if (row->action == ACTION_LINE)
		press_line(p, row->line);
	else if (actions[row->action] != NULL)
		actions[row->action](p);
	else
		return false;
	return true;
}

static void
do_key(struct press *p)
{
	char text[UTF8_MAX];
	const struct keymap_row *row = keymap_find(&p->ui->keymap, p->key);

	if (edit_is_literal(p->w->edit))
		edit_literal(p->w->edit, p->key);
	else if (row != NULL)
		press_row(p, row);
	else if (key_is_text(p->key))
		press_insert(p, text, utf8_encode(p->key->code, text));
}

static bool
is_focus(struct press *p)
{
	if (p->key->code != KEY_FOCUS_IN && p->key->code != KEY_FOCUS_OUT)
		return false;
	p->ui->unfocused = p->key->code == KEY_FOCUS_OUT;
	return true;
}

/* The list stays while Tab goes through it; Escape does no more than close it.
 */
static bool
is_for_popup(struct press *p)
{
	const struct keymap_row *row = keymap_find(&p->ui->keymap, p->key);
	enum action action = row == NULL ? ACTION_NONE : row->action;

	if (!p->ui->popup.open || action == ACTION_COMPLETE ||
	    action == ACTION_COMPLETE_BACK)
		return false;
	popup_close(p->ui);
	return action == ACTION_ESCAPE;
}

static void
open_for_draft(struct press *p)
{
	size_t size;

	edit_text(win_current(p->ui)->edit, &size);
	if (size > 0)
		open_conv(p);
}

static void
take_key(struct press *p, const char *paste, size_t paste_size)
{
	struct key behind;
	const struct keymap_row *row = keymap_find(&p->ui->keymap, p->key);

	if (p->key->code == KEY_PASTE) {
		popup_close(p->ui);
		take_paste(p, paste, paste_size);
		return;
	}
	if (overlay_spec(p->ui->overlay)->raw) {
		overlay_key(p->ui, p->m, p->now, p->key, &p->cmd);
		return;
	}
	if (press_jump(p))
		return;
	if (press_behind_prefix(p, &behind)) {
		p->key = &behind;
		row = keymap_find(&p->ui->keymap, &behind);
		if (row != NULL)
			press_row(p, row);
		return;
	}
	if (row != NULL && row->action == ACTION_PREFIX &&
	    !edit_is_literal(p->w->edit))
		press_row(p, row);
	else if (!is_for_popup(p) &&
		 !overlay_key(p->ui, p->m, p->now, p->key, &p->cmd) &&
		 !review_key(p->ui, p->key) &&
		 !message_mode_key(p->ui, p->m, p->now, p->key, &p->cmd) &&
		 !find_key(p->ui, p->m, p->now, p->key, &p->cmd))
		do_key(p);
}

enum action
ui_action(const struct ui *ui, const struct key *key)
{
	struct key full = *key;
	const struct win *w = win_find(ui, &ui->current);

	if ((w != NULL && edit_is_literal(w->edit)) ||
	    overlay_spec(ui->overlay)->raw)
		return ACTION_NONE;
	if (ui->has_prefix)
		full.mods |= KEY_PREFIX;
	const struct keymap_row *row = keymap_find(&ui->keymap, &full);
	return row == NULL ? ACTION_NONE : row->action;
}

bool
ui_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, const char *paste, size_t paste_size,
    struct command *ret_cmd)
{
	ui_sync(ui, m);
	struct press p = { .ui = ui, .m = m, .now = now, .key = key };
	p.w = win_current(ui);
	struct fp fp = p.w->fp;
	unsigned revision = edit_revision(p.w->edit);
	ui->dirty = true;
	attention_key(ui, now, key);
	if (is_focus(&p))
		return false;
	take_key(&p, paste, paste_size);
	/* A window that was left may be gone. */
	if (fp_equal(&fp, &ui->current) &&
	    edit_revision(p.w->edit) != revision) {
		ui->typed = true;
		ui->typed_ms = p.w->changed_ms = now.mono_ms;
	}
	open_for_draft(&p);
	if (p.cmd.kind == COMMAND_NONE)
		return false;
	if (p.cmd.kind == COMMAND_INFO || p.cmd.kind == COMMAND_LOOK)
		ui_await_answer(ui, m, p.cmd.conv);
	*ret_cmd = p.cmd;
	return true;
}
