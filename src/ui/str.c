/* SPDX-License-Identifier: MIT */
#include "ui/str.h"

#include "base/mem.h"
#include "base/width.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { STR_CAP_MIN = 64 };

void
str_clear(struct str *s)
{
	free(s->p);
	*s = (struct str){ 0 };
}

void
str_reset(struct str *s)
{
	s->size = 0;
	if (s->p != NULL)
		s->p[0] = '\0';
}

/* Room for n bytes and a NUL. */
static void
reserve(struct str *s, size_t n)
{
	size_t cap = s->cap == 0 ? STR_CAP_MIN : s->cap;

	while (cap - s->size <= n)
		cap *= 2;
	if (cap == s->cap)
		return;
	s->p = xrealloc(s->p, cap, 1);
	s->cap = cap;
}

void
str_add(struct str *s, const char *text)
{
	size_t n = strlen(text);

	reserve(s, n);
	memcpy(s->p + s->size, text, n + 1);
	s->size += n;
}

void
str_addf(struct str *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = xvasprintf(format, args);
	va_end(args);
	str_add(s, text);
	free(text);
}

void
str_pad(struct str *s, const char *text, int cells)
{
	str_add(s, text);
	for (int n = width_text(text, strlen(text)); n < cells; n++)
		str_add(s, " ");
}

const char *
str_text(const struct str *s)
{
	return s->p == NULL ? "" : s->p;
}

char *
str_take(struct str *s)
{
	char *p = s->p == NULL ? xstrdup("") : s->p;

	*s = (struct str){ 0 };
	return p;
}
