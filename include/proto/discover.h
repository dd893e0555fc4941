/* SPDX-License-Identifier: MIT */
/*
 * Who is on the network: sends our announcements when they are due, judges
 * those of others, and remembers whom it heard. Sans-IO: datagrams and a clock
 * in, datagrams and sightings out. doc/PROTOCOL, "Discovery".
 *
 * Everything learned here is a hint. A datagram can be replayed from another
 * address, so an address is a place to dial and no more; who answers there is
 * proven by the handshake.
 *
 * Checks run from cheap to dear: total rate, length, magic and version,
 * on-link, rate of the source, own echo, known or not, replay, and the
 * signature last, under a budget.
 */
#ifndef PROTO_DISCOVER_H
#define PROTO_DISCOVER_H

#include "base/addr.h"
#include "base/now.h"
#include "crypto/identity.h"
#include "crypto/rng.h"
#include "proto/presence.h"
#include "wire/beacon.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DISCOVER_UNKNOWN_MAX = 1024, /* least recently heard goes first */
	DISCOVER_PINNED_MAX = 4096,  /* never evicted */
	/* Rates: doc/PROTOCOL, "Limits". */
	DISCOVER_TOTAL_PER_S = 2000,
	DISCOVER_SOURCE_PER_S = 10,
	DISCOVER_SOURCE_BURST = 20,
	DISCOVER_VERIFY_PINNED_PER_S = 500,
	DISCOVER_VERIFY_UNKNOWN_PER_S = 200,
	DISCOVER_REPLY_PER_S = 20,
	DISCOVER_REPLY_AGAIN_MS = 30000, /* to one start of one peer */
	/* Announcing. */
	DISCOVER_INTERVAL_MIN_S = 75,
	DISCOVER_INTERVAL_MAX_S = 300,
	DISCOVER_PEERS_PER_S = 5, /* interval = peers / this, clamped */
	/* Expiry, in tenths of the sender's own interval. */
	DISCOVER_STALE_TENTHS = 22,
	DISCOVER_OFFLINE_TENTHS = 35,
};

struct discover_cfg {
	const struct identity *identity; /* borrowed for the whole life */
	struct rng rng;
	uint32_t epoch;
	uint8_t instance[INSTANCE_SIZE];
	uint16_t tcp_port, udp_port;
	bool quiet; /* listen only: nothing is ever sent */
};

/* Why datagrams were dropped; indexes discover_counters.dropped. */
enum discover_drop {
	DROP_RATE_TOTAL,
	DROP_RATE_SOURCE,
	DROP_FORMAT,
	DROP_VERSION,
	DROP_OFF_LINK,
	DROP_OWN,
	DROP_REPLAY,
	DROP_BUDGET,
	DROP_SIGNATURE,
	DROP_SHOUT_RATE,
	DROP_KINDS,
};
/* "malformed", "not from this network", …: for /net; static storage. */
const char *discover_drop_text(enum discover_drop drop);

struct discover_counters {
	uint64_t received, accepted, sent, verified;
	uint64_t dropped[DROP_KINDS];
};

enum sighting_kind {
	SIGHT_NONE,
	SIGHT_SEEN,    /* announced itself: beacon is set */
	SIGHT_ADDRESS, /* the same announcement came from another address */
	SIGHT_STALE,
	SIGHT_OFFLINE, /* silent for too long */
	SIGHT_GOODBYE, /* said so, and signed it */
	SIGHT_SHOUT,   /* beacon holds it; at most once for each id */
	SIGHT_PROBE,   /* pinned, signed, yet older than what we knew: dial to
			  learn whether its counter was rolled back */
};

struct sighting {
	enum sighting_kind kind;
	struct fp fp;
	struct addr from;     /* source of the datagram, with its UDP port */
	struct beacon beacon; /* strings borrow from the datagram */
	bool has_evicted;     /* an unknown peer was forgotten; with SIGHT_NONE,
				 that is all there is to tell */
	struct fp evicted;
};

struct discover_packet {
	bool everywhere; /* broadcast and multicast; else to `to` */
	struct addr to;
	size_t size;
	uint8_t bytes[BEACON_MAX];
};

struct discover;

struct discover *discover_new(const struct discover_cfg *cfg, struct now now);
/* NULL is fine. */
void discover_free(struct discover *d);

/* What announcements say of us. Name and status are clean text, borrowed only
 * for the call. A change starts a burst. */
void discover_profile(struct discover *d, struct now now, const char *name,
    const char *status, bool away);
/* The first burst: a solicitation at once, then two announcements. */
void discover_start(struct discover *d, struct now now);
/* Addresses changed or the machine slept: a burst with jitter, at most one in
 * 5 s; a call in between is remembered. */
void discover_network_changed(struct discover *d, struct now now);
/* Announces us anew, within the same limit, so that who asks others whether
 * they hear us can rely on the answer. */
void discover_announce(struct discover *d, struct now now);
/* Queues the goodbyes; `discover_next` gives both, the second when its time
 * has come. Nothing else is sent any more. */
void discover_leave(struct discover *d, struct now now);
/* True once the last goodbye was given out. */
bool discover_has_left(const struct discover *d);
/* 0, ERR_LIMIT (text too long, or more than one in 5 s, burst 3), ERR_FORMAT
 * (no text), ERR_STATE (quiet, not started, or leaving). */
int discover_shout(struct discover *d, struct now now, const char *text,
    size_t size, struct msg_id *ret_id);
/* When the rate allows the next one; not in the future: now. */
int64_t discover_shout_ms(const struct discover *d);

/* A pinned peer is never evicted and survives restarts; epoch and seq are the
 * newest ever accepted, 0 when unknown. ERR_LIMIT beyond DISCOVER_PINNED_MAX.
 */
int discover_pin(
    struct discover *d, const struct fp *fp, uint32_t epoch, uint32_t seq);
/* A session with it is up or has ended. While it is up the peer does not
 * expire and a goodbye datagram is ignored. */
void discover_session(
    struct discover *d, struct now now, const struct fp *fp, bool up);
/* An authenticated session proved this epoch; it replaces what was stored. */
void discover_epoch_proven(
    struct discover *d, const struct fp *fp, uint32_t epoch);
/* The newest accepted counters of a peer; false when it is not known. */
bool discover_counters_of(const struct discover *d, const struct fp *fp,
    uint32_t *ret_epoch, uint32_t *ret_seq);

/*
 * A datagram arrived. on_link: its source lies inside a prefix of the
 * interface it came in on. Returns 1 with a sighting, 0 when it was dropped
 * and counted.
 */
int discover_input(struct discover *d, struct now now, const struct addr *from,
    bool on_link, const uint8_t *p, size_t n, struct sighting *ret_sighting);
/* What became of the last datagram: DROP_KINDS when it was taken. */
enum discover_drop discover_last_drop(const struct discover *d);
/* It was dropped as our own, and comes of another process with our keys: the
 * signature is good. */
bool discover_last_is_twin(const struct discover *d,
    uint8_t ret_instance[static INSTANCE_SIZE], uint32_t *ret_seq);
/* Pulls what fell silent; call until false after the deadline passed. */
bool discover_expire(
    struct discover *d, struct now now, struct sighting *ret_sighting);
/* Pulls the next datagram that is due; call until false. */
bool discover_next(
    struct discover *d, struct now now, struct discover_packet *ret_packet);
/* When discover_expire or discover_next may have something; NEVER_MS. */
int64_t discover_deadline(const struct discover *d);

/* When our next broadcast is due; NEVER_MS when none is. */
int64_t discover_next_broadcast_ms(const struct discover *d);
/* Seconds between our announcements at the present number of peers. */
uint16_t discover_interval_s(const struct discover *d);
const struct discover_counters *discover_counters(const struct discover *d);

#endif
