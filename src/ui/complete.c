/* SPDX-License-Identifier: MIT */
#include "ui/complete.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/commands.h"
#include "ui/complete_parts.h"
#include "ui/emoji.h"
#include "ui/keymap.h"
#include "ui/parse.h"
#include "ui/path_words.h"
#include "ui/roster.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const days[] = { "today ", "yesterday ", NULL };

void
complete_add(struct completion *c, char *text, char *label, char *gloss)
{
	c->items[c->count++] = (struct completion_item){
		.text = text,
		.label = label,
		.gloss = gloss,
	};
}

/* slash: "/" for commands, "" for topics. */
static void
add_commands(
    struct completion *c, const char *word, size_t n, const char *slash)
{
	size_t count;
	const struct command_spec *specs = command_specs(&count);

	for (size_t i = 0; i < count && c->count < COMPLETE_MAX; i++) {
		const struct command_spec *spec = &specs[i];
		const char *end = spec->args[0] != '\0' && *slash ? " " : "";
		if (strncasecmp(spec->name, word, n) != 0)
			continue;
		complete_add(c, xasprintf("%s%s%s", slash, spec->name, end),
		    xasprintf("%s%s %s", slash, spec->name, spec->args),
		    xstrdup(spec->gloss));
	}
}

static bool
is_understood(const struct model *m, const char *text, const struct peer *p)
{
	const struct peer *found;

	return model_find_peer(m, text, &found) == 0 && found == p;
}

/* The shortest way to write p as WHO. */
static char *
who_text(const struct model *m, const struct peer *p)
{
	char label[PEER_LABEL_SIZE], fp[FP_TEXT_SIZE];
	const char *text = p->name;

	if (!is_understood(m, text, p))
		text = peer_label(p, true, label);
	if (!is_understood(m, text, p) || strchr(text, '"') != NULL)
		text = peer_is_legacy(p) ? p->handle : fp_text(&p->fp, fp);
	if (strchr(text, ' ') != NULL)
		return xasprintf("\"%s\" ", text);
	return xasprintf("%s ", text);
}

static char *
peer_gloss(const struct lang *l, const struct peer *p)
{
	char at[ADDR_TEXT_MAX];

	if (p->addr_count == 0)
		return xstrdup(p->is_self ? say(l, "only on this machine")
					  : say(l, presence_text(p->presence)));
	return xasprintf("%s%s  %s", peer_is_legacy(p) ? say(l, "PLAIN ") : "",
	    say(l, presence_text(p->presence)),
	    addr_host_text(&p->addrs[0], at));
}

static void
add_people(
    struct completion *c, const struct model *m, const char *word, size_t n)
{
	struct roster r;

	roster_init(&r, m, SIZE_MAX);
	for (size_t i = 0; i < r.count && c->count < COMPLETE_MAX; i++) {
		const struct peer *p = r.rows[i];
		char label[PEER_LABEL_SIZE];
		if (strncasecmp(p->name, word, n) != 0)
			continue;
		complete_add(c, who_text(m, p),
		    xstrdup(peer_label(p, true, label)),
		    peer_gloss(m->lang, p));
	}
	roster_clear(&r);
}

static size_t
word_start(const char *line, size_t at)
{
	while (at > 0 && !is_blank(line[at - 1]))
		at--;
	return at;
}

/* The name begins at from; it may hold blanks. */
void
complete_people(struct completion *c, const struct model *m, const char *line)
{
	size_t from = c->from;

	if (from < c->to && line[from] == '"')
		from++;
	add_people(c, m, line + from, c->to - from);
}

/* "on|off", "auto|tcp|udp": the words of the first argument, where those in
 * capitals stand for something else. */
static void
add_choices(struct completion *c, const char *args, const char *word, size_t n)
{
	size_t end = strcspn(args, " ]");

	if (*args == '[') {
		args++;
		end--;
	}

	for (size_t at = 0; at < end;) {
		size_t size = strcspn(args + at, "| ]");
		const char *choice = args + at;
		at += size + 1;
		/* "fN" stands for a file. */
		if (choice[0] < 'a' || choice[0] > 'z' || choice[1] == 'N' ||
		    size < n || strncasecmp(choice, word, n) != 0 ||
		    c->count == COMPLETE_MAX)
			continue;
		complete_add(c, xasprintf("%.*s ", (int)size, choice),
		    xstrndup(choice, size), xstrdup(""));
	}
}

/* A choice, and WHO behind it. */
static void
complete_choice(struct completion *c, const struct model *m, const char *args,
    const char *line)
{
	size_t end = c->from;

	while (end < c->to && !is_blank(line[end]))
		end++;
	if (end == c->to) {
		add_choices(c, args, line + c->from, end - c->from);
		if (strstr(args, "|WHO") != NULL)
			complete_people(c, m, line);
		return;
	}
	while (end < c->to && is_blank(line[end]))
		end++;
	c->from = end;
	complete_people(c, m, line);
}

/* ":ro": what stands for it goes into the line. */
static bool
complete_emoji(struct completion *c, const char *line)
{
	size_t count, from = emoji_typed(line, c->to);

	if (from == SIZE_MAX || from == c->to)
		return false;
	const struct emoji *e =
	    emoji_starting(line + from, c->to - from, &count);
	c->from = from - 1;
	for (size_t i = 0; i < count && c->count < COMPLETE_MAX; i++)
		complete_add(c, xasprintf("%s ", e[i].text),
		    xasprintf(":%s:", e[i].name), xstrdup(e[i].text));
	return true;
}

static void
complete_word(struct completion *c, const struct model *m, const char *line)
{
	if (complete_emoji(c, line))
		return;
	c->from = word_start(line, c->to);
	if (c->from < c->to)
		add_people(c, m, line + c->from, c->to - c->from);
}

static void
complete_switch(struct completion *c, const char *line)
{
	static const char *const words[] = { "on", "off" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strncasecmp(words[i], line + c->from, c->to - c->from) == 0)
			complete_add(c, xstrdup(words[i]), xstrdup(words[i]),
			    xstrdup(""));
	}
}

static void
add_words(
    struct completion *c, const char *const *words, const char *word, size_t n)
{
	for (; *words != NULL && c->count < COMPLETE_MAX; words++) {
		if (strncasecmp(*words, word, n) == 0)
			complete_add(
			    c, xstrdup(*words), xstrdup(*words), xstrdup(""));
	}
}

static bool
begins_with(const char *word, size_t n, const char *start)
{
	size_t size = strlen(start);

	return n >= size && strncasecmp(word, start, size) == 0;
}

/* The word at the cursor: a filter, or what stands behind its colon. */
static void
complete_search(struct completion *c, const struct model *m, const char *line)
{
	static const char *const filters[] = { "-all ",
		"from:", "in:", "since:", "until:", "has:link ", NULL };
	static const char *const people[] = { "me ", NULL };
	static const char *const places[] = { "nearby ", NULL };
	static const char *const kinds[] = { "link ", NULL };
	size_t start = word_start(line, c->to), n = c->to - start;
	const char *word = line + start;
	const char *colon = memchr(word, ':', n);

	c->from = colon == NULL ? start : (size_t)(colon - line) + 1;
	const char *value = line + c->from;
	size_t value_size = c->to - c->from;
	if (colon == NULL && n > 0)
		add_words(c, filters, word, n);
	else if (begins_with(word, n, "since:") ||
		 begins_with(word, n, "until:"))
		add_words(c, days, value, value_size);
	else if (begins_with(word, n, "has:"))
		add_words(c, kinds, value, value_size);
	else if (begins_with(word, n, "from:") || begins_with(word, n, "in:")) {
		add_words(c, *word == 'f' ? people : places, value, value_size);
		complete_people(c, m, line);
	}
}

static void
add_keys(struct completion *c, const struct lang *l, const char *word, size_t n)
{
	size_t count;
	const struct setting *rows = settings_keys(&count);

	for (size_t i = 0; i < count && c->count < COMPLETE_MAX; i++) {
		if (strncasecmp(rows[i].name, word, n) == 0)
			complete_add(c, xasprintf("%s ", rows[i].name),
			    xasprintf("%s %s", rows[i].name, rows[i].values),
			    xstrdup(say(l, rows[i].gloss)));
	}
}

/* What a value may be, or what it is: to be changed. */
static void
add_values(struct completion *c, const struct settings *s,
    const struct setting *row, const char *word, size_t n, bool set)
{
	char *value = settings_text(s, row);

	if (row->kind == SETTING_LIST && !set) {
		const struct setting_list *l = settings_list(s, row);
		for (size_t i = 0; i < l->count; i++)
			add_words(c, (const char *const[]){ l->items[i], NULL },
			    word, n);
	} else if (set && row->kind != SETTING_LIST) {
		add_choices(c, row->values, word, n);
	}
	/* Where there are choices, one of them is what it is. */
	if (set && row->kind != SETTING_LIST && c->count == 0 &&
	    value[0] != '\0' && strncasecmp(value, word, n) == 0)
		complete_add(c, xstrdup(value), xstrdup(value),
		    xstrdup(say(s->lang, "as it is")));
	free(value);
}

/* KEY, and VALUE behind it. */
static void
complete_setting(
    struct completion *c, const struct model *m, const char *line, bool set)
{
	size_t n = strcspn(line + c->from, " \t\n");
	const struct setting *row = settings_find(line + c->from, n);

	if (c->from + n >= c->to) {
		add_keys(c, m->lang, line + c->from, c->to - c->from);
		return;
	}
	c->from += n;
	while (c->from < c->to && is_blank(line[c->from]))
		c->from++;
	if (row != NULL)
		add_values(
		    c, &m->settings, row, line + c->from, c->to - c->from, set);
}

/* The rest of the line, blanks and all, behind what is no path. */
static void
complete_path(struct completion *c, const char *line)
{
	static const char json[] = "-json ";
	size_t n = c->to - c->from;

	if (n > 0 && n < sizeof(json) - 1 &&
	    strncmp(line + c->from, json, n) == 0) {
		add_words(
		    c, (const char *const[]){ json, NULL }, line + c->from, n);
		return;
	}
	if (n >= sizeof(json) - 1 &&
	    strncmp(line + c->from, json, sizeof(json) - 1) == 0)
		c->from += sizeof(json) - 1;
	c->is_path = true;
}

/* The last of several words; a number before it is none. */
static void
complete_path_word(struct completion *c, const char *line)
{
	c->from += path_last_word(line + c->from, c->to - c->from);
	c->is_path = c->is_word = true;
}

static void
add_action(struct completion *c, const char *name, const char *gloss,
    const char *word, size_t n)
{
	if (strncasecmp(name, word, n) == 0 && c->count < COMPLETE_MAX)
		complete_add(c, xstrdup(name), xstrdup(name), xstrdup(gloss));
}

/* A key, and what it is to do. */
static void
complete_bind(struct completion *c, const char *line)
{
	size_t count, key = keymap_key_size(line + c->from, c->to - c->from);
	const struct keymap_row *rows = keymap_rows(&count);

	if (c->from + key == c->to) {
		add_action(c, "-capture", "", line + c->from, key);
		return;
	}
	c->from += key;
	while (c->from < c->to && is_blank(line[c->from]))
		c->from++;
	const char *word = line + c->from;
	size_t n = c->to - c->from;
	if (n > 0 && *word == '/') {
		if (memchr(word, ' ', n) == NULL)
			add_commands(c, word + 1, n - 1, "/");
		return;
	}
	add_action(c, "none", N_("take the key away"), word, n);
	for (size_t i = 0; i < count; i++)
		if (!rows[i].fixed)
			add_action(c, rows[i].name, rows[i].gloss, word, n);
}

static void
complete_args(struct completion *c, const struct model *m, const char *line)
{
	char *candidates = NULL;
	size_t n = strcspn(line + 1, " \t\n");
	const struct command_spec *spec =
	    command_find(line + 1, n, &candidates);

	free(candidates);
	if (spec == NULL)
		return;
	c->from = 1 + n;
	while (c->from < c->to && is_blank(line[c->from]))
		c->from++;
	if (complete_transfer(c, m, spec, line))
		return;
	if (strcmp(spec->name, "accept") == 0)
		complete_accept(c, m, line);
	else if (strcmp(spec->name, "send") == 0)
		complete_send(c, m, line);
	else if (strncmp(spec->args, "WHO", 3) == 0 ||
		 strncmp(spec->args, "[WHO", 4) == 0)
		complete_people(c, m, line);
	else if (strncmp(spec->args, "[KEY ", 5) == 0)
		complete_bind(c, line);
	else if (strcmp(spec->args, "[on|off]") == 0)
		complete_switch(c, line);
	else if (strstr(spec->args, "SETTING") != NULL)
		complete_setting(c, m, line, spec->args[0] == '[');
	else if (strcmp(spec->args, "[TOPIC]") == 0)
		add_commands(c, line + c->from, c->to - c->from, "");
	else if (strchr(spec->args, '|') != NULL)
		complete_choice(c, m, spec->args, line);
	else if (strstr(spec->args, "WORDS") != NULL)
		complete_search(c, m, line);
	else if (strcmp(spec->args, "DAY") == 0)
		add_words(c, days, line + c->from, c->to - c->from);
	else if (strcmp(spec->args, "[-json] PATH") == 0)
		complete_path(c, line);
	else if (strstr(spec->args, "PATH") != NULL)
		complete_path_word(c, line);
	if (c->count == 0 && strstr(spec->args, "TEXT") != NULL)
		complete_word(c, m, line);
}

void
complete_line(const struct model *m, const char *line, size_t at,
    struct completion *ret_completion)
{
	struct completion *c = ret_completion;

	*c = (struct completion){ .to = at };
	if (line[0] != '/' || at == 0 || line[1] == '/')
		complete_word(c, m, line);
	else if (word_start(line, at) == 0)
		add_commands(c, line + 1, at - 1, "/");
	else
		complete_args(c, m, line);
}

size_t
completion_common(const struct completion *c)
{
	if (c->count == 0)
		return 0;
	const char *first = c->items[0].text;
	size_t common = strlen(first);
	for (size_t i = 1; i < c->count; i++) {
		size_t n = 0;
		while (n < common && first[n] == c->items[i].text[n])
			n++;
		common = n;
	}
	return utf8_cut(first, strlen(first), common);
}

void
completion_clear(struct completion *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->items[i].text);
		free(c->items[i].label);
		free(c->items[i].gloss);
	}
	*c = (struct completion){ 0 };
}
