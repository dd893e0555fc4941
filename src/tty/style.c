/* SPDX-License-Identifier: MIT */
/*
 * Pairs are made of the colours a terminal has; the colours themselves are the
 * user's and are never redefined.
 */
#include "tty/style.h"

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <curses.h>

static unsigned
curses_attrs(unsigned attrs)
{
	static const struct {
		unsigned ours;
		attr_t theirs;
	} table[] = {
		{ THEME_BOLD, A_BOLD },
		{ THEME_DIM, A_DIM },
		{ THEME_REVERSE, A_REVERSE },
		{ THEME_UNDERLINE, A_UNDERLINE },
	};
	attr_t out = A_NORMAL;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if ((attrs & table[i].ours) != 0)
			out |= table[i].theirs;
	return out;
}

int
style_colours(void)
{
	bool coloured =
	    has_colors() && start_color() == OK && use_default_colors() == OK;

	return coloured ? COLORS : 0;
}

void
style_init(
    const struct theme *t, int colours, struct look out[static STYLE_COUNT])
{
	struct tint tints[STYLE_COUNT];

	theme_tints(t, colours, tints);
	for (short i = 0; i < STYLE_COUNT; i++) {
		const struct tint *tint = &tints[i];
		short pair = (short)(i + 1);
		out[i] = (struct look){ .attrs = curses_attrs(tint->attrs) };
		if (tint->fg == THEME_DEFAULT && tint->bg == THEME_DEFAULT)
			continue;
		/* Without its colour it must still be told from others. */
		if (init_pair(pair, tint->fg, tint->bg) == OK)
			out[i].pair = pair;
		else
			out[i].attrs |= A_BOLD;
	}
}
