/* SPDX-License-Identifier: MIT */
/*
 * One poll() for everything. What is watched is told anew each turn, from what
 * is open; each entry carries its owner's tag.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

struct loop *loop_new(void);
/* NULL is fine. */
void loop_free(struct loop *l);
/* Forgets the fds of the last turn. */
void loop_begin(struct loop *l);
/* Watches fd for this turn; tag comes back from loop_ready. */
void loop_watch(struct loop *l, int fd, bool read, bool write, uint64_t tag);
/* The same, for reading, of what stays one open file for as long as the loop
 * lives. A turn may leave it out. */
void loop_watch_lasting(struct loop *l, int fd, uint64_t tag);
/* Waits at most timeout_ms (-1: for ever). 0 or ERR_SYS; EINTR is no error. */
int loop_wait(struct loop *l, int64_t timeout_ms);

/* After loop_wait: waits once more for the same fds, and loop_ready has nothing
 * of it. */
void loop_rest(struct loop *l, int64_t timeout_ms);

struct loop_event {
	int fd;
	uint64_t tag;
	bool readable, writable, hangup;
};
/* Pulls the next ready fd of this turn. */
bool loop_ready(struct loop *l, struct loop_event *ret_event);

#endif
