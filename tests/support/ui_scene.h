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

enum {
	SCENE_COMMANDS_MAX = 64,
	SCENE_PAGE = 50, /* messages that COMMAND_OLDER gives */
};

struct scene {
	struct model *m;
	struct ui *ui;
	struct grid grid;
	struct now now;
	/* The newest commands, oldest first; owned. */
	struct command commands[SCENE_COMMANDS_MAX];
	size_t command_count;
	/* The store: theirs of one conversation, rows 1 .. stored not loaded
	 * yet, of which those from unread on were never read. */
	uint32_t stored_conv;
	unsigned stored, unread;
	bool slow; /* scene_load answers */
};

struct scene *scene_new(bool ascii, bool first_start);
void scene_free(struct scene *s);
void scene_forget(struct scene *s);
/* An earlier run left so many messages of theirs, the newest of them unread. */
void scene_store(
    struct scene *s, struct peer *peer, unsigned count, unsigned unread);
void scene_load(struct scene *s);
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
