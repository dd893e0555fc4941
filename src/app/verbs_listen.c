/* SPDX-License-Identifier: MIT */
/*
 * earshot listen: all that happens as it happens, or a program for each
 * message, whose output is the answer. The text is on its standard input and
 * who said it in its environment, so that nothing of a peer is ever an
 * argument. One program at a time: answers go out in the order of what they
 * answer.
 */
#include "app/child.h"
#include "app/clock.h"
#include "app/language.h"
#include "app/verbs_state.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/now.h"
#include "base/words.h"
#include "net/loop.h"
#include "net/signals.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TAG_CLIENT,
	TAG_CHILD,
	TAG_SIGNAL,
	PROGRAM_MS = 30000,
	ANSWER_BYTES_MAX = 65536,
	/* Messages that wait for the program; beyond, they go unanswered. */
	WAITING_MAX = 256,
};

struct listening_verb {
	struct verb_run *v;
	struct words argv;
	struct children *children;
	struct loop *loop;
	unsigned running; /* the id of the child; 0: none */
	json_t *waiting;  /* an array of events; the first one runs */
	int signal_fd;
	bool done;
};

static char *
variable(const char *name, const char *value)
{
	return xasprintf("%s=%s", name, value);
}

/* Starts it for the first that waits; false when it cannot be started. */
static bool
start_program(struct listening_verb *l)
{
	const json_t *event = json_array_get(l->waiting, 0);
	const char *text = client_text(event, "text");
	char *env[] = {
		variable("EARSHOT_EVENT", client_text(event, "event")),
		variable("EARSHOT_FROM", client_text(event, "from")),
		variable("EARSHOT_ID", client_text(event, "id")),
		variable("EARSHOT_MESSAGE", client_text(event, "message")),
		variable("EARSHOT_DIALECT", client_text(event, "dialect")),
		NULL,
	};
	struct child_spec spec = {
		.argv = (const char *const *)l->argv.items,
		.input = text,
		.input_size = strlen(text),
		.answers = true,
		.limit_ms = PROGRAM_MS,
		.env = (const char *const *)env,
	};
	int id = child_start(l->children, &spec, clock_read().mono_ms);

	for (size_t i = 0; env[i] != NULL; i++)
		free(env[i]);
	if (id > 0)
		l->running = (unsigned)id;
	return id > 0;
}

static void
answer(struct listening_verb *l, const struct child_event *ev)
{
	const json_t *event = json_array_get(l->waiting, 0);
	size_t n = ev->size < ANSWER_BYTES_MAX ? ev->size : ANSWER_BYTES_MAX;

	while (n > 0 && (ev->output[n - 1] == '\n' || ev->output[n - 1] == ' '))
		n--;
	if (ev->status == 0 && n > 0 && client_is(event, "message")) {
		const char *id = client_text(event, "id");
		char *line = xasprintf("/msg %s %.*s",
		    id[0] != '\0' ? id : client_text(event, "from"), (int)n,
		    (const char *)ev->output);
		client_send(l->v->client, line);
		free(line);
	}
	if (ev->status != 0)
		fprintf(stderr, say(language(), "earshot: %s ended with %d\n"),
		    l->argv.items[0], ev->status);
	json_array_remove(l->waiting, 0);
	l->running = 0;
}

static void
take_event(struct listening_verb *l, json_t *event)
{
	struct verb_run *v = l->v;
	bool own = strcmp(client_text(event, "id"), v->id) == 0;

	verb_note(v, event);
	if (l->argv.count == 0) {
		if (v->o->from == NULL || verb_is_said(v, event))
			verb_print_event(event);
	} else if (verb_is_said(v, event) && !own) {
		if (json_array_size(l->waiting) < WAITING_MAX)
			json_array_append(l->waiting, event);
		else
			fputs(say(language(), "earshot: too many messages at "
					      "once; one is not answered\n"),
			    stderr);
	}
}

/* That a program ended is all that a signal tells, unless it ends us. */
static void
take_signals(struct listening_verb *l)
{
	int number;

	while ((number = signals_next(l->signal_fd)) != 0)
		if (number == SIGTERM || number == SIGINT || number == SIGHUP)
			l->done = true;
}

static void
turn(struct listening_verb *l)
{
	struct loop_event ready;
	struct child_event ev;
	json_t *event;

	loop_begin(l->loop);
	loop_watch(l->loop, l->signal_fd, true, false, TAG_SIGNAL);
	loop_watch(l->loop, client_fd(l->v->client), true, false, TAG_CLIENT);
	children_watch(l->children, l->loop, TAG_CHILD);
	int64_t at = children_deadline(l->children);
	int64_t now_ms = clock_read().mono_ms;
	loop_wait(l->loop, at == NEVER_MS ? -1 : at > now_ms ? at - now_ms : 0);
	while (loop_ready(l->loop, &ready)) {
		if (ready.tag == TAG_CHILD)
			children_ready(l->children, &ready);
		else if (ready.tag == TAG_SIGNAL)
			take_signals(l);
	}
	while (children_next(l->children, clock_read().mono_ms, &ev))
		if (ev.ended && ev.id == l->running)
			answer(l, &ev);
	while ((event = client_event(l->v->client, 0)) != NULL) {
		take_event(l, event);
		json_decref(event);
	}
}

static void
run(struct listening_verb *l)
{
	struct verb_run *v = l->v;

	while (!l->done && !client_is_over(v->client) && v->error == NULL) {
		turn(l);
		if (l->running == 0 && json_array_size(l->waiting) > 0 &&
		    !start_program(l))
			v->error =
			    xasprintf(say(language(), "there is no program %s"),
				l->argv.items[0]);
	}
}

int
verb_listen(struct verb_run *v)
{
	struct listening_verb l = { .v = v };

	if (v->o->exec != NULL && words_split(v->o->exec, &l.argv) < 0) {
		v->error = xstrdup(say(
		    language(), "--exec wants a program and its arguments"));
		return EXIT_USAGE;
	}
	l.signal_fd = signals_open();
	l.children = children_new();
	l.loop = loop_new();
	l.waiting = json_array();
	run(&l);
	children_free(l.children);
	signals_restore(l.signal_fd);
	loop_free(l.loop);
	json_decref(l.waiting);
	words_clear(&l.argv);
	return v->error == NULL ? EXIT_DONE : EXIT_FAILED;
}
