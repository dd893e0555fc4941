/* SPDX-License-Identifier: MIT */
/*
 * The plain dialect: text as the programs of a network tutorial, nc and telnet
 * send it. There is no machine to it but framing (proto/framing.h), and nothing
 * is ever answered by itself. Who somebody is, is the address it speaks from.
 */
#ifndef CORE_PLAIN_H
#define CORE_PLAIN_H

#include "core/engine_state.h"

/* Before the engine starts, and at its end. */
void plain_init(struct engine *e, struct now now);
void plain_free(struct engine *e);
/* As the settings say: at the start, and when they changed. */
void plain_adjust(struct engine *e, struct now now);
/* The user leaves: all streams end. */
void plain_leave(struct engine *e, struct now now);
void plain_tick(struct engine *e, struct now now);
int64_t plain_deadline(const struct engine *e);

/* From core/legacy.c. Something may wait for p: legacy_next. */
void plain_flush(struct engine *e, struct now now, struct peer *p);
/* The text of p with this token is stored. */
void plain_stored(
    struct engine *e, struct now now, struct peer *p, uint64_t token);

/* False, and the user is told why, when p can never read this text. */
bool plain_may_say(struct engine *e, struct now now, const struct command *cmd,
    const struct peer *p, const char *text, size_t n);

/* From core/listeners.c. */
void plain_listening(
    struct engine *e, struct now now, const struct listener *l, int sys_errno);
void plain_datagram(struct engine *e, struct now now, const struct listener *l,
    const struct port_input *in);
/* Whether the stream is taken. */
bool plain_accepted(
    struct engine *e, struct now now, struct conn *c, const struct listener *l);
void plain_opened(struct engine *e, struct now now, struct conn *c);
void plain_bytes(struct engine *e, struct now now, struct conn *c,
    const uint8_t *p, size_t n);
/* There is room for more. */
void plain_drained(struct engine *e, struct now now, const struct conn *c);
/* c goes. sys_errno is 0 for a plain end. */
void plain_closed(
    struct engine *e, struct now now, struct conn *c, int sys_errno);

/* Of the user. /listen, /unlisten, /framing, /hangup and /contact add. */
void plain_execute(struct engine *e, struct now now, const struct command *cmd);
/* /shout --plain */
void plain_shout(struct engine *e, struct now now, const struct command *cmd);
/* /connect tcp://HOST:PORT [FRAMING], udp://HOST:PORT; false: it is neither. */
bool plain_connect(struct engine *e, struct now now, const struct command *cmd);
/* False: the look-up was somebody else's. */
bool plain_resolved(struct engine *e, struct now now, uint32_t token,
    const struct addr *addrs, size_t count, const char *error);
/* A line on its state, for /dialect. */
void plain_describe(struct engine *e, struct now now, uint32_t conv);

#endif
