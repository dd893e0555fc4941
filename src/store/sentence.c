/* SPDX-License-Identifier: MIT */
#include "store/sentence.h"

#include "base/mem.h"

#include <errno.h>
#include <stdarg.h>

int
fail(char **ret_error, int err, const char *format, ...)
{
	int saved_errno = errno;
	va_list args;

	va_start(args, format);
	*ret_error = xvasprintf(format, args);
	va_end(args);
	errno = saved_errno;
	return err;
}
