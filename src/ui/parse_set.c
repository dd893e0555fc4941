/* SPDX-License-Identifier: MIT */
/*
 * Commands about settings. A value is tried on a copy first, so that what is
 * wrong with it is said where the line can still be mended.
 */
#include "base/err.h"
#include "base/mem.h"
#include "ui/parse.h"
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

/* What stands from p->at on, without the blanks at the end. */
static char *
rest(const struct parse *p)
{
	size_t end = p->size;

	while (end > p->at && is_blank(p->line[end - 1]))
		end--;
	return xstrndup(p->line + p->at, end - p->at);
}

/* Takes the line, "KEY VALUE", the value of which stands at value_at. */
static int
change(struct parse *p, char *line, bool on, size_t value_at)
{
	const struct setting *row = NULL;
	struct settings copy = { 0 };
	char *error = NULL;

	settings_copy(&copy, &p->m->settings);
	int err = settings_apply(&copy, line, strlen(line), on, &row, &error);
	settings_clear(&copy);
	if (err < 0) {
		free(line);
		return parse_fail(
		    p, err, row == NULL ? p->at : value_at, error);
	}
	p->en.cmd.kind = COMMAND_SET;
	p->en.cmd.on = on;
	p->en.cmd.text = line;
	return 0;
}

/* Where the second word begins. */
static size_t
second_word(const struct parse *p)
{
	size_t at = p->at + parse_word_size(p);

	while (at < p->size && is_blank(p->line[at]))
		at++;
	return at;
}

/* Takes the words. */
static int
show(struct parse *p, char *words)
{
	char *report = report_settings(p->m, words);

	if (report == NULL) {
		int err = parse_fail(p, ERR_NOT_FOUND, p->at,
		    xasprintf(
			say(p->m->lang,
			    "no setting has \"%s\" in it: /set lists them "
			    "all"),
			words));
		free(words);
		return err;
	}
	p->en.front = FRONT_SETTINGS;
	p->en.filter = words;
	p->en.cmd.kind = COMMAND_INFO;
	p->en.cmd.text = report;
	return 0;
}

int
parse_set(struct parse *p)
{
	char *words = rest(p);

	if (strlen(words) == parse_word_size(p))
		return show(p, words);
	return change(p, words, true, second_word(p));
}

int
parse_unset(struct parse *p)
{
	if (parse_at_end(p))
		return parse_fail_usage(p);
	return change(p, rest(p), false, second_word(p));
}

int
parse_theme(struct parse *p)
{
	if (parse_at_end(p))
		return show(p, xstrdup("look.theme"));
	char *name = rest(p), *line = xasprintf("look.theme %s", name);
	free(name);
	return change(p, line, true, p->at);
}

/* The setting that is a list of patterns, or what it has. */
int
parse_ignore(struct parse *p)
{
	if (parse_at_end(p))
		return show(p, xstrdup("talk.ignore"));
	char *pattern = rest(p), *line = xasprintf("talk.ignore %s", pattern);
	free(pattern);
	return change(p, line, true, p->at);
}

int
parse_unignore(struct parse *p)
{
	if (parse_at_end(p))
		return parse_fail_usage(p);
	char *pattern = rest(p), *line = xasprintf("talk.ignore %s", pattern);
	free(pattern);
	return change(p, line, false, p->at);
}

int
parse_filter(struct parse *p)
{
	if (!parse_at_end(p))
		return parse_nothing(p, COMMAND_SET);
	return change(p,
	    xstrdup(p->m->settings.look_filter ? "look.filter off"
					       : "look.filter on"),
	    true, p->at);
}

int
parse_save(struct parse *p)
{
	return parse_nothing(p, COMMAND_SAVE);
}
