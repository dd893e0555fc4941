/* SPDX-License-Identifier: MIT */
/*
 * earshot without a front end: there for others, and for the control socket.
 */
#ifndef APP_HEADLESS_H
#define APP_HEADLESS_H

#include "app/shell.h"

/* Runs until it is told to leave. guest: a stream of who it is run for, and
 * with whose leaving it ends, unless others came meanwhile; -1: nobody. Returns
 * the exit status. */
int headless_run(struct shell *sh, int guest);

#endif
