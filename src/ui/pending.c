/* SPDX-License-Identifier: MIT */
/*
 * What goes out without a key for it: that messages were read, which is true
 * only of what was on the screen of a terminal with focus; that the view comes
 * near the oldest in memory; that we type; and what is typed and not sent. And
 * the rest of a line that means several commands.
 */
#include "base/mem.h"
#include "ui/state.h"
#include "ui/ui.h"

#include <stdlib.h>
#include <string.h>

/* Of the unread, none may be in memory yet, or not all. */
static bool
is_loading(const struct conv *c)
{
	return c->loading || (c->older && c->unread_serial >= c->next_serial);
}

static bool
pending_read(struct ui *ui, const struct model *m, struct command *ret_cmd)
{
	const struct win *w = win_current(ui);
	const struct conv *c = win_conv(m, w);

	if (c == NULL || c->unread == 0 || is_loading(c) || !ui->shown ||
	    ui->unfocused || w->frozen || ui->shown_revision != m->revision ||
	    !fp_equal(&ui->shown_fp, &w->fp))
		return false;
	if (ui->read_conv == c->id && ui->read_next == c->next_serial)
		return false;
	ui->read_conv = c->id;
	ui->read_next = c->next_serial;
	*ret_cmd = (struct command){
		.kind = COMMAND_READ,
		.conv = c->id,
		.peer = c->fp,
	};
	return true;
}

static bool
pending_older(struct ui *ui, const struct model *m, struct now now,
    struct command *ret_cmd)
{
	struct win *w = win_current(ui);
	const struct conv *c = win_conv(m, w);

	if (c == NULL || !c->older || c->loading || !ui->shown ||
	    !fp_equal(&ui->shown_fp, &w->fp))
		return false;
	/* Nothing came of it; a key asks again. */
	if (w->asked_older && w->older_first == c->first_serial)
		return false;
	if (!ui_is_near_top(ui, m, now))
		return false;
	w->asked_older = true;
	w->older_first = c->first_serial;
	*ret_cmd = (struct command){
		.kind = COMMAND_OLDER,
		.conv = c->id,
		.peer = c->fp,
	};
	return true;
}

/* A draft that may be a command is nobody's business. */
static bool
is_typing(const struct ui *ui, const struct model *m, const struct win *w,
    struct now now)
{
	const char *text = edit_text(w->edit, NULL);

	text += strspn(text, " \t\n");
	return !fp_is_zero(&w->fp) && win_conv(m, w) != NULL && *text != '\0' &&
	       *text != '/' && now.mono_ms - ui->typed_ms < TYPING_IDLE_MS;
}

static void
fill_typing(
    struct ui *ui, const struct model *m, bool on, struct command *ret_cmd)
{
	const struct conv *c = model_conv_of(m, &ui->typing_fp);

	ui->typing = on;
	*ret_cmd = (struct command){
		.kind = COMMAND_TYPING,
		.conv = c == NULL ? 0 : c->id,
		.peer = ui->typing_fp,
		.on = on,
	};
}

static bool
pending_typing(struct ui *ui, const struct model *m, struct now now,
    struct command *ret_cmd)
{
	const struct win *w = win_current(ui);
	bool typing = m->settings.talk_typing && is_typing(ui, m, w, now);

	if (ui->typing && !(typing && fp_equal(&ui->typing_fp, &w->fp))) {
		fill_typing(ui, m, false, ret_cmd);
		return true;
	}
	if (!typing || !ui->typed ||
	    (ui->typing && now.mono_ms - ui->typing_sent_ms < TYPING_AGAIN_MS))
		return false;
	ui->typed = false;
	ui->typing_sent_ms = now.mono_ms;
	ui->typing_fp = w->fp;
	fill_typing(ui, m, true, ret_cmd);
	return true;
}

/* What is worth keeping of a draft: commands are not. */
static const char *
unsent(const struct win *w)
{
	const char *text =
	    w->before != NULL ? w->before : edit_text(w->edit, NULL);
	char first = text[strspn(text, " \t\n")];

	return first == '\0' || first == '/' ? "" : text;
}

/* At once where the window was left, or nothing is left of the draft: what was
 * sent must not come back after a crash. */
static int64_t
draft_ms(const struct ui *ui, const struct model *m, const struct win *w)
{
	const struct conv *c = win_conv(m, w);
	const char *text = unsent(w);

	if (c == NULL || w->draft_revision == edit_revision(w->edit) ||
	    strcmp(text, c->draft == NULL ? "" : c->draft) == 0)
		return NEVER_MS;
	if (*text == '\0' || !fp_equal(&w->fp, &ui->current))
		return w->changed_ms;
	return w->changed_ms + DRAFT_IDLE_MS;
}

int64_t
ui_draft_ms(const struct ui *ui, const struct model *m)
{
	const struct win *w = win_find(ui, &ui->current);

	return w == NULL ? NEVER_MS : draft_ms(ui, m, w);
}

static bool
pending_draft(struct ui *ui, const struct model *m, struct now now,
    struct command *ret_cmd)
{
	for (size_t i = 0; i < ui->win_count; i++) {
		struct win *w = ui->wins[i];
		const struct conv *c = win_conv(m, w);
		if (c == NULL || draft_ms(ui, m, w) > now.mono_ms)
			continue;
		w->draft_revision = edit_revision(w->edit);
		w->draft_given = true;
		*ret_cmd = (struct command){
			.kind = COMMAND_DRAFT,
			.conv = c->id,
			.peer = c->fp,
			.text = xstrdup(unsent(w)),
		};
		return true;
	}
	return false;
}

/* A line of the configuration that cannot be: it is told once. */
static bool
pending_keys(struct ui *ui, struct command *ret_cmd)
{
	if (ui->keys_error == NULL)
		return false;
	*ret_cmd = (struct command){
		.kind = COMMAND_ERROR,
		.conv = CONV_NEARBY,
		.text = ui->keys_error,
	};
	ui->keys_error = NULL;
	return true;
}

void
ui_take_also(struct ui *ui, struct entered *en)
{
	struct command_queue *q = &ui->queue;
	struct command cmd;

	while (entered_next(en, &cmd)) {
		q->items =
		    xgrow(q->items, q->count, &q->cap, sizeof(*q->items));
		q->items[q->count++] = cmd;
		q->items[q->count - 1].conv = en->cmd.conv;
	}
}

void
ui_queue_free(struct ui *ui)
{
	struct command_queue *q = &ui->queue;

	for (size_t i = q->first; i < q->count; i++)
		command_clear(&q->items[i]);
	free(q->items);
	*q = (struct command_queue){ 0 };
}

static bool
pending_queue(struct ui *ui, struct command *ret_cmd)
{
	struct command_queue *q = &ui->queue;

	if (q->first == q->count)
		return false;
	*ret_cmd = q->items[q->first++];
	if (q->first == q->count)
		q->first = q->count = 0;
	return true;
}

bool
ui_pending(struct ui *ui, const struct model *m, struct now now,
    struct command *ret_cmd)
{
	/* What is loaded is shown before it is read. */
	return pending_queue(ui, ret_cmd) || pending_keys(ui, ret_cmd) ||
	       pending_older(ui, m, now, ret_cmd) ||
	       pending_read(ui, m, ret_cmd) ||
	       pending_draft(ui, m, now, ret_cmd) ||
	       attention_pending(ui, m, now, ret_cmd) ||
	       pending_typing(ui, m, now, ret_cmd);
}
