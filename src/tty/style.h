/* SPDX-License-Identifier: MIT */
/*
 * How each style role looks on this terminal. Only the terminal's own default
 * colours and the sixteen it names are used, never a palette of ours.
 */
#ifndef TTY_STYLE_H
#define TTY_STYLE_H

#include "ui/grid.h"

#include <stdbool.h>

struct look {
	unsigned attrs; /* of curses, without a colour */
	short pair;
};

/* After newterm. Makes the colour pairs, unless no_color or there are none. */
void style_init(bool no_color, struct look out[static STYLE_COUNT]);

#endif
