/* SPDX-License-Identifier: MIT */
/*
 * Does what the screen asks of the world beside the engine (ui/request.h), by
 * the terminal or by other programs, and brings the answers back.
 */
#ifndef APP_REQUESTS_H
#define APP_REQUESTS_H

#include "app/shell.h"
#include "app/speller.h"
#include "tty/tty.h"
#include "ui/ui.h"

#include <stdbool.h>

struct requests {
	struct shell *sh; /* all three borrowed */
	struct tty *tty;
	struct ui *ui;
	unsigned editor; /* the child that has the terminal; 0: none */
	char *draft;     /* owned: the file it edits */
	struct speller speller;
	bool bare; /* plain lines are shown, nothing else */
};

/* Does all that is asked for now. */
void requests_run(struct requests *r);
/* What the programs did; true when the terminal is ours again. */
bool requests_turn(struct requests *r);
/* Nothing is to be read from the terminal or shown on it. */
bool requests_lent(const struct requests *r);
/* The screen of the shell is shown, with plain lines on it: keys go here. */
bool requests_bare(const struct requests *r);
/* True when the terminal is ours again. */
bool requests_bare_key(struct requests *r, const struct key *key);
void requests_clear(struct requests *r);

#endif
