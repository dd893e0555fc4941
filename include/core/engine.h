/* SPDX-License-Identifier: MIT */
/*
 * The whole of earshot without a socket, a file or a clock: bytes, commands
 * and the time go in; effects and a model come out.
 *
 *   engine_xxx(e, now, …);
 *   while (engine_next(e, &effect)) …
 *
 * Effects are pulled, never called back. Drain them after every input: one
 * input yields a bounded number, and the queue holds them all. They are to be
 * executed in order. Bytes an effect carries are valid until the next input.
 */
#ifndef CORE_ENGINE_H
#define CORE_ENGINE_H

#include "base/addr.h"
#include "base/iface.h"
#include "base/now.h"
#include "core/command.h"
#include "core/model.h"
#include "core/trust.h"
#include "crypto/identity.h"
#include "crypto/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DISCOVERY_PORT = 41827, /* also where TCP listens when it is free */
	CONNS_MAX = 320,        /* 256 sessions and 64 half-open */
	SESSIONS_MAX = 256,
	HALF_OPEN_MAX = 64,
	HALF_OPEN_PER_HOST = 8,
	ACCEPT_PER_S = 10, /* per host, burst 20 */
	ACCEPT_BURST = 20,
	/* The most bytes of one connection handed to engine_bytes at once. */
	ENGINE_READ_MAX = 65536,
};

struct engine_cfg {
	const struct identity *identity; /* borrowed for the whole life */
	struct rng rng;
	uint32_t epoch;     /* fsynced before, and used in no earlier run */
	const char *name;   /* cleaned and copied */
	const char *status; /* the same; may be NULL */
	uint16_t tcp_port;  /* where we listen; 0 = nowhere */
	uint16_t udp_port;  /* where our datagrams come from */
	uint16_t discovery_port;
	bool quiet;
	const struct pin *pins; /* copied */
	size_t pin_count;
};

enum effect_kind {
	EFFECT_BROADCAST, /* bytes, on every used interface and loopback */
	EFFECT_DATAGRAM,  /* bytes to addr, from our own UDP socket */
	EFFECT_DIAL,      /* connection conn to addr over TCP */
	EFFECT_SEND,      /* bytes on conn */
	EFFECT_CLOSE,     /* conn, after what is queued was sent; no answer to
			     this: the engine has forgotten conn */
	EFFECT_RESOLVE,   /* text is HOST, port beside it; answer with
			     engine_resolved(token) */
	EFFECT_SAVE_PINS, /* engine_pins changed */
	/* Reports for front ends: nothing to execute. */
	EFFECT_PEER,     /* fp: presence, trust, name or status changed */
	EFFECT_MESSAGE,  /* conv, serial: a new message of any kind */
	EFFECT_DELIVERY, /* conv, serial: its delivery changed */
	EFFECT_LEFT,     /* goodbyes are out: the process may end */
};

struct effect {
	enum effect_kind kind;
	uint32_t conn, conv, token;
	uint16_t port;
	uint64_t serial;
	struct addr addr;
	struct fp fp;
	enum delivery delivery; /* of the message, at that moment */
	const uint8_t *bytes;
	size_t size;
	const char *text;
};

struct engine;

/* Nothing is sent before engine_start. */
struct engine *engine_new(const struct engine_cfg *cfg, struct now now);
/* NULL is fine. */
void engine_free(struct engine *e);

/* Announce ourselves; the sockets are open. */
void engine_start(struct engine *e, struct now now);
/* The interfaces as they are now; changed: beyond the first time, and after
 * sleep, this starts a burst and tests sessions. */
void engine_network(struct engine *e, struct now now,
    const struct iface *ifaces, size_t count, bool changed);

/* A datagram came in. on_link: its source lies in a network of the interface it
 * came in through. */
void engine_datagram(struct engine *e, struct now now, const struct addr *from,
    bool on_link, const uint8_t *p, size_t n);
/* A connection came in; conn is chosen by the engine. 0 refuses it: close. */
uint32_t engine_accepted(
    struct engine *e, struct now now, const struct addr *from);
/* A dial succeeded. */
void engine_opened(struct engine *e, struct now now, uint32_t conn);
/* Bytes of conn, at most ENGINE_READ_MAX. */
void engine_bytes(struct engine *e, struct now now, uint32_t conn,
    const uint8_t *p, size_t n);
/* A dial failed, or the connection ended; sys_errno is 0 for a plain end. */
void engine_closed(
    struct engine *e, struct now now, uint32_t conn, int sys_errno);
/* Whether bytes of conn are wanted now. While it is false, leave them in the
 * socket: this is the back-pressure that loses nothing. */
bool engine_reading(const struct engine *e, uint32_t conn);
/* The answer to EFFECT_RESOLVE: addresses with their port, or why not. */
void engine_resolved(struct engine *e, struct now now, uint32_t token,
    const struct addr *addrs, size_t count, const char *error);

/* Takes the text inside. */
void engine_command(struct engine *e, struct now now, struct command *cmd);

/* What has become due. */
void engine_tick(struct engine *e, struct now now);
/* When engine_tick is due, on the monotonic clock; NEVER_MS for never. */
int64_t engine_deadline(const struct engine *e);

/* Pulls the next effect; false when there is none. */
bool engine_next(struct engine *e, struct effect *ret_effect);
/* Borrowed, for the life of the engine. */
const struct model *engine_model(const struct engine *e);
/* The pins as they should be stored; valid until the next input. */
const struct pin *engine_pins(struct engine *e, size_t *ret_count);

#endif
