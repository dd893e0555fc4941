/* SPDX-License-Identifier: MIT */
/*
 * What the line front end prints for each event: a sentence, or a JSON object.
 * Each returns a new string without a newline (caller frees).
 */
#ifndef APP_EVENTS_H
#define APP_EVENTS_H

#include "core/engine.h"
#include "core/model.h"
#include "store/search.h"

struct events {
	char *(*ready)(const struct model *m);
	char *(*peer)(const struct model *m, const struct peer *p);
	char *(*typing)(const struct model *m, const struct peer *p, bool on);
	/* NULL: nothing to print for it. command: what is being executed, for
	 * errors; NULL when it came by itself. */
	char *(*message)(const struct model *m, const struct conv *c,
	    const struct message *msg, const char *command);
	/* By the effect, since the message may be further now; msg is NULL when
	 * it is not in memory. */
	char *(*delivery)(const struct model *m, const struct conv *c,
	    const struct message *msg, const struct effect *effect);
	/* An edit, deletion or reaction; msg as with delivery. */
	char *(*revised)(const struct model *m, const struct conv *c,
	    const struct message *msg, const struct effect *effect);
	/* A file on its way, as the effect says. asked: a line of whoever reads
	 * this offers it just now. */
	char *(*transfer)(const struct model *m, const struct transfer *t,
	    const struct effect *effect, bool asked);
	/* A command that runs, as the effect says; NULL: messages and notices
	 * tell it. */
	char *(*ran)(const struct model *m, const struct effect *effect);
	/* What was found out about a host; NULL: notices tell it. */
	char *(*host)(const struct model *m, const struct effect *effect);
	/* A setting changed; its answer is a message of its own. */
	char *(*setting)(const struct model *m, const struct setting *row);
	/* Found in the history. */
	char *(*found)(const struct model *m, const struct found *f);
	/* A line of input was executed; what came of it at once is out. */
	char *(*begin)(const char *command);
	char *(*done)(const char *command);
	char *(*info)(const char *command, const char *text);
	char *(*error)(const char *command, const char *text);
	/* Each is an object: "finding", "fact" and "doctor" are, too. */
	bool structured;
};

extern const struct events events_text;
extern const struct events events_json;

#endif
