/* SPDX-License-Identifier: MIT */
/*
 * The peers that discovery remembers, by fingerprint. Pinned ones stay; of the
 * others at most DISCOVER_UNKNOWN_MAX, and the least recently heard makes room
 * for the next. One with a session is not the one to go.
 */
#ifndef PROTO_DISCOVER_TABLE_H
#define PROTO_DISCOVER_TABLE_H

#include "base/bucket.h"
#include "base/id.h"
#include "proto/discover_salt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TABLE_CHAINS = 2048,
	/* Addresses from which one announcement may arrive. */
	PEER_PATHS_MAX = 8,
	/* A peer heard in this time counts as one of those around. */
	PEER_LIVE_MS = 600 * 1000,
	PEER_INTERVAL_MIN_S = 5, /* of those that peers claim */
	PEER_INTERVAL_MAX_S = 600,
};

#define TABLE_NONE UINT32_MAX
/* Long before any clock began, with room to subtract from. */
#define LONG_AGO_MS (INT64_MIN / 4)

enum peer_heard {
	HEARD_NEVER, /* nothing in this run */
	HEARD_LIVE,
	HEARD_STALE,
	HEARD_OFFLINE,
};

struct discover_peer {
	struct fp fp;
	uint32_t next;         /* in its hash chain */
	uint32_t older, newer; /* among those that may be forgotten */
	bool pinned, session;
	uint8_t heard; /* enum peer_heard */
	uint8_t path_count;
	uint16_t interval_s; /* as it claims, clamped */
	/* The newest accepted datagram, and which process of the peer sent it.
	 * A peer that was only pinned has not told its instance yet. */
	uint32_t epoch, seq;
	bool has_instance;
	uint8_t instance[INSTANCE_SIZE];
	int64_t heard_ms;
	/* Shouts overtaken since window_ms: those after floor_seq may still
	 * come. */
	uint32_t floor_seq;
	int64_t window_ms;
	uint32_t paths[PEER_PATHS_MAX]; /* hashes of addresses */
	uint32_t answer_epoch;
	int64_t answer_ms;
	/* What made us dial to learn whether its counter was rolled back. */
	bool has_probe;
	int64_t probe_ms;
	uint32_t probe_epoch, probe_seq;
	uint8_t probe_instance[INSTANCE_SIZE];
	struct bucket shouts;
};

struct discover_table {
	struct discover_salt salt;
	struct discover_peer *peers; /* owned; count of them are in use */
	uint32_t count, cap;
	uint32_t unknown, pinned;
	uint32_t oldest, newest;
	/* No peer falls silent before expire_ms; cursor is where the search
	 * for those that did goes on. Only a peer that had to make room for
	 * another may leave a moment behind at which nothing happens. */
	int64_t expire_ms;
	uint32_t cursor;
	uint32_t chains[TABLE_CHAINS];
};

void discover_table_init(struct discover_table *t, const struct rng *rng);
void discover_table_clear(struct discover_table *t);
/* Pointers to peers hold until the next add. NULL when not there. */
struct discover_peer *discover_table_find(
    const struct discover_table *t, const struct fp *fp);
/*
 * Adds an unknown peer that is not there yet. Where one had to go for it,
 * *ret_has_evicted and *ret_evicted say so. NULL when all have sessions.
 */
struct discover_peer *discover_table_add(struct discover_table *t,
    const struct fp *fp, bool *ret_has_evicted, struct fp *ret_evicted);
/* The caller sees to DISCOVER_PINNED_MAX. */
struct discover_peer *discover_table_add_pinned(
    struct discover_table *t, const struct fp *fp);
/* The most recently heard. */
void discover_table_touch(struct discover_table *t, struct discover_peer *p);
void discover_table_pin(struct discover_table *t, struct discover_peer *p);
void discover_table_session(
    struct discover_table *t, struct discover_peer *p, bool up);
/* How many are not offline and were heard since then. */
uint32_t discover_table_live(const struct discover_table *t, int64_t since_ms);
/* Bytes that the peers take, allocated ahead or used. */
size_t discover_table_size(const struct discover_table *t);

#endif
