/* SPDX-License-Identifier: MIT */
/*
 * What a file of a list and a header of a stream have in common: a name with
 * its colons doubled, a size, a type and keys.
 */
#ifndef WIRE_IPMSG_ATTRIBUTES_H
#define WIRE_IPMSG_ATTRIBUTES_H

#include "wire/ipmsg_files.h"

/* Keys of the attributes; there are more. */
enum ipmsg_key {
	IPMSG_KEY_CLIPBOARD = 0x08,
	IPMSG_KEY_PERM = 0x10,
	IPMSG_KEY_MTIME = 0x14,
};

/* Takes a name off the front, up to its colon. ERR_FORMAT (no colon, empty, a
 * NUL), ERR_LIMIT. */
int ipmsg_attributes_name(struct ipmsg_text *left, struct ipmsg_file *file);
/* ERR_FORMAT, ERR_LIMIT: over INT64_MAX. */
int ipmsg_attributes_size(struct ipmsg_text digits, uint64_t *ret_size);
/* The type and the keys. A key that is none is passed over. ERR_FORMAT. */
int ipmsg_attributes_decode(struct ipmsg_text left, struct ipmsg_file *file);

void ipmsg_attributes_put_name(struct wr *w, const struct ipmsg_file *file);
/* Nothing when the value is 0. */
void ipmsg_attributes_put(struct wr *w, enum ipmsg_key key, uint64_t value);

#endif
