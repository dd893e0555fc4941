/* SPDX-License-Identifier: MIT */
/*
 * Allocation that cannot fail: when memory is exhausted the process aborts.
 * Everything a stranger can make us allocate is bounded by a named limit
 * elsewhere, so exhaustion is a bug or a dying machine.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

/* What these return the caller frees. */
void *xmalloc(size_t size);
/* Zeroed; aborts when count * size overflows. */
void *xcalloc(size_t count, size_t size);
/* As realloc for an array; aborts when count * size overflows. */
void *xrealloc(void *p, size_t count, size_t size);
char *xstrdup(const char *s);
/* A copy of n bytes with a NUL behind them. */
char *xstrndup(const char *s, size_t n);
void *xmemdup(const void *p, size_t n);
/* Makes room for one more behind the count elements of an array of *cap, and
 * moves it where there was none. Returns the array. */
void *xgrow(void *p, size_t count, size_t *cap, size_t size);
/* Formats into a new string (caller frees). */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));

/* Overwrites with zeros, also what nobody will read again: for secrets. */
void mem_wipe(void *p, size_t n);

#endif
