/* SPDX-License-Identifier: MIT */
/*
 * The interfaces of this machine and their changes (netlink on Linux).
 */
#ifndef NET_IFACES_H
#define NET_IFACES_H

#include "base/iface.h"

#include <stdbool.h>
#include <stddef.h>

/* Interfaces named here are used and no others; none named: every suitable
 * one, and loopback always. */
struct iface_choice {
	char *const *names; /* borrowed */
	size_t count;
};

/* Fills at most IFACES_MAX; returns how many. */
size_t ifaces_list(
    const struct iface_choice *choice, struct iface out[static IFACES_MAX]);

/* The same in the same order. */
bool ifaces_equal(
    const struct iface *a, size_t an, const struct iface *b, size_t bn);

/* An fd that becomes readable when interfaces or addresses change; -1 where
 * the system has none. */
int ifaces_watch_open(void);
/* Reads all that is there; true when something relevant changed. */
bool ifaces_watch_read(int fd);

#endif
