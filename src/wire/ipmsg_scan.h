/* SPDX-License-Identifier: MIT */
/*
 * Fields and numbers of the texts that IP Messenger is made of.
 */
#ifndef WIRE_IPMSG_SCAN_H
#define WIRE_IPMSG_SCAN_H

#include "base/wr.h"
#include "wire/ipmsg.h"

/* The bytes of text from at to before end, marked alike. */
struct ipmsg_text ipmsg_scan_part(
    struct ipmsg_text text, size_t at, size_t end);
/* Cuts off what is before the first such byte, and the byte. False when there
 * is none: then the field is everything, and nothing is left. */
bool ipmsg_scan_field(
    struct ipmsg_text *left, uint8_t until, struct ipmsg_text *ret_field);
/* All of the text is one number. ERR_FORMAT, ERR_LIMIT. */
int ipmsg_scan_decimal(struct ipmsg_text text, uint64_t *ret_number);
int ipmsg_scan_hex(struct ipmsg_text text, uint64_t *ret_number);

void ipmsg_scan_put(struct wr *w, struct ipmsg_text text);
/* Such bytes, and control characters, become the other one. */
void ipmsg_scan_put_without(
    struct wr *w, struct ipmsg_text text, uint8_t byte, uint8_t other);
void ipmsg_scan_put_text(struct wr *w, const char *s);
void ipmsg_scan_put_decimal(struct wr *w, uint64_t number);
void ipmsg_scan_put_hex(struct wr *w, uint64_t number);

#endif
