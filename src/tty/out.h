/* SPDX-License-Identifier: MIT */
/*
 * The way of bytes to the terminal: what curses writes and what we add to it,
 * in order, never blocking.
 */
#ifndef TTY_OUT_H
#define TTY_OUT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct out {
	FILE *file; /* curses writes here */
	/* Never passed on, NULL for nothing: when it comes back to the screen,
	 * curses resets a palette that it has never changed. */
	const char *unwanted;
	int fd; /* the terminal */
	bool may_block;
	struct buf pending;
};

/* 0 or ERR_SYS. */
int out_open(struct out *o);
/* The terminal is what the standard input is, too: it can be read without
 * waiting. */
bool out_is_input(const struct out *o);
void out_close(struct out *o);
/* Takes what curses wrote since the last time; its output is flushed. */
void out_collect(struct out *o);
/* Bytes of curses that were not collected. */
size_t out_written(const struct out *o);
/* The same, but nothing of it is sent; true when it was this byte alone. */
bool out_drop(struct out *o, char byte);
void out_add(struct out *o, const char *text);
/* Sends what the terminal takes now; true when nothing is left. */
bool out_flush(struct out *o);
/* As out_flush, but waits a little for a terminal that is slow. */
bool out_finish(struct out *o);

#endif
