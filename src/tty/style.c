/* SPDX-License-Identifier: MIT */
/*
 * Two looks for each role: with colours, and where there are none. No state is
 * told by colour alone, so the second is not poorer in meaning. Quiet text is
 * A_DIM and not "bright black": a popular palette makes that colour equal to
 * the background, and the text vanishes; dim text is at worst not dim.
 */
#include "tty/style.h"

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <curses.h>

enum { DEFAULT = -1, BRIGHT = 8 };

static const struct role {
	attr_t mono;
	attr_t attrs;
	short fg, bg;
} roles[STYLE_COUNT] = {
	[STYLE_NORMAL] = { A_NORMAL, A_NORMAL, DEFAULT, DEFAULT },
	[STYLE_DIM] = { A_DIM, A_DIM, DEFAULT, DEFAULT },
	[STYLE_BOLD] = { A_BOLD, A_BOLD, DEFAULT, DEFAULT },
	[STYLE_BAR] = { A_REVERSE, A_REVERSE, DEFAULT, DEFAULT },
	[STYLE_BAR_ALERT] = { A_REVERSE | A_BOLD, A_BOLD, COLOR_BLACK,
	    COLOR_YELLOW },
	[STYLE_RULE] = { A_DIM, A_DIM, DEFAULT, DEFAULT },
	[STYLE_MARKER] = { A_BOLD, A_BOLD, COLOR_RED, DEFAULT },
	[STYLE_SELECTED] = { A_REVERSE, A_REVERSE, DEFAULT, DEFAULT },
	[STYLE_ERROR] = { A_BOLD, A_BOLD, COLOR_RED, DEFAULT },
	[STYLE_INFO] = { A_NORMAL, A_NORMAL, COLOR_CYAN, DEFAULT },
	[STYLE_ONLINE] = { A_BOLD, A_NORMAL, COLOR_GREEN, DEFAULT },
	[STYLE_AWAY] = { A_NORMAL, A_NORMAL, COLOR_YELLOW, DEFAULT },
	[STYLE_OFFLINE] = { A_DIM, A_DIM, DEFAULT, DEFAULT },
	[STYLE_UNREAD] = { A_BOLD, A_BOLD, COLOR_YELLOW, DEFAULT },
	[STYLE_PUBLIC] = { A_UNDERLINE, A_BOLD, COLOR_MAGENTA, DEFAULT },
	[STYLE_SECURE] = { A_NORMAL, A_NORMAL, COLOR_GREEN, DEFAULT },
	[STYLE_INSECURE] = { A_BOLD | A_UNDERLINE, A_BOLD, COLOR_RED, DEFAULT },
	[STYLE_FOUND] = { A_REVERSE, A_BOLD, COLOR_BLACK, COLOR_YELLOW },
	[STYLE_OWN] = { A_BOLD, A_BOLD, DEFAULT, DEFAULT },
	/* No red, which is for errors, and plain blue is too dark on black. */
	[STYLE_NICK_0] = { A_BOLD, A_NORMAL, COLOR_CYAN, DEFAULT },
	[STYLE_NICK_0 + 1] = { A_BOLD, A_NORMAL, COLOR_GREEN, DEFAULT },
	[STYLE_NICK_0 + 2] = { A_BOLD, A_NORMAL, COLOR_MAGENTA, DEFAULT },
	[STYLE_NICK_0 + 3] = { A_BOLD, A_NORMAL, COLOR_YELLOW, DEFAULT },
	[STYLE_NICK_0 + 4] = { A_BOLD, A_NORMAL, COLOR_BLUE + BRIGHT, DEFAULT },
	[STYLE_NICK_0 + 5] = { A_BOLD, A_BOLD, COLOR_CYAN, DEFAULT },
	[STYLE_NICK_0 + 6] = { A_BOLD, A_BOLD, COLOR_GREEN, DEFAULT },
	[STYLE_NICK_LAST] = { A_BOLD, A_BOLD, COLOR_MAGENTA, DEFAULT },
};

static struct look
coloured(short pair, const struct role *role)
{
	struct look look = { .attrs = role->attrs };
	short fg = role->fg;

	if (fg == DEFAULT && role->bg == DEFAULT)
		return look;
	if (fg >= COLORS) {
		/* Eight colours: bold is the brighter one there. */
		fg = (short)(fg - BRIGHT);
		look.attrs |= A_BOLD;
	}
	if (init_pair(pair, fg, role->bg) == OK)
		look.pair = pair;
	else
		look.attrs = role->mono;
	return look;
}

void
style_init(bool no_color, struct look out[static STYLE_COUNT])
{
	bool colour = !no_color && has_colors() && start_color() == OK &&
		      use_default_colors() == OK;

	for (short i = 0; i < STYLE_COUNT; i++)
		out[i] = colour ? coloured((short)(i + 1), &roles[i])
				: (struct look){ .attrs = roles[i].mono };
}
