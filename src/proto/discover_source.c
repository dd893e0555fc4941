/* SPDX-License-Identifier: MIT */
/*
 * Who invents source addresses can push all others out of this table, and so
 * hand everybody a fresh allowance; what is left then is the total rate and
 * the verification budgets. The table is there for those who cannot.
 */
#include "proto/discover_source.h"

#include "proto/discover.h"
#include "proto/discover_table.h"

#include <assert.h>
#include <string.h>

void
discover_sources_init(struct discover_sources *s, const struct rng *rng)
{
	discover_salt_init(&s->salt, rng);
	s->count = 0;
	s->oldest = s->newest = TABLE_NONE;
	for (unsigned i = 0; i < SOURCE_CHAINS; i++)
		s->chains[i] = TABLE_NONE;
}

static uint32_t *
chain_of(struct discover_sources *s, const struct addr *host)
{
	return &s->chains[discover_hash_host(&s->salt, host) % SOURCE_CHAINS];
}

static void
list_append(struct discover_sources *s, uint32_t i)
{
	s->list[i].older = s->newest;
	s->list[i].newer = TABLE_NONE;
	if (s->newest != TABLE_NONE)
		s->list[s->newest].newer = i;
	else
		s->oldest = i;
	s->newest = i;
}

static void
list_remove(struct discover_sources *s, uint32_t i)
{
	struct discover_source *at = &s->list[i];

	if (at->older != TABLE_NONE)
		s->list[at->older].newer = at->newer;
	else
		s->oldest = at->newer;
	if (at->newer != TABLE_NONE)
		s->list[at->newer].older = at->older;
	else
		s->newest = at->older;
}

static uint32_t
slot_new(struct discover_sources *s)
{
	if (s->count < SOURCES_MAX)
		return s->count++;
	uint32_t i = s->oldest;
	uint32_t *at = chain_of(s, &s->list[i].host);
	list_remove(s, i);
	while (*at != i) {
		assert(*at != TABLE_NONE);
		at = &s->list[*at].next;
	}
	*at = s->list[i].next;
	return i;
}

static void
source_init(struct discover_source *at, const struct addr *from, int64_t now_ms)
{
	uint32_t factor = addr_is_loopback(from) ? LOOPBACK_FACTOR : 1;

	at->host = *from;
	at->host.port = 0;
	bucket_init(&at->datagrams, factor * DISCOVER_SOURCE_PER_S * 1000,
	    factor * DISCOVER_SOURCE_BURST, now_ms);
	bucket_init(&at->answers, factor * SOURCE_ANSWER_PER_1000S,
	    factor * SOURCE_ANSWER_BURST, now_ms);
	bucket_init(&at->shouts, factor * SOURCE_SHOUT_PER_1000S,
	    factor * SOURCE_SHOUT_BURST, now_ms);
}

struct discover_source *
discover_source_get(
    struct discover_sources *s, const struct addr *from, int64_t now_ms)
{
	uint32_t i = *chain_of(s, from);

	while (i != TABLE_NONE && !addr_same_host(&s->list[i].host, from))
		i = s->list[i].next;
	if (i != TABLE_NONE) {
		list_remove(s, i);
		list_append(s, i);
		return &s->list[i];
	}
	i = slot_new(s);
	source_init(&s->list[i], from, now_ms);
	uint32_t *chain = chain_of(s, from);
	s->list[i].next = *chain;
	*chain = i;
	list_append(s, i);
	return &s->list[i];
}
