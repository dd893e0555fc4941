/* SPDX-License-Identifier: MIT */
/*
 * When to dial which address of one peer: candidates in order, a little apart,
 * a few at once, then rounds that grow apart. doc/PROTOCOL, "Dialling".
 */
#ifndef PROTO_DIAL_H
#define PROTO_DIAL_H

#include "base/now.h"
#include "crypto/rng.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	DIAL_APART_MS = 250, /* RFC 8305 §5: Connection Attempt Delay */
	DIAL_PARALLEL_MAX = 3,
	DIAL_ATTEMPT_MS = 5000,
	DIAL_BACKOFF_MIN_MS = 5000,
	DIAL_BACKOFF_MAX_MS = 600000, /* each ±20 % */
};

struct dial {
	bool wanted;
	unsigned next_addr, active;
	unsigned failed_rounds; /* since dial_want; the owner may tell */
	int64_t next_ms, backoff_ms;
};

/* Nobody is wanted. */
void dial_init(struct dial *d);
/* Somebody has something to say: begin in delay_ms, or earlier if that was
 * already planned. Addresses are tried from the first again. */
void dial_want(struct dial *d, struct now now, int64_t delay_ms);
/* A session is up, or nothing waits any more. */
void dial_done(struct dial *d);
/* True when the address ret_index of so many should be dialled now. */
bool dial_next(struct dial *d, struct now now, unsigned addr_count,
    const struct rng *rng, unsigned *ret_index);
/* An attempt that dial_next began ended without a session. */
void dial_ended(struct dial *d, struct now now);
/* When dial_next may have an address; NEVER_MS for not by itself. */
int64_t dial_deadline(const struct dial *d, unsigned addr_count);

#endif
