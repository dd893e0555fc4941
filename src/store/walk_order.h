/* SPDX-License-Identifier: MIT */
/*
 * The names in a directory in the order of their bytes, whatever the file
 * system gives them in. A directory with more names than are kept is read
 * again for the next of them.
 */
#ifndef STORE_WALK_ORDER_H
#define STORE_WALK_ORDER_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	/* Names that are kept, each with 8 bytes: of one directory, and what it
	 * has at least when those around it have taken the rest. */
	ORDER_BYTES_MAX = 1024 * 1024,
	ORDER_BYTES_MIN = 64 * 1024,
	/* Of directories in each other, where each has more than a quarter of
	 * what is left. */
	ORDER_BYTES_ALL = 4 * ORDER_BYTES_MAX,
};

struct order;

/* Borrows the directory. max: bytes kept, at least ORDER_BYTES_MIN. */
struct order *order_new(DIR *d, size_t max);
/* NULL is fine. */
void order_free(struct order *o);
/* "." and ".." are left out. NULL: that was the last. Until the next call.
 * *ret_file: it is a file, as the directory says; else it says nothing. */
const char *order_next(struct order *o, bool *ret_file);

#endif
