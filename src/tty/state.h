/* SPDX-License-Identifier: MIT */
#ifndef TTY_STATE_H
#define TTY_STATE_H

#include "tty/ahead.h"
#include "tty/out.h"
#include "tty/paint.h"
#include "tty/theme.h"
#include "tty/tty.h"

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <stdbool.h>

enum {
	TITLE_MAX = sizeof(((struct grid *)NULL)->title),
};

struct tty {
	SCREEN *screen;
	struct out out;
	int in; /* is read without waiting; -1: standard input may wait */
	struct paint paint;
	struct tty_cfg cfg;
	struct facts facts;
	struct theme theme;
	int colours;
	bool has_title; /* and so OSC */
	bool is_utf8;   /* the user's locale */
	bool wide;      /* curses can write it, too */
	unsigned asks;
	bool is_bare; /* the screen of the shell is shown */
	int rows, cols;
	struct cell *shown; /* rows * cols as on the screen; NULL: unknown */
	int shown_row, shown_col;
	struct ahead ahead;
	char title[TITLE_MAX];
	size_t frame_size; /* bytes of the last */
	bool modes_due;    /* the terminal may have lost our modes */
	bool has_corner;   /* see corner.h */
	bool wrote_corner; /* since all was painted anew */
	bool rang;         /* for a frame that was not taken whole */
};

/* What is on the screen is not known any more: the next frame is painted from
 * nothing. */
void tty_forget(struct tty *t);

#endif
