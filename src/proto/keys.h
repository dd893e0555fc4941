/* SPDX-License-Identifier: MIT */
/*
 * The keys of a datagram session. Each direction moves to its next key by
 * itself, made from the one before by the one-way Rekey of Noise (§11.3), and
 * shows it in a bit that flips in the header. Two moves never overlap: the
 * next one waits until a packet of the last one was acknowledged, so a bit is
 * enough. Packet counters run on and are never used twice.
 */
#ifndef PROTO_KEYS_H
#define PROTO_KEYS_H

#include "crypto/noise.h"
#include "proto/dgram.h"
#include "wire/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keys {
	struct noise_cipher send;
	struct noise_cipher old, receive, next;
	uint8_t send_phase, receive_phase;
	bool send_acked;        /* a packet of this key was acknowledged */
	uint64_t send_first;    /* the first packet of this key */
	uint64_t receive_first; /* the lowest one seen of this key */
	uint64_t limit;         /* packets with one key */
	int64_t send_ms, receive_ms, old_until_ms;
};

/* Takes both directions over from noise_split, and wipes the arguments.
 * limit: packets with one key; 0: 2^32. */
void keys_init(struct keys *k, int64_t now_ms, struct noise_cipher *send,
    struct noise_cipher *receive, uint64_t limit);
/* Wipes. */
void keys_clear(struct keys *k);

/* Fills in the phase and writes the whole DATA packet around n bytes that lie
 * behind the room for the header. Moves to the next key first where that is
 * due. */
int keys_seal(struct keys *k, int64_t now_ms, struct packet *packet,
    uint8_t *out, size_t n);
/* Opens a DATA packet into out, of PACKET_FRAMES_MAX bytes. ERR_AUTH. */
int keys_open(
    struct keys *k, int64_t now_ms, const struct packet *packet, uint8_t *out);
/* When the next move waits for an acknowledgement, and nothing may come by
 * itself that asks for one; NEVER_MS. */
int64_t keys_ask_ms(const struct keys *k);
/* A packet of ours was acknowledged. */
void keys_acked(struct keys *k, uint64_t number);
/* Wipes what is no longer needed. */
void keys_tick(struct keys *k, int64_t now_ms);
int64_t keys_deadline(const struct keys *k);
/* When one of the directions has kept its key for too long. */
int64_t keys_end_ms(const struct keys *k);

#endif
