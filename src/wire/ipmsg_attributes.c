/* SPDX-License-Identifier: MIT */
#include "wire/ipmsg_attributes.h"

#include "base/err.h"
#include "wire/ipmsg_scan.h"

#include <string.h>

/* A colon that another follows is part of the name, and stands for both: read
 * from the left that is never ambiguous, as no name is empty. */
int
ipmsg_attributes_name(struct ipmsg_text *left, struct ipmsg_file *file)
{
	size_t n = 0, i = 0;

	for (;; i++) {
		if (i >= left->size)
			return ERR_FORMAT;
		if (left->bytes[i] == ':') {
			if (i + 1 >= left->size || left->bytes[i + 1] != ':')
				break;
			i++;
		}
		if (n == IPMSG_FILE_NAME_MAX)
			return ERR_LIMIT;
		if (left->bytes[i] == '\0')
			return ERR_FORMAT;
		file->name[n++] = left->bytes[i];
	}
	if (n == 0)
		return ERR_FORMAT;
	file->name[n] = '\0';
	file->name_size = n;
	*left = ipmsg_scan_part(*left, i + 1, left->size);
	return 0;
}

int
ipmsg_attributes_size(struct ipmsg_text digits, uint64_t *ret_size)
{
	uint64_t size;
	int err = ipmsg_scan_hex(digits, &size);

	if (err < 0)
		return err;
	/* What is more would be negative somewhere. */
	if (size > INT64_MAX)
		return ERR_LIMIT;
	*ret_size = size;
	return 0;
}

static void
decode_value(uint64_t key, uint64_t value, struct ipmsg_file *file)
{
	if (key == IPMSG_KEY_PERM)
		file->mode = (uint32_t)(value & 0777);
	if (key == IPMSG_KEY_MTIME && value <= INT64_MAX)
		file->mtime = (int64_t)value;
	if (key == IPMSG_KEY_CLIPBOARD && value <= INT32_MAX)
		file->clipboard = (int32_t)value;
}

int
ipmsg_attributes_decode(struct ipmsg_text left, struct ipmsg_file *file)
{
	struct ipmsg_text field, key, value;
	uint64_t number, of;

	ipmsg_scan_field(&left, ':', &field);
	if (ipmsg_scan_hex(field, &number) < 0)
		return ERR_FORMAT;
	file->type = (uint8_t)(number & 0xFF);
	while (left.size > 0) {
		ipmsg_scan_field(&left, ':', &field);
		if (!ipmsg_scan_field(&field, '=', &key))
			continue;
		ipmsg_scan_field(&field, ',', &value);
		if (ipmsg_scan_hex(key, &of) == 0 &&
		    ipmsg_scan_hex(value, &number) == 0)
			decode_value(of, number, file);
	}
	return 0;
}

void
ipmsg_attributes_put_name(struct wr *w, const struct ipmsg_file *file)
{
	if (file->name_size == 0 || file->name_size > IPMSG_FILE_NAME_MAX) {
		w->failed = true;
		return;
	}
	for (size_t i = 0; i < file->name_size; i++) {
		uint8_t c = file->name[i];
		if (c == ':')
			wr_u8(w, ':');
		wr_u8(w, c < 0x20 || c == 0x7F || c == '/' ? '_' : c);
	}
}

void
ipmsg_attributes_put(struct wr *w, enum ipmsg_key key, uint64_t value)
{
	if (value == 0)
		return;
	ipmsg_scan_put_hex(w, (uint64_t)key);
	wr_u8(w, '=');
	ipmsg_scan_put_hex(w, value);
	wr_u8(w, ':');
}
