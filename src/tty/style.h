/* SPDX-License-Identifier: MIT */
/*
 * How each style role looks on this terminal, in the words of curses.
 */
#ifndef TTY_STYLE_H
#define TTY_STYLE_H

#include "tty/theme.h"
#include "ui/grid.h"

struct look {
	unsigned attrs; /* of curses, without a colour */
	short pair;
};

/* After newterm, once: how many colours there are, 0 for none. */
int style_colours(void);
/* Whenever the theme changes. */
void style_init(
    const struct theme *t, int colours, struct look out[static STYLE_COUNT]);

#endif
