/* SPDX-License-Identifier: MIT */
/*
 * What was sent and heard, by interface and in the last minute: parts of the
 * model.
 */
#ifndef CORE_TRAFFIC_H
#define CORE_TRAFFIC_H

#include "base/addr.h"
#include "base/iface.h"
#include "base/now.h"
#include "proto/discover.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	METER_SLOT_MS = 10000,
	METER_SLOTS = 6,
	TRAFFIC_MAX = 64, /* a bit of struct peer for each */
};

/* How many in the last minute. */
struct meter {
	int64_t slot; /* the newest */
	uint32_t counts[METER_SLOTS];
};

void meter_add(struct meter *m, struct now now, uint32_t n);
/* In the 50 to 60 s before now. */
uint64_t meter_minute(const struct meter *m, struct now now);

/* Of discovery over one interface, by broadcast (IPv4) or multicast (IPv6). */
struct iface_traffic {
	unsigned index; /* of the interface */
	char name[IFACE_NAME_MAX];
	enum addr_family family;
	uint64_t sent, unsent; /* to everybody; that could not be sent */
	uint64_t heard;        /* well-formed ones of others */
	uint64_t own;          /* of ours that came back */
	int last_error;        /* errno of the last that could not; or 0 */
	int64_t last_error_ms; /* wall clock */
	struct meter sent_rate, heard_rate;
};

/* Whether a peer hears our announcements, as it says itself. */
enum hears { HEARS_UNKNOWN, HEARS_US, HEARS_US_NOT };
/* "unknown", "yes", "no"; static storage. */
const char *hears_text(enum hears h);

enum { BEACON_STRAYS_MAX = 32, BEACON_STRAYS_OF_KIND = 10 };

/* Somebody whose announcements were dropped for a reason that a person can do
 * something about; nothing of it is proven, but for the signature of a copy. */
struct stray_beacon {
	/* DROP_OFF_LINK; DROP_VERSION; DROP_OWN: our identity with a good
	 * signature, and not this run of it. */
	enum discover_drop why;
	struct addr from;
	unsigned index;  /* of the interface; 0: not known */
	uint8_t version; /* DROP_VERSION: the major one */
	/* DROP_OWN: only those newer than all before. One alone may be a
	 * recording of an earlier run of ours. */
	uint64_t count;
	int64_t last_ms;                 /* monotonic */
	uint8_t instance[INSTANCE_SIZE]; /* DROP_OWN */
	uint32_t seq;                    /* the same */
};

#endif
