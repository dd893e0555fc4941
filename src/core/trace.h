/* SPDX-License-Identifier: MIT */
/*
 * Keeps what goes into the engine and comes out of it, for a record. Without
 * one, each of these is a look at a flag.
 */
#ifndef CORE_TRACE_H
#define CORE_TRACE_H

#include "core/engine_state.h"

/* Of one turn of the shell, which reads far less at once. */
enum { TRACE_BYTES_MAX = 4 * 1024 * 1024 };

/* What came out, just before it is given to the shell. */
void trace_effect_out(struct engine *e, const struct effect *effect);
void trace_start(struct engine *e, struct now now);
void trace_free(struct engine *e);
void trace_network(struct engine *e, bool sent, const struct iface *ifaces,
    size_t count, bool changed);
void trace_datagram(struct engine *e, const struct arrived *a);
void trace_port_datagram(
    struct engine *e, uint32_t via, const struct port_input *in);
void trace_accepted(
    struct engine *e, uint32_t conn, uint32_t via, const struct addr *from);
void trace_bytes(struct engine *e, uint32_t conn, const uint8_t *p, size_t n);
/* RECORD_OPENED, or RECORD_CLOSED with its errno. */
void trace_conn(
    struct engine *e, enum record_kind kind, uint32_t conn, int sys_errno);
void trace_listening(
    struct engine *e, uint32_t via, uint16_t port, int sys_errno);

static inline bool
trace_is_on(const struct engine *e)
{
	return e->trace.on;
}

static inline void
trace_effect(struct engine *e, const struct effect *effect)
{
	if (trace_is_on(e))
		trace_effect_out(e, effect);
}

#endif
