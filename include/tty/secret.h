/* SPDX-License-Identifier: MIT */
/*
 * Asks for something that must not be seen: a line from the controlling
 * terminal, without echo.
 */
#ifndef TTY_SECRET_H
#define TTY_SECRET_H

#include <stddef.h>

/*
 * Shows the question and waits for a line, at most cap - 1 bytes and a NUL
 * behind them; the terminal is as before when this returns, and also when a
 * signal ends the process meanwhile. Stopped and continued, it asks again.
 * 0; ERR_NOT_FOUND: there is no terminal; ERR_CLOSED: it is gone, or the user
 * ended the input; ERR_LIMIT: the line is too long; ERR_SYS. Nothing of the
 * line is left in memory but in out, and there on success only.
 */
int secret_ask(const char *question, char *out, size_t cap, size_t *ret_size);

#endif
