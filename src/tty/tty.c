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
#include "tty/corner.h"
#include "tty/modes.h"
#include "tty/out.h"
#include "tty/paint.h"
#include "tty/state.h"
#include "tty/style.h"
#include "tty/term.h"
#include "tty/theme.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void
locale_init(struct tty *t)
{
	t->is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	/* For a terminal that turns out to read it nevertheless: curses asks
	 * the locale how characters are written. */
	t->wide = t->is_utf8 || setlocale(LC_CTYPE, "C.UTF-8") != NULL;
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

void
tty_forget(struct tty *t)
{
	free(t->shown);
	t->shown = NULL;
	t->ahead.ready = false;
	t->ahead.waiting = 0;
	t->wrote_corner = false;
	t->title[0] = '\0';
	clearok(curscr, TRUE);
}

static bool
is_terminal(const struct lang *l, char **ret_error)
{
	const char *what =
	    say(l, "cannot use the full screen: standard input is "
		   "not a terminal");

	if (isatty(STDIN_FILENO)) {
		if (isatty(STDOUT_FILENO))
			return true;
		what = say(l,
		    "cannot use the full screen: standard output is not a "
		    "terminal");
	}
	*ret_error = term_error(l, what);
	return false;
}

static void
apply_theme(struct tty *t)
{
	struct backdrop b = {
		.colorfgbg = getenv("COLORFGBG"),
		.asked = t->facts.has_background,
		.rgb = t->facts.background,
	};

	t->theme = theme_choose(t->cfg.theme, t->cfg.no_color, &b);
	style_init(&t->theme, t->colours, t->paint.looks);
}

static int
open_screen(struct tty *t, const char *name)
{
	if (out_open(&t->out) != 0)
		return ERR_SYS;
	if (modes_save(&t->out, t->has_title) == 0)
		t->screen = newterm_without_signals(name, t->out.file);
	if (t->screen == NULL) {
		out_close(&t->out);
		return ERR_SYS;
	}
	t->in = out_is_input(&t->out) ? t->out.fd : -1;
	t->out.unwanted = term_palette_reset();
	t->paint.keeps_corner = corner_is_kept();
	nonl();
	typeahead(-1);
	/* Not even asked for where they are not wanted. */
	t->colours = t->cfg.no_color ? 0 : style_colours();
	apply_theme(t);
	modes_mouse(&t->out, t->cfg.mouse);
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

	if (!is_terminal(cfg->lang, ret_error))
		return ERR_UNSUPPORTED;
	rc = term_choose(cfg->lang, term, name, ret_error);
	if (rc != 0)
		return rc;
	t = xcalloc(1, sizeof(*t));
	t->cfg = *cfg;
	t->facts = facts_none();
	t->has_title = term_has_title(term);
	t->asks = term_asks(term);
	locale_init(t);
	rc = open_screen(t, name);
	if (rc != 0) {
		*ret_error = term_error(cfg->lang,
		    say(cfg->lang, "cannot use the full screen: this "
				   "terminal cannot be set up"));
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
	if (!t->is_bare) {
		endwin();
		out_collect(&t->out);
		modes_leave(&t->out);
	}
	t->is_bare = false;
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

	if (t->in < 0 && poll(&in, 1, 0) != 1)
		return 0;
	ssize_t got = read(t->in < 0 ? STDIN_FILENO : t->in, p, n);
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
	tty_forget(t);
	/* Who was stopped from outside may have lost its modes to the shell. */
	t->modes_due = true;
}

void
tty_enter(struct tty *t)
{
	modes_mend(&t->out);
	modes_enter(&t->out);
	update_size(t);
	tty_forget(t);
}

void
tty_suspend(struct tty *t)
{
	tty_leave(t);
	modes_stop();
	tty_enter(t);
}

bool
tty_configure(struct tty *t, const struct tty_cfg *cfg)
{
	bool recoloured =
	    cfg->theme != t->cfg.theme || cfg->no_color != t->cfg.no_color;

	modes_mouse(&t->out, cfg->mouse);
	t->cfg = *cfg;
	if (!recoloured)
		return false;
	apply_theme(t);
	tty_forget(t);
	return true;
}

bool
tty_is_utf8(const struct tty *t)
{
	return t->paint.prints_wide;
}

/* Those whose title can be set are all of one family, which does. */
bool
tty_brackets(const struct tty *t)
{
	return t->has_title;
}

unsigned
tty_asks(const struct tty *t)
{
	/* Most of the samples would be rubbish to who does not read UTF-8. */
	return t->is_utf8 ? t->asks : t->asks & ~(unsigned)PROBE_WIDTHS;
}

void
tty_ask(struct tty *t, const char *questions)
{
	/* Not over what the shell had on its screen. */
	refresh();
	out_collect(&t->out);
	out_add(&t->out, questions);
	tty_forget(t);
}

bool
tty_learn(struct tty *t, const struct facts *facts)
{
	struct theme theme = t->theme;
	bool wide = t->paint.prints_wide;
	bool ambiguous = t->paint.ambiguous_wide;

	t->facts = *facts;
	t->paint.ambiguous_wide = facts_wide_glyphs(facts);
	if (facts_not_utf8(facts))
		t->paint.prints_wide = false;
	else if (t->wide && facts_utf8(facts))
		t->paint.prints_wide = true;
	apply_theme(t);
	if (theme_equal(&theme, &t->theme) && wide == t->paint.prints_wide &&
	    ambiguous == t->paint.ambiguous_wide)
		return false;
	tty_forget(t);
	return true;
}
