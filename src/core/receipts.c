/* SPDX-License-Identifier: MIT */
/*
 * What was shown: to our user, which the store remembers and the other end
 * hears of where the user wants it, and theirs to them.
 */
#include "core/engine_state.h"

static const struct message *
newest_of_theirs(const struct conv *c)
{
	for (uint64_t s = c->next_serial; s > c->first_serial; s--) {
		const struct message *m = conv_message(c, s - 1);
		bool is_post =
		    (m->kind == MESSAGE_TEXT && m->ran == RAN_NOT) ||
		    (m->kind == MESSAGE_FILE && m->dialect == DIALECT_EARSHOT);
		if (is_post && !m->mine)
			return m;
	}
	return NULL;
}

void
receipts_read(struct engine *e, struct conv *c)
{
	struct change change = {
		.kind = CHANGE_READ, .fp = c->fp, .row = c->last_row
	};

	if (c->unread == 0)
		return;
	const struct message *m = newest_of_theirs(c);
	conv_mark_read(e->model, c);
	c->read_row = c->last_row;
	if (m != NULL)
		change.id = m->id;
	commit_change(e, contact_find(e, &c->fp), &change);
}

void
receipts_tell(struct contact *k, const struct msg_id *id)
{
	static const struct msg_id none;

	if (k->pin.receipts && k->chat != NULL && !msg_id_equal(id, &none))
		chat_shown(k->chat, id);
}

/* They are in order: what is above one that was read was read, too. */
static void
mark_shown(struct engine *e, struct conv *c, uint64_t serial)
{
	for (uint64_t s = serial + 1; s > c->first_serial; s--) {
		struct message *m = conv_message_edit(c, s - 1);
		if (!m->mine ||
		    (m->kind != MESSAGE_TEXT && m->kind != MESSAGE_FILE))
			continue;
		if (m->delivery == DELIVERY_READ)
			break;
		if (m->delivery == DELIVERY_DELIVERED)
			message_set_delivery(e, c, m, DELIVERY_READ, NULL);
	}
}

void
receipts_shown(struct engine *e, struct now now, struct contact *k,
    const struct msg_id *id)
{
	struct conv *c =
	    model_conv_edit(e->model, model_peer(e->model, &k->fp)->conv);
	struct message *m = c == NULL ? NULL : conv_find_text(c, id);
	struct change change = { .kind = CHANGE_SHOWN, .fp = k->fp, .id = *id };

	if (c == NULL)
		return;
	if (m == NULL && !bucket_take(&k->receipts, now.mono_ms))
		return;
	/* Forged, or told before. */
	if (m != NULL && (!m->mine || m->delivery != DELIVERY_DELIVERED))
		return;
	/* The store need not have it, only those before it. */
	if (m != NULL)
		change.row = m->row;
	commit_change(e, k, &change);
	if (m != NULL)
		mark_shown(e, c, m->serial);
}
