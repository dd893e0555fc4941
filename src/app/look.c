/* SPDX-License-Identifier: MIT */
/*
 * What can be read is read at once. The rest is asked for, and looked at again
 * and again until it has come or the time is up: other programs print the
 * rules of the firewall, and machines on the link answer, or do not.
 */
#include "app/look.h"

#include "app/look_state.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	STEP_MS = 50,
	/* The kernel asks three times for a neighbour, once a second. */
	ANSWER_MS = 2800,
	/* Who answers at all does so sooner. */
	CLASH_MS = 700,
	ASK_AGAIN_MS = 300,
};

static void
add_clash(struct look *k, const struct addr *a, unsigned index, bool ours)
{
	if (a->family != ADDR_IPV4 || k->clash_count == LOOK_CLASHES_MAX)
		return;
	for (size_t i = 0; i < k->clash_count; i++)
		if (addr_same_host(&k->clashes[i].addr, a))
			return;
	k->clashes[k->clash_count++] = (struct look_clash){
		.addr = *a,
		.index = index,
		.ours = ours,
		.callers = callers_new(index, a),
	};
}

static void
begin_clashes(struct look *k)
{
	for (size_t i = 0; i < k->f->iface_count; i++) {
		const struct doctor_iface *n = &k->f->ifaces[i];
		for (unsigned j = 0; j < n->addr_count; j++) {
			const struct doctor_addr *a = &n->addrs[j];
			if (!look_is_used(n, a))
				continue;
			add_clash(k, &a->addr, n->index, true);
			if (addr_same_prefix(
				&k->cfg.asked, &a->addr, a->prefix_bits) &&
			    k->cfg.asked.family == a->addr.family &&
			    !addr_same_host(&k->cfg.asked, &a->addr))
				add_clash(k, &k->cfg.asked, n->index, false);
		}
	}
}

static void
begin_reaches(struct look *k, int64_t mono_ms)
{
	for (size_t i = 0; i < k->f->gateway_count; i++)
		if (k->f->gateways[i].addr.family != ADDR_NONE)
			k->gateways[i] =
			    reach_new(&k->f->gateways[i].addr, mono_ms);
	if (k->cfg.asked.family != ADDR_NONE &&
	    !addr_is_loopback(&k->cfg.asked))
		k->asked = reach_new(&k->cfg.asked, mono_ms);
	for (size_t i = 0; i < k->cfg.lost_count; i++)
		k->lost[i] = reach_new(&k->cfg.lost[i], mono_ms);
}

struct look *
look_new(const struct look_cfg *cfg, struct doctor_facts *facts, struct now now)
{
	struct look *k = xcalloc(1, sizeof(*k));

	k->cfg = *cfg;
	k->f = facts;
	k->begun_ms = now.mono_ms;
	k->end_ms = now.mono_ms + LOOK_MS_MAX;
	k->next_ms = now.mono_ms + STEP_MS;
	k->children = children_new();
	facts->root = geteuid() == 0;
	look_links(k);
	look_ports(k);
	look_firewall_begin(k, now.mono_ms);
	begin_reaches(k, now.mono_ms);
	begin_clashes(k);
	return k;
}

void
look_free(struct look *k)
{
	if (k == NULL)
		return;
	children_free(k->children);
	look_firewall_clear(k);
	for (size_t i = 0; i < DOCTOR_GATEWAYS_MAX; i++)
		reach_free(k->gateways[i]);
	reach_free(k->asked);
	for (size_t i = 0; i < k->cfg.lost_count; i++)
		reach_free(k->lost[i]);
	for (size_t i = 0; i < k->clash_count; i++)
		callers_free(k->clashes[i].callers);
	free(k);
}

void
look_watch(const struct look *k, struct loop *l, uint64_t tag)
{
	children_watch(k->children, l, tag);
}

void
look_ready(struct look *k, const struct loop_event *ev)
{
	children_ready(k->children, ev);
}

int64_t
look_deadline(const struct look *k)
{
	return k->next_ms;
}

static enum doctor_neighbour
neighbour_of(enum entry_state s)
{
	static const enum doctor_neighbour states[] = {
		[ENTRY_UNKNOWN] = NEIGHBOUR_UNKNOWN,
		[ENTRY_NONE] = NEIGHBOUR_NONE,
		[ENTRY_ASKED] = NEIGHBOUR_ASKED,
		[ENTRY_FAILED] = NEIGHBOUR_FAILED,
		[ENTRY_STALE] = NEIGHBOUR_STALE,
		[ENTRY_REACHABLE] = NEIGHBOUR_REACHABLE,
	};

	return states[s];
}

/* Whether nobody is there, as far as its silence tells. */
static enum known
silence_of(const struct reach_state *s)
{
	return s->entry.state == ENTRY_FAILED || s->entry.state == ENTRY_ASKED
		   ? KNOWN_NO
		   : KNOWN_NOTHING;
}

/* True when all have answered. */
static bool
look_at_gateways(struct look *k, int64_t mono_ms)
{
	bool all = true;

	for (size_t i = 0; i < k->f->gateway_count; i++) {
		struct doctor_gateway *g = &k->f->gateways[i];
		if (k->gateways[i] == NULL)
			continue;
		struct reach_state s = reach_look(k->gateways[i], mono_ms);
		g->neighbour = neighbour_of(s.entry.state);
		g->answers = s.answered ? KNOWN_YES : silence_of(&s);
		g->answer_ms = s.ms;
		all &= s.answered;
	}
	return all;
}

/* True when each of them has answered, or is known not to. */
static bool
look_at_hosts(struct look *k)
{
	bool all = k->asked == NULL ||
		   neighbours_entry(&k->cfg.asked).state != ENTRY_ASKED;

	for (size_t i = 0; i < k->cfg.lost_count; i++)
		all &= neighbours_entry(&k->cfg.lost[i]).state != ENTRY_ASKED;
	return all;
}

static bool
is_own_mac(const struct look *k, const uint8_t mac[MAC_SIZE])
{
	for (size_t i = 0; i < k->f->iface_count; i++)
		if (k->f->ifaces[i].has_mac &&
		    memcmp(k->f->ifaces[i].mac, mac, MAC_SIZE) == 0)
			return true;
	return false;
}

static void
add_mac(const struct look *k, struct look_clash *c, const uint8_t mac[MAC_SIZE])
{
	/* A machine with two cards in one network answers by both. */
	if (c->mac_count == DOCTOR_MACS_MAX || (c->ours && is_own_mac(k, mac)))
		return;
	for (unsigned i = 0; i < c->mac_count; i++)
		if (memcmp(c->macs[i], mac, MAC_SIZE) == 0)
			return;
	memcpy(c->macs[c->mac_count++], mac, MAC_SIZE);
}

static void
look_at_clash(struct look *k, struct look_clash *c, bool again)
{
	uint8_t macs[CALLERS_MAX][MAC_SIZE];
	struct entry e = { .has_mac = false };

	if (!c->ours)
		e = neighbours_entry(&c->addr);
	if (e.has_mac)
		add_mac(k, c, e.mac);
	if (c->callers == NULL)
		return;
	if (again)
		callers_ask(c->callers);
	size_t count = callers_look(c->callers, macs);
	for (size_t i = 0; i < count; i++)
		add_mac(k, c, macs[i]);
}

static void
tell_clash(struct look *k, const struct look_clash *c)
{
	struct doctor_facts *f = k->f;
	unsigned others = c->ours ? 0 : 1;
	const struct doctor_iface *n = look_iface(k, c->index);

	if (c->mac_count <= others || f->clash_count == DOCTOR_CLASHES_MAX)
		return;
	struct doctor_clash *to = &f->clashes[f->clash_count++];
	*to = (struct doctor_clash){
		.addr = c->addr,
		.ours = c->ours,
		.mac_count = c->mac_count,
	};
	memcpy(to->macs, c->macs, sizeof(to->macs));
	if (n != NULL)
		snprintf(to->iface, sizeof(to->iface), "%s", n->name);
}

/* Who was asked for and has not answered in all that time will not. */
static enum doctor_neighbour
final_state(const struct addr *host)
{
	enum doctor_neighbour n = neighbour_of(neighbours_entry(host).state);

	return n == NEIGHBOUR_ASKED ? NEIGHBOUR_FAILED : n;
}

static void
look_at_peers(struct look *k)
{
	enum { LOOKED_AT_MAX = 64 };
	struct doctor_facts *f = k->f;

	for (size_t i = 0; i < f->peer_count && i < LOOKED_AT_MAX; i++)
		if (f->peers[i].addr.family != ADDR_NONE)
			f->peers[i].neighbour = final_state(&f->peers[i].addr);
	if (f->asked_known && f->asked_peer < f->peer_count)
		f->peers[f->asked_peer].neighbour = final_state(&k->cfg.asked);
}

void
look_tell(struct look *k)
{
	look_firewall_end(k);
	for (size_t i = 0; i < k->clash_count; i++)
		tell_clash(k, &k->clashes[i]);
	look_at_peers(k);
	for (size_t i = 0; i < k->f->gateway_count; i++) {
		struct doctor_gateway *g = &k->f->gateways[i];
		if (g->neighbour == NEIGHBOUR_ASKED)
			g->neighbour = NEIGHBOUR_FAILED;
	}
}

bool
look_turn(struct look *k, struct now now)
{
	int64_t since_ms = now.mono_ms - k->begun_ms;
	bool again =
	    since_ms >= ASK_AGAIN_MS && since_ms < ASK_AGAIN_MS + STEP_MS;

	if (k->next_ms == NEVER_MS)
		return true;
	bool read = look_firewall_turn(k, now.mono_ms);
	if (now.mono_ms < k->next_ms && now.mono_ms < k->end_ms)
		return false;
	k->next_ms = now.mono_ms + STEP_MS;
	bool answered = look_at_gateways(k, now.mono_ms) && look_at_hosts(k);
	for (size_t i = 0; i < k->clash_count; i++)
		look_at_clash(k, &k->clashes[i], again);
	if (now.mono_ms < k->end_ms && (!read || since_ms < CLASH_MS ||
					   (!answered && since_ms < ANSWER_MS)))
		return false;
	k->next_ms = NEVER_MS;
	return true;
}
