/* SPDX-License-Identifier: MIT */
/*
 * A growable queue of bytes with a hard maximum: append at the end, consume
 * from the front. Consumed space is reused, so a stream of any length runs
 * through a small buffer.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t *data; /* owned; the live bytes are data[head .. tail) */
	size_t head, tail, cap, max;
};

/* Allocates nothing yet. max is the most live bytes it will ever hold. */
void buf_init(struct buf *b, size_t max);
/* Frees and leaves an empty buffer of the same max. */
void buf_clear(struct buf *b);
/* As buf_clear, but overwrites the storage first. */
void buf_wipe(struct buf *b);

static inline size_t
buf_size(const struct buf *b)
{
	return b->tail - b->head;
}

/* The first live byte; valid until the next append, reserve or clear. NULL
 * while nothing was ever put in. */
static inline const uint8_t *
buf_data(const struct buf *b)
{
	return b->data == NULL ? NULL : b->data + b->head;
}

/* 0, or ERR_LIMIT with nothing appended. */
int buf_append(struct buf *b, const void *p, size_t n);
/* Room for n bytes at the end, to be filled before buf_commit; NULL when the
 * maximum would be passed. */
uint8_t *buf_reserve(struct buf *b, size_t n);
/* n at most what was reserved. */
void buf_commit(struct buf *b, size_t n);
/* n at most buf_size. */
void buf_consume(struct buf *b, size_t n);

#endif
