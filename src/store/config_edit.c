/* SPDX-License-Identifier: MIT */
/*
 * The text of the configuration file belongs to who wrote it: lines that say
 * nothing of the setting stay byte for byte, and what is written of one goes
 * where its line was, or its example, or to the end.
 */
#include "store/config.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* The lines of a text, each with its end. */
struct lines {
	char **at; /* owned */
	size_t count, cap;
	const char *end; /* "\n", or "\r\n" where the file has that */
	bool changed;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
insert(struct lines *l, size_t i, char *line)
{
	l->at = xgrow(l->at, l->count, &l->cap, sizeof(*l->at));
	memmove(l->at + i + 1, l->at + i, (l->count - i) * sizeof(*l->at));
	l->at[i] = line;
	l->count++;
}

static void
cut(struct lines *l, size_t i)
{
	free(l->at[i]);
	memmove(l->at + i, l->at + i + 1, (--l->count - i) * sizeof(*l->at));
	l->changed = true;
}

static void
split(struct lines *l, const char *text, size_t n)
{
	const char *first = memchr(text, '\n', n);

	l->end =
	    first != NULL && first > text && first[-1] == '\r' ? "\r\n" : "\n";
	while (n > 0) {
		const char *end = memchr(text, '\n', n);
		size_t size = end == NULL ? n : (size_t)(end - text) + 1;
		insert(l, l->count, xstrndup(text, size));
		text += size;
		n -= size;
	}
}

static char *
join(struct lines *l)
{
	size_t size = 0, at = 0;

	for (size_t i = 0; i < l->count; i++)
		size += strlen(l->at[i]);
	char *text = xmalloc(size + 1);
	for (size_t i = 0; i < l->count; i++) {
		size_t n = strlen(l->at[i]);
		memcpy(text + at, l->at[i], n);
		at += n;
		free(l->at[i]);
	}
	text[at] = '\0';
	free(l->at);
	if (l->changed)
		return text;
	free(text);
	return NULL;
}

static const char *
skip_blanks(const char *p)
{
	while (is_blank(*p))
		p++;
	return p;
}

/* Where the value of key begins in the line; NULL when it is another's. */
static const char *
value_of(const char *line, const char *key)
{
	static const char mark[] = "\xEF\xBB\xBF";
	size_t n = strlen(key);

	if (strncmp(line, mark, sizeof(mark) - 1) == 0)
		line += sizeof(mark) - 1;
	line = skip_blanks(line);
	if (strncmp(line, key, n) != 0 ||
	    (line[n] != '\0' && !is_blank(line[n])))
		return NULL;
	return skip_blanks(line + n);
}

static bool
is_value(const char *at, const char *value)
{
	size_t n = strlen(value);

	return strncmp(at, value, n) == 0 && *skip_blanks(at + n) == '\0';
}

/* "#key …": a line as the example file has it. */
static bool
is_example(const char *line, const char *key)
{
	return *line == '#' && !is_blank(line[1]) &&
	       value_of(line + 1, key) != NULL;
}

/* Where a line that has none yet is to go. */
static size_t
place(const struct lines *l, const char *key)
{
	size_t at = l->count;

	for (size_t i = 0; i < l->count; i++)
		if (is_example(l->at[i], key))
			at = i + 1;
	return at;
}

static void
write_line(struct lines *l, size_t i, const char *key, const char *value)
{
	size_t last = i - 1;

	/* The end of the file may lack the end of its line. */
	if (i > 0 && strchr(l->at[last], '\n') == NULL) {
		char *whole = xasprintf("%s%s", l->at[last], l->end);
		free(l->at[last]);
		l->at[last] = whole;
	}
	insert(l, i,
	    xasprintf(
		"%s%s%s%s", key, *value == '\0' ? "" : " ", value, l->end));
	l->changed = true;
}

/* The last line of a setting is the one that counts. */
static void
put(struct lines *l, const char *key, const char *value)
{
	size_t i = l->count;

	while (i > 0 && value_of(l->at[i - 1], key) == NULL)
		i--;
	if (i == 0) {
		write_line(l, place(l, key), key, value);
		return;
	}
	if (is_value(value_of(l->at[i - 1], key), value))
		return;
	cut(l, i - 1);
	write_line(l, i - 1, key, value);
}

static void
take_away(struct lines *l, const char *key)
{
	for (size_t i = l->count; i > 0; i--)
		if (value_of(l->at[i - 1], key) != NULL)
			cut(l, i - 1);
}

/* Lines of items that are there stay, others go, new ones follow them. */
static void
put_list(struct lines *l, const char *key, const struct setting_list *list)
{
	bool *written = xcalloc(list->count + 1, sizeof(*written));
	size_t at = place(l, key);

	for (size_t i = 0; i < l->count; i++) {
		const char *value = value_of(l->at[i], key);
		size_t item = 0;
		if (value == NULL)
			continue;
		while (item < list->count &&
		       (written[item] || !is_value(value, list->items[item])))
			item++;
		at = item < list->count ? i + 1 : i;
		if (item < list->count)
			written[item] = true;
		else
			cut(l, i--);
	}
	for (size_t item = 0; item < list->count; item++)
		if (!written[item])
			write_line(l, at++, key, list->items[item]);
	free(written);
}

static bool
has_line(const struct lines *l, const char *key)
{
	for (size_t i = 0; i < l->count; i++)
		if (value_of(l->at[i], key) != NULL)
			return true;
	return false;
}

static void
edit(struct lines *l, const struct settings *s, const struct setting *row,
    bool on)
{
	if (row->kind == SETTING_LIST) {
		put_list(l, row->name, settings_list(s, row));
	} else if (on) {
		char *value = settings_text(s, row);
		put(l, row->name, value);
		free(value);
	} else {
		take_away(l, row->name);
	}
}

char *
config_edit(const char *text, size_t n, const struct settings *s,
    const char *key, bool on)
{
	struct lines l = { 0 };
	size_t count;
	const struct setting *rows = settings_keys(&count);

	split(&l, text, n);
	for (size_t i = 0; i < count; i++) {
		const struct setting *row = &rows[i];
		if (key != NULL && strcmp(key, row->name) == 0)
			edit(&l, s, row, on);
		if (key == NULL &&
		    (!settings_is_default(s, row) || has_line(&l, row->name)))
			edit(&l, s, row, true);
	}
	return join(&l);
}
