/* SPDX-License-Identifier: MIT */
/*
 * Shouts on their way out, each sent three times because nobody acknowledges
 * one, and the ids of those that came in, so that each is heard once.
 */
#ifndef PROTO_DISCOVER_SHOUT_H
#define PROTO_DISCOVER_SHOUT_H

#include "base/bucket.h"
#include "base/id.h"
#include "wire/beacon.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SHOUT_COPIES = 3,
	SHOUT_GAP_2_MS = 200, /* from the first copy to the second */
	SHOUT_GAP_3_MS = 400, /* and on to the third */
	SHOUT_JITTER_MS = 50,
	/* Ours, and those of one peer: one in 5 s, burst 3. */
	SHOUT_BURST = 3,
	SHOUT_PER_1000S = 200,
	/* Those of all peers: 20 in 10 s. */
	SHOUT_TOTAL_BURST = 20,
	SHOUT_TOTAL_PER_1000S = 2000,
	/* The second and third copy, and those over other interfaces, may
	 * arrive so much later than a newer datagram of the same peer. */
	SHOUT_LATE_MS = 2000,
	/* Many times what the rates let in during SHOUT_LATE_MS; after that the
	 * counters of the peer keep a replay out. */
	SHOUTS_HEARD_MAX = 512,
};

/* Keyed by both: who copies the id of another silences nobody. */
struct heard_shout {
	struct fp fp;
	struct msg_id id;
};

struct shouts_heard {
	struct bucket total;
	uint32_t count, next;
	struct heard_shout list[SHOUTS_HEARD_MAX];
};

void shouts_heard_init(struct shouts_heard *h, int64_t now_ms);
bool shouts_heard_has(
    const struct shouts_heard *h, const struct fp *fp, const struct msg_id *id);
void shouts_heard_add(
    struct shouts_heard *h, const struct fp *fp, const struct msg_id *id);

struct shout_out {
	unsigned sent; /* copies */
	int64_t next_ms;
	size_t size;
	uint8_t bytes[BEACON_MAX];
};

struct shouts_out {
	struct bucket rate;
	unsigned count;
	struct shout_out list[SHOUT_BURST];
};

void shouts_out_init(struct shouts_out *o, int64_t now_ms);
/* A place for one more, due now; NULL while too many were shouted. */
struct shout_out *shouts_out_add(struct shouts_out *o, int64_t now_ms);
/* Copies the next one that is due into out; jitter_ms delays its next copy. */
bool shouts_out_next(struct shouts_out *o, int64_t now_ms, uint32_t jitter_ms,
    uint8_t out[static BEACON_MAX], size_t *ret_size);
int64_t shouts_out_deadline(const struct shouts_out *o);

#endif
