/* SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "ui/commands.h"
#include "ui/keymap.h"
#include "ui/message_mode.h"
#include "ui/report.h"
#include "ui/str.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HELP_WHO \
	N_("WHO is a name, the start of one, name.tag or a fingerprint; a " \
	   "name with blanks goes in \"quotes\".")

static void
add_command(
    struct str *s, const struct lang *l, const struct command_spec *spec)
{
	char *head = xasprintf("/%s %s", spec->name, spec->args);

	str_addf(s, "  %-*s %s", HELP_HEAD_CELLS, head, say(l, spec->gloss));
	free(head);
}

static void
add_keys(struct str *s, const struct lang *l, const struct keymap_row *row)
{
	char text[KEY_TEXT_MAX];
	struct str keys = { 0 };

	for (size_t i = 0; i < KEYMAP_KEYS_MAX && row->keys[i].code != 0; i++) {
		key_text(row->keys[i], text);
		if (keys.size > 0 &&
		    keys.size + strlen(text) >= HELP_HEAD_CELLS)
			break;
		str_addf(&keys, "%s%s", i > 0 ? " " : "", text);
	}
	str_addf(s, "  %-*s %s", HELP_HEAD_CELLS, str_text(&keys),
	    say(l, row->gloss));
	str_clear(&keys);
}

/* Groups stand together in the table. */
static char *
all_commands(const struct lang *l)
{
	struct str s = { 0 };
	size_t count;
	const struct command_spec *specs = command_specs(&count);

	for (size_t i = 0; i < count; i++) {
		if (i == 0 || strcmp(specs[i - 1].group, specs[i].group) != 0)
			str_addf(&s, "%s%s", i > 0 ? "\n" : "",
			    say(l, specs[i].group));
		str_add(&s, "\n");
		add_command(&s, l, &specs[i]);
	}
	str_addf(&s, "\n  %s", say(l, HELP_WHO));
	return str_take(&s);
}

/* What letters do with a message that is selected. */
static void
add_verbs(struct str *s, const struct lang *l)
{
	size_t count;
	const struct verb *all = verbs(&count);

	str_addf(s, "\n\n%s", say(l, "Of a selected message (Alt-V)"));
	for (size_t i = 0; i < count; i++)
		str_addf(s, "\n  %-*c %s", HELP_HEAD_CELLS, all[i].key,
		    say(l, all[i].gloss));
}

static char *
all_keys(const struct lang *l)
{
	struct str s = { 0 };
	size_t count;
	const struct keymap_row *rows = keymap_rows(&count);

	str_add(&s, say(l, "Keys"));
	for (size_t i = 0; i < count; i++) {
		str_add(&s, "\n");
		add_keys(&s, l, &rows[i]);
	}
	add_verbs(&s, l);
	return str_take(&s);
}

static char *
one_command(const struct lang *l, const struct command_spec *spec)
{
	struct str s = { 0 };

	str_addf(&s, "/%s%s%s: %s", spec->name,
	    spec->args[0] != '\0' ? " " : "", spec->args, say(l, spec->gloss));
	str_addf(&s, say(l, "\n  example  %s"), spec->example);
	if (spec->alias != NULL)
		str_addf(&s, say(l, "\n  also     /%s"), spec->alias);
	if (strstr(spec->args, "WHO") != NULL)
		str_addf(&s, "\n  %s", say(l, HELP_WHO));
	return str_take(&s);
}

char *
report_help(const struct lang *l, const char *topic)
{
	char *candidates = NULL;

	if (topic == NULL)
		return all_commands(l);
	if (strcasecmp(topic, "keys") == 0)
		return all_keys(l);
	const struct command_spec *spec =
	    command_find(topic, strlen(topic), &candidates);
	free(candidates);
	return spec == NULL ? NULL : one_command(l, spec);
}
