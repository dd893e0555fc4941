/* SPDX-License-Identifier: MIT */
/*
 * To be woken for each packet, and to acknowledge each alone, is a third of
 * what the kernel does for who receives (doc/BENCH). So it gathers; but only
 * what is sure to come, and only while it comes quickly: nobody waits for what
 * is here.
 */
#include "app/mover_gather.h"

#include "base/now.h"

void
gather_took(struct gather *g, int64_t now_ms, size_t n, uint64_t left)
{
	bool quick = now_ms - g->since_ms <= GATHER_MS;

	g->came += n;
	if (left < 2 * (uint64_t)GATHER_BYTES)
		g->on = false;
	else if (g->came >= GATHER_BYTES)
		g->on = quick;
	if (g->came >= GATHER_BYTES) {
		g->came = 0;
		g->since_ms = now_ms;
	}
}

int64_t
gather_deadline(const struct gather *g)
{
	return g->on ? g->since_ms + GATHER_MS : NEVER_MS;
}

bool
gather_over(struct gather *g, int64_t now_ms)
{
	if (now_ms < gather_deadline(g))
		return false;
	*g = (struct gather){ .since_ms = now_ms };
	return true;
}
