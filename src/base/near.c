/* SPDX-License-Identifier: MIT */
#include "base/near.h"

#include <string.h>

enum {
	NEAR_WORD_MAX = 24,
	NEAR_DISTANCE = 2,
	NEAR_SHORT = 4,
	NEAR_MIN = 3, /* shorter ones are near to too much */
};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Letters added, dropped or changed between two words, by Wagner and Fischer;
 * both at most NEAR_WORD_MAX bytes. */
static unsigned
distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
	unsigned row[NEAR_WORD_MAX + 1];

	for (unsigned j = 0; j <= b_size; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a_size; i++) {
		unsigned diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b_size; j++) {
			unsigned best =
			    diagonal + (lower(a[i - 1]) != lower(b[j - 1]));
			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b_size];
}

bool
near_is(const char *word, size_t n, const char *name)
{
	size_t size = strlen(name);

	if (n < NEAR_MIN || n > NEAR_WORD_MAX || size > NEAR_WORD_MAX)
		return false;
	return distance(word, n, name, size) <=
	       (size < NEAR_SHORT ? 1 : NEAR_DISTANCE);
}
