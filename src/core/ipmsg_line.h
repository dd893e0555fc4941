/* SPDX-License-Identifier: MIT */
/*
 * The IP Messenger dialect in the engine: the machine of proto/ipmsg.h with
 * its port, the model, the store and the outbox. It is off, and has no machine
 * and no port, until a setting says otherwise.
 */
#ifndef CORE_IPMSG_LINE_H
#define CORE_IPMSG_LINE_H

#include "core/engine_state.h"

/* The settings ipmsg and ipmsg.port say so; conv hears how it went, 0: nobody
 * but of a failure. */
void ipmsg_line_follow(struct engine *e, struct now now, uint32_t conv);
/* ipmsg.encoding and ipmsg.answer, our name, group, status or absence. */
void ipmsg_line_profile(struct engine *e, struct now now);
bool ipmsg_line_is_on(const struct engine *e);
/* NULL while it is off. */
struct ipmsg *ipmsg_line_machine(const struct engine *e);
/* What the machine has to say and to send; after every call of it. */
void ipmsg_line_pump(struct engine *e, struct now now);
void ipmsg_line_network(struct engine *e, struct now now);
void ipmsg_line_tick(struct engine *e, struct now now);
int64_t ipmsg_line_deadline(const struct engine *e);
/* Says goodbye; ipmsg_line_has_left once that is out. */
void ipmsg_line_leave(struct engine *e, struct now now);
bool ipmsg_line_has_left(const struct engine *e);
void ipmsg_line_free(struct engine *e);

/* From the ports. */
void ipmsg_line_listening(
    struct engine *e, struct now now, const struct listener *l, int sys_errno);
void ipmsg_line_datagram(
    struct engine *e, struct now now, const struct port_input *in);

/* From legacy.c: something may wait for p (legacy_next); the text of p with
 * this token is stored; a sealed one was opened; p is read and written in
 * another character set. */
void ipmsg_line_flush(struct engine *e, struct now now, struct peer *p);
void ipmsg_line_stored(
    struct engine *e, struct now now, struct peer *p, uint64_t token);
void ipmsg_line_opened(struct engine *e, struct now now, const struct peer *p,
    const struct msg_id *id);
/* It went away, or is blocked: what is on its way waits in the outbox again. */
void ipmsg_line_hold(struct engine *e, struct now now, const struct peer *p);
/* It is no contact any more, if it was one of this dialect. */
void ipmsg_line_forgotten(struct engine *e, const struct peer *p);
void ipmsg_line_recoded(struct engine *e, const struct peer *p);
/* False, and the user is told why, when p can never read this text. */
bool ipmsg_line_may_say(struct engine *e, struct now now,
    const struct command *cmd, const struct peer *p, const char *text,
    size_t n);

/* COMMAND_SHOUT, as far as it concerns this dialect. NULL, or why not (N_). */
const char *ipmsg_line_shout(
    struct engine *e, struct now now, const char *text, size_t n);
/* COMMAND_CONNECT to "ipmsg://HOST[:PORT]"; false: it is none. */
bool ipmsg_line_connect(
    struct engine *e, struct now now, const struct command *cmd);
/* COMMAND_ASK */
void ipmsg_line_ask(
    struct engine *e, struct now now, const struct command *cmd);

#endif
