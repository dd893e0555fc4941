/* SPDX-License-Identifier: MIT */
/*
 * The modes of the terminal and of its line that are ours and not curses':
 * raw input, bracketed paste, focus and mouse reports, the direction of text,
 * the title. What they were is kept, so that every way out restores them.
 */
#ifndef TTY_MODES_H
#define TTY_MODES_H

#include "tty/out.h"

#include <stdbool.h>

/* Remembers the line's settings as they are now. 0 or ERR_SYS. */
int modes_save(const struct out *o, bool has_title);
/* Raw input now, and our modes on with what is written next; also again, when
 * somebody else may have changed them. */
void modes_enter(struct out *o);
/* Before modes_enter, when another program had the terminal. */
void modes_mend(struct out *o);
/* Whether the terminal is to report the mouse, now and when it is entered. */
void modes_mouse(struct out *o, bool on);
/* Adds what switches our modes off. */
void modes_leave(struct out *o);
/* The line as it was. */
void modes_restore_line(void);
/* From any signal handler: everything off at once, curses' modes too. */
void modes_emergency(void);
/* Stops the process group, as the terminal's own Ctrl-Z would; returns when it
 * goes on. */
void modes_stop(void);

#endif
