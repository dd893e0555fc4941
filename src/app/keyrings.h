/* SPDX-License-Identifier: MIT */
/*
 * The keys of IP Messenger: read, or made. To make them takes up to half a
 * second, which somebody who has just typed a command waits, and a start does
 * not: then they are made later, while nothing happens.
 */
#ifndef APP_KEYRINGS_H
#define APP_KEYRINGS_H

#include "app/shell.h"

/* EFFECT_KEYS. */
void keyrings_give(struct shell *sh, const struct effect *effect);
/* Once a turn: what is due, and while nothing happens. */
void keyrings_tick(struct shell *sh);

#endif
