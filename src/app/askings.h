/* SPDX-License-Identifier: MIT */
/*
 * What the engine asks of the store and the settings: EFFECT_LOAD,
 * EFFECT_QUERY, EFFECT_SETTING and EFFECT_KEYS.
 */
#ifndef APP_ASKINGS_H
#define APP_ASKINGS_H

#include "core/engine.h"

struct shell;

/* Keeps it until the effects are drained. */
void askings_keep(struct shell *sh, const struct effect *effect);
/* Answers what was kept; what was stored before it is in the database. */
void askings_answer(struct shell *sh);

#endif
