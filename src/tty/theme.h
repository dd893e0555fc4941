/* SPDX-License-Identifier: MIT */
/*
 * The colours and attributes of each style role: which theme, with how many
 * colours, on which background. Numbers only; style.h makes them looks.
 */
#ifndef TTY_THEME_H
#define TTY_THEME_H

#include "tty/tty.h"
#include "ui/grid.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	THEME_DEFAULT = -1, /* the terminal's own colour */
	THEME_NICKS = STYLE_NICK_LAST - STYLE_NICK_0 + 1,
};

/* Of the attributes; the values are ours. */
enum theme_attr {
	THEME_BOLD = 1 << 0,
	THEME_DIM = 1 << 1,
	THEME_REVERSE = 1 << 2,
	THEME_UNDERLINE = 1 << 3,
};

/* What is known of the background before a theme is chosen. */
struct backdrop {
	const char *colorfgbg; /* the environment's; NULL */
	bool asked;            /* the terminal said which colour it is */
	uint32_t rgb;
};

struct theme {
	bool coloured;
	bool light;
	bool strong;       /* high contrast */
	uint32_t backdrop; /* RRGGBB, a guess where it is not known */
};

struct tint {
	unsigned attrs; /* enum theme_attr */
	short fg, bg;   /* of 256, or THEME_DEFAULT */
};

/* By the setting, else COLORFGBG, else what the terminal said, else dark. */
struct theme theme_choose(
    enum tty_theme setting, bool no_color, const struct backdrop *b);
bool theme_equal(const struct theme *a, const struct theme *b);
/* All roles, with at most so many colours; below 8 there are none. */
void theme_tints(
    const struct theme *t, int colours, struct tint out[static STYLE_COUNT]);

/* RRGGBB of number 0 .. 255, as xterm has them. */
uint32_t theme_rgb(short colour);
/* How well two colours are told apart, times 100: 100 .. 2100 (WCAG 2.1,
 * "contrast ratio"). */
int theme_contrast(uint32_t a, uint32_t b);

#endif
