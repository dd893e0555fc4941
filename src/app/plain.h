/* SPDX-License-Identifier: MIT */
/*
 * The front end without a screen: commands in on standard input, events out on
 * standard output, a line each.
 */
#ifndef APP_PLAIN_H
#define APP_PLAIN_H

#include "app/shell.h"

#include <stdbool.h>

/* Runs until /quit, a signal, or the end of the input; then waits a while for
 * what is not delivered. Closes the shell before it prints the rest, which may
 * wait for a reader. EXIT_DONE, or EXIT_FAILED when something was not delivered
 * or not printed. */
int plain_run(struct shell *sh, bool json);

#endif
