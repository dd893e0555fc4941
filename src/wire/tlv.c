/* SPDX-License-Identifier: MIT */
/*
 * Fields. Ascending types make repeats and a second spelling of the same
 * content impossible, and let a reader stop at the first surprise without
 * keeping a set of what it saw.
 */
#include "wire/tlv.h"

#include "base/err.h"

#include <string.h>

struct tlv_reader
tlv_read(const void *p, size_t n)
{
	return (struct tlv_reader){ .rd = rd_of(p, n), .last_type = -1 };
}

int
tlv_next(struct tlv_reader *r, struct tlv *ret_tlv)
{
	if (r->rd.failed)
		return ERR_SHORT;
	if (r->rd.left == 0)
		return 0;
	uint8_t type = rd_u8(&r->rd);
	size_t size = (size_t)rd_u8(&r->rd) << 16;
	size |= rd_u16(&r->rd);
	const uint8_t *value = rd_span(&r->rd, size);
	if (r->rd.failed)
		return ERR_SHORT;
	if (type <= r->last_type)
		return ERR_FORMAT;
	r->last_type = type;
	*ret_tlv = (struct tlv){ .type = type, .size = size, .value = value };
	return 1;
}

int
tlv_get_bytes(const struct tlv *f, void *out, size_t size)
{
	if (f->size != size)
		return ERR_FORMAT;
	memcpy(out, f->value, size);
	return 0;
}

int
tlv_get_u8(const struct tlv *f, uint8_t *ret_v)
{
	return tlv_get_bytes(f, ret_v, 1);
}

int
tlv_get_u16(const struct tlv *f, uint16_t *ret_v)
{
	if (f->size != sizeof(*ret_v))
		return ERR_FORMAT;
	struct rd rd = rd_of(f->value, f->size);
	*ret_v = rd_u16(&rd);
	return 0;
}

int
tlv_get_u32(const struct tlv *f, uint32_t *ret_v)
{
	if (f->size != sizeof(*ret_v))
		return ERR_FORMAT;
	struct rd rd = rd_of(f->value, f->size);
	*ret_v = rd_u32(&rd);
	return 0;
}

int
tlv_get_u64(const struct tlv *f, uint64_t *ret_v)
{
	if (f->size != sizeof(*ret_v))
		return ERR_FORMAT;
	struct rd rd = rd_of(f->value, f->size);
	*ret_v = rd_u64(&rd);
	return 0;
}

int
tlv_get_i64(const struct tlv *f, int64_t *ret_v)
{
	uint64_t v;
	int err = tlv_get_u64(f, &v);

	if (err < 0)
		return err;
	memcpy(ret_v, &v, sizeof(v));
	return 0;
}

int
tlv_get_text(const struct tlv *f, size_t max, struct untrusted *ret_text)
{
	if (f->size > max)
		return ERR_LIMIT;
	*ret_text = untrusted_of(f->value, f->size);
	return 0;
}

int
tlv_unknown(const struct tlv *f)
{
	return f->type & TLV_CRITICAL ? ERR_UNSUPPORTED : 0;
}

static void
put_header(struct wr *w, uint8_t type, size_t size)
{
	if (size > TLV_VALUE_MAX)
		w->failed = true;
	wr_u8(w, type);
	wr_u8(w, (uint8_t)(size >> 16 & 0xFF));
	wr_u16(w, (uint16_t)(size & 0xFFFF));
}

void
tlv_put(struct wr *w, uint8_t type, const void *value, size_t size)
{
	put_header(w, type, size);
	wr_bytes(w, value, size);
}

void
tlv_put_u8(struct wr *w, uint8_t type, uint8_t v)
{
	put_header(w, type, sizeof(v));
	wr_u8(w, v);
}

void
tlv_put_u16(struct wr *w, uint8_t type, uint16_t v)
{
	put_header(w, type, sizeof(v));
	wr_u16(w, v);
}

void
tlv_put_u32(struct wr *w, uint8_t type, uint32_t v)
{
	put_header(w, type, sizeof(v));
	wr_u32(w, v);
}

void
tlv_put_u64(struct wr *w, uint8_t type, uint64_t v)
{
	put_header(w, type, sizeof(v));
	wr_u64(w, v);
}

void
tlv_put_i64(struct wr *w, uint8_t type, int64_t v)
{
	tlv_put_u64(w, type, (uint64_t)v);
}

/* The one place of the encoders that looks inside text: it may be a peer's
 * own (a copied shout), and goes out as it is. */
bool
tlv_put_text(struct wr *w, uint8_t type, struct untrusted text, size_t max)
{
	if (text.untrusted_size == 0)
		return false;
	if (text.untrusted_size > max)
		w->failed = true;
	else
		tlv_put(w, type, text.untrusted_data, text.untrusted_size);
	return true;
}

void
tlv_put_pad(struct wr *w, size_t size)
{
	if (size < TLV_HEADER_SIZE) {
		w->failed = true;
		return;
	}
	put_header(w, TLV_PAD, size - TLV_HEADER_SIZE);
	wr_zeros(w, size - TLV_HEADER_SIZE);
}
