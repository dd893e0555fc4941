/* SPDX-License-Identifier: MIT */
/*
 * N engines on a simulated network in virtual time. Everything random comes
 * from one seed, so a failing run is its seed. The network executes the
 * engines' effects: datagrams get lost, doubled and late; streams stay in
 * order, come in pieces, stall, and break; links are cut and healed; clocks
 * jump; a process dies and starts again.
 */
#ifndef TESTS_SIM_H
#define TESTS_SIM_H

#include "core/engine.h"
#include "crypto/rng.h"
#include "memstore.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIM_NODES_MAX = 16, SIM_STREAMS_MAX = 512 };

struct sim_net {
	unsigned loss;      /* of datagrams, percent */
	unsigned duplicate; /* of datagrams, percent */
	unsigned delay_ms;  /* mean one way; each ±100 %, so order is lost */
	unsigned reset;     /* of stream segments: the stream breaks, ‰ */
	unsigned refuse;    /* of dials, percent */
	unsigned late;      /* of commits, percent: more happens before them */
};

struct sim_node {
	bool alive;
	struct identity identity;
	struct rng_seed seed;
	struct engine *engine;
	uint32_t epoch;
	char name[32];
	int64_t wall_offset_ms;
	int64_t start_offset_ms; /* the same when this run began */
	struct memstore store;
	struct effect loads[SIM_NODES_MAX]; /* asked and not answered */
	unsigned load_count;
	/* So many effects and commits from now it is killed; 0: it is not. */
	unsigned fuse;
	unsigned full; /* of commits, percent: they fail */
	uint64_t messages, shouts, errors, broadcasts;
	bool left;
};

struct sim;

struct sim *sim_new(uint64_t seed, const struct sim_net *net);
void sim_free(struct sim *s);
struct sim_net *sim_net(struct sim *s);
struct rng *sim_rng(struct sim *s);
int64_t sim_now_ms(const struct sim *s);

/* A new node with an identity of its own, started at once. */
unsigned sim_add(struct sim *s, const char *name);
/* Nodes so far. */
unsigned sim_count(const struct sim *s);
struct sim_node *sim_node(struct sim *s, unsigned node);
/* SIGKILL: its streams break, nothing is said. What it committed stays. */
void sim_kill(struct sim *s, unsigned node);
/* Starts it again with the next epoch. */
void sim_restart(struct sim *s, unsigned node);
/* Gives node the keys of other: an impostor, or a clone. */
void sim_steal_identity(struct sim *s, unsigned node, unsigned other);
void sim_cut(struct sim *s, unsigned a, unsigned b, bool cut);
/* TCP between the two is dropped in silence; datagrams pass. */
void sim_filter(struct sim *s, unsigned a, unsigned b, bool filtered);
/* No datagram arrives at node; streams do. */
void sim_deafen(struct sim *s, unsigned node, bool deaf);
/* The address of a node changes; its streams break, and what was on its way to
 * the old one is lost. */
void sim_move(struct sim *s, unsigned node);
/* From now on node is where other is, or was. */
void sim_take_address(struct sim *s, unsigned node, unsigned other);
/* Sees every packet and piece of a stream as it is sent; see may be NULL. */
struct sim_tap {
	void (*see)(void *ctx, unsigned node, const struct effect *effect);
	void *ctx;
};
void sim_tap(struct sim *s, const struct sim_tap *tap);
/* What a test looks at; each may be NULL. */
struct sim_watch {
	/* It is about to be executed. */
	void (*effect)(void *ctx, unsigned node, const struct effect *effect);
	/* The store is about to commit, or to lose, what it was given. */
	void (*commit)(void *ctx, unsigned node, bool ok);
	/* All that an input yielded was executed. */
	void (*step)(void *ctx, unsigned node);
	/* It is killed: what was not committed is gone. */
	void (*died)(void *ctx, unsigned node);
	void *ctx;
};
void sim_watch(struct sim *s, const struct sim_watch *watch);
/* Who moves files in place of a process's own mover; may be empty. */
struct sim_mover {
	/* EFFECT_FILE_STAT, EFFECT_MOVE, EFFECT_MOVE_STOP, EFFECT_PART_DROP:
	 * the engine is not to be called. */
	void (*effect)(void *ctx, unsigned node, const struct effect *effect);
	/* Of a stream that was taken. */
	void (*bytes)(void *ctx, unsigned node, uint32_t conn, const uint8_t *p,
	    size_t n);
	void (*closed)(void *ctx, unsigned node, uint32_t conn);
	/* After sim_wake, where the process still runs. */
	void (*wake)(void *ctx, unsigned node, unsigned number);
	void (*died)(void *ctx, unsigned node);
	void *ctx;
};
void sim_mover(struct sim *s, const struct sim_mover *mover);
void sim_wake(struct sim *s, unsigned node, int64_t after_ms, unsigned number);
/* Takes conn from the engine: its number from now on; 0: it is gone. */
uint32_t sim_take(struct sim *s, unsigned node, uint32_t conn);
void sim_send(
    struct sim *s, unsigned node, uint32_t conn, const uint8_t *p, size_t n);
/* What was sent arrives. */
void sim_close(struct sim *s, unsigned node, uint32_t conn);
/* The engine of node, which gets an input: sim_drain afterwards. */
struct engine *sim_enter(struct sim *s, unsigned node);
struct now sim_now(const struct sim *s, unsigned node);
/* Executes what the input yielded; node may be dead afterwards. */
void sim_drain(struct sim *s, unsigned node);
/* Whose engine has the word, or had it last. */
unsigned sim_running(const struct sim *s);
const struct addr *sim_addr(const struct sim *s, unsigned node);
/* A datagram of somebody else arrives at node now. */
void sim_inject(struct sim *s, unsigned node, const struct addr *from,
    const uint8_t *p, size_t n);
/* The streams between the two break, and only node hears of it. */
void sim_lose_half(struct sim *s, unsigned node, unsigned other);

/* Takes the text inside. */
void sim_do(struct sim *s, unsigned node, struct command *cmd);
void sim_command(struct sim *s, unsigned node, enum command_kind kind,
    unsigned peer, const char *text);
/* node's user wants peer reached that way. */
void sim_transport(
    struct sim *s, unsigned node, unsigned peer, enum transport_choice choice);
/* Runs until the virtual time has moved so far. */
void sim_run(struct sim *s, int64_t ms);
/* Runs until nothing waits anywhere, at most so long; false when it does. */
bool sim_settle(struct sim *s, int64_t ms);

/* Texts of node's conversation with peer that came from (or went to) it, in
 * order; NULL behind the last. i counts from 0. */
const struct message *sim_text(
    struct sim *s, unsigned node, unsigned peer, bool mine, size_t i);
size_t sim_texts(struct sim *s, unsigned node, unsigned peer, bool mine);
const struct peer *sim_peer(struct sim *s, unsigned node, unsigned peer);
/* Bytes that crossed the network so far. */
uint64_t sim_traffic(const struct sim *s);
/* Streams that broke under somebody so far. */
uint64_t sim_broken(const struct sim *s);

#endif
