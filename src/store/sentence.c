/* SPDX-License-Identifier: MIT */
#include "store/sentence.h"

#include "base/mem.h"
#include "store/home.h"

#include <errno.h>
#include <stdarg.h>

/* A file that is not there is no business of a language: it is set once, as
 * the locale is, and not handed from function to function. Files may be another
 * thread's business. */
static const struct lang *_Atomic spoken;

void
home_speak(const struct lang *l)
{
	spoken = l;
}

const struct lang *
sentence_lang(void)
{
	return spoken;
}

int
fail(char **ret_error, int err, const char *format, ...)
{
	int saved_errno = errno;
	va_list args;

	va_start(args, format);
	*ret_error = xvasprintf(say(spoken, format), args);
	va_end(args);
	errno = saved_errno;
	return err;
}
