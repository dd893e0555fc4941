/* SPDX-License-Identifier: MIT */
/*
 * What an address may cost us. A sender can be forged, so whoever has not taken
 * part in an exchange gets no more bytes than came from there: nobody can be
 * hit through us harder than directly (T20). Who invents senders pushes others
 * out of the table; what is left then is the rate of all answers together.
 */
#include "proto/ipmsg_state.h"

#include <string.h>

static uint32_t
hash_host(const struct addr *a)
{
	return ipmsg_hash(a->ip, sizeof(a->ip)) ^ a->scope ^ a->family;
}

/* Who answered us once stays longer. */
static bool
goes_before(const struct ipmsg_source *a, const struct ipmsg_source *b)
{
	if (a->proven != b->proven)
		return !a->proven;
	return a->used_ms < b->used_ms;
}

static size_t
slot_to_reuse(const struct ipmsg *m)
{
	size_t at = 0;

	for (size_t i = 1; i < m->source_count; i++)
		if (goes_before(&m->sources[i], &m->sources[at]))
			at = i;
	return at;
}

static struct ipmsg_source *
source_add(struct ipmsg *m, struct now now, const struct addr *from)
{
	int64_t now_ms = now.mono_ms;
	size_t i = m->source_count < SOURCES_MAX ? m->source_count++
						 : slot_to_reuse(m);
	struct ipmsg_source *s = &m->sources[i];

	*s = (struct ipmsg_source){ .host = *from };
	s->host.port = 0;
	s->hash = m->source_hashes[i] = hash_host(from);
	bucket_init(&s->answers, SOURCE_ANSWER_PER_1000S, 1, now_ms);
	bucket_init(&s->datagrams, SOURCE_DATAGRAMS_PER_S * 1000,
	    SOURCE_DATAGRAMS_BURST, now_ms);
	bucket_init(
	    &s->shouts, SOURCE_SHOUT_PER_1000S, SOURCE_SHOUT_BURST, now_ms);
	return s;
}

struct ipmsg_source *
ipmsg_source_get(struct ipmsg *m, struct now now, const struct addr *from)
{
	uint32_t hash = hash_host(from);
	struct ipmsg_source *s = NULL;

	for (size_t i = 0; s == NULL && i < m->source_count; i++)
		if (m->source_hashes[i] == hash &&
		    addr_same_host(&m->sources[i].host, from))
			s = &m->sources[i];
	if (s == NULL)
		s = source_add(m, now, from);
	s->used_ms = now.mono_ms;
	return s;
}

bool
ipmsg_source_take(struct ipmsg_source *s, struct now now, size_t size)
{
	if (!bucket_take(&s->datagrams, now.mono_ms))
		return false;
	s->credit += (uint32_t)size;
	if (s->credit > SOURCE_CREDIT_MAX)
		s->credit = SOURCE_CREDIT_MAX;
	return true;
}

size_t
ipmsg_source_room(const struct ipmsg_source *s)
{
	return s->proven ? IPMSG_PACKET_MAX : s->credit;
}

void
ipmsg_source_spend(struct ipmsg_source *s, size_t size)
{
	s->credit = size < s->credit ? s->credit - (uint32_t)size : 0;
}
