/* SPDX-License-Identifier: MIT */
/*
 * The best of all ways to find the letters in the text, a letter of the
 * pattern after the other: for each place of the text what is the most with
 * this letter here, and the most with it here or before.
 */
#include "ui/fuzzy.h"

#include "base/utf8.h"
#include "ui/draft.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { NONE = INT_MIN / 2 };

struct fuzzy {
	uint32_t pattern[FUZZY_PATTERN_MAX], text[FUZZY_TEXT_MAX];
	bool starts[FUZZY_TEXT_MAX]; /* a word begins here */
	size_t m, n;
	/* With the letter before here; with it here. */
	int before[FUZZY_TEXT_MAX], here[FUZZY_TEXT_MAX];
};

static bool
is_word(uint32_t cp)
{
	return (cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') ||
	       (cp >= 'A' && cp <= 'Z') || cp >= 0x80;
}

static bool
is_capital(uint32_t cp)
{
	return draft_lower(cp) != cp;
}

static void
read_pattern(struct fuzzy *f, const char *s)
{
	size_t size = strlen(s), at = 0;
	uint32_t cp;

	while (at < size && f->m < FUZZY_PATTERN_MAX) {
		at += utf8_decode(s + at, size - at, &cp, NULL);
		if (cp != ' ')
			f->pattern[f->m++] = draft_lower(cp);
	}
}

/* A capital behind a small letter begins a word, too. */
static void
read_text(struct fuzzy *f, const char *s)
{
	size_t size = strlen(s), at = 0;
	uint32_t cp, last = ' ';

	for (; at < size && f->n < FUZZY_TEXT_MAX; last = cp) {
		at += utf8_decode(s + at, size - at, &cp, NULL);
		f->starts[f->n] =
		    is_word(cp) &&
		    (!is_word(last) || (is_capital(cp) && !is_capital(last)));
		f->text[f->n++] = draft_lower(cp);
	}
}

/* What comes before is worth less the further it is away; most of all letters
 * that touch. */
static int
join(const struct fuzzy *f, size_t i, int best, size_t best_at)
{
	int touching = i == 0 ? NONE : f->before[i - 1] + FUZZY_NEXT;
	int gap = best == NONE ? 0 : (int)(i - best_at - 1);
	int apart = best - (gap > FUZZY_GAP_MAX ? FUZZY_GAP_MAX : gap);

	return touching > apart ? touching : apart;
}

/* One letter further. */
static bool
advance(struct fuzzy *f, size_t letter)
{
	int best = NONE;
	size_t best_at = 0;
	bool any = false;

	for (size_t i = 0; i < f->n; i++) {
		int worth = FUZZY_FIT + (f->starts[i] ? FUZZY_WORD : 0) +
			    (i == 0 ? FUZZY_FIRST : 0);
		f->here[i] = NONE;
		if (i > 0 && letter > 0 && f->before[i - 1] > best) {
			best = f->before[i - 1];
			best_at = i - 1;
		}
		if (f->text[i] != f->pattern[letter])
			continue;
		int from = letter == 0 ? 0 : join(f, i, best, best_at);
		if (from <= NONE / 2)
			continue;
		f->here[i] = from + worth;
		any = true;
	}
	memcpy(f->before, f->here, f->n * sizeof(f->here[0]));
	return any;
}

bool
fuzzy_match(const char *pattern, const char *text, int *ret_score)
{
	struct fuzzy f = { .m = 0 };
	int best = NONE;

	read_pattern(&f, pattern);
	read_text(&f, text);
	*ret_score = 0;
	if (f.m == 0)
		return true;
	for (size_t i = 0; i < f.m; i++)
		if (!advance(&f, i))
			return false;
	for (size_t i = 0; i < f.n; i++)
		best = f.here[i] > best ? f.here[i] : best;
	/* Fractions of a letter: no length outweighs how it fits. */
	*ret_score = best * FUZZY_TEXT_MAX - (int)f.n;
	return true;
}
