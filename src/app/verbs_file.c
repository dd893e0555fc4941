/* SPDX-License-Identifier: MIT */
/*
 * earshot send-file. A name that two bear is nobody's, and one that is not
 * remembered yet has to stay the only one for a moment; then a fingerprint is
 * named, so that it goes to that one and nobody else.
 */
#include "app/verbs_file.h"

#include "app/clock.h"
#include "app/language.h"
#include "app/shell.h"
#include "app/verbs_state.h"
#include "base/mem.h"
#include "base/now.h"
#include "base/peer_text.h"
#include "base/utf8.h"
#include "net/signals.h"
#include "store/spool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
	SEEK_MS = 10000,
	/* Of somebody who is not remembered: for others of that name to show
	 * up. */
	SETTLE_MS = 1500,
	TAG_MIN = 4,
};

/* "ana.6mxw", with a tag of that fingerprint; or a dot in the middle. */
static bool
is_label(const char *who, const char *name, const char *id)
{
	size_t n = strlen(name);

	if (strncasecmp(who, name, n) != 0)
		return false;
	who += n;
	if (strncmp(who, "\xc2\xb7", 2) == 0)
		who += 2;
	else if (*who++ != '.')
		return false;
	return strlen(who) >= TAG_MIN && strncasecmp(who, id, strlen(who)) == 0;
}

static bool
is_called(const json_t *peer, const char *who)
{
	const char *name = client_text(peer, "name");
	const char *id = client_text(peer, "id");

	return strcasecmp(name, who) == 0 || strcasecmp(id, who) == 0 ||
	       (id[0] != '\0' && is_label(who, name, id)) ||
	       strcasecmp(client_text(peer, "handle"), who) == 0;
}

/* Who has no key chooses his handle, and in a command nothing of it may become
 * anything else. */
static bool
can_be_named(const json_t *peer)
{
	return client_text(peer, "id")[0] != '\0' ||
	       strchr(client_text(peer, "handle"), '"') == NULL;
}

static bool
is_here(const json_t *peer)
{
	return strcmp(client_text(peer, "state"), "offline") != 0;
}

bool
verb_is_remembered(const json_t *peer)
{
	const char *trust = peer == NULL ? "" : client_text(peer, "trust");

	return strcmp(trust, "pinned") == 0 || strcmp(trust, "verified") == 0;
}

/* The only one who is called so; NULL, and how many there are. Whoever is
 * remembered goes before: strangers choose their names. */
static json_t *
candidate(struct verb_run *v, size_t *ret_count)
{
	const char *key;
	json_t *peer, *found[2] = { NULL };
	size_t count[2] = { 0 };

	json_object_foreach(v->peers, key, peer)
	{
		if (!is_called(peer, v->o->words[0]) || !can_be_named(peer))
			continue;
		found[verb_is_remembered(peer)] = peer;
		count[verb_is_remembered(peer)]++;
	}
	size_t which = count[1] > 0;
	*ret_count = count[which];
	return count[which] == 1 ? found[which] : NULL;
}

/* When all is to be over. */
static int64_t
end_of(const struct verb_run *v)
{
	return v->o->timeout_ms < 0 ? NEVER_MS
				    : v->started_ms + v->o->timeout_ms;
}

/* Until somebody is certain; NULL and a sentence. */
static json_t *
find(struct verb_run *v)
{
	bool alone = client_is_alone(v->client);
	int64_t until_ms =
		    earlier_ms(verb_until(v->o->wait_ms, SEEK_MS), end_of(v)),
		now_ms;
	int64_t settled_ms = alone ? v->started_ms + SETTLE_MS : 0;
	const char *who = v->o->words[0];
	size_t count;

	for (;;) {
		json_t *peer = candidate(v, &count), *event;
		now_ms = clock_read().mono_ms;
		bool sure = peer != NULL &&
			    (verb_is_remembered(peer) || now_ms >= settled_ms);
		if (peer != NULL && is_here(peer) && sure)
			return peer;
		if (count > 1 || now_ms >= until_ms || v->error != NULL)
			break;
		event = client_event(v->client,
		    sure || peer == NULL || settled_ms > until_ms ? until_ms
								  : settled_ms);
		if (client_has_heeded(v->client))
			return NULL;
		if (event == NULL && client_is_over(v->client))
			break;
		if (event != NULL)
			verb_note(v, event);
		json_decref(event);
	}
	if (v->error == NULL)
		v->error = xasprintf(
		    count > 1
			? say(language(),
			      "\"%s\" could be more than one; write the "
			      "fingerprint, or the name with its tag: ana.6mxw")
		    : count == 1
			? say(language(), "%s is not here; nothing was sent")
			: say(language(),
			      "nobody is called %s; nothing was sent"),
		    who);
	return NULL;
}

/* Where it is from anywhere else, too (caller frees). */
static char *
absolute(const char *path)
{
	char *here = path[0] == '/' ? NULL : getcwd(NULL, 0);
	char *whole =
	    here == NULL ? xstrdup(path) : xasprintf("%s/%s", here, path);

	free(here);
	return whole;
}

char *
verb_quoted(const char *path)
{
	char *out = xmalloc(2 * strlen(path) + 1);
	size_t size = 0;

	for (; *path != '\0'; path++) {
		if (strchr(" \t\"'\\", *path) != NULL)
			out[size++] = '\\';
		out[size++] = *path;
	}
	out[size] = '\0';
	return out;
}

static bool
add_path(struct verb_run *v, struct sent *s, const char *path)
{
	if (!utf8_is_valid(path, strlen(path)) || strchr(path, '\n') != NULL) {
		char *clean = own_text(path, PEER_TEXT_LINE, NULL);
		v->error = xasprintf(
		    say(language(),
			"\"%s\" is not the name of a file; rename it, or send "
			"its folder"),
		    clean);
		free(clean);
		return false;
	}
	s->items[s->count++].path = absolute(path);
	return true;
}

/* Standard input as a file of the home. */
static bool
take_input(struct verb_run *v, struct sent *s)
{
	struct home home;

	if (v->o->name == NULL) {
		v->error = xstrdup(say(language(),
		    "earshot send-file WHO - wants --name, the name of the "
		    "file"));
		return false;
	}
	if (shell_open_home(&home, v->o->home, &v->error) < 0)
		return false;
	s->spooled =
	    spool_open(home.data_dir, v->o->name, STDIN_FILENO, &v->error);
	home_close(&home);
	return s->spooled != NULL && add_path(v, s, s->spooled);
}

static bool
take_paths(struct verb_run *v, struct sent *s)
{
	int count = v->o->word_count - 1;

	if (count == 1 && strcmp(v->o->words[1], "-") == 0)
		return take_input(v, s);
	if (count > TRANSFER_PATHS_MAX) {
		v->error = xasprintf(
		    say(language(),
			"not sent: at most %d files at once; send their "
			"folder"),
		    TRANSFER_PATHS_MAX);
		return false;
	}
	for (int i = 1; i <= count; i++)
		if (!add_path(v, s, v->o->words[i]))
			return false;
	return true;
}

/* "/send --to ID PATH..." (caller frees) */
static char *
command_of(const struct sent *s, const json_t *peer)
{
	const char *id = client_text(peer, "id");
	char *line = xasprintf("/send --to \"%s\"",
	    id[0] != '\0' ? id : client_text(peer, "handle"));

	for (size_t i = 0; i < s->count; i++) {
		char *path = verb_quoted(s->items[i].path);
		char *more = xasprintf("%s %s", line, path);
		free(path);
		free(line);
		line = more;
	}
	return line;
}

/* What refers to one of ours; NULL. They are offered in their order. */
static struct sent_item *
item_of(struct sent *s, const json_t *event)
{
	const char *number = client_text(event, "transfer");
	struct sent_item *item = s->items;

	while (item < s->items + s->count && item->number[0] != '\0') {
		if (strcmp(item->number, number) == 0)
			return item;
		item++;
	}
	if (item == s->items + s->count ||
	    !json_is_true(json_object_get(event, "asked")))
		return NULL;
	snprintf(item->number, sizeof(item->number), "%s", number);
	return item;
}

static void
take_event(struct verb_run *v, struct sent *s, json_t *event)
{
	struct sent_item *item =
	    client_is(event, "transfer") ? item_of(s, event) : NULL;
	/* Of ours, which was executed; or of none: what became of it. */
	bool late = json_is_null(json_object_get(event, "command")) ||
		    strcmp(client_text(event, "command"), s->line) == 0;

	verb_note(v, event);
	if (item != NULL)
		sent_update(s, item, event);
	else if (late && client_is(event, "error") && v->error == NULL)
		v->error = xstrdup(client_text(event, "text"));
	else if (late && client_is(event, "info"))
		sent_tell(s, event);
}

/* EXIT_WAITING: not all is over. That one failed is worse than that one was
 * refused. */
static int
outcome(const struct sent *s)
{
	int status = EXIT_DONE;

	for (size_t i = 0; i < s->count; i++) {
		enum transfer_state state = s->items[i].t.state;
		if (s->items[i].number[0] == '\0' ||
		    !transfer_state_is_last(state))
			return EXIT_WAITING;
		if (state == TRANSFER_FAILED)
			status = EXIT_FAILED;
		else if (state != TRANSFER_DONE && status == EXIT_DONE)
			status = EXIT_REFUSED;
	}
	return status;
}

/* Until all is over, or no more is to be waited for; true: interrupted. */
static bool
await_events(struct verb_run *v, struct sent *s)
{
	int64_t until_ms = end_of(v);
	json_t *event;

	while (v->error == NULL && outcome(s) == EXIT_WAITING &&
	       (event = client_event(v->client, until_ms)) != NULL) {
		take_event(v, s, event);
		json_decref(event);
	}
	return client_has_heeded(v->client);
}

/* The only one that is not over; NULL: several are, or one is looked at yet. */
static const struct sent_item *
only_open(const struct sent *s)
{
	const struct sent_item *open = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct sent_item *item = &s->items[i];
		bool offered = item->number[0] != '\0';
		if (offered && transfer_state_is_last(item->t.state))
			continue;
		if (!offered || open != NULL)
			return NULL;
		open = item;
	}
	return open;
}

static bool
is_offered(const struct sent *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->items[i].number[0] != '\0')
			return true;
	return false;
}

/* Of all that is not there (caller frees); NULL: nothing, it goes with us. */
static char *
what_remains(const struct verb_run *v, const struct sent *s, bool interrupted)
{
	const struct sent_item *item = only_open(s);
	bool alone = client_is_alone(v->client);

	if (interrupted && !is_offered(s) && (alone || s->spooled != NULL))
		return NULL;
	if (!interrupted || alone)
		return xstrdup(say(language(),
		    "not all is there yet; it goes on while an earshot of "
		    "yours runs and they are there"));
	if (item == NULL)
		return xstrdup(say(language(),
		    "earshot goes on; /files there lists what is on its way, "
		    "/cancel stops it"));
	return xasprintf(
	    say(language(),
		"earshot goes on with it; /cancel %s there stops it"),
	    item->number);
}

static int
await_all(struct verb_run *v, struct sent *s)
{
	bool interrupted = await_events(v, s);

	if (v->error != NULL)
		return EXIT_FAILED;
	int status = outcome(s);
	if (status != EXIT_WAITING)
		return status;
	/* What is started for it hears the same signal. */
	if (client_is_over(v->client) &&
	    !(interrupted && client_is_alone(v->client))) {
		v->error = xstrdup(say(language(), "earshot ended meanwhile"));
		return EXIT_FAILED;
	}
	v->error = what_remains(v, s, interrupted);
	return interrupted ? EXIT_INTERRUPTED : EXIT_WAITING;
}

static int
send_to(struct verb_run *v, struct sent *s, const json_t *peer)
{
	bool failed;

	s->line = command_of(s, peer);
	s->who = xstrdup(client_text(peer, "name"));
	char *answer = verb_ask(v, s->line, &failed, NULL);
	if (failed && v->error == NULL && answer != NULL)
		v->error = xstrdup(answer);
	free(answer);
	if (!failed)
		return await_all(v, s);
	if (!client_has_heeded(v->client))
		return EXIT_FAILED;
	free(v->error);
	v->error = NULL;
	return EXIT_INTERRUPTED;
}

/* From here on a signal leaves nothing behind. */
static int
seek_and_send(struct verb_run *v, struct sent *s)
{
	int signal_fd = signals_open_interrupt();

	client_heed(v->client, signal_fd);
	json_t *peer = find(v);
	int status = peer != NULL                   ? send_to(v, s, peer)
		     : client_has_heeded(v->client) ? EXIT_INTERRUPTED
						    : EXIT_FAILED;
	client_heed(v->client, -1);
	if (signal_fd < 0)
		return status;
	/* Taken, so that it ends us no sooner than all is tidied. */
	(void)signals_next(signal_fd);
	signals_restore(signal_fd);
	return status;
}

int
verb_send_file(struct verb_run *v)
{
	struct sent s = { 0 };
	int status = EXIT_FAILED;

	sent_init(&s, v->o->json);
	if (take_paths(v, &s))
		status = seek_and_send(v, &s);
	/* What is offered is read later, whoever runs then, and removed when
	 * that is over. */
	if (s.items[0].number[0] == '\0')
		spool_remove(s.spooled);
	sent_clear(&s);
	return status;
}
