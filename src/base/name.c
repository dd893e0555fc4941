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

enum script {
	SCRIPT_OTHER,
	SCRIPT_LATIN,
	SCRIPT_GREEK,
	SCRIPT_CYRILLIC,
};

/* Sorted; letters of these blocks. */
static const struct {
	uint32_t first, last;
	enum script script;
} scripts[] = {
	{ 0x0041, 0x005a, SCRIPT_LATIN },
	{ 0x0061, 0x007a, SCRIPT_LATIN },
	{ 0x00aa, 0x00aa, SCRIPT_LATIN },
	{ 0x00ba, 0x00ba, SCRIPT_LATIN },
	{ 0x00c0, 0x00d6, SCRIPT_LATIN },
	{ 0x00d8, 0x00f6, SCRIPT_LATIN },
	{ 0x00f8, 0x02b8, SCRIPT_LATIN },
	{ 0x0370, 0x03e1, SCRIPT_GREEK },
	{ 0x03f0, 0x03ff, SCRIPT_GREEK },
	{ 0x0400, 0x052f, SCRIPT_CYRILLIC },
	{ 0x1c80, 0x1c8f, SCRIPT_CYRILLIC },
	{ 0x1d00, 0x1d25, SCRIPT_LATIN },
	{ 0x1d26, 0x1d2a, SCRIPT_GREEK },
	{ 0x1d2b, 0x1d2b, SCRIPT_CYRILLIC },
	{ 0x1d2c, 0x1d5c, SCRIPT_LATIN },
	{ 0x1d5d, 0x1d61, SCRIPT_GREEK },
	{ 0x1d62, 0x1d65, SCRIPT_LATIN },
	{ 0x1d66, 0x1d6a, SCRIPT_GREEK },
	{ 0x1d6b, 0x1d77, SCRIPT_LATIN },
	{ 0x1d78, 0x1d78, SCRIPT_CYRILLIC },
	{ 0x1d79, 0x1dbe, SCRIPT_LATIN },
	{ 0x1e00, 0x1eff, SCRIPT_LATIN },
	{ 0x1f00, 0x1fff, SCRIPT_GREEK },
	{ 0x2071, 0x2071, SCRIPT_LATIN },
	{ 0x207f, 0x207f, SCRIPT_LATIN },
	{ 0x2090, 0x209c, SCRIPT_LATIN },
	{ 0x2c60, 0x2c7f, SCRIPT_LATIN },
	{ 0xa640, 0xa69f, SCRIPT_CYRILLIC },
	{ 0xa722, 0xa787, SCRIPT_LATIN },
	{ 0xa78b, 0xa7ff, SCRIPT_LATIN },
	{ 0xab30, 0xab6f, SCRIPT_LATIN },
	{ 0xfb00, 0xfb06, SCRIPT_LATIN },
	{ 0xff21, 0xff3a, SCRIPT_LATIN },
	{ 0xff41, 0xff5a, SCRIPT_LATIN },
};

static const char *
confusable_find(uint32_t cp)
{
	size_t low = 0, high = sizeof confusables / sizeof confusables[0];

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
		     i < sizeof ascii_pairs / sizeof ascii_pairs[0]; i++) {
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

/*
 * Lookalikes are replaced three times: as they stand, since a compatibility
 * form may look like another letter than what it decomposes to (the lunate
 * sigma); decomposed, but before case is folded, as capitals may be alike where
 * small letters are not; and then for what folding brings.
 */
char *
name_skeleton(const char *name)
{
	char *text = replace_lookalikes(xstrdup(name));

	text = normalise(
	    text, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_IGNORE);

	text = replace_lookalikes(text);
	text = normalise(text, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
				   UTF8PROC_IGNORE | UTF8PROC_CASEFOLD);
	text = replace_lookalikes(text);
	join_pairs(text);
	return normalise(text, UTF8PROC_COMPOSE);
}

static enum script
script_of(uint32_t cp)
{
	for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
		if (cp >= scripts[i].first && cp <= scripts[i].last)
			return scripts[i].script;
	}
	return SCRIPT_OTHER;
}

/* Letters, marks and digits; all else ends a word. */
static bool
is_word_part(uint32_t cp)
{
	utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)cp);

	return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_NO;
}

int
name_is_mixed_script(const char *name)
{
	size_t n = strlen(name);
	bool latin = false, other = false;

	for (size_t at = 0; at < n;) {
		uint32_t cp;

		at += utf8_decode(name + at, n - at, &cp, NULL);
		if (!is_word_part(cp)) {
			latin = other = false;
			continue;
		}

		enum script script = script_of(cp);

		latin = latin || script == SCRIPT_LATIN;
		other = other || script == SCRIPT_GREEK ||
			script == SCRIPT_CYRILLIC;
		if (latin && other)
			return 1;
	}
	return 0;
}
