/* SPDX-License-Identifier: MIT */
/*
 * When what changed goes to the store (store/db.h).
 */
#ifndef APP_SHELL_STORE_H
#define APP_SHELL_STORE_H

#include "app/shell.h"

/* EFFECT_STORE; change is borrowed until the next commit. */
void shell_keep(struct shell *sh, const struct change *change);
/* Gives the store all that was kept; it is not committed yet. */
void shell_store(struct shell *sh);
/* At the end of a turn, where it is due: after it what the engine held back
 * goes out. */
void shell_commit(struct shell *sh);
/* What the store has to do by itself, while nobody waits. */
void shell_maintain(struct shell *sh);

#endif
