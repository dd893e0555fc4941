/* SPDX-License-Identifier: MIT */
/*
 * What became of the packets we sent: round trip, losses, how many may be
 * under way (RFC 9002: loss detection §6, congestion control §7, NewReno, in
 * packets instead of bytes). Pure.
 *
 * A number is used for one packet only, and what was in a lost packet goes on
 * in a new one: an acknowledgement says which of them arrived, so a sample of
 * the round trip is exact, and never taken from something sent twice.
 */
#ifndef PROTO_RECOVERY_H
#define PROTO_RECOVERY_H

#include "crypto/rng.h"
#include "proto/dgram.h"
#include "wire/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RECOVERY_FRAMES_MAX = 16,
	/* Probes and pings may pass the congestion window. */
	RECOVERY_SENT_MAX = DGRAM_CWND_MAX + 16,
	RECOVERY_PROBES = 2,   /* §6.2.4 */
	RECOVERY_GRAIN_MS = 5, /* of timers and of scheduling */
	/* A number that is never sent comes after so many, at random. */
	RECOVERY_SKIP_MIN = 64,
	RECOVERY_SKIP_SPREAD = 128,
};

struct recovery_frame {
	uint32_t message;
	uint8_t index;
};

enum recovery_fate { RECOVERY_FLIGHT, RECOVERY_ACKED, RECOVERY_LOST };

/* A packet that wants an acknowledgement, and what has to go on if it is
 * lost. */
struct recovery_sent {
	uint64_t number;
	int64_t sent_ms;
	enum recovery_fate fate;
	uint8_t count;
	struct recovery_frame frames[RECOVERY_FRAMES_MAX];
};

struct recovery {
	struct recovery_sent *sent; /* by number, from head; NULL while idle */
	size_t head, count, cap;
	unsigned flying; /* of these, neither acknowledged nor lost */
	uint64_t next, skip_at, skipped, largest_acked;
	bool has_acked, has_skipped, measured;
	int64_t srtt_us, rttvar_us, min_us, latest_us;
	/* The shortest since then, which becomes min_us when it is old. */
	int64_t recent_us, recent_ms;
	/* The shortest of a round trip, that is, of what was sent below
	 * trip_end, and the shortest of the one before. */
	int64_t trip_us, trip_before_us;
	uint64_t trip_end;
	unsigned cwnd, ssthresh, grown;
	/* Thousandths of packets that might have gone at once at that time. */
	int64_t credit, credit_ms;
	uint64_t answered; /* losses below this number were answered */
	unsigned excuse;   /* for lone losses */
	int64_t progress_ms, pto_from_ms, loss_ms;
	unsigned pto_count, probes;
};

void recovery_init(struct recovery *r, const struct rng *rng);
void recovery_clear(struct recovery *r);

/* The number for the next packet. */
uint64_t recovery_number(struct recovery *r, const struct rng *rng);
/* Whether another packet that wants an acknowledgement may go now: the window
 * has room, and what goes is spread over the round trip. */
bool recovery_may_send(const struct recovery *r, int64_t now_ms);
/* When one may go that only has to wait for its turn; else NEVER_MS. */
int64_t recovery_turn_ms(const struct recovery *r);
/* The same for a ping, which the congestion window does not hold back. */
bool recovery_may_ping(const struct recovery *r);
/* It went. */
void recovery_add(
    struct recovery *r, int64_t now_ms, const struct recovery_sent *sent);
/* ERR_FORMAT for a number that was never sent. */
int recovery_ack(struct recovery *r, int64_t now_ms, const struct frame *ack);
/* Every packet that was acknowledged or lost comes out here, once. */
bool recovery_take(struct recovery *r, struct recovery_sent *ret_sent);
/* Packets under way, the oldest first; NULL behind the last. */
const struct recovery_sent *recovery_flight(const struct recovery *r, size_t i);

/* A round trip measured elsewhere. */
void recovery_sample(struct recovery *r, int64_t rtt_ms);
/* Another network: what was learned of the old one does not hold. */
void recovery_moved(struct recovery *r);
/* 0, or ERR_TIMEOUT: nothing was acknowledged for DGRAM_STUCK_MS. */
int recovery_tick(struct recovery *r, int64_t now_ms);
int64_t recovery_deadline(const struct recovery *r);
/* How long to wait for an answer before asking again. */
int64_t recovery_pto_ms(const struct recovery *r);

#endif
