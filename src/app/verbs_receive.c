/* SPDX-License-Identifier: MIT */
/*
 * earshot receive.
 */
#include "app/verbs_state.h"

#include "app/language.h"
#include "base/mem.h"
#include "base/now.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Strangers choose their names: that of somebody who is remembered is his. */
static bool
is_taken(const struct verb_run *v, const char *id, const char *name)
{
	const char *key;
	json_t *peer;

	if (verb_is_remembered(json_object_get(v->peers, id)))
		return false;
	json_object_foreach(v->peers, key, peer)
	{
		if (verb_is_remembered(peer) &&
		    strcmp(client_text(peer, "name"), name) == 0)
			return true;
	}
	return false;
}

static bool
is_from(const struct verb_run *v, const json_t *event)
{
	const char *who = v->o->from;
	const char *id = client_text(event, "id");
	const char *name =
	    client_text(event, client_is(event, "transfer") ? "with" : "from");

	if (who == NULL)
		return true;
	if (strcmp(name, who) == 0)
		return !is_taken(v, id, name);
	return id[0] != '\0' && strlen(who) >= 8 &&
	       strncmp(id, who, strlen(who)) == 0;
}

bool
verb_is_said(const struct verb_run *v, const json_t *event)
{
	return (client_is(event, "message") || client_is(event, "shout")) &&
	       is_from(v, event);
}

static void
print_message(const struct verb_run *v, const json_t *event)
{
	if (v->o->json) {
		verb_print_event(event);
		return;
	}
	char *line = xasprintf("%s%s: %s", client_text(event, "from"),
	    client_is(event, "shout") ? say(language(), " (PUBLIC)") : "",
	    client_text(event, "text"));
	verb_print(line);
	free(line);
}

static void
print_file(const struct verb_run *v, const json_t *event)
{
	if (v->o->json) {
		verb_print_event(event);
		return;
	}
	char *line = xasprintf(say(language(), "%s: file %s"),
	    client_text(event, "with"), client_text(event, "path"));
	verb_print(line);
	free(line);
}

/* One that is offered is taken; true when one is there. */
static bool
take_file(struct verb_run *v, const char *dir, const json_t *event)
{
	const char *state = client_text(event, "state");

	if (dir == NULL || !client_is(event, "transfer") ||
	    strcmp(client_text(event, "direction"), "in") != 0 ||
	    !is_from(v, event))
		return false;
	if (strcmp(state, "offered") == 0) {
		char *path = verb_quoted(dir);
		char *line = xasprintf(
		    "/get %s %s", client_text(event, "transfer"), path);
		client_send(v->client, line);
		free(line);
		free(path);
	}
	if (strcmp(state, "failed") == 0)
		fprintf(stderr, say(language(), "earshot: %s: %s\n"),
		    client_text(event, "name"), client_text(event, "reason"));
	return strcmp(state, "done") == 0;
}

/* As the instance, which may be at home elsewhere, understands it (caller
 * frees); NULL: none is wanted, or it is no folder. */
static char *
folder(struct verb_run *v)
{
	struct stat st;

	if (v->o->dir == NULL)
		return NULL;
	char *path = realpath(v->o->dir, NULL);
	if (path != NULL && stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	    utf8_is_valid(path, strlen(path)) && strchr(path, '\n') == NULL)
		return path;
	free(path);
	v->error =
	    xasprintf(say(language(), "there is no folder %s"), v->o->dir);
	return NULL;
}

/* True when it counts. */
static bool
take(struct verb_run *v, const char *dir, const json_t *event)
{
	if (take_file(v, dir, event)) {
		print_file(v, event);
		return true;
	}
	if (!verb_is_said(v, event) ||
	    strcmp(client_text(event, "id"), v->id) == 0)
		return false;
	print_message(v, event);
	return true;
}

int
verb_receive(struct verb_run *v)
{
	char *dir = folder(v);
	size_t left = v->o->count == 0 ? 1 : v->o->count;
	int64_t until_ms =
	    v->o->timeout_ms < 0 ? NEVER_MS : verb_until(v->o->timeout_ms, 0);
	json_t *event;

	if (v->error != NULL)
		return EXIT_FAILED;
	while (
	    left > 0 && (event = client_event(v->client, until_ms)) != NULL) {
		left -= take(v, dir, event) ? 1 : 0;
		verb_note(v, event);
		json_decref(event);
	}
	free(dir);
	if (left > 0 && v->error == NULL)
		v->error = xstrdup(
		    say(language(), client_is_over(v->client)
					? N_("earshot ended meanwhile")
					: N_("nothing came in that time")));
	return left == 0                   ? EXIT_DONE
	       : client_is_over(v->client) ? EXIT_FAILED
					   : EXIT_WAITING;
}
