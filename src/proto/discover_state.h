/* SPDX-License-Identifier: MIT */
/*
 * What the files of the discovery machine share.
 */
#ifndef PROTO_DISCOVER_STATE_H
#define PROTO_DISCOVER_STATE_H

#include "base/bucket.h"
#include "base/peer_text.h"
#include "proto/discover.h"
#include "proto/discover_answer.h"
#include "proto/discover_shout.h"
#include "proto/discover_source.h"
#include "proto/discover_table.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	GOODBYES = 2,
	GOODBYE_GAP_MS = 150,
	BURST_2_MS = 500, /* from the first packet of a burst */
	BURST_3_MS = 1250,
	BURST_JITTER_MS = 100,
	/* Many hosts see the network change at one moment. */
	BURST_FIRST_JITTER_MS = 250,
	BURST_AGAIN_MS = 5000,
	/* A profile that keeps changing is told no more often. */
	PROFILE_AGAIN_MS = 1000,
	RAMP_FIRST_S = 5,
	/* After the network changed, nobody falls silent before those who are
	 * there could answer; not again within the second of these. */
	GRACE_MS = 5000,
	GRACE_AGAIN_MS = 60 * 1000,
	/* The same announcement over another interface is not later. */
	PATH_LATE_MS = 5000,
	PROBE_AGAIN_MS = 600 * 1000,
	FORGOTTEN_MAX = 16,
};

/* A burst counts its packets, then come single announcements with gaps that
 * grow to the interval. */
enum schedule_step { STEP_FIRST, STEP_SECOND, STEP_THIRD, STEP_SINGLE };

enum burst_kind {
	BURST_NONE,
	BURST_PROFILE, /* announces */
	BURST_NETWORK, /* asks for answers, too */
};

struct schedule {
	enum schedule_step step;
	bool solicit;          /* the first packet of this burst */
	enum burst_kind again; /* a burst that had to wait */
	int64_t next_ms;       /* the next broadcast */
	int64_t burst_ms;      /* when the last burst began */
	int64_t change_ms;     /* when the last one for a change began */
	int64_t network_ms;    /* when the last one began that solicits */
	int64_t first_ms;      /* when its first packet went out */
	int64_t broadcast_ms;  /* the last one of any step */
	uint16_t gap_s;        /* before jitter, to the next broadcast */
};

struct discover {
	struct discover_cfg cfg;
	struct discover_counters counters;
	int64_t now_ms; /* of the last call */
	bool started, leaving;
	uint32_t seq;
	bool away;
	size_t name_size, status_size;
	char name[NAME_BYTES_MAX], status[STATUS_BYTES_MAX];

	struct schedule schedule;
	struct discover_answers answers;
	struct shouts_out shouts_out;
	unsigned goodbyes; /* still to be sent */
	int64_t goodbye_ms;
	size_t goodbye_size;
	uint8_t goodbye[BEACON_MAX];

	enum discover_drop last_drop;
	bool last_is_twin;
	uint8_t twin_instance[INSTANCE_SIZE];
	uint32_t twin_seq;

	struct bucket total, verify_pinned, verify_unknown;
	struct shouts_heard shouts_heard;
	int64_t grace_ms, grace_began_ms;
	/* Who had to make room, and was not reported yet. */
	uint32_t forgotten_count;
	struct fp forgotten[FORGOTTEN_MAX];
	struct discover_table table;
	struct discover_sources sources; /* large: last */
};

/* Whether anything is sent at all. */
bool discover_is_sending(const struct discover *d);
void discover_schedule_init(struct schedule *s);
/* Jittered or at once. */
void discover_burst(
    struct discover *d, enum burst_kind kind, uint32_t delay_ms);
/* Asks for a burst under the limit of one in BURST_AGAIN_MS. */
void discover_burst_request(struct discover *d, enum burst_kind kind);
/* Whether a broadcast is due now, and which; the schedule moves on. */
bool discover_schedule_next(struct discover *d, enum beacon_type *ret_type);
int64_t discover_schedule_deadline(const struct discover *d);

/* A datagram of this peer was accepted. */
void discover_peer_heard(
    struct discover *d, struct discover_peer *p, uint16_t interval_s);
/* Its goodbye was. */
void discover_peer_left(struct discover *d, struct discover_peer *p);

#endif
