/* SPDX-License-Identifier: MIT */
/*
 * The words of the command line that ask a running earshot, or one that is
 * started for them: who, send, shout, receive, listen, info, id, set,
 * doctor.
 */
#ifndef APP_VERBS_H
#define APP_VERBS_H

#include "app/options.h"

/* The exit status; with a sentence (caller frees) where there is one to say. */
int verbs_run(const struct options *o, char **ret_error);

#endif
