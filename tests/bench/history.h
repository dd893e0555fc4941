/* SPDX-License-Identifier: MIT */
/*
 * What the long history of the bench is made of.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include "base/id.h"

#include <stdio.h>
#include <string.h>

enum {
	HISTORY_WORDS = 20000,
	HISTORY_WORD_SIZE = 16,
	HISTORY_CONTACTS = 60,
	HISTORY_OLD = 300000,            /* a row far down */
	HISTORY_RARE = HISTORY_CONTACTS, /* with this one almost nothing */
};

static inline struct fp
history_fp(unsigned who)
{
	struct fp fp;

	memset(fp.b, 0x40, sizeof(fp.b));
	memcpy(fp.b, &who, sizeof(who));
	return fp;
}

/* The word of that rank: 0 is the most frequent. */
static inline void
history_word(unsigned rank, char out[static HISTORY_WORD_SIZE])
{
	static const char first[] = "bcdfghjklmnprstvwz", then[] = "aeiou";
	enum { SYLLABLES = (sizeof(first) - 1) * (sizeof(then) - 1) };
	size_t n = 0;

	for (unsigned rest = rank + 1; rest > 0;
	     rest = (rest - 1) / SYLLABLES) {
		unsigned syllable = (rest - 1) % SYLLABLES;
		out[n++] = first[syllable / (sizeof(then) - 1)];
		out[n++] = then[syllable % (sizeof(then) - 1)];
	}
	out[n] = '\0';
}

#endif
