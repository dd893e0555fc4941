/* SPDX-License-Identifier: MIT */
/*
 * Between the engine and the thread that moves files (app/mover.h).
 */
#ifndef APP_SHELL_MOVES_H
#define APP_SHELL_MOVES_H

#include "app/shell.h"

/* A transfer is gone on with by a run that was started elsewhere, too: its
 * paths are absolute. */
void shell_moves_name(struct command *cmd);
/* A COMMAND_GET to where nothing can be put becomes the COMMAND_ERROR that says
 * so: what is offered stays offered. */
void shell_moves_check(struct command *cmd);
/* EFFECT_MOVE, EFFECT_MOVE_STOP, EFFECT_PART_DROP. */
void shell_moves_run(struct shell *sh, const struct effect *effect);
/* A transfer is new, or in another state: the thread may be needed. */
void shell_moves_warm(struct shell *sh, const struct effect *effect);
void shell_moves_watch(const struct shell *sh, struct loop *l, uint64_t tag);
/* Tells the engine what the thread reported. */
void shell_moves_turn(struct shell *sh);

#endif
