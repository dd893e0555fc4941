/* SPDX-License-Identifier: MIT */
/*
 * Whether a datagram may be answered by a machine. Two that answer each other
 * must not go on for ever, and an answer must not be a weapon against whoever
 * is named as the sender. A bounce ends with the first answer that is not
 * given, so it is enough to leave out one now and then:
 *
 *   never     what comes from a port that answers by itself: ours, and those
 *             below 1024 (echo, time, names)
 *   10 in 1 s to one address and port, after a burst of 20
 *   100 in 1 s to one host, after a burst of 200
 *   1 in 1 s  after a burst of 8, where a text repeats our last answer or its
 *             own last text within 6 s of our answer
 *   not       every 256th of those that came within 6 s of our answer
 */
#ifndef PROTO_ANSWERING_H
#define PROTO_ANSWERING_H

#include "base/addr.h"
#include "base/now.h"

#include <stddef.h>
#include <stdint.h>

enum answering_verdict {
	ANSWERING_YES,
	ANSWERING_PORT, /* that port would answer */
	ANSWERING_FAST, /* too many in a short time */
	ANSWERING_LOOP, /* it looks like a bounce */
};

enum {
	ANSWERING_SOURCES_MAX = 1024, /* the oldest are forgotten */
	ANSWERING_BURST = 20,
	ANSWERING_PER_S = 10,
	ANSWERING_HOST_BURST = 200,
	ANSWERING_HOST_PER_S = 100,
	ANSWERING_REPEAT_BURST = 8,
	ANSWERING_RUN_MAX = 256,
	ANSWERING_RUN_MS = 6000,
	ANSWERING_PORT_MIN = 1024,
};

struct answering;

struct answering *answering_new(uint16_t own_port);
/* NULL is fine. */
void answering_free(struct answering *a);
/* A datagram of n bytes came; it counts as answered when it may be. */
enum answering_verdict answering_ask(struct answering *a, struct now now,
    const struct addr *from, const uint8_t *bytes, size_t n);
/* This answer went out. */
void answering_sent(struct answering *a, struct now now, const struct addr *to,
    const uint8_t *bytes, size_t n);
/* For the user; not translated. */
const char *answering_text(enum answering_verdict verdict);

#endif
