/* SPDX-License-Identifier: MIT */
/*
 * The two ways in which IP Messenger writes bytes as text.
 */
#ifndef WIRE_IPMSG_ARMOUR_H
#define WIRE_IPMSG_ARMOUR_H

#include "base/wr.h"
#include "wire/ipmsg.h"

enum ipmsg_armour { IPMSG_HEX, IPMSG_BASE64 };

void ipmsg_armour_put(
    struct wr *w, enum ipmsg_armour form, const uint8_t *p, size_t n);
/* out has room for text.size / 2 + 1 or text.size * 3 / 4 + 3 bytes. Hex in
 * either case; base64 with or without its "=". ERR_FORMAT. */
int ipmsg_armour_decode(enum ipmsg_armour form, struct ipmsg_text text,
    uint8_t *out, size_t *ret_size);
/* One number in hex, of any length; an odd one has half a byte in front. */
int ipmsg_armour_number(
    struct ipmsg_text text, uint8_t *out, size_t cap, size_t *ret_size);

#endif
