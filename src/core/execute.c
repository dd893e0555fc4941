/* SPDX-License-Identifier: MIT */
#include "core/engine_state.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "core/ipmsg_line.h"
#include "core/legacy.h"
#include "core/plain.h"
#include "core/runs.h"
#include "core/transfers.h"

#include <stdlib.h>
#include <string.h>

void
execute_announce(struct engine *e, struct now now)
{
	struct model *m = e->model;

	model_touch(m);
	discover_profile(e->discover, now, m->name, m->status, m->away);
	ipmsg_line_profile(e, now);
	for (size_t i = 0; i < e->contact_count; i++) {
		struct contact *k = e->contacts[i];
		if (k->conn == 0)
			continue;
		chat_status(k->chat, m->away, m->status);
		talk_flush(e, now, k);
	}
}

void
execute_rename(struct engine *e, struct now now, const char *name)
{
	char *clean = own_text(name, PEER_TEXT_NAME, NULL);

	model_set_name(e->model, clean);
	free(clean);
	execute_announce(e, now);
}

static void
do_nick(struct engine *e, struct now now, const struct command *cmd)
{
	execute_rename(e, now, cmd->text);
	engine_info(e, now, cmd->conv, "you are now %s", e->model->name);
	adjust_keep(e, cmd->conv, "name", e->model->name);
}

void
execute_restate(struct engine *e, struct now now, const char *status)
{
	model_clean_status(e->model, status);
	execute_announce(e, now);
}

static void
do_status(struct engine *e, struct now now, const struct command *cmd)
{
	execute_restate(e, now, cmd->text == NULL ? "" : cmd->text);
	if (e->model->status[0] == '\0')
		engine_info(e, now, cmd->conv, "status cleared");
	else
		engine_info(e, now, cmd->conv, "status: %s", e->model->status);
}

static void
do_away(struct engine *e, struct now now, const struct command *cmd)
{
	bool away = cmd->kind == COMMAND_AWAY, was = e->model->away;

	e->model->away = away;
	if (cmd->text != NULL)
		model_clean_status(e->model, cmd->text);
	/* By itself it says nothing. */
	if (cmd->on) {
		execute_announce(e, now);
		return;
	}
	if (away)
		engine_info(
		    e, now, cmd->conv, "you are away; /back when you return");
	else if (was)
		engine_info(e, now, cmd->conv, "welcome back");
	else
		engine_info(e, now, cmd->conv, "you were not away");
	execute_announce(e, now);
}

static void
do_shout(struct engine *e, struct now now, const struct command *cmd)
{
	struct message m = { .kind = MESSAGE_SHOUT,
		.mine = true,
		.read = true,
		.from = e->identity->fp,
		.sent_ms = now.wall_ms,
		.arrived_ms = now.wall_ms };
	char *text = own_text(cmd->text, PEER_TEXT_BODY, &m.size);
	const char *why = NULL;

	if (m.size == 0)
		why = N_("there is no text");
	else if (m.size > SHOUT_TEXT_MAX)
		why = N_("a shout is at most 512 bytes");
	else if (e->quiet)
		why = N_("quiet mode announces nothing");
	else if (discover_shout(e->discover, now, text, m.size, &m.id) < 0)
		why = N_(
		    "three in a row, then one each 5 seconds; wait a little");
	if (why != NULL) {
		engine_error(e, now, cmd->conv, "not shouted: %s",
		    say(e->model->lang, why));
		free(text);
		return;
	}
	why = ipmsg_line_shout(e, now, text, m.size);
	if (why != NULL)
		engine_error(e, now, cmd->conv, "%s", say(e->model->lang, why));
	m.text = text;
	talk_shout(e, &m, true);
	/* Where it was typed, its text is not to be seen. */
	if (cmd->conv != CONV_NEARBY)
		engine_info(
		    e, now, cmd->conv, "shouted: everybody nearby can read it");
}

static void
shout(struct engine *e, struct now now, const struct command *cmd)
{
	if (cmd->on)
		plain_shout(e, now, cmd);
	else
		do_shout(e, now, cmd);
}

static void
do_open(struct engine *e, struct now now, const struct command *cmd)
{
	struct peer *p = model_peer_edit(e->model, &cmd->peer);
	struct contact *k = p == NULL ? NULL : contact_get(e, now, &cmd->peer);

	if (k == NULL && (p == NULL || !p->is_self)) {
		engine_error(e, now, cmd->conv, "that peer is not known");
		return;
	}
	history_open(e, model_conv_open(e->model, p));
	if (cmd->on && peer_is_legacy(p)) {
		legacy_accept(e, now, k);
	} else if (cmd->on && p->trust == TRUST_CHANGED) {
		k->accepted = true;
		engine_info(e, now, p->conv,
		    "you may write to this %s; its key is another than that "
		    "of the %s you talked to before",
		    p->name, p->name);
		if (k->conn != 0)
			contact_pin(e, now, k);
	}
}

static void
do_typing(struct engine *e, struct now now, const struct command *cmd)
{
	struct contact *k = contact_find(e, &cmd->peer);

	if (k == NULL || k->conn == 0)
		return;
	chat_typing(k->chat, now, cmd->on);
	talk_flush(e, now, k);
}

static void
do_quit(struct engine *e, struct now now, const struct command *cmd)
{
	size_t waiting = contacts_waiting(e);

	if (e->model->leaving)
		return;
	if (waiting > 0)
		engine_info(e, now, cmd->conv,
		    say_n(e->model->lang,
			"%zu message waits: it goes out when earshot runs again. /outbox",
			"%zu messages wait: they go out when earshot runs again. /outbox",
			waiting),
		    waiting);
	transfers_stop(e, now, NULL);
	e->model->leaving = true;
	model_touch(e->model);
	plain_leave(e, now);
	for (size_t i = 0; i < CONNS_MAX; i++) {
		if (e->conns[i] != NULL)
			conn_drop(e, now, e->conns[i], CLOSE_LEAVING);
	}
	connects_free(e);
	discover_leave(e->discover, now);
	ipmsg_line_leave(e, now);
	contacts_keep(e);
}

static void
do_notice(struct engine *e, struct now now, struct command *cmd)
{
	char *text = cmd->text;

	cmd->text = NULL;
	e->answers = cmd->line;
	engine_notice(e, now, cmd->conv,
	    cmd->kind == COMMAND_ERROR ? MESSAGE_ERROR : MESSAGE_INFO, text);
	e->answers = NULL;
	if (cmd->kind == COMMAND_LOOK)
		lookup_start(e, now, cmd);
}

static void
do_conv(struct engine *e, struct now now, const struct command *cmd)
{
	(void)now;
	struct conv *c = model_conv_edit(e->model, cmd->conv);

	if (c == NULL)
		return;
	if (cmd->kind == COMMAND_READ)
		receipts_read(e, c);
	else
		conv_clear_notices(e->model, c);
}

static void
do_query(struct engine *e, const struct command *cmd)
{
	effect_add(e, (struct effect){
			  .kind = EFFECT_QUERY,
			  .conv = cmd->conv,
			  .fp = cmd->peer,
			  .question = (enum question)cmd->number,
			  .text = cmd->text == NULL ? "" : cmd->text,
			  .line = cmd->line,
		      });
}

static void
do_question(struct engine *e, struct now now, const struct command *cmd)
{
	if (cmd->kind == COMMAND_QUERY)
		do_query(e, cmd);
	else
		ipmsg_line_ask(e, now, cmd);
}

static void
do_setting(struct engine *e, struct now now, const struct command *cmd)
{
	if (cmd->kind == COMMAND_SET)
		adjust_set(e, now, cmd);
	else
		adjust_save(e, cmd);
}

static void
do_dialect(struct engine *e, struct now now, const struct command *cmd)
{
	engine_info(e, now, cmd->conv,
	    "earshot: on, %u sessions; always encrypted", e->sessions);
	if (ipmsg_line_is_on(e))
		engine_info(e, now, cmd->conv,
		    "ipmsg: on, IP Messenger on port %u; not encrypted, or "
		    "with keys that nobody verified",
		    (unsigned)e->model->settings.ipmsg_port);
	else
		engine_info(e, now, cmd->conv,
		    "ipmsg: off; for IP Messenger, iptux and FeiQ. /dialect "
		    "ipmsg on");
	plain_describe(e, now, cmd->conv);
}

static void
do_history(struct engine *e, struct now now, const struct command *cmd)
{
	(void)now;
	if (cmd->kind == COMMAND_OLDER)
		history_load_older(e, cmd);
	else
		history_draft(e, cmd);
}

static void
do_outbox(struct engine *e, struct now now, const struct command *cmd)
{
	if (cmd->kind == COMMAND_OUTBOX)
		outbox_list(e, now, cmd);
	else
		outbox_cancel(e, now, cmd);
}

/* Keyed by enum command_kind. INFO, LOOK and ERROR give their text away. */
static void (*const runs[])(
    struct engine *e, struct now now, const struct command *cmd) = {
	[COMMAND_SAY] = talk_say,
	[COMMAND_OPEN] = do_open,
	[COMMAND_READ] = do_conv,
	[COMMAND_CLEAR] = do_conv,
	[COMMAND_TYPING] = do_typing,
	[COMMAND_SHOUT] = shout,
	[COMMAND_NICK] = do_nick,
	[COMMAND_STATUS] = do_status,
	[COMMAND_AWAY] = do_away,
	[COMMAND_BACK] = do_away,
	[COMMAND_CONNECT] = connect_start,
	[COMMAND_EDIT] = revise_command,
	[COMMAND_DELETE] = revise_command,
	[COMMAND_REACT] = revise_command,
	[COMMAND_OLDER] = do_history,
	[COMMAND_DRAFT] = do_history,
	[COMMAND_OUTBOX] = do_outbox,
	[COMMAND_CANCEL] = do_outbox,
	[COMMAND_FORGET] = history_forget,
	[COMMAND_HISTORY] = prefer_execute,
	[COMMAND_RECEIPTS] = prefer_execute,
	[COMMAND_TRANSPORT] = prefer_execute,
	[COMMAND_ALIAS] = prefer_execute,
	[COMMAND_PIN] = prefer_execute,
	[COMMAND_BLOCK] = prefer_execute,
	[COMMAND_MUTE] = prefer_execute,
	[COMMAND_VERIFY] = prefer_execute,
	[COMMAND_UNSEAL] = legacy_read,
	[COMMAND_ENCODING] = legacy_read,
	[COMMAND_SEND_FILES] = transfer_execute,
	[COMMAND_GET] = transfer_execute,
	[COMMAND_REFUSE] = transfer_execute,
	[COMMAND_STOP] = transfer_execute,
	[COMMAND_PAUSE] = transfer_execute,
	[COMMAND_RESUME] = transfer_execute,
	[COMMAND_ACCEPT] = transfer_execute,
	[COMMAND_QUERY] = do_question,
	[COMMAND_ASK] = do_question,
	[COMMAND_DIALECT] = do_dialect,
	[COMMAND_LISTEN] = plain_execute,
	[COMMAND_UNLISTEN] = plain_execute,
	[COMMAND_FRAMING] = plain_execute,
	[COMMAND_HANGUP] = plain_execute,
	[COMMAND_CONTACT] = plain_execute,
	[COMMAND_SET] = do_setting,
	[COMMAND_SAVE] = do_setting,
	[COMMAND_RUN] = runs_command,
	[COMMAND_QUIT] = do_quit,
};

static void
execute(struct engine *e, struct now now, struct command *cmd)
{
	if (cmd->kind == COMMAND_INFO || cmd->kind == COMMAND_ERROR ||
	    cmd->kind == COMMAND_LOOK)
		do_notice(e, now, cmd);
	else if (cmd->kind < sizeof(runs) / sizeof(runs[0]) &&
		 runs[cmd->kind] != NULL)
		runs[cmd->kind](e, now, cmd);
}

void
engine_command(struct engine *e, struct now now, struct command *cmd)
{
	effects_begin(e, now);
	if (!legacy_refuses(e, now, cmd))
		execute(e, now, cmd);
	command_clear(cmd);
	engine_tick_rest(e, now);
}
