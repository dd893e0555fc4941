/* SPDX-License-Identifier: MIT */
/*
 * For replay.c alone: what a record knows and keys would be needed to find
 * out.
 */
#include "core/engine_state.h"

#include "base/peer_text.h"

#include <stdlib.h>

enum { TOLD_MAX = DISCOVER_PINNED_MAX + DISCOVER_UNKNOWN_MAX };

/* Whoever made the file may have made up a crowd, or us. */
static bool
is_too_much(const struct engine *e, const struct fp *fp)
{
	return fp_equal(fp, &e->identity->fp) ||
	       (model_peer(e->model, fp) == NULL &&
		   e->model->peer_count >= TOLD_MAX);
}

void
engine_told_contact(
    struct engine *e, struct now now, const struct record_entry *r)
{
	bool pinned = r->trust != TRUST_UNKNOWN && r->trust != TRUST_CHANGED;
	struct contact *k = NULL;

	effects_begin(e, now);
	if (is_too_much(e, &r->fp))
		return;
	struct peer *p = model_peer_add(e->model, &r->fp);
	k = pinned ? contact_get(e, now, &r->fp) : contact_find(e, &r->fp);
	p->trust = r->trust;
	if (k != NULL) {
		k->pin.trust = r->trust;
		k->pinned = pinned;
	}
	if (pinned)
		discover_pin(e->discover, &r->fp, r->epoch, r->seq);
	model_touch(e->model);
}

void
engine_told_peer(struct engine *e, struct now now, const struct record_entry *r)
{
	bool up = r->peer.link == PEER_LINK_UP;

	effects_begin(e, now);
	if (is_too_much(e, &r->fp))
		return;
	struct peer *p = model_peer_add(e->model, &r->fp);
	char *name = own_text(r->name, PEER_TEXT_NAME, NULL);
	peer_set_name(e->model, p, name);
	free(name);
	if (up != (p->link == PEER_LINK_UP))
		discover_session(e->discover, now, &r->fp, up);
	p->link = r->peer.link;
	p->transport = r->peer.transport;
	p->link_addr = r->addr;
	p->presence = r->peer.presence;
	p->last_seen_ms = now.wall_ms;
	model_touch(e->model);
	effect_peer(e, &r->fp);
}
