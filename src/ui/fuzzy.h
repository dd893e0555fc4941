/* SPDX-License-Identifier: MIT */
/*
 * How well a few letters fit a text: they are in it in their order, whatever
 * their case, and count more at the starts of words and one after another.
 */
#ifndef UI_FUZZY_H
#define UI_FUZZY_H

#include <stdbool.h>

enum {
	FUZZY_PATTERN_MAX = 64, /* code points; what is behind is not looked at
				 */
	FUZZY_TEXT_MAX = 256,   /* the same of the text */
	FUZZY_FIT = 16,         /* for each letter */
	FUZZY_WORD = 24,        /* more at the start of a word */
	FUZZY_FIRST = 16,       /* and more where that begins the text */
	FUZZY_NEXT = 24,        /* more right behind the one before */
	FUZZY_GAP_MAX = 12,     /* less for what is between, up to so much */
};

/* False: it does not fit. Blanks in the pattern count for nothing; the empty
 * pattern fits everything with 0. Among texts that fit equally the shorter has
 * more. */
bool fuzzy_match(const char *pattern, const char *text, int *ret_score);

#endif
