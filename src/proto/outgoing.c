/* SPDX-License-Identifier: MIT */
#include "proto/outgoing.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Message numbers never wrap: the session ends long before. */
#define NUMBER_END (UINT32_MAX - DGRAM_REORDER_MESSAGES)

_Static_assert(FRAGMENTS_MAX <= 64, "a bit for each fragment");

void
outgoing_init(struct outgoing *o)
{
	memset(o, 0, sizeof(*o));
}

static size_t
cost(const struct outgoing_message *m)
{
	return m->size + sizeof(*m);
}

static void
forget_bytes(struct outgoing *o, struct outgoing_message *m)
{
	if (m->bytes == NULL)
		return;
	mem_wipe(m->bytes, m->size);
	free(m->bytes);
	m->bytes = NULL;
	o->bytes -= cost(m);
}

void
outgoing_clear(struct outgoing *o)
{
	for (size_t i = 0; i < o->count; i++)
		forget_bytes(o, &o->items[o->head + i]);
	free(o->items);
	o->items = NULL;
	o->head = o->count = o->cap = 0;
}

static uint64_t
all_of(const struct outgoing_message *m)
{
	return UINT64_MAX >> (64 - m->count);
}

static uint32_t
extent_of(const uint8_t *p, size_t n)
{
	while (n > 0 && p[n - 1] == 0)
		n--;
	return (uint32_t)n;
}

int
outgoing_add(struct outgoing *o, const uint8_t *p, size_t n)
{
	struct outgoing_message m = {
		.size = (uint32_t)n,
		.extent = extent_of(p, n),
	};

	assert(n > 0 && n <= MSG_MAX);
	if (o->bytes + cost(&m) > DGRAM_QUEUE_MAX ||
	    o->first + o->count >= NUMBER_END)
		return ERR_LIMIT;
	m.count = (uint8_t)((n + FRAGMENT_DATA_MAX - 1) / FRAGMENT_DATA_MAX);
	m.due = all_of(&m);
	m.bytes = xmemdup(p, n);
	if (o->head > o->count) {
		memmove(
		    o->items, o->items + o->head, o->count * sizeof(*o->items));
		o->head = 0;
	}
	o->items =
	    xgrow(o->items, o->head + o->count, &o->cap, sizeof(*o->items));
	o->items[o->head + o->count++] = m;
	o->bytes += cost(&m);
	return 0;
}

static void
fill_frame(const struct outgoing_message *m, uint32_t number, uint8_t index,
    struct frame *ret_frame)
{
	size_t at = (size_t)index * FRAGMENT_DATA_MAX;
	size_t rest = m->size - at;

	*ret_frame = (struct frame){
		.kind = FRAME_FRAGMENT,
		.message = number,
		.index = index,
		.count = m->count,
		.data = m->bytes + at,
		.size = rest < FRAGMENT_DATA_MAX ? rest : FRAGMENT_DATA_MAX,
	};
}

static uint8_t
lowest_bit(uint64_t bits)
{
	uint8_t i = 0;

	while ((bits >> i & 1) == 0)
		i++;
	return i;
}

/* What was not pulled starts at items[head]. The first of it has room always,
 * the others while together they fit. */
static const struct outgoing_message *
first_due(const struct outgoing *o, uint32_t *ret_number)
{
	size_t others = 0;

	for (size_t i = 0; i < o->count && i < DGRAM_REORDER_MESSAGES; i++) {
		const struct outgoing_message *m = &o->items[o->head + i];
		if (i > 0)
			others += m->extent;
		if (others > DGRAM_AHEAD_BYTES)
			return NULL;
		if (m->due != 0) {
			*ret_number = o->first + (uint32_t)i;
			return m;
		}
	}
	return NULL;
}

bool
outgoing_next(const struct outgoing *o, struct frame *ret_frame)
{
	uint32_t number;
	const struct outgoing_message *m = first_due(o, &number);

	if (m == NULL)
		return false;
	fill_frame(m, number, lowest_bit(m->due), ret_frame);
	return true;
}

/* What came last is due whenever anything is that has no room. */
bool
outgoing_is_blocked(const struct outgoing *o)
{
	uint32_t number;

	return o->count > 0 && o->items[o->head + o->count - 1].due != 0 &&
	       first_due(o, &number) == NULL;
}

static struct outgoing_message *
find(const struct outgoing *o, const struct recovery_frame *f)
{
	if (f->message - o->first >= o->count)
		return NULL;
	return &o->items[o->head + (f->message - o->first)];
}

bool
outgoing_find(const struct outgoing *o, const struct recovery_frame *f,
    struct frame *ret_frame)
{
	const struct outgoing_message *m = find(o, f);

	if (m == NULL || (m->acked >> f->index & 1) != 0)
		return false;
	fill_frame(m, f->message, f->index, ret_frame);
	return true;
}

bool
outgoing_sent(struct outgoing *o, const struct recovery_frame *f)
{
	struct outgoing_message *m = find(o, f);
	uint64_t bit = UINT64_C(1) << f->index;

	assert(m != NULL);
	bool again = (m->begun & bit) != 0;
	m->begun |= bit;
	m->due &= ~bit;
	return again;
}

void
outgoing_acked(struct outgoing *o, const struct recovery_frame *f)
{
	struct outgoing_message *m = find(o, f);

	if (m == NULL)
		return;
	m->acked |= UINT64_C(1) << f->index;
	m->due &= ~m->acked;
	if (m->acked == all_of(m))
		forget_bytes(o, m);
}

void
outgoing_lost(struct outgoing *o, const struct recovery_frame *f)
{
	struct outgoing_message *m = find(o, f);

	if (m != NULL)
		m->due |= (UINT64_C(1) << f->index) & ~m->acked;
}

int
outgoing_window(struct outgoing *o, uint32_t window)
{
	uint32_t taken = window - (DGRAM_REORDER_MESSAGES - 1);

	if (window < DGRAM_REORDER_MESSAGES - 1)
		return ERR_FORMAT;
	/* Acknowledgements overtake each other. */
	if (taken <= o->taken)
		return 0;
	while (o->first < taken) {
		/* What was pulled there has arrived whole, also when we were
		 * not told so before. */
		if (o->count == 0 ||
		    o->items[o->head].begun != all_of(&o->items[o->head]))
			return ERR_FORMAT;
		forget_bytes(o, &o->items[o->head]);
		o->head++;
		o->first++;
		o->count--;
	}
	o->taken = taken;
	if (o->count == 0)
		outgoing_clear(o);
	return 0;
}
