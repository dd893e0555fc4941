/* SPDX-License-Identifier: MIT */
/*
 * What the files of the simulator share.
 */
#ifndef TESTS_SIM_STATE_H
#define TESTS_SIM_STATE_H

#include "agenda.h"
#include "base/buf.h"
#include "base/now.h"
#include "sim.h"

/* side 0 dialled, side 1 listens. */
struct stream {
	bool used;
	bool torn; /* what is on its way is lost, too */
	uint64_t serial;
	unsigned node[2];
	uint32_t conn[2];   /* 0: closed or refused on that side */
	int64_t busy_ms[2]; /* arrival of the last segment towards a side */
	struct buf held[2]; /* arrived, and not wanted yet */
	bool poked[2];      /* and looked at again soon */
	bool taken[2];      /* by who moves files */
};

struct sim {
	struct sim_net net;
	struct rng_seed seed;
	struct rng rng;
	int64_t now_ms;
	uint64_t serial, traffic, broken;
	struct sim_node nodes[SIM_NODES_MAX];
	struct addr addrs[SIM_NODES_MAX];
	unsigned count, next_host, running;
	unsigned places[SIM_NODES_MAX]; /* where each was, counted */
	bool cut[SIM_NODES_MAX][SIM_NODES_MAX];
	bool filtered[SIM_NODES_MAX][SIM_NODES_MAX];
	bool deaf[SIM_NODES_MAX];
	struct stream streams[SIM_STREAMS_MAX];
	struct agenda agenda;
	struct sim_tap tap;
	struct sim_watch watch;
	struct sim_mover mover;
};

/* links.c */
void links_clear(struct sim *s);
bool links_chance(struct sim *s, unsigned of, unsigned in);
/* Moves node to an address that nobody had. */
void links_place(struct sim *s, unsigned node);
/* A datagram, or something with a stream. */
void links_execute(struct sim *s, unsigned node, const struct effect *effect);
/* The time of ev has come. */
void links_deliver(struct sim *s, const struct event *ev);
/* The streams of node break, or those between two. */
void links_break_of(struct sim *s, unsigned node);
void links_break_between(struct sim *s, unsigned a, unsigned b);
/* node is dead: the other ends hear of it. */
void links_end_of(struct sim *s, unsigned node);

#endif
