/* SPDX-License-Identifier: MIT */
/*
 * Emoji by name: ":rocket:" is typed by everybody's fingers.
 */
#ifndef UI_EMOJI_H
#define UI_EMOJI_H

#include <stdbool.h>
#include <stddef.h>

struct emoji {
	const char *name; /* without the colons */
	const char *text; /* UTF-8 */
};

enum { EMOJI_NAME_MAX = 24 };

/* Exactly that name, in any case; NULL: there is none. */
const struct emoji *emoji_find(const char *name, size_t n);
/* Those whose names begin so stand together, from the one returned on. */
const struct emoji *emoji_starting(
    const char *start, size_t n, size_t *ret_count);
/* What the emoji at the start of text is called; NULL: it is none of ours. */
const struct emoji *emoji_at(const char *text, size_t n);
/* A new text with each ":name:" that stands alone as its emoji (caller frees);
 * NULL where there is nothing to replace. What is in `code` stays. */
char *emoji_replaced(const char *text);
/* The start of a name being typed at the end of the n bytes: the byte behind
 * its colon; SIZE_MAX: none. */
size_t emoji_typed(const char *text, size_t n);

#endif
