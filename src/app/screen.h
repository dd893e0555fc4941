/* SPDX-License-Identifier: MIT */
/*
 * The full screen: terminal, key decoder and views joined to a shell.
 */
#ifndef APP_SCREEN_H
#define APP_SCREEN_H

#include "app/shell.h"

/* Runs until the user leaves. 0, or an error and its sentence (caller frees)
 * when the terminal cannot be used. */
int screen_run(struct shell *sh, char **ret_error);

#endif
