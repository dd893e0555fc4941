/* SPDX-License-Identifier: MIT */
/*
 * /export: a long history is written a little each turn, and whoever types
 * meanwhile does not notice.
 */
#ifndef APP_EXPORTS_H
#define APP_EXPORTS_H

#include "core/engine.h"

#include <stdbool.h>

struct shell;

enum { EXPORTS_MAX = 4 /* that are written at the same time */ };

/* QUESTION_EXPORT, of all that was said and done up to now: it is committed
 * first. How it went is told where it was asked. */
void exports_begin(struct shell *sh, const struct effect *query);
/* While it is so, the loop goes on, also when everything else is over. */
bool exports_are_busy(const struct shell *sh);
/* Nobody wants to wait any more: what is not whole is given up, what waits for
 * the disk gets its name without us, and either is told. */
void exports_stop(struct shell *sh);

#endif
