/* SPDX-License-Identifier: MIT */
/*
 * What there is help on: what to begin with, and everything in the tables of
 * commands, keys and settings.
 */
#ifndef UI_HELP_H
#define UI_HELP_H

#include "core/settings.h"
#include "ui/commands.h"
#include "ui/keymap.h"

#include <stdbool.h>
#include <stddef.h>

enum help_kind { HELP_KEY, HELP_VERB, HELP_COMMAND, HELP_SETTING };

struct verb;

struct help_entry {
	enum help_kind kind;
	const char *group;               /* to be translated */
	const char *gloss;               /* the same */
	const struct keymap_row *row;    /* HELP_KEY */
	const struct command_spec *spec; /* HELP_COMMAND */
	const struct setting *setting;   /* HELP_SETTING */
	const struct verb *verb; /* HELP_VERB: a letter in message mode */
};

/* Entry number i, groups standing together; false behind the last. */
bool help_at(size_t i, struct help_entry *ret_entry);
/* What stands before the gloss: its keys, "/msg WHO TEXT", "look.theme". The
 * caller frees. */
char *help_head(const struct keymap *km, const struct help_entry *entry);
/* A second example, and what goes with a command: names of actions and
 * settings, parted by blanks; NULL: nothing. */
struct help_more {
	const char *command;
	const char *example;
	const char *actions;
	const char *settings;
};
const struct help_more *help_more(const char *command);
const struct help_more *help_more_at(size_t i); /* NULL behind the last */

#endif
