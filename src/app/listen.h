/* SPDX-License-Identifier: MIT */
/*
 * earshot listen: what comes to a port is printed, or answered by a program.
 * No home, no identity, nothing of the chat.
 */
#ifndef APP_LISTEN_H
#define APP_LISTEN_H

#include "app/options.h"

/* The status to exit with; a sentence (caller frees) where it is not
 * EXIT_DONE. */
int listen_run(const struct options *o, char **ret_error);

#endif
