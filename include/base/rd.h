/* SPDX-License-Identifier: MIT */
/*
 * Reads integers and spans from bytes that are not trusted. The error is
 * sticky: after the first short read every getter returns zero and the caller
 * asks once, at the end. Integers are big-endian.
 */
#ifndef BASE_RD_H
#define BASE_RD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rd {
	const uint8_t *p;
	size_t left;
	bool failed;
};

/* Borrows the bytes. */
struct rd rd_of(const void *p, size_t n);
uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);
/* n bytes inside the input, or NULL on failure. */
const uint8_t *rd_span(struct rd *r, size_t n);
/* Copies n bytes; zeroes the output on failure. */
void rd_copy(struct rd *r, void *out, size_t n);
/* True when nothing failed and nothing is left over. */
bool rd_done(const struct rd *r);

#endif
