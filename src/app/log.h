/* SPDX-License-Identifier: MIT */
/*
 * The log file of one run: one line an event, nothing a peer wrote but its
 * cleaned name. Standard error goes there too while the screen is up, so that
 * no library can write across it.
 */
#ifndef APP_LOG_H
#define APP_LOG_H

/* Appends to path; a file that cannot be opened means no log. */
void log_open(const char *path);
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Standard error into the log, and back. */
void log_take_stderr(void);
void log_return_stderr(void);

#endif
