/* SPDX-License-Identifier: MIT */
/*
 * Two ends of net/tcp.h in one process, for its tests. The clock is handed in;
 * where the kernel has to be waited for, poll() does it.
 */
#ifndef TESTS_TCP_ENDS_H
#define TESTS_TCP_ENDS_H

#include "net/tcp.h"

enum { TURN_MS = 20000, SEEN_MAX = 64 };

/* One end, and what happened to it. */
struct end {
	struct tcp *t;
	uint32_t next_conn;
	bool refuse;
	unsigned accepted, opened, ended, closed, events_last_turn;
	uint32_t conns[SEEN_MAX]; /* accepted */
	int closed_errno;
	uint8_t *bytes;
	size_t size;
	struct addr from;
};

struct world {
	struct loop *l;
	struct end a, b;
	int64_t now_ms;
};

/* What happened to it is counted. */
void end_event(struct end *e, const struct tcp_event *ev);
/* One turn; returns the fds that were ready. */
unsigned turn(struct world *w, int timeout_ms);
void end_open(struct end *e, uint16_t port);
/* Of cmocka. */
int world_new(void **state);
int world_free(void **state);
struct addr loopback(uint16_t port);
/* a dials b: conn 100 there, conn 1 here. */
void join(struct world *w);
/* n bytes (caller frees). */
uint8_t *pattern(size_t n);

#endif
