/* SPDX-License-Identifier: MIT */
/*
 * Allocation that cannot fail: when memory is exhausted the process aborts.
 * Everything a stranger can make us allocate is bounded by a named limit
 * elsewhere, so exhaustion is a bug or a dying machine.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *xmalloc(size_t size);
/* Zeroed; aborts when count * size overflows. */
void *xcalloc(size_t count, size_t size);
/* As realloc for an array; aborts when count * size overflows. */
void *xrealloc(void *p, size_t count, size_t size);
char *xstrdup(const char *s);
/* A copy of n bytes with a NUL behind them. */
char *xstrndup(const char *s, size_t n);
void *xmemdup(const void *p, size_t n);

#endif
