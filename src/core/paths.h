/* SPDX-License-Identifier: MIT */
/*
 * Tests of the way to somebody, as the rest of the engine sees them: what each
 * may wait for.
 */
#ifndef CORE_PATHS_H
#define CORE_PATHS_H

#include "core/engine_state.h"

/* The connection c of a test stands. */
void path_opened(struct engine *e, struct now now, struct conn *c);
/* Its handshake proved ev->fp; err: why that is the end of it, or 0. */
void path_judged(struct engine *e, struct now now, const struct conn *c,
    const struct session_event *ev, int err);
/* Messages may flow on it. */
void path_ready(struct engine *e, struct now now, struct conn *c);
/* It is gone. */
void path_conn_gone(
    struct engine *e, struct now now, uint32_t token, int sys_errno);
/* The nonce came back in a datagram, or in a message of that type. */
void path_ping_back(struct engine *e, struct now now, uint64_t nonce);
void path_answered(struct engine *e, struct now now, struct conn *c,
    const struct msg *m, enum hears hears);
/* The neighbour table was looked at. */
void path_looked_up(struct engine *e, struct now now, uint32_t token,
    const struct looked_up *answer);
void paths_tick(struct engine *e, struct now now);
int64_t paths_deadline(const struct engine *e);

#endif
