/* SPDX-License-Identifier: MIT */
/*
 * TCP: the listeners and the connections, by the engine's connection number.
 * Nothing blocks. Output that the kernel does not take waits here, up to a
 * bound.
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include "base/addr.h"
#include "base/lang.h"
#include "net/ifaces.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TCP_QUEUE_MAX = 4 * 1024 * 1024, /* bytes waiting on one connection */
	TCP_FULL = 256 * 1024,           /* of these: wait for tcp_drained */
	TCP_BACKLOG = 128,
	TCP_LINGER_MS = 2000, /* to send the rest after tcp_close */
};

struct tcp;

/* Listens on IPv4 and IPv6 at the port where free, else at any. loopback_only:
 * nothing from outside this host is accepted. */
int tcp_open(uint16_t port, bool loopback_only, const struct lang *lang,
    struct tcp **ret_tcp, char **ret_error);
/* Listens nowhere: for connections that are dialled or adopted. */
struct tcp *tcp_new(void);
/* Neither dials nor accepts through an interface that is not named; the names
 * are borrowed for the whole life. */
void tcp_confine(struct tcp *t, const struct iface_choice *choice);
/* Closes everything at once. NULL is fine. */
void tcp_free(struct tcp *t);
/* Where we listen. */
uint16_t tcp_port(const struct tcp *t);

/* Watches the listeners, and of each connection what it waits for. */
void tcp_watch(struct tcp *t, struct loop *l, int64_t mono_ms, uint64_t tag);
/* Deadline of a lingering close; 0 when there is something for tcp_drained. */
int64_t tcp_deadline(const struct tcp *t);
/* Whether bytes of conn are wanted; at first they are. */
void tcp_set_reading(struct tcp *t, uint32_t conn, bool reading);

enum tcp_event_kind {
	TCP_ACCEPTED, /* fd and addr; tcp_adopt or tcp_refuse */
	TCP_OPENED,
	TCP_BYTES,
	TCP_ENDED,  /* where tcp_keep was called: nothing more comes, conn can
		       still be sent to; its end is not told */
	TCP_CLOSED, /* sys_errno; conn is gone */
};
struct tcp_event {
	enum tcp_event_kind kind;
	uint32_t conn;
	int fd;
	struct addr addr;
	const uint8_t *bytes; /* valid until the next call */
	size_t size;
	int sys_errno;
};
/* What a ready fd means; call until false, which it is after a bounded number
 * of events for one fd and turn. */
bool tcp_next(
    struct tcp *t, const struct loop_event *ev, struct tcp_event *ret_event);

/* Takes the fd of TCP_ACCEPTED, as conn from now on. */
void tcp_adopt(struct tcp *t, int fd, uint32_t conn);
/* Whoever has no more to say on conn may want to hear the rest. */
void tcp_keep(struct tcp *t, uint32_t conn);
/* Resets the connection of that fd. */
void tcp_refuse(struct tcp *t, int fd);
/* Gives the descriptor of conn away, the caller's from now on, and what is
 * queued on it (caller frees; NULL with size 0). It notices by itself when the
 * other end is gone. -1: it is gone already. */
int tcp_release(
    struct tcp *t, uint32_t conn, uint8_t **ret_queued, size_t *ret_size);
/* Starts to connect; TCP_OPENED or TCP_CLOSED follows, also for an immediate
 * failure (then through tcp_failed). */
void tcp_dial(struct tcp *t, uint32_t conn, const struct addr *to);
/* Dials that failed at once and connections that overflowed: pull until
 * false. */
bool tcp_failed(struct tcp *t, struct tcp_event *ret_event);
/* Copies the bytes. Nothing happens for a conn that is gone. */
void tcp_send(struct tcp *t, uint32_t conn, const uint8_t *p, size_t n);
/* Connections that were given more than TCP_FULL since the last time, and have
 * less than that waiting now: pull until 0. */
uint32_t tcp_drained(struct tcp *t);
/* Bytes that wait on conn; 0 when it is gone. */
size_t tcp_queued(const struct tcp *t, uint32_t conn);
/* Sends what waits for at most TCP_LINGER_MS, then closes; no event follows. */
void tcp_close(struct tcp *t, uint32_t conn, int64_t mono_ms);
/* True while something still lingers. */
bool tcp_is_busy(const struct tcp *t);

#endif
