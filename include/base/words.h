/* SPDX-License-Identifier: MIT */
/*
 * A line as the words of a program's command line. Blanks part them; '...'
 * is as it stands; in "..." a backslash is before " and \ only; elsewhere it
 * takes away the meaning of what follows. No variables, patterns, pipes or
 * files: that would be a shell.
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stddef.h>

enum { WORDS_MAX = 16 };

struct words {
	char *items[WORDS_MAX + 1]; /* owned; NULL behind the last */
	size_t count;
};

/* 0; ERR_SHORT: a quote is not closed, or nothing follows a backslash;
 * ERR_LIMIT: more than WORDS_MAX. */
int words_split(const char *text, struct words *ret_words);
void words_clear(struct words *w);

#endif
