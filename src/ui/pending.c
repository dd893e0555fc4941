/* SPDX-License-Identifier: MIT */
/*
 * What goes out without a key for it: that messages were read, which is true
 * only of what was on the screen of a terminal with focus, and that we type.
 */
#include "ui/state.h"
#include "ui/ui.h"

#include <string.h>

static bool
pending_read(struct ui *ui, const struct model *m, struct command *ret_cmd)
{
	const struct win *w = win_current(ui);
	const struct conv *c = win_conv(m, w);

	if (c == NULL || c->unread == 0 || !ui->shown || ui->unfocused ||
	    w->frozen || ui->shown_revision != m->revision ||
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
	bool typing = is_typing(ui, m, w, now);

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

bool
ui_pending(struct ui *ui, const struct model *m, struct now now,
    struct command *ret_cmd)
{
	return pending_read(ui, m, ret_cmd) ||
	       pending_typing(ui, m, now, ret_cmd);
}
