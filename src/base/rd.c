/* SPDX-License-Identifier: MIT */
#include "base/rd.h"

#include <string.h>

struct rd
rd_of(const void *p, size_t n)
{
	return (struct rd){ .p = p, .left = n };
}

/* A zero-sized span of a NULL input is not a failure, but has no address. */
static const uint8_t nothing[1];

const uint8_t *
rd_span(struct rd *r, size_t n)
{
	if (r->failed || n > r->left) {
		r->failed = true;
		return NULL;
	}
	if (n == 0)
		return r->p != NULL ? r->p : nothing;
	const uint8_t *span = r->p;
	r->p += n;
	r->left -= n;
	return span;
}

static uint64_t
rd_uint(struct rd *r, size_t size)
{
	const uint8_t *span = rd_span(r, size);
	uint64_t v = 0;

	if (span == NULL)
		return 0;
	for (size_t i = 0; i < size; i++)
		v = v << 8 | span[i];
	return v;
}

uint8_t
rd_u8(struct rd *r)
{
	return (uint8_t)rd_uint(r, 1);
}

uint16_t
rd_u16(struct rd *r)
{
	return (uint16_t)rd_uint(r, 2);
}

uint32_t
rd_u32(struct rd *r)
{
	return (uint32_t)rd_uint(r, 4);
}

uint64_t
rd_u64(struct rd *r)
{
	return rd_uint(r, 8);
}

void
rd_copy(struct rd *r, void *out, size_t n)
{
	const uint8_t *span = rd_span(r, n);

	if (n == 0)
		return;
	if (span != NULL)
		memcpy(out, span, n);
	else
		memset(out, 0, n);
}

bool
rd_done(const struct rd *r)
{
	return !r->failed && r->left == 0;
}
