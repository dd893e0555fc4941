/* SPDX-License-Identifier: MIT */
/*
 * When to dial which address of one peer, and over what: candidates in order, a
 * little apart, a few at once, then rounds that grow apart. A round belongs to
 * TCP first; UDP joins in when TCP does not get through. doc/PROTOCOL,
 * "Dialling".
 */
#ifndef PROTO_DIAL_H
#define PROTO_DIAL_H

#include "base/now.h"
#include "crypto/rng.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	DIAL_APART_MS = 250,   /* RFC 8305 §5: Connection Attempt Delay */
	DIAL_PARALLEL_MAX = 3, /* over TCP, and as many over UDP */
	DIAL_ATTEMPT_MS = 5000,
	/* So long a round is left to TCP, unless it fails before. */
	DIAL_UDP_MS = 1000,
	DIAL_BACKOFF_MIN_MS = 5000,
	DIAL_BACKOFF_MAX_MS = 600000, /* each ±20 % */
};

/* So many addresses there are to try. */
struct dial_addrs {
	unsigned tcp, udp;
};

struct dial_attempt {
	bool udp;
	unsigned index;
	/* Over TCP: the connection stands, the handshake goes on. */
	bool open;
};

struct dial {
	bool wanted;
	struct dial_side {
		unsigned next, active;
	} tcp, udp;
	unsigned open;          /* of tcp.active, those in their handshake */
	unsigned failed_rounds; /* since dial_want; the owner may tell */
	int64_t round_ms, next_ms, backoff_ms;
};

/* Nobody is wanted. */
void dial_init(struct dial *d);
/* Somebody has something to say: begin in delay_ms, or earlier if that was
 * already planned. Addresses are tried from the first again. */
void dial_want(struct dial *d, struct now now, int64_t delay_ms);
/* A session is up, or nothing waits any more. */
void dial_done(struct dial *d);
/* True when there is an attempt to begin now; the index is that of the address
 * among those of its kind. */
bool dial_next(struct dial *d, struct now now, struct dial_addrs addrs,
    const struct rng *rng, struct dial_attempt *ret_attempt);
/* An attempt over TCP has connected. */
void dial_opened(struct dial *d);
/* An attempt that dial_next began ended, with a session or without. */
void dial_ended(
    struct dial *d, struct now now, const struct dial_attempt *attempt);
/* When dial_next may have something; NEVER_MS for not by itself. */
int64_t dial_deadline(const struct dial *d, struct dial_addrs addrs);

#endif
