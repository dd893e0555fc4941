/* SPDX-License-Identifier: MIT */
/*
 * The full screen on the terminal of another process, which came through the
 * control socket. It has a screen of its own, and the model of all.
 */
#ifndef APP_SCREEN_FAR_H
#define APP_SCREEN_FAR_H

#include "app/shell.h"
#include "base/buf.h"

#include <stdbool.h>

/* A front end that frees itself when its terminal leaves, and takes itself off
 * sh->control_clients. Takes fd and what both buffers hold: bytes that came,
 * and such that are to go before anything else. */
void screen_far_new(
    struct shell *sh, int fd, struct buf *input, struct buf *output);
/* All are told that earshot ends. */
void screen_far_end(struct shell *sh);

#endif
