/* SPDX-License-Identifier: MIT */
/*
 * Words to a speller, and its answers to the screen.
 */
#ifndef APP_SPELLER_H
#define APP_SPELLER_H

#include "app/child.h"
#include "base/now.h"

#include <stdbool.h>
#include <stddef.h>

/* Where what came of a request goes; the calls of ui/ui.h of the same kind. */
struct answers_to {
	void (*tell)(void *user, const char *sentence);
	void (*edited)(void *user, const char *text);
	void (*aside)(void *user, const char *text, const char *sentence);
	void (*spelt)(void *user, const char *word, bool known);
};

struct speller {
	const struct answers_to *to; /* all four borrowed */
	void *user;
	struct children *children;
	const struct now *now;
	unsigned id;  /* the child; 0: none */
	char *lang;   /* owned; what it was started for */
	bool dead;    /* it cannot be had for this language, as was told */
	bool bad;     /* the answer so far */
	char **words; /* owned; without an answer, the oldest first */
	size_t count, cap;
};

/* Words parted by blanks. lang: "auto", or a language. */
void speller_ask(struct speller *s, const char *text, const char *lang);
/* Of its child. */
void speller_event(struct speller *s, const struct child_event *ev);
void speller_clear(struct speller *s);

#endif
