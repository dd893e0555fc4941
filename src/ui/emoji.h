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
enum {
	/* ":name:", or "[U+1F680]"; with its NUL. */
	EMOJI_SHOWN_SIZE = EMOJI_NAME_MAX + 16,
};

/* The cluster of n bytes is an emoji, or ends in what makes it one. */
bool emoji_is(const char *cluster, size_t n);
/* It is made of two letters. */
bool emoji_is_flag(const char *cluster, size_t n);
/* What stands for it where no emoji can be shown: ASCII, its bytes; 0: the
 * cluster is no emoji. */
size_t emoji_shown(
    const char *cluster, size_t n, char out[static EMOJI_SHOWN_SIZE]);
/* Cells of a text; names: with that in place of each emoji. */
int emoji_width(bool names, const char *text, size_t n);
/* A new text with each ":name:" that stands alone as its emoji (caller frees);
 * NULL where there is nothing to replace. What is in `code` stays. */
char *emoji_replaced(const char *text);
/* The start of a name being typed at the end of the n bytes: the byte behind
 * its colon; SIZE_MAX: none. */
size_t emoji_typed(const char *text, size_t n);

#endif
