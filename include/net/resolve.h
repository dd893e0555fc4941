/* SPDX-License-Identifier: MIT */
/*
 * Host names, both ways, without blocking: the system's resolver runs in a
 * child process and its answer comes through a pipe.
 */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include "base/addr.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RESOLVE_MAX = 4,
	RESOLVE_ADDRS_MAX = 8,
	RESOLVE_TIMEOUT_MS = 10000,
	RESOLVE_HOST_SIZE = 256,
	RESOLVE_SERVICE_SIZE = 32,
};

struct resolve;

struct resolve *resolve_new(void);
/* Ends the children. */
void resolve_free(struct resolve *r);
/* 0, ERR_LIMIT (RESOLVE_MAX at work) or ERR_SYS. */
int resolve_start(struct resolve *r, uint32_t token, const char *host,
    uint16_t port, int64_t mono_ms);
/* The other way: what a host is called, and the service of its port, over TCP
 * or UDP. The same errors. */
int resolve_start_back(struct resolve *r, uint32_t token,
    const struct addr *addr, bool tcp, int64_t mono_ms);
/* Watches the pipes of what is under way. */
void resolve_watch(const struct resolve *r, struct loop *l, uint64_t tag);
/* When the first of them times out; NEVER_MS when nothing is under way. */
int64_t resolve_deadline(const struct resolve *r);

struct resolve_answer {
	uint32_t token;
	struct addr addrs[RESOLVE_ADDRS_MAX];
	size_t count;      /* 0: error is set */
	const char *error; /* static storage */
	/* Of resolve_start_back, which has no addresses; "": none. They are
	 * what a name server says. */
	bool back;
	char host[RESOLVE_HOST_SIZE], service[RESOLVE_SERVICE_SIZE];
};
/* Pulls finished answers (also timeouts) until false. */
bool resolve_next(
    struct resolve *r, int64_t mono_ms, struct resolve_answer *ret_answer);

#endif
