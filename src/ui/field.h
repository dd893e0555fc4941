/* SPDX-License-Identifier: MIT */
/*
 * A line beside the draft: what is looked for, a filter, an answer. It is
 * edited with the keys of the draft, and stays one line.
 */
#ifndef UI_FIELD_H
#define UI_FIELD_H

#include "ui/edit.h"
#include "ui/keymap.h"

#include <stdbool.h>

/* A key that types or edits; false: it means nothing there. */
bool field_type(
    const struct keymap *keys, struct edit *line, const struct key *key);

#endif
