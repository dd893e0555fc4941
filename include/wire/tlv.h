/* SPDX-License-Identifier: MIT */
/*
 * The one field encoding of the protocol: type u8, length u24, value; one
 * level; types ascend; none twice. Bit 7 of the type marks a field that a
 * reader must understand or refuse the whole (doc/PROTOCOL, "Fields").
 *
 * The length has three bytes because a text of 65 536 is legal and two bytes
 * end at 65 535.
 */
#ifndef WIRE_TLV_H
#define WIRE_TLV_H

#include "base/peer_text.h"
#include "base/rd.h"
#include "base/wr.h"

#include <stdbool.h>

enum {
	TLV_CRITICAL = 0x80,
	TLV_HEADER_SIZE = 4,
	TLV_VALUE_MAX = 0xFFFFFF,
	/* The same everywhere: content without meaning. */
	TLV_PAD = 127,
};

struct tlv {
	uint8_t type;
	size_t size;
	const uint8_t *value; /* borrowed from the input */
};

struct tlv_reader {
	struct rd rd;
	int last_type; /* -1 before the first field */
};

struct tlv_reader tlv_read(const void *p, size_t n);
/* 1 and a field; 0 at a clean end; ERR_SHORT or ERR_FORMAT (order, repeat). */
int tlv_next(struct tlv_reader *r, struct tlv *ret_tlv);

/* ERR_FORMAT unless the value has exactly the size of the output. */
int tlv_get_u8(const struct tlv *f, uint8_t *ret_v);
int tlv_get_u16(const struct tlv *f, uint16_t *ret_v);
int tlv_get_u32(const struct tlv *f, uint32_t *ret_v);
int tlv_get_u64(const struct tlv *f, uint64_t *ret_v);
int tlv_get_i64(const struct tlv *f, int64_t *ret_v);
int tlv_get_bytes(const struct tlv *f, void *out, size_t size);
/* Borrows. ERR_LIMIT when longer than max. */
int tlv_get_text(const struct tlv *f, size_t max, struct untrusted *ret_text);
/* What to do with a field that the reader does not know: 0 to skip it,
 * ERR_UNSUPPORTED where it is critical. */
int tlv_unknown(const struct tlv *f);

void tlv_put(struct wr *w, uint8_t type, const void *value, size_t size);
void tlv_put_u8(struct wr *w, uint8_t type, uint8_t v);
void tlv_put_u16(struct wr *w, uint8_t type, uint16_t v);
void tlv_put_u32(struct wr *w, uint8_t type, uint32_t v);
void tlv_put_u64(struct wr *w, uint8_t type, uint64_t v);
void tlv_put_i64(struct wr *w, uint8_t type, int64_t v);
/* False when the text is empty: then nothing is written. Fails the writer when
 * the text is longer than max. */
bool tlv_put_text(
    struct wr *w, uint8_t type, struct untrusted text, size_t max);
/* A padding field of exactly size bytes in all, its header included; fails the
 * writer when size is less than the header. */
void tlv_put_pad(struct wr *w, size_t size);

#endif
