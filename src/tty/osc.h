/* SPDX-License-Identifier: MIT */
/*
 * Control strings with text in them: the title, the clipboard, notifications.
 * Whatever the text is, it cannot end its string, or begin another.
 */
#ifndef TTY_OSC_H
#define TTY_OSC_H

#include "tty/tty.h"

#include <stdbool.h>
#include <stddef.h>

/* No byte of it is a control to any terminal: not C0, not DEL, not C1 in
 * UTF-8; nothing turns the direction of text; and all of it is UTF-8. */
bool osc_is_clean(const char *text);
/* New strings, which the caller frees. NULL: there is no such string. */
char *osc_title(const char *text, bool ascii);
char *osc_copy(const char *text, size_t n);
char *osc_notify(enum tty_notify way, const char *title, const char *body);
/* The way that a terminal of these names understands, or TTY_NOTIFY_AUTO where
 * none is known. Any may be NULL. */
enum tty_notify osc_notify_way(
    const char *term, const char *program, const char *multiplexer);

#endif
