/* SPDX-License-Identifier: MIT */
/*
 * The terminal: shows grids, gives bytes. It knows nothing of chats. ncurses
 * does the output; input, modes and titles are ours. Uses the process's one
 * controlling terminal; there is at most one struct tty.
 */
#ifndef TTY_TTY_H
#define TTY_TTY_H

#include "ui/grid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tty;

struct tty_cfg {
	bool no_color; /* NO_COLOR was set */
};

/* Enters full-screen mode; the process has set its locale. 0, or an error and
 * its sentence (caller frees). */
int tty_open(const struct tty_cfg *cfg, struct tty **ret_tty, char **ret_error);
/* Restores the terminal. */
void tty_close(struct tty *t);
/* Asynchronous-signal-safe: restores it before a fatal signal ends us. */
void tty_emergency(void);

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
/* Leaves full-screen mode and stops the process (SIGTSTP); returns when it
 * goes on, in full-screen mode again. */
void tty_suspend(struct tty *t);
/* Gives the terminal back as it was found, for another program or plain lines;
 * and takes it again. Nothing is read or shown between the two. */
void tty_leave(struct tty *t);
void tty_enter(struct tty *t);
/* Whether the locale of the terminal is UTF-8. */
bool tty_is_utf8(const struct tty *t);

#endif
