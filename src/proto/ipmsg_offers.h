/* SPDX-License-Identifier: MIT */
#ifndef PROTO_IPMSG_OFFERS_H
#define PROTO_IPMSG_OFFERS_H

#include "proto/ipmsg_files.h"

/* Marks what the host asks for as being served. ERR_NOT_FOUND, ERR_FORMAT (of
 * another kind, or from behind its end), ERR_STATE (served or being served).
 * The offer lives until the table changes. */
int ipmsg_offers_take(struct ipmsg_offers *o, const char *handle,
    const struct ipmsg_request *request, bool as_folder,
    const struct ipmsg_offer **ret_offer);

#endif
