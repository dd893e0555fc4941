/* SPDX-License-Identifier: MIT */
/*
 * Takes from a thread what it does not need (Landlock, of Linux).
 */
#ifndef STORE_CONFINE_H
#define STORE_CONFINE_H

#include <stddef.h>

/*
 * From now on the calling thread, and what it starts, writes, makes and removes
 * files only beneath these folders, and makes nothing but files and folders
 * there; it reads as before, and keeps what is open. There is no way back, and
 * a folder cannot be added; one that cannot be opened is left out. 0;
 * ERR_UNSUPPORTED: the system knows no such thing, and nothing changed; ERR_SYS
 * with errno: nothing changed either.
 */
int confine_writes(const char *const *folders, size_t n);

#endif
