/* SPDX-License-Identifier: MIT */
/*
 * Connections for one transfer each, from the dial to the moment when both ends
 * know which one it is and the keys go to who moves it. They are no sessions:
 * nobody is there because of one, and none is ended by one.
 */
#ifndef CORE_FILE_CONNS_H
#define CORE_FILE_CONNS_H

#include "core/engine_state.h"
#include "core/transfer.h"

/* Who said hello has proven what session_judge wants to know: whether there is
 * anything between us. */
int file_conn_judge(struct engine *e, struct now now, struct conn *c,
    const struct session_event *ev);
/* The handshake is done; c may be gone afterwards. */
void file_conn_up(struct engine *e, struct now now, struct conn *c);
/* The same for what comes then. */
void file_conn_message(struct engine *e, struct now now, struct conn *c,
    const uint8_t *p, size_t n);
/* The connection that was dialled for it is gone. */
void file_conn_failed(
    struct engine *e, struct now now, uint32_t transfer, uint32_t conn);
/* Theirs: earshot may have died between the end of its last byte and the store,
 * so its part is looked at, and nobody is asked. */
void file_conn_look(struct engine *e, struct now now, struct transfer *t);
/* Dials the peer of t at the address that is its turn, or the next one that can
 * be tried; false when there is none left. */
bool file_conn_dial(struct engine *e, struct now now, struct transfer *t);
/* What is dialled for t is given up. */
void file_conn_drop(struct engine *e, struct now now, struct transfer *t);
/* What the effects of the last input pointed to. */
void file_conns_wipe(struct engine *e);

#endif
