/* SPDX-License-Identifier: MIT */
/*
 * Two ends of a handshake in one process, seeded so that a run repeats.
 */
#ifndef NOISE_PAIR_H
#define NOISE_PAIR_H

#include "crypto/noise.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAIR_MESSAGE_MAX = 512 };

struct pair_message {
	uint8_t b[PAIR_MESSAGE_MAX];
	size_t size;
};

struct pair {
	struct rng_seed state;
	struct rng rng;
	struct noise_keypair alice, bob;
	struct noise init, resp;
	struct noise_cipher init_send, init_receive, resp_send, resp_receive;
	uint8_t init_hash[HASH_SIZE], resp_hash[HASH_SIZE];
};

/* Draws the static keys and starts both ends with the same prologue. The pair
 * must stay where it is: its rng points into it. */
void pair_init(struct pair *p, uint64_t seed, const char *prologue);
/* A fresh handshake of the same two people. */
void pair_restart(struct pair *p, const char *prologue);
void pair_draw_keys(struct pair *p, struct noise_keypair *ret_keys);

/* One message with a payload of payload_size bytes 'p'. */
int pair_write(
    struct noise *from, size_t payload_size, struct pair_message *ret_message);
int pair_read(struct noise *to, const struct pair_message *message);
/* Messages step .. 2 until one is refused; the step that failed, else 3. */
int pair_run(struct pair *p, int step, const size_t payload_sizes[static 3]);
/* A whole handshake and Split on both ends; asserts that they agree. */
void pair_establish(struct pair *p);

/* Nothing of the handshake is left in memory, and it does not go on. */
bool pair_is_wiped(const struct noise *n);

#endif
