/* SPDX-License-Identifier: MIT */
/*
 * The program may be slow: two that take half a second each never pass a limit
 * of messages in a second, and still go on for ever. What they say tells them
 * from people. Most programs that answer come back to a text they had, and the
 * few that do not (a clock, a counter) end by the length of the run.
 */
#include "proto/answering.h"

#include "base/bucket.h"
#include "base/lang.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>

enum { PER_1000S = 1000 };

struct source {
	struct addr addr;
	struct bucket rate, repeats;
	uint64_t said, answered; /* what the last ones were */
	int64_t seen_ms, answered_ms;
	uint32_t run;
};

struct host {
	struct addr addr;
	struct bucket rate;
	int64_t seen_ms;
};

struct answering {
	uint16_t own_port;
	size_t source_count, host_count;
	struct source sources[ANSWERING_SOURCES_MAX];
	struct host hosts[ANSWERING_SOURCES_MAX];
};

struct answering *
answering_new(uint16_t own_port)
{
	struct answering *a = xcalloc(1, sizeof(*a));

	a->own_port = own_port;
	return a;
}

void
answering_free(struct answering *a)
{
	free(a);
}

/* FNV-1a. Who makes two texts with the same sum is answered less. */
static uint64_t
sum(const uint8_t *bytes, size_t n)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < n; i++)
		h = (h ^ bytes[i]) * 0x100000001b3;
	return h ^ n;
}

static struct source *
source_find(struct answering *a, const struct addr *from)
{
	for (size_t i = 0; i < a->source_count; i++)
		if (addr_equal(&a->sources[i].addr, from))
			return &a->sources[i];
	return NULL;
}

static struct source *
source_add(struct answering *a, struct now now, const struct addr *from)
{
	struct source *s = &a->sources[0];

	if (a->source_count < ANSWERING_SOURCES_MAX)
		s = &a->sources[a->source_count++];
	else
		for (size_t i = 1; i < a->source_count; i++)
			if (a->sources[i].seen_ms < s->seen_ms)
				s = &a->sources[i];
	*s = (struct source){ .addr = *from };
	bucket_init(&s->rate, ANSWERING_PER_S * PER_1000S, ANSWERING_BURST,
	    now.mono_ms);
	bucket_init(
	    &s->repeats, PER_1000S, ANSWERING_REPEAT_BURST, now.mono_ms);
	s->answered_ms = now.mono_ms - ANSWERING_RUN_MS - 1;
	return s;
}

static struct host *
host_add(struct answering *a, struct now now, const struct addr *from)
{
	struct host *h = &a->hosts[0];

	if (a->host_count < ANSWERING_SOURCES_MAX)
		h = &a->hosts[a->host_count++];
	else
		for (size_t i = 1; i < a->host_count; i++)
			if (a->hosts[i].seen_ms < h->seen_ms)
				h = &a->hosts[i];
	*h = (struct host){ .addr = *from };
	bucket_init(&h->rate, ANSWERING_HOST_PER_S * PER_1000S,
	    ANSWERING_HOST_BURST, now.mono_ms);
	return h;
}

static bool
host_allows(struct answering *a, struct now now, const struct addr *from)
{
	struct host *h = NULL;

	for (size_t i = 0; h == NULL && i < a->host_count; i++)
		if (addr_same_host(&a->hosts[i].addr, from))
			h = &a->hosts[i];
	if (h == NULL)
		h = host_add(a, now, from);
	h->seen_ms = now.mono_ms;
	return bucket_take(&h->rate, now.mono_ms);
}

static bool
looks_bounced(struct source *s, struct now now, uint64_t said)
{
	if (now.mono_ms - s->answered_ms > ANSWERING_RUN_MS) {
		s->run = 0;
		return false;
	}
	if (++s->run % ANSWERING_RUN_MAX == 0)
		return true;
	return (said == s->answered || said == s->said) &&
	       !bucket_take(&s->repeats, now.mono_ms);
}

enum answering_verdict
answering_ask(struct answering *a, struct now now, const struct addr *from,
    const uint8_t *bytes, size_t n)
{
	uint64_t said = sum(bytes, n);

	if (from->port < ANSWERING_PORT_MIN || from->port == a->own_port)
		return ANSWERING_PORT;
	struct source *s = source_find(a, from);
	if (s == NULL)
		s = source_add(a, now, from);
	s->seen_ms = now.mono_ms;
	bool bounced = looks_bounced(s, now, said);
	s->said = said;
	if (bounced)
		return ANSWERING_LOOP;
	return bucket_take(&s->rate, now.mono_ms) && host_allows(a, now, from)
		   ? ANSWERING_YES
		   : ANSWERING_FAST;
}

void
answering_sent(struct answering *a, struct now now, const struct addr *to,
    const uint8_t *bytes, size_t n)
{
	struct source *s = source_find(a, to);

	if (s == NULL)
		return;
	s->answered = sum(bytes, n);
	s->answered_ms = now.mono_ms;
}

const char *
answering_text(enum answering_verdict verdict)
{
	switch (verdict) {
	case ANSWERING_PORT:
		return N_("not answered: that port would answer, too, and so "
			  "on for ever");
	case ANSWERING_FAST:
		return N_("not answered: too many in a short time");
	case ANSWERING_LOOP:
		return N_("not answered: it repeats as if another machine "
			  "answered us");
	case ANSWERING_YES:
		break;
	}
	return "";
}
