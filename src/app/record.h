/* SPDX-License-Identifier: MIT */
/*
 * --record FILE: what goes into the engine and comes out of it, into a file
 * that can be given away (core/record.h).
 */
#ifndef APP_RECORD_H
#define APP_RECORD_H

#include "app/shell.h"

struct recorder;

/* Makes the file, for the engine that is made next. 0, or an error and its
 * sentence (caller frees). */
int recorder_open(struct shell *sh, const char *path, char **ret_error);
/* The front ends are there: from now on what was recorded is written with each
 * turn, and they hear of it when it ends early. */
void recorder_start(struct shell *sh);
/* Writes the rest of what the engine has for it. A record that never began
 * leaves no file. */
void recorder_close(struct shell *sh);

#endif
