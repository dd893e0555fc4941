/* SPDX-License-Identifier: MIT */
/*
 * What two contacts ask each other about the way between them: echoes, and whom
 * they hear. On the session they chat over, or on a connection for nothing
 * else.
 */
#ifndef CORE_PROBES_H
#define CORE_PROBES_H

#include "core/engine_state.h"

/* Whether k may ask us, and we it: pinned, not blocked, no stranger. */
bool probes_may_ask(const struct engine *e, const struct contact *k);

/* Asks on c, which is open: a HEARD_ASK or an ECHO. since_ms: what we announced
 * from then on must have been heard. The nonce, or 0 when it could not be sent.
 */
uint64_t probes_ask(struct engine *e, struct now now, struct conn *c,
    uint8_t type, int64_t since_ms);
/* Handles a message that is one of these; false when it is none. */
bool probes_input(struct engine *e, struct now now, struct conn *c,
    const uint8_t *p, size_t n);

/* A connection for nothing else: who said hello is known to be who was meant,
 * and no blocked one. */
int probe_conn_judge(struct engine *e, struct now now, struct conn *c,
    const struct session_event *ev);
/* The handshake is done. */
void probe_conn_up(struct engine *e, struct now now, struct conn *c);
/* What comes then; c may be gone afterwards. */
void probe_conn_message(struct engine *e, struct now now, struct conn *c,
    const uint8_t *p, size_t n);

/* A ping, or the answer to one. */
void ping_arrived(struct engine *e, struct now now, const struct arrived *a);

/* Who is asked whether it hears us is due. */
void probes_tick(struct engine *e, struct now now);

#endif
