/* SPDX-License-Identifier: MIT */
/*
 * earshot id, and pin: whose key is remembered.
 */
#include "app/verbs_state.h"

#include "app/language.h"
#include "base/mem.h"
#include "base/qr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { PIN_MS = 10000, QR_EDGE = 4 };

static bool
is_dark(const struct qr *qr, int row, int col)
{
	return row >= 0 && row < QR_SIZE && col >= 0 && col < QR_SIZE &&
	       qr->dark[row][col];
}

/* Two rows in a line of half blocks; the bright ones are drawn, since most
 * terminals are dark where nothing is. */
static void
print_qr(const struct qr *qr)
{
	static const char *const blocks[2][2] = {
		{ "\xe2\x96\x88", "\xe2\x96\x80" }, { "\xe2\x96\x84", " " }
	};
	bool colour = isatty(STDOUT_FILENO) != 0;

	for (int row = -QR_EDGE; row < QR_SIZE + QR_EDGE; row += 2) {
		fputs(colour ? "\033[97;40m" : "", stdout);
		for (int col = -QR_EDGE; col < QR_SIZE + QR_EDGE; col++)
			fputs(blocks[is_dark(qr, row, col)]
				    [is_dark(qr, row + 1, col)],
			    stdout);
		fputs(colour ? "\033[0m\n" : "\n", stdout);
	}
}

static int
show_qr(const struct verb_run *v)
{
	char *text = xasprintf("EARSHOT:%s", v->id);
	struct qr qr;

	for (char *p = text; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	if (qr_make(text, &qr) == 0)
		print_qr(&qr);
	free(text);
	return EXIT_DONE;
}

int
verb_id(struct verb_run *v)
{
	if (v->o->json) {
		json_t *event = json_pack("{s:s,s:s,s:s}", "event", "ready",
		    "name", v->name, "id", v->id);
		verb_print_event(event);
		json_decref(event);
		return EXIT_DONE;
	}
	char *line = xasprintf("%s %s", v->id, v->name);
	verb_print(line);
	free(line);
	return v->o->qr ? show_qr(v) : EXIT_DONE;
}

/* Whom WHO means, by name, "name.tag" or fingerprint; NULL: nobody known. Where
 * others are called so, too, it is the one with that fingerprint, if given. */
static json_t *
find_peer(const struct verb_run *v, const char *who, const char *expected)
{
	const char *key;
	json_t *peer;

	json_object_foreach(v->peers, key, peer)
	{
		const char *name = client_text(peer, "name");
		const char *id = client_text(peer, "id");
		size_t n = strlen(name);
		if (expected != NULL && strcasecmp(id, expected) != 0)
			continue;
		if (strcasecmp(name, who) == 0 || strcasecmp(id, who) == 0)
			return peer;
		if (strncasecmp(name, who, n) == 0 && who[n] == '.' &&
		    strlen(who + n) > 4 &&
		    strncasecmp(id, who + n + 1, strlen(who + n + 1)) == 0)
			return peer;
	}
	return NULL;
}

static bool
is_pinned(const struct verb_run *v, const char *who)
{
	return verb_is_remembered(find_peer(v, who, NULL));
}

/* The fingerprint that the user has from elsewhere is that of WHO; else it is
 * said which WHO has. */
static bool
is_expected(struct verb_run *v, const char *who, const char *id)
{
	json_t *peer = find_peer(v, who, NULL);
	const char *has = peer == NULL ? "" : client_text(peer, "id");

	if (find_peer(v, who, id) != NULL)
		return true;
	v->error = xasprintf(
	    say(language(), "not pinned: the fingerprint of %s is %s"), who,
	    has[0] == '\0' ? "?" : has);
	return false;
}

static void
await_pin(struct verb_run *v, const char *who, int64_t until_ms)
{
	json_t *event;

	while (!is_pinned(v, who) &&
	       (event = client_event(v->client, until_ms)) != NULL) {
		verb_note(v, event);
		json_decref(event);
	}
}

/* What the user has from elsewhere is as good as a number that was compared. */
static int
verify(struct verb_run *v, const char *id)
{
	char *line = xasprintf("/verify %s same", id);
	bool failed;
	char *answer = verb_ask(v, line, &failed, verb_keep_answer);

	free(line);
	return verb_conclude(v, answer, failed);
}

int
verb_pin(struct verb_run *v)
{
	const char *who = v->o->words[0];
	const char *id = v->o->word_count > 1 ? v->o->words[1] : NULL;
	int64_t until_ms = verb_until(v->o->wait_ms, PIN_MS);
	char *line = xasprintf("/pin %s", id == NULL ? who : id);
	bool failed;
	char *answer = NULL;

	/* Nobody is asked for a key who has another one. */
	while (id != NULL && find_peer(v, who, NULL) == NULL &&
	       verb_wait_for_peer(v, until_ms))
		;
	failed = id != NULL && !is_expected(v, who, id);
	if (!failed)
		answer = verb_ask_until(
		    v, line, until_ms, &failed, verb_keep_answer);
	free(line);
	if (!failed)
		await_pin(v, id == NULL ? who : id, until_ms);
	if (failed || !is_pinned(v, id == NULL ? who : id)) {
		if (!failed && v->error == NULL)
			v->error = xasprintf(
			    say(language(), "not pinned: %s did not answer"),
			    who);
		return verb_conclude(v, answer, true);
	}
	if (id == NULL)
		return verb_conclude(v, answer, false);
	free(answer);
	return verify(v, id);
}
