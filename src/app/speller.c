/* SPDX-License-Identifier: MIT */
/*
 * aspell, or hunspell where that is not there, by the pipe that both know from
 * ispell: a line goes in for each word, lines come out, and an empty one ends
 * the answer. The "^" before a word keeps it from being a command of theirs.
 */
#include "app/speller.h"

#include "app/language.h"
#include "base/err.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SENTENCE_SIZE = 256, WAITING_MAX = 4096 };

static void
tell_once(struct speller *s, const char *sentence)
{
	s->dead = true;
	s->to->tell(s->user, sentence);
}

static void
forget_words(struct speller *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->words[i]);
	s->count = 0;
}

void
speller_clear(struct speller *s)
{
	forget_words(s);
	free(s->words);
	free(s->lang);
	*s = (struct speller){ .to = s->to,
		.user = s->user,
		.children = s->children,
		.now = s->now };
}

static int
start(struct speller *s)
{
	bool any = strcmp(s->lang, "auto") == 0;
	const char *const programs[][6] = {
		{ "aspell", "-a", "--encoding=utf-8", any ? NULL : "-l",
		    s->lang },
		{ "hunspell", "-a", "-i", "utf-8", any ? NULL : "-d", s->lang },
	};
	int id = ERR_NOT_FOUND;

	for (size_t i = 0; i < 2 && id == ERR_NOT_FOUND; i++) {
		const char *argv[7] = { NULL };
		memcpy(argv, programs[i], sizeof(programs[i]));
		struct child_spec spec = {
			.argv = argv, .lasts = true, .answers = true
		};
		id = child_start(s->children, &spec, s->now->mono_ms);
	}
	return id;
}

/* Another language is another program. */
static bool
is_ready(struct speller *s, const char *lang)
{
	if (s->lang == NULL || strcmp(s->lang, lang) != 0) {
		if (s->id != 0)
			child_stop(s->children, s->id);
		speller_clear(s);
		s->lang = xstrdup(lang);
	}
	if (s->dead)
		return false;
	if (s->id != 0)
		return true;
	int id = start(s);
	if (id > 0) {
		s->id = (unsigned)id;
		return true;
	}
	tell_once(s,
	    id == ERR_NOT_FOUND
		? say(language(),
		      "spelling is not checked: neither aspell nor hunspell is "
		      "installed")
		: say(language(),
		      "spelling is not checked: the speller cannot be started"));
	return false;
}

void
speller_ask(struct speller *s, const char *text, const char *lang)
{
	char *copy, *rest = NULL;

	/* Who asks for words and reads no answers has had enough. */
	if (lang[0] == '-' || !is_ready(s, lang) || s->count >= WAITING_MAX)
		return;
	copy = xstrdup(text);
	for (char *word = strtok_r(copy, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		char *line = xasprintf("^%s\n", word);
		if (child_write(s->children, s->id, line, strlen(line)) == 0) {
			s->words = xgrow(
			    s->words, s->count, &s->cap, sizeof(*s->words));
			s->words[s->count++] = xstrdup(word);
		}
		free(line);
	}
	free(copy);
}

static void
take_line(struct speller *s, const char *line, size_t n)
{
	if (n > 0) {
		s->bad |= line[0] == '&' || line[0] == '#' || line[0] == '?';
		return;
	}
	if (s->count == 0)
		return;
	s->to->spelt(s->user, s->words[0], !s->bad);
	s->bad = false;
	free(s->words[0]);
	memmove(s->words, s->words + 1, --s->count * sizeof(*s->words));
}

void
speller_event(struct speller *s, const struct child_event *ev)
{
	char text[SENTENCE_SIZE];
	size_t used = 0;
	const char *out = (const char *)ev->output;

	while (used < ev->size) {
		const char *end = memchr(out + used, '\n', ev->size - used);
		if (end == NULL)
			break;
		size_t n = (size_t)(end - out) - used;
		take_line(s, out + used, n);
		used += n + 1;
	}
	if (!ev->ended) {
		child_consume(s->children, s->id, used);
		return;
	}
	s->id = 0;
	forget_words(s);
	snprintf(text, sizeof(text),
	    say(language(),
		"spelling is not checked: the speller ended; has it a "
		"dictionary for %s?"),
	    s->lang);
	tell_once(s, text);
}
