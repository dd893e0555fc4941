/* SPDX-License-Identifier: MIT */
/*
 * Values by their rows. A field is found by its place in the struct, so that
 * a setting is one row and one field; which type it has there is the kind.
 */
#include "core/settings.h"

#include "base/err.h"
#include "base/iface.h"
#include "base/mem.h"
#include "base/near.h"
#include "base/utf8.h"
#include "core/engine.h"
#include "core/host.h"
#include "core/run_entry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	DIGITS_MAX = 7, /* of any maximum in the table */
	SHOWN_MAX = 40, /* bytes of what somebody typed, in a sentence */
};

static void *
field(struct settings *s, const struct setting *row)
{
	return (char *)s + row->offset;
}

static const void *
field_of(const struct settings *s, const struct setting *row)
{
	return (const char *)s + row->offset;
}

void
setting_list_add(struct setting_list *l, const char *item)
{
	l->items = xrealloc(l->items, l->count + 1, sizeof(*l->items));
	l->items[l->count++] = xstrdup(item);
}

void
setting_list_remove(struct setting_list *l, size_t i)
{
	free(l->items[i]);
	memmove(l->items + i, l->items + i + 1,
	    (--l->count - i) * sizeof(*l->items));
}

void
setting_list_clear(struct setting_list *l)
{
	while (l->count > 0)
		setting_list_remove(l, l->count - 1);
	free(l->items);
	*l = (struct setting_list){ 0 };
}

const struct setting_list *
settings_list(const struct settings *s, const struct setting *row)
{
	assert(row->kind == SETTING_LIST);
	return field_of(s, row);
}

bool
setting_choice(const struct setting *row, size_t i, const char **ret_word,
    size_t *ret_size)
{
	const char *word = row->values;

	for (; i > 0; i--) {
		word = strchr(word, '|');
		if (word == NULL)
			return false;
		word++;
	}
	*ret_word = word;
	*ret_size = strcspn(word, "|");
	return true;
}

static int
shown(const char *value)
{
	return (int)utf8_cut(value, strlen(value), SHOWN_MAX);
}

static int
fail_value(const struct settings *s, const struct setting *row,
    const char *value, char **ret_error)
{
	*ret_error = xasprintf(say(s->lang, "%s is %s, not \"%.*s\""),
	    row->name, row->values, shown(value), value);
	return ERR_FORMAT;
}

static int
set_choice(struct settings *s, const struct setting *row, const char *value,
    char **ret_error)
{
	const char *word;
	size_t size;

	for (uint32_t i = 0; setting_choice(row, i, &word, &size); i++) {
		if (strlen(value) != size || strncmp(word, value, size) != 0)
			continue;
		if (row->kind == SETTING_SWITCH)
			*(bool *)field(s, row) = i == 0;
		else
			*(uint32_t *)field(s, row) = i;
		return 0;
	}
	return fail_value(s, row, value, ret_error);
}

static int
set_number(struct settings *s, const struct setting *row, const char *value,
    char **ret_error)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long number = 0;
	bool fits = digits > 0 && digits <= DIGITS_MAX && value[digits] == '\0';

	if (fits)
		number = strtoul(value, NULL, 10);
	if (!fits || number < row->min || number > row->max) {
		*ret_error = xasprintf(
		    say(s->lang, "%s is a number from %u to %u, not \"%.*s\""),
		    row->name, (unsigned)row->min, (unsigned)row->max,
		    shown(value), value);
		return ERR_FORMAT;
	}
	*(uint32_t *)field(s, row) = (uint32_t)number;
	return 0;
}

static int
set_text(struct settings *s, const struct setting *row, const char *value,
    char **ret_error)
{
	char **text = field(s, row);
	size_t size = strlen(value);

	if (size < row->min || size > row->max) {
		*ret_error = xasprintf(
		    say(s->lang, "%s has between %u and %u bytes, not %zu"),
		    row->name, (unsigned)row->min, (unsigned)row->max, size);
		return ERR_FORMAT;
	}
	free(*text);
	*text = size == 0 ? NULL : xstrdup(value);
	return 0;
}

static bool
is_row(const struct setting *row, size_t offset)
{
	return row->offset == offset;
}

/* Up to the "=" of a binding or command; else all of it. */
static size_t
item_key_size(const struct setting *row, const char *item)
{
	size_t size = strlen(item);

	if (!is_row(row, offsetof(struct settings, binds)) &&
	    !is_row(row, offsetof(struct settings, runs)))
		return size;
	/* Not a "=" that is the key itself. */
	const char *sign = strstr(item, " =");
	if (sign != NULL)
		size = (size_t)(sign - item);
	while (size > 0 && item[size - 1] == ' ')
		size--;
	return size;
}

static bool
item_is(const struct setting *row, const char *a, const char *b)
{
	size_t size = item_key_size(row, a);

	if (size != item_key_size(row, b))
		return false;
	return row->offset == offsetof(struct settings, binds)
		   ? strncasecmp(a, b, size) == 0
		   : memcmp(a, b, size) == 0;
}

/* The sentence for an item that is none of run or run.who; else NULL. */
static char *
check_run(const struct settings *s, const struct setting *row, const char *item)
{
	struct words words;
	bool entry = is_row(row, offsetof(struct settings, runs));
	bool grant = is_row(row, offsetof(struct settings, run_grants));

	if (entry && run_entry_read(item, &words) == 0) {
		words_clear(&words);
		return NULL;
	}
	if (entry)
		return xasprintf(
		    say(s->lang, "run is NAME = PROGRAM and its words, with "
				 "{args} where arguments go, for example: run "
				 "%s; a name has letters, digits and -_."),
		    row->example);
	if (!grant || run_grant_is_good(item))
		return NULL;
	return xasprintf(
	    say(s->lang, "run.who is the NAME of a command and one contact, "
			 "for example: run.who %s"),
	    row->example);
}

static int
check_item(const struct settings *s, const struct setting *row,
    const char *item, char **ret_error)
{
	size_t size = strlen(item);
	char *error = check_run(s, row, item);

	if (error != NULL)
		*ret_error = error;
	else if (row->offset == offsetof(struct settings, interfaces) &&
		 (size == 0 || size >= IFACE_NAME_MAX ||
		     strcspn(item, " \t/") != size))
		*ret_error =
		    xasprintf(say(s->lang, "\"%.*s\" is no name of a network "
					   "interface"),
			shown(item), item);
	else if (row->offset == offsetof(struct settings, binds) &&
		 strstr(item, " = ") == NULL)
		*ret_error =
		    xasprintf(say(s->lang, "%s is %s, for example: bind "
					   "Ctrl-G = /who"),
			row->name, row->values);
	else if (is_row(row, offsetof(struct settings, peers)) &&
		 !host_is_good(item))
		*ret_error = xasprintf(
		    say(s->lang, "peer is an address or the name of a host, "
				 "and a port where it is not %d, not \"%.*s\"; "
				 "for example: 10.0.5.7, pc.example:41828, "
				 "[2001:db8::7]:41828"),
		    (int)DISCOVERY_PORT, shown(item), item);
	else if (size == 0)
		return fail_value(s, row, item, ret_error);
	else
		return 0;
	return ERR_FORMAT;
}

static int
add_item(struct settings *s, const struct setting *row, const char *item,
    char **ret_error)
{
	struct setting_list *l = field(s, row);
	int err = check_item(s, row, item, ret_error);

	if (err < 0)
		return err;
	for (size_t i = 0; i < l->count; i++) {
		if (!item_is(row, l->items[i], item))
			continue;
		free(l->items[i]);
		l->items[i] = xstrdup(item);
		return 0;
	}
	if (l->count >= row->max) {
		*ret_error = xasprintf(
		    say(s->lang, "%s is there %u times, and that is all "
				 "it may"),
		    row->name, (unsigned)row->max);
		return ERR_LIMIT;
	}
	setting_list_add(l, item);
	return 0;
}

/* A control character would reach the terminal, or break the file. */
static int
check_value(const struct settings *s, const struct setting *row,
    const char *value, char **ret_error)
{
	size_t size = strlen(value);

	if (!utf8_is_valid(value, size)) {
		*ret_error =
		    xasprintf(say(s->lang, "%s is not UTF-8 text"), row->name);
		return ERR_FORMAT;
	}
	for (size_t i = 0; i < size; i++) {
		if (((unsigned char)value[i] >= ' ' && value[i] != 0x7f) ||
		    value[i] == '\t')
			continue;
		*ret_error = xasprintf(
		    say(s->lang, "%s holds a control character"), row->name);
		return ERR_FORMAT;
	}
	if (size <= SETTING_VALUE_MAX)
		return 0;
	*ret_error = xasprintf(say(s->lang, "%s has at most %d bytes, not %zu"),
	    row->name, (int)SETTING_VALUE_MAX, size);
	return ERR_FORMAT;
}

static int
set_row(struct settings *s, const struct setting *row, const char *value,
    char **ret_error)
{
	int err = check_value(s, row, value, ret_error);

	if (err < 0)
		return err;
	switch (row->kind) {
	case SETTING_SWITCH:
	case SETTING_CHOICE:
		return set_choice(s, row, value, ret_error);
	case SETTING_NUMBER:
		return set_number(s, row, value, ret_error);
	case SETTING_TEXT:
		return set_text(s, row, value, ret_error);
	case SETTING_LIST:
		break;
	}
	return add_item(s, row, value, ret_error);
}

static int
fail_unknown(
    const struct settings *s, const char *key, size_t n, char **ret_error)
{
	size_t count;
	const struct setting *rows = settings_keys(&count), *near = NULL;

	for (size_t i = 0; i < count && near == NULL; i++)
		if (near_is(key, n, rows[i].name))
			near = &rows[i];
	int size = (int)utf8_cut(key, n, SHOWN_MAX);
	*ret_error =
	    near != NULL
		? xasprintf(
		      say(s->lang, "no setting \"%.*s\": did you mean %s?"),
		      size, key, near->name)
		: xasprintf(
		      say(s->lang, "no setting \"%.*s\": /set lists them, and "
				   "the manual"),
		      size, key);
	return ERR_NOT_FOUND;
}

static int
find(const struct settings *s, const char *key, size_t n,
    const struct setting **ret_row, char **ret_error)
{
	*ret_row = settings_find(key, n);
	return *ret_row == NULL ? fail_unknown(s, key, n, ret_error) : 0;
}

int
settings_set(
    struct settings *s, const char *key, const char *value, char **ret_error)
{
	const struct setting *row;
	int err = find(s, key, strlen(key), &row, ret_error);

	return err < 0 ? err : set_row(s, row, value, ret_error);
}

static void
reset(struct settings *s, const struct setting *row)
{
	char *error = NULL;
	int err = 0;

	if (row->kind == SETTING_LIST) {
		setting_list_clear(field(s, row));
	} else if (row->kind == SETTING_TEXT && row->initial[0] == '\0') {
		char **text = field(s, row);
		free(*text);
		*text = NULL;
	} else {
		err = set_row(s, row, row->initial, &error);
	}
	assert(err == 0);
	(void)err;
}

static int
remove_item(struct settings *s, const struct setting *row, const char *item,
    char **ret_error)
{
	struct setting_list *l = field(s, row);

	for (size_t i = 0; i < l->count; i++) {
		if (!item_is(row, l->items[i], item))
			continue;
		setting_list_remove(l, i);
		return 0;
	}
	*ret_error = xasprintf(
	    say(s->lang, "%s has no \"%.*s\""), row->name, shown(item), item);
	return ERR_NOT_FOUND;
}

static int
unset_row(struct settings *s, const struct setting *row, const char *item,
    char **ret_error)
{
	if (item != NULL && *item != '\0' && row->kind == SETTING_LIST)
		return remove_item(s, row, item, ret_error);
	reset(s, row);
	return 0;
}

int
settings_unset(
    struct settings *s, const char *key, const char *item, char **ret_error)
{
	const struct setting *row;
	int err = find(s, key, strlen(key), &row, ret_error);

	return err < 0 ? err : unset_row(s, row, item, ret_error);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

int
settings_apply(struct settings *s, const char *line, size_t n, bool on,
    const struct setting **ret_row, char **ret_error)
{
	size_t key_size = 0;

	while (n > 0 && is_blank(line[n - 1]))
		n--;
	while (n > 0 && is_blank(*line)) {
		line++;
		n--;
	}
	while (key_size < n && !is_blank(line[key_size]))
		key_size++;
	int err = find(s, line, key_size, ret_row, ret_error);
	if (err < 0)
		return err;
	while (key_size < n && is_blank(line[key_size]))
		key_size++;
	char *value = xstrndup(line + key_size, n - key_size);
	err = on ? set_row(s, *ret_row, value, ret_error)
		 : unset_row(s, *ret_row, value, ret_error);
	free(value);
	return err;
}

void
settings_init(struct settings *s)
{
	size_t count;
	const struct setting *rows = settings_keys(&count);

	*s = (struct settings){ 0 };
	for (size_t i = 0; i < count; i++)
		reset(s, &rows[i]);
}

void
settings_clear(struct settings *s)
{
	size_t count;
	const struct setting *rows = settings_keys(&count);

	for (size_t i = 0; i < count; i++) {
		if (rows[i].kind == SETTING_TEXT)
			free(*(char **)field(s, &rows[i]));
		if (rows[i].kind == SETTING_LIST)
			setting_list_clear(field(s, &rows[i]));
	}
	*s = (struct settings){ 0 };
}

static void
copy_field(
    struct settings *to, const struct settings *from, const struct setting *row)
{
	if (row->kind == SETTING_TEXT) {
		char *const *text = field_of(from, row);
		*(char **)field(to, row) =
		    *text == NULL ? NULL : xstrdup(*text);
	}
	if (row->kind == SETTING_LIST) {
		const struct setting_list *l = field_of(from, row);
		struct setting_list *copy = field(to, row);
		*copy = (struct setting_list){ 0 };
		for (size_t i = 0; i < l->count; i++)
			setting_list_add(copy, l->items[i]);
	}
}

void
settings_copy(struct settings *to, const struct settings *from)
{
	size_t count;
	const struct setting *rows = settings_keys(&count);

	settings_clear(to);
	*to = *from;
	for (size_t i = 0; i < count; i++)
		copy_field(to, from, &rows[i]);
}

static char *
list_text(const struct setting_list *l)
{
	char *text = xstrdup("");

	for (size_t i = 0; i < l->count; i++) {
		char *longer =
		    xasprintf("%s%s%s", text, i == 0 ? "" : ", ", l->items[i]);
		free(text);
		text = longer;
	}
	return text;
}

static char *
choice_text(const struct setting *row, uint32_t i)
{
	const char *word;
	size_t size;
	bool there = setting_choice(row, i, &word, &size);

	assert(there);
	(void)there;
	return xstrndup(word, size);
}

char *
settings_text(const struct settings *s, const struct setting *row)
{
	const void *at = field_of(s, row);

	switch (row->kind) {
	case SETTING_SWITCH:
		return choice_text(row, *(const bool *)at ? 0 : 1);
	case SETTING_CHOICE:
		return choice_text(row, *(const uint32_t *)at);
	case SETTING_NUMBER:
		return xasprintf("%u", (unsigned)*(const uint32_t *)at);
	case SETTING_TEXT:
		return xstrdup(
		    *(char *const *)at == NULL ? "" : *(char *const *)at);
	case SETTING_LIST:
		break;
	}
	return list_text(at);
}

bool
settings_is_default(const struct settings *s, const struct setting *row)
{
	char *text = settings_text(s, row);
	bool same = strcmp(text, row->initial) == 0;

	free(text);
	return same;
}

const struct lang *
settings_lang(const struct settings *s, const struct lang *system)
{
	const struct setting *row =
	    settings_find("look.language", strlen("look.language"));

	if (s->look_language == LANGUAGE_AUTO)
		return system;
	char *name = settings_text(s, row);
	const struct lang *l = lang_find(name);
	free(name);
	return l;
}
