/* SPDX-License-Identifier: MIT */
/*
 * Names compared by eye, in the spirit of UTS #39: compatibility forms and case
 * are folded, lookalikes become the ASCII they look like, and ASCII characters
 * that look alike become one. A skeleton may join names that can be told apart
 * with care; that costs a longer tag on screen, no more.
 *
 * Accents above a letter stay, as they are seen. Marks below it go, as a
 * terminal row leaves no room for them, and so does a dot on a letter that has
 * one.
 */
#include "base/confusables.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum {
	CP_DOT_ABOVE = 0x307,
	CCC_BELOW = 220,
};

/* Pairs of ASCII that look like one letter. */
static const struct {
	char pair[3];
	char one;
} ascii_pairs[] = {
	{ "rn", 'm' },
	{ "vv", 'w' },
};

static const char *
confusable_find(uint32_t cp)
{
	size_t low = 0, high = sizeof(confusables) / sizeof(confusables[0]);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (cp > confusables[mid].cp)
			low = mid + 1;
		else if (cp < confusables[mid].cp)
			high = mid;
		else
			return confusables[mid].ascii;
	}
	return NULL;
}

/* As replace_lookalikes, of ASCII: the first of the table are all there is. */
static char *
replace_ascii(const char *text)
{
	char *out = xstrdup(text);

	for (char *p = out; *p != '\0'; p++) {
		uint32_t cp = (unsigned char)*p;
		size_t i = 0;
		while (confusables[i].cp < cp)
			i++;
		if (confusables[i].cp == cp)
			*p = confusables[i].ascii[0];
	}
	return out;
}

/* Takes text; returns it normalised as the options say. */
static char *
normalise(char *text, unsigned options)
{
	utf8proc_uint8_t *out = NULL;

	if (utf8proc_map((const utf8proc_uint8_t *)text, 0, &out,
		(utf8proc_option_t)(options | UTF8PROC_NULLTERM |
				    UTF8PROC_STABLE)) < 0 ||
	    out == NULL)
		abort();
	free(text);
	return (char *)out;
}

/* A mark that is easily overlooked on what stands before it. */
static bool
is_faint(uint32_t cp, char before)
{
	const utf8proc_property_t *p =
	    utf8proc_get_property((utf8proc_int32_t)cp);

	if (p->combining_class == CCC_BELOW)
		return true;
	return cp == CP_DOT_ABOVE &&
	       (before == 'l' || before == 'i' || before == 'j');
}

/* Takes text; returns it with lookalikes written in ASCII, which is
 * never longer than what it stands for. */
static char *
replace_lookalikes(char *text)
{
	size_t n = strlen(text), size = 0;
	char *out = xmalloc(n + 1);

	for (size_t at = 0; at < n;) {
		uint32_t cp;
		size_t used = utf8_decode(text + at, n - at, &cp, NULL);
		const char *ascii = confusable_find(cp);
		if (ascii != NULL) {
			memcpy(out + size, ascii, strlen(ascii));
			size += strlen(ascii);
		} else if (!is_faint(cp, size > 0 ? out[size - 1] : '\0')) {
			memcpy(out + size, text + at, used);
			size += used;
		}
		at += used;
	}
	out[size] = '\0';
	free(text);
	return out;
}

static void
join_pairs(char *text)
{
	size_t size = 0;

	for (size_t at = 0; text[at] != '\0'; at++) {
		text[size] = text[at];
		for (size_t i = 0;
		     i < sizeof(ascii_pairs) / sizeof(ascii_pairs[0]); i++) {
			if (memcmp(text + at, ascii_pairs[i].pair, 2) != 0)
				continue;
			text[size] = ascii_pairs[i].one;
			at++;
			break;
		}
		size++;
	}
	text[size] = '\0';
}

static bool
is_ascii(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

static void
fold_ascii(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

/*
 * Lookalikes are replaced three times: as they stand, since a compatibility
 * form may look like another letter than what it decomposes to (the lunate
 * sigma); decomposed, but before case is folded, as capitals may be alike where
 * small letters are not; and then for what folding brings. ASCII is normal in
 * all forms, and nothing more comes of folding it.
 */
char *
name_skeleton(const char *name)
{
	char *text = is_ascii(name) ? replace_ascii(name)
				    : replace_lookalikes(xstrdup(name));

	if (is_ascii(text)) {
		fold_ascii(text);
		join_pairs(text);
		return text;
	}
	text = normalise(
	    text, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_IGNORE);

	text = replace_lookalikes(text);
	text = normalise(text, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
				   UTF8PROC_IGNORE | UTF8PROC_CASEFOLD);
	text = replace_lookalikes(text);
	join_pairs(text);
	return normalise(text, UTF8PROC_COMPOSE);
}
