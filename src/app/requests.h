/* SPDX-License-Identifier: MIT */
/*
 * Does what the screen asks of the world beside the engine (ui/request.h), by
 * the terminal or by other programs, and brings the answers back.
 */
#ifndef APP_REQUESTS_H
#define APP_REQUESTS_H

#include "app/shell.h"
#include "tty/tty.h"
#include "ui/ui.h"

#include <stdbool.h>

struct requests {
	struct shell *sh; /* all three borrowed */
	struct tty *tty;
	struct ui *ui;
	unsigned editor; /* the child that has the terminal; 0: none */
	char *draft;     /* owned: the file it edits */
};

/* Does all that is asked for now. */
void requests_run(struct requests *r);
/* What the programs did; true when the terminal is ours again. */
bool requests_turn(struct requests *r);
/* Nothing is to be read from the terminal or shown on it. */
bool requests_lent(const struct requests *r);
void requests_clear(struct requests *r);

#endif
