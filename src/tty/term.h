/* SPDX-License-Identifier: MIT */
/*
 * Which entry of the terminal database fits this terminal.
 */
#ifndef TTY_TERM_H
#define TTY_TERM_H

#include "base/lang.h"

#include <stdbool.h>
#include <stddef.h>

enum { TERM_NAME_MAX = 64 };

/*
 * From the value of $TERM (may be NULL): the name of an entry that exists and
 * can place text. 0, or a negative enum err and its sentence (caller frees).
 */
int term_choose(const struct lang *l, const char *term,
    char ret_name[static TERM_NAME_MAX], char **ret_error);
/* Whether a terminal of that $TERM takes window titles; to others, the
 * sequence would be text. */
bool term_has_title(const char *term);
/* What it can be asked without the question being text: enum probe_ask, of
 * ui/probe.h. */
unsigned term_asks(const char *term);
/* After newterm: what resets the palette of this terminal; NULL. */
const char *term_palette_reset(void);
/* "WHAT; THEN" as a new string: why the full screen is not to be had. */
char *term_error(const struct lang *l, const char *what);

#endif
