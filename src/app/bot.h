/* SPDX-License-Identifier: MIT */
/*
 * The people of the demo: real peers with a simple mind.
 */
#ifndef APP_BOT_H
#define APP_BOT_H

#include "app/shell.h"

struct bot {
	const char *name;
	const char *greeting; /* said to everyone who is no bot; or NULL */
	const char *away;     /* is away with this status; or NULL */
	const char *shout;    /* shouts this now and then; or NULL */
	bool echo;
};

const struct bot *bots(size_t *ret_count);
/* Runs until a signal ends it. */
void bot_run(struct shell *sh, const struct bot *bot);

#endif
