/* SPDX-License-Identifier: MIT */
/*
 * Which dialect carries a transfer.
 */
#include "core/ipmsg_transfer.h"
#include "core/transfers.h"

const char *
wire_cannot_send(const struct engine *e, const struct peer *p)
{
	switch (p->dialect) {
	case DIALECT_EARSHOT:
		return N_("earshot cannot send files to another earshot yet");
	case DIALECT_IPMSG:
		return ipmsg_transfer_cannot(e, p);
	case DIALECT_PLAIN:
		break;
	}
	return N_("plain lines carry no files");
}

const char *
wire_offer(struct engine *e, struct now now, const struct peer *p,
    struct transfer *const *list, size_t count)
{
	return p->dialect == DIALECT_IPMSG
		   ? ipmsg_transfer_offer(e, now, p, list, count)
		   : wire_cannot_send(e, p);
}

const char *
wire_fetch(struct engine *e, struct now now, struct transfer *t)
{
	return t->dialect == DIALECT_IPMSG ? ipmsg_transfer_fetch(e, now, t)
					   : N_("its sender is not there");
}

void
wire_refuse(struct engine *e, struct now now, struct transfer *t)
{
	if (t->dialect == DIALECT_IPMSG)
		ipmsg_transfer_refuse(e, now, t);
}

void
wire_stop(struct engine *e, struct now now, struct transfer *t)
{
	if (t->dialect == DIALECT_IPMSG)
		ipmsg_transfer_stop(e, now, t);
}

void
wire_piece(struct engine *e, struct now now, struct transfer *t,
    const struct file_piece *piece)
{
	if (t->dialect == DIALECT_IPMSG)
		ipmsg_transfer_piece(e, now, t, piece);
}
