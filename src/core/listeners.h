/* SPDX-License-Identifier: MIT */
/*
 * Ports beside our own, each with the dialect that asked for it; and the
 * streams of such dialects, which are connections without an earshot session.
 */
#ifndef CORE_LISTENERS_H
#define CORE_LISTENERS_H

#include "base/addr.h"
#include "base/now.h"
#include "core/engine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LISTENERS_MAX = 16 };

enum listener_use { LISTENER_PLAIN, LISTENER_IPMSG };

struct listener {
	uint32_t number; /* 0: this place is free */
	enum listener_use use;
	enum transport transport;
	uint16_t port;
	bool stands; /* the system gave it to us */
};

struct conn;

/* Asks for a port. Its number, or 0 when there are too many; the dialect hears
 * how it went. */
uint32_t listeners_open(struct engine *e, enum listener_use use,
    enum transport transport, uint16_t port);
/* Gives it back; streams that came through it stay. */
void listeners_close(struct engine *e, uint32_t number);
const struct listener *listeners_find(const struct engine *e, uint32_t number);
/* The next one of that use from *at on, which moves behind it; NULL. */
const struct listener *listeners_next(
    const struct engine *e, enum listener_use use, size_t *at);

/* From the port of that listener, to one address or to everybody there. */
void listeners_send(struct engine *e, uint32_t number, const struct addr *to,
    const uint8_t *p, size_t n);
void listeners_broadcast(struct engine *e, uint32_t number, uint16_t port,
    const uint8_t *p, size_t n);

/* Dials; NULL when there are too many of that use. Given up after
 * STREAM_DIAL_MS. */
struct conn *stream_dial(
    struct engine *e, struct now now, const struct addr *to, enum conn_use use);
void stream_send(
    struct engine *e, const struct conn *c, const uint8_t *p, size_t n);
/* No answer to this: c is gone. What was sent before still goes out. */
void stream_close(struct engine *e, struct conn *c);

/* From the connections: what happened to one of those. */
void stream_opened(struct engine *e, struct now now, struct conn *c);
void stream_bytes(struct engine *e, struct now now, struct conn *c,
    const uint8_t *p, size_t n);
void stream_closed(
    struct engine *e, struct now now, struct conn *c, int sys_errno);
/* Its deadline_ms is over: it is given up. */
void stream_late(struct engine *e, struct now now, struct conn *c);

#endif
