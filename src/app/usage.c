/* SPDX-License-Identifier: MIT */
#include "app/usage.h"

#include "app/language.h"
#include "base/mem.h"
#include "base/width.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN = 24, COLUMNS = 80 };

bool
usage_is_of_verb(char letter)
{
	if (letter == USAGE_NAME)
		return false;
	for (size_t i = 1; i < USAGE_VERBS; i++)
		if (strchr(usage_verbs[i].letters, letter) != NULL)
			return true;
	return false;
}

char *
usage_takers(char letter)
{
	char *text = NULL;

	for (size_t i = 1; i < USAGE_VERBS; i++) {
		const struct verb_row *v = &usage_verbs[i];
		if (strchr(v->letters, letter) == NULL)
			continue;
		char *more = text == NULL ? xstrdup(v->name)
					  : xasprintf("%s, %s", text, v->name);
		free(text);
		text = more;
	}
	return text;
}

/* The part of a text that a line of so many cells has room for; where there is
 * a blank it ends at one. */
static size_t
line_size(const char *text, int cells)
{
	size_t all = strlen(text), n = width_cut(text, all, cells, NULL);
	size_t at = n;

	while (n < all && at > 0 && text[at] != ' ')
		at--;
	return at > 0 ? at : n;
}

/* Text from a column on, where the cursor is. */
static void
show_text(int column, const char *text)
{
	while (*text != '\0') {
		size_t n = line_size(text, COLUMNS - column);
		printf("%.*s\n", (int)n, text);
		text += n;
		text += strspn(text, " ");
		if (*text != '\0')
			printf("%*s", column, "");
	}
}

static void
show_row(int n, const char *gloss)
{
	if (n >= COLUMN) {
		putchar('\n');
		n = 0;
	}
	printf("%*s", COLUMN - n, "");
	show_text(COLUMN, say(language(), gloss));
}

static const char *
gap(const char *word)
{
	return word == NULL || word[0] == '\0' ? "" : " ";
}

static void
show_option(const struct option_row *r, const char *gloss)
{
	int n = printf("  -%c, --%s%s%s", r->letter, r->name, gap(r->arg),
	    r->arg == NULL ? "" : r->arg);

	show_row(n, gloss);
}

static void
show_all(void)
{
	puts(say(language(),
	    "earshot: chat with people on this network. No server, no "
	    "account.\n\n"
	    "usage: earshot [OPTION]...\n"
	    "       earshot VERB [OPTION]... [WORD]...\n\n"
	    "Without a verb the screen starts. For the shell and for "
	    "scripts:\n"));
	for (size_t i = 1; i < USAGE_VERBS; i++) {
		const struct verb_row *v = &usage_verbs[i];
		show_row(printf("  %s%s%s", v->name, gap(v->args), v->args),
		    v->gloss);
	}
	putchar('\n');
	for (size_t i = 0; i < USAGE_OPTIONS; i++)
		if (!usage_is_of_verb(usage_options[i].letter))
			show_option(&usage_options[i], usage_options[i].gloss);
	puts(say(language(), "\nA verb and its options: earshot VERB --help. "
			     "On the screen: F1 or /help.\n"
			     "The manual: man earshot"));
}

static const char *
gloss_for(const struct verb_row *v, const struct option_row *r)
{
	if (r->letter == 'h')
		return N_("show this");
	/* The one that means something else to somebody. */
	return r->letter == USAGE_NAME && strchr(v->letters, r->letter) != NULL
		   ? N_("of -: the name of the file there")
		   : r->gloss;
}

static void
show_options(const struct verb_row *v, const char *letters)
{
	for (size_t i = 0; i < USAGE_OPTIONS; i++)
		if (strchr(letters, usage_options[i].letter) != NULL)
			show_option(
			    &usage_options[i], gloss_for(v, &usage_options[i]));
}

static void
show_settings(void)
{
	size_t count;
	const struct setting *rows = settings_keys(&count);

	puts(say(language(), "\nThe settings:"));
	for (size_t i = 0; i < count; i++)
		show_row(printf("  %s %s", rows[i].name, rows[i].values),
		    rows[i].gloss);
}

static void
show_verb(enum verb verb)
{
	const struct verb_row *v = &usage_verbs[verb];

	printf(say(language(), "usage: earshot %s [OPTION]...%s%s\n\n"),
	    v->name, gap(v->args), v->args);
	show_text(0, say(language(), v->gloss));
	putchar('\n');
	if (v->more[0] != '\0') {
		show_text(0, say(language(), v->more));
		putchar('\n');
	}
	show_options(v, v->letters);
	show_options(v, v->shared);
	show_options(v, "h");
	putchar('\n');
	show_text(0, say(language(), v->ends));
	if (verb == VERB_SET)
		show_settings();
}

void
usage_show(enum verb verb)
{
	if (verb == VERB_NONE)
		show_all();
	else
		show_verb(verb);
}
