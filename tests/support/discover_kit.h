/* SPDX-License-Identifier: MIT */
/*
 * Identities, datagrams and instances for the tests of discovery. Everything
 * follows from numbers, so a failing case is found again by its number.
 */
#ifndef DISCOVER_KIT_H
#define DISCOVER_KIT_H

#include "crypto/identity.h"
#include "crypto/rng.h"
#include "proto/discover.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kit_datagram {
	size_t size;
	uint8_t bytes[BEACON_MAX];
};

/* One instance: its machine, and what that borrows. */
struct kit_node {
	struct identity id;
	struct rng_seed rng;
	struct addr addr;
	struct discover *d;
};

void kit_identity(struct identity *id, uint32_t number);
/* 10.x.y.z, each host its own port. */
struct addr kit_addr(uint32_t number);
struct addr kit_loopback(uint16_t port);

struct beacon kit_beacon(const struct identity *id, enum beacon_type type,
    uint32_t epoch, uint32_t seq);
struct kit_datagram kit_sign(const struct beacon *b, const struct identity *id);
/* kit_sign of a kit_beacon. */
struct kit_datagram kit_datagram(const struct identity *id,
    enum beacon_type type, uint32_t epoch, uint32_t seq);
/* A shout whose message id is made from seq. */
struct kit_datagram kit_shout(
    const struct identity *id, uint32_t epoch, uint32_t seq);

struct discover_cfg kit_cfg(struct kit_node *node, uint32_t number);
void kit_node_init(struct kit_node *node, uint32_t number, int64_t now_ms);
void kit_node_clear(struct kit_node *node);

struct now kit_now(int64_t now_ms);
/* Hands a datagram over; SIGHT_NONE when there was nothing to see. */
enum sighting_kind kit_hear(struct kit_node *node, int64_t now_ms,
    const struct addr *from, const struct kit_datagram *g);
/* Takes all that is due and forgets it; returns how many there were. */
unsigned kit_drain(struct kit_node *node, int64_t now_ms);
uint64_t kit_dropped(const struct kit_node *node);

#endif
