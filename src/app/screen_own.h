/* SPDX-License-Identifier: MIT */
/*
 * The full screen on the terminal of this process.
 */
#ifndef APP_SCREEN_OWN_H
#define APP_SCREEN_OWN_H

#include "app/shell.h"

/* Runs until it is left. 0, or an error and its sentence (caller frees) where
 * there can be none. */
int screen_run(struct shell *sh, char **ret_error);

#endif
