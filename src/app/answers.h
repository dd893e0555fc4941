/* SPDX-License-Identifier: MIT */
/*
 * What the user asks of the history: the question goes through the engine, as
 * every command does, and comes out as EFFECT_QUERY; the answer is given to the
 * front end, or into the conversation where it was asked.
 */
#ifndef APP_ANSWERS_H
#define APP_ANSWERS_H

#include "app/shell.h"

/* Not while effects are drained: answering is a command of its own. */
void answers_give(struct shell *sh, const struct effect *query);

#endif
