/* SPDX-License-Identifier: MIT */
/*
 * Peers live in one growing array and refer to each other by index: hash
 * chains for finding them, and a list in order of hearing for forgetting.
 * A slot is given back only by being used for the next unknown peer, so no
 * stranger can make the array grow past its two limits.
 */
#include "proto/discover_table.h"

#include "base/mem.h"
#include "proto/discover.h"
#include "proto/discover_shout.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CAP_FIRST = 32 };

void
discover_table_init(struct discover_table *t, const struct rng *rng)
{
	memset(t, 0, sizeof(*t));
	discover_salt_init(&t->salt, rng);
	t->oldest = t->newest = TABLE_NONE;
	t->expire_ms = INT64_MAX;
	for (unsigned i = 0; i < TABLE_CHAINS; i++)
		t->chains[i] = TABLE_NONE;
}

void
discover_table_clear(struct discover_table *t)
{
	free(t->peers);
	t->peers = NULL;
	t->count = t->cap = 0;
}

static uint32_t *
chain_of(struct discover_table *t, const struct fp *fp)
{
	return &t->chains[discover_hash_fp(&t->salt, fp) % TABLE_CHAINS];
}

static uint32_t
index_of(const struct discover_table *t, const struct discover_peer *p)
{
	return (uint32_t)(p - t->peers);
}

struct discover_peer *
discover_table_find(const struct discover_table *t, const struct fp *fp)
{
	uint32_t chain = discover_hash_fp(&t->salt, fp) % TABLE_CHAINS;
	uint32_t i = t->chains[chain];

	while (i != TABLE_NONE && !fp_equal(&t->peers[i].fp, fp))
		i = t->peers[i].next;
	return i == TABLE_NONE ? NULL : &t->peers[i];
}

/* The list of those that may be forgotten: unknown and without a session. */
static bool
is_listed(const struct discover_peer *p)
{
	return !p->pinned && !p->session;
}

static void
list_append(struct discover_table *t, struct discover_peer *p)
{
	uint32_t i = index_of(t, p);

	p->older = t->newest;
	p->newer = TABLE_NONE;
	if (t->newest != TABLE_NONE)
		t->peers[t->newest].newer = i;
	else
		t->oldest = i;
	t->newest = i;
}

static void
list_remove(struct discover_table *t, struct discover_peer *p)
{
	if (p->older != TABLE_NONE)
		t->peers[p->older].newer = p->newer;
	else
		t->oldest = p->newer;
	if (p->newer != TABLE_NONE)
		t->peers[p->newer].older = p->older;
	else
		t->newest = p->older;
	p->older = p->newer = TABLE_NONE;
}

static void
chain_remove(struct discover_table *t, struct discover_peer *p)
{
	uint32_t *at = chain_of(t, &p->fp);
	uint32_t i = index_of(t, p);

	while (*at != i) {
		assert(*at != TABLE_NONE);
		at = &t->peers[*at].next;
	}
	*at = p->next;
}

static struct discover_peer *
slot_new(struct discover_table *t)
{
	if (t->count == t->cap) {
		t->cap = t->cap > 0 ? t->cap * 2 : CAP_FIRST;
		t->peers = xrealloc(t->peers, t->cap, sizeof(*t->peers));
	}
	return &t->peers[t->count++];
}

static struct discover_peer *
slot_of_oldest(struct discover_table *t)
{
	if (t->oldest == TABLE_NONE)
		return NULL;
	struct discover_peer *p = &t->peers[t->oldest];
	list_remove(t, p);
	chain_remove(t, p);
	t->unknown--;
	return p;
}

static void
slot_fill(
    struct discover_table *t, struct discover_peer *p, const struct fp *fp)
{
	uint32_t *chain = chain_of(t, fp);

	*p = (struct discover_peer){
		.fp = *fp,
		.next = *chain,
		.older = TABLE_NONE,
		.newer = TABLE_NONE,
		.heard_ms = LONG_AGO_MS,
		.window_ms = LONG_AGO_MS,
		.answer_ms = LONG_AGO_MS,
		.probe_ms = LONG_AGO_MS,
	};
	bucket_init(&p->shouts, SHOUT_PER_1000S, SHOUT_BURST, 0);
	*chain = index_of(t, p);
}

struct discover_peer *
discover_table_add(struct discover_table *t, const struct fp *fp,
    bool *ret_has_evicted, struct fp *ret_evicted)
{
	assert(discover_table_find(t, fp) == NULL);
	bool full = t->unknown >= DISCOVER_UNKNOWN_MAX;
	struct discover_peer *p = full ? slot_of_oldest(t) : slot_new(t);
	*ret_has_evicted = full && p != NULL;
	if (p == NULL)
		return NULL;
	if (full)
		*ret_evicted = p->fp;
	slot_fill(t, p, fp);
	t->unknown++;
	list_append(t, p);
	return p;
}

struct discover_peer *
discover_table_add_pinned(struct discover_table *t, const struct fp *fp)
{
	assert(discover_table_find(t, fp) == NULL);
	struct discover_peer *p = slot_new(t);
	slot_fill(t, p, fp);
	p->pinned = true;
	t->pinned++;
	return p;
}

void
discover_table_touch(struct discover_table *t, struct discover_peer *p)
{
	if (!is_listed(p))
		return;
	list_remove(t, p);
	list_append(t, p);
}

void
discover_table_pin(struct discover_table *t, struct discover_peer *p)
{
	if (p->pinned)
		return;
	if (is_listed(p))
		list_remove(t, p);
	p->pinned = true;
	t->unknown--;
	t->pinned++;
}

void
discover_table_session(
    struct discover_table *t, struct discover_peer *p, bool up)
{
	if (p->session == up)
		return;
	if (is_listed(p))
		list_remove(t, p);
	p->session = up;
	if (is_listed(p))
		list_append(t, p);
}

uint32_t
discover_table_live(const struct discover_table *t, int64_t since_ms)
{
	uint32_t live = 0;

	for (uint32_t i = 0; i < t->count; i++) {
		const struct discover_peer *p = &t->peers[i];
		if (p->heard != HEARD_LIVE && p->heard != HEARD_STALE)
			continue;
		live += p->heard_ms >= since_ms;
	}
	return live;
}

size_t
discover_table_size(const struct discover_table *t)
{
	return sizeof(*t) + t->cap * sizeof(*t->peers);
}
