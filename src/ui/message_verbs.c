/* SPDX-License-Identifier: MIT */
#include "ui/message_mode.h"

#include "base/mem.h"
#include "core/change.h"
#include "core/transfer.h"
#include "ui/links.h"
#include "ui/transcript.h"
#include "ui/transfer_text.h"

#include <stdlib.h>
#include <string.h>

static bool
is_said(const struct verb_case *v)
{
	return v->msg->kind == MESSAGE_TEXT && !v->msg->deleted &&
	       v->c->kind == CONV_KIND_DIRECT;
}

static bool
is_failed(const struct verb_case *v)
{
	return is_said(v) && v->msg->mine &&
	       v->msg->delivery == DELIVERY_FAILED;
}

static bool
may_reply(const struct verb_case *v)
{
	return is_said(v) && !is_failed(v);
}

/* The other end would not take it later than that. */
static bool
may_revise(const struct verb_case *v)
{
	return is_said(v) && v->msg->mine && !is_failed(v) &&
	       v->now.wall_ms - v->msg->arrived_ms <= REVISE_MS;
}

static bool
has_text(const struct verb_case *v)
{
	return !v->msg->deleted && v->msg->size > 0;
}

static bool
may_forward(const struct verb_case *v)
{
	return has_text(v) && !message_is_own(v->msg);
}

static bool
has_link(const struct verb_case *v)
{
	const char *link;
	size_t n;

	return message_link(v->msg, 0, &link, &n);
}

static bool
is_message(const struct verb_case *v)
{
	return !message_is_own(v->msg);
}

/* Its file is offered. */
static bool
has_file(const struct verb_case *v)
{
	const struct transfer *t = message_transfer(v->m, v->msg);

	return t != NULL && !t->mine && t->state == TRANSFER_OFFERED;
}

/* Its file came. */
static bool
has_come(const struct verb_case *v)
{
	const struct transfer *t = message_transfer(v->m, v->msg);

	return t != NULL && !t->mine && t->state == TRANSFER_DONE &&
	       t->path != NULL;
}

static void
aim(struct verb_case *v, enum aim aim)
{
	win_aim_at(win_current(v->ui), aim, v->msg);
	message_mode_leave(v->ui, true);
}

static void
do_reply(struct verb_case *v)
{
	aim(v, AIM_REPLY);
}

static void
do_edit(struct verb_case *v)
{
	aim(v, AIM_EDIT);
}

static void
do_delete(struct verb_case *v)
{
	message_ask(v->ui, MODE_DELETE);
}

static void
do_react(struct verb_case *v)
{
	message_ask(v->ui, MODE_REACT);
}

static void
do_forward(struct verb_case *v)
{
	message_ask(v->ui, MODE_FORWARD);
}

static void
do_retry(struct verb_case *v)
{
	*v->cmd = (struct command){
		.kind = COMMAND_SAY,
		.conv = v->c->id,
		.peer = v->c->fp,
		.action = v->msg->action,
		.has_target = v->msg->has_target,
		.target = v->msg->target,
		.text = xstrdup(v->msg->text),
	};
	message_mode_leave(v->ui, false);
	ui_scroll_bottom(v->ui);
}

static void
do_copy(struct verb_case *v)
{
	request_add(v->ui, REQUEST_COPY, v->msg->text, NULL);
	ui_flash(v->ui, v->now,
	    say(v->m->lang, "copied, where this terminal allows it"));
	message_mode_leave(v->ui, true);
}

static void
do_open(struct verb_case *v)
{
	const char *link;
	size_t n;

	if (message_link(v->msg, 1, &link, &n)) {
		message_ask(v->ui, MODE_LINK);
		return;
	}
	message_link(v->msg, 0, &link, &n);
	char *text = xstrndup(link, n);
	request_add(v->ui, REQUEST_OPEN, text, NULL);
	free(text);
	message_mode_leave(v->ui, true);
}

static void
do_open_file(struct verb_case *v)
{
	const struct transfer *t = message_transfer(v->m, v->msg);
	char *why = transfer_cannot_open(v->m->lang, t);

	if (why == NULL)
		request_add(v->ui, REQUEST_OPEN_FILE, t->path, NULL);
	else
		ui_flash(v->ui, v->now, why);
	free(why);
	message_mode_leave(v->ui, true);
}

static void
do_save(struct verb_case *v)
{
	*v->cmd = (struct command){ .kind = COMMAND_GET,
		.conv = v->c->id,
		.number = v->msg->transfer };
	message_mode_leave(v->ui, true);
}

static void
do_info(struct verb_case *v)
{
	overlay_open(v->ui, OVERLAY_MESSAGE_INFO);
}

/* In the order of the hints: those first that are used most. */
static const struct verb table[] = {
	{ 'r', 'R', N_("retry"), N_("send it once more"),
	    N_("this message did not fail"), is_failed, do_retry },
	{ 'r', 0, N_("reply"), N_("reply to this message"),
	    N_("only what somebody said to you alone can be replied to"),
	    may_reply, do_reply },
	{ 'e', 0, N_("edit"), N_("change its text"),
	    N_("only your own messages of the last 24 hours can be edited"),
	    may_revise, do_edit },
	{ 'd', 0, N_("delete"), N_("delete it, there too"),
	    N_("only your own messages of the last 24 hours can be deleted"),
	    may_revise, do_delete },
	{ '+', 0, N_("react"), N_("react with an emoji"),
	    N_("only what was said between two can be reacted to"), may_reply,
	    do_react },
	{ 'y', 0, N_("copy"), N_("copy its text"),
	    N_("there is no text to copy"), has_text, do_copy },
	{ 'o', 0, N_("open"), N_("open its file"), N_("its file is not here"),
	    has_come, do_open_file },
	{ 'o', 0, N_("open"), N_("open a link in it"),
	    N_("there is no link in it"), has_link, do_open },
	{ 's', 0, N_("save"), N_("save its file"),
	    N_("this message has no file to save"), has_file, do_save },
	{ 'f', 0, N_("forward"), N_("send it to somebody else"),
	    N_("there is no text to forward"), may_forward, do_forward },
	{ 'i', 0, N_("info"), N_("its times, delivery and id"),
	    N_("this is a notice of earshot, not a message"), is_message,
	    do_info },
};

const struct verb *
verbs(size_t *ret_count)
{
	*ret_count = sizeof(table) / sizeof(table[0]);
	return table;
}

const struct verb *
verb_find(const struct verb_case *v, uint32_t key)
{
	const struct verb *other = NULL;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct verb *verb = &table[i];
		if (key == 0 ||
		    (key != (uint32_t)verb->key && key != (uint32_t)verb->also))
			continue;
		if (verb->applies(v))
			return verb;
		other = verb;
	}
	return other;
}

void
verb_run(struct verb_case *v, const struct verb *verb)
{
	if (verb->applies(v))
		verb->run(v);
	else
		ui_flash(v->ui, v->now, say(v->m->lang, verb->why_not));
}

bool
message_link(
    const struct message *msg, size_t i, const char **ret_link, size_t *ret_n)
{
	struct link link = { 0 };

	if (msg->deleted || msg->text == NULL)
		return false;
	for (size_t k = 0; k <= i; k++)
		if (!link_next(
			msg->text, msg->size, link.offset + link.size, &link))
			return false;
	*ret_link = msg->text + link.offset;
	*ret_n = link.size;
	return true;
}
