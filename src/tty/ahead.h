/* SPDX-License-Identifier: MIT */
/*
 * A letter typed at the cursor is written at once, ahead of curses, which makes
 * the same byte of it with the next frame, in more time than the rest of the
 * way takes. That byte is compared and not written again.
 */
#ifndef TTY_AHEAD_H
#define TTY_AHEAD_H

#include "ui/grid.h"

#include <stdbool.h>

struct tty;

struct ahead {
	bool ready;  /* at the cursor that is shown */
	int waiting; /* so many before the cursor curses has not had */
	bool never;  /* curses has another way on this terminal */
};

/* After a frame: whether a letter may go ahead of the next one. */
void ahead_prepare(struct tty *t);
/* The cell before the grid's cursor, when that is one behind the cursor that is
 * shown: true when it is among what is to be sent. */
bool ahead_write(struct tty *t, const struct grid *g);
/* Lets curses have those that wait, before it is given anything else. */
void ahead_settle(struct tty *t);

#endif
