/* SPDX-License-Identifier: MIT */
/*
 * The terminal: shows grids, gives bytes. It knows nothing of chats. ncurses
 * does the output; input, modes and titles are ours. Uses the process's one
 * controlling terminal; there is at most one struct tty.
 */
#ifndef TTY_TTY_H
#define TTY_TTY_H

#include "base/lang.h"
#include "ui/grid.h"
#include "ui/probe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TTY_COPY_MAX = 74 * 1024, /* bytes; terminals drop what is longer */
};

struct tty;

enum tty_theme {
	TTY_THEME_AUTO,
	TTY_THEME_DARK,
	TTY_THEME_LIGHT,
	TTY_THEME_MONO,
	TTY_THEME_CONTRAST,
};

/* Frames that are shown at once, by mode 2026. */
enum tty_sync {
	TTY_SYNC_AUTO, /* where the terminal says that it has it */
	TTY_SYNC_ON,
	TTY_SYNC_OFF,
};

enum tty_notify {
	TTY_NOTIFY_AUTO, /* what is known of this terminal */
	TTY_NOTIFY_OSC9,
	TTY_NOTIFY_OSC777,
	TTY_NOTIFY_OSC99,
};

struct tty_cfg {
	const struct lang *lang; /* of what goes wrong at the start */
	bool no_color;           /* NO_COLOR was set */
	enum tty_theme theme;
	enum tty_sync sync;
	bool mouse;
};

/* Enters full-screen mode; the process has set its locale. 0, or an error and
 * its sentence (caller frees). */
int tty_open(const struct tty_cfg *cfg, struct tty **ret_tty, char **ret_error);
/* Restores the terminal. */
void tty_close(struct tty *t);
/* Asynchronous-signal-safe: restores it before a fatal signal ends us. */
void tty_emergency(void);
/* Other wishes than when it was opened, from the next frame on; true when that
 * frame is due. */
bool tty_configure(struct tty *t, const struct tty_cfg *cfg);

/* The fd to poll for input. */
int tty_fd(const struct tty *t);
/* At most n bytes; 0 when there are none; ERR_CLOSED when the terminal is
 * gone. */
int tty_read(struct tty *t, uint8_t *p, size_t n);
/* The size now; rows and cols at least 1. */
void tty_size(struct tty *t, int *ret_rows, int *ret_cols);
/* After SIGWINCH or SIGCONT. */
void tty_resized(struct tty *t);
/* False when the terminal does not take output now; nothing was drawn, and
 * the caller polls for POLLOUT (loop_watch write) and shows later. */
bool tty_show(struct tty *t, const struct grid *g);
/* The same where only rows from the first on differ: the others are not looked
 * at, which takes longer than to show a key. */
bool tty_show_from(struct tty *t, const struct grid *g, int first);
/* The same where nothing differs but the cell before the cursor: no other is
 * looked at. */
bool tty_show_letter(struct tty *t, const struct grid *g);
/* Bytes of the last frame. */
size_t tty_frame_size(const struct tty *t);
/* Leaves full-screen mode and stops the process (SIGTSTP); returns when it
 * goes on, in full-screen mode again. */
void tty_suspend(struct tty *t);
/* Gives the terminal back as it was found, for another program or plain lines;
 * and takes it again. Nothing is read or shown between the two. */
void tty_leave(struct tty *t);
void tty_enter(struct tty *t);
/* Whether it is shown more than ASCII: by the locale, until it was asked. */
bool tty_is_utf8(const struct tty *t);
/* Whether it brackets what is pasted (mode 2004), as far as its name tells. */
bool tty_brackets(const struct tty *t);

/* What this terminal can be asked (enum probe_ask); the questions go out before
 * the next frame, which paints over whatever they left. */
unsigned tty_asks(const struct tty *t);
void tty_ask(struct tty *t, const char *questions);
/* What it answered. True when the next frame will look different. */
bool tty_learn(struct tty *t, const struct facts *facts);

/*
 * Clean text into the clipboard, by OSC 52, which is never read. 0, ERR_LIMIT
 * above TTY_COPY_MAX, or ERR_UNSUPPORTED where the terminal would show it.
 * Whether it took it, no terminal says.
 */
int tty_copy(struct tty *t, const char *text);
/* Says something outside of the window. 0, or ERR_UNSUPPORTED. */
int tty_notify(
    struct tty *t, enum tty_notify way, const char *title, const char *body);

/*
 * Shows clean lines on the screen of the shell, where the terminal's own
 * selection and search work; keys come as always. Then nothing is shown until
 * tty_bare_end(). What the terminal does not take at once goes with
 * tty_flush(), which is true when nothing is left.
 */
void tty_bare(struct tty *t, const char *text);
void tty_bare_end(struct tty *t);
bool tty_flush(struct tty *t);

#endif
