/* SPDX-License-Identifier: MIT */
/*
 * The files that go and come: the engine's effects about them, executed, and
 * what it asked for, a little each turn.
 */
#ifndef APP_FILES_H
#define APP_FILES_H

#include "core/engine.h"

#include <stdbool.h>
#include <stdint.h>

struct files;
struct loop;
struct shell;

struct files *files_new(void);
/* What is not complete is removed. NULL is fine. */
void files_free(struct files *f);

/* EFFECT_FILE_STAT, _SOURCE_… and _SINK_…. While effects are drained: what
 * there is to tell the engine waits for files_turn. */
void files_run(struct shell *sh, const struct effect *effect);

/* Does a little of what there is to do, and tells the engine. */
void files_turn(struct shell *sh);
/* What there is to wait for; files_turn knows what came. */
void files_watch(const struct shell *sh, struct loop *l, uint64_t tag);
/* 0 while something can go on at once; else NEVER_MS. */
int64_t files_deadline(const struct shell *sh);

#endif
