/* SPDX-License-Identifier: MIT */
/*
 * The control socket: other programs of this user speak to a running earshot
 * in the lines of --plain --json. doc/CONTROL.
 */
#ifndef APP_CONTROL_H
#define APP_CONTROL_H

#include "app/shell.h"

#include <stdbool.h>

enum {
	CONTROL_CLIENTS_MAX = 128,
	/* What may wait for a client that does not read. */
	CONTROL_OUTPUT_MAX = 1024 * 1024,
};

struct control;

/* Listens in the runtime directory of the home; where that cannot be, earshot
 * does without, and its log says why. */
void control_start(struct shell *sh);
/* Takes fd, a stream of somebody who is to be trusted, as a client. */
void control_adopt(struct shell *sh, int fd);
/* What waits for clients is written, and all are closed. */
void control_end(struct shell *sh);

#endif
