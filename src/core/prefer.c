/* SPDX-License-Identifier: MIT */
/*
 * What the user wishes of one contact: how it is reached, what is kept, what
 * it is told, what it is called, and whether it may be heard at all.
 */
#include "core/engine_state.h"

#include "base/peer_text.h"
#include "core/legacy.h"
#include "core/transfers.h"
#include "core/verify.h"

#include <stdio.h>
#include <stdlib.h>

#define MINUTE_MS INT64_C(60000)

/* What is set for one contact. */
static void
set(struct contact *k, struct peer *p, const struct command *cmd)
{
	if (cmd->kind == COMMAND_HISTORY) {
		k->pin.forgets = p->forgets = !cmd->on;
		return;
	}
	if (cmd->kind == COMMAND_RECEIPTS) {
		k->pin.receipts = p->receipts = cmd->on;
		if (!cmd->on && k->chat != NULL)
			chat_shown(k->chat, NULL);
		return;
	}
	p->choice = cmd->number == TRANSPORT_TCP   ? TRANSPORT_TCP
		    : cmd->number == TRANSPORT_UDP ? TRANSPORT_UDP
						   : TRANSPORT_AUTO;
	k->pin.transport = p->choice;
}

static void
tell_set(struct engine *e, struct now now, const struct command *cmd,
    const struct peer *p)
{
	const struct lang *l = e->model->lang;
	char label[PEER_LABEL_SIZE];

	peer_label(p, false, label);
	if (cmd->kind == COMMAND_HISTORY)
		engine_info(e, now, cmd->conv,
		    cmd->on ? say(l, "what is said with %s is kept from now on")
			    : say(l, "what is said with %s is not kept from "
				     "now on; /forget removes what is kept "
				     "already"),
		    label);
	else if (cmd->kind == COMMAND_RECEIPTS)
		engine_info(e, now, cmd->conv,
		    cmd->on ? say(l, "%s is told what you have seen")
			    : say(l, "%s is not told what you have seen"),
		    label);
	else if (p->choice == TRANSPORT_AUTO)
		engine_info(e, now, cmd->conv,
		    "what is said with %s goes over TCP, or UDP where that "
		    "fails",
		    label);
	else
		engine_info(e, now, cmd->conv,
		    p->choice == TRANSPORT_TCP
			? say(l, "what is said with %s goes over TCP only")
			: say(l, "what is said with %s goes over UDP only"),
		    label);
}

/* It is remembered, so there is somebody to remember. NULL, and the user was
 * told, where there is nobody. */
static struct contact *
find(struct engine *e, struct now now, const struct command *cmd,
    struct peer **ret_peer)
{
	struct peer *p = model_peer_edit(e->model, &cmd->peer);
	struct contact *k = p == NULL ? NULL : contact_get(e, now, &cmd->peer);

	if (k == NULL) {
		engine_error(e, now, cmd->conv, "that peer is not known");
		return NULL;
	}
	history_open(e, model_conv_open(e->model, p));
	*ret_peer = p;
	return k;
}

static void
do_set(struct engine *e, struct now now, const struct command *cmd)
{
	struct peer *p;
	struct contact *k = find(e, now, cmd, &p);

	if (k == NULL)
		return;
	set(k, p, cmd);
	tell_set(e, now, cmd, p);
	model_touch(e->model);
	contact_keep(e, k);
	if (cmd->kind == COMMAND_TRANSPORT)
		dialling_renew(e, now, k);
}

static void
do_alias(struct engine *e, struct now now, const struct command *cmd)
{
	struct peer *p;
	struct contact *k = find(e, now, cmd, &p);
	char *alias;

	if (k == NULL)
		return;
	alias = cmd->text == NULL || cmd->text[0] == '\0'
		    ? NULL
		    : own_text(cmd->text, PEER_TEXT_NAME, NULL);
	peer_set_alias(e->model, p, alias == NULL ? "" : alias);
	if (alias == NULL)
		engine_info(e, now, cmd->conv, "called %s again", p->name);
	else
		engine_info(e, now, cmd->conv, "%s is called %s here",
		    p->called, p->name);
	free(alias);
	model_touch(e->model);
	contact_keep(e, k);
	effect_peer(e, &k->fp);
}

static void
block(struct engine *e, struct now now, struct contact *k, struct peer *p)
{
	struct conn *c = conn_get(e, k->conn);

	k->pin.trust = TRUST_BLOCKED;
	p->trust = TRUST_BLOCKED;
	dial_done(&k->dial);
	legacy_chat_down(e, now, k);
	outbox_withdraw(e, now, k, N_("blocked"));
	transfers_stop(e, now, &k->fp);
	if (c != NULL)
		conn_drop(e, now, c, CLOSE_IDLE);
}

/* Its key counts again, but has to be compared anew. */
static void
unblock(struct now now, struct contact *k, struct peer *p)
{
	k->pin.trust = k->pin.first_ms != 0 && !contact_is_legacy(k)
			   ? TRUST_PINNED
			   : TRUST_UNKNOWN;
	k->pinned = k->pin.trust == TRUST_PINNED;
	p->trust = k->pin.trust;
	if (k->chat != NULL && chat_waiting(k->chat) > 0)
		dialling_want(k, now, 0);
}

static void
do_block(struct engine *e, struct now now, const struct command *cmd)
{
	const struct lang *l = e->model->lang;
	char label[PEER_LABEL_SIZE];
	struct peer *p;
	struct contact *k = find(e, now, cmd, &p);

	if (k == NULL)
		return;
	peer_label(p, false, label);
	if ((p->trust == TRUST_BLOCKED) == cmd->on) {
		engine_info(e, now, cmd->conv,
		    cmd->on ? say(l, "%s is blocked already")
			    : say(l, "%s is not blocked"),
		    label);
		return;
	}
	if (cmd->on)
		block(e, now, k, p);
	else
		unblock(now, k, p);
	/* That nobody answers where he is listed was on purpose. */
	if (!cmd->on)
		hosts_lost(e, now, &k->fp);
	if (contact_is_legacy(k) && !cmd->on)
		legacy_chat_up(e, k);
	talk_flush(e, now, k);
	peer_refresh_trust(e->model, p);
	engine_info(e, now, cmd->conv,
	    cmd->on ? say(l, "%s is blocked: nothing of theirs is taken or "
			     "shown; /unblock ends that")
		    : say(l, "%s is not blocked any more"),
	    label);
	contact_keep(e, k);
	effect_peer(e, &k->fp);
}

static int64_t
mute_end(struct now now, uint32_t minutes)
{
	if (minutes == UINT32_MAX)
		return INT64_MAX;
	return minutes == 0 ? 0 : now.wall_ms + minutes * MINUTE_MS;
}

/* Who is dialled proves a key, and whose key that is, is remembered then. */
static void
do_pin(struct engine *e, struct now now, const struct command *cmd)
{
	const struct lang *l = e->model->lang;
	char label[PEER_LABEL_SIZE];
	struct peer *p;
	struct contact *k = find(e, now, cmd, &p);

	if (k == NULL)
		return;
	peer_label(p, false, label);
	if (p->trust == TRUST_BLOCKED ||
	    (p->trust == TRUST_CHANGED && !k->accepted)) {
		engine_error(e, now, cmd->conv,
		    p->trust == TRUST_BLOCKED
			? say(l, "%s is blocked")
			: say(l, "not pinned: %s has the name of a contact, "
				 "and another key"),
		    label);
		return;
	}
	if (k->conn != 0)
		contact_pin(e, now, k);
	else if (!k->pinned)
		dialling_want(k, now, 0);
	engine_info(e, now, cmd->conv,
	    k->pinned ? say(l, "%s is pinned: this key is remembered")
		      : say(l, "%s is asked for a key, which is remembered"),
	    label);
}

static void
do_mute(struct engine *e, struct now now, const struct command *cmd)
{
	int64_t until_ms = mute_end(now, cmd->number);
	char label[PEER_LABEL_SIZE];
	struct peer *p;
	struct contact *k = NULL;

	snprintf(label, sizeof(label), "%s", say(e->model->lang, "nearby"));
	if (!fp_is_zero(&cmd->peer)) {
		k = find(e, now, cmd, &p);
		if (k == NULL)
			return;
		peer_label(p, false, label);
		k->pin.muted_ms = p->muted_ms = until_ms;
		contact_keep(e, k);
	} else {
		e->model->muted_ms = until_ms;
	}
	model_touch(e->model);
	if (cmd->number == 0)
		engine_info(
		    e, now, cmd->conv, "%s is not muted any more", label);
	else if (cmd->number == UINT32_MAX)
		engine_info(e, now, cmd->conv,
		    "%s is muted until /unmute: no bell, no notification",
		    label);
	else
		engine_info(e, now, cmd->conv,
		    "%s is muted for %u minutes: no bell, no notification",
		    label, cmd->number);
}

static void
show_number(struct engine *e, struct now now, const struct command *cmd,
    const struct peer *p)
{
	char number[VERIFY_TEXT_SIZE], label[PEER_LABEL_SIZE];

	peer_label(p, false, label);
	engine_info(e, now, cmd->conv,
	    "%s\n%s sees the same number with /verify, if nobody stands "
	    "between you. Compare it by voice or side by side, not here. Then "
	    "/verify %s same, or /verify %s different",
	    verify_number(&e->identity->fp, &p->fp, number), label, p->name,
	    p->name);
}

static void
judge(struct engine *e, struct now now, const struct command *cmd,
    struct contact *k)
{
	struct peer *p = model_peer_edit(e->model, &k->fp);
	bool same = cmd->number == VERDICT_SAME;
	const struct lang *l = e->model->lang;
	char label[PEER_LABEL_SIZE];

	k->pin.trust = same ? TRUST_VERIFIED : TRUST_PINNED;
	p->trust = k->pin.trust;
	peer_refresh_trust(e->model, p);
	peer_label(p, false, label);
	engine_info(e, now, cmd->conv,
	    same ? say(l, "%s is verified: this key is theirs")
		 : say(l, "%s is not verified: somebody may stand between you, "
			  "and read and change what you write. /block %s, and "
			  "tell them by another way"),
	    label, p->name);
	contact_keep(e, k);
	effect_peer(e, &k->fp);
}

static void
do_verify(struct engine *e, struct now now, const struct command *cmd)
{
	struct peer *p;
	struct contact *k = find(e, now, cmd, &p);

	if (k == NULL)
		return;
	/* Only a key that was proven is worth comparing. */
	if (!k->pinned || p->trust == TRUST_BLOCKED)
		engine_error(e, now, cmd->conv,
		    "%s has not proven a key yet: write to them first",
		    p->name);
	else if (cmd->number == VERDICT_NONE)
		show_number(e, now, cmd, p);
	else
		judge(e, now, cmd, k);
}

void
prefer_execute(struct engine *e, struct now now, const struct command *cmd)
{
	if (notes_are(e, &cmd->peer))
		notes_refuse(e, now, cmd);
	else if (cmd->kind == COMMAND_ALIAS)
		do_alias(e, now, cmd);
	else if (cmd->kind == COMMAND_VERIFY)
		do_verify(e, now, cmd);
	else if (cmd->kind == COMMAND_BLOCK)
		do_block(e, now, cmd);
	else if (cmd->kind == COMMAND_PIN)
		do_pin(e, now, cmd);
	else if (cmd->kind == COMMAND_MUTE)
		do_mute(e, now, cmd);
	else
		do_set(e, now, cmd);
}
