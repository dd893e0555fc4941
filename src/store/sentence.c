/* SPDX-License-Identifier: MIT */
#include "store/sentence.h"

#include "base/mem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int
fail(char **ret_error, int err, const char *format, ...)
{
	int saved_errno = errno;
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n >= 0) {
		char *text = xmalloc((size_t)n + 1);
		vsnprintf(text, (size_t)n + 1, format, again);
		*ret_error = text;
	}
	va_end(again);
	errno = saved_errno;
	return err;
}
