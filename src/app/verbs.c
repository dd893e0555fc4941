/* SPDX-License-Identifier: MIT */
#include "app/verbs.h"

#include "app/ascii.h"
#include "app/clock.h"
#include "app/language.h"
#include "app/verbs_state.h"
#include "base/err.h"
#include "base/mem.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	GREETING_MS = 20000,
	ANSWER_MS = 60000,
	/* Until everybody answered who is there. */
	WHO_MS = 2000,
	INFO_MS = 5000,
	/* One that holds the home and does not listen. */
	HELD_MS = 5000,
	HELD_AGAIN_MS = 20,
};

int64_t
verb_until(int64_t given_ms, int64_t default_ms)
{
	return clock_read().mono_ms + (given_ms < 0 ? default_ms : given_ms);
}

void
verb_print(const char *text)
{
	char *line = xstrdup(text);

	if (ascii_is_needed())
		ascii_make(line);
	puts(line);
	fflush(stdout);
	free(line);
}

void
verb_print_event(const json_t *event)
{
	char *line = json_dumps(event, JSON_COMPACT | JSON_PRESERVE_ORDER);

	if (line != NULL)
		puts(line);
	fflush(stdout);
	free(line);
}

void
verb_note(struct verb_run *v, json_t *event)
{
	const char *id = client_text(event, "id");

	if (client_is(event, "fatal") && v->error == NULL)
		v->error = xstrdup(client_text(event, "text"));
	if (!client_is(event, "peer"))
		return;
	if (id[0] == '\0')
		id = client_text(event, "handle");
	json_object_set(v->peers, id, event);
}

void
verb_over(struct verb_run *v)
{
	if (v->error == NULL)
		v->error = xstrdup(say(language(),
		    client_is_over(v->client) ? N_("earshot ended meanwhile")
					      : N_("earshot does not answer")));
}

/* Takes the event. True at the end of the command. */
static bool
take_answer(struct verb_run *v, json_t *event, const char *line, bool *begun,
    char **answer, bool *failed,
    void (*each)(struct verb_run *v, json_t *event))
{
	bool own = strcmp(client_text(event, "command"), line) == 0;
	bool error = client_is(event, "error");

	verb_note(v, event);
	*begun |= own && client_is(event, "begin");
	if (*begun && own && (error || client_is(event, "info"))) {
		char *more = xasprintf("%s%s%s", *answer == NULL ? "" : *answer,
		    *answer == NULL ? "" : "\n", client_text(event, "text"));
		free(*answer);
		*answer = more;
		*failed |= error;
	}
	if (*begun && each != NULL)
		each(v, event);
	bool ended = *begun && own && client_is(event, "done");
	json_decref(event);
	return ended;
}

char *
verb_ask(struct verb_run *v, const char *line, bool *ret_failed,
    void (*each)(struct verb_run *v, json_t *event))
{
	int64_t until_ms = clock_read().mono_ms + ANSWER_MS;
	char *answer = NULL;
	bool begun = false, ended = false;

	*ret_failed = false;
	client_send(v->client, line);
	while (!ended) {
		json_t *event = client_event(v->client, until_ms);
		if (event == NULL) {
			verb_over(v);
			*ret_failed = true;
			return answer;
		}
		ended = take_answer(
		    v, event, line, &begun, &answer, ret_failed, each);
	}
	return answer;
}

/* False when that was it. */
bool
verb_wait_for_peer(struct verb_run *v, int64_t until_ms)
{
	json_t *event;

	while ((event = client_event(v->client, until_ms)) != NULL) {
		bool peer = client_is(event, "peer");
		verb_note(v, event);
		json_decref(event);
		if (peer)
			return true;
	}
	return false;
}

char *
verb_ask_until(struct verb_run *v, const char *line, int64_t until_ms,
    bool *ret_failed, void (*each)(struct verb_run *v, json_t *event))
{
	char *answer = verb_ask(v, line, ret_failed, each);

	while (*ret_failed && v->error == NULL &&
	       verb_wait_for_peer(v, until_ms)) {
		free(answer);
		answer = verb_ask(v, line, ret_failed, each);
	}
	return answer;
}

static void
print_answers(const struct verb_run *v)
{
	size_t i;
	json_t *event;

	json_array_foreach(v->answers, i, event)
	{
		verb_print_event(event);
	}
}

/* Says what came of it: an answer, or why not. */
int
verb_conclude(struct verb_run *v, char *answer, bool failed)
{
	if (failed && v->error == NULL)
		v->error = answer == NULL ? NULL : xstrdup(answer);
	else if (!failed && answer != NULL && v->o->json)
		print_answers(v);
	else if (!failed && answer != NULL)
		verb_print(answer);
	free(answer);
	return failed ? EXIT_FAILED : EXIT_DONE;
}

void
verb_keep_answer(struct verb_run *v, json_t *event)
{
	if (client_is(event, "info"))
		json_array_append(v->answers, event);
}

static void
print_peer(json_t *peer)
{
	char *line =
	    xasprintf("%-20s %-8s %-9s %-16s %s", client_text(peer, "name"),
		client_text(peer, "state"), client_text(peer, "trust"),
		client_text(peer, "address"), client_text(peer, "status"));
	size_t n = strlen(line);

	while (n > 0 && line[n - 1] == ' ')
		line[--n] = '\0';
	verb_print(line);
	free(line);
}

static int
verb_who(struct verb_run *v)
{
	int64_t until_ms =
	    verb_until(v->o->wait_ms, client_is_alone(v->client) ? WHO_MS : 0);
	const char *key;
	json_t *peer;
	size_t shown = 0;

	while (verb_wait_for_peer(v, until_ms))
		;
	json_object_foreach(v->peers, key, peer)
	{
		if (strcmp(client_text(peer, "state"), "offline") == 0)
			continue;
		shown++;
		if (v->o->json)
			verb_print_event(peer);
		else
			print_peer(peer);
	}
	if (shown == 0 && v->error == NULL && !v->o->json)
		verb_print(say(language(), "nobody is here"));
	return v->error == NULL ? EXIT_DONE : EXIT_FAILED;
}

static int
verb_one(struct verb_run *v, const char *command, int64_t until_ms)
{
	const struct options *o = v->o;
	char *line =
	    o->word_count == 0 ? xstrdup(command)
	    : o->word_count == 1
		? xasprintf("%s %s", command, o->words[0])
		: xasprintf("%s %s %s", command, o->words[0], o->words[1]);
	bool failed;
	char *answer =
	    verb_ask_until(v, line, until_ms, &failed, verb_keep_answer);

	free(line);
	return verb_conclude(v, answer, failed);
}

static int
dispatch(struct verb_run *v)
{
	switch (v->o->verb) {
	case VERB_WHO:
		return verb_who(v);
	case VERB_SEND:
		return verb_send(v);
	case VERB_SEND_FILE:
		return verb_send_file(v);
	case VERB_RECEIVE:
		return verb_receive(v);
	case VERB_LISTEN:
		return verb_listen(v);
	case VERB_ID:
		return verb_id(v);
	case VERB_SHOUT:
		return verb_one(v, "/shout", 0);
	case VERB_INFO:
		return verb_one(v, "/info",
		    verb_until(v->o->wait_ms,
			client_is_alone(v->client) ? INFO_MS : 0));
	case VERB_PIN:
		return verb_pin(v);
	case VERB_VERIFY:
		return verb_one(v, "/verify", 0);
	case VERB_BLOCK:
		return verb_one(v, "/block", 0);
	case VERB_UNBLOCK:
		return verb_one(v, "/unblock", 0);
	case VERB_SET:
		return verb_one(v, "/set", 0);
	case VERB_DOCTOR:
		return verb_doctor(v);
	case VERB_NONE:
	case VERB_LOG:
	case VERB_PASSPHRASE:
	case VERB_DEMO:
		break;
	}
	return EXIT_USAGE;
}

/* Who we are, and who is there already. */
static bool
hear_greeting(struct verb_run *v)
{
	int64_t until_ms = clock_read().mono_ms + GREETING_MS;
	bool done = false;
	json_t *event;

	while (!done && (event = client_event(v->client, until_ms)) != NULL) {
		done = client_is(event, "done") || client_is(event, "fatal");
		if (client_is(event, "ready")) {
			v->name = xstrdup(client_text(event, "name"));
			v->id = xstrdup(client_text(event, "id"));
		}
		verb_note(v, event);
		json_decref(event);
	}
	if (v->id == NULL)
		verb_over(v);
	return v->error == NULL;
}

/* Many may be started at once, by cron for example: the first of them is the
 * earshot of all that come while it runs. */
static bool
meet(struct verb_run *v)
{
	int64_t until_ms = clock_read().mono_ms + HELD_MS;
	bool met = hear_greeting(v);

	while (!met && client_came_between(v->client) &&
	       clock_read().mono_ms < until_ms) {
		client_close(v->client);
		v->client = NULL;
		free(v->error);
		v->error = NULL;
		poll(NULL, 0, HELD_AGAIN_MS);
		if (client_open(v->o, &v->client, &v->error) < 0)
			return false;
		met = hear_greeting(v);
	}
	return met;
}

int
verbs_run(const struct options *o, char **ret_error)
{
	struct verb_run v = { .o = o, .started_ms = clock_read().mono_ms };
	int status = EXIT_FAILED;

	if (client_open(o, &v.client, ret_error) < 0)
		return status;
	v.peers = json_object();
	v.answers = json_array();
	if (meet(&v))
		status = dispatch(&v);
	else if (o->verb == VERB_DOCTOR && v.client != NULL)
		status = verb_doctor_unopened(&v);
	if (v.client != NULL)
		client_close(v.client);
	json_decref(v.peers);
	json_decref(v.answers);
	json_decref(v.queued);
	free(v.name);
	free(v.id);
	*ret_error = v.error;
	return status;
}
