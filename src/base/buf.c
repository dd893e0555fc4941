/* SPDX-License-Identifier: MIT */
/*
 * The live bytes slide towards the end of the storage. They are moved back to
 * its start only when that frees at least half of it, or when it cannot grow
 * any more; so a byte is copied a bounded number of times on average unless the
 * buffer is kept nearly full.
 */
#include "base/buf.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BUF_CAP_MIN = 64 };

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_clear(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

void
buf_wipe(struct buf *b)
{
	mem_wipe(b->data, b->cap);
	buf_clear(b);
}

/* At least double, so that a growing buffer is copied few times. */
static size_t
grown_cap(const struct buf *b, size_t need)
{
	size_t cap = b->cap > 0 ? b->cap : BUF_CAP_MIN / 2;

	do {
		if (cap > b->max / 2)
			return b->max;
		cap *= 2;
	} while (cap < need);
	return cap;
}

/* Not realloc: it could leave a copy of a secret behind in freed memory. */
static void
grow(struct buf *b, size_t need)
{
	size_t cap = grown_cap(b, need);
	size_t size = buf_size(b);
	uint8_t *data = xmalloc(cap);

	if (size > 0)
		memcpy(data, b->data + b->head, size);
	mem_wipe(b->data, b->cap);
	free(b->data);
	b->data = data;
	b->cap = cap;
	b->head = 0;
	b->tail = size;
}

static void
compact(struct buf *b)
{
	size_t size = buf_size(b);

	if (size > 0)
		memmove(b->data, b->data + b->head, size);
	b->head = 0;
	b->tail = size;
}

uint8_t *
buf_reserve(struct buf *b, size_t n)
{
	size_t size = buf_size(b);

	if (n > b->max - size)
		return NULL;
	if (b->data != NULL && n <= b->cap - b->tail)
		return b->data + b->tail;
	if (b->data != NULL && size + n <= b->cap &&
	    (size <= b->cap / 2 || b->cap == b->max))
		compact(b);
	else
		grow(b, size + n);
	return b->data + b->tail;
}

void
buf_commit(struct buf *b, size_t n)
{
	assert(n <= b->cap - b->tail);
	b->tail += n;
}

int
buf_append(struct buf *b, const void *p, size_t n)
{
	uint8_t *room = buf_reserve(b, n);

	if (room == NULL)
		return ERR_LIMIT;
	if (n > 0)
		memcpy(room, p, n);
	buf_commit(b, n);
	return 0;
}

void
buf_consume(struct buf *b, size_t n)
{
	assert(n <= buf_size(b));
	b->head += n;
	if (b->head == b->tail)
		b->head = b->tail = 0;
}
