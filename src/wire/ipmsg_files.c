/* SPDX-License-Identifier: MIT */
/*
 * The list of attachments, and what asks for one. Numbers are hexadecimal but
 * for the id in the list; the same id is hexadecimal in the request.
 */
#include "wire/ipmsg_files.h"

#include "base/err.h"
#include "wire/ipmsg_attributes.h"
#include "wire/ipmsg_scan.h"

#include <string.h>

struct ipmsg_file_reader
ipmsg_files_read(struct ipmsg_text list)
{
	return (struct ipmsg_file_reader){ .left = list };
}

/* The clients put a colon before the separator, behind it, both or none. */
static struct ipmsg_text
trim(struct ipmsg_text item)
{
	size_t at = 0, end = item.size;

	while (at < end && item.bytes[at] == ':')
		at++;
	while (end > at && item.bytes[end - 1] == ':')
		end--;
	return ipmsg_scan_part(item, at, end);
}

/* Decimal; one client writes it as the request does. */
static int
decode_id(struct ipmsg_text digits, uint64_t *ret_id)
{
	int err = ipmsg_scan_decimal(digits, ret_id);

	return err == ERR_FORMAT ? ipmsg_scan_hex(digits, ret_id) : err;
}

static int
decode_file(struct ipmsg_text item, struct ipmsg_file *file)
{
	struct ipmsg_text id, size, mtime;
	uint64_t seconds;
	int err;

	file->utf8 = item.utf8;
	file->clipboard = -1;
	if (!ipmsg_scan_field(&item, ':', &id))
		return ERR_FORMAT;
	if ((err = decode_id(id, &file->id)) < 0 ||
	    (err = ipmsg_attributes_name(&item, file)) < 0)
		return err;
	if (!ipmsg_scan_field(&item, ':', &size) ||
	    !ipmsg_scan_field(&item, ':', &mtime))
		return ERR_FORMAT;
	if ((err = ipmsg_attributes_size(size, &file->size)) < 0)
		return err;
	if (ipmsg_scan_hex(mtime, &seconds) == 0 && seconds <= INT64_MAX)
		file->mtime = (int64_t)seconds;
	return ipmsg_attributes_decode(item, file);
}

int
ipmsg_file_next(struct ipmsg_file_reader *r, struct ipmsg_file *ret_file)
{
	struct ipmsg_text item = { 0 };

	while (item.size == 0) {
		if (r->left.size == 0)
			return 0;
		ipmsg_scan_field(&r->left, '\a', &item);
		item = trim(item);
	}
	if (++r->seen > IPMSG_FILES_MAX) {
		r->left.size = 0;
		return ERR_LIMIT;
	}
	memset(ret_file, 0, sizeof(*ret_file));
	int err = decode_file(item, ret_file);
	return err < 0 ? err : 1;
}

void
ipmsg_file_put(struct wr *w, const struct ipmsg_file *file)
{
	ipmsg_scan_put_decimal(w, file->id);
	wr_u8(w, ':');
	ipmsg_attributes_put_name(w, file);
	wr_u8(w, ':');
	ipmsg_scan_put_hex(w, file->size);
	wr_u8(w, ':');
	ipmsg_scan_put_hex(w, file->mtime > 0 ? (uint64_t)file->mtime : 0);
	wr_u8(w, ':');
	ipmsg_scan_put_hex(w, file->type);
	wr_u8(w, ':');
	ipmsg_attributes_put(w, IPMSG_KEY_PERM, file->mode);
	if (file->clipboard >= 0)
		ipmsg_attributes_put(
		    w, IPMSG_KEY_CLIPBOARD, (uint32_t)file->clipboard);
	wr_u8(w, '\a');
}

static int
decode_key(struct ipmsg_text hex, uint8_t key[static IPMSG_FILE_KEY_SIZE])
{
	uint64_t byte;

	if (hex.size != 2 * IPMSG_FILE_KEY_SIZE)
		return ERR_FORMAT;
	for (size_t i = 0; i < IPMSG_FILE_KEY_SIZE; i++) {
		if (ipmsg_scan_hex(
			ipmsg_scan_part(hex, 2 * i, 2 * i + 2), &byte) < 0)
			return ERR_FORMAT;
		key[i] = (uint8_t)byte;
	}
	return 0;
}

/* What an encrypted request has behind the place in the file. */
static int
decode_sealed(struct ipmsg_text left, struct ipmsg_request *request)
{
	struct ipmsg_text field;
	uint64_t word;

	ipmsg_scan_field(&left, ':', &field);
	int err = ipmsg_scan_hex(field, &word);
	if (err < 0)
		return err;
	bool clear = word == IPMSG_FILE_CLEAR;
	if (word != IPMSG_FILE_AES_CTR && !clear)
		return ERR_UNSUPPORTED;
	request->capabilities = (uint32_t)word;
	if (!clear) {
		ipmsg_scan_field(&left, ':', &field);
		if (decode_key(field, request->key) < 0)
			return ERR_FORMAT;
	}
	ipmsg_scan_field(&left, ':', &field);
	return ipmsg_scan_hex(field, &request->own_number);
}

int
ipmsg_request_decode(struct ipmsg_text body, uint8_t command, bool encrypted,
    struct ipmsg_request *ret_request)
{
	struct ipmsg_request request = { .file_decimal = UINT64_MAX };
	struct ipmsg_text field;
	int err;

	if (!ipmsg_scan_field(&body, ':', &field))
		return ERR_FORMAT;
	if ((err = ipmsg_scan_hex(field, &request.packet)) < 0)
		return err;
	ipmsg_scan_field(&body, ':', &field);
	if ((err = ipmsg_scan_hex(field, &request.file)) < 0)
		return err;
	if (ipmsg_scan_decimal(field, &request.file_decimal) < 0)
		request.file_decimal = UINT64_MAX;
	if (body.size > 0 && !(encrypted && command == IPMSG_GETDIRFILES)) {
		ipmsg_scan_field(&body, ':', &field);
		if ((err = ipmsg_scan_hex(field, &request.offset)) < 0)
			return err;
	}
	if (encrypted && (err = decode_sealed(body, &request)) < 0)
		return err;
	*ret_request = request;
	return 0;
}

static void
put_hex_field(struct wr *w, uint64_t number)
{
	ipmsg_scan_put_hex(w, number);
	wr_u8(w, ':');
}

static void
put_sealed(struct wr *w, const struct ipmsg_request *request)
{
	static const char hex[] = "0123456789abcdef";

	put_hex_field(w, request->capabilities);
	if (request->capabilities == IPMSG_FILE_AES_CTR) {
		for (size_t i = 0; i < IPMSG_FILE_KEY_SIZE; i++) {
			wr_u8(w, (uint8_t)hex[request->key[i] >> 4]);
			wr_u8(w, (uint8_t)hex[request->key[i] & 15]);
		}
		wr_u8(w, ':');
	}
	ipmsg_scan_put_hex(w, request->own_number);
}

int
ipmsg_request_encode(const struct ipmsg_request *request, uint8_t command,
    uint8_t *out, size_t cap, size_t *ret_size)
{
	struct wr w = wr_to(out, cap);
	bool encrypted = request->capabilities != 0;

	put_hex_field(&w, request->packet);
	put_hex_field(&w, request->file);
	/* A Mac wants three parts; but Windows takes what is behind the file
	 * of an encrypted request for a folder as its capabilities. */
	if (!encrypted || command != IPMSG_GETDIRFILES)
		put_hex_field(&w, request->offset);
	if (encrypted)
		put_sealed(&w, request);
	if (w.failed)
		return ERR_LIMIT;
	*ret_size = w.size;
	return 0;
}
