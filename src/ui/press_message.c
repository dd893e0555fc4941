/* SPDX-License-Identifier: MIT */
/*
 * Keys that go to messages.
 */
#include "ui/mention.h"
#include "ui/message_mode.h"
#include "ui/press.h"

void
press_take_aim(const struct press *p, struct command *cmd, const char *line)
{
	const struct win *w = p->w;
	bool text = line[0] != '/' || line[1] == '/' || cmd->action;

	if (w->aim == AIM_NONE || cmd->kind != COMMAND_SAY || !text ||
	    cmd->has_target || !fp_equal(&cmd->peer, &w->fp))
		return;
	cmd->has_target = true;
	cmd->target = w->aim_id;
	if (w->aim == AIM_EDIT)
		cmd->kind = COMMAND_EDIT;
}

void
press_select(struct press *p)
{
	message_mode_enter(p->ui, p->m, p->now, 0);
}

void
press_unread(struct press *p)
{
	const struct conv *c = win_conv(p->m, p->w);
	uint64_t marker = c == NULL ? 0 : win_marker(p->w, c);

	if (marker == 0)
		ui_flash(p->ui, p->now, "nothing here is unread");
	else
		ui_scroll_put(p->ui, p->m, p->now, marker);
}

static void
go_to_mention(struct press *p, int step)
{
	uint64_t from = ui_selected(p->ui), serial;

	if (from == 0)
		from = ui_lowest_in_view(p->ui, p->m, p->now);
	serial = mention_find(p->m, win_conv(p->m, p->w), from, step);
	if (serial == 0)
		ui_flash(p->ui, p->now,
		    step > 0 ? "no message further down has your name"
			     : "no message further up has your name");
	else
		message_mode_enter(p->ui, p->m, p->now, serial);
}

void
press_mention_next(struct press *p)
{
	go_to_mention(p, 1);
}

void
press_mention_previous(struct press *p)
{
	go_to_mention(p, -1);
}
