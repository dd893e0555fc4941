/* SPDX-License-Identifier: MIT */
#include "ui/path_words.h"

#include "base/mem.h"
#include "ui/parse.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char scheme[] = "file://";

/* The value of a hexadecimal digit, or -1. */
static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at =
	    c == '\0' ? NULL
		      : strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);

	return at == NULL ? -1 : (int)(at - digits);
}

/* Behind "file://" and the host, which is this one: nobody drops another's. */
static char *
from_link(const char *link)
{
	const char *s = strchr(link + strlen(scheme), '/');
	char *out = xmalloc(strlen(link) + 1);
	size_t size = 0;

	for (; s != NULL && *s != '\0'; s++) {
		int high = s[0] == '%' ? digit(s[1]) : -1;
		int low = high < 0 ? -1 : digit(s[2]);
		char c = low < 0 ? *s : (char)(high * 16 + low);
		if (low >= 0)
			s += 2;
		if (c != '\0')
			out[size++] = c;
	}
	out[size] = '\0';
	return out;
}

size_t
path_word(const char *s, size_t n, char **ret_path)
{
	char *path = xmalloc(n + 1), quote = '\0';
	size_t at = 0, size = 0;

	for (; at < n && (quote != '\0' || !is_blank(s[at])); at++) {
		char c = s[at];
		if (quote == '\0' && (c == '"' || c == '\'')) {
			quote = c;
			continue;
		}
		if (c == quote) {
			quote = '\0';
			continue;
		}
		if (c == '\\' && quote != '\'' && at + 1 < n)
			c = s[++at];
		path[size++] = c;
	}
	path[size] = '\0';
	if (strncasecmp(path, scheme, strlen(scheme)) == 0) {
		*ret_path = from_link(path);
		free(path);
	} else {
		*ret_path = path;
	}
	return at;
}

size_t
path_last_word(const char *s, size_t n)
{
	size_t at = 0;

	for (;;) {
		while (at < n && is_blank(s[at]))
			at++;
		char *path;
		size_t used = path_word(s + at, n - at, &path);
		free(path);
		if (at + used >= n)
			return at;
		at += used;
	}
}

char *
path_escape(const char *path)
{
	char *out = xmalloc(2 * strlen(path) + 1);
	size_t size = 0;

	for (; *path != '\0'; path++) {
		if (strchr(" \t\"'\\", *path) != NULL)
			out[size++] = '\\';
		out[size++] = *path;
	}
	out[size] = '\0';
	return out;
}

bool
path_is_absolute(const char *path)
{
	return path[0] == '/' && strchr(path + 1, '/') != NULL;
}

bool
path_is_drop(const char *s, size_t n)
{
	unsigned words = 0;

	for (size_t at = 0; at < n; words++) {
		char *path;
		at += path_word(s + at, n - at, &path);
		bool is = path_is_absolute(path);
		free(path);
		if (!is)
			return false;
		while (at < n && is_blank(s[at]))
			at++;
	}
	return words > 0;
}
