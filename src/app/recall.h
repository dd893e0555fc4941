/* SPDX-License-Identifier: MIT */
/*
 * earshot log: what was said, out of the database, also beside a running
 * instance. No lock, no network, no identity.
 */
#ifndef APP_RECALL_H
#define APP_RECALL_H

#include "app/options.h"

/* The status to exit with; a sentence (caller frees) where it is not
 * EXIT_DONE. */
int recall_run(const struct options *o, char **ret_error);

#endif
