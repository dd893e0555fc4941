/* SPDX-License-Identifier: MIT */
#include "core/engine_state.h"

#include "base/mem.h"
#include "core/ipmsg_line.h"
#include "core/legacy.h"
#include "core/runs.h"

#include <stdlib.h>
#include <string.h>

struct contact *
contact_find(const struct engine *e, const struct fp *fp)
{
	for (size_t i = 0; i < e->contact_count; i++) {
		if (fp_equal(&e->contacts[i]->fp, fp))
			return e->contacts[i];
	}
	return NULL;
}

static void
pin_begin(struct engine *e, struct contact *k)
{
	const struct peer *p = model_peer(e->model, &k->fp);

	k->pin = (struct pin){ .fp = k->fp };
	if (p == NULL || !peer_is_legacy(p))
		return;
	k->pin.dialect = p->dialect;
	k->pin.charset = p->charset;
}

static struct contact *
contact_add(struct engine *e, const struct fp *fp, int64_t mono_ms)
{
	if (e->contact_count >= CONTACTS_MAX || notes_are(e, fp))
		return NULL;
	e->contacts = xgrow(e->contacts, e->contact_count, &e->contact_cap,
	    sizeof(struct contact *));
	struct contact *k = xcalloc(1, sizeof(*k));
	k->fp = *fp;
	pin_begin(e, k);
	dial_init(&k->dial);
	bucket_init(
	    &k->inbound, STRANGER_PER_S * 1000, STRANGER_BURST, mono_ms);
	bucket_init(&k->receipts, RECEIPTS_PER_MINUTE * 1000 / 60,
	    RECEIPTS_BURST, mono_ms);
	bucket_init(&k->runs, RUNS_PER_MINUTE * 1000 / 60, RUNS_BURST, mono_ms);
	e->contacts[e->contact_count++] = k;
	return k;
}

struct contact *
contact_get(struct engine *e, struct now now, const struct fp *fp)
{
	struct contact *k = contact_find(e, fp);

	return k != NULL ? k : contact_add(e, fp, now.mono_ms);
}

static void
contact_free(struct contact *k)
{
	chat_free(k->chat);
	free(k->rule.folder);
	free(k);
}

static bool
is_in_use(const struct engine *e, const struct contact *k)
{
	for (size_t i = 0; i < CONNS_MAX; i++) {
		if (e->conns[i] != NULL && e->conns[i]->contact == k)
			return true;
	}
	return false;
}

void
contact_release(struct engine *e, struct contact *k)
{
	const struct peer *p = model_peer(e->model, &k->fp);

	if (k->pinned || k->kept || k->has_rule ||
	    k->pin.trust == TRUST_BLOCKED || k->dial.wanted ||
	    k->pin.transport != TRANSPORT_AUTO || (p != NULL && p->conv != 0) ||
	    is_in_use(e, k))
		return;
	struct fp fp = k->fp;
	commit_forget(e, k);
	for (size_t i = 0; i < e->contact_count; i++) {
		if (e->contacts[i] == k)
			e->contacts[i] = e->contacts[--e->contact_count];
	}
	contact_free(k);
	/* Whom discovery does not know it will never forget either. */
	uint32_t epoch, seq;
	if (p != NULL && !peer_is_legacy(p) &&
	    !discover_counters_of(e->discover, &fp, &epoch, &seq))
		model_peer_remove(e->model, &fp);
}

void
contact_pin(struct engine *e, struct now now, struct contact *k)
{
	struct peer *p = model_peer_edit(e->model, &k->fp);

	if (p->trust == TRUST_CHANGED && !k->accepted)
		return;
	if (!k->pinned) {
		k->pinned = true;
		k->pin.trust = TRUST_PINNED;
		k->pin.first_ms = now.wall_ms;
		discover_pin(e->discover, &k->fp, 0, 0);
		p->trust = TRUST_PINNED;
		peer_refresh_trust(e->model, p);
		effect_peer(e, &k->fp);
	}
	k->pin.last_ms = now.wall_ms;
	contact_keep(e, k);
}

/* True when something differs that only the store would miss. */
static bool
refresh_pin(struct engine *e, struct contact *k)
{
	const struct peer *p = model_peer(e->model, &k->fp);
	struct pin *pin = &k->pin;
	uint32_t epoch = pin->epoch, seq = pin->seq;

	if (peer_is_legacy(p)) {
		pin->charset = p->charset;
		pin->addr = p->addr_count > 0 ? p->addrs[0] : pin->addr;
		pin->last_ms = p->last_seen_ms;
	}
	discover_counters_of(e->discover, &k->fp, &epoch, &seq);
	bool differs = epoch != pin->epoch || seq != pin->seq;
	pin->epoch = epoch;
	pin->seq = seq;
	pin->answered = k->answered;
	if (!k->pinned && pin->trust != TRUST_BLOCKED)
		pin->trust = TRUST_UNKNOWN;
	if (k->chat != NULL) {
		pin->received_seq = chat_received_seq(k->chat);
		pin->sent_seq = chat_sent_seq(k->chat);
	}
	return differs;
}

void
contact_keep(struct engine *e, struct contact *k)
{
	refresh_pin(e, k);
	k->kept = true;
	k->changed = false;
	const struct peer *p = model_peer(e->model, &k->fp);
	struct pin pin = k->pin;
	pin.name = p->called;
	pin.alias = p->has_alias ? p->name : NULL;
	pin.handle = p->handle;
	struct change c = { .kind = CHANGE_PIN, .fp = k->fp, .pin = &pin };
	commit_change(e, k, &c);
}

void
contacts_keep(struct engine *e)
{
	for (size_t i = 0; i < e->contact_count; i++) {
		struct contact *k = e->contacts[i];
		if (k->kept && (refresh_pin(e, k) || k->changed))
			contact_keep(e, k);
	}
}

struct chat *
contact_chat(struct engine *e, struct contact *k)
{
	if (k->chat == NULL) {
		k->chat = chat_new(&e->rng, e->epoch);
		chat_remember(k->chat, k->pin.received_seq, k->pin.sent_seq);
	}
	return k->chat;
}

void
contact_forget(struct engine *e, struct now now, struct contact *k)
{
	struct peer *p = model_peer_edit(e->model, &k->fp);
	struct conn *c = conn_get(e, k->conn);

	/* Keeps the contact when its connection goes. */
	model_conv_open(e->model, p);
	outbox_withdraw(e, now, k, N_("forgotten"));
	if (c != NULL)
		conn_drop(e, now, c, CLOSE_IDLE);
	legacy_chat_down(e, now, k);
	commit_forget(e, k);
	if (k->chat != NULL)
		chat_forget(k->chat);
	dial_done(&k->dial);
	e->strangers -= k->in_inbox ? 1 : 0;
	k->inbound_bytes = 0;
	k->pinned = k->kept = k->changed = false;
	k->accepted_for = (struct fp){ { 0 } };
	free(k->rule.folder);
	k->rule = (struct accept_rule){ 0 };
	k->has_rule = false;
	k->answered = k->accepted = k->in_inbox = k->is_ready = false;
	p->charset = CHARSET_AUTO;
	ipmsg_line_forgotten(e, p);
	pin_begin(e, k);
	p->trust = TRUST_UNKNOWN;
	p->choice = TRANSPORT_AUTO;
	p->receipts = p->forgets = false;
	p->muted_ms = 0;
	peer_set_alias(e->model, p, "");
	peer_refresh_trust(e->model, p);
	effect_peer(e, &k->fp);
}

void
contacts_load(struct engine *e, const struct pin *pins, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct pin *pin = &pins[i];
		struct contact *k = model_peer(e->model, &pin->fp) == NULL
					? NULL
					: contact_find(e, &pin->fp);
		if (notes_are(e, &pin->fp)) {
			e->notes_kept = true;
			continue;
		}
		if (k == NULL)
			k = contact_add(e, &pin->fp, 0);
		if (k == NULL)
			break;
		k->pin = *pin;
		k->pin.name = k->pin.alias = k->pin.handle = NULL;
		k->kept = true;
		k->pinned =
		    !contact_is_legacy(k) && pin->trust != TRUST_UNKNOWN;
		k->answered = pin->answered;
		/* No room for more of them with each start. */
		k->in_inbox = !k->answered;
		e->strangers += k->in_inbox ? 1 : 0;
		struct peer *p = contact_is_legacy(k)
				     ? model_legacy_add(e->model, &pin->fp,
					   pin->dialect, pin_text(pin->handle))
				     : model_peer_add(e->model, &pin->fp);
		/* A legacy contact has no key that could be trusted. */
		if (contact_is_legacy(k) && pin->trust != TRUST_BLOCKED)
			k->pin.trust = TRUST_UNKNOWN;
		p->trust = k->pin.trust;
		p->charset = pin->charset;
		p->first_seen_ms = pin->first_ms;
		p->last_seen_ms = pin->last_ms;
		peer_load_names(p, pin_text(pin->name), pin_text(pin->alias));
		p->muted_ms = pin->muted_ms;
		p->udp_port = pin->udp_port;
		if (pin->addr.family != ADDR_NONE)
			peer_load_addr(p, &pin->addr);
		p->choice = pin->transport;
		p->receipts = pin->receipts;
		p->forgets = pin->forgets;
		if (k->pinned)
			discover_pin(
			    e->discover, &pin->fp, pin->epoch, pin->seq);
	}
	model_find_doubles(e->model);
}

size_t
contacts_waiting(const struct engine *e)
{
	size_t waiting = 0;

	for (size_t i = 0; i < e->contact_count; i++) {
		if (e->contacts[i]->chat != NULL)
			waiting += chat_waiting(e->contacts[i]->chat);
	}
	return waiting;
}

void
contacts_free(struct engine *e)
{
	for (size_t i = 0; i < e->contact_count; i++)
		contact_free(e->contacts[i]);
	free(e->contacts);
}
