/* SPDX-License-Identifier: MIT */
/*
 * Words to a speller, and its answers to the screen.
 */
#ifndef APP_SPELLER_H
#define APP_SPELLER_H

#include "app/child.h"
#include "app/shell.h"
#include "ui/ui.h"

#include <stdbool.h>
#include <stddef.h>

struct speller {
	struct shell *sh; /* both borrowed */
	struct ui *ui;
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
