/* SPDX-License-Identifier: MIT */
/*
 * Processes of our own for what waits long for the disk.
 */
#ifndef STORE_ASIDE_H
#define STORE_ASIDE_H

#include <stddef.h>

/* In a process that was just forked: it holds no descriptors but these (-1:
 * none), and takes signals as they are by default, but for those that end a
 * program in its terminal or as a service, which it ignores. */
void aside_keep(const int *fds, size_t n);
/* A process that nobody waits for, and that outlives the program: 1 there,
 * after aside_keep, and it ends by _exit; 0 in the one that called; ERR_SYS:
 * there is none. */
int aside_begin(const int *fds, size_t n);

#endif
