/* SPDX-License-Identifier: MIT */
#include "ui/decode_queue.h"

#include "base/mem.h"

#include <stdlib.h>

static void
grow(struct queue *q)
{
	size_t cap = q->cap ? q->cap * 2 : 64;
	struct entry *ring = xcalloc(cap, sizeof(*ring));

	for (size_t i = 0; i < q->count; i++)
		ring[i] = q->ring[(q->head + i) % q->cap];
	free(q->ring);
	q->ring = ring;
	q->cap = cap;
	q->head = 0;
}

bool
queue_add(struct queue *q, struct entry entry)
{
	if (q->count == QUEUE_MAX ||
	    q->pastes_size + entry.paste_size > PASTES_MAX) {
		free(entry.paste);
		return false;
	}
	if (q->count == q->cap)
		grow(q);
	q->ring[(q->head + q->count++) % q->cap] = entry;
	q->pastes_size += entry.paste_size;
	return true;
}

bool
queue_take(struct queue *q, struct entry *ret_entry)
{
	if (q->count == 0)
		return false;
	*ret_entry = q->ring[q->head];
	q->head = (q->head + 1) % q->cap;
	q->count--;
	q->pastes_size -= ret_entry->paste_size;
	return true;
}

void
queue_clear(struct queue *q)
{
	for (size_t i = 0; i < q->count; i++)
		free(q->ring[(q->head + i) % q->cap].paste);
	free(q->ring);
	*q = (struct queue){ .ring = NULL };
}
