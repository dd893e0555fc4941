/* SPDX-License-Identifier: MIT */
/*
 * earshot doctor. Where no earshot comes up, that is what there is to find out.
 */
#include "app/verbs_state.h"

#include "app/clock.h"
#include "app/language.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
	SEEK_MS = 5000,
	/* A load on the way takes its time. */
	DOCTOR_MS = 60000,
};

/* -1: there is more to come. */
static int
take(struct verb_run *v, const json_t *event)
{
	bool last = client_is(event, "doctor");

	if (v->o->json &&
	    (last || client_is(event, "finding") || client_is(event, "fact")))
		verb_print_event(event);
	else if (last)
		verb_print(client_text(event, "text"));
	if (!last)
		return -1;
	return json_is_true(json_object_get(event, "ill")) ? EXIT_FAILED
							   : EXIT_DONE;
}

static int
await(struct verb_run *v)
{
	int64_t until_ms = verb_until(v->o->timeout_ms, DOCTOR_MS);
	int status = -1;
	json_t *event;

	while (
	    status < 0 && (event = client_event(v->client, until_ms)) != NULL) {
		status = take(v, event);
		json_decref(event);
	}
	if (status < 0 && !client_is_over(v->client) && v->error == NULL)
		v->error = xstrdup(say(
		    language(), N_("the doctor needs longer: give it a longer "
				   "--timeout")));
	if (status < 0)
		verb_over(v);
	return status < 0 ? EXIT_FAILED : status;
}

/* Nobody is called so, which may be what is wrong: what keeps people away is
 * looked for all the same. */
static int
look_around(struct verb_run *v)
{
	bool failed;
	char *who_not = v->error;

	v->error = NULL;
	free(verb_ask(v, "/doctor", &failed, NULL));
	if (!failed)
		await(v);
	free(v->error);
	v->error = who_not;
	return EXIT_FAILED;
}

int
verb_doctor(struct verb_run *v)
{
	const struct options *o = v->o;
	char *line = o->word_count == 0 ? xstrdup("/doctor")
					: xasprintf("/doctor %s", o->words[0]);
	int64_t until_ms =
	    verb_until(-1, client_is_alone(v->client) ? SEEK_MS : 0);
	bool failed;
	char *answer = verb_ask_until(v, line, until_ms, &failed, NULL);

	free(line);
	if (failed && v->error == NULL && answer != NULL)
		v->error = xstrdup(answer);
	free(answer);
	if (!failed)
		return await(v);
	return o->word_count > 0 && !client_is_over(v->client) ? look_around(v)
							       : EXIT_FAILED;
}

int
verb_doctor_unopened(struct verb_run *v)
{
	int status = await(v);

	if (client_is_alone(v->client)) {
		free(v->error);
		v->error = NULL;
	}
	return status;
}
