/* SPDX-License-Identifier: MIT */
/*
 * Messages between the chats, the model and the store. An incoming text enters
 * the model and the store before it is acknowledged, one of the user before it
 * is sent (core/commit.c), and its effects go out in that order.
 */
#include "core/engine_state.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "core/earshot_transfer.h"
#include "core/ipmsg_line.h"
#include "core/legacy.h"
#include "core/plain.h"
#include "core/runs.h"
#include "core/transfers.h"

#include <stdlib.h>
#include <string.h>

/* On the screen at once, and to the store; its acknowledgement waits for the
 * commit. */
static void
take_text(struct engine *e, struct now now, struct contact *k,
    const struct chat_event *ev)
{
	struct peer *p = model_peer_edit(e->model, &k->fp);
	struct conv *c = model_conv_open(e->model, p);
	struct message m = {
		.kind = MESSAGE_TEXT,
		.row = e->next_row++,
		.id = ev->id,
		.from = k->fp,
		.sent_ms = ev->post.sent_ms,
		.arrived_ms = now.wall_ms,
		.action = (ev->post.flags & TEXT_ACTION) != 0,
		.has_target = ev->post.has_target,
		.target = ev->post.target,
		.transport = p->transport,
		.missing = ev->missing,
	};

	m.text = peer_text(ev->post.text, PEER_TEXT_BODY, &m.size);
	peer_set_typing(e, p, 0);
	struct change change = {
		.kind = CHANGE_MESSAGE,
		.fp = k->fp,
		.row = m.row,
		.id = m.id,
		.seq = ev->seq,
		.keep = !k->pin.forgets,
		.message = MESSAGE_TEXT,
		.flags = ev->post.flags,
		.from = k->fp,
		.has_target = m.has_target,
		.target = m.target,
		.missing = m.missing,
		.sent_ms = m.sent_ms,
		.arrived_ms = m.arrived_ms,
		.text = m.text,
		.size = m.size,
	};
	k->inbound_bytes += sizeof(change) + change.size;
	commit_change(e, k, &change);
	effect_message(e, c, conv_append(e->model, c, &m));
}

/* Whatever the number of their identities, strangers begin so many
 * conversations and no more, and say so much in them. */
bool
talk_has_room(struct engine *e, struct contact *k)
{
	if (k->answered)
		return true;
	if (k->in_inbox)
		return k->inbound_bytes < STRANGER_BYTES_MAX;
	if (e->strangers >= STRANGERS_MAX)
		return false;
	e->strangers++;
	k->in_inbox = true;
	return true;
}

static void
post_arrived(struct engine *e, struct now now, struct contact *k,
    const struct chat_event *ev)
{
	if (!talk_has_room(e, k)) {
		chat_refuse(k->chat, &ev->id, NACK_INBOX_FULL);
		return;
	}
	if (!k->pinned)
		contact_pin(e, now, k);
	if (!k->kept)
		contact_keep(e, k);
	if (ev->type == MSG_TEXT)
		take_text(e, now, k, ev);
	else if (ev->type == MSG_FILE)
		earshot_transfer_arrived(e, now, k, ev);
	else if (ev->type == MSG_FILE_STOP)
		earshot_transfer_ended(e, now, k, ev);
	else
		revise_arrived(e, now, k, ev);
}

static const char *
refusal_text(uint8_t code)
{
	static const char *const texts[] = {
		[NACK_UNSUPPORTED] =
		    N_("their earshot does not know this kind"),
		[NACK_TOO_LARGE] = N_("too long for their earshot"),
		[NACK_FORMAT] = N_("their earshot could not read it"),
		[NACK_INBOX_FULL] = N_("their inbox is full"),
		[NACK_BLOCKED] = N_("they do not take messages from you"),
		[NACK_OFFERS] = N_("they have too many other offers to answer"),
	};

	if (code >= sizeof(texts) / sizeof(texts[0]) || texts[code] == NULL)
		return N_("refused by their earshot");
	return texts[code];
}

static void
answered(struct engine *e, struct now now, struct contact *k,
    const struct chat_event *ev)
{
	bool acked = ev->kind == CHAT_ACKED;
	struct chat_post post = {
		.type = ev->type,
		.id = ev->id,
		.seq = ev->seq,
		.row = ev->row,
	};

	if (!acked && ev->type == MSG_FILE) {
		if (earshot_offer_refused(e, now, k, &post, ev->code))
			return;
		acked = earshot_offer_is_known(e, k, &ev->id, ev->code);
	}
	if (acked && ev->type == MSG_FILE)
		earshot_offer_arrived(e, now, k, &ev->id);
	else if (ev->type == MSG_FILE)
		transfer_unsent(e, now, k, &ev->id,
		    ev->code >= NACK_INBOX_FULL ? TRANSFER_REFUSED
						: TRANSFER_FAILED,
		    refusal_text(ev->code));
	outbox_settle(e, now, k, &post,
	    acked ? DELIVERY_DELIVERED : DELIVERY_FAILED,
	    acked ? NULL : refusal_text(ev->code));
}

static void
status_arrived(
    struct engine *e, struct contact *k, const struct msg_status *status)
{
	struct peer *p = model_peer_edit(e->model, &k->fp);
	char *text = peer_text(status->text, PEER_TEXT_STATUS, NULL);
	enum presence presence = status->away ? PRESENCE_AWAY : PRESENCE_ONLINE;
	bool changed = model_set_text(e->model, &p->status, text);

	free(text);
	if (!changed && p->presence == presence)
		return;
	p->presence = presence;
	model_touch(e->model);
	effect_peer(e, &k->fp);
}

static void
typing_arrived(struct engine *e, struct now now, struct contact *k, bool on)
{
	struct peer *p = model_peer_edit(e->model, &k->fp);

	peer_set_typing(e, p, on ? now.mono_ms + CHAT_TYPING_EXPIRE_MS : 0);
	if (on)
		e->typing_ms = earlier_ms(e->typing_ms, p->typing_until_ms);
}

static void
handle_event(struct engine *e, struct now now, struct contact *k,
    const struct chat_event *ev)
{
	switch (ev->kind) {
	case CHAT_POST:
		post_arrived(e, now, k, ev);
		break;
	case CHAT_ACKED:
	case CHAT_REFUSED:
		answered(e, now, k, ev);
		break;
	case CHAT_SHOWN:
		receipts_shown(e, now, k, &ev->id);
		break;
	case CHAT_TYPING:
		typing_arrived(e, now, k, ev->typing);
		break;
	case CHAT_STATUS:
		status_arrived(e, k, &ev->status);
		break;
	case CHAT_NACKED:
		runs_nacked(e, now, k, &ev->id);
		break;
	case CHAT_FILE_CALL:
		earshot_transfer_called(e, now, k, &ev->id);
		break;
	}
}

void
talk_input(struct engine *e, struct now now, struct conn *c, const uint8_t *p,
    size_t n)
{
	struct chat_event ev;

	if (runs_input(e, now, c->contact, p, n))
		return;
	chat_input(c->contact->chat, p, n);
	while (chat_event(c->contact->chat, &ev))
		handle_event(e, now, c->contact, &ev);
}

void
talk_flush(struct engine *e, struct now now, struct contact *k)
{
	struct conn *c = conn_get(e, k->conn);
	struct chat_packet packet;

	if (contact_is_legacy(k))
		legacy_flush(e, now, k);
	if (c == NULL)
		return;
	while (chat_output(k->chat, &packet)) {
		/* The output of a stream is handed on below, and a flight fits
		 * the queue of datagrams. If it is full all the same, what was
		 * not taken goes out with the next session. */
		if (carrier_send(&c->carrier, now, packet.bytes, packet.size) <
		    0) {
			c->deadline_ms = now.mono_ms;
			break;
		}
		if (packet.is_post &&
		    (packet.type == MSG_TEXT || packet.type == MSG_FILE))
			effect_set_delivery(
			    e, k, packet.row, &packet.id, DELIVERY_SENT, NULL);
	}
	conn_flush(e, now, c);
}

void
talk_interrupted(struct engine *e, const struct contact *k)
{
	const struct peer *p = model_peer(e->model, &k->fp);
	struct conv *c = model_conv_edit(e->model, p->conv);

	/* In plain text "sent" is the end of it. */
	if (c == NULL || p->dialect == DIALECT_PLAIN)
		return;
	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		struct message *m = conv_message_edit(c, s);
		if (m->delivery == DELIVERY_SENT)
			message_set_delivery(e, c, m, DELIVERY_QUEUED, NULL);
	}
}

/* False, and the user is told why, when nothing may be sent to p. */
static bool
may_write(struct engine *e, struct now now, const struct command *cmd,
    const struct peer *p, const struct contact *k)
{
	char label[PEER_LABEL_SIZE], tag[TAG_LONG + 1];

	if (p->trust == TRUST_BLOCKED) {
		engine_error(e, now, cmd->conv, "%s is blocked; not sent",
		    peer_label(p, false, label));
		return false;
	}
	if (contact_is_legacy(k))
		return legacy_may_write(e, now, cmd, k);
	if (p->trust != TRUST_CHANGED || k->accepted)
		return true;
	engine_error(e, now, cmd->conv,
	    "not sent: this is not the %s you talked to before, the key "
	    "differs. To talk to this one all the same: /query %s.%s",
	    p->name, p->name, fp_tag(&p->fp, TAG_LONG, tag));
	return false;
}

struct contact *
talk_partner(struct engine *e, struct now now, const struct command *cmd)
{
	const struct peer *p = model_peer(e->model, &cmd->peer);

	if (p == NULL) {
		engine_error(e, now, cmd->conv,
		    "not sent: that peer is not known any more. /who");
		return NULL;
	}
	struct contact *k = contact_get(e, now, &cmd->peer);
	if (k == NULL) {
		engine_error(e, now, cmd->conv,
		    "not sent: %d contacts are the most earshot keeps",
		    CONTACTS_MAX);
		return NULL;
	}
	if (may_write(e, now, cmd, p, k))
		return k;
	contact_release(e, k);
	return NULL;
}

/* Whoever was written to is no stranger any more. */
void
talk_set_answered(struct engine *e, struct contact *k)
{
	e->strangers -= k->in_inbox ? 1 : 0;
	k->in_inbox = false;
	if (k->answered)
		return;
	k->answered = true;
	k->kept = false;
}

static bool
enqueue(struct engine *e, struct now now, uint32_t conv, struct contact *k,
    struct chat_post *post)
{
	const struct peer *p = model_peer(e->model, &k->fp);
	struct chat *chat = contact_chat(e, k);

	post->sent_ms = now.wall_ms;
	post->row = e->next_row;
	if (chat_send(chat, post) < 0) {
		engine_error(e, now, conv,
		    "not sent: %zu messages already wait for %s",
		    chat_waiting(chat), p->name);
		return false;
	}
	e->next_row++;
	return true;
}

static void
enqueued(struct engine *e, struct now now, struct contact *k)
{
	if (!k->kept)
		contact_keep(e, k);
	outbox_watch(e, now);
	if (contact_is_legacy(k))
		legacy_chat_up(e, k);
	else if (k->conn == 0)
		dialling_want(k, now, 0);
}

bool
talk_queue(struct engine *e, struct now now, uint32_t conv, struct contact *k,
    struct chat_post *post)
{
	if (!enqueue(e, now, conv, k, post))
		return false;
	enqueued(e, now, k);
	return true;
}

bool
talk_requeue(
    struct engine *e, struct now now, struct contact *k, struct chat_post *post)
{
	if (chat_send_again(contact_chat(e, k), post) < 0)
		return false;
	enqueued(e, now, k);
	return true;
}

bool
talk_post(struct engine *e, struct now now, const struct command *cmd,
    struct contact *k, struct chat_post *post)
{
	if (!enqueue(e, now, cmd->conv, k, post))
		return false;
	talk_set_answered(e, k);
	if (k->conn != 0 && !k->pinned)
		contact_pin(e, now, k);
	enqueued(e, now, k);
	return true;
}

static void
store_text(struct engine *e, struct now now, struct contact *k,
    const struct chat_post *post)
{
	const struct peer *p = model_peer(e->model, &k->fp);
	struct change change = {
		.kind = CHANGE_MESSAGE,
		.fp = k->fp,
		.row = post->row,
		.id = post->id,
		.seq = post->seq,
		.mine = true,
		.waits = true,
		.keep = !k->pin.forgets,
		.message = MESSAGE_TEXT,
		.flags = post->flags,
		.from = e->identity->fp,
		.has_target = post->has_target,
		.target = post->target,
		.sent_ms = now.wall_ms,
		.arrived_ms = now.wall_ms,
		.delivery = DELIVERY_QUEUED,
		.text = post->text,
		.size = post->size,
		.dialect = p->dialect,
		.obfuscated = p->obfuscates,
	};

	commit_change(e, k, &change);
}

static void
show_text(struct engine *e, struct now now, const struct contact *k,
    const struct chat_post *post, bool action)
{
	struct peer *p = model_peer_edit(e->model, &k->fp);
	struct message m = {
		.kind = MESSAGE_TEXT,
		.row = post->row,
		.id = post->id,
		.delivery = DELIVERY_QUEUED,
		.mine = true,
		.read = true,
		.action = action,
		.has_target = post->has_target,
		.target = post->target,
		.transport = p->transport,
		.from = e->identity->fp,
		.sent_ms = now.wall_ms,
		.arrived_ms = now.wall_ms,
		.text = xstrndup(post->text, post->size),
		.size = post->size,
		.dialect = p->dialect,
		.obfuscated = p->obfuscates,
	};
	struct conv *c = model_conv_open(e->model, p);

	effect_message(e, c, conv_append(e->model, c, &m));
}

static void
queue_text(struct engine *e, struct now now, const struct command *cmd,
    struct contact *k, const char *text, size_t n)
{
	bool native = !contact_is_legacy(k);
	struct chat_post post = {
		.type = MSG_TEXT,
		.flags = native ? (cmd->action ? TEXT_ACTION : 0)
				: (cmd->sealed ? LEGACY_SEALED : 0),
		.has_target = cmd->has_target && native,
		.target = cmd->target,
		.text = text,
		.size = n,
	};

	if (!talk_post(e, now, cmd, k, &post))
		return;
	store_text(e, now, k, &post);
	show_text(e, now, k, &post, cmd->action && native);
}

/* False, and the user is told why, when k could never read it. */
static bool
may_say(struct engine *e, struct now now, const struct command *cmd,
    struct contact *k, const char *text, size_t n)
{
	const struct peer *p = model_peer(e->model, &k->fp);

	if (cmd->sealed && p->dialect != DIALECT_IPMSG) {
		engine_error(
		    e, now, cmd->conv, "not sent: only IP Messenger has seals");
		return false;
	}
	if (p->dialect == DIALECT_PLAIN)
		return plain_may_say(e, now, cmd, p, text, n);
	return p->dialect != DIALECT_IPMSG ||
	       ipmsg_line_may_say(e, now, cmd, p, text, n);
}

void
talk_say(struct engine *e, struct now now, const struct command *cmd)
{
	bool notes = notes_are(e, &cmd->peer);
	struct contact *k = notes ? NULL : talk_partner(e, now, cmd);
	size_t n;

	if (k == NULL && !notes)
		return;
	char *text = k != NULL && contact_is_legacy(k)
			 ? legacy_wording(e, cmd, k, &n)
			 : own_text(cmd->text, PEER_TEXT_BODY, &n);
	if (n == 0 || n > TEXT_MAX)
		engine_error(e, now, cmd->conv, "not sent: %s",
		    n == 0 ? say(e->model->lang, "there is no text")
			   : say(e->model->lang,
				 "the text is longer than 65536 bytes"));
	else if (notes)
		notes_say(e, now, cmd, text, n);
	else if (may_say(e, now, cmd, k, text, n))
		queue_text(e, now, cmd, k, text, n);
	free(text);
	if (k != NULL)
		contact_release(e, k);
}

void
talk_shout(struct engine *e, struct message *m, bool keep)
{
	struct conv *c = model_conv_edit(e->model, CONV_NEARBY);

	m->row = e->next_row++;
	m->read |= message_is_ignored(e->model, m);
	struct change change = {
		.kind = CHANGE_MESSAGE,
		.row = m->row,
		.id = m->id,
		.mine = m->mine,
		.keep = true,
		.message = MESSAGE_SHOUT,
		.from = m->from,
		.sent_ms = m->sent_ms,
		.arrived_ms = m->arrived_ms,
		.text = m->text,
		.size = m->size,
		.dialect = m->dialect,
		.obfuscated = m->obfuscated,
		.charset = m->charset,
		.declared = m->declared,
		.raw = m->raw,
		.raw_size = m->raw_size,
	};
	/* Nobody waits for what all have heard. */
	if (keep && !commit_is_full(e))
		commit_change(e, NULL, &change);
	effect_message(e, c, conv_append(e->model, c, m));
}
