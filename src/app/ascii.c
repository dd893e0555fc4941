/* SPDX-License-Identifier: MIT */
#include "app/ascii.h"

#include <langinfo.h>
#include <string.h>
#include <unistd.h>

bool
ascii_is_needed(void)
{
	return isatty(STDOUT_FILENO) &&
	       strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

void
ascii_make(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		unsigned char c = (unsigned char)*from;
		if (c < 0x80)
			*to++ = *from;
		else if (c >= 0xC0)
			*to++ = '?';
	}
	*to = '\0';
}
