/* SPDX-License-Identifier: MIT */
/*
 * --replay FILE: prints a record, and what an engine makes of it.
 */
#ifndef APP_REPLAY_H
#define APP_REPLAY_H

#include "app/options.h"
#include "core/replay.h"

#include <jansson.h>

/* The status to exit with; a sentence (caller frees) where it is not
 * EXIT_DONE. */
int replay_run(const struct options *o, char **ret_error);

/* replay_show.c: what is printed; each returns an event (caller: json_decref),
 * or NULL. */
json_t *replay_show_entry(
    const struct replay *r, const struct record_entry *entry);
json_t *replay_show_effect(const struct replay *r, const struct effect *effect);
/* What it came to: discovery, and each interface (index counts them; NULL
 * behind the last). */
json_t *replay_show_sum(const struct replay *r);
json_t *replay_show_traffic(const struct replay *r, size_t index);
/* As a line for people (caller frees). */
char *replay_line(const json_t *event);

#endif
