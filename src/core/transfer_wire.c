/* SPDX-License-Identifier: MIT */
/*
 * Which dialect carries a transfer.
 */
#include "core/transfers.h"

const char *
wire_cannot_send(const struct engine *e, const struct peer *p)
{
	(void)e;
	switch (p->dialect) {
	case DIALECT_EARSHOT:
		return N_("earshot cannot send files to another earshot yet");
	case DIALECT_IPMSG:
	case DIALECT_PLAIN:
		break;
	}
	return N_("plain lines carry no files");
}

const char *
wire_offer(struct engine *e, struct now now, const struct peer *p,
    struct transfer *const *list, size_t count)
{
	(void)now, (void)list, (void)count;
	return wire_cannot_send(e, p);
}

const char *
wire_fetch(struct engine *e, struct now now, struct transfer *t)
{
	(void)e, (void)now, (void)t;
	return N_("its sender is not there");
}

void
wire_refuse(struct engine *e, struct now now, struct transfer *t)
{
	(void)e, (void)now, (void)t;
}

void
wire_stop(struct engine *e, struct now now, struct transfer *t)
{
	(void)e, (void)now, (void)t;
}

void
wire_piece(struct engine *e, struct now now, struct transfer *t,
    const struct file_piece *piece)
{
	(void)e, (void)now, (void)t, (void)piece;
}
