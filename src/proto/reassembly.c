/* SPDX-License-Identifier: MIT */
/*
 * Messages stand in a ring by their number. Two numbers divide those held:
 *
 *   next        the one to be pulled next; all below were pulled
 *   incomplete  the first that is not complete; from next up to here they wait
 *               to be pulled
 *
 * The next message has room for all of it, any of the others up to the last
 * byte that came and is not zero: texts end in padding, which so takes none.
 * The others share OTHERS_BYTES; what is left is room for any next one, and
 * since pulling only makes the others fewer, that stays true. So the messages
 * after a hole can never take the room that filling it needs, and one of them
 * that found no room to grow finds it once it is the next.
 */
#include "proto/reassembly.h"

#include "base/err.h"
#include "base/mem.h"
#include "proto/dgram.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	SLOT_BYTES_MAX = FRAGMENTS_MAX * FRAGMENT_DATA_MAX,
	/* This file's own, and what the allocator adds. */
	OVERHEAD_BYTES = 16384,
	OTHERS_BYTES = DGRAM_REORDER_BYTES - SLOT_BYTES_MAX - OVERHEAD_BYTES,
};

_Static_assert(FRAGMENTS_MAX <= 64, "a bit for each fragment");
_Static_assert((int)OTHERS_BYTES >= (int)DGRAM_AHEAD_BYTES,
    "who keeps to the rules always finds room");

struct slot {
	uint8_t *bytes;   /* NULL without room */
	size_t room;      /* what is behind it is zeros, or not here */
	uint64_t seen;    /* bit i: fragment i is here */
	uint8_t count;    /* 0: not begun */
	size_t last_size; /* of the last fragment; 0 until it is here */
};

struct reassembly {
	struct slot slots[DGRAM_REORDER_MESSAGES];
	uint32_t next, incomplete;
	uint32_t end;        /* one above the highest that has begun */
	size_t held, others; /* room taken by all, and by all but next */
	int64_t hole_ms;
	struct slot pulled;
};

_Static_assert(
    sizeof(struct reassembly) + 16 * DGRAM_REORDER_MESSAGES <= OVERHEAD_BYTES,
    "the overhead is counted");

struct reassembly *
reassembly_new(void)
{
	struct reassembly *r = xcalloc(1, sizeof(*r));

	r->hole_ms = NEVER_MS;
	return r;
}

static void
slot_clear(struct slot *s)
{
	if (s->bytes != NULL)
		mem_wipe(s->bytes, s->room);
	free(s->bytes);
	*s = (struct slot){ 0 };
}

void
reassembly_free(struct reassembly *r)
{
	if (r == NULL)
		return;
	for (unsigned i = 0; i < DGRAM_REORDER_MESSAGES; i++)
		slot_clear(&r->slots[i]);
	slot_clear(&r->pulled);
	free(r);
}

static struct slot *
slot_of(struct reassembly *r, uint32_t message)
{
	return &r->slots[message % DGRAM_REORDER_MESSAGES];
}

static const struct slot *
slot_at(const struct reassembly *r, uint32_t message)
{
	return &r->slots[message % DGRAM_REORDER_MESSAGES];
}

static bool
is_complete(const struct slot *s)
{
	return s->count != 0 && s->seen == UINT64_MAX >> (64 - s->count);
}

static bool
is_last(const struct frame *f)
{
	return f->index == f->count - 1;
}

static size_t
offset_of(const struct frame *f)
{
	return (size_t)f->index * FRAGMENT_DATA_MAX;
}

static int
check_shape(const struct frame *f)
{
	if (f->count > FRAGMENTS_MAX || f->index >= f->count)
		return ERR_FORMAT;
	if (f->size == 0 || f->size > FRAGMENT_DATA_MAX)
		return ERR_FORMAT;
	if (!is_last(f) && f->size != FRAGMENT_DATA_MAX)
		return ERR_FORMAT;
	return offset_of(f) + f->size > MSG_MAX ? ERR_LIMIT : 0;
}

static bool
was_seen(const struct slot *s, const struct frame *f)
{
	return (s->seen >> f->index & 1) != 0;
}

static size_t
without_zeros(const uint8_t *p, size_t n)
{
	while (n > 0 && p[n - 1] == 0)
		n--;
	return n;
}

/* So many bytes of the fragment are within the room. */
static size_t
within_room(const struct slot *s, const struct frame *f)
{
	size_t at = offset_of(f);

	if (at >= s->room)
		return 0;
	return f->size < s->room - at ? f->size : s->room - at;
}

static bool
is_same(const struct slot *s, const struct frame *f)
{
	size_t n = within_room(s, f);

	if (n > 0 && memcmp(s->bytes + offset_of(f), f->data, n) != 0)
		return false;
	return without_zeros(f->data + n, f->size - n) == 0;
}

/* Against what came before. */
static int
check_slot(const struct slot *s, const struct frame *f)
{
	if (s->count == 0)
		return 0;
	if (s->count != f->count)
		return ERR_FORMAT;
	if (!was_seen(s, f))
		return 0;
	if (is_last(f) && s->last_size != f->size)
		return ERR_FORMAT;
	return is_same(s, f) ? 0 : ERR_FORMAT;
}

static void
slot_grow(struct slot *s, size_t room)
{
	uint8_t *bytes = xcalloc(room, 1);

	if (s->bytes != NULL) {
		memcpy(bytes, s->bytes, s->room);
		mem_wipe(s->bytes, s->room);
		free(s->bytes);
	}
	s->bytes = bytes;
	s->room = room;
}

static size_t
whole_room(uint8_t count, size_t last_size)
{
	return count == 1 ? last_size : (size_t)count * FRAGMENT_DATA_MAX;
}

static size_t
wanted_room(const struct reassembly *r, const struct frame *f)
{
	if (f->message == r->next)
		return whole_room(f->count, f->size);
	size_t n = without_zeros(f->data, f->size);
	return n == 0 ? 0 : offset_of(f) + n;
}

static bool
make_room(struct reassembly *r, struct slot *s, const struct frame *f)
{
	size_t room = wanted_room(r, f);

	if (room <= s->room)
		return true;
	size_t more = room - s->room;
	if (f->message != r->next) {
		if (r->others + more > OTHERS_BYTES)
			return false;
		r->others += more;
	}
	r->held += more;
	slot_grow(s, room);
	assert(r->held <= DGRAM_REORDER_BYTES - OVERHEAD_BYTES);
	return true;
}

static void
slot_add(struct slot *s, const struct frame *f)
{
	size_t n = within_room(s, f);

	if (n > 0)
		memcpy(s->bytes + offset_of(f), f->data, n);
	s->count = f->count;
	s->seen |= UINT64_C(1) << f->index;
	if (is_last(f))
		s->last_size = f->size;
}

static void
note_hole(struct reassembly *r, struct now now)
{
	uint32_t before = r->incomplete;

	while (r->incomplete < r->end && is_complete(slot_at(r, r->incomplete)))
		r->incomplete++;
	if (r->incomplete >= r->end)
		r->hole_ms = NEVER_MS;
	else if (r->hole_ms == NEVER_MS || r->incomplete != before)
		r->hole_ms = now.mono_ms;
}

/* The next one gets room for all of it only now, where what was pulled before
 * it had been. */
static void
drop_pulled(struct reassembly *r)
{
	struct slot *s = slot_of(r, r->next);
	size_t room = whole_room(s->count, s->last_size);

	r->held -= r->pulled.room;
	slot_clear(&r->pulled);
	if (room <= s->room)
		return;
	r->held += room - s->room;
	slot_grow(s, room);
}

/* The last number of all is never used, so that one above it is a number. */
uint32_t
reassembly_window(const struct reassembly *r)
{
	if (r->next >= UINT32_MAX - DGRAM_REORDER_MESSAGES)
		return UINT32_MAX - 1;
	return r->next + DGRAM_REORDER_MESSAGES - 1;
}

int
reassembly_input(struct reassembly *r, struct now now, const struct frame *f)
{
	assert(f->kind == FRAME_FRAGMENT);
	drop_pulled(r);
	int err = check_shape(f);
	if (err < 0)
		return err;
	if (f->message > reassembly_window(r))
		return ERR_LIMIT;
	if (f->message < r->next)
		return 1;
	struct slot *s = slot_of(r, f->message);
	err = check_slot(s, f);
	if (err < 0)
		return err;
	if (!make_room(r, s, f))
		return 0;
	if (!was_seen(s, f))
		slot_add(s, f);
	if (f->message >= r->end)
		r->end = f->message + 1;
	note_hole(r, now);
	return 1;
}

bool
reassembly_has_message(const struct reassembly *r)
{
	return r->next < r->incomplete;
}

bool
reassembly_next(
    struct reassembly *r, const uint8_t **ret_bytes, size_t *ret_size)
{
	drop_pulled(r);
	if (!reassembly_has_message(r))
		return false;
	struct slot *s = slot_of(r, r->next);
	r->pulled = *s;
	*s = (struct slot){ 0 };
	r->next++;
	/* The new next one is no longer among the others. */
	r->others -= slot_of(r, r->next)->room;
	*ret_bytes = r->pulled.bytes;
	*ret_size = (size_t)(r->pulled.count - 1) * FRAGMENT_DATA_MAX +
		    r->pulled.last_size;
	return true;
}

int64_t
reassembly_hole_ms(const struct reassembly *r)
{
	return r->hole_ms;
}

size_t
reassembly_held(const struct reassembly *r)
{
	return r->held;
}
