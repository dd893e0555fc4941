/* SPDX-License-Identifier: MIT */
/*
 * The window nearby before anything was said. At the first start Enter there
 * takes the name that was found, or the one that is typed. Afterwards, with
 * one person around, a text that is typed where nobody would get it is offered
 * to that one; nothing is sent before Enter is pressed once more.
 */
#include "ui/greet.h"

#include "base/mem.h"
#include "ui/commands.h"
#include "ui/history.h"
#include "ui/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
greet_asks_name(const struct ui *ui, const struct model *m)
{
	return ui->greet.naming && fp_is_zero(&ui->current) &&
	       m->settings.name == NULL;
}

/* A command is one here, too. */
static bool
is_command(const char *line)
{
	return line[strspn(line, " \t\n")] == '/';
}

static void
fail(struct press *p, char *error)
{
	p->cmd = (struct command){
		.kind = COMMAND_ERROR, .conv = CONV_NEARBY, .text = error
	};
}

static void
take_name(struct press *p, const char *line)
{
	char text[FLASH_SIZE], *error = NULL;
	char *nick = xasprintf("/nick %s", line);
	struct entered en;
	size_t at;

	if (line[strspn(line, " \t\n")] == '\0') {
		p->ui->greet.naming = false;
		edit_clear(p->w->edit);
		snprintf(text, sizeof(text), say(p->m->lang, "you are %s"),
		    p->m->name);
		ui_flash(p->ui, p->now, text);
	} else if (command_parse(p->m, p->now, CONV_NEARBY, nick, &en, &error,
		       &at) == 0) {
		p->ui->greet.naming = false;
		edit_clear(p->w->edit);
		p->cmd = en.cmd;
	} else {
		fail(p, error);
	}
	free(nick);
}

/* Who would get it, while the draft is the one that was offered. */
static const struct peer *
offered(const struct ui *ui, const struct model *m)
{
	const struct greet *g = &ui->greet;
	const struct win *w = win_find(ui, &ui->current);

	if (!g->offers || w == NULL || !fp_is_zero(&w->fp) ||
	    edit_revision(w->edit) != g->revision)
		return NULL;
	return model_peer(m, &g->to);
}

static void
send_offered(struct press *p, const struct peer *peer)
{
	size_t size;
	const char *line = edit_text(p->w->edit, &size);
	char fp[FP_TEXT_SIZE], *error = NULL;
	char *msg = xasprintf("/msg %s %s", fp_text(&peer->fp, fp), line);
	struct entered en;
	size_t at;

	p->ui->greet.offers = false;
	if (command_parse(p->m, p->now, CONV_NEARBY, msg, &en, &error, &at) <
	    0) {
		fail(p, error);
	} else {
		edit_history_add(p->w->edit, line, size);
		history_add(p->ui->sent, line, size);
		edit_clear(p->w->edit);
		p->cmd = en.cmd;
		win_select(p->ui, p->m, &peer->fp);
	}
	free(msg);
}

bool
greet_send(struct press *p)
{
	const struct peer *to = offered(p->ui, p->m);
	const char *line = edit_text(p->w->edit, NULL);

	if (to != NULL) {
		send_offered(p, to);
		return true;
	}
	if (!greet_asks_name(p->ui, p->m) || is_command(line))
		return false;
	take_name(p, line);
	return true;
}

bool
greet_offer(struct press *p)
{
	const struct peer *only = roster_only(p->m);
	const char *line = edit_text(p->w->edit, NULL);

	/* An open line is nothing to be led into. */
	if (!fp_is_zero(&p->w->fp) || only == NULL || peer_is_legacy(only) ||
	    is_command(line))
		return false;
	p->ui->greet.offers = true;
	p->ui->greet.to = only->fp;
	p->ui->greet.revision = edit_revision(p->w->edit);
	return true;
}

bool
greet_escape(struct ui *ui, const struct model *m)
{
	bool open = offered(ui, m) != NULL;

	ui->greet.offers = false;
	return open;
}

bool
greet_hint(const struct ui *ui, const struct model *m, char *out, size_t size)
{
	const struct peer *to = offered(ui, m);
	char label[PEER_LABEL_SIZE];

	if (to == NULL)
		return false;
	snprintf(out, size,
	    say(m->lang, "Enter again to send to %s \xc2\xb7 Esc"),
	    peer_label(to, true, label));
	return true;
}
