/* SPDX-License-Identifier: MIT */
/*
 * Keeps connections to the interfaces that the user named. Without names
 * everything is allowed, as the system would do it.
 */
#ifndef NET_CONFINE_H
#define NET_CONFINE_H

#include "base/addr.h"
#include "net/ifaces.h"

#include <stdbool.h>

/* For a new socket, before it connects: 0, or an errno where the way to that
 * address leads through an interface that was not named. */
int confine_dial(
    const struct iface_choice *choice, int fd, const struct addr *to);
/* Whether a datagram to that address leaves by a named interface, as far as the
 * system chooses. */
bool confine_sends(const struct iface_choice *choice, const struct addr *to);
/* Whether a connection came in for an address of a named interface. */
bool confine_accepts(const struct iface_choice *choice, int fd);

#endif
