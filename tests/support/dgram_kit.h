/* SPDX-License-Identifier: MIT */
/*
 * Two datagram sessions in one process, virtual time, and between them a
 * network that loses, repeats and delays as the test says. All of it follows
 * from numbers, so a failing case is found again.
 */
#ifndef DGRAM_KIT_H
#define DGRAM_KIT_H

#include "crypto/identity.h"
#include "crypto/rng.h"
#include "proto/dgram.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KIT_I_ID = 0x1111, KIT_R_ID = 0x2222, KIT_EVENTS_MAX = 64 };

/* What the network does to a datagram. */
struct weather {
	uint32_t loss, twice; /* of 1000 */
	int64_t delay_ms, jitter_ms;
};

struct kit_packet {
	int64_t due_ms;
	struct addr from, to;
	size_t size;
	uint8_t bytes[PACKET_MAX];
};

struct kit_end {
	struct identity identity;
	struct rng_seed seed;
	struct dgram *dgram;
	struct addr addr;           /* where it is now */
	struct session_event event; /* the last one; its bytes are a copy */
	uint8_t message[MSG_MAX];
	unsigned hellos, readies, messages, closes, packets;
	uint64_t bytes; /* sent, headers and all */
	/* Messages are those of kit_message, in order, each once. */
	bool checks;
	uint32_t stream, expects; /* of ours, of theirs */
	unsigned wrong;
	bool lazy;       /* pulls nothing after READY */
	int error;       /* the first result below 0 */
	int64_t last_ms; /* when its last message came */
};

struct kit {
	struct kit_end i, r;
	struct now now;
	struct weather weather;
	struct rng_seed seed;
	struct rng rng;
	struct kit_packet **queue; /* the next one last */
	size_t count, cap;
	/* NULL, or called for each datagram on its way; false: it is lost. */
	bool (*tap)(struct kit *k, struct kit_packet *p);
	void *tap_ctx;
};

/* Sessions at time 1000 000 ms; nothing was moved yet. rekey: packets with one
 * key, 0 for the usual. */
void kit_init(struct kit *k, uint32_t number, uint64_t rekey);
/* The same, open, over a network without faults. */
void kit_open(struct kit *k, uint32_t number, uint64_t rekey);
void kit_clear(struct kit *k);

struct addr kit_addr(uint32_t host, uint16_t port);
struct hello kit_hello(const struct kit_end *end, uint32_t number);
void kit_end_init(struct kit_end *end, uint32_t number, enum noise_role role,
    struct now now, uint64_t rekey);
void kit_end_clear(struct kit_end *end);

/* Gives one datagram, pulls events, and accepts who says hello. */
int kit_give(struct kit_end *end, struct now now, const struct addr *from,
    const uint8_t *p, size_t n);
/* Pulls what waits. */
void kit_pull(struct kit_end *end, struct now now);
/* Puts what an end has to say on its way. */
void kit_flush(struct kit *k, struct kit_end *end);
/* A DATA packet with frames of the test's choice and the keys of an end, which
 * itself does not know of it. kit_seal takes the next number. */
void kit_seal(struct kit *k, struct kit_end *end, const struct frame *frames,
    size_t count, struct kit_packet *ret_packet);
void kit_seal_as(struct kit *k, struct kit_end *end, uint64_t number,
    const struct frame *frame, struct kit_packet *ret_packet);
/* The same with any bytes in the place of frames. */
void kit_seal_bytes(struct kit *k, struct kit_end *end, const uint8_t *p,
    size_t n, struct kit_packet *ret_packet);
/* Puts a datagram on its way, from any address. */
void kit_post(struct kit *k, const struct addr *from, const struct addr *to,
    const uint8_t *p, size_t n);

/* Lets time go on to the next thing that happens, if that is before end_ms,
 * else to end_ms. False when there it ended, or both sessions have. */
bool kit_step(struct kit *k, int64_t end_ms);
/* So many milliseconds. */
void kit_run(struct kit *k, int64_t ms);

/* A message of a stream: its size and bytes follow from the numbers. */
size_t kit_message(
    uint32_t stream, uint32_t number, uint8_t out[static MSG_MAX]);
/* The first messages of an end's stream; returns how many were taken. */
unsigned kit_send_stream(struct kit *k, struct kit_end *from, unsigned n);
/* A message of n bytes that are not of a stream. */
int kit_send(struct kit *k, struct kit_end *from, size_t n);

#endif
