/* SPDX-License-Identifier: MIT */
/*
 * Who has a port of this machine (procfs of Linux; not known elsewhere).
 */
#ifndef NET_PORT_OWNER_H
#define NET_PORT_OWNER_H

#include <stdbool.h>
#include <stdint.h>

enum { PORT_OWNER_WORD = 64 };

enum port_held {
	PORT_HELD_UNKNOWN, /* it cannot be found out here */
	PORT_HELD_NOT,
	PORT_HELD_ANON, /* by a process of another user: root would know */
	PORT_HELD,      /* pid and command are set */
};

struct port_owner {
	enum port_held held;
	uint32_t uid; /* unless it is free, or not known */
	bool self;    /* this process has it, too, or alone */
	int64_t pid;
	char command[PORT_OWNER_WORD]; /* as it calls itself: not clean */
	char user[PORT_OWNER_WORD];    /* "": has no name here; not clean */
};

/* Of those who have it, one that is not us before ourselves. For TCP: who
 * listens there. */
struct port_owner port_owner_find(bool tcp, uint16_t port);

#endif
