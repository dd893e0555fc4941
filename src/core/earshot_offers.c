/* SPDX-License-Identifier: MIT */
/*
 * Offers of ours that were refused since too many wait for an answer there.
 * They are made again by themselves, the oldest first and each when the one
 * before it arrived: so of many only one is refused at a time. Then the rest
 * waits for a minute, or until one of ours is answered there, and no longer.
 */
#include "core/earshot_transfer.h"

#include "core/transfers.h"

enum {
	/* A minute there, by a clock that may be slower. */
	AGAIN_MS = 61000,
};

static const char too_many[] =
    N_("they have other offers of yours to answer; tried again each minute");

bool
earshot_offer_refused(struct engine *e, struct now now, struct contact *k,
    const struct chat_post *post, uint8_t code)
{
	struct transfer *t = transfer_find(e, &k->fp, &post->id);

	if (code != NACK_OFFERS || t == NULL || !t->mine ||
	    t->state != TRANSFER_OFFERED)
		return false;
	/* A try after an answer there puts off none. */
	if (now.mono_ms >= k->offer_minute_ms)
		k->offer_minute_ms = now.mono_ms + AGAIN_MS;
	k->offer_ms = k->offer_room ? now.mono_ms : k->offer_minute_ms;
	k->offer_room = false;
	outbox_settle(e, now, k, post, DELIVERY_QUEUED, NULL);
	if (t->again)
		return true;
	t->again = true;
	transfer_set_state(e, now, t, TRANSFER_OFFERED, too_many);
	return true;
}

/* What could be read before cannot be wrong now, but that its id is known: that
 * it was taken went with a session, and they say of it what they said first. */
bool
earshot_offer_is_known(struct engine *e, const struct contact *k,
    const struct msg_id *id, uint8_t code)
{
	const struct transfer *t = transfer_find(e, &k->fp, id);

	return code == NACK_FORMAT && t != NULL && t->mine && t->again;
}

void
earshot_offer_arrived(struct engine *e, struct now now, struct contact *k,
    const struct msg_id *id)
{
	struct transfer *t = transfer_find(e, &k->fp, id);

	k->offer_room = false;
	if (t == NULL || !t->mine || !t->again)
		return;
	t->again = false;
	if (t->state == TRANSFER_OFFERED)
		transfer_set_state(e, now, t, TRANSFER_OFFERED, NULL);
	else
		transfer_keep(e, now, t);
}

void
earshot_offer_answered(
    struct engine *e, struct now now, const struct transfer *t)
{
	struct contact *k = contact_find(e, &t->peer);

	if (k == NULL || !t->mine || t->state != TRANSFER_OFFERED)
		return;
	k->offer_ms = earlier_ms(k->offer_ms, now.mono_ms);
	k->offer_room = k->chat != NULL && chat_offers(k->chat);
}

void
earshot_offer_over(struct engine *e, struct now now, struct transfer *t)
{
	struct contact *k = contact_find(e, &t->peer);
	const struct chat_post post = {
		.type = MSG_FILE, .id = t->message, .row = t->row
	};

	if (!t->again || k == NULL)
		return;
	t->again = false;
	transfer_keep(e, now, t);
	outbox_settle(e, now, k, &post, DELIVERY_FAILED, N_("taken back"));
}

bool
earshot_offer_rests(const struct engine *e, const struct transfer *t)
{
	const struct contact *k = contact_find(e, &t->peer);

	return t->again && t->state == TRANSFER_OFFERED && k != NULL &&
	       (k->chat == NULL || !chat_has(k->chat, &t->message));
}

int64_t
earshot_offer_deadline(const struct engine *e, const struct transfer *t)
{
	const struct contact *k = t->again ? contact_find(e, &t->peer) : NULL;

	if (k == NULL || t->state != TRANSFER_OFFERED || e->model->leaving ||
	    (k->chat != NULL && chat_offers(k->chat)))
		return NEVER_MS;
	return k->offer_ms;
}

void
earshot_offer_tick(struct engine *e, struct now now, struct transfer *t)
{
	struct chat_post post;

	if (now.mono_ms < earshot_offer_deadline(e, t))
		return;
	struct contact *k = contact_find(e, &t->peer);
	k->offer_room = false;
	earshot_transfer_describe(t, &post);
	post.id = t->message;
	post.row = t->row;
	post.sent_ms = t->offered_ms;
	if (!talk_requeue(e, now, k, &post)) {
		k->offer_ms = now.mono_ms + AGAIN_MS;
		return;
	}
	struct change change = {
		.kind = CHANGE_REQUEUE,
		.fp = k->fp,
		.row = post.row,
		.id = post.id,
		.seq = post.seq,
		.mine = true,
		.waits = true,
		.delivery = DELIVERY_QUEUED,
	};
	commit_change(e, k, &change);
}
