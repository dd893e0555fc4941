/* SPDX-License-Identifier: MIT */
/*
 * What is still to happen in a simulation, by time; what has the same time, in
 * the order it was added.
 */
#ifndef TESTS_AGENDA_H
#define TESTS_AGENDA_H

#include "base/addr.h"

#include <stddef.h>
#include <stdint.h>

enum event_kind {
	EVENT_DATAGRAM,
	EVENT_OPEN,
	EVENT_SEGMENT,
	EVENT_END,
	EVENT_WAKE, /* of who moves files: stream is its number */
};

struct event {
	int64_t at_ms;
	uint64_t order; /* set by agenda_push */
	enum event_kind kind;
	unsigned node; /* who gets it */
	struct addr from;
	unsigned place; /* of node when it was sent: it may have moved */
	unsigned stream;
	uint64_t stream_serial;
	int side;
	uint8_t *bytes; /* owned */
	size_t size;
};

struct agenda {
	struct event *events; /* a heap */
	size_t count, cap;
	uint64_t order;
};

void agenda_push(struct agenda *a, struct event ev);
/* When the next one is; NEVER_MS. */
int64_t agenda_next_ms(const struct agenda *a);
/* Hands the bytes over. */
struct event agenda_pop(struct agenda *a);
void agenda_clear(struct agenda *a);

#endif
