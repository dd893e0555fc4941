/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROW_FIRST = 16 };

/* malloc(0) may return NULL without meaning exhaustion. */
static size_t
at_least_one(size_t size)
{
	return size > 0 ? size : 1;
}

void *
xmalloc(size_t size)
{
	void *p = malloc(at_least_one(size));

	if (p == NULL)
		abort();
	return p;
}

void *
xcalloc(size_t count, size_t size)
{
	void *p = calloc(at_least_one(count), at_least_one(size));

	if (p == NULL)
		abort();
	return p;
}

void *
xrealloc(void *p, size_t count, size_t size)
{
	if (size > 0 && count > SIZE_MAX / size)
		abort();
	void *q = realloc(p, at_least_one(count * size));
	if (q == NULL)
		abort();
	return q;
}

char *
xstrdup(const char *s)
{
	return xmemdup(s, strlen(s) + 1);
}

char *
xstrndup(const char *s, size_t n)
{
	if (n == SIZE_MAX)
		abort();
	char *copy = xmalloc(n + 1);
	if (n > 0)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

void *
xmemdup(const void *p, size_t n)
{
	void *copy = xmalloc(n);

	if (n > 0)
		memcpy(copy, p, n);
	return copy;
}

void *
xgrow(void *p, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return p;
	*cap = *cap == 0 ? GROW_FIRST : *cap * 2;
	return xrealloc(p, *cap, size);
}

char *
xvasprintf(const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	assert(n >= 0);
	char *text = xmalloc((size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, format, again);
	va_end(again);
	return text;
}

char *
xasprintf(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = xvasprintf(format, args);
	va_end(args);
	return text;
}

/* The barrier keeps the compiler from dropping stores nobody reads. */
void
mem_wipe(void *p, size_t n)
{
	if (n == 0)
		return;
	memset(p, 0, n);
	__asm__ volatile("" : : "r"(p) : "memory");
}
