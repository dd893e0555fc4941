/* SPDX-License-Identifier: MIT */
/*
 * Messages between the chats and the model. An incoming text enters the model
 * before it is acknowledged, and its effects go out in that order.
 */
#include "core/engine_state.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/peer_text.h"

#include <stdlib.h>
#include <string.h>

static void
show_text(struct engine *e, struct now now, struct contact *k,
    const struct chat_event *ev)
{
	struct peer *p = model_peer_edit(e->model, &k->fp);
	struct conv *c = model_conv_open(e->model, p);
	struct message m = {
		.kind = MESSAGE_TEXT,
		.id = ev->id,
		.from = k->fp,
		.sent_ms = ev->post.sent_ms,
		.arrived_ms = now.wall_ms,
		.action = (ev->post.flags & TEXT_ACTION) != 0,
		.transport = p->transport,
		.missing = ev->missing,
	};

	m.text = peer_text(ev->post.text, PEER_TEXT_BODY, &m.size);
	peer_set_typing(e, p, 0);
	effect_message(e, c, conv_append(e->model, c, &m));
}

/* Whatever the number of their identities, strangers begin so many
 * conversations and no more. */
static bool
has_room(struct engine *e, struct contact *k)
{
	if (k->answered || k->in_inbox)
		return true;
	if (e->strangers >= STRANGERS_MAX)
		return false;
	e->strangers++;
	k->in_inbox = true;
	return true;
}

static void
text_arrived(struct engine *e, struct now now, struct contact *k,
    const struct chat_event *ev)
{
	if (!has_room(e, k)) {
		chat_refuse(k->chat, &ev->id, NACK_INBOX_FULL);
		return;
	}
	if (!k->pinned)
		contact_pin(e, now, k);
	if (ev->type == MSG_TEXT)
		show_text(e, now, k, ev);
	chat_ack(k->chat, &ev->id, ev->seq);
}

static void
set_delivery(struct engine *e, struct contact *k, const struct msg_id *id,
    enum delivery delivery, const char *reason)
{
	const struct peer *p = model_peer(e->model, &k->fp);
	struct conv *c = model_conv_edit(e->model, p->conv);
	struct message *m = c == NULL ? NULL : conv_find_mine(c, id);

	if (m != NULL)
		message_set_delivery(e, c, m, delivery, reason);
}

static const char *
refusal_text(uint8_t code)
{
	static const char *const texts[] = {
		[NACK_UNSUPPORTED] = "their earshot does not know this kind",
		[NACK_TOO_LARGE] = "too long for their earshot",
		[NACK_FORMAT] = "their earshot could not read it",
		[NACK_INBOX_FULL] = "their inbox is full",
		[NACK_BLOCKED] = "they do not take messages from you",
	};

	if (code >= sizeof(texts) / sizeof(texts[0]) || texts[code] == NULL)
		return "refused by their earshot";
	return texts[code];
}

static void
acked(struct engine *e, struct contact *k, const struct chat_event *ev)
{
	if (ev->ack == ACK_REFUSED)
		set_delivery(e, k, &ev->id, DELIVERY_FAILED, refusal_text(0));
	else
		set_delivery(e, k, &ev->id,
		    ev->ack == ACK_SHOWN ? DELIVERY_READ : DELIVERY_DELIVERED,
		    NULL);
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
		text_arrived(e, now, k, ev);
		break;
	case CHAT_SHOWN:
		break;
	case CHAT_ACKED:
		acked(e, k, ev);
		break;
	case CHAT_REFUSED:
		set_delivery(
		    e, k, &ev->id, DELIVERY_FAILED, refusal_text(ev->code));
		break;
	case CHAT_TYPING:
		typing_arrived(e, now, k, ev->typing);
		break;
	case CHAT_STATUS:
		status_arrived(e, k, &ev->status);
		break;
	}
}

void
talk_input(struct engine *e, struct now now, struct conn *c, const uint8_t *p,
    size_t n)
{
	struct chat_event ev;

	chat_input(c->contact->chat, p, n);
	while (chat_event(c->contact->chat, &ev))
		handle_event(e, now, c->contact, &ev);
}

void
talk_flush(struct engine *e, struct now now, struct contact *k)
{
	struct conn *c = conn_get(e, k->conn);
	struct chat_packet packet;

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
		if (packet.is_post)
			set_delivery(e, k, &packet.id, DELIVERY_SENT, NULL);
	}
	conn_flush(e, now, c);
}

void
talk_interrupted(struct engine *e, const struct contact *k)
{
	const struct peer *p = model_peer(e->model, &k->fp);
	struct conv *c = model_conv_edit(e->model, p->conv);

	if (c == NULL)
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
	if (p->trust != TRUST_CHANGED || k->accepted)
		return true;
	engine_error(e, now, cmd->conv,
	    "not sent: this is not the %s you talked to before, the key "
	    "differs. To talk to this one all the same: /query %s.%s",
	    p->name, p->name, fp_tag(&p->fp, TAG_LONG, tag));
	return false;
}

static void
queue_text(struct engine *e, struct now now, const struct command *cmd,
    struct contact *k, const char *text, size_t n)
{
	struct peer *p = model_peer_edit(e->model, &k->fp);
	struct conv *c = model_conv_open(e->model, p);
	struct chat_post post = {
		.type = MSG_TEXT,
		.sent_ms = now.wall_ms,
		.flags = cmd->action ? TEXT_ACTION : 0,
		.text = text,
		.size = n,
	};

	if (k->chat == NULL)
		k->chat = chat_new(&e->rng, e->epoch);
	if (chat_send(k->chat, &post) < 0) {
		engine_error(e, now, cmd->conv,
		    "not sent: %zu messages already wait for %s",
		    chat_waiting(k->chat), p->name);
		return;
	}
	struct message m = {
		.kind = MESSAGE_TEXT,
		.id = post.id,
		.delivery = DELIVERY_QUEUED,
		.mine = true,
		.read = true,
		.action = cmd->action,
		.from = e->identity->fp,
		.sent_ms = now.wall_ms,
		.arrived_ms = now.wall_ms,
		.text = xstrndup(text, n),
		.size = n,
	};
	chat_stored(k->chat, post.seq);
	k->answered = true;
	e->strangers -= k->in_inbox ? 1 : 0;
	k->in_inbox = false;
	if (k->pinned && !k->pin.answered)
		effect_add(e, (struct effect){ .kind = EFFECT_SAVE_PINS });
	k->pin.answered = true;
	/* Nobody was asked about this one. */
	e->asked_to_leave = false;
	effect_message(e, c, conv_append(e->model, c, &m));
	if (k->conn != 0 && !k->pinned)
		contact_pin(e, now, k);
	if (k->conn != 0)
		talk_flush(e, now, k);
	else
		dial_want(&k->dial, now, 0);
}

void
talk_say(struct engine *e, struct now now, const struct command *cmd)
{
	const struct peer *p = model_peer(e->model, &cmd->peer);

	if (p == NULL) {
		engine_error(e, now, cmd->conv,
		    "not sent: that peer is not known any more. /who");
		return;
	}
	struct contact *k = contact_get(e, now, &cmd->peer);
	if (k == NULL) {
		engine_error(e, now, cmd->conv,
		    "not sent: %d contacts are the most earshot keeps",
		    CONTACTS_MAX);
		return;
	}
	if (!may_write(e, now, cmd, p, k)) {
		contact_release(e, k);
		return;
	}
	size_t n;
	char *text = own_text(cmd->text, PEER_TEXT_BODY, &n);
	if (n == 0 || n > TEXT_MAX)
		engine_error(e, now, cmd->conv, "not sent: %s",
		    n == 0 ? "there is no text"
			   : "the text is longer than 65536 bytes");
	else
		queue_text(e, now, cmd, k, text, n);
	free(text);
	contact_release(e, k);
}
