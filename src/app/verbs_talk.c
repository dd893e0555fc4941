/* SPDX-License-Identifier: MIT */
/*
 * earshot send.
 */
#include "app/verbs_state.h"

#include "app/clock.h"
#include "app/language.h"
#include "base/mem.h"
#include "base/now.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SEEK_MS = 5000,
	DELIVER_MS = 20000,
	TEXT_BYTES_MAX = 65536,
};

/* The id of ours that was queued by the command that is executed. */
static void
keep_queued(struct verb_run *v, json_t *event)
{
	if (client_is(event, "delivery") && v->queued == NULL)
		v->queued = json_incref(event);
}

/* All of standard input, at most so much as a message holds; NULL and a
 * sentence when it is more, or cannot be read. */
static char *
read_input(struct verb_run *v)
{
	char *text = xcalloc(TEXT_BYTES_MAX + 2, 1);
	size_t size = 0;

	for (;;) {
		ssize_t n =
		    read(STDIN_FILENO, text + size, TEXT_BYTES_MAX + 1 - size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		size += (size_t)n;
	}
	while (size > 0 && text[size - 1] == '\n')
		text[--size] = '\0';
	if (size > 0 && size <= TEXT_BYTES_MAX && strlen(text) == size)
		return text;
	v->error = xstrdup(say(language(),
	    size == 0 ? N_("nothing to send: standard input is empty")
		      : N_("not sent: standard input is no text of at most "
			   "64 KiB")));
	free(text);
	return NULL;
}

/* How the message with that id goes on. */
static const char *
state_of(const json_t *event, const char *id)
{
	return client_is(event, "delivery") &&
		       strcmp(client_text(event, "message"), id) == 0
		   ? client_text(event, "state")
		   : "";
}

static int
await_delivery(struct verb_run *v)
{
	int64_t until_ms = verb_until(v->o->timeout_ms, DELIVER_MS);
	json_t *event = json_incref(v->queued);
	char *id = xstrdup(client_text(event, "message"));
	int status = EXIT_WAITING;

	while (event != NULL && status == EXIT_WAITING) {
		const char *state = state_of(event, id);
		if (strcmp(state, "delivered") == 0 ||
		    strcmp(state, "read") == 0)
			status = EXIT_DONE;
		if (strcmp(state, "failed") == 0) {
			status = EXIT_FAILED;
			v->error =
			    xasprintf(say(language(), "not delivered: %s"),
				client_text(event, "reason"));
		}
		if (v->o->json && state[0] != '\0')
			verb_print_event(event);
		json_decref(event);
		event = status != EXIT_WAITING
			    ? NULL
			    : client_event(v->client, until_ms);
	}
	json_decref(event);
	free(id);
	if (status == EXIT_WAITING && v->error == NULL)
		v->error = xasprintf(
		    say(language(),
			"%s is not there; it waits, and goes out while an "
			"earshot of yours runs and they are there"),
		    v->o->words[0]);
	return status;
}

int
verb_send(struct verb_run *v)
{
	const struct options *o = v->o;
	bool piped = o->word_count < 2 || strcmp(o->words[1], "-") == 0;
	char *text = piped ? read_input(v) : xstrdup(o->words[1]);
	bool failed;

	if (text == NULL)
		return EXIT_FAILED;
	char *line = xasprintf("/msg %s %s", o->words[0], text);
	int64_t until_ms =
	    verb_until(o->wait_ms, client_is_alone(v->client) ? SEEK_MS : 0);
	char *answer = verb_ask_until(v, line, until_ms, &failed, keep_queued);
	free(line);
	free(text);
	if (failed && v->error == NULL)
		v->error = answer != NULL ? xstrdup(answer) : NULL;
	free(answer);
	if (failed)
		return EXIT_FAILED;
	return o->no_wait ? EXIT_DONE : await_delivery(v);
}
