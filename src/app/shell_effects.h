/* SPDX-License-Identifier: MIT */
/*
 * What the engine asks for, done; and what people are told of it.
 */
#ifndef APP_SHELL_EFFECTS_H
#define APP_SHELL_EFFECTS_H

#include "app/shell.h"

/* Does what is asked for; the reports among it stay for shell_tell. */
void shell_run_effects(struct shell *sh);

/* Bytes that the engine does not want now stay in the socket. */
void shell_pause_if_full(struct shell *sh, uint32_t conn);
/* Until it does. */
void shell_resume_paused(struct shell *sh);
/* The connection is gone. */
void shell_forget_paused(struct shell *sh, uint32_t conn);

#endif
