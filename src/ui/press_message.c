/* SPDX-License-Identifier: MIT */
/*
 * Keys that go to messages.
 */
#include "base/mem.h"
#include "ui/bare.h"
#include "ui/find.h"
#include "ui/mention.h"
#include "ui/message_mode.h"
#include "ui/press.h"

#include <stdlib.h>

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
press_outside(struct press *p, struct entered *en)
{
	bool copy = en->front == FRONT_COPY;

	request_add(p->ui,
	    copy                           ? REQUEST_COPY
	    : en->front == FRONT_OPEN_FILE ? REQUEST_OPEN_FILE
					   : REQUEST_OPEN,
	    en->cmd.text, NULL);
	if (copy)
		ui_flash(p->ui, p->now,
		    say(p->m->lang, "copied, where this terminal allows it"));
	entered_clear(en);
}

void
press_select(struct press *p)
{
	message_mode_enter(p->ui, p->m, p->now, 0);
}

void
press_find(struct press *p)
{
	find_open(p->ui, p->m);
}

void
press_bare(struct press *p)
{
	const struct conv *c = win_conv(p->m, p->w);

	if (c == NULL || c->first_serial == c->next_serial) {
		ui_flash(p->ui, p->now,
		    say(p->m->lang, "there is nothing here to show"));
		return;
	}
	char *text = bare_text(p->m, p->now, c);
	request_add(p->ui, REQUEST_BARE, text, NULL);
	free(text);
}

/* Where it does not fit it would seem as if the key did nothing. */
void
press_details(struct press *p)
{
	bool on = !p->m->settings.look_details;

	if (on && (p->ui->cols < LAYOUT_DETAILS_COLS ||
		      p->ui->rows < LAYOUT_DETAILS_ROWS)) {
		ui_flash(p->ui, p->now,
		    say(p->m->lang, "no room for details here: /info tells "
				    "them"));
		return;
	}
	/* Quietly: it is seen. */
	p->cmd = (struct command){
		.kind = COMMAND_SET,
		.on = true,
		.text = xstrdup(on ? "look.details on" : "look.details off"),
	};
}

void
press_filter(struct press *p)
{
	press_line(p, "/filter");
}

void
press_unread(struct press *p)
{
	const struct conv *c = win_conv(p->m, p->w);
	uint64_t marker = c == NULL ? 0 : win_marker(p->w, c);

	if (marker == 0)
		ui_flash(
		    p->ui, p->now, say(p->m->lang, "nothing here is unread"));
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
		    say(p->m->lang,
			step > 0 ? N_("no message further down has your name")
				 : N_("no message further up has your name")));
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
