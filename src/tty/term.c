/* SPDX-License-Identifier: MIT */
/*
 * Many terminals name themselves with an entry that the machine they log in to
 * does not have. Those that are known to be like another one use that one's;
 * of a name nobody knows nothing is assumed, since a wrong guess covers the
 * screen with rubbish.
 */
#include "tty/term.h"

#include "base/err.h"
#include "base/mem.h"
#include "ui/probe.h"

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <stdio.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

enum {
	INSTEAD_MAX = 3,
	ASK_WIDTHS = PROBE_CHARSET | PROBE_WIDTHS,
	ASK_ALL = ASK_WIDTHS | PROBE_COLOUR | PROBE_MODES,
};

static const struct relative {
	const char *prefix;
	bool title;
	unsigned asks;
	const char *instead[INSTEAD_MAX];
} relatives[] = {
	{ "xterm", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "tmux", true, ASK_ALL,
	    { "tmux-256color", "screen-256color", "screen" } },
	{ "screen", true, ASK_ALL, { "screen-256color", "screen" } },
	{ "rxvt", true, ASK_ALL, { "rxvt-unicode-256color", "rxvt", "xterm" } },
	{ "alacritty", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "contour", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "eterm", false, 0, { "xterm", "vt100" } },
	{ "foot", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "ghostty", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "gnome", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "iterm", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "kitty", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "konsole", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "mintty", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "ms-terminal", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "nsterm", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "putty", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "rio", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "st", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "terminator", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "vte", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "wezterm", true, ASK_ALL, { "xterm-256color", "xterm" } },
	{ "linux", false, ASK_WIDTHS, { "linux", "vt100" } },
	{ "vt", false, PROBE_CHARSET, { "vt220", "vt100" } },
};

enum { RELATIVE_COUNT = sizeof(relatives) / sizeof(relatives[0]) };

static const struct relative *
relative_find(const char *term)
{
	for (size_t i = 0; i < RELATIVE_COUNT; i++) {
		size_t n = strlen(relatives[i].prefix);
		/* "st-256color" is st, "stem" is not; "vt" takes a number. */
		if (strncmp(term, relatives[i].prefix, n) != 0)
			continue;
		if (strchr("-.+0123456789", term[n]) != NULL)
			return &relatives[i];
	}
	return NULL;
}

bool
term_has_title(const char *term)
{
	const struct relative *r = term == NULL ? NULL : relative_find(term);

	return r != NULL && r->title;
}

unsigned
term_asks(const char *term)
{
	const struct relative *r = term == NULL ? NULL : relative_find(term);

	return r == NULL ? 0 : r->asks;
}

const char *
term_palette_reset(void)
{
	const char *text = tigetstr("oc");

	return text == (const char *)-1 ? NULL : text;
}

static bool
can_place_text(const char *name)
{
	int error = 0;
	bool can;

	if (setupterm(name, STDOUT_FILENO, &error) != OK)
		return false;
	const char *cup = tigetstr("cup");
	can = cup != NULL && cup != (const char *)-1;
	del_curterm(cur_term);
	return can;
}

static bool
try_name(const char *name, char ret_name[static TERM_NAME_MAX])
{
	if (strlen(name) >= TERM_NAME_MAX || !can_place_text(name))
		return false;
	snprintf(ret_name, TERM_NAME_MAX, "%s", name);
	return true;
}

/* "foo-bar-baz", "foo-bar", "foo". */
static bool
try_shorter(const char *term, char ret_name[static TERM_NAME_MAX])
{
	char name[TERM_NAME_MAX];
	char *dash = NULL;

	snprintf(name, sizeof(name), "%s", term);
	do {
		if (try_name(name, ret_name))
			return true;
		dash = strrchr(name, '-');
		if (dash != NULL)
			*dash = '\0';
	} while (dash != NULL);
	return false;
}

static bool
try_relatives(const char *term, char ret_name[static TERM_NAME_MAX])
{
	const struct relative *r = relative_find(term);

	for (size_t i = 0; r != NULL && i < INSTEAD_MAX; i++)
		if (r->instead[i] != NULL && try_name(r->instead[i], ret_name))
			return true;
	return false;
}

char *
term_error(const struct lang *l, const char *what)
{
	return xasprintf(
	    say(l,
		"%s; for lines of text instead of a screen, run: earshot --plain"),
	    what);
}

int
term_choose(const struct lang *l, const char *term,
    char ret_name[static TERM_NAME_MAX], char **ret_error)
{
	char what[512];

	if (term == NULL || term[0] == '\0') {
		*ret_error =
		    term_error(l, say(l, "cannot use the full screen: TERM is "
					 "not set, so the kind of this "
					 "terminal is unknown"));
		return ERR_UNSUPPORTED;
	}
	/* The full name, then what is like it, which knows more colours than
	 * the family name that is left after shortening. */
	if (try_name(term, ret_name) || try_relatives(term, ret_name) ||
	    try_shorter(term, ret_name))
		return 0;
	bool known = strcmp(term, "dumb") == 0 || strcmp(term, "unknown") == 0;
	snprintf(what, sizeof(what),
	    known
		? say(l, "cannot use the full screen: TERM is \"%.100s\", a "
			 "terminal that cannot place text")
		: say(l,
		      "cannot use the full screen: the terminal database "
		      "(terminfo) of this machine does not know TERM=%.100s; "
		      "if the terminal is like xterm, set TERM=xterm-256color"),
	    term);
	*ret_error = term_error(l, what);
	return ERR_UNSUPPORTED;
}
