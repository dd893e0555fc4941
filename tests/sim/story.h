/* SPDX-License-Identifier: MIT */
/*
 * Seeded stories for the ledger: people who write, change their minds, read,
 * take back and forget, while the network, the disk, the clocks and their
 * processes fail them.
 */
#ifndef TESTS_STORY_H
#define TESTS_STORY_H

#include "ledger.h"

struct story {
	struct sim *sim;
	struct ledger *ledger;
	struct rng *rng;
	unsigned people;
	unsigned steps;
	unsigned cheat;                      /* who forges; people: nobody */
	unsigned trouble, crashes, fullness; /* of 100 */
	int64_t full_until_ms[LEDGER_NODES_MAX];
	bool filtered[LEDGER_NODES_MAX][LEDGER_NODES_MAX];
	unsigned written;
};

void story_begin(struct story *st);
void story_go_on(struct story *st);
/* All is good again; what waits goes. False when it does not. */
bool story_end(struct story *st);

/* people.c: somebody does something. */
void people_act(struct story *st);
void people_write(struct story *st, unsigned from, unsigned to);
/* Has all of the history of every conversation on the screen. */
void people_look(struct story *st);

#endif
