/* SPDX-License-Identifier: MIT */
/*
 * curses gets only what differs from the frame before, so a frame that is the
 * same costs a comparison. It never reads: keypad() and wgetch() would hold a
 * lone Esc for a second and leak unknown sequences into the draft.
 *
 * While a part of the last frame waits for a slow terminal no other is made,
 * so a terminal that stops costs one frame of memory and no time.
 */
#include "tty/tty.h"

#include "base/err.h"
#include "base/mem.h"
#include "tty/modes.h"
#include "tty/out.h"
#include "tty/paint.h"
#include "tty/term.h"

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	TITLE_MAX = sizeof(((struct grid *)NULL)->title),
};

struct tty {
	SCREEN *screen;
	struct out out;
	struct paint paint;
	bool is_utf8;     /* the user's locale */
	bool prints_wide; /* the locale we run in */
	bool has_title;
	int rows, cols;
	struct cell *shown; /* rows * cols as on the screen; NULL: unknown */
	int shown_row, shown_col;
	char title[TITLE_MAX];
	bool modes_due; /* the terminal may have lost our modes */
	bool rang;      /* for a frame that was not taken whole */
};

static void
locale_init(struct tty *t)
{
	t->is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	/* To a terminal of eight bits half of the bytes of UTF-8 are C1
	 * controls: a peer's letter could clear the screen. */
	t->paint.prints_wide = t->is_utf8;
}

/* newterm() takes over signals that belong to the loop. */
static SCREEN *
newterm_without_signals(const char *name, FILE *out)
{
	static const int taken[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
	enum { COUNT = sizeof(taken) / sizeof(taken[0]) };
	struct sigaction before[COUNT];

	for (size_t i = 0; i < COUNT; i++)
		sigaction(taken[i], NULL, &before[i]);

	SCREEN *screen = newterm(name, out, stdin);

	for (size_t i = 0; i < COUNT; i++)
		sigaction(taken[i], &before[i], NULL);
	return screen;
}

static void
update_size(struct tty *t)
{
	struct winsize size = { .ws_row = 0 };

	getmaxyx(stdscr, t->rows, t->cols);
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
	    size.ws_col > 0) {
		if (size.ws_row != t->rows || size.ws_col != t->cols)
			resize_term(size.ws_row, size.ws_col);
		t->rows = size.ws_row;
		t->cols = size.ws_col;
	}
	if (t->rows < 1)
		t->rows = 1;
	if (t->cols < 1)
		t->cols = 1;
}

/* What is on the screen is not known any more: the next frame is painted from
 * nothing. */
static void
forget_shown(struct tty *t)
{
	free(t->shown);
	t->shown = NULL;
	t->title[0] = '\0';
	clearok(curscr, TRUE);
}

static bool
is_terminal(char **ret_error)
{
	const char *what = "cannot use the full screen: standard input is "
			   "not a terminal";

	if (isatty(STDIN_FILENO)) {
		if (isatty(STDOUT_FILENO))
			return true;
		what = "cannot use the full screen: standard output is not a "
		       "terminal";
	}
	*ret_error = term_error(what);
	return false;
}

static int
open_screen(struct tty *t, const char *name, bool no_color)
{
	if (out_open(&t->out) != 0)
		return ERR_SYS;
	if (modes_save(&t->out, t->has_title) == 0)
		t->screen = newterm_without_signals(name, t->out.file);
	if (t->screen == NULL) {
		out_close(&t->out);
		return ERR_SYS;
	}
	nonl();
	typeahead(-1);
	style_init(no_color, t->paint.looks);
	modes_enter(&t->out);
	update_size(t);
	return 0;
}

int
tty_open(const struct tty_cfg *cfg, struct tty **ret_tty, char **ret_error)
{
	const char *term = getenv("TERM");
	char name[TERM_NAME_MAX];
	struct tty *t;
	int rc;

	if (!is_terminal(ret_error))
		return ERR_UNSUPPORTED;
	rc = term_choose(term, name, ret_error);
	if (rc != 0)
		return rc;
	t = xcalloc(1, sizeof(*t));
	t->has_title = term_has_title(term);
	locale_init(t);
	rc = open_screen(t, name, cfg->no_color);
	if (rc != 0) {
		*ret_error = term_error("cannot use the full screen: this "
					"terminal cannot be set up");
		free(t);
		return rc;
	}
	*ret_tty = t;
	return 0;
}

/* Back to the shell's screen. A terminal that takes nothing for half a second
 * is left as it is. */
void
tty_leave(struct tty *t)
{
	endwin();
	out_collect(&t->out);
	modes_leave(&t->out);
	out_finish(&t->out);
	modes_restore_line();
}

void
tty_close(struct tty *t)
{
	if (t == NULL)
		return;
	tty_leave(t);
	delscreen(t->screen);
	out_close(&t->out);
	free(t->shown);
	free(t);
}

void
tty_emergency(void)
{
	modes_emergency();
}

int
tty_fd(const struct tty *t)
{
	(void)t;
	return STDIN_FILENO;
}

int
tty_read(struct tty *t, uint8_t *p, size_t n)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };

	(void)t;
	if (poll(&in, 1, 0) != 1)
		return 0;
	ssize_t got = read(STDIN_FILENO, p, n);
	if (got > 0)
		return (int)got;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return ERR_CLOSED;
}

void
tty_size(struct tty *t, int *ret_rows, int *ret_cols)
{
	*ret_rows = t->rows;
	*ret_cols = t->cols;
}

void
tty_resized(struct tty *t)
{
	update_size(t);
	forget_shown(t);
	/* Who was stopped from outside may have lost its modes to the shell. */
	t->modes_due = true;
}

void
tty_enter(struct tty *t)
{
	modes_enter(&t->out);
	update_size(t);
	forget_shown(t);
}

void
tty_suspend(struct tty *t)
{
	tty_leave(t);
	modes_stop();
	tty_enter(t);
}

bool
tty_is_utf8(const struct tty *t)
{
	return t->is_utf8;
}

/* The first and one behind the last cell that differ, or false. */
static bool
find_change(
    const struct cell *now, const struct cell *was, int cols, int out[2])
{
	int from = 0, to = cols;

	while (from < to && memcmp(&now[from], &was[from], sizeof(*now)) == 0)
		from++;
	while (
	    to > from && memcmp(&now[to - 1], &was[to - 1], sizeof(*now)) == 0)
		to--;
	if (from >= to)
		return false;
	/* Never start with the second half of a wide character. */
	while (from > 0 && now[from].width == 0)
		from--;
	out[0] = from;
	out[1] = to;
	return true;
}

/* The rows that are doubtful, or those that are not. True when something was
 * painted. */
static bool
put_rows(struct tty *t, const struct grid *g, bool doubtful)
{
	int rows = g->rows < t->rows ? g->rows : t->rows;
	int cols = g->cols < t->cols ? g->cols : t->cols;
	bool painted = false;

	for (int row = 0; row < rows; row++) {
		const struct cell *now =
		    &g->cells[(size_t)row * (size_t)g->cols];
		struct cell *was = &t->shown[(size_t)row * (size_t)t->cols];
		int change[2];
		if (!find_change(now, was, cols, change))
			continue;
		if (doubtful != (paint_is_doubtful(now, cols) ||
				    paint_is_doubtful(was, cols)))
			continue;
		if (doubtful)
			paint_doubtful_row(&t->paint, row, cols, now);
		else
			paint_span(&t->paint, row, change[0], change[1], now);
		memcpy(was, now, (size_t)cols * sizeof(*now));
		painted = true;
	}
	return painted;
}

static void
put_title(struct tty *t, const struct grid *g)
{
	char text[TITLE_MAX + 8];
	size_t n = 0;

	if (!t->has_title || strcmp(t->title, g->title) == 0)
		return;
	snprintf(t->title, sizeof(t->title), "%s", g->title);
	n = (size_t)snprintf(text, sizeof(text), "\033]2;");
	for (const char *p = t->title; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;
		unsigned char next = (unsigned char)p[1];
		/* It is clean; but a control here would be a command, so it
		 * is looked at once more, C1 in UTF-8 included. */
		if (c < 0x20 || c == 0x7f ||
		    (c == 0xc2 && next >= 0x80 && next < 0xa0))
			return;
		text[n++] = c < 0x80 || t->is_utf8 ? *p : '?';
	}
	text[n++] = '\033';
	text[n++] = '\\';
	text[n] = '\0';
	out_add(&t->out, text);
}

static void
remember_nothing(struct tty *t)
{
	size_t count = (size_t)t->rows * (size_t)t->cols;

	/* Zeros are no cell that a grid can have: all will differ. */
	t->shown = xcalloc(count, sizeof(*t->shown));
	t->shown_row = t->shown_col = -1;
	werase(stdscr);
}

static bool
put_frame(struct tty *t, const struct grid *g)
{
	int row = g->cursor_row < t->rows ? g->cursor_row : t->rows - 1;
	int col = g->cursor_col < t->cols ? g->cursor_col : t->cols - 1;
	bool painted = t->shown == NULL;

	if (painted)
		remember_nothing(t);
	painted |= put_rows(t, g, false);
	painted |= put_rows(t, g, true);
	/* The caret is where the input method of the terminal opens, and what
	 * a screen reader follows: it is left there, visible, always. */
	if (!painted && row == t->shown_row && col == t->shown_col)
		return false;
	move(row, col);
	t->shown_row = row;
	t->shown_col = col;
	return true;
}

bool
tty_show(struct tty *t, const struct grid *g)
{
	bool again = t->rang;

	if (!out_flush(&t->out))
		return false;
	if (t->modes_due)
		modes_enter(&t->out);
	t->modes_due = false;
	if (put_frame(t, g)) {
		refresh();
		out_collect(&t->out);
	}
	put_title(t, g);
	if (g->bell && !again)
		out_add(&t->out, "\a");
	bool taken = out_flush(&t->out);
	/* The caller will come with the same bell. */
	t->rang = !taken && g->bell;
	return taken;
}
