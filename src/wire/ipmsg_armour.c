/* SPDX-License-Identifier: MIT */
#include "wire/ipmsg_armour.h"

#include "base/err.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void
put_hex(struct wr *w, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		wr_u8(w, (uint8_t)hex_digits[p[i] >> 4]);
		wr_u8(w, (uint8_t)hex_digits[p[i] & 15]);
	}
}

/* Three bytes, or the last one or two. */
static void
put_triple(struct wr *w, const uint8_t *p, size_t n)
{
	uint32_t bits = (uint32_t)p[0] << 16;

	if (n > 1)
		bits |= (uint32_t)p[1] << 8;
	if (n > 2)
		bits |= p[2];
	for (size_t i = 0; i < 4; i++) {
		char digit = base64_digits[bits >> (18 - 6 * i) & 63];
		wr_u8(w, (uint8_t)(i <= n ? digit : '='));
	}
}

void
ipmsg_armour_put(
    struct wr *w, enum ipmsg_armour form, const uint8_t *p, size_t n)
{
	if (form == IPMSG_HEX) {
		put_hex(w, p, n);
		return;
	}
	for (size_t at = 0; at < n; at += 3)
		put_triple(w, p + at, n - at < 3 ? n - at : 3);
}

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int
base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

static int
decode_base64(struct ipmsg_text text, uint8_t *out, size_t *ret_size)
{
	size_t n = text.size;
	size_t size = 0;
	uint32_t bits = 0;

	for (int i = 0; i < 2 && n > 0 && text.bytes[n - 1] == '='; i++)
		n--;
	if (n % 4 == 1 || (n != text.size && text.size % 4 != 0))
		return ERR_FORMAT;
	for (size_t i = 0; i < n; i++) {
		int value = base64_value(text.bytes[i]);
		if (value < 0)
			return ERR_FORMAT;
		bits = bits << 6 | (uint32_t)value;
		if (i % 4 != 0)
			out[size++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	*ret_size = size;
	return 0;
}

int
ipmsg_armour_number(
    struct ipmsg_text text, uint8_t *out, size_t cap, size_t *ret_size)
{
	size_t size = (text.size + 1) / 2;
	size_t shift = text.size % 2;

	if (size == 0 || size > cap)
		return ERR_FORMAT;
	for (size_t i = 0; i < size; i++)
		out[i] = 0;
	for (size_t i = 0; i < text.size; i++) {
		int value = hex_value(text.bytes[i]);
		if (value < 0)
			return ERR_FORMAT;
		size_t at = (i + shift) / 2;
		out[at] = (uint8_t)(out[at] << 4 | value);
	}
	*ret_size = size;
	return 0;
}

int
ipmsg_armour_decode(enum ipmsg_armour form, struct ipmsg_text text,
    uint8_t *out, size_t *ret_size)
{
	if (form == IPMSG_BASE64)
		return decode_base64(text, out, ret_size);
	if (text.size % 2 != 0)
		return ERR_FORMAT;
	return ipmsg_armour_number(text, out, text.size, ret_size);
}
