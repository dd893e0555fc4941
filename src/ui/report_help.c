/* SPDX-License-Identifier: MIT */
/*
 * Help as lines. Whatever a topic is, a command, a key, an action or a
 * setting, its lines have the same shape: what it is, how it is written, an
 * example, and what goes with it.
 */
#include "base/mem.h"
#include "base/width.h"
#include "ui/commands.h"
#include "ui/help.h"
#include "ui/report.h"
#include "ui/str.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LABEL_CELLS = 9 };

#define HELP_WHO \
	N_("WHO is a name, the start of one, name.tag or a fingerprint; a " \
	   "name with blanks goes in \"quotes\".")

static void
add_entry(struct str *s, const struct lang *l, const struct keymap *km,
    const struct help_entry *entry)
{
	char *head = help_head(km, entry);

	str_addf(s, "\n  %-*s %s", HELP_HEAD_CELLS, head, say(l, entry->gloss));
	free(head);
}

/* All of a kind, in their groups; what to begin with is for a screen. */
static char *
all_of(const struct lang *l, const struct keymap *km, enum help_kind kind)
{
	struct str s = { 0 };
	struct help_entry entry;
	const char *group = "";
	bool begun = false;

	for (size_t i = 0; help_at(i, &entry); i++) {
		begun = begun || (i > 0 && strcmp(group, entry.group) != 0);
		if (begun && entry.kind == kind) {
			if (s.size == 0 || strcmp(group, entry.group) != 0)
				str_addf(&s, "%s%s", s.size > 0 ? "\n" : "",
				    say(l, entry.group));
			add_entry(&s, l, km, &entry);
		}
		group = entry.group;
	}
	return str_take(&s);
}

/* "  example  /who ana": the label of a line, and what it says. */
static void
add_line(
    struct str *s, const struct lang *l, const char *label, const char *text)
{
	const char *word = *label == '\0' ? label : say(l, label);
	int blanks = LABEL_CELLS - width_text(word, strlen(word));

	str_addf(s, "\n  %s%*s%s", word, blanks < 1 ? 1 : blanks, "", text);
}

/* The keys of actions by their names, as they are now. */
static void
add_actions(struct str *s, const struct lang *l, const struct keymap *km,
    const char *names)
{
	struct str keys = { 0 };
	char text[KEY_TEXT_MAX];
	struct key key;

	while (names != NULL && *names != '\0') {
		size_t n = strcspn(names, " ");
		const struct keymap_row *row = keymap_row_named(names, n);
		names += n + (names[n] == ' ');
		if (row == NULL || keymap_keys(km, row, &key, 1) == 0)
			continue;
		key_text(key, text);
		str_addf(&keys, "%s%s (%s)", keys.size > 0 ? ", " : "", text,
		    row->name);
	}
	if (keys.size > 0)
		add_line(s, l, N_("keys"), str_text(&keys));
	str_clear(&keys);
}

static void
add_settings(struct str *s, const struct model *m, const char *names)
{
	struct str list = { 0 };

	while (names != NULL && *names != '\0') {
		size_t n = strcspn(names, " ");
		const struct setting *row = settings_find(names, n);
		names += n + (names[n] == ' ');
		if (row == NULL)
			continue;
		char *value = settings_text(&m->settings, row);
		str_addf(&list, "%s%s%s%s", list.size > 0 ? ", " : "",
		    row->name, *value != '\0' ? " " : "", value);
		free(value);
	}
	if (list.size > 0)
		add_line(s, m->lang, N_("settings"), str_text(&list));
	str_clear(&list);
}

static char *
one_command(const struct model *m, const struct keymap *km,
    const struct command_spec *spec)
{
	const struct lang *l = m->lang;
	struct str s = { 0 };
	const struct help_more *more = help_more(spec->name);
	char *syntax = xasprintf("/%s%s%s", spec->name,
	    spec->args[0] != '\0' ? " " : "", spec->args);

	str_addf(&s, "/%s: %s", spec->name, say(l, spec->gloss));
	add_line(&s, l, N_("syntax"), syntax);
	add_line(&s, l, N_("example"), spec->example);
	if (more != NULL && more->example != NULL)
		add_line(&s, l, "", more->example);
	if (spec->alias != NULL) {
		char *alias = xasprintf("/%s", spec->alias);
		add_line(&s, l, N_("also"), alias);
		free(alias);
	}
	if (more != NULL) {
		add_actions(&s, l, km, more->actions);
		add_settings(&s, m, more->settings);
	}
	if (strstr(spec->args, "WHO") != NULL)
		str_addf(&s, "\n  %s", say(l, HELP_WHO));
	free(syntax);
	return str_take(&s);
}

static char *
one_action(const struct model *m, const struct keymap *km,
    const struct keymap_row *row)
{
	const struct lang *l = m->lang;
	struct str s = { 0 };
	struct key keys[KEYMAP_KEYS_MAX];
	struct str list = { 0 };
	char text[KEY_TEXT_MAX];
	size_t n = keymap_keys(km, row, keys, KEYMAP_KEYS_MAX);

	for (size_t i = 0; i < n; i++) {
		key_text(keys[i], text);
		str_addf(&list, "%s%s", i > 0 ? ", " : "", text);
	}
	str_addf(&s, "%s: %s", row->name, say(l, row->gloss));
	add_line(&s, l, N_("keys"),
	    list.size > 0 ? str_text(&list) : say(l, "none now"));
	if (row->fixed) {
		add_line(&s, l, "", say(l, "nothing else can be bound to it"));
	} else {
		char *line = xasprintf("/bind alt-x %s", row->name);
		add_line(&s, l, N_("example"), line);
		free(line);
	}
	str_clear(&list);
	return str_take(&s);
}

static char *
one_setting(const struct model *m, const struct setting *row)
{
	const struct lang *l = m->lang;
	struct str s = { 0 };
	char *value = settings_text(&m->settings, row);
	char *example = xasprintf("/set %s %s", row->name, row->example);

	str_addf(&s, "%s: %s", row->name, say(l, row->gloss));
	add_line(&s, l, N_("syntax"), row->values);
	add_line(&s, l, N_("now"), *value != '\0' ? value : say(l, "nothing"));
	if (row->initial[0] != '\0')
		add_line(&s, l, N_("default"), row->initial);
	add_line(&s, l, N_("example"), example);
	free(value);
	free(example);
	return str_take(&s);
}

/* A key tells of what it does now. */
static char *
one_key(const struct model *m, const struct keymap *km, struct key key)
{
	const struct keymap_row *row = keymap_find(km, &key);

	if (row == NULL || row->line != NULL)
		return keymap_sentence(km, key);
	return one_action(m, km, row);
}

static char *
all_keys(const struct lang *l, const struct keymap *km)
{
	char *keys = all_of(l, km, HELP_KEY), *verbs = all_of(l, km, HELP_VERB);
	char *text = xasprintf("%s\n\n%s", keys, verbs);

	free(keys);
	free(verbs);
	return text;
}

static bool
is_whole(const struct command_spec *spec, const char *topic)
{
	return strcasecmp(spec->name, topic) == 0 ||
	       (spec->alias != NULL && strcasecmp(spec->alias, topic) == 0);
}

static char *
find_topic(const struct model *m, const struct keymap *km, const char *topic)
{
	char *candidates = NULL;
	size_t n = strlen(topic);
	struct key key;

	if (strcasecmp(topic, "keys") == 0)
		return all_keys(m->lang, km);
	if (strcasecmp(topic, "settings") == 0)
		return all_of(m->lang, km, HELP_SETTING);
	const struct setting *setting = settings_find(topic, n);
	const struct keymap_row *row = keymap_row_named(topic, n);
	const struct command_spec *spec = command_find(topic, n, &candidates);
	free(candidates);
	/* The whole name of a setting or an action goes before the start of
	 * that of a command. */
	if (spec != NULL &&
	    ((setting == NULL && row == NULL) || is_whole(spec, topic)))
		return one_command(m, km, spec);
	if (setting != NULL)
		return one_setting(m, setting);
	if (row != NULL)
		return one_action(m, km, row);
	if (key_parse(topic, n, &key) && !key_is_text(&key))
		return one_key(m, km, key);
	return NULL;
}

char *
report_help(const struct model *m, const char *topic)
{
	struct keymap km = { .lang = m->lang };
	char *text;

	free(keymap_load(&km, &m->settings));
	if (topic != NULL) {
		text = find_topic(m, &km, topic);
	} else {
		char *commands = all_of(m->lang, &km, HELP_COMMAND);
		text = xasprintf("%s\n  %s", commands, say(m->lang, HELP_WHO));
		free(commands);
	}
	keymap_clear(&km);
	return text;
}
