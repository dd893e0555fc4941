/* SPDX-License-Identifier: MIT */
/*
 * Engines in one network, joined in memory, for tests of files between them.
 * Datagrams and streams arrive at once and in order; who moves bytes is here
 * nobody, but the flow of each connection is real, up to where the data would
 * begin. What the disk and the mover would say, the test says.
 */
#ifndef FILES_KIT_H
#define FILES_KIT_H

#include "core/engine.h"
#include "memstore.h"
#include "proto/flow.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FKIT_NODES = 3,
	FKIT_PIPES_MAX = 4096,
	FKIT_MOVES_MAX = 64,
	FKIT_TEXT = 256,
};

#define FKIT_PLACE "/in/all"

struct fkit_move {
	uint32_t token; /* 0: none */
	struct flow *flow;
	unsigned pipe, side;
	bool sends, begun;
	char path[FKIT_TEXT], name[FKIT_TEXT], part[FKIT_TEXT];
	uint64_t size, entries_max;
};

struct fkit_node {
	struct identity identity;
	struct rng_seed seed;
	struct engine *engine; /* NULL: it does not run */
	struct memstore store;
	uint32_t epoch;
	uint8_t host; /* of its address */
	bool full;    /* no commit succeeds */
	bool no_tcp;  /* nobody reaches it over TCP */
	bool deaf;    /* no datagram reaches it */
	bool has_all; /* its parts have their names already, at FKIT_PLACE */
	struct fkit_move moves[FKIT_MOVES_MAX];
	unsigned move_count; /* that began, ever */
	unsigned stops, drops, parts_dropped;
	enum flow_stop stopped; /* the last of these */
	char dropped[FKIT_TEXT];
	unsigned counts[EFFECT_LEFT + 1];
};

struct fkit_pipe {
	unsigned node[2];
	uint32_t conn[2]; /* 0: closed there */
	bool moved[2];
	bool used;
};

struct fkit_event;

struct fkit {
	struct fkit_node nodes[FKIT_NODES];
	struct now now;
	struct fkit_pipe pipes[FKIT_PIPES_MAX];
	size_t pipe_count;
	struct fkit_event *first, *last;
	uint64_t size; /* of what is sent */
	bool folder;
	bool hold_begin; /* senders answer no request */
};

/* All run and know each other. */
void fkit_init(struct fkit *k);
void fkit_clear(struct fkit *k);
/* Until nothing happens any more; and with time that passes. */
void fkit_run(struct fkit *k);
void fkit_pass(struct fkit *k, int64_t ms);
/* It dies at once, and begins again from its store. */
void fkit_kill(struct fkit *k, unsigned node);
void fkit_start(struct fkit *k, unsigned node);
/* All streams between them break. */
void fkit_cut(struct fkit *k);

const struct fp *fkit_fp(const struct fkit *k, unsigned node);
const struct peer *fkit_peer(struct fkit *k, unsigned node, unsigned other);
void fkit_command(struct fkit *k, unsigned node, const struct command *cmd);
void fkit_do(struct fkit *k, unsigned node, enum command_kind kind,
    uint32_t number, const char *text);
void fkit_say(struct fkit *k, unsigned node, unsigned other, const char *text);
/* Each compared the number of the other. */
void fkit_verify(struct fkit *k, unsigned node, unsigned other);
/* Sends that; the transfer at its sender. */
uint32_t fkit_send(
    struct fkit *k, unsigned from, unsigned to, const char *name);
/* The newest transfer there; 0. */
uint32_t fkit_newest(struct fkit *k, unsigned node);
/* One that from offers and to has heard of; and one that runs. */
void fkit_offer(struct fkit *k, unsigned from, unsigned to, uint32_t *ret_hers,
    uint32_t *ret_his);
void fkit_transfer(struct fkit *k, unsigned from, unsigned to,
    uint32_t *ret_hers, uint32_t *ret_his);
const struct transfer *fkit_get(struct fkit *k, unsigned node, uint32_t id);
enum transfer_state fkit_state(struct fkit *k, unsigned node, uint32_t id);
/* The move of that transfer; NULL. */
struct fkit_move *fkit_move_of(struct fkit *k, unsigned node, uint32_t token);
void fkit_report(struct fkit *k, unsigned node, uint32_t token,
    const struct move_report *report);
/* It is complete at both ends; that of them which moves it. */
void fkit_finish(struct fkit *k, unsigned from, uint32_t at_from, unsigned to,
    uint32_t at_to);
/* The last message of that kind in the conversation with other, or nearby. */
const struct message *fkit_last(
    struct fkit *k, unsigned node, unsigned other, enum message_kind kind);

#endif
