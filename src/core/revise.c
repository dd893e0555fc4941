/* SPDX-License-Identifier: MIT */
/*
 * Edits, deletions and reactions. Who made one is who the session proved, so a
 * message can only be changed by its author. What is not in memory is left to
 * the store, which holds the same rules (core/change.h).
 */
#include "core/engine_state.h"

#include "base/mem.h"
#include "base/peer_text.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

static enum revision
revision_of(uint8_t type)
{
	if (type == MSG_EDIT)
		return REVISION_EDIT;
	return type == MSG_DELETE ? REVISION_DELETE : REVISION_REACT;
}

static bool
may_revise(const struct message *m, const struct change *c)
{
	if (c->revision == REVISION_REACT)
		return !m->deleted;
	return m->mine == c->mine && !m->deleted &&
	       c->arrived_ms - m->arrived_ms <= REVISE_MS;
}

/* Ids are what their senders say, so one of theirs may be that of ours, to be
 * found in its place. */
static struct message *
find_target(struct conv *c, const struct change *change)
{
	bool mine = change->mine != (change->revision == REVISION_REACT);
	struct message *m = conv_find_text_of(c, &change->target, mine);

	if (m == NULL)
		m = conv_find_text_of(c, &change->target, !mine);
	return m;
}

static void
alter(struct engine *e, struct conv *c, struct message *m,
    const struct change *change)
{
	if (change->revision == REVISION_REACT) {
		char *reaction = m->reactions[change->mine ? 1 : 0];
		memcpy(reaction, change->text, change->size);
		reaction[change->size] = '\0';
		model_touch(e->model);
		return;
	}
	m->edited = change->revision == REVISION_EDIT;
	m->deleted = change->revision == REVISION_DELETE;
	if (m->deleted)
		memset(m->reactions, 0, sizeof(m->reactions));
	conv_set_text(e->model, c, m, change->text, change->size);
}

void
revise_message(struct engine *e, struct conv *c, struct message *m,
    const struct change *change)
{
	struct effect effect = {
		.kind = EFFECT_REVISED,
		.conv = c->id,
		.serial = m->serial,
		.id = m->id,
		.fp = change->from,
		.revision = change->revision,
		.text = change->text,
	};

	alter(e, c, m, change);
	effect_add(e, effect);
}

/* A reaction is short, also when what it holds had to be made visible. */
static char *
clean_text(enum revision revision, struct untrusted text, size_t *ret_size)
{
	bool reaction = revision == REVISION_REACT;
	char *clean = peer_text(
	    text, reaction ? PEER_TEXT_LINE : PEER_TEXT_BODY, ret_size);

	if (reaction && *ret_size > REACTION_MAX) {
		*ret_size = utf8_cut(clean, *ret_size, REACTION_MAX);
		clean[*ret_size] = '\0';
	}
	return clean;
}

void
revise_ignore(
    struct engine *e, struct contact *k, const struct change *revision)
{
	struct change c = {
		.kind = CHANGE_MESSAGE,
		.fp = k->fp,
		.row = revision->row,
		.id = revision->id,
		.seq = revision->seq,
		.from = k->fp,
		.sent_ms = revision->sent_ms,
		.arrived_ms = revision->arrived_ms,
		.text = "",
	};

	e->model->revisions_ignored++;
	commit_change(e, k, &c);
}

void
revise_arrived(struct engine *e, struct now now, struct contact *k,
    const struct chat_event *ev)
{
	struct conv *c =
	    model_conv_open(e->model, model_peer_edit(e->model, &k->fp));
	struct change change = {
		.kind = CHANGE_REVISION,
		.fp = k->fp,
		.row = e->next_row++,
		.id = ev->id,
		.seq = ev->seq,
		.keep = !k->pin.forgets,
		.revision = revision_of(ev->type),
		.from = k->fp,
		.has_target = true,
		.target = ev->post.target,
		.sent_ms = ev->post.sent_ms,
		.arrived_ms = now.wall_ms,
	};

	struct message *m = find_target(c, &change);
	if (m != NULL && !may_revise(m, &change)) {
		revise_ignore(e, k, &change);
		return;
	}
	char *text = clean_text(change.revision, ev->post.text, &change.size);
	change.text = text;
	k->inbound_bytes += sizeof(change) + change.size;
	commit_change(e, k, &change);
	if (m != NULL)
		revise_message(e, c, m, &change);
	free(text);
}

/* What was not sent yet need not be sent to be deleted. */
static void
withdraw_deleted(struct engine *e, struct now now, struct contact *k,
    const struct message *m)
{
	struct chat_post post = {
		.type = MSG_TEXT, .id = m->id, .row = m->row
	};

	if (chat_withdraw(k->chat, &m->id))
		outbox_settle(e, now, k, &post, DELIVERY_FAILED,
		    N_("deleted before it was sent"));
}

void
revise_apply(struct engine *e, struct now now, struct contact *k,
    const struct change *change)
{
	struct conv *c =
	    model_conv_edit(e->model, model_peer(e->model, &k->fp)->conv);
	struct message *m = c == NULL ? NULL : find_target(c, change);

	if (m == NULL || !may_revise(m, change))
		return;
	if (change->revision == REVISION_DELETE)
		withdraw_deleted(e, now, k, m);
	revise_message(e, c, m, change);
}

void
revise_loaded(struct engine *e, struct conv *c, const struct change *change)
{
	struct message *m = find_target(c, change);

	if (m != NULL && may_revise(m, change))
		alter(e, c, m, change);
}

static const char *
why_not(const struct command *cmd, const struct message *m, struct now now,
    bool notes)
{
	if (m == NULL)
		return N_("that message is not in view; scroll up to it");
	if (m->deleted)
		return N_("that message is deleted");
	if (m->ran != RAN_NOT)
		return N_("nobody typed that, so it stays as it is");
	if (m->mine && m->delivery == DELIVERY_FAILED)
		return N_("that message was never sent");
	if (cmd->kind == COMMAND_REACT)
		return NULL;
	if (!m->mine)
		return N_("that message is not yours");
	if (notes)
		return NULL;
	return now.wall_ms - m->arrived_ms > REVISE_MS
		   ? N_("that message is older than a day")
		   : NULL;
}

static const char *
why_not_text(enum command_kind kind, size_t n)
{
	if (kind == COMMAND_REACT && n > REACTION_MAX)
		return N_("a reaction is at most 16 bytes: an emoji or a word");
	if (kind == COMMAND_EDIT && n == 0)
		return N_("there is no text; /delete deletes it");
	return NULL;
}

static uint8_t
type_of(enum command_kind kind)
{
	if (kind == COMMAND_EDIT)
		return MSG_EDIT;
	return kind == COMMAND_DELETE ? MSG_DELETE : MSG_REACT;
}

/* k is NULL for the notes. */
static void
queue_revision(struct engine *e, struct now now, const struct command *cmd,
    struct contact *k, const char *text, size_t n)
{
	struct chat_post post = {
		.type = type_of(cmd->kind),
		.has_target = true,
		.target = cmd->target,
		.text = text,
		.size = n,
	};

	if (k != NULL && !talk_post(e, now, cmd, k, &post))
		return;
	struct change change = {
		.kind = CHANGE_REVISION,
		.fp = cmd->peer,
		.row = post.row,
		.id = post.id,
		.seq = post.seq,
		.mine = true,
		.waits = true,
		.keep = k == NULL || !k->pin.forgets,
		.revision = revision_of(post.type),
		.from = e->identity->fp,
		.has_target = true,
		.target = cmd->target,
		.sent_ms = now.wall_ms,
		.arrived_ms = now.wall_ms,
		.delivery = DELIVERY_QUEUED,
		.text = text,
		.size = n,
	};
	if (k == NULL)
		notes_revise(e, now, &change);
	else
		commit_change(e, k, &change);
}

void
revise_command(struct engine *e, struct now now, const struct command *cmd)
{
	bool notes = notes_are(e, &cmd->peer);
	struct contact *k = notes ? NULL : talk_partner(e, now, cmd);

	if (k == NULL && !notes)
		return;
	struct conv *c =
	    model_conv_edit(e->model, model_peer(e->model, &cmd->peer)->conv);
	struct change like = {
		.mine = true,
		.revision = revision_of(type_of(cmd->kind)),
		.target = cmd->target,
	};
	struct message *m = c == NULL ? NULL : find_target(c, &like);
	const char *typed =
	    cmd->text == NULL || cmd->kind == COMMAND_DELETE ? "" : cmd->text;
	size_t n;
	char *text = own_text(typed,
	    cmd->kind == COMMAND_REACT ? PEER_TEXT_LINE : PEER_TEXT_BODY, &n);
	const char *why = why_not(cmd, m, now, notes);
	if (why == NULL)
		why = why_not_text(cmd->kind, n);
	if (why != NULL)
		engine_error(e, now, cmd->conv, "not done: %s",
		    say(e->model->lang, why));
	else
		queue_revision(e, now, cmd, k, text, n);
	free(text);
	if (k != NULL)
		contact_release(e, k);
}
