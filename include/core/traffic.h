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

/* Somebody else with our own identity, who announces himself with a good
 * signature and another instance id. */
struct twin {
	uint32_t count; /* announcements, each newer than the one before; one
			   alone may be a recording of ours */
	struct addr from;
	int64_t last_ms; /* monotonic */
};

/* Who announces himself in another major version of the protocol. */
struct other_version {
	uint64_t count;
	uint8_t major; /* of the last */
	struct addr from;
	int64_t last_ms; /* monotonic */
};

#endif
