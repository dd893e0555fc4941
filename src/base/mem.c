/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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
