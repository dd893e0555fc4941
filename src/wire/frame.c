/* SPDX-License-Identifier: MIT */
/*
 * What is inside a sealed datagram. It comes from somebody who proved to be
 * who he is, which does not make him friendly: all numbers are checked here
 * that can be checked without memory.
 */
#include "wire/packet.h"

#include "base/err.h"
#include "base/rd.h"
#include "base/wr.h"

#include <assert.h>

enum {
	PADDING = 0, /* in the place of a kind */
	ACK_BITS = 64,
};

static int
read_fragment(struct rd *r, struct frame *f)
{
	f->message = rd_u32(r);
	f->index = rd_u8(r);
	f->count = rd_u8(r);
	f->size = rd_u16(r);
	f->data = rd_span(r, f->size);
	if (r->failed)
		return ERR_SHORT;
	if (f->count > FRAGMENTS_MAX || f->index >= f->count)
		return ERR_FORMAT;
	if (f->size == 0 || f->size > FRAGMENT_DATA_MAX)
		return ERR_FORMAT;
	return 0;
}

/* A bit for a packet before the first would name one by wrapping around. */
static bool
bits_fit(uint64_t largest, uint64_t bits)
{
	return largest >= ACK_BITS || bits >> largest == 0;
}

static int
read_ack(struct rd *r, struct frame *f)
{
	f->largest = rd_u64(r);
	f->delay_ms = rd_u16(r);
	f->bits = rd_u64(r);
	f->window = rd_u32(r);
	return bits_fit(f->largest, f->bits) ? 0 : ERR_FORMAT;
}

static int
read_kind(struct rd *r, uint8_t kind, struct frame *f)
{
	f->kind = (enum frame_kind)kind;
	switch (f->kind) {
	case FRAME_FRAGMENT:
		return read_fragment(r, f);
	case FRAME_ACK:
		return read_ack(r, f);
	case FRAME_PING:
	case FRAME_PONG:
		rd_copy(r, f->token, sizeof(f->token));
		return 0;
	case FRAME_CLOSE:
		f->reason = rd_u8(r);
		return 0;
	case FRAME_READY:
		return 0;
	}
	return ERR_FORMAT;
}

static int
read_padding(struct frame_reader *r)
{
	for (size_t i = 0; i < r->left; i++)
		if (r->p[i] != 0)
			return ERR_FORMAT;
	r->left = 0;
	return 0;
}

int
frame_next(struct frame_reader *r, struct frame *ret_frame)
{
	struct rd rd = rd_of(r->p, r->left);
	struct frame f = { 0 };

	if (r->left == 0)
		return 0;
	uint8_t kind = rd_u8(&rd);
	if (kind == PADDING)
		return read_padding(r);
	int err = read_kind(&rd, kind, &f);
	if (rd.failed)
		return ERR_SHORT;
	if (err < 0)
		return err;
	*r = (struct frame_reader){ .p = rd.p, .left = rd.left };
	*ret_frame = f;
	return 1;
}

static void
put_fragment(struct wr *w, const struct frame *f)
{
	assert(f->count <= FRAGMENTS_MAX && f->index < f->count);
	assert(f->size > 0 && f->size <= FRAGMENT_DATA_MAX);
	wr_u32(w, f->message);
	wr_u8(w, f->index);
	wr_u8(w, f->count);
	wr_u16(w, (uint16_t)f->size);
	wr_bytes(w, f->data, f->size);
}

static void
put_ack(struct wr *w, const struct frame *f)
{
	assert(bits_fit(f->largest, f->bits));
	wr_u64(w, f->largest);
	wr_u16(w, f->delay_ms);
	wr_u64(w, f->bits);
	wr_u32(w, f->window);
}

static void
put_kind(struct wr *w, const struct frame *f)
{
	switch (f->kind) {
	case FRAME_FRAGMENT:
		put_fragment(w, f);
		break;
	case FRAME_ACK:
		put_ack(w, f);
		break;
	case FRAME_PING:
	case FRAME_PONG:
		wr_bytes(w, f->token, sizeof(f->token));
		break;
	case FRAME_CLOSE:
		wr_u8(w, f->reason);
		break;
	case FRAME_READY:
		break;
	}
}

int
frame_put(const struct frame *f, uint8_t *out, size_t cap, size_t *ret_size)
{
	struct wr w = wr_to(out, cap);

	wr_u8(&w, (uint8_t)f->kind);
	put_kind(&w, f);
	if (w.failed)
		return ERR_LIMIT;
	*ret_size = w.size;
	return 0;
}
