/* SPDX-License-Identifier: MIT */
/*
 * How present somebody is: a hint from discovery, or proven by a session.
 */
#ifndef PROTO_PRESENCE_H
#define PROTO_PRESENCE_H

enum presence {
	PRESENCE_OFFLINE,
	PRESENCE_STALE, /* expected to have announced by now */
	PRESENCE_AWAY,
	PRESENCE_ONLINE,
};

/* The word of the screen and of --json: "online", "away", … */
const char *presence_text(enum presence p);

#endif
