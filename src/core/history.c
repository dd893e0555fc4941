/* SPDX-License-Identifier: MIT */
/*
 * Conversations that the store remembers. After a start there is nothing of
 * them in memory but how much is unread and what was typed; pages come when
 * somebody looks, and go in front.
 */
#include "core/engine_state.h"

#include "base/mem.h"
#include "base/peer_text.h"
#include "core/legacy.h"
#include "core/transfers.h"

#include <stdlib.h>
#include <string.h>

static struct conv *
conv_of(struct engine *e, const struct fp *fp)
{
	struct peer *p = model_peer_edit(e->model, fp);

	if (fp_is_zero(fp))
		return model_conv_edit(e->model, CONV_NEARBY);
	return p == NULL ? NULL : model_conv_edit(e->model, p->conv);
}

static void
load_conv(struct engine *e, const struct saved_conv *s)
{
	if (!fp_is_zero(&s->fp))
		model_conv_open(e->model, model_peer_add(e->model, &s->fp));
	struct conv *c = conv_of(e, &s->fp);
	c->last_row = s->last_row;
	c->read_row = s->read_row;
	c->active_ms = s->active_ms;
	c->older = s->last_row > 0;
	c->unread = s->unread;
	c->unread_serial = c->next_serial;
	if (s->draft != NULL && s->draft[0] != '\0')
		c->draft = xstrdup(s->draft);
}

void
history_load(struct engine *e, const struct saved *saved)
{
	if (saved->next_row > e->next_row)
		e->next_row = saved->next_row;
	for (size_t i = 0; i < saved->conv_count; i++)
		load_conv(e, &saved->convs[i]);
}

static void
ask(struct engine *e, struct conv *c, size_t count)
{
	uint64_t held = c->next_serial - c->first_serial;

	if (c->loading || !c->older || held >= CONV_OLDER_MAX)
		return;
	if (count > HISTORY_PAGE_MAX)
		count = HISTORY_PAGE_MAX;
	if (count > CONV_OLDER_MAX - held)
		count = (size_t)(CONV_OLDER_MAX - held);
	if (c->kept_max < held + count)
		c->kept_max = (size_t)(held + count);
	c->loading = true;
	c->asked_row = conv_first_row(c, e->next_row);
	model_touch(e->model);
	effect_add(e, (struct effect){ .kind = EFFECT_LOAD,
			  .conv = c->id,
			  .fp = c->fp,
			  .row = c->asked_row,
			  .count = count });
}

void
history_open(struct engine *e, struct conv *c)
{
	if (conv_first_row(c, 0) == 0)
		ask(e, c, HISTORY_PAGE);
}

void
history_load_older(struct engine *e, const struct command *cmd)
{
	struct conv *c = model_conv_edit(e->model, cmd->conv);

	if (c == NULL)
		return;
	if (cmd->row > 0 && conv_first_row(c, INT64_MAX) <= cmd->row)
		return;
	c->goal_row = cmd->row;
	ask(e, c,
	    cmd->row > 0      ? HISTORY_PAGE_MAX
	    : cmd->number > 0 ? cmd->number
			      : HISTORY_PAGE);
}

/* What the store does not know: who is who, and what is on its way. */
static void
complete(struct engine *e, const struct conv *c, struct message *m)
{
	struct contact *k = contact_find(e, &c->fp);
	const void *cursor = NULL;
	struct chat_post post;
	bool in_flight;

	m->read = m->mine || m->row <= c->read_row;
	if (m->mine)
		m->from = e->identity->fp;
	else if (c->kind == CONV_KIND_DIRECT)
		m->from = c->fp;
	if (k != NULL && contact_is_legacy(k))
		m->dialect = k->pin.dialect;
	if (m->kind == MESSAGE_FILE)
		transfer_loaded(e, m);
	else if (m->dialect != DIALECT_EARSHOT)
		legacy_loaded(e, c, m);
	if (m->delivery != DELIVERY_QUEUED || k == NULL || k->chat == NULL)
		return;
	while (chat_each(k->chat, &cursor, &post, &in_flight)) {
		if (post.row == m->row && in_flight)
			m->delivery = DELIVERY_SENT;
	}
}

/* Something of the history, whoever said it. */
static const struct message *
find_message(const struct conv *c, const struct msg_id *id)
{
	for (uint64_t s = c->next_serial; s > c->first_serial; s--) {
		const struct message *m = conv_message(c, s - 1);
		if (m->kind != MESSAGE_INFO && m->kind != MESSAGE_ERROR &&
		    msg_id_equal(&m->id, id))
			return m;
	}
	return NULL;
}

static void
catch_up_shown(struct conv *c, const struct change *change)
{
	const struct message *last = conv_find_text(c, &change->id);
	int64_t row = last == NULL ? change->row : last->row;

	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		struct message *m = conv_message_edit(c, s);
		if (m->delivery == DELIVERY_DELIVERED && m->row <= row)
			m->delivery = DELIVERY_READ;
	}
}

static void
catch_up_delivery(struct conv *c, const struct change *change)
{
	struct message *m = conv_find_mine(c, &change->id);

	if (m == NULL || m->delivery == DELIVERY_READ)
		return;
	free(m->reason);
	m->delivery = change->delivery;
	m->reason = change->reason == NULL ? NULL : xstrdup(change->reason);
}

static void
catch_up_forgotten(
    struct engine *e, struct conv *c, const struct change *change)
{
	const struct message *m = find_message(c, &change->id);

	if (m != NULL)
		conv_remove(e->model, c, m->serial);
}

/* What the store lost with a commit that failed, it does not tell. */
static void
catch_up(struct engine *e, struct conv *c)
{
	for (const struct entry *n = e->journal.first; n != NULL; n = n->next) {
		const struct change *change = &n->change;
		if (!fp_equal(&change->fp, &c->fp))
			continue;
		if (change->kind == CHANGE_DELIVERY)
			catch_up_delivery(c, change);
		else if (change->kind == CHANGE_FORGET_MESSAGE)
			catch_up_forgotten(e, c, change);
		else if (change->kind == CHANGE_SHOWN)
			catch_up_shown(c, change);
		else if (change->kind == CHANGE_SEAL ||
			 change->kind == CHANGE_RECODE)
			legacy_catch_up(e, c, change);
		else if (change->kind == CHANGE_REVISION && !change->mine)
			revise_loaded(e, c, change);
	}
}

/* A text without a key that came again after a start, because nobody heard that
 * it is stored: it was shown then. */
static void
drop_doubles(struct conv *c, struct saved_page *page)
{
	size_t kept = 0;

	for (size_t i = 0; i < page->count; i++) {
		struct message *m = &page->messages[i];
		if (m->dialect != DIALECT_EARSHOT && !m->mine &&
		    m->kind == MESSAGE_TEXT &&
		    conv_find_text_of(c, &m->id, false) != NULL)
			message_clear(m);
		else
			page->messages[kept++] = *m;
	}
	page->count = kept;
}

static void
take_page(struct engine *e, struct conv *c, struct saved_page *page)
{
	/* What was in front when it was asked for was pushed out by what came
	 * since: there would be a gap. */
	if (conv_first_row(c, e->next_row) > c->asked_row &&
	    conv_first_row(c, 0) != 0) {
		c->older = true;
		return;
	}
	for (size_t i = 0; i < page->count; i++)
		complete(e, c, &page->messages[i]);
	drop_doubles(c, page);
	conv_prepend(e->model, c, page);
	catch_up(e, c);
}

void
engine_history(struct engine *e, struct now now, const struct fp *fp,
    struct saved_page *page)
{
	struct conv *c = conv_of(e, fp);

	effects_begin(e, now);
	if (c != NULL && c->loading) {
		uint64_t held = c->next_serial - c->first_serial;
		c->loading = false;
		take_page(e, c, page);
		model_touch(e->model);
		bool more = c->next_serial - c->first_serial > held;
		if (more && conv_first_row(c, 0) > c->goal_row &&
		    c->goal_row > 0)
			ask(e, c, HISTORY_PAGE_MAX);
	}
	engine_tick_rest(e, now);
}

void
history_draft(struct engine *e, const struct command *cmd)
{
	struct conv *c = model_conv_edit(e->model, cmd->conv);
	const char *old = c == NULL || c->draft == NULL ? "" : c->draft;
	size_t n;

	if (c == NULL)
		return;
	char *text =
	    own_text(cmd->text == NULL ? "" : cmd->text, PEER_TEXT_BODY, &n);
	if (strcmp(old, text) == 0) {
		free(text);
		return;
	}
	struct change change = {
		.kind = CHANGE_DRAFT, .fp = c->fp, .text = text, .size = n
	};
	commit_change(e, contact_find(e, &c->fp), &change);
	free(c->draft);
	c->draft = text;
	model_touch(e->model);
}

static bool
forget_message(
    struct engine *e, struct now now, const struct command *cmd, struct conv *c)
{
	const struct message *m = find_message(c, &cmd->target);

	if (m == NULL) {
		engine_error(e, now, cmd->conv,
		    "not forgotten: that message is not in view; scroll to it");
		return false;
	}
	struct contact *k = contact_find(e, &c->fp);
	struct change change = {
		.kind = CHANGE_FORGET_MESSAGE, .fp = c->fp, .id = cmd->target
	};
	uint64_t serial = m->serial;
	if (m->kind == MESSAGE_FILE)
		transfers_forget(e, now, &c->fp, m->row);
	if (k != NULL && k->chat != NULL)
		chat_withdraw(k->chat, &cmd->target);
	commit_change(e, k, &change);
	if (serial >= c->first_serial)
		conv_remove(e->model, c, serial);
	return true;
}

static void
forget_conv(
    struct engine *e, struct now now, const struct command *cmd, struct conv *c)
{
	struct contact *k = contact_find(e, &c->fp);
	bool all = cmd->on && k != NULL;
	struct change change = {
		.kind = all ? CHANGE_FORGET_CONTACT : CHANGE_FORGET_CONV,
		.fp = c->fp,
	};

	if (all)
		transfers_forget(e, now, &c->fp, 0);
	if (all)
		contact_forget(e, now, k);
	else if (k != NULL)
		outbox_withdraw(e, now, k, N_("forgotten"));
	commit_change(e, NULL, &change);
	/* The other end hears of it, in a post that is written after. */
	if (!all)
		transfers_forget(e, now, &c->fp, 0);
	conv_clear(e->model, c);
	c->last_row = c->read_row = 0;
	c->loading = false;
	free(c->draft);
	c->draft = NULL;
}

/* The last word about it, so it says what is gone and what is not. */
static void
tell_forgotten(struct engine *e, struct now now, const struct command *cmd,
    const struct peer *p)
{
	if (cmd->has_target && p != NULL && p->is_self)
		engine_info(
		    e, now, cmd->conv, "removed: nobody else ever had it");
	else if (cmd->has_target)
		engine_info(e, now, cmd->conv,
		    "removed from this machine; the other end keeps it");
	else if (p == NULL)
		engine_info(e, now, cmd->conv,
		    "all shouts are removed from this machine");
	else if (p->is_self)
		engine_info(e, now, cmd->conv,
		    "all your notes are removed from this machine");
	else if (cmd->on)
		engine_info(e, now, cmd->conv,
		    "the key and all that was said with %s is removed from "
		    "this machine; the other end keeps it",
		    p->name);
	else
		engine_info(e, now, cmd->conv,
		    "all that was said with %s is removed from this machine; "
		    "the other end keeps it",
		    p->name);
}

void
history_forget(struct engine *e, struct now now, const struct command *cmd)
{
	struct peer *p = model_peer_edit(e->model, &cmd->peer);
	bool nearby = fp_is_zero(&cmd->peer);
	struct conv *c = nearby      ? model_conv_edit(e->model, CONV_NEARBY)
			 : p == NULL ? NULL
				     : model_conv_open(e->model, p);

	if (c == NULL) {
		engine_error(e, now, cmd->conv, "that peer is not known");
		return;
	}
	if (!cmd->has_target)
		forget_conv(e, now, cmd, c);
	else if (!forget_message(e, now, cmd, c))
		return;
	tell_forgotten(e, now, cmd, p);
}
