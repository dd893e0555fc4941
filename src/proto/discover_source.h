/* SPDX-License-Identifier: MIT */
/*
 * What each host may cost us. Keyed by host and not by port: a hundred fakes
 * behind one address share one allowance. Honest instances that share a host
 * do too, which is why loopback, where tests and demos put dozens of them and
 * no outsider can send from, gets LOOPBACK_FACTOR times as much.
 */
#ifndef PROTO_DISCOVER_SOURCE_H
#define PROTO_DISCOVER_SOURCE_H

#include "base/addr.h"
#include "base/bucket.h"
#include "proto/discover_salt.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	SOURCES_MAX = 1024, /* least recently heard goes first */
	SOURCE_CHAINS = 1024,
	LOOPBACK_FACTOR = 10,
	/* Answers to one host: 5, then one in 30 s. */
	SOURCE_ANSWER_BURST = 5,
	SOURCE_ANSWER_PER_1000S = 33,
	/* Shouts by one host: 5 in 10 s. */
	SOURCE_SHOUT_BURST = 5,
	SOURCE_SHOUT_PER_1000S = 500,
};

struct discover_source {
	struct addr host; /* without its port */
	struct bucket datagrams, answers, shouts;
	uint32_t next, older, newer;
};

struct discover_sources {
	struct discover_salt salt;
	uint32_t count, oldest, newest;
	uint32_t chains[SOURCE_CHAINS];
	struct discover_source list[SOURCES_MAX];
};

void discover_sources_init(struct discover_sources *s, const struct rng *rng);
/* The host of this address, remembered from now on. Valid until the next. */
struct discover_source *discover_source_get(
    struct discover_sources *s, const struct addr *from, int64_t now_ms);

#endif
