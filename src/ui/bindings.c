/* SPDX-License-Identifier: MIT */
/*
 * The keys as they are now: those of the table, and over them what the user
 * bound. A key that cannot be missed stays what it is, so that nobody locks
 * himself out.
 */
#include "ui/keymap.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
keymap_clear(struct keymap *km)
{
	for (size_t i = 0; i < km->count; i++)
		free(km->own[i]);
	free(km->own);
	*km = (struct keymap){ .lang = km->lang };
}

static bool
key_equal(struct key a, struct key b)
{
	return a.code == b.code && a.mods == b.mods;
}

static struct binding *
find_own(const struct keymap *km, struct key key)
{
	for (size_t i = 0; i < km->count; i++)
		if (key_equal(km->own[i]->key, key))
			return km->own[i];
	return NULL;
}

/* False: nothing is said of this key. */
static bool
find_exact(
    const struct keymap *km, struct key key, const struct keymap_row **ret_row)
{
	static const struct key ctrl_j = { 'j', KEY_CTRL };
	const struct binding *own = find_own(km, key);

	if (own != NULL)
		*ret_row = own->row;
	else if (km->ctrl_j_sends && key_equal(key, ctrl_j))
		*ret_row = keymap_row_of(ACTION_SEND);
	else
		*ret_row = keymap_default(&key);
	return own != NULL || *ret_row != NULL;
}

/* With caps lock Alt-A arrives as Alt and a capital; Shift with a special key
 * means nothing unless it is bound. */
const struct keymap_row *
keymap_find(const struct keymap *km, const struct key *key)
{
	const struct keymap_row *row;
	struct key plain = *key;
	unsigned mods = plain.mods & ~(unsigned)KEY_PREFIX;

	/* What is typed most; nobody can bind it. */
	if (key->code == 0 || key_is_text(key))
		return NULL;
	if (find_exact(km, *key, &row))
		return row;
	if (mods == KEY_ALT && plain.code >= 'A' && plain.code <= 'Z')
		plain.code += 'a' - 'A';
	else if (mods == KEY_SHIFT && plain.code > KEY_SPECIAL)
		plain.mods = plain.mods & KEY_PREFIX;
	else
		return NULL;
	return find_exact(km, plain, &row) ? row : NULL;
}

/* Among those of the table only what is not bound to something else. */
size_t
keymap_keys(const struct keymap *km, const struct keymap_row *row,
    struct key *keys, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < km->count && n < max; i++)
		if (km->own[i]->row == row)
			keys[n++] = km->own[i]->key;
	for (size_t i = 0;
	     i < KEYMAP_KEYS_MAX && row->keys[i].code != 0 && n < max; i++)
		if (keymap_find(km, &row->keys[i]) == row &&
		    find_own(km, row->keys[i]) == NULL)
			keys[n++] = row->keys[i];
	return n;
}

const char *
keymap_key_text(
    const struct keymap *km, enum action action, char out[static KEY_TEXT_MAX])
{
	const struct keymap_row *row = keymap_row_of(action);
	struct key key;

	out[0] = '\0';
	if (row != NULL && keymap_keys(km, row, &key, 1) == 1)
		key_text(key, out);
	return out;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t
trimmed(const char *text, size_t n)
{
	while (n > 0 && is_blank(text[n - 1]))
		n--;
	return n;
}

static int
fail(char **ret_error, int err, char *sentence)
{
	*ret_error = sentence;
	return err;
}

int
keymap_check_key(const struct lang *l, const char *text, size_t n,
    struct key *ret_key, char **ret_error)
{
	struct key key;
	char name[KEY_TEXT_MAX];

	if (!key_parse(text, n, &key))
		return fail(ret_error, ERR_FORMAT,
		    xasprintf(say(l, "no key is called %.*s: write for example "
				     "alt-x, ctrl-right, f5 or ctrl-x k"),
			(int)n, text));
	key_text(key, name);
	if (key_is_text(&key))
		return fail(ret_error, ERR_STATE,
		    xasprintf(
			say(l, "%s is a character to type: take it with Alt "
			       "or Ctrl, behind Ctrl-X, or one of F1 to F12"),
			name));
	const struct keymap_row *row = keymap_default(&key);
	if (row != NULL && row->fixed)
		return fail(ret_error, ERR_STATE,
		    xasprintf(
			say(l, "%s stays what it is (%s): without it there "
			       "would be no way back"),
			name, say(l, row->gloss)));
	*ret_key = key;
	return 0;
}

/* What does it: a name of the table, a line that begins with a slash, or
 * nothing. */
static int
find_target(const struct lang *l, const char *text, size_t n, struct binding *b,
    char **ret_error)
{
	if (n == 4 && strncasecmp(text, "none", n) == 0)
		return 0;
	if (n > 0 && text[0] == '/') {
		memcpy(b->text, text, n);
		b->text[n] = '\0';
		b->line = (struct keymap_row){
			.action = ACTION_LINE,
			.context = KEYMAP_GLOBAL,
			.name = "command",
			.gloss = b->text,
			.line = b->text,
			.keys = { b->key },
		};
		b->row = &b->line;
		return 0;
	}
	b->row = keymap_row_named(text, n);
	if (b->row != NULL)
		return 0;
	return fail(ret_error, ERR_NOT_FOUND,
	    xasprintf(say(l, "no action is called %.*s: /help keys lists them, "
			     "/COMMAND runs a command, none takes a key away"),
		(int)n, text));
}

int
keymap_bind(struct keymap *km, const char *text, char **ret_error)
{
	size_t n = strlen(text), at = strcspn(text, "=");
	struct key key;

	/* The key may be "=" itself. */
	if (at < n && strchr(text + at + 1, '=') != NULL &&
	    (at == 0 || text[at - 1] == '-'))
		at += 1 + strcspn(text + at + 1, "=");
	if (at == n)
		return fail(ret_error, ERR_FORMAT,
		    xasprintf(
			say(km->lang, "a binding is written KEY = ACTION, for "
				      "example: alt-x = /who")));
	size_t from = strspn(text, " \t");
	int err = keymap_check_key(km->lang, text + from,
	    trimmed(text + from, at < from ? 0 : at - from), &key, ret_error);
	if (err < 0)
		return err;
	at++;
	at += strspn(text + at, " \t");
	struct binding *b = xcalloc(1, sizeof(*b) + n - at + 1);
	b->key = key;
	err = find_target(
	    km->lang, text + at, trimmed(text + at, n - at), b, ret_error);
	if (err < 0) {
		free(b);
		return err;
	}
	keymap_unbind(km, key);
	km->own = xgrow(km->own, km->count, &km->cap, sizeof(struct binding *));
	km->own[km->count++] = b;
	return 0;
}

bool
keymap_unbind(struct keymap *km, struct key key)
{
	for (size_t i = 0; i < km->count; i++) {
		if (!key_equal(km->own[i]->key, key))
			continue;
		free(km->own[i]);
		memmove(km->own + i, km->own + i + 1,
		    (km->count - i - 1) * sizeof(km->own[0]));
		km->count--;
		return true;
	}
	return false;
}

char *
keymap_load(struct keymap *km, const struct settings *s)
{
	char *first = NULL;

	keymap_clear(km);
	km->ctrl_j_sends = s->keys_ctrl_j == CTRL_J_SEND;
	for (size_t i = 0; i < s->binds.count; i++) {
		char *error;
		if (keymap_bind(km, s->binds.items[i], &error) == 0)
			continue;
		if (first == NULL)
			first = xasprintf(say(km->lang, "bind %s: %s"),
			    s->binds.items[i], error);
		free(error);
	}
	return first;
}

char *
keymap_sentence(const struct keymap *km, struct key key)
{
	char name[KEY_TEXT_MAX];
	const struct binding *own = find_own(km, key);
	const struct keymap_row *row = keymap_find(km, &key);

	key_text(key, name);
	if (own != NULL && row == NULL)
		return xasprintf(
		    say(km->lang, "%s does nothing, as you wish; /unbind %s "
				  "changes that"),
		    name, name);
	if (row != NULL && row->line != NULL)
		return xasprintf(
		    say(km->lang, "%s runs %s; /unbind %s ends that"), name,
		    row->line, name);
	if (row != NULL)
		return xasprintf(say(km->lang, "%s is %s: %s"), name, row->name,
		    say(km->lang, row->gloss));
	if (key_is_text(&key))
		return xasprintf(say(km->lang, "%s is typed as it is"), name);
	return xasprintf(
	    say(km->lang, "%s does nothing; /bind %s ACTION changes that"),
	    name, name);
}

size_t
keymap_key_size(const char *text, size_t n)
{
	size_t first = 0, end;

	while (first < n && !is_blank(text[first]))
		first++;
	if (first != 6 || strncasecmp(text, "ctrl-x", first) != 0)
		return first;
	for (end = first; end < n && is_blank(text[end]);)
		end++;
	if (end == n || text[end] == '=' || end > first + 1)
		return first;
	while (end < n && !is_blank(text[end]))
		end++;
	return end;
}
