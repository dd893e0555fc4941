/* SPDX-License-Identifier: MIT */
/*
 * "s/old/new/": what was said last with something else in it, as sed and many
 * a chat have it.
 */
#ifndef UI_SUBSTITUTE_H
#define UI_SUBSTITUTE_H

#include "core/command.h"
#include "core/model.h"

#include <stdbool.h>

/* True when the line is of that shape and our newest text in c has the old in
 * it: then *ret_cmd edits that. Any other line is text like all text. */
bool substitute_parse(
    const struct conv *c, const char *line, struct command *ret_cmd);

#endif
