/* SPDX-License-Identifier: MIT */
/*
 * Files over IP Messenger: between the transfers (core/transfers.h) and the
 * machine of one connection (proto/ipmsg_files.h).
 */
#ifndef CORE_IPMSG_TRANSFER_H
#define CORE_IPMSG_TRANSFER_H

#include "core/transfers.h"
#include "proto/ipmsg.h"

/* A text of that peer may bring offers. */
void ipmsg_transfer_offered(struct engine *e, struct now now,
    const struct fp *fp, const struct ipmsg_event *ev);
/* It does not want ours. */
void ipmsg_transfer_released(
    struct engine *e, struct now now, const struct ipmsg_event *ev);
/* The message that carried offers of ours cannot arrive. */
void ipmsg_transfer_failed(struct engine *e, struct now now,
    const struct msg_id *message, const char *reason);
/* The dialect was switched off. */
void ipmsg_transfer_clear(struct engine *e, struct now now);
void ipmsg_transfer_free(struct engine *e);

/* From the connections. */
bool ipmsg_transfer_accepted(struct engine *e, struct now now, struct conn *c);
void ipmsg_transfer_opened(struct engine *e, struct now now, struct conn *c);
void ipmsg_transfer_bytes(struct engine *e, struct now now, struct conn *c,
    const uint8_t *p, size_t n);
/* c goes when this is over. */
void ipmsg_transfer_closed(
    struct engine *e, struct now now, struct conn *c, int sys_errno);
void ipmsg_transfer_drained(struct engine *e, struct now now, struct conn *c);
/* Its deadline_ms is over; c may be gone afterwards. */
void ipmsg_transfer_late(struct engine *e, struct now now, struct conn *c);
/* c is freed. */
void ipmsg_transfer_detach(struct conn *c);

/* From core/transfer_wire.c; what the functions there are. */
const char *ipmsg_transfer_cannot(const struct engine *e, const struct peer *p);
const char *ipmsg_transfer_offer(struct engine *e, struct now now,
    const struct peer *p, struct transfer *const *list, size_t count);
const char *ipmsg_transfer_fetch(
    struct engine *e, struct now now, struct transfer *t);
void ipmsg_transfer_refuse(
    struct engine *e, struct now now, struct transfer *t);
void ipmsg_transfer_stop(struct engine *e, struct now now, struct transfer *t);
void ipmsg_transfer_piece(struct engine *e, struct now now, struct transfer *t,
    const struct file_piece *piece);

#endif
