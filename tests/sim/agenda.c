/* SPDX-License-Identifier: MIT */
#include "agenda.h"

#include "base/mem.h"
#include "base/now.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

enum { EVENTS_MAX = 1 << 16 };

static bool
before(const struct event *a, const struct event *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

void
agenda_push(struct agenda *a, struct event ev)
{
	assert(a->count < EVENTS_MAX);
	if (a->count == a->cap) {
		a->cap = a->cap == 0 ? 256 : a->cap * 2;
		a->events = xrealloc(a->events, a->cap, sizeof(*a->events));
	}
	ev.order = a->order++;
	size_t i = a->count++;
	while (i > 0 && before(&ev, &a->events[(i - 1) / 2])) {
		a->events[i] = a->events[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	a->events[i] = ev;
}

struct event
agenda_pop(struct agenda *a)
{
	struct event top = a->events[0], last = a->events[--a->count];
	size_t i = 0;

	for (size_t child; (child = 2 * i + 1) < a->count; i = child) {
		if (child + 1 < a->count &&
		    before(&a->events[child + 1], &a->events[child]))
			child++;
		if (!before(&a->events[child], &last))
			break;
		a->events[i] = a->events[child];
	}
	a->events[i] = last;
	return top;
}

int64_t
agenda_next_ms(const struct agenda *a)
{
	return a->count > 0 ? a->events[0].at_ms : NEVER_MS;
}

void
agenda_clear(struct agenda *a)
{
	for (size_t i = 0; i < a->count; i++)
		free(a->events[i].bytes);
	free(a->events);
}
