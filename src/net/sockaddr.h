/* SPDX-License-Identifier: MIT */
/*
 * Between struct addr and what the socket calls take, and the small things
 * every socket here needs.
 */
#ifndef NET_SOCKADDR_H
#define NET_SOCKADDR_H

#include "base/addr.h"

#include <stdbool.h>
#include <sys/socket.h>

/* Returns the size to hand to the kernel; 0 for ADDR_NONE. */
socklen_t sockaddr_of(const struct addr *a, struct sockaddr_storage *out);
/* ADDR_NONE for other families; a mapped address becomes plain IPv4. */
struct addr sockaddr_addr(const struct sockaddr *sa);
/* The wildcard, or the loopback address, of a family. */
struct addr sockaddr_local(
    enum addr_family family, bool loopback, uint16_t port);
/* The port a socket is bound to. */
uint16_t sockaddr_port(int fd);

/* A non-blocking, close-on-exec socket; an IPv6 one takes IPv6 only. -1 with
 * errno. */
int socket_new(enum addr_family family, int type);
/* Closes and keeps errno; -1 is allowed. */
void socket_close(int fd);
/* Sets an option of type int; errors are for the caller to ignore. */
int socket_set(int fd, int level, int option, int value);

/* "WHAT: reason of the errno; THEN" as a new string. */
char *net_error(const char *what, int sys_errno, const char *then);

#endif
