/* SPDX-License-Identifier: MIT */
/*
 * The last cells of the screen. Where an entry of the terminal database does
 * not tell how wrapping is switched off, and those of tmux and screen do not,
 * curses writes the last cell one column before and inserts what stands there.
 * Beside a wide character it does so even when the last cell is empty, and
 * tears it apart. So curses never learns what is there, and we write it.
 */
#ifndef TTY_CORNER_H
#define TTY_CORNER_H

#include "ui/grid.h"

#include <stdbool.h>

struct tty;

/* After newterm: this terminal is such a one, and does not scroll when its last
 * cell is written. */
bool corner_is_kept(void);
/* The last row as curses is to see it; out has room for it. */
void corner_blank(const struct cell *row, int cols, struct cell *out);
/* After refresh: writes the cells, and the cursor goes where curses left it. */
void corner_write(struct tty *t);

#endif
