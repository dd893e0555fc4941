/* SPDX-License-Identifier: MIT */
/*
 * The listening sockets, and what to do when the process has no descriptor
 * left.
 */
#ifndef NET_LISTENER_H
#define NET_LISTENER_H

#include "base/addr.h"
#include "base/lang.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stdint.h>

enum { LISTENER_PAUSE_MS = 1000 };

struct listener {
	int fds[2]; /* IPv4 and IPv6; -1 where there is none */
	uint16_t port;
	int reserve_fd;
	bool lasts;       /* as long as the loop */
	bool exhausted;   /* not even the reserve could be had again */
	int64_t pause_ms; /* until then nothing is accepted; 0: no pause */
};

/* 0, or a negative enum err and its sentence (caller frees). */
int listener_open(struct listener *l, uint16_t port, bool loopback_only,
    const struct lang *lang, char **ret_error);
/* At this port or nowhere; 0 is any. 0 or an errno. */
int listener_open_at(struct listener *l, uint16_t port);
void listener_close(struct listener *l);
bool listener_has(const struct listener *l, int fd);
void listener_watch(
    struct listener *l, struct loop *loop, int64_t mono_ms, uint64_t tag);
/* Accepts one. The fd (non-blocking) or -1 when there is none; -2 when one was
 * thrown away and there may be more. */
int listener_accept(struct listener *l, int fd, struct addr *ret_from);

#endif
