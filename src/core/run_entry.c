/* SPDX-License-Identifier: MIT */
/*
 * An argument of somebody else takes the place of one word, or stays away: it
 * is never taken apart, and begins with "-" only where the user wrote so.
 */
#include "core/run_entry.h"

#include "base/err.h"
#include "base/mem.h"
#include "wire/msg.h"

#include <stdlib.h>
#include <string.h>

/* Words that stand for all arguments; before which a "-" is no option, or where
 * it may be one. */
static const char args_word[] = "{args}", any_word[] = "{any}";

bool
run_name_is_good(const char *name, size_t n)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.-";

	if (n == 0 || n > RUN_NAME_MAX || name[0] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (memchr(letters, name[i], sizeof(letters) - 1) == NULL)
			return false;
	return true;
}

/* What stands behind "NAME = "; NULL where that is not there. */
static const char *
program_of(const char *item)
{
	const char *sign = strstr(item, " = ");

	if (sign == NULL)
		return NULL;
	size_t n = (size_t)(sign - item);
	while (n > 0 && item[n - 1] == ' ')
		n--;
	return run_name_is_good(item, n) ? sign + 3 : NULL;
}

static bool
stands_for_args(const char *word)
{
	return strcmp(word, args_word) == 0 || strcmp(word, any_word) == 0;
}

int
run_entry_read(const char *item, struct words *ret_words)
{
	const char *program = program_of(item);
	struct words w;

	if (program == NULL || words_split(program, &w) < 0)
		return ERR_FORMAT;
	/* What is started is the user's choice alone. */
	if (w.count > 0 && w.items[0][0] != '\0' &&
	    !stands_for_args(w.items[0])) {
		*ret_words = w;
		return 0;
	}
	words_clear(&w);
	return ERR_FORMAT;
}

const char *
run_entry_find(const struct setting_list *entries, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < entries->count; i++)
		if (strncmp(entries->items[i], name, n) == 0 &&
		    entries->items[i][n] == ' ')
			return entries->items[i];
	return NULL;
}

/* Lines, one for each word. */
struct lines {
	char *text;
	size_t count;
};

static void
add_line(struct lines *l, const char *word)
{
	char *longer = l->text == NULL ? xstrdup(word)
				       : xasprintf("%s\n%s", l->text, word);

	free(l->text);
	l->text = longer;
	l->count++;
}

static bool
has_option(char *const *args, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (args[i][0] == '-')
			return true;
	return false;
}

static int
fill(const struct words *w, char *const *args, size_t count, struct lines *l)
{
	bool wanted = count == 0;

	for (size_t i = 0; i < w->count; i++) {
		const char *word = w->items[i];
		if (!stands_for_args(word)) {
			add_line(l, word);
			continue;
		}
		if (strcmp(word, args_word) == 0 && has_option(args, count))
			return ERR_FORMAT;
		for (size_t j = 0; j < count; j++)
			add_line(l, args[j]);
		wanted = true;
	}
	if (!wanted)
		return ERR_FORMAT;
	return l->count > WORDS_MAX ? ERR_LIMIT : 0;
}

int
run_entry_fill(
    const char *item, char *const *args, size_t count, char **ret_lines)
{
	struct lines l = { 0 };
	struct words w;
	int err = run_entry_read(item, &w);

	if (err < 0)
		return err;
	err = fill(&w, args, count, &l);
	words_clear(&w);
	if (err < 0)
		free(l.text);
	else
		*ret_lines = l.text;
	return err;
}

/* The contact of "NAME CONTACT", and the bytes of the name; NULL. */
static const char *
grant_who(const char *item, size_t *ret_size)
{
	size_t n = strcspn(item, " ");
	const char *who = item + n + strspn(item + n, " ");

	if (!run_name_is_good(item, n) || *who == '\0')
		return NULL;
	*ret_size = n;
	return who;
}

bool
run_grant_is_good(const char *item)
{
	size_t n;

	return grant_who(item, &n) != NULL;
}

static bool
is_meant(const char *who, const struct peer *p)
{
	char fp[FP_TEXT_SIZE];

	return strcmp(who, "verified") == 0 ||
	       strcmp(who, fp_text(&p->fp, fp)) == 0 ||
	       (p->has_alias && strcmp(who, p->name) == 0);
}

bool
run_is_granted(
    const struct setting_list *grants, const char *name, const struct peer *p)
{
	for (size_t i = 0; i < grants->count; i++) {
		size_t n;
		const char *item = grants->items[i];
		const char *who = grant_who(item, &n);
		if (who != NULL && strlen(name) == n &&
		    memcmp(item, name, n) == 0 && is_meant(who, p))
			return true;
	}
	return false;
}
