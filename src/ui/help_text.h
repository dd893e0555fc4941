/* SPDX-License-Identifier: MIT */
/*
 * Lines of the help, from the tables of commands and keys.
 */
#ifndef UI_HELP_TEXT_H
#define UI_HELP_TEXT_H

#include "ui/commands.h"
#include "ui/keymap.h"
#include "ui/str.h"

enum { HELP_HEAD_CELLS = 22 };

#define HELP_WHO \
	"WHO is a name, the start of one, name.tag or a fingerprint; a name " \
	"with blanks goes in \"quotes\"."

void help_add_command(struct str *s, const struct command_spec *spec);
void help_add_keys(struct str *s, const struct keymap_row *row);

#endif
