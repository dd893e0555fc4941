/* SPDX-License-Identifier: MIT */
#include "base/lang.h"

#include "base/mo.h"
#ifdef HAVE_CATALOGUE
#include "base/catalogue.h"
#endif

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { KEY_MAX = 256 };

struct lang {
	const char *name;
	/* Names of locales that read it, up to their encoding; the first one
	 * is the language alone. */
	const char *also[6];
	struct mo mo;
	/* Which form is for n things. */
	size_t (*form)(unsigned long long n);
};

#ifdef HAVE_CATALOGUE
static size_t
form_only(unsigned long long n)
{
	(void)n;
	return 0;
}

static const struct lang langs[] = {
	{
	    .name = "zh_CN",
	    .also = { "zh", "zh_SG", "zh_MY", "zh_Hans", "zh_Hans_CN" },
	    .mo = { catalogue_zh_CN, sizeof(catalogue_zh_CN) },
	    .form = form_only,
	},
};

const struct lang *
lang_at(size_t i)
{
	return i < sizeof(langs) / sizeof(langs[0]) ? &langs[i] : NULL;
}
#else
const struct lang *
lang_at(size_t i)
{
	(void)i;
	return NULL;
}
#endif

static char
char_fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '-' ? '_' : c;
}

/* The size bytes are that name, whatever the case, with '-' for '_'. */
static bool
name_is(const char *name, const char *p, size_t size)
{
	if (name == NULL || strlen(name) != size)
		return false;
	for (size_t i = 0; i < size; i++)
		if (char_fold(name[i]) != char_fold(p[i]))
			return false;
	return true;
}

static bool
lang_is(const struct lang *l, const char *p, size_t size)
{
	for (size_t i = 0; i < sizeof(l->also) / sizeof(l->also[0]); i++)
		if (name_is(l->also[i], p, size))
			return true;
	return name_is(l->name, p, size);
}

static const struct lang *
lang_find_span(const char *p, size_t size)
{
	const struct lang *l;

	for (size_t i = 0; (l = lang_at(i)) != NULL; i++)
		if (lang_is(l, p, size))
			return l;
	return NULL;
}

const struct lang *
lang_find(const char *name)
{
	return lang_find_span(name, strcspn(name, ".@:"));
}

static bool
is_english(const char *p, size_t size)
{
	return size >= 2 && name_is("en", p, 2) &&
	       (size == 2 || p[2] == '_' || p[2] == '-');
}

const struct lang *
lang_of_locale(const char *locale, const char *list)
{
	/* Programs that run in the locale C are asked for English, whatever
	 * the list says. */
	if (locale == NULL || locale[0] == '\0' || strcmp(locale, "C") == 0 ||
	    strncmp(locale, "C.", 2) == 0 || strcmp(locale, "POSIX") == 0)
		return NULL;
	for (const char *p = list; p != NULL && *p != '\0';) {
		size_t size = strcspn(p, ":");
		size_t word = strcspn(p, ".@:");
		const struct lang *l = lang_find_span(p, word);
		if (l != NULL || is_english(p, word))
			return l;
		p += size + (p[size] == ':');
	}
	return lang_find(locale);
}

const char *
lang_name(const struct lang *l)
{
	return l != NULL ? l->name : "en";
}

const char *
say(const struct lang *l, const char *msgid)
{
	size_t size;

	/* The empty key is the header of the catalogue. */
	if (l == NULL || msgid[0] == '\0')
		return msgid;
	const char *text = mo_find(&l->mo, msgid, &size);
	return text != NULL && size > 0 ? text : msgid;
}

const char *
say_n(const struct lang *l, const char *one, const char *many,
    unsigned long long n)
{
	size_t size;
	const char *english = n == 1 ? one : many;

	if (l == NULL)
		return english;
	const char *text = mo_find(&l->mo, one, &size);
	if (text == NULL || size == 0)
		return english;
	const char *end = text + size;
	for (size_t i = l->form(n); i > 0; i--) {
		text += strlen(text) + 1;
		if (text > end)
			return english;
	}
	return text;
}

const char *
say_in(const struct lang *l, const char *context, const char *msgid)
{
	char key[KEY_MAX];
	size_t size;

	if (l == NULL)
		return msgid;
	int n = snprintf(key, sizeof(key), "%s\4%s", context, msgid);
	if (n < 0 || (size_t)n >= sizeof(key))
		return msgid;
	const char *text = mo_find(&l->mo, key, &size);
	return text != NULL && size > 0 ? text : msgid;
}
