/* SPDX-License-Identifier: MIT */
/*
 * What a peer wrote gets into arguments here: a link, a file name. It is never
 * a word of a command line, and never where a program looks for its options.
 */
#include "app/requests.h"

#include "app/child.h"
#include "app/language.h"
#include "app/outside.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/words.h"
#include "store/scratch.h"
#include "ui/edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	EDITOR_WORDS_MAX = 8, /* of $EDITOR: a program and its options */
	SENTENCE_SIZE = 256,
};

static void
refuse(struct requests *r, const char *what, const char *program, int err)
{
	char text[SENTENCE_SIZE];

	if (err == ERR_NOT_FOUND)
		snprintf(text, sizeof(text),
		    say(language(), "cannot %s: %s is not installed"),
		    say(language(), what), program);
	else if (err == ERR_LIMIT)
		snprintf(text, sizeof(text),
		    say(language(),
			"cannot %s: %s has to wait: too many programs run"),
		    say(language(), what), program);
	else
		snprintf(text, sizeof(text),
		    say(language(), "cannot %s: %s cannot be started"),
		    say(language(), what), program);
	r->to->tell(r->user, text);
}

/* A link begins with its scheme and a path is absolute: neither with '-'. */
static void
open_link(struct requests *r, const char *target)
{
#ifdef __APPLE__
	const char *argv[] = { "open", target, NULL };
#else
	const char *argv[] = { "xdg-open", target, NULL };
#endif
	struct child_spec spec = { .argv = argv };

	if (target[0] == '-')
		return;
	int id = child_start(r->children, &spec, r->now->mono_ms);
	if (id < 0)
		refuse(r, N_("open it"), argv[0], id);
}

/* Where nothing can show it, to know where it is has to do. */
static void
open_file(struct requests *r, const char *path)
{
	const char *line = r->opener;
	struct words words = { 0 };
	const char *argv[WORDS_MAX + 2] = { NULL };
	struct child_spec spec = { .argv = argv };

	if (line == NULL && outside_has_desktop()) {
		open_link(r, path);
		return;
	}
	/* An absolute path is no option. */
	if (line == NULL || path[0] != '/' || words_split(line, &words) < 0 ||
	    words.count == 0) {
		outside_copy_path(r, path);
		words_clear(&words);
		return;
	}
	for (size_t i = 0; i < words.count; i++)
		argv[i] = words.items[i];
	argv[words.count] = path;
	int id = child_start(r->children, &spec, r->now->mono_ms);
	if (id < 0)
		refuse(r, N_("open it"), argv[0], id);
	words_clear(&words);
}

/* $VISUAL and $EDITOR may bring options; they are words, not shell. */
static size_t
split_words(char *text, const char **words, size_t max)
{
	size_t n = 0;

	for (char *rest = NULL, *word = strtok_r(text, " \t", &rest);
	     word != NULL && n < max; word = strtok_r(NULL, " \t", &rest))
		words[n++] = word;
	return n;
}

static const char *
editor_name(void)
{
	static const char *const names[] = { "VISUAL", "EDITOR" };

	for (size_t i = 0; i < 2; i++) {
		const char *name = getenv(names[i]);
		if (name != NULL && name[strspn(name, " \t")] != '\0')
			return name;
	}
	return "vi";
}

static void
start_editor(struct requests *r)
{
	const char *argv[EDITOR_WORDS_MAX + 2] = { NULL };
	struct child_spec spec = { .argv = argv, .terminal = true };
	char *line = xstrdup(editor_name());
	size_t n = split_words(line, argv, EDITOR_WORDS_MAX);

	argv[n] = r->draft;
	tty_leave(r->tty);
	int id = child_start(r->children, &spec, r->now->mono_ms);
	if (id < 0) {
		char *error = NULL;
		tty_enter(r->tty);
		free(scratch_take(r->draft, EDIT_TEXT_MAX, &error));
		free(error);
		free(r->draft);
		r->draft = NULL;
		refuse(r, N_("edit the draft"), argv[0], id);
	} else {
		r->editor = (unsigned)id;
	}
	free(line);
}

static void
edit(struct requests *r, const char *text)
{
	char *error = NULL;

	if (requests_lent(r))
		return;
	r->draft = scratch_write(r->home, text, &error);
	if (r->draft != NULL)
		start_editor(r);
	else
		r->to->tell(r->user, error);
	free(error);
}

static void
show_bare(struct requests *r, const char *text)
{
	char *lines;

	if (requests_lent(r) || r->bare)
		return;
	lines = xasprintf("%s\n\n-- %s --\n", text,
	    say(language(), "Enter goes back to earshot"));
	tty_bare(r->tty, lines);
	free(lines);
	r->bare = true;
}

bool
requests_bare(const struct requests *r)
{
	return r->bare;
}

bool
requests_bare_key(struct requests *r, const struct key *key)
{
	bool back = key->code == KEY_ENTER_KEY || key->code == KEY_ESCAPE ||
		    key->code == 'q' || (key->mods & KEY_CTRL) != 0;

	if (!back)
		return false;
	r->bare = false;
	tty_bare_end(r->tty);
	return true;
}

void
requests_init(struct requests *r)
{
	r->speller = (struct speller){ .to = r->to,
		.user = r->user,
		.children = r->children,
		.now = r->now };
}

void
requests_run(struct requests *r, const struct request *request)
{
	switch (request->kind) {
	case REQUEST_OPEN:
		open_link(r, request->text);
		break;
	case REQUEST_OPEN_FILE:
		open_file(r, request->text);
		break;
	case REQUEST_EDITOR:
		edit(r, request->text);
		break;
	case REQUEST_COPY:
		outside_copy(r, request->text);
		break;
	case REQUEST_NOTIFY:
		outside_notify(r, request->text,
		    request->more == NULL ? "" : request->more);
		break;
	case REQUEST_BARE:
		show_bare(r, request->text);
		break;
	case REQUEST_SPELL:
		speller_ask(&r->speller, request->text, request->more);
		break;
	case REQUEST_PATHS:
	case REQUEST_HINTS:
	case REQUEST_DROP:
	case REQUEST_NONE:
		break;
	}
}

/* What an editor that failed or was killed has written may be all there is of
 * somebody's work. */
static void
end_editor(struct requests *r, int status)
{
	char sentence[SENTENCE_SIZE], *error = NULL;
	char *text = scratch_take(r->draft, EDIT_TEXT_MAX, &error);

	free(r->draft);
	r->draft = NULL;
	r->editor = 0;
	tty_enter(r->tty);
	snprintf(sentence, sizeof(sentence),
	    say(language(),
		"the editor ended with status %d: the draft is as it was; "
		"Ctrl-Y brings what the editor wrote"),
	    status);
	if (text == NULL)
		r->to->tell(r->user, error);
	else if (status == 0)
		r->to->edited(r->user, text);
	else
		r->to->aside(r->user, text, sentence);
	free(text);
	free(error);
}

bool
requests_turn(struct requests *r)
{
	struct child_event ev;
	bool returned = false;

	while (children_next(r->children, r->now->mono_ms, &ev)) {
		if (ev.id == r->speller.id) {
			speller_event(&r->speller, &ev);
			continue;
		}
		if (!ev.ended || ev.id != r->editor || r->editor == 0)
			continue;
		end_editor(r, ev.status);
		returned = true;
	}
	return returned;
}

bool
requests_lent(const struct requests *r)
{
	return r->editor != 0;
}

void
requests_clear(struct requests *r)
{
	free(r->draft);
	r->draft = NULL;
	free(r->opener);
	r->opener = NULL;
	speller_clear(&r->speller);
}
