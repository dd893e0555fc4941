/* SPDX-License-Identifier: MIT */
/*
 * The programs that others have run here (core/runs.h): EFFECT_RUN started,
 * read and ended, and what the engine hears of it.
 */
#ifndef APP_RUN_FRONT_H
#define APP_RUN_FRONT_H

#include "app/shell.h"

struct run_front;

/* A front end among the others, until run_front_free. */
struct run_front *run_front_new(struct shell *sh);
/* What runs is killed. NULL is fine. */
void run_front_free(struct shell *sh, struct run_front *r);

#endif
