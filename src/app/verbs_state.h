/* SPDX-License-Identifier: MIT */
#ifndef APP_VERBS_STATE_H
#define APP_VERBS_STATE_H

#include "app/client.h"
#include "app/options.h"

struct verb_run {
	const struct options *o;
	struct client *client;
	char *name, *id;    /* who we are */
	json_t *peers;      /* the last event of each peer, by its id or name */
	json_t *answers;    /* what a command was answered */
	json_t *queued;     /* how a message of ours began; NULL: none */
	char *error;        /* what is to be said at the end; NULL: nothing */
	int64_t started_ms; /* monotonic */
};

/* What the instance says of an event that nobody waits for: peers are kept. */
void verb_note(struct verb_run *v, json_t *event);
/* Executes a command and waits until it was. What it was answered (caller
 * frees), NULL when that was nothing. *ret_failed: it is an error. each: called
 * with every event that came of it; may be NULL. */
char *verb_ask(struct verb_run *v, const char *line, bool *ret_failed,
    void (*each)(struct verb_run *v, json_t *event));
/* The same command again whenever somebody new is seen, until until_ms, while
 * its answer is an error. */
char *verb_ask_until(struct verb_run *v, const char *line, int64_t until_ms,
    bool *ret_failed, void (*each)(struct verb_run *v, json_t *event));
/* A text as it may be printed; --ascii and terminals are heeded. */
void verb_print(const char *text);
void verb_print_event(const json_t *event);
/* From now on: --wait or --timeout, else as here. */
int64_t verb_until(int64_t given_ms, int64_t default_ms);

/* Somebody said that, whom --from means, if it is given. */
bool verb_is_said(const struct verb_run *v, const json_t *event);
/* The key of that peer, which may be NULL, is pinned or verified. */
bool verb_is_remembered(const json_t *peer);

/* It ended, or does not answer: that is what is said. */
void verb_over(struct verb_run *v);

/* Until somebody is seen; false when that was it. */
bool verb_wait_for_peer(struct verb_run *v, int64_t until_ms);
/* For verb_ask: what it was answered is printed by verb_conclude. */
void verb_keep_answer(struct verb_run *v, json_t *event);
/* Says what came of it: an answer (taken), or why not. The exit status. */
int verb_conclude(struct verb_run *v, char *answer, bool failed);
/* A path as a word of a command (caller frees). */
char *verb_quoted(const char *path);

int verb_id(struct verb_run *v);
int verb_pin(struct verb_run *v);
int verb_send(struct verb_run *v);
int verb_receive(struct verb_run *v);
int verb_listen(struct verb_run *v);
int verb_send_file(struct verb_run *v);
int verb_doctor(struct verb_run *v);
/* The same where no earshot came up. */
int verb_doctor_unopened(struct verb_run *v);

#endif
