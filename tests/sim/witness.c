/* SPDX-License-Identifier: MIT */
/*
 * What people see, and what enters a session, against what the ledger knows.
 */
#include "ledger_state.h"

#include <string.h>

/* How often they are looked at. */
enum { HOUR_MS = 3600 * 1000 };

void
ledger_text_shown(struct ledger *l, unsigned node, const struct message *m)
{
	struct post *p = ledger_find(l, &m->id);
	uint32_t run = ledger_run(l, node);

	if (p == NULL || p->is_revision ||
	    (m->mine ? p->from : p->to) != node) {
		ledger_fail(l, "%s shows what nobody wrote: %s",
		    ledger_name(l, node), m->text);
		return;
	}
	if (!m->edited && !m->deleted && !ledger_is_text_of(l, p, m->text))
		ledger_blame(l, p, "is shown with another text");
	if (m->has_target != p->has_target ||
	    (p->has_target && !msg_id_equal(&m->target, &p->target)))
		ledger_blame(l, p, "answers something else");
	if (m->missing != 0)
		ledger_blame(
		    l, p, "is shown as if something were missing before it");
	if ((m->mine ? p->shown_run : p->shown_there_run) == run)
		ledger_blame(l, p, "is shown twice");
	*(m->mine ? &p->shown_run : &p->shown_there_run) = run;
	if (m->mine)
		return;
	struct lane *lane = &l->lanes[p->from][node];
	if (p->at <= lane->shown)
		ledger_blame(l, p, "is shown out of order");
	lane->shown = p->at;
	l->over_udp += m->transport == CARRIER_UDP;
}

bool
ledger_is_seen(const struct post *p)
{
	return p->seen_there || p->forgotten_there || !p->keep_there ||
	       p->forgotten_there_run != 0;
}

/* Of one of node's own, to its user. */
void
ledger_delivery_told(
    struct ledger *l, unsigned node, const struct effect *effect)
{
	struct post *p = ledger_find(l, &effect->id);
	uint32_t run = ledger_run(l, node);

	if (p == NULL || p->from != node) {
		ledger_fail(l, "%s is told of what it never wrote",
		    ledger_name(l, node));
		return;
	}
	bool was_final = p->told_run == run || p->delivered;
	switch (effect->delivery) {
	case DELIVERY_NONE:
		break;
	case DELIVERY_QUEUED:
	case DELIVERY_SENT:
		if (was_final || p->failed_run == run)
			ledger_blame(l, p, "waits again after its end");
		break;
	case DELIVERY_DELIVERED:
		if (!p->was_stored)
			ledger_blame(l, p, "is told to be delivered");
		if (p->failed_run == run)
			ledger_blame(l, p, "is delivered after it failed");
		p->told_run = run;
		break;
	case DELIVERY_READ:
		if (!was_final)
			ledger_blame(l, p, "is read before it is delivered");
		if (!ledger_is_seen(p))
			ledger_blame(l, p, "is read, but nobody saw it");
		p->read_run = run;
		break;
	case DELIVERY_FAILED:
		if (was_final)
			ledger_blame(l, p, "fails after it was delivered");
		if (effect->text == NULL || effect->text[0] == '\0')
			ledger_blame(l, p, "fails without a word");
		l->must_fail[node] -= p->must_fail;
		p->must_fail = false;
		p->failed_run = run;
		ledger_note(l, p, "failed");
		break;
	}
}

static void
post_leaves(struct ledger *l, unsigned node, const struct msg_post *m)
{
	struct post *p = ledger_find(l, &m->id);
	uint32_t run = ledger_run(l, node);

	if (p == NULL || p->from != node) {
		ledger_fail(
		    l, "%s sends what it never wrote", ledger_name(l, node));
		return;
	}
	if (ledger_is_note(p))
		ledger_blame(l, p, "leaves, and is a note");
	if (!p->accepted)
		ledger_blame(l, p, "leaves before it is committed");
	if (p->failed || p->failed_run == run)
		ledger_blame(l, p, "leaves after it failed");
	l->repeats += p->left;
	p->left = true;
	ledger_note(l, p, "leaves");
}

static void
ack_before(const struct lane *lane, const struct post *last)
{
	for (size_t i = 0; i + 1 < last->at; i++)
		lane->posts[i]->acked |= lane->posts[i]->stored;
}

static void
ack_leaves(struct ledger *l, unsigned node, const struct msg_ack *ack)
{
	for (size_t i = 0; i < ack->count; i++) {
		struct post *p = ledger_find(l, &ack->ids[i]);
		if (p == NULL || p->to != node) {
			ledger_fail(l, "%s acknowledges what never came",
			    ledger_name(l, node));
			continue;
		}
		/* Of what was forgotten it may still be said that it came; and
		 * nobody waits for what its sender gave up. */
		if (!p->stored && (!p->was_stored || p->renewed) &&
		    !p->forgotten && !p->failed)
			ledger_blame(
			    l, p, "is acknowledged before it is committed");
		if (ack->state == ACK_SHOWN) {
			if (!p->seen_there)
				ledger_blame(l, p, "is said to be read");
			if (!sim_peer(l->sim, node, p->from)->receipts)
				ledger_blame(
				    l, p, "is said to be read unasked");
			ack_before(&l->lanes[p->from][node], p);
		}
		p->acked |= p->was_stored;
		l->acks++;
		ledger_note(l, p, "acknowledged");
	}
}

bool
ledger_leaves(struct ledger *l, const uint8_t *p, size_t n, struct msg *ret_msg)
{
	unsigned node = sim_running(l->sim);

	if (msg_decode(p, n, ret_msg) < 0) {
		ledger_fail(l, "%s sends nonsense", ledger_name(l, node));
		return false;
	}
	if (ret_msg->type == MSG_ACK)
		ack_leaves(l, node, &ret_msg->ack);
	if (ret_msg->type == MSG_NACK)
		ledger_fail(l, "%s refuses something", ledger_name(l, node));
	if (!msg_is_post(ret_msg->type))
		return false;
	post_leaves(l, node, &ret_msg->post);
	const struct post *post = ledger_find(l, &ret_msg->post.id);
	if (post == NULL || !post->forged)
		return false;
	ret_msg->post.target = post->forged_target;
	l->forgeries++;
	return true;
}

/* Whether a post is, for the process of its sender that runs, still to go. */
static bool
is_waiting(const struct ledger *l, const struct post *p)
{
	uint32_t run = ledger_run(l, p->from);

	return !p->never && !p->delivered && !p->failed && !p->given_up &&
	       p->told_run != run && p->failed_run != run && !p->forgotten;
}

size_t
ledger_waiting_in(const struct ledger *l, const struct lane *lane)
{
	size_t waiting = 0;

	/* What is being forgotten is in no queue, whatever its commit does. */
	for (size_t i = 0; i < lane->count; i++) {
		const struct post *p = lane->posts[i];
		waiting += is_waiting(l, p) &&
			   p->forgotten_run != ledger_run(l, p->from);
	}
	return waiting;
}

size_t
ledger_waiting(const struct ledger *l)
{
	size_t waiting = 0;

	for (unsigned from = 0; from < l->count; from++) {
		for (unsigned to = 0; to < l->count; to++)
			waiting += ledger_waiting_in(l, &l->lanes[from][to]);
	}
	return waiting;
}

void
ledger_waiting_of(
    const struct ledger *l, unsigned node, size_t *ret_min, size_t *ret_max)
{
	*ret_min = *ret_max = 0;
	for (unsigned to = 0; to < l->count; to++) {
		const struct lane *lane = &l->lanes[node][to];
		for (size_t i = 0; i < lane->count; i++) {
			const struct post *p = lane->posts[i];
			bool gone = p->given_up ||
				    p->forgotten_run == ledger_run(l, node);
			bool waits = is_waiting(l, p) && to != node;
			*ret_min += waits && !gone;
			*ret_max +=
			    waits || (gone && !p->delivered && to != node);
		}
	}
}

static void
judge_age(struct ledger *l, const struct post *p)
{
	if (is_waiting(l, p) && ledger_age_ms(l, p) > EXPIRE_MS + HOUR_MS)
		ledger_blame(l, p, "waits for more than a month");
}

void
ledger_expired(struct ledger *l)
{
	for (unsigned from = 0; from < l->count; from++) {
		for (unsigned to = 0; to < l->count; to++) {
			const struct lane *lane = &l->lanes[from][to];
			bool alive = sim_node(l->sim, from)->alive;
			for (size_t i = 0; alive && i < lane->count; i++)
				judge_age(l, lane->posts[i]);
		}
	}
}

static void
judge_shown(struct ledger *l, unsigned node, const struct message *m,
    const struct post *p)
{
	uint32_t run = ledger_run(l, node);
	enum delivery d = m->delivery;
	bool final = p->delivered || p->told_run == run;

	if (!m->mine)
		return;
	if ((d == DELIVERY_QUEUED || d == DELIVERY_SENT) &&
	    (final || !is_waiting(l, p)) && p->forgotten_run != run &&
	    !p->given_up)
		ledger_blame(l, p, "is shown as if it waited");
	if ((d == DELIVERY_DELIVERED || d == DELIVERY_READ) && !p->was_stored)
		ledger_blame(l, p, "is shown as delivered");
	if (d == DELIVERY_FAILED && final && !m->deleted)
		ledger_blame(l, p, "is shown as failed, and was delivered");
	if (d == DELIVERY_NONE)
		ledger_blame(l, p, "has no delivery");
}

static void
scan_conv(struct ledger *l, unsigned node, const struct conv *c)
{
	size_t last = 0;
	int64_t row = 0;

	if (c->next_serial - c->first_serial > CONV_MESSAGES_MAX + 500)
		ledger_fail(
		    l, "%s holds too many messages", ledger_name(l, node));
	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		const struct message *m = conv_message(c, s);
		if (m->kind != MESSAGE_TEXT)
			continue;
		const struct post *p = ledger_find(l, &m->id);
		if (p == NULL) {
			ledger_fail(
			    l, "%s shows a ghost", ledger_name(l, node));
			continue;
		}
		if (m->row <= row)
			ledger_blame(l, p, "is shown in the wrong place");
		row = m->row;
		judge_shown(l, node, m, p);
		if (m->mine)
			continue;
		if (p->at <= last)
			ledger_blame(l, p, "is shown behind a later one");
		last = p->at;
	}
}

void
ledger_scan(struct ledger *l, unsigned node)
{
	const struct model *m = engine_model(sim_node(l->sim, node)->engine);

	for (size_t i = 0; i < m->conv_count; i++) {
		if (m->convs[i]->kind == CONV_KIND_DIRECT)
			scan_conv(l, node, m->convs[i]);
	}
}
