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
struct shell;

struct files *files_new(void);
/* What is not complete is removed. NULL is fine. */
void files_free(struct files *f);

/* EFFECT_FILE_STAT, _SOURCE_… and _SINK_…. While effects are drained: what
 * there is to tell the engine waits for files_next. */
void files_run(struct shell *sh, struct files *f, const struct effect *effect);

enum files_kind { FILES_STAT, FILES_SOURCE, FILES_SINK };
/* What the engine is to be told. */
struct files_event {
	enum files_kind kind;
	uint32_t token;
	const struct file_info *info;
	struct file_piece piece;
	const char *path, *error;
};
/* A turn of reading begins: each source may go so far. */
void files_begin(struct files *f);
/* Pull until false; valid until the next call. */
bool files_next(struct shell *sh, struct files *f, struct files_event *ret_ev);
/* 0 while something can go on at once; else NEVER_MS. */
int64_t files_deadline(const struct shell *sh, const struct files *f);

#endif
