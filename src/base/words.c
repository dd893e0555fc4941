/* SPDX-License-Identifier: MIT */
#include "base/words.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\n";

void
words_clear(struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->items[i]);
	*w = (struct words){ .count = 0 };
}

/* Copies up to the closing quote; behind it, or NULL without one. */
static const char *
copy_quoted(const char *p, char **out)
{
	char quote = *p++;

	for (; *p != quote; p++) {
		if (*p == '\0')
			return NULL;
		if (quote == '"' && *p == '\\' && (p[1] == '"' || p[1] == '\\'))
			p++;
		*(*out)++ = *p;
	}
	return p + 1;
}

/* Copies one word; behind it, or NULL when it has no end. */
static const char *
copy_word(const char *p, char *out)
{
	while (p != NULL && *p != '\0' && strchr(blanks, *p) == NULL) {
		if (*p == '"' || *p == '\'') {
			p = copy_quoted(p, &out);
			continue;
		}
		if (*p == '\\' && *++p == '\0')
			return NULL;
		*out++ = *p++;
	}
	*out = '\0';
	return p;
}

int
words_split(const char *text, struct words *ret_words)
{
	struct words w = { .count = 0 };
	int err = 0;

	text += strspn(text, blanks);
	while (err == 0 && *text != '\0') {
		if (w.count == WORDS_MAX) {
			err = ERR_LIMIT;
			break;
		}
		/* No word is longer than what it is written as. */
		w.items[w.count] = xmalloc(strlen(text) + 1);
		text = copy_word(text, w.items[w.count++]);
		if (text == NULL)
			err = ERR_SHORT;
		else
			text += strspn(text, blanks);
	}
	if (err < 0)
		words_clear(&w);
	else
		*ret_words = w;
	return err;
}
