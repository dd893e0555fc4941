/* SPDX-License-Identifier: MIT */
/*
 * Two people in a simulation that a test looks into: for tests with cmocka.
 */
#ifndef TESTS_PAIR_H
#define TESTS_PAIR_H

#include "core/engine_state.h"
#include "sim.h"

enum { ANA, BOB };

/* A text to look for in what goes over the network. */
static const char pair_secret[] = "the cake is in the cellar";

/* What went over the network. */
struct pair_seen {
	uint64_t segments, session_datagrams;
	uint64_t leaks; /* packets with pair_secret in them */
	/* The last datagram of a session that each sent. */
	uint8_t last[2][PACKET_MAX];
	size_t last_size[2];
};

extern struct sim *s;
extern struct pair_seen seen;

/* Both run, and have heard of each other. */
int pair_begin(void **state);
int pair_end(void **state);

struct engine *engine(unsigned node);
/* The session of node with the other one; NULL. */
struct conn *conn_of(unsigned node);
unsigned count_conns(unsigned node);
void say_it(unsigned from, const char *text);
/* The newest text of the other one that node has; NULL. */
const struct message *newest(unsigned node);

/* The same session at both ends, and it runs over this. */
void assert_carried_by(enum transport transport);
/* Says it, waits, and finds it delivered. */
void assert_arrives(unsigned from, const char *text, enum transport transport);

#endif
