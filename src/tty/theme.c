/* SPDX-License-Identifier: MIT */
/*
 * A role has two looks: with colours, and where there are none. No state is
 * told by colour alone, so the second is not poorer in meaning.
 *
 * Quiet text is dim and not "bright black": a popular palette makes that colour
 * equal to the background, and the text vanishes; dim text is at worst not dim.
 * For the same reason the bright ones of the sixteen are left alone. On a dark
 * background the six plain ones are readable in every palette; on a light one
 * half of them are not, so they come from the cube of 256, which no palette
 * changes.
 */
#include "tty/theme.h"

#include <stdlib.h>
#include <string.h>

enum {
	BLACK = 0x000000,
	WHITE = 0xffffff,
	CUBE = 16, /* where 6 * 6 * 6 colours begin, and then 24 greys */
	GREYS = 232,
	COLOURS_FEW = 8,
	COLOURS_MANY = 256,
	READABLE = 450, /* WCAG AA */
	CANDIDATES = 16,
};

enum hue {
	HUE_NONE,
	HUE_RED,
	HUE_GREEN,
	HUE_YELLOW,
	HUE_MAGENTA,
	HUE_CYAN,
	HUE_COUNT,
};

static const struct role {
	unsigned mono;
	unsigned attrs;
	enum hue hue;
	bool filled; /* the hue is behind the text */
} roles[STYLE_COUNT] = {
	[STYLE_NORMAL] = { 0, 0, HUE_NONE, false },
	[STYLE_DIM] = { THEME_DIM, THEME_DIM, HUE_NONE, false },
	[STYLE_BOLD] = { THEME_BOLD, THEME_BOLD, HUE_NONE, false },
	[STYLE_BAR] = { THEME_REVERSE, THEME_REVERSE, HUE_NONE, false },
	[STYLE_BAR_ALERT] = { THEME_REVERSE | THEME_BOLD, THEME_BOLD,
	    HUE_YELLOW, true },
	[STYLE_RULE] = { THEME_DIM, THEME_DIM, HUE_NONE, false },
	[STYLE_MARKER] = { THEME_BOLD, THEME_BOLD, HUE_RED, false },
	[STYLE_SELECTED] = { THEME_REVERSE, THEME_REVERSE, HUE_NONE, false },
	[STYLE_ERROR] = { THEME_BOLD, THEME_BOLD, HUE_RED, false },
	[STYLE_INFO] = { 0, 0, HUE_CYAN, false },
	[STYLE_ONLINE] = { THEME_BOLD, 0, HUE_GREEN, false },
	[STYLE_AWAY] = { 0, 0, HUE_YELLOW, false },
	[STYLE_OFFLINE] = { THEME_DIM, THEME_DIM, HUE_NONE, false },
	[STYLE_UNREAD] = { THEME_BOLD, THEME_BOLD, HUE_YELLOW, false },
	[STYLE_PUBLIC] = { THEME_UNDERLINE, THEME_BOLD, HUE_MAGENTA, false },
	[STYLE_SECURE] = { 0, 0, HUE_GREEN, false },
	[STYLE_INSECURE] = { THEME_BOLD | THEME_UNDERLINE, THEME_BOLD, HUE_RED,
	    false },
	[STYLE_PLAIN] = { THEME_BOLD | THEME_REVERSE, THEME_BOLD, HUE_RED,
	    false },
	[STYLE_FOUND] = { THEME_REVERSE, THEME_BOLD, HUE_YELLOW, true },
	[STYLE_MISSPELT] = { THEME_UNDERLINE, THEME_UNDERLINE, HUE_RED, false },
	[STYLE_OWN] = { THEME_BOLD, THEME_BOLD, HUE_NONE, false },
};

/* [strong][light]: of 8 or 16 colours, and of 256. */
static const struct palette {
	short few[HUE_COUNT], many[HUE_COUNT];
} palettes[2][2] = {
	{
	    { .few = { THEME_DEFAULT, 1, 2, 3, 5, 6 },
		.many = { THEME_DEFAULT, 203, 2, 3, 170, 6 } },
	    /* Green, yellow and cyan are too pale of the few. */
	    { .few = { THEME_DEFAULT, 1, 4, 5, 5, 4 },
		.many = { THEME_DEFAULT, 124, 22, 94, 90, 24 } },
	},
	{
	    { .few = { THEME_DEFAULT, 1, 2, 3, 5, 6 },
		.many = { THEME_DEFAULT, 217, 120, 226, 219, 123 } },
	    { .few = { THEME_DEFAULT, 1, 4, 5, 5, 4 },
		.many = { THEME_DEFAULT, 88, 22, 52, 53, 17 } },
	},
};

/* Names, the wanted ones first. No red: that is for errors. [light] */
static const short candidates[2][CANDIDATES] = {
	{ 80, 114, 176, 180, 111, 216, 149, 147, 159, 194, 225, 229, 195, 223,
	    189, 219 },
	{ 24, 22, 90, 94, 19, 54, 23, 58, 17, 53, 18, 29, 55, 16, 234, 236 },
};

/* The same of 8 colours; a colour by itself may be two names. [light] */
static const struct tint few_nicks[2][THEME_NICKS] = {
	{
	    { 0, 6, THEME_DEFAULT },
	    { 0, 2, THEME_DEFAULT },
	    { 0, 5, THEME_DEFAULT },
	    { 0, 3, THEME_DEFAULT },
	    { THEME_BOLD, 4, THEME_DEFAULT },
	    { THEME_BOLD, 6, THEME_DEFAULT },
	    { THEME_BOLD, 2, THEME_DEFAULT },
	    { THEME_BOLD, 5, THEME_DEFAULT },
	},
	{
	    { 0, 4, THEME_DEFAULT },
	    { 0, 5, THEME_DEFAULT },
	    { THEME_BOLD, 4, THEME_DEFAULT },
	    { THEME_BOLD, 5, THEME_DEFAULT },
	    { THEME_BOLD, THEME_DEFAULT, THEME_DEFAULT },
	    { THEME_UNDERLINE, 4, THEME_DEFAULT },
	    { THEME_UNDERLINE, 5, THEME_DEFAULT },
	    { THEME_UNDERLINE, THEME_DEFAULT, THEME_DEFAULT },
	},
};

uint32_t
theme_rgb(short colour)
{
	static const uint32_t first[CUBE] = { 0x000000, 0xcd0000, 0x00cd00,
		0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f,
		0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff,
		0xffffff };
	static const uint32_t steps[] = { 0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff };
	unsigned n = (unsigned)colour;

	if (n < CUBE)
		return first[n];
	if (n >= GREYS)
		return 0x010101 * (8 + (n - GREYS) * 10);
	n -= CUBE;
	return steps[n / 36] << 16 | steps[n / 6 % 6] << 8 | steps[n % 6];
}

/* A polynomial close to the curve of sRGB. */
static double
linear(uint32_t byte)
{
	double c = (byte & 0xff) / 255.0;

	return c * (c * (c * 0.305306011 + 0.682171111) + 0.012522878);
}

static double
luminance(uint32_t rgb)
{
	return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) +
	       0.0722 * linear(rgb);
}

int
theme_contrast(uint32_t a, uint32_t b)
{
	double x = luminance(a) + 0.05, y = luminance(b) + 0.05;

	return (int)(100 * (x > y ? x / y : y / x));
}

static bool
is_light(uint32_t rgb)
{
	return theme_contrast(rgb, BLACK) > theme_contrast(rgb, WHITE);
}

/* The last number is the background; many terminals put a word before it. */
static bool
parse_colorfgbg(const char *text, bool *ret_light)
{
	const char *last = text == NULL ? NULL : strrchr(text, ';');
	char *end;

	if (last == NULL || last[1] < '0' || last[1] > '9')
		return false;
	unsigned long n = strtoul(last + 1, &end, 10);
	if (*end != '\0' || n >= CUBE)
		return false;
	*ret_light = n == 7 || n > 8;
	return true;
}

struct theme
theme_choose(enum tty_theme setting, bool no_color, const struct backdrop *b)
{
	struct theme t = {
		.coloured = !no_color && setting != TTY_THEME_MONO,
		.strong = setting == TTY_THEME_CONTRAST,
	};
	bool fixed = setting == TTY_THEME_DARK || setting == TTY_THEME_LIGHT;

	if (fixed)
		t.light = setting == TTY_THEME_LIGHT;
	else if (!parse_colorfgbg(b->colorfgbg, &t.light) && b->asked)
		t.light = is_light(b->rgb);
	t.backdrop = t.light ? WHITE : BLACK;
	/* Who says "dark" on a light background may have a picture there. */
	if (b->asked && is_light(b->rgb) == t.light)
		t.backdrop = b->rgb;
	return t;
}

bool
theme_equal(const struct theme *a, const struct theme *b)
{
	return a->coloured == b->coloured && a->light == b->light &&
	       a->strong == b->strong && a->backdrop == b->backdrop;
}

/* The readable ones of the candidates, and then whichever comes. */
static void
choose_nicks(const struct theme *t, struct tint out[static THEME_NICKS])
{
	const short *from = candidates[t->light];
	bool used[CANDIDATES] = { false };
	int n = 0;

	for (int want = t->strong ? 700 : READABLE; n < THEME_NICKS; want = 0)
		for (int i = 0; i < CANDIDATES && n < THEME_NICKS; i++) {
			if (used[i] || theme_contrast(theme_rgb(from[i]),
					   t->backdrop) < want)
				continue;
			used[i] = true;
			out[n++] =
			    (struct tint){ .fg = from[i], .bg = THEME_DEFAULT };
		}
}

/* Nothing is quiet in high contrast, and what is coloured is bold. */
static unsigned
strengthen(unsigned attrs, bool coloured)
{
	attrs &= ~(unsigned)THEME_DIM;
	return coloured ? attrs | THEME_BOLD : attrs;
}

static short
text_on(short hue, int colours)
{
	bool light = is_light(theme_rgb(hue));

	if (colours >= COLOURS_MANY)
		return light ? CUBE : GREYS - 1;
	return light ? 0 : 7;
}

static struct tint
role_tint(const struct theme *t, const struct role *role, int colours)
{
	struct tint tint = { role->mono, THEME_DEFAULT, THEME_DEFAULT };
	const struct palette *p = &palettes[t->strong][t->light];
	bool coloured = t->coloured && colours >= COLOURS_FEW;

	if (coloured) {
		short hue = colours >= COLOURS_MANY ? p->many[role->hue]
						    : p->few[role->hue];
		tint.attrs = role->attrs;
		tint.fg = hue;
		if (role->filled) {
			tint.bg = hue;
			tint.fg = text_on(hue, colours);
		}
	}
	if (t->strong)
		tint.attrs =
		    strengthen(tint.attrs, coloured && role->hue != HUE_NONE);
	return tint;
}

void
theme_tints(
    const struct theme *t, int colours, struct tint out[static STYLE_COUNT])
{
	struct tint nicks[THEME_NICKS];

	for (int i = 0; i < STYLE_COUNT; i++)
		out[i] = role_tint(t, &roles[i], colours);
	if (!t->coloured || colours < COLOURS_FEW)
		for (int i = 0; i < THEME_NICKS; i++)
			nicks[i] = (struct tint){ THEME_BOLD, THEME_DEFAULT,
				THEME_DEFAULT };
	else if (colours < COLOURS_MANY)
		memcpy(nicks, few_nicks[t->light], sizeof(nicks));
	else
		choose_nicks(t, nicks);
	for (int i = 0; i < THEME_NICKS; i++) {
		if (t->strong)
			nicks[i].attrs |= THEME_BOLD;
		out[STYLE_NICK_0 + i] = nicks[i];
	}
}
