/* SPDX-License-Identifier: MIT */
#include "base/wr.h"

#include <string.h>

struct wr
wr_to(void *p, size_t cap)
{
	return (struct wr){ .p = p, .cap = cap };
}

static uint8_t *
wr_room(struct wr *w, size_t n)
{
	if (w->failed || n > w->cap - w->size) {
		w->failed = true;
		return NULL;
	}
	if (n == 0)
		return NULL;
	uint8_t *room = w->p + w->size;
	w->size += n;
	return room;
}

static void
put_uint(uint8_t *p, uint64_t v, size_t size)
{
	for (size_t i = size; i-- > 0; v >>= 8)
		p[i] = (uint8_t)(v & 0xff);
}

static void
wr_uint(struct wr *w, uint64_t v, size_t size)
{
	uint8_t *room = wr_room(w, size);

	if (room != NULL)
		put_uint(room, v, size);
}

void
wr_u8(struct wr *w, uint8_t v)
{
	wr_uint(w, v, 1);
}

void
wr_u16(struct wr *w, uint16_t v)
{
	wr_uint(w, v, 2);
}

void
wr_u32(struct wr *w, uint32_t v)
{
	wr_uint(w, v, 4);
}

void
wr_u64(struct wr *w, uint64_t v)
{
	wr_uint(w, v, 8);
}

void
wr_bytes(struct wr *w, const void *p, size_t n)
{
	uint8_t *room = wr_room(w, n);

	if (room != NULL)
		memcpy(room, p, n);
}

void
wr_zeros(struct wr *w, size_t n)
{
	uint8_t *room = wr_room(w, n);

	if (room != NULL)
		memset(room, 0, n);
}

void
wr_patch_u16(struct wr *w, size_t offset, uint16_t v)
{
	if (w->failed || w->size < 2 || offset > w->size - 2) {
		w->failed = true;
		return;
	}
	put_uint(w->p + offset, v, 2);
}
