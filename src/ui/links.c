/* SPDX-License-Identifier: MIT */
#include "ui/links.h"

#include <string.h>
#include <strings.h>

/* A mailer may attach what a link of it names. */
static const char *const schemes[] = { "https://", "http://" };

/* Bytes of the scheme that begins here, 0 for none. */
static size_t
scheme_size(const char *text, size_t size)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t n = strlen(schemes[i]);
		if (n < size && strncasecmp(text, schemes[i], n) == 0)
			return n;
	}
	return 0;
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* Only ASCII: an address with other letters is written so that programs
 * understand it, and what looks like a letter may be another. */
static bool
ends_link(char c)
{
	return c <= ' ' || c > '~' || strchr("<>\"`{}|\\^", c) != NULL;
}

static size_t
count(const char *text, size_t size, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += text[i] == c;
	return n;
}

/* A bracket belongs to the link that opened it. */
static size_t
trim(const char *text, size_t size)
{
	while (size > 0) {
		char c = text[size - 1];
		bool closes = c == ')' || c == ']';
		char opens = c == ')' ? '(' : '[';
		if (closes && count(text, size, c) <= count(text, size, opens))
			return size;
		if (!closes && strchr(".,;:!?'*_", c) == NULL)
			return size;
		size--;
	}
	return 0;
}

bool
link_next(const char *text, size_t size, size_t at, struct link *ret_link)
{
	for (; at < size; at++) {
		if (at > 0 && is_word(text[at - 1]))
			continue;
		size_t scheme = scheme_size(text + at, size - at), n = scheme;
		if (scheme == 0)
			continue;
		while (at + n < size && !ends_link(text[at + n]))
			n++;
		n = trim(text + at, n);
		if (n <= scheme)
			continue;
		*ret_link = (struct link){ at, n };
		return true;
	}
	return false;
}
