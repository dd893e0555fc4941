/* SPDX-License-Identifier: MIT */
/*
 * How one thread ends the poll of another: eventfd on Linux, a pipe elsewhere.
 */
#ifndef NET_WAKE_H
#define NET_WAKE_H

struct wake {
	int read_fd, write_fd; /* -1: not open */
};

/* 0 or ERR_SYS; close it in any case. */
int wake_open(struct wake *w);
/* A second time does nothing. */
void wake_close(struct wake *w);
/* read_fd is readable from now on, until wake_clear. From any thread. */
void wake_set(const struct wake *w);
void wake_clear(const struct wake *w);

#endif
