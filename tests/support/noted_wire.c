/* SPDX-License-Identifier: MIT */
#include "noted_wire.h"

struct noted_wire wire;

const char *
wire_cannot_send(const struct engine *e, const struct peer *p)
{
	(void)e, (void)p;
	return wire.cannot;
}

const char *
wire_offer(struct engine *e, struct now now, const struct peer *p,
    struct transfer *const *list, size_t count)
{
	(void)e, (void)now, (void)p, (void)list;
	wire.offers++;
	wire.offered += (unsigned)count;
	return wire.no_offer;
}

const char *
wire_fetch(struct engine *e, struct now now, struct transfer *t)
{
	(void)e, (void)now;
	wire.fetches++;
	wire.fetched_from = t->offset;
	return wire.no_fetch;
}

void
wire_refuse(struct engine *e, struct now now, struct transfer *t)
{
	(void)e, (void)now, (void)t;
	wire.refusals++;
}

void
wire_stop(struct engine *e, struct now now, struct transfer *t)
{
	(void)e, (void)now, (void)t;
	wire.stops++;
}

void
wire_piece(struct engine *e, struct now now, struct transfer *t,
    const struct file_piece *piece)
{
	(void)e, (void)now, (void)t;
	wire.pieces++;
	wire.last = (enum file_piece_kind)piece->kind;
}

bool
wire_moves(const struct transfer *t)
{
	(void)t;
	return false;
}

const char *
wire_cannot_pause(const struct transfer *t)
{
	(void)t;
	return "nothing pauses here";
}

void
wire_pause(struct engine *e, struct now now, struct transfer *t)
{
	(void)e, (void)now, (void)t;
}

void
wire_resume(struct engine *e, struct now now, struct transfer *t)
{
	(void)e, (void)now, (void)t;
}

void
wire_tick(struct engine *e, struct now now, struct transfer *t)
{
	(void)e, (void)now, (void)t;
}

int64_t
wire_deadline(const struct engine *e, const struct transfer *t)
{
	(void)e, (void)t;
	return NEVER_MS;
}
