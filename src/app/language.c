/* SPDX-License-Identifier: MIT */
/*
 * The variables say what the user reads; the locale itself need not be
 * installed, as it is on few small machines.
 */
#include "app/language.h"

#include "store/home.h"

#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* The thread that moves files asks, too. */
static const struct lang *_Atomic chosen;
static const struct lang *of_system;

/* The name of the locale for messages, as setlocale(3) would find it. */
static const char *
locale_name(const char *category)
{
	const char *const names[] = { "LC_ALL", category, "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		if (value != NULL && *value != '\0')
			return value;
	}
	return NULL;
}

static bool
names_utf8(const char *locale)
{
	const char *dot = locale == NULL ? NULL : strchr(locale, '.');

	return dot != NULL && (strncasecmp(dot + 1, "utf-8", 5) == 0 ||
				  strncasecmp(dot + 1, "utf8", 4) == 0);
}

static bool
is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* The fonts of the console of Linux have 256 or 512 characters. */
static bool
is_console(void)
{
	const char *term = getenv("TERM");

	return term != NULL && strcmp(term, "linux") == 0 &&
	       isatty(STDOUT_FILENO);
}

void
language_start(void)
{
	if (setlocale(LC_ALL, "") == NULL &&
	    names_utf8(locale_name("LC_CTYPE")) &&
	    setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		setlocale(LC_CTYPE, "en_US.UTF-8");
	setlocale(LC_NUMERIC, "C");
	/* Where only Latin letters can be shown, English can be read. */
	of_system =
	    is_utf8() && !is_console()
		? lang_of_locale(locale_name("LC_MESSAGES"), getenv("LANGUAGE"))
		: NULL;
	language_set(of_system);
}

void
language_set(const struct lang *l)
{
	chosen = l;
	home_speak(l);
}

const struct lang *
language(void)
{
	return chosen;
}

const struct lang *
language_of_system(void)
{
	return of_system;
}
