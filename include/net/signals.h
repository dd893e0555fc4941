/* SPDX-License-Identifier: MIT */
/*
 * Signals as something readable: signalfd on Linux, a pipe elsewhere.
 */
#ifndef NET_SIGNALS_H
#define NET_SIGNALS_H

/* Blocks SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT, SIGCHLD for
 * normal delivery, ignores SIGPIPE. The fd, or a negative enum err. */
int signals_open(void);
/* The same for SIGINT alone, all else as it is; ERR_STATE: it is ignored. */
int signals_open_interrupt(void);
/* The next signal number, or 0. */
int signals_next(int fd);
/* Back to how they were: before exec or for the default action. */
void signals_restore(int fd);

#endif
