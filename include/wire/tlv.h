/* SPDX-License-Identifier: MIT */
/*
 * The one field encoding of the protocol: type u8, length u16, value; one
 * level; types ascend; none twice. Bit 7 of the type marks a field that a
 * reader must understand or refuse the whole (doc/PROTOCOL, "Fields").
 */
#ifndef WIRE_TLV_H
#define WIRE_TLV_H

#include "base/rd.h"
#include "base/wr.h"

enum { TLV_CRITICAL = 0x80, TLV_HEADER_SIZE = 3 };

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

void tlv_put(struct wr *w, uint8_t type, const void *value, size_t size);
void tlv_put_u16(struct wr *w, uint8_t type, uint16_t v);
void tlv_put_u32(struct wr *w, uint8_t type, uint32_t v);
void tlv_put_u64(struct wr *w, uint8_t type, uint64_t v);

#endif
