/* SPDX-License-Identifier: MIT */
/*
 * One message is selected, and letters do something with it. What can be done
 * is a table, from which come the row of hints, the menu and the help. It is
 * no mode to be stuck in: any other text leaves it and is typed.
 */
#ifndef UI_MESSAGE_MODE_H
#define UI_MESSAGE_MODE_H

#include "base/now.h"
#include "core/command.h"
#include "core/model.h"
#include "ui/key.h"
#include "ui/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	VERB_LINKS_MAX = 9,  /* of one message, to choose from */
	VERB_REACTIONS = 8,  /* that have a number */
	VERB_PEOPLE_MAX = 6, /* shown while a name is typed */
};

/* A verb and the message it is about. */
struct verb_case {
	struct ui *ui;
	const struct model *m;
	struct now now;
	const struct conv *c;
	const struct message *msg;
	struct command *cmd; /* COMMAND_NONE until something comes out */
};

struct verb {
	char key, also; /* also: 0 for none */
	const char *name;
	const char *gloss;
	const char *why_not; /* a sentence for where it does not apply */
	bool (*applies)(const struct verb_case *v);
	void (*run)(struct verb_case *v);
};

const struct verb *verbs(size_t *ret_count);
/* The one that the key means for this message; one that does not apply where
 * none does; NULL for a key that means nothing. */
const struct verb *verb_find(const struct verb_case *v, uint32_t key);
/* Does it, or says why not. */
void verb_run(struct verb_case *v, const struct verb *verb);

/* The newest in view, or the one of that serial where it is not 0. */
void message_mode_enter(
    struct ui *ui, const struct model *m, struct now now, uint64_t serial);
/* back: the view is again where it was. */
void message_mode_leave(struct ui *ui, bool back);
void message_mode_free(struct ui *ui);
/* What is selected is still there, and in view. */
void message_mode_settle(struct ui *ui, const struct model *m, struct now now);
/* True when the key was for it. */
bool message_mode_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd);
/* The message and all around it; false when there is none. */
bool message_mode_case(struct ui *ui, const struct model *m, struct now now,
    struct command *cmd, struct verb_case *ret_case);

/* message_ask.c: the questions of one row. */
void message_ask(struct ui *ui, enum mode_stage stage);
/* True when the key was for the question that is asked. */
bool message_ask_key(struct verb_case *v, const struct key *key);
/* The reactions that have a number, from 0; in ASCII their names. */
const char *message_reaction(size_t i, bool ascii);
/* Whom the answer typed so far may mean; at most max of them. */
size_t message_people(const struct ui *ui, const struct model *m,
    const struct peer **ret_peers, size_t max);
/* Which of them is chosen; n where that one is gone. */
size_t message_chosen(
    const struct ui *ui, const struct peer *const *peers, size_t n);
/* Before a frame: who is shown as chosen stays so. */
void message_ask_settle(struct ui *ui, const struct model *m);
/* The i-th link of a message, from 0. */
bool message_link(
    const struct message *msg, size_t i, const char **ret_link, size_t *ret_n);

#endif
