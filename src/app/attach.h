/* SPDX-License-Identifier: MIT */
/*
 * The terminal of this process for a running earshot of the same home, as
 * another screen of it.
 */
#ifndef APP_ATTACH_H
#define APP_ATTACH_H

#include "app/options.h"

enum { ATTACH_NOBODY = -1 /* none runs that could be attached to */ };

/* Until it is left, or earshot ends: the status to exit with, and a sentence
 * (caller frees) where that is not EXIT_DONE. Or ATTACH_NOBODY. */
int attach_run(const struct options *o, char **ret_error);
/* The same of one that is just starting or ending: waits a moment for it. */
int attach_wait(const struct options *o, char **ret_error);

#endif
