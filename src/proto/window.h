/* SPDX-License-Identifier: MIT */
/*
 * Which packets of one direction have been here, whatever their key, since
 * counters run on over a change of it: the newest and
 * the DGRAM_WINDOW_BITS - 1 before it are known one by one, all older ones
 * count as seen. A zeroed window has seen nothing.
 */
#ifndef PROTO_WINDOW_H
#define PROTO_WINDOW_H

#include "proto/dgram.h"

#include <stdbool.h>
#include <stdint.h>

/* All counters are below this, sent and received: the hard stop. */
#define WINDOW_COUNTER_END (UINT64_C(1) << 40)

enum { WINDOW_WORDS = DGRAM_WINDOW_BITS / 64 };

struct window {
	uint64_t next; /* one above the newest; 0: nothing yet */
	uint64_t bits[WINDOW_WORDS];
};

/* Whether a packet of this counter may be opened: below the hard stop, not too
 * old, not seen. Changes nothing: the packet may be forged. */
bool window_check(const struct window *w, uint64_t counter);
/* The packet opened: never again. The counter is one that window_check took. */
void window_mark(struct window *w, uint64_t counter);

#endif
