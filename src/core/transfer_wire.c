/* SPDX-License-Identifier: MIT */
/*
 * Which dialect carries a transfer.
 */
#include "core/earshot_transfer.h"
#include "core/ipmsg_transfer.h"
#include "core/transfers.h"

const char *
wire_cannot_send(const struct engine *e, const struct peer *p)
{
	switch (p->dialect) {
	case DIALECT_EARSHOT:
		return NULL;
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
	switch (p->dialect) {
	case DIALECT_EARSHOT:
		return earshot_transfer_offer(e, now, p, list, count);
	case DIALECT_IPMSG:
		return ipmsg_transfer_offer(e, now, p, list, count);
	case DIALECT_PLAIN:
		break;
	}
	return wire_cannot_send(e, p);
}

bool
wire_moves(const struct transfer *t)
{
	return t->dialect == DIALECT_EARSHOT;
}

const char *
wire_fetch(struct engine *e, struct now now, struct transfer *t)
{
	switch (t->dialect) {
	case DIALECT_EARSHOT:
		return earshot_transfer_fetch(e, now, t);
	case DIALECT_IPMSG:
		return ipmsg_transfer_fetch(e, now, t);
	case DIALECT_PLAIN:
		break;
	}
	return N_("its sender is not there");
}

void
wire_refuse(struct engine *e, struct now now, struct transfer *t)
{
	if (t->dialect == DIALECT_IPMSG)
		ipmsg_transfer_refuse(e, now, t);
	else if (wire_moves(t))
		earshot_transfer_stop(e, now, t);
}

void
wire_stop(struct engine *e, struct now now, struct transfer *t)
{
	if (t->dialect == DIALECT_IPMSG)
		ipmsg_transfer_stop(e, now, t);
	else if (wire_moves(t))
		earshot_transfer_stop(e, now, t);
}

const char *
wire_cannot_pause(const struct transfer *t)
{
	if (!wire_moves(t))
		return N_("IP Messenger cannot go on later; /cancel stops it");
	if (t->state == TRANSFER_OFFERED)
		return t->mine ? N_("they did not take it yet")
			       : N_("you did not take it yet");
	return t->paused_here && t->reason == NULL ? N_("it is already") : NULL;
}

void
wire_pause(struct engine *e, struct now now, struct transfer *t)
{
	if (wire_moves(t))
		earshot_transfer_pause(e, now, t);
}

void
wire_resume(struct engine *e, struct now now, struct transfer *t)
{
	if (wire_moves(t))
		earshot_transfer_resume(e, now, t);
}

void
wire_tick(struct engine *e, struct now now, struct transfer *t)
{
	if (wire_moves(t))
		earshot_moves_tick(e, now, t);
}

int64_t
wire_deadline(const struct engine *e, const struct transfer *t)
{
	return wire_moves(t) ? earshot_moves_deadline(e, t) : NEVER_MS;
}

void
wire_piece(struct engine *e, struct now now, struct transfer *t,
    const struct file_piece *piece)
{
	if (t->dialect == DIALECT_IPMSG)
		ipmsg_transfer_piece(e, now, t, piece);
}
