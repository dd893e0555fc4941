/* SPDX-License-Identifier: MIT */
/*
 * Which key does what. What is bound is a setting like any other; here the
 * names of keys and actions are brought into the one form that is kept.
 */
#include "base/err.h"
#include "base/mem.h"
#include "ui/keymap.h"
#include "ui/parse.h"
#include "ui/str.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NAMES_MAX = 5 };

static int
tell(struct parse *p, char *text)
{
	p->en.cmd.kind = COMMAND_INFO;
	p->en.cmd.text = text;
	p->at = p->size;
	return 0;
}

/* The binding of this key as it is kept, whichever way the name is spelt; NULL
 * where there is none. */
static const char *
kept(const struct model *m, struct key key, size_t *ret_size)
{
	const struct setting_list *l = &m->settings.binds;

	for (size_t i = 0; i < l->count; i++) {
		struct key other;
		size_t n = keymap_key_size(l->items[i], strlen(l->items[i]));
		if (!key_parse(l->items[i], n, &other) ||
		    other.code != key.code || other.mods != key.mods)
			continue;
		*ret_size = n;
		return l->items[i];
	}
	return NULL;
}

static int
list_all(struct parse *p)
{
	const struct setting_list *l = &p->m->settings.binds;
	struct str s = { 0 };

	if (l->count == 0)
		str_add(&s, say(p->m->lang,
				"you bound no key; /bind alt-x /who binds one, "
				"/bind -capture asks for it, /help keys lists "
				"all there are"));
	else
		str_add(&s, say(p->m->lang, "keys that you bound"));
	for (size_t i = 0; i < l->count; i++)
		str_addf(&s, "\n  %s", l->items[i]);
	return tell(p, str_take(&s));
}

/* A key, and the blanks behind it. */
static int
read_key(struct parse *p, struct key *ret_key)
{
	char *error = NULL;
	size_t n = keymap_key_size(p->line + p->at, p->size - p->at);
	int err =
	    keymap_check_key(p->m->lang, p->line + p->at, n, ret_key, &error);

	if (err < 0)
		return parse_fail(p, err, p->at, error);
	p->at += n;
	parse_skip_blanks(p);
	return 0;
}

static int
tell_key(struct parse *p, struct key key)
{
	struct keymap km = { .lang = p->m->lang };

	free(keymap_load(&km, &p->m->settings));
	char *text = keymap_sentence(&km, key);
	keymap_clear(&km);
	return tell(p, text);
}

static int
check_command(struct parse *p, size_t n)
{
	char *list = NULL;
	const char *word = p->line + p->at + 1;
	size_t size = strcspn(word, " ");

	if (size > n - 1)
		size = n - 1;
	if (command_find(word, size, &list) != NULL)
		return 0;
	char *sentence =
	    list == NULL
		? xasprintf(say(p->m->lang, "no command /%.*s: /help lists "
					    "all commands"),
		      (int)size, word)
		: xasprintf(
		      say(p->m->lang, "no command /%.*s: did you mean %s?"),
		      (int)size, word, list);
	free(list);
	return parse_fail(p, ERR_NOT_FOUND, p->at, sentence);
}

/* The actions that begin so, or NULL. */
static char *
names_like(const char *text, size_t n)
{
	struct str s = { 0 };
	size_t count, found = 0;
	const struct keymap_row *rows = keymap_rows(&count);

	for (size_t i = 0; i < count && found < NAMES_MAX && n > 0; i++) {
		if (rows[i].fixed || strncasecmp(rows[i].name, text, n) != 0)
			continue;
		str_addf(&s, "%s%s", found++ > 0 ? ", " : "", rows[i].name);
	}
	return found == 0 ? NULL : str_take(&s);
}

static int
fail_action(struct parse *p, size_t n)
{
	const char *text = p->line + p->at;
	char *list = names_like(text, n);
	char *sentence =
	    list != NULL
		? xasprintf(say(p->m->lang,
				"no action is called %.*s: did you mean %s?"),
		      (int)n, text, list)
		: xasprintf(
		      say(p->m->lang,
			  "no action is called %.*s: /help keys lists them, "
			  "/COMMAND runs a command, none takes a key away"),
		      (int)n, text);

	free(list);
	return parse_fail(p, ERR_NOT_FOUND, p->at, sentence);
}

/* What the key is to do, as it is kept. */
static int
read_target(struct parse *p, char **ret_target)
{
	const char *text = p->line + p->at;
	size_t n = p->size - p->at;

	while (n > 0 && is_blank(text[n - 1]))
		n--;
	if (n > 0 && text[0] == '/') {
		int err = check_command(p, n);
		if (err == 0)
			*ret_target = xstrndup(text, n);
		return err;
	}
	const struct keymap_row *row = keymap_row_named(text, n);
	if (row == NULL && !(n == 4 && strncasecmp(text, "none", n) == 0))
		return fail_action(p, n);
	*ret_target = xstrdup(row == NULL ? "none" : row->name);
	return 0;
}

static int
set(struct parse *p, struct key key, const char *target)
{
	char name[KEY_TEXT_MAX];
	size_t n;
	const char *old = kept(p->m, key, &n);

	key_text(key, name);
	p->en.cmd.kind = COMMAND_SET;
	p->en.cmd.on = target != NULL;
	if (old == NULL) {
		old = name;
		n = strlen(name);
	}
	/* A line of the configuration, in no language. */
	p->en.cmd.text = target == NULL
			     ? xasprintf("bind %.*s", (int)n, old)
			     : xasprintf("bind %.*s = %s", (int)n, old, target);
	p->at = p->size;
	return 0;
}

int
parse_bind(struct parse *p)
{
	struct key key;
	char *target = NULL;
	size_t n = parse_word_size(p);
	const char *word = p->line + p->at;

	if (n == 0)
		return list_all(p);
	if ((n == 8 && strncmp(word, "-capture", n) == 0) ||
	    (n == 9 && strncmp(word, "--capture", n) == 0)) {
		p->en.front = FRONT_CAPTURE;
		return tell(p, xasprintf(say(p->m->lang,
				   "a key can be pressed on the screen only: "
				   "write /bind KEY ACTION")));
	}
	int err = read_key(p, &key);
	if (err < 0)
		return err;
	if (p->at < p->size && p->line[p->at] == '=') {
		p->at++;
		parse_skip_blanks(p);
	}
	if (parse_at_end(p))
		return tell_key(p, key);
	err = read_target(p, &target);
	if (err < 0)
		return err;
	err = set(p, key, target);
	free(target);
	return err;
}

int
parse_unbind(struct parse *p)
{
	struct key key;
	char name[KEY_TEXT_MAX];
	size_t n;

	if (parse_at_end(p))
		return parse_fail_usage(p);
	int err = read_key(p, &key);
	if (err < 0)
		return err;
	if (!parse_at_end(p))
		return parse_nothing(p, COMMAND_NONE);
	key_text(key, name);
	if (kept(p->m, key, &n) == NULL)
		return tell(
		    p, xasprintf(
			   say(p->m->lang,
			       "you bound nothing to %s; /bind lists what you "
			       "bound, /bind %s none takes the key away"),
			   name, name));
	return set(p, key, NULL);
}
