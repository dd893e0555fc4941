/* SPDX-License-Identifier: MIT */
/*
 * What the command line may hold, in two tables, and the help made of them.
 */
#ifndef APP_USAGE_H
#define APP_USAGE_H

#include "app/options.h"

struct option_row {
	const char *name;
	char letter;
	const char *arg; /* NULL: takes none */
	const char *gloss;
	const char *key;   /* of the configuration; NULL: not a setting */
	const char *value; /* for key, where the option takes none */
};

struct verb_row {
	const char *name, *args, *gloss;
	const char *letters; /* of the options that it alone takes, or some */
	const char *shared;  /* of those for all that mean something to it */
	const char *more;    /* "": there is no more to say */
	const char *ends;    /* what its exit status means */
	int least, most;     /* words behind it */
};

enum { USAGE_OPTIONS = 27, USAGE_VERBS = VERB_DEMO + 1, USAGE_NAME = 'n' };

extern const struct option_row usage_options[USAGE_OPTIONS];
/* By enum verb; the first is none. */
extern const struct verb_row usage_verbs[USAGE_VERBS];

/* Some verb takes it, and nothing else. */
bool usage_is_of_verb(char letter);
/* "listen, receive": the verbs that take it. The caller frees. */
char *usage_takers(char letter);
/* Prints the help of a verb, or, of VERB_NONE, of all. */
void usage_show(enum verb verb);

#endif
