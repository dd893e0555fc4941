/* SPDX-License-Identifier: MIT */
/*
 * Writes integers and spans into a fixed buffer. The error is sticky, as in
 * rd.h. Integers are big-endian.
 */
#ifndef BASE_WR_H
#define BASE_WR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wr {
	uint8_t *p; /* borrowed */
	size_t size, cap;
	bool failed;
};

/* Borrows the room. */
struct wr wr_to(void *p, size_t cap);
void wr_u8(struct wr *w, uint8_t v);
void wr_u16(struct wr *w, uint16_t v);
void wr_u32(struct wr *w, uint32_t v);
void wr_u64(struct wr *w, uint64_t v);
void wr_bytes(struct wr *w, const void *p, size_t n);
void wr_zeros(struct wr *w, size_t n);
/* Overwrites two bytes written before at offset. */
void wr_patch_u16(struct wr *w, size_t offset, uint16_t v);

#endif
