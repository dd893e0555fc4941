/* SPDX-License-Identifier: MIT */
/*
 * The notes to oneself: a conversation under our own fingerprint. There is no
 * contact for it, so nothing of it is ever dialled, sent, or waited for, and
 * nobody else can put anything there: an announcement or a session with our
 * fingerprint is refused before it comes near a conversation.
 *
 * What is said is "queued" until the store has it and "delivered" then.
 */
#include "core/engine_state.h"

#include "base/mem.h"

#include <stdio.h>

bool
notes_are(const struct engine *e, const struct fp *fp)
{
	return fp_equal(fp, &e->identity->fp);
}

void
notes_open(struct engine *e)
{
	struct peer *p = model_notes_add(e->model);

	p->presence = PRESENCE_OFFLINE;
}

/* The store, and who reads it beside us, knows a conversation by the pin of
 * whom it is with. */
static void
keep_pin(struct engine *e, struct now now)
{
	struct pin pin = {
		.fp = e->identity->fp,
		.trust = TRUST_VERIFIED,
		.answered = true,
		.first_ms = now.wall_ms,
		.last_ms = now.wall_ms,
		.name = NOTES_NAME,
	};
	struct change c = { .kind = CHANGE_PIN, .fp = pin.fp, .pin = &pin };

	if (e->notes_kept)
		return;
	e->notes_kept = true;
	commit_change(e, NULL, &c);
}

static struct conv *
conv_open(struct engine *e)
{
	return model_conv_open(
	    e->model, model_peer_edit(e->model, &e->identity->fp));
}

static struct change
change_of(const struct message *m)
{
	return (struct change){
		.kind = CHANGE_MESSAGE,
		.fp = m->from,
		.row = m->row,
		.id = m->id,
		.mine = true,
		.keep = true,
		.message = MESSAGE_TEXT,
		.flags = m->action ? TEXT_ACTION : 0,
		.from = m->from,
		.has_target = m->has_target,
		.target = m->target,
		.sent_ms = m->sent_ms,
		.arrived_ms = m->arrived_ms,
		.delivery = DELIVERY_DELIVERED,
		.text = m->text,
		.size = m->size,
	};
}

void
notes_say(struct engine *e, struct now now, const struct command *cmd,
    const char *text, size_t n)
{
	struct message m = {
		.kind = MESSAGE_TEXT,
		.row = e->next_row++,
		.delivery = DELIVERY_QUEUED,
		.mine = true,
		.read = true,
		.action = cmd->action,
		.has_target = cmd->has_target,
		.target = cmd->target,
		.from = e->identity->fp,
		.sent_ms = now.wall_ms,
		.arrived_ms = now.wall_ms,
		.text = xstrndup(text, n),
		.size = n,
	};
	struct conv *c = conv_open(e);

	rng_fill(&e->rng, m.id.b, MSG_ID_SIZE);
	keep_pin(e, now);
	struct change change = change_of(&m);
	commit_change(e, NULL, &change);
	effect_message(e, c, conv_append(e->model, c, &m));
}

void
notes_revise(struct engine *e, struct now now, struct change *change)
{
	struct conv *c = conv_open(e);
	struct message *m = conv_find_mine(c, &change->target);

	change->row = e->next_row++;
	rng_fill(&e->rng, change->id.b, MSG_ID_SIZE);
	change->waits = false;
	change->delivery = DELIVERY_DELIVERED;
	keep_pin(e, now);
	commit_change(e, NULL, change);
	if (m != NULL)
		revise_message(e, c, m, change);
}

void
notes_stored(struct engine *e, const struct change *change)
{
	struct conv *c = conv_open(e);
	struct message *m = conv_find_row(c, change->row, &change->id);

	if (change->kind != CHANGE_MESSAGE || m == NULL)
		return;
	message_set_delivery(e, c, m, DELIVERY_DELIVERED, NULL);
}

void
notes_refuse(struct engine *e, struct now now, const struct command *cmd)
{
	engine_error(e, now, cmd->conv,
	    "that does not go with %s: nobody is at the other end", NOTES_NAME);
}
