/* SPDX-License-Identifier: MIT */
#include "wire/ipmsg_scan.h"

#include "base/err.h"

#include <string.h>

struct ipmsg_text
ipmsg_scan_part(struct ipmsg_text text, size_t at, size_t end)
{
	if (end > text.size)
		end = text.size;
	if (at >= end)
		return (struct ipmsg_text){ .utf8 = text.utf8 };
	text.bytes += at;
	text.size = end - at;
	return text;
}

bool
ipmsg_scan_field(
    struct ipmsg_text *left, uint8_t until, struct ipmsg_text *ret_field)
{
	const uint8_t *end = NULL;

	if (left->size > 0)
		end = memchr(left->bytes, until, left->size);
	if (end == NULL) {
		*ret_field = *left;
		*left = ipmsg_scan_part(*left, left->size, left->size);
		return false;
	}
	size_t size = (size_t)(end - left->bytes);
	*ret_field = ipmsg_scan_part(*left, 0, size);
	*left = ipmsg_scan_part(*left, size + 1, left->size);
	return true;
}

static unsigned
digit_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - (unsigned)'0';
	if (c >= 'a' && c <= 'f')
		return c - (unsigned)'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - (unsigned)'A' + 10;
	return 16;
}

static int
scan_number(struct ipmsg_text text, unsigned base, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (text.size == 0)
		return ERR_FORMAT;
	for (size_t i = 0; i < text.size; i++) {
		unsigned digit = digit_of(text.bytes[i]);
		if (digit >= base)
			return ERR_FORMAT;
		if (number > (UINT64_MAX - digit) / base)
			return ERR_LIMIT;
		number = number * base + digit;
	}
	*ret_number = number;
	return 0;
}

int
ipmsg_scan_decimal(struct ipmsg_text text, uint64_t *ret_number)
{
	return scan_number(text, 10, ret_number);
}

int
ipmsg_scan_hex(struct ipmsg_text text, uint64_t *ret_number)
{
	return scan_number(text, 16, ret_number);
}

void
ipmsg_scan_put(struct wr *w, struct ipmsg_text text)
{
	if (text.size > 0)
		wr_bytes(w, text.bytes, text.size);
}

void
ipmsg_scan_put_without(
    struct wr *w, struct ipmsg_text text, uint8_t byte, uint8_t other)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.bytes[i];
		wr_u8(w, c == byte || c < 0x20 || c == 0x7F ? other : c);
	}
}

void
ipmsg_scan_put_text(struct wr *w, const char *s)
{
	wr_bytes(w, s, strlen(s));
}

static void
put_number(struct wr *w, uint64_t number, unsigned base)
{
	uint8_t digits[IPMSG_DIGITS_MAX];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (uint8_t) "0123456789abcdef"[number % base];
		number /= base;
	} while (number > 0);
	wr_bytes(w, digits + at, sizeof(digits) - at);
}

void
ipmsg_scan_put_decimal(struct wr *w, uint64_t number)
{
	put_number(w, number, 10);
}

void
ipmsg_scan_put_hex(struct wr *w, uint64_t number)
{
	put_number(w, number, 16);
}
