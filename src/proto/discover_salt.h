/* SPDX-License-Identifier: MIT */
/*
 * Hashes that a stranger cannot steer: keyed afresh in every run, so nobody
 * can choose fingerprints or addresses that fall into one chain.
 */
#ifndef PROTO_DISCOVER_SALT_H
#define PROTO_DISCOVER_SALT_H

#include "base/addr.h"
#include "base/id.h"
#include "crypto/rng.h"

#include <stdint.h>

enum { SALT_WORDS = 8 };

struct discover_salt {
	uint64_t factor[SALT_WORDS], term;
};

void discover_salt_init(struct discover_salt *s, const struct rng *rng);
uint32_t discover_hash_fp(const struct discover_salt *s, const struct fp *fp);
/* All of the address, or all but its port. */
uint32_t discover_hash_addr(
    const struct discover_salt *s, const struct addr *a);
uint32_t discover_hash_host(
    const struct discover_salt *s, const struct addr *a);

#endif
