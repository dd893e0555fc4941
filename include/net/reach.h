/* SPDX-License-Identifier: MIT */
/*
 * Whether a host of a link is there at all, whatever runs on it: by an echo of
 * ICMP, where this user may send one, a datagram to a port that nobody has,
 * and what the kernel finds out meanwhile. And, for root, how many answer for
 * one address.
 */
#ifndef NET_REACH_H
#define NET_REACH_H

#include "base/addr.h"
#include "base/iface.h"
#include "net/neighbours.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reach;

/* Sends what is to be answered. */
struct reach *reach_new(const struct addr *host, int64_t mono_ms);
/* NULL is fine. */
void reach_free(struct reach *r);

struct reach_state {
	bool answered;
	int64_t ms;         /* how long that took */
	struct entry entry; /* as it is now */
};
/* Reads what came; whenever it is convenient. */
struct reach_state reach_look(struct reach *r, int64_t mono_ms);

enum { CALLERS_MAX = 4 };

struct callers;

/* Asks the link of that interface who has the address (IPv4). NULL with errno:
 * this user may not. */
struct callers *callers_new(unsigned index, const struct addr *host);
/* NULL is fine. */
void callers_free(struct callers *c);
/* Asks again; an answer may get lost. */
void callers_ask(struct callers *c);
/* Who said so until now: how many, each once. */
size_t callers_look(
    struct callers *c, uint8_t ret_macs[static CALLERS_MAX][MAC_SIZE]);

#endif
