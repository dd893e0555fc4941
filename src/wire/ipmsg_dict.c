/* SPDX-License-Identifier: MIT */
/*
 * Dictionaries, version 3 of the protocol: recognised and taken apart, never
 * made. IP2:SIZE:key:SIZE:value:...:Z, with sizes in hexadecimal.
 */
#include "base/err.h"
#include "wire/ipmsg.h"
#include "wire/ipmsg_scan.h"

#include <string.h>

/* SIZE ":" bytes; left moves behind them. */
static int
sized(struct ipmsg_text *left, struct ipmsg_text *ret_value)
{
	struct ipmsg_text digits, at = *left;
	uint64_t size;

	if (!ipmsg_scan_field(&at, ':', &digits) ||
	    ipmsg_scan_hex(digits, &size) < 0 || size > at.size)
		return ERR_FORMAT;
	*ret_value = ipmsg_scan_part(at, 0, (size_t)size);
	*left = ipmsg_scan_part(at, (size_t)size, at.size);
	return 0;
}

bool
ipmsg_dict_decode(const uint8_t *p, size_t n, struct ipmsg_text *ret_content)
{
	struct ipmsg_text left = { .bytes = p, .size = n, .utf8 = true };
	struct ipmsg_text content;

	if (n < 4 || memcmp(p, "IP2:", 4) != 0)
		return false;
	left = ipmsg_scan_part(left, 4, n);
	if (sized(&left, &content) < 0 || !ipmsg_text_is(left, ":Z"))
		return false;
	*ret_content = content;
	return true;
}

int
ipmsg_dict_item(struct ipmsg_text *list, struct ipmsg_text *ret_value)
{
	struct ipmsg_text left = *list, value;

	if (left.size == 0)
		return 0;
	if (sized(&left, &value) < 0)
		return ERR_FORMAT;
	if (left.size > 0) {
		/* A colon between two, and none behind the last. */
		if (left.bytes[0] != ':' || left.size == 1)
			return ERR_FORMAT;
		left = ipmsg_scan_part(left, 1, left.size);
	}
	*ret_value = value;
	*list = left;
	return 1;
}

int
ipmsg_dict_next(struct ipmsg_text *content, struct ipmsg_text *ret_key,
    struct ipmsg_text *ret_value)
{
	struct ipmsg_text left = *content, key;

	if (left.size == 0)
		return 0;
	if (!ipmsg_scan_field(&left, ':', &key) || key.size == 0)
		return ERR_FORMAT;
	int more = ipmsg_dict_item(&left, ret_value);
	if (more <= 0)
		return ERR_FORMAT;
	*ret_key = key;
	*content = left;
	return 1;
}

int
ipmsg_dict_find(
    struct ipmsg_text content, const char *key, struct ipmsg_text *ret_value)
{
	struct ipmsg_text name, value;
	int more;

	while ((more = ipmsg_dict_next(&content, &name, &value)) == 1) {
		if (ipmsg_text_is(name, key)) {
			*ret_value = value;
			return 0;
		}
	}
	return more < 0 ? more : ERR_NOT_FOUND;
}

int
ipmsg_dict_int(struct ipmsg_text value, int64_t *ret_number)
{
	bool minus = value.size > 0 && value.bytes[0] == '-';
	uint64_t number;
	int err =
	    ipmsg_scan_hex(ipmsg_scan_part(value, minus, value.size), &number);

	if (err < 0)
		return err;
	if (number > INT64_MAX)
		return ERR_LIMIT;
	*ret_number = minus ? -(int64_t)number : (int64_t)number;
	return 0;
}
