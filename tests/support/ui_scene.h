/* SPDX-License-Identifier: MIT */
/*
 * A screen with a model behind it that does what the engine would do with the
 * commands that come out, as far as a screen shows it.
 */
#ifndef UI_SCENE_H
#define UI_SCENE_H

#include "core/command.h"
#include "core/model.h"
#include "ui/grid.h"
#include "ui/key.h"
#include "ui/ui.h"

#include <stdbool.h>
#include <stddef.h>

enum { SCENE_COMMANDS_MAX = 64 };

struct scene {
	struct model *m;
	struct ui *ui;
	struct grid grid;
	struct now now;
	/* The newest commands, oldest first; owned. */
	struct command commands[SCENE_COMMANDS_MAX];
	size_t command_count;
};

struct scene *scene_new(bool ascii, bool first_start);
void scene_free(struct scene *s);
void scene_forget(struct scene *s);
/* One key, and what comes of it. */
void scene_key(struct scene *s, uint32_t code, unsigned mods);
/* Each character a key; \n is Enter. */
void scene_type(struct scene *s, const char *text);
void scene_paste(struct scene *s, const char *text, size_t size);
/* Draws at a size and pulls what is pending. */
void scene_draw(struct scene *s, int rows, int cols);
/* The last command, or NULL. */
const struct command *scene_last(const struct scene *s);

#endif
